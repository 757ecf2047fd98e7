"""What is open, how late is it, and who owes it? Companies under common control are one debtor."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.findings import NAN
from audit.core.groups import groups, leads
from audit.stats import shares
from audit.steps.receivables.cash_application import CENT, items
from audit.steps.receivables.codes import Abc, Applied, Bucket

GRACE = 31  # days before the first payment of which invoices are still taken
TRIFLE = 0.001  # share of an invoice that may be missing for it to count as paid: its lateness would weigh the whole
BUCKETS = [
    (0, Bucket.NOT_DUE), (30, Bucket.TO_30), (60, Bucket.TO_60), (90, Bucket.TO_90), (np.inf, Bucket.OVER_90),
]  # fmt: skip


def watched(invoices: pd.DataFrame, payments: pd.DataFrame | None) -> pd.DataFrame:
    """The invoices of which it can be known whether they were paid: none without payments or days of payment, else those of the time that
    payments cover."""
    if payments is None:
        dated = any(column in invoices.columns and invoices[column].notna().any() for column in ("paid_on", "balance"))
        return invoices if dated else invoices.iloc[:0]
    first = payments["paid_on"].min()
    return invoices[invoices["issued_on"] >= first - pd.Timedelta(days=GRACE)] if len(payments) else invoices.iloc[:0]


def stated_open(invoices: pd.DataFrame, payments: pd.DataFrame | None, *, as_of: pd.Timestamp) -> float:
    """What the export itself says is open of the invoices until `as_of`, to hold what payments leave against it; NaN where it says nothing,
    or where there are no payments and its word is all there is."""
    if payments is None or "balance" not in invoices.columns:
        return NAN
    there = watched(invoices, payments)
    return float(there.loc[(there["issued_on"] <= as_of) & (there["amount"] > 0), "balance"].clip(lower=0).sum(min_count=1))


def invoices_settled(
    invoices: pd.DataFrame, laid: pd.DataFrame, *, customers: pd.DataFrame | None, as_of: pd.Timestamp, terms_days: int
) -> pd.DataFrame:
    """Every debt, an instalment by itself, with what is still open, and since when it is overdue.

    An invoice without a due day is due after its customer's terms, else after `terms_days`.

    Returns
    -------
    DataFrame with invoice_id, customer_id, group, issued_on, due_on, amount, open, settled_on (of the last part; NaT where anything is
    open), late_days (settled less due;
    of an open one, until as_of: it may become more), bucket_class.
    """
    invoices = items(invoices).assign(invoice_id=lambda t: t["item_id"])
    table = invoices[(invoices["issued_on"] <= as_of) & (invoices["amount"] > 0)][
        ["invoice_id", "customer_id", "issued_on", "amount"]
    ].copy()
    table["due_on"] = _due(invoices, customers, terms_days).reindex(table.index)
    paid = laid[laid["invoice_id"] != ""].groupby("invoice_id").agg(paid=("amount", "sum"), last=("paid_on", "max"))
    table["open"] = (table["amount"] - paid["paid"].reindex(table["invoice_id"]).fillna(0.0).to_numpy()).clip(lower=0).round(4)
    is_open = table["open"] > np.maximum(CENT, table["amount"] * TRIFLE)
    table["settled_on"] = pd.Series(paid["last"].reindex(table["invoice_id"]).to_numpy(), index=table.index, dtype="datetime64[us]").where(
        ~is_open
    )
    table["late_days"] = (table["settled_on"].fillna(as_of) - table["due_on"]).dt.days.astype(float)
    table["bucket_class"] = _bucket(table["late_days"])
    table["group"] = groups(customers, table["customer_id"])
    columns = ["invoice_id", "customer_id", "group", "issued_on", "due_on", "amount", "open", "settled_on", "late_days", "bucket_class"]
    return table.sort_values(["issued_on", "invoice_id"], ignore_index=True)[columns]


def _due(invoices: pd.DataFrame, customers: pd.DataFrame | None, terms_days: int) -> pd.Series:
    terms = pd.Series(float(terms_days), index=invoices.index)
    if customers is not None and "terms_days" in customers.columns:
        terms = invoices["customer_id"].map(customers.set_index("customer_id")["terms_days"]).astype(float).fillna(terms)
    after = invoices["issued_on"] + pd.to_timedelta(terms, "D")
    return invoices["due_on"].fillna(after) if "due_on" in invoices.columns else after


def _bucket(late: pd.Series) -> pd.Series:
    return pd.Series(
        np.select([late <= limit for limit, _name in BUCKETS[:-1]], [name for _limit, name in BUCKETS[:-1]], BUCKETS[-1][1]),
        index=late.index,
        dtype="str",
    )


def ageing(settled: pd.DataFrame) -> pd.DataFrame:
    """What is open by how late it is.

    Returns
    -------
    DataFrame with bucket_class, invoices, open, open_share; every bucket has a row.
    """
    owed = settled[settled["open"] > CENT]
    sums = owed.groupby("bucket_class")["open"].agg(["size", "sum"]).reindex([name for _limit, name in BUCKETS]).fillna(0.0)
    table = sums.rename_axis("bucket_class").reset_index().rename(columns={"size": "invoices", "sum": "open"})
    total = table["open"].sum()
    return table.assign(invoices=table["invoices"].astype(int), open_share=table["open"] / total if total else NAN)


def debtors(
    settled: pd.DataFrame,
    laid: pd.DataFrame,
    *,
    customers: pd.DataFrame | None,
    classes: pd.DataFrame | None,
    as_of: pd.Timestamp,
    stopped_days: int,
) -> pd.DataFrame:
    """Each group of companies: what it owes, how late it pays, and its limit; most overdue money first (L14, E40 criteria 3 and 4).

    Days beyond terms weigh invoices of the last twelve months by their money; early payment counts as negative, and what is open as if it
    were paid today, so that the figure of those who
    do not pay is too low.

    Returns
    -------
    DataFrame with group, manager_id (of its first member; empty where unknown), abc_class, invoiced (twelve months), open, overdue,
    oldest_days (of the oldest overdue), last_paid_on, is_stopped (nothing paid for `stopped_days`, though something was due before them),
    days_beyond_terms_days,
    paid_late_share (of the money due), credit_limit, over_limit (open beyond it; NaN without a limit), advance.
    """
    year = settled[settled["due_on"] > as_of - pd.DateOffset(years=1)]
    year = year[(year["due_on"] <= as_of) | year["settled_on"].notna()]
    by = settled.groupby("group")
    table = pd.DataFrame({"open": by["open"].sum()})
    late = settled[(settled["open"] > CENT) & (settled["late_days"] > 0)]
    table["overdue"] = late.groupby("group")["open"].sum()
    table["oldest_days"] = late.groupby("group")["late_days"].max()
    weight = (
        year.assign(money=year["amount"] * year["late_days"], paid_late=year["amount"].where(year["late_days"] > 0, 0.0))
        .groupby("group")[["amount", "money", "paid_late"]]
        .sum()
    )
    table["days_beyond_terms_days"] = weight["money"] / weight["amount"]
    table["paid_late_share"] = shares.told(weight["paid_late"] / weight["amount"])
    table["invoiced"] = settled[settled["issued_on"] > as_of - pd.DateOffset(years=1)].groupby("group")["amount"].sum()
    advance = laid[laid["invoice_id"] == ""]
    paid = laid[~laid["how_class"].isin([Applied.CREDIT, Applied.CREDIT_LEFT])]
    table["last_paid_on"] = paid.groupby(groups(customers, paid["customer_id"]))["paid_on"].max()
    table["advance"] = advance.groupby(groups(customers, advance["customer_id"]))["amount"].sum()
    table[["overdue", "invoiced", "advance"]] = table[["overdue", "invoiced", "advance"]].fillna(0.0)
    table = table.rename_axis("group").reset_index()
    table["credit_limit"], table["over_limit"] = _limits(table, customers)
    table["manager_id"] = _managers(table["group"], customers)
    table["abc_class"] = (
        table["group"].map(classes.drop_duplicates("group").set_index("group")["abc_class"]).fillna(Abc.IDLE)
        if classes is not None and len(classes)
        else Abc.UNKNOWN
    )
    silent = (as_of - table["last_paid_on"]).dt.days.fillna(np.inf) > stopped_days
    table["is_stopped"] = silent & (table["oldest_days"] > stopped_days)
    columns = [
        "group", "manager_id", "abc_class", "invoiced", "open", "overdue", "oldest_days", "last_paid_on", "is_stopped",
        "days_beyond_terms_days", "paid_late_share", "credit_limit", "over_limit", "advance",
    ]  # fmt: skip
    return table.sort_values(["overdue", "open", "group"], ascending=[False, False, True], ignore_index=True)[columns]


def _limits(table: pd.DataFrame, customers: pd.DataFrame | None) -> tuple[pd.Series, pd.Series]:
    if customers is None or "credit_limit" not in customers.columns:
        return pd.Series(NAN, index=table.index), pd.Series(NAN, index=table.index)
    limit = (
        table["group"].map(customers.groupby(groups(customers, customers["customer_id"]))["credit_limit"].sum(min_count=1)).astype(float)
    )
    return limit, (table["open"] - limit).clip(lower=0)


def _managers(group: pd.Series, customers: pd.DataFrame | None) -> pd.Series:
    if customers is None or "manager_id" not in customers.columns:
        return pd.Series("", index=group.index)
    return group.map(leads(customers)["manager_id"]).fillna("")


def by(debtors: pd.DataFrame, column: str) -> pd.DataFrame:
    """Debtors together by manager or class, most overdue first.

    Returns
    -------
    DataFrame with that column, customers, invoiced, open, overdue, overdue_share (of what is open), paid_late_share and
    days_beyond_terms_days (weighted by money invoiced).
    """
    weighed = debtors.assign(
        late=debtors["paid_late_share"] * debtors["invoiced"], days=debtors["days_beyond_terms_days"] * debtors["invoiced"]
    )
    weighed["told"] = debtors["invoiced"].where(debtors["paid_late_share"].notna(), 0.0)
    sums = (
        weighed.groupby(column)
        .agg(
            customers=("group", "size"),
            invoiced=("invoiced", "sum"),
            open=("open", "sum"),
            overdue=("overdue", "sum"),
            late=("late", "sum"),
            days=("days", "sum"),
            told=("told", "sum"),
        )
        .reset_index()
    )
    sums[column] = sums[column].replace("", Abc.NOBODY)
    sums["overdue_share"] = sums["overdue"] / sums["open"].where(sums["open"] > 0)
    sums["paid_late_share"], sums["days_beyond_terms_days"] = (sums[c] / sums["told"].where(sums["told"] > 0) for c in ("late", "days"))
    columns = [column, "customers", "invoiced", "open", "overdue", "overdue_share", "paid_late_share", "days_beyond_terms_days"]
    return sums.sort_values(["overdue", column], ascending=[False, True], ignore_index=True)[columns]


def credit(settled: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """How much money each customer has had on credit in the last twelve months, for how long: what financing it costs follows this.

    Returns
    -------
    DataFrame with customer_id, money_days (money times days from issue to payment, as far as they lie in the twelve months).
    """
    start = as_of - pd.DateOffset(years=1)
    until = settled["settled_on"].fillna(as_of)
    days = (until - settled["issued_on"].clip(lower=start)).dt.days.clip(lower=0)
    return (settled["amount"] * days).groupby(settled["customer_id"]).sum().rename("money_days").reset_index()

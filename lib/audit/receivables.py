"""Who owes what, for how long, and will it be paid? Ageing, days to pay, limits, expected loss (L13, L14).

DSO over a year moves with the season while nobody pays differently (P28): the count-back days are the answer here, the yearly ones stand beside them.
Payments are laid on invoices by rule, and how is reported: by the number they name, by the same amount, else the oldest open invoice
first; a credit note is laid like a payment. What finds no invoice stays an advance. Companies under common control are one debtor.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit import intervals
from audit.findings import NAN, Finding
from audit.groups import groups
from audit.language import mark as N_

NUMBER, AMOUNT, OLDEST, DATED, CREDIT, ADVANCE = (
    N_("its number"),
    N_("the same amount"),
    N_("the oldest first"),
    N_("the day it was paid"),
    N_("a credit note"),
    N_("no invoice open"),
)
HOW = (NUMBER, AMOUNT, OLDEST, DATED, CREDIT, ADVANCE)
BUCKETS = [
    (0, N_("not yet due")),
    (30, N_("1 to 30 days late")),
    (60, N_("31 to 60 days late")),
    (90, N_("61 to 90 days late")),
    (np.inf, N_("over 90 days late")),
]
CENT = 0.005
APPLIED = ["payment_id", "invoice_id", "customer_id", "paid_on", "amount", "how_class"]


def applied(invoices: pd.DataFrame, payments: pd.DataFrame | None, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Every payment and credit note until `as_of`, laid on invoices: one row per part of it.

    Where there are no payments, the day on which an invoice was paid in full, if the invoices have one, stands in.

    Returns
    -------
    DataFrame with payment_id (of a credit note: its invoice), invoice_id (empty: an advance), customer_id, paid_on, amount, how_class (one of HOW). Its sum
    is that of the payments and credit notes: nothing is lost.
    """
    due = invoices[invoices["issued_on"] <= as_of].sort_values(["issued_on", "invoice_id"], ignore_index=True)
    debts, credits = due[due["amount"] > 0], due[due["amount"] < 0]
    notes = pd.DataFrame(
        {"payment_id": credits["invoice_id"], "customer_id": credits["customer_id"], "paid_on": credits["issued_on"], "amount": -credits["amount"], "invoice_id": ""}
    )  # fmt: skip
    if payments is None:
        paid = debts[debts["paid_on"].notna() & (debts["paid_on"] <= as_of)] if "paid_on" in debts.columns else debts.iloc[:0]
        dated = paid.assign(payment_id=paid["invoice_id"], how_class=DATED, paid_on=paid.get("paid_on"))[APPLIED]
        came = notes.assign(is_note=True)
    else:
        dated = pd.DataFrame(columns=APPLIED)
        said = payments.assign(invoice_id=payments["invoice_id"].fillna("") if "invoice_id" in payments.columns else "")
        came = pd.concat([said[said["paid_on"] <= as_of].assign(is_note=False), notes.assign(is_note=True)], ignore_index=True)
    rest = dict(zip(debts["invoice_id"], debts["amount"], strict=True))
    for row in dated.itertuples():
        rest[row.invoice_id] = 0.0
    came = came.sort_values(["paid_on", "payment_id"], ignore_index=True)
    left = came["amount"].to_dict()
    rows = [*_by_number(came, debts, rest, left), *_by_rule(came, debts, rest, left)]
    laid = pd.DataFrame(rows, columns=APPLIED)
    both = pd.concat([part for part in (dated, laid) if len(part)], ignore_index=True) if len(dated) or len(laid) else laid
    return both.astype({"amount": "float64", "paid_on": "datetime64[us]"}).sort_values(
        ["paid_on", "payment_id", "invoice_id"], ignore_index=True
    )


def _by_number(came: pd.DataFrame, debts: pd.DataFrame, rest: dict[str, float], left: dict[int, float]) -> list[tuple]:
    """Payments on the invoice they name, as far as it is open and its customer's; `rest` loses what was paid, `left` what was placed."""
    owner = dict(zip(debts["invoice_id"], debts["customer_id"], strict=True))
    rows = []
    for p in came[came["invoice_id"] != ""].itertuples():
        part = min(p.amount, rest.get(p.invoice_id, 0.0))
        if owner.get(p.invoice_id) == p.customer_id and part > CENT:
            rest[p.invoice_id] -= part
            left[p.Index] -= part
            rows.append((p.payment_id, p.invoice_id, p.customer_id, p.paid_on, part, NUMBER))
    return rows


def _by_rule(came: pd.DataFrame, debts: pd.DataFrame, rest: dict[str, float], left: dict[int, float]) -> list[tuple]:
    """What no number has placed, in order of days: the same open amount of that customer, else the oldest open invoices of that day; money given back is an advance below nothing."""
    rows = []
    open_ = {c: list(zip(t["invoice_id"], t["issued_on"], strict=True)) for c, t in debts.groupby("customer_id", sort=False)}
    for p in came[[abs(left[i]) > CENT for i in came.index]].itertuples():
        money = left[p.Index]
        ids = open_.get(p.customer_id, [])
        ids[:] = [(i, day) for i, day in ids if rest[i] > CENT]
        there = [i for i, day in ids if day <= p.paid_on] if money > 0 else []
        same = [] if p.is_note else [i for i in there if abs(rest[i] - money) <= CENT]
        for invoice in same[:1] or there:
            part = min(money, rest[invoice])
            rest[invoice] -= part
            money -= part
            rows.append((p.payment_id, invoice, p.customer_id, p.paid_on, part, CREDIT if p.is_note else AMOUNT if same else OLDEST))
            if money <= CENT:
                break
        if abs(money) > CENT:
            rows.append((p.payment_id, "", p.customer_id, p.paid_on, money, ADVANCE))
    return rows


def invoices_settled(
    invoices: pd.DataFrame, laid: pd.DataFrame, *, customers: pd.DataFrame | None, as_of: pd.Timestamp, terms_days: int
) -> pd.DataFrame:
    """Every invoice with what is still open, and since when it is overdue.

    An invoice without a due day is due after its customer's terms, else after `terms_days`.

    Returns
    -------
    DataFrame with invoice_id, customer_id, group, issued_on, due_on, amount, open, settled_on (of the last part; NaT where anything is open), late_days (settled less due;
    of an open one, until as_of: it may become more), bucket_class.
    """
    table = invoices[(invoices["issued_on"] <= as_of) & (invoices["amount"] > 0)][
        ["invoice_id", "customer_id", "issued_on", "amount"]
    ].copy()
    table["due_on"] = _due(invoices, customers, terms_days).reindex(table.index)
    paid = laid[laid["invoice_id"] != ""].groupby("invoice_id").agg(paid=("amount", "sum"), last=("paid_on", "max"))
    table["open"] = (table["amount"] - paid["paid"].reindex(table["invoice_id"]).fillna(0.0).to_numpy()).clip(lower=0).round(4)
    is_open = table["open"] > CENT
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


def balances(settled: pd.DataFrame, laid: pd.DataFrame, *, until: pd.Timestamp) -> pd.DataFrame:
    """Invoiced, paid, owed and overdue at the end of every whole month, with count-back DSO and the collection effectiveness index.

    Returns
    -------
    DataFrame with period (first day), invoiced, owed, current (of it, not yet due), overdue, count_back_days, yearly_days (owed over the invoices of twelve months, the naive figure; NaN before
    a year), effectiveness_ratio (CEI: collected over what could be collected in the month).

    Source: method L13, P28.
    """
    if settled.empty:
        return pd.DataFrame(
            columns=["period", "invoiced", "owed", "current", "overdue", "count_back_days", "yearly_days", "effectiveness_ratio"]
        )
    months = pd.period_range(settled["issued_on"].min(), until, freq="M")
    parts = laid[laid["invoice_id"] != ""].merge(settled[["invoice_id", "due_on", "issued_on"]], on="invoice_id")
    parts["paid_on"] = parts[["paid_on", "issued_on"]].max(axis=1)  # what was paid beforehand pays from the day of the invoice
    at = lambda days: pd.PeriodIndex(days, freq="M")
    by_issue = settled.groupby(at(settled["issued_on"]))["amount"].sum().reindex(months, fill_value=0.0)
    by_pay = parts.groupby(at(parts["paid_on"]))["amount"].sum().reindex(months, fill_value=0.0)
    owed = (by_issue.cumsum() - by_pay.cumsum()).clip(lower=0).round(4)
    overdue = pd.Series([_overdue_at(settled, parts, m.end_time.normalize()) for m in months], index=months)
    table = pd.DataFrame(
        {
            "period": months.to_timestamp(),
            "invoiced": by_issue.to_numpy(),
            "owed": owed.to_numpy(),
            "overdue": np.minimum(overdue, owed).to_numpy(),
        }
    )
    table.insert(3, "current", table["owed"] - table["overdue"])
    days = [m.days_in_month for m in months]
    table["count_back_days"] = [
        count_back(table["invoiced"].iloc[: i + 1], days[: i + 1], table["owed"].iloc[i]) for i in range(len(months))
    ]
    year = table["invoiced"].rolling(12).sum()
    table["yearly_days"] = table["owed"] / year.where(year > 0) * 365
    before = table["owed"].shift(1)
    table["effectiveness_ratio"] = (before + table["invoiced"] - table["owed"]) / (before + table["invoiced"] - table["current"]).where(
        lambda v: v > 0
    )
    return table


def _overdue_at(settled: pd.DataFrame, parts: pd.DataFrame, day: pd.Timestamp) -> float:
    late = settled[settled["due_on"] < day]
    paid = parts[(parts["due_on"] < day) & (parts["paid_on"] <= day)]
    return float(late["amount"].sum() - paid["amount"].sum())


def count_back(invoiced, days, owed: float) -> float:
    """Days of sales that stand in what is owed: the last month's first, then the one before, until it is used up (P28).

    A year's average would say 133 days or 22 for the same behaviour, by when the season was; counted back it is 60 in both.

    >>> high, low = [100] * 6 + [50] * 3 + [300] * 3, [300] * 3 + [100] * 6 + [50] * 3
    >>> [count_back(sales, [30] * 12, sum(sales[-2:])) for sales in (high, low)]
    [60.0, 60.0]
    >>> [round(sum(sales[-2:]) / sum(sales) * 365) for sales in (high, low)]
    [133, 22]
    """
    left, found = float(owed), 0.0
    for sold, length in zip(reversed(list(invoiced)), reversed(list(days)), strict=True):
        if left <= CENT:
            break
        if sold > 0:
            found += length * min(1.0, left / float(sold))
            left -= float(sold)
        else:
            found += length
    return found if left <= CENT else NAN


def unpaid_share(settled: pd.DataFrame, *, confidence: float) -> pd.DataFrame:
    """Share of the invoices settled by each day after they were due, those still open counted for as long as they are (Kaplan-Meier); days before due count as 0.

    Returns
    -------
    DataFrame as intervals.kaplan_meier gives it.
    """
    return intervals.kaplan_meier(
        settled["late_days"].clip(lower=0).to_numpy() + 1, settled["settled_on"].notna().to_numpy(), confidence=confidence
    )


def expected_loss(settled: pd.DataFrame, curve: pd.DataFrame, *, horizon_days: int, confidence: float) -> pd.DataFrame:
    """What of the open money will not have come `horizon_days` after it was due, if these customers pay as all have paid.

    Given that an invoice is unpaid today, the chance is read from the base's own curve. What is open beyond the horizon already has no chance to read: it is counted apart, not
    estimated.

    Returns
    -------
    DataFrame of one row per bucket: bucket_class, open, unpaid_share (NaN beyond the horizon or what was watched), expected_loss, low_loss, high_loss, beyond (open past the horizon).
    """
    owed = settled[settled["open"] > CENT]
    now = np.maximum(owed["late_days"].to_numpy(), 0) + 1
    until = intervals.at(curve, horizon_days + 1, confidence=confidence)
    still = np.array([1 - intervals.at(curve, day - 1, confidence=confidence)[0] if day > 1 else 1.0 for day in now])
    chance, low, high = ((1 - value) / np.where(still > 0, still, np.nan) for value in (until[0], until[2], until[1]))
    beyond = now > horizon_days + 1
    part = owed.assign(
        chance=np.where(beyond, np.nan, np.clip(chance, 0, 1)), low=np.where(beyond, np.nan, np.clip(low, 0, 1)), high=np.where(beyond, np.nan, np.clip(high, 0, 1)), past=np.where(beyond, owed["open"], 0.0),
    )  # fmt: skip
    rows = []
    for _limit, name in BUCKETS:
        of = part[part["bucket_class"] == name]
        money = [float((of["open"] * of[c]).sum(min_count=1)) if of[c].notna().any() else NAN for c in ("chance", "low", "high")]
        told = of.loc[of["chance"].notna(), "open"].sum()
        rows.append((name, float(of["open"].sum()), money[0] / told if told else NAN, *money, float(of["past"].sum())))
    return pd.DataFrame(rows, columns=["bucket_class", "open", "unpaid_share", "expected_loss", "low_loss", "high_loss", "beyond"])


def debtors(
    settled: pd.DataFrame, laid: pd.DataFrame, *, customers: pd.DataFrame | None, classes: pd.DataFrame | None, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Each group of companies: what it owes, how late it pays, and its limit; most overdue money first (L14, E40 criteria 3 and 4).

    Days beyond terms weigh invoices of the last twelve months by their money; early payment counts as negative, and what is open as if it were paid today, so that the figure of those who
    do not pay is too low.

    Returns
    -------
    DataFrame with group, manager_id (of its first member; empty where unknown), abc_class, invoiced (twelve months), open, overdue, oldest_days (of the oldest overdue), days_beyond_terms_days,
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
    table["paid_late_share"] = weight["paid_late"] / weight["amount"]
    table["invoiced"] = settled[settled["issued_on"] > as_of - pd.DateOffset(years=1)].groupby("group")["amount"].sum()
    advance = laid[laid["how_class"] == ADVANCE]
    table["advance"] = advance.groupby(groups(customers, advance["customer_id"]))["amount"].sum()
    table[["overdue", "invoiced", "advance"]] = table[["overdue", "invoiced", "advance"]].fillna(0.0)
    table = table.rename_axis("group").reset_index()
    table["credit_limit"], table["over_limit"] = _limits(table, customers)
    table["manager_id"] = _managers(table["group"], customers)
    table["abc_class"] = (
        table["group"].map(classes.drop_duplicates("group").set_index("group")["abc_class"]).fillna("") if classes is not None else ""
    )
    columns = [
        "group", "manager_id", "abc_class", "invoiced", "open", "overdue", "oldest_days", "days_beyond_terms_days", "paid_late_share", "credit_limit", "over_limit", "advance",
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
    from audit.groups import leads

    if customers is None or "manager_id" not in customers.columns:
        return pd.Series("", index=group.index)
    return group.map(leads(customers)["manager_id"]).fillna("")


def by(debtors: pd.DataFrame, column: str) -> pd.DataFrame:
    """Debtors together by manager or class, most overdue first.

    Returns
    -------
    DataFrame with that column, customers, invoiced, open, overdue, overdue_share (of what is open), paid_late_share and days_beyond_terms_days (weighted by money invoiced).
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


def matched(laid: pd.DataFrame) -> pd.DataFrame:
    """How payments found their invoices.

    Returns
    -------
    DataFrame with how_class, parts, amount, amount_share; only ways that occur.
    """
    sums = laid.groupby("how_class")["amount"].agg(["size", "sum"]).reindex([h for h in HOW if (laid["how_class"] == h).any()])
    table = sums.rename_axis("how_class").reset_index().rename(columns={"size": "parts", "sum": "amount"})
    total = table["amount"].sum()
    return table.assign(amount_share=table["amount"] / total if total else NAN)


def findings(
    settled: pd.DataFrame,
    months: pd.DataFrame,
    owing: pd.DataFrame,
    losses: pd.DataFrame,
    ways: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    horizon_days: int,
) -> list[Finding]:
    """What is owed and overdue, count-back DSO beside the yearly figure, days beyond terms, limits, expected loss, how payments were matched."""
    if settled.empty:
        return [
            Finding(
                "receivables", "receivables", "fact", N_("What customers owe cannot be said."), why=N_("there is no invoice until as_of")
            )
        ]
    return [_owed(owing), *_days(months), _terms(settled, as_of), *_over(owing), _loss(losses, horizon_days), *_ways(ways)]


def _owed(owing: pd.DataFrame) -> Finding:
    owed, late = float(owing["open"].sum()), owing[owing["overdue"] > CENT]
    return Finding(
        "receivables", "receivables", "fact", N_("{debtors} customers owe {owed}, of it {value} overdue, from {count} of them; the three most overdue carry {top_share} of that."),
        value=float(late["overdue"].sum()), unit="money", n=len(owing), money=float(late["overdue"].sum()), money_low=float(late["overdue"].sum()),
        money_high=float(late["overdue"].sum()), who=", ".join(late["group"].head(10)),
        params={"debtors": int((owing["open"] > CENT).sum()), "owed": owed, "count": len(late), "top_share": float(late["overdue"].head(3).sum() / late["overdue"].sum()) if len(late) else 0.0},
    )  # fmt: skip


def _days(months: pd.DataFrame) -> list[Finding]:
    whole = months[months["count_back_days"].notna()]
    if whole.empty:
        return [
            Finding(
                "dso",
                "receivables",
                "fact",
                N_("For how many days of sales customers owe cannot be said."),
                why=N_("what is owed is more than all invoices seen"),
            )
        ]
    now = whole.iloc[-1]
    ago = whole[whole["period"] == now["period"] - pd.DateOffset(years=1)]
    found = Finding(
        "dso", "receivables", "fact", N_("What is owed stands for the last {value} days of sales, counted back (a year before: {previous}); a year’s average would say {yearly_days}."),
        value=float(now["count_back_days"]), unit="days", n=len(whole), previous=float(ago["count_back_days"].iloc[0]) if len(ago) else NAN,
        params={"yearly_days": float(now["yearly_days"])},
    )  # fmt: skip
    ratio = months["effectiveness_ratio"].tail(12).mean()
    before = months["effectiveness_ratio"].iloc[-24:-12].mean() if len(months) >= 24 else NAN
    rest = Finding(
        "collection",
        "receivables",
        "fact",
        N_("In the last twelve months {value} of what could be collected in a month was (the twelve before: {previous})."),
        value=float(ratio),
        n=len(months),
        previous=float(before),
    )
    return [found, *([rest] if ratio == ratio else [])]


def _terms(settled: pd.DataFrame, as_of: pd.Timestamp) -> Finding:
    year = settled[(settled["due_on"] > as_of - pd.DateOffset(years=1)) & ((settled["due_on"] <= as_of) | settled["settled_on"].notna())]
    money = year["amount"].sum()
    if not money:
        return Finding(
            "beyond_terms",
            "receivables",
            "fact",
            N_("How late customers pay cannot be said."),
            why=N_("no invoice was due in the last twelve months"),
        )
    late = year["late_days"] > 0
    return Finding(
        "beyond_terms", "receivables", "fact", N_("Weighted by money, invoices due in the last twelve months were paid {value} days beyond terms; {late_share} of the money came late, {open} of it has not come."),
        value=float((year["amount"] * year["late_days"]).sum() / money), unit="days", n=len(year),
        params={"late_share": float(year.loc[late, "amount"].sum() / money), "open": float(year["open"].sum())},
    )  # fmt: skip


def _over(owing: pd.DataFrame) -> list[Finding]:
    told = owing[owing["credit_limit"].notna()]
    if told.empty:
        return []
    over = told[told["over_limit"] > CENT].sort_values(["over_limit", "group"], ascending=[False, True])
    return [
        Finding(
            "credit_limits", "receivables", "fact", N_("Of {n} customers with a credit limit {value} owe more than it allows, together {money} more."), value=float(len(over)), unit="count",
            n=len(told), money=float(over["over_limit"].sum()), money_low=float(over["over_limit"].sum()), money_high=float(over["over_limit"].sum()), who=", ".join(over["group"].head(10)), params={"money": float(over["over_limit"].sum())},
        )
    ]  # fmt: skip


def _loss(losses: pd.DataFrame, horizon_days: int) -> Finding:
    beyond = float(losses["beyond"].sum())
    if losses["expected_loss"].notna().sum() == 0:
        why = N_("no invoice has been watched for so long after it was due")
        return Finding(
            "expected_loss",
            "receivables",
            "estimate",
            N_("How much of what is owed will not come cannot be said."),
            why=why,
            n=int((losses["open"] > 0).sum()),
        )
    value, low, high = (float(losses[c].sum()) for c in ("expected_loss", "low_loss", "high_loss"))
    return Finding(
        "expected_loss", "receivables", "estimate", N_("If customers pay as they have paid, {value} ({low} to {high}) of what is owed will still be unpaid {days} days after it was due; {beyond} is older already and not estimated."),
        value=value, unit="money", n=int((losses["open"] > 0).sum()), low=low, high=high, money=value, money_low=low, money_high=high, params={"days": horizon_days, "beyond": beyond},
    )  # fmt: skip


def _ways(ways: pd.DataFrame) -> list[Finding]:
    paid = ways[~ways["how_class"].isin([CREDIT, DATED])].set_index("how_class")["amount"]
    total = float(paid.sum())
    if not total:
        return []
    by_number = float(paid.get(NUMBER, 0.0)) / total
    params = {
        "amount_share": float(paid.get(AMOUNT, 0.0)) / total,
        "oldest_share": float(paid.get(OLDEST, 0.0)) / total,
        "advance_share": float(paid.get(ADVANCE, 0.0)) / total,
    }
    message = N_(
        "{value} of the money paid names its invoice; {amount_share} was laid on an invoice of the same amount, {oldest_share} on the oldest open one, {advance_share} found none."
    )
    return [Finding("payments_matched", "receivables", "fact", message, value=by_number, n=int(ways["parts"].sum()), params=params)]

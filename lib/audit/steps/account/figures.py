"""The account's figures, each as its chapter has it: year, profit with and without what is given, debts, and how far its sales can be foretold."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import NAN
from audit.i18n import mark as N_
from audit.steps.account.pack import Account, of_account
from audit.steps.receivables.codes import Applied

CENT = 0.005


def year_figures(overview: pd.DataFrame, of: Account) -> pd.DataFrame:
    """Sales and margin of the last twelve whole months and of those before, and the rank among all groups: figure, value, before, rank.

    The sums over the account's companies of the rows of customer_overview.
    """
    own = overview[overview["customer_id"].isin(of.members)]
    sales = overview.groupby("group")["year_revenue"].sum()
    rank = float(sales.rank(ascending=False, method="min").get(of.group, NAN))
    rows = [
        (N_("Sales"), float(own["year_revenue"].sum()), float(own["revenue_before"].sum()), rank),
        (N_("Margin on goods"), float(own["margin"].sum(min_count=1)), NAN, NAN),
    ]
    return pd.DataFrame(rows, columns=["figure", "value", "year_before", "rank"])


def profit_figures(profits: pd.DataFrame | None, dossier: pd.DataFrame | None, of: Account, *, since: pd.Timestamp) -> pd.DataFrame:
    """Profit of the account after serving it, with and without what was given beyond the goods (G2, E39), and what the forms alone name as given since that
    day: it stands in no profit. figure, value; empty where not computed."""
    own = of_account(profits, of)
    if own.empty:
        return pd.DataFrame(columns=["figure", "value"])
    row = own.iloc[0]
    rows = [
        (N_("Margin on goods"), row["margin"]),
        (N_("Cost to serve"), -row["cost_to_serve"]),
        (N_("Extras on top of the goods"), -row["given"]),
        (N_("Cost of acquiring it"), -row["acquisition"]),
        (N_("Profit after all of it"), row["profit"]),
        (N_("Profit without extras"), row["profit"] + row["given"]),
    ]
    named = of_account(dossier, of)
    more = float(named.loc[(named["date"] >= since) & ~named["is_exported"], "cost_to_us"].sum()) if len(named) else 0.0
    rows += [(N_("Given by the form alone: in no figure above"), -more)] if more > CENT else []
    return pd.DataFrame(rows, columns=["figure", "value"])


def debt_figures(debtors: pd.DataFrame | None, of: Account) -> pd.DataFrame:
    """What the account owes, how late, against its limit: figure, value; empty where no invoices are known."""
    own = of_account(debtors, of)
    if own.empty:
        return pd.DataFrame(columns=["figure", "value"])
    row = own.iloc[0]
    names = {"open": N_("Owed"), "overdue": N_("Overdue"), "credit_limit": N_("Credit limit"), "over_limit": N_("Above its limit")}
    return pd.DataFrame([(name, row[column]) for column, name in names.items()], columns=["figure", "value"])


def months(panel: pd.DataFrame, applied: pd.DataFrame | None, of: Account, *, until: pd.Timestamp, count: int = 24) -> pd.DataFrame:
    """Sales and payments of the account by month, the last `count` whole ones: period, revenue, paid (missing where payments are not known)."""
    periods = pd.period_range(until.to_period("M") - count + 1, until.to_period("M"), freq="M").to_timestamp()
    own = panel[panel["customer_id"].isin(of.members)]
    revenue = own.groupby("period")["revenue"].sum().reindex(periods, fill_value=0.0)
    table = pd.DataFrame({"period": periods, "revenue": revenue.to_numpy(dtype=float), "paid": NAN})
    if applied is not None:
        paid = applied[applied["customer_id"].isin(of.members) & ~applied["how_class"].isin([Applied.CREDIT, Applied.CREDIT_LEFT])]
        by = paid.groupby(paid["paid_on"].dt.to_period("M").dt.to_timestamp())["amount"].sum()
        table["paid"] = by.reindex(periods, fill_value=0.0).to_numpy(dtype=float)
    return table


def forecast_error(overview: pd.DataFrame, of: Account) -> pd.DataFrame:
    """How far next year's sales can be foretold by this year's: how far last year's were off, for this account and, in the middle, for others (E38).

    Returns
    -------
    DataFrame of one row: repeated (sales of the last twelve months), missed_rate (by which those before missed them, NaN where there were none), usual_rate
    (median of the groups with sales in both years), n (of these).

    Source: method E38; the rule is the naive one, without a model.
    """
    both = overview.groupby("group")[["year_revenue", "revenue_before"]].sum()
    known = both[(both["year_revenue"] > 0) & (both["revenue_before"] > 0)]
    missed = (known["revenue_before"] - known["year_revenue"]).abs() / known["year_revenue"]
    others = missed.drop(of.group, errors="ignore")
    row = (float(both.at[of.group, "year_revenue"]), float(missed.get(of.group, NAN)), float(others.median()), len(others))
    return pd.DataFrame([row], columns=["repeated", "missed_rate", "usual_rate", "n"])

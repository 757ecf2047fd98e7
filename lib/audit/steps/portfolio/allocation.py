"""What each class takes and gives, how many a manager carries, and who may compete."""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.core.findings import NAN
from audit.core.groups import groups, leads
from audit.stats import shares
from audit.steps.portfolio.classes import are_told
from audit.steps.portfolio.codes import PortfolioClass

LARGEST = 300  # customers among whom rivals are looked for


def balance(
    table: pd.DataFrame,
    profits: pd.DataFrame | None,
    *,
    activities: pd.DataFrame | None,
    customers: pd.DataFrame | None,
    until: pd.Timestamp,
) -> pd.DataFrame:
    """What each class takes of our effort and gives of the profit, before what it cost to win the customers (D10, M14).

    Returns
    -------
    DataFrame with portfolio_class, customers, revenue, revenue_share, profit, profit_ratio, cost_to_serve, effort_share, contacts,
    contacts_share; NaN where profits or contacts are unknown, no rows where no classes can be told.
    """
    if not are_told(table):
        return registry.empty("portfolio_balance")
    of = table[["group", "portfolio_class", "revenue"]].copy()
    known = _profits(profits).reindex(of["group"])
    of["profit"], of["cost_to_serve"] = known["profit"].to_numpy(), known["cost_to_serve"].to_numpy()
    of["contacts"] = NAN
    if activities is not None:
        had = activities[(activities["date"] <= until) & (activities["date"] > until - pd.DateOffset(years=1))]
        of["contacts"] = of["group"].map(groups(customers, had["customer_id"]).value_counts()).fillna(0.0).astype(float)
    sums = of.groupby("portfolio_class")[["revenue", "profit", "cost_to_serve", "contacts"]].sum(min_count=1).reindex(list(PortfolioClass))
    sums["customers"] = of["portfolio_class"].value_counts()
    sums = sums.fillna({"customers": 0, "revenue": 0.0})
    for column, share in [
        ("revenue", "revenue_share"),
        ("profit", "profit_ratio"),
        ("cost_to_serve", "effort_share"),
        ("contacts", "contacts_share"),
    ]:
        sums[share] = shares.of_whole(sums[column])
    columns = [
        "customers",
        "revenue",
        "revenue_share",
        "profit",
        "profit_ratio",
        "cost_to_serve",
        "effort_share",
        "contacts",
        "contacts_share",
    ]
    return sums.astype({"customers": int}).rename_axis("portfolio_class").reset_index()[["portfolio_class", *columns]]


def _profits(profits: pd.DataFrame | None) -> pd.DataFrame:
    """Profit and cost to serve by group; what it cost to win a customer is an outlay on years to come, not part of its character."""
    columns = ["profit", "cost_to_serve"]
    if profits is None or profits.empty:
        return pd.DataFrame(columns=columns, dtype=float)
    return profits.set_index("group").assign(profit=lambda t: t["profit"] + t["acquisition"])[columns]


def capacity(table: pd.DataFrame, *, customers: pd.DataFrame | None) -> pd.DataFrame:
    """How many customers of each class a manager looks after: developing takes time, and there is only so much (D9).

    Returns
    -------
    DataFrame with manager_id, customers, development, core, maintenance, opportunistic, new (counts); most to develop first. No rows where
    nobody says who looks after whom, and where no classes can be told.
    """
    columns = [
        "manager_id",
        "customers",
        PortfolioClass.DEVELOPMENT,
        PortfolioClass.CORE,
        PortfolioClass.MAINTENANCE,
        PortfolioClass.OPPORTUNISTIC,
        PortfolioClass.NEW,
    ]
    if not are_told(table) or customers is None or "manager_id" not in customers.columns:
        return registry.empty("portfolio_capacity")
    of = table.assign(manager_id=table["group"].map(leads(customers)["manager_id"]).fillna(""))
    of = of[of["manager_id"] != ""]
    counts = of.groupby(["manager_id", "portfolio_class"]).size().unstack(fill_value=0).reindex(columns=list(PortfolioClass), fill_value=0)
    counts["customers"] = counts.sum(axis=1)
    return (
        counts.reset_index()
        .sort_values([PortfolioClass.DEVELOPMENT, "manager_id"], ascending=[False, True], ignore_index=True)
        .rename_axis(columns=None)[columns]
    )


def conflicts(table: pd.DataFrame, *, customers: pd.DataFrame | None) -> pd.DataFrame:
    """Customers to grow that may compete with each other: of one industry in one region (D12). A question to the sales team, not a fact.

    Returns
    -------
    DataFrame with group, rival, industry, region, revenue (of both): pairs of core and development customers whose class is clear; most
    money first.
    """
    columns = ["group", "rival", "industry", "region", "revenue"]
    if customers is None or not {"industry", "region"} <= set(customers.columns):
        return registry.empty("portfolio_conflicts")
    first = leads(customers)
    is_to_grow = table["portfolio_class"].isin([PortfolioClass.CORE, PortfolioClass.DEVELOPMENT])
    of = table[is_to_grow & table["is_clear"] & ~table["is_stopped"].astype(bool)].copy()
    for column in ("industry", "region"):
        of[column] = of["group"].map(first[column]).fillna("")
    of = of[(of["industry"] != "") & (of["region"] != "")][["group", "industry", "region", "revenue"]].nlargest(LARGEST, "revenue")
    pairs = of.merge(of.rename(columns={"group": "rival", "revenue": "other"}), on=["industry", "region"])
    pairs = pairs[pairs["group"] < pairs["rival"]]
    pairs["revenue"] = pairs["revenue"] + pairs["other"]
    return pairs.sort_values(["revenue", "group", "rival"], ascending=[False, True, True], ignore_index=True)[columns]


def named_rivals(pairs: pd.DataFrame, customers: pd.DataFrame | None) -> pd.DataFrame:
    """The pairs with the rival's name in place of its id, where the base has it."""
    from audit.core.groups import group_names

    return pairs.assign(rival=pairs["rival"].map(group_names(pairs["rival"], customers)).astype("str"))

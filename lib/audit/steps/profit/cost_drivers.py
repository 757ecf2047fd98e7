"""What did each customer cause: orders, deliveries, returns, contacts, credit, in the year whose costs are known?"""

from __future__ import annotations

import pandas as pd

from audit.core.groups import groups
from audit.core.periods import last_year


def cost_year(costs: pd.DataFrame | None, panel: pd.DataFrame, *, until: pd.Timestamp) -> int:
    """The last whole calendar year for which cost pools are known, or the last whole one without any; 0 where the cost of goods is
    unknown: then all tables of this chapter are empty."""
    if "cost" not in panel.columns or panel["cost"].isna().all():
        return 0
    last = until.year if until.month == 12 else until.year - 1
    known = sorted({int(y) for y in costs["period"].astype(str) if y.isdigit()} if costs is not None else {last})
    return max((y for y in known if y <= last and len(of_year(panel, y))), default=0)


def of_year(panel: pd.DataFrame, year: int) -> pd.DataFrame:
    """The panel of a calendar year; no rows for year 0."""
    return last_year(panel, until=pd.Timestamp(year, 12, 31)) if year else panel.iloc[:0]


def drivers(
    panel: pd.DataFrame,
    *,
    year: int,
    customers: pd.DataFrame | None,
    history: pd.DataFrame,
    behaviour: pd.DataFrame | None,
    activities: pd.DataFrame | None,
    credit: pd.DataFrame | None,
) -> pd.DataFrame:
    """How much of each driver every group of companies caused in a year.

    Lines are orders of the year times the customer's own lines per order; returns are money taken back; credit is thousands of money times
    days. A driver whose table is missing has no column.

    Returns
    -------
    DataFrame, index group: orders, purchases (days with a delivery), returns, customers (1 for each that bought), new customers, and where
    known lines, contacts, credit.
    """
    bought = of_year(panel, year)
    group = groups(customers, bought["customer_id"])
    by = bought.groupby(group)
    table = pd.DataFrame({"orders": by["orders"].sum(), "purchases": by["purchases"].sum()})
    if "returned" in bought.columns:
        table["returns"] = -by["returned"].sum()
    table["customers"] = 1.0
    there = table.index
    new = history[history["is_first_known"] & (history["first_on"].dt.year == year)]
    table["new customers"] = new.groupby(groups(customers, new["customer_id"])).size()
    if behaviour is not None:
        whole = panel.groupby("customer_id")["orders"].sum()
        per_order = behaviour.set_index("customer_id")["lines"] / whole
        lines = bought["orders"] * bought["customer_id"].map(per_order).astype(float)
        table["lines"] = lines.groupby(group).sum()
    if activities is not None:
        had = activities[activities["date"].dt.year == year]
        table["contacts"] = had.groupby(groups(customers, had["customer_id"])).size()
    if credit is not None and len(credit):
        table["credit"] = credit["money_days"].div(1000).groupby(groups(customers, credit["customer_id"])).sum()
    return table.reindex(there).fillna(0.0).rename_axis("group").sort_index()

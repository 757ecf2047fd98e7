"""What did the company spend, and how is it laid on customers? By drivers, never by revenue (P34)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.findings import NAN
from audit.steps.profit.codes import Driver, Laid
from audit.steps.profit.cost_drivers import of_year

RIVALS = ("orders", "lines", "purchases", "contacts")  # drivers that another could stand for


def pools(costs: pd.DataFrame | None, caused: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """The year's cost pools, what drives each, and whether it can be laid on customers.

    Returns
    -------
    DataFrame with pool, driver, amount, unit_cost_number (of one unit of the driver; NaN where not laid), laid_class (laid on customers, a
    cost of the company, or why not).
    """
    costs = pd.DataFrame({"period": [], "pool": [], "amount": []}).astype({"amount": float}) if costs is None else costs
    table = costs[costs["period"].astype(str) == str(year)].copy()
    table["driver"] = table["driver"].fillna(Driver.NONE).replace("", Driver.NONE) if "driver" in table.columns else Driver.NONE
    total = table["driver"].map(caused.sum()).astype(float)
    table["unit_cost_number"] = table["amount"] / total.where(total > 0)
    said = np.select(
        [table["driver"] == Driver.NONE, table["driver"] == Driver.REVENUE, total > 0],
        [Laid.COMPANY, Laid.BY_REVENUE, Laid.CUSTOMERS],
        Laid.NO_DRIVER,
    )
    return table.assign(laid_class=said)[["pool", "driver", "amount", "unit_cost_number", "laid_class"]].sort_values(
        ["amount", "pool"], ascending=[False, True], ignore_index=True
    )


def laid(table: pd.DataFrame, caused: pd.DataFrame, instead: dict[str, str] | None = None) -> pd.DataFrame:
    """Cost of each pool that is laid, by group; `instead`: another driver for a pool."""
    found = {}
    for row in table[table["unit_cost_number"].notna()].itertuples():
        use = caused[(instead or {}).get(row.pool, row.driver)]
        found[row.pool] = row.amount * use / use.sum()
    return pd.DataFrame(found, index=caused.index)


def alternatives(table: pd.DataFrame, caused: pd.DataFrame) -> list[tuple[str, str]]:
    """Pool and another driver that could stand for its own: pools driven by one of RIVALS, laid by each other of them."""
    there = [d for d in RIVALS if d in caused.columns and caused[d].sum() > 0]
    of = table[table["unit_cost_number"].notna() & table["driver"].isin(RIVALS)]
    return [(row.pool, driver) for row in of.itertuples() for driver in there if driver != row.driver]


def selling_cost(costs: pd.DataFrame | None, panel: pd.DataFrame, *, until: pd.Timestamp) -> pd.DataFrame:
    """What serving a customer costs, and how large an order is, year by year (C9); of pools with a driver, what it costs to win customers
    apart. No rows without costs.

    Returns
    -------
    DataFrame with period, customers (that bought), serving_cost, cost_per_customer, order_value, cost_to_sales_rate.
    """
    rows = []
    for year in (
        []
        if costs is None
        else sorted({int(y) for y in costs["period"].astype(str) if y.isdigit() and pd.Timestamp(int(y), 12, 31) <= until})
    ):
        of = costs[
            (costs["period"].astype(str) == str(year))
            & costs.get("driver", pd.Series(Driver.NONE, index=costs.index))
            .fillna("")
            .isin(["", Driver.NONE, Driver.REVENUE, Driver.WINNING])
            .eq(False)
        ]
        bought = of_year(panel, year)
        n, sales, spent = bought["customer_id"].nunique(), float(bought["revenue"].sum()), float(of["amount"].sum())
        if n:
            rows.append((str(year), n, spent, spent / n, sales / float(bought["orders"].sum()), spent / sales if sales else NAN))
    return pd.DataFrame(rows, columns=["period", "customers", "serving_cost", "cost_per_customer", "order_value", "cost_to_sales_rate"])

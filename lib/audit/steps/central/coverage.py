"""Who deals with each customer: one manager alone, or nobody lately?"""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.stats import shares

YEAR_DAYS = 365


def sole_managers(sellers: pd.DataFrame | None, *, as_of: pd.Timestamp, window_days: float) -> pd.DataFrame:
    """Customers with whom one manager alone has dealt, by manager: what would leave with the manager (K2, M7); empty where sales name none.

    Known from sales of the window; who writes to a customer without selling is not seen here.

    Returns
    -------
    DataFrame: manager_id, customers (served in the window), sole_customers, revenue, sole_revenue, sole_share (of the manager's revenue).

    Source: method K2 (contacts of the company, not of a person), bus factor.
    """
    if sellers is None or "manager_id" not in sellers.columns:
        return registry.empty("sole_managers")
    recent = sellers[(sellers["period"] > pd.Timestamp(as_of) - pd.Timedelta(days=window_days)) & (sellers["manager_id"] != "")]
    by_pair = recent.groupby(["customer_id", "manager_id"], as_index=False)["revenue"].sum()
    by_pair["is_sole"] = by_pair.groupby("customer_id")["manager_id"].transform("nunique") == 1
    by_pair["sole_revenue"] = by_pair["revenue"].where(by_pair["is_sole"], 0.0)
    sums = by_pair.groupby("manager_id", as_index=False).agg(
        customers=("customer_id", "size"),
        sole_customers=("is_sole", "sum"),
        revenue=("revenue", "sum"),
        sole_revenue=("sole_revenue", "sum"),
    )
    sums["sole_share"] = shares.told(sums["sole_revenue"] / sums["revenue"].where(sums["revenue"] > 0))
    return sums.astype({"sole_customers": "int64"}).sort_values(["sole_revenue", "manager_id"], ascending=[False, True], ignore_index=True)


def contacted(
    history: pd.DataFrame, activities: pd.DataFrame | None, *, as_of: pd.Timestamp, within_days: float, active_days: float = YEAR_DAYS
) -> pd.DataFrame:
    """Whether each customer who bought in the last year was contacted lately (K4).

    Returns
    -------
    DataFrame: customer_id, revenue, last_contact_on (NaT: never), is_contacted; empty where contacts were not sent.

    Source: method K4.
    """
    names = ["customer_id", "revenue", "last_contact_on", "is_contacted"]
    if activities is None:
        return registry.empty("contacted")
    day = pd.Timestamp(as_of)
    rows = history.loc[history["last_on"] > day - pd.Timedelta(days=active_days), ["customer_id", "revenue"]]
    last = activities[activities["date"] <= day].groupby("customer_id")["date"].max()
    rows = rows.assign(last_contact_on=rows["customer_id"].map(last))
    return rows.assign(is_contacted=rows["last_contact_on"] >= day - pd.Timedelta(days=within_days))[names].reset_index(drop=True)

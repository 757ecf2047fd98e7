"""Which customers were contacted lately?"""

from __future__ import annotations

import pandas as pd

from audit.core import registry

YEAR_DAYS = 365


def contacted(
    history: pd.DataFrame, activities: pd.DataFrame | None, *, as_of: pd.Timestamp, within_days: float, active_days: float = YEAR_DAYS
) -> pd.DataFrame:
    """Whether each customer who bought in the last year was contacted lately (K4).

    Returns
    -------
    DataFrame: customer_id, revenue_to_date, last_contact_on (NaT: never), is_contacted; empty where contacts were not sent.

    Source: method K4.
    """
    names = ["customer_id", "revenue_to_date", "last_contact_on", "is_contacted"]
    if activities is None:
        return registry.empty("contacted")
    day = pd.Timestamp(as_of)
    rows = history.loc[history["last_on"] > day - pd.Timedelta(days=active_days), ["customer_id", "revenue"]].rename(
        columns={"revenue": "revenue_to_date"}
    )
    last = activities[activities["date"] <= day].groupby("customer_id")["date"].max()
    rows = rows.assign(last_contact_on=rows["customer_id"].map(last))
    return rows.assign(is_contacted=rows["last_contact_on"] >= day - pd.Timedelta(days=within_days))[names].reset_index(drop=True)

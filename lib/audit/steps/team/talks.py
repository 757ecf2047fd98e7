"""With whom of the sellers has the head talked about the work? (H15, H21)

Grades and what was agreed are between two people: they stay in the form and are compared with nothing. What counts here is that somebody talked, and when.
"""

from __future__ import annotations

import pandas as pd

from audit.core import registry


def reviewed(reviews: pd.DataFrame | None, managers: pd.DataFrame | None, *, as_of: pd.Timestamp, fresh_days: int) -> pd.DataFrame:
    """One row per manager who is there, where anybody was reviewed at all.

    Returns
    -------
    DataFrame with manager_id, reviewed_on (empty: never written down), is_recent (within `fresh_days`);
    the longest ago first.

    Source: method H15, H21, P35.
    """
    if reviews is None or managers is None:
        return registry.empty("reviewed")
    there = managers[managers["left_on"].isna() | (managers["left_on"] > as_of)] if "left_on" in managers.columns else managers
    table = there[["manager_id"]].merge(reviews.reindex(columns=["manager_id", "reviewed_on"]), how="left", on="manager_id")
    table["reviewed_on"] = pd.to_datetime(table["reviewed_on"])
    table["reviewed_on"] = table["reviewed_on"].where(table["reviewed_on"] <= as_of)
    table["is_recent"] = table["reviewed_on"] > as_of - pd.Timedelta(days=fresh_days)
    return table.sort_values(["reviewed_on", "manager_id"], na_position="first", ignore_index=True)[registry.tables()["reviewed"].names]

"""Do those who complained go on buying, and does settling it in time help? Each beside customers who bought as much and did not complain (I3).

Complainers are heavy buyers: set against all customers they look loyal whatever was done. What is compared here is what customers of like purchases did.
"""

from __future__ import annotations

import pandas as pd

from audit.stats.matched import followed
from audit.steps.service.case_counts import with_columns
from audit.steps.service.codes import After

MONTHS = 6


def complainers(cases: pd.DataFrame | None, panel: pd.DataFrame, *, until: pd.Timestamp, settle_days: int) -> pd.DataFrame:
    """First complaints of customers with six whole months seen before and after.

    Parameters
    ----------
    settle_days
        within which a complaint counts as settled in time.

    Returns
    -------
    DataFrame with customer_id, date, cause, after_class (After), revenue_before, revenue_after, is_kept, like_share; the largest first.

    Source: method I3.
    """
    columns = ["customer_id", "date", "cause", "after_class", "revenue_before", "revenue_after", "is_kept", "like_share"]
    if cases is None:
        return pd.DataFrame({c: pd.Series(dtype="str") for c in columns})
    told = with_columns(cases[cases["kind"] == "complaint"]).sort_values(["date", "case_id"]).drop_duplicates("customer_id")
    in_time = told["closed_on"].notna() & ((told["closed_on"] - told["date"]).dt.days <= settle_days)
    told = told.assign(after_class=in_time.map({True: After.SETTLED, False: After.OPEN}).astype("object").astype("str"))
    table = followed(told, panel, on="date", until=until, months=MONTHS)
    return table.sort_values(["revenue_before", "customer_id"], ascending=[False, True], ignore_index=True)[columns]


def value_of(cases: pd.DataFrame | None, panel: pd.DataFrame, *, until: pd.Timestamp) -> tuple[int, float, float]:
    """How many customers complained in the last twelve months, and the median sales of these and of all others: complainers are seldom the small ones."""
    if cases is None:
        return 0, float("nan"), float("nan")
    end = until.to_period("M").start_time
    year = panel[(panel["period"] > end - pd.DateOffset(years=1)) & (panel["period"] <= end)].groupby("customer_id")["revenue"].sum()
    who = set(
        cases.loc[
            (cases["kind"] == "complaint") & (cases["date"] > until - pd.DateOffset(years=1)) & (cases["date"] <= until), "customer_id"
        ]
    )
    is_one = year.index.isin(who)
    return len(who), float(year[is_one].median()), float(year[~is_one].median())

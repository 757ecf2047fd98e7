"""Do those who complained go on buying, and does settling it in time help? Each beside customers who bought as much and did not complain (I3).

Complainers are heavy buyers: set against all customers they look loyal whatever was done. And a complaint may stay open because the customer has gone: whether it
was settled in time is known when the months looked at begin, whether it ever was is not, and decides nothing here. What is compared here is what customers of like purchases did.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core import registry
from audit.core.periods import last_year
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
    DataFrame with customer_id, date, cause, after_class (After), half_before, half_after (sales of six months each), is_kept, like_share; the largest first.

    Source: method I3.
    """
    if cases is None or "closed_on" not in cases.columns:
        return registry.empty("after_complaints")
    told = with_columns(cases[cases["kind"] == "complaint"]).sort_values(["date", "case_id"]).drop_duplicates("customer_id")
    days = (told["closed_on"] - told["date"]).dt.days
    told = told.assign(
        after_class=np.select([days <= settle_days, told["closed_on"].notna()], [After.SETTLED, After.LATER], After.NEVER).astype("str")
    )
    table = followed(told, panel, on="date", until=until, months=MONTHS)
    table = table.rename(columns={"revenue_before": "half_before", "revenue_after": "half_after"})
    return table.sort_values(["half_before", "customer_id"], ascending=[False, True], ignore_index=True)[
        registry.tables()["after_complaints"].names
    ]


def value_of(cases: pd.DataFrame | None, panel: pd.DataFrame, *, until: pd.Timestamp) -> tuple[int, float, float]:
    """How many customers complained in the last twelve months, and the median sales of these and of all others: complainers are seldom the small ones."""
    if cases is None:
        return 0, float("nan"), float("nan")
    year = last_year(panel, until=until).groupby("customer_id")["revenue"].sum()
    who = set(
        cases.loc[
            (cases["kind"] == "complaint") & (cases["date"] > until - pd.DateOffset(years=1)) & (cases["date"] <= until), "customer_id"
        ]
    )
    is_one = year.index.isin(who)
    return len(who), float(year[is_one].median()), float(year[~is_one].median())

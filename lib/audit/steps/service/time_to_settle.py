"""How long until a complaint is settled? Open ones count for as long as they have been open: the closed alone look quick (I3)."""

from __future__ import annotations

import pandas as pd

from audit.stats.survival import kaplan_meier
from audit.steps.service.case_counts import with_columns


def settling(cases: pd.DataFrame | None, *, as_of: pd.Timestamp, confidence: float) -> pd.DataFrame:
    """The share of complaints settled by each day, with its interval.

    Returns
    -------
    DataFrame as `stats.survival.kaplan_meier` gives it: days, happened_share, low_share, high_share, watched; empty without a complaint.

    Source: method I3; ISO 10002; Kaplan and Meier 1958.
    """
    if cases is None or "closed_on" not in cases.columns:
        return kaplan_meier([], [], confidence=confidence)
    part = with_columns(cases[(cases["kind"] == "complaint") & (cases["date"] <= as_of)])
    is_closed = part["closed_on"].notna() & (part["closed_on"] <= as_of)
    days = (part["closed_on"].where(is_closed, as_of) - part["date"]).dt.days.clip(lower=0)
    return kaplan_meier(days.to_numpy(), is_closed.to_numpy(), confidence=confidence)


def median_days(curve: pd.DataFrame) -> float:
    """The day by which half of them are settled; nan where fewer than half ever were.

    >>> median_days(pd.DataFrame({"days": [1.0, 5.0], "happened_share": [0.4, 0.6]}))
    5.0
    """
    half = curve[curve["happened_share"] >= 0.5]
    return float(half["days"].iloc[0]) if len(half) else float("nan")

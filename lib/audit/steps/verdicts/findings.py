"""What the chapter says: its findings, from its tables."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import Finding
from audit.i18n import mark as N_
from audit.stats import intervals


def chapter_findings(activities: pd.DataFrame | None, *, confidence: float) -> list[Finding]:
    """What no chapter of its own says yet: who takes the first step (A7)."""
    return _first_steps(activities, confidence)


def _first_steps(activities: pd.DataFrame | None, confidence: float) -> list[Finding]:
    if activities is None or activities.empty:
        return []
    ours = int((activities["direction"] == "out").sum())
    low, high = intervals.wilson(ours, len(activities), confidence=confidence)
    return [
        Finding(
            "first_steps",
            "verdicts",
            "estimate",
            N_("In {value} of {n} recorded contacts the first step was ours (interval {low} to {high})."),
            title=N_("First steps"),
            value=ours / len(activities),
            low=low,
            high=high,
            n=len(activities),
        )
    ]

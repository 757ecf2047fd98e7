"""What the chapter says: its findings, from its tables."""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.core.findings import Finding
from audit.core.tables.codes import Gate, Subject
from audit.i18n import mark as N_
from audit.i18n import parts
from audit.stats import intervals


def chapter_findings(gate: pd.DataFrame, activities: pd.DataFrame | None, *, confidence: float) -> list[Finding]:
    """What no chapter of its own says: which chapters the data refuse, and who takes the first step (A7)."""
    return [*_refused(gate), *_first_steps(activities, confidence)]


def refusals(gate: pd.DataFrame) -> dict[str, str]:
    """Chapters that the data refuse, with the reason: those whose tables were sent and cannot be used, in reading order."""
    stopped = gate[(gate["kind"] == Subject.CHAPTER) & (gate["verdict"] == Gate.REFUSE)]
    return {row["subject"]: row["why"] for _i, row in stopped.iterrows() if parts(row["why"])[0] not in (registry.ABSENT, registry.NO_FILE)}


def _refused(gate: pd.DataFrame) -> list[Finding]:
    stopped = refusals(gate)
    if not stopped:
        return []
    return [
        Finding(
            "refused",
            "verdicts",
            "fact",
            N_("These data are not good enough for {value} of the chapters: {chapters}. The reason: {reason}."),
            title=N_("Refused chapters"),
            value=float(len(stopped)),
            unit="count",
            n=int((gate["kind"] == Subject.CHAPTER).sum()),
            why=N_("the questions of these chapters stay open until the data are fixed"),
            params={
                "chapters": [{"message": registry.by_name(step).title} for step in stopped],
                "reason": {"message": next(iter(stopped.values()))},
            },
        )
    ]


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
            N_("We took the first step in {value} of {n} recorded contacts ({low} to {high})."),
            title=N_("First steps"),
            value=ours / len(activities),
            low=low,
            high=high,
            n=len(activities),
        )
    ]

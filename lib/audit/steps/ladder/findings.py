"""What the chapter says: its findings, from its tables."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import Finding
from audit.i18n import mark as N_
from audit.steps.ladder.codes import SYSTEMATIC, Rung
from audit.steps.retention.retention_rates import unseen


def chapter_findings(table: pd.DataFrame, moved: pd.DataFrame, *, active_months: int, rhythm_months: int) -> list[Finding]:
    """How many buy systematically, for how many the rung above is unknown, and who fell from a high rung into silence.

    Parameters
    ----------
    active_months, rhythm_months
        the window in force, and the one that the customers' rhythms ask for: where it is longer, silence is no fall.
    """
    by = table.set_index("rung_class")
    alive = int(by["customers"].drop(Rung.SILENT).sum())
    steady, unknown = int(by.loc[list(SYSTEMATIC), "customers"].sum()), int(by.loc[Rung.UNKNOWN, "customers"])
    some = N_(
        "{value} of the {n} active customers (those who bought in the last {months} {months:month|months}) buy steadily. For {unknown} of them we have no evidence on whether we are the only supplier, so we cannot say whether they stand any higher."
    )
    nobody = N_(
        "{value} of the {n} active customers (those who bought in the last {months} {months:month|months}) buy steadily. For none of them do we have evidence on whether we are the only supplier, so we cannot say whether they stand any higher."
    )
    if not alive:
        return [
            Finding(
                "ladder",
                "ladder",
                "fact",
                N_("No customer is active, so no rung can be counted."),
                title=N_("Rungs"),
                unit="count",
                why=N_("no purchase in the active months"),
            )
        ]
    return [
        Finding(
            "ladder",
            "ladder",
            "fact",
            nobody if unknown == steady else some,
            title=N_("Rungs"),
            value=float(steady),
            unit="count",
            n=alive,
            params={"unknown": unknown, "months": active_months},
        ),
        _falls(moved[moved["rung_before_class"].isin(SYSTEMATIC)], unseen(active_months=active_months, rhythm_months=rhythm_months)),
    ]


def _falls(stood: pd.DataFrame, why: str) -> Finding:
    """Who stood high a year ago and is silent now; where nobody had been watched for long enough, nobody can have fallen."""
    title, fell = N_("Falls on the ladder"), stood[stood["rung_class"] == Rung.SILENT]
    if why or not stood["customers"].sum():
        why = why or N_("a year earlier, nobody had been observed for long enough to buy steadily")
        return Finding("ladder_falls", "ladder", "fact", N_("We cannot say who moved down the ladder."), title=title, unit="count", why=why)
    revenue = float(fell["revenue_before"].sum())
    message = N_(
        "Of the {n} {n:customer|customers} who were buying steadily a year ago, {value} {value:is|are} no longer active; in the twelve months that ended a year ago, {value:it|they} had spent {revenue}."
    )
    none = N_("All {n} {n:customer|customers} who were buying steadily a year ago {n:is|are} still active.")
    return Finding(
        "ladder_falls",
        "ladder",
        "fact",
        message if len(fell) else none,
        title=title,
        value=float(fell["customers"].sum()),
        unit="count",
        n=int(stood["customers"].sum()),
        money=revenue,
        params={"revenue": revenue},
    )

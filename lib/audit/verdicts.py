"""What is the answer, and what should be done first?

The findings of all chapters on one page, those with money at stake first; the eight questions of the book (A1-A8)
answered by the data and, beside them, by the owner (A9); and what could not be decided, with the table that would
decide it. Money of different findings overlaps and is never added up.
"""

from __future__ import annotations

import math

import pandas as pd

from audit import intervals, vocabulary
from audit.findings import MISSED, UNDECIDED, Finding
from audit.language import mark as N_

YES, NO = N_("yes"), N_("no")
HALF = 0.5
LINES = 5  # of the answer
OPENS, CLOSES = ("base_size",), ("retention_rate", "rows_kept")  # findings that begin and end it

QUESTIONS = {
    "A1": N_("Are sales to existing customers larger than sales to new ones?"),
    "A2": N_("Is the whole purchase budget of the regular customers larger than our sales to them?"),
    "A3": N_("Are sales to existing customers falling or flat?"),
    "A4": N_("Are managers not skilled enough to take the whole budget?"),
    "A5": N_("Do customers leave and not come back?"),
    "A6": N_("Could the average order be larger?"),
    "A7": N_("Do we react to requests more than we take the first step?"),
    "A8": N_("Is the number of customers constant or falling?"),
}
NEEDS = {  # what would decide a question that these data leave open
    "A1": N_("two complete periods after the burn-in"),
    "A2": N_("table budgets: what customers buy of our kind of goods from everybody"),
    "A3": N_("two complete periods"),
    "A4": N_("table budgets for most customers of each manager"),
    "A5": N_("a longer history: silences of half a year watched for a further year"),
    "A6": N_("peer groups of customers: industry and size in table customers, and the chapter on segments"),
    "A7": N_("table activities: contacts in and out"),
    "A8": N_("two complete periods"),
}


def ordered(found: pd.DataFrame) -> pd.DataFrame:
    """All findings with those that miss a norm first, then by money at stake, then in reading order.

    Returns
    -------
    DataFrame as findings.judge returns it.
    """
    rank = found["verdict"].map({MISSED: 0}).fillna(1)
    stake = found["money"].abs().fillna(-1.0)
    order = pd.DataFrame({"rank": rank, "stake": -stake, "at": range(len(found))}, index=found.index)
    return found.loc[order.sort_values(["rank", "stake", "at"]).index].reset_index(drop=True)


def findings(activities: pd.DataFrame | None, *, confidence: float) -> list[Finding]:
    """What no chapter of its own says yet: who takes the first step (A7)."""
    return _first_steps(activities, confidence)


def _first_steps(activities: pd.DataFrame | None, confidence: float) -> list[Finding]:
    if activities is None or activities.empty:
        return []
    ours = int((activities["direction"] == "out").sum())
    low, high = intervals.wilson(ours, len(activities), confidence=confidence)
    return [
        Finding(
            "first_steps", "verdicts", "estimate", N_("In {value} of {n} recorded contacts the first step was ours (interval {low} to {high})."),
            value=ours / len(activities), low=low, high=high, n=len(activities),
        )
    ]  # fmt: skip


def eight_questions(found: pd.DataFrame, answers: pd.DataFrame | None) -> pd.DataFrame:
    """The eight questions, answered by the data as far as they can, and by the owner where the questionnaire was filled in.

    Returns
    -------
    DataFrame with question (A1 to A8), data_answer (yes, no, not decidable), finding (id of the evidence, or empty),
    owner_answer (or empty), agreement_class (agree, disagree, or empty).

    Source: method A1-A9.
    """
    facts = found.set_index("id")
    owner = {}
    if answers is not None:
        asked = answers[answers["form"] == "eight_questions"]
        owner = dict(zip(asked["question"], asked["value"].str.lower(), strict=True))
    rows = []
    for question in QUESTIONS:
        data, evidence = _answer(question, facts)
        said = owner.get(question, "")
        both = data in (YES, NO) and said in (YES, NO)
        rows.append((question, data, evidence, said, "" if not both else N_("agree") if data == said else N_("disagree")))
    return pd.DataFrame(rows, columns=["question", "data_answer", "finding", "owner_answer", "agreement_class"])


def _answer(question: str, facts: pd.DataFrame) -> tuple[str, str]:
    """yes, no or not decidable, and the finding that says so."""
    evidence = {
        "A1": "new_revenue_share",
        "A2": "wallet_share",
        "A3": "existing_customers",
        "A4": "wallet_managers",
        "A5": "reactivation",
        "A7": "first_steps",
        "A8": "base_size",
    }.get(question)
    if evidence not in facts.index or math.isnan(facts.loc[evidence, "value"]):
        return UNDECIDED, ""
    row = facts.loc[evidence]
    if question == "A8":
        return (YES if row["value"] <= row["previous"] else NO), evidence
    if question == "A2":
        return (YES if row["value"] < 1 else NO), evidence
    if question == "A4":  # none below what was to be expected is no proof that all take what they could
        return (YES, evidence) if row["value"] > 0 else (UNDECIDED, "")
    limit = 0.0 if question == "A3" else HALF
    if question == "A3" and row["high"] == 0:
        return YES, evidence  # flat counts as yes
    return (YES if row["high"] < limit else NO if row["low"] >= limit else UNDECIDED), evidence


def undecided(found: pd.DataFrame, questions: pd.DataFrame, missing: dict[str, str]) -> pd.DataFrame:
    """What these data cannot decide, and what would decide it.

    Parameters
    ----------
    missing
        tables the base does not have, with what each unlocks (tables.py).

    Returns
    -------
    DataFrame with subject_class (finding, question or table), subject, decided_by.
    """
    rows = [(N_("finding"), vocabulary.FINDINGS[row["id"]], row["why"]) for _, row in found[found["verdict"] == UNDECIDED].iterrows()]
    open_ = questions.loc[questions["data_answer"] == UNDECIDED, "question"]
    rows += [(N_("question"), question, NEEDS[question]) for question in open_]
    rows += [(N_("table"), name, unlocks) for name, unlocks in missing.items()]
    return pd.DataFrame(rows, columns=["subject_class", "subject", "decided_by"])


def answer(found: pd.DataFrame) -> pd.DataFrame:
    """The answer in five lines: how many customers there are, what misses a norm or has most money at stake, who stays, and trust in the data.

    Parameters
    ----------
    found
        all findings, as `ordered` returns them.
    """
    lead, last = (found.index[found["id"].isin(names)].tolist() for names in (OPENS, CLOSES))
    last = sorted(last, key=lambda i: CLOSES.index(found.loc[i, "id"]))
    urgent = found.index[(found["verdict"] == MISSED) | found["money"].notna()]
    between = [i for i in dict.fromkeys([*urgent, *found.index]) if i not in {*lead, *last}]
    return found.loc[[*lead, *between[: LINES - len(lead) - len(last)], *last]].reset_index(drop=True)

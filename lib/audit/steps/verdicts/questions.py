"""The eight questions of the book, answered by the data and by the owner."""

from __future__ import annotations

import math

import pandas as pd

from audit.i18n import mark as N_
from audit.steps.verdicts.codes import Agreement, Answer

HALF = 0.5


QUESTIONS = {
    "A1": N_("Are sales to existing customers larger than sales to new ones?"),
    "A2": N_("Is the whole purchase budget of the regular customers larger than our sales to them?"),
    "A3": N_("Are sales to existing customers falling or flat?"),
    "A4": N_("Do managers lack the skill to win the whole budget?"),
    "A5": N_("Do customers leave and not come back?"),
    "A6": N_("Could the average order be larger?"),
    "A7": N_("Do we react to requests more often than we take the first step ourselves?"),
    "A8": N_("Is the number of customers constant or falling?"),
}


NEEDS = {  # what would decide a question that these data leave open
    "A1": N_("two complete periods after the burn-in"),
    "A2": N_("table budgets: what customers buy of our kind of goods from everybody"),
    "A3": N_("two complete periods"),
    "A4": N_("table budgets for most customers of each manager"),
    "A5": N_("a longer history: silences of half a year watched for a further year"),
    "A6": N_("table customers with industry and size, and orders whose size is the customers’ own"),
    "A7": N_("table activities: contacts in and out"),
    "A8": N_("two complete periods"),
}


NOT_BUILT = {  # what the method asks and this audit does not compute yet, whatever data it gets
    "B12": N_("Is too much spent on winning customers, and too little on keeping them?"),
    "C5": N_("What do customers themselves say they would buy more for?"),
}


def eight_questions(found: pd.DataFrame, answers: pd.DataFrame | None) -> pd.DataFrame:
    """The eight questions, answered by the data as far as they can, and by the owner where the questionnaire was filled in.

    Returns
    -------
    DataFrame with question (A1 to A8), data_answer (yes, no, not decidable), finding (id of the evidence, or empty),
    owner_answer (or empty), agreement_class (agree, disagree, or empty), managers_yes and managers_said (managers who answered yes, and who answered at all).

    Source: method A1-A9.
    """
    facts = found.set_index("id")
    asked = pd.DataFrame({"question": [], "value": []}, dtype="str") if answers is None else answers[answers["form"] == "eight_questions"]
    is_manager = asked["role"].eq("manager") if "role" in asked.columns else pd.Series(data=False, index=asked.index)
    value = asked["value"].str.lower()
    owner = dict(zip(asked.loc[~is_manager, "question"], value[~is_manager], strict=True))
    managers = value[is_manager & value.isin([Answer.YES, Answer.NO])]
    counts = (managers == Answer.YES).groupby(asked["question"]).agg(["sum", "size"])
    rows = []
    for question in QUESTIONS:
        data, evidence = _answer(question, facts)
        said = owner.get(question, "")
        both = data in (Answer.YES, Answer.NO) and said in (Answer.YES, Answer.NO)
        agreement = "" if not both else Agreement.AGREE if data == said else Agreement.DISAGREE
        yes, n = map(int, counts.loc[question]) if question in counts.index else (0, 0)
        rows.append((question, data, evidence, said, agreement, yes, n))
    names = ["question", "data_answer", "finding", "owner_answer", "agreement_class", "managers_yes", "managers_said"]
    return pd.DataFrame(rows, columns=names)


ANSWERED_BY = {"A1": "base", "A2": "wallet", "A3": "base", "A4": "wallet", "A5": "retention", "A6": "segments", "A8": "base"}  # chapters


def _answer(question: str, facts: pd.DataFrame) -> tuple[str, str]:
    """yes, no or not decidable, and the finding that says so."""
    evidence = {
        "A1": "new_revenue_share",
        "A2": "wallet_share",
        "A3": "existing_customers",
        "A4": "wallet_managers",
        "A5": "reactivation",
        "A6": "order_gap",
        "A7": "first_steps",
        "A8": "base_size",
    }.get(question)
    if evidence not in facts.index or math.isnan(facts.loc[evidence, "value"]):
        return Answer.UNDECIDED, ""
    row = facts.loc[evidence]
    if question == "A8":
        return (Answer.YES if row["value"] <= row["previous"] else Answer.NO), evidence
    if question == "A6":
        return (Answer.YES if row["low"] > 0 else Answer.NO), evidence
    if question == "A2":
        return (Answer.YES if row["value"] < 1 else Answer.NO), evidence
    if question == "A4":  # none below what was to be expected is no proof that all take what they could
        return (Answer.YES, evidence) if row["value"] > 0 else (Answer.UNDECIDED, "")
    limit = 0.0 if question == "A3" else HALF
    if question == "A3" and row["high"] == 0:
        return Answer.YES, evidence  # flat counts as yes
    return (Answer.YES if row["high"] < limit else Answer.NO if row["low"] >= limit else Answer.UNDECIDED), evidence

"""What is the answer, and what should be done first?

The findings of all chapters on one page, those with money at stake first; the eight questions of the book (A1-A8)
answered by the data and, beside them, by the owner (A9); and what could not be decided, with the table that would
decide it. Money of different findings overlaps and is never added up.
"""

import lazy_loader

from audit.core.claims import Money, Sureness
from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.verdicts.codes import Agreement, Answer, Choice, Counted, Open, Owner

WORK = ("promises_by_manager", "copied_orders", "plan_cascade")  # of team, field and service

STEP = Step(
    "verdicts",
    990,
    N_("The answer"),
    N_("What is wrong, and where to begin?"),
    reads=("history", "customer_overview"),
    uses=(
        "gate",
        "answers",
        "activities",
        "doubts",
        "customers",
        "managers",
        "wallets",
        "wallet_changes",
        "wallet_realistic",
        "plan_against_forecast",
        "crm_by_manager",
        "dependence",
        "central_coverage",
        "movement",
        "retention",
        "key_accounts",
        "words",
        "controls",
        *WORK,
    ),
    uses_findings=True,
)

TABLES = (
    findings_table("verdicts"),
    written(
        "decisions",
        "one decision",
        "rank",
        "rank:c choice_class:t step:t owner_class:t manager_id:t due_on:d sureness_class:t who:t customers:c money_kind:t money:m low:m high:m effect:m params:t is_hidden:f",
        codes={"choice_class": Choice, "owner_class": Owner, "sureness_class": Sureness, "money_kind": Money},
    ),
    written(
        "funnel",
        "one circle of customers",
        "counted_class",
        "counted_class:t customers:c period:t period_before:t months:c",
        codes={"counted_class": Counted},
    ),
    written(
        "eight_questions",
        "one of the eight questions",
        "question",
        "question:t data_answer:t finding:t owner_answer:t agreement_class:t managers_yes:c managers_said:c",
        codes={"data_answer": Answer, "agreement_class": Agreement},
        headings={
            "data_answer": N_("The data say"),
            "owner_answer": N_("The owner said"),
            "managers_yes": N_("Of the managers, yes"),
            "managers_said": N_("Managers who answered"),
        },
    ),
    written(
        "undecided",
        "one thing that is undecided",
        "",
        "subject_class:t subject:t decided_by:t",
        codes={"subject_class": Open},
        headings={
            "subject_class": N_("What is open"),
            "decided_by": N_("What would settle it"),
        },
    ),
)

HEADINGS = {  # of columns that only excerpts show
    "owner_answer": (N_("The owner said"), Answer),
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, [],
    {
        "circles": ["funnel"],
        "decision_table": ["decisions", "hidden", "worded"],
        "findings": ["chapter_findings", "refusals"],
        "priorities": ["ordered", "undecided"],
        "questions": ["QUESTIONS", "eight_questions"],
        "reliance": ["trust"],
    },
)  # fmt: skip

"""What has moved since the last audit? Findings against those of an earlier run, and customers against the classes they had then.

An estimate has moved when its interval lies wholly beside the earlier one; else the difference may be chance. A fact has moved when it
differs.
A customer who is new or gone has no class on one side, which is said as none.
"""

import lazy_loader

from audit.core.findings import Verdict
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.changes.codes import Absent, ClassOf, Effect, Moved, Part
from audit.steps.customers.codes import Action
from audit.steps.ladder.codes import Rung
from audit.steps.retention.codes import Since
from audit.steps.segments.codes import Stage

STEP = Step(
    "changes",
    980,
    N_("What moved"),
    N_("What has moved since the last audit?"),
    reads=("history",),
    uses=(
        "previous_findings",
        "previous_classes",
        "previous_run",
        "previous_actions",
        "previous_done",
        "previous_dossiers",
        "dossier_coverage",
        "customer_classes",
        "rungs",
        "lifecycle",
        "overdue",
        "customers",
    ),
    uses_findings=True,
)

TABLES = (
    written(
        "findings_moved",
        "one finding of either audit",
        "step id",
        "step:t id:t unit:t norm_id:t title:t before_value:m now_value:m before_verdict:t now_verdict:t moved_class:t",
        codes={"before_verdict": Verdict, "now_verdict": Verdict, "moved_class": Moved},
        headings={
            "before_verdict": N_("Verdict then"),
            "now_verdict": N_("Verdict now"),
            "moved_class": N_("Has it moved"),
        },
    ),
    written(
        "classes_moved",
        "one move between classes",
        "base_class class_before class_now",
        "base_class:t class_before:t class_now:t customers:c revenue:m",
        codes={"base_class": ClassOf},
    ),
    written(
        "customers_moved",
        "one customer whose class moved",
        "base_class customer_id",
        "base_class:t customer_id:t class_before:t class_now:t revenue:m",
        codes={"base_class": ClassOf},
    ),
    written(
        "relations_moved",
        "one part of the work with one key account that moved",
        "customer_id part_class",
        "customer_id:t part_class:t then_number:n today_number:n",
        codes={"part_class": Part},
        headings={"part_class": N_("What is written down"), "then_number": N_("At the last audit"), "today_number": N_("At this one")},
    ),
    written(
        "actions_done",
        "one kind of next step of the previous audit",
        "action_class",
        "action_class:t listed:c filled:c done:c bought:c promised:c paid:c refused:c",
        codes={"action_class": Action},
        headings={
            "filled": N_("Filled in"),
            "done": N_("Done"),
            "bought": N_("Ordered"),
            "promised": N_("Promised"),
            "paid": N_("Paid"),
            "refused": N_("Refused"),
        },
    ),
    written(
        "actions_effect",
        "one kind of next step of the previous audit",
        "action_class",
        "action_class:t called:c called_share:n called_low_share:n called_high_share:n others:c others_share:n others_low_share:n "
        "others_high_share:n said_class:t",
        codes={"action_class": Action, "said_class": Effect},
        headings={
            "called": N_("Called"),
            "called_share": N_("Of them bought since"),
            "called_low_share": N_("from"),
            "called_high_share": N_("to"),
            "others": N_("Not called"),
            "others_share": N_("Of those bought since"),
            "others_low_share": N_("from"),
            "others_high_share": N_("to"),
            "said_class": N_("What that says"),
        },
    ),
)

HEADINGS = {  # of columns that only excerpts show
    "then": N_("Then"),
    "now": N_("Now"),
    "class_before": (N_("Class before"), Absent, Rung, Since, Stage),
    "class_now": (N_("Class now"), Absent, Rung, Since, Stage),
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "relations": ["relations_moved"],
        "effect": ["actions_done", "actions_effect"],
        "comparison": ["BASES", "then", "compared", "findings_moved", "classes", "customers_moved", "classes_moved"],
    },
)  # fmt: skip

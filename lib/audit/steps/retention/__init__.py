"""Who stays, who leaves, and who is about to?

In trade without contracts nobody says goodbye: a silence is never churn as a fact (P2). So the customer retention
rate of the source stands beside the share of the same customers still active (P1), leaving is judged by each customer's own
rhythm on a clock that runs with the base's season (P11, P12), and the relationship's survival says how a lapse is dated.
Counted per legal entity.
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.retention.codes import Lapse, Place, Reason, SilenceRule, Since, Unit

STEP = Step(
    "retention",
    30,
    N_("Retention"),
    N_("Who stays, who leaves, and who is about to leave?"),
    reads=(
        "history",
        "panel",
        "silences",
    ),
    uses=(
        "customers",
        "managers",
        "history_before",
        "rungs",
    ),
    follows_customers=True,
)

TABLES = (
    written(
        "rivals",
        "one rule for silence",
        "rule_class",
        "rule_class:t judged:n gone:n listed:n listed_and_gone:n precision_share:n low_share:n high_share:n recall_share:n f1_index:n "
        "false_share:n advantage_number:n low_number:n high_number:n",
        codes={"rule_class": SilenceRule},
        headings={
            "precision_share": N_("Of these, gone"),
            "recall_share": N_("Of the gone, listed"),
            "f1_index": N_("F1 (both in one)"),
            "false_share": N_("Of those who bought again, listed"),
            "advantage_number": N_("Against the naive rule"),
        },
    ),
    written(
        "retention",
        "one period of one length",
        "unit_class period",
        "period:t at_start:c at_end:c acquired:n kept:c returned:n lost:c customer_retention_rate:n true_retention_rate:n unit_class:t",
        codes={"unit_class": Unit},
        headings={
            "at_start": N_("S: active at start"),
            "at_end": N_("E: active at end"),
            "acquired": N_("N: acquired"),
            "customer_retention_rate": N_("CRR = (E − N) / S"),
            "true_retention_rate": N_("Same customers: kept / S"),
        },
    ),
    written(
        "cohort_retention",
        "one cohort at one age",
        "cohort age",
        "cohort:t age:c cohort_customers:c customers:c active_share:n revenue:m revenue_ratio:n",
    ),
    written(
        "overdue",
        "one overdue customer",
        "customer_id",
        "customer_id:t last_on:d silence_days:c usual_gap_days:n chance_share:n yearly_revenue:m since_class:t",
        codes={"since_class": Since},
        headings={
            "last_on": N_("Last purchase"),
            "usual_gap_days": N_("Usual gap, days"),
            "chance_share": N_("Chance of such a silence"),
            "yearly_revenue": N_("Spent in the year to the last purchase"),
            "since_class": N_("Went silent"),
        },
    ),
    written(
        "winback",
        "one silent customer",
        "customer_id",
        "customer_id:t last_on:d silence_days:c yearly_revenue:m return_share:n expected_revenue:m reason_class:t",
        codes={"reason_class": Reason},
        headings={
            "last_on": N_("Last purchase"),
            "yearly_revenue": N_("Spent in the year to the last purchase"),
            "return_share": N_("Chance of return"),
            "expected_revenue": N_("To be expected"),
        },
    ),
    written(
        "places",
        "one customer",
        "customer_id",
        "customer_id:t place_class:t",
        codes={"place_class": Place},
    ),
    written(
        "lapses",
        "one way of counting the lost",
        "lapse_class",
        "lapse_class:t customers:c still_buying:c active_overdue:c within_rhythm:c no_rhythm:c overdue_now:c long_gone:c",
        codes={"lapse_class": Lapse},
        headings={code.value: code.label for code in Place} | {"lapse_class": N_("Way of counting")},
    ),
    written(
        "reactivation",
        "one length of silence",
        "silence_months",
        "silence_months:c silences:c return_share:n low_share:n high_share:n",
        headings={
            "silence_months": N_("Months silent"),
            "return_share": N_("Chance of return"),
        },
    ),
    written(
        "survival",
        "one length of relationship",
        "days",
        "days:n happened_share:n low_share:n high_share:n watched:n",
    ),
    findings_table("findings_retention"),
)

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "findings": ["chapter_findings"],
        "lost_counts": ["places", "lapses"],
        "retention_rates": ["rhythm_months", "active_months", "unseen", "retention", "by_unit", "rates", "cohort_retention", "lifetimes", "survival"],
        "silence": ["names", "yearly_revenue", "silence_chance", "rivals", "better_rule", "false_alarms", "overdue", "told", "reactivation", "winback"],
    },
)  # fmt: skip

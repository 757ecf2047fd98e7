"""Do first-time buyers come back?

The source's norm (B1) is judged on Kaplan-Meier at a horizon: the share of first-time buyers who have bought again
within so many days, with those still waiting counted for as long as they were watched (P3, trap 8). Beside it stand
the ratio of second to first purchases in a period, as the source defines it, and mature cohorts. Customers whose first
purchase lies in the burn-in are left out: it need not be their first (P13). Counted per legal entity.
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_

STEP = Step(
    "repeat",
    20,
    N_("Repeat purchases"),
    N_("Do first-time buyers come back?"),
    reads=("history", "panel"),
    uses=("managers",),
    follows_customers=True,
)

TABLES = (
    written(
        "returns_by_cohort",
        "one cohort of first-time buyers",
        "cohort",
        "cohort:t first_buyers:c returned:c returned_so_far:c is_mature:f returned_share:n low_share:n high_share:n",
        headings={
            "is_mature": N_("Comparable"),
            "returned_share": N_("Returned within horizon"),
        },
    ),
    written(
        "period_ratio",
        "one period",
        "period",
        "period:t first_purchases:c second_purchases:c second_to_first_ratio:n",
        headings={
            "second_to_first_ratio": N_("Second to first"),
        },
    ),
    written(
        "return_curve",
        "one length of time since the first purchase",
        "days",
        "days:n happened_share:n low_share:n high_share:n watched:n",
    ),
    written(
        "repeat_depth",
        "one number of purchases",
        "purchase_class",
        "purchase_class:t customers:c next_share:n",
        headings={
            "purchase_class": N_("Made at least this many purchases"),
            "next_share": N_("Bought again"),
        },
    ),
    findings_table("findings_repeat"),
)

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "findings": ["chapter_findings"],
        "returns": [
            "first_buyers", "returns_by_cohort", "period_ratio", "return_curve", "repeat_depth", "returns_by", "returns_by_manager",
        ],
    },
)  # fmt: skip

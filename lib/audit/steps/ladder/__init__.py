"""On which rung does each customer stand, and who moved?

The "sales skirt" (B10): buyer, repeat, regular, loyalist, advocate. Behaviour alone proves the first two. That a
customer buys systematically can be seen, but whether from us only or from competitors too, only its budget tells, and
whether it recommends us, only a judged fact: without them the rung is `unknown`, never guessed. Per legal entity.
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.ladder.codes import Proof, Rung, RungBefore

STEP = Step(
    "ladder",
    40,
    N_("Ladder of loyalty"),
    N_("Which rung of the ladder is each customer on?"),
    reads=(
        "history",
        "panel",
    ),
    uses=(
        "budgets",
        "facts",
    ),
    follows_customers=True,
)

TABLES = (
    written(
        "ladder",
        "one rung",
        "rung_class",
        "rung_class:t customers:c revenue:m median_revenue:m step_up:m action:t",
        codes={"rung_class": Rung},
        headings={
            "step_up": N_("Gap to the next rung’s median"),
        },
    ),
    written(
        "ladder_moves",
        "one move between rungs",
        "rung_before_class rung_class",
        "rung_before_class:t rung_class:t customers:c revenue_before:m revenue_now:m",
        codes={"rung_before_class": RungBefore, "rung_class": Rung},
        headings={
            "rung_before_class": N_("Rung a year ago"),
        },
    ),
    written(
        "rungs",
        "one customer",
        "customer_id",
        "customer_id:t rung_class:t year_revenue:m wallet_share:n proof_class:t rung_before_class:t year_revenue_before:m",
        codes={"rung_class": Rung, "proof_class": Proof, "rung_before_class": RungBefore},
    ),
    findings_table("findings_ladder"),
)

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "findings": ["chapter_findings"],
        "standing": ["rungs", "since", "fallen", "ladder", "ladder_moves"],
    },
)  # fmt: skip

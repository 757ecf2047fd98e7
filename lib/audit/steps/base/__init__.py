"""Is the customer base growing, and who carries it?

The five lenses of The Customer-Base Audit (Fader, Hardie, Ross): how unequal customers are in one period; two
periods side by side; one cohort as it ages and cohorts against each other (see `retention`); and all cohorts stacked over time.
All counts are per legal entity. Only whole periods are compared (P14); a first purchase within the
burn-in is "first seen", not "new" (P13).
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.base.codes import Cohort, Factor, Measure

STEP = Step(
    "base",
    10,
    N_("Customer base"),
    N_("Is the customer base growing, and which customers do our sales depend on?"),
    reads=(
        "history",
        "panel",
    ),
    uses=("customers",),
    follows_customers=True,
)

TABLES = (
    written(
        "revenue_deciles",
        "one tenth of the customers",
        "decile_class",
        "decile_class:t customers:c revenue:m revenue_share:n cumulative_share:n smallest:m",
        headings={
            "decile_class": N_("Tenth"),
            "smallest": N_("Smallest customer"),
        },
    ),
    written(
        "movement",
        "one period",
        "period",
        "period:t customers:c kept:c new:c returned:c first_seen:c lost:c revenue:m kept_revenue:m kept_before:m new_revenue:m "
        "returned_revenue:m first_seen_revenue:m lost_before:m",
        headings={
            "first_seen": N_("New or not: unknown"),
            "kept_before": N_("Kept ones: revenue before"),
            "lost_before": N_("Lost ones: revenue before"),
        },
    ),
    written(
        "sales_change",
        "one factor of sales or gross profit",
        "measure_class factor",
        "measure_class:t factor:t before_number:n now_number:n contribution:m",
        codes={"measure_class": Measure, "factor": Factor},
        headings={
            "before_number": N_("Before"),
            "now_number": N_("Now"),
        },
    ),
    written(
        "cohort_revenue",
        "one cohort in one period",
        "cohort period",
        "cohort:t period:t customers:c revenue:m",
    ),
    written(
        "tenure",
        "one length of the relationship",
        "tenure_class",
        "tenure_class:t customers:c of_unknown_start:c revenue:m",
        headings={
            "tenure_class": N_("Years"),
            "of_unknown_start": N_("Of these, start unknown (at least this long)"),
        },
    ),
    findings_table("findings_base"),
)

HEADINGS = {  # of columns that only excerpts show
    "cohort": (N_("Cohort"), Cohort),
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "concentration": ["revenue_deciles", "top_share"],
        "findings": ["chapter_findings"],
        "growth_factors": ["sales_change", "shapley"],
        "customer_flow": ["by_period", "chance_of_fall", "movement", "last_period", "cohort_revenue"],
    },
)  # fmt: skip

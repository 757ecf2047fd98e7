"""Is there one list of all customers, complete, valid and fresh, and does it agree with the books? The central file (K1 to K5, M12).

Everything is weighted by what customers are worth beside being counted: a missing phone of a customer that buys nothing matters little.
What stands in the fields is never here, only whether it stands there and is valid (P41). Where CRM and accounting differ, accounting is
right (M12).
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.central.codes import Age, Field, Source

STEP = Step(
    "central",
    5,
    N_("Customer master data"),
    N_("Is there one list of all customers, and is it right?"),
    reads=(
        "history",
        "panel",
        "customers",
        "central_fields",
    ),
    uses=(
        "managers",
        "contacts",
        "activities",
        "crm_sales",
        "facts",
        "budgets",
        "points",
    ),
)

TABLES = (
    written(
        "central_quality",
        "one field of the master file",
        "field_class",
        "field_class:t customers:c filled:c filled_share:n revenue_filled_share:n checked:c invalid:c valid_share:n",
        codes={"field_class": Field},
        headings={"checked": N_("Checked")},
    ),
    written(
        "central_coverage",
        "one table that may know a customer",
        "table_class",
        "table_class:t customers:c ever_buyers:c known_share:n revenue_share:n strangers:c",
        codes={"table_class": Source},
        headings={"ever_buyers": N_("Ever bought"), "strangers": N_("Never bought")},
    ),
    written(
        "central_freshness",
        "one age of entries",
        "age_class",
        "age_class:t customers:n? customers_share:n revenue:m revenue_share:n",
        codes={"age_class": Age},
    ),
    written(
        "contacted",
        "one customer who bought in the last year",
        "customer_id",
        "customer_id:t revenue_to_date:m last_contact_on:d is_contacted:f",
        headings={"is_contacted": N_("Contacted recently")},
    ),
    written(
        "crm_by_period",
        "one year",
        "period",
        "period:t crm:m accounting:m difference:m difference_rate:n",
    ),
    written(
        "crm_by_manager",
        "one manager",
        "manager_id",
        "manager_id:t crm:m accounting:m difference:m difference_rate:n is_missing:f",
        headings={
            "is_missing": N_("Missing"),
        },
    ),
    written(
        "crm_by_customer",
        "one customer",
        "customer_id",
        "customer_id:t crm:m accounting:m difference:m difference_rate:n",
    ),
    findings_table("findings_central"),
)

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "coverage": ["contacted"],
        "crm": ["crm_by_period", "crm_by_customer", "crm_by_manager"],
        "findings": ["chapter_findings"],
        "quality": ["central_quality", "central_coverage", "central_freshness"],
    },
)  # fmt: skip

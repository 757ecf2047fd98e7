"""Do we know our key accounts, and work with them by a plan?

What was filled in by hand (`audit forms`) is set beside what the data show: what is missing, stale or contradicts them, whom to ask, and what was given and
never told. A form filled in raises nothing by itself (P35): every part is shown, and nothing is added up to one score. Nothing personal is kept (P41).
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.forms import FORMS, OF_NO_ACCOUNT
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.dossiers.codes import Criterion, Gap, Met, Mistake

FILLED = tuple(form.name for form in FORMS if form.name not in OF_NO_ACCOUNT)

STEP = Step(
    "dossiers",
    965,
    N_("Key account dossiers"),
    N_("Do we know our key accounts, and do we have a plan for working with them?"),
    reads=("customer_overview", "history"),
    uses=("customers", "managers", "activities", "bought_new", "given", "facts", "central_fields", *FILLED, "value_models"),
)

TABLES = (
    written(
        "dossier_coverage",
        "one key account",
        "customer_id",
        "customer_id:t manager_id:t filled_on:d age_days:n persons:c levels:c mirrored:c goals:c goals_whole:c tactics:c streams:c "
        "status_us:t status_customer:t head_visited_on:d offered_on:d gaps:c",
        headings={
            "filled_on": N_("Form dated"),
            "age_days": N_("Age of the form, days"),
            "persons": N_("Contact persons"),
            "levels": N_("Levels covered"),
            "mirrored": N_("With a counterpart of ours"),
            "goals": N_("Goals"),
            "goals_whole": N_("Goals with a measure, a deadline and an owner"),
            "tactics": N_("Steps planned"),
            "streams": N_("Active work streams"),
            "status_us": N_("What we are to it, as we see it"),
            "status_customer": N_("What we are to it, in its own words"),
            "head_visited_on": N_("Our head was there last on"),
            "offered_on": N_("Something new was offered last on"),
            "gaps": N_("Gaps"),
        },
    ),
    written(
        "dossier_gaps",
        "one gap of one key account",
        "customer_id gap_class",
        "customer_id:t gap_class:t manager_id:t was_on:d",
        codes={"gap_class": Gap},
        headings={"gap_class": N_("What is missing, out of date or in conflict with the data"), "was_on": N_("Last date on record")},
    ),
    written(
        "value_dossier",
        "one thing given to a key account beyond the product",
        "customer_id date kind",
        "customer_id:t date:d kind:t cost_to_us:m benefit_to_customer:m evidence:t department:t told_on:d is_exported:f",
        headings={
            "cost_to_us": N_("Cost to us"),
            "benefit_to_customer": N_("Worth to the customer"),
            "evidence": N_("Evidence"),
            "told_on": N_("The customer was told on"),
            "is_exported": N_("In the exports"),
        },
    ),
    written(
        "value_by_account",
        "one key account to which something was given",
        "customer_id",
        "customer_id:t things:c cost_to_us:m worth_to_customer:m benefit_number:n proved:m told:m told_on:d switching:m",
        headings={
            "things": N_("Things given"),
            "worth_to_customer": N_("Worth to the customer"),
            "benefit_number": N_("Worth to cost"),
            "proved": N_("Of which with evidence"),
            "told": N_("Of which told to the customer"),
            "switching": N_("Yearly loss if it leaves"),
        },
    ),
    written(
        "key_mistakes",
        "one common mistake with key accounts",
        "mistake_class",
        "mistake_class:t seen_class:t count:n n:c",
        codes={"mistake_class": Mistake, "seen_class": Met},
        headings={"mistake_class": N_("Common mistake"), "seen_class": N_("Seen"), "count": N_("Key accounts")},
    ),
    written(
        "launches",
        "one key account",
        "customer_id",
        "customer_id:t launched:c bought_in_time:c bought_in_time_share:n first_days:n others_in_time_share:n others_first_days:n",
        headings={
            "launched": N_("Products launched"),
            "bought_in_time": N_("Bought in time"),
            "bought_in_time_share": N_("Of those launched"),
            "first_days": N_("Days to the first purchase"),
            "others_in_time_share": N_("Others, in time"),
            "others_first_days": N_("Others, days"),
        },
    ),
    written(
        "desired_customers",
        "one customer who bought in the last twelve months",
        "customer_id",
        "customer_id:t portfolio_class:t is_net:t is_paying:t is_within:t is_reacting:t is_known:t is_complaining:t is_stable:t is_honouring:t "
        "is_learning:t is_recommending:t met:c known:c is_desired:f",
        codes={c.column: Met for c in Criterion},
        headings={c.column: c.label for c in Criterion} | {"met": N_("Met"), "known": N_("Known"), "is_desired": N_("Desired customer")},
    ),
    findings_table("findings_dossiers"),
)

HEADINGS = {  # of columns that only excerpts show
    "to_do_class": N_("To do"),
    "desired": N_("Desired customers"),
    "reaction_days": N_("Met after, days"),
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "desired": ["desired_customers", "by_portfolio"],
        "filled": ["is_asked", "key_accounts", "of_accounts", "strangers"],
        "findings": ["chapter_findings"],
        "gaps": ["asked", "dossier_coverage", "dossier_gaps", "with_gaps"],
        "buying": ["value_models"],
        "lost_accounts": ["losses"],
        "mistakes": ["key_mistakes"],
        "new_products": ["launches"],
        "value_given": ["value_dossier", "value_by_account"],
    },
)  # fmt: skip

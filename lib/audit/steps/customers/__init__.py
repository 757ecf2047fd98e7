"""Who is each customer to us, and what is the next step?

One row per customer from all chapters' tables, and by stated precedence the one next step with each, with its worth, its reason and its day.
"""

import lazy_loader

from audit.core.claims import Money
from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.customers.codes import Action

CHAPTERS = (  # tables of other chapters that say something of a customer
    "customer_classes", "lifecycle", "rungs", "loyalty_types", "places", "portfolio", "wallets", "wallet_realistic", "debtors", "customer_profits",
    "key_accounts", "overdue", "duplicates", "doubts", "complaints", "cases",
)  # fmt: skip

STEP = Step(
    "customers",
    960,
    N_("All customers"),
    N_("Who is each customer to us, and what is the next step?"),
    reads=("history", "panel"),
    uses=("customers", "managers", "contacts", *CHAPTERS),
)

TABLES = (
    written(
        "customer_overview",
        "one customer",
        "customer_id",
        "customer_id:t group:t is_lead:f manager_id:t first_on:d last_on:d purchases:c silence_days:c usual_gap_days:n year_revenue:m revenue_before:m margin:m "
        "profit:m acquisition:m given:m revenue_rank:n profit_rank:n loss_class:t rung_class:t abc_class:t xyz_class:t status_class:t place_class:t loyalty_class:t strength_index:n "
        "portfolio_class:t is_clear:t wallet_share:n provenance_class:t gap:m realistic:m open:m overdue:m oldest_days:n last_paid_on:d is_stopped:t "
        "credit_limit:m key_reasons:t doubts:c is_pair:f complaint_on:d lost_cause:t action_class:t worth:m money_kind:t other_actions:t due_on:d usual_days:n",
        codes={"action_class": Action, "money_kind": Money},
        headings={
            "year_revenue": N_("Sales of 12 months"),
            "revenue_before": N_("The 12 months before"),
            "action_class": N_("Next step"),
            "worth": N_("Worth"),
            "money_kind": N_("Which money"),
            "other_actions": N_("Waiting behind it"),
            "due_on": N_("Due"),
            "key_reasons": N_("Key by"),
            "usual_days": N_("Usual gap of the base, days"),
            "is_lead": N_("First of its group"),
            "is_pair": N_("May be one with another"),
            "complaint_on": N_("Open complaint of"),
            "lost_cause": N_("Written down as lost because"),
        },
    ),
    findings_table("findings_customers"),
)

COLUMNS = TABLES[0].names

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "findings": ["chapter_findings"],
        "next_action": ["next_actions"],
        "profile": ["overview"],
        "summary": ["by_manager", "index"],
    },
)  # fmt: skip

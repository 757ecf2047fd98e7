"""Who sells, and what of it is the manager's own work?

Portfolios are compared, never people by revenue: everybody's customers against customers of the same kind, with what chance makes of small numbers; nobody is ranked
within chance (P27). Beside it what one person alone knows, what handovers did, whether there is time enough, whether plans add up, and what pay rewards.

customers_of  whose customers they were, and what became of them
compared      who stands out beyond chance
year          facts of each manager's twelve months
of_money      what is said of plans, pay, deals and channels; findings: of people, and the whole chapter
one_person, handed_over, time_needed, by_channel, hired, plans, bonus, deal_counts, talks: one question each
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.team.codes import By, Level, Measured, Shown, Told

STEP = Step(
    "team",
    140,
    N_("The team"),
    N_("How much of our sales is down to the managers’ own work?"),
    reads=("sellers", "panel", "history"),
    uses=(
        "channels", "managers", "customers", "contacts", "activities", "behaviour", "candidates", "plans", "assignments", "deals", "pay", "commitments", "customer_classes", "key_accounts",
        "debtors", "wallets", "customer_profits", "seller_reviews",
    ),
    follows_customers=True,
)  # fmt: skip

TABLES = (
    written(
        "manager_results",
        "one manager by one measure",
        "manager_id measure_class",
        "manager_id:t measure_class:t n:c value_number:n others_number:n difference_number:n low_number:n high_number:n own_number:n by_chance_share:n adjusted_share:n told_class:t",
        codes={"measure_class": Measured, "told_class": Told},
        headings={
            "measure_class": N_("Compared by"),
            "told_class": N_("What can be said"),
            "value_number": N_("Value"),
            "others_number": N_("Similar customers of others"),
            "difference_number": N_("Difference"),
            "own_number": N_("Of which the manager’s own"),
            "by_chance_share": N_("Chance of a difference this large"),
            "adjusted_share": N_("Adjusted for all comparisons"),
        },
    ),
    written(
        "managers_year",
        "one manager",
        "manager_id",
        "manager_id:t customers:c new_customers:c revenue:m largest_share:n same_before:m same_now:m same_change_rate:n others_change_rate:n kept:c customers_before:c "
        "handed_in:c margin_rate:n return_rate:n discount_rate:n proactive_share:n overdue:m penetration_rate:n dearer_share:n dearer_before_share:n tenure_number:n role:t",
        headings={
            "new_customers": N_("New customers"),
            "largest_share": N_("Largest customer"),
            "same_change_rate": N_("Same customers, change"),
            "others_change_rate": N_("Without the largest"),
            "customers_before": N_("Customers a year before"),
            "handed_in": N_("Taken over"),
            "margin_rate": N_("Margin, % of sales"),
            "return_rate": N_("Sent back"),
            "discount_rate": N_("Discount"),
            "proactive_share": N_("Contacts begun by us"),
            "penetration_rate": N_("Share of known wallets"),
            "dearer_share": N_("Higher-priced products, of sales"),
            "dearer_before_share": N_("A year before"),
            "tenure_number": N_("Years here"),
        },
    ),
    written(
        "known_by_one",
        "one manager",
        "manager_id",
        "manager_id:t customers:c revenue:m alone_customers:c alone_revenue:m alone_share:n company_share:n known_class:t",
        codes={"known_class": Shown},
        headings={
            "alone_customers": N_("Known to nobody else"),
            "alone_revenue": N_("Their sales"),
            "alone_share": N_("Of the manager’s sales"),
            "company_share": N_("Of the company’s sales"),
        },
    ),
    written(
        "handovers",
        "one customer handed over, with six months before and after",
        "",
        "customer_id:t from_id:t to_id:t handed_on:d is_declared:f half_before:m half_after:m is_kept:f like_share:n",
        headings={
            "from_id": N_("Handed over by"),
            "to_id": N_("Handed over to"),
            "handed_on": N_("Handed over on"),
            "is_declared": N_("Declared"),
            "half_before": N_("Six months before"),
            "half_after": N_("Six months after"),
            "is_kept": N_("Bought again"),
            "like_share": N_("Similar customers, bought again"),
        },
    ),
    written(
        "workload",
        "one manager",
        "manager_id",
        "manager_id:t customers:c key_accounts:c needed:c made:c load_ratio:n orders:c small_orders:c small_share:n",
        headings={
            "key_accounts": N_("Key accounts"),
            "needed": N_("Contacts needed a year"),
            "made": N_("Contacts made"),
            "load_ratio": N_("Workload against time"),
            "small_orders": N_("Small orders"),
            "small_share": N_("Of all orders"),
        },
    ),
    written(
        "sales_by_channel",
        "one channel",
        "channel",
        "channel:t customers:c revenue:m revenue_share:n margin_rate:n new_customers:c n:c stayed_share:n alike_share:n difference_number:n low_number:n high_number:n told_class:t",
        codes={"told_class": Told},
        headings={
            "channel": N_("Channel"),
            "new_customers": N_("New customers"),
            "margin_rate": N_("Margin, % of sales"),
            "stayed_share": N_("Stayed"),
            "alike_share": N_("Similar customers of other channels"),
            "difference_number": N_("Difference"),
            "told_class": N_("What can be said"),
        },
    ),
    written(
        "plan_cascade",
        "the plans of one level in one year",
        "period planned_class",
        "period:t planned_class:t plans:c amount:m company_plan:m difference:m promised_amount:m planned_cost:m short:m",
        codes={"planned_class": Level},
        headings={
            "planned_class": N_("Whose plan"),
            "plans": N_("Plans"),
            "company_plan": N_("Plan of the company"),
            "promised_amount": N_("Promised to suppliers"),
            "planned_cost": N_("Cost of planned sales"),
            "short": N_("Promised beyond it"),
        },
    ),
    written(
        "bonuses",
        "one manager by one formula of pay",
        "formula manager_id",
        "formula:t manager_id:t bonus:m by_largest:m by_losing:m by_unpaid:m by_handed:m",
        headings={
            "formula": N_("Formula"),
            "bonus": N_("Bonus"),
            "by_largest": N_("Of which for the largest customer"),
            "by_losing": N_("For customers that lose money"),
            "by_unpaid": N_("For customers who stopped paying"),
            "by_handed": N_("For customers taken over"),
        },
    ),
    written(
        "pipeline",
        "deals of one source, stage or reason",
        "by_class name",
        "by_class:t name:t deals:c won:c lost:c open_deals:c won_share:n low_share:n high_share:n won_days:n won_amount:m open_amount:m",
        codes={"by_class": By},
        headings={
            "by_class": N_("By"),
            "open_deals": N_("Open deals"),
            "won_share": N_("Won, of closed deals"),
            "won_days": N_("Days to win"),
            "won_amount": N_("Won, money"),
            "open_amount": N_("Open, money"),
        },
    ),
    written(
        "settling_in",
        "one manager hired while the exports cover it",
        "manager_id",
        "manager_id:t hired_on:d seen_months:c settled_months:n",
        headings={
            "hired_on": N_("Hired on"),
            "seen_months": N_("Whole months since"),
            "settled_months": N_("Months until sales like colleagues’"),
        },
    ),
    written(
        "hiring",
        "candidates of one source, stage or reason",
        "by_class name",
        "by_class:t name:t candidates:c hired:c not_hired:c open_candidates:c hired_share:n low_share:n high_share:n hire_days:n",
        codes={"by_class": By},
        headings={
            "by_class": N_("By"),
            "candidates": N_("Candidates"),
            "hired": N_("Hired"),
            "not_hired": N_("Not hired"),
            "open_candidates": N_("Still open"),
            "hired_share": N_("Hired of those decided"),
            "hire_days": N_("Days to hire"),
        },
    ),
    written(
        "reviewed",
        "one manager who is there",
        "manager_id",
        "manager_id:t reviewed_on:d is_recent:f",
        headings={
            "reviewed_on": N_("Talked about with the seller on"),
            "is_recent": N_("Within the time"),
        },
    ),
    findings_table("findings_team"),
)

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "bonus": ["bonuses"],
        "by_channel": ["sales_by_channel", "several_channels"],
        "codes": ["Measured"],
        "compared": ["leading_measure", "manager_results"],
        "conclusion": ["claim"],
        "findings": ["chapter_findings"],
        "handed_over": ["handovers"],
        "hired": ["hiring", "settling_in"],
        "one_person": ["is_decidable", "known_by_one"],
        "deal_counts": ["pipeline"],
        "plans": ["cost_rate", "plan_cascade"],
        "customers_of": ["portfolios"],
        "time_needed": ["workload"],
        "talks": ["reviewed"],
        "year": ["managers_year", "pay_rates", "turnover"],
    },
)  # fmt: skip

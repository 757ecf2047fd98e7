"""Which customers are key, why, and how far do we depend on them?

Five reasons (E1-E6): revenue (of the company, a department or a manager), potential, reputation, innovation, standards; the last
three are decided by a judged fact with its evidence, never by a score. Companies under common control are one
customer (P21). Norms of the sources disagree (10 %, 15 %, 20 % Pareto): each is judged by itself.
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.accounts.codes import Dependence, Effect, Level, Limit, Property, Reason, Status

STEP = Step(
    "accounts",
    110,
    N_("Key accounts"),
    N_("Which customers are key, why, and how far do we depend on them?"),
    reads=(
        "panel",
        "history",
    ),
    uses=(
        "customers",
        "managers",
        "sellers",
        "budgets",
        "facts",
        "behaviour",
        "costs",
        "given",
        "tiers",
        "supplies",
        "answers",
    ),
)

TABLES = (
    written(
        "key_accounts",
        "one reason of one key account",
        "group reason_class",
        "group:t reason_class:t level_class:t of:t value_number:n size_ratio:n budget:m wallet_share:n evidence:t judged_on:d "
        "revenue:m status_class:t effect_class:t",
        codes={"reason_class": Reason, "level_class": Level, "status_class": Status, "effect_class": Effect},
        headings={
            "value_number": N_("Value"),
            "of": N_("Whose sales"),
            "size_ratio": N_("Share"),
            "judged_on": N_("Date assessed"),
            "effect_class": N_("What it affects"),
        },
    ),
    written(
        "revenue_shares",
        "one group of companies at one level",
        "group level_class of",
        "group:t level_class:t of:t revenue:m total:m revenue_share:n",
        codes={"level_class": Level},
    ),
    written(
        "key_criteria",
        "one key account",
        "group",
        "group:t revenue:m revenue_rank:c margin:m margin_rank:n margin_rate:n margin_variation_number:n since_on:d",
        headings={
            "margin_variation_number": N_("Variation of quarterly margin"),
            "since_on": N_("Buys since"),
        },
    ),
    written(
        "dependence",
        "one of the largest groups of companies",
        "group",
        "group:t revenue:m revenue_share:n dependence_class:t margin_lost:m margin_share:n result_with:m result_without:m "
        "rest_needed:m "
        "rest_growth_rate:n",
        codes={"dependence_class": Dependence},
        headings={
            "result_with": N_("Result today"),
            "result_without": N_("Result without it"),
            "rest_needed": N_("Required sales to others"),
            "rest_growth_rate": N_("Required growth of others"),
        },
    ),
    written(
        "group_dependence",
        "one industry or region",
        "property_class value",
        "property_class:t value:t customers:c revenue:m revenue_share:n dependence_class:t hhi_index:n",
        codes={"dependence_class": Dependence, "property_class": Property},
        headings={"property_class": N_("By"), "value": N_("Value"), "hhi_index": N_("Concentration, 0 to 1")},
    ),
    written(
        "reference_value",
        "one industry",
        "industry",
        "industry:t customers:c revenue:m references:c",
        headings={"references": N_("Customers that vouch for us")},
    ),
    written(
        "growth_plan",
        "one quarter of the next year",
        "period",
        "period:t others_now:m others_needed:m growth_rate:n",
        headings={"others_now": N_("Others, today"), "others_needed": N_("Others, needed"), "growth_rate": N_("Required growth of others")},
    ),
    findings_table("findings_accounts"),
)

HEADINGS = {  # of columns that only excerpts show
    "limit_class": (N_("What is limited"), Limit),
    "count_share": N_("Of all customers"),
    "in_favour_share": N_("In favour"),
    "answered": N_("Answered"),
    "in_favour": N_("In favour"),
    "budget_ratio": N_("Budget share"),
    "discount_before_rate": N_("Discount before rate"),
    "discount_after_rate": N_("Discount after rate"),
    "extra_cost": N_("Extra cost"),
    "price_rise_rate": N_("Price rise rate"),
    "others_margin": N_("Margin of others lost to it"),
    "limit_share": N_("Limit share"),
    "supplier": N_("Supplier"),
    "company": N_("Company"),
    "department": N_("Department"),
    "novelties": N_("New products"),
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "findings": ["chapter_findings"],
        "group_shares": ["group_dependence", "growth_plan", "reference_value"],
        "loss_scenario": ["dependence_class", "dependence", "second_round"],
        "reasons": ["key_accounts", "first_adopters", "criteria", "partnership", "limits", "margins", "sensitivity"],
        "revenue_share": ["revenue_shares", "potentials"],
    },
)  # fmt: skip

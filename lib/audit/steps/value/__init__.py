"""What is a customer worth: to date, in the next year, and after it?

lifetime     S x C x P x T to date, lives by survival, levers, payback
router       which kind of purchase model fits this trade, and why
backtest     models and naive rules on the same holdout     naive    the rules without a model
purchase_spend  what is spent at a purchase                    independence    of frequency and spend
expected     value of each customer and of the base, with ranges
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.value.codes import Group, Level, Lever, Life, Naive, Split, Trade

STEP = Step(
    "value",
    50,
    N_("Customer value"),
    N_("What is a customer worth?"),
    reads=(
        "history",
        "panel",
    ),
    uses=(
        "history_before",
        "customers",
        "managers",
        "overdue",
        "customer_classes",
        "spend",
    ),
    follows_customers=True,
)

TABLES = (
    written(
        "customer_values",
        "one customer",
        "customer_id",
        "customer_id:t alive_share:n expected_purchases:m expected_spend:m margin_rate:n level_class:t horizon_value:m low_value:m "
        "high_value:m residual_value:m",
        codes={"level_class": Level},
        headings={
            "alive_share": N_("Chance that it still buys"),
            "expected_purchases": N_("Purchases expected"),
            "expected_spend": N_("Spend per purchase"),
            "horizon_value": N_("Next twelve months"),
            "low_value": N_("Range from"),
            "high_value": N_("to"),
            "residual_value": N_("Later years, discounted (see settings)"),
        },
    ),
    written(
        "base_value",
        "the whole base",
        "",
        "level_class:t horizon_value:m low_value:m high_value:m residual_value:m customers:c",
        codes={"level_class": Level},
        headings={
            "horizon_value": N_("Next twelve months"),
            "low_value": N_("Range from"),
            "high_value": N_("to"),
            "residual_value": N_("Later years, discounted (see settings)"),
        },
    ),
    written(
        "lifetime_values",
        "one group of customers",
        "base_class group_class",
        "base_class:t group_class:t customers:c order_value:m orders_per_month_number:n margin_rate:n active_months:n "
        "lifetime_value:m lifetime_revenue:m profit:m",
        codes={"base_class": Split},
        headings={
            "orders_per_month_number": N_("Orders a month"),
            "active_months": N_("Months"),
            "lifetime_value": N_("Margin a customer to date"),
            "lifetime_revenue": N_("Revenue a customer to date"),
        },
    ),
    written(
        "purchase_rules",
        "one rule for purchases",
        "rule",
        "rule:t is_naive:f customers:n error_number:n bias_rate:n advantage_number:n low_number:n high_number:n is_better:f",
        headings={
            "advantage_number": N_("Against the naive rule"),
            "is_better": N_("Clearly better"),
        },
    ),
    written(
        "purchase_models",
        "one purchase model",
        "model",
        "model:t customers:c repeaters:c loglik_number:n parameters:t refused_class:t",
        headings={
            "loglik_number": N_("Log-likelihood"),
            "refused_class": N_("Refused, because"),
        },
    ),
    findings_table("findings_value"),
)

HEADINGS = {  # of columns that only excerpts show
    "lever_class": (N_("Lever"), Lever),
    "moved_number": N_("Moved"),
    "gain": N_("Gain, all customers"),
    "good_number": N_("Class A"),
    "rest_number": N_("The others"),
    "closing_gain": N_("Gain, others nearer to A"),
    "method_class": (N_("Method"), Life),
    "left": N_("Left"),
    "one_year_share": N_("Still there after a year"),
    "two_year_share": N_("After two years"),
    "horizon_months": N_("Months within the horizon"),
    "more_months": N_("If fewer left"),
    "payback_months": N_("Earned back after, months"),
    "watched_months": N_("Watched, months"),
    "once_share": N_("Months with one purchase"),
    "skipped_share": N_("Months skipped"),
    "acquisition_cost": N_("Acquisition cost"),
    "cost_per_customer": N_("Cost per customer"),
    "margin_per_customer": N_("Margin per customer"),
    "new_customers": N_("New customers"),
    "models": N_("Models"),
    "trade_class": (N_("Trade"), Trade),
    "group_class": (N_("Which of them"), Group),
    "rule": (N_("Rule"), Naive),
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "backtest": ["fits", "forecasts", "candidates", "winner", "spend_candidates"],
        "expected": ["Rule", "customer_values", "intervals"],
        "purchase_spend": ["spends", "spending"],
        "findings": ["chapter_findings"],
        "independence": ["dependence", "dependence_by_chance"],
        "lifetime": ["of_customers", "lifetime_values", "splits", "good_and_rest", "money_of_year", "levers", "payback", "lives"],
        "router": ["route", "routes", "counts"],
    },
)  # fmt: skip

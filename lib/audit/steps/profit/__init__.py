"""What does each customer leave us after all it costs? From sales to net operating profit after tax, by cost pools and what drives them.

A pool is laid on customers by its driver: orders, lines, deliveries, returns, contacts, days of credit. Never by revenue, which would make
all customers equally
profitable (P34). What has no driver stays a cost of the company. So the customers' profits and what was not laid on them add up to the
company's own
result, to the kopeck. Which driver is right is a judgement: each pool is also laid by the others, and who loses money by every one of them
is told from who loses by some.
Companies under common control are one customer (P19).

    drivers     what each customer caused in the year
    pools       the year's cost pools, laid by what drives them
    customers   each customer's profit, its sensitivity, the whale curve, the tie to the company's result
    tax         the rate, where one is known
    findings    the chapter's findings
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.profit.codes import Driver, Earning, Laid, Line

STEP = Step(
    "profit",
    90,
    N_("Profit"),
    N_("How much do we earn on each customer?"),
    reads=(
        "panel",
        "history",
        "bridge",
    ),
    uses=(
        "costs",
        "customers",
        "managers",
        "behaviour",
        "activities",
        "credit_used",
        "given",
        "key_accounts",
    ),
)

TABLES = (
    written(
        "customer_profits",
        "one group of companies",
        "group",
        "group:t revenue:m cost_of_goods:m margin:m acquisition:m cost_to_serve:m given:m profit:m tax:m net_profit:m net_rate:n "
        "low_profit:m high_profit:m loss_class:t revenue_rank:c profit_rank:c",
        codes={"loss_class": Earning},
        headings={
            "acquisition": N_("Cost of acquisition"),
            "given": N_("Extras on top of the goods"),
            "net_profit": N_("Profit after tax, before overheads"),
            "net_rate": N_("% of sales"),
            "low_profit": N_("Profit from"),
            "high_profit": N_("to"),
            "loss_class": N_("Profitability"),
            "profit_rank": N_("Rank by profit or margin"),
        },
    ),
    written(
        "cost_pools",
        "one cost pool",
        "pool",
        "pool:t driver:t amount:m unit_cost_number:n laid_class:t",
        codes={"laid_class": Laid},
        headings={
            "unit_cost_number": N_("Cost of one unit"),
            "laid_class": N_("Allocated to customers"),
        },
    ),
    written(
        "profit_statement",
        "one line of the statement",
        "line_class",
        "line_class:t customers:m rest:m company:m difference:m",
        codes={"line_class": Line},
        headings={
            "rest": N_("Not allocated"),
        },
    ),
    written(
        "whale_curve",
        "one group of companies, the most profitable first",
        "",
        "customers_share:n cumulative_ratio:n profit:m",
    ),
    findings_table("findings_profit"),
)

HEADINGS = {  # of columns that only excerpts show
    "instead_class": (N_("Alternative base"), Driver),
    "driver": (N_("Allocation base"), Driver),
    "losers": N_("Customers with a loss"),
    "changed": N_("Changed sides"),
    "cost_to_sales_rate": N_("% of sales"),
    "moved_money": N_("Moved between customers"),
    "cost_per_customer": N_("Cost per customer"),
    "serving_cost": N_("Serving cost"),
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "cost_drivers": ["cost_year", "drivers"],
        "cost_pools": ["pools", "selling_cost"],
        "customers": ["customer_profits", "again_below_cost", "sensitivity", "statement", "told", "losers", "of_keys", "whale"],
        "findings": ["chapter_findings"],
        "tax": ["tax_rate"],
    },
)  # fmt: skip

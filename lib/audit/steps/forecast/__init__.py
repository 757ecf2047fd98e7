"""What will sales be in the coming months: of the company, its parts and its key accounts; and does the plan hold?

series      sales by month: the company, its parts, its key accounts and the rest
methods     how a series is carried on: last year again, the last year's mean, ETS, Theta, intermittent
tried       every method from many origins, its errors and its ranges
plan        plan against forecast, and how many new customers it needs
answer      the chapter's findings
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.forecast.codes import Kind, Method, Rest

STEP = Step(
    "forecast",
    180,
    N_("Forecast"),
    N_("What will sales be, and is the plan realistic?"),
    reads=(
        "panel",
        "history",
    ),
    uses=(
        "customers",
        "key_accounts",
        "plans",
    ),
    follows_customers=True,
)

TABLES = (
    written(
        "forecast",
        "one series in one month to come",
        "kind_class name period",
        "kind_class:t name:t method:t period:d forecast:m low:m high:m own_forecast:m booked:m",
        codes={"kind_class": Kind, "method": Method},
        headings={
            "own_forecast": N_("Before scaling"),
        },
    ),
    written(
        "forecast_methods",
        "one method for one series",
        "kind_class name method",
        "kind_class:t name:t method:t origins:c wape_rate:n mase_number:n bias_rate:n balance_number:n held_share:n is_naive:f is_used:f",
        codes={"kind_class": Kind, "method": Method},
        headings={
            "wape_rate": N_("Error of sales (WAPE)"),
            "mase_number": N_("MASE"),
            "balance_number": N_("Errors that balance"),
        },
    ),
    written(
        "plan_against_forecast",
        "the planned months",
        "",
        "months:c plan:m forecast:m low:m high:m difference:m difference_rate:n usual_new:c revenue_of_new:m extra_new:m "
        "low_extra:m high_extra:m",
        headings={
            "forecast": N_("Forecast"),
            "difference_rate": N_("Difference, %"),
            "usual_new": N_("New customers, usual"),
            "revenue_of_new": N_("Revenue per new customer"),
            "extra_new": N_("More new customers needed"),
            "low_extra": N_("From"),
            "high_extra": N_("To"),
        },
    ),
    findings_table("findings_forecast"),
)

HEADINGS = {  # of columns that only excerpts show
    "low_rate": N_("From"),
    "high_rate": N_("To"),
    "name": (N_("Name"), Rest),
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "backtest": ["errors", "methods_tried", "ahead", "key_against_other", "parts_off"],
        "findings": ["chapter_findings"],
        "plan": ["against_plan"],
        "series": ["monthly", "readable"],
    },
)  # fmt: skip

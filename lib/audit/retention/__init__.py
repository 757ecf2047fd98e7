"""Who stays, who leaves, and who is about to?

In trade without contracts nobody says goodbye: a silence is never churn as a fact (P2). So the customer retention
rate of the source stands beside the share of the same customers still active (P1), leaving is judged by each customer's own
rhythm on a clock that runs with the base's season (P11, P12), and the relationship's survival says how a lapse is dated.
Counted per legal entity.
"""

from audit.retention.answer import findings
from audit.retention.kept import ACTIVE_QUANTILE, MONTH_DAYS, active_months, by_unit, cohort_retention, rates, retention, survival
from audit.retention.silence import (
    FIXED,
    FRESH,
    GONE,
    OWN,
    better_rule,
    names,
    overdue,
    reactivation,
    rivals,
    silence_chance,
    winback,
    yearly_revenue,
)

__all__ = [
    "ACTIVE_QUANTILE",
    "FIXED",
    "FRESH",
    "GONE",
    "MONTH_DAYS",
    "OWN",
    "active_months",
    "better_rule",
    "by_unit",
    "cohort_retention",
    "findings",
    "names",
    "overdue",
    "rates",
    "reactivation",
    "retention",
    "rivals",
    "silence_chance",
    "survival",
    "winback",
    "yearly_revenue",
]

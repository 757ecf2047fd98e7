"""How does a table look as a picture? Tidy table -> Chart: a figure, and a text that says what it shows.

One palette (colour-blind safe), one style, direct labels, intervals drawn; a module per part of the audit, `frame` for what they
share. A chart is displayed as SVG with a fixed hash salt and no date, so that the same table gives the same bytes.
"""

from audit.charts.accounts import dependence, keys
from audit.charts.base import contributions, deciles, layers, waterfall
from audit.charts.central import central_quality, sole_managers
from audit.charts.classes import classes_moved, gaps, ladder, matrix, migration, types
from audit.charts.forecast import forecast, forecast_errors
from audit.charts.frame import Chart
from audit.charts.intake import booked, fates
from audit.charts.portfolio import effort, portfolio
from audit.charts.profit import profits, whale
from audit.charts.receivables import ageing, balances
from audit.charts.returns import return_curve, returns_by_cohort
from audit.charts.silence import cohort_heatmap, overdue, reactivation, retention, survival
from audit.charts.value import rules, values
from audit.charts.verdicts import stakes
from audit.charts.wallet import categories, wallets

__all__ = [
    "Chart",
    "ageing",
    "balances",
    "booked",
    "categories",
    "central_quality",
    "classes_moved",
    "cohort_heatmap",
    "contributions",
    "deciles",
    "dependence",
    "effort",
    "fates",
    "forecast",
    "forecast_errors",
    "gaps",
    "keys",
    "ladder",
    "layers",
    "matrix",
    "migration",
    "overdue",
    "reactivation",
    "portfolio",
    "profits",
    "retention",
    "rules",
    "return_curve",
    "returns_by_cohort",
    "sole_managers",
    "stakes",
    "survival",
    "types",
    "values",
    "wallets",
    "waterfall",
    "whale",
]

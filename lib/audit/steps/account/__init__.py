"""What must one know before a meeting with this key account? A pack for each, filled in from all chapters and from the forms.

Every figure is a chapter's own, to the kopeck; what is not known is said to be unknown, with the person to ask. Contact persons are known by their post (P41).
"""

import lazy_loader

from audit.core.registry import Step
from audit.core.tables.forms import FORMS, OF_NO_ACCOUNT
from audit.i18n import mark as N_

FILLED = tuple(form.name for form in FORMS if form.name not in OF_NO_ACCOUNT)
CHAPTERS = (
    "white_space",
    "debtors",
    "customer_profits",
    "payments_applied",
    "value_dossier",
    "dossier_gaps",
    "dependence",
)

STEP = Step(
    "account",
    900,
    N_("Key account packs"),
    N_("What must one know before a meeting with this key account?"),
    reads=("dossier_coverage", "customer_overview", "panel"),
    uses=("customers", "managers", *CHAPTERS, *FILLED),
    for_each="dossier_coverage",
)

TABLES = ()

HEADINGS = {  # of columns that only excerpts show
    "figure": N_("Figure"),
    "value": N_("Value"),
    "year_before": N_("The year before"),
    "rank": N_("Rank"),
    "field": N_("What"),
    "known_from": N_("Known from"),
    "known_on": N_("As of"),
    "repeated": N_("Sales if the year repeats"),
    "missed_rate": N_("Missed a year ago by"),
    "usual_rate": N_("Median miss for others"),
    "per_day": N_("Margin per working day"),
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "figures": ["year_figures", "profit_figures", "debt_figures", "forecast_error", "months"],
        "fields": ["freshness"],
        "pack": ["Account", "account", "in_order", "of_account", "opportunities"],
    },
)  # fmt: skip

"""Which customers to grow, which to keep, which to serve at low cost, and which only where it pays?

Two axes: how attractive a customer is, and how strong our position with it. Each is a weighted mean of criteria, every criterion the
customer's rank among all (0 to 1), so that no unit decides. Weights are a judgement and months are a sample: both are drawn anew, and a
class that does not survive it is said to stand on a border; where two halves of the customers' own months do not agree on the classes,
none is claimed (D8, D11). What is unknown of a customer is left out of its mean, and how much of the weight was known is printed.
Companies under common control are one customer. `key` is said of key accounts alone, which are chosen by other reasons.
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.portfolio.codes import Axis, Criterion, PortfolioClass

STEP = Step(
    "portfolio",
    100,
    N_("Portfolio"),
    N_("Which customers should we grow, which keep, and which serve only where it pays?"),
    reads=(
        "panel",
        "history",
    ),
    uses=(
        "customers",
        "managers",
        "wallets",
        "debtors",
        "customer_profits",
        "activities",
    ),
)

TABLES = (
    written(
        "portfolio",
        "one group of companies",
        "group",
        "group:t revenue:m attractiveness_index:n position_index:n portfolio_class:t kept_share:n is_clear:f criteria_share:n is_stopped:f is_losing:f",
        codes={"portfolio_class": PortfolioClass},
        headings={
            "attractiveness_index": N_("Attractiveness"),
            "position_index": N_("Position"),
            "portfolio_class": N_("Class"),
            "kept_share": N_("Keeps its class"),
            "criteria_share": N_("Criteria known"),
        },
    ),
    written(
        "portfolio_balance",
        "one class",
        "portfolio_class",
        "portfolio_class:t customers:c revenue:m revenue_share:n profit:m profit_ratio:n cost_to_serve:m effort_share:n contacts:m "
        "contacts_share:n",
        codes={"portfolio_class": PortfolioClass},
        headings={
            "portfolio_class": N_("Class"),
            "effort_share": N_("Share of that cost"),
        },
    ),
    written(
        "portfolio_capacity",
        "one manager",
        "manager_id",
        "manager_id:t customers:c development:c core:c maintenance:c opportunistic:c new:c",
    ),
    written(
        "portfolio_conflicts",
        "two groups that may compete",
        "group rival",
        "group:t rival:t industry:t region:t revenue:m",
    ),
    findings_table("findings_portfolio"),
)

HEADINGS = {  # of columns that only excerpts show
    "source_class": N_("Term in the source"),
    "package_class": N_("What it gets"),
    "withheld_class": N_("What it does not get"),
    "weight_share": N_("Weight"),
    "reliability_share": N_("The same in both halves"),
    "rank_index": N_("Rank correlation"),
    "axis_class": (N_("Axis"), Axis),
    "criterion_class": (N_("Criterion"), Criterion),
    "known": N_("Known"),
    "changed": N_("Changed sides"),
    "changed_share": N_("Changed share"),
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "allocation": ["balance", "capacity", "conflicts", "named_rivals"],
        "axes": ["ATTRACTIVE", "POSITION", "Sold", "sold", "criteria", "reliability", "own", "weights"],
        "classes": ["portfolio", "are_claimed", "agreement_of_halves", "sensitivity", "packages", "told"],
        "findings": ["chapter_findings"],
    },
)  # fmt: skip

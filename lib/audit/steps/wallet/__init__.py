"""What share of its purchases does each customer make with us, and what could we still sell?

    budgets     whole purchases: declared, of a benchmark, modelled on peers or unknown, each with its range
    gaps        by category, by manager; what changed the share; what is realistic to win
    answer      the chapter's findings

Companies under common control are one customer. A budget is never measured, only said or estimated (P26): every share has its provenance.
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.wallet.codes import Attention, Basis, Position, Provenance

STEP = Step(
    "wallet",
    80,
    N_("Share of wallet"),
    N_("What share of its purchases does each customer place with us?"),
    reads=("panel",),
    uses=(
        "budgets",
        "mix",
        "customers",
        "managers",
        "debtors",
    ),
)

TABLES = (
    written(
        "wallets",
        "one group of companies",
        "group",
        "group:t revenue:m budget:m low_budget:m high_budget:m provenance_class:t basis_class:t wallet_share:n low_share:n "
        "high_share:n gap:m low_gap:m high_gap:m is_below_sales:f",
        codes={"provenance_class": Provenance, "basis_class": Basis},
        headings={
            "low_budget": N_("Budget from"),
            "high_budget": N_("to"),
            "basis_class": N_("Estimated by"),
            "low_gap": N_("Gap from"),
            "high_gap": N_("to"),
            "is_below_sales": N_("Below our sales"),
        },
    ),
    written(
        "white_space",
        "one group of companies in one category",
        "group category",
        "group:t category:t revenue:m budget:m wallet_share:n gap:m",
    ),
    written(
        "wallet_changes",
        "one group of companies with a budget in two years",
        "group",
        "group:t revenue_before:m revenue_now:m budget_before:m budget_now:m share_before_share:n share_now_share:n change:m "
        "budget_effect:m share_effect:m is_doubtful:f",
        headings={
            "share_before_share": N_("Our share before"),
            "share_now_share": N_("Our share now"),
            "budget_effect": N_("By its budget"),
            "share_effect": N_("By our share"),
            "is_doubtful": N_("Budget jumps"),
        },
    ),
    written(
        "wallet_managers",
        "one manager",
        "manager_id",
        "manager_id:t customers:n revenue:m budget:m wallet_share:n low_share:n high_share:n expected_share:n position_class:t",
        codes={"position_class": Position},
        headings={
            "expected_share": N_("To be expected"),
        },
    ),
    written(
        "wallet_realistic",
        "one group of companies with a known budget",
        "group",
        "group:t revenue:m budget:m gap:m provenance_class:t points_share:n realistic:m low_realistic:m high_realistic:m",
        codes={"provenance_class": Provenance},
        headings={
            "points_share": N_("Points gained"),
            "low_realistic": N_("From"),
            "high_realistic": N_("To"),
        },
    ),
    written(
        "wallet_rules",
        "one rule for budgets",
        "rule",
        "rule:t customers:c pinball_number:n advantage_number:n low_number:n high_number:n held_share:n widened_number:n is_used:f",
        codes={"rule": Basis},
        headings={
            "pinball_number": N_("Mean error (pinball)"),
            "widened_number": N_("Widened by"),
        },
    ),
    findings_table("findings_wallet"),
)

HEADINGS = {  # of columns that only excerpts show
    "gap_share": N_("Share of all gaps"),
    "attention_class": (N_("Attention"), Attention),
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "budgets": ["basis", "given_share", "wallets"],
        "findings": ["chapter_findings"],
        "gaps": ["white_space", "categories", "changes", "by_manager", "with_payment", "capture"],
    },
)  # fmt: skip

"""Which questions does the audit answer, and what does each need? The registry of steps.

To add a step: one line here, one notebook, one module with its test. Order follows from the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import TopologicalSorter

from audit.language import mark as N_


@dataclass(frozen=True)
class Step:
    name: str  # of the module, the notebook, the test and the page
    number: int  # reading order only
    title: str  # in a few words, where the question would be too long
    question: str
    reads: tuple[str, ...]  # tables without which it is not run
    uses: tuple[str, ...] = ()  # tables that make it say more
    writes: tuple[str, ...] = ()
    for_each: str | None = None  # a table: the notebook is run once per row

    @property
    def notebook(self) -> str:
        return f"{self.number:03d}_{self.name}.ipynb"


STEPS = (
    Step(
        "intake", 0, N_("Trust in the data"), N_("Can these numbers be trusted?"),
        reads=("gate", "reconciliation", "quarantine", "defects", "effects", "controls", "duplicates", "bridge"),
        writes=("findings_intake",),
    ),
    Step(
        "central", 5, N_("Central file"), N_("Is there one list of all customers, and is it right?"),
        reads=("history", "panel", "customers", "central_fields"), uses=("sellers", "managers", "contacts", "activities", "crm_sales", "facts", "budgets", "points"),
        writes=("central_quality", "central_coverage", "central_freshness", "sole_managers", "contacted", "crm_by_period", "crm_by_customer", "findings_central"),
    ),
    Step(
        "base", 10, N_("Customer base"), N_("Is the customer base growing, and who carries it?"),
        reads=("history", "panel"), uses=("customers",),
        writes=("revenue_deciles", "movement", "sales_change", "cohort_revenue", "tenure", "findings_base"),
    ),
    Step(
        "repeat", 20, N_("Repeat purchases"), N_("Do first-time buyers come back?"),
        reads=("history",), uses=("managers",),
        writes=("returns_by_cohort", "period_ratio", "return_curve", "repeat_depth", "findings_repeat"),
    ),
    Step(
        "retention", 30, N_("Retention"), N_("Who stays, who leaves, and who is about to?"),
        reads=("history", "panel", "silences"), uses=("customers", "managers", "history_before"),
        writes=("rivals", "retention", "cohort_retention", "overdue", "winback", "reactivation", "survival", "findings_retention"),
    ),
    Step(
        "ladder", 40, N_("Ladder of loyalty"), N_("On which rung does each customer stand?"),
        reads=("history", "panel"), uses=("budgets", "facts"),
        writes=("ladder", "ladder_moves", "rungs", "findings_ladder"),
    ),
    Step(
        "value", 50, N_("Customer value"), N_("What is a customer worth?"),
        reads=("history", "panel"), uses=("history_before", "customers", "managers", "overdue", "customer_classes", "spend"),
        writes=("customer_values", "base_value", "lifetime_values", "purchase_rules", "purchase_models", "findings_value"),
    ),
    Step(
        "segments", 60, N_("Segments"), N_("Who are the customers, and are they the right ones?"),
        reads=("history", "panel", "season", "silences"), uses=("customers", "managers"),
        writes=("customer_classes", "class_moves", "lifecycle", "rfm", "rfm_cuts", "overlap", "strayed", "portrait", "findings_segments"),
    ),
    Step(
        "loyalty", 70, N_("Loyalty types"), N_("Why do customers stay: price, novelty, belonging or stability?"),
        reads=("history", "panel"), uses=("behaviour", "activities", "customers", "managers"),
        writes=(
            "loyalty_types", "loyalty_gaps", "loyalty_centres", "loyalty_scales", "loyalty_mixtures", "loyalty_stability", "findings_loyalty",
        ),
    ),
    Step(
        "wallet", 80, N_("Share of wallet"), N_("What share of its purchases does each customer make with us?"),
        reads=("panel",), uses=("budgets", "mix", "customers", "managers"),
        writes=("wallets", "white_space", "wallet_changes", "wallet_managers", "wallet_realistic", "wallet_rules", "findings_wallet"),
    ),
    Step(
        "profit", 90, N_("Profit"), N_("What does each customer leave us?"),
        reads=("panel", "history", "bridge"), uses=("costs", "customers", "managers", "behaviour", "activities", "credit_used", "given", "key_accounts"),
        writes=("customer_profits", "cost_pools", "profit_statement", "whale_curve", "findings_profit"),
    ),
    Step(
        "portfolio", 100, N_("Portfolio"), N_("Which customers to grow, which to keep, and which to serve only where it pays?"),
        reads=("panel", "history"), uses=("customers", "managers", "wallets", "debtors", "customer_profits", "activities"),
        writes=("portfolio", "portfolio_balance", "portfolio_capacity", "portfolio_conflicts", "findings_portfolio"),
    ),
    Step(
        "accounts", 110, N_("Key accounts"), N_("Which customers are key, why, and how far do we depend on them?"),
        reads=("panel", "history"), uses=("customers", "managers", "sellers", "budgets", "facts", "behaviour", "costs", "tiers", "answers"),
        writes=("key_accounts", "revenue_shares", "key_criteria", "dependence", "findings_accounts"),
    ),
    Step(
        "receivables", 170, N_("Receivables"), N_("Who owes what, and will it be paid?"),
        reads=("invoices",), uses=("payments", "customers", "managers", "customer_classes"),
        writes=("debtors", "receivables_months", "receivables_ageing", "payments_applied", "credit_used", "findings_receivables"),
    ),
    Step(
        "forecast", 180, N_("Forecast"), N_("What will sales be, and does the plan hold?"),
        reads=("panel", "history"), uses=("customers", "key_accounts", "plans"),
        writes=("forecast", "forecast_methods", "plan_against_forecast", "findings_forecast"),
    ),
)  # fmt: skip

CHANGES = Step(
    "changes", 980, N_("What moved"), N_("What has moved since the last audit?"),
    reads=("history",),
    uses=("previous_findings", "previous_classes", "previous_run", "customer_classes", "rungs", "lifecycle", "overdue", "customers", *(f"findings_{step.name}" for step in STEPS)),
    writes=("findings_moved", "classes_moved", "customers_moved"),
)  # fmt: skip

VERDICTS = Step(
    "verdicts", 990, N_("The answer"), N_("What is the answer, and what should be done first?"),
    reads=("history",), uses=("answers", "activities", *(f"findings_{step.name}" for step in STEPS)),
    writes=("verdicts", "eight_questions", "undecided"),
)  # fmt: skip

ALL = (*STEPS, CHANGES, VERDICTS)


def by_name(name: str) -> Step:
    """The step of that name.

    Raises
    ------
    KeyError
        naming the steps there are.
    """
    for step in ALL:
        if step.name == name:
            return step
    raise KeyError(f"no step {name!r}; there are {', '.join(step.name for step in ALL)}")


def writer(table: str) -> str | None:
    """The name of the one step that writes a table, None for tables of intake and ledger."""
    return next((step.name for step in ALL if table in step.writes), None)


def depends(step: Step) -> set[str]:
    """The names of the steps whose tables this one reads or uses."""
    return {name for table in (*step.reads, *step.uses) if (name := writer(table))}


def ordered(chosen: list[Step]) -> TopologicalSorter:
    """The chosen steps as a graph of their names, each after those whose tables it takes."""
    names = {step.name for step in chosen}
    return TopologicalSorter({step.name: sorted(depends(step) & names) for step in chosen})

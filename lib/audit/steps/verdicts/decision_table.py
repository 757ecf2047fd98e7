"""What should be decided, in which order, by whom and by when? Each decision is found by a rule; none contradicts what another chapter says.

Order: first what stops a loss now, then by the lower end of the effect on yearly margin, discounted where it is estimated, then the doubted budgets that a
plan would be built on, then what is at stake. What rests on doubted data is to be checked and carries its doubt, never its sum. Below a smallest effect nothing
is a decision of its owner.
"""

from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace

import pandas as pd

from audit.core import registry, working_days
from audit.core.claims import Money, Sureness
from audit.steps.customers.codes import Action
from audit.steps.verdicts import decision_rules, work_rules
from audit.steps.verdicts.codes import Choice
from audit.steps.verdicts.decision import LATER, NEXT, Decision

STEPS = {  # decision -> the next steps of its customers that carry it out
    Choice.STOP: (Action.STOP,),
    Choice.COLLECT: (Action.COLLECT,),
    Choice.TERMS: (Action.LOSS, Action.KEY_TERMS),
    Choice.LOSSES: (Action.LOSS, Action.KEY_TERMS),
    Choice.CALL: (Action.SILENT, Action.KEY_SILENT),
    Choice.CALL_UNTRIED: (Action.SILENT, Action.KEY_SILENT),
    Choice.GROW: (Action.GROW,),
    Choice.COMPLAINTS: (Action.COMPLAINT,),
    Choice.COMPLAINTS_OPEN: (Action.COMPLAINT,),
}


def decisions(
    overview: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    wallet_changes: pd.DataFrame | None,
    planned: pd.DataFrame | None,
    of_managers: pd.DataFrame | None,
    dependence: pd.DataFrame | None,
    realistic: pd.DataFrame | None,
    work: dict[str, pd.DataFrame | None],
    refused: dict[str, str],
    as_of: dt.date,
    country: str | None,
    norm: SimpleNamespace,
) -> pd.DataFrame:
    """All decisions, the first first.

    Parameters
    ----------
    overview
        customer_overview: a customer is named by a decision only where its own next step does not speak against it.
    facts
        findings of all chapters.
    work
        tables of team, field and service by name (`verdicts.WORK`); None where a chapter did not run.
    refused
        chapters that the data refuse.
    norm
        decision_estimated_weight, decision_large_rank, decision_least_share.

    Returns
    -------
    DataFrame as TABLES declares it.

    Source: ours (answer.md 3); B11, E14, E39, F1, H22, K3, L13.
    """
    sales = float(overview["year_revenue"].clip(lower=0).sum())
    least = norm.decision_least_share * sales
    by = {row["id"]: row for _i, row in facts.iterrows()}
    rate = _margin_rate(overview)
    found = [
        *decision_rules.data(refused),
        *decision_rules.stop(overview),
        *decision_rules.terms(overview, norm.decision_large_rank, pd.Timestamp(as_of) - pd.Timedelta(days=365)),
        *decision_rules.silent(overview, by, least),
        *decision_rules.losses(overview, least),
        *decision_rules.prices(by),
        *decision_rules.grow(overview, realistic, least),
        *decision_rules.dependence(dependence, by),
        *decision_rules.budgets(wallet_changes, by),
        *decision_rules.plan(planned, by, rate),
        *decision_rules.fall(overview, by, norm.decision_large_rank, rate),
        *decision_rules.crm(of_managers),
        *work_rules.of_work(overview, by, work),
    ]
    weeks = working_days.weeks(as_of, country, LATER + 1)
    ordered = sorted(found, key=lambda one: _order(one, rate, least, norm.decision_estimated_weight))
    rows = [_row(rank, one, _due(one, overview, weeks)) for rank, one in enumerate(ordered, 1)]
    return pd.DataFrame(rows, columns=_columns())


def _columns() -> list[str]:
    """Of the table as it is declared, all but what the consultant's words say (`worded`)."""
    return [name for name in registry.tables()["decisions"].names if name != "is_hidden"]


def _order(one: Decision, rate: float, least: float, estimated_weight: float) -> tuple:
    """What stops a loss; the sure effect on margin where it is large enough; budgets that a plan waits for; then what is at stake."""
    weight = {Sureness.COUNTED: 1.0, Sureness.ESTIMATED: estimated_weight, Sureness.CHECK: 0.0}
    sure = one.effect * weight[one.sureness]
    worth = one.high if one.money != one.money else one.money  # where only a range is known, its upper end is what is at stake
    stake = 0.0 if worth != worth else abs(worth) * (rate if one.kind == Money.PLAN else 1.0)
    return (
        one.choice not in (Choice.DATA, Choice.STOP, Choice.BELOW_COST),
        -(sure if sure >= least else 0.0),
        one.choice != Choice.BUDGETS,
        -stake,
    )


def _due(one: Decision, overview: pd.DataFrame, weeks: list[tuple[dt.date, dt.date]]) -> dt.date:
    """The day of its week; earlier where the first step of one of its customers that carries it out is due before."""
    due = weeks[0][0] if one.due == NEXT else weeks[one.due][1]
    if "due_on" not in overview.columns or one.choice not in STEPS:
        return due
    own = overview[overview["customer_id"].isin(one.who) | overview["group"].isin(one.who)]
    steps = own.loc[own["action_class"].isin(STEPS[one.choice]), "due_on"].dropna()
    return min(due, steps.min().date()) if len(steps) else due


def _row(rank: int, one: Decision, due: dt.date) -> tuple:
    """A decision as a row of the table: in the order of its columns."""
    said = [json.dumps(value, ensure_ascii=False, sort_keys=True) for value in (one.who, one.params)]
    codes = (one.choice.value, one.step, one.owner.value, one.manager_id, pd.Timestamp(due), one.sureness.value)
    return rank, *codes, said[0], len(one.who), str(one.kind), one.money, one.low, one.high, one.effect, said[1]


def hidden(words: pd.DataFrame | None) -> set[str]:
    """The chapters that the consultant left out: no claim and no decision of theirs leads the report."""
    return set() if words is None else set(words.loc[(words["place_class"] == "chapter") & (words["what"] == "hide"), "subject"])


def worded(table: pd.DataFrame, words: pd.DataFrame | None) -> pd.DataFrame:
    """The decisions as the consultant wants them: some put first, some hidden, all ranked anew; nothing is taken away.

    Parameters
    ----------
    words
        the parts of words.md; None where the base has none.

    Returns
    -------
    DataFrame with the columns of the table and is_hidden.
    """
    of, gone = {}, hidden(words)
    if words is not None:
        of = dict(words[words["place_class"] == "decision"][["subject", "what"]].to_numpy().tolist())
    what = table["choice_class"].map(of).astype("object").fillna("")
    what = what.where(~table["step"].isin(gone), "hide") if gone else what
    order = table.assign(is_hidden=what == "hide", _first=what != "first").sort_values(["is_hidden", "_first", "rank"])
    return order.drop(columns="_first").assign(rank=range(1, len(order) + 1)).reset_index(drop=True)


def _margin_rate(overview: pd.DataFrame) -> float:
    """Margin of the year over its sales; all of the sales where no cost is known."""
    margin, sales = decision_rules.margin_and_sales(overview)
    return min(1.0, max(0.0, margin / sales)) if sales > 0 else 1.0

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

from audit.core import working_days
from audit.core.claims import Money, Sureness
from audit.steps.customers.codes import Action
from audit.steps.verdicts import work_rules
from audit.steps.verdicts.codes import Choice, Owner
from audit.steps.verdicts.decision import LATER, NAN, NEXT, SOON, THIS, Decision

FELL = 0.01  # of all sales: a fall of one customer below it is no decision of the owner
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
MOST_OF_IT = 0.9  # of a doubted sum: the fewest customers that hold so much of it are named

COLUMNS = [
    "rank",
    "choice_class",
    "step",
    "owner_class",
    "manager_id",
    "due_on",
    "sureness_class",
    "who",
    "customers",
    "money_kind",
    "money",
    "low",
    "high",
    "effect",
    "params",
]


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
        *_data(refused),
        *_stop(overview),
        *_terms(overview, norm.decision_large_rank, pd.Timestamp(as_of) - pd.Timedelta(days=365)),
        *_silent(overview, by, least),
        *_losses(overview, least),
        *_grow(overview, realistic, least),
        *_dependence(dependence, by),
        *_budgets(wallet_changes, by),
        *_plan(planned, by, rate),
        *_fall(overview, by, norm.decision_large_rank, rate),
        *_crm(of_managers),
        *work_rules.of_work(overview, by, work),
    ]
    weeks = working_days.weeks(as_of, country, LATER + 1)
    ordered = sorted(found, key=lambda one: _order(one, rate, least, norm.decision_estimated_weight))
    rows = [_row(rank, one, _due(one, overview, weeks)) for rank, one in enumerate(ordered, 1)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _order(one: Decision, rate: float, least: float, estimated_weight: float) -> tuple:
    """What stops a loss; the sure effect on margin where it is large enough; budgets that a plan waits for; then what is at stake."""
    weight = {Sureness.COUNTED: 1.0, Sureness.ESTIMATED: estimated_weight, Sureness.CHECK: 0.0}
    sure = one.effect * weight[one.sureness]
    worth = one.high if one.money != one.money else one.money  # where only a range is known, its upper end is what is at stake
    stake = 0.0 if worth != worth else abs(worth) * (rate if one.kind == Money.PLAN else 1.0)
    return one.choice not in (Choice.DATA, Choice.STOP), -(sure if sure >= least else 0.0), one.choice != Choice.BUDGETS, -stake


def _due(one: Decision, overview: pd.DataFrame, weeks: list[tuple[dt.date, dt.date]]) -> dt.date:
    """The day of its week; earlier where the first step of one of its customers that carries it out is due before."""
    due = weeks[0][0] if one.due == NEXT else weeks[one.due][1]
    if "due_on" not in overview.columns or one.choice not in STEPS:
        return due
    own = overview[overview["customer_id"].isin(one.who) | overview["group"].isin(one.who)]
    steps = own.loc[own["action_class"].isin(STEPS[one.choice]), "due_on"].dropna()
    return min(due, steps.min().date()) if len(steps) else due


def _row(rank: int, one: Decision, due: dt.date) -> tuple:
    """A decision as a row of the table: the values of COLUMNS."""
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
    known = overview[overview["margin"].notna()]
    sales = float(known["year_revenue"].sum())
    return min(1.0, max(0.0, float(known["margin"].sum()) / sales)) if sales > 0 else 1.0


def _data(refused: dict[str, str]) -> list[Decision]:
    """Chapters that the data refuse: nothing that they would say can be decided before."""
    if not refused:
        return []
    params = {"chapters": list(refused), "count": len(refused), "reason": [{"message": one} for one in dict.fromkeys(refused.values())]}
    return [Decision(Choice.DATA, "intake", Owner.ANALYST, SOON, Sureness.CHECK, params=params)]


def _stop(overview: pd.DataFrame) -> list[Decision]:
    """Those who have stopped paying, what is overdue of all others beside them."""
    stopped = overview[overview["action_class"] == Action.STOP].sort_values(["open", "customer_id"], ascending=[False, True])
    owes = pd.to_numeric(overview["overdue"], errors="coerce") > 0
    late = overview[owes & ~overview["customer_id"].isin(stopped["customer_id"])].sort_values(
        ["overdue", "customer_id"], ascending=[False, True]
    )
    if len(stopped):
        owed = float(stopped["open"].sum())
        paid = pd.to_datetime(stopped["last_paid_on"])
        since = int((paid.isna() | (pd.to_datetime(stopped["last_on"]) > paid)).sum())
        params = {"count": len(stopped), "supplied": since, "late": len(late)}
        who = stopped["customer_id"].tolist()
        return [
            Decision(
                Choice.STOP, "receivables", Owner.ACCOUNTANT, NEXT, Sureness.COUNTED, who, "", Money.OWED, owed, owed, owed, 0.0, params
            )
        ]
    if len(late):
        owed = float(pd.to_numeric(late["overdue"]).sum())
        params = {"top_share": float(late["overdue"].head(3).sum()) / owed if owed else 0.0}
        who = late["customer_id"].tolist()
        return [
            Decision(
                Choice.COLLECT, "receivables", Owner.ACCOUNTANT, SOON, Sureness.COUNTED, who, "", Money.OWED, owed, owed, owed, 0.0, params
            )
        ]
    return []


def _terms(overview: pd.DataFrame, most: float, old: pd.Timestamp) -> list[Decision]:
    """Large customers that earn on goods and lose by what is given to them beyond the goods."""
    large = overview[(overview["revenue_rank"] <= most) & (overview["action_class"] != Action.STOP) & (overview["first_on"] <= old)]
    large = large.assign(served=large["profit"] + large["acquisition"].fillna(0))  # what it cost to win it is no character of its own
    lose = large[(large["served"] < 0) & (large["served"] + large["given"].fillna(0) > 0)]
    found = []
    for _i, row in lose.sort_values("served").iterrows():
        low, high = -float(row["served"]), float(row["given"])
        params = {
            "rank": int(row["revenue_rank"]),
            "last": int(row["profit_rank"]),
            "of": int(overview.loc[overview["profit_rank"].notna(), "group"].nunique()),
            "given": high,
        }
        found.append(
            Decision(
                Choice.TERMS,
                "profit",
                Owner.MANAGER if row["manager_id"] else Owner.HEAD,
                LATER,
                Sureness.ESTIMATED,
                [row["customer_id"]],
                row["manager_id"],
                Money.SAVE,
                NAN,
                low,
                high,
                low,
                params,
            )
        )
    return found


def _silent(overview: pd.DataFrame, by: dict[str, pd.Series], least: float) -> list[Decision]:
    """Silent customers whose next step is the call; of their margin, the part that false alarms leave, and no decision where they leave nothing."""
    silent = overview[overview["action_class"].isin([Action.SILENT, Action.KEY_SILENT])]
    if silent.empty or "overdue" not in by:
        return []
    silent = silent.sort_values(["worth", "customer_id"], ascending=[False, True])
    told, listed, whole = json.loads(by["overdue"]["params"]), float(by["overdue"]["value"]), float(silent["worth"].sum())
    kinds = silent["money_kind"].unique()
    kind, who = str(kinds[0]) if len(kinds) == 1 else Money.KEEP_SALES.value, silent["customer_id"].tolist()
    if not told.get("is_tried"):
        params = {"count": len(silent), "listed": int(listed)}
        return [
            Decision(Choice.CALL_UNTRIED, "retention", Owner.HEAD, THIS, Sureness.CHECK, who, "", kind, whole, whole, whole, 0.0, params)
        ]
    low, money, high = (whole * (1 - told[name] / listed) for name in ("most", "by_chance", "fewest"))
    if money < least:
        return []
    params = {"count": len(silent), "by_chance": round(told["by_chance"] / listed * len(silent)), "listed": int(listed)}
    effect = low if kind == Money.KEEP else 0.0
    return [Decision(Choice.CALL, "retention", Owner.HEAD, THIS, Sureness.ESTIMATED, who, "", kind, money, low, high, effect, params)]


def _losses(overview: pd.DataFrame, least: float) -> list[Decision]:
    """Customers that cost more than they bring, each by so much that its terms are a decision; the others stay with their managers."""
    lose = overview[(overview["action_class"] == Action.LOSS) & (overview["worth"] >= least)].sort_values("worth", ascending=False)
    if lose.empty:
        return []
    lost = float(lose["worth"].sum())
    params = {"count": len(lose), "others": int((overview["action_class"] == Action.LOSS).sum()) - len(lose)}
    who = lose["customer_id"].tolist()
    return [Decision(Choice.LOSSES, "profit", Owner.HEAD, LATER, Sureness.ESTIMATED, who, "", Money.SAVE, NAN, 0.0, lost, 0.0, params)]


def _grow(overview: pd.DataFrame, realistic: pd.DataFrame | None, least: float) -> list[Decision]:
    """Credible gaps of customers who pay and are not silent: what is realistic to win, in margin."""
    grow = overview[overview["action_class"] == Action.GROW].sort_values(["worth", "customer_id"], ascending=[False, True])
    money = float(grow["worth"].sum())
    if grow.empty or realistic is None or money < least:
        return []
    of = realistic[realistic["group"].isin(grow["group"])]
    whole = float(of["realistic"].sum())
    low, high = (money * float(of[column].sum()) / whole if whole else NAN for column in ("low_realistic", "high_realistic"))
    params = {"count": len(grow), "gap": float(grow["gap"].sum())}
    who = grow["customer_id"].tolist()
    return [
        Decision(
            Choice.GROW,
            "wallet",
            Owner.HEAD,
            LATER,
            Sureness.ESTIMATED,
            who,
            "",
            str(grow["money_kind"].iloc[0]),
            money,
            low,
            high,
            0.0,
            params,
        )
    ]


def _dependence(dependence: pd.DataFrame | None, by: dict[str, pd.Series]) -> list[Decision]:
    """A customer whose share misses the norm: an agreed limit, and a plan for the day it leaves."""
    if dependence is None or "dependence" not in by or by["dependence"]["verdict"] != "missed":
        return []
    top = dependence.iloc[0]
    is_known = top["margin_lost"] == top["margin_lost"]
    lost, kind = (max(0.0, float(top["margin_lost"])), Money.RISK) if is_known else (float(top["revenue"]), Money.RISK_SALES)
    params = {"brings_share": float(top["revenue_share"])}
    return [
        Decision(
            Choice.DEPEND,
            "accounts",
            Owner.OWNER,
            LATER,
            Sureness.COUNTED,
            [str(top["group"])],
            "",
            kind,
            lost,
            lost,
            lost,
            0.0,
            params,
        )
    ]


def _budgets(moved: pd.DataFrame | None, by: dict[str, pd.Series]) -> list[Decision]:
    """Budgets in doubt: the fewest customers that hold most of the doubted sum are asked again before a plan is built on them."""
    if moved is None or "wallet_doubted" not in by or "wallet_share" not in by:
        return []
    doubted = moved[moved["is_doubtful"].astype(bool)].set_index("group")["budget_now"].sort_values(ascending=False, kind="stable")
    if doubted.empty:
        return []
    told, known = json.loads(by["wallet_doubted"]["params"]), by["wallet_share"]
    chosen = doubted.head(int((doubted.cumsum() >= MOST_OF_IT * doubted.sum()).to_numpy().argmax()) + 1).index
    params = {"count": len(chosen), "doubted": len(doubted), "with_share": told["with_share"], "without_share": float(known["value"])}
    return [Decision(Choice.BUDGETS, "wallet", Owner.HEAD, SOON, Sureness.CHECK, list(chosen), params=params)]


def _fall(overview: pd.DataFrame, by: dict[str, pd.Series], most: float, rate: float) -> list[Decision]:
    """A large customer that bought less by more than the whole company's sales moved: somebody visits before it falls further."""
    kind = Money.WIN if overview["margin"].notna().any() else Money.WIN_SALES
    large = overview[overview["year_revenue"].rank(ascending=False) <= most]
    fall = (large["revenue_before"] - large["year_revenue"]).sort_values(ascending=False)
    moved = (
        abs(float(by["sales_change"]["money"]))
        if "sales_change" in by and by["sales_change"]["money"] == by["sales_change"]["money"]
        else 0.0
    )
    told_in = (
        "base" if "sales_change" in by else "customers"
    )  # the chapter may be refused: the customer's own two years are counted all the same
    fell = fall[fall > max(moved, FELL * float(overview["year_revenue"].sum()))]
    return [
        Decision(
            Choice.FALL, told_in, Owner.OWNER, SOON, Sureness.COUNTED, [large.loc[i, "customer_id"]], "", *_won(kind, float(money) * rate), 0.0,
            {"fall": float(money), "change_rate": float(money) / float(large.loc[i, "revenue_before"])},
        )
        for i, money in fell.items()
    ]  # fmt: skip


def _won(kind: Money, money: float) -> tuple[str, float, float, float]:
    """The money of what is to be won, from nothing to all of it; none is named where goods bring no margin."""
    return (kind, money, 0.0, money) if money > 0 else ("", NAN, NAN, NAN)


def _plan(planned: pd.DataFrame | None, by: dict[str, pd.Series], rate: float) -> list[Decision]:
    """A plan above what can be expected: lowered, or carried by customers that somebody has to win."""
    if planned is None or planned.empty or "plan" not in by or not planned.iloc[0]["difference"] > 0:
        return []
    row = planned.iloc[0]
    above, low, high = float(row["difference"]), float(row["plan"] - row["high"]), float(row["plan"] - row["low"])
    params, choice = {"plan": float(row["plan"]), "forecast": float(row["forecast"])}, Choice.PLAN_OPEN
    if row["extra_new"] == row["extra_new"]:
        params, choice = params | {"extra": round(row["extra_new"]), "usual": int(row["usual_new"])}, Choice.PLAN
    effect = max(0.0, low) * rate
    return [Decision(choice, "forecast", Owner.OWNER, SOON, Sureness.ESTIMATED, [], "", Money.PLAN, above, low, high, effect, params)]


def _crm(of_managers: pd.DataFrame | None) -> list[Decision]:
    """A manager whose sales the CRM misses: what else it says of these customers cannot be relied on."""
    if of_managers is None or of_managers.empty:
        return []
    missing = of_managers[of_managers["is_missing"].astype(bool)]
    return [
        Decision(
            Choice.CRM, "central", Owner.HEAD, SOON, Sureness.COUNTED, [], row["manager_id"],
            params={"missed_share": -float(row["difference_rate"]), "missed": -float(row["difference"])},
        )
        for _i, row in missing.iterrows()
    ]  # fmt: skip

"""What is the one next step with each customer? One reason leads, the others wait behind it; below a smallest worth nothing is listed.

Nothing is sold to those who have stopped paying; nobody younger than a year is told that it does not pay; a manager gets no more than so many a week.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from audit.core import working_days
from audit.core.claims import Money
from audit.steps.customers.codes import GROWTH, URGENT, Action

YEAR_DAYS = 365
KINDS = {
    Action.STOP: Money.OWED,
    Action.COLLECT: Money.OWED,
    Action.COMPLAINT: Money.KEEP,
    Action.PROMISE: Money.ORDER,
    Action.SECOND: Money.ORDER,
    Action.KEY_SILENT: Money.KEEP,
    Action.SILENT: Money.KEEP,
    Action.LOSS: Money.SAVE,
    Action.KEY_TERMS: Money.SAVE,
    Action.GROW: Money.WIN,
}
IN_SALES = {Money.KEEP: Money.KEEP_SALES, Money.WIN: Money.WIN_SALES, Money.ORDER: Money.ORDER_SALES}
MOST_WEEKS = 12  # for which days are set: who plans further plans a dream
WITHOUT_WORTH = (Action.ASK, Action.DECIDE)  # missing knowledge: it has no worth of its own, and waits behind all that has


def next_actions(
    table: pd.DataFrame,
    *,
    overdue: pd.DataFrame | None,
    as_of: dt.date,
    country: str | None,
    horizon_days: int,
    least_share: float,
    per_week: int,
    asked: int,
    late_days: float,
) -> pd.DataFrame:
    """The overview with each customer's next step.

    Parameters
    ----------
    table
        from `overview`.
    overdue
        the customers silent for longer than the rule of the chapter on retention allows.
    least_share
        smallest worth that is listed, as a fraction of the sales of twelve months.
    per_week
        most steps of one manager that end in one week; what is owed comes first.
    asked
        among so many of the largest customers, those whose budget is unknown are asked for it.
    late_days
        so many days late a payment is collected by a call.

    Returns
    -------
    DataFrame with the columns of the table and action_class (Action, empty: none), worth (money, NaN where none can be said), money_kind (Money),
    other_actions (codes, in order of precedence), due_on (a working day), usual_days.

    Source: method B11, A5, L13, F6; the order of precedence is ours.
    """
    usual = table["usual_gap_days"].median()
    worth = _worth(table, overdue)
    due = pd.DataFrame(
        {
            action: _holds(action, table, overdue, as_of=as_of, horizon_days=horizon_days, asked=asked, late_days=late_days, usual=usual)
            for action in Action
        }
    )
    least = least_share * float(table["year_revenue"].clip(lower=0).sum())
    for action in KINDS:
        due[action] &= worth[action].abs().ge(least) | (action == Action.STOP)
    stopped = table["group"].isin(table.loc[due[Action.STOP], "group"])  # its other companies too
    for action in (*GROWTH, Action.COLLECT):
        due[action] &= ~stopped
    codes = np.array([action.value for action in Action])
    listed = [codes[row] for row in due.to_numpy()]
    table = table.assign(
        action_class=[found[0] if len(found) else "" for found in listed],
        other_actions=[" ".join(found[1:]) for found in listed],
        usual_days=float(usual),
    )
    table["worth"] = [float(worth[action].loc[i]) if action in KINDS else np.nan for i, action in table["action_class"].items()]
    table["money_kind"] = [_kind(action, is_sales=table["own_margin"].isna().all()) for action in table["action_class"]]
    table["due_on"] = _due(table, as_of=as_of, country=country, per_week=per_week)
    return table


def _kind(action: str, *, is_sales: bool) -> str:
    """Which money a step is about: sales where no cost of goods is known, and so no margin."""
    kind = KINDS.get(action, "")
    return str(IN_SALES.get(kind, kind) if is_sales else kind)


def _worth(table: pd.DataFrame, overdue: pd.DataFrame | None) -> pd.DataFrame:
    """What each step would be worth, of its kind of money: margin where costs are known, else sales."""
    known = table[table["own_margin"].notna() & (table["own_revenue"] > 0)]
    usual = (
        float(known["own_margin"].sum() / known["own_revenue"].sum()) if len(known) else 1.0
    )  # of the base; 1: sales, which then are called so
    rate = (table["own_margin"] / table["own_revenue"].where(table["own_revenue"] > 0)).clip(0, 1).fillna(min(max(usual, 0.0), 1.0))
    late = _number(table["overdue"])
    loss = -(_number(table["profit"]) + _number(table["acquisition"]).fillna(0)).fillna(_number(table["margin"]))
    kept = (
        table["customer_id"].map(overdue.set_index("customer_id")["yearly_revenue"])
        if overdue is not None
        else pd.Series(np.nan, table.index)
    )
    return pd.DataFrame(
        {
            Action.STOP: _number(table["open"]),
            Action.COLLECT: late,
            Action.COMPLAINT: table["year_revenue"].clip(lower=0) * rate,
            Action.PROMISE: table["first_revenue"].astype("float64") * rate,
            Action.SECOND: table["first_revenue"].astype("float64") * rate,
            Action.KEY_SILENT: kept * rate,
            Action.SILENT: kept * rate,
            Action.LOSS: loss,
            Action.KEY_TERMS: loss,
            Action.GROW: _number(table["realistic"]) * rate,
        }
    )


def _number(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column, errors="coerce").astype("float64")


def _holds(
    action: Action,
    table: pd.DataFrame,
    overdue: pd.DataFrame | None,
    *,
    as_of: dt.date,
    horizon_days: int,
    asked: int,
    late_days: float,
    usual: float,
) -> pd.Series:
    """Of which customers a reason holds."""
    no = pd.Series(data=False, index=table.index)
    is_young = table.groupby("group")["first_on"].transform("min") > pd.Timestamp(as_of) - pd.Timedelta(days=YEAR_DAYS)
    once = (
        (table["purchases"] == 1)
        & table["is_first_known"].astype(bool)
        & is_young
        & (table["silence_days"] <= horizon_days)
        & (usual == usual)
    )
    if action == Action.STOP:
        return table["is_stopped"].fillna(value=False).astype(bool)
    if action == Action.COLLECT:
        return (_number(table["overdue"]).fillna(0) > 0) & (_number(table["oldest_days"]).fillna(0) >= late_days)
    if action == Action.COMPLAINT:
        return table["complaint_on"].notna() & (table["year_revenue"] > 0) & (table["lost_cause"] == "")
    if action == Action.PROMISE:
        return once & table["is_first_returned"].astype(bool)
    if action == Action.SECOND:
        return once & (table["silence_days"] >= usual)
    if action in (Action.KEY_SILENT, Action.SILENT):
        fresh = no if overdue is None else table["customer_id"].isin(overdue.loc[overdue["since_class"] == "fresh", "customer_id"])
        return fresh & ((table["key_reasons"] != "") == (action == Action.KEY_SILENT))
    if action in (Action.LOSS, Action.KEY_TERMS):
        if _number(table["margin"]).sum() < 0:  # of all of them: then no customer's terms are the matter
            return no
        on_goods = table["is_lead"] & _number(table["profit"]).isna() & (_number(table["margin"]) < 0)  # where serving costs are unknown
        on_goods &= table["loss_class"] != "single_sales"
        return ((table["loss_class"] == "loses") | on_goods) & ~is_young & ((table["key_reasons"] != "") == (action == Action.KEY_TERMS))
    if action == Action.GROW:
        return (table["provenance_class"] == "declared") & (_number(table["realistic"]) > 0)
    if action == Action.ASK:
        largest = table[table["is_lead"] & (table["year_revenue"] > 0)].nlargest(asked, "year_revenue")
        return (table["provenance_class"] == "unknown") & table.index.isin(largest.index)
    return table["is_pair"]


def _due(table: pd.DataFrame, *, as_of: dt.date, country: str | None, per_week: int) -> pd.Series:
    """By when: what is owed by stopped payers on the first working day, the others in order of worth, so many a week for each manager."""
    listed = table[table["action_class"] != ""]
    urgent = listed["action_class"].map({action: i for i, action in enumerate(URGENT)}).fillna(len(URGENT))
    last = listed["action_class"].isin(WITHOUT_WORTH)
    order = listed.assign(_u=urgent, _l=last, _w=-listed["worth"].fillna(0)).sort_values(["manager_id", "_u", "_l", "_w", "customer_id"])
    capped = order[order["action_class"] != Action.STOP]
    week = (capped.groupby("manager_id").cumcount() // per_week).reindex(order.index).fillna(0).astype(int)
    order, week = order[week < MOST_WEEKS], week[week < MOST_WEEKS]  # the others wait without a day
    weeks = working_days.weeks(as_of, country, int(week.max()) + 1 if len(week) else 1)
    days = pd.Series(
        [weeks[w][0] if a == Action.STOP else weeks[w][1] for w, a in zip(week, order["action_class"], strict=True)], index=order.index
    )
    return pd.to_datetime(days.reindex(table.index))

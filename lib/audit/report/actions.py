"""What does each manager do on Monday? The lists of the chapters as tasks, one row a task, with its reason, money and day.

A customer stands here once for each reason; money of different tasks overlaps and is never added up across reasons.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd

from audit.core.codes import Code
from audit.core.groups import groups, leads
from audit.i18n import mark as N_

COLUMNS = ["manager_id", "task_class", "customer_id", "money", "due_on", "last_on", "silence_days", "usual_gap_days", "other", "source"]


class Task(Code):
    """A task, in the order in which tasks are to be done: what it is, and why it stands here."""

    OVERDUE = (
        "overdue",
        N_("call: overdue"),
        N_("Silent beyond its usual gap and the limit of this audit; money of the last twelve months of buying."),
    )
    SECOND = (
        "second",
        N_("second purchase"),
        N_("Bought once; due when the usual gap has passed. Ask what came of the first order, offer what belongs to it."),
    )
    KEY = (
        "key",
        N_("key account"),
        N_("Key account ({other}); keep the plan up to date; money of twelve months."),
    )
    DEPENDENCE = (
        "dependence",
        N_("limit of dependence"),
        N_("The share of the sales has reached a border ({other}); agree with the owner on the limit."),
    )
    COLLECT = (
        "collect",
        N_("collect a debt"),
        N_("Overdue, the oldest part for {other} days; call before the next delivery; money is what is overdue."),
    )
    LOSS = (
        "loss",
        N_("loses money"),
        N_(
            "Lost money in the last year by every driver of costs tried; ask for fewer and larger orders, paid delivery "
            "or another price; money is the loss."
        ),
    )
    ASK = (
        "ask",
        N_("ask for the budget"),
        N_("Large, and its budget is unknown: ask what it buys in a year, from whom, and why; money is our sales of the year."),
    )
    GAP = (
        "gap",
        N_("buys elsewhere"),
        N_("Its budget is declared, and much of it goes to others; money is what it buys there in a year, not a forecast."),
    )
    STRAYED = (
        "strayed",
        N_("strayed"),
        N_("Buys less than peers of the same industry; money is the distance to their median, not a forecast."),
    )
    WINBACK = (
        "winback",
        N_("win back"),
        N_("Gone silent; money is what may be expected by the base's own chance of return."),
    )
    DUPLICATE = (
        "duplicate",
        N_("duplicate to decide"),
        N_("May be the same as {other}; decide in duplicates.csv."),
    )


GROW = (Task.SECOND, Task.KEY, Task.ASK, Task.GAP, Task.STRAYED, Task.WINBACK)  # never asked of those who have stopped paying
ASKED = 20  # largest customers of unknown budget to be asked, and largest gaps to be worked on


def monday(as_of: dt.date) -> dt.date:
    """The first Monday after that day.

    >>> monday(dt.date(2025, 12, 31)), monday(dt.date(2026, 1, 5))
    (datetime.date(2026, 1, 5), datetime.date(2026, 1, 12))
    """
    return as_of + dt.timedelta(days=7 - as_of.weekday())


def actions(
    history: pd.DataFrame,
    customers: pd.DataFrame | None,
    *,
    as_of: dt.date,
    horizon_days: int,
    overdue: pd.DataFrame | None,
    winback: pd.DataFrame | None,
    strayed: pd.DataFrame | None,
    key_accounts: pd.DataFrame | None,
    dependence: pd.DataFrame | None,
    debtors: pd.DataFrame | None,
    customer_profits: pd.DataFrame | None,
    wallets: pd.DataFrame | None,
    duplicates: pd.DataFrame | None,
) -> pd.DataFrame:
    """Tasks of every manager, the most money first within each kind.

    A first-time buyer is due once the base's usual gap has passed, and no longer when the horizon has. Who has stopped paying is never told
    to grow.

    Returns
    -------
    DataFrame with manager_id (empty: nobody), task_class (Task), customer_id, money, due_on (never before the Monday after as_of),
    last_on, silence_days, usual_gap_days, other (what fills the reason), source (table of the run).

    Source: method B11 (an action per rung with owner and date), E18; the list of kinds is ours.
    """
    start = pd.Timestamp(monday(as_of))
    found = [
        _tasks("overdue", overdue, money="yearly_revenue", only=lambda t: t["since_class"] == "fresh"),
        _second(history, horizon_days=horizon_days),
        _of_groups("key", key_accounts, customers, other="reason_class", source="key_accounts"),
        _of_groups(
            "dependence",
            dependence,
            customers,
            other="dependence_class",
            source="dependence",
            only=lambda t: t["dependence_class"] != "none",
        ),
        *_of_money(debtors, customer_profits, wallets, customers),
        _tasks("strayed", strayed, money="gap"),
        _tasks("winback", winback, money="expected_revenue", only=lambda t: t["reason_class"] != "overdue"),
        _duplicates(duplicates),
    ]
    table = pd.concat(
        [part for part in found if len(part)] or [pd.DataFrame(columns=["task_class", "customer_id", "money"])], ignore_index=True
    )
    table = table[~(table["task_class"].isin(GROW) & table["customer_id"].isin(_stopped(debtors, customers)))]
    known = history.rename(columns={"gap_days": "usual_gap_days"}).set_index("customer_id")
    for column in ("last_on", "silence_days", "usual_gap_days"):
        table[column] = table["customer_id"].map(known[column])
    table["manager_id"] = _managers(table["customer_id"], history, customers)
    due = pd.to_datetime(table["due_on"]) if "due_on" in table.columns else pd.Series(pd.NaT, index=table.index)
    table["due_on"] = due.fillna(start).clip(lower=start)
    table["order"] = table["task_class"].map(list(Task).index) if len(table) else 0
    table = table.sort_values(["manager_id", "order", "money", "customer_id"], ascending=[True, True, False, True], na_position="last")
    return table.reindex(columns=COLUMNS).reset_index(drop=True)


def _stopped(debtors: pd.DataFrame | None, customers: pd.DataFrame | None) -> set[str]:
    """Customers of groups that have stopped paying: they are collected from, and nothing else is sold to them first."""
    if debtors is None:
        return set()
    stopped = set(debtors.loc[debtors["is_stopped"].astype(bool), "group"])
    if customers is None:
        return stopped
    return stopped | set(customers.loc[groups(customers, customers["customer_id"]).isin(stopped), "customer_id"])


def by_manager(tasks: pd.DataFrame) -> pd.DataFrame:
    """Number of tasks of each kind by manager.

    Returns
    -------
    DataFrame with manager_id and a column per Task that occurs, in their order.
    """
    counts = tasks.groupby(["manager_id", "task_class"]).size().unstack(fill_value=0)
    return counts.reindex(columns=[task for task in Task if task in counts.columns]).reset_index().rename_axis(columns=None)


def _tasks(task: str, table: pd.DataFrame | None, *, money: str, only: Callable[[pd.DataFrame], pd.Series] | None = None) -> pd.DataFrame:
    if table is None:
        return pd.DataFrame()
    part = table[only(table)] if only else table
    return pd.DataFrame({"task_class": task, "customer_id": part["customer_id"], "money": part[money], "other": "", "source": task})


def _second(history: pd.DataFrame, *, horizon_days: int) -> pd.DataFrame:
    gap = history["gap_days"].median()
    due = history[(history["purchases"] == 1) & history["is_first_known"] & (history["silence_days"] <= horizon_days)]
    if due.empty or gap != gap:
        return pd.DataFrame()
    on = pd.to_datetime(due["last_on"]) + pd.Timedelta(days=round(gap))
    return pd.DataFrame(
        {
            "task_class": "second",
            "customer_id": due["customer_id"],
            "money": due["first_revenue"].astype("float64"),
            "due_on": on,
            "other": "",
            "source": "history",
        }
    )


def _of_groups(
    task: str,
    table: pd.DataFrame | None,
    customers: pd.DataFrame | None,
    *,
    other: str,
    source: str,
    only: Callable[[pd.DataFrame], pd.Series] | None = None,
) -> pd.DataFrame:
    """Groups of companies by their first member, one row each, all their reasons together."""
    if table is None:
        return pd.DataFrame()
    part = (table[only(table)] if only else table).groupby("group", sort=True)
    part = part.agg(money=("revenue", "max"), other=(other, lambda reasons: ", ".join(dict.fromkeys(reasons)))).reset_index(
        names="customer_id"
    )
    if customers is not None:
        part["customer_id"] = part["customer_id"].map(leads(customers)["customer_id"]).fillna(part["customer_id"])
    return part.assign(task_class=task, source=source)


def _of_money(
    debtors: pd.DataFrame | None, profits: pd.DataFrame | None, wallets: pd.DataFrame | None, customers: pd.DataFrame | None
) -> list[pd.DataFrame]:
    """Debts to collect, losers, budgets to ask for (of the ASKED largest customers of unknown budget), and the ASKED largest gaps of
    declared ones."""
    late = None if debtors is None else debtors.assign(revenue=debtors["overdue"], days=debtors["oldest_days"].map("{:.0f}".format))
    lose = None if profits is None else profits.assign(revenue=-profits["profit"].fillna(profits["margin"]), why="")
    largest = None if wallets is None else wallets.assign(why="")[lambda t: t["provenance_class"] == "unknown"].nlargest(ASKED, "revenue")
    told = (
        None
        if wallets is None
        else wallets.assign(revenue=wallets["gap"], why="")[lambda t: (t["provenance_class"] == "declared") & (t["gap"] > 0)]
    )
    return [
        _of_groups("collect", late, customers, other="days", source="debtors", only=lambda t: t["overdue"] > 0),
        _of_groups("loss", lose, customers, other="why", source="customer_profits", only=lambda t: t["loss_class"] == "loses"),
        _of_groups("ask", largest, customers, other="why", source="wallets"),
        _of_groups("gap", told.nlargest(ASKED, "revenue") if told is not None else None, customers, other="why", source="wallets"),
    ]


def _duplicates(table: pd.DataFrame | None) -> pd.DataFrame:
    if table is None or table.empty:
        return pd.DataFrame()
    open_ = table[table["decision"].fillna("") == ""]
    return pd.DataFrame(
        {
            "task_class": "duplicate",
            "customer_id": open_["customer_a"],
            "money": float("nan"),
            "other": open_["name_b"],
            "source": "duplicates",
        }
    )


def _managers(ids: pd.Series, history: pd.DataFrame, customers: pd.DataFrame | None) -> pd.Series:
    """Who looks after a customer: by the master file, else the manager of the first sale, else nobody."""
    found = pd.Series("", index=ids.index, dtype="object")
    if "first_manager_id" in history.columns:
        found = ids.map(history.set_index("customer_id")["first_manager_id"]).fillna("")
    if customers is not None and "manager_id" in customers.columns:
        by_file = ids.map(customers.set_index("customer_id")["manager_id"])
        found = by_file.where(by_file.notna() & (by_file != ""), found)
    return found.fillna("").astype("str")

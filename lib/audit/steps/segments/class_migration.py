"""Who changed class, and who merely stands on a border?"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from scipy import stats

from audit.core.groups import groups
from audit.core.periods import last_year
from audit.stats.exchangeable import swapped
from audit.steps.segments.abc import letters
from audit.steps.segments.codes import Abc


def migration(
    panel: pd.DataFrame,
    *,
    customers: pd.DataFrame | None,
    before: pd.Timestamp,
    until: pd.Timestamp,
    observed_from: dt.date,
    a_share: float,
    b_share: float,
    draws: int,
    noise_share: float,
    confidence: float,
) -> pd.DataFrame:
    """ABC a year ago and now, per group, and whether the move is more than the noise of the border; nobody's class a year ago is told where the
    exports begin within that year.

    The twelve months of each year are drawn anew with replacement `draws` times (the same months for everybody) and
    classed again. A move is clear when the old class comes up in fewer than `noise_share` of today's draws and the new
    one in fewer than that of the draws of a year ago, and when its sales of the two years differ by more than its months vary by themselves
    (`swapped`, corrected over all moves); otherwise the group stands on a border and nothing may have changed.

    Returns
    -------
    DataFrame with group, class_before, class_now (A, B, C, N, or "none" without a purchase), revenue_before, revenue_now,
    same_share (of today's draws in today's class), is_clear (NaN where the class is the same).
    """
    table = panel.assign(group=groups(customers, panel["customer_id"]))
    sides = {}
    is_seen = pd.Timestamp(observed_from) < (before.to_period("M") - 10).start_time  # all twelve months, but for days of the first
    for name, end in [("before", before), ("now", until)]:
        year = last_year(table, until=end) if name == "now" or is_seen else table.head(0)
        sides[name] = year.pivot_table(index="group", columns="period", values="revenue", aggfunc="sum").fillna(0.0)
    ids = sides["before"].index.union(sides["now"].index)
    drawn, observed, money, months = {}, {}, {}, {}
    for name, wide in sides.items():
        wide = wide.reindex(ids).fillna(0.0)
        months[name] = wide.T.groupby(pd.DatetimeIndex(wide.columns).month).sum().reindex(range(1, 13), fill_value=0.0).T
        generator = np.random.default_rng(0)
        picks = (
            generator.multinomial(wide.shape[1], np.full(wide.shape[1], 1 / wide.shape[1]), size=draws)
            if wide.shape[1]
            else np.ones((draws, 0))
        )
        money[name] = wide.sum(axis=1)
        observed[name] = _letters(money[name].to_numpy(), a_share, b_share)
        drawn[name] = [_letters(wide.to_numpy() @ pick, a_share, b_share) for pick in picks]
    old, new = observed["before"], observed["now"]
    moved = old != new
    back_now, new_before = _share(drawn["now"], old), _share(drawn["before"], new)
    result = pd.DataFrame(
        {
            "group": ids,
            "class_before": old,
            "class_now": new,
            "revenue_before": money["before"].to_numpy(),
            "revenue_now": money["now"].to_numpy(),
        }
    )
    result["same_share"] = _share(drawn["now"], new)
    is_clear = moved & (back_now < noise_share) & (new_before < noise_share) & (_chance(months, panel, before, moved) < 1 - confidence)
    result["is_clear"] = pd.Series(np.where(moved, is_clear, None), dtype="object").astype("boolean")
    return result.sort_values(["revenue_now", "group"], ascending=[False, True], ignore_index=True)


def _chance(months: dict[str, pd.DataFrame], panel: pd.DataFrame, before: pd.Timestamp, moved: np.ndarray) -> np.ndarray:
    """How likely a move is to be one of chance, corrected over all that moved and bought in both years (Benjamini and Hochberg, P39); 1 of all others.

    Only calendar months that were observed a year ago too are exchanged.
    """
    year = pd.period_range(end=before.to_period("M"), periods=12, freq="M")
    seen = [month.month for month in year if month.start_time >= panel["period"].min()]
    chance = np.ones(len(moved))
    both = moved & np.all([wide.sum(axis=1) != 0 for wide in months.values()], axis=0)
    if seen and both.any():
        p = swapped(*(months[side].loc[both, seen].to_numpy() for side in ("before", "now")))
        chance[both] = stats.false_discovery_control(np.nan_to_num(p, nan=1.0))
    return chance


def _letters(money: np.ndarray, a_share: float, b_share: float) -> np.ndarray:
    return np.where(money == 0, Abc.NONE, letters(money, a_share, b_share))


def _share(drawn: list[np.ndarray], letter: np.ndarray) -> np.ndarray:
    """In which share of the draws each group has that letter."""
    return np.mean([draw == letter for draw in drawn], axis=0)


def moves(moved: pd.DataFrame) -> pd.DataFrame:
    """The migration counted: from, to, groups, of which clear, money before and now.

    Returns
    -------
    DataFrame with class_before, class_now, customers (groups), clear_moves, revenue_before, revenue_now.
    """
    table = moved.assign(clear=moved["is_clear"].fillna(False).astype(int))
    grouped = table.groupby(["class_before", "class_now"], as_index=False)
    return grouped.agg(
        customers=("group", "size"),
        clear_moves=("clear", "sum"),
        revenue_before=("revenue_before", "sum"),
        revenue_now=("revenue_now", "sum"),
    )


def clear_moves(moved: pd.DataFrame) -> pd.DataFrame:
    """The groups that clearly changed class, by the money that moved.

    Returns
    -------
    DataFrame with group, class_before, class_now, revenue_before, revenue_now, change.
    """
    clear = moved[moved["is_clear"].fillna(False).astype(bool)]
    clear = clear.assign(change=clear["revenue_now"] - clear["revenue_before"])
    columns = ["group", "class_before", "class_now", "revenue_before", "revenue_now", "change"]
    return clear.sort_values("change", key=abs, ascending=False, ignore_index=True)[columns]

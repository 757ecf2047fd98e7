"""Who stays? The source's CRR beside the same customers still active, cohorts at equal age, how long relationships last."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
from scipy import stats

from audit.core import periods, registry
from audit.core.findings import NAN
from audit.core.settings import Settings
from audit.i18n import mark as N_
from audit.i18n import stored
from audit.stats.survival import kaplan_meier

MONTH_DAYS = 30.44
ACTIVE_QUANTILE = 0.9


def rhythm_months(history: pd.DataFrame, *, declared: float) -> int:
    """For how many months after a purchase a customer is still there: declared, or by the customers' own rhythms (P1).

    Nine tenths of the customers who came back make nine tenths of their purchases within so many months (log-normal gaps; the one
    gap itself where there is only one). Every customer counts once: pooled gaps would let the frequent buyers decide
    for all. At least 1; 12 where nobody ever came back.
    """
    if declared:
        return int(declared)
    back = history[history["gaps"] >= 1]
    if back.empty:
        return 12
    spread = np.sqrt(back["gap_log_var"].fillna(0.0))
    own = np.exp(back["gap_log_mean"] + stats.norm.ppf(ACTIVE_QUANTILE) * spread)
    return max(1, math.ceil(own.quantile(ACTIVE_QUANTILE) / MONTH_DAYS))


def active_months(history: pd.DataFrame, *, declared: float, observed_months: int) -> int:
    """For how many months after a purchase a customer counts as active: `rhythm_months`, as far as the exports can show it.

    Who left is seen only where a silence of that length fits twice into the time observed: once before a period and once to its end. A
    longer window would call everybody active, so that it is cut there; where the cut binds, nothing can be said of who stays.
    """
    own = rhythm_months(history, declared=declared)
    return own if declared else min(own, max(1, observed_months // 2))


def unseen(*, active_months: int, rhythm_months: int) -> str:
    """Why nobody can be said to have stayed or left, as a stored text: customers pause for longer than the exports show; empty where they do not."""
    if active_months >= rhythm_months:
        return ""
    return stored(
        N_(
            "some customers come back after {months} {months:month|months}; to tell a pause from a loss, the exports would have to cover more than twice as long"
        ),
        months=rhythm_months,
    )


def is_active(history: pd.DataFrame, *, active_months: int) -> pd.Series:
    """Who bought within so many months up to the last one observed, that month included (P1); one value per row of history."""
    today = history["last_on"] + pd.to_timedelta(history["silence_days"], unit="D")
    return (today.dt.year - history["last_on"].dt.year) * 12 + today.dt.month - history["last_on"].dt.month < active_months


def active(panel: pd.DataFrame, until: pd.Timestamp, *, active_months: int) -> set[str]:
    """The customers who bought within so many months up to that day's month, which is counted (P1)."""
    month = until.to_period("M").start_time
    return set(panel.loc[panel["period"].between(month - pd.DateOffset(months=active_months - 1), month), "customer_id"].unique())


def retention(
    panel: pd.DataFrame, history: pd.DataFrame, spans: pd.DataFrame, *, observed_from: dt.date, known_from: dt.date, active_months: int
) -> pd.DataFrame:
    """The source's CRR = (E - N) / S, and beside it the true rate over the same customers (B2, P1).

    A customer is active on a day if they bought within `active_months` months up to it. Returning customers sit in E
    but in neither S nor N, so that CRR can exceed 100 %: it is printed as the source defines it, never judged. Periods
    that begin before the first `active_months` have been observed have no S and are left out; before `known_from` nobody can be
    told to be new (P13), so that N and CRR are empty there.

    Parameters
    ----------
    spans
        complete periods (periods.complete), beginning and ending with whole months.

    Returns
    -------
    DataFrame with period, at_start (S), at_end (E), acquired (N: first purchase in the period), kept (S and E),
    returned (E, neither S nor N), lost (S, not E), customer_retention_rate ((E - N) / S), true_retention_rate (kept / S).

    Source: method B2 as written, P1; Fader, Hardie, Ross.
    """
    first = history.set_index("customer_id")["first_on"]
    earliest = pd.Timestamp(observed_from).to_period("M") + active_months
    rows, seen = [], [span for span in spans.itertuples() if span.from_on.to_period("M") >= earliest]
    e = active(panel, seen[0].from_on - pd.DateOffset(months=1), active_months=active_months) if seen else set()
    for span in seen:
        s, e = e, active(panel, span.to_on, active_months=active_months)  # a period begins where the one before it ends
        n = set(first.index[(first >= span.from_on) & (first <= span.to_on)])
        found = rates(s, e, n) | {"period": span.period}
        if span.from_on < pd.Timestamp(known_from):
            found |= dict.fromkeys(["acquired", "returned", "customer_retention_rate"], NAN)
        rows.append(found)
    names = ["period", "at_start", "at_end", "acquired", "kept", "returned", "lost", "customer_retention_rate", "true_retention_rate"]
    return pd.DataFrame(rows, columns=names)


def by_unit(panel: pd.DataFrame, history: pd.DataFrame, settings: Settings, *, active_months: int, rhythm_months: int) -> pd.DataFrame:
    """`retention` by year, quarter and month, one below the other; unit_class says which. Empty where customers come back after longer than the exports can
    show: whoever is called active then may have left."""
    if unseen(active_months=active_months, rhythm_months=rhythm_months):
        return registry.empty("retention")
    parts = []
    for unit in periods.CODES:
        spans = periods.of(settings, unit=unit)
        since = {"observed_from": settings.observed_from, "known_from": periods.known_from(settings.observed_from, settings.burn_in_months)}
        table = retention(panel, history, spans, **since, active_months=active_months)
        parts.append(table.assign(unit_class=unit))
    return pd.concat(parts, ignore_index=True)


def rates(start: set, end: set, acquired: set) -> dict[str, float]:
    """S, E, N and the two rates of one period.

    >>> old, new, back = set(range(100)), set(range(200, 250)), set(range(300, 330))
    >>> found = rates(old, set(range(40, 100)) | new | back, new)
    >>> found["customer_retention_rate"], found["true_retention_rate"], found["returned"]
    (0.9, 0.6, 30)
    """
    s, e, n = len(start), len(end), len(acquired)
    kept = len(start & end)
    return {
        "at_start": s,
        "at_end": e,
        "acquired": n,
        "kept": kept,
        "returned": len(end - start - acquired),
        "lost": s - kept,
        "customer_retention_rate": (e - n) / s if s else NAN,
        "true_retention_rate": kept / s if s else NAN,
    }


def cohort_retention(panel: pd.DataFrame, history: pd.DataFrame, spans: pd.DataFrame, *, unit: str) -> pd.DataFrame:
    """Of each cohort, how many customers bought, and how much, in each period of its life (lenses 3 and 4).

    Only whole periods, and only customers whose first purchase is known (P13, P14). Age 0 is the period of the first
    purchase.

    Returns
    -------
    DataFrame with cohort, age (periods), cohort_customers, customers, active_share, revenue, revenue_ratio (of the
    cohort's revenue at age 0).
    """
    place = {label: i for i, label in enumerate(spans["period"])}
    known = history[history["is_first_known"]].set_index("customer_id")
    cohort = periods.labels(known["first_on"], unit)
    cohort = cohort[cohort.isin(place)]
    table = panel.assign(period=periods.labels(panel["period"], unit), cohort=panel["customer_id"].map(cohort))
    table = table[table["period"].isin(place) & table["cohort"].notna()]
    table = table.groupby(["cohort", "period"], as_index=False).agg(customers=("customer_id", "nunique"), revenue=("revenue", "sum"))
    table["cohort"] = table["cohort"].astype("str")
    sizes = cohort.value_counts()
    every = [(c, p) for c in sorted(sizes.index, key=place.get) for p in spans["period"] if place[p] >= place[c]]
    table = pd.DataFrame(every, columns=["cohort", "period"], dtype="str").merge(table, on=["cohort", "period"], how="left")
    table["age"] = table["period"].map(place).astype(int) - table["cohort"].map(place).astype(int)
    table["cohort_customers"] = table["cohort"].map(sizes).astype(int)
    table["customers"] = table["customers"].fillna(0).astype(int)
    table["revenue"] = table["revenue"].fillna(0.0)
    begun = table["cohort"].map(table[table["age"] == 0].set_index("cohort")["revenue"]).astype(float)
    table["active_share"] = table["customers"] / table["cohort_customers"]
    table["revenue_ratio"] = table["revenue"] / begun.where(begun > 0)
    return table[["cohort", "age", "cohort_customers", "customers", "active_share", "revenue", "revenue_ratio"]]


def lifetimes(history: pd.DataFrame, late: pd.DataFrame, *, left_days: int) -> pd.DataFrame:
    """How long each customer whose first purchase is known has been one, and whether it left: one rule for every chapter (P2, P5, P8, P13).

    A customer on the overdue list, or silent for `left_days`, has left, dated at its last purchase; all others are still there, their lives
    open. One-time buyers have no rhythm to be overdue by, so that without the second rule they would live for ever. And since that rule needs
    its time, only customers whose first purchase lies as far back are looked at: of the younger ones nobody could have been seen to leave.

    Returns
    -------
    DataFrame with customer_id, days (from the first purchase to the last one, or to as_of), has_left.
    """
    age = (history["last_on"] - history["first_on"]).dt.days + history["silence_days"]
    known = history[history["is_first_known"].astype(bool) & (age >= left_days)]
    left = known["customer_id"].isin(late["customer_id"]) | (known["silence_days"] >= left_days)
    life = (known["last_on"] - known["first_on"]).dt.days
    days = life.where(left, life + known["silence_days"])
    return pd.DataFrame({"customer_id": known["customer_id"], "days": days, "has_left": left}).reset_index(drop=True)


def survival(lives: pd.DataFrame, *, confidence: float) -> pd.DataFrame:
    """How long relationships last: Kaplan-Meier from the first purchase to the last one of those who left (lens 3).

    Returns
    -------
    DataFrame with days, happened_share (left), low_share, high_share, watched.

    Source: method B5, P2, P5, P13.
    """
    return kaplan_meier(lives["days"].to_numpy(), lives["has_left"].to_numpy(), confidence=confidence)

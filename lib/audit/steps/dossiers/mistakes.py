"""Which of the common mistakes with key accounts do data or forms show? (E27)"""

from __future__ import annotations

import pandas as pd

from audit.steps.dossiers.codes import Gap, Met, Mistake


def key_mistakes(
    coverage: pd.DataFrame,
    gaps: pd.DataFrame,
    overview: pd.DataFrame,
    activities: pd.DataFrame | None,
    *,
    as_of: pd.Timestamp,
    most_per_manager: int,
    is_asked: bool,
) -> pd.DataFrame:
    """The common mistakes with key accounts, each tested by the data: seen, not seen, or no data (E27).

    All served alike: no more contacts a year with a key account than with another customer who buys. No manager of its own: none, or one with more than
    `most_per_manager` key accounts. The head, and what is collected: by the forms, where there are any (`is_asked`).

    Returns
    -------
    DataFrame with mistake_class, seen_class, count (key accounts concerned), n (key accounts).
    """
    n, keys = len(coverage), set(coverage["customer_id"])
    led = coverage.groupby("manager_id")["customer_id"].transform("size")
    alone = int(((coverage["manager_id"] == "") | (led > most_per_manager)).sum())
    rows = [
        (Mistake.ALL_EQUAL, *_alike(overview, activities, keys, as_of)),
        (Mistake.NO_HEAD, *_seen(int((gaps["gap_class"] == Gap.NO_HEAD_VISIT).sum()), is_asked)),
        (Mistake.NO_MANAGER, *_seen(alone, True)),
        (Mistake.NO_KNOWLEDGE, *_seen(int(gaps["gap_class"].isin([Gap.NO_FORM, Gap.STALE]).sum()), is_asked)),
    ]
    return pd.DataFrame(rows, columns=["mistake_class", "seen_class", "count"]).assign(n=n)


def _seen(count: int, is_known: bool) -> tuple[Met, float]:
    return (Met.YES if count else Met.NO, float(count)) if is_known else (Met.UNKNOWN, float("nan"))


def _alike(overview: pd.DataFrame, activities: pd.DataFrame | None, keys: set[str], as_of: pd.Timestamp) -> tuple[Met, float]:
    """Whether key accounts hear from us no more often than other groups of companies; and with how many of them that is so."""
    sums = overview.groupby("group")["year_revenue"].sum()
    group = overview.set_index("customer_id")["group"]
    buys, is_key = sums[sums > 0], set(group.reindex(sorted(keys)))
    if activities is None or not keys or len(buys) <= len(keys):
        return Met.UNKNOWN, float("nan")
    since = as_of - pd.DateOffset(years=1)
    year = activities[(activities["date"] > since) & (activities["date"] <= as_of) & (activities["direction"] == "out")]
    counts = year["customer_id"].map(group).value_counts().reindex(buys.index).fillna(0)
    ours = counts[counts.index.isin(is_key)]
    usual = float(counts[~counts.index.isin(is_key)].mean())
    return (Met.YES if float(ours.mean()) <= usual else Met.NO), float((ours <= usual).sum())

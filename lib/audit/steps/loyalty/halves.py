"""Does a feature say anything of a customer, or only of the days on which it was seen? Split halves, customer by customer.

A customer's days are parted as by a coin (ledger table `halves`), and every feature is made of each half. What the customer is shows in
both; what chance made of a handful of lines does not. Compared are customers with about as many lines as each other: few lines make any
share wide, and that alone would look like a difference between customers.

Sources: method P16, P17; Spearman 1910 and Brown 1910 (the reliability of the whole from that of halves).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from audit.core.findings import NAN
from audit.stats.reliability import of_whole
from audit.steps.loyalty.type_features import features

PEERS = 10  # groups of customers by their number of lines
FEWEST = 30  # customers with both halves from which a feature is judged


def reliability(
    history: pd.DataFrame,
    halves: pd.DataFrame | None,
    *,
    activities: pd.DataFrame | None,
    as_of: pd.Timestamp,
    least_purchases: int,
    confidence: float,
) -> pd.DataFrame:
    """How far each feature differs between customers beyond the chance of sampling.

    Returns
    -------
    DataFrame with feature, customers (with both halves), reliability_share (of the differences between customers that are theirs; 0 or less:
    all of it is chance), low_share, high_share; no rows without halves.
    """
    columns = ["feature", "customers", "reliability_share", "low_share", "high_share"]
    if halves is None or halves.empty:
        return pd.DataFrame({c: pd.Series(dtype="str" if c == "feature" else float) for c in columns})
    whole = _both(history, halves, least_purchases)
    first, second = (
        features(*_half(whole, halves, half), activities=_of_half(activities, half), as_of=as_of, least_purchases=least_purchases)
        for half in (0, 1)
    )
    size = whole.set_index("customer_id")["_size"].reindex(first.index)
    rows = [
        (name, len(first), *_of_halves(first[name], second[name], size, confidence)) for name in first.columns if name in second.columns
    ]
    return pd.DataFrame(rows, columns=columns)


def told(table: pd.DataFrame, reliable: pd.DataFrame, *, least_reliability: float) -> pd.DataFrame:
    """The features that differ between customers beyond sampling; all of them where nothing could be tried is no answer: then none."""
    by = reliable.set_index("feature")
    sure = by.index[(by["reliability_share"] >= least_reliability) & (by["low_share"] > 0)]
    return table[[name for name in table.columns if name in sure]]


def _both(history: pd.DataFrame, halves: pd.DataFrame, least: int) -> pd.DataFrame:
    """Customers with enough purchases and something to see in both halves; `_size`: their lines, else their gaps."""
    seen = halves["gap_log_var"].notna() & (halves["lines"].fillna(0) > 0 if "lines" in halves.columns else True)
    size = halves[seen].groupby("customer_id")["lines" if "lines" in halves.columns else "gaps"].agg(["size", "sum"])
    there = size.index[size["size"] == 2]
    who = history[(history["purchases"] >= least) & history["customer_id"].isin(there)]
    return who.assign(_size=who["customer_id"].map(size["sum"]))


def _half(whole: pd.DataFrame, halves: pd.DataFrame, half: int) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """History and behaviour of one half of the days."""
    of = halves[halves["half"] == half].set_index("customer_id")
    own = whole.assign(gap_log_var=whole["customer_id"].map(of["gap_log_var"]))
    return own, (of.reset_index() if "lines" in of.columns else None)


def _of_half(activities: pd.DataFrame | None, half: int) -> pd.DataFrame | None:
    """Every other contact of each customer."""
    if activities is None:
        return None
    nth = activities.sort_values(["customer_id", "date"], kind="stable").groupby("customer_id").cumcount()
    return activities[nth.reindex(activities.index) % 2 == half]


def _of_halves(first: pd.Series, second: pd.Series, size: pd.Series, confidence: float) -> tuple[float, float, float]:
    """Spearman and Brown's reliability of a feature from its two halves, and its ends (Fisher's z)."""
    n = len(first)
    if n < FEWEST or first.nunique() < 3 or second.nunique() < 3:
        return NAN, NAN, NAN
    peers = np.minimum((size.rank(method="first") - 1) * PEERS // n, PEERS - 1)
    one, other = (_among_peers(x, peers) for x in (first, second))
    r = float(np.corrcoef(one, other)[0, 1])
    if r != r:
        return NAN, NAN, NAN
    wide = stats.norm.ppf(0.5 + confidence / 2) / np.sqrt(max(n - PEERS - 3, 1))
    ends = np.tanh(np.arctanh(np.clip(r, -0.999999, 0.999999)) + np.array([-wide, wide]))
    return tuple(float(x) for x in of_whole(np.array([r, *ends])))


def _among_peers(x: pd.Series, peers: pd.Series) -> np.ndarray:
    """Ranks of a feature, less their mean among customers of about as many lines."""
    rank = x.rank()
    return (rank - rank.groupby(peers).transform("mean")).to_numpy()

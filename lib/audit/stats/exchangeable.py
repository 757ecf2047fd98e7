"""Would somebody stand out so far if all were alike? Values dealt anew within strata; of many comparisons, how many are false discoveries.

A league table compares portfolios, not people: everybody's customers are compared with customers of the same kind, and what chance alone does is shown by
dealing the customers of each kind to the same people again and again.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

DRAWS = 1999
AT_ONCE = 4_000_000  # values dealt at a time
FEWEST_MONTHS = 6  # of fewer that differ, no exchange is rarer than one in twenty
LARGEST = 1000  # customers among whom the largest fall is looked for
LARGE = 20_000  # customers beyond which a sum is as good as normal, and is not dealt
COLUMNS = ["who", "n", "value", "expected", "others", "difference", "low", "high", "variance", "p_value"]


def compared(values: pd.Series, who: pd.Series, strata: pd.Series, *, confidence: float, seed: int = 0) -> pd.DataFrame:
    """Everybody's mean against what the same customers would have brought in anybody's hands.

    Parameters
    ----------
    values
        one per customer: whether it was kept, how its purchases changed, ...
    who
        whose customer it was when the time began; what happened later must not decide whose it is.
    strata
        what kind of customer it was; only customers of one kind are compared.

    Returns
    -------
    DataFrame with who (sorted), n, value (mean), expected (mean of the same kinds of customers over everybody), others (the
    same over everybody else; customers of a kind that nobody else has count as they are), difference (value less expected), low, high (its interval as
    chance spreads it), variance (of the difference), p_value (two-sided, by permutation within strata; nan where nothing can be compared).

    Source: method H14, P27; permutation tests Fisher 1935, Phipson and Smyth 2010 (the one added, so that no p-value is 0).

    >>> found = compared(pd.Series([1.0, 1, 1, 0, 0, 0]), pd.Series(list("aaabbb")), pd.Series([0] * 6), confidence=0.95)
    >>> found[["n", "value", "expected", "difference"]].to_numpy().tolist()
    [[3.0, 1.0, 0.5, 0.5], [3.0, 0.0, 0.5, -0.5]]
    """
    table = pd.DataFrame({"value": np.asarray(values, dtype=float), "who": np.asarray(who), "stratum": np.asarray(strata)})
    if table.empty:
        return pd.DataFrame({c: pd.Series(dtype="str" if c == "who" else float) for c in COLUMNS})
    of = table.groupby("stratum")["value"]
    table = table.assign(expected=of.transform("mean"), spread=of.transform(lambda v: v.var(ddof=0)), size=of.transform("size"))
    table = table.sort_values(["stratum", "who"], kind="stable", ignore_index=True)
    people, at = np.unique(table["who"].to_numpy(), return_inverse=True)
    count = np.bincount(at)
    sums = np.bincount(at, table["value"] - table["expected"])
    variance = _variance(table, at, len(people)) / count**2
    difference = sums / count
    z = stats.norm.ppf((1 + confidence) / 2)
    spread = np.sqrt(variance, where=variance > 0, out=np.full(len(variance), np.inf))
    p = 2 * stats.norm.sf(np.abs(difference) / spread)
    if len(table) <= LARGE:
        dealt, is_reached = _dealt(table, at, sums, seed)
        p = np.where(is_reached, dealt, np.minimum(dealt, p))  # beyond all that was dealt: else nobody could be found among many
    expected = np.bincount(at, table["expected"]) / count
    own = table.groupby(["stratum", "who"])["value"]
    rest = table["size"] - own.transform("size")
    others = ((table["expected"] * table["size"] - own.transform("sum")) / rest.where(rest > 0)).to_numpy()
    others = (
        np.bincount(at, np.where(np.isnan(others), table["expected"], others)) / count
    )  # a kind that nobody else has tells nothing, for or against
    return pd.DataFrame(
        {
            "who": people, "n": count, "value": difference + expected, "expected": expected, "others": others, "difference": difference,
            "low": difference - z * np.sqrt(variance), "high": difference + z * np.sqrt(variance), "variance": variance,
            "p_value": np.where(variance > 0, p, np.nan),
        }
    )  # fmt: skip


def _variance(table: pd.DataFrame, at: np.ndarray, people: int) -> np.ndarray:
    """Variance of everybody's sum when the customers of each stratum are dealt anew: without replacement, so less than of as many draws."""
    cells = (
        table.assign(at=at)
        .groupby(["stratum", "at"])
        .agg(n=("value", "size"), size=("size", "first"), spread=("spread", "first"))
        .reset_index()
    )
    left = (cells["size"] - cells["n"]) / (cells["size"] - 1).clip(lower=1)
    return np.bincount(cells["at"], cells["n"] * left * cells["spread"], minlength=people)


def _dealt(table: pd.DataFrame, at: np.ndarray, sums: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """How often chance alone deals somebody a sum as far from what is expected, and whether it ever did."""
    rng, n = np.random.default_rng(seed), len(table)
    off, stratum = (table["value"] - table["expected"]).to_numpy(), np.unique(table["stratum"].to_numpy(), return_inverse=True)[1]
    hands = np.zeros((n, len(sums)))
    hands[np.arange(n), at] = 1.0
    further, step = np.zeros(len(sums)), max(1, AT_ONCE // n)
    for start in range(0, DRAWS, step):
        order = np.argsort(stratum + rng.random((min(step, DRAWS - start), n)), axis=1)  # the table lies stratum by stratum
        further += (np.abs(off[order] @ hands) >= np.abs(sums) - 1e-9).sum(axis=0)
    return (1 + further) / (1 + DRAWS), further > 0


def false_discoveries(p_values: pd.Series) -> pd.Series:
    """p-values as Benjamini and Yekutieli adjust them over all comparisons made; what was not compared stays empty.

    Comparisons of people depend on each other: where one gets the better customers, the others do not. Hochberg’s adjustment would promise too much.

    Source: method P39; Benjamini and Yekutieli 2001.

    >>> false_discoveries(pd.Series([0.01, 0.04, float("nan")])).tolist()
    [0.03, 0.06, nan]
    """
    adjusted = p_values.astype(float).copy()
    there = adjusted.notna()
    if there.any():
        adjusted[there] = stats.false_discovery_control(adjusted[there].to_numpy(), method="by")
    return adjusted


def swapped(before: np.ndarray, now: np.ndarray) -> np.ndarray:
    """How often two years would differ as far as they do, had each month of the one been that of the other: a p-value per row, two-sided, exact.

    Where a customer's months vary much, two years differ much by themselves; where all are a little lower, that shows in few months. Months are taken
    to vary by themselves: a level that has shifted for good is no chance.

    Parameters
    ----------
    before, now
        a row per customer, the same calendar months of either year side by side; 20 at most.

    Returns
    -------
    array, NaN where fewer than FEWEST_MONTHS differ: then nothing could be told from chance.

    Source: method P39; sign-flip test of paired differences, Fisher 1935.

    >>> swapped(np.array([[10.0] * 6, [60, 0, 0, 0, 0, 0]]), np.array([[9.0] * 6, [0.0] * 6])).tolist()
    [0.03125, nan]
    """
    difference = now - before
    months = difference.shape[1]
    signs = 1.0 - 2.0 * ((np.arange(2 ** max(months - 1, 0))[:, None] >> np.arange(months)) & 1)  # the other half mirrors these
    reached, rows = np.abs(difference.sum(axis=1)) * (1 - 1e-9), max(1, AT_ONCE // len(signs))
    parts = [slice(at, at + rows) for at in range(0, len(difference), rows)]
    found = [(np.abs(difference[part] @ signs.T) >= reached[part, None]).mean(axis=1) for part in parts]
    return np.where((difference != 0).sum(axis=1) >= FEWEST_MONTHS, np.concatenate(found) if found else np.zeros(0), np.nan)


def largest_fall(before: np.ndarray, now: np.ndarray, *, seed: int = 0) -> float:
    """How often somebody would fall as far as who fell most, had each month of one year been that of the other, for everybody at once.

    Of many customers somebody always falls far: the largest fall is held against the largest by chance. Customers whose months differ least are left
    out: none of them reaches it.

    Parameters
    ----------
    before, now
        as for `swapped`.

    Returns
    -------
    float, NaN where there are fewer than FEWEST_MONTHS months, or nobody.

    Source: method P39; the distribution of the maximum, Westfall and Young 1993.
    """
    difference = now - before
    if not len(difference) or difference.shape[1] < FEWEST_MONTHS:
        return np.nan
    fall = difference.sum(axis=1).min()
    largest = difference[np.argsort(-np.abs(difference).sum(axis=1), kind="stable")[:LARGEST]]
    generator = np.random.default_rng(seed)
    signs = lambda: generator.integers(0, 2, largest.shape) * 2 - 1
    as_far = sum((largest * signs()).sum(axis=1).min() <= fall * (1 - 1e-9) for _draw in range(DRAWS))
    return (as_far + 1) / (DRAWS + 1)

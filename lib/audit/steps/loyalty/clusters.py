"""Are there groups, how many, and do they hold?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from audit.core.findings import NAN
from audit.steps.loyalty.codes import LoyaltyType, Stability

MOST_CLUSTERS = 6
TIED = (("variety", "sameness"), ("discount", "price_paid"))  # one feature with two signs; a discount lowers the price paid


STABLE, PATTERN = 0.75, 0.6  # Hennig's reading of the mean Jaccard, method "Remarks that bind"


def gap_statistic(table: pd.DataFrame, points_of: Callable[[pd.DataFrame], pd.DataFrame], *, draws: int, seed: int = 0) -> pd.DataFrame:
    """For each number of groups, how much tighter they are than in data whose features were permuted independently (P16).

    A uniform null would find one cluster in four planted ones; permuted features keep every feature's own shape and destroy only what goes
    together. What is tied by how it is counted goes on together (TIED), and the permuted features become points by the same way: one feature
    that speaks for two types makes groups out of noise otherwise.

    Parameters
    ----------
    table
        features, a column each.
    points_of
        what makes points of features, as for the customers themselves.

    Returns
    -------
    DataFrame with clusters (1 to 6), gap_number, error_number (of the null, Tibshirani's s).
    """
    values = points_of(table).to_numpy()
    generator = np.random.default_rng(seed)
    ks = [k for k in range(1, MOST_CLUSTERS + 1) if k < len(np.unique(values, axis=0))]
    own = np.array(_tightnesses(values, ks))
    null = np.array([_tightnesses(points_of(permuted(table, generator)), ks) for _ in range(draws)])
    gap = null.mean(axis=0) - own
    error = null.std(axis=0) * np.sqrt(1 + 1 / draws)
    return pd.DataFrame({"clusters": ks, "gap_number": gap, "error_number": error})


def permuted(table: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    """The features, each shuffled over the customers by itself; those that are tied, together."""
    order, found = {}, {}
    for name in table.columns:
        tie = next((tie for tie in TIED if name in tie), (name,))
        if tie not in order:
            order[tie] = generator.permutation(len(table))
        found[name] = table[name].to_numpy()[order[tie]]
    return pd.DataFrame(found, index=table.index)


def _tightnesses(points, ks: list[int]) -> list[float]:
    values = np.asarray(points)
    return [_tightness(values, k) for k in ks]


def _tightness(values: np.ndarray, k: int) -> float:
    if k == 1:
        return float(np.log(((values - values.mean(axis=0)) ** 2).sum() + 1e-12))
    return float(np.log(KMeans(k, n_init=4, random_state=0).fit(values).inertia_ + 1e-12))


def clusters_found(gaps: pd.DataFrame, *, least_gap_errors: float) -> int:
    """The number of groups with the widest gap, 1 where no gap clears `least_gap_errors` errors of the null."""
    clear = gaps[(gaps["clusters"] > 1) & (gaps["gap_number"] > least_gap_errors * gaps["error_number"])]
    return int(clear.loc[clear["gap_number"].idxmax(), "clusters"]) if len(clear) else 1


def centres(points: pd.DataFrame, k: int) -> pd.DataFrame:
    """The centres of k groups, each named by the type it speaks for loudest; to be kept for later runs.

    Returns
    -------
    DataFrame with cluster, type ("no clear type" where no evidence reaches one half), and the evidence of each type.
    """
    start = np.eye(points.shape[1]) * 0.8 + 0.05  # where pure types would stand; further groups start where k-means++ puts them
    values = points.to_numpy()
    seeded = KMeans(k, init=start, n_init=1, random_state=0) if k == len(start) else KMeans(k, n_init=20, random_state=0)
    middle = seeded.fit(values).cluster_centers_
    table = pd.DataFrame(middle, columns=points.columns).sort_values(list(points.columns), ascending=False, ignore_index=True)
    names = table.idxmax(axis=1).where(table.max(axis=1) >= 0.5, LoyaltyType.UNCLEAR)
    table.insert(0, "type", names)
    table.insert(0, "cluster", [f"{i + 1}" for i in range(len(table))])
    return table


def assigned(points: pd.DataFrame, kept: pd.DataFrame, *, least_strength: float) -> pd.DataFrame:
    """Each customer's nearest centre, and how much nearer it is than the nearest centre of another type.

    Returns
    -------
    DataFrame indexed as points: cluster, strength_index (0 between two types, 1 on the centre), loyalty_type.
    """
    away = np.linalg.norm(points.to_numpy()[:, None, :] - kept[list(points.columns)].to_numpy()[None, :, :], axis=2)
    nearest = away.argmin(axis=1)
    names = kept["type"].to_numpy()
    other = np.where(names[None, :] == names[nearest][:, None], np.inf, away).min(axis=1)
    own = away[np.arange(len(away)), nearest]
    strength = np.where(np.isinf(other), 1.0, 1 - own / np.maximum(other, 1e-12))
    kind = np.where(strength >= least_strength, names[nearest], LoyaltyType.UNCLEAR)
    return pd.DataFrame(
        {"cluster": kept["cluster"].to_numpy()[nearest], "strength_index": strength, "loyalty_type": kind}, index=points.index
    )


def stability(points: pd.DataFrame, kept: pd.DataFrame, *, draws: int, seed: int = 0) -> pd.DataFrame:
    """Hennig's cluster-wise stability: the mean Jaccard of each group with its nearest in bootstrap samples (P16).

    Returns
    -------
    DataFrame with cluster, type, customers, jaccard_index, stability_class (stable >= 0.75, a pattern >= 0.6, not trusted).
    """
    values, middle = points.to_numpy(), kept[list(points.columns)].to_numpy()
    label = np.linalg.norm(values[:, None, :] - middle[None, :, :], axis=2).argmin(axis=1)
    generator = np.random.default_rng(seed)
    found = np.zeros((draws, len(kept)))
    for draw in range(draws):
        at = generator.integers(0, len(values), len(values))
        again = KMeans(len(kept), init=middle, n_init=1, random_state=0).fit_predict(values[at])
        for k in range(len(kept)):
            own = label[at] == k
            overlap = [np.sum(own & (again == j)) / max(np.sum(own | (again == j)), 1) for j in range(len(kept))]
            found[draw, k] = max(overlap)
    mean = found.mean(axis=0)
    reading = np.select([mean >= STABLE, mean >= PATTERN], [Stability.STABLE, Stability.PATTERN], Stability.NOT_TRUSTED)
    counts = np.bincount(label, minlength=len(kept))
    return pd.DataFrame(
        {"cluster": kept["cluster"], "type": kept["type"], "customers": counts, "jaccard_index": mean, "stability_class": reading}
    )


def agreement(rule: pd.Series, grouped: pd.Series) -> float:
    """Adjusted Rand index of the two routes, abstentions counted as a label; nan for fewer than two customers."""
    return float(adjusted_rand_score(rule, grouped)) if len(rule) > 1 else NAN

"""How loudly do the features speak for each type? Scores, definitions, and chances."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.mixture import GaussianMixture

from audit.steps.loyalty.codes import LoyaltyType
from audit.steps.loyalty.type_features import SPEAKS_FOR, TYPES


def scales(table: pd.DataFrame) -> pd.DataFrame:
    """Median and robust spread of each feature, to be kept for later runs.

    Returns
    -------
    DataFrame with feature, centre_number, spread_number.
    """
    spread = (table.quantile(0.75) - table.quantile(0.25)) / 1.349
    spread = spread.where(spread > 0, table.std()).replace(0, 1.0)
    return pd.DataFrame({"feature": table.columns, "centre_number": table.median().to_numpy(), "spread_number": spread.to_numpy()})


def scores(table: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """How loudly the features speak for each type: the mean of its scaled features, cut at 4; columns only for types with a feature."""
    by = kept.set_index("feature")
    scaled = ((table - by["centre_number"].reindex(table.columns)) / by["spread_number"].reindex(table.columns)).clip(-4, 4)
    known = [t for t in TYPES if any(SPEAKS_FOR[f] == t for f in table.columns)]
    return pd.DataFrame({t: scaled[[f for f in table.columns if SPEAKS_FOR[f] == t]].mean(axis=1) for t in known})


def by_definition(loud: pd.DataFrame, *, least_score: float) -> pd.Series:
    """The type that speaks loudest, if loud enough; the rule-based baseline (P17)."""
    if loud.empty:
        return pd.Series(dtype="str")
    return loud.idxmax(axis=1).where(loud.max(axis=1) >= least_score, LoyaltyType.UNCLEAR)


def mixtures(loud: pd.DataFrame) -> pd.DataFrame:
    """For each type the two kinds of customers its score falls into: those it speaks for, and the others; whatever the customers' order.

    Returns
    -------
    DataFrame with type, low_number, high_number (means), low_spread_number, high_spread_number, high_share (weight).
    """
    rows = []
    for name in loud.columns:
        rows.append((name, *_two_kinds(np.sort(loud[name].to_numpy()).tobytes())))
    return pd.DataFrame(rows, columns=["type", "low_number", "high_number", "low_spread_number", "high_spread_number", "high_share"])


@lru_cache(maxsize=32)  # a null permutes features: the scores of a type with one feature stay the same set
def _two_kinds(scores: bytes) -> tuple[float, float, float, float, float]:
    """Means, spreads and the weight of the higher of the two normal distributions that sorted scores are a mixture of."""
    fitted = GaussianMixture(2, n_init=3, random_state=0).fit(np.frombuffer(scores)[:, None])
    order = np.argsort(fitted.means_.ravel())
    mean, spread, weight = fitted.means_.ravel()[order], np.sqrt(fitted.covariances_.ravel()[order]), fitted.weights_[order]
    return mean[0], mean[1], spread[0], spread[1], weight[1]


def evidence(loud: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """The chance, by its score, that a type speaks for a customer: 0 to 1, rising with the score."""
    by = kept.set_index("type")
    columns = {}
    for name in loud.columns:
        row, x = by.loc[name], loud[name].to_numpy()
        high = row["high_share"] * stats.norm.pdf(x, row["high_number"], row["high_spread_number"])
        low = (1 - row["high_share"]) * stats.norm.pdf(x, row["low_number"], row["low_spread_number"])
        chance = high / np.maximum(high + low, 1e-300)
        chance = np.where(x <= row["low_number"], 0.0, chance)
        columns[name] = np.where(x >= row["high_number"], np.maximum(chance, 0.5), chance)
    return pd.DataFrame(columns, index=loud.index)

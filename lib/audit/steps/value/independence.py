"""Do those who buy often also spend more at a time? What Gamma-Gamma takes to be independent (P10)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

DEALT = 199


def dependence(times: np.ndarray, mean: np.ndarray, *, confidence: float) -> tuple[float, float, float]:
    """Spearman's correlation of purchases and mean spend, with its interval (Fisher's z, Bonett and Wright's variance).

    Above 0 those who buy often also spend more at a time, and the model undervalues them (P10).
    """
    if len(times) < 5 or len(set(times)) < 2 or len(set(mean)) < 2:
        return np.nan, np.nan, np.nan
    rho = float(stats.spearmanr(times, mean).statistic)
    width = stats.norm.ppf(0.5 + confidence / 2) * np.sqrt((1 + rho**2 / 2) / (len(times) - 3))
    low, high = np.tanh(np.arctanh(np.clip(rho, -0.999999, 0.999999)) + np.array([-width, width]))
    return rho, float(low), float(high)


def dependence_by_chance(panel: pd.DataFrame, *, confidence: float, seed: int = 0) -> tuple[float, float]:
    """The range of that correlation where who spends what is dealt by lot: means of many amounts lie above those of few, since amounts are skewed.

    Each customer keeps its months and its purchases in them; what was spent at a purchase goes round among all months.
    """
    rows = panel[(panel["purchases"] > 0) & (panel["revenue"] > 0)]
    bought, (who, _) = rows["purchases"].to_numpy(), pd.factorize(rows["customer_id"])
    each, generator = rows["revenue"].to_numpy(dtype=float) / bought, np.random.default_rng(seed)
    times = np.bincount(who, bought) if len(rows) else np.zeros(0)
    two = times >= 2
    if two.sum() < 5 or len(set(times[two])) < 2 or len(set(each)) < 2:
        return np.nan, np.nan
    found = []
    for _draw in range(DEALT):
        dealt = generator.permutation(each)
        found.append(stats.spearmanr(times[two], (np.bincount(who, dealt * bought) / times)[two]).statistic)
    low, high = np.quantile(found, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)

"""Do those who buy often also spend more at a time? What Gamma-Gamma takes to be independent (P10)."""

from __future__ import annotations

import numpy as np
from scipy import stats


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

"""How far is a small number to be believed? Estimates of many drawn towards their centre, the less sure the further (empirical Bayes)."""

from __future__ import annotations

import numpy as np
from scipy import optimize

LEAST = 4  # estimates from which they say something about each other


def shrunken(estimates: np.ndarray, variances: np.ndarray, *, centre: float | None = None) -> np.ndarray:
    """Each estimate drawn towards the centre by the share of its variance that is chance.

    How much people really differ is estimated from all of them; where they differ no more than chance would make them, all stand at the centre. With equal
    variances this is James and Stein's estimator towards the mean, its positive part.

    Parameters
    ----------
    centre
        what they are drawn towards; default: their own weighted mean.

    Source: method H14; Efron and Morris 1975, Morris 1983.

    >>> shrunken(np.array([0.1, 0.2, 0.3, 0.4, 0.9]), np.full(5, 0.01)).round(3).tolist()
    [0.114, 0.209, 0.304, 0.399, 0.873]
    """
    estimates, variances = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    if len(estimates) < LEAST:
        return estimates
    free = len(estimates) - (3 if centre is None else 2)

    def mean(between: float) -> float:
        return centre if centre is not None else float(np.average(estimates, weights=1 / (variances + between)))

    def excess(between: float) -> float:
        return float(((estimates - mean(between)) ** 2 / (variances + between)).sum()) - free

    largest = float(((estimates - mean(0.0)) ** 2).sum()) + 1.0
    between = 0.0 if excess(0.0) <= 0 else optimize.brentq(excess, 0.0, largest)
    return mean(between) + (estimates - mean(between)) * between / (variances + between)

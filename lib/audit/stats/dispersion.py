"""How unequal are customers, and how much does one vary? Gini, the whale curve, the coefficient of variation."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

NAN = float("nan")


def gini(values: np.ndarray) -> float:
    """Gini's coefficient of values of 0 or more: 0 all alike, towards 1 one has all; nan when the sum is 0.

    >>> round(gini(np.array([1.0, 1.0, 1.0, 1.0])), 3), gini(np.array([0.0, 0.0, 0.0, 1.0]))
    (0.0, 0.75)
    """
    values = np.sort(np.clip(values, 0, None))
    total = values.sum()
    if not len(values) or total == 0:
        return math.nan
    ranks = np.arange(1, len(values) + 1)
    return float(2 * (ranks * values).sum() / (len(values) * total) - (len(values) + 1) / len(values))


def variation(amounts: np.ndarray) -> float:
    """Coefficient of variation with the sample standard deviation; nan where the mean is not positive (P18)."""
    mean = np.mean(amounts)
    return float(np.std(amounts, ddof=1) / mean) if len(amounts) > 1 and mean > 0 else NAN


def whale_curve(profits: pd.Series) -> pd.Series:
    """Running share of total profit, the most profitable first: it passes 100 % where some lose money (P19).

    >>> float(round(whale_curve(pd.Series([500, 300, 150, 80, 40, 10, -30, -90, -160])).max(), 2))
    1.35
    """
    ordered = profits.sort_values(ascending=False, ignore_index=True)
    return ordered.cumsum() / ordered.sum()

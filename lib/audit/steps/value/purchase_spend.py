"""What does each customer spend at a purchase: its own mean, or drawn towards the base by Gamma-Gamma?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.models import gamma_gamma, mle
from audit.steps.value.codes import Trade
from audit.steps.value.router import Route


def spends(history: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Purchases and mean spend of every customer; 0 and NaN where nothing was paid, so that it gets the base's mean."""
    revenue, purchases = history["revenue"].to_numpy(dtype=float), history["purchases"].to_numpy(dtype=float)
    paid = revenue > 0
    return np.where(paid, purchases, 0.0), np.where(paid, revenue / purchases, np.nan)


def spend_fit(history: pd.DataFrame, *, least_repeaters: int) -> mle.Fit | None:
    """Gamma-Gamma of the customers with two purchases or more; None where it cannot be fitted or too few are there."""
    times, mean = spends(history)
    two = times >= 2
    if two.sum() < least_repeaters:
        return None
    try:
        found = gamma_gamma.fit(times[two], mean[two])
    except mle.NotFitted:
        return None
    return found if found["q"] > 1 else None  # else the mean of the base does not exist


def spending(history: pd.DataFrame, backtested: pd.DataFrame, *, route: Route, least_repeaters: int) -> mle.Fit | None:
    """Gamma-Gamma, where purchases are counted and it was clearly better than each customer's own mean on the holdout
    (`spend_candidates`); else None: the own mean is used."""
    return spend_fit(history, least_repeaters=least_repeaters) if route.trade == Trade.ORDERS and backtested["is_better"].any() else None

"""What does each customer spend at a purchase: its own mean, that of the base, or its own drawn towards the base by Gamma-Gamma?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit.models import gamma_gamma, mle
from audit.steps.value.codes import Naive, Trade
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


@dataclass(frozen=True)
class Spend:
    """What foretells the spend at a purchase: GAMMA with its fit, or a mean."""

    rule: str
    fit: mle.Fit | None = None

    def of(self, times: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """Spend to be expected of each customer; of who has none of its own, the base's mean."""
        if self.fit:
            return gamma_gamma.expected(self.fit, times, mean)
        whole = np.nansum(times * np.nan_to_num(mean)) / max(times.sum(), 1)
        return np.where(np.isnan(mean) | (self.rule == Naive.BASE_MEAN), whole, mean)


def spending(history: pd.DataFrame, backtested: pd.DataFrame, *, route: Route, least_repeaters: int) -> Spend:
    """The rule with the least error among those clearly better than each customer's own mean on the holdout (`spend_candidates`); else the own mean.

    Gamma-Gamma only where purchases are counted.
    """
    better = backtested[backtested["is_better"].astype(bool)].sort_values("error", kind="stable")
    for rule in better["rule"]:
        if rule == Naive.BASE_MEAN:
            return Spend(rule)
        if route.trade == Trade.ORDERS and (fit := spend_fit(history, least_repeaters=least_repeaters)):
            return Spend(rule, fit)
    return Spend(Naive.OWN_MEAN)

"""How long do customers stay who buy by contract? Shifted beta-geometric (sBG).

Under a contract a loss is seen: each customer leaves with its own chance each period, beta over the base. That chances differ is why the
survivors
stay longer and longer; one churn rate for all makes the life far too short (P5).

Sources: Fader and Hardie 2007, "How to project customer retention"; 2010, "Customer-base valuation in a contractual setting: the perils of
ignoring heterogeneity".
"""

from __future__ import annotations

import numpy as np
from scipy import special

from audit.i18n import mark as N_
from audit.models.mle import Fit, NotFitted, differenced, fitted, maximum
from audit.models.rfm import Counts

SBG = "sBG"


def survival(alpha: float, beta: float, periods: np.ndarray) -> np.ndarray:
    """The share of customers still there after each number of renewals; 1 at 0.

    >>> survival(1.0, 3.0, np.array([0, 1, 2])).round(2).tolist()
    [1.0, 0.75, 0.6]
    """
    return np.exp(special.betaln(alpha, beta + np.asarray(periods, dtype=float)) - special.betaln(alpha, beta))


def expected_life(alpha: float, beta: float, *, periods: int) -> float:
    """Periods to be expected of a new customer within a horizon, its first included.

    >>> round(expected_life(0.7, 1.3, periods=25), 2), round(expected_life(1, 3, periods=25), 2)  # P5
    (6.5, 7.17)
    """
    return float(survival(alpha, beta, np.arange(periods)).sum())


def constant_life(retention: float, *, periods: int) -> float:
    """The same if all customers left at one rate: the naive rival (P5).

    >>> round(constant_life(0.65, periods=25), 2), round(constant_life(0.75, periods=25), 1)
    (2.86, 4.0)
    """
    return float((retention ** np.arange(periods)).sum())


def fit(data: Counts, model: str = SBG, *, near: Fit | None = None) -> Fit:
    """The most likely parameters; the Counts are whole periods; `near`: a fit of nearly the same customers.

    Raises
    ------
    NotFitted
        where nobody has left, or the likelihood has no peak that can be trusted.
    """
    is_lost = data.t_x < data.age
    at = np.where(is_lost, data.t_x + 1, data.t_x).astype(int)
    longest = max(int(at.max(initial=0)), 1)
    lost, kept = (np.bincount(at[part], data.weight[part], minlength=longest + 1)[1:] for part in (is_lost, ~is_lost))
    if not lost.sum():
        raise NotFitted(N_("no customer has been lost yet, so that nothing says how fast they leave"))
    return fit_by_age(lost, kept, near=near)


def fit_by_age(lost: np.ndarray, kept: np.ndarray, *, near: Fit | None = None) -> Fit:
    """sBG from counts by age.

    Parameters
    ----------
    lost, kept
        customers lost at their t-th renewal, and customers last seen kept after t renewals, t = 1, 2, ...

    Raises
    ------
    NotFitted
        where the likelihood has no peak that can be trusted.
    """
    t = np.arange(1, len(lost) + 1, dtype=float)

    def loglik(logs: np.ndarray) -> float:
        a, b = np.exp(logs)
        base = special.betaln(a, b)
        return float(lost @ (special.betaln(a + 1, b + t - 1) - base) + kept @ (special.betaln(a, b + t) - base))

    peak = maximum(differenced(loglik), near.starts() if near else [np.log([1.0, 1.0]), np.log([0.5, 4.0])])
    return fitted(SBG, ["alpha", "beta"], peak, customers=int(lost.sum() + kept.sum()), unit={})


def alive(fit: Fit, data: Counts) -> np.ndarray:
    """Whether each customer has not left, as 1 or 0: under a contract it is known."""
    return (data.t_x >= data.age).astype(float)[data.member]


def expected(fit: Fit, data: Counts, periods: float) -> np.ndarray:
    """Periods with a purchase to be expected of each customer in the next `periods`, its history given."""
    a, b = fit["alpha"], fit["beta"]
    ahead = data.age[:, None] + np.arange(1, round(periods) + 1)
    there = np.exp(special.betaln(a, b + ahead) - special.betaln(a, b + data.age)[:, None]).sum(axis=1)
    return (there * (data.t_x >= data.age))[data.member]


def simulate(fit: Fit, ages: np.ndarray, generator: np.random.Generator) -> Counts:
    """New customers of the model, each watched for as many periods as `ages` says."""
    n, ages = len(ages), np.asarray(ages, dtype=float)
    leaves = generator.beta(fit["alpha"], fit["beta"] + ages * 0)
    life = np.minimum(generator.geometric(np.clip(leaves, 1e-12, 1)) - 1, ages)
    return Counts(life, life.copy(), ages, np.zeros(n), np.ones(n), np.arange(n))


def future(fit: Fit, data: Counts, periods: float, generator: np.random.Generator) -> np.ndarray:
    """One draw of each customer's periods with a purchase in the next `periods`, its history given."""
    is_alive = generator.random(data.customers) < alive(fit, data)
    leaves = generator.beta(fit["alpha"], fit["beta"] + data.age[data.member])
    life = np.minimum(generator.geometric(np.clip(leaves, 1e-12, 1)) - 1, round(periods))
    return np.where(is_alive, life, 0).astype(float)

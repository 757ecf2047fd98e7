"""How long do customers stay who buy by contract, and how often do they buy who can do so once a period? sBG and BG/BB.

Under a contract a loss is seen: shifted beta-geometric (sBG), each customer leaving with its own chance each period, beta over the base. That chances
differ is why the survivors stay longer and longer; one churn rate for all makes the life far too short (P5). Where a customer can buy at
most once a period and may come back after a pause: beta-geometric/beta-Bernoulli (BG/BB).

Sources: Fader and Hardie 2007, "How to project customer retention"; 2010, "Customer-base valuation in a contractual setting: the perils of
ignoring heterogeneity"; Fader, Hardie and Shang 2010 (BG/BB).
"""

from __future__ import annotations

import numpy as np
from scipy import special

from audit.i18n import mark as N_
from audit.models.mle import Fit, NotFitted, differenced, fitted, maximum
from audit.models.rfm import Counts

CONTRACT, INTERVALS = "sBG", "BG/BB"


def contract_survival(alpha: float, beta: float, periods: np.ndarray) -> np.ndarray:
    """The share of customers still there after each number of renewals; 1 at 0.

    >>> contract_survival(1.0, 3.0, np.array([0, 1, 2])).round(2).tolist()
    [1.0, 0.75, 0.6]
    """
    return np.exp(special.betaln(alpha, beta + np.asarray(periods, dtype=float)) - special.betaln(alpha, beta))


def expected_life(alpha: float, beta: float, *, periods: int) -> float:
    """Periods to be expected of a new customer within a horizon, its first included.

    >>> round(expected_life(0.7, 1.3, periods=25), 2), round(expected_life(1, 3, periods=25), 2)  # P5
    (6.5, 7.17)
    """
    return float(contract_survival(alpha, beta, np.arange(periods)).sum())


def constant_life(retention: float, *, periods: int) -> float:
    """The same if all customers left at one rate: the naive rival (P5).

    >>> round(constant_life(0.65, periods=25), 2), round(constant_life(0.75, periods=25), 1)
    (2.86, 4.0)
    """
    return float((retention ** np.arange(periods)).sum())


def fit(data: Counts, model: str, *, near: Fit | None = None) -> Fit:
    """The most likely parameters of a model whose Counts are whole periods; `near`: a fit of nearly the same customers.

    Raises
    ------
    NotFitted
        where the likelihood has no peak that can be trusted.
    """
    if model == INTERVALS:
        return fit_intervals(data.x, data.t_x, data.age, data.weight, near=near)
    is_lost = data.t_x < data.age
    at = np.where(is_lost, data.t_x + 1, data.t_x).astype(int)
    longest = max(int(at.max(initial=0)), 1)
    lost, kept = (np.bincount(at[part], data.weight[part], minlength=longest + 1)[1:] for part in (is_lost, ~is_lost))
    if not lost.sum():
        raise NotFitted(N_("no customer has been lost yet, so that nothing says how fast they leave"))
    return fit_contract(lost, kept, near=near)


def _chance(fit: Fit, data: Counts) -> np.ndarray:
    if fit.model == CONTRACT:
        return (data.t_x >= data.age).astype(float)
    a, b, c, d = (fit[n] for n in ("alpha", "beta", "gamma", "delta"))
    still = (
        special.betaln(a + data.x, b + data.age - data.x) - special.betaln(a, b) + special.betaln(c, d + data.age) - special.betaln(c, d)
    )
    return np.exp(still - _likely(np.array([a, b, c, d]), data.x, data.t_x, data.age))


def alive(fit: Fit, data: Counts) -> np.ndarray:
    """The chance that each customer has not left; under a contract it is known."""
    return _chance(fit, data)[data.member]


def expected(fit: Fit, data: Counts, periods: float) -> np.ndarray:
    """Periods with a purchase to be expected of each customer in the next `periods`, its history given."""
    if fit.model == INTERVALS:
        return expected_intervals(fit, data.x, data.t_x, data.age, round(periods))[data.member]
    a, b = fit["alpha"], fit["beta"]
    ahead = data.age[:, None] + np.arange(1, round(periods) + 1)
    there = np.exp(special.betaln(a, b + ahead) - special.betaln(a, b + data.age)[:, None]).sum(axis=1)
    return (there * _chance(fit, data))[data.member]


def simulate(fit: Fit, ages: np.ndarray, generator: np.random.Generator) -> Counts:
    """New customers of the model, each watched for as many periods as `ages` says."""
    n, ages = len(ages), np.asarray(ages, dtype=float)
    buys, leaves = _chances(fit, np.zeros(n), ages * 0, generator)
    life = np.minimum(generator.geometric(np.clip(leaves, 1e-12, 1)) - 1, ages)
    x, last = np.zeros(n), np.zeros(n)
    for period in range(1, int(ages.max(initial=0)) + 1):
        bought = (period <= life) & (generator.random(n) < buys)
        x, last = x + bought, np.where(bought, period, last)
    return Counts(x, last, ages, np.zeros(n), np.ones(n), np.arange(n))


def future(fit: Fit, data: Counts, periods: float, generator: np.random.Generator) -> np.ndarray:
    """One draw of each customer's periods with a purchase in the next `periods`, its history given."""
    x, age = data.x[data.member], data.age[data.member]
    is_alive = generator.random(data.customers) < alive(fit, data)
    buys, leaves = _chances(fit, x, age, generator)
    life = np.minimum(generator.geometric(np.clip(leaves, 1e-12, 1)) - 1, round(periods))
    return np.where(is_alive, generator.binomial(life.astype(int), buys), 0).astype(float)


def _chances(fit: Fit, x: np.ndarray, age: np.ndarray, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draws of each living customer's chance to buy in a period, and to leave before it."""
    if fit.model == CONTRACT:
        return np.ones(len(x)), generator.beta(fit["alpha"], fit["beta"] + age)
    return generator.beta(fit["alpha"] + x, fit["beta"] + age - x), generator.beta(fit["gamma"], fit["delta"] + age)


def fit_contract(lost: np.ndarray, kept: np.ndarray, *, near: Fit | None = None) -> Fit:
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
    return fitted(CONTRACT, ["alpha", "beta"], peak, customers=int(lost.sum() + kept.sum()), unit={})


def fit_intervals(x: np.ndarray, last: np.ndarray, watched: np.ndarray, customers: np.ndarray, *, near: Fit | None = None) -> Fit:
    """BG/BB from counts of customers alike.

    Parameters
    ----------
    x, last, watched, customers
        periods with a purchase after the first, the number of the last of them, periods watched, and how many customers are so.

    Raises
    ------
    NotFitted
        where the likelihood has no peak that can be trusted.
    """

    def loglik(logs: np.ndarray) -> float:
        return float(customers @ _likely(np.exp(logs), x, last, watched))

    peak = maximum(differenced(loglik), near.starts() if near else [np.log([1.0, 1.0, 0.7, 2.5]), np.log([0.5, 0.5, 0.5, 5.0])])
    return fitted(INTERVALS, ["alpha", "beta", "gamma", "delta"], peak, customers=int(customers.sum()), unit={})


def _likely(parameters: np.ndarray, x: np.ndarray, last: np.ndarray, watched: np.ndarray) -> np.ndarray:
    """Logarithm of the likelihood of each kind of customer: still there, or gone after the last or any later period."""
    a, b, c, d = parameters
    terms = [special.betaln(a + x, b + watched - x) - special.betaln(a, b) + special.betaln(c, d + watched) - special.betaln(c, d)]
    for i in range(int((watched - last).max(initial=0))):
        open_ = i < watched - last
        term = special.betaln(a + x, b + np.where(open_, last - x + i, 1)) - special.betaln(a, b)
        term = term + special.betaln(c + 1, d + np.where(open_, last + i, 1)) - special.betaln(c, d)
        terms.append(np.where(open_, term, -np.inf))
    return special.logsumexp(np.array(terms), axis=0)


def expected_intervals(fit: Fit, x: np.ndarray, last: np.ndarray, watched: np.ndarray, ahead: int) -> np.ndarray:
    """Purchases to be expected in the next `ahead` periods of each kind of customer."""
    a, b, c, d = (fit[n] for n in ("alpha", "beta", "gamma", "delta"))
    likely = _likely(np.array([a, b, c, d]), x, last, watched)
    buys = special.betaln(a + x + 1, b + watched - x) - special.betaln(a, b)
    periods = np.arange(1, ahead + 1)
    there = special.betaln(c, d + watched[:, None] + periods) - special.betaln(c, d)
    return np.exp(buys - likely) * np.exp(there).sum(axis=1)

"""How often will a customer buy who can do so at most once a period, and may come back after a pause? BG/BB.

Beta-geometric/beta-Bernoulli: each customer buys in a period with its own chance and leaves before one with its own, both beta over the
base.

Source: Fader, Hardie and Shang 2010.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from audit.models.mle import Fit, differenced, fitted, maximum
from audit.models.rfm import Counts

BG_BB = "BG/BB"


def fit(data: Counts, model: str = BG_BB, *, near: Fit | None = None) -> Fit:
    """The most likely parameters; the Counts are whole periods, x the periods with a purchase after the first, t_x the number of the last
    of them.

    Raises
    ------
    NotFitted
        where the likelihood has no peak that can be trusted.
    """

    def loglik(logs: np.ndarray) -> float:
        return float(data.weight @ _likely(np.exp(logs), data.x, data.t_x, data.age))

    peak = maximum(differenced(loglik), near.starts() if near else [np.log([1.0, 1.0, 0.7, 2.5]), np.log([0.5, 0.5, 0.5, 5.0])])
    return fitted(BG_BB, ["alpha", "beta", "gamma", "delta"], peak, customers=int(data.weight.sum()), unit={})


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


def alive(fit: Fit, data: Counts) -> np.ndarray:
    """The chance that each customer has not left."""
    a, b, c, d = (fit[n] for n in ("alpha", "beta", "gamma", "delta"))
    still = (
        special.betaln(a + data.x, b + data.age - data.x) - special.betaln(a, b) + special.betaln(c, d + data.age) - special.betaln(c, d)
    )
    return np.exp(still - _likely(np.array([a, b, c, d]), data.x, data.t_x, data.age))[data.member]


def expected(fit: Fit, data: Counts, periods: float) -> np.ndarray:
    """Periods with a purchase to be expected of each customer in the next `periods`, its history given."""
    a, b, c, d = (fit[n] for n in ("alpha", "beta", "gamma", "delta"))
    likely = _likely(np.array([a, b, c, d]), data.x, data.t_x, data.age)
    buys = special.betaln(a + data.x + 1, b + data.age - data.x) - special.betaln(a, b)
    ahead = np.arange(1, round(periods) + 1)
    there = special.betaln(c, d + data.age[:, None] + ahead) - special.betaln(c, d)
    return (np.exp(buys - likely) * np.exp(there).sum(axis=1))[data.member]


def simulate(fit: Fit, ages: np.ndarray, generator: np.random.Generator) -> Counts:
    """New customers of the model, each watched for as many periods as `ages` says."""
    n, ages = len(ages), np.asarray(ages, dtype=float)
    buys, leaves = generator.beta(fit["alpha"], fit["beta"], n), generator.beta(fit["gamma"], fit["delta"], n)
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
    buys = generator.beta(fit["alpha"] + x, fit["beta"] + age - x)
    leaves = generator.beta(fit["gamma"], fit["delta"] + age)
    life = np.minimum(generator.geometric(np.clip(leaves, 1e-12, 1)) - 1, round(periods))
    return np.where(is_alive, generator.binomial(life.astype(int), buys), 0).astype(float)

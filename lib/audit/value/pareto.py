"""How often will a customer buy, if it may leave at any time? Pareto/NBD.

A customer buys at its own rate, gamma over the base, and leaves at its own hazard, gamma too. The likelihood holds Gauss's
hypergeometric function; it is taken in the form 2F1(1, .; .; z) (Euler's transformation), whose terms are all positive, and its powers in logarithms, so that
hundreds of purchases do not run out of numbers.

Source: Schmittlein, Morrison and Colombo 1987; Fader and Hardie 2005, "A note on deriving the Pareto/NBD model".
"""

from __future__ import annotations

import numpy as np
from scipy import special

from audit.value.clocks import Counts
from audit.value.fitting import Fit, differenced, fitted, maximum, sampled

PARETO = "Pareto/NBD"
NAMES = ["r", "alpha", "s", "beta"]


def fit(data: Counts, model: str = PARETO, *, near: Fit | None = None) -> Fit:
    """The most likely parameters, times in days; `near`: a fit of nearly the same customers.

    Raises
    ------
    NotFitted
        where the likelihood has no peak that can be trusted.
    """
    unit = max(float(np.average(data.age, weights=data.weight)) / 10, 1e-9)
    scaled = data.scaled(unit)
    few = sampled(data.x)
    rate = max(float(data.x @ data.weight), 1.0) / float(scaled.age @ data.weight)
    starts = [np.log([r, r / rate, s, s / 0.05]) for r, s in [(0.7, 0.7), (2.0, 0.4)]]
    starts = near.starts(alpha=unit, beta=unit) if near else starts
    of = lambda part: differenced(lambda logs: _loglik(logs, part))
    logs, value, covariance = maximum(of(scaled), starts, sample=None if few is None else of(scaled.part(few)))
    value -= float(data.x @ data.weight) * np.log(unit)
    return fitted(model, NAMES, (logs, value, covariance), customers=data.customers, unit={"alpha": unit, "beta": unit})


def _loglik(logs: np.ndarray, data: Counts) -> float:
    r, alpha, s, beta = np.exp(logs)
    x = data.x
    whole = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    still = -(r + x) * np.log(alpha + data.age) - s * np.log(beta + data.age)
    return float(data.weight @ (whole + np.logaddexp(still, _gone(r, alpha, s, beta, data))))


def _gone(r: float, alpha: float, s: float, beta: float, data: Counts) -> np.ndarray:
    """Logarithm of the term for those who left between their last purchase and now; minus infinity where there was no time to."""
    late, later = (_tail(r, alpha, s, beta, data.x, t) for t in (data.t_x, data.age))
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = np.log1p(-np.exp(np.minimum(later - late, 0.0)))
    return np.log(s) - np.log(r + s + data.x) + late + rest


def _tail(r: float, alpha: float, s: float, beta: float, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Logarithm of 2F1 with its powers: the chance of leaving after t, but for constants."""
    c = r + s + x + 1
    if alpha >= beta:
        series = special.hyp2f1(1.0, r + x, c, (alpha - beta) / (alpha + t))
        return np.log(series) - (r + x) * np.log(alpha + t) - s * np.log(beta + t)
    series = special.hyp2f1(1.0, s + 1, c, (beta - alpha) / (beta + t))
    return np.log(series) - (r + x - 1) * np.log(alpha + t) - (s + 1) * np.log(beta + t)


def _chance(fit: Fit, data: Counts) -> np.ndarray:
    r, alpha, s, beta = (fit[name] for name in NAMES)
    still = -(r + data.x) * np.log(alpha + data.age) - s * np.log(beta + data.age)
    return special.expit(still - _gone(r, alpha, s, beta, data))


def alive(fit: Fit, data: Counts) -> np.ndarray:
    """The chance that each customer has not left."""
    return _chance(fit, data)[data.member]


def expected(fit: Fit, data: Counts, days: float) -> np.ndarray:
    """Purchases to be expected of each customer in the next `days`, its history given."""
    rate = (fit["r"] + data.x) / (fit["alpha"] + data.age)
    return (_chance(fit, data) * rate * _time_alive(fit["s"], fit["beta"] + data.age, days))[data.member]


def expected_of_new(fit: Fit, days: float) -> float:
    """Repeat purchases to be expected of a customer in the days after its first purchase."""
    return float(fit["r"] / fit["alpha"] * _time_alive(fit["s"], np.array([fit["beta"]]), days)[0])


def _time_alive(s: float, reach: np.ndarray, days: float) -> np.ndarray:
    """Days of the next `days` that a customer alive now will be there: the integral of (reach / (reach + t))^s."""
    if abs(s - 1) < 1e-9:
        return reach * np.log1p(days / reach)
    return reach / (s - 1) * -np.expm1((1 - s) * np.log1p(days / reach))


def simulate(fit: Fit, ages: np.ndarray, generator: np.random.Generator) -> Counts:
    """New customers of the model, each watched for as long as `ages` says."""
    n = len(ages)
    rate = generator.gamma(fit["r"], 1 / fit["alpha"], n)
    life = generator.exponential(1 / np.maximum(generator.gamma(fit["s"], 1 / fit["beta"], n), 1e-300))
    watched = np.minimum(life, ages)
    x = generator.poisson(rate * watched).astype(float)
    t_x = np.where(x > 0, watched * generator.beta(np.maximum(x, 1), 1), 0.0)  # the largest of x uniform times
    return Counts(x, t_x, np.asarray(ages, dtype=float), np.zeros(n), np.ones(n), np.arange(n))


def future(fit: Fit, data: Counts, days: float, generator: np.random.Generator) -> np.ndarray:
    """One draw of each customer's purchases in the next `days`, its history given."""
    x, age, n = data.x[data.member], data.age[data.member], data.customers
    is_alive = generator.random(n) < _chance(fit, data)[data.member]
    rate = generator.gamma(fit["r"] + x, 1 / (fit["alpha"] + age))
    life = generator.exponential(1 / np.maximum(generator.gamma(fit["s"], 1 / (fit["beta"] + age)), 1e-300))
    return np.where(is_alive, generator.poisson(rate * np.minimum(life, days)), 0).astype(float)

"""How often will a customer buy, if it may leave at any time? Pareto/NBD.

A customer buys at its own rate, gamma over the base, and leaves at its own hazard, gamma too. The papers write the likelihood with Gauss's
hypergeometric
function; it stands for an integral over the time at which the customer left, which is taken here by Gauss and Legendre: its derivatives
come with it, and
hundreds of purchases do not run out of numbers.

Source: Schmittlein, Morrison and Colombo 1987; Fader and Hardie 2005, "A note on deriving the Pareto/NBD model".
"""

from __future__ import annotations

import numpy as np
from scipy import special

from audit.models.mle import Fit, Objective, fitted, maximum, sampled
from audit.models.rfm import Counts

PARETO = "Pareto/NBD"
NAMES = ["r", "alpha", "s", "beta"]
DEEP = 36.0  # powers of e beyond which a part of the integral is nothing in double precision
_LEGENDRE = tuple((half + edge) / 2 for half, edge in zip(np.polynomial.legendre.leggauss(24), (1.0, 0.0), strict=True))


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
    logs, value, covariance = maximum(objective(scaled), starts, sample=None if few is None else objective(scaled.part(few)))
    value -= float(data.x @ data.weight) * np.log(unit)
    return fitted(model, NAMES, (logs, value, covariance), customers=data.customers, unit={"alpha": unit, "beta": unit})


def objective(data: Counts) -> Objective:
    """Log-likelihood and gradient by the logarithms of r, alpha, s, beta."""
    x, age, weight, n = data.x, data.age, data.weight, data.weight.sum()

    def evaluate(logs: np.ndarray) -> tuple[float, np.ndarray]:
        r, alpha, s, beta = np.exp(logs)
        still = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
        gone, slopes = _gone(r, alpha, s, beta, data)
        p = special.expit(gone - still)
        value = weight @ (special.gammaln(r + x) - special.gammaln(r) + np.logaddexp(still, gone)) + n * (
            r * np.log(alpha) + s * np.log(beta)
        )
        stays, goes = weight * (1 - p), weight * p
        d_r = weight @ (special.digamma(r + x) - special.digamma(r)) + n * np.log(alpha) - stays @ np.log(alpha + age) + goes @ slopes[0]
        d_alpha = n * r / alpha - stays @ ((r + x) / (alpha + age)) + goes @ slopes[1]
        d_s = n * np.log(beta) - stays @ np.log(beta + age) + goes @ slopes[2]
        d_beta = n * s / beta - stays @ (s / (beta + age)) + goes @ slopes[3]
        return float(value), np.array([d_r * r, d_alpha * alpha, d_s * s, d_beta * beta])

    return evaluate


def _gone(r: float, alpha: float, s: float, beta: float, data: Counts) -> tuple[np.ndarray, np.ndarray]:
    """Logarithm of the term for those who left between their last purchase and now (minus infinity where there was no time to), and its
    slopes by r, alpha, s, beta.

    The integral over the time y at which one left, of (alpha + y)^-(r + x) (beta + y)^-(s + 1), in u = log (alpha + y) from the last
    purchase on; beyond DEEP powers of e it adds nothing.
    """
    c, start = r + data.x - 1, np.log(alpha + data.t_x)
    span = np.minimum(np.log(alpha + data.age) - start, DEEP / np.maximum(c, 1.0))
    deepest = np.log(beta + data.t_x)
    total, sums = np.zeros_like(c), np.zeros((4, len(c)))
    for node, weight in zip(*_LEGENDRE, strict=True):
        u = span * node
        reach = np.exp(start + u)  # alpha + y
        other = reach - alpha + beta  # beta + y
        log_other = np.log(other)
        part = weight * np.exp(-c * u - (s + 1) * (log_other - deepest))
        total += part
        sums += part * np.stack([-(start + u), -(r + data.x) / reach, -log_other, -(s + 1) / other])
    with np.errstate(divide="ignore"):
        value = np.log(s) - c * start - (s + 1) * deepest + np.log(span) + np.log(total)
    slopes = sums / total
    slopes[2] += 1 / s
    return value, slopes


def _chance(fit: Fit, data: Counts) -> np.ndarray:
    r, alpha, s, beta = (fit[name] for name in NAMES)
    still = -(r + data.x) * np.log(alpha + data.age) - s * np.log(beta + data.age)
    return special.expit(still - _gone(r, alpha, s, beta, data)[0])


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

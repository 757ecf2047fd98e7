"""How often will a customer buy, if nobody ever leaves? NBD: a rate of its own for each, gamma over the base.

What the other models come to where no leaving can be seen, and the simplest that draws seldom buyers towards the base (P7).

Source: Ehrenberg 1959; method P7.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from audit.models.mle import Fit, Objective, fitted, maximum
from audit.models.rfm import Counts

NBD = "NBD"
NAMES = ["r", "alpha"]


def fit(data: Counts, model: str = NBD, *, near: Fit | None = None) -> Fit:
    """The most likely parameters, times in days; `near`: a fit of nearly the same customers.

    Raises
    ------
    NotFitted
        where the likelihood has no peak that can be trusted.
    """
    unit = max(float(np.average(data.age, weights=data.weight)) / 10, 1e-9)
    rate = max(float(data.x @ data.weight), 1.0) / float(data.scaled(unit).age @ data.weight)
    starts = near.starts(alpha=unit) if near else [np.log([r, r / rate]) for r in (0.7, 3.0)]
    logs, value, covariance = maximum(_objective(data.scaled(unit)), starts)
    value -= float(data.x @ data.weight) * np.log(unit)
    return fitted(model, NAMES, (logs, value, covariance), customers=data.customers, unit={"alpha": unit})


def _objective(data: Counts) -> Objective:
    x, age, weight = data.x, data.age, data.weight

    def evaluate(logs: np.ndarray) -> tuple[float, np.ndarray]:
        r, alpha = np.exp(logs)
        log_age = np.log(alpha + age)
        value = weight @ (special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha) - (r + x) * log_age)
        d_r = weight @ (special.digamma(r + x) - special.digamma(r) + np.log(alpha) - log_age)
        d_alpha = weight @ (r / alpha - (r + x) / (alpha + age))
        return float(value), np.array([d_r * r, d_alpha * alpha])

    return evaluate


def alive(fit: Fit, data: Counts) -> np.ndarray:
    """NaN: the model knows of no leaving, so that it has no chance of it to show."""
    return np.full(data.customers, np.nan)


def expected(fit: Fit, data: Counts, days: float) -> np.ndarray:
    """Purchases to be expected of each customer in the next `days`, its history given."""
    return ((fit["r"] + data.x) / (fit["alpha"] + data.age) * days)[data.member]


def simulate(fit: Fit, ages: np.ndarray, generator: np.random.Generator) -> Counts:
    """New customers of the model, each watched for as long as `ages` says."""
    n, ages = len(ages), np.asarray(ages, dtype=float)
    x = generator.poisson(generator.gamma(fit["r"], 1 / fit["alpha"], n) * ages).astype(float)
    return Counts(x, np.where(x > 0, ages * generator.beta(np.maximum(x, 1), 1), 0.0), ages, np.zeros(n), np.ones(n), np.arange(n))


def future(fit: Fit, data: Counts, days: float, generator: np.random.Generator) -> np.ndarray:
    """One draw of each customer's purchases in the next `days`, its history given."""
    rate = generator.gamma(fit["r"] + data.x[data.member], 1 / (fit["alpha"] + data.age[data.member]))
    return generator.poisson(rate * days).astype(float)

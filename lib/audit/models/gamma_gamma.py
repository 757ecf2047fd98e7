"""How much will a customer spend at a purchase? Gamma-Gamma, and whether its assumption holds.

What a customer spends varies around its own mean, and the means vary over the base; a customer seen seldom is drawn towards the base. The
model
takes spend and frequency to be independent. They often are not (P10): the correlation is tested, and the direction of the bias said.

Source: Fader and Hardie 2013, "The Gamma-Gamma model of monetary value"; Fader, Hardie and Lee 2005 (CDNOW).
"""

from __future__ import annotations

import numpy as np
from scipy import special

from audit.models.mle import Fit, Objective, fitted, maximum

GAMMA = "Gamma-Gamma"
NAMES = ["p", "q", "v"]


def fit(times: np.ndarray, mean: np.ndarray, *, near: Fit | None = None) -> Fit:
    """The most likely parameters; `near`: a fit of nearly the same customers.

    Parameters
    ----------
    times, mean
        purchases of each customer (1 or more) and its mean spend at them (more than 0).

    Raises
    ------
    NotFitted
        where the likelihood has no peak that can be trusted.
    """
    unit = float(np.average(mean, weights=times))
    starts = [np.log([1.0, 3.0, 2.0]), np.log([5.0, 4.0, 0.5])]
    starts = near.starts(v=unit) if near else starts
    at = objective(times, mean / unit)
    few = np.random.default_rng(0).choice(len(times), 20_000, replace=False) if len(times) > 20_000 else None
    logs, value, covariance = maximum(at, starts, sample=None if few is None else objective(times[few], mean[few] / unit))
    value -= len(times) * np.log(unit)
    return fitted(GAMMA, NAMES, (logs, value, covariance), customers=len(times), unit={"v": unit})


def objective(times: np.ndarray, mean: np.ndarray) -> Objective:
    """Log-likelihood and gradient by the logarithms of p, q, v."""
    x, weight, at = (part for part in _by_times(times))
    log_mean, total, log_times = np.log(mean), mean * times, np.log(times)
    constant = -log_mean.sum()
    scale = times @ (log_mean + log_times)

    def evaluate(logs: np.ndarray) -> tuple[float, np.ndarray]:
        p, q, v = np.exp(logs)
        log_total = np.log(v + total)
        shape = p * x
        value = (
            weight @ (special.gammaln(shape + q) - special.gammaln(shape)) + len(times) * (q * np.log(v) - special.gammaln(q))
            + p * scale - (p * times + q) @ log_total + constant
        )  # fmt: skip
        sum_digamma = special.digamma(shape + q)
        d_p = weight @ (x * (sum_digamma - special.digamma(shape))) + scale - times @ log_total
        d_q = weight @ sum_digamma + len(times) * (np.log(v) - special.digamma(q)) - log_total.sum()
        d_v = len(times) * q / v - ((p * times + q) / (v + total)).sum()
        return float(value), np.array([d_p * p, d_q * q, d_v * v])

    return evaluate


def _by_times(times: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    distinct, place, count = np.unique(times, return_inverse=True, return_counts=True)
    return distinct.astype(float), count.astype(float), place


def expected(fit: Fit, times: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Spend to be expected at a customer's purchase; without a purchase of its own, the base's mean (times 0; q must exceed 1).

    >>> paper = Fit(GAMMA, {"p": 6.25, "q": 3.74, "v": 15.44}, {}, np.zeros((3, 3)), 0.0, 946)  # Fader and Hardie's note 025, customers 1 and 2
    >>> [round(float(v), 2) for v in expected(paper, np.array([2.0, 1.0]), np.array([22.35, 11.77]))]
    [24.66, 18.92]
    """
    p, q, v = (fit[name] for name in NAMES)
    return p * (v + np.nan_to_num(times * mean)) / (p * times + q - 1)


def simulate(fit: Fit, times: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Mean spends of new customers of the model, each seen at so many purchases."""
    p, q, v = (fit[name] for name in NAMES)
    return generator.gamma(p * times) / generator.gamma(q, 1 / v, len(times)) / times


def draw(fit: Fit, times: np.ndarray, mean: np.ndarray, bought: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """One draw of what each customer spends at `bought` purchases, its history given."""
    p, q, v = (fit[name] for name in NAMES)
    scale = generator.gamma(q + p * times, 1 / (v + np.nan_to_num(times * mean)))
    return np.where(bought > 0, generator.gamma(np.maximum(p * bought, 1e-9)) / scale, 0.0)

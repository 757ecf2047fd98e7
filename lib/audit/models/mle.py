"""How is a likelihood maximised, and when is the maximum not to be trusted? Shared by all purchase and spending models.

Parameters are positive and searched for as logarithms, from several starts (P7); times come scaled by the caller. With very many rows a
sample
gives the start and Newton's steps on all of them the end. A fit that has no peak, or whose peak is so flat that a parameter is not known
to a
factor of e^4, is refused: no penalty is added until it converges.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize

from audit.i18n import mark as N_

SAMPLE = 20_000  # rows beyond which a sample of so many gives the start
FLAT = 4.0  # standard error of a parameter's logarithm from which it is not identified
EDGE = 16.0  # logarithm of a parameter at which the search has run away


FLATTENED = N_("the customers say too little to tell the parameters apart")


class NotFitted(ValueError):
    """A model that the data cannot carry; the message says why."""


@dataclass(frozen=True)
class Fit:
    """A fitted model: its parameters by name with standard errors, the covariance of their logarithms, and its log-likelihood."""

    model: str
    parameters: dict[str, float]
    errors: dict[str, float]
    log_covariance: np.ndarray
    loglik: float
    customers: int
    fixed: dict[str, int] = field(default_factory=dict)  # what was chosen rather than estimated: k of an Erlang gap

    def __getitem__(self, name: str) -> float:
        return {**self.parameters, **self.fixed}[name]

    @property
    def logs(self) -> np.ndarray:
        return np.log(list(self.parameters.values()))

    def starts(self, **unit: float) -> list[np.ndarray]:
        """Where a refit begins: here, parameters that are times divided by their unit."""
        return [np.log([value / unit.get(name, 1.0) for name, value in self.parameters.items()])]

    def at(self, logs: np.ndarray) -> Fit:
        """The same model with other parameters (their logarithms): a draw of a bootstrap."""
        return Fit(
            self.model, dict(zip(self.parameters, np.exp(logs), strict=True)), {}, self.log_covariance, np.nan, self.customers, self.fixed
        )


Objective = Callable[[np.ndarray], tuple[float, np.ndarray]]  # logarithms -> log-likelihood and its gradient


def maximum(objective: Objective, starts: list[np.ndarray], *, sample: Objective | None = None) -> tuple[np.ndarray, float, np.ndarray]:
    """Where the log-likelihood peaks: logarithms of the parameters, its value, and the covariance of the logarithms.

    Parameters
    ----------
    objective
        log-likelihood and gradient by the logarithms of the parameters.
    starts
        where to begin, each; a single one is taken to lie near the peak.
    sample
        the same of a sample of the rows, which then gives the start.

    Raises
    ------
    NotFitted
        where no start leads to a peak, the peak is at the edge, or it is too flat to tell.
    """
    search = sample or objective
    if len(starts) == 1:  # near the peak already: a refit of a bootstrap
        return _newton(objective, starts[0])
    found = [optimize.minimize(lambda logs: _negative(search, logs), start, jac=True, method="BFGS") for start in starts]
    best = min((f for f in found if np.isfinite(f.fun)), key=lambda f: f.fun, default=None)
    if best is None:
        raise NotFitted(N_("the likelihood cannot be computed for these customers"))
    return _newton(objective, best.x if sample is None else _near(objective, sample, best.x))


def _near(objective: Objective, sample: Objective, logs: np.ndarray, *, steps: int = 8) -> np.ndarray:
    """From the sample's peak towards that of all rows, with the sample's curvature, which is nearly theirs: one look at all rows a step."""
    gradient = sample(logs)[1]
    curved = curvature(sample, logs, gradient)
    value, gradient = objective(logs)
    curved = curved * (value / sample(logs)[0])
    for _ in range(steps):
        if np.linalg.eigvalsh(-curved).min() <= 0:
            break
        step = np.linalg.solve(-curved, gradient)
        if gradient @ step < 1e-7 or np.abs(step).max() > 1:
            break
        moved = objective(logs + step)
        if not moved[0] > value:
            break
        logs, (value, gradient) = logs + step, moved
    return logs


def _negative(objective: Objective, logs: np.ndarray) -> tuple[float, np.ndarray]:
    if np.abs(logs).max() > EDGE:
        return np.inf, np.zeros_like(logs)
    value, gradient = objective(logs)
    return (-value, -gradient) if np.isfinite(value) else (np.inf, np.zeros_like(logs))


def _newton(objective: Objective, logs: np.ndarray, *, steps: int = 40) -> tuple[np.ndarray, float, np.ndarray]:
    """Newton's steps to the peak, halved where they overshoot."""
    value, gradient = objective(logs)
    for _ in range(steps):
        curved = curvature(objective, logs, gradient)
        strengths, directions = np.linalg.eigh(-curved)
        if strengths.min() <= 0:  # not yet near the peak: uphill along the gradient, scaled by how strongly each direction bends
            step = directions @ ((directions.T @ gradient) / np.maximum(np.abs(strengths), 1e-6))
        else:
            step = np.linalg.solve(-curved, gradient)
        gain = float(gradient @ step)
        if strengths.min() > 0 and gain < 1e-7:
            return _trusted(logs, value, np.linalg.inv(-curved))
        if not np.abs(step).max() > 1e-12:
            raise NotFitted(FLATTENED)
        size = min(1.0, 2.0 / np.abs(step).max())
        while True:
            tried = logs + size * step
            moved = objective(tried) if np.abs(tried).max() <= EDGE else (-np.inf, gradient)
            if moved[0] > value - 1e-9 * abs(value):
                break
            size /= 4
            if size < 1e-6:
                raise NotFitted(N_("the search for the most likely parameters ended without a peak"))
        logs, (value, gradient) = tried, moved
    raise NotFitted(N_("the search for the most likely parameters did not come to an end"))


def curvature(objective: Objective, logs: np.ndarray, gradient: np.ndarray, *, width: float = 1e-4) -> np.ndarray:
    """Second derivatives of the log-likelihood, from differences of its gradient."""
    rows = []
    for i in range(len(logs)):
        moved = logs.copy()
        moved[i] += width
        rows.append((objective(moved)[1] - gradient) / width)
    return (np.array(rows) + np.array(rows).T) / 2


def _trusted(logs: np.ndarray, value: float, covariance: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
    flat = np.sqrt(np.diag(covariance)).max()
    if flat > FLAT:
        raise NotFitted(FLATTENED)
    return logs, float(value), covariance


def fitted(
    model: str, names: list[str], peak: tuple[np.ndarray, float, np.ndarray], *, customers: int, unit: dict[str, float], **fixed: int
) -> Fit:
    """The Fit of a peak, its times back in days: `unit` says by what the parameters that are times were divided."""
    logs, value, covariance = peak
    values = {n: float(np.exp(v) * unit.get(n, 1.0)) for n, v in zip(names, logs, strict=True)}
    errors = {n: values[n] * float(e) for n, e in zip(names, np.sqrt(np.diag(covariance)), strict=True)}
    return Fit(model, values, errors, covariance, value, customers, fixed)


def differenced(loglik: Callable[[np.ndarray], float], *, width: float = 1e-4) -> Objective:
    """A log-likelihood without a gradient of its own, with one from central differences."""

    def objective(logs: np.ndarray) -> tuple[float, np.ndarray]:
        moves = np.eye(len(logs)) * width
        return loglik(logs), np.array([(loglik(logs + m) - loglik(logs - m)) / (2 * width) for m in moves])

    return objective


def sampled(rows: np.ndarray) -> np.ndarray | None:
    """Rows of a random sample, the same every time; None where there are too few to sample."""
    if len(rows) <= SAMPLE:
        return None
    return np.sort(np.random.default_rng(0).choice(len(rows), SAMPLE, replace=False))

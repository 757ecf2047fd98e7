"""How often will a customer buy, if it may leave after each purchase? BG/NBD, MBG/NBD and MBG/CNBD-k: one likelihood serves all three.

A customer buys at its own rate, gamma over the base; after each purchase it leaves with its own chance, beta over the base. BG/NBD lets
nobody leave
after the first purchase, so that one-time buyers are all "alive" (P8: not shown); the modified ones do. In MBG/CNBD-k a gap is the
sum of k equal exponential parts: the larger k, the more regular the buyer, and the sooner a silence tells (P11).

Sources: Fader, Hardie and Lee 2005 (BG/NBD); Batislam, Denizel and Filiztekin 2007 (MBG/NBD); Platzer and Reutterer 2016 (MBG/CNBD-k). The
expectation for k > 1 is exact here: given the customer, the parts already passed since the last purchase are a mixture of gammas.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from audit.models.mle import Fit, NotFitted, Objective, fitted, maximum, sampled
from audit.models.rfm import Counts, distinct_of

BG, MBG, CNBD = "BG/NBD", "MBG/NBD", "MBG/CNBD-k"
NAMES = ["r", "alpha", "a", "b"]
MOST_REGULAR = 12  # largest k tried
LARGE = 500.0  # second parameter of a beta from which its nodes are found otherwise
NODES = 40  # of the quadrature over the chance to leave


def fit(data: Counts, model: str, *, near: Fit | None = None) -> Fit:
    """The most likely parameters of a model, times in days; `near`: a fit of nearly the same customers, whose k is kept.

    Raises
    ------
    NotFitted
        where the likelihood has no peak that can be trusted.
    """
    if model == CNBD and not near:
        return _most_regular(data)
    return _fit(data, model, k=near["k"] if near else 1, near=near)


def _most_regular(data: Counts) -> Fit:
    """k by its likelihood, upwards from 1 until it falls; a k that cannot be fitted is passed over."""
    best, refused = None, None
    for k in range(1, MOST_REGULAR + 1):
        try:
            tried = _fit(data, CNBD, k=k)
        except NotFitted as why:
            refused = why
            continue
        if best and tried.loglik <= best.loglik:
            break
        best = tried
    if best is None:
        raise refused
    return best


def _fit(data: Counts, model: str, *, k: int, near: Fit | None = None) -> Fit:
    unit = max(float(np.average(data.age, weights=data.weight)) / 10, 1e-9)
    few = sampled(data.x)
    rate = k * max(float(data.x @ data.weight), 1.0) * unit / float(data.age @ data.weight)
    starts = [np.log([r, r / rate, a, b]) for r, a, b in [(0.5, 1.0, 3.0), (2.0, 0.2, 2.0)]]
    starts = near.starts(alpha=unit) if near else starts
    of = lambda part: objective(part, k=k, first=model != BG, unit=unit)
    peak = maximum(of(data), starts, sample=None if few is None else of(data.part(few)))
    logs, value, covariance = peak
    constant = (k - 1) * (data.gap_logs.sum() - float(data.x @ data.weight) * np.log(unit)) - float(data.x @ data.weight) * special.gammaln(
        k
    )
    value += constant - float(data.x @ data.weight) * np.log(unit)  # densities of gaps are per day again
    return fitted(model, NAMES, (logs, value, covariance), customers=data.customers, unit={"alpha": unit}, k=k)


def objective(data: Counts, *, k: int, first: bool, unit: float = 1.0) -> Objective:
    """Log-likelihood and gradient by the logarithms of r, alpha, a, b; `first`: a customer may leave after its first purchase; times are
    taken in `unit` days.

    What depends on x, t_x or age alone is computed once for each of their distinct values.
    """
    (xs, at_x), (ages, at_age), (lasts, at_last) = (distinct_of(column) for column in (data.x, data.age, data.t_x))
    ages, lasts = ages / unit, lasts / unit
    weight, n = data.weight, data.weight.sum()
    by_x, by_age = np.bincount(at_x, weight), np.bincount(at_age, weight)
    by_age_x = np.bincount(at_age, weight * data.x)
    may_leave = (xs > 0) | first
    x_row, silence = data.x, (data.age - data.t_x) / unit

    def evaluate(logs: np.ndarray) -> tuple[float, np.ndarray]:
        r, alpha, a, b = np.exp(logs)
        q, left = r + k * xs, b + xs - 1 + first
        with np.errstate(divide="ignore"):
            gone = np.where(may_leave, np.log(a) - np.log(np.where(may_leave, left, 1.0)), -np.inf)
        log_age, log_last = np.log(alpha + ages), np.log(alpha + lasts)
        longer = log_age[at_age] - log_last[at_last]
        row_q = r + k * x_row
        odds = gone[at_x] + row_q * longer  # log of "gone since the last purchase" against "still there" (but for the parts of a gap)
        stay, stay_r, stay_alpha = _parts(row_q, silence, (alpha + ages)[at_age], k)
        if k > 1:
            odds -= np.log(stay)
        even = np.exp(np.minimum(odds, 700.0))
        p_gone = even / (1 + even)
        value = (
            by_x @ (special.betaln(a, b + xs + first) - special.betaln(a, b) + special.gammaln(q) - special.gammaln(r))
            + n * r * np.log(alpha)
            - (r * by_age + k * by_age_x) @ log_age
            + weight @ np.where(odds < 700, np.log1p(even), odds)
            + weight @ np.log(stay)
        )
        gone_weight, stay_weight = weight * p_gone, weight * (1 - p_gone)
        gone_by_x = np.bincount(at_x, gone_weight, minlength=len(xs))
        shorter = (1 / (alpha + ages))[at_age] - (1 / (alpha + lasts))[at_last]
        both = special.digamma(a + b + xs + first)
        d_r = (
            by_x @ (special.digamma(q) - special.digamma(r))
            + n * np.log(alpha)
            - by_age @ log_age
            + gone_weight @ longer
            + stay_weight @ (stay_r / stay)
        )
        d_alpha = (
            n * r / alpha
            - (r * by_age + k * by_age_x) @ (1 / (alpha + ages))
            + gone_weight @ (row_q * shorter)
            + stay_weight @ (stay_alpha / stay)
        )
        d_a = by_x @ (special.digamma(a + b) - both) + gone_by_x.sum() / a
        d_b = by_x @ (special.digamma(b + xs + first) - both + special.digamma(a + b) - special.digamma(b)) - gone_by_x @ (
            1 / np.where(may_leave, left, np.inf)
        )
        return value, np.array([d_r * r, d_alpha * alpha, d_a * a, d_b * b])

    return evaluate


def _parts(
    q: np.ndarray, silence: np.ndarray, reach: np.ndarray, k: int
) -> tuple[np.ndarray | float, np.ndarray | float, np.ndarray | float]:
    """That no k-th part has come in a silence: a sum over the parts that have, and its derivatives by r and alpha."""
    if k == 1:
        return np.ones(1).repeat(len(q)), np.zeros(len(q)), np.zeros(len(q))
    total, by_r, by_alpha = np.ones_like(q), np.zeros_like(q), np.zeros_like(q)
    term, slope, u = np.ones_like(q), np.zeros_like(q), silence / reach
    for j in range(1, k):
        term = term * (q + j - 1) / j * u
        slope = slope + 1 / (q + j - 1)
        total, by_r, by_alpha = total + term, by_r + term * slope, by_alpha - term * j / reach
    return total, by_r, by_alpha


def _state(fit: Fit, data: Counts) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of each distinct customer: chance to be alive, q, the beta's second parameter, and weights of the parts passed (columns)."""
    k, first = fit["k"], fit.model != BG
    q = fit["r"] + k * data.x
    reach = fit["alpha"] + data.age
    u = (data.age - data.t_x) / reach
    weights = [np.ones_like(q)]
    for j in range(1, k):
        weights.append(weights[-1] * (q + j - 1) / j * u)
    weights = np.stack(weights, axis=1)
    stay = weights.sum(axis=1)
    left = fit["b"] + data.x - 1 + first
    with np.errstate(divide="ignore"):
        odds = np.where((data.x > 0) | first, np.log(fit["a"]) - np.log(np.maximum(left, 1e-300)), -np.inf)
    odds = odds + q * np.log(reach / (fit["alpha"] + data.t_x)) - np.log(stay)
    return special.expit(-odds), q, fit["b"] + data.x + first, weights / stay[:, None]


def alive(fit: Fit, data: Counts) -> np.ndarray:
    """The chance that each customer has not left; NaN for one-time buyers under BG/NBD, where it is 1 by construction (P8)."""
    chance = _state(fit, data)[0]
    if fit.model == BG:
        chance = np.where(data.x == 0, np.nan, chance)
    return chance[data.member]


def expected(fit: Fit, data: Counts, days: float) -> np.ndarray:
    """Purchases to be expected of each customer in the next `days`, its history given."""
    chance, q, beta_b, parts = _state(fit, data)
    reach = fit["alpha"] + data.age
    if fit["k"] == 1:
        return (chance * _until_gone(fit["a"], beta_b, q, days / reach))[data.member]
    return (chance * _until_gone_in_parts(fit, q, beta_b, parts, days / (reach + days), days / reach))[data.member]


def _until_gone(a: float, beta_b: np.ndarray, q: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """Purchases of one who is alive, over its rate and its chance p to leave: the mean of (1 - (1 + p ahead)^-q) / p, by Gauss-Jacobi."""
    found = np.empty_like(q)
    for b in np.unique(beta_b):
        at = beta_b == b
        p, weights = _beta_nodes(a, b)
        found[at] = -np.expm1(-q[at, None] * np.log1p(p * ahead[at, None])) / p @ weights
    return found


def _beta_nodes(a: float, b: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of the beta distribution: Gauss-Jacobi, and Gauss-Laguerre in b p where b is so large that Jacobi's polynomials
    overflow."""
    if b <= LARGE:
        roots, weights = special.roots_jacobi(NODES, b - 1, a - 1)
        return (roots + 1) / 2, weights / weights.sum()
    roots, weights = special.roots_genlaguerre(NODES, a - 1)
    p = np.minimum(roots / b, 1 - 1e-12)
    weights = weights * np.exp(roots + (b - 1) * np.log1p(-p))
    return p, weights / weights.sum()


def _until_gone_in_parts(
    fit: Fit, q: np.ndarray, beta_b: np.ndarray, parts: np.ndarray, share: np.ndarray, ahead: np.ndarray
) -> np.ndarray:
    """The same where a gap has k parts: the sum over m of "the m-th purchase would come" times "none before it was the last"."""
    k, a = fit["k"], fit["a"]
    total, still = np.zeros_like(q), np.ones_like(q)
    mean = (q + k) * ahead / k
    most = int(np.ceil((mean + 10 * np.sqrt(mean * (1 + ahead)) + 10).max())) if len(q) else 0
    for m in range(1, most + 1):
        come = sum(parts[:, j] * special.betainc(k * m - j, q + j, share) for j in range(k))
        total += come * still
        still = still * (beta_b + m - 1) / (a + beta_b + m - 1)
        if m > 3 and (come * still).max(initial=0.0) < 1e-9:
            break
    return total


def expected_of_new(fit: Fit, days: float) -> float:
    """Repeat purchases to be expected of a customer in the days after its first purchase."""
    first = fit.model != BG
    stays = fit["b"] / (fit["a"] + fit["b"]) if first else 1.0
    if fit["k"] == 1:
        return stays * float(_until_gone(fit["a"], np.array([fit["b"] + first]), np.array([fit["r"]]), np.array([days / fit["alpha"]]))[0])
    q, ahead = np.array([fit["r"]]), np.array([days / fit["alpha"]])
    parts = np.eye(1, fit["k"])
    return stays * float(_until_gone_in_parts(fit, q, np.array([fit["b"] + first]), parts, ahead / (1 + ahead), ahead)[0])


def simulate(fit: Fit, ages: np.ndarray, generator: np.random.Generator) -> Counts:
    """New customers of the model, each watched for as long as `ages` says."""
    n, k, first = len(ages), fit["k"], fit.model != BG
    rate = generator.gamma(fit["r"], 1 / fit["alpha"], n)
    leave = generator.beta(fit["a"], fit["b"], n)
    stays = ~(first & (generator.random(n) < leave))
    x, t_x, logs = np.zeros(n), np.zeros(n), np.zeros(n)
    at = np.flatnonzero(stays)
    while len(at):
        gap = generator.gamma(k, 1 / np.maximum(rate[at], 1e-300))
        came = t_x[at] + gap <= ages[at]
        at, gap = at[came], gap[came]
        x[at] += 1
        t_x[at] += gap
        logs[at] += np.log(np.maximum(gap, 1e-12))
        at = at[generator.random(len(at)) >= leave[at]]
    return Counts(x, t_x, np.asarray(ages, dtype=float), logs, np.ones(n), np.arange(n))


def future(fit: Fit, data: Counts, days: float, generator: np.random.Generator) -> np.ndarray:
    """One draw of each customer's purchases in the next `days`, its history given."""
    chance, q, beta_b, parts = (column[data.member] for column in _state(fit, data))
    n, k, reach = data.customers, fit["k"], (fit["alpha"] + data.age)[data.member]
    passed = (parts.cumsum(axis=1) < generator.random(n)[:, None]).sum(axis=1).clip(0, k - 1)
    rate = generator.gamma(q + passed, 1 / reach)
    leave = generator.beta(fit["a"], beta_b)
    bought, clock = np.zeros(n), np.zeros(n)
    at, left = np.flatnonzero(generator.random(n) < chance), k - passed
    while len(at):
        clock[at] += generator.gamma(left[at], 1 / np.maximum(rate[at], 1e-300))
        at = at[clock[at] <= days]
        bought[at] += 1
        left[at] = k
        at = at[generator.random(len(at)) >= leave[at]]
    return bought

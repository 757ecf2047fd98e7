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

from audit.value.fitting import Fit, differenced, fitted, maximum

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


def fit_contract(lost: np.ndarray, kept: np.ndarray) -> Fit:
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

    peak = maximum(differenced(loglik), [np.log([1.0, 1.0]), np.log([0.5, 4.0])])
    return fitted(CONTRACT, ["alpha", "beta"], peak, customers=int(lost.sum() + kept.sum()), unit={})


def fit_intervals(x: np.ndarray, last: np.ndarray, watched: np.ndarray, customers: np.ndarray) -> Fit:
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

    peak = maximum(differenced(loglik), [np.log([1.0, 1.0, 0.7, 2.5]), np.log([0.5, 0.5, 0.5, 5.0])])
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

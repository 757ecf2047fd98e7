"""How sure can we be of a share? Wilson's interval for counted shares, Kaplan-Meier for times with open ends."""

from __future__ import annotations

from scipy import stats

NAN = float("nan")


def wilson(successes: int, n: int, *, confidence: float) -> tuple[float, float]:
    """Wilson's score interval of a share; (nan, nan) for n = 0.

    Source: method P3 (20/30 is 49-81 %, 67/100 is 57-75 %, 335/500 is 63-71 %); Wilson 1927.

    >>> [round(x, 2) for x in wilson(20, 30, confidence=0.95)]
    [0.49, 0.81]
    """
    if n == 0:
        return NAN, NAN
    interval = stats.binomtest(int(successes), int(n)).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)

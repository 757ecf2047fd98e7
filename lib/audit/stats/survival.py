"""When does an event come, where many have not been watched to the end? Kaplan and Meier's estimate with Greenwood's interval."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from scipy import stats

from audit.stats.intervals import NAN, wilson


def kaplan_meier(days: np.ndarray, happened: np.ndarray, *, confidence: float) -> pd.DataFrame:
    """The share for whom the event has happened by each day, with Greenwood's log-log interval.

    Open ends (as_of came before the event) count as long as they were watched. Beyond the longest follow-up
    nothing is known: `at` answers nan there instead of extrapolating.

    Parameters
    ----------
    days, happened
        time watched, and whether it ended in the event, one each per subject.

    Returns
    -------
    DataFrame with days (ascending), happened_share, low_share, high_share, watched (subjects still watched on that day).

    Source: Kaplan and Meier 1958; interval Kalbfleisch and Prentice; method P3, B1.

    >>> kaplan_meier(np.array([1, 2, 3]), np.array([True, True, False]), confidence=0.95)["happened_share"].round(3).tolist()
    [0.333, 0.667, 0.667]
    """
    days, happened = np.asarray(days, dtype=float), np.asarray(happened, dtype=bool)
    columns = ["days", "happened_share", "low_share", "high_share", "watched"]
    if len(days) == 0:
        return pd.DataFrame({c: pd.Series(dtype=float) for c in columns})
    survival = stats.ecdf(stats.CensoredData.right_censored(days, ~happened)).sf
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The confidence interval is undefined at some observations")
        interval = survival.confidence_interval(confidence, method="log-log")
    at = survival.quantiles
    watched = (days[:, None] >= at[None, :]).sum(axis=0) if len(at) * len(days) < 5e6 else len(days) - np.searchsorted(np.sort(days), at)
    happened_share = 1 - survival.probabilities
    low, high = 1 - interval.high.probabilities, 1 - interval.low.probabilities
    edge = survival.probabilities <= 0  # everybody: Greenwood's variance is 0/0 there
    low, high = np.where(edge, np.nan, low), np.where(edge, np.nan, high)
    return pd.DataFrame(dict(zip(columns, [at, happened_share, low, high, watched], strict=True)))


def is_known(curve: pd.DataFrame, day: float) -> bool:
    """Whether anybody was followed to that day, or everybody's event had come by then.

    >>> is_known(pd.DataFrame({"days": [30], "happened_share": [0.5]}), 31)
    False
    """
    return len(curve) > 0 and bool(day <= curve["days"].iloc[-1] or curve["happened_share"].iloc[-1] >= 1)


def at(curve: pd.DataFrame, day: float, *, confidence: float) -> tuple[float, float, float]:
    """Share, low and high on a day; (nan, nan, nan) beyond the longest follow-up, unless everybody's event had come by then.

    Where nobody or everybody has had the event, Greenwood's variance is 0/0: Wilson's interval over those watched that long
    (nobody) or over all (everybody) stands in.
    """
    if not is_known(curve, day):
        return NAN, NAN, NAN
    watched = int(curve["watched"].iloc[0])
    before = curve[curve["days"] <= day]
    share = float(before["happened_share"].iloc[-1]) if len(before) else 0.0
    if share <= 0:
        still = curve.loc[curve["days"] >= day, "watched"]
        return 0.0, *wilson(0, int(still.iloc[0]) if len(still) else watched, confidence=confidence)
    if share >= 1:
        return 1.0, *wilson(watched, watched, confidence=confidence)
    return share, float(before["low_share"].iloc[-1]), float(before["high_share"].iloc[-1])


def spread(counts: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Days and happened, one each per subject, from a table of days, ended, open."""
    days = np.concatenate([np.repeat(counts["days"], counts["ended"]), np.repeat(counts["days"], counts["open"])])
    return days, np.arange(len(days)) < counts["ended"].sum()

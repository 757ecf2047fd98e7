"""How is a monthly series carried on? Naive rules first; ETS and Theta by statsmodels; intermittent series by the chance of a purchase and
its size.

Sources: Hyndman and Athanasopoulos, Forecasting (ETS, Theta, seasonal naive); Teunter, Syntetos and Babai 2011 (intermittent).
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from audit.steps.forecast.codes import Method

NAIVE = (Method.SEASONAL, Method.MEAN)
YEAR = 12
LUMPY = 0.3  # share of months without sales from which a series is intermittent
SMOOTH = 0.2  # of the intermittent method, for chance and size


def of(values: np.ndarray) -> tuple[str, ...]:
    """The methods that suit a series: those of smooth ones need two whole years, intermittent ones have a method of their own."""
    known = (Method.SEASONAL, Method.MEAN) if len(values) >= YEAR else (Method.MEAN,)
    if (values <= 0).mean() >= LUMPY:
        return (*known, Method.INTERMITTENT)
    return (*known, Method.ETS, Method.THETA) if len(values) >= 2 * YEAR else known


def forecast_with(values: np.ndarray, method: str, months: int) -> np.ndarray:
    """The next months of a series by a method; never below nothing."""
    values = np.asarray(values, dtype=float)
    made = {Method.SEASONAL: _seasonal, Method.MEAN: _mean, Method.ETS: _ets, Method.THETA: _theta, Method.INTERMITTENT: _intermittent}[
        method
    ](values, months)
    return np.clip(made, 0, None)


def _seasonal(values: np.ndarray, months: int) -> np.ndarray:
    return np.resize(values[-YEAR:], months)


def _mean(values: np.ndarray, months: int) -> np.ndarray:
    return np.full(months, values[-YEAR:].mean())


def _ets(values: np.ndarray, months: int) -> np.ndarray:
    """Exponential smoothing with a damped trend and a season, both added."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that did not converge is judged by its errors like any other
        scale = values.mean() or 1.0
        model = ExponentialSmoothing(
            values / scale,
            trend="add",
            damped_trend=True,
            seasonal="add",
            seasonal_periods=YEAR,
            initialization_method="heuristic" if len(values) > 2 * YEAR else "estimated",
        )
        return model.fit(optimized=True, use_brute=False).forecast(months) * scale


def _theta(values: np.ndarray, months: int) -> np.ndarray:
    """The Theta method; the season taken out by differences from the month's mean, since sales of nothing cannot be divided by."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    scale = values.mean() or 1.0
    series = pd.Series(values / scale, index=pd.period_range("2000-01", periods=len(values), freq="M").to_timestamp())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return (
            ThetaModel(series, period=YEAR, method="additive", deseasonalize=True, use_test=False).fit().forecast(months).to_numpy() * scale
        )


def _intermittent(values: np.ndarray, months: int) -> np.ndarray:
    """Chance of a month with sales times their size, both smoothed (TSB): the chance falls with every month without."""
    sold = values > 0
    chance, size = sold.mean(), values[sold].mean() if sold.any() else 0.0
    for value, is_sold in zip(values, sold, strict=True):
        chance += SMOOTH * (is_sold - chance)
        if is_sold:
            size += SMOOTH * (value - size)
    return np.full(months, chance * size)

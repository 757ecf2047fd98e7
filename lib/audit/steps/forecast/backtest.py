"""Which method foretells best? Each from many origins, on months that it had not seen (P30).

Errors: WAPE (sum of absolute errors over sum of sales), MASE (against the seasonal naive rule's own errors within the months known), bias
(all forecast over all that actual, less 1). MAPE is not used: it has no value for
months without sales. A method is used only where its WAPE is clearly below that of the better naive rule. Ranges are those of the errors
made, so that they hold what they say, not what a model
believes of itself; how often they held is counted on origins left out.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from audit.core import registry
from audit.core.findings import NAN
from audit.steps.forecast import methods
from audit.steps.forecast.codes import Kind, Method, Rest

BETTER = 0.95  # of the naive rule's error, which a method must not exceed to be used


def origins(length: int, *, horizon: int, least: int, most: int, step: int = 1) -> list[int]:
    """How many months were known at each origin, the last that leaves a whole horizon first, `most` months back at most."""
    return list(range(length - horizon, max(least, length - horizon - most + 1) - 1, -step))[::-1]


def errors(series: pd.DataFrame, *, horizon: int, least: int, most: int) -> pd.DataFrame:
    """Every series carried on from every origin by every method that suits it; parts and customers from every other origin, which is
    quicker.

    Returns
    -------
    DataFrame with kind_class, name, method, origin (months known), step (1 to horizon), forecast, actual, scale (mean absolute error of
    the seasonal naive rule within the months known; of differences from month to month before a second year).
    """
    rows = []
    for kind, name in series.columns:
        values = series[(kind, name)].to_numpy(dtype=float)
        suited = methods.of(values[:least])  # the same at every origin, so that errors are of the same months
        for known in origins(len(values), horizon=horizon, least=least, most=most, step=1 if kind == Kind.COMPANY else 2):
            seen, actual = values[:known], values[known : known + horizon]
            lag = methods.YEAR if known > methods.YEAR else 1
            scale = float(np.abs(seen[lag:] - seen[:-lag]).mean())
            for method in suited:
                forecast = methods.forecast_with(seen, method, horizon)
                rows += [(kind, name, method, known, step + 1, forecast[step], actual[step], scale) for step in range(horizon)]
    return pd.DataFrame(rows, columns=["kind_class", "name", "method", "origin", "step", "forecast", "actual", "scale"])


def methods_tried(made: pd.DataFrame, *, confidence: float) -> pd.DataFrame:
    """The methods of each series side by side, the one used marked.

    Returns
    -------
    DataFrame with kind_class, name, method, origins, wape_rate, mase_number, bias_rate, balance_number (how far errors of the months
    balance in their sum: 1 not at all, one over the root of their number if they were independent), held_share (of the months, by ranges
    made of the other origins), is_naive, is_used; in the order of the series, then best first.
    """
    columns = [
        "kind_class",
        "name",
        "method",
        "origins",
        "wape_rate",
        "mase_number",
        "bias_rate",
        "balance_number",
        "held_share",
        "is_naive",
        "is_used",
    ]
    rows = []
    for (kind, name), of_series in made.groupby(["kind_class", "name"], sort=False):
        part = []
        for method, of in of_series.groupby("method", sort=False):
            off, actual = (of["forecast"] - of["actual"]), of["actual"].abs().sum()
            scaled = (off.abs() / of["scale"].where(of["scale"] > 0)).mean()
            part.append(
                (
                    kind,
                    name,
                    method,
                    of["origin"].nunique(),
                    float(off.abs().sum() / actual) if actual else NAN,
                    float(scaled),
                    float(off.sum() / actual) if actual else NAN,
                    _balance(of),
                    _held(of, confidence),
                    method in methods.NAIVE,
                )
            )
        table = pd.DataFrame(part, columns=columns[:-1])
        rows.append(table.assign(is_used=table["method"] == _best(table)).sort_values(["wape_rate", "method"]))
    return pd.concat(rows, ignore_index=True) if rows else registry.empty("forecast_methods")


def _best(table: pd.DataFrame) -> str:
    """The method with the smallest WAPE if it is clearly below the better naive rule's, else that rule."""
    by = table.set_index("method")["wape_rate"].dropna()
    if by.empty:
        return Method.MEAN
    naive = by[[m for m in by.index if m in methods.NAIVE]]
    return str(by.idxmin()) if by.min() <= BETTER * naive.min() else str(naive.idxmin())


def _balance(of: pd.DataFrame) -> float:
    """Root mean square of an origin's summed errors over that of single ones times their number."""
    off = of.assign(off=of["forecast"] - of["actual"])
    single, months = float(np.sqrt((off["off"] ** 2).mean())), int(off["step"].max())
    together = float(np.sqrt((off.groupby("origin")["off"].sum() ** 2).mean()))
    return float(np.clip(together / (single * months), 1 / np.sqrt(months), 1)) if single else 1.0


def of_sum(forecast: pd.DataFrame, balance: float) -> tuple[float, float, float]:
    """Sum of the months of one series, with the ends of its range: those of the months drawn together as far as errors were seen to
    balance."""
    said, low, high = (float(forecast[c].sum(skipna=False)) for c in ("forecast", "low", "high"))
    return said, said - (said - low) * balance, said + (high - said) * balance


def _held(of: pd.DataFrame, confidence: float) -> float:
    """Share of the months of each origin within ranges made of the other origins' errors."""
    held = []
    for origin in of["origin"].unique():
        here = of["origin"] == origin
        if here.all():
            return NAN
        low, high = _range(of[~here], confidence)
        off = (of.loc[here, "actual"] - of.loc[here, "forecast"]) / of.loc[here, "scale"].where(of.loc[here, "scale"] > 0)
        held += ((off >= low) & (off <= high)).tolist()
    return float(np.mean(held)) if held else NAN


def _range(of: pd.DataFrame, confidence: float) -> tuple[float, float]:
    """Between which ends, in units of the scale, a month's error is to be expected: Student's, by the root mean square of the errors made.

    Counted as many as different months were forecast: origins a month apart foretell the same months again, which adds no knowledge.
    """
    off = (of["actual"] - of["forecast"]) / of["scale"].where(of["scale"] > 0)
    months = (of["origin"] + of["step"])[off.notna()].nunique()
    if months < 2:
        return NAN, NAN
    wide = float(stats.t.ppf(0.5 + confidence / 2, months - 1) * np.sqrt((off**2).mean() * (1 + 1 / months)))
    return -wide, wide


def ahead(
    series: pd.DataFrame,
    begun: pd.DataFrame,
    made: pd.DataFrame,
    tried: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    months: int,
    horizon: int,
    confidence: float,
) -> pd.DataFrame:
    """The coming months of every series by the method it uses, with ranges; parts are moved to add up to the company.

    A range within the horizon is that of the errors made; beyond it, where nothing was tried, it grows with the root of the distance.
    Parts, and key accounts with all others, are multiplied by one number a month, so that they sum to the company's own forecast. Of a
    month that has begun, what was sold until `as_of` is known: only the days left are forecast, as their share of the month.

    Returns
    -------
    DataFrame with kind_class, name, method, period (first day), forecast, low, high, own_forecast (before the parts were moved), booked
    (of it, until `as_of`).
    """
    rows, left = [], np.ones(months)
    left[0] = 1 - as_of.day / as_of.days_in_month if len(begun) else 1.0
    for kind, name in series.columns:
        values = series[(kind, name)].to_numpy(dtype=float)
        of = tried[(tried["kind_class"] == kind) & (tried["name"] == name) & tried["is_used"]]
        method = str(of["method"].iloc[0]) if len(of) else methods.of(values)[0]
        errors_of = made[(made["kind_class"] == kind) & (made["name"] == name) & (made["method"] == method)]
        low, high = _range(errors_of, confidence) if len(errors_of) else (NAN, NAN)
        lag = methods.YEAR if len(values) > methods.YEAR else 1
        scale = float(np.abs(values[lag:] - values[:-lag]).mean()) if len(values) > lag else NAN
        said = methods.forecast_with(values, method, months)
        wide = np.sqrt(np.maximum(np.arange(1, months + 1) / horizon, 1.0))
        periods = pd.date_range(series.index[-1], periods=months + 1, freq="MS")[1:]
        booked = np.append(float(begun[(kind, name)].iloc[0]) if len(begun) else 0.0, np.zeros(months - 1))
        rows.append(
            pd.DataFrame(
                {
                    "kind_class": kind,
                    "name": name,
                    "method": method,
                    "period": periods,
                    "own_forecast": booked + said * left,
                    "low": booked + np.clip(said + low * scale * wide, 0, None) * left,
                    "high": booked + (said + high * scale * wide) * left,
                    "booked": booked,
                }
            )
        )
    table = pd.concat(rows, ignore_index=True)
    table["forecast"] = table["own_forecast"]
    company = table[table["kind_class"] == Kind.COMPANY].set_index("period")["own_forecast"]
    for kind in (Kind.PART, Kind.KEY):
        here = table["kind_class"] == kind
        whole = table[here].groupby("period")["own_forecast"].sum()
        factor = table.loc[here, "period"].map(company / whole.where(whole > 0)).fillna(1.0)
        for column, own in [("forecast", "own_forecast"), ("low", "low"), ("high", "high")]:
            table.loc[here, column] = table.loc[here, own] * factor
    return table[["kind_class", "name", "method", "period", "forecast", "low", "high", "own_forecast", "booked"]]


def key_against_other(tried: pd.DataFrame) -> pd.DataFrame:
    """Can key accounts be planned better than others of like size (E38)? The errors of the methods in use, customer by customer.

    Returns
    -------
    DataFrame with kind_class (key account, other customer), customers, wape_rate (median), low_rate, high_rate (of the customers).
    """
    used = tried[tried["is_used"] & tried["kind_class"].isin([Kind.KEY, Kind.OTHER]) & (tried["name"] != Rest.REST)]
    rows = [
        (kind, len(of), of["wape_rate"].median(), of["wape_rate"].min(), of["wape_rate"].max()) for kind, of in used.groupby("kind_class")
    ]
    return pd.DataFrame(rows, columns=["kind_class", "customers", "wape_rate", "low_rate", "high_rate"])


def parts_off(forecast: pd.DataFrame) -> float:
    """By how much money parts, and key accounts with all others, miss the company's forecast in the month they miss it most; 0 without
    parts."""
    by = forecast.pivot_table(index="period", columns="kind_class", values="forecast", aggfunc="sum")
    there = [kind for kind in (Kind.PART, Kind.KEY) if kind in by.columns]
    return float(max((by[kind] - by[Kind.COMPANY]).abs().max() for kind in there)) if there else 0.0

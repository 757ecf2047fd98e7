"""Which periods are observed whole? Calendar years, quarters and months between `observed_from` and `as_of`.

A partial last period looks like a fall (P14) and a partial first one like a rise: neither is compared.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from audit.core.settings import Settings

CODES = {"year": "Y", "quarter": "Q", "month": "M"}


def complete(*, observed_from: dt.date, as_of: dt.date, unit: str) -> pd.DataFrame:
    """The periods of a unit that lie wholly inside the time observed, oldest first.

    Returns
    -------
    DataFrame with period (label: 2024, 2024-Q3, 2024-03), from_on, to_on (its first and last day).

    >>> complete(observed_from=dt.date(2010, 12, 1), as_of=dt.date(2011, 12, 9), unit="quarter")["period"].tolist()
    ['2011-Q1', '2011-Q2', '2011-Q3']
    """
    spans = pd.period_range(pd.Timestamp(observed_from), pd.Timestamp(as_of), freq=CODES[unit])
    spans = [s for s in spans if s.start_time.date() >= observed_from and s.end_time.date() <= as_of]
    return pd.DataFrame(
        {
            "period": pd.Series([label(s.start_time, unit) for s in spans], dtype="str"),
            "from_on": pd.to_datetime([s.start_time.normalize() for s in spans]),
            "to_on": pd.to_datetime([s.end_time.normalize() for s in spans]),
        }
    )


def of(settings: Settings, *, unit: str | None = None) -> pd.DataFrame:
    """The complete periods of a run, in its own unit of comparison or another."""
    return complete(observed_from=settings.observed_from, as_of=settings.as_of, unit=unit or settings.period)


def last_month(settings: Settings) -> pd.Timestamp:
    """The last day of the last month observed whole; of as_of's own month where none is."""
    months = of(settings, unit="month")
    return months["to_on"].iloc[-1] if len(months) else pd.Timestamp(settings.as_of)


def year_before(day: pd.Timestamp) -> pd.Timestamp:
    """The same month's last day a year earlier."""
    return (day.to_period("M") - 12).end_time.normalize()


def label(day: pd.Timestamp, unit: str) -> str:
    """The name of the period a day lies in.

    >>> label(pd.Timestamp("2024-08-09"), "quarter")
    '2024-Q3'
    """
    if unit == "year":
        return f"{day.year}"
    return f"{day.year}-Q{day.quarter}" if unit == "quarter" else f"{day.year}-{day.month:02d}"


def labels(days: pd.Series, unit: str) -> pd.Series:
    """The names of the periods that a column of days lies in."""
    if unit == "year":
        return days.dt.year.astype("str")
    if unit == "quarter":
        return days.dt.year.astype("str") + "-Q" + days.dt.quarter.astype("str")
    return days.dt.strftime("%Y-%m")


def choose(*, observed_from: dt.date, as_of: dt.date, unit: str) -> str:
    """The declared unit of comparison, or the next finer one of which two periods are complete.

    >>> choose(observed_from=dt.date(2010, 12, 1), as_of=dt.date(2011, 12, 9), unit="year")
    'quarter'
    """
    units = list(CODES)
    for candidate in units[units.index(unit) :]:
        if len(complete(observed_from=observed_from, as_of=as_of, unit=candidate)) >= 2:
            return candidate
    return "month"


def observed_months(settings: Settings) -> int:
    """How many whole months lie in the time observed."""
    return len(of(settings, unit="month"))


def known_from(observed_from: dt.date, burn_in_months: int) -> dt.date:
    """The first day on which a first purchase counts as a customer's first ever (P13).

    >>> known_from(dt.date(2023, 1, 1), 12)
    datetime.date(2024, 1, 1)
    """
    at = observed_from.year * 12 + observed_from.month - 1 + burn_in_months
    return dt.date(at // 12, at % 12 + 1, 1) if burn_in_months else observed_from


def burn_in_months(declared: int | None, *, as_of: dt.date, observed_from: dt.date) -> int:
    """The declared burn-in, else 12 months or a quarter of the history, the shorter (P13).

    >>> burn_in_months(None, as_of=dt.date(2025, 12, 31), observed_from=dt.date(2023, 1, 1))
    9
    """
    months = round((as_of - observed_from).days / 30.44)
    return declared if declared is not None else min(12, months // 4)


def last_year(panel: pd.DataFrame, *, until: pd.Timestamp, months: int = 12) -> pd.DataFrame:
    """The panel of the twelve months that end with the month of `until`."""
    end = until.to_period("M").start_time
    return panel[(panel["period"] <= end) & (panel["period"] > end - pd.DateOffset(months=months))]

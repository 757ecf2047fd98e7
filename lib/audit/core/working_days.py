"""On which day does somebody work? Weekends and public holidays of the base's country; without a country, weekends alone."""

from __future__ import annotations

import datetime as dt
from functools import cache

SATURDAY = 5


@cache
def _holidays(country: str, year: int) -> frozenset[dt.date]:
    import holidays

    if not country or country not in holidays.list_supported_countries():
        return frozenset()
    return frozenset(holidays.country_holidays(country, years=year))


def is_working_day(day: dt.date, country: str | None) -> bool:
    """Whether people of a country (ISO code) work on that day.

    >>> is_working_day(dt.date(2026, 1, 5), "RU"), is_working_day(dt.date(2026, 1, 5), None), is_working_day(dt.date(2026, 1, 10), None)
    (False, True, False)
    """
    return day.weekday() < SATURDAY and day not in _holidays(country or "", day.year)


def is_holiday(day: dt.date, country: str | None) -> bool:
    """Whether a day is a public holiday of a country; weekends are none.

    >>> is_holiday(dt.date(2026, 1, 5), "RU"), is_holiday(dt.date(2026, 1, 17), "RU")
    (True, False)
    """
    return day in _holidays(country or "", day.year)


def weeks(after: dt.date, country: str | None, count: int) -> list[tuple[dt.date, dt.date]]:
    """The first and the last working day of each of the coming weeks that have one, after that day.

    >>> weeks(dt.date(2025, 12, 31), "RU", 2)
    [(datetime.date(2026, 1, 12), datetime.date(2026, 1, 16)), (datetime.date(2026, 1, 19), datetime.date(2026, 1, 23))]
    """
    found, monday = [], after + dt.timedelta(days=7 - after.weekday())
    while len(found) < count:
        days = [day for day in (monday + dt.timedelta(days=i) for i in range(7)) if is_working_day(day, country)]
        found += [(days[0], days[-1])] if days else []
        monday += dt.timedelta(days=7)
    return found

"""In whose digits does the reader get it? Numbers, days and money by Babel.

A number's format follows from the name of its column, as everywhere in the project: `_share`, `_rate`, `_ratio`
are percentages, `_days` and `_months` durations, `_on` days, whole numbers counts, other numbers money.
"""

from __future__ import annotations

import datetime as dt
import math
import re

from audit.i18n.messages import Message, catalogue, current, translate
from audit.i18n.messages import mark as N_

NOTHING, MINUS = "–", "−"
SHARES = ("_share", "_rate", "_ratio")
UNITS = ("_days", "_months")
PLAIN = ("_number", "_index", "score")
PERIODS = ("period", "cohort", "period_before")
HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)  # XML's, and what hides or turns text
QUARTER, MONTH = re.compile(r"(\d{4})-Q([1-4])"), re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def visible(text: str) -> str:
    """A text without characters that hide, turn, or break what stands around them (fault 33).

    >>> visible("a\u202eb\u200bc\x07")
    'abc'
    """
    return HIDDEN.sub("", text)


def shown(name: str, value, currency: str = "") -> str:
    """A value as a reader sees it, by the name of its column; nothing known is a dash.

    >>> shown("repeat_share", 0.413), shown("gap_days", 14.0), shown("first_buyers", 1234), shown("revenue", 1234567.8, "RUB")
    ('41.3\\xa0%', '14', '1,234', '1,234,568\\xa0RUB')
    >>> shown("chance_share", 0.0004), shown("chance_share", 0.0005), shown("chance_share", 0.0)
    ('<0.1\\xa0%', '0.1\\xa0%', '0.0\\xa0%')
    >>> shown("revenue", -12.0, "GBP"), shown("due_on", dt.date(2026, 1, 12)), shown("period", "2011-11"), shown("period", "2011-Q4")
    ('−£12', '12\\xa0Jan\\xa02026', 'Nov\\xa02011', 'Q4\\xa02011')
    """
    if isinstance(value, str):
        return _period(value) if name in PERIODS else visible(value)
    if value is None or (isinstance(value, float) and not math.isfinite(value)) or str(value) in ("NaT", "<NA>", "nan"):
        return NOTHING
    if hasattr(value, "item"):
        value = value.item()
    return _formatted(name, value, currency)


def _formatted(name: str, value, currency: str) -> str:
    from babel import dates

    if isinstance(value, bool):
        return translate("yes") if value else translate("no")
    if isinstance(value, dt.date):
        return dates.format_date(value, "dd.MM.y" if current() == "ru" else "d\xa0MMM\xa0y", locale=current())
    if name.endswith(SHARES):
        if 0 < value < LEAST_SHARE:  # not nothing
            return "<" + number(LEAST_SHARE * 200, "#,##0.0") + "\xa0%"
        return number(_steady(value * 100, 1), "#,##0.0") + "\xa0%"
    if name.endswith(UNITS):
        return number(_steady(value, 1), "#,##0.#")
    if name.endswith(PLAIN):
        return number(_steady(value, 2), "#,##0.00")
    if isinstance(value, int):
        return number(value, "#,##0")
    return of_money(number(_steady(value, 0), "#,##0"), currency)


def _period(value: str) -> str:
    """A year, quarter or month as a reader says it."""
    from babel import dates

    if quarter := QUARTER.fullmatch(value):
        return translate(N_("Q{quarter} {year}")).format(year=quarter[1], quarter=quarter[2]).replace(" ", "\xa0")
    if month := MONTH.fullmatch(value):
        day = dt.date(int(month[1]), int(month[2]), 1)
        return dates.format_date(day, "LLLL\xa0y" if current() == "ru" else "MMM\xa0y", locale=current())
    return visible(value)


def of_money(amount: str, currency: str) -> str:
    """An amount with its currency where the reader's language has it: a sign before the number in English, everything else behind it.

    >>> of_money("1.9\xa0m", "GBP"), of_money("−5", "USD"), of_money("1.9\xa0m", "RUB"), of_money("7", "")
    ('£1.9\\xa0m', '−$5', '1.9\\xa0m\\xa0RUB', '7')
    """
    sign = symbol(currency)
    if not sign or current() == "ru" or sign[-1].isalpha():
        return f"{amount}\xa0{sign}" if sign else amount
    return f"{MINUS}{sign}{amount.removeprefix(MINUS)}" if amount.startswith(MINUS) else f"{sign}{amount}"


LARGE = ((1e9, N_("{amount} bn")), (1e6, N_("{amount} m")), (1e3, N_("{amount} k")))  # how money is said
LEAST_SHARE = 0.0005  # below it a share would be said as nothing
WHOLE_SHARES = (0.1, 0.99)  # between them a share is said in whole percent


def spoken(name: str, value, currency: str = "") -> str:
    """A value as it is said within a sentence: money with three significant digits, shares in whole percent but where they are small or nearly all.

    >>> spoken("revenue", 1578474.3, "RUB"), spoken("kept_share", 0.8692), spoken("small_share", 0.0369), spoken("gap_days", 41.4)
    ('1.58\xa0m\xa0RUB', '87\xa0%', '3.7\xa0%', '41')
    """
    if hasattr(value, "item"):
        value = value.item()
    if not isinstance(value, float) or not math.isfinite(value) or name.endswith(PLAIN):
        return shown(name, value, currency)
    if name.endswith(SHARES):
        low, high = WHOLE_SHARES
        is_whole = low <= abs(value) <= high or abs(value) >= 1
        return number(_steady(value * 100, 0), "#,##0") + "\xa0%" if is_whole else shown(name, value)
    if name.endswith(UNITS):
        return number(_steady(value, 0), "#,##0") if abs(value) >= 10 else shown(name, value)
    three = float(f"{abs(value):.3g}")
    for size, said in LARGE:
        if three >= size:
            amount = number(math.copysign(three, value) / size, "#,##0.##")
            return of_money(translate(said).format(amount=amount).replace(" ", "\xa0"), currency)
    return shown(name, value, currency)


def ranged(low: float, high: float, currency: str) -> str:
    """Two ends of a sum of money as they are said, in one unit.

    >>> ranged(913_400.0, 2_626_000.0, "RUB"), ranged(0.0, 45_369_000.0, "RUB"), ranged(-5.0, 20.0, "")
    ('0.91–2.63\\xa0m\\xa0RUB', '0–45.4\\xa0m\\xa0RUB', '−5 to 20')
    """
    largest = max(abs(low), abs(high))
    digits = lambda value, size: number(float(f"{value / size:.3g}"), "#,##0.##")
    for size, said in LARGE:
        if float(f"{largest:.3g}") >= size:
            amount = _between(digits(low, size), digits(high, size))
            return of_money(translate(said).format(amount=amount).replace(" ", "\xa0"), currency)
    return of_money(_between(number(_steady(low, 0), "#,##0"), number(_steady(high, 0), "#,##0")), currency)


def _between(low: str, high: str) -> str:
    """Two ends with a dash between them; beside a minus it is a word."""
    return translate(N_("{low} to {high}")).format(low=low, high=high) if low.startswith(MINUS) else f"{low}–{high}"


def symbol(currency: str) -> str:
    """A currency as its readers write it.

    >>> symbol("RUB"), symbol("EUR")
    ('RUB', '€')
    """
    from babel import numbers

    return numbers.get_currency_symbol(currency, locale=current()) if currency else ""


def number(value: float, pattern: str = "#,##0.###") -> str:
    """A bare number in the reader's digits, by a pattern of Unicode's (babel.numbers.format_decimal).

    >>> number(-0.5), number(1234.6, "#,##0")
    ('−0.5', '1,235')
    """
    from babel import numbers

    return numbers.format_decimal(value, pattern, locale=current(), decimal_quantization=True).replace("-", MINUS)


def _steady(value: float, digits: int) -> float:
    """Rounded half up on the decimal the reader would see, and never -0."""
    return math.floor(abs(value) * 10**digits + 0.5 + 1e-9) / 10**digits * (1 if value >= 0 else -1) + 0.0


def counted(one: str, many: str, count: int) -> str:
    """A message with a number of things, in the form that the number needs, by gettext's own plurals."""
    return Message(catalogue(current()).ngettext(one, many, count)).format(count=shown("n", count))

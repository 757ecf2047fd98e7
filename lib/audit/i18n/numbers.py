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
QUARTER = re.compile(r"(\d{4})-Q([1-4])")


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
    """
    if isinstance(value, str):
        quarter = QUARTER.fullmatch(value) if name in PERIODS else None
        return translate(N_("{year}-Q{quarter}")).format(year=quarter[1], quarter=quarter[2]) if quarter else visible(value)
    if value is None or (isinstance(value, float) and not math.isfinite(value)) or str(value) in ("NaT", "<NA>", "nan"):
        return NOTHING
    if hasattr(value, "item"):
        value = value.item()
    return (
        _formatted(name, value, currency).replace("-", MINUS, 1)
        if isinstance(value, int | float) and value < 0
        else _formatted(name, value, currency)
    )


def _formatted(name: str, value, currency: str) -> str:
    from babel import numbers

    if isinstance(value, bool):
        return translate("yes") if value else translate("no")
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}" if current() == "ru" else f"{value:%Y-%m-%d}"
    if name.endswith(SHARES):
        return numbers.format_decimal(_steady(value * 100, 1), "#,##0.0", locale=current()) + "\xa0%"
    if name.endswith(UNITS):
        return numbers.format_decimal(_steady(value, 1), "#,##0.#", locale=current())
    if name.endswith(PLAIN):
        return numbers.format_decimal(_steady(value, 2), "#,##0.00", locale=current())
    if isinstance(value, int):
        return numbers.format_decimal(value, "#,##0", locale=current())
    unit = f"\xa0{symbol(currency)}" if currency else ""
    return numbers.format_decimal(_steady(value, 0), "#,##0", locale=current()) + unit


LARGE = ((1e9, N_("{amount} bn")), (1e6, N_("{amount} m")), (1e3, N_("{amount} k")))  # how money is said
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
            return translate(said).format(amount=amount).replace(" ", "\xa0") + (f"\xa0{symbol(currency)}" if currency else "")
    return shown(name, value, currency)


def ranged(low: float, high: float, currency: str) -> str:
    """Two ends of a sum of money as they are said, in one unit.

    >>> ranged(913_400.0, 2_626_000.0, "RUB"), ranged(0.0, 45_369_000.0, "RUB"), ranged(-5.0, 20.0, "")
    ('0.91–2.63\\xa0m\\xa0RUB', '0–45.4\\xa0m\\xa0RUB', '−5–20')
    """
    unit = f"\xa0{symbol(currency)}" if currency else ""
    largest = max(abs(low), abs(high))
    digits = lambda value, size: number(float(f"{value / size:.3g}"), "#,##0.##")
    for size, said in LARGE:
        if float(f"{largest:.3g}") >= size:
            return translate(said).format(amount=f"{digits(low, size)}–{digits(high, size)}").replace(" ", "\xa0") + unit
    return f"{number(_steady(low, 0), '#,##0')}–{number(_steady(high, 0), '#,##0')}{unit}"


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

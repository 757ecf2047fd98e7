"""In whose words and digits does the reader get it? Sentences by gettext, numbers by Babel, language by LANGUAGE.

A number's format follows from the name of its column, as everywhere in the project: `_share`, `_rate`, `_ratio`
are percentages, `_days` and `_months` durations, `_on` days, whole numbers counts, other numbers money.
"""

from __future__ import annotations

import datetime as dt
import gettext
import math
import os
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"
NOTHING = "–"
SHARES = ("_share", "_rate", "_ratio")
UNITS = ("_days", "_months")
PLAIN = ("_number", "_index")
WORDS = ("_class", "_answer")  # closed lists of ours: translated
WORD_COLUMNS = {"factor", "cohort", "verdict", "status", "reason", "bias", "action", "defect", "direction", "driver"}


def current() -> str:
    """The language of the reader: the first in LANGUAGE, as gettext itself has it; English where none is set."""
    first = os.environ.get("LANGUAGE", "en").split(":")[0]
    return "ru" if first.lower().startswith("ru") else "en"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("audit", LOCALE, languages=[language], fallback=language == "en")


def translate(message: str) -> str:
    """The message in the reader's language."""
    return _catalogue(current()).gettext(message) if message else ""


def mark(message: str) -> str:
    """The message itself; marks it for the catalogue where it is translated later."""
    return message


def shown(name: str, value, currency: str = "") -> str:
    """A value as a reader sees it, by the name of its column; nothing known is a dash.

    >>> shown("repeat_share", 0.413), shown("gap_days", 14.0), shown("first_buyers", 1234), shown("revenue", 1234567.8, "RUB")
    ('41.3 %', '14', '1,234', '1,234,568 RUB')
    """
    from babel import numbers

    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in ("NaT", "<NA>", "nan"):
        return NOTHING
    if isinstance(value, str):
        return translate(value) if name in WORD_COLUMNS or name.endswith(WORDS) else value
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return translate("yes") if value else translate("no")
    if isinstance(value, dt.date):
        return f"{value:%Y-%m-%d}"
    if name.endswith(SHARES):
        return numbers.format_decimal(_steady(value * 100, 1), "#,##0.0", locale=current()) + "\xa0%"
    if name.endswith(UNITS):
        return numbers.format_decimal(_steady(value, 1), "#,##0.#", locale=current())
    if name.endswith(PLAIN):
        return numbers.format_decimal(_steady(value, 2), "#,##0.00", locale=current())
    if isinstance(value, int):
        return numbers.format_decimal(value, "#,##0", locale=current())
    unit = f"\xa0{currency}" if currency else ""
    return numbers.format_decimal(_steady(value, 0), "#,##0", locale=current()) + unit


def _steady(value: float, digits: int) -> float:
    """Rounded half up on the decimal the reader would see, and never -0."""
    return math.floor(abs(value) * 10**digits + 0.5 + 1e-9) / 10**digits * (1 if value >= 0 else -1) + 0.0


def filled(message: str, params: dict, currency: str) -> str:
    """A message of the catalogue with its values in the reader's format."""
    return translate(message).format(**{name: shown(name, value, currency) for name, value in params.items()})


def label(column: str) -> str:
    """The heading of a column: its name in words, translated."""
    return translate(column.replace("_", " ").capitalize())

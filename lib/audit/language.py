"""In whose words and digits does the reader get it? Sentences by gettext, numbers by Babel, language by LANGUAGE.

A number's format follows from the name of its column, as everywhere in the project: `_share`, `_rate`, `_ratio`
are percentages, `_days` and `_months` durations, `_on` days, whole numbers counts, other numbers money.
"""

from __future__ import annotations

import datetime as dt
import gettext
import io
import math
import os
import re
import string
from functools import cache
from pathlib import Path

from audit import vocabulary

LOCALE = Path(__file__).parent / "locale"
NOTHING, MINUS = "–", "−"
SHARES = ("_share", "_rate", "_ratio")
UNITS = ("_days", "_months")
PLAIN = ("_number", "_index", "score")
WORDS = ("_class", "_answer")  # closed lists of ours: translated
WORD_COLUMNS = {
    "decided_by", "subject", "factor", "cohort", "verdict", "status", "reason", "bias", "action", "defect", "direction", "driver", "rule", "most",
    "dependence", "class_before", "class_now", "period", "period_before", "told", "emptiest", "feature", "type", "table", "why", "kind", "base_a",
    "base_b", "control", "proposal", "method",
}  # fmt: skip


def current() -> str:
    """The language of the reader: the first in LANGUAGE, as gettext itself has it; English where none is set."""
    first = os.environ.get("LANGUAGE", "en").split(":")[0]
    return "ru" if first.lower().startswith("ru") else "en"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language, read from its .po; English is what stands in the code."""
    from babel.messages import mofile, pofile

    path = LOCALE / language / "LC_MESSAGES" / "audit.po"
    if not path.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        mofile.write_mo(compiled, pofile.read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


class Message(str):
    """A sentence of the catalogue; filled, it takes the form that a number needs where it names forms: `{n:клиент|клиента|клиентов}`."""

    def format(self, *args, **values) -> str:
        return _FORMS.format(str(self), *args, **values)


class _Forms(string.Formatter):
    def format_field(self, value, spec: str) -> str:
        return plural(value, spec.split("|")) if "|" in spec else super().format_field(value, spec)


_FORMS = _Forms()


def plural(number, forms: list[str]) -> str:
    """The form that goes with a number (or a text that shows one) in the reader's language: one, few, many; in English one, other.

    >>> [plural(n, ["customer", "customers"]) for n in (0, 1, 2, "1,001")]
    ['customers', 'customer', 'customers', 'customers']
    """
    if isinstance(number, str):
        digits = re.sub(r"[^\d,.]", "", number)
        number = int(re.sub(r"\D", "", digits) or 0) if current() == "en" or "," not in digits else 1.5
    names = ["one", "few", "many"] if current() == "ru" else ["one", "other"]
    found = _locale(current()).plural_form(number)
    return forms[min(names.index(found) if found in names else 1, len(forms) - 1)]


@cache
def _locale(language: str):
    from babel import Locale

    return Locale.parse(language)


def translate(message: str) -> Message:
    """The message in the reader's language."""
    return Message(_catalogue(current()).gettext(message) if message else "")


def counted(one: str, many: str, count: int) -> str:
    """A message with a number of things, in the form that the number needs, by gettext's own plurals."""
    return Message(_catalogue(current()).ngettext(one, many, count)).format(count=shown("n", count))


def prose(markdown: str) -> str:
    """A cell of Markdown in the reader's language: one message a paragraph."""
    return "\n\n".join(translate(paragraph) for paragraph in markdown.split("\n\n"))


def retold(said: str) -> str:
    """A sentence that was stored in English, its values filled in, in the reader's language; of words with commas between, each.

    Tables hold what was found in one language; the message it was made of is known by its shape.
    """
    return said if current() == "en" else _retold(said, current())


@cache
def _retold(said: str, language: str) -> str:
    if (translated := translate(said)) != said:
        return translated
    for shape, message in _shapes(language):
        if found := shape.fullmatch(said):
            return translate(message).format(**{name: _retold(value, language) for name, value in found.groupdict().items()})
    parts = said.split(", ")
    return ", ".join(translate(part) for part in parts) if len(parts) > 1 else said


@cache
def _shapes(language: str) -> list[tuple[re.Pattern, str]]:
    """Messages with places to fill, as patterns; those with the most words of their own first."""
    messages = [m for m in getattr(_catalogue(language), "_catalog", {}) if isinstance(m, str) and re.search(r"\{\w+", m)]
    ordered = sorted(messages, key=lambda m: (-len(re.sub(r"\{[^}]*\}", "", m)), m))
    return [(_shape(message), message) for message in ordered]


def _shape(message: str) -> re.Pattern:
    parts, seen = [], set()
    for literal, place, form, _conversion in string.Formatter().parse(message):
        parts.append(re.escape(literal))
        if place and "|" in (form or ""):
            parts.append(f"(?:{'|'.join(map(re.escape, form.split('|')))})")
        elif place:
            parts.append(f"(?P={place})" if place in seen else f"(?P<{place}>.*?)")
            seen.add(place)
    return re.compile("".join(parts), re.DOTALL)


def mark(message: str) -> str:
    """The message itself; marks it for the catalogue where it is translated later."""
    return message


class Said(ValueError):
    """An error in the reader's language: a message of the catalogue and what fills it."""

    def __init__(self, message: str, /, **params):
        super().__init__(message)
        self.message, self.params = message, params

    def __str__(self) -> str:
        return translate(self.message).format(**self.params)


def shown(name: str, value, currency: str = "") -> str:
    """A value as a reader sees it, by the name of its column; nothing known is a dash.

    >>> shown("repeat_share", 0.413), shown("gap_days", 14.0), shown("first_buyers", 1234), shown("revenue", 1234567.8, "RUB")
    ('41.3\\xa0%', '14', '1,234', '1,234,568\\xa0RUB')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in ("NaT", "<NA>", "nan"):
        return NOTHING
    if isinstance(value, str):
        return retold(value) if name in WORD_COLUMNS or name.endswith(WORDS) else value
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


def filled(message: str, params: dict, currency: str) -> str:
    """A message of the catalogue with its values in the reader's format."""
    return translate(message).format(**{name: shown(name, value, currency) for name, value in params.items()})


def label(column: str) -> str:
    """The heading of a column: its own words, or its name in words, translated."""
    return translate(vocabulary.HEADINGS.get(column, column.removesuffix("_class").replace("_", " ").capitalize()))

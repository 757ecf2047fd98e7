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

LOCALE = Path(__file__).parent / "locale"
NOTHING, MINUS = "–", "−"
SHARES = ("_share", "_rate", "_ratio")
UNITS = ("_days", "_months")
PLAIN = ("_number", "_index", "score")
WORDS = ("_class", "_answer")  # closed lists of ours: translated
WORD_COLUMNS = {
    "decided_by", "subject", "factor", "cohort", "verdict", "status", "reason", "bias", "action", "defect", "direction", "driver", "rule", "most",
    "dependence", "class_before", "class_now",
}  # fmt: skip


HEADINGS = {
    "at_start": "S: active at start", "at_end": "E: active at end", "acquired": "N: acquired", "kept": "Kept", "customer_retention_rate": "CRR = (E − N) / S",
    "true_retention_rate": "Same customers: kept / S", "since_class": "Since", "decile_class": "Tenth", "tenure_class": "Years", "purchase_class": "Purchases reached",
    "next_share": "Went on to one more", "of_unknown_start": "Of these, start unknown (at least so long)", "kept_before": "Kept ones’ money before",
    "lost_before": "Lost ones’ money before", "before_number": "Before", "now_number": "Now", "returned_so_far": "Returned so far",
    "is_mature": "Comparable", "rung_class": "Rung", "rung_before_class": "Rung a year ago", "step_up": "Median step up", "median_revenue": "Median revenue",
    "abc_class": "Class", "xyz_class": "Regularity", "agreement_index": "Agreement", "strength_index": "Strength", "by_definition_class": "By definition",
    "loyalty_class": "Type", "customers_by_definition": "Customers by definition", "jaccard_index": "Mean Jaccard", "level_class": "Level",
    "reason_class": "Reason", "limit_class": "What is limited", "count_number": "Count", "value_number": "Value", "rest_needed": "Sales to others needed",
    "rest_growth_rate": "Growth of others needed", "result_without": "Result without it", "peer_revenue": "Median of peers", "is_first_returned": "Part of it came back", "since_on": "Buys since", "margin_variation_number": "Variation of quarterly margin", "in_favour_share": "In favour", "effect_class": "Moves", "attribute_class": "Kind", "corrected_chance_share": "Chance, corrected", "good_share": "A and B among them", "other_share": "A and B among others", "f1_index": "F1 (both in one)", "precision_share": "Of these, gone", "recall_share": "Of the gone, listed", "listed_and_gone": "Listed and gone", "returned_share": "Returned within horizon", "low_share": "Interval from", "high_share": "to",
    "second_to_first_ratio": "Second to first", "chance_share": "Chance of such a silence", "usual_gap_days": "Usual gap, days", "silence_days": "Silent, days",
    "last_on": "Last purchase", "yearly_revenue": "Last year’s money", "return_share": "Chance of return", "expected_revenue": "To be expected",
    "silence_months": "Months silent", "data_answer": "The data say", "owner_answer": "The owner said", "agreement_class": "Agreement",
    "decided_by": "What would decide it", "money": "Money at stake", "unreadable": "Money unreadable", "n": "n", "sha256": "SHA-256", "day_on": "Day",
    "moved": "Moved between months", "untraced": "Returns without their sale", "smallest": "Smallest customer", "revenue_share": "Share of sales",
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


def translate(message: str) -> str:
    """The message in the reader's language."""
    return _catalogue(current()).gettext(message) if message else ""


def retold(said: str) -> str:
    """A sentence that was stored in English, its values filled in, in the reader's language.

    Tables hold what was found in one language; the message it was made of is known by its shape.
    """
    if current() == "en" or (translated := translate(said)) != said:
        return said if current() == "en" else translated
    for shape, message in _shapes(current()):
        if found := shape.fullmatch(said):
            return translate(message).format(**{name: retold(value) for name, value in found.groupdict().items()})
    return said


@cache
def _shapes(language: str) -> list[tuple[re.Pattern, str]]:
    """Messages with places to fill, as patterns; those with the most words of their own first."""
    messages = [m for m in getattr(_catalogue(language), "_catalog", {}) if isinstance(m, str) and re.search(r"\{\w+", m)]
    ordered = sorted(messages, key=lambda m: (-len(re.sub(r"\{[^}]*\}", "", m)), m))
    return [(_shape(message), message) for message in ordered]


def _shape(message: str) -> re.Pattern:
    parts, seen = [], set()
    for literal, place, _format, _conversion in string.Formatter().parse(message):
        parts.append(re.escape(literal))
        if place:
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
    """The heading of a column: its own words, or its name in words, translated."""
    return translate(HEADINGS.get(column, column.removesuffix("_class").replace("_", " ").capitalize()))

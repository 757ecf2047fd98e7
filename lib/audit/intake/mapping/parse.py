"""What does a column of text say? Dates, money and numbers, as polars expressions; null means: cannot be read.

Traps: pandas and friends read 01.02.2025 as 2 January and `1 234,50` as missing; here a format is
declared, and what does not fit it is never guessed (faults 6, 7).
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

import polars as pl

from audit.core import formula

CODES = "RUB|RUR|USD|EUR|GBP|KZT|BYN|UAH|UZS|KGS|AMD|GEL|AZN|CNY|INR|TRY|PLN|CHF|JPY|AED"
CURRENCY = rf"₽|руб(?:лей|\.)?|р\.|тг\.?|тенге|грн\.?|[$€£₸₴₹¥]|Rs\.?|\b(?:{CODES})\b"
NOISE = rf"(?i)[\s\x{{00A0}}\x{{202F}}\x{{2009}}'’]|{CURRENCY}"
SIDE = r"(?i)\s*(dr|cr|дт|кт)\.?\s*$"  # debit or credit, behind an amount: a credit is less than nothing
SPACES = [" ", "\u00a0", "\u202f", "\u2009", "'", "’"]
SIGNS = {"$": "USD", "£": "GBP", "€": "EUR", "₽": "RUB", "руб": "RUB", "₸": "KZT", "₴": "UAH", "₹": "INR"}
EXACT = pl.Decimal(38, 8)
MONEY = pl.Decimal(18, 4)
YEARS = (1900, 2100)
ISO = "%Y-%m-%d"
SERIAL = "excel"  # a day as Excel counts it: 44940 is 14 January 2023
SERIAL_1970 = 25_569
OFFSET = r"(?i)\s*((utc|gmt)?\s*[+-]\d{1,2}(:?\d{2})?|z|utc|gmt|msk|мск)$"
HOUR = re.compile(r"[\sT,]*%[HI]")  # where the hour begins in a format
HOURS = (" %H:%M", " %H:%M:%S", "T%H:%M:%S", "T%H:%M", " %H:%M:%S%.f", "T%H:%M:%S%.f")
MONTHS = (
    "янв|jan",
    "фев|feb",
    "мар|mar|mär",
    "апр|apr",
    "ма[йя]|may|mai",
    "июн|jun",
    "июл|jul",
    "авг|aug",
    "сен|sep",
    "окт|oct|okt",
    "ноя|nov",
    "дек|dec|dez",
)


@cache
def currencies() -> frozenset[str]:
    """The codes of all currencies, by ISO 4217."""
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


def number(column: pl.Expr, decimal: str) -> pl.Expr:
    """Exact decimals from text with spaces, currency signs, brackets or a trailing minus for negatives.

    A lone `1.234` under a declared decimal comma is ambiguous and stays unread; `1,234` under a decimal point is 1234.
    """
    return column.map_batches(lambda texts: _numbers(texts, decimal), return_dtype=EXACT)


def _numbers(texts: pl.Series, decimal: str) -> pl.Series:
    found = texts.to_frame("x").select(plain_number(pl.col("x"), decimal)).to_series()
    return second_look(found, texts, decimal)


def plain_number(column: pl.Expr, decimal: str) -> pl.Expr:
    """Numbers with nothing but spaces between their digits, in one pass; null for all others, such as `1e5` or the other decimal sign."""
    changes = dict.fromkeys(SPACES, "") | dict.fromkeys(["e", "E", "." if decimal == "," else ","], "#") | {decimal: "."}
    return column.str.replace_many(list(changes), list(changes.values())).cast(EXACT, strict=False)


def second_look(found: pl.Series, texts: pl.Series, decimal: str) -> pl.Series:
    """The numbers that were found, and those that show when currency signs, brackets and marks of thousands are taken off the rest."""
    rest = found.is_null() & (texts != "") if found.null_count() else None
    if rest is None or not rest.any():
        return found
    closer = texts.filter(rest).to_frame("x").select(_cleaned(pl.col("x"), decimal)).to_series()
    return found.scatter(rest.arg_true(), closer.cast(found.dtype, strict=False))


def _cleaned(column: pl.Expr, decimal: str) -> pl.Expr:
    is_credit = column.str.contains(r"(?i)(cr|кт)\.?\s*$")
    text = column.str.replace(SIDE, "").str.replace_all(NOISE, "").str.replace_all("[−–]", "-")
    text = text.str.replace(r"^\((.+)\)$", "-$1").str.replace(r"^([^-].*)-$", "-$1")
    other, fewest = (".", 2) if decimal == "," else (",", 1)
    groups = rf"^-?\d{{1,3}}(\{other}\d{{3}})"
    lakhs = rf"^-?\d{{1,2}}(\{other}\d\d)+\{other}\d{{3}}(\{decimal}\d+)?$"  # 1,23,456.00, as India groups
    grouped = text.str.contains(rf"{groups}{{{fewest},}}$|{groups}+\{decimal}\d+$|{lakhs}")
    value = plain_number(pl.when(grouped).then(text.str.replace_all(other, "", literal=True)).otherwise(text), decimal)
    return pl.when(is_credit).then(-value).otherwise(value)


def code(column: pl.Expr, *, of: pl.Expr) -> pl.Expr:
    """Codes as they are, without the `.0` that a program gave each whole number of a column with gaps; `of` says which rows are data.

    A column with any other text keeps all of its own: 1.0 beside 1.1 is a code.
    """
    filled = pl.when(of & (column != "")).then(column)
    return pl.when(filled.str.contains(r"^[0-9]+(\.0)?$").all()).then(column.str.strip_suffix(".0")).otherwise(column)


def date(column: pl.Expr, format: str | None) -> pl.Expr:
    """Dates by the declared format (default ISO); impossible days are null.

    An instant with an offset keeps the day of its own offset: a sale at midnight in Moscow is none of the day before. `%B` reads the names of
    months in Russian and English, whole or short; `excel` reads the numbers by which a spreadsheet counts days.
    """
    format = format or ISO
    text = column.str.strip_chars()
    if format == SERIAL:
        days = text.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False).floor().cast(pl.Int64, strict=False)
        parsed = pl.when(days.is_between(1, 80_000)).then(days - SERIAL_1970).cast(pl.Int32).cast(pl.Date)
        return pl.when(parsed.dt.year().is_between(*YEARS)).then(parsed)
    if zone := re.search(r"\s*%:?z", format, re.IGNORECASE):
        text, format = text.str.replace(OFFSET, ""), format.replace(zone[0], "")
    if "%B" in format:
        text, format = _numbered(text), format.replace("%B", "%m")
    if "%d" not in format and "%j" not in format:  # a month is its first day
        text, format = text.str.strip_chars() + " 01", f"{format} %d"
    is_moment = "%H" in format or "%I" in format
    parsed = text.str.to_datetime(format, strict=False, time_unit="us").dt.date() if is_moment else text.str.to_date(format, strict=False)
    return pl.when(parsed.dt.year().is_between(*YEARS)).then(parsed)


def without_hour(column: pl.Expr, format: str | None) -> pl.Expr:
    """Days without the hour that a spreadsheet's cell has behind them, where the format names none."""
    format = format or ISO
    return (
        column if HOUR.search(format) or format == SERIAL or "%z" in format.lower() else column.str.replace(r"[ T]\d{1,2}:\d{2}:\d{2}$", "")
    )


def moment(column: pl.Expr, format: str | None) -> pl.Expr:
    """Days with their hour, as the clock on the wall showed it where it was written; a day without an hour is no moment, and null.

    The format is that of the source's days: hours follow as people write them (`16:30`, `16:30:05`, after a space or a T) where it names none.
    """
    format = format or ISO
    text = column.str.strip_chars().str.replace(OFFSET, "")
    if format == SERIAL:
        days = text.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
        seconds = ((days - SERIAL_1970) * 86_400).round().cast(pl.Int64, strict=False) * 1_000_000
        parsed = pl.when(days.is_between(1, 80_000) & (days % 1 != 0)).then(seconds).cast(pl.Datetime("us"))
        return pl.when(parsed.dt.year().is_between(*YEARS)).then(parsed)
    if zone := re.search(r"\s*%:?z", format, re.IGNORECASE):
        format = format.replace(zone[0], "")
    if "%B" in format:
        text, format = _numbered(text), format.replace("%B", "%m")
    hour = HOUR.search(format)
    day = format[: hour.start()] if hour else format
    tried = [*([format] if hour else []), *(f"{day}{hours}" for hours in HOURS)]
    parsed = pl.coalesce(text.str.to_datetime(one, strict=False, time_unit="us") for one in tried)
    return pl.when(parsed.dt.year().is_between(*YEARS)).then(parsed)


def typed_day(text: str, forms: tuple[str, ...]) -> dt.datetime | None:
    """A day that somebody typed into a workbook, by the first of the forms that fits; None where none does.

    >>> typed_day("31.01.2026", ("%Y-%m-%d", "%d.%m.%Y")), typed_day("soon", ("%Y-%m-%d",))
    (datetime.datetime(2026, 1, 31, 0, 0), None)
    """
    for form in forms:
        try:
            return dt.datetime.strptime(text.split(".000")[0], form)
        except ValueError:
            continue
    return None


def _numbered(text: pl.Expr) -> pl.Expr:
    """Days with the names of months as their numbers, without the weekday before and the «г.» behind."""
    text = text.str.to_lowercase().str.replace(r"\s*(г\.?|года?)(\s|$)", "$2").str.replace(r"^\p{L}+,\s*", "")
    for number, names in enumerate(MONTHS, 1):
        text = text.str.replace(rf"\b(?:{names})\p{{L}}*\.?", f"{number:02d}")
    return text


def period(text: str) -> str:
    """A year, quarter or month as tables have it, empty where it is none of them.

    >>> [period(x) for x in ("2026", "Q1 2026", "1 кв. 2026", "2026-q3", "IV квартал 2026", "март 2026", "03.2026", "2026/3", "2026/март", "весна")]
    ['2026', '2026-Q1', '2026-Q1', '2026-Q3', '2026-Q4', '2026-03', '2026-03', '2026-03', '2026-03', '']
    """
    said = " ".join(text.casefold().replace("ё", "е").split()).removesuffix(" г.").removesuffix(" года")
    year = re.search(r"\b(19|20)\d\d\b", said)
    if not year:
        return ""
    rest = (said[: year.start()] + " " + said[year.end() :]).strip(" ./-")
    if not rest:
        return year[0]
    if quarter := re.fullmatch(r"(?:q\s*([1-4])|([1-4]|iv|i{1,3})[\s-]*(?:й\s*)?(?:кв\.?|квартал|quarter|q))", rest):
        number = quarter[1] or quarter[2]
        return f"{year[0]}-Q{number if number.isdigit() else ('i', 'ii', 'iii', 'iv').index(number) + 1}"
    number = next((i for i, names in enumerate(MONTHS, 1) if re.fullmatch(rf"(?:{names})\w*\.?", rest)), 0)
    if rest.isdigit() and len(rest) <= 2 and 1 <= int(rest) <= 12:
        number = int(rest)
    return f"{year[0]}-{number:02d}" if number else ""


def compute(expression: str, columns: list[str], decimal: str) -> pl.Expr:
    """A same-row formula of columns, numbers, + - * / and brackets, exact but for division.

    A column whose name is not one word stands in quotes: `"Цена за упаковку" * Количество`.

    Raises
    ------
    ValueError
        when the formula holds anything else or names a column the source does not have.
    """

    return formula.computed(
        expression,
        columns,
        leaf=lambda name: number(pl.col(name), decimal),
        constant=lambda value: pl.lit(str(value)).cast(EXACT),
        divided=_ratio,
    )


def _ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    ratio = part.cast(pl.Float64) / whole.cast(pl.Float64)
    return pl.when(ratio.is_finite()).then(ratio).cast(EXACT, strict=False)

"""How do the cells of a sheet write days and numbers, and which columns mean as above or are months? Found in the content, for `files`."""

from __future__ import annotations

import re

import polars as pl

from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.intake.mapping import parse
from audit.intake.readers import layout
from audit.intake.readers.layout import plain
from audit.intake.readers.read import MARKS, ORIGIN
from audit.intake.words import vocabulary

BLOCK_LEAST = 10  # rows from which it can be seen that nothing means as above
SAMPLE = 20_000  # rows on which formats are tried
ALIKE = 0.9  # of the values must fit a format; days and months exchanged fit in two fifths
DATED = 200_000  # rows on which the order of day and month is settled
TIMES = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p")
DATE_FORMATS = (
    parse.ISO, "%d.%m.%Y", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S%.f", "%d/%m/%Y", "%m/%d/%Y",
    *(f"{day}{time}" for time in TIMES[1:] for day in ("%d/%m/%Y", "%m/%d/%Y")), "%d-%m-%Y", "%Y%m%d",
    "%Y/%m/%d", "%d.%m.%y", "%m/%d/%y", "%d/%m/%y", "%d-%m-%y", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M",
    "%d.%m.%y %H:%M", "%d.%m.%Y, %H:%M", "%d.%m.%Y, %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S%.f %z",
    "%d.%m.%Y %H:%M:%S %z",
    *(f"{day}{time}" for day in ("%d %B %Y", "%d-%B-%Y", "%d.%B.%Y", "%d/%B/%Y", "%B %d, %Y", "%B %d %Y", "%d-%B-%y", "%d %B %y", "%Y-%B-%d")
      for time in TIMES),
)  # fmt: skip
MONTH_FORMATS = ("%B %Y", "%B %y", "%m.%Y", "%Y-%m", "%m/%Y", "%Y/%m", "%B-%Y", "%B-%y", "%B.%Y", "%Y %B")
MONTHS_LEAST = 3  # columns called after months that make a sheet a pivot
DATED_LIKE = r"(?i)^\s*(\p{L}+,\s*)?(\d{1,4}[./-]?\d{1,2}[./-]?\d{1,4}|\d{1,4}[\s./-]+\p{L}{3,9}\.?[\s./-]+\d{1,4}|\p{L}{3,9}\.?\s+\d{1,2},?\s+\d{4})"
SERIALS = (30_000, 60_000)  # days of 1982 to 2064 as Excel counts them
DAYS = ("date", "issued_on", "due_on", "paid_on")


def months(table: pl.DataFrame) -> tuple[str, list[str]] | None:
    """The columns of a sheet that are called after months, and the format of their names; None where there are not several."""
    names = pl.DataFrame({"x": [c for c in table.columns if c not in [*ORIGIN, *MARKS]]}, schema={"x": pl.String})
    if "period" in names["x"] or "amount" in names["x"]:
        return None
    is_month = lambda f: names.select(parse.date(pl.col("x"), f).is_not_null()).to_series()
    read_as = {f: names.filter(is_month(f))["x"].to_list() for f in MONTH_FORMATS}
    format = max(read_as, key=lambda f: len(read_as[f]))
    return (format, read_as[format]) if len(read_as[format]) >= MONTHS_LEAST else None


def blank_means_above(table: pl.DataFrame) -> list[str]:
    """Columns that only the first row of a document or group fills: who, when and which document, all in the same rows; or a column of
    headings, whose rows hold nothing else."""
    data = table.filter(pl.col("_mark") == "").head(SAMPLE)
    names = [c for c in data.columns if c not in [*ORIGIN, *MARKS] and (data[c].str.strip_chars() != "").any()]
    if len(data) < BLOCK_LEAST or len(names) < 3:
        return []
    filled = {c: data[c].str.strip_chars() != "" for c in names}
    for c in names[:2]:
        rest = pl.DataFrame([filled[other].alias(other) for other in names if other != c]).select(pl.any_horizontal(pl.all())).to_series()
        if filled[c][0] and bool((filled[c] != rest).all()) and 2 <= filled[c].sum() <= len(data) / 2:
            return [c]
    above = [c for c in names if plain(c) in _said_once() and filled[c][0] and 1 <= filled[c].sum() <= ALIKE * len(data)]
    for c in above:
        same = [other for other in above if (filled[other] == filled[c]).all()]
        whole = [other for other in names if other not in above and filled[other].all()]
        if len(same) >= 2 and whole and not _repeats_above(data, filled[c], whole):
            return same
    return []


def _repeats_above(data: pl.DataFrame, is_first: pl.Series, whole: list[str]) -> bool:
    """Whether rows that leave out who and when say the number of the row above once more: a second level of the same sums, not further lines."""
    numbers = [c for c in whole if data[c].str.contains(layout.NUMBER).all()]
    return any((data[c] == data[c].shift(1)).filter(~is_first).mean() >= ALIKE and data[c].n_unique() > len(data) / 10 for c in numbers)


def _said_once() -> set[str]:
    """Names of columns that a document says once: who, when, which document, by whom."""
    lines = vocabulary()["lines"]
    return {
        name for target in ("customer_id", "date", "order_id", "manager_id", "department", "channel", "currency") for name in lines[target]
    }


def decimal(table: pl.DataFrame, questions: dict[str, str]) -> str:
    """The decimal sign that more values show; a point where none shows any, asked where three digits behind a sign could be either."""
    counts, other = {",": 0, ".": 0}, {",": ".", ".": ","}
    sample = table.filter(pl.col("_mark") == "").head(SAMPLE)
    for name in (c for c in sample.columns if c not in [*ORIGIN, *MARKS]):
        for sign in counts:
            counts[sign] += (
                sample[name]
                .str.contains(
                    rf"(?i)^\s*(?:{parse.CURRENCY})?\s*[-−–(]{{0,2}}\s*(?:{parse.CURRENCY})?\s*\d[\d\s\x{{00A0}}\x{{202F}}'’{other[sign]}]*"
                    rf"\{sign}\d{{1,2}}\)?\s*(?:{parse.CURRENCY})?\s*(?:dr|cr|дт|кт)?\.?\)?-?\s*$|^-?\d+\{sign}\d{{4,}}$"
                )
                .sum()
            )
    if not any(counts.values()):
        for name, sign in ((name, sign) for name in sample.columns if name not in [*ORIGIN, *MARKS] for sign in ",."):
            either = sample[name].filter(sample[name].str.contains(rf"^\s*-?\d{{1,3}}\{sign}\d{{3}}\s*$"))
            if len(either):
                question = N_(
                    "is {value} in {column} a little more than {whole}, or in the thousands? It is read with the decimal sign {sign}"
                )
                questions["decimal"] = _(question).format(
                    value=either[0].strip(), column=name, whole=re.split(r"[.,]", either[0].strip())[0], sign=sign
                )
                return sign
    return "," if counts[","] > counts["."] else "."


def date_format(table: pl.DataFrame, questions: dict[str, str]) -> str | None:
    """The format that all values of some column fit; day before month where the points say so, asked where nothing does."""
    sample = table.filter(pl.col("_mark") == "").head(DATED)
    fits: dict[str, int] = {}
    named = {name for table in vocabulary().values() for column in DAYS if isinstance(table.get(column), list) for name in table[column]}
    open_ = None
    for name in (c for c in sample.columns if c not in [*ORIGIN, *MARKS]):
        values = sample[name].filter(~sample[name].str.strip_chars().is_in(["", "-", "0"])).unique()
        if values.is_empty() or values.str.contains(DATED_LIKE).mean() < ALIKE:
            continue
        if values.str.contains(r"^\d{5}([.,]\d+)?$").all():  # by its name alone a number is a day
            is_day = plain(name) in named and values.str.head(5).cast(pl.Int64).is_between(*SERIALS).all()
            fits |= {parse.SERIAL: 1} if is_day else {}
            continue
        if values.str.contains(r"^\d+$").all() and not values.str.contains(r"^(19|20)\d{6}$").all():
            continue
        shares = {f: _share(values, f) for f in DATE_FORMATS}
        best = max(shares.values())
        formats = [f for f, share in shares.items() if share >= max(ALIKE, best)]
        if formats == ["%Y%m%d"] and not values.str.contains(r"^(19|20)\d{6}$").all():
            continue
        if formats:
            known_as = vocabulary()["lines"]["date"]
            weight = 100 - known_as.index(plain(name)) if plain(name) in known_as else 1
            fits[formats[0]] = max(fits.get(formats[0], 0), weight)
            swapped = [f for f in formats if f.startswith(("%d/%m", "%m/%d"))]
            formats = [f for f in formats if "%B" not in f or values.str.contains(r"\p{L}{3}").any()]
            open_ = open_ or (name if len(swapped) > 1 and len(swapped) == len(formats) else None)
    if open_:
        questions["date_format"] = _(
            N_("is 01/02 in {column} the first of February or the second of January? Both fit every value")
        ).format(column=open_)
    return max(fits, key=lambda f: (fits[f], -[*DATE_FORMATS, parse.SERIAL].index(f)), default=None)


def _share(values: pl.Series, format: str) -> float:
    return values.to_frame("x").select(parse.date(pl.col("x"), format).is_not_null().mean())["x"][0] or 0.0

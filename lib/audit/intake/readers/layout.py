"""Where does the table begin, what are its columns called, and which rows are not data? (faults 12, 13, 14)

A header may have two rows, lie under lines of parameters and hold merged cells; a row of totals is a checksum; a report grouped in
one column by indent is made flat by carrying its headings down.
"""

from __future__ import annotations

import re

import polars as pl

from audit.i18n import mark as N_
from audit.intake.readers.detect import BadExport

OURS = ("_file", "_sheet", "_row", "_mark")  # columns that readers add; the file's own of such a name are called so
COLUMNS_MOST = 1000  # of a table that can be honest
NOTES_MOST = 20  # rows at the foot of a table among which notes are looked for
SEARCHED = 40  # rows in which a header is looked for
SURELY_TOTAL = (
    r"(?i)^\s*(итого\b|общий итог|всего\s*(:|$|по\b|за\b)|grand total|sub-?total|total\s*(:|$|for\b))"  # no customer is called so
)
PERHAPS_TOTAL = r"(?i)^\s*total\b"  # a customer may be, and then has a day beside it
DAY = r"^\s*(\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2})"
TOTALS = ["итог", "Итог", "ИТОГ", "всего", "Всего", "ВСЕГО", "total", "Total", "TOTAL"]
SIGN = r"(?:₽|руб\.?|р\.|[$€£₸₴₹¥]|[A-Z]{3}\b|тг\.?|Rs\.?)?"
NUMBER = rf"^\s*{SIGN}\s*[-−–(]?\s*{SIGN}[\d\s\x{{00A0}}\x{{202F}}.,'’]*\d[\d\s\x{{00A0}}\x{{202F}}.,'’)]*\s*(?:%|{SIGN})\s*(?i:dr|cr|дт|кт)?\.?\s*-?\)?$"
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff\u00ad"
HOMOGLYPHS = str.maketrans("ABCEHKMOPTXaceopxyë", "АВСЕНКМОРТХасеорхуё")


def clean(name) -> str:
    """A header's cell without odd spaces and invisible characters."""
    return " ".join(str(name).translate({ord(c): None for c in INVISIBLE}).split())


def plain(name: str) -> str:
    """A name for comparison: no case, ё as е, camelCase and punctuation as spaces, Latin look-alikes in Russian words as Cyrillic.

    >>> plain("Cумма, руб."), plain("InvoiceNo"), plain("Кол-во")
    ('сумма руб', 'invoice no', 'кол во')
    """
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", clean(name))
    if re.search(r"[а-яё]", text, re.IGNORECASE):
        text = " ".join(word.translate(HOMOGLYPHS) if re.search(r"[А-Яа-яЁё]", word) else word for word in text.split())
    return " ".join(re.sub(r"[^\w]+|_", " ", text.casefold().replace("ё", "е").replace("№", "no ")).split())


def header(rows: list[list[str]], known: set[str]) -> tuple[int, int]:
    """Row of the header's last line as a spreadsheet counts, and how many rows it has.

    The header is the row with the most known names, else the first row of texts that fills most columns; where the row after it
    holds no number and names what the first left empty or merged, it has two. (0, 0): there is none.

    >>> header([["Отчёт за 2024"], ["Период:", "2024"], ["Контрагент", "Сумма", ""], ["", "план", "факт"], ["А", "1", "2"]], {"контрагент", "сумма"})
    (4, 2)
    """
    filled = [[cell for cell in row if cell.strip()] for row in rows[:SEARCHED]]
    width = max((len(cells) for cells in filled), default=1)

    def fit(at: int) -> tuple[float, float]:
        cells = filled[at]
        if not cells or len(cells) < min(2, width) or sum(map(_is_number, cells)) > len(cells) / 4:
            return (0.0, 0.0)
        return (sum(plain(cell) in known for cell in cells) - sum(map(_is_number, cells)), len(cells) / width - at / 1000)

    best = max(range(len(filled)), key=fit, default=0)
    if fit(best) == (0.0, 0.0):
        return 0, 0
    return (best + 2, 2) if _continues(rows, best) else (best + 1, 1)


def _continues(rows: list[list[str]], at: int) -> bool:
    """Whether the next row is a second line of the header: no numbers, and it names columns that this one left empty."""
    if at + 2 >= len(rows):
        return False
    upper, lower, below = rows[at], rows[at + 1], rows[at + 2]
    named = [cell for cell in lower if cell.strip()]
    new = [i for i, cell in enumerate(lower) if cell.strip() and not (upper[i].strip() if i < len(upper) else "")]
    return (
        any(i < len(below) and below[i].strip() for i in new)
        and not any(map(_is_number, named))
        and len(named) < len([c for c in below if c.strip()])
        and any(map(_is_number, below))
    )


def _is_number(cell: str) -> bool:
    return bool(re.match(NUMBER.replace(r"\x{00A0}", "\xa0").replace(r"\x{202F}", "\u202f"), cell)) or bool(
        re.match(r"^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}", cell.strip())
    )


def names(head: list[list[str]], where: str) -> list[str]:
    """The columns' names from the header's rows: merged cells reach right, two lines are joined, columns without a name are numbered.

    Raises
    ------
    BadExport
        when a name stands twice.
    """
    if (width := max(map(len, head))) > COLUMNS_MOST:
        message = N_(
            "{where} has {width} columns: refused above {most}. What to do: export what the audit needs: customer, day, amount, product."
        )
        raise BadExport(message, where=where, width=width, most=COLUMNS_MOST)
    rows = [[clean(cell) for cell in row] for row in head]
    for row, below in zip(rows[:-1], rows[1:], strict=True):
        for i in range(1, len(row)):
            if not row[i] and below[i]:
                row[i] = row[i - 1]
    joined = [" ".join(dict.fromkeys(part for part in column if part)) for column in zip(*rows, strict=True)]
    found = [free(name) or f"column {i + 1}" for i, name in enumerate(joined)]
    twice = sorted({name for name in found if found.count(name) > 1})
    if twice:
        message = N_(
            "{where}: the header names a column twice: {names}. What to do: give all columns names of your own in "
            "audit.toml, e.g. header = 1 "
            "and names = [...], or name the row of the real header, e.g. header = 3."
        )
        raise BadExport(message, where=where, names=", ".join(twice))
    return found


def free(name: str) -> str:
    """A column's name as we may call it: not like one of ours, nor like a pattern of names, as polars reads `*` and what is in `^` and `$`."""
    return f"{name} (file)" if name in OURS or name == "*" or (name.startswith("^") and name.endswith("$")) else name


def marked(body: pl.DataFrame, first_row: int, levels: dict[int, int], groups: list[str]) -> pl.DataFrame:
    """The rows with their number, a `_mark` (empty for data, `total`, `group`, `note`) and, for a grouped report, a column for each level.

    Only rows that may be blank or a total are looked at closely, so that a million rows cost little.
    """
    columns = list(body.columns)
    body = body.with_columns(pl.int_range(first_row, first_row + pl.len(), dtype=pl.Int64).alias("_row"))
    empty = body.filter(pl.col(columns[0]).str.strip_chars().str.len_bytes() == 0) if columns else body
    blank = empty.filter(pl.all_horizontal(pl.col(c).str.strip_chars() == "" for c in columns))["_row"]
    named = body.filter(pl.any_horizontal(pl.col(c).str.contains_any(TOTALS) for c in columns[:3])) if columns else body
    totals = pl.concat([part.filter(_is_total(columns))["_row"] for part in (named, empty)]).unique()
    if len(named):
        totals = _adding_up(body, columns, named, totals)
    if len(blank):
        body = body.filter(~pl.col("_row").is_in(blank.implode()))
    mark = pl.when(pl.col("_row").is_in(totals.implode())).then(pl.lit("total")).otherwise(pl.lit("")) if len(totals) else pl.lit("")
    body = _with_notes(body.with_columns(mark.alias("_mark")), columns)
    return _flat(body, columns[0], levels, groups) if groups else body


def _with_notes(body: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """Rows of one text each that stand under all others, or only totals stand below them: who printed it and when, not data."""
    if len(columns) < 3:
        return body
    notes = []
    for row in body.tail(NOTES_MOST).reverse().select(*columns, "_row", "_mark").iter_rows(named=True):
        said = [row[c] for c in columns if row[c].strip()]
        if len(said) == 1 and not _is_number(said[0]):
            notes.append(row["_row"])
        elif row["_mark"] != "total":
            break
    is_note = pl.col("_row").is_in(notes) & (pl.col("_mark") == "")
    return body.with_columns(pl.when(is_note).then(pl.lit("note")).otherwise("_mark").alias("_mark")) if notes else body


def filled_down(body: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """What stands above carried down to the rows that leave it out; rows that say nothing else are headings of those below them."""
    others = [c for c in body.columns if c not in (*columns, "_row", "_mark")]
    is_data = pl.col("_mark") == ""
    nothing = pl.all_horizontal(pl.col(c).str.strip_chars() == "" for c in others)
    said = lambda c: pl.when(is_data & (pl.col(c).str.strip_chars() != "")).then(pl.col(c))
    return body.with_columns(
        *(pl.when(is_data).then(said(c).forward_fill().fill_null("")).otherwise(pl.col(c)).alias(c) for c in columns),
        pl.when(is_data & nothing).then(pl.lit("group")).otherwise("_mark").alias("_mark"),
    )


def _is_total(columns: list[str]) -> pl.Expr:
    """Rows that say Итого, and otherwise hold numbers and days; one that says Total also no day, since a customer may be called so."""
    cell = lambda c: pl.col(c).str.strip_chars()
    surely = pl.any_horizontal(cell(c).str.contains(SURELY_TOTAL) for c in columns[:3])
    perhaps = pl.any_horizontal(cell(c).str.contains(PERHAPS_TOTAL) for c in columns[:3])
    is_number = lambda c: cell(c).str.contains(NUMBER) & ~cell(c).str.contains(DAY)
    plain = lambda c: (cell(c) == "") | cell(c).str.contains(SURELY_TOTAL) | is_number(c)
    numbers = pl.all_horizontal(plain(c) | cell(c).str.contains(PERHAPS_TOTAL) for c in columns)
    or_days = pl.all_horizontal(plain(c) | cell(c).str.contains(DAY) for c in columns)
    return (surely & or_days) | (perhaps & numbers)


def _adding_up(body: pl.DataFrame, columns: list[str], named: pl.DataFrame, totals: pl.Series) -> pl.Series:
    """Which rows that speak of a total are one: whatever else they hold, where a number is the sum of rows above; never where they have a day and
    no number is, for a customer may be called so."""
    has_day = pl.any_horizontal(pl.col(c).str.contains(DAY) for c in columns)
    settled = named.filter(pl.col("_row").is_in(totals.implode()) & ~has_day)["_row"]
    open_ = named.filter(~pl.col("_row").is_in(settled.implode()))["_row"]
    if open_.is_empty():
        return totals
    number = lambda c: (
        pl.when(c.str.contains(r",\d{1,2}\s*$")).then(c.str.replace_all(r"[.\s\x{00A0}\x{202F}]", "").str.replace(",", "."))
        .otherwise(c.str.replace_all(r"[,\s\x{00A0}\x{202F}]", "")).cast(pl.Float64, strict=False)
    )  # fmt: skip
    numbers = body.select("_row", *(number(pl.col(c)).alias(c) for c in columns))
    is_data = ~numbers["_row"].is_in(pl.concat([named["_row"], totals]).implode())
    place = {row: i for i, row in enumerate(numbers["_row"])}
    counted = [0, *is_data.cast(pl.Int64).cum_sum()]
    found: dict[int, list[int]] = {row: [] for row in open_}  # row -> of each number in it, how many rows above it adds up; 0: none
    for column in (c for c in columns if numbers[c].is_not_null().any()):
        summed = (numbers[column].fill_null(0) * is_data).cum_sum()
        cents = [0, *(summed * 100).round(0).cast(pl.Int64, strict=False).fill_null(0)]
        first: dict[int, int] = {}
        for i, value in enumerate(cents):
            first.setdefault(value, i)
        for row in open_:
            value = numbers[column][place[row]]
            if value:
                aim = cents[place[row]] - round(value * 100)
                begins = next((first[near] for near in (aim, aim - 1, aim + 1) if first.get(near, place[row]) < place[row]), None)
                found[row].append(counted[place[row]] - counted[begins] if begins is not None else 0)
    adding = [row for row, rows in found.items() if max(rows, default=0) > 1 or (rows and set(rows) == {1})]
    return pl.concat([totals.filter(~totals.is_in(open_.implode())), pl.Series(adding, dtype=pl.Int64)]).unique()


def _flat(body: pl.DataFrame, column: str, levels: dict[int, int], groups: list[str]) -> pl.DataFrame:
    """Headings carried down to the rows below them; a row above the innermost level is a group's heading, not data."""
    depth = (
        pl.col("_row").replace_strict(levels, default=0, return_dtype=pl.Int64)
        if levels
        else (pl.col(column).str.len_chars() - pl.col(column).str.strip_chars_start().str.len_chars()).cast(pl.Int64)
    )
    body = body.with_columns(depth.alias("_depth"), pl.col(column).str.strip_chars().alias("_text"))
    steps = body.filter(pl.col("_mark") == "")["_depth"].unique().sort().to_list()
    rank = pl.col("_depth").replace_strict({step: i for i, step in enumerate(steps)}, default=0, return_dtype=pl.Int64)
    body = body.with_columns(pl.when(pl.col("_mark") == "").then(rank).alias("_depth"))
    innermost = len(groups) - 1
    for i, group in enumerate(groups):
        heading = pl.when(pl.col("_depth") == i).then("_text").when(pl.col("_depth") < i).then(pl.lit(""))
        body = body.with_columns(heading.forward_fill().fill_null("").alias(group))
    is_parent = pl.col("_depth").shift(-1) > pl.col("_depth")  # a row without rows below it is data, however high it stands
    is_heading = (pl.col("_depth") < innermost) & (pl.col("_mark") == "") & is_parent.fill_null(False)
    return body.with_columns(pl.when(is_heading).then(pl.lit("group")).otherwise("_mark").alias("_mark")).drop("_depth", "_text")

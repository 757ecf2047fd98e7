"""What do the files say before anybody has described them? Each sheet of each file, with the description by which it can be read.

Encoding, delimiter, header, decimal sign and order of day and month are found in the content and written down, never left to be guessed
again; what the content leaves open becomes a question.
"""

from __future__ import annotations

import csv
import io
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from audit.core.settings import Source
from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.intake.mapping import parse
from audit.intake.readers import detect, layout, read, text, workbook
from audit.intake.readers.layout import plain
from audit.intake.readers.read import MARKS, ORIGIN, BadExport
from audit.intake.words import known, vocabulary

LOOKED = layout.SEARCHED + 20  # rows at the top in which the layout is looked for
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
NAME = re.compile(r"\W+")


@dataclass
class Found:
    """One sheet: the source that describes it, its rows as text, and what has to be asked about it."""

    name: str
    source: Source
    kind: str
    read: read.Read
    questions: dict[str, str] = field(default_factory=dict)

    @property
    def table(self) -> pl.DataFrame:
        return self.read.table

    @property
    def file(self) -> str:
        return self.source.file

    @property
    def sheet(self) -> str | None:
        return self.source.sheet

    @property
    def columns(self) -> list[str]:
        return [c for c in self.table.columns if c not in [*ORIGIN, *MARKS]]

    @property
    def rows(self) -> int:
        return len(self.table)

    def numbers(self, *names: str) -> pl.DataFrame | None:
        """Columns as numbers, of the first rows where all can be read; None where one is not there."""
        if any(name not in self.table.columns for name in names):
            return None
        return self.table.head(SAMPLE).select(parse.number(pl.col(n), self.source.decimal) for n in names).drop_nulls()


def sheets(folder: Path, files: list[Path]) -> tuple[list[Found], dict[str, str]]:
    """Every sheet that can be read, files with the same columns as one source; and what was wrong with the others, by file."""
    found, broken = [], {}
    for path in files:
        try:
            found += [_found(folder, source, kind) for source, kind in _sources(path)]
        except BadExport as error:
            broken[path.name] = str(error)
    return _named(_joined(folder, found, files)), broken


def _sources(path: Path) -> list[tuple[Source, str]]:
    """The descriptions of a file's sheets; of an archive, of its first member, by which all are read."""
    content = path.read_bytes()
    kind = detect.kind(content, path.name)
    if kind == "zip":
        member, content = read.first_member(content, path.name)
        kind = detect.kind(content, f"{path.name}/{member}")
    if kind in ("bank", "parquet"):
        return [(Source(file=path.name), kind)]
    if kind == "workbook":
        return [(source, kind) for source in _workbook(content, path)]
    encoding = text.likely_encoding(content)
    written = text.decoded(content, path.name, encoding)
    given = {"file": path.name} | ({"encoding": encoding} if encoding not in ("utf-8", "utf-8-sig", "utf-16") else {})
    if kind == "html":
        rows = [list(row) for row in workbook.web_page(written, path.name, skip=0).head(LOOKED).rows()]
        return [(Source(**given, **_header(rows)), kind)]
    top = "\n".join(written.splitlines()[:LOOKED])
    delimiter = _delimiter(top)
    rows = (
        [line.split() for line in top.splitlines()]
        if delimiter == "whitespace"
        else list(csv.reader(io.StringIO(top), delimiter=delimiter))
    )
    return [(Source(**given, delimiter=delimiter, **_header(rows)), kind)]


def _delimiter(top: str) -> str:
    best = text.delimiter(top)
    if any(len(row) > 1 for row in csv.reader(io.StringIO(top), delimiter=best)):
        return best
    widths = {len(line.split()) for line in top.splitlines() if line.strip()}
    return "whitespace" if len(widths) == 1 and widths != {1} else best


def _header(rows: list[list[str]]) -> dict:
    row, count = layout.header(rows, known())
    if not row:
        return {"names": [f"column {i + 1}" for i in range(max(map(len, rows), default=1))]}
    return ({"header": row} if row > 1 else {}) | ({"header_rows": count} if count > 1 else {})


def _workbook(content: bytes, path: Path):
    """A description of each sheet that holds anything."""
    given = {"decimal": ".", "date_format": None}
    for sheet in workbook.sheets(content, path.name, wanted="*", skip=0, head_rows=LOOKED, most=1, **given):
        rows = [list(row) for row in sheet.head]
        if any(cell.strip() for row in rows for cell in row):
            yield Source(file=path.name, sheet=sheet.name, **(_header(rows) | _groups(sheet, rows)))


def _groups(sheet: workbook.Sheet, rows: list[list[str]]) -> dict:
    """Names for the levels of a grouped report: the stacked names of its first column, else numbers."""
    steps = sorted({0, *sheet.levels.values()})
    if len(steps) < 2:
        return {}
    row, _count = layout.header(rows, known())
    stacked = [layout.clean(rows[row - 1][0])]
    for below in rows[row:]:
        if len(stacked) < len(steps) and below[0].strip() and not any(cell.strip() for cell in below[1:]) and plain(below[0]) in known():
            stacked.append(layout.clean(below[0]))
        else:
            break
    complete = len(stacked) == len(steps)
    names = stacked if complete else [f"level {i + 1}" for i in range(len(steps))]
    return {"groups": names} | ({"header": row + len(stacked) - 1} if complete and len(stacked) > 1 else {})


def _found(folder: Path, source: Source, kind: str) -> Found:
    """The sheet read as described, with the formats of its days and numbers added to the description."""
    if source.groups and source.header:
        source = _named_by_first_row(folder, source)
    first = read.source(folder, source.file, source)
    questions = {}
    if kind != "bank":
        decimal, days = _decimal(first.table, questions), _date_format(first.table, questions)
        changed = {"decimal": decimal} | ({"date_format": days} if days and days != parse.ISO else {})
        if any(getattr(source, key) != value for key, value in changed.items()):
            source = source.model_copy(update=changed)
            if kind not in ("text", "html"):  # these say the same text whatever the formats are
                first = read.source(folder, source.file, source)
    if kind in ("text", "html", "workbook") and not source.groups and (blank := _blank_means_above(first.table)):
        source = source.model_copy(update={"fill_down": blank})
        first = read.source(folder, source.file, source)
        question = N_("{columns} stand only on the first of several rows in {file}. Does nothing mean as above? They are carried down now")
        questions["fill_down"] = _(question).format(columns=", ".join(blank), file=source.file)
    if months := _months(first.table):
        format, columns = months
        source = source.model_copy(update={"unpivot": columns, "date_format": format})
        first = read.source(folder, source.file, source)
        question = N_(
            "{first} to {last} in {file} are months: each cell is taken as a sale on the first of its month. Is there an export with days and "
            "documents? It would say more"
        )
        questions["unpivot"] = _(question).format(first=columns[0], last=columns[-1], file=source.file)
    if source.names and source.header is None:
        questions["names"] = _(N_("{file} has no header. What are its columns? Name them in names")).format(file=source.file)
    if source.groups:
        questions["groups"] = _(N_("{file} is grouped in one column. What are its levels, outermost first? Now they are {levels}")).format(
            file=source.file, levels=", ".join(source.groups)
        )
    return Found(source.file, source, kind, first, questions)


def _months(table: pl.DataFrame) -> tuple[str, list[str]] | None:
    """The columns of a sheet that are called after months, and the format of their names; None where there are not several."""
    names = pl.DataFrame({"x": [c for c in table.columns if c not in [*ORIGIN, *MARKS]]}, schema={"x": pl.String})
    if "period" in names["x"] or "amount" in names["x"]:
        return None
    is_month = lambda f: names.select(parse.date(pl.col("x"), f).is_not_null()).to_series()
    read_as = {f: names.filter(is_month(f))["x"].to_list() for f in MONTH_FORMATS}
    format = max(read_as, key=lambda f: len(read_as[f]))
    return (format, read_as[format]) if len(read_as[format]) >= MONTHS_LEAST else None


def _blank_means_above(table: pl.DataFrame) -> list[str]:
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


def _named_by_first_row(folder: Path, source: Source) -> Source:
    """A grouped report whose first column's names are stacked: the others stand in the first row of the stack."""
    depth = len(source.groups)
    top = source.model_copy(update={"header": source.header - depth + 1, "groups": []})
    try:
        names = [c for c in read.source(folder, source.file, top).table.columns if c not in [*ORIGIN, *MARKS]]
    except BadExport:
        return source
    return source.model_copy(update={"names": names}) if len(names) > 1 else source


def _decimal(table: pl.DataFrame, questions: dict[str, str]) -> str:
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


def _date_format(table: pl.DataFrame, questions: dict[str, str]) -> str | None:
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
        shares = {f: _share(values, f) for f in DATE_FORMATS}
        best = max(shares.values())
        formats = [f for f, share in shares.items() if share >= max(ALIKE, best)]
        if formats == ["%Y%m%d"] and not values.str.contains(r"^(19|20)\d{6}$").all():
            continue
        if formats:
            known_as = vocabulary()["lines"]["date"]
            weight = 100 - known_as.index(plain(name)) if plain(name) in known_as else 1
            fits[formats[0]] = max(fits.get(formats[0], 0), weight)
            swapped = [f for f in formats if f.startswith(("%d/", "%m/"))]
            open_ = open_ or (name if len(swapped) > 1 and len(swapped) == len(formats) else None)
    if open_:
        questions["date_format"] = _(
            N_("is 01/02 in {column} the first of February or the second of January? Both fit every value")
        ).format(column=open_)
    return max(fits, key=lambda f: (fits[f], -[*DATE_FORMATS, parse.SERIAL].index(f)), default=None)


def _share(values: pl.Series, format: str) -> float:
    return values.to_frame("x").select(parse.date(pl.col("x"), format).is_not_null().mean())["x"][0] or 0.0


def _joined(folder: Path, found: list[Found], files: list[Path]) -> list[Found]:
    """Sheets and files of one kind and the same columns as one source, where one description reads them all; never sales and returns."""
    groups: dict[tuple, list[Found]] = {}
    for one in found:
        is_return = bool(re.search(r"(?i)возврат|return|refund", one.file + (one.sheet or "")))
        groups.setdefault((one.kind, tuple(one.columns), is_return), []).append(one)
    made = []
    for members in groups.values():
        made += _as_one(folder, members, [path.name for path in files]) if len(members) > 1 else members
    return made


def _as_one(folder: Path, members: list[Found], every: list[str]) -> list[Found]:
    """The members as one source by a pattern of file or sheet, if that reads as many rows as they have; else as they are."""
    pattern = _pattern(sorted({one.file for one in members}), every)
    sheets = {one.sheet for one in members}
    decimals = {one.source.decimal for one in members}
    if not pattern:
        return members
    changed = {"file": pattern, "sheet": (sheets.pop() if len(sheets) == 1 else "*"), "decimal": "," if "," in decimals else "."}
    source = max((one.source for one in members), key=lambda source: len(source.date_format or "")).model_copy(update=changed)
    try:
        together = read.source(folder, pattern, source)
    except BadExport:
        return members
    if len(together.table) != sum(one.rows for one in members):
        return members
    questions = {key: asked for one in members for key, asked in one.questions.items()}
    return [Found(pattern, source, members[0].kind, together, questions)]


def _pattern(names: list[str], every: list[str]) -> str:
    from fnmatch import fnmatch

    if len(names) == 1:
        return names[0]
    start = os.path.commonprefix(names)
    end = os.path.commonprefix([name[len(start) :][::-1] for name in names])[::-1]
    pattern = f"{start}*{end}"
    return pattern if sorted(n for n in every if fnmatch(n, pattern)) == sorted(names) else ""


def _named(found: list[Found]) -> list[Found]:
    """Each source with a short name of its own, from its file, and its sheet where a file has several."""
    several = {one.file for one in found if sum(other.file == one.file for other in found) > 1}
    taken: set[str] = set()
    for one in found:
        stem = one.file.rsplit(".", 1)[0].replace("*", "")
        name = NAME.sub("_", f"{stem} {one.sheet}" if one.file in several and one.sheet else stem).strip("_").lower() or "source"
        while name in taken:
            name += "_"
        taken.add(name)
        one.name = name
    return found

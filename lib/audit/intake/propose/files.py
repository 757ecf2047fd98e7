"""What do the files say before anybody has described them? Each sheet of each file, with the description by which it can be read.

Encoding, delimiter, header, decimal sign and order of day and month are found in the content and written down, never left to be guessed
again; what the content leaves open becomes a question.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from audit.core.settings import Source
from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.intake.mapping import parse
from audit.intake.propose import formats
from audit.intake.propose.formats import SAMPLE
from audit.intake.readers import detect, layout, read, text, workbook
from audit.intake.readers.layout import plain
from audit.intake.readers.read import MARKS, ORIGIN, BadExport
from audit.intake.words import known

LOOKED = layout.SEARCHED + 20  # rows at the top in which the layout is looked for
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
    rows = [line.split() for line in top.splitlines()] if delimiter == "whitespace" else text.split(top, delimiter)
    return [(Source(**given, delimiter=delimiter, **_header(rows)), kind)]


def _delimiter(top: str) -> str:
    best = text.delimiter(top)
    if any(len(row) > 1 for row in text.split(top, best)):
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
        decimal, days = formats.decimal(first.table, questions), formats.date_format(first.table, questions)
        changed = {"decimal": decimal} | ({"date_format": days} if days and days != parse.ISO else {})
        if any(getattr(source, key) != value for key, value in changed.items()):
            source = source.model_copy(update=changed)
            if kind not in ("text", "html"):  # these say the same text whatever the formats are
                first = read.source(folder, source.file, source)
    if kind in ("text", "html", "workbook") and not source.groups and (blank := formats.blank_means_above(first.table)):
        source = source.model_copy(update={"fill_down": blank})
        first = read.source(folder, source.file, source)
        question = N_("{columns} stand only on the first of several rows in {file}. Does nothing mean as above? They are carried down now")
        questions["fill_down"] = _(question).format(columns=", ".join(blank), file=source.file)
    if months := formats.months(first.table):
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


def _named_by_first_row(folder: Path, source: Source) -> Source:
    """A grouped report whose first column's names are stacked: the others stand in the first row of the stack."""
    depth = len(source.groups)
    top = source.model_copy(update={"header": source.header - depth + 1, "groups": []})
    try:
        names = [c for c in read.source(folder, source.file, top).table.columns if c not in [*ORIGIN, *MARKS]]
    except BadExport:
        return source
    return source.model_copy(update={"names": names}) if len(names) > 1 else source


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

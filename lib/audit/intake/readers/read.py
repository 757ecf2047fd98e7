"""What stands in the files? Every source as one table of text, each row with its file, sheet and row number."""

from __future__ import annotations

import hashlib
import zipfile
from collections import Counter
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path

import polars as pl

from audit.core.settings import Source
from audit.i18n import mark as N_
from audit.intake.readers import bank_1c, detect, layout, text, workbook
from audit.intake.readers.detect import BadExport

COPY_LEAST = 20  # rows
ORIGIN = ["_file", "_sheet", "_row"]
MARKS = ["_mark"]  # empty: data; total or group: what the export adds up itself; note: what stands below; copy: what another file holds
__all__ = ["BadExport", "MARKS", "ORIGIN", "Read", "source"]


@dataclass(frozen=True)
class Note:
    """Something about a file that its rows do not say: its kind, how often, and an example."""

    kind: str
    file: str
    count: int
    detail: str = ""


@dataclass(frozen=True)
class Read:
    table: pl.DataFrame  # text columns, and _file, _sheet, _row, _mark
    files: tuple[Path, ...]
    notes: tuple[Note, ...] = ()
    balances: pl.DataFrame | None = None  # bank statements: opening, in, out, closing by account and section
    content: dict[str, str] = field(default_factory=dict)  # file -> its encoding or kind, for the manifest
    digest: str = ""  # of the file's bytes


def source(folder: Path, name: str, source: Source, snapshots: Path | None = None) -> Read:
    """All files of a source below one another, in order of their names; a query's rows from its snapshot.

    Raises
    ------
    BadExport
        when no file matches, a file cannot be decoded or parsed, or the files' headers differ.
    """
    if source.query:
        return _snapshot(name, source, snapshots)
    files = files_of(folder, source)
    if not files:
        there = ", ".join(sorted(p.name for p in folder.iterdir() if p.is_file())) or N_("nothing")
        message = N_(
            "[sources.{name}]: no file {file!r} in {folder}; there is {there}. What to do: put it there, or mend the name in audit.toml."
        )
        raise BadExport(message, name=name, file=source.file, folder=folder, there=there)
    statements = {path.name: content for path in files if detect.kind(content := path.read_bytes(), path.name) == "bank"}
    parts = [part for path in files if path.name not in statements for part in _parts(path, source, is_alone=len(files) == 1)]
    if statements:
        parts.append(_statements(statements, source))
    if not parts:
        message = N_("[sources.{name}]: {files} holds no file. What to do: ask for the export again.")
        raise BadExport(message, name=name, files=", ".join(path.name for path in files))
    return _together(parts, files)


def files_of(folder: Path, source: Source) -> list[Path]:
    """The files of a source; Excel's lock files (`~$...`) are none.

    Raises
    ------
    BadExport
        for a link that leads out of the base's folder.
    """
    if not source.file:
        return []
    if (folder / source.file).is_file():  # a name that happens to hold the signs of a pattern
        found = [folder / source.file]
    else:
        found = sorted(
            path for path in folder.iterdir() if path.is_file() and fnmatch(path.name, source.file) and not path.name.startswith("~$")
        )
    if outside := [path.name for path in found if not path.resolve().is_relative_to(folder.resolve())]:
        message = N_("{files} is a link to a file outside {folder}: refused. What to do: copy the file itself into the base's folder.")
        raise BadExport(message, files=", ".join(outside), folder=folder)
    return found


def _together(parts: list[Read], files: list[Path]) -> Read:
    first = parts[0].table
    for part in parts[1:]:
        odd = sorted(set(part.table.columns) ^ set(first.columns))
        if odd:
            file = part.table["_file"][0] if len(part.table) else next(iter(part.content))
            message = N_("{file}: its columns differ from those of the first file: {columns}. What to do: give it a source of its own.")
            raise BadExport(message, file=file, columns=", ".join(odd))
    parts = _without_copies(parts)
    balances = [part.balances for part in parts if part.balances is not None]
    return Read(
        pl.concat([part.table.select(first.columns) for part in parts]),
        tuple(files),
        tuple(note for part in parts for note in part.notes),
        pl.concat(balances) if balances else None,
        {file: kind for part in parts for file, kind in part.content.items()},
    )


def _without_copies(parts: list[Read]) -> list[Read]:
    """The parts, where a file of the same bytes stands before, or all rows of one file stand in a longer one: marked as a copy (`_mark`).

    Rows count as often as they stand, so that twins within a file stay; and a file of fewer than `COPY_LEAST` rows proves nothing by standing
    in another. Sheets of one workbook are never copies of each other.
    """
    files = list(dict.fromkeys(file for part in parts for file in part.content))
    if len(files) < 2 or any(part.balances is not None for part in parts):
        return parts
    of = {file: [part for part in parts if file in part.content] for file in files}
    said = {file: sum((_counted(part.table) for part in of[file]), Counter()) for file in files}
    order = sorted(files, key=lambda file: (-said[file].total(), file))
    taken, copies = [], set()
    for file in order:
        same = any(of[file][0].digest and of[file][0].digest == of[other][0].digest for other in taken)
        if same or (said[file].total() >= COPY_LEAST and any(said[file] <= said[other] for other in taken)):
            copies.add(file)
        else:
            taken.append(file)
    mark = pl.when(pl.col("_mark") == "").then(pl.lit("copy")).otherwise("_mark").alias("_mark")
    return [replace(part, table=part.table.with_columns(mark)) if copies & set(part.content) else part for part in parts]


def _counted(table: pl.DataFrame) -> Counter:
    """The rows of data by what they say, as often as they stand."""
    data = table.filter(pl.col("_mark") == "").select(pl.exclude(*ORIGIN, *MARKS))
    return Counter(data.hash_rows(seed=0).to_list()) if len(data) else Counter()


def _snapshot(name: str, source: Source, snapshots: Path | None) -> Read:
    path = (snapshots or Path()) / f"{name}.parquet"
    table = workbook.parquet(path.read_bytes(), path.name, decimal=source.decimal, date_format=source.date_format)
    return Read(_with_origin(layout.marked(table, 1, {}, []), path.name, ""), (path,), content={path.name: "query"})


def _parts(path: Path, source: Source, *, is_alone: bool):
    """The tables of one file: a zip has one per member, a workbook one per sheet asked for."""
    content = path.read_bytes()
    if detect.kind(content, path.name) != "zip":
        yield from _tables(content, path.name, source) if is_alone else _told(content, path.name, source)
        return
    with detect.unpacked(content, path.name) as archive:
        for member in _members(archive):
            inner = archive.read(member)
            yield from _told(inner, f"{path.name}/{member}", source)


def _told(content: bytes, file: str, source: Source):
    digest = hashlib.blake2b(content, digest_size=16).hexdigest()
    yield from (replace(part, digest=digest) for part in _tables(content, file, source))


def _members(archive: zipfile.ZipFile) -> list[str]:
    """The files of an archive in order of names, without what operating systems put beside them."""
    names = (name for name in archive.namelist() if not name.endswith("/"))
    return sorted(n for n in names if not n.startswith("__MACOSX/") and n.rsplit("/", 1)[-1] not in (".DS_Store", "Thumbs.db"))


def first_member(content: bytes, file: str) -> tuple[str, bytes]:
    """Name and content of the first file of an archive, in order of names."""
    with detect.unpacked(content, file) as archive:
        names = _members(archive)
        return (names[0], archive.read(names[0])) if names else ("", b"")


def _tables(content: bytes, file: str, source: Source):
    kind = detect.kind(content, file)
    if kind == "bank":
        yield _statements({file: content}, source)
        return
    if kind == "parquet":
        table = workbook.parquet(content, file, decimal=source.decimal, date_format=source.date_format)
        yield Read(_with_origin(layout.marked(table, 2, {}, source.groups), file, ""), (), content={file: kind})
        return
    head_rows = 0 if source.first_row == 1 else source.header_rows
    skip = source.first_row - 1 - head_rows
    if kind == "workbook":
        given = {"wanted": source.sheet, "decimal": source.decimal, "date_format": source.date_format}
        grids = workbook.sheets(content, file, skip=skip, head_rows=head_rows, **given)
        said = kind
    else:
        said = f"{kind}, {text.used_encoding(content, source.encoding)}"
        if kind == "html":
            table = workbook.web_page(text.decoded(content, file, source.encoding), file, skip=skip)
        else:
            table = text.rows(text.utf8(content, file, source.encoding), file, separator=source.delimiter, skip=skip)
        grids = [workbook.Sheet("", table[head_rows:], table[:head_rows].rows())]
    for grid in grids:
        yield _named(grid, file, source, said)


def _named(grid: workbook.Sheet, file: str, source: Source, said: str) -> Read:
    where = f"{file}, {grid.name}" if grid.name else file
    names = source.names or (layout.names(grid.head, where) if grid.head else [])
    if not names or (grid.table.is_empty() and not grid.table.width):
        raise BadExport(
            N_("{where} is empty: expected a header in row {row}. What to do: ask for the export again."),
            where=where,
            row=source.first_row - 1,
        )
    if len(names) != grid.table.width:
        message = N_("{where}: {count} names are declared, its rows have {width} fields. What to do: name every column in audit.toml.")
        raise BadExport(message, where=where, count=len(names), width=grid.table.width)
    if len(names) == 1 and (other := [c for c in ";\t|," if c in names[0]]):
        message = N_(
            "{where} has one column when read with delimiter {delimiter!r}. What to do: declare delimiter = {other!r} in audit.toml."
        )
        raise BadExport(message, where=where, delimiter=source.delimiter, other=other[0])
    table = grid.table.rename(dict(zip(grid.table.columns, names, strict=True)))
    nameless = [c for i, c in enumerate(names) if c == f"column {i + 1}" and (table[c] == "").all()]
    table = layout.marked(table.drop(nameless), source.first_row, grid.levels, source.groups)
    again = pl.all_horizontal(pl.col(name).str.strip_chars() == name for name in list(dict.fromkeys(names))[:2] if name in table.columns)
    rest = [c for c in table.columns[1:] if c not in (*ORIGIN, *MARKS)]
    if rest:  # the second line of a header in one column, such as «Документ.Основание»
        again |= pl.col(table.columns[0]).str.starts_with(f"{names[0]}.") & pl.all_horizontal(pl.col(c) == "" for c in rest)
    table = table.with_columns(pl.when(again).then(pl.lit("group")).otherwise("_mark").alias("_mark")) if len(names) > 1 else table
    if absent := [c for c in source.fill_down if c not in table.columns]:
        message = N_(
            "{where}: fill_down names {columns}, which is not there; there are {there}. What to do: name columns as the header does."
        )
        raise BadExport(message, where=where, columns=", ".join(absent), there=", ".join(c for c in names if c in table.columns))
    table = layout.filled_down(table, source.fill_down) if source.fill_down else table
    notes = tuple(Note(kind, where, count) for kind, count in grid.notes.items())
    table = _with_origin(table, file, grid.name)
    return Read(_unpivoted(table, where, source.unpivot) if source.unpivot else table, (), notes, content={file: said})


def _unpivoted(table: pl.DataFrame, where: str, months: list[str]) -> pl.DataFrame:
    """Every cell of the columns that are months as a row of its own, its month in `period`, its money in `amount`; the column is its place.

    Column after column, so that each column's own total stands below its rows; empty cells are no rows.
    """
    there = [c for c in table.columns if c not in (*ORIGIN, *MARKS)]
    if odd := sorted(set(months) - set(there)) + [c for c in ("period", "amount") if c in there]:
        message = N_("{where}: unpivot needs columns that are there, and none called period or amount; see {columns}; there are {there}.")
        raise BadExport(message, where=where, columns=", ".join(odd), there=", ".join(there))
    rest = [c for c in table.columns if c not in months]
    long = table.unpivot(on=months, index=rest, variable_name="period", value_name="amount")
    place = pl.when(pl.col("_sheet") == "").then("period").otherwise(pl.concat_str("_sheet", "period", separator=", "))
    return long.filter(pl.col("amount").str.strip_chars() != "").with_columns(place.alias("_sheet"))


def _statements(contents: dict[str, bytes], source: Source) -> Read:
    """All bank statements of a source at once: own accounts and customers are those of all of them."""
    found = bank_1c.statement(contents, encoding=source.encoding, own_tax_ids=source.own_tax_ids, payers=source.payers)
    table = found.documents.with_columns(pl.lit("").alias("_mark"), pl.lit("").alias("_sheet"))
    notes = tuple(Note(kind, file, count, detail) for file, kind, count, detail in found.notes)
    return Read(table, (), notes, found.balances, {file: f"bank, {encoding}" for file, encoding in found.encodings.items()})


def _with_origin(table: pl.DataFrame, file: str, sheet: str) -> pl.DataFrame:
    return table.with_columns(pl.lit(file).alias("_file"), pl.lit(sheet).alias("_sheet"))

"""What stands in the files? Every format as a table of text, each row with its file, sheet and row number."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import polars as pl

from audit.settings import Source

ORIGIN = ["_file", "_sheet", "_row"]


class BadExport(ValueError):
    """A file that cannot be read as declared; the message says file, place, what was expected, what came, what to do."""


@dataclass(frozen=True)
class Read:
    table: pl.DataFrame  # text columns, and _file, _sheet, _row
    files: tuple[Path, ...]


def source(folder: Path, name: str, source: Source) -> Read:
    """All files of a source below one another, in order of their names.

    Raises
    ------
    BadExport
        when no file matches, a file cannot be decoded or parsed, or the files' headers differ.
    """
    files = sorted(
        path for path in folder.iterdir() if path.is_file() and fnmatch(path.name, source.file) and not path.name.startswith("~$")
    )
    if not files:
        there = ", ".join(sorted(p.name for p in folder.iterdir() if p.is_file())) or "nothing"
        raise BadExport(f"[sources.{name}]: no file {source.file!r} in {folder}; there is {there}")
    parts = [part for path in files for part in _parts(path, source)]
    if not parts:
        raise BadExport(f"[sources.{name}]: {', '.join(path.name for path in files)} holds no file. What to do: ask for the export again.")
    first = parts[0]
    for part in parts[1:]:
        if part.columns != first.columns:
            odd = sorted(set(part.columns) ^ set(first.columns))
            raise BadExport(f"{part['_file'][0] if len(part) else name}: its columns differ from those of the first file: {', '.join(odd)}")
    return Read(pl.concat(parts), tuple(files))


def _parts(path: Path, source: Source):
    """The tables of one file: a zip has one per member, any other file one."""
    if path.suffix.lower() == ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                members = {name: archive.read(name) for name in sorted(archive.namelist()) if not name.endswith("/")}
        except zipfile.BadZipFile as error:
            raise BadExport(f"{path.name} is not a whole zip file: {error}. What to do: copy it again.") from error
        for member, content in members.items():
            yield _table(content, f"{path.name}/{member}", source)
    else:
        yield _table(path.read_bytes(), path.name, source)


def _table(content: bytes, file: str, source: Source) -> pl.DataFrame:
    suffix = Path(file).suffix.lower()
    if suffix in {".xlsx", ".xls", ".xlsb", ".ods"}:
        table, sheet = _sheet(content, file, source)
    elif suffix == ".parquet":
        table, sheet = _parquet(content, file, source), ""
    else:
        table, sheet = _text(content, file, source), ""
    first_row = source.header + 1 if source.names is None else 1
    return table.with_columns(
        pl.lit(file).alias("_file"),
        pl.lit(sheet).alias("_sheet"),
        pl.int_range(first_row, first_row + pl.len(), dtype=pl.Int64).alias("_row"),
    ).filter(~pl.all_horizontal(pl.col(table.columns) == ""))


def _text(content: bytes, file: str, source: Source) -> pl.DataFrame:
    text = _decoded(content, file, source.encoding)
    if not text.strip():
        raise BadExport(f"{file} is empty: expected a header and rows. What to do: ask for the export again.")
    separator = source.delimiter
    if separator == "whitespace":
        text, separator = "\n".join("\t".join(line.split()) for line in text.splitlines()), "\t"
    try:
        table = pl.read_csv(
            io.BytesIO(text.encode()),
            separator=separator,
            has_header=False,
            skip_rows=0 if source.names else source.header - 1,
            infer_schema=False,
        ).fill_null("")
    except pl.exceptions.PolarsError as error:
        raise BadExport(
            f"{file} {_crooked(text, separator, source.header)}. What to do: check delimiter and quotes, or ask for the export again."
        ) from error
    names = source.names or list(table.row(0))
    if len(names) != table.width:
        raise BadExport(f"{file}: {len(names)} names are declared, its rows have {table.width} fields")
    clean = _clean_names(names, file)
    if len(clean) == 1 and (other := [c for c in ";\t|," if c in clean[0]]):
        raise BadExport(
            f"{file} has one column when read with delimiter {source.delimiter!r}. What to do: declare delimiter = {other[0]!r} in audit.toml."
        )
    return (table if source.names else table[1:]).rename(dict(zip(table.columns, clean, strict=True)))


def _crooked(text: str, separator: str, header: int) -> str:
    """Where a text file stops being a table: the first row with another number of fields than the header."""
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    width = None
    for number, row in enumerate(rows, 1):
        if number == header:
            width = len(row)
        elif width is not None and row and len(row) != width:
            return f"is not a table: row {number} has {len(row)} fields, expected {width} as in its header: {separator.join(row)[:120]!r}"
    return f"is not a table with delimiter {separator!r}"


def _decoded(content: bytes, file: str, encoding: str | None) -> str:
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encoding = next((name for mark, name in marks.items() if content.startswith(mark)), encoding or "utf-8")
    try:
        return content.decode(encoding)
    except LookupError as error:
        raise BadExport(
            f"{file}: there is no encoding {encoding!r}. What to do: name one such as utf-8, cp1251 or cp866 in audit.toml."
        ) from error
    except UnicodeDecodeError as error:
        raise BadExport(
            f'{file} is not {encoding} at byte {error.start}. What to do: name the encoding in audit.toml, e.g. encoding = "cp1251".'
        ) from error


def _sheet(content: bytes, file: str, source: Source) -> tuple[pl.DataFrame, str]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except (CalamineError, zipfile.BadZipFile) as error:
        raise BadExport(f"{file} cannot be opened as a workbook: {error}. What to do: save it again from Excel as .xlsx.") from error
    sheet = source.sheet or book.sheet_names[0]
    if sheet not in book.sheet_names:
        raise BadExport(f"{file} has no sheet {sheet!r}; it has {', '.join(book.sheet_names)}")
    rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)[source.header - 1 :]
    if not rows:
        raise BadExport(f"{file}, sheet {sheet!r} is empty: expected a header in row {source.header}")
    names = [str(cell) for cell in rows[0]]
    cells = [[_cell(cell, source) for cell in row] for row in rows[1:]]
    clean = _clean_names(names, f"{file}, sheet {sheet!r}")
    return pl.DataFrame(cells, schema=dict.fromkeys(clean, pl.String), orient="row"), sheet


def _cell(value, source: Source) -> str:
    """A typed cell as the text that this source's formats read back: one reader then serves files of text and workbooks."""
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, int | float):
        plain = f"{value:.10f}".rstrip("0").rstrip(".")
        return plain.replace(".", source.decimal)
    if isinstance(value, dt.datetime | dt.date):
        return value.strftime(source.date_format or "%Y-%m-%d")
    return "" if value is None else str(value)


def _parquet(content: bytes, file: str, source: Source) -> pl.DataFrame:
    try:
        table = pl.read_parquet(io.BytesIO(content))
    except pl.exceptions.PolarsError as error:
        raise BadExport(f"{file} is not a Parquet file: {str(error).splitlines()[0]}. What to do: export it again.") from error
    as_text = []
    for name, kind in table.schema.items():
        column = pl.col(name)
        if kind.is_temporal():
            column = column.dt.strftime(source.date_format or "%Y-%m-%d")
        elif kind.is_numeric():
            column = column.cast(pl.String).str.replace(".", source.decimal, literal=True)
        as_text.append(column.cast(pl.String).fill_null(""))
    return table.select(as_text)


def _clean_names(names: list[str], where: str) -> list[str]:
    """The header's names without odd spaces; each must be there once."""
    clean = [" ".join(str(name).replace("\xa0", " ").split()) for name in names]
    twice = sorted({name or "(empty)" for name in clean if clean.count(name) > 1})
    if twice:
        cure = "rename one of them, or name the row of the real header, e.g. header = 3"
        raise BadExport(f"{where}: the header names a column twice: {', '.join(twice)}. What to do: {cure}.")
    return clean

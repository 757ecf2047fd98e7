"""What stands in the files? Every format as a table of text, each row with its file, sheet and row number."""

from __future__ import annotations

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
    files = sorted(path for path in folder.iterdir() if fnmatch(path.name, source.file) and not path.name.startswith("~$"))
    if not files:
        there = ", ".join(sorted(p.name for p in folder.iterdir() if p.is_file())) or "nothing"
        raise BadExport(f"[sources.{name}]: no file {source.file!r} in {folder}; there is {there}")
    parts = [part for path in files for part in _parts(path, source)]
    first = parts[0]
    for part in parts[1:]:
        if part.columns != first.columns:
            odd = sorted(set(part.columns) ^ set(first.columns))
            raise BadExport(f"{part['_file'][0] if len(part) else name}: its columns differ from those of the first file: {', '.join(odd)}")
    return Read(pl.concat(parts), tuple(files))


def _parts(path: Path, source: Source):
    """The tables of one file: a zip has one per member, any other file one."""
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            for member in sorted(archive.namelist()):
                if not member.endswith("/"):
                    yield _table(archive.read(member), f"{path.name}/{member}", source)
    else:
        yield _table(path.read_bytes(), path.name, source)


def _table(content: bytes, file: str, source: Source) -> pl.DataFrame:
    suffix = Path(file).suffix.lower()
    if suffix in {".xlsx", ".xls", ".xlsb", ".ods"}:
        table, sheet = _sheet(content, file, source)
    elif suffix == ".parquet":
        table, sheet = _parquet(content, source), ""
    else:
        table, sheet = _text(content, file, source), ""
    first_row = source.header + 1 if source.names is None else 1
    return table.with_columns(
        pl.lit(file).alias("_file"),
        pl.lit(sheet).alias("_sheet"),
        pl.int_range(first_row, first_row + pl.len(), dtype=pl.Int64).alias("_row"),
    )


def _text(content: bytes, file: str, source: Source) -> pl.DataFrame:
    text = _decoded(content, file, source.encoding)
    if source.names is None and not text.strip():
        raise BadExport(f"{file} is empty: expected a header and rows. What to do: ask for the export again.")
    if source.delimiter == "whitespace":
        text = "\n".join("\t".join(line.split()) for line in text.splitlines())
    try:
        table = pl.read_csv(
            io.BytesIO(text.encode()),
            separator="\t" if source.delimiter == "whitespace" else source.delimiter,
            has_header=source.names is None,
            new_columns=source.names,
            skip_rows=source.header - 1 if source.names is None else 0,
            infer_schema=False,
        ).fill_null("")
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise BadExport(
            f"{file} is not a table with delimiter {source.delimiter!r}: {reason}. What to do: check delimiter and quotes."
        ) from error
    return table.rename(_clean_names(table.columns, file))


def _decoded(content: bytes, file: str, encoding: str | None) -> str:
    encoding = encoding or "utf-8"
    if content.startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        at = f" at byte {error.start}" if isinstance(error, UnicodeDecodeError) else ""
        raise BadExport(f'{file} is not {encoding}{at}. What to do: name the encoding in audit.toml, e.g. encoding = "cp1251".') from error


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
    return pl.DataFrame(cells, schema=dict.fromkeys(clean.values(), pl.String), orient="row"), sheet


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


def _parquet(content: bytes, source: Source) -> pl.DataFrame:
    table = pl.read_parquet(io.BytesIO(content))
    as_text = []
    for name, kind in table.schema.items():
        column = pl.col(name)
        if kind.is_temporal():
            column = column.dt.strftime(source.date_format or "%Y-%m-%d")
        elif kind.is_numeric():
            column = column.cast(pl.String).str.replace(".", source.decimal, literal=True)
        as_text.append(column.cast(pl.String).fill_null(""))
    return table.select(as_text)


def _clean_names(names: list[str], where: str) -> dict[str, str]:
    clean = {name: " ".join(name.replace("\xa0", " ").split()) for name in names}
    seen = [n for n in clean.values() if n]
    twice = sorted({n for n in seen if seen.count(n) > 1})
    if twice or len(clean) < len(names):
        raise BadExport(f"{where}: the header names a column twice: {', '.join(twice) or 'empty names'}. What to do: rename one of them.")
    return clean

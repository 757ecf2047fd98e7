"""What does a workbook, a web page saved as .xls or a Parquet file say? Typed cells as the text that the source's formats read back.

One reader then serves files of text and workbooks. Rows keep the numbers a spreadsheet shows; hidden rows and sheets are read
and counted, error cells are empty and counted (fault 27).
"""

from __future__ import annotations

import datetime as dt
import io
import logging
import re
import zipfile
from dataclasses import dataclass, field
from fnmatch import fnmatch

import polars as pl

from audit.i18n import mark as N_
from audit.intake.readers import detect, layout
from audit.intake.readers.detect import BadExport

MOMENT = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.0+)?$"
TALL = 10_000  # rows from which a cell beyond the thousandth column is refused: it would fill the memory
HEAD = 2**16


@dataclass(frozen=True)
class Sheet:
    """One sheet's rows below its header as text columns, the header's rows, and what its look says that its cells do not."""

    name: str
    table: pl.DataFrame
    head: list = field(default_factory=list)
    levels: dict[int, int] = field(default_factory=dict)  # spreadsheet row -> outline or indent level, where not 0
    notes: dict[str, int] = field(default_factory=dict)  # hidden rows, error cells, hidden: how many


def sheets(
    content: bytes,
    file: str,
    *,
    wanted: str | None,
    skip: int,
    head_rows: int,
    decimal: str,
    date_format: str | None,
    most: int | None = None,
) -> list[Sheet]:
    """The sheets of a workbook that fit the wanted name or pattern (default: the first): `skip` rows left out, then the header's, then
    data.

    Raises
    ------
    BadExport
        for a workbook that cannot be opened, a sheet that is not there, or one so wide that it cannot be honest.
    """
    import fastexcel

    logging.getLogger("fastexcel").setLevel(logging.ERROR)  # empty columns are no news
    looks = _looks(content, file)
    try:
        book = fastexcel.read_excel(_with_its_epoch(content, file))
        names = book.sheet_names
        chosen = [n for n in names if fnmatch(n, wanted)] if wanted else names[:1]
        if not chosen:
            message = N_("{file} has no sheet {sheet!r}; it has {names}. What to do: name one of them in audit.toml.")
            raise BadExport(message, file=file, sheet=wanted, names=", ".join(names))
        return [_sheet(book, name, looks.get(name, {}), skip, head_rows, decimal, date_format, most) for name in chosen]
    except fastexcel.FastExcelError as error:
        message = N_("{file} cannot be opened as a workbook: {error}. What to do: save it again from Excel as .xlsx.")
        raise BadExport(message, file=file, error=str(error).splitlines()[0]) from error


def _with_its_epoch(content: bytes, file: str) -> bytes:
    """The workbook, where it counts its days from 1904, without the extension behind whose name the reader forgets that again.

    Excel for Mac writes `workbookPr date1904="1"`, and since 2013 a second `x15:workbookPr` that does not repeat it: taken for the first, it
    moves every day four years and a day back.
    """
    if not content.startswith(b"PK"):
        return content
    with detect.unpacked(content, file) as archive:
        part = next((name for name in archive.namelist() if name.lower() == "xl/workbook.xml"), None)
        book = archive.read(part) if part else b""
        again = rb"<\w+:workbookPr\b[^>]*/?>(?:</\w+:workbookPr>)?"
        if not re.search(rb"<workbookPr\b[^>]*date1904=[\"'](?:1|true)[\"']", book) or not re.search(again, book):
            return content
        mended = io.BytesIO()
        with zipfile.ZipFile(mended, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
            for member in archive.infolist():
                copy.writestr(member, re.sub(again, b"", book) if member.filename == part else archive.read(member))
        return mended.getvalue()


def _sheet(book, name: str, look: dict, skip: int, head_rows: int, decimal: str, date_format: str | None, most: int | None) -> Sheet:
    top = book.load_sheet(name, header_row=None, skip_rows=0, n_rows=skip + head_rows, dtypes="string")
    head = top.to_polars().fill_null("").rows()[skip:]
    below = min(skip + head_rows, top.total_height)
    loaded = book.load_sheet(name, header_row=None, skip_rows=below, n_rows=most, schema_sample_rows=None)
    notes = {
        "hidden_rows": look.get("hidden_rows", 0),
        "error_cells": look.get("error_cells", 0),
        "hidden": int(loaded.visible != "visible"),
    }
    typed = loaded.to_polars()
    table = as_text(typed, decimal, date_format)
    numbers = [
        i
        for i, kind in enumerate(typed.dtypes)
        if kind.is_numeric() and (look.get("booleans", True) or typed[typed.columns[i]].null_count())
    ]
    if numbers:
        said = book.load_sheet(name, header_row=None, skip_rows=below, n_rows=most, dtypes="string", use_columns=numbers).to_polars()
        table = table.with_columns(_as_written(table[typed.columns[i]], said.to_series(at)) for at, i in enumerate(numbers))
    table = table.with_columns(_mixed(table[c], decimal) for c, kind in typed.schema.items() if kind == pl.String and decimal != ".")
    table = table.rename({old: f"column_{i + 1}" for i, old in enumerate(table.columns)})
    return Sheet(name, table, head, look.get("levels", {}), {note: count for note, count in notes.items() if count})


def _as_written(numbers: pl.Series, said: pl.Series) -> pl.Series:
    """A column of numbers with what else its cells hold: texts that count as nothing, and truths, which are no numbers."""
    other = said.is_in(["true", "false"]) | ((numbers == "") & said.is_not_null())
    return pl.select(pl.when(other).then(said).otherwise(numbers).alias(numbers.name)).to_series()


def _mixed(column: pl.Series, decimal: str) -> pl.Series:
    """Numbers in a column that a few texts have made one of texts, with the declared decimal sign; a column of nothing but texts stays."""
    plain = column.str.contains(r"^-?\d+(\.\d+)?$")
    filled = column != ""
    if plain.all() or (plain & filled).sum() * 2 < filled.sum():
        return column
    return pl.select(pl.when(plain).then(column.str.replace(".", decimal, literal=True)).otherwise(column).alias(column.name)).to_series()


def as_text(table: pl.DataFrame, decimal: str, date_format: str | None) -> pl.DataFrame:
    """Typed columns as text: days in the declared format, numbers with the declared decimal sign, nothing as an empty text."""
    format, columns = date_format or "%Y-%m-%d", []
    nested = [name for name, kind in table.schema.items() if kind.is_nested() or kind == pl.Object]
    table = table.with_columns(pl.Series(name, [str(value) for value in table[name].to_list()], dtype=pl.String) for name in nested)
    for name, kind in table.schema.items():
        column = pl.col(name)
        if kind == pl.Duration:
            column = column.dt.total_seconds().cast(pl.String)
        elif kind.is_temporal():
            local = column.dt.replace_time_zone(None) if getattr(kind, "time_zone", None) else column  # the day of its own zone
            column = _moments(local.cast(pl.Datetime("us")), format) if kind != pl.Time else column.cast(pl.String)
        elif kind.is_float():
            whole = (column == column.round(0)) & (column.abs() < 1e15)
            plain = pl.when(whole).then(column.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(column.round(10).cast(pl.String))
            column = plain.str.replace(".", decimal, literal=True)
        elif kind == pl.Binary:
            column = pl.lit(_texts(table[name]))
        elif kind.is_numeric():
            column = column.cast(pl.String).str.replace(".", decimal, literal=True)
        elif kind == pl.String:  # a column of several types: its moments are cells of dates
            moment = column.str.contains(MOMENT)
            day = _moments(column.str.head(19).str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False), format)
            column = pl.when(moment).then(day).otherwise(column)
        columns.append(column.cast(pl.String).fill_null("").alias(name))
    return table.select(columns)


def _moments(column: pl.Expr, format: str) -> pl.Expr:
    """Days in the declared format; where that names no hour, cells that have one keep it behind the day."""
    day = column.dt.strftime(format)
    if "%H" in format or "%I" in format:
        return day
    return pl.when(column.dt.time() == dt.time(0)).then(day).otherwise(pl.concat_str([day, column.dt.strftime(" %H:%M:%S")]))


def _texts(column: pl.Series) -> pl.Series:
    """Bytes as the text that they are, or in hexadecimals where they are none."""
    values = column.to_list()
    try:
        return pl.Series(column.name, [value and value.decode() for value in values], dtype=pl.String)
    except UnicodeDecodeError:
        return pl.Series(column.name, [value and value.hex() for value in values], dtype=pl.String)


def _looks(content: bytes, file: str) -> dict[str, dict]:
    """By sheet of an .xlsx: hidden rows, error cells, levels of grouped rows; nothing for other kinds of workbooks.

    Refuses XML that declares entities and sheets with a stray cell far out, before anything is parsed (fault 25).
    """
    if not content.startswith(b"PK"):
        return {}
    looks = {}
    with detect.unpacked(content, file) as archive:
        parts = {name.lower(): name for name in archive.namelist()}
        for part in parts.values():
            if part.endswith((".xml", ".rels")):
                with archive.open(part) as member:
                    _check_entities(member.read(HEAD), part, file)
        for sheet, path in _sheet_parts(archive, parts):
            xml = archive.read(path)
            _check_width(xml, sheet, file)
            hidden = len(re.findall(rb'<row [^>]*hidden="(?:1|true)"', xml))
            looks[sheet] = {
                "booleans": b't="b"' in xml,
                "hidden_rows": hidden,
                "error_cells": xml.count(b't="e"'),
                "levels": _levels(xml, archive, parts),
            }
    return looks


def _sheet_parts(archive: zipfile.ZipFile, parts: dict[str, str]):
    """Name and part of each sheet, by the workbook's relations."""
    if "xl/workbook.xml" not in parts:
        return
    book = archive.read(parts["xl/workbook.xml"]).decode("utf-8", errors="replace")
    relations = archive.read(parts["xl/_rels/workbook.xml.rels"]).decode("utf-8", errors="replace")
    targets = {}
    for relation in re.findall(r"<Relationship\b[^>]*>", relations):
        given = dict(re.findall(r'(\w+)="([^"]*)"', relation))
        targets[given.get("Id", "")] = given.get("Target", "").lstrip("/").removeprefix("xl/")
    for sheet in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", book):
        given = dict(re.findall(r'([\w:]+)="([^"]*)"', sheet))
        path = parts.get(f"xl/{targets.get(given.get('r:id', ''), '')}".lower())
        if path:
            yield _unescaped(given.get("name", "")), path


def _unescaped(text: str) -> str:
    import html

    return html.unescape(text)


def _check_entities(head: bytes, part: str, file: str) -> None:
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        message = N_(
            "{file}: its part {part} declares XML entities, which no spreadsheet needs: refused. What to do: save it again from Excel."
        )
        raise BadExport(message, file=file, part=part)


def _check_width(xml: bytes, sheet: str, file: str) -> None:
    far = re.search(rb'<c r="([B-Z][A-Z]{2}|A[M-Z][A-Z])\d+"', xml)  # beyond column ALL, the thousandth
    last = xml.rfind(b"<row ")
    rows = int(found[1]) if last >= 0 and (found := re.search(rb'r="(\d+)"', xml[last : last + 200])) else 0
    if far and rows > TALL:
        message = N_(
            "{file}, sheet {sheet!r} reaches column {column} and row {rows}: refused, it would fill the memory. What to "
            "do: delete the stray cells."
        )
        raise BadExport(message, file=file, sheet=sheet, column=far[1].decode(), rows=rows)


def _levels(xml: bytes, archive: zipfile.ZipFile, parts: dict[str, str]) -> dict[int, int]:
    """Spreadsheet row -> level, by the outline of rows, else by the indent of each row's first cell."""
    outlined = {
        int(number): int(level)
        for row in re.findall(rb"<row [^>]*outlineLevel=[^>]*>", xml)
        for number, level in [(re.search(rb'\br="(\d+)"', row)[1], re.search(rb'outlineLevel="(\d+)"', row)[1])]
    }
    if outlined or "xl/styles.xml" not in parts:
        return outlined
    styles = archive.read(parts["xl/styles.xml"])
    formats = re.search(rb"<cellXfs\b.*?</cellXfs>", styles, re.DOTALL)
    indents = [
        int(found[1]) if (found := re.search(rb'indent="(\d+)"', one)) else 0
        for one in re.findall(rb"<xf\b.*?(?:/>(?!\s*<alignment)|</xf>)", formats[0] if formats else b"", re.DOTALL)
    ]
    if not any(indents):
        return {}
    firsts = re.findall(rb'<row [^>]*\br="(\d+)"[^>]*>\s*<c [^>]*?s="(\d+)"', xml)
    return {int(row): indents[int(style)] for row, style in firsts if int(style) < len(indents) and indents[int(style)]}


def web_page(text: str, file: str, *, skip: int) -> pl.DataFrame:
    """The largest table of a web page (`.xls` of a CRM), cells that span rows or columns repeated, rows after the first `skip`."""
    from lxml import html

    tables = html.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text)).iter("table")
    grids = [_spanned(table) for table in tables if not table.xpath(".//table")]
    if not grids or not any(grids):
        raise BadExport(N_("{file} is a web page without a table. What to do: export it as .xlsx or .csv."), file=file)
    largest = max(grids, key=lambda grid: sum(map(len, grid)))
    width = max(map(len, largest))
    rows = [[*row, *[""] * (width - len(row))] for row in largest][skip:]
    return pl.DataFrame(rows, schema={f"column_{i + 1}": pl.String for i in range(width)}, orient="row")


def _spanned(table) -> list[list[str]]:
    rows, waiting = [], {}  # waiting: column -> (text, rows left) of cells that reach down
    for tr in table.iter("tr"):
        row, cells = [], list(tr.xpath("./td|./th"))
        while cells or len(row) in waiting:
            if len(row) in waiting:
                said, left = waiting.pop(len(row))
                if left > 1:
                    waiting[len(row)] = (said, left - 1)
                row.append(said)
                continue
            cell = cells.pop(0)
            said = " ".join(cell.text_content().split())
            down = _count(cell.get("rowspan"))
            for _column in range(_count(cell.get("colspan"))):
                if down > 1:
                    waiting[len(row)] = (said, down - 1)
                row.append(said)
        rows.append(row)
    return rows


def _count(span: str | None) -> int:
    return min(int(span), 1000) if span and span.isdigit() and int(span) > 0 else 1


def parquet(content: bytes, file: str, *, decimal: str, date_format: str | None) -> pl.DataFrame:
    """A Parquet file's columns as text, under their own names."""
    try:
        table = pl.read_parquet(io.BytesIO(content))
    except pl.exceptions.PolarsError as error:
        message = N_("{file} is not a Parquet file: {error}. What to do: export it again.")
        raise BadExport(message, file=file, error=str(error).splitlines()[0]) from error
    return as_text(table.rename(layout.free), decimal, date_format)

"""What was filled in by hand? The workbooks of `audit forms`, each sheet as the text of one table; from there on they are exports like any other.

Sheets and columns are known by their headings in either language, whatever their order; columns that people added are left alone, and so are rows in which
nothing was filled in. A form of an earlier year may lack a column; one without which a row means nothing is asked for.
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from audit.core import registry
from audit.core.settings import Mapping, Source
from audit.core.tables.forms import FORMS, OF_PEOPLE, TITLES
from audit.core.tables.schema import DATE, MONEY, NUMBER, Column, Table
from audit.i18n import mark as N_
from audit.i18n.messages import in_both
from audit.intake.mapping.parse import typed_day
from audit.intake.readers import layout, workbook
from audit.intake.readers.detect import BadExport
from audit.intake.readers.read import Note, Read, files_of

DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d %H:%M:%S")  # none in which day and month could be exchanged
NUMBERED = re.compile(r"^-?\d{1,3}(?:[\s\u00a0\u202f]?\d{3})*(?:[.,]\d+)?$")
THOUSANDS = re.compile(r"^-?\d{1,3},\d{3}$")  # 12,000: thousands or a fraction, as the writer's country has it
GIVEN = {
    "account_streams": 1,
    "account_contacts": 1,
    "account_losses": 1,
    "manager_answers": 1,
}  # columns after the code that stand in the form already: they alone fill nothing in


def forms(folder: Path, pattern: str) -> dict[str, Read]:
    """The tables that the forms of a base hold, by name, in our columns and codes; tables of which nothing was filled in are left out.

    Raises
    ------
    BadExport
        where no file matches, a file is no workbook or none of its sheets is a form, or a sheet lacks a column without which a row means nothing.
    """
    files = files_of(folder, Source(file=pattern))
    if not files:
        message = N_(
            '[base] forms = "{pattern}": no such file in {folder}. What to do: put the filled-in forms there, or take the line out.'
        )
        raise BadExport(message, pattern=pattern, folder=folder)
    parts: dict[str, list[tuple[pl.DataFrame, list[Note]]]] = {}
    for path in files:
        for form, sheet in _sheets(path):
            parts.setdefault(form.name, []).append(_rows(sheet, form, f"{path.name}, {sheet.name}", path.name))
    content, made = {path.name: "workbook" for path in files}, {}
    for name, found in parts.items():
        table = pl.concat([rows for rows, _notes in found])
        if len(table):
            made[name] = Read(table, tuple(files), tuple(note for _rows, notes in found for note in notes), content=content)
    return made


def mapping(table: str) -> Mapping:
    """How such a table is read: each column from the column of its own name."""
    return Mapping.model_validate({"from": f"form {table}", "columns": {name: name for name in registry.tables()[table].names}})


def _sheets(path: Path):
    """The sheets of a workbook that are forms, each with the form that it is."""
    import fastexcel

    content = path.read_bytes()
    try:
        names = fastexcel.read_excel(content).sheet_names
    except fastexcel.FastExcelError as error:
        message = N_("{file} cannot be opened as a workbook: {error}. What to do: save it again from Excel as .xlsx.")
        raise BadExport(message, file=path.name, error=str(error).splitlines()[0]) from error
    by_title = {said.casefold(): form for form in FORMS for said in in_both(TITLES[form.name])}
    found = [(by_title[name.strip().casefold()], name) for name in names if name.strip().casefold() in by_title]
    if not found:
        message = N_(
            "{file} holds no form of ours; its sheets are {names}. What to do: fill in what `audit forms` wrote, and keep its sheets."
        )
        raise BadExport(message, file=path.name, names=", ".join(names))
    for form, name in found:
        [sheet] = workbook.sheets(content, path.name, wanted=name, skip=0, head_rows=1, decimal=".", date_format=None)
        if sheet.head and sheet.table.width:
            yield form, sheet


def _rows(sheet: workbook.Sheet, form: Table, where: str, file: str) -> tuple[pl.DataFrame, list[Note]]:
    """The rows of a sheet in which something was filled in, in our columns, codes, days and numbers, each with its place; and what of it could not be read.

    An optional cell that is no choice, day or number is lost and told, not its row: one slip of the pen does not undo a whole form."""
    heads = layout.names(sheet.head, where)
    table = sheet.table.rename(dict(zip(sheet.table.columns, heads, strict=True)))
    by_head = {head.strip().casefold(): head for head in heads}
    ours = {c.name: next((by_head[one.casefold()] for one in in_both(c.heading) if one.casefold() in by_head), None) for c in form.columns}
    if missing := [c.heading for c in form.columns if c.required and ours[c.name] is None]:
        message = N_(
            "{where}: no column {columns}; it has {there}. What to do: take the heading over from the form that `audit forms` writes."
        )
        raise BadExport(message, where=where, columns=", ".join(missing), there=", ".join(heads))
    table = table.with_columns(pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("_row"))
    said = table.select(*(_column(table, ours[c.name], c) for c in form.columns), "_row")
    filled = form.names[1 + GIVEN.get(form.name, 0) :]
    is_filled = pl.any_horizontal(pl.col(name) != "" for name in filled)
    said, notes = _without_slips(said.filter(is_filled), form, where)
    origin = (pl.lit(file).alias("_file"), pl.lit(sheet.name).alias("_sheet"), pl.lit("").alias("_mark"))
    notes += [Note(kind, where, count) for kind, count in sheet.notes.items()]
    return said.with_columns(*origin).select(*form.names, "_row", "_mark", "_file", "_sheet"), notes


READ = {DATE: r"^(\d{4}-\d\d-\d\d)?$", MONEY: r"^(-?\d+(\.\d+)?)?$", NUMBER: r"^(-?\d+(\.\d+)?)?$"}


def _without_slips(said: pl.DataFrame, form: Table, where: str) -> tuple[pl.DataFrame, list[Note]]:
    """The rows with optional cells emptied that hold no choice, day or number, and a note for each column that had some."""
    notes = []
    for column in (c for c in form.columns if not c.required and (c.codes or c.kind in READ)):
        text = pl.col(column.name)
        is_slip = ~text.is_in([*column.values, ""]) if column.codes else ~text.str.contains(READ[column.kind])
        slips = said.filter(is_slip)
        if len(slips):
            first = slips.row(0, named=True)
            said_there = "" if form.name in OF_PEOPLE else f": {first[column.name][:40]}"
            detail = f"{column.heading}, {first['_row']}{said_there}"
            notes.append(Note("slips", where, len(slips), detail))
            said = said.with_columns(pl.when(is_slip).then(pl.lit("")).otherwise(text).alias(column.name))
    return said, notes


def _column(table: pl.DataFrame, name: str | None, column: Column) -> pl.Series:
    """A column of ours as text: choices as codes, days as ISO, numbers with a point; what is none of these stays as it was written."""
    if name is None:
        return pl.Series(column.name, [""] * len(table), dtype=pl.String)
    texts = [text.strip() for text in table[name].fill_null("").to_list()]
    if column.codes:
        known = {said.casefold(): one.value for one in column.codes for said in (one.value, *in_both(one.label))}
        texts = [known.get(text.casefold(), text) for text in texts]
    elif column.kind == DATE:
        texts = [day.date().isoformat() if (day := typed_day(text, DAYS)) else text for text in texts]
    elif column.kind in (MONEY, NUMBER):
        texts = [
            re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".") if NUMBERED.match(text) and not THOUSANDS.match(text) else text
            for text in texts
        ]
    return pl.Series(column.name, texts, dtype=pl.String)

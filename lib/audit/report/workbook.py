"""How does a table become a sheet that a spreadsheet opens safely? Text is text, never a formula; numbers are numbers, days are days (faults 31, 33, 35)."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from audit import i18n
from audit.core import groups, labels, registry, store
from audit.core.settings import Settings
from audit.i18n import translate as _

FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST = 32_767
MOST_ROWS = 100_000  # of a sheet of tables.xlsx; larger tables stand in tables/ as Parquet
WIDTH = {"text": 26, "number": 13}


@dataclass
class Book:
    """A workbook being written: its sheets' names, and how cells look."""

    book: object
    looks: dict
    taken: set[str] = field(default_factory=set)

    def sheet(self, name: str):
        return self.book.add_worksheet(sheet_name(name, self.taken))


@contextmanager
def written(target: Path, settings: Settings, *, title: str) -> Iterator[Book]:
    """A workbook at that place, the same bytes for the same content."""
    import xlsxwriter

    buffer = io.BytesIO()
    plain_text = {f"strings_to_{kind}": False for kind in ("formulas", "urls", "numbers")}
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "nan_inf_to_errors": False, **plain_text})
    made = dt.datetime.combine(settings.as_of, dt.time())
    book.set_properties({"title": plain(title), "company": plain(settings.base.name), "created": made})
    day = "yyyy-mm-dd" if i18n.current() == "en" else "dd.mm.yyyy"
    top = {"valign": "top"}
    looks = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, **top}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "text": book.add_format({"num_format": "@", "text_wrap": True, **top}),
        "day": book.add_format({"num_format": day, **top}),
        "money": book.add_format({"num_format": "#,##0", **top}),
        "share": book.add_format({"num_format": "0.0%", **top}),
        "number": book.add_format({"num_format": "#,##0.##", **top}),
        "empty": book.add_format({"bg_color": "#FFF8E1", "border": 1, "border_color": "#D9DFE5", "text_wrap": True, **top}),
        "empty day": book.add_format({"bg_color": "#FFF8E1", "border": 1, "border_color": "#D9DFE5", "num_format": day, **top}),
    }
    yield Book(book, looks)
    book.close()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(buffer.getvalue())


def put(sheet, looks: dict, row: int, column: int, name: str, value) -> None:
    """One cell, by the name of its column: shares as percentages, days as days, texts as texts."""
    if pd.isna(value) or value == "":
        sheet.write_blank(row, column, None, looks["text"])
    elif isinstance(value, pd.Timestamp):
        sheet.write_datetime(row, column, value.to_pydatetime(), looks["day"])
    elif isinstance(value, bool):
        sheet.write_string(row, column, _("yes") if value else _("no"), looks["text"])
    elif isinstance(value, str):
        sheet.write_string(row, column, plain(value), looks["text"])
    else:
        look = "share" if name.endswith(i18n.SHARES) else "number" if name.endswith((*i18n.UNITS, *i18n.PLAIN)) else "money"
        sheet.write_number(row, column, float(value), looks[look])


def table(book: Book, name: str, rows: pd.DataFrame) -> None:
    """A sheet with a heading for each column in words, filters, and its first row and column in sight."""
    sheet = book.sheet(name)
    for j, column in enumerate(rows.columns):
        sheet.write_string(0, j, labels.label(str(column)), book.looks["head"])
        sheet.set_column(j, j, WIDTH["text" if rows[column].dtype == object or str(rows[column].dtype) == "str" else "number"])
    for i, row in enumerate(rows.itertuples(index=False), 1):
        for j, (column, value) in enumerate(zip(rows.columns, row, strict=True)):
            text = labels.cell(str(column), value) if isinstance(value, str) else value.item() if hasattr(value, "item") else value
            put(sheet, book.looks, i, j, str(column), text)
    sheet.freeze_panes(1, 1)
    if len(rows):
        sheet.autofilter(0, 0, len(rows), len(rows.columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def tables(run: Path, target: Path, settings: Settings) -> None:
    """tables.xlsx: every table that the chapters of a run wrote, whole, a sheet each; names in place of codes of customers."""
    master, managers = store.maybe(run, "customers", "managers")
    left_out = []
    with written(target / "tables.xlsx", settings, title=_("The tables of the report")) as book:
        for step in registry.steps():
            for name in step.writes:
                found = store.maybe(run, name)
                if found is None or found.empty or name.startswith("findings_") or name in UNTOLD:
                    continue
                if len(found) > MOST_ROWS:
                    left_out.append((name, len(found), f"tables/{name}.parquet"))
                else:
                    table(book, name, _with_names(found, master, managers))
        if left_out:  # too large for a spreadsheet: said, not left out in silence
            table(book, _("Too large for a sheet"), pd.DataFrame(left_out, columns=["table", "rows", "file"]))


def _with_names(found: pd.DataFrame, master: pd.DataFrame | None, managers: pd.DataFrame | None) -> pd.DataFrame:
    """The table with the names of its customers, or groups of companies, before their codes, and of managers in place of theirs."""
    of = next((column for column in ("customer_id", "group") if column in found.columns), None)
    found = found.copy()
    if "manager_id" in found.columns:
        found["manager_id"] = found["manager_id"].map(groups.manager_names(managers).to_dict()).astype("object").fillna(found["manager_id"])
    if of and "customer" not in found.columns:
        found.insert(0, "customer", found[of].map(groups.group_names(found[of], master)).astype("str"))
    return found


UNTOLD = ("verdicts", "customer_overview", "payments_applied", "decisions")  # told elsewhere in full


def customers(run: Path, target: Path, settings: Settings) -> None:
    """customers.xlsx: one row per customer with everything that the chapters say of it, whole."""
    overview, master, managers = store.maybe(run, "customer_overview", "customers", "managers")
    if overview is None:
        return
    with written(target / "customers.xlsx", settings, title=_("All customers")) as book:
        rows = overview.head(MOST_ROWS).drop(columns=["is_lead", "usual_days"])
        for column, of in (("key_reasons", "reason_class"), ("other_actions", "action_class")):
            rows[column] = [", ".join(labels.named(of, one) for one in found.split()) for found in rows[column]]
        table(book, _("All customers"), _with_names(rows, master, managers))


def cell(text: str) -> str:
    """A text for CSV that no spreadsheet takes for a formula.

    >>> cell("=1+1"), cell("ООО «Ромашка»")
    ("'=1+1", 'ООО «Ромашка»')
    """
    text = plain(text)
    return f"'{text}" if text.startswith(FORMULA) else text


def plain(text: str) -> str:
    """A text without characters that hide, turn, or break a file (fault 33), cut where a cell would end, visibly."""
    text = i18n.visible(text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def sheet_name(name: str, taken: set[str]) -> str:
    """A name that a spreadsheet allows, unlike all taken so far (fault 35).

    >>> sheet_name("Отдел/Юг: [2]", set()), sheet_name("summary", {"summary"})
    ('Отдел Юг 2', 'summary 2')
    """
    own = re.sub(r"\s+", " ", re.sub(r"[\[\]:*?/\\]", " ", plain(name))).strip(" '")[:28] or "–"
    found, number = own, 1
    while found.casefold() in taken or found.casefold() == "history":
        number += 1
        found = f"{own} {number}"
    taken.add(found.casefold())
    return found

"""What does a manager open on Monday? actions.xlsx, a sheet each, and the same as actions.csv for a CRM's import of tasks.

Nothing from the data is ever a formula: text is written as text, in CSV behind an apostrophe where a spreadsheet would compute it (fault
31).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path

import pandas as pd

from audit import i18n
from audit.core import groups, labels, norms, store
from audit.core.settings import Settings
from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.report import actions

FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST = 32_767
WIDTHS = {
    "task": 20,
    "customer": 38,
    "tax_id": 14,
    "money": 14,
    "due_on": 12,
    "last_on": 12,
    "silence_days": 9,
    "usual_gap_days": 9,
    "why": 70,
    "source": 14,
}
HEADS = {
    "task": N_("Task"),
    "customer": N_("Customer"),
    "tax_id": N_("Tax id"),
    "due_on": N_("Due on"),
    "why": N_("Why"),
    "source": N_("Source"),
}
OF = {actions.Task.KEY: "reason_class", actions.Task.DEPENDENCE: "dependence_class"}  # tasks whose reason names codes, and of which column
TABLES = ("overdue", "winback", "strayed", "key_accounts", "dependence", "debtors", "customer_profits", "wallets", "duplicates")


def write(run: Path, target: Path, settings: Settings) -> None:
    """actions.xlsx and actions.csv of a run into a folder, in the reader's language."""
    history, (customers, managers) = store.load(run, "history"), store.maybe(run, "customers", "managers")
    found = dict(zip(TABLES, store.maybe(run, *TABLES), strict=True))
    horizon = norms.value("repeat_horizon_days", settings.norms)
    tasks = actions.actions(history, customers, as_of=settings.as_of, horizon_days=horizon, **found)
    rows = told(tasks, customers)
    who = {name: groups.manager_names(managers).get(name, name) or _("Nobody’s") for name in sorted(tasks["manager_id"].unique())}
    target.mkdir(parents=True, exist_ok=True)
    (target / "actions.xlsx").write_bytes(_xlsx(tasks, rows, who, settings))
    (target / "actions.csv").write_bytes(_csv(tasks, rows, who))


def told(tasks: pd.DataFrame, customers: pd.DataFrame | None) -> pd.DataFrame:
    """The tasks in a reader's words: task, customer, tax_id, money, due_on, last_on, silence_days, usual_gap_days, why, source."""
    by_id = None if customers is None else customers.set_index("customer_id")
    name = tasks["customer_id"] if by_id is None else tasks["customer_id"].map(by_id["name"]).fillna(tasks["customer_id"])
    tax = by_id["tax_id"] if by_id is not None and "tax_id" in by_id.columns else pd.Series(dtype="str")
    reasons = [
        _(actions.Task(task).meaning).format(
            other=", ".join(labels.named(OF[task], part) for part in other.split(", ")) if task in OF else other
        )
        for task, other in zip(tasks["task_class"], tasks["other"].fillna("").astype("str"), strict=True)
    ]
    rows = tasks.assign(
        task=[_(actions.Task(task).label) for task in tasks["task_class"]],
        customer=name,
        tax_id=tasks["customer_id"].map(tax).astype("object").fillna(""),
        why=reasons,
    )
    return rows[list(WIDTHS)]


def _xlsx(tasks: pd.DataFrame, rows: pd.DataFrame, who: dict[str, str], settings: Settings) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        },
    )
    book.set_properties(
        {
            "title": plain(_("What to do, by manager")),
            "company": plain(settings.base.name),
            "created": dt.datetime.combine(settings.as_of, dt.time()),
        }
    )
    looks = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "text": book.add_format({"num_format": "@", "valign": "top", "text_wrap": True}),
        "day": book.add_format({"num_format": "yyyy-mm-dd" if i18n.current() == "en" else "dd.mm.yyyy", "valign": "top"}),
        "money": book.add_format({"num_format": "#,##0", "valign": "top"}),
        "days": book.add_format({"num_format": "0", "valign": "top"}),
    }
    taken: set[str] = set()
    _summary(book.add_worksheet(sheet_name(_("Summary"), taken)), tasks, who, settings, looks)
    for manager, name in who.items():
        _sheet(book.add_worksheet(sheet_name(name, taken)), rows[tasks["manager_id"] == manager], settings, looks)
    book.close()
    return buffer.getvalue()


def _summary(sheet, tasks: pd.DataFrame, who: dict[str, str], settings: Settings, looks: dict) -> None:
    counts = actions.by_manager(tasks)
    period = f"{i18n.shown('day_on', settings.observed_from)} – {i18n.shown('day_on', settings.as_of)}"
    sheet.write_string(0, 0, plain(_("What to do, by manager")), looks["title"])
    sheet.write_string(1, 0, plain(f"{settings.base.name} · {period}"))
    sheet.write_string(2, 0, _("Tasks by kind. Money of different kinds overlaps and is never added up."))
    heads = [_("Manager"), *(_(actions.Task(task).label) for task in counts.columns[1:])]
    for j, head in enumerate(heads):
        sheet.write_string(4, j, head, looks["head"])
    for i, row in enumerate(counts.itertuples(index=False), 5):
        sheet.write_string(i, 0, plain(who[row[0]]), looks["text"])
        for j, count in enumerate(row[1:], 1):
            sheet.write_number(i, j, int(count), looks["days"])
    if len(counts):
        sheet.autofilter(4, 0, 4 + len(counts), len(heads) - 1)
    for i, task in enumerate(counts.columns[1:], 7 + len(counts)):
        sheet.write_string(i, 0, _(actions.Task(task).label), looks["text"])
        sheet.write_string(i, 1, _(actions.Task(task).meaning).format(other="…"))
    sheet.freeze_panes(5, 1)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, len(heads), 16)


def _sheet(sheet, rows: pd.DataFrame, settings: Settings, looks: dict) -> None:
    symbol = i18n.symbol(settings.currency)
    for j, column in enumerate(rows.columns):
        head = _(HEADS[column]) if column in HEADS else f"{labels.label(column)}, {symbol}" if column == "money" else labels.label(column)
        sheet.write_string(0, j, head, looks["head"])
        sheet.set_column(j, j, WIDTHS[column])
    for i, row in enumerate(rows.itertuples(index=False), 1):
        for j, (column, value) in enumerate(zip(rows.columns, row, strict=True)):
            if value is None or value != value or value == "":
                sheet.write_blank(i, j, None, looks["text"])
            elif isinstance(value, pd.Timestamp):
                sheet.write_datetime(i, j, value.to_pydatetime(), looks["day"])
            elif isinstance(value, str):
                sheet.write_string(i, j, plain(value), looks["text"])
            else:
                sheet.write_number(i, j, float(value), looks["money" if column == "money" else "days"])
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(len(rows), 1), len(rows.columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _csv(tasks: pd.DataFrame, rows: pd.DataFrame, who: dict[str, str]) -> bytes:
    """One row a task, with a byte-order mark and the list separator that a spreadsheet of the language expects."""
    buffer = io.StringIO()
    out = csv.writer(buffer, delimiter=";" if i18n.current() == "ru" else ",", lineterminator="\r\n")
    out.writerow([_("Responsible"), *(_(HEADS[c]) if c in HEADS else labels.label(c) for c in rows.columns)])
    for manager, row in zip(tasks["manager_id"], rows.itertuples(index=False), strict=True):
        out.writerow([cell(who[manager]), *(_in_csv(column, value) for column, value in zip(rows.columns, row, strict=True))])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _in_csv(column: str, value) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, str):
        return cell(value)
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return f"{float(value):.0f}"


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

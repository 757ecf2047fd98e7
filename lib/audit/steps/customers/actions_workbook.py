"""What does a manager open on Monday? actions.xlsx: a sheet for each, one row per customer, empty columns for what came of it; actions.csv for a CRM.

The filled file is read back by the next audit (run/actions_done): by the code in the last column, in whatever order, in either language.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from audit import i18n
from audit.core import groups, store
from audit.core.settings import Settings
from audit.i18n import translate as _
from audit.report import workbook
from audit.steps.customers.codes import Action
from audit.steps.customers.monday import COLUMNS, FILLED, LISTS, told
from audit.steps.customers.summary import by_manager


def write(run: Path, target: Path, settings: Settings) -> None:
    """actions.xlsx and actions.csv of a run into a folder, in the reader's language; nothing where the run has no overview of customers."""
    overview, customers, managers, contacts = store.maybe(run, "customer_overview", "customers", "managers", "contacts")
    if overview is None:
        return
    listed = overview[overview["action_class"] != ""]
    rows = told(listed, customers, contacts, settings.currency)
    names = groups.manager_names(managers)
    who = {one: str(names.get(one, one)) or _("Nobody’s") for one in sorted(listed["manager_id"].unique())}
    with workbook.written(target / "actions.xlsx", settings, title=_("What to do, by manager")) as book:
        _summary(book, by_manager(overview), who, settings)
        for number, (manager, name) in enumerate(who.items(), 1):
            _sheet(book, f"{number} {name}", rows[listed["manager_id"].loc[rows.index] == manager], settings)
    (target / "actions.csv").write_bytes(_csv(listed["manager_id"], rows, who))


def _summary(book: workbook.Book, counts: pd.DataFrame, who: dict[str, str], settings: Settings) -> None:
    sheet, looks = book.sheet(_("Summary")), book.looks
    period = f"{i18n.shown('day_on', settings.observed_from)} – {i18n.shown('day_on', settings.as_of)}"
    sheet.write_string(0, 0, workbook.plain(_("What to do, by manager")), looks["title"])
    sheet.write_string(1, 0, workbook.plain(f"{settings.base.name} · {period}"))
    sheet.write_string(2, 0, _("One row per customer. Money of different kinds is never added up."))
    sheet.write_string(3, 0, _("Fill in the yellow columns, and put the file into the folder of the next audit."))
    heads = [_("Manager"), *(_(Action(task).label) for task in counts.columns[1:])]
    for j, head in enumerate(heads):
        sheet.write_string(5, j, head, looks["head"])
    for i, row in enumerate(counts.itertuples(index=False), 6):
        sheet.write_string(i, 0, workbook.plain(who[row[0]]), looks["text"])
        for j, count in enumerate(row[1:], 1):
            sheet.write_number(i, j, int(count), looks["money"])
    sheet.freeze_panes(6, 1)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, len(heads), 16)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _sheet(book: workbook.Book, name: str, rows: pd.DataFrame, settings: Settings) -> None:
    sheet, looks = book.sheet(name), book.looks
    for j, (column, (head, width)) in enumerate(COLUMNS.items()):
        text = f"{_(head)}, {i18n.symbol(settings.currency)}" if column == "worth" and settings.currency else _(head)
        sheet.write_string(0, j, text, looks["head"])
        sheet.set_column(j, j, width)
        if column in LISTS and len(rows):
            sheet.data_validation(1, j, len(rows), j, {"validate": "list", "source": [_(one.label) for one in LISTS[column]]})
    for i, row in enumerate(rows.itertuples(index=False), 1):
        for j, (column, value) in enumerate(zip(rows.columns, row, strict=True)):
            if column in FILLED:
                sheet.write_blank(i, j, None, looks["empty day" if column == "done_on" else "empty"])
            else:
                workbook.put(sheet, looks, i, j, column, value)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_header(f"&L{_escaped(settings.base.name)}&R{_escaped(name)}")
    sheet.set_footer("&R&P / &N")


def _escaped(text: str) -> str:
    """A text within a header of a sheet, where & begins a code; no more of it than a header holds."""
    return workbook.plain(text).replace("&", "&&")[:80]


def _csv(managers: pd.Series, rows: pd.DataFrame, who: dict[str, str]) -> bytes:
    """One row a customer, with a byte-order mark and the list separator that a spreadsheet of the language expects."""
    buffer = io.StringIO()
    out = csv.writer(buffer, delimiter=";" if i18n.current() == "ru" else ",", lineterminator="\r\n")
    shown = [column for column in COLUMNS if column not in FILLED]
    out.writerow([_("Responsible"), *(_(COLUMNS[column][0]) for column in shown)])
    for i, row in rows.iterrows():
        out.writerow([workbook.cell(who[managers[i]]), *(_in_csv(row[column]) for column in shown)])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _in_csv(value) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, str):
        return workbook.cell(value)
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else f"{float(value):.0f}"

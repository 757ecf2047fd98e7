"""What does a manager open on Monday? actions.xlsx: a sheet for each, one row per customer, empty columns for what came of it; actions.csv for a CRM.

The filled file is read back by the next audit (intake/actions_done): by the code in the last column, in whatever order, in either language.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from audit import i18n
from audit.core import groups, labels, store
from audit.core.settings import Settings
from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.report import workbook
from audit.steps.customers.codes import Action, Result, Status
from audit.steps.customers.summary import by_manager

COLUMNS = {  # heading and width
    "customer": (N_("Customer"), 30),
    "task": (N_("Next step"), 20),
    "reason": (N_("What happened"), 38),
    "offer": (N_("What to say or offer"), 44),
    "worth": (N_("Worth"), 12),
    "money": (N_("Which money"), 20),
    "due_on": (N_("By"), 11),
    "contact": (N_("Contact"), 16),
    "waiting": (N_("Waiting behind it"), 20),
    "status": (N_("Status"), 12),
    "result": (N_("Result"), 14),
    "note": (N_("Next appointment"), 20),
    "done_on": (N_("Done on"), 11),
    "code": (N_("Code"), 10),
}
FILLED = ("status", "result", "note", "done_on")  # by the manager
LISTS = {"status": Status, "result": Result}


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


def told(listed: pd.DataFrame, customers: pd.DataFrame | None, contacts: pd.DataFrame | None, currency: str) -> pd.DataFrame:
    """The next steps in a reader's words, in the order in which they are due: the columns of COLUMNS."""
    names = {} if customers is None else customers.set_index("customer_id")["name"].to_dict()
    roles = _roles(contacts)
    rows = []
    for _i, row in listed.iterrows():
        action, said = Action(row["action_class"]), {name: _in_words(name, value, currency) for name, value in row.items()}
        money = labels.named("money_kind", row["money_kind"]) if row["money_kind"] else ""
        rows.append(
            {
                "customer": names.get(row["customer_id"], row["customer_id"]),
                "task": _(action.label),
                "reason": _(action.meaning).format(**said, loss=_in_words("worth", row["worth"], currency)),
                "offer": _(action.action),
                "worth": row["worth"],
                "money": money,
                "due_on": row["due_on"],
                "contact": roles.get(row["customer_id"], ""),
                "waiting": ", ".join(labels.named("action_class", one) for one in row["other_actions"].split()),
                "status": "",
                "result": "",
                "note": "",
                "done_on": None,
                "code": row["customer_id"],
            }
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS), index=listed.index)
    return table.assign(_due=listed["due_on"], _worth=-listed["worth"].fillna(0)).sort_values(["_due", "_worth", "code"])[list(COLUMNS)]


def _in_words(name: str, value, currency: str) -> str:
    return value if isinstance(value, str) else i18n.spoken(name, value, currency)


def _roles(contacts: pd.DataFrame | None) -> dict[str, str]:
    """Whom to ask for: the role of the first contact person that has one."""
    if contacts is None or "role" not in contacts.columns:
        return {}
    known = contacts[contacts["role"].fillna("") != ""].sort_values(["customer_id", "contact_id"])
    return known.drop_duplicates("customer_id").set_index("customer_id")["role"].to_dict()


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

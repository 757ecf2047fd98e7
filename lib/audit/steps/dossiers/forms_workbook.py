"""What do only people know, and who is asked? A workbook of forms for each manager of key accounts, and one for the owner, filled in as far as the audit knows.

What the audit knows is locked, what is asked is yellow, with lists to choose from. Filled in, the files go into the base's folder (`[base] forms`), and the
next run reads them (intake/readers/forms); what was filled in before stands there already.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pandas as pd

from audit import i18n
from audit.core import groups, registry, store
from audit.core.errors import AuditError
from audit.core.settings import Settings
from audit.core.tables.form_codes import Stream
from audit.core.tables.forms import FORMS, OF_NO_ACCOUNT, TITLES
from audit.core.tables.schema import DATE, MONEY, NUMBER, Column, Table
from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.report import workbook
from audit.steps.dossiers.filled import key_accounts, of_accounts
from audit.steps.verdicts.questions import QUESTIONS

BLANK = 4  # empty rows below what is known, for each key account
WIDTH = {DATE: 13, MONEY: 15}
KINDS = {DATE: "day", MONEY: "money", NUMBER: "number"}
KNOWN = {  # columns of the overview that stand beside a key account, as they are headed
    "year_revenue": N_("Sales of 12 months"),
    "profit": N_("Profit after serving costs and extras"),
    "wallet_share": N_("Share of wallet"),
    "overdue": N_("Overdue"),
}
HOW = [
    N_("Yellow cells are yours; everything else is what the audit found, and is locked."),
    N_("Choose from the list where a cell has one; write days as 31.12.2025 or 2025-12-31. A cell may stay empty: not known is an answer."),
    N_("Write posts, no names, and nothing private of anybody."),
    N_("A goal without a measure, a day and a person is no goal; a benefit without something that shows it is an opinion."),
    N_(
        "Our target with a customer (the third question of the perspective plan) is our reading of the source, whose page is cut off there."
    ),
    N_('When filled in, put the file into the folder of the base, and name it in audit.toml: [base] forms = "form-*.xlsx".'),
]


class NoForms(AuditError):
    """A run without key accounts: nobody is to be asked."""


def write(run: Path, target: Path, settings: Settings) -> list[Path]:
    """The workbooks of a run into a folder, in the reader's language: one per manager of key accounts, and the owner's.

    Raises
    ------
    NoForms
        where the run has no key account.
    """
    overview, customers, managers = store.maybe(run, "customer_overview", "customers", "managers")
    keys = None if overview is None else key_accounts(overview)
    if keys is None or keys.empty:
        raise NoForms(
            N_("run {run} has no key account to ask about. What to do: `audit run` the base with [tables.budgets] or [tables.facts]."),
            run=run.name,
        )
    known = dict(zip((form.name for form in FORMS), store.maybe(run, *(form.name for form in FORMS)), strict=True))
    known |= dict(zip(("given", "contacts"), store.maybe(run, "given", "contacts"), strict=True))
    known = of_accounts(known, overview)
    names, who = groups.customer_names(customers), groups.manager_names(managers)
    made = []
    for manager, part in keys.groupby("manager_id", sort=True):
        said = str(who.get(manager, manager)) or _("Nobody’s")
        path = target / f"form-{_slug(said, manager)}.xlsx"
        with workbook.written(path, settings, title=_("Key accounts: what only you know")) as book:
            _how_to(book, said, settings)
            for form in (form for form in FORMS if form.name not in OF_NO_ACCOUNT):
                _sheet(book, form, _rows(form, part, known), part, names, settings)
            if manager:
                _questions(book, "manager_answers", known["manager_answers"], of=manager)
        made.append(path)
    owners = target / "form-owner.xlsx"
    with workbook.written(owners, settings, title=_("Who decides, and by what")) as book:
        _how_to(book, _("the owner"), settings)
        _questions(book, "owner_answers", known["owner_answers"])
        _sheet(book, registry.tables()["value_models"], _segments(customers, known["value_models"]), None, names, settings)
        _sheet(book, registry.tables()["seller_reviews"], _sellers(managers, known["seller_reviews"]), None, names, settings)
    return [*made, owners]


def _slug(name: str, code: str) -> str:
    """A name as part of a file's name, with a hash that tells two of one name apart."""
    plain = re.sub(r"\W+", "-", i18n.visible(name)).strip("-")[:40] or "x"
    return f"{plain}-{hashlib.sha256(code.encode()).hexdigest()[:6]}"


def _how_to(book: workbook.Book, who: str, settings: Settings) -> None:
    sheet, looks = book.sheet(_("How to fill in")), book.looks
    sheet.write_string(0, 0, workbook.plain(f"{settings.base.name} · {who}"), looks["title"])
    for i, line in enumerate(HOW, 2):
        sheet.write_string(i, 0, _(line), looks["text"])
    sheet.set_column(0, 0, 110)


def _rows(form: Table, accounts: pd.DataFrame, known: dict[str, pd.DataFrame | None]) -> pd.DataFrame:
    """The rows of a form: what was filled in before or the exports say, then empty ones for each key account."""
    ids = accounts["customer_id"].tolist()
    before = known[form.name]
    found = pd.DataFrame(columns=form.names) if before is None else before[before["customer_id"].isin(ids)].reindex(columns=form.names)
    found = pd.concat([found.astype(object), _of_exports(form, accounts, known, found)], ignore_index=True)
    if len(form.key) > 1 and form.name != "account_streams":
        empty = pd.DataFrame([{"customer_id": one} for one in ids for _i in range(BLANK)], columns=form.names)
        found = pd.concat([found, empty.astype(object)], ignore_index=True)
    order = {one: i for i, one in enumerate(ids)}
    return found.assign(_o=found["customer_id"].map(order)).sort_values("_o", kind="stable").drop(columns="_o").reset_index(drop=True)


def _of_exports(form: Table, accounts: pd.DataFrame, known: dict[str, pd.DataFrame | None], before: pd.DataFrame) -> pd.DataFrame:
    """What the audit knows already of a form, as far as nobody has filled it in."""
    ids, made = accounts["customer_id"].tolist(), pd.DataFrame(columns=form.names)
    if form.name == "account_cards":
        made = pd.DataFrame([{"customer_id": one} for one in ids], columns=form.names)
    elif form.name == "account_streams":
        made = pd.DataFrame([{"customer_id": one, "stream_class": stream.value} for one in ids for stream in Stream], columns=form.names)
    elif form.name == "value_given" and known["given"] is not None:
        made = known["given"][known["given"]["customer_id"].isin(ids)].reindex(columns=form.names)
    elif form.name == "account_contacts" and known["contacts"] is not None and "role" in known["contacts"].columns:
        people = known["contacts"][known["contacts"]["customer_id"].isin(ids) & (known["contacts"]["role"].fillna("") != "")]
        made = people.rename(columns={"role": "post"}).reindex(columns=form.names).drop_duplicates(["customer_id", "post"])
    elif form.name == "account_losses":
        silent = accounts[accounts["action_class"].isin(["key_silent", "silent"])]
        made = silent.rename(columns={"last_on": "lost_on"}).reindex(columns=form.names)
    key = list(form.key)
    taken = set(map(tuple, before[key].astype(str).to_numpy()))
    return made[[tuple(row) not in taken for row in made[key].astype(str).to_numpy()]].astype(object)


def _segments(customers: pd.DataFrame | None, before: pd.DataFrame | None) -> pd.DataFrame:
    """The owner's rows: what was filled in, then empty ones for each industry."""
    form = registry.tables()["value_models"]
    found = pd.DataFrame(columns=form.names) if before is None else before.reindex(columns=form.names)
    there = [] if customers is None or "industry" not in customers.columns else sorted(set(customers["industry"].fillna("")) - {""})
    empty = pd.DataFrame([{"segment": one} for one in there for _i in range(BLANK)] or [{}] * BLANK, columns=form.names)
    return pd.concat([found.astype(object), empty.astype(object)], ignore_index=True)


def _sellers(managers: pd.DataFrame | None, before: pd.DataFrame | None) -> pd.DataFrame:
    """A row for each seller: what was filled in before, else the code alone."""
    form = registry.tables()["seller_reviews"]
    found = pd.DataFrame(columns=form.names) if before is None else before.reindex(columns=form.names)
    codes = [] if managers is None else [one for one in managers["manager_id"] if one not in set(found["manager_id"])]
    empty = pd.DataFrame([{"manager_id": one} for one in codes] or [{}] * BLANK, columns=form.names)
    return pd.concat([found.astype(object), empty.astype(object)], ignore_index=True)


def _questions(book: workbook.Book, name: str, before: pd.DataFrame | None, *, of: str = "") -> None:
    """The eight questions with the answers of before, the owner's or (`of`) one manager's; what is asked is locked."""
    form, looks = registry.tables()[name], _unlocked(book)
    sheet, who = book.sheet(_(TITLES[name])), ["manager_id"] if of else []
    mine = before if before is None or not of else before[before["manager_id"] == of]
    said = {} if mine is None else mine.set_index("question")["answer"].to_dict()
    heads = {c.name: _(c.heading) for c in form.columns} | {"asked": _("What is asked")}
    columns = [*who, "question", "asked", "answer"]
    for j, column in enumerate(columns):
        sheet.write_string(0, j, heads[column], book.looks["head"])
        sheet.set_column(j, j, {"asked": 80, "answer": 14}.get(column, 12))
    for i, (question, asked) in enumerate(QUESTIONS.items(), 1):
        shown = {"manager_id": of, "question": question, "asked": _(asked), "answer": _shown(form.column("answer"), said.get(question, ""))}
        for j, column in enumerate(columns):
            workbook.put(sheet, looks if column == "answer" else book.looks, i, j, column, shown[column])
    _checked(sheet, len(columns) - 1, len(QUESTIONS), form.column("answer"))
    sheet.protect("", {"format_columns": True})


def _sheet(
    book: workbook.Book, form: Table, rows: pd.DataFrame, accounts: pd.DataFrame | None, names: dict[str, str], settings: Settings
) -> None:
    """A form as a sheet: code and name locked, what the audit knows locked beside a key account, everything else to be filled in."""
    sheet, looks = book.sheet(_(TITLES[form.name])), _unlocked(book)
    given = ["customer_id"] if accounts is not None else []
    beside = [] if accounts is None else ["name", *(KNOWN if form.name == "account_cards" else ())]
    facts = None if accounts is None else accounts.set_index("customer_id")
    columns = [*given, *beside, *(name for name in form.names if name not in given)]
    heads = {"name": _("Customer"), **{column: _(head) for column, head in KNOWN.items()}} | {c.name: _(c.heading) for c in form.columns}
    for j, name in enumerate(columns):
        sheet.write_string(0, j, heads[name], book.looks["head"])
        column = next((c for c in form.columns if c.name == name), None)
        sheet.set_column(j, j, WIDTH.get(column.kind, 24) if column else 18)
        if column and name not in given:
            _checked(sheet, j, len(rows), column)
    for i, row in enumerate(rows.to_dict("records"), 1):
        for j, name in enumerate(columns):
            if name in beside:
                value = names.get(row["customer_id"], row["customer_id"]) if name == "name" else facts.at[row["customer_id"], name]
                workbook.put(sheet, book.looks, i, j, name, value)
            elif name in given or (form.name == "account_streams" and name == "stream_class"):
                workbook.put(sheet, book.looks, i, j, name, _shown(form.column(name), row[name]))
            elif (value := _shown(form.column(name), row[name])) == "":
                sheet.write_blank(i, j, None, looks[KINDS.get(form.column(name).kind, "text")])  # what is typed there is a day or a number
            else:
                workbook.put(sheet, looks, i, j, name, value)
    sheet.freeze_panes(1, len(given) + len(beside[:1]))
    sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True, "insert_rows": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _unlocked(book: workbook.Book) -> dict:
    """How cells look that are to be filled in."""
    yellow = {"bg_color": "#FFF8E1", "border": 1, "border_color": "#D9DFE5", "text_wrap": True, "valign": "top", "locked": False}
    day = "yyyy-mm-dd" if i18n.current() == "en" else "dd.mm.yyyy"
    of = {"text": "@", "day": day, "money": "#,##0", "number": "#,##0.##", "share": "0.00"}
    return {name: book.book.add_format({**yellow, "num_format": form}) for name, form in of.items()}


def _checked(sheet, at: int, rows: int, column: Column) -> None:
    """A list to choose from, or a hint at how a day is written."""
    if column.codes and rows:
        sheet.data_validation(1, at, rows, at, {"validate": "list", "source": [_(one.label) for one in column.codes]})
    elif column.kind == DATE and rows:
        head, text = _("A day"), _("such as 31.12.2025")
        sheet.data_validation(1, at, rows, at, {"validate": "any", "input_title": head, "input_message": text})


def _shown(column: Column, value):
    """A value as the form shows it: choices in words."""
    if value is None or value != value:
        return ""
    if column.codes and value in column.values:
        return _(column.codes(value).label)
    return pd.Timestamp(value) if column.kind == DATE else value

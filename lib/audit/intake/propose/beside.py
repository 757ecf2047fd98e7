"""Which tables stand beside the order lines? Customers, products, invoices, payments, plans and others, known by keys, names and words.

A table is found by its key's values occurring in the lines, else by all its required columns and one that is named as its own; each doubt
becomes a question.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from audit.core import registry
from audit.core.tables.company import SURROGATES
from audit.intake.propose import money, questions
from audit.intake.propose.columns import SHARED_LEAST, Column, best, formula_name
from audit.intake.propose.files import Found
from audit.intake.readers.layout import plain
from audit.intake.words import vocabulary as words

if TYPE_CHECKING:
    from audit.intake.propose.base import Proposal

ALIKE_COLUMNS = 0.8  # of the columns of two sheets together stand in both: two exports of one thing
INVOICED = r"\binvoices?\b|счет(а|ов)\b"  # names of files of invoices
SOLD = rf"\bsales?\b|\borders?\b|продаж|реализаци|заказ|{INVOICED}"  # and of all that is no payment
CONSTANT_SHARE = 0.95  # of the keys must have one value for a column to describe the key
KEYS = {"customers": "customer_id", "products": "product_id", "managers": "manager_id"}
DISTINCTIVE = {  # tables beside the lines, each with the columns of which one must be named as its own
    "contacts": {"phone", "email", "role"},
    "activities": {"direction"},
    "invoices": {"due_on", "paid_on", "balance"},
    "payments": {"invoice_id"},
    "points": {"card_id"},
    "costs": {"pool"},
    "budgets": {"provenance"},
    "plans": set(),
    "spend": {"purpose"},
    "visits": {"done_at", "latitude"},
    "outlets": {"latitude", "visits_month"},
    "deliveries": {"promised_on", "told_on"},
    "cases": {"closed_on", "justified", "found_by", "wrong_product", "wrong_staff", "irritated"},
    "deals": {"opened_on"},
    "assignments": {"from_on"},
    "commitments": {"supplier"},
    "trainings": {"done_on"},
    "orders": set(),
    "pay": set(),
    "must_have": set(),
    "candidates": {"candidate_id"},
    "write_offs": set(),
}
BY_NAME = {  # what a column must be called, where the others are too common to tell
    "plans": {"amount": {"план", "сумма плана", "план продаж", "plan", "target", "quota"}},
    "budgets": {"amount": {"бюджет", "объем закупок", "потребность", "budget", "potential"}},
    "orders": {"entered_at": {"введен", "время заказа", "время ввода", "entered at", "entered", "order time"}},
    "pay": {"amount": {"начислено", "оплата труда", "зарплата", "выплачено", "pay", "salary", "wage"}},
    "must_have": {"product_id": {"обязательный товар", "must have"}},
    "write_offs": {"amount": {"списано", "сумма списания", "списано на сумму", "write off", "written off"}},
}
SURE = (
    *BY_NAME,
    "visits",
    "outlets",
    "deliveries",
    "cases",
    "deals",
    "assignments",
    "trainings",
    "candidates",
)  # known before lists of customers are looked for
QUARTERS = {"квартал", "quarter"}
YEARS, PARTS = {"год", "year"}, {"месяц", "month", *QUARTERS}  # a period in two columns
SPENT = {"списано", "списание", "потрачено", "spent", "redeemed"}


def of_other_sheets(proposal: Proposal, lines: Found, columns: dict) -> None:
    """Tables in the other sheets: those whose key occurs in the lines, then those with all their columns."""
    free = [one for one in proposal.sheets if one is not lines and one.kind != "bank"]
    for table, key in KEYS.items():
        mine = _column_of_lines(proposal, columns, key)
        lists = [one for one in free if not any(_is_of(table, columns[one.name]) for table in SURE)]
        candidates = [(match, one) for one in lists if mine and (match := _keyed(columns[one.name], table, mine))]
        if candidates:
            match, one = max(
                candidates, key=lambda pair: (pair[0].is_named(table, key), len(_mapped(columns[pair[1].name], table, {key: pair[0].name})))
            )
            mapped = _mapped(columns[one.name], table, {key: match.name})
            if mapped and (table != "products" or "category" in mapped):
                proposal.tables[table] = {"from": one.name, "columns": mapped}
                free.remove(one)
        elif mine:
            proposal.questions |= questions.nearly_joined(table, mine, [(one, columns[one.name]) for one in free])
    for table in DISTINCTIVE:
        for one in list(free):
            mapped = _mapped(columns[one.name], table, {})
            mapped, constants = (mapped, {}) if "level" in mapped or table != "plans" else _planned(columns[one.name])
            spent = next((c.name for c in columns[one.name] if plain(c.name) in SPENT), None)
            if table == "plans" and not mapped:
                proposal.questions |= questions.quarters(one, columns[one.name], YEARS, QUARTERS)
            if table == "points" and mapped and spent:
                proposal.tables[table] = {"from": one.name, "columns": {k: v for k, v in mapped.items() if k != "points"}}
                proposal.tables[table]["compute"] = {"points": f"{formula_name(mapped['points'])} - {formula_name(spent)}"}
                free.remove(one)
                break
            if table == "payments" and _is_like(one, lines):
                continue
            if (
                mapped
                and _is_plausible(table, mapped, columns[one.name])
                and _is_about(mapped.get("customer_id"), columns[one.name], proposal, columns)
            ):
                proposal.tables[table] = {"from": one.name, "columns": mapped} | ({"constants": constants} if constants else {})
                if table == "invoices":
                    numbers = money.Money(one, columns[one.name], None)
                    mapped["amount"], question = money.invoiced(numbers, mapped["amount"])
                    proposal.questions |= {"tables.invoices.amount": question} if question else {}
                free.remove(one)
                break


def _is_of(table: str, columns: list[Column]) -> bool:
    """Whether a sheet is surely one of a table that is known by a name of its own."""
    mapped = _mapped(columns, table, {})
    return bool(mapped) and _is_plausible(table, mapped, columns)


def _is_like(one: Found, lines: Found) -> bool:
    """Whether a sheet has the columns of the lines, or names itself after sales: another export of them, and no payments."""
    mine, theirs = ({plain(name) for name in sheet.columns} for sheet in (one, lines))
    return len(mine & theirs) >= ALIKE_COLUMNS * len(mine | theirs) or bool(re.search(SOLD, f"{one.file} {one.sheet or ''}", re.IGNORECASE))


def _is_plausible(table: str, mapped: dict, columns: list[Column]) -> bool:
    """Tables known by few and common words need one that is theirs alone, some by its very name."""
    named = {c.name for c in columns if any(c.is_named(table, target) for target in mapped)}
    if table in BY_NAME:
        return any(
            c.name == mapped[target] and c.bare in names for target, names in BY_NAME[table].items() if target in mapped for c in columns
        )
    if table == "payments" and any(mapped["paid_on"] == c.name and not c.is_named("lines", "date") for c in columns):
        return True
    return bool(DISTINCTIVE[table] & {target for target, name in mapped.items() if name in named})


def _planned(columns: list[Column]) -> tuple[dict[str, str], dict[str, str]]:
    """A plan that does not say whose it is: of managers where it names them, else of the company."""
    found = {target: c.name for target in ("period", "id", "amount") if (c := best(columns, "plans", target))}
    if not {"period", "amount"} <= set(found):
        return {}, {}
    year, part = (next((c for c in columns if plain(c.name) in names), None) for names in (YEARS, PARTS))
    if year and part and plain(part.name) in QUARTERS and all(value.strip().isdigit() for value in part.values):
        return {}, {}  # 2024 and 1 would be read as January; asked about
    found["period"] = [year.name, part.name] if year and part else found["period"]
    return found, ({"level": "manager"} if "id" in found else {"level": "company", "id": "-"})


def in_our_codes(proposal: Proposal, columns: dict) -> None:
    """Their words of every closed list as our codes, and a question for those that are not known; states of documents asked about."""
    for table, mapping in proposal.tables.items():
        schema = registry.tables()[table]
        for target, name in mapping["columns"].items():
            column = next((c for c in columns[mapping["from"]] if c.name == name), None)
            if column and schema.column(target).values:
                said, asked = questions.codes(table, target, column)
                mapping.setdefault("values", {}).update({target: said} if said else {})
                proposal.questions |= asked
        if table != "lines" and mapping["from"] != proposal.tables["lines"]["from"]:
            proposal.questions |= questions.states(table, mapping["columns"].get("status"), columns[mapping["from"]])


def _is_about(name: str | None, mine: list[Column], proposal: Proposal, columns: dict) -> bool:
    """Whether a sheet is about the customers of the lines: some of its customers are among them, by code or by name."""
    theirs = next((c for c in mine if c.name == name), None)
    known = [_column_of_lines(proposal, columns, "customer_id")]
    if customers := proposal.tables.get("customers"):
        known += [c for c in columns[customers["from"]] if c.name == customers["columns"]["name"]]
    return theirs is None or any(one.shares(theirs) > 0 for one in known if one)


def _column_of_lines(proposal: Proposal, columns: dict, target: str) -> Column | None:
    lines = proposal.tables["lines"]
    source, name = lines["from"], lines["columns"].get(target)
    if target in lines["lookup"]:
        source, name = lines["lookup"][target]["source"], lines["lookup"][target]["column"]
    return next((c for c in columns[source] if c.name == name), None)


def _keyed(columns: list[Column], table: str, mine: Column) -> Column | None:
    """The column of a sheet that is the key of our table: one row each, and the lines' values occur in it."""
    fits = [c for c in columns if c.is_nearly_unique and c.shares(mine) >= SHARED_LEAST]
    return max(fits, key=lambda c: (c.is_named(table, KEYS[table]), c.shares(mine)), default=None)


def _mapped(columns: list[Column], table: str, given: dict[str, str]) -> dict[str, str]:
    """Our columns of a table as the sheet calls them; empty where a required one is missing."""
    found = dict(given)
    reusable = {"customer_id", "product_id", "manager_id"}
    for target in words()[table]:
        if target in found or target not in registry.tables()[table].names:
            continue
        taken = frozenset(name for ours, name in found.items() if not (target == "name" and ours in reusable))
        if chosen := best(columns, table, target, taken):
            found[target] = chosen.name
    if "name" in registry.tables()[table].required and "name" not in found and given:
        found["name"] = next(iter(given.values()))
    needed = [c for c in registry.tables()[table].required if c not in SURROGATES]
    return found if all(c in found for c in needed) else {}


def of_the_lines(proposal: Proposal, lines: Found, columns: dict) -> None:
    """Customers, products and invoices that stand in the lines themselves, where no sheet of their own was sent."""
    mine, used = columns[lines.name], proposal.tables["lines"]["columns"]
    for table, key in (("customers", "customer_id"), ("products", "product_id")):
        if table in proposal.tables or key not in used:
            continue
        rest = [c for c in mine if c.name == used[key] or (c.name not in used.values() and _belongs(lines, used[key], c.name))]
        mapped = _mapped(rest, table, {key: used[key]})
        if len(mapped) > 2 and not (table == "products" and "category" not in mapped):
            proposal.tables[table] = {"from": lines.name, "columns": mapped, "distinct": True, "where": proposal.tables["lines"]["where"]}
    for table in ("deals", "deliveries"):  # of a CRM whose won deals are the sales, and of orders with their promised day
        mapped = _mapped(mine, table, {})
        if table not in proposal.tables and mapped and _is_plausible(table, mapped, mine):
            proposal.tables[table] = {"from": lines.name, "columns": mapped}
    if "invoices" not in proposal.tables and proposal.base.get("purchases_are") == "invoices":
        mapped = _mapped(mine, "invoices", {})
        if mapped:
            proposal.tables["invoices"] = {"from": lines.name, "columns": mapped}


def _belongs(one: Found, key: str, column: str) -> bool:
    """Whether a column says one thing of each key, so that it describes the key and not the sale."""
    filled = one.table.filter(pl.col(column) != "")
    said = filled.group_by(key).agg(pl.col(column).n_unique())[column]
    return filled[column].n_unique() > 1 and (said == 1).mean() >= CONSTANT_SHARE

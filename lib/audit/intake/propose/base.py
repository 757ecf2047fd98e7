"""Which file is what, and which column means what? `audit new`: a first audit.toml, with every doubt as a question in it.

Columns are known by their names (words.toml), by what stands in them (days, money, tax ids), and keys by their values occurring in the
order lines. Nothing is guessed in silence: what could be two things, or cannot be known, is asked in [questions] until a human deletes it.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from audit.core import registry
from audit.core.settings import NO_CURRENCY, BadSettings, Settings
from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.intake.mapping import convert, parse, rules
from audit.intake.propose import beside, money, questions, toml
from audit.intake.propose.columns import SHARED_LEAST, Column, best, formula_name, profiles
from audit.intake.propose.files import Found, sheets
from audit.intake.readers.layout import plain
from audit.intake.readers.read import BadExport
from audit.intake.words import vocabulary as words

PAID = r"(?<!за)оплат|платеж|поступлен|\bpayment|\breceipts?\b|банк|\bbank"  # names of files of payments
SIGNS = {
    "₽": "RUB",
    "руб": "RUB",
    "rub": "RUB",
    "$": "USD",
    "usd": "USD",
    "€": "EUR",
    "eur": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "тенге": "KZT",
}
PREVIEW = 5


@dataclass
class Proposal:
    """What was found and is proposed; `questions` by the place of audit.toml they are about."""

    path: Path
    sheets: list[Found]
    tables: dict[str, dict] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    base: dict = field(default_factory=dict)
    preview: pl.DataFrame = field(default_factory=pl.DataFrame)


def base(files: list[Path], *, name: str, data: Path) -> Proposal:
    """A new base from exports: copies them into data/<name>/ unchanged and writes its audit.toml.

    Raises
    ------
    BadSettings
        when the base already has an audit.toml, or two files have one name.
    BadExport
        when a file cannot be found.
    """
    if name in ("", ".", "..") or Path(name).name != name or "\\" in name or not name.isprintable():
        raise BadSettings(
            _(N_("{name!r} is no name for a base: it becomes a folder in {data}. What to do: one word, such as --name acme.")).format(
                name=name, data=data
            )
        )
    folder = data / name
    path = folder / "audit.toml"
    if path.exists():
        raise BadSettings(_(N_("{path} is already there. What to do: edit it, or choose another --name.")).format(path=path))
    copied = _copied(files, folder)
    found, broken = sheets(folder, copied)
    proposal = Proposal(path, found)
    for file, error in broken.items():
        proposal.questions[f"sources.{file}"] = _(N_("{file} cannot be read: {error}")).format(file=file, error=error)
    for one in found:
        proposal.questions |= {f"sources.{one.name}.{key}": asked for key, asked in one.questions.items()}
    _propose(proposal)
    path.write_text(toml.written(proposal), encoding="utf-8")
    return proposal


def _copied(files: list[Path], folder: Path) -> list[Path]:
    every = [inner for file in files for inner in (sorted(file.iterdir()) if file.is_dir() else [file])]
    every = [file for file in every if not file.name.startswith(("~$", ".")) and file.name not in ("audit.toml", "duplicates.csv")]
    missing = [str(file) for file in every if not file.is_file()]
    if missing:
        raise BadExport(N_("there is no file {files}. What to do: check the path."), files=", ".join(missing))
    names = [file.name for file in every]
    if len(set(names)) < len(names):
        raise BadSettings(
            _(N_("two of the files have the same name: {names}. What to do: rename one.")).format(
                names=", ".join(sorted({n for n in names if names.count(n) > 1}))
            )
        )
    folder.mkdir(parents=True, exist_ok=True)
    for file in every:
        if file.resolve().parent != folder.resolve():
            shutil.copy2(file, folder / file.name)
    return [folder / name for name in names]


def _propose(proposal: Proposal) -> None:
    """Fill tables, questions, base and preview from what the sheets hold."""
    columns = {one.name: profiles(one) for one in proposal.sheets}
    lines = max(proposal.sheets, key=lambda one: _fit(one, columns, proposal.sheets), default=None)
    if lines is None or _fit(lines, columns, proposal.sheets)[0] < len(NEEDED):
        missing = _lacking(lines, columns, proposal.sheets) if lines else list(NEEDED)
        question = N_("no column was found for {missing}: without it there is no audit of customers. Which file holds it?{near}")
        near = questions.near(lines, columns[lines.name], missing) if lines else ""
        said = _(question).format(missing=", ".join(_(NEEDED[target]) for target in missing), near=near)
        proposal.questions["tables.lines"] = said
        proposal.base = {"as_of": None, "currency": _currency(proposal, columns)}
        return
    if lines.kind == "bank":
        _from_bank(proposal, lines)
    else:
        proposal.tables["lines"] = _lines(lines, columns, proposal)
        beside.of_other_sheets(proposal, lines, columns)
        beside.of_the_lines(proposal, lines, columns)
        beside.in_our_codes(proposal, columns)
        taken = {mapping["from"] for mapping in proposal.tables.values()} | {lines.name}
        for one in proposal.sheets:
            if one.name not in taken and all(_has(one, columns, target) for target in NEEDED):
                proposal.questions |= questions.unused(one, lines)
            elif one.name not in taken:
                proposal.questions |= questions.marks(one, lines)
    proposal.base |= {"as_of": _last_day(proposal), "currency": _currency(proposal, columns)}
    proposal.preview = _preview(proposal)


NEEDED = {"customer_id": N_("customer"), "date": N_("date"), "amount": N_("amount")}


def _own(one: Found, columns: dict, target: str) -> Column | None:
    return best(columns[one.name], "lines", target)


def _has(one: Found, columns: dict, target: str) -> bool:
    if target == "amount":
        made = _own(one, columns, "price") and _own(one, columns, "quantity")
        return bool(_own(one, columns, "amount") or made or money.both_sides(columns[one.name]))
    return bool(_own(one, columns, target) or _alone(one, columns, target))


def _alone(one: Found, columns: dict, target: str) -> Column | None:
    """The column of headings as the customer, the only column of days as the day: taken where no name says it, and asked about."""
    mine = columns[one.name]
    if target == "customer_id" and len(one.source.fill_down) == 1:
        return next((c for c in mine if c.name == one.source.fill_down[0] and c.kind == "text"), None)
    days = [c for c in mine if c.kind == "date"]
    return days[0] if target == "date" and len(days) == 1 else None


def _fit(one: Found, columns: dict, every: list[Found]) -> tuple[int, int, int, int]:
    """How many of customer, date and amount a sheet holds or can look up; then what it records; then how many itself; then its rows."""
    if one.kind == "bank":
        return (3, 0, 3, one.rows)
    own = [target for target in NEEDED if _has(one, columns, target)]
    reached = [target for target in NEEDED if target not in own and target != "amount" and _reach(one, columns, every, target)]
    return (len(own) + len(reached) if "amount" in own else 0, _nature(one, columns), len(own), one.rows)


def _nature(one: Found, columns: dict) -> int:
    """What a sheet's rows record: 2 sales, 1 invoices, 0 payments. Sales are taken where there are any."""
    mine = columns[one.name]
    if money.both_sides(mine) or re.search(PAID, f"{one.file} {one.sheet or ''}", re.IGNORECASE):
        return 0
    if best(mine, "invoices", "due_on") or best(mine, "invoices", "balance"):
        return 1
    paid = any(c.is_named("payments", "paid_on") and not c.is_named("lines", "date") for c in mine)
    if paid and not best(mine, "lines", "product_id") and not best(mine, "lines", "quantity"):
        return 0
    return 1 if re.search(beside.INVOICED, f"{one.file} {one.sheet or ''}", re.IGNORECASE) else 2


def _lacking(one: Found, columns: dict, every: list[Found]) -> list[str]:
    return [
        target for target in NEEDED if not _has(one, columns, target) and not (target != "amount" and _reach(one, columns, every, target))
    ]


def _reach(one: Found, columns: dict, every: list[Found], target: str) -> dict | None:
    """A lookup of our column in another sheet by a key that both have under one name and that is one row there."""
    for other in every:
        if other is one or other.kind == "bank":
            continue
        value = best(columns[other.name], "lines", target)
        for key in (c for c in columns[one.name] if c.kind != "date"):
            match = next((c for c in columns[other.name] if plain(c.name) == plain(key.name)), None)
            if match and value and value.name != match.name and match.is_unique and match.shares(key) >= SHARED_LEAST:
                return {"source": other.name, "key": key.name, "match": match.name, "column": value.name}
    return None


def _lines(one: Found, columns: dict, proposal: Proposal) -> dict:
    mine, lookup, compute = columns[one.name], {}, {}
    numbered = best([c for c in mine if c.is_unique], "lines", "line_id")
    found = {"line_id": numbered.name} if numbered else {}
    found |= {"date": "period", "amount": "amount"} if one.source.unpivot else {}
    targets = [c for c in registry.tables()["lines"].names if c in words()["lines"] and c not in ("line_id", *found)]
    for target in targets:
        chosen = best(mine, "lines", target, frozenset(found.values()))
        if chosen:
            found[target] = chosen.name
            proposal.questions |= questions.rivals(mine, "lines", target, chosen)
        elif target in NEEDED and (chosen := _alone(one, columns, target)):
            found[target] = chosen.name
            question = N_("no name says which column is the {target}; {column} is taken. Is that right?")
            proposal.questions[f"tables.lines.{target}"] = _(question).format(target=_(NEEDED[target]), column=chosen.name)
        elif target in ("customer_id", "date", "manager_id") and (reached := _reach(one, columns, proposal.sheets, target)):
            lookup[target] = reached
    price, rate, profit = (_own(one, columns, target) for target in ("price", "discount_rate", "profit"))
    asked = _money(one, columns, found, compute, price)
    proposal.questions |= asked
    sides = money.both_sides(mine) if "amount" not in found and "amount" not in compute else None
    if sides:
        found["amount"], credited = sides[0].name, {sides[0].name: ["*"]}
        proposal.questions |= questions.spent(*sides)
    if "amount" not in found and "amount" not in compute and price and "quantity" in found:
        compute["amount"] = f"{formula_name(price.name)} * {formula_name(found['quantity'])}"
        if rate and rate.is_share:
            compute["amount"] += f" * (1 - {formula_name(rate.name)})"
            compute["discount"] = f"{formula_name(price.name)} * {formula_name(found['quantity'])} * {formula_name(rate.name)}"
            found.pop("discount", None)
            proposal.questions["tables.lines.compute"] = _(
                N_("is {column} the discount as a fraction of 1, not yet taken off the price?")
            ).format(column=rate.name)
    if "discount" in found and rate and found["discount"] == rate.name and rate.is_share:
        found.pop("discount")
    if "cost" not in found and profit and "amount" in found and profit.name not in found.values():
        compute["cost"] = f"{formula_name(found['amount'])} - {formula_name(profit.name)}"
    if "amount" in found and "tables.lines.amount" not in asked:
        proposal.questions |= questions.amount(one, found["amount"], price, found.get("quantity")) | questions.returns(one, found["amount"])
    if {"amount", "vat"} <= set(found):
        proposal.questions |= questions.vat_within(one, found["amount"], found["vat"])
    proposal.questions |= questions.second_table(one)
    where, asked = questions.stages(one, mine, found.get("amount"))
    proposal.questions |= asked
    where |= credited if sides else {}
    mapping = {"from": one.name, "columns": found, "compute": compute, "lookup": lookup, "where": where}
    if best(mine, "invoices", "due_on"):
        proposal.base["purchases_are"] = "invoices"
    elif _nature(one, columns) == 0:
        proposal.base["purchases_are"] = "payments"
    return mapping


def _money(one: Found, columns: dict, found: dict, compute: dict, price: Column | None) -> dict[str, str]:
    """Amount and cost of the lines as their numbers show them, put into `found` and `compute`; with what has to be asked."""
    asked, numbers = {}, money.Money(one, columns[one.name], found.get("order_id"))
    quantity = found.get("quantity")
    if found.get("amount") in numbers.columns:
        column, formula, question = money.of_lines(numbers, found.pop("amount"), price.name if price else None, quantity)
        found |= {"amount": column} if column else {}
        compute |= {"amount": formula} if formula else {}
        asked |= {"tables.lines.amount": question} if question else {}
    amount = pl.col(found["amount"]) if found.get("amount") in numbers.columns else None
    if "cost" in found:
        column, formula, question = money.of_cost(numbers, found.pop("cost"), amount, quantity)
        found |= {"cost": column} if column else {}
        compute |= {"cost": formula} if formula else {}
        asked |= {"tables.lines.cost": question} if question else {}
    return asked


def _from_bank(proposal: Proposal, one: Found) -> None:
    """A bank statement's own columns; its customers are its payers."""
    taken = {"class": ["customer", "refund"]}
    money_of = ["currency"] if (one.table["currency"] != "").any() else []
    same = lambda *names: {name: name for name in names}
    proposal.tables["lines"] = {
        "from": one.name,
        "columns": {**same("line_id", "customer_id", "date", "amount", "vat", *money_of), "order_id": "line_id"},
        "where": taken,
        "lookup": {},
        "compute": {},
    }
    proposal.tables["customers"] = {
        "from": one.name,
        "columns": same("customer_id", "name", "tax_id", "kpp"),
        "where": taken,
        "distinct": True,
    }
    proposal.base["purchases_are"] = "payments"
    if (one.table["vat"] != "").any():
        proposal.questions["rules.vat"] = _(
            N_(
                'payments hold VAT. Then [rules] vat = "included" with vat_rates takes it off, exactly where the purpose '
                "names it; how much is it?"
            )
        )
    unknown = one.table.filter(pl.col("class") == "unclassified")
    if len(unknown):
        question = _(
            N_(
                "{count} payments say neither sale nor anything else; `audit check` lists them. Whose are they? Name the "
                'payers: payers = {{ "7701234567" = "customer" }}'
            )
        )
        proposal.questions[f"sources.{one.name}.payers"] = question.format(count=len(unknown))


def _last_day(proposal: Proposal):
    """The last day that the exports cover, as the proposed format reads it."""
    days = _typed_lines(proposal, ["date"])["date"].drop_nulls()
    if days.is_empty():  # a statement without customers' money has days all the same
        days = pl.concat(
            [one.table["date"].str.to_date(strict=False) for one in proposal.sheets if one.kind == "bank"] or [days]
        ).drop_nulls()
    day, asked = questions.last_day(days)
    proposal.questions |= asked
    return day


def _typed_lines(proposal: Proposal, wanted: list[str] | None = None) -> pl.DataFrame:
    """The lines as intake would read them with what is proposed."""
    settings = Settings.model_validate(toml.parsed(proposal))
    reads = {one.name: one.read for one in proposal.sheets}
    lines = convert.kept(convert.table("lines", settings.tables["lines"], reads, settings))
    return lines.select(wanted) if wanted else lines


def _preview(proposal: Proposal) -> pl.DataFrame:
    lines = _typed_lines(proposal)
    lines = lines.drop("order_id") if proposal.tables["lines"]["columns"].get("order_id") == "line_id" else lines
    return lines.select(c for c in lines.columns if c != "line_id").head(PREVIEW)


def _currency(proposal: Proposal, columns: dict) -> str:
    """The currency that headers or amounts name; Russian headers without a sign are most probably rubles, and that is asked."""
    every = [c for mine in columns.values() for c in mine]
    mapped = proposal.tables.get("lines", {}).get("columns", {}).get("currency")
    if mapped:
        counted = (
            _typed_lines(proposal, ["currency"])["currency"]
            .str.to_lowercase()
            .replace_strict(rules.CURRENCIES | {code.lower(): code for code in parse.currencies()}, default=None, return_dtype=pl.String)
        )
        if len(known := counted.drop_nulls()):
            return known.value_counts(sort=True)["currency"][0]
    said = " ".join([c.name for c in every] + [value for c in every if c.kind == "number" for value in c.values[:20]]).lower()
    named = {code for sign, code in SIGNS.items() if sign in said}
    if len(named) == 1:
        return named.pop()
    is_russian = any("а" <= letter <= "я" for letter in said) or any(one.kind == "bank" for one in proposal.sheets)
    if is_russian:
        proposal.questions.setdefault("base.currency", _(N_("are the amounts in rubles? Nothing in the files names a currency")))
        return "RUB"
    proposal.questions["base.currency"] = _(N_("in which currency are the amounts? Write its ISO code, such as RUB"))
    return NO_CURRENCY

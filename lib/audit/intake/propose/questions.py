"""What cannot be known from the exports alone, and has to be asked? Each doubt is a question by the place of audit.toml it is about.

A doubt is worth a question where the wrong answer moves money or time: a column that could be two things, VAT, thousands, returns with a
plus, rows that are no sales, files that are not taken, a last day that is a typing error.
"""

from __future__ import annotations

import datetime as dt
import re

import polars as pl

from audit.core import registry
from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.intake import words
from audit.intake.mapping import parse
from audit.intake.propose.columns import SHARED_LEAST, Column, formula_name
from audit.intake.propose.files import Found
from audit.intake.readers.layout import plain

THOUSANDS = {"тыс", "тысяч", "тр", "thousand", "thousands", "млн", "million"}
AGREE_LEAST = 0.95  # of the rows must have an amount of price times quantity
RETURNS = r"(?i)возврат|сторно|\breturn|refund|credit note|кредит-нот"
STAGES = {
    "deal stage", "stage", "этап", "этап сделки", "стадия", "стадия сделки", "статус заказа", "статус", "status", "состояние", "проведен",
    "проведено", "пометка удаления", "удален",
}  # fmt: skip
UNDONE = r"(?i)отмен|аннулир|удал|сторнир|\bvoid|cancel|delet|draft|черновик"  # names of flags on rows that do not count
VAT_RATES = (0.05, 0.07, 0.1, 0.12, 0.16, 0.18, 0.19, 0.2, 0.21, 0.22, 0.23, 0.25)
VAT_NEAR = 0.001  # by which the share of VAT in the amounts may be off
YES, NO = {"да", "yes", "true", "1", "y", "истина", "x", "v"}, {"нет", "no", "false", "0", "n", "ложь", ""}
NEAR_MOST = 6  # columns named as near misses
STAGES_MOST = 12  # different values of a column of stages
ALONE_DAYS = 100  # a last day so far behind the one before it is rather a typing error
SHORT_DAYS, USUAL_DAYS = 2, 60  # days that may be missing at a month's end; days of trade from which the usual weekdays are known
IDLE_SHARE = 0.02  # of the lines: a weekday with less is no day of trade
FEW_SHARE = 0.01  # of the lines


def rivals(columns: list[Column], table: str, target: str, chosen: Column) -> dict[str, str]:
    """Other columns that could be the same thing, where ours is required."""
    asked = {}
    if not registry.tables()[table].column(target).required:
        return asked
    if target == "amount" and "с ндс" in plain(chosen.name):
        question = _(N_('{amount} holds VAT, by its name. Then [rules] vat = "included" with vat_rates takes it off; how much is it?'))
        asked["rules.vat"] = question.format(amount=chosen.name)
    others = [c for c in columns if c.name != chosen.name and c.fit(table, target) > 0]
    named = [c.name for c in others if c.is_named(table, target) or not chosen.is_named(table, target)]
    if named:
        question = _(N_("{target} is taken from {chosen}; it could also be {rivals}. Which is it?"))
        asked[f"tables.{table}.{target}"] = question.format(target=target, chosen=chosen.name, rivals=", ".join(named))
    return asked


def amount(one: Found, column: str, price: Column | None, quantity: str | None) -> dict[str, str]:
    """An amount in thousands, or one that is not price times quantity: a discount, VAT, or something else."""
    if set(plain(column).split()) & THOUSANDS or "т р" in plain(column):
        question = _(
            N_("{amount} is in thousands. Is it to be multiplied? Then take it from columns to compute = {{ amount = '{formula} * 1000' }}")
        )
        return {"tables.lines.amount": question.format(amount=column, formula=formula_name(column))}
    numbers = one.numbers(column, price.name, quantity) if price and quantity else None
    if numbers is None or numbers.is_empty():
        return {}
    paid, unit, count = (numbers[c].cast(pl.Float64) for c in numbers.columns)
    agree = ((paid - unit * count).abs() <= 0.011 + paid.abs() * 0.001).mean()
    if agree >= AGREE_LEAST:
        return {}
    question = _(
        N_("{amount} is {price} times {quantity} in {share} of the rows only. Does it hold a discount, VAT, or is it something else?")
    )
    return {"tables.lines.amount": question.format(amount=column, price=price.name, quantity=quantity, share=f"{agree:.0%}")}


def vat_within(one: Found, amount: str, vat: str) -> dict[str, str]:
    """A column of VAT that is part of the amounts, as its share of them shows."""
    numbers = one.numbers(amount, vat)
    share = (numbers[vat].cast(pl.Float64) / numbers[amount].cast(pl.Float64)).median() if len(numbers) else None
    rate = next((rate for rate in VAT_RATES if share is not None and abs(share - rate / (1 + rate)) < VAT_NEAR), None)
    if rate is None:
        return {}
    question = _(
        N_(
            '{vat} is {share} of {amount}, as VAT of {rate} within it would be. Does {amount} hold VAT? Then [rules] vat = "included" with vat_rates'
        )
    )
    return {"rules.vat": question.format(vat=vat, amount=amount, share=f"{share:.1%}", rate=f"{rate:.0%}")}


def second_table(one: Found) -> dict[str, str]:
    """A header that stands once more under the rows, below a title: another table begins there, such as of returns."""
    names = [name for name in one.columns if not name.startswith("column ")]
    rows = one.table.with_row_index("_at")
    again = rows.filter(pl.sum_horizontal(pl.col(name).str.strip_chars() == name for name in names) >= max(2, len(names) / 2))
    for at, row in again.select("_at", "_row").rows():
        above = [cell for cell in rows.row(at - 1, named=True).items() if cell[0] in one.columns and cell[1].strip()] if at else []
        if len(above) == 1:
            question = _(
                N_(
                    "{title!r} and the header stand once more in row {row} of {file}: another table begins there, and its rows are read like those above. "
                    "Are they sales too? If not, cut the file there"
                )
            )
            return {f"sources.{one.name}.second": question.format(title=above[0][1].strip(), row=row, file=one.file)}
    return {}


def stages(one: Found, columns: list[Column], amount: str | None) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Rows that are not sales yet, never were, or are the other side of the account: `where` takes what is surely a sale, the rest is asked."""
    where, asked = {}, {}
    for column in columns:
        values = column.values
        filled = {plain(value) for value in values} - {""}
        if not 1 < len(values) <= STAGES_MOST or column.kind == "date":
            continue
        weighed = _weighed(one, column.name, amount)
        against = {plain(value) for value, _rows, money in weighed if money is not None and money <= 0}  # signed: they take themselves off
        if re.search(UNDONE, column.name) and filled <= YES | NO:
            taken = [value for value in values if plain(value) in NO]
        elif plain(column.name) in STAGES or (filled & words.states("none")) - against or filled <= words.states("side"):
            taken = [value for value in values if plain(value) in words.states("sale") | (against & words.states("none"))]
        else:
            continue
        shown = [f"{value or '–'} ({rows:,}{f': {money:,.0f}' if money is not None else ''})" for value, rows, money in weighed]
        question = _(N_("{column} holds {values}. Which of them are sales? Only {taken} is taken now."))
        said = question.format(
            column=column.name, values=", ".join(shown), taken=", ".join(value or "–" for value in taken) or _("every row")
        )
        where |= {column.name: taken} if taken else {}
        asked["tables.lines.where" if not asked else f"tables.lines.where.{column.name}"] = said
    return where, asked


def _weighed(one: Found, column: str, amount: str | None) -> list[tuple[str, int, float | None]]:
    """The values of a column, each with its rows and, where there is one column of money, its sum; the commonest first."""
    rows = one.table.filter(pl.col("_mark") == "")
    money = parse.number(pl.col(amount), one.source.decimal).cast(pl.Float64).sum() if amount in one.columns else pl.lit(None, pl.Float64)
    return (
        rows.group_by(column).agg(pl.len().alias("_rows"), money.alias("_money")).sort(["_rows", column], descending=[True, False]).rows()
    )


def near(one: Found, columns: list[Column], missing: list[str]) -> str:
    """What nearly was the missing column: the columns that hold what it would."""
    kinds = {
        "date": ("date", N_(" Days stand in {columns}.")),
        "amount": ("number", N_(" Numbers stand in {columns}.")),
        "customer_id": ("text", N_(" Texts stand in {columns}.")),
    }
    said = ""
    for target in missing:
        kind, message = kinds[target]
        names = [c.name for c in columns if c.kind == kind][:NEAR_MOST]
        said += _(message).format(columns=", ".join(names)) if names else ""
    return said


def codes(table: str, target: str, column: Column) -> tuple[dict[str, str], dict[str, str]]:
    """Their words as our codes, where words.toml knows them; and a question for the others."""
    ours, values = registry.tables()[table].column(target).values, [value for value in column.values if value.strip()]
    known = words.codes(table, target)
    said = {value: known[plain(value)] for value in values if value not in ours and plain(value) in known}
    strange = [value for value in values if value not in ours and value not in said]
    if not strange:
        return said, {}
    question = _(N_('{column} says {strange}. Which of {ours} is each? Write values = {{ {target} = {{ "{first}" = "{code}" }} }}'))
    shown = ", ".join(strange[:STAGES_MOST])
    return said, {
        f"tables.{table}.{target}": question.format(
            column=column.name, strange=shown, ours=", ".join(ours), target=target, first=strange[0], code=ours[0]
        )
    }


def states(table: str, status: str | None, columns: list[Column]) -> dict[str, str]:
    """Rows of a table beside the lines that were cancelled, never issued or given back: asked about, as for the lines."""
    column = next((c for c in columns if (c.name == status if status else plain(c.name) in STAGES)), None)
    values = [value for value in column.values if value.strip()] if column else []
    if not 1 < len(values) <= STAGES_MOST:
        return {}
    if table == "invoices" and status:
        none = [value for value in values if plain(value) in words.no_debt()]
        question = _(N_("{column} holds {values}. Which of them are no debts? Left out now: {left}."))
        return {f"tables.{table}.status": question.format(column=column.name, values=", ".join(values), left=", ".join(none) or "–")}
    question = _(N_("{column} holds {values}. Are all of them to be taken? Every row is now; where = {{ {key} = [...] }} takes some."))
    return {f"tables.{table}.where": question.format(column=column.name, values=", ".join(values), key=formula_name(column.name))}


def nearly_joined(table: str, mine: Column, sheets: list[tuple[Found, list[Column]]]) -> dict[str, str]:
    """A sheet whose codes are those of the lines but for leading zeros or blanks: one of the two exports has lost them."""
    for one, columns in sheets:
        for column in (c for c in columns if c.is_nearly_unique):
            if column.shares_but_for_zeros(mine) >= SHARED_LEAST > column.shares(mine):
                question = _(
                    N_(
                        "{column} of {file} holds the codes of {mine} but for leading zeros or blanks, so that the two do not join and {file} is not "
                        "taken. Which of the exports has lost them? Export both with the codes as text"
                    )
                )
                return {f"tables.{table}": question.format(column=column.name, file=one.file, mine=mine.name)}
    return {}


def quarters(one: Found, columns: list[Column], years: set[str], quarters: set[str]) -> dict[str, str]:
    """A plan whose quarters are bare numbers beside the year: 2024 and 1 could be January."""
    named = [next((c.name for c in columns if plain(c.name) in names), None) for names in (years, quarters)]
    if not all(named):
        return {}
    question = _(N_("{file} has {year} and {quarter} as numbers. Is it a plan? Then write its quarters as Q1 to Q4, and it is taken"))
    return {f"sources.{one.name}": question.format(file=one.file, year=named[0], quarter=named[1])}


def spent(credit: Column, debit: Column) -> dict[str, str]:
    """A statement with a column for each side: what came in is taken."""
    question = _(
        N_(
            "{credit} is taken as what customers paid, and {debit}, what was paid out, is left out. Does {credit} hold other money too (loans, own "
            "transfers), or {debit} money given back to customers? Leave the first out with [[rules.exclude]]"
        )
    )
    return {"tables.lines.amount": question.format(credit=credit.name, debit=debit.name)}


def returns(one: Found, column: str) -> dict[str, str]:
    """Rows that call themselves returns and whose money is above nothing would be added to sales."""
    texts = [c for c in one.columns if one.table[c].str.contains(RETURNS).any()]
    if not texts:
        return {}
    rows = one.table.filter(pl.any_horizontal(pl.col(c).str.contains(RETURNS) for c in texts) & (pl.col("_mark") == ""))
    positive = rows.select((parse.number(pl.col(column), one.source.decimal) > 0).sum()).item()
    if not positive:
        return {}
    question = _(
        N_(
            "{count} {count:row speaks|rows speak} of returns in {column} but {count:has an amount|have amounts} above zero. Should they be deducted? Then export them with a minus"
        )
    )
    return {"tables.lines.returns": question.format(count=positive, column=", ".join(texts))}


def marks(one: Found, lines: Found) -> dict[str, str]:
    """A sheet that is called after returns and is of no table of ours: what it marks is not taken off."""
    if not re.search(RETURNS, f"{one.file} {one.sheet or ''}"):
        return {}
    question = _(
        N_(
            "{file} lists returns in {rows} {rows:row|rows} that are not used, so revenue is before these returns. Can the returns be exported as negative lines, or marked in {lines}?"
        )
    )
    where = one.file + (f", {one.sheet}" if one.sheet else "")
    return {f"sources.{one.name}": question.format(file=where, rows=one.rows, lines=lines.file)}


def unused(one: Found, lines: Found) -> dict[str, str]:
    """A sheet that holds customer, date and amount too: months, years or returns in a file of their own."""
    question = _(
        N_(
            "{file} holds customer, date and amount too, in {rows} {rows:row|rows}, and is not taken. Are they sales beside those of {lines}?"
        )
    )
    where = one.file + (f", {one.sheet}" if one.sheet else "")
    return {f"sources.{one.name}": question.format(file=where, rows=one.rows, lines=lines.file)}


def last_day(days: pl.Series) -> tuple[dt.date | None, dict[str, str]]:
    """The last day of the lines; a few that stand alone far behind the others are asked about, and do not end the audit.

    Where no day of trade is left in its month, or but a day or two, the month's end is offered: else the month would count as begun only.
    """
    different = days.unique().sort(descending=True).to_list()
    for day, before in zip(different, different[1:], strict=False):
        if (day - before).days <= ALONE_DAYS or (days >= day).sum() > FEW_SHARE * len(days):
            if day != different[0]:
                question = _(N_("is {last} a typing error? The day before it is {day}, {gap} days earlier; as_of is set to that"))
                return day, {"base.as_of": question.format(last=different[0], day=day, gap=(different[0] - day).days)}
            return _month_end(day, days)
    return (different[0] if different else None), {}


def _month_end(day: dt.date, days: pl.Series) -> tuple[dt.date, dict[str, str]]:
    end = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    left = [day + dt.timedelta(days=n) for n in range(1, (end - day).days + 1)]
    share = days.drop_nulls().dt.weekday().value_counts(normalize=True)
    usual = set(share.filter(pl.col("proportion") >= IDLE_SHARE).to_series(0))
    if not left or days.n_unique() < USUAL_DAYS or (len(left) > SHORT_DAYS and any(one.isoweekday() in usual for one in left)):
        return day, {}
    question = _(N_("the last line is of {day}; is its month complete? as_of is set to the month's end, {end}: set it back if not"))
    return end, {"base.as_of": question.format(day=day, end=end)}

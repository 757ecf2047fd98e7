"""Which column is the money? Names propose, the numbers decide.

What is the same on every line of a document is the document's total; what is paid and what is open add up to what was invoiced; what is
never more than the price of one unit is the cost of one unit. Each correction is asked about, with its evidence.
"""

from __future__ import annotations

import itertools

import polars as pl

from audit.i18n import mark as N_
from audit.i18n import number
from audit.i18n import translate as _
from audit.intake.mapping import parse
from audit.intake.propose.columns import Column, formula_name
from audit.intake.propose.files import Found
from audit.intake.propose.formats import SAMPLE
from audit.intake.readers.layout import plain

AGREE = 0.95  # of the rows, or documents, must show it
DOCUMENTS_LEAST = 5  # documents of several lines that show what a total is
ROWS_LEAST = 20
BLANK_SHARE = 0.2  # of the lines without an amount, where price and quantity stand on all
MARGIN_MOST = 1.05  # of its price, what one unit may cost
TRIED_MOST = 8  # columns of which one may be the sum of two others
NEAR, NEAR_SHARE = 0.011, 0.001  # money, and part of it, by which roundings differ
SUMS = {"total", "subtotal", "amount", "sum", "summ", "сумма", "итого", "стоимость", "всего", "value", "net"}
CREDIT = {
    "кредит",
    "credit",
    "приход",
    "поступление",
    "поступления",
    "зачислено",
    "сумма по кредиту",
    "кредит сумма",
    "credit amount",
    "paid in",
    "money in",
    "deposit",
    "deposits",
}
DEBIT = {
    "дебет",
    "debit",
    "расход",
    "списание",
    "списания",
    "списано",
    "сумма по дебету",
    "дебет сумма",
    "debit amount",
    "paid out",
    "money out",
    "withdrawal",
    "withdrawals",
}


class Money:
    """The numbers of a sheet, and what they show of each other."""

    def __init__(self, one: Found, columns: list[Column], order: str | None):
        self.order = order
        self.columns = {c.name: c for c in columns if c.kind == "number"}
        data = one.table.filter(pl.col("_mark") == "").head(SAMPLE)
        numbers = [parse.number(pl.col(name), one.source.decimal).cast(pl.Float64) for name in self.columns]
        self.table = data.select(*numbers, *([pl.col(order).alias("__order")] if order else []))

    def sum(self, part: str | pl.Expr) -> float:
        return float(self.table.select(pl.col(part) if isinstance(part, str) else part).to_series().sum() or 0.0)

    def is_of_document(self, name: str) -> bool:
        """Whether it is the same on all lines of nearly every document of several lines, and not on all lines of the sheet."""
        if not self.order or self.table[name].n_unique() < 3:
            return False
        several = self.table.group_by("__order").agg(pl.len().alias("n"), pl.col(name).n_unique().alias("said")).filter(pl.col("n") > 1)
        return len(several) >= DOCUMENTS_LEAST and (several["said"] == 1).mean() >= AGREE

    def adds_up_to(self, part: pl.Expr, total: str) -> bool:
        """Whether the lines of nearly every document add up to its total."""
        sums = self.table.group_by("__order").agg(part.sum().alias("part"), pl.col(total).first().alias("total"))
        return bool(((sums["part"] - sums["total"]).abs() <= NEAR + sums["total"].abs() * NEAR_SHARE).mean() >= AGREE)

    def agrees(self, left: pl.Expr, right: pl.Expr) -> bool:
        rows = self.table.select(left.alias("left"), right.alias("right")).drop_nulls()
        near = (rows["left"] - rows["right"]).abs() <= NEAR + rows["right"].abs() * NEAR_SHARE
        return len(rows) >= DOCUMENTS_LEAST and bool(near.mean() >= AGREE)


def of_lines(money: Money, chosen: str, price: str | None, quantity: str | None) -> tuple[str | None, str | None, str]:
    """The column of a line's own money, or the formula of it, where the chosen one is the total of the document, stands on its first line
    only, or is a credit that a seller books; and the question."""
    made, formula = None, ""
    if price in money.columns and quantity in money.columns:
        made, formula = pl.col(price) * pl.col(quantity), f"{formula_name(price)} * {formula_name(quantity)}"
    blank = money.table[chosen].null_count() / max(len(money.table), 1)
    if made is not None and blank >= BLANK_SHARE and money.table.select(made.is_not_null().mean()).item() > 1 - blank / 2:
        question = N_("{amount} is empty on {share} of the rows. {taken} is taken, {sum_taken} in all against {sum_amount}. Is that right?")
        said = {"amount": chosen, "share": f"{blank:.0%}", "sum_taken": _money(money.sum(made)), "sum_amount": _money(money.sum(chosen))}
        return None, formula, _(question).format(taken=formula, **said)
    if money.sum(chosen) < 0:
        question = N_("{amount} is mostly below nothing, as credits are. It is taken with the sign turned. Are these rows sales?")
        return None, f"-{formula_name(chosen)}", _(question).format(amount=chosen)
    if not money.is_of_document(chosen):
        return chosen, None, ""
    rivals = [
        c for c in money.columns if c not in (chosen, price, quantity) and set(plain(c).split()) & SUMS and not money.is_of_document(c)
    ]
    line = next((c for c in rivals if money.adds_up_to(pl.col(c), chosen)), None)
    is_made = made is not None and (money.adds_up_to(made, chosen) or not rivals)
    own = line or (None if is_made else next(iter(rivals), None))
    if not own and made is None:
        question = N_(
            "{amount} is the same on all lines of a document. Is it the document's total? Then it is counted on every line: take the line's own "
            "money"
        )
        return chosen, None, _(question).format(amount=chosen)
    question = N_(
        "{amount} is the same on all lines of a document: it is the document's total, and adding it up counts it on every line. {taken} is "
        "taken, {sum_taken} in all against {sum_amount}. Is that right?"
    )
    sums = {"sum_taken": _money(money.sum(own or made)), "sum_amount": _money(money.sum(chosen))}
    return own, None if own else formula, _(question).format(amount=chosen, taken=own or formula, **sums)


def _money(amount: float) -> str:
    return number(amount, "#,##0.00")


def of_cost(money: Money, cost: str, amount: pl.Expr | None, quantity: str | None) -> tuple[str | None, str | None, str]:
    """The column of a line's cost, or its formula where the column says the cost of one unit; none where it is the price itself."""
    if cost not in money.columns or amount is None or quantity not in money.columns:
        return cost, None, ""
    several = money.table.filter((pl.col(quantity) >= 2) & (amount > 0) & pl.col(cost).is_not_null())
    if len(several) < ROWS_LEAST:
        return cost, None, ""
    if money.agrees(pl.col(cost) * pl.col(quantity), amount):
        question = N_("{cost} times {quantity} is the amount: it is the price, and not taken as a cost. Is there a column of costs?")
        return None, None, _(question).format(cost=cost, quantity=quantity)
    if several.select((pl.col(cost) <= amount / pl.col(quantity) * MARGIN_MOST).mean()).item() >= AGREE:
        question = N_("{cost} is never above the price of one unit: it is taken as the cost of one, times {quantity}. Is that right?")
        return None, f"{formula_name(cost)} * {formula_name(quantity)}", _(question).format(cost=cost, quantity=quantity)
    return cost, None, ""


def invoiced(money: Money, chosen: str) -> tuple[str, str]:
    """Of three columns of which one is the sum of the others, such as paid and open, the sum is what was invoiced; and the question."""
    names = [c for c in money.columns if money.table[c].n_unique() > 1][:TRIED_MOST]
    for total, (paid, left) in ((t, pair) for t in names for pair in itertools.combinations([n for n in names if n != t], 2)):
        if chosen in (paid, left) and money.agrees(pl.col(paid) + pl.col(left), pl.col(total)) and money.sum(total) > money.sum(chosen):
            question = N_("{total} is {paid} and {left} together: it is taken as what was invoiced. Is that right?")
            return total, _(question).format(total=total, paid=paid, left=left)
    return chosen, ""


def both_sides(columns: list[Column]) -> tuple[Column, Column] | None:
    """The columns of money received and of money spent, where a statement has one for each."""
    side = lambda names: next((c for c in columns if c.bare in names and c.kind in ("number", "empty")), None)
    credit, debit = side(CREDIT), side(DEBIT)
    return (credit, debit) if credit and debit and credit.kind == "number" else None

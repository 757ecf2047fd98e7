"""What do the order lines give to doubt, once they are read: repeats, returns, silence, lost customers, no money?"""

from __future__ import annotations

import datetime as dt

import polars as pl

from audit.core import norms
from audit.i18n import mark as N_
from audit.i18n import stored
from audit.intake.checks.evidence import ALL_THERE, EVERYTHING, HOW_MUCH, WHEN, Doubt, Intake, booked, sample
from audit.intake.mapping import convert
from audit.intake.mapping.parse import MONEY

SURVIVORS_MONTHS, SURVIVORS_LEAST = 12, 30  # a base this old and large without one silent customer is a list of survivors
UNREADABLE_LEAST = 20  # rows that could not be read from which the formats are in doubt, not the rows
ASLEEP_DAYS = 45  # a month and a half without a single line


def unreadable(base: Intake):
    """So many dates or numbers unread that those that were read may be read wrongly (days and months exchanged, another decimal sign)."""
    fate = base.fates["lines"]
    bad = fate.filter((pl.col("status") == "quarantined") & pl.col("reason").str.starts_with(convert.UNREADABLE))
    share = len(bad) / max(len(fate), 1)
    if share > norms.value("doubt_unreadable_share", base.settings.norms) and len(bad) > UNREADABLE_LEAST:
        yield Doubt(
            "lines",
            stored(N_("{share} of the rows could not be read"), share=float(share)),
            "REFUSE",
            len(bad),
            booked(bad),
            N_("unknown: what was read may be read wrongly, such as days and months exchanged"),
            N_("check date_format, decimal and the columns in audit.toml against the quarantine table"),
            EVERYTHING,
            sample(bad),
        )


def asleep(base: Intake, lines: pl.DataFrame | None = None):
    """as_of long after the last line: everybody looks silent."""
    lines = base.kept["lines"] if lines is None else lines
    last, as_of = lines["date"].max(), base.settings.as_of
    if (as_of - last).days > ASLEEP_DAYS:
        yield Doubt(
            "lines",
            stored(N_("the last line is of {last}, the audit ends on {as_of}"), last=last, as_of=as_of),
            "FLAG",
            len(lines),
            None,
            N_("silence and losses too high, if the exports merely end earlier"),
            N_("set as_of to the last day the exports cover"),
            WHEN,
        )


def repeats(base: Intake):
    """Lines that stand twice: exported again, which is proven, or alike in everything but their row, which is not."""
    merged = base.fates["lines"].filter(pl.col("status") == "merged")
    if len(merged):
        yield Doubt(
            "lines",
            N_("lines exported twice"),
            "FLAG",
            len(merged),
            booked(merged),
            N_("none: each document line is counted once"),
            N_("export periods that do not overlap"),
            (),
            sample(merged),
        )
    if "line_id" in base.settings.tables["lines"].targets:
        return  # two lines of a document may be alike; a line number tells them from copies
    data = [c for c in base.kept["lines"].columns if c != "line_id"]
    repeats = base.live.filter(pl.int_range(pl.len()).over(data) > 0)
    if len(repeats):
        yield Doubt(
            "lines",
            N_("lines alike in everything but their row"),
            "FLAG",
            len(repeats),
            booked(repeats),
            N_("revenue too high if they are copies; they are kept, since nothing proves it"),
            N_("ask for a line number in the export"),
            HOW_MUCH,
            sample(repeats),
        )


def returns(base: Intake):
    """Returns that can be taken off no purchase, since they name neither their sale nor a product."""
    lines = base.live
    back = lines.filter(pl.col("amount") < 0)
    if len(back) and base.settings.rules.returns == "net" and "returns_order_id" not in lines.columns and "product_id" not in lines.columns:
        yield Doubt(
            "lines",
            N_("returns name neither their sale nor a product"),
            "FLAG",
            len(back),
            booked(back),
            N_("revenue per customer too high: these returns cannot be taken off a purchase"),
            N_("export the document a return takes back"),
            HOW_MUCH,
            sample(back),
        )


def corrections(base: Intake):
    """Money taken off without goods coming back."""
    lines = base.live
    if "quantity" in lines.columns:
        odd = lines.filter((pl.col("amount") < 0) & (pl.col("quantity") >= 0))
        if len(odd):
            yield Doubt(
                "lines",
                N_("money taken off without goods coming back"),
                "FLAG",
                len(odd),
                booked(odd),
                N_("revenue too low, if these are no corrections of sales"),
                N_('look at them; [rules] corrections = "excluded" leaves them out'),
                HOW_MUCH,
                sample(odd),
            )


def documents(base: Intake):
    """Lines without a document number: a purchase is then what one customer buys in a day."""
    if "order_id" not in base.kept["lines"].columns:
        yield Doubt(
            "lines",
            N_("no document number"),
            "FLAG",
            len(base.kept["lines"]),
            None,
            N_("orders too few: all lines of a customer's day count as one order"),
            N_("export the document number"),
            HOW_MUCH,
        )


def survivors(base: Intake, lines: pl.DataFrame | None = None):
    """Only active customers exported (P36): an old, large base without a single silent customer."""
    last = (base.kept["lines"] if lines is None else lines).group_by("customer_id").agg(pl.col("date").max())
    months = (base.settings.as_of - base.observed_from).days / 30.4
    silent = last.filter(pl.col("date") < base.settings.as_of - dt.timedelta(days=round(SURVIVORS_MONTHS * 30.4)))
    if months >= 2 * SURVIVORS_MONTHS and len(last) >= SURVIVORS_LEAST and silent.is_empty():
        yield Doubt(
            "lines",
            stored(
                N_("no customer has been silent for {months} {months:month|months}: lost customers are missing from the export"),
                months=SURVIVORS_MONTHS,
            ),
            "REFUSE",
            len(last),
            None,
            N_("retention far too high, losses invisible"),
            N_("export all customers of the period, not only those now active"),
            ALL_THERE,
        )


def payments(base: Intake):
    """Lines that are payments or invoices (P37), and payments into the company whose purpose nobody can tell."""
    kind = base.settings.purchases_are
    if kind != "sales":
        bias = {
            "payments": N_(
                "frequency follows terms of payment, not need; one payment may settle several orders or a part of one; cash "
                "and netting are missing"
            ),
            "invoices": N_("frequency follows invoicing; goods given back appear only where a credit note was written"),
        }[kind]
        yield Doubt(
            "lines",
            stored(N_("purchases are {kind} here, not sales"), kind=kind),
            "FLAG",
            len(base.kept["lines"]),
            booked(base.live),
            bias,
            N_("ask for the sales register"),
            EVERYTHING,
        )
    for read in base.sources.values():
        if read.balances is not None:
            unknown = read.table.filter(pl.col("class") == "unclassified")
            if len(unknown):
                money = unknown["amount"].cast(MONEY, strict=False).sum()
                yield Doubt(
                    "lines",
                    N_("payments whose purpose says neither sale nor anything else"),
                    "FLAG",
                    len(unknown),
                    money,
                    N_("revenue too low, if they are customers' money; they are left out"),
                    N_('name their payers in audit.toml: payers = { "7701234567" = "customer" }'),
                    HOW_MUCH,
                    sample(unknown),
                )


def no_money(base: Intake):
    """A base without a line that has any money."""
    if (base.kept["lines"]["amount"] == 0).all():
        yield Doubt(
            "lines",
            N_("no line has any money"),
            "FLAG",
            len(base.kept["lines"]),
            None,
            N_("all shares of money are undefined"),
            N_("check which column holds the amount"),
            HOW_MUCH,
        )


def later(base: Intake):
    """Lines after as_of: left out, and worth a question, since a ledger knows no future (fault 8)."""
    later = base.fates["lines"].filter((pl.col("status") == "excluded") & (pl.col("date") > base.settings.as_of))
    if len(later):
        yield Doubt(
            "lines",
            N_("lines dated after the audit ends"),
            "FLAG",
            len(later),
            booked(later),
            N_("none: they are left out"),
            N_("check the dates, or set as_of to the last day the exports cover"),
            (),
            sample(later),
        )

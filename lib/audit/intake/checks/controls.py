"""Do our sums agree with those that others state? The export's own «Итого», bank balances, the company's books, other tables.

Every comparison is one row: what was expected, what was found, the difference and the tolerance.
"""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from audit.core.settings import Settings
from audit.core.tables.codes import BOOKS
from audit.i18n import mark as N_
from audit.i18n import stored
from audit.intake.mapping import convert
from audit.intake.mapping.parse import MONEY
from audit.intake.readers.read import Read

OWN_TOTAL = N_("the export's own total")
OWN_GROUPS = N_("the export's own group totals")
BALANCE = N_("opening + received − spent = closing")
RECEIVED, SPENT = N_("documents received"), N_("documents spent")
AGAINST = N_("booked sales against {table}")
OWN_TOLERANCE = Decimal("0.01")
SCHEMA = {
    "control": pl.String, "source": pl.String, "period": pl.String, "expected": MONEY, "found": MONEY, "difference": MONEY,
    "tolerance": MONEY, "verdict": pl.String,
}  # fmt: skip
OTHERS = {"invoices": "issued_on", "payments": "paid_on"}


def controls(fates: dict[str, pl.DataFrame], sources: dict[str, Read], kept: dict[str, pl.DataFrame], settings: Settings) -> pl.DataFrame:
    """All sums that can be compared; see tables.py for the columns."""
    rows = [*_own_totals(fates, settings), *_balances(sources)]
    if "lines" in kept:
        rows += [*_books(kept["lines"], settings), *_other_tables(kept, settings)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("control", "source", "period")


def _row(control: str, source: str, period: str, expected, found, tolerance) -> tuple:
    if expected is None or found is None:
        return (control, source, period, expected, found, None, tolerance, "FLAG")
    difference = found - expected
    return (control, source, period, expected, found, difference, tolerance, "PASS" if abs(difference) <= tolerance else "FLAG")


def _own_totals(fates: dict[str, pl.DataFrame], settings: Settings):
    """A row «Итого» against the rows above it, all or since the last total, whichever it means; and the totals of groups."""
    for name, fate in fates.items():
        if "amount" not in fate.columns or "_mark" not in fate.columns or "amount" in settings.tables[name].compute:
            continue
        if not (fate["_mark"] != "").any():
            continue
        for (file, sheet), part in sorted(fate.group_by("_file", "_sheet", maintain_order=True), key=lambda g: g[0]):
            where = f"{file}, {sheet}" if sheet else file
            yield from _totals(part, where)
            yield from _groups(part, where)


def _totals(part: pl.DataFrame, where: str):
    everything = since = Decimal(0)
    kind = pl.when(pl.col("reason") == convert.BASIS).then(pl.lit("basis")).otherwise("_mark")
    for mark, amount, row in part.select(kind.alias("_mark"), "amount", "_row").iter_rows():
        if mark in ("", "copy"):
            everything, since = everything + (amount or 0), since + (amount or 0)
        elif mark == "total" and amount is not None:
            found = min((everything, since), key=lambda total: abs(total - amount))
            yield _row(OWN_TOTAL, where, str(row), amount, found, OWN_TOLERANCE)
            since = Decimal(0)


def _groups(part: pl.DataFrame, where: str):
    """The innermost headings against the rows below each; one row for all of them."""
    if not (part["_mark"] == "group").any():
        return
    part = part.filter(pl.col("_mark") != "total").with_columns(
        ((pl.col("_mark") == "group") & (pl.col("_mark").shift(-1) == "")).cum_sum().alias("_group")
    )
    sums = (
        part.group_by("_group")
        .agg(
            pl.col("amount").filter(pl.col("_mark") == "group").last().alias("said"),
            pl.col("amount").filter(pl.col("_mark") == "").sum().alias("found"),
        )
        .filter(pl.col("said").is_not_null() & (pl.col("_group") > 0))
    )
    if len(sums):
        yield _row(OWN_GROUPS, where, str(len(sums)), sums["said"].sum(), sums["found"].sum(), OWN_TOLERANCE)


def _balances(sources: dict[str, Read]):
    for read in sources.values():
        if read.balances is None:
            continue
        for one in read.balances.iter_rows(named=True):
            period = f"{one['account']} {one['from_on']} – {one['to_on']}"
            if None not in (one["opening"], one["closing"], one["received"], one["spent"]):
                yield _row(BALANCE, "bank", period, one["closing"], one["opening"] + one["received"] - one["spent"], OWN_TOLERANCE)
            for said, column, found in ((RECEIVED, "received", "documents_in"), (SPENT, "spent", "documents_out")):
                if one[column] is not None:
                    yield _row(said, "bank", period, one[column], one[found], OWN_TOLERANCE)


def _books(lines: pl.DataFrame, settings: Settings):
    """Booked sales of our lines against the company's own statement, by year, month or in all."""
    if settings.controls is None:
        return
    days = lines["date"].cast(pl.String)
    for period, said in sorted(settings.controls.booked.items()):
        found = lines.filter(days.str.starts_with("" if period == "all" else period))["amount"].sum()
        yield _row(BOOKS, settings.controls.source, period, Decimal(str(said)), found, Decimal(str(settings.controls.tolerance)))


def _other_tables(kept: dict[str, pl.DataFrame], settings: Settings):
    """Booked sales against invoices or payments that came from another source than the lines, by year."""
    tolerance = Decimal(str(settings.controls.tolerance)) if settings.controls else Decimal(1)
    sales = _by_year(kept["lines"], "date")
    for name, day in OTHERS.items():
        if name in kept and settings.tables[name].from_ != settings.tables["lines"].from_:
            others = _by_year(kept[name], day)
            for year in sorted(sales.keys() & others.keys()):
                yield _row(stored(AGAINST, table=name), name, year, others[year], sales[year], tolerance)


def _by_year(table: pl.DataFrame, day: str) -> dict[str, Decimal]:
    return dict(table.group_by(pl.col(day).dt.year().cast(pl.String)).agg(pl.col("amount").sum()).iter_rows())

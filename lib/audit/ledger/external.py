"""Which order lines may be counted, where they lie elsewhere, typed, too many for the intake of exports?

Rows without customer, day or money go to quarantine, rows outside the time observed are left out, and every row has its fate, as in
intake. What
intake does for exports beyond that (totals, repeats, duplicates of customers, VAT, services) is not done, and the report says so.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from audit.core import registry
from audit.core.errors import AuditError
from audit.core.tables.schema import DATE, MONEY, NUMBER, TEXT
from audit.i18n import mark as N_
from audit.i18n import stored
from audit.ledger import engine

TYPES = {TEXT: nw.String, DATE: nw.Date, MONEY: engine.MONEY, NUMBER: nw.Float64}
NEEDED = ("customer_id", "date", "amount")
MISSING, AFTER, BEFORE = N_("no {column}"), N_("after as_of {day}"), N_("before observed_from {day}")
SHOWN = 10_000  # rejected rows that are fetched; the reconciliation counts all


class BadLines(AuditError):
    """Lines elsewhere that are not order lines; the message names every fault and what to do."""


@dataclass(frozen=True)
class Lines:
    """Lines that may be counted, and what became of all rows."""

    kept: nw.LazyFrame
    reconciliation: pl.DataFrame  # as core/tables has it
    quarantine: pl.DataFrame
    last: pl.DataFrame  # customer_id, date of the last line
    first_on: dt.date | None


def lines(frame, *, place: str, as_of: dt.date, observed_from: dt.date | None) -> Lines:
    """The lines of a native frame of any engine, each judged.

    Parameters
    ----------
    frame
        with the columns of `lines` (core/tables) under these names; columns it does not know are left alone.
    place
        where it lies, for quarantine and messages.

    Raises
    ------
    BadLines
        naming the columns that are missing, and those there are.
    """
    rows = nw.from_native(frame).lazy()
    there = rows.collect_schema().names()
    if missing := [c for c in NEEDED if c not in there]:
        message = N_(
            "[engine] lines: {place} has no column {missing}; it has {there}. What to do: write it with the columns of "
            "`lines` in data/README.md."
        )
        raise BadLines(message, place=place, missing=", ".join(missing), there=", ".join(there))
    known = [c for c in registry.tables()["lines"].columns if c.name in there and c.name not in ("line_id", "currency", "vat")]
    rows = rows.select(*[nw.col(c.name).cast(TYPES[c.kind]) for c in known])
    empty = (nw.col("customer_id") == "").fill_null(True)
    reasons = [(empty, stored(MISSING, column="customer_id"), "quarantined")]
    reasons += [(nw.col(c).is_null(), stored(MISSING, column=c), "quarantined") for c in ("date", "amount")]
    reasons += [(nw.col("date") > as_of, stored(AFTER, day=as_of), "excluded")]
    if observed_from:
        reasons += [(nw.col("date") < observed_from, stored(BEFORE, day=observed_from), "excluded")]
    reason, status = nw.lit(""), nw.lit("kept")
    for found, why, fate in reversed(reasons):
        reason, status = nw.when(found).then(nw.lit(why)).otherwise(reason), nw.when(found).then(nw.lit(fate)).otherwise(status)
    fate = rows.with_columns(reason=reason, status=status)
    kept = fate.filter(nw.col("status") == "kept").drop("reason", "status")
    last = engine.rows(kept.group_by("customer_id").agg(date=nw.col("date").max(), first=nw.col("date").min()))
    return Lines(kept, _reconciliation(fate), _quarantine(fate, place), last.select("customer_id", "date"), last["first"].min())


def _reconciliation(fate: nw.LazyFrame) -> pl.DataFrame:
    counted = fate.group_by("status", "reason").agg(
        rows=nw.len().cast(nw.Int64), amount=nw.col("amount").sum(), unreadable=nw.col("amount").is_null().cast(nw.Int64).sum()
    )
    found = engine.rows(counted).select(
        pl.lit("lines").alias("table"), "status", "reason", "rows", pl.col("amount").cast(pl.Decimal(18, 4)), "unreadable"
    )
    return found.sort("status", "reason")


def _quarantine(fate: nw.LazyFrame, place: str) -> pl.DataFrame:
    """The first of the rejected rows by their content; they have no place in a file, so they are numbered."""
    columns = [c for c in fate.collect_schema().names() if c not in ("reason", "status")]
    found = engine.rows(fate.filter(nw.col("status") == "quarantined").sort("reason", *columns).head(SHOWN))
    content = pl.struct(pl.col(c).cast(pl.String) for c in columns).struct.json_encode().alias("content")
    table = found.select(pl.lit("lines").alias("table"), pl.lit(place).alias("file"), pl.lit("").alias("sheet"), "reason", content)
    table = table.sort("reason", "content").with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("row"))
    return table.select("table", "file", "sheet", "row", "reason", "content")

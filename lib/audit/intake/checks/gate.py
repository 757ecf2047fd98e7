"""May these numbers be used? PASS, FLAG or REFUSE for each table and each chapter, with the reason.

Nothing is listed by hand: a chapter rests on the tables it takes and on all that these were made of (`registry.rests_on`). A doubt flags
every chapter that rests on a table it touches. Where it refuses, it refuses those that are not run without such a table and cannot do
without what is spoilt (`Step.needs`).
"""

from __future__ import annotations

import polars as pl

from audit.core import registry
from audit.core.registry import Step
from audit.core.tables.codes import Gate, Subject
from audit.core.tables.derived import DERIVED
from audit.i18n import stored

SCHEMA = {"kind": pl.String, "subject": pl.String, "verdict": pl.String, "why": pl.String, "doubts": pl.Int64}


def gate(doubts: pl.DataFrame, there: set[str], *, mapped: list[str], missing: str, lacking: dict[str, str] | None = None) -> pl.DataFrame:
    """Each mapped table and each chapter with its verdict and first reason, chapters in reading order.

    Parameters
    ----------
    doubts
        as `doubts.doubts` returns them.
    there
        tables that intake and ledger can make of what was kept.
    mapped
        tables that audit.toml fills.
    missing
        why there are no lines; empty where there are.
    lacking
        tables that could not be made, with the reason in words.
    """
    rows = [_of_table(name, doubts, missing) for name in dict.fromkeys(["lines", *mapped])]
    rows += [_of_chapter(step, doubts, there, missing, lacking or {}) for step in registry.steps()]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _verdict(kind: Subject, subject: str, found: pl.DataFrame, refused: pl.DataFrame) -> tuple:
    first = (refused if len(refused) else found)["doubt"]
    verdict = Gate.REFUSE if len(refused) else Gate.FLAG if len(found) else Gate.PASS
    return (kind, subject, verdict, first[0] if len(first) else "", len(found))


def _of_table(name: str, doubts: pl.DataFrame, missing: str) -> tuple:
    if name == "lines" and missing:
        return (Subject.TABLE, name, Gate.REFUSE, missing, 1)
    found = doubts.filter(pl.col("table") == name)
    return _verdict(Subject.TABLE, name, found, found.filter(pl.col("verdict") == Gate.REFUSE))


def _of_chapter(step: Step, doubts: pl.DataFrame, there: set[str], missing: str, lacking: dict[str, str]) -> tuple:
    written = {table for table in step.reads if registry.writer(table)}
    absent = ["lines"] if missing else registry.missing(step, there | written)
    if why := next((lacking[table] for table in absent if table in lacking), ""):
        return (Subject.CHAPTER, step.name, Gate.REFUSE, why, 1)
    if absent:
        return (Subject.CHAPTER, step.name, Gate.REFUSE, stored(registry.ABSENT, tables=", ".join(absent)), 1)
    found = doubts.filter(touching(set() if step.is_about_data else registry.rests_on(step)))
    needed = pl.col("spoils").str.split(" ").list.set_intersection(pl.lit([*step.needs], dtype=pl.List(pl.String))).list.len() > 0
    stops = (pl.col("verdict") == Gate.REFUSE) & needed & touching(registry.rests_on(step, by=registry.reads))
    return _verdict(Subject.CHAPTER, step.name, found, found.filter(stops))


def touching(tables: set[str]) -> pl.Expr:
    """Whether a doubt touches one of these tables."""
    return pl.col("touches").str.split(" ").list.set_intersection(pl.lit(sorted(tables), dtype=pl.List(pl.String))).list.len() > 0


def derived() -> set[str]:
    """Tables that intake and ledger make of order lines."""
    return {table.name for table in DERIVED}

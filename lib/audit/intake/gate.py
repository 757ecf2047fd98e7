"""May these numbers be used? PASS, FLAG or REFUSE for each table and each chapter, with the reason."""

from __future__ import annotations

import polars as pl

from audit import steps, tables
from audit.language import mark as N_

SCHEMA = {"kind": pl.String, "subject": pl.String, "verdict": pl.String, "why": pl.String, "defects": pl.Int64}
ABSENT = N_("needs {tables}")


def gate(defects: pl.DataFrame, there: set[str], *, mapped: list[str], missing: str) -> pl.DataFrame:
    """Each mapped table and each chapter with its verdict and first reason, chapters in reading order.

    Parameters
    ----------
    defects
        as `defects.defects` returns them.
    there
        tables that intake and ledger can make of what was kept.
    mapped
        tables that audit.toml fills.
    missing
        why there are no lines; empty where there are.
    """
    rows = [_of_table(name, defects, missing) for name in dict.fromkeys(["lines", *mapped])]
    rows += [_of_chapter(step, defects, there, missing) for step in steps.ALL]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _verdict(kind: str, subject: str, found: pl.DataFrame, refused: pl.DataFrame) -> tuple:
    first = (refused if len(refused) else found)["defect"]
    verdict = "REFUSE" if len(refused) else "FLAG" if len(found) else "PASS"
    return (kind, subject, verdict, first[0] if len(first) else "", len(found))


def _of_table(name: str, defects: pl.DataFrame, missing: str) -> tuple:
    if name == "lines" and missing:
        return ("table", name, "REFUSE", missing.splitlines()[0], 1)
    found = defects.filter(pl.col("table") == name)
    return _verdict("table", name, found, found.filter(pl.col("verdict") == "REFUSE"))


def _of_chapter(step: steps.Step, defects: pl.DataFrame, there: set[str], missing: str) -> tuple:
    if missing:
        return ("chapter", step.name, "REFUSE", ABSENT.format(tables="lines"), 1)
    written = {table for other in steps.ALL for table in other.writes}
    absent = [table for table in step.reads if table not in there and table not in written]
    if absent:
        return ("chapter", step.name, "REFUSE", ABSENT.format(tables=", ".join(absent)), 1)
    word = rf"\b{step.name}\b"
    found = defects.filter((pl.col("verdict") != "PASS") & (pl.col("biases").str.contains(word) | pl.col("refuses").str.contains(word)))
    return _verdict("chapter", step.name, found, found.filter(pl.col("refuses").str.contains(word)))


def derived() -> set[str]:
    """Tables that intake and ledger make of order lines."""
    return {table.name for table in tables.DERIVED}

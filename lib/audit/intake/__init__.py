"""What did the company send, and what became of every row?

    read       files -> text, each row with its file, sheet and row number
    convert    text -> typed tables by the mapping of audit.toml; what cannot be read goes to quarantine
    parse      one column of text -> dates, money, numbers
    rules      declared exclusions, each with its effect
    account    reconciliation and defects: rows and money by fate, and which numbers they bias
    answer     the chapter's findings

This is the only cleaning in the project. Raw files are opened for reading only.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from audit.intake import account, convert, read, rules
from audit.intake.answer import by_year, findings, window
from audit.intake.read import BadExport
from audit.settings import Settings

__all__ = ["BadExport", "Taken", "by_year", "findings", "take", "window"]


@dataclass(frozen=True)
class Taken:
    """What intake hands on: typed tables, and the fate of every row."""

    tables: dict[str, pl.DataFrame]
    reconciliation: pl.DataFrame
    quarantine: pl.DataFrame
    defects: pl.DataFrame
    observed_from: dt.date
    files: tuple[Path, ...]


def take(folder: Path, settings: Settings) -> Taken:
    """Typed tables of the base in that folder, with reconciliation, quarantine and defects.

    Raises
    ------
    BadExport
        naming file, sheet and row, what was expected, what came and what to do.
    """
    sources = {name: read.source(folder, name, source) for name, source in settings.sources.items()}
    fates = {name: convert.table(name, mapping, sources, settings) for name, mapping in settings.tables.items()}
    fates["lines"] = rules.applied(fates["lines"], settings)
    kept = {name: convert.kept(fate) for name, fate in fates.items()}
    quarantined = account.quarantine(fates, sources, settings)
    if kept["lines"].is_empty():
        raise BadExport(_nothing_kept(fates["lines"], quarantined))
    observed_from = settings.observed_from or kept["lines"]["date"].min().replace(day=1)
    return Taken(
        tables=kept,
        reconciliation=account.reconciliation(fates),
        quarantine=quarantined,
        defects=account.defects(fates, kept, settings, observed_from),
        observed_from=observed_from,
        files=tuple(sorted({path for source in sources.values() for path in source.files})),
    )


def _nothing_kept(lines: pl.DataFrame, quarantined: pl.DataFrame) -> str:
    reasons = lines.group_by("reason").len().sort("len", descending=True)
    seen = "\n".join(f"  - {row['reason']}: {row['len']} rows" for row in reasons.iter_rows(named=True)) or "  - the files hold no rows"
    example = "".join(f"\nThe first: {q['file']}, row {q['row']}: {q['content'][:200]}" for q in quarantined.head(1).iter_rows(named=True))
    return f"Not one line of sales could be kept:\n{seen}{example}\nWhat to do: check [tables.lines], and date_format and decimal in [sources] of audit.toml."

"""What do the checks look at, and what is a doubt? What every check of the data takes and returns."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from audit.core.doubts import Quality
from audit.core.settings import Settings
from audit.intake.mapping.parse import MONEY
from audit.intake.readers.read import Read
from audit.ledger.external import Lines

SHOWN = 3  # places named as a sample
EVERYTHING = tuple(Quality)
WHO, WHEN, HOW_MUCH, ALL_THERE = (Quality.IDENTITY,), (Quality.TIMING,), (Quality.AMOUNT,), (Quality.COVERAGE,)


class Doubt(NamedTuple):
    """One thing to know about the data, as a check finds it; `doubts.doubts` adds what it weighs and so what follows."""

    table: str
    doubt: str
    verdict: str
    rows: int
    amount: object
    bias: str
    action: str
    spoils: tuple[Quality, ...] = ()  # none: no number moves
    sample: str = ""
    touches: tuple[str, ...] = ()  # tables whose rows it concerns, where that is not its own table alone
    column: str = ""  # of the table, where one column is in doubt
    who: tuple[str, ...] = ()  # customers, where it concerns some and not others
    is_sized: bool = False  # its rows and money are all that is wrong: where they weigh little, no chapter is flagged


@dataclass(frozen=True)
class Intake:
    """What the checks look at: rows with their fate, what goes on, the sources, and what was decided."""

    fates: dict[str, pl.DataFrame]
    kept: dict[str, pl.DataFrame]
    sources: dict[str, Read]
    settings: Settings
    observed_from: dt.date | None
    duplicates: pl.DataFrame
    controls: pl.DataFrame
    elsewhere: Lines | None = None  # order lines that lie with an engine

    @property
    def live(self) -> pl.DataFrame:
        """Kept lines with the marks of their origin."""
        return self.fates["lines"].filter(pl.col("status") == "kept")


def sample(rows: pl.DataFrame) -> str:
    """Where the first of some rows stand: file, sheet, row."""
    first = rows.sort("_file", "_sheet", "_row").head(SHOWN).select("_file", "_sheet", "_row").rows()
    places = [", ".join([file, *([sheet] if sheet else []), str(row)]) for file, sheet, row in first]
    return "; ".join(places) + (f" (+{len(rows) - SHOWN})" if len(rows) > SHOWN else "")


def booked(rows: pl.DataFrame):
    """The money of some rows; None where they have none that could be read."""
    return rows["amount"].sum() if len(rows) and "amount" in rows.columns else None


def rejected_share(fate: pl.DataFrame) -> float:
    """What of a table's rows was rejected, of those meant for it: by money where it could be read, else by rows.

    >>> rows = pl.DataFrame({"status": ["kept", "quarantined", "excluded"], "amount": [1, 3, 9]})
    >>> rejected_share(rows), rejected_share(rows.drop("amount"))
    (0.75, 0.5)
    """
    meant = fate.filter(pl.col("status").is_in(["kept", "quarantined"]))
    return share_of(meant.filter(pl.col("status") == "quarantined"), meant)


def share_of(part: pl.DataFrame, whole: pl.DataFrame) -> float:
    """The weight of some rows among others: of their money, signs aside, where they have any that could be read, else of their number."""
    if len(part) and "amount" in whole.columns and part["amount"].null_count() == 0:
        money = [float(rows["amount"].cast(pl.Float64).abs().sum()) for rows in (part, whole)]
        if money[1] > 0:
            return money[0] / money[1]
    return len(part) / len(whole) if len(whole) else 0.0


COLUMNS = (
    "table", "doubt", "verdict", "rows", "amount", "share", "bias", "action", "touches", "column", "spoils", "who", "sample",
)  # fmt: skip
SCHEMA = dict.fromkeys(COLUMNS, pl.String) | {"rows": pl.Int64, "amount": MONEY, "share": pl.Float64}


def listed(who: tuple[str, ...]) -> str:
    """Customers as the table of doubts keeps them: a JSON list, since a code may hold any sign; empty where it concerns all."""
    return json.dumps(list(who), ensure_ascii=False) if who else ""

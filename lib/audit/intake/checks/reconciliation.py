"""Do rows and money add up? Every row by its fate, and the rejected ones as they came.

Reconciliation: kept + quarantined + excluded + merged = the file, for rows always and for money over readable amounts; unreadable ones
are counted (method, remarks that bind). Totals and headings of the export are rows, but their money is not added a second time.
"""

from __future__ import annotations

import io

import polars as pl

from audit.core.settings import Settings
from audit.intake.mapping.convert import HEADING, TOTAL
from audit.intake.mapping.parse import MONEY
from audit.intake.readers.read import MARKS, ORIGIN, Read


def reconciliation(fates: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows and readable money by table, status and reason; see tables.py for the columns."""
    parts = []
    for name, fate in fates.items():
        is_data = ~pl.col("reason").is_in([TOTAL, HEADING])
        money = next((c for c in ("_exported", "amount") if c in fate.columns), None)
        counted = fate.group_by("status", "reason").agg(
            pl.len().cast(pl.Int64).alias("rows"),
            (pl.col(money).filter(is_data).sum() if money else pl.lit(None)).cast(MONEY).alias("amount"),
            ((pl.col(money).is_null() & is_data).sum() if money else pl.lit(0)).cast(pl.Int64).alias("unreadable"),
        )
        parts.append(counted.select(pl.lit(name).alias("table"), pl.all()))
    schema = {"table": pl.String, "status": pl.String, "reason": pl.String, "rows": pl.Int64, "amount": MONEY, "unreadable": pl.Int64}
    return pl.concat([pl.DataFrame(schema=schema), *parts]).sort("table", "status", "reason")


def quarantine(fates: dict[str, pl.DataFrame], sources: dict[str, Read], settings: Settings) -> pl.DataFrame:
    """Every rejected row with its place in the exports, the reason and the row as it came."""
    schema = {"table": pl.String, "file": pl.String, "sheet": pl.String, "row": pl.Int64, "reason": pl.String, "content": pl.String}
    parts = [pl.DataFrame(schema=schema)]
    for name, fate in fates.items():
        if name not in settings.tables:
            continue
        rejected = fate["status"] == "quarantined"
        raw = sources[settings.tables[name].from_].table.filter(rejected)
        content = pl.struct(pl.exclude([*ORIGIN, *MARKS])).struct.json_encode().alias("content")
        reason = fate.filter(rejected)["reason"]
        parts.append(raw.select(pl.lit(name).alias("table"), *[pl.col(c).alias(c[1:]) for c in ORIGIN], reason, content))
    return pl.concat(parts).sort("table", "file", "sheet", "row")


def as_csv(table: pl.DataFrame) -> bytes:
    """A table as CSV that a Russian Excel opens; a cell that would be taken for a formula begins with an apostrophe (fault 31)."""
    safe = [pl.col(c).str.replace(r"^([=+\-@\t\r])", "'$1") for c, kind in table.schema.items() if kind == pl.String]
    buffer = io.BytesIO()
    table.with_columns(safe).write_csv(buffer, separator=";", include_bom=True)
    return buffer.getvalue()

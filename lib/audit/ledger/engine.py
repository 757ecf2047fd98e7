"""Where are order lines computed? In this process by polars, streaming; or by Spark, on a cluster. The only code that differs by engine.

The other modules of the ledger describe tables lazily on narwhals, whatever frame they are given; here they are computed. `settled` keeps what
it computed in memory, `written` in a Parquet file from which the rest goes on, so that nothing larger than one row per customer is held.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import narwhals as nw
import polars as pl

MONEY = nw.Decimal(18, 4)
KEYS = ["customer_id", "manager_id", "department", "date", "period", "days", "month"]
Settle = Callable[[str, nw.LazyFrame], nw.LazyFrame]


def settled(name: str, frame: nw.LazyFrame) -> nw.LazyFrame:
    """The table computed, in memory: sorted by its keys, money in its ledger type."""
    return nw.from_native(_collected(_ordered(frame))).lazy()


def written(folder: Path) -> Settle:
    """How to compute a table into `<folder>/<name>.parquet`, and go on from there; on Spark the cluster keeps what it computed, too."""

    def settle(name: str, frame: nw.LazyFrame) -> nw.LazyFrame:
        path, frame = folder / f"{name}.parquet", _ordered(frame)
        if frame.implementation.is_polars():
            frame.sink_parquet(path)
            return nw.from_native(pl.scan_parquet(path))
        native = frame.to_native().persist()
        _collected(nw.from_native(native)).write_parquet(path)
        return nw.from_native(native)

    return settle


def beside(table: pl.DataFrame, lines: nw.LazyFrame) -> nw.LazyFrame:
    """A small table of this process as a frame of the engine that holds the lines."""
    if lines.implementation.is_polars():
        return nw.from_native(table.lazy())
    return nw.from_native(lines.to_native().sparkSession.createDataFrame(table.to_arrow()))


def rows(frame: nw.LazyFrame) -> pl.DataFrame:
    """A frame computed into this process: for a few rows, or one per customer."""
    return _collected(frame)


def _collected(frame: nw.LazyFrame) -> pl.DataFrame:
    how = {"engine": "streaming"} if frame.implementation.is_polars() else {}
    return frame.collect(backend="polars", **how).to_native()


def _ordered(frame: nw.LazyFrame) -> nw.LazyFrame:
    schema = frame.collect_schema()
    typed = [nw.col(c).cast(MONEY) if kind == nw.Decimal else nw.col(c) for c, kind in schema.items()]
    return frame.select(*typed).sort([c for c in KEYS if c in schema.names()])

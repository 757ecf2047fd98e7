"""Where are order lines computed? In this process by polars, streaming; or by Spark, on a cluster. The only code that differs by engine.

The other modules of the ledger describe tables lazily on narwhals, whatever frame they are given; here they are computed. `in_memory`
keeps what
it computed in memory, `to_parquet` in a Parquet file from which the rest goes on, so that nothing larger than one row per customer is held.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import narwhals as nw
import polars as pl

from audit.core.errors import AuditError
from audit.core.settings import Engine
from audit.i18n import mark as N_

MONEY = nw.Decimal(18, 4)
KEYS = [
    "customer_id",
    "order_id",
    "product_id",
    "half",
    "manager_id",
    "department",
    "channel",
    "supplier",
    "category",
    "date",
    "period",
    "days",
    "month",
]
PART_LINES = 34_000_000  # order lines computed at a time on one machine, in 3 GB
ASKED = 16  # one customer in so many is asked how many lines they have, to find where parts begin
Materialise = Callable[..., nw.LazyFrame]  # name of the table, and the frame that describes it, or its parts in order


class NoEngine(AuditError):
    """An engine that cannot be had; the message says why and what to do."""


@contextmanager
def opened(declared: Engine):
    """The engine of a base: a function that gives a table of this process, or Parquet files by their place, as a lazy native frame.

    Raises
    ------
    NoEngine
        where Spark or Java is not installed, or the cluster does not answer.
    """
    if declared.name == "polars":
        yield lambda table: table.lazy() if isinstance(table, pl.DataFrame) else pl.scan_parquet(table, glob=not Path(table).is_file())
        return
    spark = _spark(declared)
    try:
        yield lambda table: spark.createDataFrame(table.to_arrow()) if isinstance(table, pl.DataFrame) else spark.read.parquet(table)
    finally:
        spark.stop()


def _spark(declared: Engine):
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise NoEngine(N_('[engine] name = "spark": PySpark is not installed. What to do: run `make spark`.')) from error
    builder = SparkSession.builder.appName("customer-base audit").config("spark.sql.session.timeZone", "UTC")
    if (declared.master or "").startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        quiet = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.shuffle.partitions": "2",
            "spark.python.sql.dataFrameDebugging.enabled": "false",  # to note where in Python each column was named takes longer than the column
        }
        builder = builder.config(map=quiet)
    try:
        return (builder.remote(declared.remote) if declared.remote else builder.master(declared.master)).getOrCreate()
    except (PySparkException, RuntimeError, OSError) as error:
        where = declared.remote or declared.master
        message = N_(
            "[engine] Spark at {where} did not start: {error}. What to do: check the address; a local master needs Java "
            "17 (`java -version`)."
        )
        raise NoEngine(message, where=where, error=str(error).splitlines()[0]) from error


def parts(lines: nw.LazyFrame) -> list[nw.Expr]:
    """Conditions that split the lines by ranges of customers, so that one part after the other fits in memory; one that holds for all
    where all do.

    Customers follow each other from part to part in the order of their ids; Spark splits by itself.
    """
    whole = [~nw.col("customer_id").is_null()]
    if not lines.implementation.is_polars():
        return whole
    total = rows(lines.select(nw.len().alias("n")))["n"][0]
    if total <= PART_LINES:
        return whole
    asked = lines.to_native().filter(pl.col("customer_id").hash() % ASKED == 0).group_by("customer_id").agg(n=pl.len())
    counted = asked.sort("customer_id").collect(engine="streaming")
    share = pl.col("n").cum_sum().shift(fill_value=0) / pl.col("n").sum()
    starts = counted.with_columns(part=(share * math.ceil(total / PART_LINES)).floor())
    first = starts.group_by("part").agg(pl.col("customer_id").min()).sort("part")["customer_id"].to_list()
    if len(first) < 2:
        return whole  # one customer has nearly all lines
    who = nw.col("customer_id")
    return [who < first[1], *((who >= low) & (who < high) for low, high in zip(first[1:], first[2:], strict=False)), who >= first[-1]]


def in_memory(name: str, *frames: nw.LazyFrame) -> nw.LazyFrame:
    """The table computed, in memory: sorted by its keys, money in its ledger type."""
    return nw.from_native(pl.concat([rows(_ordered(frame)) for frame in frames])).lazy()


def to_parquet(folder: Path) -> Materialise:
    """How to compute a table into `<folder>/<name>.parquet`, and go on from there; on Spark the cluster keeps what it computed, too.

    Several frames are parts of one table, in the order of its keys: computed one after the other.
    """

    def materialise(name: str, *frames: nw.LazyFrame) -> nw.LazyFrame:
        path, frames = folder / f"{name}.parquet", [_ordered(frame) for frame in frames]
        if not frames[0].implementation.is_polars():
            on_cluster = kept(frames[0])
            rows(on_cluster).write_parquet(path)
            return on_cluster
        if len(frames) == 1:
            frames[0].sink_parquet(path)
        else:
            to_parquet = [folder / f".{name}-{i:04d}" for i in range(len(frames))]
            for frame, part in zip(frames, to_parquet, strict=True):
                frame.to_native().sink_parquet(part, compression="uncompressed")
            pl.scan_parquet(to_parquet, glob=False).sink_parquet(path)
            for part in to_parquet:
                part.unlink()
        return nw.from_native(pl.scan_parquet(path, glob=False))

    return materialise


def kept(frame: nw.LazyFrame) -> nw.LazyFrame:
    """What many tables are made of. Spark computes it once, keeps it and forgets its plan, which planned anew would grow with each table; polars reads it
    as it goes, since it may not fit in memory."""
    return frame if frame.implementation.is_polars() else nw.from_native(frame.to_native().localCheckpoint())


def summed(frames: list[nw.LazyFrame], by: str) -> nw.LazyFrame:
    """Counts of several parts of the lines added up."""
    if len(frames) == 1:
        return frames[0]
    together = pl.concat([rows(frame) for frame in frames])
    return nw.from_native(together.lazy().group_by(by).agg(pl.all().sum()))


def beside(table: pl.DataFrame, lines: nw.LazyFrame) -> nw.LazyFrame:
    """A small table of this process as a frame of the engine that holds the lines."""
    if lines.implementation.is_polars():
        return nw.from_native(table.lazy())
    return nw.from_native(lines.to_native().sparkSession.createDataFrame(table.to_arrow()))


def once(lines: nw.LazyFrame, *columns: str) -> nw.LazyFrame:
    """These columns of the lines with fewer repeats: where the lines lie in an order, the lines of one order stand together and are one
    here.

    Repeats that stand apart remain: for what does not mind them, and has most of its work spared. No line may be without all of them.
    """
    lines = lines.select(*columns)
    if not lines.implementation.is_polars():
        return lines
    return nw.from_native(lines.to_native().filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in columns)))


def rows(frame: nw.LazyFrame) -> pl.DataFrame:
    """A frame computed into this process: for a few rows, or one per customer."""
    how = {"engine": "streaming"} if frame.implementation.is_polars() else {}
    return frame.collect(backend="polars", **how).to_native()


def _ordered(frame: nw.LazyFrame) -> nw.LazyFrame:
    schema = frame.collect_schema()
    typed = [nw.col(c).cast(MONEY) if kind == nw.Decimal else nw.col(c) for c, kind in schema.items()]
    return frame.select(*typed).sort([c for c in KEYS if c in schema.names()])

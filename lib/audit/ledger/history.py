"""What is known of each customer? First, second, third and last purchase, money, and their own rhythm."""

from __future__ import annotations

import datetime as dt

import narwhals as nw
import polars as pl

from audit.ledger import engine, rhythm
from audit.ledger.rhythm import clock, days_between

MILLION = 1_000_000.0


def history(
    purchases: nw.LazyFrame,
    customers: nw.LazyFrame | None,
    *,
    as_of: dt.date,
    observed_from: dt.date,
    known_from: dt.date,
    season: pl.DataFrame,
) -> nw.LazyFrame:
    """One row per customer (core/tables).

    The first purchase in the exports is not the first ever (P13): `is_first_known` holds from `known_from` on, or
    where the master file gives a first deal on or after `observed_from`.
    """
    names = purchases.collect_schema().names()
    numbered = purchases.with_columns(number=nw.col("date").cum_count().over("customer_id", order_by="date"))
    firsts = {"first_revenue": (1, "revenue"), "first_returned": (1, "returned"), "second_on": (2, "date"), "third_on": (3, "date")}
    if "manager_id" in names:
        firsts["first_manager_id"] = (1, "manager_id")
    numbered = numbered.with_columns(
        nw.when(nw.col("number") == nth).then(nw.col(column)).alias(name) for name, (nth, column) in firsts.items()
    )
    facts = {
        "first_on": nw.col("date").min(),
        "last_on": nw.col("date").max(),
        "purchases": nw.len().cast(nw.Int64),
        "revenue": nw.col("revenue").sum(),
        **{name: nw.col(name).max() for name in firsts},
    }
    who = numbered.group_by("customer_id").agg(**facts)
    who = who.join(own_rhythm(rhythm.gaps(purchases), season), on="customer_id", how="left")
    who = who.with_columns(
        gaps=nw.coalesce("gaps", nw.lit(0).cast(nw.Int64)),
        silence_days=days_between(nw.col("last_on"), nw.lit(as_of)),
        silence_clock_days=clock(nw.lit(as_of), season) - clock(nw.col("last_on"), season),
        life_clock_days=clock(nw.col("last_on"), season) - clock(nw.col("first_on"), season),
        is_first_returned=nw.col("first_returned") < 0,
        is_first_known=nw.col("first_on") >= known_from,
    )
    if customers is not None and "first_deal_on" in customers.collect_schema().names():
        deals = customers.select("customer_id", "first_deal_on")
        who = who.join(deals, on="customer_id", how="left").with_columns(
            is_first_known=nw.coalesce(nw.col("first_deal_on") >= observed_from, nw.col("is_first_known"))
        )
        who = who.drop("first_deal_on")
    return who.drop("first_returned")


def summary(lines: nw.LazyFrame, *, as_of: dt.date) -> nw.LazyFrame:
    """What purchase models need of each customer's sale lines: days of repeat purchases, recency and age in days.

    Returns
    -------
    customer_id, repeats (days with a purchase after the first), recency_days (first to last purchase), age_days (first purchase to as_of).
    """
    days = engine.once(lines, "customer_id", "date").group_by("customer_id")
    days = days.agg(first_on=nw.col("date").min(), last_on=nw.col("date").max(), repeats=(nw.col("date").n_unique() - 1).cast(nw.Int64))
    return days.select(
        "customer_id",
        "repeats",
        recency_days=days_between(nw.col("first_on"), nw.col("last_on")),
        age_days=days_between(nw.col("first_on"), nw.lit(as_of)),
    )


def own_rhythm(gaps: nw.LazyFrame, season: pl.DataFrame, *, by: tuple[str, ...] = ("customer_id",)) -> nw.LazyFrame:
    """Count, median, and mean and variance of the log of each customer's gaps.

    Logs are summed as whole millionths, and results rounded to nine digits: the last digits of floating numbers differ from run to run,
    and from engine to engine.
    """
    between = nw.max_horizontal(clock(nw.col("date"), season) - clock(nw.col("from_on"), season), nw.lit(0.05))
    logs = gaps.with_columns(log=(between.log() * MILLION).round().cast(nw.Int64))
    logs = logs.with_columns(square=nw.col("log") * nw.col("log"))
    own = logs.group_by(*by).agg(
        gaps=nw.len().cast(nw.Int64), gap_days=nw.col("days").median(), first=nw.col("log").sum(), second=nw.col("square").sum()
    )
    n, first, second = (nw.col(c).cast(nw.Float64) for c in ("gaps", "first", "second"))
    spread = nw.max_horizontal(second - first * first / n, nw.lit(0.0)) / (n - 1) / MILLION / MILLION
    return own.with_columns(
        gap_log_mean=(first / n / MILLION).round(9), gap_log_var=nw.when(nw.col("gaps") > 1).then(spread.round(9))
    ).drop("first", "second")


def before(purchases: nw.LazyFrame, season: pl.DataFrame, *, cut: dt.date, observed_from: dt.date, known_from: dt.date) -> nw.LazyFrame:
    """History as it stood on an earlier day, and whether the customer has bought since: to try out rules for silence."""
    then = purchases.filter(nw.col("date") <= cut)
    who = history(then, None, as_of=cut, observed_from=observed_from, known_from=known_from, season=season)
    since = purchases.filter(nw.col("date") > cut).select("customer_id").unique().with_columns(has_bought_since=nw.lit(True))
    return who.join(since, on="customer_id", how="left").with_columns(has_bought_since=nw.col("has_bought_since").fill_null(False))

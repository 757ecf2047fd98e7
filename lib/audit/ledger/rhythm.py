"""How long is silence usual? The base's season, the gaps between purchases, and the silences still open.

Silence is measured on two clocks: in days, and in season-adjusted days, which run slower in months when the
whole base buys less (P12). The season is taken out only with two full years; otherwise both clocks agree.
"""

from __future__ import annotations

import datetime as dt

import narwhals as nw
import polars as pl

from audit.ledger import engine

MONTH_DAYS = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
YEAR_DAYS = 365.25


def months(panel: nw.LazyFrame) -> dict[dt.date, int]:
    """Purchases of the whole base by month."""
    counted = engine.rows(panel.group_by("period").agg(nw.col("purchases").sum()))
    return dict(counted.sort("period").iter_rows())


def season(months: dict[dt.date, int], *, observed_from: dt.date, as_of: dt.date) -> pl.DataFrame:
    """Purchases a day by month of the year against their year's mean, averaged over full years; all 1 with fewer than two."""
    first = observed_from.year + (observed_from > dt.date(observed_from.year, 1, 1))
    last = as_of.year - (as_of < dt.date(as_of.year, 12, 31))
    index = [1.0] * 12
    if last - first + 1 >= 2:
        years = []
        for year in range(first, last + 1):
            rates = [months.get(dt.date(year, m, 1), 0) / MONTH_DAYS[m - 1] for m in range(1, 13)]
            mean = sum(rate * days for rate, days in zip(rates, MONTH_DAYS, strict=True)) / YEAR_DAYS
            years.append([rate / mean for rate in rates] if mean else [1.0] * 12)
        index = [max(0.05, sum(column) / len(years)) for column in zip(*years, strict=True)]
    return pl.DataFrame({"month": range(1, 13), "index": index})


def clock(day: nw.Expr, season: pl.DataFrame) -> nw.Expr:
    """The season-adjusted day number of a date: it advances by its month's index each day, by 365.25 each year."""
    index = season["index"].to_list()
    scale = YEAR_DAYS / sum(weight * days for weight, days in zip(index, MONTH_DAYS, strict=True))
    before = 0.0
    within = nw.lit(0.0)
    for month, (weight, days) in enumerate(zip(index, MONTH_DAYS, strict=True), 1):
        within = nw.when(day.dt.month() == month).then(before + weight * scale * day.dt.day()).otherwise(within)
        before += weight * scale * days
    return day.dt.year().cast(nw.Float64) * YEAR_DAYS + within


def gaps(purchases: nw.LazyFrame) -> nw.LazyFrame:
    """One row per pair of neighbouring purchases of a customer: the day of the first, of the second, and days between."""
    days = purchases.select("customer_id", "date")
    days = days.with_columns(from_on=nw.col("date").shift(1).over("customer_id", order_by="date"))
    days = days.filter(~nw.col("from_on").is_null())
    return days.with_columns(days=days_between(nw.col("from_on"), nw.col("date")))


def days_between(start: nw.Expr, end: nw.Expr) -> nw.Expr:
    """Whole days from one date to another."""
    return day_number(end) - day_number(start)


def day_number(day: nw.Expr) -> nw.Expr:
    """The days since the year 1, as `date.toordinal` counts them: from year and day of the year, which every engine has."""
    before = day.dt.year().cast(nw.Int64) - 1
    return before * 365 + before // 4 - before // 100 + before // 400 + day.dt.ordinal_day().cast(nw.Int64)


def half_of(day: nw.Expr) -> nw.Expr:
    """0 or 1: in which half of a customer's days a day falls, as by a coin that falls alike in every run; no weekly or monthly rhythm keeps
    to one side of it."""
    return (day_number(day) * 104_729 // 1009) % 2


def silences(purchases: nw.LazyFrame, *, as_of: dt.date) -> nw.LazyFrame:
    """How many silences of each length ended in a purchase, and how many are still open on as_of."""
    last = purchases.group_by("customer_id").agg(last_on=nw.col("date").max())
    zero, one = nw.lit(0).cast(nw.Int64), nw.lit(1).cast(nw.Int64)
    open_ = last.select(days=days_between(nw.col("last_on"), nw.lit(as_of)), ended=zero, open=one)
    ended = gaps(purchases).select(days=nw.col("days"), ended=one, open=zero)
    return nw.concat([open_, ended]).group_by("days").agg(nw.col("ended").sum(), nw.col("open").sum())

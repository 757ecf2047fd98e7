"""How does the company's booked turnover become this audit's revenue, month by month?

The chief accountant's question. booked - untraced - moved = revenue, exactly, in every month.
"""

from __future__ import annotations

import narwhals as nw


def bridge(traced: nw.LazyFrame, panel: nw.LazyFrame) -> nw.LazyFrame:
    """One row per month: booked, untraced, moved, revenue (tables.py)."""
    zero = nw.lit(0).cast(nw.Decimal(18, 4))
    months = traced.with_columns(
        period=nw.col("date").dt.truncate("1mo"),
        lost=nw.when(nw.col("sold_on").is_null()).then(nw.col("amount")).otherwise(zero),
    )
    booked = months.group_by("period").agg(booked=nw.col("amount").sum(), untraced=nw.col("lost").sum())
    revenue = panel.group_by("period").agg(nw.col("revenue").sum())
    both = booked.join(revenue, on="period", how="left").with_columns(revenue=nw.coalesce("revenue", zero))
    return both.with_columns(moved=nw.col("booked") - nw.col("untraced") - nw.col("revenue")).select(
        "period", "booked", "untraced", "moved", "revenue"
    )

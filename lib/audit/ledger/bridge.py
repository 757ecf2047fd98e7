"""How does the company's booked turnover become this audit's revenue, month by month?

The chief accountant's question. booked - untraced - moved = revenue, exactly, in every month: moved is counted from the
returns themselves and revenue from the panel, so that the equation can fail.
"""

from __future__ import annotations

import narwhals as nw

from audit.ledger.panel import month_of


def bridge(traced: nw.LazyFrame, panel: nw.LazyFrame) -> nw.LazyFrame:
    """One row per month: booked, untraced, moved, revenue (core/tables)."""
    zero = nw.lit(0).cast(nw.Decimal(18, 4))
    moves = month_of("sold_on") != month_of("date")
    months = traced.with_columns(
        period=month_of("date"),
        untraced=nw.when(nw.col("sold_on").is_null()).then(nw.col("amount")).otherwise(zero),
        leaves=nw.when(moves).then(nw.col("amount")).otherwise(zero),
    )
    booked = months.group_by("period").agg(booked=nw.col("amount").sum(), untraced=nw.col("untraced").sum(), leaves=nw.col("leaves").sum())
    home = traced.filter(moves).with_columns(period=month_of("sold_on"))
    arrives = home.group_by("period").agg(arrives=nw.col("amount").sum())
    revenue = panel.group_by("period").agg(nw.col("revenue").sum())
    table = booked.join(revenue, on="period", how="left").join(arrives, on="period", how="left")
    table = table.with_columns(revenue=nw.coalesce("revenue", zero), moved=nw.col("leaves") - nw.coalesce("arrives", zero))
    return table.select("period", "booked", "untraced", "moved", "revenue")

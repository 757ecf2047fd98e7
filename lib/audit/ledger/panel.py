"""What did each customer buy in each month? Months add up to quarters and years; days would not fit."""

from __future__ import annotations

import narwhals as nw


def panel(purchases: nw.LazyFrame) -> nw.LazyFrame:
    """One row per customer and month with a purchase: revenue, returns in it, orders, purchases, cost where known."""
    names = purchases.collect_schema().names()
    sums = ["revenue", "orders", "returned", *(["cost"] if "cost" in names else [])]
    months = purchases.with_columns(period=month_of("date"))
    return months.group_by("customer_id", "period").agg(*[nw.col(c).sum() for c in sums], purchases=nw.len().cast(nw.Int64))


def month_of(day: str) -> nw.Expr:
    """The first day of the month in which a column's day lies."""
    return nw.col(day).dt.truncate("1mo").cast(nw.Date)

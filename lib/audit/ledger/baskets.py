"""What stands in each order of an outlet on a route, and is it a copy? Orders of those who are visited, and which products every outlet should have.

A copy has the products and quantities of the customer's order before, or those of the mean of its last three orders. A small order is a copy by chance more
often than a large one, and a standing order always is: whoever reads this compares orders of one size (method H8).
"""

from __future__ import annotations

import narwhals as nw

from audit.ledger.engine import MONEY

LOOKED_BACK = 3  # orders whose mean a copy may repeat
WHO = ["customer_id", "nth"]


def baskets(traced: nw.LazyFrame, outlets: nw.LazyFrame) -> nw.LazyFrame | None:
    """One row per order of an outlet (core/tables); None where the lines name no orders, products or quantities."""
    names = traced.collect_schema().names()
    if not {"order_id", "product_id", "quantity"} <= set(names):
        return None
    sold = traced.filter(~nw.col("is_return") & ~nw.col("order_id").is_null() & (nw.col("quantity") > 0))
    sold = sold.join(outlets.select("customer_id").unique(), on="customer_id", how="semi")
    seller = {"manager_id": nw.col("manager_id").min()} if "manager_id" in names else {}
    orders = sold.group_by("customer_id", "order_id").agg(
        date=nw.col("date").min(),
        revenue=nw.col("amount").cast(MONEY).sum(),
        products=nw.col("product_id").n_unique().cast(nw.Int64),
        quantity=nw.col("quantity").cast(nw.Float64).sum(),
        **seller,
    )
    orders = orders.with_columns(one=nw.lit(1))
    orders = orders.with_columns(nth=nw.col("one").cum_sum().over("customer_id", order_by=["date", "order_id"])).drop("one")
    got = sold.group_by("customer_id", "order_id", "product_id").agg(quantity=nw.col("quantity").cast(nw.Float64).sum())
    got = got.join(orders.select("customer_id", "order_id", "nth"), on=["customer_id", "order_id"], how="left")
    return orders.join(_copies(got), on=WHO, how="left").drop("nth")


def _copies(got: nw.LazyFrame) -> nw.LazyFrame:
    """By customer and number of the order: whether it repeats the order before, or the mean of those before."""
    nothing = nw.lit(0.0)
    moved = [
        got.select(
            "customer_id",
            "product_id",
            nth=nw.col("nth") + back,
            now=nw.col("quantity") if back == 0 else nothing,
            before=nw.col("quantity") if back == 1 else nothing,
            past=nw.col("quantity") if back else nothing,
        )
        for back in range(LOOKED_BACK + 1)
    ]
    each = nw.concat(moved).group_by(*WHO, "product_id").agg(nw.col("now").sum(), nw.col("before").sum(), nw.col("past").sum())
    mean = nw.col("past") / LOOKED_BACK
    each = each.with_columns(
        other=(nw.col("now") != nw.col("before")).cast(nw.Int64), off=((nw.col("now") - mean).abs() > 0.5).cast(nw.Int64)
    )
    found = each.group_by(*WHO).agg(nw.col("other").sum(), nw.col("off").sum())
    return found.select(
        *WHO,
        is_previous=(nw.col("other") == 0) & (nw.col("nth") > 1),
        is_mean=(nw.col("off") == 0) & (nw.col("nth") > LOOKED_BACK),
        is_followed=nw.col("nth") > 1,
    )


def assortment(traced: nw.LazyFrame, must_have: nw.LazyFrame) -> nw.LazyFrame | None:
    """When each customer last bought each product that every outlet should have (core/tables); None where the lines name no products."""
    if "product_id" not in traced.collect_schema().names():
        return None
    sold = traced.filter(~nw.col("is_return")).join(must_have.select("product_id").unique(), on="product_id", how="semi")
    return sold.group_by("customer_id", "product_id").agg(last_on=nw.col("date").max())

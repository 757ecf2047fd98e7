"""What is one purchase? A customer on a day with a sale line; returns are traced to the sale they take back.

A return is a line with negative money or quantity. It is traced by the order it names, else to the same
customer's and product's latest earlier sale; what cannot be traced belongs to no purchase and stays a
line of the bridge. A return never makes a purchase, and several orders of a day are one purchase (P37).
"""

from __future__ import annotations

import narwhals as nw

NO_DAY = nw.when(nw.col("date").is_null()).then(nw.col("date"))  # null, in the engine's own type of a date


def traced(lines: nw.LazyFrame) -> nw.LazyFrame:
    """The lines with `is_return` and `sold_on`: the day of the sale, for a return that of the sale it takes back (null: untraced)."""
    names = lines.collect_schema().names()
    is_return = nw.col("amount") < 0
    if "quantity" in names:
        is_return = is_return | (nw.col("quantity") < 0)
    lines = lines.with_columns(is_return=is_return.fill_null(False))
    by_order, by_product = {"order_id", "returns_order_id"} <= set(names), "product_id" in names
    if not by_order and not by_product:
        return lines.with_columns(sold_on=nw.when(~nw.col("is_return")).then(nw.col("date")))
    sales = lines.filter(~nw.col("is_return")).with_columns(sold_on=nw.col("date"))
    returns = lines.filter(nw.col("is_return"))
    returns = _by_order(returns, sales) if by_order else returns.with_columns(named_on=NO_DAY)
    returns = _by_product(returns, sales) if by_product else returns.with_columns(latest_on=NO_DAY)
    returns = returns.with_columns(sold_on=nw.coalesce("named_on", "latest_on"))
    columns = [*names, "is_return", "sold_on"]
    return nw.concat([sales.select(columns), returns.select(columns)])


def _by_order(returns: nw.LazyFrame, sales: nw.LazyFrame) -> nw.LazyFrame:
    """`named_on`: the day of the same customer's order that the return names, if it is not later than the return."""
    orders = sales.group_by("customer_id", "order_id").agg(named_on=nw.col("date").min())
    orders = orders.rename({"order_id": "returns_order_id"})
    joined = returns.join(orders, on=["customer_id", "returns_order_id"], how="left")
    return joined.with_columns(named_on=nw.when(nw.col("named_on") <= nw.col("date")).then(nw.col("named_on")))


def _by_product(returns: nw.LazyFrame, sales: nw.LazyFrame) -> nw.LazyFrame:
    """`latest_on`: the latest day, not after the return, on which the customer bought the product."""
    pair = ["customer_id", "product_id"]
    days = sales.join(returns.select(pair).unique(), on=pair, how="semi").select(*pair, "date").unique()
    days = days.with_columns(bought_on=nw.col("date"), is_asked=nw.lit(False))
    asked = returns.select(*pair, "date").unique().with_columns(bought_on=NO_DAY, is_asked=nw.lit(True))
    both = nw.concat([days, asked])
    latest = both.with_columns(latest_on=nw.col("bought_on").fill_null(strategy="forward").over(*pair, order_by=["date", "is_asked"]))
    answers = latest.filter(nw.col("is_asked")).select(*pair, "date", "latest_on")
    return returns.join(answers, on=[*pair, "date"], how="left")


def purchases(traced: nw.LazyFrame) -> nw.LazyFrame:
    """One row per customer and day with a sale line: revenue net of traced returns, orders, and the like (core/tables)."""
    names, of_sale = traced.collect_schema().names(), ~nw.col("is_return")
    zero = nw.lit(0).cast(nw.Decimal(18, 4))
    number = nw.coalesce("order_id", nw.lit("")) if "order_id" in names else nw.lit("")
    parts = {
        "sold": nw.when(of_sale).then(nw.col("amount")).otherwise(zero),
        "returned": nw.when(~of_sale).then(nw.col("amount")).otherwise(zero),
        "number": nw.when(of_sale).then(number),
        **({"seller": nw.when(of_sale).then(nw.col("manager_id"))} if "manager_id" in names else {}),
    }
    sums = ["sold", "returned", *(["cost"] if "cost" in names else [])]
    days = (
        traced.filter(~nw.col("sold_on").is_null())
        .with_columns(**parts)
        .group_by("customer_id", "sold_on")
        .agg(
            *[nw.col(c).sum() for c in sums],
            numbers=nw.col("number").n_unique().cast(nw.Int64),  # the returns' nothing among them
            has_returns=nw.col("is_return").any(),
            **({"manager_id": nw.col("seller").min()} if "manager_id" in names else {}),
        )
    )
    days = days.with_columns(
        revenue=nw.col("sold") + nw.col("returned"),
        is_free=nw.col("sold") == zero,
        orders=nw.col("numbers") - nw.col("has_returns").cast(nw.Int64),
    )
    wanted = ["customer_id", "date", "revenue", "returned", "orders", "is_free", *[c for c in ("cost", "manager_id") if c in names]]
    return days.rename({"sold_on": "date"}).select(wanted)

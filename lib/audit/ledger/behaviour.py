"""How does each customer buy? Discounts, prices against the usual, new products, sameness of baskets.

Counted on sale lines (no returns); each column only where the lines or the products carry what it needs. A
product's usual price is what all customers paid for it in the same quarter, on average. All that is summed is exact (quantities to four
digits), so that the same lines give the same shares on every engine and every run.
"""

from __future__ import annotations

import datetime as dt

import narwhals as nw

from audit.ledger import history, rhythm
from audit.ledger.engine import MONEY
from audit.ledger.panel import month_of
from audit.ledger.rhythm import days_between


def usual_prices(lines: nw.LazyFrame) -> nw.LazyFrame | None:
    """What all customers paid and got of each product in each quarter: one row per product and quarter; None without products or
    quantities."""
    if not {"product_id", "quantity"} <= set(lines.collect_schema().names()):
        return None
    whole = lines.filter((nw.col("quantity") > 0) & (nw.col("amount") > 0)).select(
        "product_id", quarter=quarter_of("date"), amount=nw.col("amount").cast(MONEY), quantity=nw.col("quantity").cast(MONEY)
    )
    return whole.group_by("product_id", "quarter").agg(paid_for=nw.col("amount").sum(), got=nw.col("quantity").sum())


def quarter_of(day: str) -> nw.Expr:
    """The first day of the quarter in which a column's day lies."""
    return nw.col(day).dt.truncate("1q").cast(nw.Date)


def behaviour(traced: nw.LazyFrame, products: nw.LazyFrame | None, usual: nw.LazyFrame | None, *, novelty_days: int) -> nw.LazyFrame | None:
    """One row per customer (core/tables), by the usual prices; None where the lines name no products."""
    lines = _sold(traced)
    if lines is None:
        return None
    first = lines.group_by("customer_id", "product_id").agg(first_on=nw.col("date").min())
    lines = lines.join(first, on=["customer_id", "product_id"], how="left")
    same = {"same": (nw.col("date") > nw.col("first_on")).cast(nw.Int64).sum()}
    return _shares(lines, products, usual, novelty_days=novelty_days, by=("customer_id",), more=same)


def halves(
    traced: nw.LazyFrame, purchases: nw.LazyFrame, products: nw.LazyFrame | None, usual: nw.LazyFrame | None, season, *, novelty_days: int
) -> nw.LazyFrame:
    """The same of each half of a customer's days, and its rhythm in each (core/tables): what a customer is shows in both, chance does not."""
    by = ("customer_id", "half")
    gaps = rhythm.gaps(purchases).with_columns(half=rhythm.half_of(nw.col("from_on")))
    own = history.own_rhythm(gaps, season, by=by).select(*by, "gaps", "gap_log_var")
    lines = _sold(traced)
    if lines is None:
        return own
    lines = lines.with_columns(half=rhythm.half_of(nw.col("date")))
    how = _shares(lines, products, usual, novelty_days=novelty_days, by=by, more={})
    return how.drop([c for c in ("novelties",) if c in how.collect_schema().names()]).join(own, on=list(by), how="left")


def _sold(traced: nw.LazyFrame) -> nw.LazyFrame | None:
    """Sale lines with what is counted of them; None where they name no products."""
    names = traced.collect_schema().names()
    if "product_id" not in names:
        return None
    numbers = [c for c in ("amount", "quantity", "discount") if c in names]
    return traced.filter(~nw.col("is_return")).select("customer_id", "product_id", "date", *[nw.col(c).cast(MONEY) for c in numbers])


def _shares(
    lines: nw.LazyFrame,
    products: nw.LazyFrame | None,
    usual: nw.LazyFrame | None,
    *,
    novelty_days: int,
    by: tuple[str, ...],
    more: dict[str, nw.Expr],
) -> nw.LazyFrame:
    """Lines, products, and the shares that lines and products carry what they need for, one row per `by`."""
    names = lines.collect_schema().names()
    counted = {"lines": nw.len().cast(nw.Int64), "products": nw.col("product_id").n_unique().cast(nw.Int64), **more}
    if "discount" in names:
        lines = lines.with_columns(listed=nw.col("amount") + nw.col("discount"))
        counted |= {"discounts": nw.col("discount").sum(), "listed": nw.col("listed").sum()}
    if "quantity" in names:
        lines = _usual(lines, usual)
        counted |= {"paid": nw.col("paid").sum(), "usual": nw.col("usual").sum()}
    if products is not None and "launched_on" in products.collect_schema().names():
        launched = products.select("product_id", "launched_on").filter(~nw.col("launched_on").is_null())
        lines = lines.join(launched, on="product_id", how="left")
        age = days_between(nw.col("launched_on"), nw.col("date"))
        lines = lines.with_columns(is_new=((age >= 0) & (age <= novelty_days)).fill_null(False))
        lines = lines.with_columns(novelty=nw.when(nw.col("is_new")).then(nw.col("product_id")))
        counted |= {
            "new": nw.col("is_new").cast(nw.Int64).sum(),
            "novelties": (nw.col("novelty").n_unique() - nw.col("novelty").is_null().any().cast(nw.Int64)).cast(nw.Int64),
        }
    who = lines.group_by(*by).agg(**counted)
    shares = {
        "same_share": ("same", "lines"), "novelty_share": ("new", "lines"), "discount_share": ("discounts", "listed"),
        "price_index": ("paid", "usual"),
    }  # fmt: skip
    shares = {name: parts for name, parts in shares.items() if parts[0] in counted}
    who = who.with_columns(_ratio(*parts).alias(name) for name, parts in shares.items())
    return who.drop([c for c in ("same", "new", "discounts", "listed", "paid", "usual") if c in counted])


def _ratio(part: str, whole: str) -> nw.Expr:
    return nw.when(nw.col(whole) > 0).then((nw.col(part).cast(nw.Float64) / nw.col(whole).cast(nw.Float64)).round(6))


def _usual(lines: nw.LazyFrame, prices: nw.LazyFrame) -> nw.LazyFrame:
    """`paid`, and `usual`: the same quantity at the average price of the product in the quarter."""
    counts = (nw.col("quantity") > 0) & (nw.col("amount") > 0)
    lines = lines.with_columns(quarter=quarter_of("date")).join(prices, on=["product_id", "quarter"], how="left")
    zero = nw.lit(0).cast(MONEY)
    worth = nw.col("quantity").cast(nw.Float64) * (nw.col("paid_for").cast(nw.Float64) / nw.col("got").cast(nw.Float64))
    return lines.with_columns(
        paid=nw.when(counts).then(nw.col("amount")).otherwise(zero), usual=nw.when(counts).then(worth.round(4).cast(MONEY)).otherwise(zero)
    )


def sellers(traced: nw.LazyFrame, products: nw.LazyFrame | None) -> nw.LazyFrame | None:
    """Who sold what to whom: one row per customer, manager, department and month; None where the lines name neither (core/tables, M2)."""
    names = traced.collect_schema().names()
    who = [c for c in ("manager_id", "department") if c in names]
    if not who:
        return None
    sold = traced.filter(~nw.col("sold_on").is_null()).with_columns(period=month_of("sold_on"))
    sold, sums = sold.with_columns(nw.col(c).fill_null("") for c in who), {"revenue": "amount"}
    if "product_id" in names and products is not None and "is_dear" in products.collect_schema().names():
        zero = nw.lit(0).cast(nw.Decimal(18, 4))
        priced, is_dear = ~nw.col("is_dear").is_null(), nw.col("is_dear").fill_null(False)
        sold = sold.join(products.select("product_id", "is_dear"), on="product_id", how="left").with_columns(
            dearer=nw.when(is_dear).then(nw.col("amount")).otherwise(zero), priced=nw.when(priced).then(nw.col("amount")).otherwise(zero)
        )
        sums |= {"dearer": "dearer", "priced": "priced"}
    return sold.group_by("customer_id", *who, "period").agg(**{name: nw.col(column).sum() for name, column in sums.items()})


def with_dear(products):
    """The products, a native table, with `is_dear`: dearer by list price than the median of their category; null where the price is not known, absent without prices (M2)."""
    goods = nw.from_native(products)
    if not {"price", "category"} <= set(goods.columns):
        return products
    price = nw.col("price").cast(nw.Float64)
    return goods.with_columns(is_dear=price > price.median().over("category")).to_native()


def channels(traced: nw.LazyFrame) -> nw.LazyFrame | None:
    """By which way each customer bought: one row per customer, channel and month; None where the lines name no channel (core/tables, N3)."""
    names = traced.collect_schema().names()
    if "channel" not in names:
        return None
    sold = traced.filter(~nw.col("sold_on").is_null()).with_columns(period=month_of("sold_on"), channel=nw.col("channel").fill_null(""))
    sums = {"revenue": "amount", **({"cost": "cost"} if "cost" in names else {})}
    return sold.group_by("customer_id", "channel", "period").agg(**{name: nw.col(column).sum() for name, column in sums.items()})


def supplies(traced: nw.LazyFrame, products: nw.LazyFrame | None) -> nw.LazyFrame | None:
    """Whose goods each customer bought: one row per customer, supplier, category and month; None where lines have no cost or products no supplier (core/tables, E15)."""
    if products is None or not {"product_id", "cost"} <= set(traced.collect_schema().names()):
        return None
    by = ["supplier", "category"]
    if not set(by) <= set(products.collect_schema().names()):
        return None
    sold = traced.filter(~nw.col("sold_on").is_null()).join(products.select("product_id", *by), on="product_id", how="left")
    sold = sold.with_columns(*[nw.col(c).fill_null("") for c in by], period=month_of("sold_on"))
    return sold.group_by("customer_id", *by, "period").agg(revenue=nw.col("amount").sum(), cost=nw.col("cost").sum())


def bought_new(traced: nw.LazyFrame, products: nw.LazyFrame | None, *, observed_from: dt.date) -> nw.LazyFrame | None:
    """Who first bought what was launched in the time seen, and when: one row per customer and product; None where nobody says when products were launched (core/tables, E34)."""
    if products is None or "product_id" not in traced.collect_schema().names() or "launched_on" not in products.collect_schema().names():
        return None
    new = products.filter(nw.col("launched_on") > observed_from).select("product_id", "launched_on")
    sold = traced.filter(~nw.col("is_return")).join(new, on="product_id", how="inner")
    return sold.group_by("customer_id", "product_id").agg(launched_on=nw.col("launched_on").min(), first_on=nw.col("date").min())


def mix(traced: nw.LazyFrame, products: nw.LazyFrame | None) -> nw.LazyFrame | None:
    """What of which category each customer bought in each year: one row per customer, category and year; None where lines or products do
    not say (core/tables)."""
    if (
        products is None
        or not {"product_id"} <= set(traced.collect_schema().names())
        or "category" not in products.collect_schema().names()
    ):
        return None
    sold = traced.filter(~nw.col("sold_on").is_null()).join(products.select("product_id", "category"), on="product_id", how="left")
    sold = sold.with_columns(period=nw.col("sold_on").dt.year().cast(nw.Int64), category=nw.col("category").fill_null(""))
    return sold.group_by("customer_id", "category", "period").agg(revenue=nw.col("amount").sum())

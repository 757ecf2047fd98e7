"""What did each customer buy, and when? Order lines -> tables of one row per customer, or customer and period.

    purchases   returns traced to their sale; one row per customer and day
    history     one row per customer: first, second, last purchase, own rhythm
    panel       one row per customer and month
    rhythm      season of the base, lengths of silence
    behaviour   one row per customer: discounts, novelties, baskets, also of each half of its days; who sold to whom, by which channel; categories by year
    baskets     one row per order of an outlet that is visited: is it a copy? which products it should have
    bridge      from what was booked to what this audit calls revenue
    engine      where all this is computed: here by polars, or by Spark on a cluster

The only engine code after intake: written once on narwhals, given any lazy or eager frame it knows
(polars by default). Money stays decimal and is only added and subtracted.
"""

from __future__ import annotations

import datetime as dt

import narwhals as nw
import polars as pl

from audit.core import periods
from audit.ledger import baskets, behaviour, bridge, engine, history, panel, purchases, rhythm


def tables(
    lines,
    customers: pl.DataFrame | None = None,
    *,
    products: pl.DataFrame | None = None,
    outlets: pl.DataFrame | None = None,
    must_have: pl.DataFrame | None = None,
    as_of: dt.date,
    observed_from: dt.date,
    burn_in_months: int,
    holdout_days: int,
    novelty_days: int,
    materialise: engine.Materialise = engine.in_memory,
) -> dict[str, nw.LazyFrame]:
    """The ledger's tables of the order lines (core/tables, origin ledger), each sorted by its key; those the lines cannot give are absent.

    Parameters
    ----------
    lines
        native frame of any engine that narwhals knows, lazy or not.
    customers, products, must_have
        those tables, where there are any.
    outlets
        the customers that are visited, by customer_id: only their orders are looked at one by one.
    as_of, observed_from
        last and first day observed.
    burn_in_months
        months after `observed_from` in which nobody counts as new.
    holdout_days
        how far before as_of the rules for silence are tried out (`history_before`); 0: not.
    novelty_days
        for how long after its launch a product is new.
    materialise
        what computes each table, and gives it back for those that build on it: in memory, or `engine.to_parquet(folder)`.
    """
    lines = nw.from_native(lines).lazy()
    parts = engine.parts(lines)
    traced = [engine.kept(purchases.traced(lines.filter(part))) for part in parts]
    bought = materialise("purchases", *(purchases.purchases(part) for part in traced))
    of_customers = [bought.filter(part) for part in parts]
    by_month = materialise("panel", *(panel.panel(part) for part in of_customers))
    months = rhythm.months(by_month)
    season = rhythm.season(months, observed_from=observed_from, as_of=as_of)
    since = {"observed_from": observed_from, "known_from": periods.known_from(observed_from, burn_in_months)}
    deals = engine.beside(customers, bought) if customers is not None else None
    found = {"purchases": bought, "panel": by_month, "season": materialise("season", nw.from_native(season).lazy())}
    described = {
        "history": [history.history(part, deals, as_of=as_of, season=season, **since) for part in of_customers],
        "silences": [engine.summed([rhythm.silences(part, as_of=as_of) for part in of_customers], "days")],
        "bridge": [engine.summed([bridge.bridge(part, by_month.filter(who)) for part, who in zip(traced, parts, strict=True)], "period")],
    }
    cut = as_of - dt.timedelta(days=holdout_days)
    if holdout_days and cut > observed_from:
        then = rhythm.season(months, observed_from=observed_from, as_of=cut)  # of what was known then
        described["history_before"] = [history.before(part, then, cut=cut, **since) for part in of_customers]
    goods = engine.beside(behaviour.with_dear(products), bought) if products is not None else None
    usual = behaviour.usual_prices(lines)
    usual = engine.beside(engine.rows(usual), bought) if usual is not None else None
    described["behaviour"] = [behaviour.behaviour(part, goods, usual, novelty_days=novelty_days) for part in traced]
    described["halves"] = [
        behaviour.halves(part, bought_by, goods, usual, season, novelty_days=novelty_days)
        for part, bought_by in zip(traced, of_customers, strict=True)
    ]
    described["supplies"] = [behaviour.supplies(part, goods) for part in traced]
    described["bought_new"] = [behaviour.bought_new(part, goods, observed_from=observed_from) for part in traced]
    described["mix"] = [behaviour.mix(part, goods) for part in traced]
    described["sellers"] = [behaviour.sellers(part, goods) for part in traced]
    described["channels"] = [behaviour.channels(part) for part in traced]
    if outlets is not None:
        described["baskets"] = [baskets.baskets(part, engine.beside(outlets, bought)) for part in traced]
    if must_have is not None:
        described["assortment"] = [baskets.assortment(part, engine.beside(must_have, bought)) for part in traced]
    return found | {name: materialise(name, *frames) for name, frames in described.items() if frames[0] is not None}

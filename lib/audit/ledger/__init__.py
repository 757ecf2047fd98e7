"""What did each customer buy, and when? Order lines -> tables of one row per customer, or customer and period.

    purchases   returns traced to their sale; one row per customer and day
    history     one row per customer: first, second, last purchase, own rhythm
    panel       one row per customer and month
    rhythm      season of the base, lengths of silence
    behaviour   one row per customer: discounts, novelties, baskets; who sold to whom
    bridge      from what was booked to what this audit calls revenue

The only engine code after intake: written once on narwhals, given any lazy or eager frame it knows
(polars by default). Money stays decimal and is only added and subtracted.
"""

from __future__ import annotations

import datetime as dt

import narwhals as nw

from audit.ledger import behaviour, bridge, history, panel, purchases, rhythm

MONEY = nw.Decimal(18, 4)
KEYS = ["customer_id", "manager_id", "department", "date", "period", "days", "month"]


def tables(
    lines,
    customers=None,
    *,
    products=None,
    as_of: dt.date,
    observed_from: dt.date,
    burn_in_months: int,
    holdout_days: int,
    novelty_days: int,
) -> dict[str, nw.DataFrame]:
    """The ledger's tables of the order lines (tables.py, origin ledger), each sorted by its key; those the lines cannot give are absent.

    Parameters
    ----------
    lines, customers, products
        native frames of those tables (all but lines may be missing).
    as_of, observed_from
        last and first day observed.
    burn_in_months
        months after `observed_from` in which nobody counts as new.
    holdout_days
        how far before as_of the rules for silence are tried out (`history_before`); 0: not.
    novelty_days
        for how long after its launch a product is new.
    """
    traced = purchases.traced(nw.from_native(lines).lazy())
    bought = _settled(purchases.purchases(traced))
    by_month = _settled(panel.panel(bought.lazy()))
    season = rhythm.season(by_month, observed_from=observed_from, as_of=as_of)
    new_from = known_from(observed_from, burn_in_months)
    deals = nw.from_native(customers).lazy() if customers is not None else None
    gaps = rhythm.gaps(bought.lazy(), season)
    who = history.history(bought.lazy(), gaps, deals, as_of=as_of, observed_from=observed_from, known_from=new_from, season=season)
    found = {
        "purchases": bought,
        "panel": by_month,
        "history": _settled(who),
        "silences": _settled(rhythm.silences(bought.lazy(), gaps, as_of=as_of)),
        "season": season,
        "bridge": _settled(bridge.bridge(traced, by_month.lazy())),
    }
    cut = as_of - dt.timedelta(days=holdout_days)
    if holdout_days and cut > observed_from:
        then = rhythm.season(by_month, observed_from=observed_from, as_of=cut)  # of what was known then
        earlier = history.before(bought.lazy(), then, cut=cut, observed_from=observed_from, known_from=new_from)
        found["history_before"] = _settled(earlier)
    goods = nw.from_native(products).lazy() if products is not None else None
    more = {"behaviour": behaviour.behaviour(traced, goods, novelty_days=novelty_days), "sellers": behaviour.sellers(traced)}
    return found | {name: _settled(frame) for name, frame in more.items() if frame is not None}


def known_from(observed_from: dt.date, burn_in_months: int) -> dt.date:
    """The first day on which a first purchase counts as a customer's first ever (P13).

    >>> known_from(dt.date(2023, 1, 1), 12)
    datetime.date(2024, 1, 1)
    """
    at = observed_from.year * 12 + observed_from.month - 1 + burn_in_months
    return dt.date(at // 12, at % 12 + 1, 1) if burn_in_months else observed_from


def burn_in_months(declared: int | None, *, as_of: dt.date, observed_from: dt.date) -> int:
    """The declared burn-in, else 12 months or a quarter of the history, the shorter (P13).

    >>> burn_in_months(None, as_of=dt.date(2025, 12, 31), observed_from=dt.date(2023, 1, 1))
    9
    """
    months = round((as_of - observed_from).days / 30.44)
    return declared if declared is not None else min(12, months // 4)


def _settled(frame: nw.LazyFrame) -> nw.DataFrame:
    """The lazy frame computed, money back in its ledger type, sorted by all its keys."""
    done = frame.collect()
    money = [c for c, kind in done.schema.items() if kind == nw.Decimal]
    done = done.with_columns(nw.col(c).cast(MONEY) for c in money)
    keys = [c for c in KEYS if c in done.columns]
    return done.sort(*keys)

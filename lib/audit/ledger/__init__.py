"""What did each customer buy, and when? Order lines -> tables of one row per customer, or customer and period.

    purchases   returns traced to their sale; one row per customer and day
    history     one row per customer: first, second, last purchase, own rhythm
    panel       one row per customer and month
    rhythm      season of the base, lengths of silence
    bridge      from what was booked to what this audit calls revenue

The only engine code after intake: written once on narwhals, given any lazy or eager frame it knows
(polars by default). Money stays decimal and is only added and subtracted.
"""

from __future__ import annotations

import datetime as dt

import narwhals as nw

from audit.ledger import bridge, history, panel, purchases, rhythm

MONEY = nw.Decimal(18, 4)


def tables(
    lines, customers=None, *, as_of: dt.date, observed_from: dt.date, burn_in_months: int, holdout_days: int = 0
) -> dict[str, nw.DataFrame]:
    """purchases, history, panel, silences, season, bridge and history_before of the order lines, each sorted by its key.

    Parameters
    ----------
    lines, customers
        native frames of those tables (customers may be missing).
    as_of, observed_from
        last and first day observed.
    burn_in_months
        months after `observed_from` in which nobody counts as new.
    holdout_days
        how far before as_of the rules for silence are tried out (`history_before`); 0: not.
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
        earlier = history.before(bought.lazy(), season, cut=cut, observed_from=observed_from, known_from=new_from)
        found["history_before"] = _settled(earlier)
    return found


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
    keys = [c for c in ["customer_id", "date", "period", "days", "month"] if c in done.columns]
    return done.sort(*keys)

"""Which kind of purchase model fits this trade, and why? The router comes before any model (P2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit.models import rfm
from audit.models.rfm import Counts
from audit.steps.value.codes import Trade

OF_TRADE = {
    Trade.ORDERS: ("BG/NBD", "MBG/NBD", "MBG/CNBD-k", "Pareto/NBD", "NBD"), Trade.FIXED: ("BG/BB",), Trade.BY_CONTRACT: ("sBG",),
}  # fmt: skip
YEAR = {Trade.ORDERS: 365.25, Trade.FIXED: 12.0, Trade.BY_CONTRACT: 12.0}  # in the time unit of the models


@dataclass(frozen=True)
class Route:
    """The kind of trade, with what it was seen by."""

    trade: str
    once_share: float  # of the months with a purchase, those with one only
    skipped_share: float  # of the months between first and last purchase, those without
    customers: int  # with three months of purchases or more

    @property
    def year(self) -> float:
        return YEAR[self.trade]

    @property
    def models(self) -> tuple[str, ...]:
        return OF_TRADE[self.trade]


def route(panel: pd.DataFrame, *, once_share: float, kept_share: float, skipped_share: float) -> Route:
    """The kind of trade, from the months in which customers with three of them or more have bought.

    Parameters
    ----------
    once_share
        share of the months with a single purchase from which buying is once a month at most.
    kept_share
        share of the months between first and last purchase with one, from which the month is the rhythm.
    skipped_share
        share of the months skipped up to which it is a contract.
    """
    of = panel.groupby("customer_id").agg(
        months=("period", "size"), once=("purchases", lambda p: (p == 1).sum()), first=("period", "min"), last=("period", "max")
    )
    of = of[of["months"] >= 3]
    if of.empty:
        return Route(Trade.ORDERS, np.nan, np.nan, 0)
    span = (of["last"].dt.year - of["first"].dt.year) * 12 + of["last"].dt.month - of["first"].dt.month + 1
    once, skipped = float(of["once"].sum() / of["months"].sum()), float(1 - of["months"].sum() / span.sum())
    fixed = once >= once_share and 1 - skipped >= kept_share
    trade = (Trade.BY_CONTRACT if skipped <= skipped_share else Trade.FIXED) if fixed else Trade.ORDERS
    return Route(trade, once, skipped, len(of))


def routes(found: Route) -> pd.DataFrame:
    """The route as a table: trade_class, why, once_share, skipped_share, customers, models."""
    row = (found.trade, Trade(found.trade).meaning, found.once_share, found.skipped_share, found.customers, ", ".join(found.models))
    return pd.DataFrame([row], columns=["trade_class", "why", "once_share", "skipped_share", "customers", "models"])


def counts(found: Route, history: pd.DataFrame, panel: pd.DataFrame, *, until: pd.Timestamp) -> Counts:
    """What the route's models need of the customers of `history`, in its order: season-adjusted days, or whole months until `until`."""
    if found.trade == Trade.ORDERS:
        return rfm.of_history(history)
    end = until.to_period("M").start_time
    months = panel[panel["period"] <= end].groupby("customer_id")["period"].agg(["min", "max", "size"]).reindex(history["customer_id"])
    number = lambda days: (days.dt.year * 12 + days.dt.month).to_numpy(dtype=float)
    first, last = number(months["min"]), number(months["max"])
    here = ~np.isnan(first)  # the others came after the last whole month: watched for no month yet
    age = np.where(here, end.year * 12 + end.month - first, 0.0)
    return rfm.counts(np.where(here, months["size"].to_numpy(dtype=float) - 1, 0.0), np.where(here, last - first, 0.0), age)

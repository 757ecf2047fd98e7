"""The naive rules that every model is held against: the customer's own average, and the last year again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.steps.value.codes import Naive, Trade
from audit.steps.value.router import Route

NAIVE = (Naive.AVERAGE, Naive.LAST_YEAR)


UNTRIED = ""  # no rule: nothing is forecast


def average(data) -> np.ndarray:
    """Each customer's own purchases per unit of time since its first; those just come get the base's."""
    whole = float(data.x @ data.weight) / max(float(data.age @ data.weight), 1e-9)
    return np.where(data.age > 0, data.x / np.maximum(data.age, 1e-9), whole)[data.member]


def last_year(found: Route, ids: pd.Series, panel: pd.DataFrame, *, until: pd.Timestamp) -> np.ndarray:
    """Each customer's purchases (or months with one) in the twelve whole months until then."""
    end = until.to_period("M").start_time
    year = panel[(panel["period"] <= end) & (panel["period"] > end - pd.DateOffset(months=12))].groupby("customer_id")
    done = year["purchases"].sum() if found.trade == Trade.ORDERS else year.size()
    return ids.map(done).fillna(0.0).to_numpy(dtype=float)

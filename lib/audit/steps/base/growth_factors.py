"""Why did sales change? Shapley's shares of customers, frequency, order value and margin."""

from __future__ import annotations

import math
from itertools import permutations

import pandas as pd

from audit.steps.base.codes import Factor, Measure


def sales_change(bought: pd.DataFrame, *, before: str, now: str) -> pd.DataFrame:
    """Why sales changed: Shapley's shares of customers, frequency and order value (and margin, where cost is known).

    Sales are customers x orders per customer x money per order; each factor's contribution is its average over all
    orders in which the factors could have changed, so the contributions add up to the change exactly.

    Returns
    -------
    DataFrame with measure_class (sales, gross profit), factor, before_number, now_number, contribution (money).

    Source: method B8; Shapley 1953.
    """
    tables = [_explained(Measure.SALES, _factors(bought, before), _factors(bought, now))]
    if "cost" in bought.columns:
        with_margin = [_factors(bought, period, margin=True) for period in (before, now)]
        tables.append(_explained(Measure.GROSS_PROFIT, *with_margin))
    return pd.concat(tables, ignore_index=True)


def _factors(bought: pd.DataFrame, period: str, *, margin: bool = False) -> dict[str, float]:
    of = bought[bought["period"] == period]
    revenue, orders, customers = of["revenue"].sum(), of["orders"].sum(), len(of)
    factors = {
        Factor.CUSTOMERS: float(customers),
        Factor.FREQUENCY: orders / customers if customers else 0.0,
        Factor.ORDER_VALUE: revenue / orders if orders else 0.0,
    }
    if margin:
        factors[Factor.MARGIN] = (revenue - of["cost"].sum()) / revenue if revenue else 0.0
    return factors


def _explained(measure: str, before: dict[str, float], now: dict[str, float]) -> pd.DataFrame:
    contribution = shapley(before, now)
    return pd.DataFrame(
        {
            "measure_class": measure,
            "factor": list(before),
            "before_number": list(before.values()),
            "now_number": list(now.values()),
            "contribution": [contribution[name] for name in before],
        }
    )


def shapley(before: dict[str, float], now: dict[str, float]) -> dict[str, float]:
    """Each factor's share of the change of their product.

    >>> shapley({"a": 2.0, "b": 3.0}, {"a": 4.0, "b": 5.0})
    {'a': 8.0, 'b': 6.0}
    """
    shares = dict.fromkeys(before, 0.0)
    orders = list(permutations(before))
    for order in orders:
        state = dict(before)
        for name in order:
            was = math.prod(state.values())
            state[name] = now[name]
            shares[name] += (math.prod(state.values()) - was) / len(orders)
    return shares

"""How unequal are customers: tenths of the base and the share of the largest."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from audit.core.findings import NAN
from audit.stats import shares

TOP_SHARE = 0.2  # Pareto's customers; the share of money is the claim in norms.toml


def revenue_deciles(bought: pd.DataFrame, *, period: str) -> pd.DataFrame:
    """Tenths of the customers of a period, the largest first, and the money each tenth brings (lens 1).

    Ties are broken by customer_id, so that the same base always gives the same tenths. With fewer than ten
    customers some tenths are empty and left out.

    Parameters
    ----------
    bought
        from `by_period`.

    Returns
    -------
    DataFrame with decile_class (text, 1 = largest), customers, revenue, revenue_share, cumulative_share, smallest (revenue).

    Source: method E7; The Customer-Base Audit, lens 1.
    """
    money = _ranked(bought, period)
    tenth = np.arange(len(money)) * 10 // max(len(money), 1) + 1
    table = money.groupby(tenth)["revenue"].agg(customers="size", revenue="sum", smallest="min")
    table["revenue_share"] = table["revenue"] / money["revenue"].sum() if shares.is_whole(money["revenue"]) else NAN
    table["cumulative_share"] = shares.told(table["revenue_share"].cumsum())
    table["revenue_share"] = shares.told(table["revenue_share"])
    table = table.rename_axis("decile_class").reset_index()
    table["decile_class"] = table["decile_class"].astype("str")
    return table[["decile_class", "customers", "revenue", "revenue_share", "cumulative_share", "smallest"]]


def _ranked(bought: pd.DataFrame, period: str) -> pd.DataFrame:
    money = bought[bought["period"] == period]
    return money.sort_values(["revenue", "customer_id"], ascending=[False, True], ignore_index=True)


def top_share(bought: pd.DataFrame, *, period: str) -> float:
    """Share of a period's money that its largest 20 % of customers bring (rounded down to whole customers, at least one)."""
    money = _ranked(bought, period)["revenue"]
    top = max(1, math.floor(len(money) * TOP_SHARE))
    return float(money.head(top).sum() / money.sum()) if shares.is_whole(money) else NAN

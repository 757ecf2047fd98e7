"""By which way is sold, and do customers stay with it? Channels side by side, customers alike compared (N3).

A channel does not keep or lose customers by itself: regulars telephone, beginners come by the site. So what became of the customers of a channel stands beside
customers of the same kind who bought by other channels.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core import registry
from audit.core.periods import last_year
from audit.stats.exchangeable import compared
from audit.steps.team.compared import told
from audit.steps.team.customers_of import most_of


def sales_by_channel(
    channels: pd.DataFrame | None, customers_of: pd.DataFrame, *, until: pd.Timestamp, least: int, false_share: float, confidence: float
) -> pd.DataFrame:
    """One row per channel by which anything was sold in the last twelve months, the largest first.

    A customer's channel is the one by which it bought most in the year before: what it did since must not decide where it is counted. A customer who buys by
    several channels now is a customer of each of them, so customers do not add up; their sales do.

    Parameters
    ----------
    channels
        revenue by customer, channel and month; None where no line names a channel. Lines without one stand under an empty name, and are compared with nobody.
    customers_of
        from `portfolios`.
    until
        the last whole month.
    least
        customers of a channel from which something is said.
    false_share
        share of false discoveries that is allowed among all channels that are called better or worse.

    Returns
    -------
    DataFrame as TABLES declares it: customers, revenue, revenue_share and margin_rate of the last twelve months; new_customers whose first purchase ever was in
    them, by the channel they bought most by; n customers of the year before with stayed_share, alike_share (like customers of other channels), the difference from all
    like customers with its interval, and what can be said of it.

    Source: method N3, P27, P39.
    """
    if channels is None:
        return registry.empty("sales_by_channel")
    now, before = last_year(channels, until=until), last_year(channels, until=until - pd.DateOffset(years=1))
    if now.empty:
        return registry.empty("sales_by_channel")
    each = now.groupby(["channel", "customer_id"])["revenue"].sum()
    by = each.groupby("channel")
    table = pd.DataFrame({"customers": (each > 0).groupby("channel").sum(), "revenue": by.sum()})
    brought = table["revenue"].clip(lower=0)  # returns may stand under a channel of their own
    table["revenue_share"] = brought / brought.sum() if brought.sum() > 0 else np.nan
    table["margin_rate"] = _margin_rate(now)
    new = customers_of.loc[customers_of["is_new"].astype(bool), "customer_id"]
    table["new_customers"] = most_of(now, "channel")[lambda main: main.index.isin(new)].value_counts()
    table["new_customers"] = table["new_customers"].fillna(0).astype("int64")
    table = table.join(_kept(most_of(before, "channel"), customers_of, confidence))
    table["n"] = table["n"].fillna(0).astype("int64")
    is_enough = (table["n"] >= least) & (table.index != "") & table["p_value"].notna()
    _adjusted, table["told_class"] = told(table["difference_number"], table["p_value"], is_enough, false_share=false_share)
    table = table.reset_index().sort_values(["revenue", "channel"], ascending=[False, True], ignore_index=True)
    return table[registry.tables()["sales_by_channel"].names]


def several_channels(channels: pd.DataFrame | None, *, until: pd.Timestamp) -> tuple[int, int]:
    """Customers who bought by more than one channel in the last twelve months, and all who bought by a named one.

    Source: method N3.
    """
    if channels is None:
        return 0, 0
    now = last_year(channels, until=until)
    ways = now[(now["channel"] != "") & (now["revenue"] > 0)].groupby("customer_id")["channel"].nunique()
    return int((ways > 1).sum()), len(ways)


def _margin_rate(now: pd.DataFrame) -> pd.Series:
    if "cost" not in now.columns:
        return pd.Series(dtype="float64")
    known = now[now["cost"].notna() & (now["cost"] != 0)].groupby("channel")[["revenue", "cost"]].sum()
    return (known["revenue"] - known["cost"]) / known["revenue"].where(known["revenue"] > 0)


def _kept(main: pd.Series, customers_of: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Customers of the year before by channel: how many stayed, and how many like customers of other channels did."""
    old = customers_of[(customers_of["revenue_before"] > 0) & customers_of["customer_id"].map(main).notna()]
    old = old[old["customer_id"].map(main) != ""]
    found = compared(old["is_kept"].astype(float), old["customer_id"].map(main), old["stratum"], confidence=confidence)
    return found.set_index("who")[["n", "value", "others", "difference", "low", "high", "p_value"]].rename(
        columns={
            "value": "stayed_share", "others": "alike_share", "difference": "difference_number", "low": "low_number", "high": "high_number",
        }
    )  # fmt: skip

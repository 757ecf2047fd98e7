"""How soon do new products come to key accounts? Whoever offers them first keeps rivals out (E34)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core import registry


def launches(
    bought_new: pd.DataFrame | None, keys: pd.DataFrame, overview: pd.DataFrame, *, as_of: pd.Timestamp, within_days: int
) -> pd.DataFrame:
    """What each key account bought of the products launched in the time seen, and how soon, beside other customers.

    When a product was offered nobody writes down: bought is the latest that it can have been. Only products that everybody had the whole time to buy are looked at.

    Parameters
    ----------
    bought_new
        of the ledger: customer_id, product_id, launched_on, first_on.
    keys
        from `key_accounts`; the purchases of all companies of its group are an account's.
    overview
        customer_id, group and year_revenue: the others are groups that bought in the last twelve months.
    within_days
        so many days after the launch a product counts as new.

    Returns
    -------
    DataFrame with customer_id, launched (products launched and sold to anybody), bought_in_time (of them bought within the days), bought_in_time_share, first_days (median days from launch to the
    account's first purchase, of those it bought), others_in_time_share, others_first_days (the medians of all other groups that bought any); the slowest first; empty where nobody says when
    products were launched, or none was.

    Source: method E34.
    """
    if bought_new is None or keys.empty:
        return registry.empty("launches")
    new = bought_new[bought_new["launched_on"] <= as_of - pd.Timedelta(days=within_days)]
    groups = overview.set_index("customer_id")["group"]
    new = new.assign(group=new["customer_id"].map(groups))
    first = new.groupby(["group", "product_id"]).agg(launched_on=("launched_on", "first"), first_on=("first_on", "min")).reset_index()
    first["days"] = (first["first_on"] - first["launched_on"]).dt.days.clip(lower=0)
    launched = first["product_id"].nunique()
    if not launched:
        return registry.empty("launches")
    by = first.groupby("group")["days"]
    each = pd.DataFrame({"in_time": (first["days"] <= within_days).groupby(first["group"]).sum(), "days": by.median()})
    buying = overview.groupby("group")["year_revenue"].sum()
    others = each.reindex(sorted(set(buying.index[buying > 0]) - set(keys["group"])))
    mine = each.reindex(keys["group"])
    table = pd.DataFrame(
        {
            "customer_id": keys["customer_id"].to_numpy(),
            "launched": launched,
            "bought_in_time": mine["in_time"].fillna(0).astype("int64").to_numpy(),
            "first_days": mine["days"].astype("float64").to_numpy(),
            "others_in_time_share": float(others["in_time"].fillna(0).median()) / launched if len(others) else np.nan,
            "others_first_days": float(others["days"].median()),
        }
    )
    table["bought_in_time_share"] = table["bought_in_time"] / launched
    table = table.sort_values(["bought_in_time", "customer_id"], ignore_index=True)
    return table[registry.tables()["launches"].names]

"""Does a representative write orders by the last ones instead of asking? Copies against outlets of other representatives that order as much (H8).

Some outlets do order the same every week, and a small order is alike by chance: outlets of one size of order are dealt to the same representatives again and again,
and only who has more copies than such dealing makes is named; standing orders do not count. It is a reason to go along on a route, not a verdict.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core import registry
from audit.stats.exchangeable import compared, false_discoveries
from audit.steps.field.codes import Copied, Way
from audit.steps.field.visiting import ours

LEAST_ORDERS, LEAST_OUTLETS = 4, 5
SIZES, UNITS = [0, 1, 3, 7, np.inf], [0, 2, 6, 20, np.inf]  # products of an order, and units of each: a small order is alike by chance


def copies(
    baskets: pd.DataFrame | None, orders: pd.DataFrame | None, *, since: pd.Timestamp, false_share: float, confidence: float
) -> pd.DataFrame:
    """One row per representative with outlets that order often enough.

    Returns
    -------
    DataFrame as TABLES declares it: orders that could be copies, copies (of the order before, or of the mean of three), copy_share and of_others_share (of the orders, and of those of
    everybody else), by_chance_share (how often dealing alone does as much), the same adjusted for all representatives, copied_class; the most first.

    Source: method H8; permutation of outlets within sizes of order; Benjamini and Yekutieli 2001.
    """
    if baskets is None or baskets.empty:
        return registry.empty("copied_orders")
    could = ours(baskets[(baskets["date"] > since) & baskets["is_followed"].astype(bool)], orders)
    could = could[~could["way_class"].isin([Way.STANDING, Way.ELECTRONIC]) & (could["manager_id"] != "")]
    could = could.assign(is_copy=(could["is_previous"] | could["is_mean"]).astype(float))
    by = (
        could.groupby(["manager_id", "customer_id"])
        .agg(orders=("is_copy", "size"), copies=("is_copy", "sum"), size=("products", "median"), units=("quantity", "median"))
        .reset_index()
    )
    by = by[by["orders"] >= LEAST_ORDERS]
    if by["manager_id"].nunique() < 2:
        return registry.empty("copied_orders")
    kind = pd.cut(by["size"], SIZES).astype("str") + pd.cut(by["units"] / by["size"], UNITS).astype("str")
    found = compared(by["copies"] / by["orders"], by["manager_id"], kind, confidence=confidence)
    found = found.rename(columns={"who": "manager_id", "n": "outlets", "p_value": "by_chance_share"})
    found = found.join(by.groupby("manager_id")[["orders", "copies"]].sum().astype("int64"), on="manager_id")
    found["copy_share"] = found["copies"] / found["orders"]
    rest = found["orders"].sum() - found["orders"]
    found["of_others_share"] = (found["copies"].sum() - found["copies"]) / rest.where(rest > 0)
    enough = found["outlets"] >= LEAST_OUTLETS
    found["adjusted_share"] = false_discoveries(found["by_chance_share"].where(enough))
    more = (found["adjusted_share"] <= false_share) & (found["difference"] > 0)
    found["copied_class"] = np.select([~enough, more], [Copied.FEW, Copied.MORE], Copied.CHANCE).astype("str")
    found["outlets"] = found["outlets"].astype("int64")
    return found.sort_values(["copy_share", "manager_id"], ascending=[False, True], ignore_index=True)[
        registry.tables()["copied_orders"].names
    ]

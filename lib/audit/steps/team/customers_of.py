"""Whose customers were these when the year began, and what became of them? One row per customer; everything about managers stands on it.

A customer belongs to who sold most to it in the year before: what happened since must not decide whose it was. Who sells to it now may be somebody else:
then it was handed over, and stands apart.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

BOUNDS, LABELS = (
    [0, 1, 3, 11, np.inf],
    ["1", "2-3", "4-11", "12+"],
)  # purchases of the year before, by which kinds of customers are told apart


def portfolios(
    sellers: pd.DataFrame,
    panel: pd.DataFrame,
    history: pd.DataFrame,
    managers: pd.DataFrame | None,
    *,
    until: pd.Timestamp,
    observed_from: pd.Timestamp,
) -> pd.DataFrame:
    """One row per customer who bought in the twelve months before the last twelve, or in them.

    Parameters
    ----------
    until
        the last whole month.
    observed_from
        where the year before the last was not seen whole, nothing stands in it.

    Returns
    -------
    DataFrame with customer_id, manager_id (who sold most in the year before; empty: nobody did), manager_now_id, is_handed (they differ), is_new (first
    bought in the last twelve months), revenue_before, revenue_now, purchases_before, is_kept (bought again in the last twelve months), change (of -1 to 1:
    the difference of the two years over their sum, so that no giant decides), stratum (role of the manager, purchases of the year before and age: only
    customers of one kind are compared), and of the last twelve months costed (sales of months whose cost is known), margin (of these) and returned.

    Source: method H14, P27, P33.
    """
    end = until.to_period("M").start_time
    now, before = (end - pd.DateOffset(months=12), end), (end - pd.DateOffset(months=24), end - pd.DateOffset(months=12))
    if observed_from > before[0] + pd.DateOffset(months=1):  # the year before was not seen whole: nothing is compared with it
        before = (end, end)
    if "manager_id" not in sellers.columns:
        sellers = sellers.assign(manager_id="")
    of_now, of_before = _of(panel, *now), _of(panel, *before)
    table = (
        of_before[["revenue", "purchases"]]
        .add_suffix("_before")
        .join(of_now.rename(columns={"revenue": "revenue_now", "purchases": "purchases_now"}), how="outer")
    )
    sums = ["revenue_before", "revenue_now", "purchases_before", "purchases_now"]
    table[sums] = table[sums].fillna(0.0)
    table = table.rename_axis("customer_id").reset_index()
    table["manager_id"] = table["customer_id"].map(_main(sellers, *before)).astype("object").fillna("").astype("str")
    table["manager_now_id"] = table["customer_id"].map(_main(sellers, *now)).astype("object").fillna("").astype("str")
    table["is_handed"] = (table["manager_id"] != "") & (table["manager_now_id"] != "") & (table["manager_id"] != table["manager_now_id"])
    known = history.set_index("customer_id")
    first = table["customer_id"].map(known["first_on"])
    is_known = table["customer_id"].map(known["is_first_known"]).astype(bool) if "is_first_known" in known.columns else True
    table["is_new"] = (first > until - pd.DateOffset(years=1)) & (table["revenue_before"] == 0) & is_known
    table["is_kept"] = table["purchases_now"] > 0
    total = (table["revenue_now"].clip(lower=0) + table["revenue_before"].clip(lower=0)).where(table["revenue_before"] > 0)
    table["change"] = ((table["revenue_now"].clip(lower=0) - table["revenue_before"].clip(lower=0)) / total.where(total > 0)).astype(
        "float64"
    )
    often = pd.cut(table["purchases_before"], BOUNDS, labels=LABELS).astype("object").fillna("")
    young = np.where(first > until - pd.DateOffset(years=2), "new", "old")
    roles = {} if managers is None or "role" not in managers.columns else managers.set_index("manager_id")["role"].to_dict()
    role = table["manager_id"].map(roles).astype("object").fillna("")
    table["stratum"] = role.astype("str") + " " + often.astype("str") + " " + pd.Series(young, table.index)
    return table.drop(columns=["purchases_now"]).sort_values("customer_id", ignore_index=True)


def _of(panel: pd.DataFrame, after: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Sums of the months after one and up to another, by customer; margin where costs are known."""
    part = panel[(panel["period"] > after) & (panel["period"] <= end)]
    found = part.groupby("customer_id")[["revenue", "purchases"]].sum()
    if "cost" in part.columns:
        known = part[part["cost"].notna() & (part["cost"] != 0)].groupby("customer_id")[["revenue", "cost"]].sum()
        found["costed"], found["margin"] = known["revenue"], known["revenue"] - known["cost"]
    if "returned" in part.columns:
        found["returned"] = -part.groupby("customer_id")["returned"].sum()
    return found.reindex(columns=["revenue", "purchases", "costed", "margin", "returned"])


def _main(sellers: pd.DataFrame, after: pd.Timestamp, end: pd.Timestamp) -> pd.Series:
    """Who sold most to each customer in these months."""
    return most_of(sellers[(sellers["period"] > after) & (sellers["period"] <= end) & (sellers["manager_id"] != "")], "manager_id")


def most_of(part: pd.DataFrame, column: str) -> pd.Series:
    """By customer, the one of a column's values that brought most revenue; of two alike the first in order."""
    sold = part.groupby(["customer_id", column], as_index=False)["revenue"].sum()
    first = sold.sort_values(["revenue", column], ascending=[False, True]).drop_duplicates("customer_id")
    return first.set_index("customer_id")[column].sort_index()

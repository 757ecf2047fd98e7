"""Are promises of delivery kept? On time and in full, and whether the customer heard of a delay from us before the day (I4, N15, H3).

Earlier is fine, later never: a promise is kept when the goods come on the day or before. An order is late when any line of it is; what is promised for a day
that has not come is nothing yet.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core import registry
from audit.stats.exchangeable import compared, false_discoveries
from audit.steps.service.codes import Kept, Whose

OFTEN = [0, 1, 3, 11, float("inf")]  # orders of a customer, by which kinds are told apart
FEWEST = 5  # customers of a manager from which something is said


def promises(deliveries: pd.DataFrame | None, *, as_of: pd.Timestamp, since: pd.Timestamp = pd.Timestamp.min) -> pd.DataFrame:
    """One row per delivered order whose promised day lies in the time and is over.

    An order is late when any of its lines is; one promised for as_of that has not come is not late yet.

    Returns
    -------
    DataFrame with order_id, customer_id, promised_on, delivered_on (the last line's; empty: not yet), late_days, is_on_time, is_in_full (delivered as ordered;
    empty where quantities are not known), is_invoiced_right (invoiced as delivered), is_told (1: told of the delay before the promised day was over; empty where nobody writes that down), kept_class (Kept).

    Source: method I4, N15; SCOR perfect order.
    """
    if deliveries is None or "promised_on" not in deliveries.columns:
        return registry.empty("promises")
    lines = deliveries[deliveries["promised_on"].notna()].copy()
    for column in ("delivered_on", "told_on"):
        lines[column] = pd.to_datetime(lines[column]) if column in lines.columns else pd.Series(pd.NaT, lines.index)
    lines["delivered_on"] = lines["delivered_on"].where(lines["delivered_on"] <= as_of)
    lines["is_short"], lines["is_wrong"] = _differs(lines, "ordered", "delivered", less=True), _differs(lines, "delivered", "invoiced")
    lines = lines[(lines["promised_on"] < as_of) | lines["delivered_on"].notna()]
    lines["late_days"] = (lines["delivered_on"].fillna(as_of) - lines["promised_on"]).dt.days.clip(lower=0)
    lines["is_open"] = lines["delivered_on"].isna()
    by = lines.groupby(["order_id", "customer_id"])
    table = pd.DataFrame(
        {
            "promised_on": by["promised_on"].max(), "told_on": by["told_on"].min(), "delivered_on": by["delivered_on"].max().where(~by["is_open"].any()),
            "late_days": by["late_days"].max(), "is_short": by["is_short"].max(), "is_wrong": by["is_wrong"].max(),
        }
    ).reset_index()  # fmt: skip
    table = table[(table["promised_on"] <= as_of) & (table["promised_on"] > since)]
    table["is_on_time"] = table["delivered_on"].notna() & (table["late_days"] == 0)
    table["is_in_full"] = (1 - table["is_short"]).astype("float64")
    table["is_invoiced_right"] = (1 - table["is_wrong"]).astype("float64")
    told = ~table["is_on_time"] & table["told_on"].notna() & (table["told_on"] <= table["promised_on"])
    table["is_told"] = told.astype("float64") if "told_on" in deliveries.columns else np.nan
    table["kept_class"] = np.select(
        [table["is_on_time"] & (table["is_in_full"] == 0), table["is_on_time"], told, table["delivered_on"].isna()],
        [Kept.SHORT, Kept.EARLY, Kept.TOLD, Kept.OPEN],
        Kept.LATE,
    ).astype("str")
    return table.sort_values(["promised_on", "order_id"], ignore_index=True)[registry.tables()["promises"].names]


def as_ordered(deliveries: pd.DataFrame | None, *, since: pd.Timestamp, as_of: pd.Timestamp) -> tuple[int, int, int]:
    """Delivered lines of the time whose quantities are known: all of them, those short, those with more than was ordered.

    Source: method M4.
    """
    if deliveries is None or not {"ordered", "delivered", "delivered_on"} <= set(deliveries.columns):
        return 0, 0, 0
    came = deliveries[(deliveries["delivered_on"] > since) & (deliveries["delivered_on"] <= as_of)]
    short, over = _differs(came, "ordered", "delivered", less=True), _differs(came, "delivered", "ordered", less=True)
    return int(short.notna().sum()), int((short == 1).sum()), int((over == 1).sum())


def _differs(lines: pd.DataFrame, one: str, other: str, *, less: bool = False) -> pd.Series:
    """1 where two quantities differ (`less`: where the other is less), 0 where they agree, nan where one is not known."""
    if not {one, other} <= set(lines.columns):
        return pd.Series(np.nan, lines.index)
    known = lines[one].notna() & lines[other].notna()
    off = lines[one] - lines[other]
    return ((off if less else off.abs()) > 1e-9).astype(float).where(known)


def by_month(kept: pd.DataFrame) -> pd.DataFrame:
    """Orders with a promised date, on time, and late ones told beforehand, by month.

    Returns
    -------
    DataFrame with period (first day of the month), promised_orders, on_time, on_time_share, told_before.
    """
    if kept.empty:
        return registry.empty("promises_months")
    month = kept["promised_on"].dt.to_period("M").dt.start_time.rename("period")
    by = kept.groupby(month)
    table = pd.DataFrame(
        {"promised_orders": by.size(), "on_time": by["is_on_time"].sum(), "told_before": by["is_told"].sum(min_count=1)}
    ).reset_index()
    table["on_time"] = table["on_time"].astype("int64")
    if kept["is_told"].notna().any():
        table["told_before"] = table["told_before"].fillna(0).astype("int64")
    table["on_time_share"] = table["on_time"] / table["promised_orders"]
    return table[registry.tables()["promises_months"].names]


def by_manager(kept: pd.DataFrame, customers: pd.DataFrame | None, *, least: int, false_share: float, confidence: float) -> pd.DataFrame:
    """Late orders by the manager who looks after the customer, beside those of the others’ customers.

    Customers are compared, not orders: who is served late once is served late again.

    Who looks after the customer need not be who delivers late: it says where to look.

    Returns
    -------
    DataFrame with manager_id, promised_orders, late, late_share, of_others_share (of everybody else’s), told_before, by_chance_share, whose_class (Whose); the most late first; empty where
    nobody is named.

    Source: method I4, P27, P39.
    """
    who = None if customers is None or "manager_id" not in customers.columns else customers.set_index("customer_id")["manager_id"]
    table = (
        kept.assign(manager_id="" if who is None else kept["customer_id"].map(who).fillna("")) if len(kept) else kept.assign(manager_id="")
    )
    table = table[table["manager_id"] != ""]
    if table["manager_id"].nunique() < 2:
        return registry.empty("promises_by_manager")
    late = (~table["is_on_time"].astype(bool)).astype(float)
    each = table.assign(late=late).groupby(["manager_id", "customer_id"]).agg(late=("late", "mean"), orders=("late", "size")).reset_index()
    often = pd.cut(each["orders"], OFTEN).astype("str")
    found = compared(each["late"], each["manager_id"], often, confidence=confidence).rename(
        columns={"who": "manager_id", "p_value": "by_chance_share"}
    )
    by = table.assign(late=late, told_before=table["is_told"].fillna(0)).groupby("manager_id")
    sums = by.agg(promised_orders=("late", "size"), late=("late", "sum"), told_before=("told_before", "sum")).astype("int64")
    found = found[["manager_id", "n", "difference", "by_chance_share"]].join(sums, on="manager_id")
    found["late_share"] = found["late"] / found["promised_orders"]
    rest = found["promised_orders"].sum() - found["promised_orders"]
    found["of_others_share"] = (found["late"].sum() - found["late"]) / rest.where(rest > 0)
    enough = (found["promised_orders"] >= least) & (found["n"] >= FEWEST)
    stands_out = (false_discoveries(found["by_chance_share"].where(enough)) <= false_share) & (found["difference"] > 0)
    found["whose_class"] = np.select([~enough, stands_out], [Whose.FEW, Whose.MORE], Whose.USUAL).astype("str")
    found = found.sort_values(["late_share", "manager_id"], ascending=[False, True], ignore_index=True)
    return found[registry.tables()["promises_by_manager"].names]


def knows_leaving_alone(doubts: pd.DataFrame) -> bool:
    """Whether a doubt of the data says that the day of a delivery is the one on which goods left us, and not the one on which they came."""
    return bool((doubts["column"] == "delivered_on").any())

"""Are visits made as planned and as often as agreed, and was somebody there? (H6, H7)

A device is sure to some metres only, and a shop is no point: who is within the radius and the device's own doubt was there. Orders without a visit may have been taken
by telephone: they are counted, not judged.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core import registry
from audit.steps.field.codes import Made, Way

EARTH_M = 6_371_000.0
VAGUE_M = 1_000.0  # a device that is surer of nothing says nothing


def visits_made(
    visits: pd.DataFrame, outlets: pd.DataFrame | None, *, since: pd.Timestamp, as_of: pd.Timestamp, radius_m: float
) -> pd.DataFrame:
    """Every visit of the time, with what became of it and how far from the outlet it was made.

    Returns
    -------
    DataFrame with visit_id, customer_id, manager_id, planned_on, done_at, made_class (Made), distance_number (metres from the outlet; empty where a place is not known),
    is_there (within the radius and the device's own doubt; empty likewise).

    Source: method H6, H7.
    """
    if "done_at" not in visits.columns:  # nobody writes down what was made: then nothing was not made
        return registry.empty("visits_made")
    table = visits.copy()
    for column in ("planned_on", "done_at"):
        table[column] = pd.to_datetime(table[column]) if column in table.columns else pd.Series(pd.NaT, table.index)
    day = table["planned_on"].fillna(table["done_at"].dt.normalize())
    table = table[(day > since) & (day <= as_of)]
    done = table["done_at"].dt.normalize()
    done = done.where(done <= as_of)
    table, done = (
        table[done.notna() | (table["planned_on"] < as_of)],
        done[done.notna() | (table["planned_on"] < as_of)],
    )  # the last day is not over
    table["made_class"] = np.select(
        [table["planned_on"].isna(), done.isna(), done == table["planned_on"]], [Made.UNPLANNED, Made.NOT_MADE, Made.ON_DAY], Made.OTHER_DAY
    ).astype("str")
    table["distance_number"] = _distance(table, outlets).where(done.notna())
    doubt = table["accuracy_m"].fillna(0.0) if "accuracy_m" in table.columns else pd.Series(0.0, table.index)
    table["distance_number"] = table["distance_number"].where(doubt <= VAGUE_M)
    table["is_there"] = (table["distance_number"] <= radius_m + doubt).astype("float64").where(table["distance_number"].notna())
    return table.sort_values(["manager_id", "planned_on", "done_at", "visit_id"], ignore_index=True)[registry.tables()["visits_made"].names]


def _distance(table: pd.DataFrame, outlets: pd.DataFrame | None) -> pd.Series:
    """Metres between where the device was and where the outlet is."""
    if outlets is None or not {"latitude", "longitude"} <= set(outlets.columns) or not {"latitude", "longitude"} <= set(table.columns):
        return pd.Series(np.nan, table.index)
    place = outlets.set_index("customer_id")[["latitude", "longitude"]].reindex(table["customer_id"]).to_numpy(dtype=float)
    device = table[["latitude", "longitude"]].to_numpy(dtype=float, copy=True)
    device[(device == 0).all(axis=1)] = np.nan  # no place is known, as devices write it
    return pd.Series(haversine(device[:, 0], device[:, 1], place[:, 0], place[:, 1]), table.index)


def haversine(latitude: np.ndarray, longitude: np.ndarray, other_latitude: np.ndarray, other_longitude: np.ndarray) -> np.ndarray:
    """Metres along the earth between two places given in degrees.

    >>> round(float(haversine(55.7558, 37.6173, 59.9343, 30.3351)) / 1000)
    633
    """
    a, b, c, d = (np.radians(one) for one in (latitude, longitude, other_latitude, other_longitude))
    half = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return 2 * EARTH_M * np.arcsin(np.sqrt(half))


def adherence(made: pd.DataFrame, outlets: pd.DataFrame | None) -> pd.DataFrame:
    """Visits planned and made, those with a known place, and the frequency against what was agreed, by representative.

    Returns
    -------
    DataFrame with manager_id, outlets, planned, on_day, other_day, not_made, unplanned, adherence_share (on its day, of those planned), placed (made with a known
    place), there_share (of them at the outlet), frequency_ratio (visits made over those agreed, outlets with an agreement).
    """
    if made.empty:
        return registry.empty("adherence")
    counts = (
        made.groupby(["manager_id", "made_class"]).size().unstack(fill_value=0).reindex(columns=[one.value for one in Made], fill_value=0)
    )
    table = counts.rename(columns={Made.ON_DAY.value: "on_day"})
    table["planned"] = table[["on_day", Made.OTHER_DAY.value, Made.NOT_MADE.value]].sum(axis=1)
    table["adherence_share"] = table["on_day"] / table["planned"].where(table["planned"] > 0)
    by = made.groupby("manager_id")
    table["outlets"], table["placed"], table["there_share"] = by["customer_id"].nunique(), by["is_there"].count(), by["is_there"].mean()
    table["frequency_ratio"] = np.nan
    if outlets is not None and "visits_month" in outlets.columns:
        often = made.groupby(["customer_id", "manager_id"]).size().sort_values(ascending=False, kind="stable").reset_index()
        agreed = often.drop_duplicates("customer_id").assign(  # an outlet is on the route of who is there most, not of a substitute
            agreed=lambda t: t["customer_id"].map(outlets.set_index("customer_id")["visits_month"])
        )
        agreed = agreed[agreed["agreed"].notna()]
        done = made[made["done_at"].notna()].merge(agreed[["customer_id", "manager_id"]], on="customer_id", suffixes=("_made", ""))
        table["frequency_ratio"] = done.groupby("manager_id").size() / (agreed.groupby("manager_id")["agreed"].sum() * _months(made))
    return table.rename_axis(columns=None).reset_index().sort_values("manager_id", ignore_index=True)[registry.tables()["adherence"].names]


def _months(made: pd.DataFrame) -> float:
    """How many months the log of visits covers, at least one."""
    day = made["planned_on"].fillna(made["done_at"])
    return max(1.0, ((day.max() - day.min()).days + 1) / 30.44)


def orders_without_visit(
    made: pd.DataFrame, baskets: pd.DataFrame | None, orders: pd.DataFrame | None, *, since: pd.Timestamp
) -> pd.DataFrame:
    """Orders of visited outlets that a representative took on a day without a visit made there, by representative; the day is that of entry.

    Empty where the ways by which orders come in are not written down: then any of them may have come by telephone.

    Returns
    -------
    DataFrame with manager_id, rep_orders, without_visit, without_share.

    Source: method H7.
    """
    if baskets is None or baskets.empty or orders is None or "way" not in orders.columns or made["done_at"].isna().all():
        return registry.empty("orders_without_visit")
    taken = ours(baskets[baskets["customer_id"].isin(made["customer_id"])], orders)
    entered = taken["order_id"].map(orders.drop_duplicates("order_id").set_index("order_id")["entered_at"].to_dict())
    taken = taken.assign(date=pd.to_datetime(entered).dt.normalize().fillna(taken["date"]))
    begun = max(since, made["done_at"].min().normalize() - pd.Timedelta(days=1))
    taken = taken[(taken["way_class"] == Way.REP) & (taken["date"] > begun)]
    seen = made[made["done_at"].notna()].assign(date=lambda t: t["done_at"].dt.normalize())[["customer_id", "date"]].drop_duplicates()
    taken = taken.merge(seen.assign(is_seen=True), how="left", on=["customer_id", "date"])
    by = (
        taken.assign(missing=taken["is_seen"].isna())
        .groupby("manager_id")
        .agg(rep_orders=("order_id", "size"), without_visit=("missing", "sum"))
        .reset_index()
    )
    by["without_visit"] = by["without_visit"].astype("int64")
    by["without_share"] = by["without_visit"] / by["rep_orders"]
    return by[registry.tables()["orders_without_visit"].names]


def ours(baskets: pd.DataFrame, orders: pd.DataFrame | None) -> pd.DataFrame:
    """The orders of outlets with who took them and how they came in, where the table of orders says so; else who sold."""
    own = baskets["manager_id"].fillna("") if "manager_id" in baskets.columns else pd.Series("", baskets.index)
    if orders is None:
        return baskets.assign(manager_id=own, way_class="")
    by = orders.drop_duplicates("order_id").set_index("order_id")
    taker = baskets["order_id"].map(by["manager_id"]).fillna("") if "manager_id" in by.columns else pd.Series("", baskets.index)
    way = baskets["order_id"].map(by["way"]).fillna("") if "way" in by.columns else ""
    return baskets.assign(manager_id=taker.where(taker != "", own), way_class=way)

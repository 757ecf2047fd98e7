"""Which outlets had a visit planned and no order by the cut-off, and what came of it by the evening? The 17:00 list and the 19:00 recovery (H5, H10, H2).

An order at the very minute of the cut-off is in time. Hours are those of the outlet's own clock. On a public holiday nothing is listed unless somebody ordered; the
last day is judged only when it was seen beyond the cut-off.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import available_timezones

import numpy as np
import pandas as pd

from audit.core import registry
from audit.core.working_days import is_holiday
from audit.steps.field.codes import Came, Way


def at_outlets(orders: pd.DataFrame, outlets: pd.DataFrame | None, *, zone: str | None) -> pd.DataFrame:
    """The orders with the hour of the outlet's own clock.

    Parameters
    ----------
    zone
        of the clock by which orders are written down; None: theirs is the outlets'.
    """
    if not zone or outlets is None or "zone" not in outlets.columns:
        return orders
    zones = orders["customer_id"].map(outlets.set_index("customer_id")["zone"]).astype("object").fillna("").replace("", zone)
    moved = orders["entered_at"].copy()
    for name in sorted((set(zones) - {zone}) & available_timezones()):
        here = zones == name
        clock = orders.loc[here, "entered_at"].dt.tz_localize(zone, ambiguous=False, nonexistent="shift_forward")
        moved[here] = clock.dt.tz_convert(name).dt.tz_localize(None)
    return orders.assign(entered_at=moved)


def field_days(
    visits: pd.DataFrame,
    orders: pd.DataFrame | None,
    baskets: pd.DataFrame | None,
    *,
    since: pd.Timestamp,
    as_of: pd.Timestamp,
    cutoff: dt.time,
    recovery: dt.time,
    country: str | None,
    points_listed: float,
) -> pd.DataFrame:
    """Every visit planned for a day of the time that the log of orders covers, with what came of it; a visit that stands there twice is one.

    Parameters
    ----------
    orders
        with the hour they were entered, from `at_outlets`; None: only the day of an order is known, from `baskets`, and no cut-off is judged.
    cutoff, recovery
        until when an order is in time, and until when one through the call centre counts.
    points_listed
        points that a representative gets for each outlet on the list for which no cause is written down: a closed shop is nobody's fault.

    Returns
    -------
    DataFrame as TABLES declares it: came_class (Came), ordered_at and order_id of the order that decided it, way_class, is_listed (it stood on the list of the cut-off), points,
    and the cause that was written down; by day, representative and outlet.

    Source: method H5, H10, H2.
    """
    found = _orders_of_day(orders, baskets)
    planned = _planned(visits, found, since=since, as_of=as_of, until=cutoff if orders is not None else None)
    if planned.empty:
        return registry.empty("field_days")
    table = _came(planned, found, cutoff=cutoff, recovery=recovery, has_hour=orders is not None)
    table["is_listed"] = table["came_class"] != Came.ORDERED
    table["cause"] = table["cause"].fillna("") if "cause" in table.columns else ""
    table["points"] = np.where(table["is_listed"] & (table["cause"] == ""), float(points_listed), 0.0)
    table["is_visited"] = table["done_at"].notna() if "done_at" in table.columns else False
    free = table["planned_on"].map({day: is_holiday(day.date(), country) for day in table["planned_on"].unique()}).astype(bool)
    table = table[~(free & (table["came_class"] == Came.NOTHING))]
    return table.sort_values(["planned_on", "manager_id", "customer_id", "visit_id"], ignore_index=True)[
        registry.tables()["field_days"].names
    ]


def _planned(visits: pd.DataFrame, found: pd.DataFrame, *, since: pd.Timestamp, as_of: pd.Timestamp, until: dt.time | None) -> pd.DataFrame:
    """Visits planned for days that the log of orders covers, each once; its last day only where orders were entered after `until`."""
    if "planned_on" not in visits.columns:
        return visits.head(0)
    day, first, last = visits["planned_on"], found["day"].min(), found["day"].max()
    if until is not None and not (_seconds(found.loc[found["day"] == last, "ordered_at"]) > _clock(until)).any():
        covered = (day >= first) & (day < last)
    else:
        covered = (day >= first) & (day <= last)
    planned = visits[covered & (day > since) & (day <= as_of)]
    return planned.sort_values(["planned_on", "visit_id"]).drop_duplicates(["customer_id", "planned_on"])


def _came(planned: pd.DataFrame, found: pd.DataFrame, *, cutoff: dt.time, recovery: dt.time, has_hour: bool) -> pd.DataFrame:
    """The visits with came_class, and the moment, number and way of the order that decided it."""
    rescues = (found["way_class"] == Way.CALL_CENTRE) & (_seconds(found["ordered_at"]) > _clock(cutoff) if has_hour else True)
    first, rescue = _first(found[~rescues]), _first(found[rescues])
    table = planned.merge(
        first, how="left", left_on=["customer_id", "planned_on"], right_on=["customer_id", "day"], suffixes=("_visit", "")
    )
    table = table.merge(
        rescue.add_suffix("_call"), how="left", left_on=["customer_id", "planned_on"], right_on=["customer_id_call", "day_call"]
    )
    ordered, called = table["ordered_at"].notna(), table["ordered_at_call"].notna()
    in_time = ordered & (_seconds(table["ordered_at"]) <= _clock(cutoff)) if has_hour else ordered
    won_back = called & (_seconds(table["ordered_at_call"]) <= _clock(recovery)) if has_hour else called
    table["came_class"] = np.select([in_time, won_back, ordered | called], [Came.ORDERED, Came.RECOVERED, Came.AFTER], Came.NOTHING).astype(
        "str"
    )
    by_call = ~in_time & called & (won_back | ~ordered)
    for column in ("ordered_at", "order_id", "way_class"):
        table[column] = table[f"{column}_call"].where(by_call, table[column])
    for column in ("order_id", "way_class"):
        table[column] = table[column].astype("object").fillna("").astype("str")
    return table if has_hour else table.assign(ordered_at=pd.NaT)


def _orders_of_day(orders: pd.DataFrame | None, baskets: pd.DataFrame | None) -> pd.DataFrame:
    """Orders with customer, day, moment and way, whether hours are known or not."""
    if orders is not None:
        way = orders["way"].fillna("") if "way" in orders.columns else ""
        table = orders.assign(ordered_at=orders["entered_at"], day=orders["entered_at"].dt.normalize(), way_class=way)
        return table[["customer_id", "order_id", "day", "ordered_at", "way_class"]]
    if baskets is None:
        return pd.DataFrame(
            {
                "customer_id": [],
                "order_id": [],
                "day": pd.Series(dtype="datetime64[us]"),
                "ordered_at": pd.Series(dtype="datetime64[us]"),
                "way_class": [],
            }
        )
    return baskets.assign(day=baskets["date"], ordered_at=baskets["date"], way_class="")[
        ["customer_id", "order_id", "day", "ordered_at", "way_class"]
    ]


def _first(found: pd.DataFrame) -> pd.DataFrame:
    ordered = found.sort_values(["ordered_at", "order_id"])
    return ordered.drop_duplicates(["customer_id", "day"])[["customer_id", "day", "ordered_at", "order_id", "way_class"]]


def _seconds(moments: pd.Series) -> pd.Series:
    return (moments - moments.dt.normalize()).dt.total_seconds()


def _clock(time: dt.time) -> float:
    return time.hour * 3600 + time.minute * 60 + time.second + time.microsecond / 1e6


def field_points(listed: pd.DataFrame, baskets: pd.DataFrame | None) -> pd.DataFrame:
    """What came of planned visits, by representative, with the points of the ledger and the money of orders through the call centre.

    Returns
    -------
    DataFrame with manager_id, planned, ordered, recovered, recovered_unvisited (of these, where the visit had not been made), after_cutoff, without_order, ordered_share, recovered_revenue, points.
    """
    if listed.empty:
        return registry.empty("field_points")
    money = pd.Series(dtype="float64") if baskets is None else baskets.drop_duplicates("order_id").set_index("order_id")["revenue"]
    is_back = listed["came_class"] == Came.RECOVERED
    table = listed.assign(recovered_revenue=listed["order_id"].map(money).where(is_back, 0.0).astype("float64").fillna(0.0))
    table["recovered_unvisited"] = (is_back & ~listed["is_visited"].astype(bool)).astype("int64")
    for name, one in (
        ("ordered", Came.ORDERED),
        ("recovered", Came.RECOVERED),
        ("after_cutoff", Came.AFTER),
        ("without_order", Came.NOTHING),
    ):
        table[name] = (table["came_class"] == one).astype("int64")
    by = table.groupby("manager_id").agg(
        planned=("visit_id", "size"), ordered=("ordered", "sum"), recovered=("recovered", "sum"), recovered_unvisited=("recovered_unvisited", "sum"), after_cutoff=("after_cutoff", "sum"),
        without_order=("without_order", "sum"), recovered_revenue=("recovered_revenue", "sum"), points=("points", "sum"),
    ).reset_index()  # fmt: skip
    by["ordered_share"] = by["ordered"] / by["planned"]
    return by.sort_values(["points", "manager_id"], ascending=[False, True], ignore_index=True)[registry.tables()["field_points"].names]


def clock(minutes: int) -> dt.time:
    """The time of day that many minutes after midnight.

    >>> clock(1020)
    datetime.time(17, 0)
    """
    return dt.time(minutes // 60, minutes % 60)

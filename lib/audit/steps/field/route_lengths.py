"""How much longer were routes than they had to be? The way driven, as the crow flies, against the shortest order of the same outlets that 2-opt finds (H6).

A bound, no reproach: opening hours, appointments and roads are not in it. Days with few outlets say nothing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core import registry
from audit.steps.field.visiting import haversine

LEAST_STOPS = 4
FASTEST = 150.0  # kilometres an hour as the crow flies: faster drives nobody, and the day's places or hours are wrong
MOST_DAYS = 400  # days of representatives looked at, the latest


def routes(visits: pd.DataFrame, outlets: pd.DataFrame | None, *, since: pd.Timestamp, as_of: pd.Timestamp) -> pd.DataFrame:
    """One row per representative and day with at least four outlets visited whose places are known.

    Returns
    -------
    DataFrame with manager_id, date, stops, driven_number and shortest_number (kilometres as the crow flies, first to last outlet), route_ratio (driven over shortest), is_possible
    (no leg was faster than anybody drives).

    Source: method H6; Croes 1958 (2-opt).
    """
    if outlets is None or not {"latitude", "longitude"} <= set(outlets.columns) or "done_at" not in visits.columns:
        return registry.empty("routes")
    place = outlets.dropna(subset=["latitude", "longitude"]).set_index("customer_id")[["latitude", "longitude"]]
    done = visits[visits["done_at"].notna() & visits["customer_id"].isin(place.index)]
    done = done.assign(date=done["done_at"].dt.normalize())
    done = done[(done["date"] > since) & (done["date"] <= as_of)].sort_values(["manager_id", "done_at", "visit_id"])
    done = done.drop_duplicates(["manager_id", "date", "customer_id"])
    days = done.groupby(["manager_id", "date"]).agg(stops=("customer_id", list), hours=("done_at", list))
    days = days[days["stops"].map(len) >= LEAST_STOPS].sort_index(level="date").tail(MOST_DAYS)
    rows = []
    for (who, date), stops, hours in days.itertuples():
        between = distances(place.loc[stops].to_numpy(dtype=float))
        legs = between[np.arange(len(stops) - 1), np.arange(1, len(stops))]
        took = np.diff(pd.DatetimeIndex(hours).to_numpy()) / np.timedelta64(1, "h")
        driven, possible = float(legs.sum()), bool((legs / 1000 <= FASTEST * np.maximum(took, 1 / 60)).all())
        shortest = min(driven, length(between, shorter(between)))
        rows.append((who, date, len(stops), driven / 1000, shortest / 1000, driven / shortest if shortest else float("nan"), possible))
    return pd.DataFrame(rows, columns=registry.tables()["routes"].names).sort_values(["manager_id", "date"], ignore_index=True)


def days_driven(routes: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The days that can have been driven as they are written down, and how many others there are."""
    possible = routes["is_possible"].astype(bool)
    return routes[possible].reset_index(drop=True), int((~possible).sum())


def distances(place: np.ndarray) -> np.ndarray:
    """Metres between all pairs of places (rows of latitude and longitude)."""
    return haversine(place[:, None, 0], place[:, None, 1], place[None, :, 0], place[None, :, 1])


def length(between: np.ndarray, order: list[int], *, is_tour: bool = False) -> float:
    """Length of a way through places in this order; of a tour with the way back."""
    stops = [*order, order[0]] if is_tour else order
    return float(between[stops[:-1], stops[1:]].sum())


def shorter(between: np.ndarray, *, is_tour: bool = False) -> list[int]:
    """An order of all places in which no two legs can be exchanged for shorter ones: from every start to the nearest, then 2-opt; the shortest of them.

    >>> line = np.abs(np.subtract.outer([0.0, 3, 1, 2], [0.0, 3, 1, 2]))
    >>> length(line, shorter(line))
    3.0
    """
    found = [_exchanged(between, _nearest(between, start), is_tour) for start in range(len(between))]
    return min(found, key=lambda order: length(between, order, is_tour=is_tour))


def _nearest(between: np.ndarray, start: int) -> list[int]:
    order, left = [start], set(range(len(between))) - {start}
    while left:
        order.append(min(left, key=lambda stop: (between[order[-1], stop], stop)))
        left.remove(order[-1])
    return order


def _exchanged(between: np.ndarray, order: list[int], is_tour: bool) -> list[int]:
    n, changed = len(order), True
    while changed:
        changed = False
        for i in range(-1 if not is_tour else 0, n - 2):
            for j in range(i + 2, n if not is_tour or i else n - 1):
                a, b, c = (order[i] if i >= 0 else None), order[i + 1], order[j]
                d = order[(j + 1) % n] if is_tour or j + 1 < n else None
                before = (between[a, b] if a is not None else 0.0) + (between[c, d] if d is not None else 0.0)
                after = (between[a, c] if a is not None else 0.0) + (between[b, d] if d is not None else 0.0)
                if after < before - 1e-9:
                    order[i + 1 : j + 1] = order[i + 1 : j + 1][::-1]
                    changed = True
    return order

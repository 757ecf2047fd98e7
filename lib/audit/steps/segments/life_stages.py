"""Where do customers stand? Stage of life (D3, D4), and RFM with its cut points (P20)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.findings import NAN
from audit.core.periods import last_year
from audit.steps.segments.codes import Stage


def rfm_cuts(history: pd.DataFrame, panel: pd.DataFrame, *, until: pd.Timestamp) -> tuple[pd.DataFrame, pd.DataFrame]:
    """RFM scores 1 to 5 and the cut points they were made with (P20).

    Cut points are the base's own fifths, printed. Equal values always get the equal score: a score is 1 plus the
    number of cut points the value exceeds (for recency: is below), so that ties decide nothing and fifths may be unequal.

    Returns
    -------
    scores : DataFrame with customer_id, silence_days, year_purchases, year_revenue, recency, frequency, money (1 to 5), rfm (text).
    cuts : DataFrame with measure_class, cut_1_number .. cut_4_number.
    """
    year = last_year(panel, until=until).groupby("customer_id")[["purchases", "revenue"]].sum()
    table = history[["customer_id", "silence_days"]].copy()
    table["year_purchases"] = table["customer_id"].map(year["purchases"]).astype(float).fillna(0).astype(int)
    table["year_revenue"] = table["customer_id"].map(year["revenue"]).astype(float).fillna(0.0)
    rows = []
    for measure, column, sign in [("recency", "silence_days", -1), ("frequency", "year_purchases", 1), ("money", "year_revenue", 1)]:
        values = sign * table[column].to_numpy(dtype=float)
        cuts = np.quantile(values, [0.2, 0.4, 0.6, 0.8], method="lower") if len(values) else np.full(4, NAN)
        table[measure] = 1 + (values[:, None] > cuts[None, :]).sum(axis=1)
        rows.append((measure, *(sign * cuts)))
    table["rfm"] = table["recency"].astype(str) + table["frequency"].astype(str) + table["money"].astype(str)
    return table, pd.DataFrame(rows, columns=["measure_class", *(f"cut_{i}_number" for i in (1, 2, 3, 4))])


def lifecycle(
    history: pd.DataFrame, *, customers: pd.DataFrame | None, as_of: pd.Timestamp, active_months: int, archive_months: int
) -> pd.DataFrame:
    """Where each customer stands: potential, new, existing, reserve, archived (D3, D4).

    potential: in the master file, never bought; new: first purchase known and at most a year ago; existing: bought within
    the active months; reserve: silent for longer; archived: silent beyond `archive_months`.

    Returns
    -------
    DataFrame with customer_id, status_class.
    """
    silent = history["silence_days"] / 30.44
    young = history["is_first_known"] & ((as_of - history["first_on"]).dt.days <= 365) & (silent <= active_months)
    letter = np.select(
        [young, silent <= active_months, silent <= archive_months], [Stage.NEW, Stage.EXISTING, Stage.RESERVE], Stage.ARCHIVED
    )
    table = pd.DataFrame({"customer_id": history["customer_id"], "status_class": letter})
    if customers is not None:
        never = customers.loc[~customers["customer_id"].isin(history["customer_id"]), ["customer_id"]]
        table = pd.concat([table, never.assign(status_class=Stage.POTENTIAL)])
    return table.sort_values("customer_id", ignore_index=True)


def stages(stage: pd.DataFrame, panel: pd.DataFrame, *, until: pd.Timestamp) -> pd.DataFrame:
    """Customers and money of twelve months by stage of life.

    Returns
    -------
    DataFrame with status_class, customers, revenue.
    """
    money = last_year(panel, until=until).groupby("customer_id")["revenue"].sum()
    table = stage.assign(revenue=stage["customer_id"].map(money).astype(float).fillna(0.0))
    return table.groupby("status_class", as_index=False).agg(customers=("customer_id", "size"), revenue=("revenue", "sum"))

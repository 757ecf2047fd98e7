"""Who bought in each period, against the period before; cohorts as layers, and how long customers have been buying."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core import periods
from audit.core.findings import NAN
from audit.stats.exchangeable import largest_fall
from audit.steps.base.codes import Cohort
from audit.steps.base.concentration import revenue_deciles
from audit.steps.base.growth_factors import sales_change


def by_period(panel: pd.DataFrame, spans: pd.DataFrame, *, unit: str) -> pd.DataFrame:
    """The monthly panel added up to the complete periods of `spans`.

    Returns
    -------
    DataFrame with customer_id, period (label), revenue, orders, purchases, and cost where known.
    """
    table = panel.assign(period=periods.labels(panel["period"], unit))
    table = table[table["period"].isin(spans["period"])]
    sums = [c for c in ["revenue", "orders", "purchases", "cost"] if c in table.columns]
    return table.groupby(["customer_id", "period"], as_index=False)[sums].sum()


def chance_of_fall(panel: pd.DataFrame, spans: pd.DataFrame) -> float:
    """How often somebody would fall as far as who fell most between the last two periods, by chance alone (`largest_fall`); NaN where that cannot be told:
    before there are two periods, and in periods of a few months."""
    sides = []
    for _i, span in spans.tail(2).iterrows():
        months = pd.period_range(span["from_on"], span["to_on"], freq="M").start_time
        table = panel[panel["period"].isin(months)]
        sides.append(table.pivot_table(index="customer_id", columns="period", values="revenue", aggfunc="sum").reindex(columns=months))
    if len(sides) < 2:
        return NAN
    both = sides[0].index.intersection(sides[1].index)
    return largest_fall(*(side.reindex(both).fillna(0.0).to_numpy(dtype=float) for side in sides))


def movement(bought: pd.DataFrame, history: pd.DataFrame, spans: pd.DataFrame, *, unit: str) -> pd.DataFrame:
    """Who bought in each period, against the period before: kept, new, returned, first seen, lost (A8, lens 2).

    customers = customers before - lost + new + returned + first_seen, in heads; in money the row's revenue is
    that of kept + new + returned + first_seen. A silence is not proof of loss: `lost` are those who bought in
    the period before and not in this one (P2).

    Returns
    -------
    DataFrame, a row per period: period, customers, kept, new, returned, first_seen, lost (counts; NaN in the first
    period), revenue, kept_revenue, kept_before (the kept ones' revenue a period earlier), new_revenue,
    returned_revenue, first_seen_revenue, lost_before.

    Source: method A1, A3, A8, P1, P13, P14.
    """
    first = history.set_index("customer_id")
    rows, before = [], None
    for period in spans["period"]:
        now = bought[bought["period"] == period].set_index("customer_id")["revenue"]
        row = {"period": period, "customers": len(now), "revenue": now.sum()}
        if before is not None:
            begun = periods.labels(first.loc[now.index, "first_on"], unit) == period
            known = first.loc[now.index, "is_first_known"]
            is_kept = now.index.isin(before.index)
            parts = {"kept": is_kept, "new": begun & known, "first_seen": begun & ~known, "returned": ~is_kept & ~begun}
            row |= {name: int(np.sum(mask)) for name, mask in parts.items()}
            row |= {f"{name}_revenue": now[np.asarray(mask)].sum() for name, mask in parts.items()}
            gone = before[~before.index.isin(now.index)]
            row |= {"lost": len(gone), "lost_before": gone.sum(), "kept_before": before[before.index.isin(now.index)].sum()}
        rows.append(row)
        before = now
    counts = ["customers", "kept", "new", "returned", "first_seen", "lost"]
    money = ["revenue", "kept_revenue", "kept_before", "new_revenue", "returned_revenue", "first_seen_revenue", "lost_before"]
    table = pd.DataFrame(rows, columns=["period", *counts, *money])
    return table.astype(dict.fromkeys(counts, "Int64") | dict.fromkeys(money, "float64"))


def last_period(bought: pd.DataFrame, history: pd.DataFrame, spans: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """sales_change between the last two complete periods, revenue_deciles and tenure of the last; empty where there is none."""
    now = spans["period"].iloc[-1] if len(spans) else ""
    before = spans["period"].iloc[-2] if len(spans) > 1 else ""
    change = sales_change(bought, before=before, now=now)
    to_on = spans["to_on"].max() if len(spans) else pd.NaT
    return change if before else change.head(0), revenue_deciles(bought, period=now), tenure(bought, history, period=now, to_on=to_on)


def cohort_revenue(bought: pd.DataFrame, history: pd.DataFrame, spans: pd.DataFrame, *, unit: str) -> pd.DataFrame:
    """Money and customers of each period by the period of their first purchase: the base as layers (lens 5).

    Customers whose first purchase is not known (burn-in) form the layer "earlier".

    Returns
    -------
    DataFrame with cohort (label or "earlier"), period, customers, revenue.
    """
    who = history.set_index("customer_id")
    cohort = periods.labels(who["first_on"], unit).where(who["is_first_known"], Cohort.EARLIER)
    table = bought.assign(cohort=bought["customer_id"].map(cohort))
    grouped = table.groupby(["cohort", "period"], as_index=False).agg(customers=("customer_id", "size"), revenue=("revenue", "sum"))
    order = grouped["cohort"].where(grouped["cohort"] != Cohort.EARLIER, "")
    return grouped.assign(_o=order).sort_values(["_o", "period"], ignore_index=True).drop(columns="_o")


def tenure(bought: pd.DataFrame, history: pd.DataFrame, *, period: str, to_on: pd.Timestamp) -> pd.DataFrame:
    """Customers of a period by how long they have been buying (D13); "at least" where the first purchase is not known.

    Returns
    -------
    DataFrame with tenure_class (years, text), customers, of_unknown_start (count: their tenure is a lower bound), revenue.
    """
    now = bought[bought["period"] == period].merge(history[["customer_id", "first_on", "is_first_known"]], on="customer_id")
    years = np.floor((to_on - now["first_on"]).dt.days / 365.25).astype(int)
    table = now.assign(years=years, unknown=~now["is_first_known"]).groupby("years", as_index=False)
    table = table.agg(customers=("customer_id", "size"), of_unknown_start=("unknown", "sum"), revenue=("revenue", "sum"))
    table["tenure_class"] = table["years"].astype("str") + "–" + (table["years"] + 1).astype("str")
    return table[["tenure_class", "customers", "of_unknown_start", "revenue"]]

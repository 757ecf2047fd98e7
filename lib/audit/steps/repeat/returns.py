"""Who came back after the first purchase: by cohort, by day, by period, by manager."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from audit.core import periods
from audit.stats import intervals, survival


def first_buyers(history: pd.DataFrame, *, as_of: dt.date, unknown: str = "") -> pd.DataFrame:
    """Customers with a known first purchase, how long they were watched and whether they returned; nobody where that is `unknown` (`newcomers.unknown`).

    A purchase after as_of has not happened yet.

    Returns
    -------
    DataFrame with customer_id, first_on, days (to the second purchase, or to as_of), has_returned, first_manager_id if known,
    is_first_returned, first_revenue, later_revenue.
    """
    end = pd.Timestamp(as_of)
    who = history[history["is_first_known"] & (history["first_on"] <= end) & (unknown == "")]
    second = who["second_on"].where(who["second_on"] <= end)
    columns = [
        "customer_id",
        "first_on",
        "first_revenue",
        "is_first_returned",
        *(["first_manager_id"] if "first_manager_id" in who.columns else []),
    ]
    return who[columns].assign(
        days=(second.fillna(end) - who["first_on"]).dt.days,
        has_returned=second.notna(),
        later_revenue=who["revenue"] - who["first_revenue"],
    )


def returns_by_cohort(buyers: pd.DataFrame, *, as_of: dt.date, horizon_days: int, unit: str, confidence: float) -> pd.DataFrame:
    """Share of each cohort of first-time buyers back within the horizon, at equal age (B1, trap 8).

    Only mature cohorts, whose youngest member has been watched for the whole horizon, have a share; the others say
    how many have come back so far and are not comparable.

    Returns
    -------
    DataFrame, a row per cohort: cohort (label), first_buyers, returned (within the horizon), returned_so_far, is_mature,
    returned_share, low_share, high_share (Wilson; NaN unless mature).

    Source: method B1, P3.
    """
    rows = []
    for cohort, part in buyers.groupby(periods.labels(buyers["first_on"], unit)):
        back = part["has_returned"] & (part["days"] <= horizon_days)
        last_day = pd.Period(part["first_on"].max(), freq=periods.CODES[unit]).end_time
        mature = (pd.Timestamp(as_of) - last_day.normalize()).days >= horizon_days
        low, high = intervals.wilson(back.sum(), len(part), confidence=confidence) if mature else (intervals.NAN, intervals.NAN)
        share = back.mean() if mature else intervals.NAN
        rows.append((cohort, len(part), int(back.sum()), int(part["has_returned"].sum()), mature, share, low, high))
    names = ["cohort", "first_buyers", "returned", "returned_so_far", "is_mature", "returned_share", "low_share", "high_share"]
    return pd.DataFrame(rows, columns=names)


def period_ratio(history: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """Second purchases of a period against first purchases of the same period, as the source defines it (B1).

    Trap (P3): the two are not the same people. With nobody's behaviour changing, the ratio rises above the truth when
    fewer new customers come and falls below it when more do; hence no interval and no judgement.

    Returns
    -------
    DataFrame with period, first_purchases, second_purchases, second_to_first_ratio (NaN without first purchases).

    Source: method B1 ("count it always"), P3.
    """
    known = history[history["is_first_known"]]
    table = spans[["period"]].copy()
    for count, column in [("first_purchases", "first_on"), ("second_purchases", "second_on")]:
        table[count] = [int(known[column].between(span.from_on, span.to_on).sum()) for span in spans.itertuples()]
    ratio = table["second_purchases"] / table["first_purchases"].where(table["first_purchases"] > 0)
    return table.assign(second_to_first_ratio=ratio)


def return_curve(buyers: pd.DataFrame, *, confidence: float) -> pd.DataFrame:
    """Share of first-time buyers who have bought again by each day since their first purchase (Kaplan-Meier).

    Returns
    -------
    DataFrame with days, happened_share, low_share, high_share, watched (survival.kaplan_meier).
    """
    return survival.kaplan_meier(buyers["days"].to_numpy(), buyers["has_returned"].to_numpy(), confidence=confidence)


def repeat_depth(history: pd.DataFrame, *, regular_purchases: int) -> pd.DataFrame:
    """From new to regular: how many customers reached each number of purchases, and how many went on (B4).

    Counted to date, so that young customers, who had less time, pull the shares down.

    Returns
    -------
    DataFrame with purchase_class (text), customers (who made that many or more), next_share (of them with one more); as far as anybody came.
    """
    known = history.loc[history["is_first_known"], "purchases"]
    reached = [int((known >= k).sum()) for k in range(1, regular_purchases + 2)]
    pairs = zip(reached[:-1], reached[1:], strict=True)
    return pd.DataFrame(
        [(str(k), here, further / here) for k, (here, further) in enumerate(pairs, 1) if here],
        columns=["purchase_class", "customers", "next_share"],
    )


def returns_by(buyers: pd.DataFrame, by: str, *, as_of: dt.date, horizon_days: int, confidence: float) -> pd.DataFrame:
    """Return within the horizon by a property of the first purchase: its manager, or whether part of it came back (A12).

    Only buyers watched for the whole horizon. Association, not cause: portfolios differ (P27).

    Returns
    -------
    DataFrame with the property, first_buyers, returned, returned_share, low_share, high_share (Wilson).
    """
    mature = buyers[(pd.Timestamp(as_of) - buyers["first_on"]).dt.days >= horizon_days]
    back = mature["has_returned"] & (mature["days"] <= horizon_days)
    table = back.groupby(mature[by]).agg(first_buyers="size", returned="sum").reset_index()
    bounds = [intervals.wilson(r, n, confidence=confidence) for r, n in zip(table["returned"], table["first_buyers"], strict=True)]
    return table.assign(
        returned_share=table["returned"] / table["first_buyers"],
        low_share=[low for low, _ in bounds],
        high_share=[high for _, high in bounds],
    )


def returns_by_manager(buyers: pd.DataFrame, *, as_of: dt.date, horizon_days: int, confidence: float) -> pd.DataFrame:
    """`returns_by` the manager of the first sale, as manager_id; empty where the lines name no manager."""
    if "first_manager_id" not in buyers.columns:
        buyers = buyers.assign(first_manager_id="").head(0)
    table = returns_by(buyers, "first_manager_id", as_of=as_of, horizon_days=horizon_days, confidence=confidence)
    return table.rename(columns={"first_manager_id": "manager_id"})

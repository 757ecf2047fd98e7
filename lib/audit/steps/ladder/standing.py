"""The rung of each customer, and who moved."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.findings import NAN
from audit.steps.ladder.codes import SYSTEMATIC, Proof, Rung, RungBefore


def rungs(
    panel: pd.DataFrame,
    *,
    budgets: pd.DataFrame | None,
    facts: pd.DataFrame | None,
    until: pd.Timestamp,
    active_months: int,
    regular_purchases: int,
    loyal_share: float,
    fact_least: float,
) -> pd.DataFrame:
    """The rung of each customer seen until a day, with the proof it stands on.

    silent: no purchase in the active months; buyer: one purchase in the twelve months and none before; repeat: two or more
    in all; systematic (`regular_purchases` or more in the twelve months) is `regular` where a budget of that year shows
    purchases elsewhere, `loyalist` where our share of it reaches `loyal_share`, `advocate` with a referral fact of at
    least `fact_least` besides, and `unknown` where there is no budget.

    Returns
    -------
    DataFrame with customer_id, rung_class, year_revenue, wallet_share (NaN: budget unknown), proof_class.

    Source: method B10.
    """
    end = until.to_period("M").start_time
    seen = panel[panel["period"] <= end]
    year = seen[seen["period"] > end - pd.DateOffset(months=12)]
    table = seen.groupby("customer_id").agg(purchases=("purchases", "sum"), last=("period", "max")).reset_index()
    recent = year.groupby("customer_id")[["purchases", "revenue"]].sum()
    table["year_purchases"] = table["customer_id"].map(recent["purchases"]).astype(float).fillna(0)
    table["year_revenue"] = table["customer_id"].map(recent["revenue"]).astype(float).fillna(0.0)
    table["wallet_share"] = table["customer_id"].map(_wallet_share(panel, budgets, until)).astype(float)
    advocates = set()
    if facts is not None:
        proven = facts[(facts["kind"] == "referral") & (facts["value"] >= fact_least) & (facts["date"] <= until)]
        advocates = set(proven["customer_id"])
    silent = table["last"] <= end - pd.DateOffset(months=active_months)
    steady = table["year_purchases"] >= regular_purchases
    known = table["wallet_share"].notna()
    loyal = known & (table["wallet_share"] >= loyal_share)
    recommends = table["customer_id"].isin(advocates)
    choice = [silent, steady & loyal & recommends, steady & loyal, steady & known, steady, table["purchases"] >= 2]
    table["rung_class"] = np.select(
        choice, [Rung.SILENT, Rung.ADVOCATE, Rung.LOYALIST, Rung.REGULAR, Rung.UNKNOWN, Rung.REPEAT], Rung.BUYER
    )
    proof = [Proof.REFERRAL, Proof.BUDGET, Proof.BUDGET, Proof.UNKNOWN]
    table["proof_class"] = np.select(choice[1:5], proof, Proof.PURCHASES)
    return table[["customer_id", "rung_class", "year_revenue", "wallet_share", "proof_class"]]


def _wallet_share(panel: pd.DataFrame, budgets: pd.DataFrame | None, until: pd.Timestamp) -> pd.Series:
    """Our sales of the calendar year over the customer's budgets of that year; index customer_id."""
    if budgets is None:
        return pd.Series(dtype=float)
    whole = budgets[budgets["period"] == str(until.year)].groupby("customer_id")["amount"].sum()
    ours = panel[panel["period"].dt.year == until.year].groupby("customer_id")["revenue"].sum()
    return (ours.reindex(whole.index).fillna(0.0) / whole.where(whole > 0)).clip(0, 1).dropna()


def ladder(now: pd.DataFrame) -> pd.DataFrame:
    """How many customers stand on each rung, their money, the money of a step up, and what to do (B10, B11).

    The step is the difference of medians to the next rung that has customers: an association (large customers climb
    more easily), not what a climb would bring.

    Returns
    -------
    DataFrame with rung_class, customers, revenue, median_revenue, step_up (money), action.
    """
    rows = []
    for rung in Rung:
        of = now[now["rung_class"] == rung]
        rows.append(
            (
                rung,
                len(of),
                of["year_revenue"].sum(),
                of["year_revenue"].median() if len(of) else NAN,
                rung.action,
            )
        )
    table = pd.DataFrame(rows, columns=["rung_class", "customers", "revenue", "median_revenue", "action"])
    climb = table["median_revenue"].where(table["rung_class"] != Rung.SILENT)
    table["step_up"] = climb.bfill().shift(-1) - climb
    return table[["rung_class", "customers", "revenue", "median_revenue", "step_up", "action"]]


def since(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Today's rungs with those of a year ago beside them.

    Returns
    -------
    DataFrame with the columns of `rungs`, rung_before_class (not_yet for those who had not bought), year_revenue_before.
    """
    both = now.merge(before[["customer_id", "rung_class", "year_revenue"]], on="customer_id", how="left", suffixes=("", "_before"))
    both["rung_before_class"] = both.pop("rung_class_before").fillna(RungBefore.NOT_YET)
    return both


def fallen(climbed: pd.DataFrame) -> pd.DataFrame:
    """The rows of `since` whose customers bought systematically a year ago and are silent now."""
    return climbed[climbed["rung_before_class"].isin(SYSTEMATIC) & (climbed["rung_class"] == Rung.SILENT)]


def ladder_moves(climbed: pd.DataFrame) -> pd.DataFrame:
    """From which rung to which, in customers and in money of the year before and now.

    Parameters
    ----------
    climbed
        from since.

    Returns
    -------
    DataFrame with rung_before_class, rung_class, customers, revenue_before, revenue_now.
    """
    grouped = climbed.groupby(["rung_before_class", "rung_class"], as_index=False)
    table = grouped.agg(
        customers=("customer_id", "size"), revenue_before=("year_revenue_before", "sum"), revenue_now=("year_revenue", "sum")
    )
    order = {rung: i for i, rung in enumerate([RungBefore.NOT_YET, *Rung])}
    return table.sort_values(["rung_before_class", "rung_class"], key=lambda c: c.map(order), ignore_index=True)

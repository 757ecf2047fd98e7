"""On which rung does each customer stand, and who moved?

The "sales skirt" (B10): buyer, repeat, regular, loyalist, advocate. Behaviour alone proves the first two. That a
customer buys systematically can be seen, but whether from us only or from competitors too, only its budget tells, and
whether it recommends us, only a judged fact: without them the rung is `unknown`, never guessed. Per legal entity.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.findings import NAN, Finding
from audit.language import mark as N_

RUNGS = [N_("silent"), N_("buyer"), N_("repeat"), N_("unknown"), N_("regular"), N_("loyalist"), N_("advocate")]

ACTIONS = {  # B11: what moves a customer of this rung one step up
    "buyer": N_("second purchase: call within the usual gap, ask what was wrong, offer what belongs to the first order"),
    "repeat": N_("a rhythm: agree the next date, propose a standing order"),
    "unknown": N_("ask for the whole budget and for the competitors: without it the next step is a guess"),
    "regular": N_("share of wallet: one category more that now goes to a competitor"),
    "loyalist": N_("recommendation: ask for one, record it with its evidence"),
    "advocate": N_("keep: personal manager, first to hear of what is new"),
}


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
    table["rung_class"] = np.select(choice, ["silent", "advocate", "loyalist", "regular", "unknown", "repeat"], "buyer")
    proof = [N_("purchases, budget, referral"), N_("purchases and budget"), N_("purchases and budget"), N_("purchases; budget unknown")]
    table["proof_class"] = np.select(choice[1:5], proof, N_("purchases"))
    return table[["customer_id", "rung_class", "year_revenue", "wallet_share", "proof_class"]]


def _wallet_share(panel: pd.DataFrame, budgets: pd.DataFrame | None, until: pd.Timestamp) -> pd.Series:
    """Our sales of the calendar year over the customer's budgets of that year; index customer_id."""
    if budgets is None:
        return pd.Series(dtype=float)
    whole = budgets[budgets["period"] == str(until.year)].groupby("customer_id")["amount"].sum()
    ours = panel[panel["period"].dt.year == until.year].groupby("customer_id")["revenue"].sum()
    return (ours.reindex(whole.index).fillna(0.0) / whole.where(whole > 0)).dropna()


def ladder(now: pd.DataFrame) -> pd.DataFrame:
    """How many customers stand on each rung, their money, the money of a step up, and what to do (B10, B11).

    The step is the difference of medians to the next rung that has customers: an association (large customers climb
    more easily), not what a climb would bring.

    Returns
    -------
    DataFrame with rung_class, customers, revenue, median_revenue, step_up (money), action.
    """
    rows = []
    for rung in RUNGS:
        of = now[now["rung_class"] == rung]
        rows.append(
            (
                rung,
                len(of),
                of["year_revenue"].sum(),
                of["year_revenue"].median() if len(of) else NAN,
                ACTIONS.get(rung, N_("win back: see the chapter on retention")),
            )
        )
    table = pd.DataFrame(rows, columns=["rung_class", "customers", "revenue", "median_revenue", "action"])
    climb = table["median_revenue"].where(table["rung_class"] != "silent")
    table["step_up"] = climb.bfill().shift(-1) - climb
    return table[["rung_class", "customers", "revenue", "median_revenue", "step_up", "action"]]


def ladder_moves(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """From which rung to which, in customers and in money of the year before and now.

    Returns
    -------
    DataFrame with rung_before_class ("not yet" for those who had not bought), rung_class, customers, revenue_before, revenue_now.
    """
    both = now.merge(before[["customer_id", "rung_class", "year_revenue"]], on="customer_id", how="left", suffixes=("", "_before"))
    both["rung_before_class"] = both["rung_class_before"].fillna(N_("not yet"))
    grouped = both.groupby(["rung_before_class", "rung_class"], as_index=False)
    table = grouped.agg(
        customers=("customer_id", "size"), revenue_before=("year_revenue_before", "sum"), revenue_now=("year_revenue", "sum")
    )
    order = {rung: i for i, rung in enumerate(["not yet", *RUNGS])}
    return table.sort_values(["rung_before_class", "rung_class"], key=lambda c: c.map(order), ignore_index=True)


def findings(table: pd.DataFrame, moved: pd.DataFrame) -> list[Finding]:
    """How many buy systematically, for how many the rung above is unknown, and who fell from a high rung into silence."""
    high = ["unknown", "regular", "loyalist", "advocate"]
    by = table.set_index("rung_class")
    alive = int(by["customers"].drop("silent").sum())
    steady, unknown = int(by.loc[high, "customers"].sum()), int(by.loc["unknown", "customers"])
    if not alive:
        return [
            Finding(
                "ladder",
                "ladder",
                "fact",
                N_("No customer is active, so no rung can be counted."),
                unit="count",
                why=N_("no purchase in the active months"),
            )
        ]
    fell = moved[moved["rung_before_class"].isin(high) & (moved["rung_class"] == "silent")]
    return [
        Finding(
            "ladder", "ladder", "fact",
            N_("{value} of {n} active customers buy systematically; for {unknown} of them nothing proves whether we are their only supplier, so their rung stays unknown."),
            value=float(steady), unit="count", n=alive, params={"unknown": unknown},
        ),
        Finding(
            "ladder_falls", "ladder", "fact",
            N_("{value} customers who bought systematically a year ago are silent now; they brought {revenue} in that year."),
            value=float(fell["customers"].sum()), unit="count", n=int(moved["customers"].sum()), money=float(fell["revenue_before"].sum()),
            params={"revenue": float(fell["revenue_before"].sum())},
        ),
    ]  # fmt: skip

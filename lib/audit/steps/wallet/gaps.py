"""Where does the rest of the budgets go: which categories, whose customers; what moved our share; and what of it is realistic to win?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from audit.core import registry
from audit.core.findings import NAN
from audit.core.groups import groups, leads
from audit.steps.wallet.budgets import known, sales_of, whole_year
from audit.steps.wallet.codes import Attention, Position, Provenance


def white_space(
    budgets: pd.DataFrame | None, mix: pd.DataFrame | None, *, customers: pd.DataFrame | None, until: pd.Timestamp
) -> pd.DataFrame:
    """What each group buys elsewhere in each category for which its budget is known (F2), most money first.

    Returns
    -------
    DataFrame with group, category, revenue (ours), budget, wallet_share, gap (0 where we sell more than the budget says). No rows without
    budgets by category or categories of sales.
    """
    columns = ["group", "category", "revenue", "budget", "wallet_share", "gap"]
    if budgets is None or mix is None:
        return registry.empty("white_space")
    year = whole_year(budgets, until=until)
    of = budgets[(budgets["period"].astype(str) == str(year)) & budgets["category"].isin(mix["category"])]
    table = (
        of.assign(group=groups(customers, of["customer_id"]))
        .groupby(["group", "category"], as_index=False)["amount"]
        .sum()
        .rename(columns={"amount": "budget"})
    )
    sold = mix[mix["period"] == year]
    ours = sold.groupby([groups(customers, sold["customer_id"]).rename("group"), "category"])["revenue"].sum()
    table["revenue"] = ours.reindex(pd.MultiIndex.from_frame(table[["group", "category"]])).fillna(0.0).to_numpy()
    table["wallet_share"] = (table["revenue"] / table["budget"].where(table["budget"] > 0)).clip(0, 1)
    table["gap"] = (table["budget"] - table["revenue"]).clip(lower=0)
    return table.sort_values(["gap", "group", "category"], ascending=[False, True, True], ignore_index=True)[columns]


def categories(space: pd.DataFrame, *, attention_share: float) -> pd.DataFrame:
    """The same by category, and which are worth attention (F2, F6).

    Returns
    -------
    DataFrame with category, customers (with a budget), revenue, budget, wallet_share, gap, gap_share (of all gaps), attention_class (worth
    attention where the share reaches `attention_share`, else left to competitors for now).
    """
    table = space.groupby("category", as_index=False).agg(
        customers=("group", "nunique"), revenue=("revenue", "sum"), budget=("budget", "sum"), gap=("gap", "sum")
    )
    table["wallet_share"] = (table["revenue"] / table["budget"].where(table["budget"] > 0)).clip(0, 1)
    total = table["gap"].sum()
    table["gap_share"] = table["gap"] / total if total else NAN
    table["attention_class"] = np.where(table["gap_share"] >= attention_share, Attention.WORTH, Attention.LEFT)
    columns = ["category", "customers", "revenue", "budget", "wallet_share", "gap", "gap_share", "attention_class"]
    return table.sort_values(["gap", "category"], ascending=[False, True], ignore_index=True)[columns]


def changes(
    panel: pd.DataFrame, budgets: pd.DataFrame | None, *, customers: pd.DataFrame | None, until: pd.Timestamp, jump: float
) -> pd.DataFrame:
    """Change of our sales to each group, split into growth of its budget and of our share (F3); the two add up to the change exactly.

    Half-way between the years: budget growth at the mean share, share change at the mean budget. Only groups with budgets of both years.

    Returns
    -------
    DataFrame with group, revenue_before, revenue_now, budget_before, budget_now, share_before_share, share_now_share, change,
    budget_effect, share_effect, is_doubtful (a budget that grew or shrank by more than `jump` times: a question about the data before it
    is a fact); most change first, up or down.
    """
    columns = [
        "group",
        "revenue_before",
        "revenue_now",
        "budget_before",
        "budget_now",
        "share_before_share",
        "share_now_share",
        "change",
        "budget_effect",
        "share_effect",
        "is_doubtful",
    ]
    year = whole_year(budgets, until=until)
    both = (
        known(budgets, customers, year)["budget"]
        .rename("budget_now")
        .to_frame()
        .join(known(budgets, customers, year - 1)["budget"].rename("budget_before"), how="inner")
    )
    both = both[(both > 0).all(axis=1)]
    for name, of in [("revenue_now", year), ("revenue_before", year - 1)]:
        both[name] = sales_of(panel, customers, of).reindex(both.index).fillna(0.0).clip(lower=0)
    for name, ours in [("budget_now", "revenue_now"), ("budget_before", "revenue_before")]:
        both[name] = both[[name, ours]].max(axis=1)  # a budget below our sales cannot be right
    both["share_now_share"], both["share_before_share"] = (
        both["revenue_now"] / both["budget_now"],
        both["revenue_before"] / both["budget_before"],
    )
    both["change"] = both["revenue_now"] - both["revenue_before"]
    both["budget_effect"] = (both["budget_now"] - both["budget_before"]) * (both["share_now_share"] + both["share_before_share"]) / 2
    both["share_effect"] = (both["share_now_share"] - both["share_before_share"]) * (both["budget_now"] + both["budget_before"]) / 2
    ratio = both["budget_now"] / both["budget_before"]
    both["is_doubtful"] = (ratio > jump) | (ratio < 1 / jump)
    table = both.rename_axis("group").reset_index()
    order = table.assign(size=-table["change"].abs()).sort_values(["size", "group"]).index
    return table.loc[order].reset_index(drop=True)[columns]


def by_manager(wallets: pd.DataFrame, *, customers: pd.DataFrame | None, confidence: float, least: int) -> pd.DataFrame:
    """Our share of the budgets that customers gave, by the manager who looks after them, beside what the same industries give on average
    (A4, F1).

    Returns
    -------
    DataFrame with manager_id, customers (with a given budget), revenue, budget, wallet_share (mean of the customers' shares, each counting
    alike, so that no giant decides; low_share,
    high_share: Student's interval, widened for how many managers are compared), expected_share (mean share of all customers of the same
    industries; of the whole base where industries are unknown), position_class (above, below, or not to be told from what was expected;
    too few below `least` customers).
    """
    columns = [
        "manager_id",
        "customers",
        "revenue",
        "budget",
        "wallet_share",
        "low_share",
        "high_share",
        "expected_share",
        "position_class",
    ]
    told = wallets[wallets["provenance_class"] == Provenance.DECLARED]
    if customers is None or "manager_id" not in customers.columns or told.empty:
        return registry.empty("wallet_managers")
    first = leads(customers)
    of = told.assign(
        manager_id=told["group"].map(first["manager_id"]),
        kind=told["group"].map(first["industry"]).fillna("") if "industry" in first.columns else "",
    )
    of = of[of["manager_id"].fillna("") != ""]
    of = of.assign(expected=of.groupby("kind")["wallet_share"].transform("mean"))
    rows = []
    tried = max(int((of.groupby("manager_id").size() >= least).sum()), 1)
    tail = (1 - confidence) / 2 / tried  # so many are compared at once: none shall stand out by chance (P39)
    for manager, part in of.groupby("manager_id"):
        share, n = part["wallet_share"].to_numpy(), len(part)
        wide = stats.t.ppf(1 - tail, n - 1) * share.std(ddof=1) / np.sqrt(n) if n > 1 else np.nan
        low, high = max(0.0, share.mean() - wide), min(1.0, share.mean() + wide)
        expected = float(part["expected"].mean())
        position = (
            Position.FEW if n < least else Position.BELOW if high < expected else Position.ABOVE if low > expected else Position.EXPECTED
        )
        rows.append((manager, n, part["revenue"].sum(), part["budget"].sum(), share.mean(), low, high, expected, position))
    return pd.DataFrame(rows, columns=columns).sort_values(["wallet_share", "manager_id"], ignore_index=True)


def with_payment(wallets: pd.DataFrame, debtors: pd.DataFrame | None) -> pd.DataFrame:
    """The wallets with is_stopped beside the customer, where it is known who pays: a gap of whoever has stopped paying is nothing to win."""
    if debtors is None:
        return wallets
    stopped = debtors.loc[debtors["is_stopped"].astype(bool), "group"]
    table = wallets.copy()
    table.insert(1, "is_stopped", wallets["group"].isin(stopped))
    return table


def capture(wallets: pd.DataFrame, moved: pd.DataFrame, debtors: pd.DataFrame | None = None, *, least: int) -> pd.DataFrame:
    """What of each gap is realistic to win in a year: as much share as customers of this base gained where they gained at all.

    Measured on groups with credible budgets of two years whose share rose: the median of the points gained, between its quarters, times
    the budget, never more than the gap, nor than our
    sales to the customer (to double in a year is much). What rose by itself is no promise of what an effort adds, and nothing is to be won
    of those who have stopped paying. No rows where fewer than `least` shares rose.

    Returns
    -------
    DataFrame with group, revenue, budget, gap, provenance_class, points_share (gained, the median), realistic, low_realistic,
    high_realistic; most first. Only budgets that were given.
    """
    columns = ["group", "revenue", "budget", "gap", "provenance_class", "points_share", "realistic", "low_realistic", "high_realistic"]
    gained = moved["share_now_share"] - moved["share_before_share"]
    gained = gained[(gained > 0) & ~moved["is_doubtful"].astype(bool)]
    stopped = debtors.loc[debtors["is_stopped"].astype(bool), "group"] if debtors is not None else []
    is_given = wallets["provenance_class"].isin([Provenance.DECLARED, Provenance.BENCHMARK])
    told = wallets[is_given & (wallets["gap"] > 0) & ~wallets["group"].isin(stopped)]
    if len(gained) < least or told.empty:
        return registry.empty("wallet_realistic")
    low, middle, high = np.quantile(gained, [0.25, 0.5, 0.75])
    table = told.assign(points_share=middle)
    for name, points in [("realistic", middle), ("low_realistic", low), ("high_realistic", high)]:
        table[name] = np.minimum(np.minimum(table["gap"], table["revenue"]), table["budget"] * points)
    return table.sort_values(["realistic", "group"], ascending=[False, True], ignore_index=True)[columns]

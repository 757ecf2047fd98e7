"""What if a large customer left? Sales and margin lost, and what others must buy to balance it."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import NAN
from audit.core.groups import groups
from audit.core.periods import last_year
from audit.stats import shares as shares_of
from audit.steps.accounts.codes import Dependence
from audit.steps.accounts.revenue_share import reached

DEPENDENCE = [(0.5, Dependence.CRITICAL), (0.4, Dependence.HIGH), (0.2, Dependence.WATCH)]  # above; watch from 0.20 on (design.md, names)


def dependence_class(share: float, groups: int) -> str:
    """none, watch (from 0.20), high (above 0.40), critical (above 0.50), sole (the only customer).

    >>> [str(dependence_class(s, 9)) for s in (0.19, 0.2, 0.4, 0.41, 0.5, 0.51)], str(dependence_class(1.0, 1))
    (['none', 'watch', 'watch', 'high', 'high', 'critical'], 'sole')
    """
    if groups == 1:
        return Dependence.SOLE
    for border, name in DEPENDENCE:
        if reached(share, border) if name == Dependence.WATCH else share > border + 1e-12:
            return name
    return Dependence.NONE


def dependence(
    shares: pd.DataFrame,
    panel: pd.DataFrame,
    costs: pd.DataFrame | None = None,
    given: pd.DataFrame | None = None,
    *,
    customers: pd.DataFrame | None,
    until: pd.Timestamp,
    target_share: float,
    top: int = 10,
) -> pd.DataFrame:
    """The loss of each of the largest groups played through: sales and margin lost, and what others must buy to balance it (E14-E16).

    rest_needed: sales to others at which the group's share falls to `target_share` without it buying less: key x (1 - t) / t.

    Returns
    -------
    DataFrame with group, revenue, revenue_share, dependence_class, margin_lost (NaN where cost is unknown), margin_share (of all margin; NaN
    where that is a loss), result_with and result_without (the company's profit before tax, as the chapter on profit states it, today and
    less that margin: no cost falls away by itself; NaN where costs of that calendar year are unknown), rest_needed, rest_growth_rate
    (against today's sales to others); both NaN where the share is not above the target.

    Source: method E14, E15 (first round), E16.
    """
    table = shares[shares["level_class"] == "company"].nlargest(top, "revenue").reset_index(drop=True)
    n = shares.loc[shares["level_class"] == "company", "group"].nunique()
    total = table["total"].iloc[0] if len(table) else 0.0
    table["dependence_class"] = [dependence_class(share, n) for share in table["revenue_share"]]
    year = last_year(panel, until=until)
    if "cost" in year.columns:
        margin = (year["revenue"] - year["cost"]).groupby(groups(customers, year["customer_id"])).sum()
        table["margin_lost"] = table["group"].map(margin)
        table["margin_share"] = shares_of.told(table["margin_lost"] / margin.sum()) if shares_of.is_whole(margin) else NAN
        table["result_with"] = margin.sum() - _costs(costs, given, until)
        table["result_without"] = table["result_with"] - table["margin_lost"]
    else:
        table[["margin_lost", "margin_share", "result_with", "result_without"]] = NAN
    needed = table["revenue"] * (1 - target_share) / target_share
    others = total - table["revenue"]
    table["rest_needed"] = needed.where(table["revenue_share"] > target_share + 1e-12)
    table["rest_growth_rate"] = table["rest_needed"] / others.where(others > 0) - 1
    return table[
        [
            "group",
            "revenue",
            "revenue_share",
            "dependence_class",
            "margin_lost",
            "margin_share",
            "result_with",
            "result_without",
            "rest_needed",
            "rest_growth_rate",
        ]
    ]


def _costs(costs: pd.DataFrame | None, given: pd.DataFrame | None, until: pd.Timestamp) -> float:
    """All cost pools of the calendar year that ends with `until`, and what was given beyond the product; NaN where that year is not whole,
    or nobody named its costs."""
    of = costs[costs["period"].astype(str) == str(until.year)] if costs is not None else pd.DataFrame()
    if of.empty or until.month != 12:
        return NAN
    gave = float(given.loc[given["date"].dt.year == until.year, "cost_to_us"].sum()) if given is not None else 0.0
    return float(of["amount"].sum()) + gave


def second_round(
    loss_scenarios: pd.DataFrame,
    tiers: pd.DataFrame | None,
    *,
    supplies: pd.DataFrame | None,
    panel: pd.DataFrame,
    customers: pd.DataFrame | None,
    until: pd.Timestamp,
    passed_on: float,
    loss_ratio: float,
) -> pd.DataFrame:
    """The suppliers' volume tiers that go with each group, and what the lost discounts cost the rest (E15).

    What we buy of a supplier is the cost of what we sold of its goods in twelve months. Where nobody says whose goods they are, all purchases are those of the
    one supplier whose tiers are known; with two or more of these nothing can be said.

    Parameters
    ----------
    loss_scenarios
        from `dependence`, with margin_lost.
    tiers
        supplier, category (- or none: all of its goods), volume_from, discount_rate; None: not decidable.
    supplies
        from the ledger: revenue and cost by customer, supplier, category and month.
    panel
        with cost.
    passed_on
        share of the lost discount that the remaining customers would feel in prices.
    loss_ratio
        share of the remaining customers' sales that goes with each share by which prices rise.

    Returns
    -------
    DataFrame with group, supplier, category, discount_before_rate, discount_after_rate, extra_cost (of the remaining volume), price_rise_rate, others_margin (of the
    other customers' sales of these goods that the rise would cost, counted with their margin); empty where nothing can be said, or no tier is lost.
    """
    columns = [
        "group",
        "supplier",
        "category",
        "discount_before_rate",
        "discount_after_rate",
        "extra_cost",
        "price_rise_rate",
        "others_margin",
    ]
    none = pd.DataFrame({c: pd.Series(dtype="str" if c in columns[:3] else float) for c in columns})
    if tiers is None or loss_scenarios["margin_lost"].isna().all():
        return none
    tiers = tiers.assign(category=tiers["category"].replace("-", "") if "category" in tiers.columns else "")
    if supplies is None and (tiers["supplier"].nunique() > 1 or (tiers["category"] != "").any()):
        return none
    goods = last_year(panel, until=until).assign(supplier="", category="") if supplies is None else last_year(supplies, until=until)
    goods = goods.assign(group=groups(customers, goods["customer_id"]).to_numpy())
    rows = []
    for (supplier, category), steps in tiers.sort_values("volume_from").groupby(["supplier", "category"]):
        rate = lambda volume, steps=steps: (
            float(steps.loc[steps["volume_from"] <= volume, "discount_rate"].max()) if (steps["volume_from"] <= volume).any() else 0.0
        )
        of = goods[((goods["supplier"] == supplier) | (supplies is None)) & ((goods["category"] == category) | (category == ""))]
        each = of.groupby("group")[["revenue", "cost"]].sum().astype("float64")
        bought, margin = float(each["cost"].sum()), float((each["revenue"] - each["cost"]).sum())
        for group in loss_scenarios["group"]:
            own = each.loc[group] if group in each.index else pd.Series({"revenue": 0.0, "cost": 0.0})
            after = bought - float(own["cost"])
            before_rate, after_rate = rate(bought), rate(after)
            if after_rate < before_rate:
                rise = (before_rate - after_rate) / (1 - before_rate)
                others = max(margin - float(own["revenue"] - own["cost"]), 0.0) * min(rise * passed_on * loss_ratio, 1.0)
                rows.append((group, supplier, category, before_rate, after_rate, after * rise, rise * passed_on, others))
    return pd.DataFrame(rows, columns=columns) if rows else none

"""How far do we depend on a group of customers: an industry, a region? Where are we known by a reference? And by how much must others grow?"""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.core.periods import last_year
from audit.steps.accounts.codes import Property, Reason
from audit.steps.accounts.loss_scenario import dependence_class

QUARTERS = 4


def group_dependence(panel: pd.DataFrame, customers: pd.DataFrame | None, *, until: pd.Timestamp) -> pd.DataFrame:
    """The share of each industry and each region in the sales of twelve months, by the lights of one customer, and how concentrated each property is (N1).

    Customers of whom the property is not known stand as one row without a light: they may belong anywhere.

    Returns
    -------
    DataFrame with property_class, value, customers, revenue, revenue_share, dependence_class (empty where not known),
    hhi_index (Herfindahl's, over the known values of the property: 1 where there is one); by property, the largest first. No row where the sales are no whole.
    """
    empty = registry.empty("group_dependence")
    year = last_year(panel, until=until).groupby("customer_id", as_index=False)["revenue"].sum()
    total = float(year["revenue"].sum())
    parts = []
    for one in Property:
        if customers is None or one.value not in customers.columns or not total > 0:
            continue
        value = year["customer_id"].map(customers.set_index("customer_id")[one.value]).fillna("").astype(str)
        of = year.assign(value=value).groupby("value", as_index=False).agg(customers=("customer_id", "size"), revenue=("revenue", "sum"))
        known = of[of["value"] != ""]
        if known.empty:
            continue
        own = (known["revenue"].clip(lower=0) / known["revenue"].clip(lower=0).sum()) ** 2
        share = of["revenue"] / total
        light = [str(dependence_class(s, len(of))) if v else "" for s, v in zip(share, of["value"], strict=True)]
        parts.append(of.assign(property_class=one.value, revenue_share=share, dependence_class=light, hhi_index=float(own.sum())))
    if not parts:
        return empty
    table = pd.concat(parts, ignore_index=True).sort_values(["property_class", "revenue", "value"], ascending=[True, False, True])
    return table.reset_index(drop=True)[list(empty.columns)]


def reference_value(
    panel: pd.DataFrame, customers: pd.DataFrame | None, facts: pd.DataFrame | None, *, until: pd.Timestamp, fact_least: float
) -> pd.DataFrame:
    """Industries by what we sell there, and how many customers known there vouch for us (N17).

    Returns
    -------
    DataFrame with industry, customers, revenue (twelve months), references (customers whose reputation was judged at least `fact_least`); the most sales
    first. Empty without industries.
    """
    empty = registry.empty("reference_value")
    if customers is None or "industry" not in customers.columns:
        return empty
    year = last_year(panel, until=until).groupby("customer_id", as_index=False)["revenue"].sum()
    of = year.assign(industry=year["customer_id"].map(customers.set_index("customer_id")["industry"]).fillna(""))
    judged = (
        set() if facts is None else set(facts.loc[(facts["kind"] == Reason.REPUTATION) & (facts["value"] >= fact_least), "customer_id"])
    )
    of = of[of["industry"] != ""].assign(is_reference=of["customer_id"].isin(judged))
    table = of.groupby("industry", as_index=False).agg(
        customers=("customer_id", "size"), revenue=("revenue", "sum"), references=("is_reference", "sum")
    )
    return table.sort_values(["revenue", "industry"], ascending=[False, True], ignore_index=True).astype({"references": "int64"})[
        list(empty.columns)
    ]


def growth_plan(loss_scenarios: pd.DataFrame, shares: pd.DataFrame, *, until: pd.Timestamp) -> pd.DataFrame:
    """What others must buy, quarter by quarter of the next year, for the share of the largest to fall to the target: others growing, not it shrinking (E16).

    Returns
    -------
    DataFrame with period (quarter), others_now (a quarter of what others bought in twelve months), others_needed (rising evenly, so that the year's last
    quarter stands where the target needs it), growth_rate. Empty where nobody is above the target, or there are no others.
    """
    empty = registry.empty("growth_plan")
    above = loss_scenarios[loss_scenarios["rest_needed"].notna()]
    if above.empty:
        return empty
    top = above.nlargest(1, "revenue").iloc[0]
    company = shares[shares["level_class"] == "company"]
    others = float(company["revenue"].sum() - top["revenue"]) / QUARTERS
    if not others > 0:
        return empty
    step = (float(top["rest_needed"]) / QUARTERS - others) / QUARTERS
    first = until.to_period("Q") + 1
    rows = [(str(first + i).replace("Q", "-Q"), others, others + step * (i + 1), step * (i + 1) / others) for i in range(QUARTERS)]
    return pd.DataFrame(rows, columns=list(empty.columns))

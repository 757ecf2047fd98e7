"""Is the customer base growing, and who carries it?

The five lenses of The Customer-Base Audit (Fader, Hardie, Ross): how unequal customers are in one period; two
periods side by side; one cohort as it ages and cohorts against each other (see `retention`); and all cohorts stacked over time.
All counts are per legal entity. Only whole periods are compared (P14); a first purchase within the
burn-in is "first seen", not "new" (P13).
"""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pandas as pd

from audit import intervals, periods
from audit.findings import NAN, Finding
from audit.language import mark as N_

TOP_SHARE = 0.2  # Pareto's customers; the share of money is the claim in norms.toml


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


def revenue_deciles(bought: pd.DataFrame, *, period: str) -> pd.DataFrame:
    """Tenths of the customers of a period, the largest first, and the money each tenth brings (lens 1).

    Ties are broken by customer_id, so that the same base always gives the same tenths. With fewer than ten
    customers some tenths are empty and left out.

    Parameters
    ----------
    bought
        from `by_period`.

    Returns
    -------
    DataFrame with decile_class (text, 1 = largest), customers, revenue, revenue_share, cumulative_share, smallest (revenue).

    Source: method E7; The Customer-Base Audit, lens 1.
    """
    money = _ranked(bought, period)
    tenth = np.arange(len(money)) * 10 // max(len(money), 1) + 1
    table = money.groupby(tenth)["revenue"].agg(customers="size", revenue="sum", smallest="min")
    table["revenue_share"] = table["revenue"] / money["revenue"].sum() if money["revenue"].sum() else NAN
    table["cumulative_share"] = table["revenue_share"].cumsum()
    table = table.rename_axis("decile_class").reset_index()
    table["decile_class"] = table["decile_class"].astype("str")
    return table[["decile_class", "customers", "revenue", "revenue_share", "cumulative_share", "smallest"]]


def _ranked(bought: pd.DataFrame, period: str) -> pd.DataFrame:
    money = bought[bought["period"] == period]
    return money.sort_values(["revenue", "customer_id"], ascending=[False, True], ignore_index=True)


def top_share(bought: pd.DataFrame, *, period: str) -> float:
    """Share of a period's money that its largest 20 % of customers bring (rounded down to whole customers, at least one)."""
    money = _ranked(bought, period)["revenue"]
    top = max(1, math.floor(len(money) * TOP_SHARE))
    return float(money.head(top).sum() / money.sum()) if money.sum() else NAN


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


def sales_change(bought: pd.DataFrame, *, before: str, now: str) -> pd.DataFrame:
    """Why sales changed: Shapley's shares of customers, frequency and order value (and margin, where cost is known).

    Sales are customers x orders per customer x money per order; each factor's contribution is its average over all
    orders in which the factors could have changed, so the contributions add up to the change exactly.

    Returns
    -------
    DataFrame with measure_class (sales, gross profit), factor, before_number, now_number, contribution (money).

    Source: method B8; Shapley 1953.
    """
    tables = [_explained("sales", _factors(bought, before), _factors(bought, now))]
    if "cost" in bought.columns:
        with_margin = [_factors(bought, period, margin=True) for period in (before, now)]
        tables.append(_explained("gross profit", *with_margin))
    return pd.concat(tables, ignore_index=True)


def _factors(bought: pd.DataFrame, period: str, *, margin: bool = False) -> dict[str, float]:
    of = bought[bought["period"] == period]
    revenue, orders, customers = of["revenue"].sum(), of["orders"].sum(), len(of)
    factors = {
        N_("customers"): float(customers),
        N_("orders per customer"): orders / customers if customers else 0.0,
        N_("money per order"): revenue / orders if orders else 0.0,
    }
    if margin:
        factors[N_("gross margin")] = (revenue - of["cost"].sum()) / revenue if revenue else 0.0
    return factors


def _explained(measure: str, before: dict[str, float], now: dict[str, float]) -> pd.DataFrame:
    contribution = shapley(before, now)
    return pd.DataFrame(
        {
            "measure_class": measure,
            "factor": list(before),
            "before_number": list(before.values()),
            "now_number": list(now.values()),
            "contribution": [contribution[name] for name in before],
        }
    )


def shapley(before: dict[str, float], now: dict[str, float]) -> dict[str, float]:
    """Each factor's share of the change of their product.

    >>> shapley({"a": 2.0, "b": 3.0}, {"a": 4.0, "b": 5.0})
    {'a': 8.0, 'b': 6.0}
    """
    shares = dict.fromkeys(before, 0.0)
    orders = list(permutations(before))
    for order in orders:
        state = dict(before)
        for name in order:
            was = math.prod(state.values())
            state[name] = now[name]
            shares[name] += (math.prod(state.values()) - was) / len(orders)
    return shares


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
    cohort = periods.labels(who["first_on"], unit).where(who["is_first_known"], N_("earlier"))
    table = bought.assign(cohort=bought["customer_id"].map(cohort))
    grouped = table.groupby(["cohort", "period"], as_index=False).agg(customers=("customer_id", "size"), revenue=("revenue", "sum"))
    order = grouped["cohort"].where(grouped["cohort"] != "earlier", "")
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


def findings(
    moves: pd.DataFrame, change: pd.DataFrame, bought: pd.DataFrame, kept_for: pd.DataFrame, *, market: dict[str, float]
) -> list[Finding]:
    """What the chapter says: size of the base, the same customers' change, new against existing, inequality, the market.

    Parameters
    ----------
    moves, change, bought, kept_for
        from movement, sales_change, by_period and tenure.
    market
        growth of the market by period; empty where the base declares none.
    """
    if len(moves) < 2:
        why = N_("fewer than two complete periods lie in the time observed")
        return [Finding("base_size", "base", "fact", N_("Growth of the base cannot be judged."), unit="count", why=why)]
    before, now = moves.iloc[-2], moves.iloc[-1]
    named = {"period": now["period"], "period_before": before["period"]}
    top = top_share(bought, period=now["period"])
    spread = intervals.gini(bought.loc[bought["period"] == now["period"], "revenue"].to_numpy())
    found = [
        Finding(
            "base_size", "base", "fact",
            N_("{value} customers bought in {period}, after {previous} in {period_before}: {lost} fell silent, {new} are new, {returned} came back."),
            value=float(now["customers"]), unit="count", n=int(now["customers"]), previous=float(before["customers"]),
            money=float(now["lost_before"]),
            params={**named, "lost": int(now["lost"]), "new": int(now["new"]), "returned": int(now["returned"])},
        ),
        Finding(
            "same_customer_change", "base", "fact",
            N_("The {n} customers who bought in both periods spent {value} {direction} in {period} than in {period_before}: {now} after {before}."),
            value=_abs_change(now["kept_revenue"], now["kept_before"]), n=int(now["kept"]),
            params={
                **named, "now": float(now["kept_revenue"]), "before": float(now["kept_before"]),
                "direction": N_("more") if now["kept_revenue"] >= now["kept_before"] else N_("less"),
            },
        ),
        _existing(before, now, named),
        Finding(
            "new_revenue_share", "base", "estimate",
            N_("New customers brought {value} of the sales of {period}: {new_revenue} of {revenue}; {first_seen_revenue} more came from customers whose first purchase may be older than the exports."),
            value=_share(now["new_revenue"], now["revenue"]), n=int(now["customers"]), low=_share(now["new_revenue"], now["revenue"]),
            high=_share(now["new_revenue"] + now["first_seen_revenue"], now["revenue"]), previous=_share(before["new_revenue"], before["revenue"]),
            params={**named, "new_revenue": float(now["new_revenue"]), "revenue": float(now["revenue"]), "first_seen_revenue": float(now["first_seen_revenue"])},
        ),
        Finding(
            "top_share", "base", "fact",
            N_("The largest fifth of the customers bring {value} of the sales of {period}; Gini's coefficient is {gini_index}. The familiar 80 % is a comparison, not a norm."),
            value=top, n=int(now["customers"]), params={**named, "gini_index": spread},
        ),
        _market(before, now, market),
        _long_term(kept_for, now["period"]),
    ]  # fmt: skip
    return [found[0], _driver(change, before, now), *found[1:]]


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole and not math.isnan(part) else NAN


def _abs_change(now: float, before: float) -> float:
    return abs(_share(now - before, before))


def _existing(before: pd.Series, now: pd.Series, named: dict) -> Finding:
    """All who had bought before, the silent ones included: the kept ones alone are survivors (A3)."""
    old = float(now["revenue"] - now["new_revenue"])
    return Finding(
        "existing_customers", "base", "estimate",
        N_("All customers there had been, those who fell silent included, brought {old} in {period}, against {all_before} from everybody in {period_before}: a change of {value}."),
        value=_share(old - before["revenue"], before["revenue"]), low=_share(old - now["first_seen_revenue"] - before["revenue"], before["revenue"]),
        high=_share(old - before["revenue"], before["revenue"]), n=int(before["customers"]), money=max(0.0, float(before["revenue"]) - old),
        params={**named, "old": old, "all_before": float(before["revenue"])},
    )  # fmt: skip


def _driver(change: pd.DataFrame, before: pd.Series, now: pd.Series) -> Finding:
    sales = change[change["measure_class"] == "sales"].set_index("factor")["contribution"]
    total = sales.sum()
    driver = sales.idxmax() if total >= 0 else sales.idxmin()
    return Finding(
        "sales_change", "base", "fact",
        N_("Sales of {period} are {now}, {value} {direction} than in {period_before}; the factor that moved most in that direction, by {part}, is {driver}."),
        value=_abs_change(now["revenue"], before["revenue"]), n=int(now["customers"]), money=float(total),
        params={
            "period": now["period"], "period_before": before["period"], "now": float(now["revenue"]), "part": float(sales[driver]),
            "driver": driver, "direction": N_("more") if total >= 0 else N_("less"),
        },
    )  # fmt: skip


def _market(before: pd.Series, now: pd.Series, market: dict[str, float]) -> Finding:
    growth = _share(now["revenue"] - before["revenue"], before["revenue"])
    if now["period"] not in market:
        return Finding(
            "market_growth", "base", "fact", N_("Sales changed by {growth_rate}; whether the market grew faster is not known."),
            n=int(now["customers"]), params={"growth_rate": growth}, why=N_("no growth of the market is named in audit.toml"),
        )  # fmt: skip
    return Finding(
        "market_growth", "base", "fact",
        N_("Sales changed by {growth_rate}, the market by {market_rate}: a difference of {value}."),
        value=growth - market[now["period"]], n=int(now["customers"]), norm_id="market_growth",
        params={"growth_rate": growth, "market_rate": market[now["period"]]},
    )  # fmt: skip


def _long_term(kept_for: pd.DataFrame, period: str) -> Finding:
    if kept_for["tenure_class"].str.split("–").str[0].astype(int).max() < 2:
        why = N_("the exports reach back less than two years")
        return Finding(
            "long_term", "base", "fact", N_("How many customers have stayed for two years or longer cannot be said."), unit="count", why=why
        )
    old = kept_for[kept_for["tenure_class"].str.split("–").str[0].astype(int) >= 2]
    return Finding(
        "long_term", "base", "fact",
        N_("At least {value} of the {n} customers of {period} have been buying for two years or longer, and bring {revenue}."),
        value=float(old["customers"].sum()), unit="count", n=int(kept_for["customers"].sum()),
        params={"period": period, "revenue": float(old["revenue"].sum())},
    )  # fmt: skip

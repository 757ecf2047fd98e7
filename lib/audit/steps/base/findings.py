"""What the chapter says: its findings, from its tables."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import NAN, Finding
from audit.core.groups import customer_names
from audit.core.quantities import Term
from audit.i18n import mark as N_
from audit.stats import dispersion
from audit.stats.shares import ratio
from audit.steps.base.codes import Direction, Factor, Measure
from audit.steps.base.concentration import top_share

CHANCE = 0.05  # from which a change may come by chance


def chapter_findings(
    moves: pd.DataFrame,
    change: pd.DataFrame,
    bought: pd.DataFrame,
    kept_for: pd.DataFrame,
    *,
    market: dict[str, float],
    chance: float = NAN,
    customers: pd.DataFrame | None = None,
) -> list[Finding]:
    """What the chapter says: size of the base, the same customers' change, new against existing, inequality, the market.

    Parameters
    ----------
    moves, change, bought, kept_for
        from movement, sales_change, by_period and tenure.
    market
        growth of the market by period; empty where the base declares none.
    chance
        from chance_of_fall; NaN where it cannot be told: then nothing is said of chance.
    customers
        their names, where the base has them.
    """
    if len(moves) < 2:
        why = N_("fewer than two complete periods lie in the time observed")
        return [
            Finding(
                "base_size", "base", "fact", N_("Growth of the base cannot be judged."), title=N_("Size of the base"), unit="count", why=why
            )
        ]
    before, now = moves.iloc[-2], moves.iloc[-1]
    named = {"period": now["period"], "period_before": before["period"]}
    size, rest = _size(before, now, named), [_market(before, now, market), _long_term(kept_for, now["period"])]
    if not (before["revenue"] > 0 and now["revenue"] > 0):
        told = [_loss(before, now), *rest]
    else:
        told = [
            _driver(change, before, now),
            _same_customers(now, named),
            _existing(before, now, named),
            *_largest_fall(bought, now, named, chance, customers),
            _new_customers(before, now, named),
            _largest_fifth(bought, now, named),
            *rest,
        ]
    return [size, *(one for one in told if one.unit != "share" or one.why or one.value == one.value)]


def _size(before: pd.Series, now: pd.Series, named: dict) -> Finding:
    """How many bought, how many of them are new, and how many did not buy again; whoever is only seen for the first time is not called new."""
    message = N_(
        "{value} {value:customer|customers} bought in {period}; {new:0:none of these is|# of these is|# of these are} new. {lost:0:All|Of the|Of the} {previous} who bought in {period_before}{lost:0: bought again|, # did not buy again|, # did not buy again}. No former customer came back."
    )
    if now["first_seen"]:
        message = N_(
            "{value} {value:customer|customers} bought in {period}, against {previous} in {period_before}: {lost:0:all of those bought again|# of those did not buy again|# of those did not buy again}, {returned} came back, {new:0:nobody is known to be|# is|# are} new, and {first_seen} {first_seen:is|are} seen for the first time, new or not."
        )
    elif now["returned"]:
        message = N_(
            "{value} {value:customer|customers} bought in {period}, against {previous} in {period_before}: {lost:0:all of those bought again|# of those did not buy again|# of those did not buy again}, {new:0:none is|# is|# are} new and {returned} came back."
        )
    quantities = {Term.CUSTOMERS_OF_PERIOD: float(now["customers"])}
    return Finding(
        "base_size",
        "base",
        "fact",
        message,
        title=N_("Size of the base"),
        value=float(now["customers"]),
        unit="count",
        n=int(now["customers"]),
        previous=float(before["customers"]),
        money=float(now["lost_before"]),
        params={**named, **{name: int(now[name]) for name in ("lost", "new", "returned", "first_seen")}},
        quantities=quantities if _is_unclear(now) else quantities | {Term.NEW_OF_PERIOD: float(now["new"])},
    )


def _is_unclear(now: pd.Series) -> bool:
    """Whether of nobody who came it is known that they are new."""
    return bool(now["first_seen"]) and not now["new"]


def _same_customers(now: pd.Series, named: dict) -> Finding:
    """What those who bought in both periods spent then and now."""
    return Finding(
        "same_customer_change",
        "base",
        "fact",
        N_(
            "The {n} {n:customer|customers} who bought in both periods spent {value} {direction} in {period} than in {period_before}: {now} against {before}."
        ),
        title=N_("Change with the same customers"),
        value=_abs_change(now["kept_revenue"], now["kept_before"]),
        n=int(now["kept"]),
        params={
            **named,
            "now": float(now["kept_revenue"]),
            "before": float(now["kept_before"]),
            "direction": Direction.MORE if now["kept_revenue"] >= now["kept_before"] else Direction.LESS,
        },
    )


def _new_customers(before: pd.Series, now: pd.Series, named: dict) -> Finding:
    """What new customers brought in; between that and what those first seen brought in lies the truth."""
    message = N_("New customers brought in {value} of sales in {period}: {new_revenue} of {revenue}.")
    if _is_unclear(now):
        message = N_(
            "Customers seen for the first time in {period} brought in {first_seen_revenue} of {revenue}; who of them is new, these data do not show."
        )
    elif now["first_seen_revenue"]:
        message = N_(
            "New customers brought in {value} of sales in {period}: {new_revenue} of {revenue}. Another {first_seen_revenue} came from customers whose first purchase may be older than the exports."
        )
    return Finding(
        "new_revenue_share",
        "base",
        "estimate",
        message,
        title=N_("Sales to new customers"),
        value=_share(now["new_revenue"], now["revenue"]),
        n=int(now["customers"]),
        low=_share(now["new_revenue"], now["revenue"]),
        high=_share(now["new_revenue"] + now["first_seen_revenue"], now["revenue"]),
        previous=_share(before["new_revenue"], before["revenue"]),
        params={
            **named,
            "new_revenue": float(now["new_revenue"]),
            "revenue": float(now["revenue"]),
            "first_seen_revenue": float(now["first_seen_revenue"]),
        },
    )


def _largest_fifth(bought: pd.DataFrame, now: pd.Series, named: dict) -> Finding:
    """How unequal the customers are."""
    spread = dispersion.gini(bought.loc[bought["period"] == now["period"], "revenue"].to_numpy())
    return Finding(
        "top_share",
        "base",
        "fact",
        N_(
            "The largest fifth of customers brings in {value} of sales in {period}; the Gini coefficient is {gini_index}. The familiar 80 % is a comparison, not a norm."
        ),
        title=N_("Share of the largest fifth"),
        value=top_share(bought, period=now["period"]),
        n=int(now["customers"]),
        params={**named, "gini_index": spread},
    )


def _loss(before: pd.Series, now: pd.Series) -> Finding:
    """More came back than was sold: nothing can be said as a share of it."""
    return Finding(
        "sales_change",
        "base",
        "fact",
        N_("In {period} returns exceeded sales: sales are {value}, against {previous} in {period_before}."),
        title=N_("Change of sales"),
        value=float(now["revenue"]),
        unit="money",
        n=int(now["customers"]),
        previous=float(before["revenue"]),
        params={"period": now["period"], "period_before": before["period"]},
    )


def _share(part: float, whole: float) -> float:
    return ratio(part, whole)


def _abs_change(now: float, before: float) -> float:
    return abs(_share(now - before, before))


def _largest_fall(bought: pd.DataFrame, now: pd.Series, named: dict, chance: float, customers: pd.DataFrame | None) -> list[Finding]:
    """Which of the kept customers bought less by most, beside the change of all other kept ones."""
    both = bought.pivot_table(index="customer_id", columns="period", values="revenue", aggfunc="sum")
    if not {named["period"], named["period_before"]} <= set(both.columns):
        return []
    change = (both[named["period"]] - both[named["period_before"]]).dropna()
    if change.empty or not change.min() < 0:
        return []
    who = str(change.idxmin())
    names = customer_names(customers)
    rest = float(now["kept_revenue"] - now["kept_before"] - change.min())
    more = N_(
        "{customer_name} bought {value} less in {period} than in {period_before}; the other customers who bought in both periods bought {rest} more."
    )
    less = N_(
        "{customer_name} bought {value} less in {period} than in {period_before}; the other customers who bought in both periods bought {rest} less."
    )
    if chance >= CHANCE:
        more = N_(
            "{customer_name} bought {value} less in {period} than in {period_before}. That may be chance: among so many customers, it is normal for one or other to fall that far below its usual level. The others who bought in both periods bought {rest} more."
        )
        less = N_(
            "{customer_name} bought {value} less in {period} than in {period_before}. That may be chance: among so many customers, it is normal for one or other to fall that far below its usual level. The others who bought in both periods bought {rest} less."
        )
    return [
        Finding(
            "largest_fall",
            "base",
            "fact",
            more if rest > 0 else less,
            title=N_("The largest fall"),
            value=-float(change.min()),
            unit="money",
            n=len(change),
            money=-float(change.min()),
            who=who,
            params={**named, "customer_name": names.get(who, who), "rest": abs(rest), "chance_share": chance},
        )
    ]


def _existing(before: pd.Series, now: pd.Series, named: dict) -> Finding:
    """All who had bought before, the silent ones included: the kept ones alone are survivors (A3)."""
    old = float(now["revenue"] - now["new_revenue"])
    message = N_(
        "Without its new customers, {period} would have brought in {old}, against {all_before} from all customers in {period_before}: a change of {value}."
    )
    if _is_unclear(now):
        old = float(now["revenue"] - now["first_seen_revenue"])
        message = N_(
            "Without the customers seen for the first time, {period} would have brought in {old}, against {all_before} from all customers in {period_before}: a change of {value}."
        )
    return Finding(
        "existing_customers",
        "base",
        "estimate",
        message,
        title=N_("Sales to existing customers"),
        value=_share(old - before["revenue"], before["revenue"]),
        low=_share(now["revenue"] - now["new_revenue"] - now["first_seen_revenue"] - before["revenue"], before["revenue"]),
        high=_share(now["revenue"] - now["new_revenue"] - before["revenue"], before["revenue"]),
        n=int(before["customers"]),
        money=max(0.0, float(before["revenue"]) - old),
        params={**named, "old": old, "all_before": float(before["revenue"])},
    )


def _driver(change: pd.DataFrame, before: pd.Series, now: pd.Series) -> Finding:
    sales = change[change["measure_class"] == Measure.SALES].set_index("factor")["contribution"]
    total = sales.sum()
    driver = sales.idxmax() if total >= 0 else sales.idxmin()
    return Finding(
        "sales_change",
        "base",
        "fact",
        N_(
            "Sales in {period} were {now}, {value} {direction} than in {period_before}. The factor with the largest effect: {driver} ({part})."
        ),
        title=N_("Change of sales"),
        value=_abs_change(now["revenue"], before["revenue"]),
        n=int(now["customers"]),
        money=float(total),
        params={
            "period": now["period"],
            "period_before": before["period"],
            "now": float(now["revenue"]),
            "part": float(sales[driver]),
            "driver": Factor(driver),
            "direction": Direction.MORE if total >= 0 else Direction.LESS,
        },
    )


def _market(before: pd.Series, now: pd.Series, market: dict[str, float]) -> Finding:
    growth = _share(now["revenue"] - before["revenue"], before["revenue"])
    rose = N_("Sales rose by {growth_rate}; we cannot say whether that is better or worse than the market.")
    fell = N_("Sales fell by {growth_rate}; we cannot say whether that is better or worse than the market.")
    if now["period"] not in market:
        return Finding(
            "market_growth",
            "base",
            "fact",
            fell if growth < 0 else rose,
            title=N_("Growth against the market"),
            n=int(now["customers"]),
            params={"growth_rate": abs(growth)},
            why=N_("the growth of the market has not been entered in the settings file audit.toml"),
        )
    return Finding(
        "market_growth",
        "base",
        "fact",
        N_("Sales changed by {growth_rate}, the market by {market_rate}: a difference of {value}."),
        title=N_("Growth against the market"),
        value=growth - market[now["period"]],
        n=int(now["customers"]),
        norm_id="market_growth",
        params={"growth_rate": growth, "market_rate": market[now["period"]]},
    )


def _long_term(kept_for: pd.DataFrame, period: str) -> Finding:
    if kept_for["tenure_class"].str.split("–").str[0].astype(int).max() < 2:
        why = N_("the exports reach back less than two years")
        return Finding(
            "long_term",
            "base",
            "fact",
            N_("We cannot say how many customers have stayed for two years or longer."),
            title=N_("Long-term partners"),
            unit="count",
            why=why,
        )
    old = kept_for[kept_for["tenure_class"].str.split("–").str[0].astype(int) >= 2]
    return Finding(
        "long_term",
        "base",
        "fact",
        N_(
            "At least {value} of the {n} {n:customer|customers} in {period} have been buying for two years or longer; they bring in {revenue}."
        ),
        title=N_("Long-term partners"),
        value=float(old["customers"].sum()),
        unit="count",
        n=int(kept_for["customers"].sum()),
        params={"period": period, "revenue": float(old["revenue"].sum())},
    )

"""The chapter's findings."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import NAN, Finding
from audit.core.quantities import Term
from audit.i18n import mark as N_
from audit.i18n import stored
from audit.steps.value import lifetime
from audit.steps.value.codes import Naive
from audit.steps.value.naive import NAIVE


def chapter_findings(
    whole: pd.DataFrame,
    base: pd.DataFrame,
    values: pd.DataFrame,
    backtested: pd.DataFrame,
    life: pd.DataFrame,
    paid: pd.DataFrame,
    *,
    used: str,
    of_year: float,
    dependence: tuple[float, float, float],
    by_chance: tuple[float, float],
    unseen: str,
    repeaters: int,
    points: float,
    horizon_months: int,
    widest: float,
    most_bias: float,
) -> list[Finding]:
    """Value to date, of the next year, how the models did, the bias of Gamma-Gamma, what five points of retention would bring, payback.

    Parameters
    ----------
    whole, base, values, tried, life, paid
        from lifetime_values, intervals (both), rivals, lives, payback.
    used
        the rule that forecasts purchases.
    of_year
        the same money (margin or revenue) of the last twelve months.
    by_chance
        from dependence_by_chance: the range of the correlation that chance gives.
    unseen
        why nobody can be said to have stayed or left (`retention.unseen`); empty where it can.
    widest
        width of the range of value over the value beyond which it says nothing.
    most_bias
        how far the total may have been off in the back-test, up or down, for a value to be said (P30).
    """
    return [
        _to_date(whole),
        _ahead(base, values, used, of_year, backtested, _unsaid(base.iloc[0], backtested, used, widest=widest, most_bias=most_bias)),
        *_tried(backtested, used),
        *_dependence(dependence, by_chance, repeaters),
        _points(life, points, horizon_months, unseen),
        *_payback(paid),
    ]


def _to_date(whole: pd.DataFrame) -> Finding:
    row = whole.iloc[0]
    parts = {
        "order_value": float(row["order_value"]),
        "orders_number": float(row["orders_per_month_number"]),
        "active_months": float(row["active_months"]),
    }
    if pd.isna(row["lifetime_value"]):
        return Finding(
            "value_to_date",
            "value",
            "fact",
            N_(
                "On average, a customer has brought in {value} of revenue to date: orders of {order_value} each, {orders_number} {orders_number:order|orders} a month, over {active_months} {active_months:month|months}. Without the cost of goods we cannot say what profit that is."
            ),
            title=N_("Value to date"),
            value=float(row["lifetime_revenue"]),
            unit="money",
            n=int(row["customers"]),
            params=parts,
        )
    return Finding(
        "value_to_date",
        "value",
        "fact",
        N_(
            "On average, a customer has brought in {value} of margin to date: orders of {order_value} each, {orders_number} {orders_number:order|orders} a month, a margin of {margin_rate}, over {active_months} {active_months:month|months}."
        ),
        title=N_("Value to date"),
        value=float(row["lifetime_value"]),
        unit="money",
        n=int(row["customers"]),
        params={**parts, "margin_rate": float(row["margin_rate"])},
    )


def _unsaid(row: pd.Series, backtested: pd.DataFrame, used: str, *, widest: float, most_bias: float) -> str:
    """Why the value of the next twelve months is not said; empty where it can be."""
    if backtested.empty:
        return N_("the history is too short for any rule to be tried before it is used")
    if not row["high_value"] - row["low_value"] <= widest * abs(row["horizon_value"]):
        return N_("its range is so wide that it includes everything from a fall to a multiple")
    bias = float(backtested.set_index("rule").loc[used, "bias_rate"])
    if bias != bias:
        return N_("nobody bought anything in the months of the back-test, so no rule could be tested")
    if abs(bias) > most_bias:
        few = N_("in the back-test, even the best rule predicted {off_rate} too few purchases in all")
        many = N_("in the back-test, even the best rule predicted {off_rate} too many purchases in all")
        return stored(few if bias < 0 else many, off_rate=abs(bias))
    return ""


def _ahead(base: pd.DataFrame, values: pd.DataFrame, used: str, of_year: float, backtested: pd.DataFrame, why: str) -> Finding:
    row = base.iloc[0]
    params = {"rule_class": rule_named(used), "level_class": str(row["level_class"])}
    if why:
        return Finding(
            "value_ahead",
            "value",
            "model",
            N_("We cannot say what the customers will bring in over the next twelve months."),
            title=N_("Value of the next twelve months"),
            n=int(row["customers"]),
            why=why,
        )
    message = N_(
        "Over the next twelve months, we expect the {n} {n:customer|customers} seen so far to bring in {value} of {level_class} ({low} to {high}), as predicted by the “{rule_class}” model. In the last twelve months it was {previous}. New customers are not included."
    )
    return Finding(
        "value_ahead",
        "value",
        "model" if used not in NAIVE else "estimate",
        message,
        title=N_("Value of the next twelve months"),
        value=float(row["horizon_value"]),
        unit="money",
        n=int(row["customers"]),
        low=float(row["low_value"]),
        high=float(row["high_value"]),
        previous=of_year,
        who=", ".join(values["customer_id"].head(10)),
        params=params,
    )


def _tried(backtested: pd.DataFrame, used: str) -> list[Finding]:
    if backtested.empty:
        return []
    by = backtested.set_index("rule")
    naive = by.loc[[Naive.AVERAGE, Naive.LAST_YEAR], "error_number"].idxmin()
    params = {
        "rule_class": rule_named(used),
        "naive_class": rule_named(naive),
        "naive_number": float(by.loc[naive, "error_number"]),
        "error_number": float(by.loc[used, "error_number"]),
    }
    if used in NAIVE:
        message = N_(
            "In a back-test on {n} {n:customer|customers}, no model predicted purchases clearly better than the naive rule “{rule_class}”. Its average error was {error_number} purchases per customer, and we use it."
        )
        rival = {}
    else:
        few = N_(
            "In a back-test on {n} {n:customer|customers}, the average error of “{rule_class}” was {error_number} purchases per customer; in all, it predicted {off_rate} too few purchases. For the best simple rule of thumb, “{naive_class}”, the average error was {naive_number}."
        )
        many = N_(
            "In a back-test on {n} {n:customer|customers}, the average error of “{rule_class}” was {error_number} purchases per customer; in all, it predicted {off_rate} too many purchases. For the best simple rule of thumb, “{naive_class}”, the average error was {naive_number}."
        )
        bias = float(by.loc[used, "bias_rate"])
        message, params["off_rate"] = few if bias < 0 else many, abs(bias)
        rival = {"previous": params["naive_number"]}
    title, value, n = N_("The forecast of purchases in a back-test"), params["error_number"], int(by.loc[used, "customers"])
    return [Finding("value_tried", "value", "fact", message, title=title, value=value, unit="ratio", n=n, params=params, **rival)]


def _dependence(found: tuple[float, float, float], by_chance: tuple[float, float], repeaters: int) -> list[Finding]:
    """Whether frequency and spend go together; a correlation that may be nothing, or as large by lot, is no finding."""
    rho, low, high = found
    is_more, is_less = low > 0 and rho > by_chance[1], high < 0 and rho < by_chance[0]
    if rho == rho and not (is_more or is_less):
        return []
    if rho != rho:
        why = N_("too few customers have bought again")
        return [
            Finding(
                "value_independence",
                "value",
                "estimate",
                N_("We cannot say whether customers who buy often also spend more at a time."),
                title=N_("Frequency and spend"),
                n=repeaters,
                why=why,
            )
        ]
    more = N_(
        "Customers who buy often also tend to spend more at a time (rank correlation {rho_number}, {low_number} to {high_number}, n = {n}), more than chance explains."
    )
    less = N_(
        "Customers who buy more often tend to spend less per order (rank correlation {rho_number}; range {low_number} to {high_number}; n = {n}); the link is stronger than chance would explain."
    )
    return [
        Finding(
            "value_independence",
            "value",
            "estimate",
            more if is_more else less,
            title=N_("Frequency and spend"),
            value=rho,
            unit="ratio",
            n=repeaters,
            low=low,
            high=high,
            params={"rho_number": rho, "low_number": low, "high_number": high},
        )
    ]


def _points(life: pd.DataFrame, points: float, horizon_months: int, unseen: str) -> Finding:
    grown, constant = lifetime.elasticity(life, points=points) if len(life) and not unseen else (NAN, NAN)
    best = grown if grown == grown else constant
    if best != best:
        why = unseen or N_("too few customers whose first purchase is known have left, or been watched for a year")
        return Finding(
            "value_of_retention",
            "value",
            "model",
            N_("We cannot say what better retention would bring."),
            title=N_("What better retention would bring"),
            why=why,
        )
    message = N_(
        "Of {n} new {n:customer|customers} whom we have watched for at least a year, {left} {left:has|have} left so far. If {then_share} of such customers stayed for a year instead of {now_share}, the average stay, counted over {horizon_months} {horizon_months:month|months}, would be {value} longer; most of those months are beyond our data. The literature claims that raising retention by five percentage points adds 25 to 95 % to profit."
    )
    n, seen = int(life["customers"].iloc[0]), life.iloc[0]
    params = {"horizon_months": float(horizon_months), "left": int(seen["left"])}
    params |= {"now_share": float(seen["one_year_share"]), "then_share": min(1.0, float(seen["one_year_share"]) + points)}
    return Finding(
        "value_of_retention",
        "value",
        "model",
        message,
        title=N_("What better retention would bring"),
        value=best,
        n=n,
        params=params,
        quantities={Term.SURVIVAL_YEAR: params["now_share"]},
    )


def _payback(paid: pd.DataFrame) -> list[Finding]:
    if paid.empty:
        return []
    row = paid.iloc[0]  # the oldest cohort has been watched longest
    params = {"cohort": str(row["cohort"]), "cost": float(row["cost_per_customer"]), "margin": float(row["margin_per_customer"])}
    if pd.isna(row["payback_months"]):
        value = float(row["watched_months"])
        message = N_(
            "By the records of spending, the {n} {n:customer|customers} won in {cohort} cost {cost} each. So far they have brought in {margin} of margin each, which does not yet cover that cost."
        )
    else:
        value = params["payback_months"] = float(row["payback_months"])
        message = N_(
            "By the records of spending, the {n} {n:customer|customers} won in {cohort} cost {cost} each. Together they had earned that back after {payback_months} {payback_months:month|months}, in margin on goods, before the cost to serve them."
        )
    title, n = N_("Payback of new customers"), int(row["new_customers"])
    return [Finding("value_payback", "value", "fact", message, title=title, value=value, unit="count", n=n, params=params)]


def rule_named(rule: str) -> str:
    """A naive rule by its code; a model is called by the name that the literature gives it."""
    return Naive(rule) if rule in list(Naive) else rule

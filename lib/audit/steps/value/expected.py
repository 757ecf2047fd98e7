"""What is each customer worth from now on, and the whole base, and how sure is that?

Purchases by the rule that won its holdout, spend at a purchase by the rule that foretold it best, margin by the customer's own rate. The next year (the
horizon) stands apart
from the years after it (the residual): only the first was tried on data. Intervals are of what will come, not of a mean: parameters
are drawn from refits of simulated bases (parametric bootstrap), and the future of every customer from its posterior. The money of the next
year is not
discounted, so that it can be held against the last; what follows is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit import models
from audit.core.findings import NAN
from audit.core.periods import last_year as year_of
from audit.models import gamma_gamma, mle
from audit.models.rfm import Counts
from audit.stats import bootstrap
from audit.steps.value.codes import Level, Trade
from audit.steps.value.lifetime import tells_margin
from audit.steps.value.naive import NAIVE, UNTRIED, average
from audit.steps.value.naive import last_year as purchases_of_year
from audit.steps.value.purchase_spend import Spend, spends
from audit.steps.value.router import Route

REFITTED = 2000  # customers of a simulated base at most; more only make the refits slower, the spread is scaled
NAMED = 1000  # customers, most value first, for whom an interval of their own is drawn


@dataclass(frozen=True)
class Rule:
    """What forecasts purchases: a model with its fit, or a naive rule without."""

    name: str  # UNTRIED: nothing is forecast
    route: Route
    fit: mle.Fit | None


def _spends(rule: Rule, data: Counts, history: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The same per unit of what the rule's models count: purchases, or months with one."""
    if rule.route.trade == Trade.ORDERS:
        return spends(history)
    revenue, times = history["revenue"].to_numpy(dtype=float), data.x[data.member] + 1
    return np.where(revenue > 0, times, 0.0), np.where(revenue > 0, revenue / times, np.nan)


def margin_rates(history: pd.DataFrame, panel: pd.DataFrame, *, until: pd.Timestamp) -> np.ndarray:
    """Margin over revenue of each customer's last 24 months, the base's where it bought nothing then; NaN where cost tells no margin."""
    if not tells_margin(panel):
        return np.full(len(history), NAN)
    recent = year_of(panel, until=until, months=24)
    sums = recent.groupby("customer_id")[["revenue", "cost"]].sum()
    own = ((sums["revenue"] - sums["cost"]) / sums["revenue"].where(sums["revenue"] > 0)).reindex(history["customer_id"])
    whole = float((recent["revenue"] - recent["cost"]).sum() / recent["revenue"].sum()) if recent["revenue"].sum() else NAN
    return own.fillna(whole).to_numpy()


def customer_values(
    rule: Rule,
    data: Counts,
    history: pd.DataFrame,
    panel: pd.DataFrame,
    spending: Spend,
    *,
    until: pd.Timestamp,
    residual_years: int,
    discount_rate: float,
) -> pd.DataFrame:
    """What each customer is expected to bring, most first (C1, C2).

    Money is margin where the cost of goods is known, else revenue, which is not profit (P6): `level_class` says which. The residual is
    discounted by the year, from the middle of each. A naive rule was tried over one year only and knows of no leaving: it gets no residual.

    Returns
    -------
    DataFrame with customer_id, alive_share (NaN for a naive rule), expected_purchases, expected_spend (revenue at a purchase), margin_rate,
    level_class, horizon_value (next twelve months, not discounted), residual_value (the `residual_years` after them; NaN for a naive rule).
    """
    times, mean = _spends(rule, data, history)
    each = spending.of(times, mean)
    rates = margin_rates(history, panel, until=until)
    known = ~np.isnan(rates).all()
    money = each * (rates if known else 1.0)
    year, discount = rule.route.year, lambda n: (1 + discount_rate) ** -(n + 0.5)
    if rule.name == UNTRIED:
        by_year, chance = [np.full(len(history), NAN)], np.full(len(history), NAN)
    elif rule.fit is None:
        per_year = (
            average(data) * year if rule.name == NAIVE[0] else purchases_of_year(rule.route, history["customer_id"], panel, until=until)
        )
        by_year, chance = [per_year], np.full(len(history), NAN)
    else:
        module = models.model(rule.name)
        reached = [module.expected(rule.fit, data, year * n) for n in range(1, residual_years + 2)]
        by_year, chance = (
            [reached[0], *(later - sooner for sooner, later in zip(reached, reached[1:], strict=False))],
            module.alive(rule.fit, data),
        )
    later = sum((n * discount(i) for i, n in enumerate(by_year[1:], 1)), np.zeros(len(history)))
    table = pd.DataFrame(
        {
            "customer_id": history["customer_id"],
            "alive_share": chance,
            "expected_purchases": by_year[0],
            "expected_spend": each,
            "margin_rate": rates,
            "level_class": Level.MARGIN if known else Level.REVENUE,
            "horizon_value": by_year[0] * money,
            "residual_value": later * money if rule.fit else NAN,
        }
    )
    return table.sort_values(["horizon_value", "customer_id"], ascending=[False, True], ignore_index=True)


def intervals(
    values: pd.DataFrame,
    rule: Rule,
    data: Counts,
    history: pd.DataFrame,
    spending: Spend,
    forecast: pd.DataFrame,
    *,
    draws: int,
    confidence: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ranges of the next twelve months' value: of the customers with most of it, and of the whole base.

    Of a model, by the parametric bootstrap; of the base, at least as far as the rule's sum was off a holdout ago: a base that grows or
    shrinks as a whole is in no model.
    A naive rule has that alone, customers drawn anew.

    Returns
    -------
    values with low_value, high_value (NaN beyond the first NAMED customers, and for a naive rule); and a DataFrame of one row:
    level_class, horizon_value, low_value, high_value, residual_value, customers.
    """
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    order = history.reset_index(drop=True).reset_index().set_index("customer_id")["index"].reindex(values["customer_id"]).to_numpy()
    total = float(values["horizon_value"].sum(min_count=1))
    named = order[:NAMED]
    values = values.assign(low_value=NAN, high_value=NAN)
    low, high = NAN, NAN
    if rule.fit is not None:
        rate = np.empty(len(history))
        rate[order] = values["margin_rate"].to_numpy() if (values["level_class"] == Level.MARGIN).all() else 1.0
        sums, single = _drawn(rule, data, history, spending, rate, named, draws, _spread(forecast))
        low, high = np.quantile(sums, tails)
        values.loc[: len(named) - 1, ["low_value", "high_value"]] = np.quantile(single, tails, axis=0).T
    if len(forecast) and forecast["revenue"].sum() > 0 and (forecast.get(rule.name, 0) * forecast["spend"]).sum() > 0:
        ratio = _off(forecast, rule.name)
        ends = np.nanquantile(ratio, tails) if rule.fit is None else np.array([np.nanmean(ratio)])
        low, high = np.nanmin([low, total, *total * ends]), np.nanmax([high, total, *total * ends])  # also of a total below nothing
    ordered = [c for c in values.columns if c not in ("residual_value", "low_value", "high_value")]
    values = values[[*ordered, "low_value", "high_value", "residual_value"]]  # the range stands beside what it is of
    base = (
        values["level_class"].iloc[0] if len(values) else "",
        total,
        low,
        high,
        float(values["residual_value"].sum(min_count=1)),
        len(values),
    )
    return values, pd.DataFrame([base], columns=["level_class", "horizon_value", "low_value", "high_value", "residual_value", "customers"])


def _off(forecast: pd.DataFrame, rule: str) -> np.ndarray:
    """What came over what the rule had forecast, in money, a holdout ago; customers drawn anew."""
    actual, expected = bootstrap.sums(forecast["revenue"].to_numpy(), (forecast[rule] * forecast["spend"]).to_numpy())
    return actual / np.where(expected > 0, expected, np.nan)


def _spread(forecast: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """How far customers' spend at a purchase lay from their own mean before, in the holdout: ratios with a mean of 1, and the money behind
    each as its weight."""
    came = forecast[(forecast["purchases"] > 0) & (forecast["spend"] > 0)] if len(forecast) else forecast
    if came.empty or came["revenue"].sum() <= 0:
        return np.ones(1), np.ones(1)
    ratio = (came["revenue"] / came["purchases"] / came["spend"]).clip(lower=0).to_numpy()
    weight = (came["purchases"] * came["spend"]).to_numpy()
    return ratio / np.average(ratio, weights=weight), weight / weight.sum()


def _drawn(
    rule: Rule,
    data: Counts,
    history: pd.DataFrame,
    spending: Spend,
    worth: np.ndarray,
    named: np.ndarray,
    draws: int,
    spread: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Draws of the base's value, and of the named customers' (draws x customers)."""
    generator, module = np.random.default_rng(0), models.model(rule.name)
    times, mean = _spends(rule, data, history)
    each = spending.of(times, mean)
    ages = data.age[data.member]
    sums, single = [], []
    for _ in range(draws):
        fit, of_spend = _refitted(rule, module, ages, generator), _respent(spending.fit, times, generator)
        bought = module.future(fit, data, rule.route.year, generator)
        if of_spend:
            money = gamma_gamma.draw(of_spend, times, mean, bought, generator) * worth
        else:
            money = bought * each * generator.choice(spread[0], len(each), p=spread[1]) * worth
        sums.append(money.sum())
        single.append(money[named])
    return np.array(sums), np.array(single)


def _refitted(rule: Rule, module, ages: np.ndarray, generator: np.random.Generator) -> mle.Fit:
    """The model fitted to a simulated base of as many customers (or of fewer, its spread then scaled); where that has no peak to trust,
    parameters from the fit's own covariance."""
    n = len(ages)
    size = min(n, REFITTED)
    made = module.simulate(rule.fit, ages if size == n else generator.choice(ages, size), generator)
    try:
        moved = (module.fit(made, rule.name, near=rule.fit).logs - rule.fit.logs) * np.sqrt(size / n)
    except mle.NotFitted:
        moved = generator.multivariate_normal(np.zeros(len(rule.fit.logs)), rule.fit.log_covariance)
    return rule.fit.at(rule.fit.logs + moved)


def _respent(spending: mle.Fit | None, times: np.ndarray, generator: np.random.Generator) -> mle.Fit | None:
    if spending is None:
        return None
    two = times[times >= 2]
    size = min(len(two), REFITTED)
    chosen = two if size == len(two) else generator.choice(two, size)
    try:
        again = gamma_gamma.fit(chosen, gamma_gamma.simulate(spending, chosen, generator), near=spending)
    except mle.NotFitted:
        return spending
    found = spending.at(spending.logs + (again.logs - spending.logs) * np.sqrt(size / len(two)))
    return found if found["q"] > 1 else spending

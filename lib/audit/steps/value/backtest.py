"""Do the models forecast better than a naive rule? Each is fitted a holdout ago and held against what came (method, remarks that bind).

The rule with the smallest mean absolute error of purchases per customer wins; a model wins over the better naive rule only where its
advantage is clear, the
interval of the difference (customers drawn anew) lying below nothing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit import models
from audit.core import registry
from audit.i18n import mark as N_
from audit.models import gamma_gamma, mle
from audit.stats import bootstrap
from audit.steps.value import purchase_spend, router
from audit.steps.value.codes import Naive, Trade
from audit.steps.value.naive import NAIVE, UNTRIED, average, last_year
from audit.steps.value.purchase_spend import Spend
from audit.steps.value.router import Route


def fits(found: Route, data, *, least_repeaters: int) -> tuple[dict[str, mle.Fit], pd.DataFrame]:
    """Every model of the route, fitted; and a table of how that went.

    Returns
    -------
    Fits by model, and a DataFrame with model, customers, repeaters, loglik_number, parameters (with standard errors), refused_class (why
    not, else empty).
    """
    made, rows = {}, []
    repeaters = int(data.weight[data.x > 0].sum())
    for model in found.models:
        try:
            if repeaters < least_repeaters:
                raise mle.NotFitted(N_("too few customers have bought again"))
            made[model] = models.model(model).fit(data, model)
            fit = made[model]
            said = "; ".join(f"{n} {v:.4g} ± {fit.errors[n]:.2g}" for n, v in fit.parameters.items())
            said += "".join(f"; {n} {v}" for n, v in fit.fixed.items() if v > 1)
            rows.append((model, data.customers, repeaters, fit.loglik, said, ""))
        except mle.NotFitted as refused:
            rows.append((model, data.customers, repeaters, np.nan, "", str(refused)))
    return made, pd.DataFrame(rows, columns=["model", "customers", "repeaters", "loglik_number", "parameters", "refused_class"])


def forecasts(
    found: Route,
    history: pd.DataFrame,
    before: pd.DataFrame | None,
    panel: pd.DataFrame,
    *,
    observed_from: pd.Timestamp,
    as_of: pd.Timestamp,
    holdout_days: int,
    least_repeaters: int,
) -> pd.DataFrame:
    """What each rule forecast a holdout ago for each customer known then, and what came.

    Returns
    -------
    DataFrame with customer_id, purchases (that came), revenue (that came), spend (per purchase until then), and a column of purchases
    forecast for each rule: own average, last year again, and each model that could be fitted. No rows where less than half a holdout lies
    before it.
    """
    cut = as_of - pd.Timedelta(days=holdout_days)
    if before is None or before.empty or (cut - observed_from).days < holdout_days / 2:
        return pd.DataFrame(columns=["customer_id", "purchases", "revenue", "spend", *NAIVE])
    until = (cut + pd.Timedelta(days=1)).to_period("M").start_time - pd.Timedelta(days=1)  # the last whole month then
    years = holdout_days / 365.25
    now = history.set_index("customer_id").reindex(before["customer_id"])
    table = pd.DataFrame(
        {
            "customer_id": before["customer_id"],
            "purchases": now["purchases"].to_numpy(dtype=float) - before["purchases"].to_numpy(dtype=float),
            "revenue": now["revenue"].to_numpy(dtype=float) - before["revenue"].to_numpy(dtype=float),
            "spend": before["revenue"].to_numpy(dtype=float) / before["purchases"].to_numpy(dtype=float),
        }
    )
    if found.trade != Trade.ORDERS:  # by whole months
        whole = until + pd.offsets.MonthEnd(round(holdout_days / 30.44))
        come = panel[(panel["period"] > until) & (panel["period"] <= whole)]
        bought = (
            panel[panel["period"] <= until].groupby("customer_id")["revenue"].agg(["sum", "size"])
        )  # money per month, as the models count
        table["spend"] = table["customer_id"].map(bought["sum"] / bought["size"]).to_numpy(dtype=float)
        table["purchases"] = table["customer_id"].map(come.groupby("customer_id").size()).fillna(0.0).to_numpy(dtype=float)
        table["revenue"] = table["customer_id"].map(come.groupby("customer_id")["revenue"].sum()).fillna(0.0).to_numpy(dtype=float)
    data = router.counts(found, before, panel, until=until)
    table[Naive.AVERAGE] = average(data) * found.year * years
    table[Naive.LAST_YEAR] = last_year(found, table["customer_id"], panel, until=until) * years
    for model, fit in fits(found, data, least_repeaters=least_repeaters)[0].items():
        table[model] = models.model(model).expected(fit, data, found.year * years)
    return table


def candidates(forecast: pd.DataFrame, *, confidence: float) -> pd.DataFrame:
    """The rules side by side, the best first: their errors per customer, their bias, and each model against the better naive rule.

    Returns
    -------
    DataFrame with rule, is_naive, customers, error_number (mean absolute, purchases), bias_rate (all forecast over all that came, less 1),
    advantage_number
    (error less that of the better naive rule; with low_number, high_number), is_better (clearly so).
    """
    columns = ["rule", "is_naive", "customers", "error_number", "bias_rate", "advantage_number", "low_number", "high_number", "is_better"]
    rules = [c for c in forecast.columns if c not in ("customer_id", "purchases", "revenue", "spend")]
    if forecast.empty:
        return registry.empty("purchase_rules")
    errors = forecast[rules].sub(forecast["purchases"], axis=0).abs()
    mean, total = errors.mean(), forecast["purchases"].sum()
    naive = mean[list(NAIVE)].idxmin()
    n, apart_by = len(forecast), errors.sub(errors[naive], axis=0)
    drawn = dict(zip(rules, bootstrap.means(*(apart_by[rule].to_numpy() for rule in rules)), strict=True))
    rows = []
    for rule in rules:
        apart = apart_by[rule].to_numpy()
        low, high = np.quantile(drawn[rule], [(1 - confidence) / 2, (1 + confidence) / 2]) if rule != naive else (np.nan, np.nan)
        bias = forecast[rule].sum() / total - 1 if total else np.nan
        rows.append(
            (rule, rule in NAIVE, n, mean[rule], bias, apart.mean() if rule != naive else np.nan, low, high, rule not in NAIVE and high < 0)
        )
    return pd.DataFrame(rows, columns=columns).sort_values(["error_number", "rule"], ignore_index=True)


def winner(table: pd.DataFrame, made: dict[str, mle.Fit]) -> str:
    """The rule to use: the best model where it is clearly better and could be fitted on all that is known, else the better naive rule;
    none where nothing could be tried: what was not tried is not said."""
    better = table[table["is_better"].astype(bool) & table["rule"].isin(list(made))] if len(table) else table
    if len(better):
        return str(better["rule"].iloc[0])
    naive = table[table["is_naive"].astype(bool)] if len(table) else table
    return str(naive["rule"].iloc[0]) if len(naive) else UNTRIED


def spend_candidates(history: pd.DataFrame, before: pd.DataFrame | None, *, least_repeaters: int, confidence: float) -> pd.DataFrame:
    """Spend at a purchase forecast a holdout ago: Gamma-Gamma, which draws those seen seldom towards the base, and the mean of all customers,
    each against each customer's own mean.

    Returns
    -------
    DataFrame with rule, is_naive, customers (who bought since), error (mean absolute, money), advantage (against the own mean; with low,
    high), is_better;
    Gamma-Gamma is left out where it cannot be fitted; no rows where nothing was tried.
    """
    columns = ["rule", "is_naive", "customers", "error", "advantage", "low", "high", "is_better"]
    empty = pd.DataFrame({c: pd.Series(dtype="str" if c == "rule" else float) for c in columns})
    if before is None or before.empty:
        return empty
    fit = purchase_spend.spend_fit(before, least_repeaters=least_repeaters)
    now = history.set_index("customer_id").reindex(before["customer_id"])
    bought = now["purchases"].to_numpy(dtype=float) - before["purchases"].to_numpy(dtype=float)
    came = now["revenue"].to_numpy(dtype=float) - before["revenue"].to_numpy(dtype=float)
    times, mean = purchase_spend.spends(before)
    told = (bought > 0) & (times > 0)
    if not told.any():
        return empty
    real = came[told] / bought[told]
    tried = [Spend(gamma_gamma.GAMMA, fit)] if fit else []
    naive, rows = np.abs(mean[told] - real), []
    for rule in [*tried, Spend(Naive.BASE_MEAN)]:
        error = np.abs(rule.of(times, mean)[told] - real)
        [apart] = bootstrap.means(error - naive)
        low, high = np.quantile(apart, [(1 - confidence) / 2, (1 + confidence) / 2])
        rows.append((rule.rule, rule.fit is None, len(real), error.mean(), (error - naive).mean(), low, high, high < 0))
    rows.append((Naive.OWN_MEAN, True, len(real), naive.mean(), np.nan, np.nan, np.nan, False))
    return pd.DataFrame(rows, columns=columns)

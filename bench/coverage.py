"""Do intervals hold what they say? Over a hundred simulated bases each: value, forecast, wallet, and the false alarms of the overdue list.

A range of 90 % shall hold what came in 90 of 100 bases, within the error of having looked at a hundred. `make study` prints the table.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.findings import NAN
from audit.models import bg_nbd, mle, rfm
from audit.steps import forecast, retention, value, wallet
from audit.steps.forecast.backtest import of_sum
from audit.steps.forecast.codes import Kind
from audit.steps.retention import silence
from audit.steps.value import router
from audit.steps.value.codes import Naive, Trade
from audit.steps.value.purchase_spend import Spend

REGULAR = mle.Fit(bg_nbd.CNBD, {"r": 3.0, "alpha": 20.0, "a": 0.5, "b": 12.0}, {}, np.zeros((4, 4)), 0.0, 1, {"k": 5})
UNTIL = pd.Timestamp("2023-12-31")
SILENCE = {"rhythm_purchases": 5, "prior_gaps": 4, "fixed_silence_days": 90, "long_gone_days": 365}


def regular_buyers(model: mle.Fit, customers: int, seed: int, *, days: int) -> pd.DataFrame:
    """Purchases of a base of that model, customers born over its first 300 days: customer_id, day."""
    generator = np.random.default_rng(seed)
    born = generator.integers(0, 300, customers)
    rate = generator.gamma(model["r"], 1 / model["alpha"], customers)
    leave = generator.beta(model["a"], model["b"], customers)
    rows = []
    for i in range(customers):
        at = float(born[i])
        while at <= days:
            rows.append((f"c{i:04d}", int(at)))
            if generator.random() < leave[i]:
                break
            at += generator.gamma(model["k"], 1 / rate[i])
    return pd.DataFrame(rows, columns=["customer_id", "day"]).drop_duplicates()


def history_of(bought: pd.DataFrame, until: int) -> pd.DataFrame:
    """What the ledger knows of these customers on a day, each purchase of 100; and whether they have bought since."""
    of = bought[bought["day"] <= until].sort_values(["customer_id", "day"])
    logs = np.log(of.groupby("customer_id")["day"].diff()).groupby(of["customer_id"]).agg(["count", "mean", "var"])
    days = of.groupby("customer_id")["day"].agg(["min", "max", "size"])
    silence = (until - days["max"]).to_numpy()
    table = {
        "customer_id": days.index,
        "purchases": days["size"].to_numpy(),
        "revenue": days["size"].to_numpy() * 100.0,
        "life_clock_days": (days["max"] - days["min"]).to_numpy(dtype=float),
        "silence_clock_days": silence.astype(float),
        "silence_days": silence,
        "gaps": logs["count"].to_numpy(),
        "gap_days": of.groupby("customer_id")["day"].agg(lambda day: day.diff().median()).to_numpy(),
        "gap_log_mean": logs["mean"].to_numpy(),
        "gap_log_var": logs["var"].to_numpy(),
        "has_bought_since": days.index.isin(bought.loc[bought["day"] > until, "customer_id"]),
    }
    return pd.DataFrame(table).reset_index(drop=True)


def of_value(seed: int) -> float:
    """Whether the 90 % range of the next year's value of 150 customers holds what came; NaN where no model was fitted."""
    bought = regular_buyers(REGULAR, 150, seed, days=1096)
    history = history_of(bought, 730)
    data = rfm.of_history(history)
    try:
        rule = value.Rule(bg_nbd.CNBD, router.Route(Trade.ORDERS, 0.5, 0.5, 150), bg_nbd.fit(data, bg_nbd.CNBD))
    except mle.NotFitted:
        return NAN
    panel = pd.DataFrame(
        {"customer_id": history["customer_id"], "period": UNTIL.replace(day=1), "revenue": 1.0, "purchases": 1, "orders": 1}
    )
    own = Spend(Naive.OWN_MEAN)
    values = value.customer_values(rule, data, history, panel, own, until=UNTIL, residual_years=1, discount_rate=0.1)
    _values, base = value.intervals(values, rule, data, history, own, pd.DataFrame(), draws=60, confidence=0.9)
    came = 100.0 * ((bought["day"] > 730) & (bought["day"] <= 730 + 365.25)).sum()
    return float(base["low_value"].iloc[0] <= came <= base["high_value"].iloc[0])


def of_forecast(seed: int) -> float:
    """Whether the 90 % range of the sum of six hidden months of a seasonal series holds it."""
    at = np.arange(54)
    sales = 100 * (1 + 0.4 * np.sin(at / 12 * 2 * np.pi)) * (1 + np.random.default_rng(seed).normal(0, 0.1, 54))
    days = pd.date_range("2020-01", periods=48, freq="MS", name="period")
    known = pd.DataFrame({(Kind.COMPANY, ""): sales[:48]}, index=days)
    made = forecast.errors(known, horizon=6, least=24, most=7)
    tried = forecast.methods_tried(made, confidence=0.9)
    ahead = forecast.ahead(known, pd.DataFrame(), made, tried, as_of=days[-1], months=6, horizon=6, confidence=0.9)
    _said, low, high = of_sum(ahead, float(tried.loc[tried["is_used"], "balance_number"].iloc[0]))
    return float(low <= sales[48:].sum() <= high)


def of_wallet(seed: int) -> float:
    """Share of the modelled budgets of 140 customers within their 80 % ranges, 60 others having told theirs; NaN where nothing is modelled."""
    generator, n = np.random.default_rng(seed), 200
    size = np.exp(generator.normal(4, 0.8, n))
    truth = 1000 * size**0.9 * np.exp(generator.normal(0, 0.3, n))
    ids = [f"c{i:03d}" for i in range(n)]
    sold = pd.DataFrame({"customer_id": ids, "period": pd.Timestamp("2023-05-01"), "revenue": truth * generator.uniform(0.2, 0.9, n)})
    told = pd.DataFrame({"customer_id": ids[:60], "category": "x", "period": "2023", "amount": truth[:60], "provenance": "declared"})
    given = {"customers": pd.DataFrame({"customer_id": ids, "size": size}), "until": UNTIL, "rate": 0.8, "least": 30}
    tried = wallet.basis(sold, told, **given)
    found = wallet.wallets(sold, told, tried=tried, **given, declared_error=0.15, benchmark_error=0.3)
    of = found[found["provenance_class"] == "modelled"].set_index("group")
    true = pd.Series(truth, index=ids)[of.index]
    return float(((true >= of["low_budget"]) & (true <= of["high_budget"])).mean()) if len(of) else NAN


def of_false_alarms(seed: int) -> float:
    """Whether the 95 % range of false alarms holds the number of those on the list who then buy within a year, in a base that some leave."""
    leaves = mle.Fit(bg_nbd.CNBD, {"r": 3.0, "alpha": 60.0, "a": 0.7, "b": 9.0}, {}, np.zeros((4, 4)), 0.0, 1, {"k": 2})
    bought = regular_buyers(leaves, 250, seed, days=2200)
    before, now = (history_of(bought[bought["day"] <= day + 365], day) for day in (730, 1095))
    rule = SILENCE | {"overdue_chance": 0.05}
    tried = retention.rivals(before, **rule, confidence=0.95)
    used = retention.better_rule(tried)
    is_late = retention.silence_chance(now, rhythm_purchases=5, prior_gaps=4)
    is_late = is_late < 0.05 if used == "own_rhythm" else silence.beyond_fixed(now, SILENCE["fixed_silence_days"]) & is_late.notna()
    late = now[is_late & (now["silence_days"] <= SILENCE["long_gone_days"])].assign(since_class="fresh")
    _about, low, high = retention.false_alarms(tried, used, late, confidence=0.95)
    return float(low <= late["has_bought_since"].sum() <= high)


STUDIES = {
    "value of the next year, whole base": (of_value, 0.9),
    "forecast of six months' sales": (of_forecast, 0.9),
    "modelled budgets, share of them": (of_wallet, 0.8),
    "false alarms of the overdue list": (of_false_alarms, 0.95),
}


def coverage(bases: int) -> pd.DataFrame:
    """Over so many bases: what is stated, what was held, and twice the standard error of having looked at so many; refusals are counted."""
    rows = []
    for name, (study, stated) in STUDIES.items():
        held = np.array([study(seed) for seed in range(bases)])
        told = held[~np.isnan(held)]
        error = 2 * told.std(ddof=1) / np.sqrt(len(told)) if len(told) > 1 else NAN
        rows.append((name, len(told), bases - len(told), stated, told.mean() if len(told) else NAN, error))
    return pd.DataFrame(rows, columns=["what", "bases", "refused", "stated", "held", "error"])

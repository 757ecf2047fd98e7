"""Value: to date by ratios of sums (P4), ahead by the rule that won its holdout, ranges that hold what comes."""

import inspect

import numpy as np
import pandas as pd
import pytest
from bench import coverage
from hypothesis import given
from hypothesis import strategies as st

from audit import models
from audit.models import bg_nbd, mle, rfm, sbg
from audit.steps import value
from audit.steps.value import backtest, expected, router
from audit.steps.value.codes import Life, Naive, Trade
from audit.steps.value.purchase_spend import Spend


def test_p4_the_product_of_ratios_of_sums_is_the_money_and_that_of_simple_means_is_not():
    """900 small and 100 large customers: 149,400 exactly; the simple means multiply to 22,230."""
    small = {"orders": 3.0, "months": 6.0, "revenue": 30_000.0, "profit": 6_000.0}
    large = {"orders": 72.0, "months": 36.0, "revenue": 7_200_000.0, "profit": 1_440_000.0}
    table = pd.DataFrame([small] * 900 + [large] * 100).assign(customer_id=[str(i) for i in range(1000)])
    found = value.lifetime_values(table).iloc[0]
    assert round(found["lifetime_value"], 6) == 149_400
    assert (round(found["order_value"]), round(found["orders_per_month_number"], 2), found["margin_rate"], found["active_months"]) == (
        75_455,
        1.1,
        0.2,
        9.0,
    )
    simple = 0.9 * np.array([10_000, 0.5, 0.2, 6]) + 0.1 * np.array([100_000, 2, 0.2, 36])
    assert round(float(np.prod(simple))) == 22_230


money = st.floats(1, 1e6)


@given(
    st.lists(
        st.tuples(st.integers(1, 50), st.integers(1, 60), money, st.floats(-1e5, 1e5), st.sampled_from("abc")), min_size=1, max_size=30
    )
)
def test_the_product_reconciles_to_the_money_in_the_whole_and_in_every_group(rows):
    table = pd.DataFrame(rows, columns=["orders", "months", "revenue", "profit", "group"]).assign(
        customer_id=[str(i) for i in range(len(rows))]
    )
    for by in (None, table["group"]):
        found = value.lifetime_values(table, by)
        assert (found["lifetime_value"] * found["customers"]).sum() == pytest.approx(table["profit"].sum(), rel=1e-9, abs=1e-3)
        assert (found["lifetime_revenue"] * found["customers"]).sum() == pytest.approx(table["revenue"].sum(), rel=1e-9)
        assert found["customers"].sum() == len(table)


def test_without_cost_there_is_revenue_and_no_profit_p6():
    panel = pd.DataFrame(
        {"customer_id": ["a"], "period": pd.to_datetime(["2025-01-01"]), "orders": [2], "purchases": [2], "revenue": [100.0]}
    )
    found = value.lifetime_values(value.of_customers(panel)).iloc[0]
    assert found["lifetime_revenue"] == 100
    assert np.isnan(found["lifetime_value"])


def months(rows: dict[str, list[str]], purchases: int = 1) -> pd.DataFrame:
    """A panel: customers with the months they bought in."""
    return pd.DataFrame(
        [(c, pd.Timestamp(m + "-01"), 100.0, purchases, purchases, 60.0) for c, of in rows.items() for m in of],
        columns=["customer_id", "period", "revenue", "orders", "purchases", "cost"],
    )


ROUTE = {"once_share": 0.95, "kept_share": 0.5, "skipped_share": 0.01}
YEAR = [f"2024-{m:02d}" for m in range(1, 13)]


def test_the_router_tells_contracts_from_fixed_intervals_from_orders_at_any_time():
    contract = months({"a": YEAR, "b": YEAR[:5], "c": YEAR[3:]})
    pauses = months({"a": YEAR[::2] + YEAR[1:2], "b": YEAR[:5] + YEAR[8:], "c": YEAR})
    often = months({"a": YEAR, "b": YEAR}, purchases=4)
    seldom = months({"a": ["2023-01", "2023-07", "2024-02"], "b": ["2023-02", "2023-09", "2024-05"]})
    assert value.route(contract, **ROUTE).trade == Trade.BY_CONTRACT
    assert value.route(pauses, **ROUTE).trade == Trade.FIXED
    assert value.route(often, **ROUTE).trade == Trade.ORDERS
    assert value.route(seldom, **ROUTE).trade == Trade.ORDERS
    assert value.route(contract.iloc[:1], **ROUTE) == router.Route(
        Trade.ORDERS, pytest.approx(np.nan, nan_ok=True), pytest.approx(np.nan, nan_ok=True), 0
    )


def test_a_contract_counts_in_months_and_the_lost_are_not_expected_back():
    panel = months({f"c{i}": YEAR[: 1 + i % 12] for i in range(120)} | {f"d{i}": YEAR for i in range(60)})
    found = value.route(panel, **ROUTE)
    history = pd.DataFrame({"customer_id": sorted(panel["customer_id"].unique())})
    data = value.counts(found, history, panel, until=pd.Timestamp("2024-12-31"))
    fit = sbg.fit(data)
    ahead = pd.Series(sbg.expected(fit, data, 12), index=history["customer_id"])
    assert ahead["c0"] == 0  # lost after its first month
    assert 0 < ahead["d0"] < 12
    assert sbg.alive(fit, data)[history["customer_id"].tolist().index("d0")] == 1


@pytest.mark.parametrize("model", ["BG/BB", "sBG"])
def test_discrete_models_find_their_own_parameters_again(model):
    names = ["alpha", "beta", "gamma", "delta"] if model == "BG/BB" else ["alpha", "beta"]
    true = mle.Fit(model, dict(zip(names, [1.2, 0.8, 0.7, 4.0], strict=False)), {}, np.zeros((4, 4)), 0.0, 1)
    module = models.model(model)
    made = module.simulate(true, np.random.default_rng(1).integers(6, 24, 3000), np.random.default_rng(2))
    found = module.fit(rfm.counts(made.x, made.t_x, made.age), model)
    for name in names:
        assert abs(np.log(found[name] / true[name])) < 4 * found.errors[name] / found[name]


def forecast(came, **rules) -> pd.DataFrame:
    n = len(came)
    return pd.DataFrame(
        {"customer_id": [str(i) for i in range(n)], "purchases": came, "revenue": np.array(came) * 10.0, "spend": 10.0, **rules}
    )


def test_a_model_is_used_only_where_it_is_clearly_better_and_could_be_fitted():
    came = np.random.default_rng(0).poisson(5, 200).astype(float)
    good, same, poor = came + 0.1, came + 1.9, came + 2.0
    clear = value.candidates(forecast(came, **{Naive.AVERAGE: poor, Naive.LAST_YEAR: poor + 1, "NBD": good}), confidence=0.95)
    assert value.winner(clear, {"NBD": object()}) == "NBD"
    assert value.winner(clear, {}) == Naive.AVERAGE, "a model that cannot be fitted on all that is known is not used"
    noise = np.random.default_rng(1).normal(0, 3, 200)
    tie = value.candidates(
        forecast(came, **{Naive.AVERAGE: came + noise, Naive.LAST_YEAR: same + 9, "NBD": came + noise[::-1]}), confidence=0.95
    )
    assert value.winner(tie, {"NBD": object()}) == Naive.AVERAGE, "where the rival is as good, the rival is used"
    assert value.winner(clear.iloc[:0], {}) == backtest.UNTRIED


def test_on_regular_buyers_the_regular_model_foretells_better_than_bg_nbd(capsys):
    """P11: holdout errors of a year, over five simulated bases."""
    errors = []
    for seed in range(5):
        bought = coverage.regular_buyers(coverage.REGULAR, 300, seed, days=1095)
        then = coverage.history_of(bought, 730)
        data = rfm.of_history(then)
        came = (
            bought[(bought["day"] > 730) & (bought["day"] <= 730 + 365)]
            .groupby("customer_id")
            .size()
            .reindex(then["customer_id"])
            .fillna(0)
            .to_numpy()
        )
        fits = {m: bg_nbd.fit(data, m) for m in (bg_nbd.CNBD, bg_nbd.MBG)}
        errors.append([np.abs(bg_nbd.expected(fit, data, 365) - came).mean() for fit in fits.values()])
        assert fits[bg_nbd.CNBD]["k"] >= 4
    mean = np.mean(errors, axis=0)
    with capsys.disabled():
        print(f"\nregular buyers, mean absolute error of a year: MBG/CNBD-k {mean[0]:.2f}, MBG/NBD {mean[1]:.2f}")
    assert mean[0] < mean[1]


def test_ranges_of_the_bases_value_hold_what_came(capsys):
    """The next year's money of 20 simulated bases of 150 customers against the 90 % range drawn before it; `make study` looks at 100."""
    held = np.array([coverage.of_value(seed) for seed in range(20)])
    told = held[~np.isnan(held)]
    with capsys.disabled():
        print(f"\nranges of 90 % held the next year's money of {told.sum():.0f} of {len(told)} simulated bases, {20 - len(told)} refused")
    assert told.mean() >= 0.75  # 90 % less two standard errors of twenty
    assert len(told) >= 15


def test_below_the_fewest_repeat_customers_nothing_is_fitted_and_the_table_says_why():
    data = rfm.counts([1] * 49 + [0] * 50, [20] * 49 + [0] * 50, [100] * 99)
    made, said = value.fits(router.Route(Trade.ORDERS, 0.5, 0.5, 9), data, least_repeaters=50)
    assert made == {}
    assert (said["refused_class"] == "too few customers have bought again").all()


def test_a_naive_rule_gets_no_residual_and_an_untried_one_says_nothing():
    history = pd.DataFrame(
        {
            "customer_id": ["a"],
            "purchases": [3],
            "revenue": [300.0],
            "life_clock_days": [60.0],
            "silence_clock_days": [5.0],
            "gaps": [2],
            "gap_log_mean": [3.4],
        }
    )
    panel = months({"a": ["2024-10", "2024-11", "2024-12"]})
    data, route = rfm.of_history(history), router.Route(Trade.ORDERS, 0.5, 0.5, 1)
    given = {"until": pd.Timestamp("2024-12-31"), "residual_years": 3, "discount_rate": 0.1}
    naive = value.customer_values(value.Rule(Naive.LAST_YEAR, route, None), data, history, panel, Spend(Naive.OWN_MEAN), **given).iloc[0]
    assert (naive["expected_purchases"], naive["expected_spend"], round(naive["horizon_value"], 6)) == (3, 100, 120)
    assert np.isnan(naive["residual_value"])
    untried = value.customer_values(value.Rule(backtest.UNTRIED, route, None), data, history, panel, Spend(Naive.OWN_MEAN), **given)
    assert untried["horizon_value"].isna().all()


def test_nothing_is_tried_on_a_history_that_hardly_reaches_back_beyond_the_holdout():
    route, before = router.Route(Trade.ORDERS, 0.5, 0.5, 1), pd.DataFrame({"customer_id": ["a"], "purchases": [2]})
    found = value.forecasts(
        route,
        before,
        before,
        months({"a": YEAR}),
        observed_from=pd.Timestamp("2023-12-01"),
        as_of=pd.Timestamp("2024-12-31"),
        holdout_days=365,
        least_repeaters=50,
    )
    assert found.empty


def test_payback_is_counted_by_the_age_of_each_years_new_customers():
    """Two customers won in 2024 for 100 money: 40 margin each a month, so that the third month's running 120 pays."""
    panel = months({"a": ["2024-01", "2024-02"], "b": ["2024-05", "2024-06"]})
    history = pd.DataFrame({"customer_id": ["a", "b"], "first_on": pd.to_datetime(["2024-01-05", "2024-05-09"]), "is_first_known": True})
    spend = pd.DataFrame(
        {"date": pd.to_datetime(["2024-02-01", "2024-03-01"]), "purpose": ["acquisition", "retention"], "amount": [100.0, 999.0]}
    )
    found = value.payback(panel, history, spend, until=pd.Timestamp("2025-12-31")).iloc[0]
    assert (found["new_customers"], found["acquisition_cost"], found["cost_per_customer"], found["margin_per_customer"]) == (2, 100, 50, 80)
    assert found["payback_months"] == 1  # 80 at age 0, 160 by age 1
    assert value.payback(panel, history.assign(is_first_known=False), spend, until=pd.Timestamp("2025-12-31")).empty, (
        "nobody is known to be new"
    )
    late = value.payback(panel, history, spend.assign(amount=1e6), until=pd.Timestamp("2025-12-31")).iloc[0]
    assert np.isnan(late["payback_months"])


def test_levers_move_the_money_by_their_step_and_only_what_lies_behind_can_come_nearer():
    good, rest = (
        pd.DataFrame([{"orders": 10.0, "months": 10.0, "revenue": r, "profit": p, "customer_id": c}])
        for r, p, c in [(2000.0, 200.0, "g"), (1000.0, 200.0, "r")]
    )
    whole = value.lifetime_values(pd.concat([good, rest]))
    found = value.levers(whole, value.lifetime_values(good), value.lifetime_values(rest), step=0.1).set_index("lever_class")
    assert (found["gain"].round(6) == 40).all()
    assert found.loc["order_value", "closing_gain"] == pytest.approx(20.0)  # a tenth of the way from 100 to 200 adds a tenth
    assert np.isnan(found.loc["margin_rate", "closing_gain"])


def test_lives_watched_for_less_than_a_year_or_hardly_ended_are_not_projected_and_silent_one_time_buyers_have_left():
    """Forty customers, a quarter on the overdue list; ten more bought once, two years ago."""
    first = pd.Timestamp("2023-01-10")
    stays = pd.DataFrame(
        {
            "customer_id": [f"s{i}" for i in range(40)],
            "is_first_known": True,
            "first_on": first,
            "last_on": pd.Timestamp("2024-12-01"),
            "silence_days": 30,
        }
    )
    once = pd.DataFrame(
        {"customer_id": [f"o{i}" for i in range(10)], "is_first_known": True, "first_on": first, "last_on": first, "silence_days": 720}
    )
    late = pd.DataFrame({"customer_id": [f"s{i}" for i in range(10)]})
    given = {"horizon_months": 60, "left_days": 365, "points": 0.05, "discount_rate": 0.1, "confidence": 0.95}
    found = value.lives(pd.concat([stays, once]), late, **given).set_index("method_class")
    assert (found["left"] == 20).all()
    assert found.loc[Life.CONSTANT, "more_months"] > found.loc[Life.CONSTANT, "horizon_months"]
    assert value.lives(stays, late.iloc[:9], **given).empty, "nine have left: too few"
    young = stays.assign(first_on=pd.Timestamp("2024-06-01"), last_on=pd.Timestamp("2024-08-01"), silence_days=150)
    assert value.lives(young, late, **given).empty
    assert value.lives(stays, None, **given).empty


def test_the_spread_of_spend_has_a_mean_of_one_by_money():
    ratio, weight = expected._spread(forecast([1.0, 4.0, 2.0]).assign(revenue=[20.0, 20.0, 30.0]))
    assert float(ratio @ weight) == pytest.approx(1.0)


def test_models_and_their_modules_answer_the_same_calls():
    for name in ("BG/NBD", "MBG/NBD", "MBG/CNBD-k", "Pareto/NBD", "NBD", "BG/BB", "sBG"):
        for call in ("fit", "alive", "expected", "simulate", "future"):
            asked = list(inspect.signature(getattr(models.Model, call)).parameters)[1:]
            given = list(inspect.signature(getattr(models.model(name), call)).parameters)
            assert len(given) == len(asked), (name, call)


def test_a_customer_who_came_after_the_last_whole_month_does_not_break_the_months():
    panel = months({f"c{i}": YEAR for i in range(60)} | {"late": ["2025-01"]})
    found = value.route(panel, **ROUTE)
    history = pd.DataFrame({"customer_id": sorted(panel["customer_id"].unique())})
    data = value.counts(found, history, panel, until=pd.Timestamp("2024-12-31"))
    late = data.member[history["customer_id"].tolist().index("late")]
    assert (data.x[late], data.age[late]) == (0, 0)


def test_expectations_stay_finite_where_hardly_anybody_leaves():
    """A beta with a second parameter of thousands, and a customer with two thousand purchases: against no leaving at all."""
    model = mle.Fit(bg_nbd.MBG, {"r": 2.0, "alpha": 30.0, "a": 0.5, "b": 1e6}, {}, np.zeros((4, 4)), 0.0, 1, {"k": 1})
    data = rfm.counts([10, 2000], [300, 1500], [320, 1500])
    assert bg_nbd.expected(model, data, 365.0) == pytest.approx([(2 + 10) / 350 * 365, 2002 / 1530 * 365], rel=0.001)
    near = [bg_nbd._beta_nodes(0.7, b) for b in (499.0, 501.0)]
    means = [float(p @ w) for p, w in near]
    assert means == pytest.approx([0.7 / 499.7, 0.7 / 501.7], rel=1e-6)

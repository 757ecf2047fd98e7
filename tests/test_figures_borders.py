"""Figures of value, profit, segments, forecast, repeat, retention and loyalty at their borders: exactly at a limit, with nothing, by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from audit.models import gamma_gamma, rfm
from audit.stats import survival as stats_survival
from audit.steps import forecast, loyalty, repeat, retention, segments, value
from audit.steps.forecast import findings as forecast_findings
from audit.steps.forecast.codes import Kind
from audit.steps.loyalty import clusters, halves, scoring
from audit.steps.loyalty import findings as loyalty_findings
from audit.steps.profit import customers as of_profit
from audit.steps.profit.codes import Earning
from audit.steps.profit.tax import RATES
from audit.steps.repeat.returns import first_buyers
from audit.steps.retention import findings as retention_findings
from audit.steps.segments import findings as segments_findings
from audit.steps.segments import order_value, regularity
from audit.steps.value import expected, naive, purchase_spend, router
from audit.steps.value import findings as value_findings
from audit.steps.value.codes import Trade

ON = pd.Timestamp
NAN = float("nan")


# value


def spent(*rows: tuple[int, float]) -> pd.DataFrame:
    """Customers: purchases and revenue."""
    return pd.DataFrame(rows, columns=["purchases", "revenue"]).assign(customer_id=lambda t: [f"c{i}" for i in t.index])


def spenders(n: int, times: int = 2, seed: int = 0) -> pd.DataFrame:
    own = 100 * np.exp(np.random.default_rng(seed).normal(0, 0.4, n))
    drawn = np.random.default_rng(seed + 1).gamma(4.0, own[:, None] / 4, (n, times)).sum(axis=1)
    return spent(*((times, float(money)) for money in drawn))


def test_who_paid_nothing_has_no_spend_of_its_own():
    times, mean = purchase_spend.spends(spent((3, 300.0), (1, 0.5), (2, 0.0), (1, -5.0)))
    assert times.tolist() == [3, 1, 0, 0]
    assert mean[:2].tolist() == [100, 0.5]
    assert np.isnan(mean[2:]).all()


def test_gamma_gamma_takes_those_with_two_purchases_and_as_few_as_the_norm():
    history = pd.concat([spenders(60), spent((1, 50.0))], ignore_index=True)
    assert purchase_spend.spend_fit(history, least_repeaters=60) is not None
    assert purchase_spend.spend_fit(history, least_repeaters=61) is None


def test_spend_is_tried_against_each_customers_own_mean_and_the_difference_is_that_of_the_errors():
    before = spenders(80)
    after = spenders(80, seed=7)
    history = before.assign(purchases=before["purchases"] + 2, revenue=before["revenue"] + after["revenue"])
    found = value.spend_candidates(history, before, least_repeaters=50, confidence=0.95).set_index("rule")
    model, own = found.loc[gamma_gamma.GAMMA], found.loc["own_mean"]
    assert model["advantage"] == pytest.approx(model["error"] - own["error"])
    assert model["low"] < model["advantage"] < model["high"]
    assert model["is_better"] == (model["high"] < 0)


def test_where_spends_are_by_lot_the_mean_of_all_foretells_best_and_is_used():
    generator = np.random.default_rng(11)
    before, after = (generator.pareto(1.5, 400) * 100 for _side in range(2))
    then = spent(*((1, float(money)) for money in before))
    history = then.assign(purchases=2, revenue=then["revenue"] + after)
    found = value.spend_candidates(history, then, least_repeaters=50, confidence=0.95)
    assert gamma_gamma.GAMMA not in set(found["rule"]), "nobody has two purchases"
    orders = router.Route(Trade.ORDERS, 0.5, 0.5, 9)
    chosen = value.spending(history, found, route=orders, least_repeaters=50)
    assert chosen.rule == "base_mean"
    assert len(set(chosen.of(np.array([1.0, 3.0]), np.array([5.0, 9.0])))) == 1
    own = value.spending(history, found.assign(is_better=False), route=orders, least_repeaters=50)
    assert own.of(np.array([1.0, 3.0, 0.0]), np.array([5.0, 9.0, np.nan])).tolist() == [5, 9, 8]


def test_the_spread_of_spend_is_drawn_from_those_with_two_purchases():
    fit = purchase_spend.spend_fit(spenders(200), least_repeaters=50)
    drawn = expected._respent(fit, np.full(200, 2.0), np.random.default_rng(0))
    assert drawn is not fit
    assert np.abs(drawn.logs - fit.logs).max() < 2


def test_who_has_just_come_gets_the_bases_pace():
    data = rfm.counts([4, 0], [10, 0], [20, 0])
    assert naive.average(data).tolist() == [0.2, 0.2]


def months(rows: dict[str, list[str]]) -> pd.DataFrame:
    return pd.DataFrame([(c, ON(m + "-01"), 1) for c, of in rows.items() for m in of], columns=["customer_id", "period", "purchases"])


def test_months_skipped_exactly_as_far_as_allowed_are_a_contract():
    year = [f"2024-{m:02d}" for m in range(1, 11)]
    panel = months({"a": year[:4] + year[5:], "b": year})  # one of 20 skipped
    given = {"once_share": 1.0, "kept_share": 0.95}
    assert value.route(panel, **given, skipped_share=1 - 19 / 20).trade == Trade.BY_CONTRACT
    assert value.route(panel, **given, skipped_share=0.04).trade == Trade.FIXED
    assert value.route(panel, once_share=1.0, kept_share=0.96, skipped_share=0.04).trade == Trade.ORDERS


def test_who_came_after_the_last_whole_month_was_watched_for_none():
    panel = months({"a": ["2024-01", "2024-03"], "b": ["2024-04"]})
    data = value.counts(router.Route(Trade.FIXED, 1.0, 0.0, 2), pd.DataFrame({"customer_id": ["a", "b"]}), panel, until=ON("2024-03-31"))
    assert [data.x[i] for i in data.member] == [1, 0]
    assert [data.t_x[i] for i in data.member] == [2, 0]
    assert [data.age[i] for i in data.member] == [2, 0]


@pytest.mark.parametrize(
    ("rho", "said"), [((0.5, 0.2, 0.7), "also tend to spend more"), ((-0.5, -0.7, -0.2), "tend to spend less"), ((0.1, -0.1, 0.3), None)]
)
def test_frequency_and_spend_are_said_to_go_together_only_where_the_whole_range_does(rho, said):
    found = value_findings._dependence(rho, (-0.1, 0.1), 40)
    assert (not found) if said is None else said in found[0].message
    assert not value_findings._dependence(rho, (-0.6, 0.6), 40), "as far as by lot"
    assert not value_findings._dependence((0.2, 0.1, 0.3), (0.3, 0.5), 40), "above nothing, and yet below what lots would make"
    assert not value_findings._dependence(rho, (NAN, NAN), 40), "never held against lots"
    [open_] = value_findings._dependence((NAN, NAN, NAN), (NAN, NAN), 3)
    assert open_.why


def test_means_of_many_skewed_amounts_are_larger_by_chance_and_that_is_told_from_spending_more():
    generator = np.random.default_rng(2)
    rows = [
        (f"c{i}", pd.Timestamp("2023-01-01") + pd.DateOffset(months=int(m)), float(generator.pareto(1.2) * 100), 1)
        for i in range(150)
        for m in generator.choice(24, 2 + i // 7, replace=False)
    ]
    panel = pd.DataFrame(rows, columns=["customer_id", "period", "revenue", "purchases"])
    rho_of = lambda table: value.dependence(*_times_and_means(table), confidence=0.95)[0]
    low, high = value.dependence_by_chance(panel, confidence=0.95)
    assert 0 < low < rho_of(panel) < high
    more = panel.assign(revenue=panel["revenue"] * panel.groupby("customer_id")["period"].transform("size"))
    assert rho_of(more) > value.dependence_by_chance(more, confidence=0.95)[1]
    assert np.isnan(value.dependence_by_chance(panel.head(0), confidence=0.95)).all()


def _times_and_means(panel: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    of = panel.groupby("customer_id")[["revenue", "purchases"]].sum()
    return of["purchases"].to_numpy(dtype=float), (of["revenue"] / of["purchases"]).to_numpy()


@pytest.mark.parametrize(
    ("bias", "width", "said"),
    [
        (0.2, 1.0, ""),
        (NAN, 1.0, "no rule could be tested"),
        (-0.21, 1.0, "too few"),
        (0.21, 1.0, "too many"),
        (0.0, 2.01, "so wide"),
        (None, 1.0, "too short"),
    ],
)
def test_no_value_is_said_by_a_rule_whose_total_was_far_off(bias, width, said):
    base = pd.Series({"horizon_value": 100.0, "low_value": 100 - 50 * width, "high_value": 100 + 50 * width})
    tried = pd.DataFrame({"rule": ["own_average"], "bias_rate": [bias]} if bias is not None else {"rule": [], "bias_rate": []})
    why = value_findings._unsaid(base, tried, "own_average", widest=2.0, most_bias=0.2)
    assert (said in why) if said else why == ""


def test_longer_stays_are_worth_nothing_that_could_be_said_where_nobody_can_be_seen_to_leave():
    life = pd.DataFrame(
        {
            "method_class": ["own_rates", "one_rate"],
            "customers": 40,
            "left": 12,
            "one_year_share": 0.8,
            "horizon_months": 30.0,
            "more_months": 33.0,
        }
    )
    assert not value_findings._points(life, 0.05, 60, "").why
    assert value_findings._points(life, 0.05, 60, "they pause for longer").why == "they pause for longer"


# profit


def test_a_customer_that_may_break_even_is_no_loser():
    rows = [
        (-1.0, -0.5, -0.7, 5.0),
        (-1.0, 0.0, -0.5, 5.0),
        (0.0, 1.0, 0.5, 5.0),
        (-3.0, 2.0, -1.0, 5.0),
        (NAN, NAN, NAN, 5.0),
        (1.0, 2.0, 1.5, -0.1),
    ]
    table = pd.DataFrame(rows, columns=["low_profit", "high_profit", "profit", "margin"]).assign(acquisition=0.0)
    lost, doubtful = Earning.LOSES, Earning.DOUBTFUL
    assert of_profit._earning(table).tolist() == [lost, doubtful, Earning.EARNS, doubtful, Earning.UNKNOWN, lost]
    won = table.iloc[[1]].assign(acquisition=2.0)  # before what it cost to win it, it earns
    assert of_profit._earning(won).tolist() == [Earning.NEW]


def test_a_tax_on_profit_is_a_share_of_it():
    assert RATES.keys() == {"BY", "DE", "GB", "KZ", "RU", "US"}
    assert all(0.15 <= rate <= 0.35 for rate in RATES.values())


# segments


def test_classes_that_nobody_is_in_are_counted_as_nobody():
    table = pd.DataFrame({"group": ["a", "b"], "customer_id": ["a", "b"], "revenue": [60.0, 40.0], "abc_class": "A"})
    found = segments_findings._carriers(table)
    assert (found.value, found.n, found.params) == (1.0, 2, {"a": 2, "b": 0, "c": 0})


def test_a_base_of_one_class_overlaps_with_nothing():
    one = pd.DataFrame({"a": ["x"] * 6, "b": ["p", "q", "r"] * 2})
    assert segments.overlap(one)["agreement_index"].isna().all()


def test_the_period_is_a_month_where_four_usual_gaps_just_fit_into_it():
    silences = lambda days: pd.DataFrame({"days": [days, 99.0], "ended": [5, 4]})
    assert regularity.unit_of(silences(7.5)) == "month"
    assert regularity.unit_of(silences(7.6)) == "quarter"
    assert regularity.unit_of(silences(1.0).assign(ended=0)) == "quarter"


def test_an_industry_that_was_not_drawn_has_no_upper_quarter():
    x = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    assert order_value._upper(x, np.array([1.0, 2.0, 3.0]), x) is None


# forecast


def test_a_plan_is_held_against_the_company_by_the_method_in_use():
    periods = pd.date_range("2026-01", periods=12, freq="MS")
    ahead = pd.DataFrame({"kind_class": Kind.COMPANY, "name": "", "period": periods, "forecast": 10.0, "low": 8.0, "high": 12.0})
    other = next(kind for kind in Kind if kind != Kind.COMPANY)
    tried = pd.DataFrame(
        {"kind_class": [other, Kind.COMPANY, Kind.COMPANY], "is_used": [True, False, True], "balance_number": [0.9, 0.8, 0.5]}
    )
    plans = pd.DataFrame({"period": periods.strftime("%Y-%m"), "level": "company", "id": "-", "amount": 15.0})
    history = pd.DataFrame({"customer_id": [], "first_on": pd.to_datetime([]), "is_first_known": []}).astype({"is_first_known": bool})
    panel = pd.DataFrame({"customer_id": [], "period": pd.to_datetime([]), "revenue": []})
    [found] = forecast.against_plan(ahead, plans, tried=tried, panel=panel, history=history, until=ON("2025-12-31")).itertuples()
    assert (found.low, found.high) == (108, 132)


@pytest.mark.parametrize(("above", "said"), [(0.5, "above the forecast"), (0.0, "carrying on as now"), (-3.0, "carrying on as now")])
def test_a_plan_above_the_forecast_by_anything_is_above(above, said):
    row = {"plan": 100.0 + above, "forecast": 100.0, "months": 12, "usual_new": 4, "revenue_of_new": 5.0, "difference": above}
    row |= {"difference_rate": above / 100, "extra_new": NAN, "low_extra": NAN, "high_extra": NAN, "low": 90.0, "high": 110.0}
    [found] = forecast_findings._plan(pd.DataFrame([row]), 12)
    assert said in found.message


# repeat, retention


def test_a_second_purchase_on_the_last_day_has_happened():
    history = pd.DataFrame(
        {
            "customer_id": ["a", "b"],
            "first_on": ON("2024-01-01"),
            "second_on": pd.to_datetime(["2024-12-31", "2025-01-01"]),
            "is_first_known": True,
        }
    ).assign(revenue=3.0, first_revenue=1.0, is_first_returned=False)
    assert first_buyers(history, as_of=dt.date(2024, 12, 31))["has_returned"].tolist() == [True, False]


def test_how_long_the_first_buyers_were_watched_is_that_of_the_oldest():
    first = pd.to_datetime(["2024-12-01", "2024-11-01"])
    history = pd.DataFrame({"customer_id": ["a", "b"], "first_on": first, "second_on": pd.NaT, "is_first_known": True})
    buyers = repeat.first_buyers(history.assign(revenue=1.0, first_revenue=1.0, is_first_returned=False), as_of=dt.date(2024, 12, 31))
    curve, none = repeat.return_curve(buyers, confidence=0.95), pd.DataFrame({"first_purchases": []})
    [found] = repeat.chapter_findings(
        buyers, curve, none, unknown="", as_of=dt.date(2024, 12, 31), horizon_days=365, norm=0.67, confidence=0.95
    )
    assert found.params["watched_days"] == 60


def test_lives_are_looked_at_from_exactly_as_far_back_as_the_second_rule_needs():
    history = pd.DataFrame(
        {
            "customer_id": list("abc"),
            "first_on": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-01"]),
            "last_on": ON("2024-01-02"),
            "is_first_known": True,
        }
    ).assign(silence_days=[364, 364, 365])
    late = pd.DataFrame({"customer_id": ["a"]})
    lives = retention.lifetimes(history, late, left_days=365).set_index("customer_id")
    assert lives["has_left"].to_dict() == {"a": True, "c": True}
    assert lives["days"].to_dict() == {"a": 1, "c": 1}
    assert retention.lifetimes(history, late.head(0), left_days=365).set_index("customer_id").loc["a"].tolist() == [365, False]


def test_the_share_still_there_after_a_year_is_what_has_not_left():
    lives = pd.DataFrame({"customer_id": [f"c{i}" for i in range(10)], "days": [100] * 2 + [400] * 8, "has_left": [True] * 2 + [False] * 8})
    alive = retention.survival(lives, confidence=0.95)
    [found] = retention_findings._after_a_year(alive, pd.DataFrame(), 0.95, is_told=True)
    [unlisted] = retention_findings._after_a_year(alive, pd.DataFrame(), 0.95, is_told=False)
    assert ("on the list" in found.message, "on the list" in unlisted.message) == (True, False), (
        "where silence tells nothing there is no list"
    )
    gone, low, high = stats_survival.at(alive, retention_findings.YEAR_DAYS, confidence=0.95)
    assert (found.value, found.low, found.high, found.n) == pytest.approx((0.8, 1 - high, 1 - low, 10))
    assert found.value + gone == pytest.approx(1)
    assert list(found.quantities.values()) == [found.value], "one value per term"


# loyalty


def test_two_types_are_enough_to_look_for_groups_and_one_is_not():
    drawn = np.random.default_rng(0).normal(size=(30, 2))
    two = pd.DataFrame(drawn, columns=["discount", "contacts"], index=[f"c{i:02d}" for i in range(30)])
    given = {"draws": 3, "least_score": 0.5, "least_strength": 0.2, "least_gap_errors": 99.0, "least_customers": 30, "least_agreement": 0.3}
    assert len(loyalty.types(two, **given)["loyalty_gaps"]) > 1
    assert loyalty.types(two[["discount"]], **given)["loyalty_gaps"].empty
    assert loyalty.types(two.head(29), **given)["loyalty_gaps"].empty


def test_groups_are_numbered_from_one():
    points = pd.DataFrame([[0.9, 0.1], [0.8, 0.1], [0.1, 0.9], [0.1, 0.8]], columns=["price", "belonging"])
    assert clusters.centres(points, 2)["cluster"].tolist() == ["1", "2"]


def test_mixtures_do_not_depend_on_the_order_of_the_customers():
    loud = pd.DataFrame({"price": np.random.default_rng(0).normal(size=80), "novelty": np.random.default_rng(1).gamma(2.0, size=80)})
    shuffled = loud.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(scoring.mixtures(loud), scoring.mixtures(shuffled))


def test_two_routes_that_agree_exactly_as_far_as_the_norm_are_believed():
    types = pd.DataFrame({"customer_id": list("abcd"), "by_definition_class": ["price", "price", "novelty", "novelty"]})
    types = types.assign(cluster=["1", "1", "2", "2"], strength_index=1.0, loyalty_class=types["by_definition_class"])
    steady = pd.DataFrame({"cluster": ["1", "2"], "type": ["price", "novelty"], "stability_class": "stable"})
    gaps = pd.DataFrame({"clusters": [1, 2], "gap_number": [0.0, 1.0], "error_number": [0.1, 0.1]})
    given = {"looked_at": ["discount"], "least_purchases": 6}
    reliable = pd.DataFrame({"feature": [], "reliability_share": []})
    believed = loyalty_findings.chapter_findings(types, gaps, steady, reliable, **given, least_agreement=1.0)
    doubted = loyalty_findings.chapter_findings(types, gaps, steady, reliable, **given, least_agreement=1.01)
    assert not believed[0].why
    assert doubted[0].why


def test_a_feature_is_judged_from_exactly_as_many_customers_as_are_needed_and_three_values():
    drawn = np.random.default_rng(0).normal(size=30)
    first, size = pd.Series(drawn), pd.Series(np.arange(30.0))
    second = pd.Series(drawn + np.random.default_rng(1).normal(size=30) / 5)
    value_, low, high = halves._of_halves(first, second, size, 0.95)
    assert 0.8 < low < value_ < high <= 1
    assert np.isnan(halves._of_halves(first.head(29), second.head(29), size.head(29), 0.95)).all()
    three = pd.Series(np.arange(30) % 3 * 1.0)
    assert not np.isnan(halves._of_halves(three, second, size, 0.95)).any()
    assert np.isnan(halves._of_halves(three.clip(upper=1), second, size, 0.95)).all()

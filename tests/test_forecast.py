"""Forecast: rolling origins, errors that intermittent series do not explode (P30), ranges that hold, parts that add up."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.steps import forecast
from audit.steps.forecast import backtest, methods
from audit.steps.forecast.codes import Kind, Method

NONE = pd.DataFrame()  # no month has begun
GIVEN = {"horizon": 6, "least": 24, "most": 7}


def series(values, start: str = "2023-01") -> pd.DataFrame:
    return pd.DataFrame(
        {(Kind.COMPANY, ""): np.asarray(values, dtype=float)}, index=pd.date_range(start, periods=len(values), freq="MS", name="period")
    )


def seasonal(seed: int, months: int = 48, noise: float = 0.05) -> np.ndarray:
    generator = np.random.default_rng(seed)
    at = np.arange(months)
    return 100 * (1 + 0.4 * np.sin(at / 12 * 2 * np.pi)) * (1 + generator.normal(0, noise, months))


def test_origins_leave_a_whole_horizon_and_know_two_years():
    assert backtest.origins(36, horizon=6, least=24, most=7) == [24, 25, 26, 27, 28, 29, 30]
    assert backtest.origins(36, horizon=6, least=24, most=7, step=2) == [24, 26, 28, 30]
    assert backtest.origins(29, horizon=6, least=24, most=7) == []


def test_a_method_never_sees_what_it_foretells():
    values = seasonal(0, 36)
    made = forecast.errors(series(values), **GIVEN)
    spoiled = forecast.errors(series([*values[:35], 1e9]), **GIVEN)
    both = made.merge(spoiled, on=["method", "origin", "step"])
    assert (both["forecast_x"] == both["forecast_y"]).all()


def test_wape_mase_and_bias_can_be_counted_by_hand():
    """Two origins of two months: foretold 10, 10 and 20, 20; came 8, 12 and 20, 10: errors 2, 2, 0, 10 over 50; scale 5; 60 foretold."""
    rows = [
        (Kind.COMPANY, "", Method.MEAN, o, s, f, c, 5.0)
        for o, s, f, c in [(24, 1, 10, 8), (24, 2, 10, 12), (25, 1, 20, 20), (25, 2, 20, 10)]
    ]
    made = pd.DataFrame(rows, columns=["kind_class", "name", "method", "origin", "step", "forecast", "actual", "scale"]).astype(
        {"forecast": float, "actual": float}
    )
    [found] = forecast.methods_tried(made, confidence=0.95).itertuples()
    assert (found.wape_rate, found.mase_number, found.bias_rate) == pytest.approx((14 / 50, 14 / 5 / 4, 0.2))


def test_p30_months_without_sales_do_not_explode_the_error_and_have_a_method_of_their_own():
    lumpy = np.tile([0, 0, 100, 0], 12)
    found = forecast.methods_tried(forecast.errors(series(lumpy), **GIVEN), confidence=0.95)
    assert Method.INTERMITTENT in set(found["method"])
    assert Method.ETS not in set(found["method"])
    assert found["wape_rate"].max() < 3


def test_a_clear_season_is_found_and_noise_is_left_to_the_naive_rule():
    season = forecast.methods_tried(forecast.errors(series(seasonal(1)), **GIVEN), confidence=0.95)
    assert season[season["is_used"]]["method"].iloc[0] != Method.MEAN
    noise = np.random.default_rng(3).normal(100, 20, 48)
    of_noise = forecast.methods_tried(forecast.errors(series(noise), **GIVEN), confidence=0.95)
    used = of_noise[of_noise["is_used"]].iloc[0]
    naive = of_noise[of_noise["is_naive"]]["wape_rate"].min()
    assert used["is_naive"] or used["wape_rate"] <= 0.95 * naive


def test_ranges_hold_what_they_say_on_series_of_which_the_end_was_hidden(capsys):
    held = []
    for seed in range(25):
        values = seasonal(seed, 54, 0.1)
        known = series(values[:48])
        made = forecast.errors(known, **GIVEN)
        tried = forecast.methods_tried(made, confidence=0.9)
        ahead = forecast.ahead(known, NONE, made, tried, as_of=known.index[-1], months=6, horizon=6, confidence=0.9)
        held += ((values[48:] >= ahead["low"]) & (values[48:] <= ahead["high"])).tolist()
    with capsys.disabled():
        print(f"\nranges of 90 % held {np.mean(held):.0%} of the months hidden")
    assert np.mean(held) >= 0.8  # 25 series of six months that share their errors: 90 % less two standard errors


def test_parts_and_key_accounts_with_all_others_add_up_to_the_company():
    generator = np.random.default_rng(0)
    months = pd.date_range("2022-01", periods=36, freq="MS")
    rows = [(f"c{i}", m, float(generator.gamma(2, 50 + 40 * i))) for i in range(8) for m in months]
    panel = pd.DataFrame(rows, columns=["customer_id", "period", "revenue"])
    customers = pd.DataFrame({"customer_id": [f"c{i}" for i in range(8)], "region": ["n", "s"] * 4})
    made, begun = forecast.monthly(
        panel,
        customers=customers,
        keys=None,
        observed_from=pd.Timestamp("2022-01-01"),
        until=pd.Timestamp("2024-12-31"),
        as_of=pd.Timestamp("2024-12-31"),
        largest=2,
    )
    company = made[(Kind.COMPANY, "")]
    assert (made["part"].sum(axis=1) - company).abs().max() < 1e-6
    assert (made["large_customer"].sum(axis=1) - company).abs().max() < 1e-6
    largest = panel[panel["period"] >= "2024-01-01"].groupby("customer_id")["revenue"].sum().nlargest(2).index.tolist()
    assert list(made["large_customer"].columns) == [*largest, "all_others"]
    errors = forecast.errors(made, **GIVEN)
    assert begun.empty
    tried = forecast.methods_tried(errors, confidence=0.95)
    ahead = forecast.ahead(made, begun, errors, tried, as_of=pd.Timestamp("2024-12-31"), months=12, horizon=6, confidence=0.95)
    assert forecast.parts_off(ahead) < 1e-6
    assert ((ahead["low"] <= ahead["forecast"] + 1e-9) & (ahead["forecast"] <= ahead["high"] + 1e-9)).all()


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.integers(1, 15))
def test_no_method_foretells_less_than_nothing_or_fails_on_a_short_series(values, months):
    for method in methods.of(np.array(values)):
        if method in (Method.ETS, Method.THETA):
            continue
        found = methods.forecast_with(np.array(values), method, months)
        assert len(found) == months
        assert (found >= 0).all()


def test_a_plan_above_the_forecast_is_put_into_new_customers():
    """Forecast 12 x 10 = 120, plan 180: 60 more, at 20 a new customer: three more than the usual one."""
    periods = pd.date_range("2026-01", periods=12, freq="MS")
    ahead = pd.DataFrame({"kind_class": Kind.COMPANY, "name": "", "period": periods, "forecast": 10.0, "low": 8.0, "high": 12.0})
    used = pd.DataFrame({"kind_class": [Kind.COMPANY], "is_used": True, "balance_number": 0.5})
    plans = pd.DataFrame({"period": periods.strftime("%Y-%m"), "level": "company", "id": "-", "amount": 15.0})
    history = pd.DataFrame({"customer_id": ["a", "b"], "first_on": pd.to_datetime(["2025-04-01", "2024-04-01"]), "is_first_known": True})
    panel = pd.DataFrame({"customer_id": ["a", "b"], "period": pd.to_datetime(["2025-05-01", "2025-05-01"]), "revenue": [20.0, 500.0]})
    given_ = {"tried": used, "panel": panel, "history": history, "until": pd.Timestamp("2025-12-31")}
    [found] = forecast.against_plan(ahead, plans, **given_).itertuples()
    assert (found.plan, found.forecast, found.difference, found.usual_new, found.revenue_of_new, found.extra_new) == (
        180,
        120,
        60,
        1,
        20,
        3,
    )
    assert (found.low, found.high) == (108, 132)
    yearly = pd.DataFrame({"period": ["2026"], "level": "company", "id": "-", "amount": 180.0})
    assert forecast.against_plan(ahead, yearly, **given_)["plan"].tolist() == [180]
    quarters = pd.DataFrame({"period": ["2026-Q1", "2026-Q2", "2027-Q1"], "level": "company", "id": "-", "amount": [40.0, 50.0, 9.0]})
    [found] = forecast.against_plan(ahead, quarters, **given_).itertuples()
    assert (found.months, found.plan, found.forecast) == (6, 90, 60)
    assert forecast.against_plan(ahead, plans.assign(level="manager"), **given_).empty
    assert forecast.against_plan(ahead, None, **given_).empty


def test_too_few_months_are_said_to_be_too_few():
    known = series(seasonal(0, 20))
    made = forecast.errors(known, **GIVEN)
    table = forecast.methods_tried(made, confidence=0.95)
    [found] = forecast.chapter_findings(known, pd.DataFrame(), table, pd.DataFrame(), pd.DataFrame(), horizon=6, confidence=0.95, widest=1)
    assert found.why


def test_what_was_sold_of_a_month_that_has_begun_is_not_forecast_again():
    """Nine of 31 days are over and 70 are booked: the 22 days left are as the months before, 31 a month, so 22."""
    days = pd.date_range("2020-01", periods=40, freq="MS")
    panel = pd.DataFrame({"customer_id": "a", "period": [*days, pd.Timestamp("2023-05-01")], "revenue": [31.0] * 40 + [70.0]})
    window = {"observed_from": pd.Timestamp("2020-01-01"), "until": pd.Timestamp("2023-04-30"), "as_of": pd.Timestamp("2023-05-09")}
    whole, begun = forecast.monthly(panel, customers=None, keys=None, **window, largest=1)
    assert (whole.index[-1], begun[(Kind.COMPANY, "")].tolist()) == (pd.Timestamp("2023-04-01"), [70.0])
    made = forecast.errors(whole, **GIVEN)
    tried = forecast.methods_tried(made, confidence=0.9)
    ahead = forecast.ahead(whole, begun, made, tried, as_of=window["as_of"], months=3, horizon=3, confidence=0.9)
    of = ahead[ahead["kind_class"] == Kind.COMPANY]
    assert of["forecast"].round(6).tolist() == [92, 31, 31]
    assert of["booked"].tolist() == [70, 0, 0]


def test_a_range_as_wide_as_the_forecast_is_not_said_and_no_plan_is_held_against_it():
    generator = np.random.default_rng(0)
    known = series(generator.gamma(0.2, 500, 48))
    made = forecast.errors(known, **GIVEN)
    tried = forecast.methods_tried(made, confidence=0.95)
    ahead = forecast.ahead(known, NONE, made, tried, as_of=known.index[-1], months=6, horizon=6, confidence=0.95)
    planned = pd.DataFrame({"months": [6], "difference": [1.0]})
    said = forecast.chapter_findings(known, ahead, tried, planned, forecast.key_against_other(tried), horizon=6, confidence=0.95, widest=1)
    assert said[0].why
    assert "plan" not in {one.id for one in said}

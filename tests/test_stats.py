"""The estimates under every chapter: known answers, identities, and what happens exactly at a border."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.core import formula
from audit.stats import bootstrap, dispersion, exchangeable, matched, reliability, shares

money = st.lists(st.floats(0, 1e6, allow_nan=False).map(lambda x: round(x, 2)), min_size=1, max_size=30)


def test_a_bootstrap_draws_a_thousand_times_in_parts_as_at_once(monkeypatch):
    columns = np.array([1.0, 4.0, 10.0, 85.0]), np.ones(4)
    at_once = bootstrap.sums(*columns)
    assert [len(one) for one in at_once] == [1000, 1000]
    assert set(at_once[1]) == {4.0}, "the same number of customers in every draw"
    for most in (4, 28, 4 * 999, 4 * 1000):  # a draw at a time, seven, all but one, all
        monkeypatch.setattr(bootstrap, "AT_ONCE", most)
        assert all((one == other).all() for one, other in zip(bootstrap.sums(*columns), at_once, strict=True))
    monkeypatch.setattr(bootstrap, "AT_ONCE", 1)  # more customers than may be held: still one draw at a time
    assert (bootstrap.sums(*columns)[0] == at_once[0]).all()


def test_a_bootstrap_holds_no_more_counts_than_it_may(monkeypatch):
    monkeypatch.setattr(bootstrap, "AT_ONCE", 30)
    assert {len(part) for part in bootstrap._counts(10)} == {3, 1}


def test_a_bootstraps_spread_is_that_of_the_mean():
    values = np.random.default_rng(1).normal(50, 12, 400)
    [drawn] = bootstrap.means(values)
    assert drawn.mean() == pytest.approx(values.mean(), abs=0.15)
    assert drawn.std() == pytest.approx(values.std() / math.sqrt(400), rel=0.1)
    assert bootstrap.sums(values)[0] / 400 == pytest.approx(drawn)


@given(money)
def test_gini_lies_between_alike_and_all_with_one_and_knows_no_scale(values):
    found = dispersion.gini(np.array(values))
    if not sum(values):
        assert math.isnan(found)
        return
    assert -1e-9 <= found <= 1 - 1 / len(values) + 1e-9
    assert found == pytest.approx(dispersion.gini(np.array(values) * 7), abs=1e-9)
    alone = [(a, b) for a in values for b in values]
    second = sum(abs(a - b) for a, b in alone) / (2 * len(values) ** 2 * np.mean(values))  # by its definition
    assert found == pytest.approx(second, abs=1e-6)


def test_gini_counts_losses_as_nothing_and_of_nobody_is_unknown():
    assert dispersion.gini(np.array([-5.0, 0.0, 1.0])) == dispersion.gini(np.array([0.0, 0.0, 1.0]))
    assert math.isnan(dispersion.gini(np.array([])))


@pytest.mark.parametrize(
    ("amounts", "known"),
    [([5.0], None), ([5.0, 5.0], 0.0), ([0.0, 0.0], None), ([-1.0, 1.0], None), ([1.0, 3.0], math.sqrt(2) / 2), ([1.0], None)],
)
def test_p18_variation_needs_two_amounts_and_a_mean_above_nothing(amounts, known):
    found = dispersion.variation(np.array(amounts))
    assert math.isnan(found) if known is None else found == pytest.approx(known)


@given(st.lists(st.floats(-1000, 1000).map(lambda x: round(x, 2)), min_size=1, max_size=20))
def test_p19_a_whale_curve_ends_at_the_whole_and_bends_only_down(profits):
    if abs(sum(profits)) < 1:
        return
    curve = dispersion.whale_curve(pd.Series(profits))
    assert curve.iloc[-1] == pytest.approx(1)
    steps = np.diff([0, *curve]) * np.sign(sum(profits))
    assert (np.diff(steps) <= 1e-6).all()


@pytest.mark.parametrize(("half", "whole"), [(1.0, 1.0), (0.5, 2 / 3), (0.2, 1 / 3), (0.0, 0.0), (-0.5, -0.5)])
def test_the_whole_is_more_reliable_than_its_halves_but_never_by_chance_against_them(half, whole):
    assert float(reliability.of_whole(half)) == pytest.approx(whole)


def test_parts_of_a_whole_add_up_to_it_or_are_unknown():
    assert shares.of_whole(pd.Series([1.0, 3.0])).tolist() == [0.25, 0.75]
    assert shares.of_whole(pd.Series([0.0, 0.0])).isna().all()
    assert shares.of_whole(pd.Series([5.0, -5.0])).isna().all()


def test_a_ratio_to_nothing_or_to_a_loss_is_none():

    assert shares.ratio(1.0, 0.5) == 2.0
    assert all(shares.ratio(1.0, whole) != shares.ratio(1.0, whole) for whole in (0.0, -0.5))


def test_what_dealing_would_spread_lies_evenly_about_the_difference():
    """Three of six customers: the variance of their mean when dealt anew is 0.25 / 3 * (6 - 3) / (6 - 1) = 0.05."""
    found = exchangeable.compared(pd.Series([1.0, 1, 1, 0, 0, 0]), pd.Series(list("aaabbb")), pd.Series([0] * 6), confidence=0.95)
    assert found["variance"].tolist() == pytest.approx([0.05, 0.05])
    half = 1.959964 * math.sqrt(0.05)
    assert found["low"].tolist() == pytest.approx([0.5 - half, -0.5 - half], abs=1e-6)
    assert found["high"].tolist() == pytest.approx([0.5 + half, -0.5 + half], abs=1e-6)
    assert found["p_value"].tolist() == pytest.approx([0.1, 0.1], abs=0.03), "2 of the 20 ways to deal are as far apart"


def test_a_number_of_a_formula_is_less_than_any_total_that_could_be_told():
    with pytest.raises(ValueError, match="too large"):
        formula.computed("1e15", [], leaf=float)
    assert formula.computed("999999999999999.0", [], leaf=float) == 999999999999999.0


def test_two_customers_have_a_difference_from_their_like_and_one_has_none():
    two = pd.DataFrame({"is_kept": [True, False], "like_share": [0.5, 0.5]})
    found = matched.difference(two, confidence=0.95)
    assert found == pytest.approx((0.0, -0.98, 0.98, 2), abs=0.001), "1.96 of the spread of a half, by the root of two"
    assert all(math.isnan(value) for value in matched.difference(two.head(1), confidence=0.95)[:3])

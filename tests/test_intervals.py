"""Wilson and Kaplan-Meier: published and recomputed numbers."""

import numpy as np
import pandas as pd
import pytest

from audit.stats import intervals, survival


@pytest.mark.parametrize(("k", "n", "low", "high"), [(20, 30, 0.49, 0.81), (67, 100, 0.57, 0.75), (335, 500, 0.63, 0.71)])
def test_p3_wilson_intervals_near_the_norm(k, n, low, high):
    assert [round(x, 2) for x in intervals.wilson(k, n, confidence=0.95)] == [low, high]


def test_a_share_of_nobody_has_no_interval():
    assert all(np.isnan(intervals.wilson(0, 0, confidence=0.95)))


def test_kaplan_meier_of_a_hand_countable_table():
    # 5 watched; events on days 1 and 3, open ends on days 2, 4, 4: S = 4/5, then 4/5 * 2/3
    curve = survival.kaplan_meier(np.array([1, 2, 3, 4, 4]), np.array([1, 0, 1, 0, 0], dtype=bool), confidence=0.95)
    assert curve["happened_share"].round(4).tolist() == [0.2, 0.2, 0.4667, 0.4667]
    assert curve["watched"].tolist() == [5, 4, 3, 2]


def test_greenwoods_log_log_interval_by_hand():
    curve = survival.kaplan_meier(np.array([1, 2, 3, 4, 4]), np.array([1, 0, 1, 0, 0], dtype=bool), confidence=0.95)
    s = 0.8
    se = np.sqrt(1 / (5 * 4)) / abs(np.log(s))
    expected = 1 - s ** np.exp(np.array([-1, 1]) * 1.959964 * se)
    assert curve.loc[0, ["low_share", "high_share"]].to_numpy(dtype=float) == pytest.approx(expected, abs=1e-4)


def test_beyond_the_longest_follow_up_nothing_is_known():
    curve = survival.kaplan_meier(np.array([10, 20]), np.array([True, False]), confidence=0.95)
    assert survival.at(curve, 20, confidence=0.95)[0] == pytest.approx(0.5)
    assert all(np.isnan(survival.at(curve, 21, confidence=0.95)))
    assert all(np.isnan(survival.at(survival.kaplan_meier(np.array([]), np.array([]), confidence=0.95), 1, confidence=0.95)))


def test_at_nobody_and_everybody_wilson_stands_in_for_greenwood():
    all_back = survival.kaplan_meier(np.array([1, 2]), np.array([True, True]), confidence=0.95)
    assert survival.at(all_back, 300, confidence=0.95) == (1.0, *intervals.wilson(2, 2, confidence=0.95))
    none = survival.kaplan_meier(np.array([300, 400]), np.array([False, False]), confidence=0.95)
    assert survival.at(none, 300, confidence=0.95) == (0.0, *intervals.wilson(0, 2, confidence=0.95))
    assert survival.at(none, 350, confidence=0.95) == (0.0, *intervals.wilson(0, 1, confidence=0.95))


def test_counts_of_silences_spread_to_subjects():
    days, ended = survival.spread(pd.DataFrame({"days": [5, 9], "ended": [2, 0], "open": [1, 1]}))
    assert sorted(zip(days.tolist(), ended.tolist(), strict=True)) == [(5, False), (5, True), (5, True), (9, False)]

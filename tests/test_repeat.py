"""Do first-time buyers come back: method P3's known answers, and what has not happened yet."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from audit import i18n
from audit.core import newcomers
from audit.stats import intervals, survival
from audit.steps import repeat
from tests.conftest import ledger_of

START = pd.Timestamp("2022-01-01")
MONTH = 30.4


def history(first_days, second_days, **more) -> pd.DataFrame:
    """A history from days since START; nan: no second purchase."""
    first = START + pd.to_timedelta(np.asarray(first_days, dtype=float), "D")
    second = START + pd.to_timedelta(np.asarray(second_days, dtype=float), "D")
    n = len(first)
    columns = {"customer_id": [f"c{i:06d}" for i in range(n)], "first_on": first, "second_on": second, "revenue": 2.0, "first_revenue": 1.0}
    return pd.DataFrame(columns | {"is_first_known": True, "is_first_returned": False, "purchases": 1 + pd.notna(second)} | more)


def p3(growth: float) -> tuple[pd.DataFrame, pd.Timestamp]:
    """Method part 5, P3: 24 months of 30.4 days, 200 first buyers in month 0, 75 % ever return, exponential lag of mean 120 days.

    Expected values rather than draws: twenty times the buyers, spread evenly over each month, lags at their quantiles.
    """
    first, second = [], []
    for month in range(24):
        n = round(4000 * (1 + growth) ** month)
        at = MONTH * (month + (np.arange(n) + 0.5) / n)
        order = (np.arange(n) * 0.6180339887) % 1.0  # quantiles in an order that does not follow the date
        lag = np.where(order < 0.75, -120 * np.log(np.maximum(1 - order / 0.75, 1e-9)), np.nan)
        first.append(at)
        second.append(at + lag)
    return history(np.concatenate(first), np.concatenate(second)), START + pd.Timedelta(days=24 * MONTH)


@pytest.mark.parametrize(
    ("growth", "published", "integral"),  # the method's whole points (+- 1), and the same expectation integrated numerically
    [(-0.05, 94, 0.9303), (0.0, 75, 0.7474), (0.05, 63, 0.6283), (0.10, 54, 0.5452)],
)
def test_p3_the_period_ratio_moves_with_acquisition_and_kaplan_meier_does_not(growth, published, integral):
    who, end = p3(growth)
    quarter = pd.DataFrame({"period": ["last 91 days"], "from_on": [end - pd.Timedelta(days=91)], "to_on": [end]})
    found = repeat.period_ratio(who, quarter)["second_to_first_ratio"].iloc[0]
    assert found == pytest.approx(integral, abs=0.002)
    assert abs(round(100 * found) - published) <= 1
    buyers = repeat.first_buyers(who, as_of=end.date())
    share, _low, _high = survival.at(repeat.return_curve(buyers, confidence=0.95), 365, confidence=0.95)
    assert 0.70 <= share <= 0.725


def test_a_purchase_after_as_of_has_not_happened_yet():
    who = history([0, 10], [100, 400])
    buyers = repeat.first_buyers(who, as_of=dt.date(2022, 12, 31))
    assert buyers["has_returned"].tolist() == [True, False]
    assert buyers["days"].tolist() == [100, 354]


def test_p15_the_same_base_seen_later_has_longer_waits_not_other_people():
    who = history([0, 10], [100, np.nan])
    early, late = (repeat.first_buyers(who, as_of=day) for day in (dt.date(2022, 6, 30), dt.date(2022, 12, 31)))
    assert late["days"].iloc[1] - early["days"].iloc[1] == 184


def test_p13_customers_of_the_burn_in_are_left_out():
    found = ledger_of(
        [("old", "2022-01-05", 1), ("old", "2022-02-05", 1), ("new", "2023-01-05", 1)],
        as_of="2023-12-31",
        observed_from="2022-01-01",
        burn_in_months=12,
    )
    assert repeat.first_buyers(found["history"], as_of=dt.date(2023, 12, 31))["customer_id"].tolist() == ["new"]


def test_trap_8_only_cohorts_watched_for_the_whole_horizon_have_a_share():
    who = history([0, 20, 300], [50, np.nan, 310])
    table = repeat.returns_by_cohort(
        repeat.first_buyers(who, as_of=dt.date(2022, 12, 31)),
        as_of=dt.date(2022, 12, 31),
        horizon_days=180,
        unit="quarter",
        confidence=0.95,
    )
    assert table["is_mature"].tolist() == [True, False]
    assert table["returned_share"].iloc[0] == 0.5
    assert np.isnan(table["returned_share"].iloc[1])
    assert table["returned_so_far"].tolist() == [1, 1]


def test_a_horizon_nobody_was_watched_for_is_not_decidable():
    who = history([300, 310], [305, np.nan])
    buyers = repeat.first_buyers(who, as_of=dt.date(2022, 12, 31))
    curve = repeat.return_curve(buyers, confidence=0.95)
    found = repeat.chapter_findings(
        buyers,
        curve,
        repeat.period_ratio(who, pd.DataFrame({"period": [], "from_on": [], "to_on": []})),
        unknown="",
        as_of=dt.date(2022, 12, 31),
        horizon_days=365,
        norm=0.67,
        confidence=0.95,
    )
    assert len(found) == 1
    assert np.isnan(found[0].value)
    assert "whole horizon" in found[0].why


def test_no_first_buyers_at_all_is_not_a_crash():
    who = history([], [])
    buyers = repeat.first_buyers(who, as_of=dt.date(2022, 12, 31))
    curve = repeat.return_curve(buyers, confidence=0.95)
    assert curve.empty
    assert repeat.returns_by_cohort(buyers, as_of=dt.date(2022, 12, 31), horizon_days=180, unit="quarter", confidence=0.95).empty


def test_the_money_at_stake_is_what_the_missing_returners_would_have_brought():
    who = history([200] * 10, [210] * 4 + [np.nan] * 6, revenue=[101.0] * 4 + [1.0] * 6)
    buyers = repeat.first_buyers(who, as_of=dt.date(2022, 12, 31))
    curve = repeat.return_curve(buyers, confidence=0.95)
    spans = pd.DataFrame({"period": ["2022"], "from_on": [START], "to_on": [pd.Timestamp("2022-12-31")]})
    found = repeat.chapter_findings(
        buyers,
        curve,
        repeat.period_ratio(who, spans),
        unknown="",
        as_of=dt.date(2022, 12, 31),
        horizon_days=100,
        norm=0.67,
        confidence=0.95,
    )[0]
    assert found.money == pytest.approx((0.67 - 0.4) * 10 * 100)
    assert found.money_low <= found.money <= found.money_high


def test_b4_depth_counts_those_who_went_on():
    who = history([0] * 4, [np.nan] * 4, purchases=[1, 2, 3, 5])
    table = repeat.repeat_depth(who, regular_purchases=3)
    assert table["customers"].tolist() == [4, 3, 2]
    assert table["next_share"].round(3).tolist() == [0.75, 0.667, 0.5]
    assert repeat.repeat_depth(who.assign(is_first_known=False), regular_purchases=3).empty, (
        "of nobody is it known how often they had bought before"
    )


def test_a12_return_by_manager_counts_only_comparable_buyers():
    who = history([0, 0, 0, 350], [10, np.nan, 20, 355], first_manager_id=["m", "m", "n", "n"])
    buyers = repeat.first_buyers(who, as_of=dt.date(2022, 12, 31))
    table = repeat.returns_by_manager(buyers, as_of=dt.date(2022, 12, 31), horizon_days=100, confidence=0.95)
    assert table[["manager_id", "first_buyers", "returned"]].to_numpy().tolist() == [["m", 2, 1], ["n", 1, 1]]


@pytest.mark.parametrize(("second", "share"), [(19, 1.0), (np.nan, 0.0)])
def test_everybody_or_nobody_back_is_decided_with_wilsons_interval(second, share):
    who = history([60] * 40, [60 + second] * 40)
    end = dt.date(2023, 12, 31)
    buyers = repeat.first_buyers(who, as_of=end)
    curve = repeat.return_curve(buyers, confidence=0.95)
    spans = pd.DataFrame({"period": ["2022"], "from_on": [START], "to_on": [pd.Timestamp("2022-12-31")]})
    found = repeat.chapter_findings(
        buyers, curve, repeat.period_ratio(who, spans), unknown="", as_of=end, horizon_days=365, norm=0.67, confidence=0.95
    )[0]
    assert found.value == share
    assert (found.low, found.high) == pytest.approx(intervals.wilson(round(40 * share), 40, confidence=0.95))


def watched(pauses: int, new: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Three years: customers who pause for the whole middle year, one who never does, and new ones; the panel, and whose first purchase is known."""
    months = pd.date_range("2022-01-01", periods=36, freq="MS")
    rows = [(f"old{i}", month) for i in range(pauses) for month in (*months[:12], *months[24:])]
    rows += [("steady", month) for month in months] + [(f"new{i}", months[26]) for i in range(new)]
    panel = pd.DataFrame(rows, columns=["customer_id", "period"])
    history = panel.groupby("customer_id", as_index=False)["period"].min().rename(columns={"period": "first_on"})
    return panel, history.assign(is_first_known=history["customer_id"].str.startswith("new"))


@pytest.mark.parametrize(("pauses", "is_told"), [(0, True), (6, True), (7, False), (20, False)])
def test_p13_who_looks_new_is_not_called_so_where_old_customers_pause_for_as_long(pauses, is_told):
    """As if the exports had begun a year later, `pauses` of those who would look new had bought before: of 20 new ones beside them a quarter, or less."""
    base = SimpleNamespace(observed_from=dt.date(2022, 1, 1), as_of=dt.date(2024, 12, 31), burn_in_months=12, period="year")
    panel, history = watched(pauses, 20)
    known = newcomers.judged(panel, history, base, most_share=0.25)
    assert known.tolist() == (history["is_first_known"].astype(bool) & is_told).tolist()
    why = newcomers.unknown(panel, history.assign(is_first_known=known), base, most_share=0.25)
    assert (why == "") == is_told
    assert is_told or f"{pauses + 20} would have looked new, of whom {pauses} had in fact bought before" in i18n.render(why)


def test_p13_nobody_is_in_doubt_where_first_purchases_are_known_or_nobody_looks_new():
    base = SimpleNamespace(observed_from=dt.date(2022, 1, 1), as_of=dt.date(2024, 12, 31), burn_in_months=12, period="year")
    panel, history = watched(20, 20)
    unknown = lambda of, settings=base: newcomers.unknown(panel, of, settings, most_share=0.25)
    nobody = history.assign(is_first_known=False)
    assert unknown(nobody), "they look new, and may be old"
    assert unknown(nobody, SimpleNamespace(**vars(base) | {"burn_in_months": 0})) == "", "the company began with the exports"
    assert unknown(nobody[~history["is_first_known"]]) == "", "nobody looks new"
    on_record = history.assign(is_first_known=True)
    assert newcomers.judged(panel, on_record, base, most_share=0.25).all(), "first deals are on record"


def test_nothing_is_said_of_newcomers_whose_newness_is_in_doubt():
    buyers = pd.DataFrame({"first_on": pd.to_datetime(["2022-01-05"]), "has_returned": True, "days": 5, "later_revenue": 1.0})
    given = {"as_of": dt.date(2022, 12, 31), "horizon_days": 100, "norm": 0.67, "confidence": 0.95}
    [found] = repeat.chapter_findings(buyers, repeat.return_curve(buyers, confidence=0.95), pd.DataFrame(), unknown="they pause", **given)
    assert (found.why, found.value == found.value) == ("they pause", False)

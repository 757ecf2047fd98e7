"""Retention and silence: P1's known answer, cohorts at equal age, overdue by the customer's own rhythm."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from audit import i18n
from audit.core import periods
from audit.stats import intervals
from audit.steps import retention
from audit.steps.retention import findings
from audit.steps.retention.codes import Since
from tests.conftest import ledger_of


def test_p1_crr_of_90_where_the_true_rate_is_60():
    """start 100, lost 40, returned 30, new 50, through the ledger."""
    start, kept, new, back = (
        [f"s{i}" for i in range(100)],
        [f"s{i}" for i in range(60)],
        [f"n{i}" for i in range(50)],
        [f"b{i}" for i in range(30)],
    )
    rows = (
        [(c, "2021-06-15", 1) for c in back] + [(c, "2022-06-15", 1) for c in start] + [(c, "2023-06-15", 1) for c in [*kept, *new, *back]]
    )
    found = ledger_of(rows, as_of="2023-12-31", observed_from="2021-01-01")
    spans = periods.complete(observed_from=dt.date(2021, 1, 1), as_of=dt.date(2023, 12, 31), unit="year")
    table = retention.retention(
        found["panel"], found["history"], spans, observed_from=dt.date(2021, 1, 1), known_from=dt.date(2021, 1, 1), active_months=12
    )
    row = table.set_index("period").loc["2023"]
    assert (row["at_start"], row["at_end"], row["acquired"]) == (100, 140, 50)
    assert row["customer_retention_rate"] == pytest.approx(0.9)
    assert row["true_retention_rate"] == pytest.approx(0.6)
    assert (row["returned"], row["lost"]) == (30, 40)


def test_trap_9_the_sources_crr_may_exceed_one_and_is_printed_as_it_is():
    found = retention.rates(start={"a"}, end={"a", "b", "c"}, acquired={"c"})
    assert found["customer_retention_rate"] == 2.0
    assert found["true_retention_rate"] == 1.0


def test_periods_before_customers_were_watched_for_long_enough_are_left_out():
    found = ledger_of([("A", f"2023-{m:02d}-05", 1) for m in range(1, 13)], as_of="2023-12-31", observed_from="2023-01-01")
    spans = periods.complete(observed_from=dt.date(2023, 1, 1), as_of=dt.date(2023, 12, 31), unit="quarter")
    table = retention.retention(
        found["panel"], found["history"], spans, observed_from=dt.date(2023, 1, 1), known_from=dt.date(2023, 1, 1), active_months=4
    )
    assert table["period"].tolist() == ["2023-Q3", "2023-Q4"]


def test_active_months_follow_the_slower_customers_and_not_the_many_purchases_of_the_fast_ones():
    """100 weekly and 100 quarterly buyers, nobody leaves: nobody may be called lost."""
    rows = [row for i in range(20) for row in rhythm(7, "2024-12-30", f"w{i}", 1) + rhythm(91, "2024-12-30", f"q{i}", 5)]
    found = ledger_of(rows, as_of="2024-12-31", observed_from="2023-01-01")
    months = retention.active_months(found["history"], declared=0, observed_months=24)
    assert months == 4
    assert retention.active_months(found["history"], declared=6, observed_months=24) == 6
    assert retention.active_months(found["history"].assign(gaps=0), declared=0, observed_months=24) == 12
    spans = periods.complete(observed_from=dt.date(2023, 1, 1), as_of=dt.date(2024, 12, 31), unit="quarter")
    since = {"observed_from": dt.date(2023, 1, 1), "known_from": dt.date(2023, 1, 1)}
    rates = retention.retention(found["panel"], found["history"], spans, **since, active_months=months)
    assert set(rates["true_retention_rate"]) == {1.0}
    returns = retention.reactivation(found["silences"], horizon_days=365, confidence=0.95)
    late = retention.overdue(found["history"], found["panel"], **SETTINGS)
    assert retention.winback(found["history"], found["panel"], returns, late=late, active_months=1, rhythm_purchases=5).empty


def test_p13_before_the_burn_in_ends_nobody_is_acquired_and_crr_is_empty():
    found = ledger_of(
        [("A", f"2023-{m:02d}-05", 1) for m in range(1, 13)], as_of="2023-12-31", observed_from="2023-01-01", burn_in_months=9
    )
    spans = periods.complete(observed_from=dt.date(2023, 1, 1), as_of=dt.date(2023, 12, 31), unit="quarter")
    since = {"observed_from": dt.date(2023, 1, 1), "known_from": dt.date(2023, 10, 1)}
    table = retention.retention(found["panel"], found["history"], spans, **since, active_months=1).set_index("period")
    assert np.isnan(table.loc["2023-Q3", "customer_retention_rate"])
    assert table.loc["2023-Q4", "customer_retention_rate"] == 1.0


def test_cohorts_are_compared_at_equal_age_and_unfinished_cells_are_absent():
    rows = [("A", "2023-01-10", 10), ("A", "2023-05-10", 5), ("B", "2023-02-10", 10), ("C", "2023-04-10", 20)]
    found = ledger_of(rows, as_of="2023-08-15", observed_from="2023-01-01")
    spans = periods.complete(observed_from=dt.date(2023, 1, 1), as_of=dt.date(2023, 8, 15), unit="quarter")
    table = retention.cohort_retention(found["panel"], found["history"], spans, unit="quarter")
    assert table[["cohort", "age", "customers", "active_share", "revenue_ratio"]].to_numpy().tolist() == [
        ["2023-Q1", 0, 2, 1.0, 1.0],
        ["2023-Q1", 1, 1, 0.5, 0.25],
        ["2023-Q2", 0, 1, 1.0, 1.0],
    ]


def rhythm(gap: int, until: str, name: str = "A", jitter: int = 0) -> list[tuple]:
    """Purchases every `gap` days from January 2023 up to a day, alternately earlier and later by `jitter`."""
    days = pd.date_range("2023-01-02", until, freq=f"{gap}D")
    return [(name, f"{d + pd.Timedelta(days=jitter * (-1) ** i):%Y-%m-%d}", 10) for i, d in enumerate(days)]


RULE = {"rhythm_purchases": 5, "prior_gaps": 4, "overdue_chance": 0.05, "fixed_silence_days": 90, "long_gone_days": 365}
SETTINGS = RULE | {"rule": "own_rhythm"}


def test_p11_a_weekly_buyer_is_overdue_long_before_a_quarterly_one():
    rows = rhythm(7, "2024-10-30", "weekly", 1) + rhythm(91, "2024-10-30", "quarterly", 9)
    found = ledger_of(rows, as_of="2024-12-31", observed_from="2023-01-01", burn_in_months=0)
    late = retention.overdue(found["history"], found["panel"], **SETTINGS)
    assert late["customer_id"].tolist() == ["weekly"]


def test_customers_with_few_purchases_have_no_rhythm_and_are_never_overdue():
    found = ledger_of(rhythm(7, "2023-01-25"), as_of="2024-12-31", observed_from="2023-01-01")
    assert found["history"]["purchases"].tolist() == [4]
    assert retention.overdue(found["history"], found["panel"], **SETTINGS).empty


def test_the_chance_falls_as_the_silence_grows_and_is_half_at_the_usual_gap():
    rows = rhythm(14, "2024-06-30", jitter=3)
    last = max(day for _who, day, _money in rows)
    chances = []
    for silence in (7, 14, 28, 90):
        found = ledger_of(rows, as_of=f"{pd.Timestamp(last) + pd.Timedelta(days=silence):%Y-%m-%d}", observed_from="2023-01-01")
        chances.append(retention.silence_chance(found["history"], rhythm_purchases=5, prior_gaps=4).iloc[0])
    assert chances == sorted(chances, reverse=True)
    assert 0.3 < chances[1] < 0.6
    assert chances[3] < 0.001


def test_false_alarms_come_at_about_the_stated_rate():
    """Customers who are still there, log-normal gaps, seen on a random day: about 5 % of them are called overdue."""
    rng = np.random.default_rng(7)
    rows = []
    for i in range(400):
        gaps = np.exp(rng.normal(rng.uniform(2, 4), 0.5, 200)).clip(1)
        at = np.cumsum(gaps)
        start = rng.uniform(0, at[-1] - 800) if at[-1] > 800 else 0
        seen = at[(at > start) & (at < start + 720)] - start
        rows += [(f"c{i}", f"{pd.Timestamp('2023-01-01') + pd.Timedelta(days=int(d)):%Y-%m-%d}", 1) for d in seen]
    found = ledger_of(rows, as_of="2024-12-20", observed_from="2023-01-01")
    enough = found["history"]["purchases"] >= 5
    share = len(retention.overdue(found["history"], found["panel"], **SETTINGS)) / enough.sum()
    assert 0.01 < share < 0.10


def test_a5_return_after_a_silence_counts_open_silences_as_long_as_they_last():
    silences = pd.DataFrame({"days": [10, 100, 200, 300, 500], "ended": [50, 2, 0, 0, 0], "open": [0, 0, 0, 2, 0]})
    table = retention.reactivation(silences, horizon_days=90, confidence=0.95, months=range(1, 7))
    assert table["silences"].tolist() == [4, 4, 4, 2, 2, 2]
    assert table["return_share"].round(3).tolist()[:2] == [0.5, 0.5]
    assert table["return_share"].tolist()[2] == 0.5


def test_m13_winback_ranks_by_money_times_chance_of_return():
    rows = (
        rhythm(7, "2023-12-01", "long gone", 1)
        + [(n, d, m * 3) for n, d, m in rhythm(7, "2024-11-20", "just gone", 1)]
        + rhythm(7, "2024-12-31", "here", 1)
    )
    found = ledger_of(rows, as_of="2024-12-31", observed_from="2023-01-01")
    late = retention.overdue(found["history"], found["panel"], **SETTINGS)
    returns = pd.DataFrame({"silence_months": [1, 12], "return_share": [0.5, 0.1]})
    table = retention.winback(found["history"], found["panel"], returns, late=late, active_months=1, rhythm_purchases=5)
    assert table["customer_id"].tolist() == ["just gone", "long gone"]
    assert table["expected_revenue"].tolist() == pytest.approx((table["yearly_revenue"] * [0.5, 0.1]).tolist())
    assert table["yearly_revenue"].iloc[1] == pytest.approx(10 * len(rhythm(7, "2023-12-01")))


def test_survival_dates_a_loss_on_the_last_purchase_and_follows_the_others_to_the_last_day():
    rows = rhythm(10, "2023-03-03", "gone") + rhythm(10, "2024-12-30", "here")
    found = ledger_of(rows, as_of="2024-12-31", observed_from="2023-01-01")
    nobody = pd.DataFrame({"customer_id": []})
    lives = retention.lifetimes(found["history"], nobody, left_days=365)
    assert lives.to_dict("records") == [
        {"customer_id": "gone", "days": 60, "has_left": True},
        {"customer_id": "here", "days": 729, "has_left": False},
    ]
    assert retention.lifetimes(found["history"], pd.DataFrame({"customer_id": ["here"]}), left_days=365)["has_left"].all()
    curve = retention.survival(lives, confidence=0.95)
    assert curve["days"].tolist() == [60, 729]
    assert curve["happened_share"].tolist() == [0.5, 0.5]


def counted(made, late, lost, months, rates=None, spans=None):
    return retention.lapses(
        retention.places(made["history"], late, active_months=months, rhythm_purchases=5),
        made["panel"],
        spans=pd.DataFrame() if spans is None else spans,
        rates=rates,
        late=late,
        lost=lost,
        lives=retention.lifetimes(made["history"], late, left_days=365),
        rungs=None,
        active_months=months,
    )


def test_bases_too_young_to_say_anything_say_so():
    found = ledger_of([("A", "2024-12-01", 1)], as_of="2024-12-31", observed_from="2024-12-01")
    spans = periods.complete(observed_from=dt.date(2024, 12, 1), as_of=dt.date(2024, 12, 31), unit="month")
    months = retention.active_months(found["history"], declared=0, observed_months=24)
    rates = retention.retention(
        found["panel"], found["history"], spans, observed_from=dt.date(2024, 12, 1), known_from=dt.date(2024, 12, 1), active_months=months
    )
    late = retention.overdue(found["history"], found["panel"], **SETTINGS)
    returns = retention.reactivation(found["silences"], horizon_days=365, confidence=0.95)
    lost = retention.winback(found["history"], found["panel"], returns, late=late, active_months=months, rhythm_purchases=5)
    said = retention.chapter_findings(
        rates,
        late,
        returns,
        lost,
        retention.rivals(None, **RULE, confidence=0.95),
        retention.survival(retention.lifetimes(found["history"], late, left_days=365), confidence=0.95),
        counted(found, late, lost, months),
        confidence=0.95,
        judged=0,
        rule="own_rhythm",
        by_chance=(float("nan"),) * 3,
        limit_days=90,
        active_months=12,
        rhythm_months=12,
        unknown="",
    )
    assert [f.id for f in said] == ["retention_rate", "survival_year", "overdue", "reactivation"]
    assert all(f.why for f in said)


def tried_with(gone: int, hit: int, *, listed: int = 73, judged: int = 308) -> pd.DataFrame:
    """A back-test of the fixed rule as `rivals` tells it, where the own rhythm listed nobody."""
    low, high = intervals.wilson(hit, listed, confidence=0.95)
    return pd.DataFrame(
        {"rule_class": ["fixed_silence", "own_rhythm"], "judged": judged, "gone": gone, "listed": [listed, 0], "listed_and_gone": [hit, 0]}
        | {"precision_share": hit / max(listed, 1), "low_share": low, "high_share": high}
    )  # fmt: skip


def test_who_is_silent_is_told_only_where_the_silent_left_more_often_than_anybody():
    late = pd.DataFrame({"customer_id": ["a", "b"], "since_class": ["fresh", "long_gone"], "yearly_revenue": 1.0})
    by_lot, better = tried_with(38, 13), tried_with(38, 20)
    assert retention.told(late, better, rule="fixed_silence") is late
    assert retention.told(late, by_lot, rule="fixed_silence").empty, "nor is who has been silent for over a year"
    assert retention.told(late, tried_with(0, 0, listed=0), rule="fixed_silence") is late, "what was not tried was not tried in vain"
    nothing = pd.DataFrame(columns=["silence_months", "silences", "return_share", "low_share", "high_share"])
    given = {
        "judged": 308,
        "rule": "fixed_silence",
        "by_chance": (1.0, 0.0, 1.0),
        "limit_days": 90,
        "active_months": 3,
        "rhythm_months": 4,
        "unknown": "",
        "confidence": 0.95,
    }
    rates, alive = pd.DataFrame(), pd.DataFrame({"days": [], "happened_share": []})
    said = retention.chapter_findings(rates, late[1:], nothing, pd.DataFrame(), by_lot.assign(listed=0), alive, pd.DataFrame(), **given)
    assert not said[-2].why, "untried"
    said = {
        one.id: one for one in retention.chapter_findings(rates, late[1:], nothing, pd.DataFrame(), by_lot, alive, pd.DataFrame(), **given)
    }
    assert "the difference may be chance" in i18n.render(said["overdue"].why)
    assert "overdue_tried" not in said
    assert "60 of the 73" in i18n.render(said["overdue"].why)
    assert said["overdue"].value != said["overdue"].value
    assert "cannot say who stays and who leaves" in retention.claim(list(said.values()), None)[0].message


def test_the_rule_and_its_rival_are_tried_on_what_came_after():
    rows = (
        rhythm(7, "2023-10-25", "stopped early", 1)
        + rhythm(7, "2023-12-20", "stopped late", 1)
        + rhythm(7, "2024-12-30", "here", 1)
        + rhythm(85, "2024-12-30", "slow", 20)
    )
    found = ledger_of(rows, as_of="2024-12-31", observed_from="2023-01-01", holdout_days=366 - 61)  # tried on 1 March 2024
    before = found["history_before"].set_index("customer_id")
    assert before["has_bought_since"].to_dict() == {"here": True, "slow": True, "stopped early": False, "stopped late": False}
    tried = retention.rivals(found["history_before"], **RULE, confidence=0.95).set_index("rule_class")
    assert tried.loc["own_rhythm", ["judged", "gone", "listed", "listed_and_gone"]].tolist() == [4, 2, 2, 2]
    assert tried.loc["fixed_silence", "recall_share"] == 0.5
    assert retention.better_rule(tried.reset_index()) == "fixed_silence", "one customer more or less is chance"
    many = pd.concat([found["history_before"].assign(customer_id=lambda t, i=i: t["customer_id"] + str(i)) for i in range(20)])
    tried = retention.rivals(many, **RULE, confidence=0.95)
    assert retention.better_rule(tried) == tried["rule_class"].iloc[0] == "own_rhythm"
    late = pd.DataFrame({"since_class": ["fresh"] * 5})
    assert retention.false_alarms(tried, "own_rhythm", late, confidence=0.95)[0] == 0


def test_false_alarms_are_counted_where_customers_bought_again_not_taken_from_theory():
    """Of 20 whom the limit of 90 days had listed 10 bought again: so will about 20 of the 40 on today's list, 6 to 34."""
    before = pd.DataFrame(
        {"customer_id": [str(i) for i in range(50)], "purchases": 9, "gaps": 8, "gap_log_mean": 3.4, "gap_log_var": 0.1, "gap_days": 30}
    )
    before["silence_days"] = [120] * 10 + [20] * 30 + [200] * 10
    before["silence_clock_days"], before["has_bought_since"] = before["silence_days"].astype(float), [True] * 40 + [False] * 10
    tried = retention.rivals(before, **RULE, confidence=0.95)
    assert tried.set_index("rule_class").loc["fixed_silence", "false_share"] == 0.25
    today = pd.DataFrame({"since_class": ["fresh"] * 40 + ["long_gone"] * 9})
    found = retention.false_alarms(tried, "fixed_silence", today, confidence=0.95)
    assert [round(x) for x in found] == [20, 6, 34]


def test_where_the_naive_rival_is_as_good_the_list_uses_it():
    rows = rhythm(7, "2023-09-20", "gone", 1) + rhythm(7, "2024-12-30", "here", 1)
    found = ledger_of(rows, as_of="2024-12-31", observed_from="2023-01-01", holdout_days=305)
    tried = retention.rivals(found["history_before"], **RULE, confidence=0.95)
    assert tried["f1_index"].tolist() == [1.0, 1.0]
    assert retention.better_rule(tried) == "fixed_silence"
    late = retention.overdue(found["history"], found["panel"], **(SETTINGS | {"rule": "fixed_silence"}))
    assert late["customer_id"].tolist() == ["gone"]


def test_a_window_that_the_exports_cannot_show_is_cut_and_nothing_is_said_of_who_stays():
    """Everybody buys every other year, and two years are observed: a window of a year and more would call all of them active."""
    rows = [(f"C{i}", f"{year}-{1 + i % 12:02d}-15", 1) for i in range(60) for year in (2022, 2024)]
    found = ledger_of(rows, as_of="2024-12-31", observed_from="2023-01-01")
    assert retention.rhythm_months(found["history"], declared=0) > 12
    months = retention.active_months(found["history"], declared=0, observed_months=24)
    assert months == 12
    why = retention.unseen(active_months=months, rhythm_months=retention.rhythm_months(found["history"], declared=0))
    said = findings._stayed(pd.DataFrame({"period": ["2024"]}), months, why)
    assert "We cannot say" in said.message
    assert "24" in said.why
    assert retention.active_months(found["history"], declared=13, observed_months=24) == 13, "what is declared stands"
    assert retention.unseen(active_months=13, rhythm_months=13) == ""


def test_every_way_of_counting_the_lost_is_made_of_the_same_places():
    """Monthly buyers: ten stay, three fall silent in June, two in the year before; one bought once in January and one in November."""
    months = pd.date_range("2023-01-05", "2024-12-05", freq="MS").strftime("%Y-%m-05")
    until = (
        dict.fromkeys([f"s{i}" for i in range(10)], "2024-12")
        | dict.fromkeys(["a", "b", "c"], "2024-06")
        | {"x": "2023-11", "y": "2023-11"}
    )
    rows = [(who, day, 1.0) for who, last in until.items() for day in months if day[:7] <= last]
    rows += [("once", "2024-01-10", 1.0), ("new", "2024-11-10", 1.0)]
    made = ledger_of(rows, as_of="2024-12-31", observed_from="2023-01-01")
    late = retention.overdue(made["history"], made["panel"], **SETTINGS)
    returns = retention.reactivation(made["silences"], horizon_days=365, confidence=0.95)
    lost = retention.winback(made["history"], made["panel"], returns, late=late, active_months=3, rhythm_purchases=5)
    spans = periods.complete(observed_from=dt.date(2023, 1, 1), as_of=dt.date(2024, 12, 31), unit="year")
    since = {"observed_from": dt.date(2023, 1, 1), "known_from": dt.date(2023, 1, 1)}
    rates = retention.retention(made["panel"], made["history"], spans, **since, active_months=3)
    table = counted(made, late, lost, 3, rates, spans).set_index("lapse_class")
    places = ["still_buying", "active_overdue", "within_rhythm", "no_rhythm", "overdue_now", "long_gone"]
    assert (table[places].sum(axis=1) == table["customers"]).all()
    assert table.loc["everybody", places].tolist() == [11, 0, 0, 1, 3, 2]
    assert table.loc["not_again", ["customers", "long_gone"]].tolist() == [2, 2]
    assert table.loc["no_longer_active", "customers"] == rates.iloc[-1]["lost"] == 5
    assert table.loc["to_win_back", "customers"] == len(lost) == 6
    assert table.loc["listed", "customers"] == 5


def test_whoever_is_active_and_listed_all_the_same_has_a_place_of_its_own():
    history = pd.DataFrame(
        {
            "customer_id": list("abcdef"),
            "last_on": pd.to_datetime(["2025-12-20", "2025-11-20", "2025-07-01", "2023-01-01", "2025-08-01", "2025-08-01"]),
            "silence_days": [11, 41, 183, 1095, 152, 152],
            "purchases": [9, 9, 9, 9, 9, 2],
        }
    )
    late = pd.DataFrame({"customer_id": ["b", "c", "d"], "since_class": [Since.FRESH, Since.FRESH, Since.GONE]})
    found = retention.places(history, late, active_months=4, rhythm_purchases=5).set_index("customer_id")["place_class"]
    assert found.to_dict() == {
        "a": "still_buying", "b": "active_overdue", "c": "overdue_now", "d": "long_gone", "e": "within_rhythm", "f": "no_rhythm",
    }  # fmt: skip

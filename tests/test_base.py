"""The base's movement, change and inequality: hand-countable tables and identities."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import ledger
from audit.core import periods
from audit.core.quantities import Term
from audit.stats import shares
from audit.steps import base
from audit.steps.base import findings
from tests.conftest import WINDOWS, as_pandas, ledger_of, lines

ROWS = [
    ("kept", "2022-03-01", 100), ("kept", "2023-03-01", 80), ("lost", "2022-05-01", 50), ("back", "2021-02-01", 10), ("back",
    "2023-02-01", 30),
    ("new", "2023-06-01", 40), ("old", "2021-01-05", 5), ("old", "2022-01-05", 5), ("old", "2023-01-05", 5),
]  # fmt: skip


@pytest.fixture
def made():
    found = ledger_of(ROWS, as_of="2023-12-31", observed_from="2021-01-01", burn_in_months=1)
    spans = periods.complete(observed_from=dt.date(2021, 1, 1), as_of=dt.date(2023, 12, 31), unit="year")
    return found["history"], spans, base.by_period(found["panel"], spans, unit="year")


def test_a8_customers_before_less_lost_plus_new_plus_returned_are_customers_now(made):
    history, spans, bought = made
    moves = base.movement(bought, history, spans, unit="year").set_index("period")
    assert moves.loc["2023", ["customers", "kept", "new", "returned", "first_seen", "lost"]].tolist() == [4, 2, 1, 1, 0, 1]
    assert moves.loc["2023", ["kept_revenue", "kept_before", "new_revenue", "returned_revenue", "lost_before"]].tolist() == [
        85,
        105,
        40,
        30,
        50,
    ]
    assert pd.isna(moves.loc["2021", "lost"])


def test_p13_a_first_purchase_in_the_burn_in_is_first_seen_and_not_new():
    found = ledger_of(
        [("A", "2022-01-05", 1), ("B", "2023-02-01", 1), ("A", "2023-02-01", 1)],
        as_of="2023-12-31",
        observed_from="2022-01-01",
        burn_in_months=18,
    )
    spans = periods.complete(observed_from=dt.date(2022, 1, 1), as_of=dt.date(2023, 12, 31), unit="year")
    moves = base.movement(base.by_period(found["panel"], spans, unit="year"), found["history"], spans, unit="year")
    assert moves[["new", "first_seen"]].iloc[-1].tolist() == [0, 1]


def test_p14_a_partial_last_period_is_not_read_as_a_fall():
    rows = [(f"C{i}", f"2023-{m:02d}-10", 10) for i in range(5) for m in range(1, 12)] + [("C0", "2023-12-02", 10)]
    found = ledger_of(rows, as_of="2023-12-09", observed_from="2023-01-01")
    spans = periods.complete(observed_from=dt.date(2023, 1, 1), as_of=dt.date(2023, 12, 9), unit="month")
    moves = base.movement(base.by_period(found["panel"], spans, unit="month"), found["history"], spans, unit="month")
    assert moves["period"].iloc[-1] == "2023-11"
    assert set(moves["customers"]) == {5}


factors = st.lists(st.floats(0.1, 1e4), min_size=1, max_size=4)


@given(factors, st.floats(0.1, 10))
def test_b8_shapleys_parts_add_up_to_the_change(values, growth):
    before = {str(i): v for i, v in enumerate(values)}
    now = {name: v * (growth if i % 2 else 1 / growth) for i, (name, v) in enumerate(before.items())}
    change = np.prod(list(now.values())) - np.prod(list(before.values()))
    scale = max(np.prod(list(now.values())), np.prod(list(before.values())))
    assert sum(base.shapley(before, now).values()) == pytest.approx(change, abs=1e-9 * scale)


def test_a_factor_that_does_not_change_contributes_nothing():
    assert base.shapley({"a": 2, "b": 3, "c": 5}, {"a": 4, "b": 3, "c": 5}) == {"a": 30.0, "b": 0.0, "c": 0.0}


def test_the_change_of_sales_ties_to_the_periods_with_margin_where_cost_is_known():
    rows = [("A", "2022-03-01", 100, 60), ("B", "2022-03-01", 50, 20), ("A", "2023-03-01", 300, 200)]
    table = lines(rows, "customer_id date amount cost").with_columns(pl.col("cost").cast(pl.Decimal(18, 4)))
    made = ledger.tables(table, as_of=dt.date(2023, 12, 31), observed_from=dt.date(2022, 1, 1), burn_in_months=0, **WINDOWS)
    spans = periods.complete(observed_from=dt.date(2022, 1, 1), as_of=dt.date(2023, 12, 31), unit="year")
    change = base.sales_change(base.by_period(as_pandas(made["panel"]), spans, unit="year"), before="2022", now="2023")
    assert change.groupby("measure_class")["contribution"].sum().round(6).to_dict() == {"sales": 150.0, "gross_profit": 30.0}


def test_deciles_break_ties_by_customer_and_sum_to_everything():
    bought = pd.DataFrame({"customer_id": [f"c{i:02d}" for i in range(20)], "period": "2023", "revenue": [100.0] * 2 + [1.0] * 18})
    table = base.revenue_deciles(bought, period="2023")
    assert table["customers"].tolist() == [2] * 10
    assert table["revenue"].iloc[0] == 200.0
    assert table["cumulative_share"].iloc[-1] == pytest.approx(1.0)
    assert table.equals(base.revenue_deciles(bought.sample(frac=1, random_state=1), period="2023"))


@pytest.mark.parametrize("n", [0, 1, 4])
def test_a_handful_of_customers_or_none_does_not_break_the_tenths(n):
    bought = pd.DataFrame({"customer_id": [str(i) for i in range(n)], "period": "2023", "revenue": [float(i) for i in range(n)]})
    table = base.revenue_deciles(bought, period="2023")
    assert table["customers"].sum() == n


def test_fault_17_all_zero_revenue_divides_by_nothing():
    bought = pd.DataFrame({"customer_id": ["a", "b"], "period": "2023", "revenue": [0.0, 0.0], "orders": [1, 1]})
    assert base.revenue_deciles(bought, period="2023")["revenue_share"].isna().all()
    assert np.isnan(base.top_share(bought, period="2023"))


def test_layers_hold_all_the_money_of_each_period(made):
    history, spans, bought = made
    layers = base.cohort_revenue(bought, history, spans, unit="year")
    assert layers.groupby("period")["revenue"].sum().to_dict() == bought.groupby("period")["revenue"].sum().to_dict()
    assert list(dict.fromkeys(layers["cohort"])) == ["earlier", "2021", "2022", "2023"], "who came before what we see lies at the bottom"


def test_b9_the_market_decides_only_where_it_is_declared(made):
    history, spans, bought = made
    moves = base.movement(bought, history, spans, unit="year")
    change, _deciles, tenure = base.last_period(bought, history, spans)
    silent = {f.id: f for f in base.chapter_findings(moves, change, bought, tenure, market={})}["market_growth"]
    known = {f.id: f for f in base.chapter_findings(moves, change, bought, tenure, market={"2023": -0.5})}["market_growth"]
    assert (silent.norm_id, bool(silent.why)) == ("", True)
    assert known.value == pytest.approx(0.5)


def test_sales_to_new_customers_may_be_more_by_those_first_seen_and_partners_are_all_of_two_years_and_longer():
    before = pd.Series({"period": "2022", "customers": 3, "revenue": 100.0, "new_revenue": 10.0})
    now = pd.Series({**before, "period": "2023", "new": 1, "first_seen": 2, "new_revenue": 20.0, "first_seen_revenue": 30.0})
    found = findings._new_customers(before, now, {"period": "2023", "period_before": "2022"})
    assert (found.value, found.low, found.high, found.previous) == (0.2, 0.2, 0.5, 0.1)
    kept = pd.DataFrame({"tenure_class": ["0–1", "2–3", "3–4"], "customers": [5, 3, 4], "revenue": [50.0, 20.0, 30.0]})
    found = findings._long_term(kept, "2023")
    assert (found.value, found.n, found.params["revenue"]) == (7.0, 12, 50.0)


@pytest.mark.parametrize(("old_before", "fall"), [(100.0, 20.0), (70.0, 0.0)])
def test_earlier_customers_may_have_brought_more_by_those_first_seen_and_a_rise_is_no_loss(old_before, fall):
    before = pd.Series({"period": "2022", "customers": 3, "revenue": old_before})
    now = pd.Series({"period": "2023", "revenue": 100.0, "new": 1, "first_seen": 2, "new_revenue": 20.0, "first_seen_revenue": 30.0})
    found = findings._existing(before, now, {})
    assert found.value == found.high == pytest.approx(80 / old_before - 1)
    assert found.low == pytest.approx(50 / old_before - 1)
    assert found.money == fall


def said_of_two_years(rows: list[tuple]) -> tuple[dict, pd.DataFrame]:
    """The chapter's findings by id, and the tenths of the customers, of lines in 2023 and 2024 whose returns count in the month in which they came."""
    made = ledger_of(rows, as_of="2024-12-31", observed_from="2023-01-01")
    panel = pd.DataFrame(
        [(c, pd.Timestamp(d).to_period("M").start_time, float(m), 1, 1) for c, d, m in rows],
        columns=["customer_id", "period", "revenue", "orders", "purchases"],
    )
    spans = periods.complete(observed_from=dt.date(2023, 1, 1), as_of=dt.date(2024, 12, 31), unit="year")
    bought = base.by_period(panel, spans, unit="year")
    moves = base.movement(bought, made["history"], spans, unit="year")
    change, deciles, kept_for = base.last_period(bought, made["history"], spans)
    return {one.id: one for one in base.chapter_findings(moves, change, bought, kept_for, market={})}, deciles


def test_p13_who_is_only_seen_for_the_first_time_is_never_called_new():
    """Of three who came, nobody is known to be new: all their money may be that of old customers, and no sum is called that of new ones."""
    rows = [("a", "2023-03-01", 100), ("a", "2024-03-01", 60), ("b", "2024-04-01", 30), ("c", "2024-05-01", 10)]
    known, doubted = (ledger_of(rows, as_of="2024-12-31", observed_from="2023-01-01", burn_in_months=pause) for pause in (0, 24))
    spans = periods.complete(observed_from=dt.date(2023, 1, 1), as_of=dt.date(2024, 12, 31), unit="year")
    told = []
    for made in (known, doubted):
        bought = base.by_period(made["panel"], spans, unit="year")
        moves = base.movement(bought, made["history"], spans, unit="year")
        change, _deciles, kept_for = base.last_period(bought, made["history"], spans)
        told.append({one.id: one for one in base.chapter_findings(moves, change, bought, kept_for, market={})})
    new, seen = told
    assert (new["base_size"].params["new"], new["base_size"].quantities[Term.NEW_OF_PERIOD]) == (2, 2.0)
    assert (new["existing_customers"].params["old"], seen["existing_customers"].params["old"]) == (60.0, 60.0)
    assert (seen["base_size"].params["new"], seen["base_size"].params["first_seen"]) == (0, 2)
    assert "seen for the first time, new or not" in seen["base_size"].message
    assert Term.NEW_OF_PERIOD not in seen["base_size"].quantities
    assert "who of them is new" in seen["new_revenue_share"].message
    assert "seen for the first time" in seen["existing_customers"].message
    low, high = seen["new_revenue_share"].low, seen["new_revenue_share"].high
    assert (low, high) == (0.0, 0.4)


def test_a_period_whose_sales_came_back_to_the_last_rouble_has_no_shares():
    rows = [("a", "2023-03-01", 100), ("a", "2024-03-01", 90), ("a", "2024-05-01", -90)]
    said, _deciles = said_of_two_years(rows)
    assert said["sales_change"].unit == "money"


def test_with_one_period_growth_is_not_judged(made):
    history, spans, bought = made
    moves = base.movement(bought, history, spans.head(1), unit="year")
    found = base.chapter_findings(moves, pd.DataFrame(), bought, pd.DataFrame(), market={})
    assert [f.id for f in found] == ["base_size"]
    assert "fewer than two complete periods" in found[0].why


def test_where_more_came_back_than_was_sold_it_is_said_and_no_share_of_it_is_printed():
    rows = [("a", "2023-03-01", 100), ("b", "2023-04-01", 50), ("a", "2024-03-01", -90), ("b", "2024-04-01", 30)]
    said, deciles = said_of_two_years(rows)
    assert deciles["revenue_share"].isna().all()
    assert "returns exceeded sales" in said["sales_change"].message
    assert said["sales_change"].value == -60
    assert not {"top_share", "new_revenue_share", "same_customer_change"} & set(said)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_shares_of_a_whole_lie_where_shares_lie_or_are_not_told(parts):
    found = shares.of_whole(pd.Series(parts))
    assert found.isna().all() or (abs(found.sum() - 1) < 1e-6 and found.between(0, 1).all())


def test_the_largest_fall_is_held_against_the_largest_by_chance():
    months = pd.date_range("2023-01-01", periods=24, freq="MS")
    steady = [("steady", month, 100.0 if month.year == 2023 else 90.0) for month in months]
    lumpy = [("lumpy", month, 5000.0 * (month.month % 4 == (0 if month.year == 2023 else 1))) for month in months]
    lumpy[3] = ("lumpy", months[3], 9000.0)
    spans = periods.complete(observed_from=dt.date(2023, 1, 1), as_of=dt.date(2024, 12, 31), unit="year")
    of = lambda rows: base.chance_of_fall(pd.DataFrame(rows, columns=["customer_id", "period", "revenue"]), spans)
    assert of(steady) < 0.005, "of all ways to exchange months, one makes it"
    assert of(steady + lumpy) > 0.1, "others fall as far by chance"
    assert np.isnan(base.chance_of_fall(pd.DataFrame(steady, columns=["customer_id", "period", "revenue"]), spans.head(1)))
    quarters = periods.complete(observed_from=dt.date(2023, 1, 1), as_of=dt.date(2024, 12, 31), unit="quarter")
    assert np.isnan(base.chance_of_fall(pd.DataFrame(steady, columns=["customer_id", "period", "revenue"]), quarters)), (
        "three months tell nothing"
    )


@pytest.mark.parametrize(("chance", "said"), [(0.049, False), (0.05, True), (np.nan, False)])
def test_the_largest_fall_is_told_as_perhaps_chance_from_a_twentieth_on(chance, said):
    rows = [("a", "2023-03-01", 100), ("a", "2024-03-01", 60), ("b", "2023-03-01", 50), ("b", "2024-03-01", 60)]
    panel = pd.DataFrame(
        [(c, pd.Timestamp(d).to_period("M").start_time, float(m), 1, 1) for c, d, m in rows],
        columns=["customer_id", "period", "revenue", "orders", "purchases"],
    )
    made = ledger_of(rows, as_of="2024-12-31", observed_from="2023-01-01")
    spans = periods.complete(observed_from=dt.date(2023, 1, 1), as_of=dt.date(2024, 12, 31), unit="year")
    bought = base.by_period(panel, spans, unit="year")
    moves = base.movement(bought, made["history"], spans, unit="year")
    change, _deciles, kept_for = base.last_period(bought, made["history"], spans)
    found = base.chapter_findings(moves, change, bought, kept_for, market={}, chance=chance)
    fall = next(one for one in found if one.id == "largest_fall")
    assert ("may be chance" in fall.message) == said
    assert fall.value == 40

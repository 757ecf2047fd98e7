"""Figures at their borders that a second sample of small changes showed to be untested: with nothing, exactly at a limit, across a year's end."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from audit.core import newcomers
from audit.models import rfm
from audit.steps import loyalty, profit, segments, service
from audit.steps.account import figures
from audit.steps.account.pack import Account
from audit.steps.accounts import findings as accounts_findings
from audit.steps.central import crm
from audit.steps.changes import relations
from audit.steps.customers import profile
from audit.steps.field import findings as field_findings
from audit.steps.portfolio import classes
from audit.steps.portfolio import findings as portfolio_findings
from audit.steps.receivables import loss
from audit.steps.retention import retention_rates
from audit.steps.segments import profile as segments_profile

ON = pd.Timestamp


def test_a_groups_sales_are_those_of_all_its_companies():
    overview = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c"],
            "group": ["G", "G", "c"],
            "year_revenue": [30.0, 20.0, 40.0],
            "revenue_before": [1.0, 2.0, 3.0],
            "margin": 1.0,
        }
    )
    found = figures.year_figures(overview, Account("a", "G", ("a", "b"))).iloc[0]
    assert found[["value", "year_before", "rank"]].tolist() == [50, 3, 1]


def test_nobody_and_nothing_sold_make_no_dependence():
    assert accounts_findings._dependence(pd.DataFrame()) == []
    assert accounts_findings._dependence(pd.DataFrame({"revenue": [0.0]})) == []


def test_a_customer_without_booked_sales_has_a_difference_and_no_rate():
    booked = pd.DataFrame({"customer_id": ["a", "b"], "date": ON("2024-02-05"), "amount": [10.0, 4.0]})
    panel = pd.DataFrame({"customer_id": ["a", "b"], "period": ON("2024-02-01"), "revenue": [0.0, 5.0]})
    found = crm.crm_by_customer(booked, panel).set_index("customer_id")
    assert found["difference"].to_dict() == {"a": 10, "b": -1}
    assert np.isnan(found.loc["a", "difference_rate"])
    assert found.loc["b", "difference_rate"] == -0.2


def test_what_is_known_as_minus_one_part_on_neither_side_has_not_moved():
    table = lambda value: pd.DataFrame({"customer_id": ["a"], "persons": [value]})
    assert len(relations.relations_moved(table(2.0), table(1.0))) == 1
    assert relations.relations_moved(table(np.nan), table(np.nan)).empty


def test_who_was_written_down_as_lost_and_bought_on_that_day_is_not_lost():
    table = pd.DataFrame({"customer_id": ["a", "b"], "last_on": [ON("2024-05-05"), ON("2024-05-04")]})
    lost = pd.DataFrame({"customer_id": ["a", "b"], "kind": "loss", "date": ON("2024-05-05"), "cause": ["price", ""]})
    assert profile._written_down_as_lost(lost, table) == {"b": "–"}
    assert profile._written_down_as_lost(None, table) == {}


@pytest.mark.parametrize(("without", "said"), [(0, "All"), (30, "without a visit that day")])
def test_orders_with_and_without_a_visit_are_told_apart(without, said):
    table = pd.DataFrame({"rep_orders": [100], "without_visit": [without]})
    [found] = field_findings._no_visit(table)
    assert said in found.message
    assert found.value == without / 100


def test_loyalty_has_no_reliability_without_halves_of_any_kind():
    given = {"activities": None, "as_of": ON("2024-12-31"), "least_purchases": 6, "confidence": 0.95}
    assert loyalty.reliability(pd.DataFrame(), None, **given).empty
    assert loyalty.reliability(pd.DataFrame(), pd.DataFrame(), **given).empty


def test_ranks_run_from_nothing_to_one_over_those_who_are_known_and_one_alone_stands_in_the_middle():
    made = {name: np.array([1.0, 2.0, 3.0]) for name in classes.CRITERIA}
    made[classes.CRITERIA[0]] = np.array([5.0, np.nan, np.nan])
    made[classes.CRITERIA[1]] = np.array([5.0, 9.0, np.nan])
    found = classes._ranks(made)
    assert found[classes.CRITERIA[0]][0] == 0.5
    assert found[classes.CRITERIA[1]][:2].tolist() == [0, 1]
    assert found[classes.CRITERIA[2]].tolist() == [0, 0.5, 1]


def test_half_of_the_budgets_are_enough_for_classes_and_no_reason_against_them(monkeypatch):
    table = pd.DataFrame({"group": ["a"]})
    why = lambda known: (
        monkeypatch.setattr(portfolio_findings, "known_budgets", lambda _made: known),
        portfolio_findings._unclear(table, table, 0.9, 0.4).why,
    )[1]
    assert "fewer than half" in why(portfolio_findings.ENOUGH_BUDGETS - 0.01)
    assert "slightly different weights" in why(portfolio_findings.ENOUGH_BUDGETS)


def test_a_cost_known_for_some_goods_is_a_cost_and_one_known_for_none_is_not():
    panel = pd.DataFrame(
        {"customer_id": ["a", "a"], "period": [ON("2024-03-01"), ON("2024-04-01")], "revenue": 10.0, "cost": [5.0, np.nan]}
    )
    assert profit.cost_year(None, panel, until=ON("2024-12-31")) == 2024
    assert profit.cost_year(None, panel.assign(cost=np.nan), until=ON("2024-12-31")) == 0


@pytest.mark.parametrize(("late", "is_beyond"), [(30, False), (31, True)])
def test_a_debt_exactly_as_old_as_the_horizon_is_still_estimated(late, is_beyond):
    settled = pd.DataFrame({"open": [100.0], "late_days": [late], "group": ["a"], "bucket_class": [loss.BUCKETS[1][1]]})
    curve = loss.survival.kaplan_meier(np.array([1.0, 5, 40, 60]), np.array([True, True, True, False]), confidence=0.95)
    found = loss.expected_loss(settled, curve, stopped=set(), horizon_days=30, confidence=0.95)
    assert (found["beyond"].sum() > 0) == is_beyond


def test_orders_of_one_half_of_the_months_alone_show_no_reliability():
    months = [ON(f"2024-{month:02}-01") for month in (1, 3, 5, 7, 9, 11)]
    panel = pd.DataFrame(
        [(f"c{i}", month, 10.0 + i, 1) for i in range(40) for month in months], columns=["customer_id", "period", "revenue", "orders"]
    )
    customers = pd.DataFrame({"customer_id": [f"c{i}" for i in range(40)], "industry": "steel"})
    assert np.isnan(segments.order_reliability(panel, customers, until=ON("2024-12-31"), least_peers=5))


@pytest.mark.parametrize(("least", "strayed"), [(6, 1), (7, 0)])
def test_as_many_peers_as_are_needed_are_enough(least, strayed):
    ids = [*(f"p{i}" for i in range(6)), "low"]
    table = pd.DataFrame({"customer_id": ids, "abc_class": [*"AAAAAA", "C"], "xyz_class": "X", "revenue": [*[100.0] * 6, 30.0]})
    customers = pd.DataFrame({"customer_id": ids, "industry": "steel"})
    telling = pd.DataFrame(
        {
            "attribute_class": ["industry"],
            "attribute": ["steel"],
            "good_share": [0.9],
            "other_share": [0.1],
            "corrected_chance_share": [0.001],
        }
    )
    assert len(segments_profile.strayed(table, customers, telling=telling, chance=0.05, least_peers=least)) == strayed


def test_complaints_of_which_nobody_knows_when_they_were_settled_follow_nobody():
    cases = pd.DataFrame({"case_id": ["1"], "customer_id": ["a"], "kind": ["complaint"], "date": [ON("2024-01-05")]})
    given = {"until": ON("2024-12-31"), "settle_days": 14}
    panel = pd.DataFrame({"customer_id": ["a"], "period": [ON("2024-01-01")], "revenue": [1.0], "purchases": [1], "orders": [1]})
    assert service.complainers(None, panel, **given).empty
    assert service.complainers(cases, panel, **given).empty


def test_another_unit_of_time_takes_its_logarithm_off_every_gap_of_every_customer():
    data = rfm.counts([3, 3, 1], [30, 30, 7], [60, 60, 20], [6.0, 6.0, 2.0])
    weeks = data.scaled(7.0)
    taken = (data.gap_logs - weeks.gap_logs) / np.log(7.0)
    assert taken.sum() == pytest.approx(7), "three gaps of either of two, and one"


def test_activity_is_counted_in_months_across_the_end_of_a_year():
    history = pd.DataFrame({"last_on": pd.to_datetime(["2024-12-15", "2024-11-15"]), "silence_days": [20, 50]})
    assert retention_rates.is_active(history, active_months=2).tolist() == [True, False]


def test_a_month_of_the_next_year_is_the_next_month_in_the_trial_of_newcomers():
    months = pd.date_range("2022-01-01", periods=36, freq="MS")
    rows = [(f"c{i}", months[at]) for i in range(20) for at in (0, 23, 30)] + [(f"new{i}", months[30]) for i in range(5)]
    panel = pd.DataFrame(rows, columns=["customer_id", "period"])
    history = panel.groupby("customer_id", as_index=False)["period"].min().rename(columns={"period": "first_on"})
    history["is_first_known"] = history["customer_id"].str.startswith("new")
    base = SimpleNamespace(observed_from=dt.date(2022, 1, 1), as_of=dt.date(2024, 12, 31), burn_in_months=12, period="year")
    unknown = newcomers.unknown(panel, history.assign(is_first_known=False), base, most_share=0.25)
    assert unknown == "", "they bought in the last month in which nobody counts as new"

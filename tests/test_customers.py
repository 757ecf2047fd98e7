"""One customer, one place, one next step: precedence, least worth, so many a week, nothing that another chapter speaks against."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.core import settings, store, working_days
from audit.steps import customers
from audit.steps.customers import actions_workbook, cards, findings, summary
from audit.steps.customers.codes import GROWTH, Action
from tests.conftest import ROOT

AS_OF = dt.date(2025, 12, 31)
NORMS = {"as_of": AS_OF, "country": "RU", "horizon_days": 365, "least_share": 0.0001, "per_week": 10, "asked": 1, "late_days": 7}
PLAIN = {
    "group": "", "is_lead": True, "manager_id": "m", "first_on": "2023-01-01", "last_on": "2025-12-20", "purchases": 20, "silence_days": 11,
    "usual_gap_days": 20.0, "is_first_returned": False, "first_revenue": 100.0, "year_revenue": 1000.0, "own_revenue": 1000.0, "own_margin": 250.0,
    "open": 0.0, "overdue": 0.0, "is_stopped": False, "profit": 50.0, "acquisition": 0.0, "loss_class": "earns", "provenance_class": "declared",
    "realistic": 0.0, "key_reasons": "", "is_pair": False, "is_first_known": True, "oldest_days": 30.0, "margin": 250.0, "complaint_on": None, "lost_cause": "",
}  # fmt: skip
CASES = {  # what is planted -> the step that must lead
    "stopped": ({"is_stopped": True, "open": 500.0, "overdue": 400.0, "realistic": 300.0}, Action.STOP),
    "late": ({"overdue": 400.0, "realistic": 300.0, "oldest_days": 7.0}, Action.COLLECT),
    "hardly late": ({"overdue": 400.0, "oldest_days": 6.0}, ""),
    "complains": ({"complaint_on": "2025-11-20", "realistic": 300.0}, Action.COMPLAINT),
    "complains and is written off": ({"complaint_on": "2025-11-20", "lost_cause": "price"}, ""),
    "complained and long gone": ({"complaint_on": "2024-01-20", "year_revenue": 0.0}, ""),
    "mend": (
        {"purchases": 1, "first_on": "2025-11-01", "silence_days": 60, "is_first_returned": True, "first_revenue": 900.0},
        Action.PROMISE,
    ),
    "once": ({"purchases": 1, "first_on": "2025-11-01", "silence_days": 60, "first_revenue": 900.0}, Action.SECOND),
    "key": ({"key_reasons": "revenue", "customer_id": "silent-key"}, Action.KEY_SILENT),
    "silent": ({"customer_id": "silent"}, Action.SILENT),
    "loser": ({"loss_class": "loses", "profit": -300.0, "realistic": 300.0}, Action.LOSS),
    "key loser": ({"loss_class": "loses", "profit": -300.0, "key_reasons": "revenue"}, Action.KEY_TERMS),
    "loses on goods": ({"loss_class": "unknown", "profit": np.nan, "margin": -90.0}, Action.LOSS),
    "loses on goods and earns in all": ({"loss_class": "earns", "profit": 50.0, "margin": -90.0}, ""),
    "loses on goods beside the lead of its group": ({"loss_class": "unknown", "profit": np.nan, "margin": -90.0, "is_lead": False}, ""),
    "young loser": ({"loss_class": "loses", "profit": -300.0, "first_on": "2025-03-01"}, ""),
    "gap": ({"realistic": 300.0}, Action.GROW),
    "gap not worth a call": ({"realistic": 1.0}, ""),
    "unknown": ({"provenance_class": "unknown", "year_revenue": 5000.0}, Action.ASK),
    "unknown and not of the largest": ({"provenance_class": "unknown", "year_revenue": 10.0}, ""),
    "twin": ({"is_pair": True}, Action.DECIDE),
    "nothing": ({}, ""),
}


def table_of(rows):
    table = pd.DataFrame([PLAIN | {"customer_id": f"c{i}"} | row for i, row in enumerate(rows)])
    table["group"] = table["group"].where(table["group"] != "", table["customer_id"])
    return table.assign(**{day: pd.to_datetime(table[day]) for day in ("first_on", "last_on", "complaint_on")})


def overdue_of(table):
    silent = table[table["customer_id"].str.startswith("silent")]
    return pd.DataFrame({"customer_id": silent["customer_id"], "yearly_revenue": 800.0, "since_class": "fresh"})


def steps_of(rows, **norms):
    table = table_of(rows)
    return customers.next_actions(table, overdue=overdue_of(table), **(NORMS | norms))


@pytest.mark.parametrize("case", CASES)
def test_each_reason_is_found_and_the_first_by_precedence_leads(case):
    planted, step = CASES[case]
    others = [{} for _ in range(3)]
    assert steps_of([planted, *others])["action_class"].iloc[0] == step
    assert (steps_of(others)["action_class"] == "").all(), "and where it is not planted nobody needs it"


def test_worth_is_of_one_kind_and_margin_where_costs_are_known():
    found = steps_of([CASES["silent"][0], CASES["late"][0], CASES["loser"][0]])
    assert found["worth"].tolist() == [800 * 0.25, 400.0, 300.0]
    assert found["money_kind"].tolist() == ["keep", "owed", "save"]
    without = steps_of([{**CASES["silent"][0], "own_margin": np.nan}])
    assert (without["worth"].iloc[0], without["money_kind"].iloc[0]) == (800.0, "keep_sales")


def test_what_waits_behind_the_leading_reason_is_kept_but_never_growth_of_who_does_not_pay():
    found = steps_of([{**CASES["late"][0], "loss_class": "loses", "profit": -300.0}, CASES["stopped"][0]])
    assert found["other_actions"].tolist() == ["loss grow", ""]


def test_the_smallest_worth_is_listed_at_exactly_the_norm_and_not_below():
    sales = 1000.0 + 1000.0
    for overdue, step in ((sales * 0.0001, Action.COLLECT), (sales * 0.0001 - 0.001, "")):
        assert steps_of([{"overdue": overdue}, {}])["action_class"].iloc[0] == step


@given(st.lists(st.sampled_from(list(CASES)), min_size=1, max_size=12), st.integers(1, 4))
def test_whatever_is_planted_deadlines_are_working_days_and_no_week_is_fuller_than_the_norm(planted, per_week):
    found = steps_of(
        [
            {**CASES[case][0], "customer_id": f"silent-{i}" if "customer_id" in CASES[case][0] else f"c{i}"}
            for i, case in enumerate(planted)
        ],
        per_week=per_week,
    )
    listed = found[found["action_class"] != ""]
    assert listed["due_on"].notna().all()
    assert found.loc[found["action_class"] == "", "due_on"].isna().all()
    assert all(working_days.is_working_day(day.date(), "RU") for day in listed["due_on"])
    capped = listed[listed["action_class"] != Action.STOP]  # who has stopped paying waits for nobody
    assert capped["due_on"].map(lambda day: day.isocalendar()[:2]).value_counts().le(per_week).all()
    stopped = found[found["action_class"] == Action.STOP]
    assert not stopped["other_actions"].str.split().explode().isin(GROWTH).any()


def test_the_overview_holds_everybody_once_and_sums_to_the_sales(demo):
    overview, history, panel = store.load(demo, "customer_overview", "history", "panel")
    assert sorted(overview["customer_id"]) == sorted(history["customer_id"])
    year = panel[panel["period"] >= "2025-01-01"]
    assert overview["year_revenue"].sum() == pytest.approx(year["revenue"].sum())
    assert overview["revenue_before"].sum() == pytest.approx(panel[panel["period"].dt.year == 2024]["revenue"].sum())
    debtors, profits = store.load(demo, "debtors", "customer_profits")
    assert overview["overdue"].sum() == pytest.approx(debtors["overdue"].sum()), "what a group owes stands with one of its companies"
    assert overview["profit"].sum() == pytest.approx(profits["profit"].sum())


def test_what_a_chapter_did_not_say_is_unknown_and_not_nothing():
    history = pd.DataFrame(
        {
            "customer_id": ["a"], "first_on": pd.to_datetime(["2025-01-01"]), "last_on": pd.to_datetime(["2025-02-01"]), "silence_days": [300],
            "gap_days": [31.0], "purchases": [2], "is_first_returned": [False], "first_revenue": [5.0], "is_first_known": [True],
        }
    )  # fmt: skip
    panel = pd.DataFrame({"customer_id": ["a", "a"], "period": pd.to_datetime(["2025-01-01", "2025-02-01"]), "revenue": [5.0, 6.0]})
    found = customers.overview(history, panel, None, dict.fromkeys(customers.CHAPTERS), until=pd.Timestamp("2025-12-01"))
    assert found[["overdue", "profit", "wallet_share", "rung_class", "margin"]].isna().all(axis=None)
    assert (found["year_revenue"].iloc[0], found["manager_id"].iloc[0]) == (11.0, "")
    steps = customers.next_actions(found, overdue=None, **NORMS)
    assert steps["action_class"].tolist() == [""]


def test_holidays_of_the_country_are_no_days_for_work():
    assert working_days.weeks(dt.date(2025, 12, 31), "RU", 1) == [(dt.date(2026, 1, 12), dt.date(2026, 1, 16))]
    assert working_days.weeks(dt.date(2025, 12, 31), None, 1) == [(dt.date(2026, 1, 5), dt.date(2026, 1, 9))]
    assert working_days.weeks(dt.date(2025, 12, 31), "ZZ", 1) == [(dt.date(2026, 1, 5), dt.date(2026, 1, 9))], (
        "a country nobody knows has weekends"
    )


def test_a_group_is_told_once_by_one_that_buys_and_what_it_owes_is_never_lost():
    """The first entry of the group never bought, another buyer stands in no file: sums hold, and both are collected from."""
    history = pd.DataFrame(
        {
            "customer_id": ["b", "c", "orphan"], "first_on": pd.to_datetime(["2023-01-01"] * 3), "last_on": pd.to_datetime(["2025-12-01"] * 3),
            "silence_days": [30] * 3, "gap_days": [31.0] * 3, "purchases": [9] * 3, "is_first_returned": [False] * 3, "first_revenue": [5.0] * 3,
            "is_first_known": [True] * 3,
        }
    )  # fmt: skip
    master = pd.DataFrame({"customer_id": ["a", "b", "c"], "name": ["A", "B", "C"], "group_id": ["g", "g", "g"]})
    panel = pd.DataFrame(
        {
            "customer_id": ["b", "c", "orphan"],
            "period": pd.to_datetime(["2025-12-01"] * 3),
            "revenue": [50.0] * 3,
            "cost": [0.0, 20.0, 20.0],
        }
    )
    debtors = pd.DataFrame(
        {
            "group": ["g", "orphan"], "open": [5000.0, 700.0], "overdue": [5000.0, 700.0], "oldest_days": [90.0, 90.0],
            "last_paid_on": pd.to_datetime(["2025-01-01", None]), "is_stopped": [True, False], "credit_limit": [1.0, 1.0],
        }
    )  # fmt: skip
    found = customers.overview(
        history, panel, master, dict.fromkeys(customers.CHAPTERS) | {"debtors": debtors}, until=pd.Timestamp("2025-12-01")
    )
    assert found["open"].sum() == debtors["open"].sum()
    assert found.set_index("customer_id")["is_lead"].to_dict() == {"b": True, "c": False, "orphan": True}
    assert found.set_index("customer_id")["margin"].isna().to_dict() == {"b": True, "c": False, "orphan": False}, (
        "a cost of 0 is none that was given"
    )
    steps = customers.next_actions(found, overdue=None, **NORMS).set_index("customer_id")
    assert steps["action_class"].to_dict() == {"b": "stop", "c": "", "orphan": "collect"}


def test_where_all_goods_together_cost_more_than_they_bring_nobodys_terms_are_the_matter():
    loser = CASES["loses on goods"][0]
    assert steps_of([loser, {}])["action_class"].tolist() == ["loss", ""]
    assert steps_of([loser | {"margin": -9000.0}, {}])["action_class"].tolist() == ["", ""]


def test_of_a_group_that_stopped_paying_no_company_is_sold_to():
    once = CASES["once"][0] | {"group": "g", "is_lead": False}
    found = steps_of([CASES["stopped"][0] | {"group": "g"}, once, CASES["once"][0]])
    assert found["action_class"].tolist() == ["stop", "", "second"]


def test_an_order_is_no_year_and_a_rate_nobody_knows_is_the_bases():
    found = steps_of([CASES["mend"][0] | {"own_revenue": 0.0, "own_margin": 0.0}, {}, {}])
    assert found["money_kind"].iloc[0] == "order"
    assert found["worth"].iloc[0] == 900.0 * 0.25


def test_beyond_twelve_weeks_nobody_is_given_a_day():
    found = steps_of([{"customer_id": f"silent-{i}"} for i in range(30)], per_week=2)
    assert found["due_on"].notna().sum() == 24


def test_cards_are_of_key_accounts_first_then_by_the_day_that_is_due_and_by_worth():
    day = pd.Timestamp("2026-01-09")
    rows = [
        {"customer_id": "plain", "action_class": "", "key_reasons": "", "due_on": pd.NaT, "worth": None},
        {"customer_id": "late", "action_class": Action.SILENT, "key_reasons": "", "due_on": day, "worth": 900.0},
        {"customer_id": "soon", "action_class": Action.SILENT, "key_reasons": "", "due_on": day - pd.Timedelta(days=1), "worth": 1.0},
        {"customer_id": "less", "action_class": Action.SILENT, "key_reasons": "", "due_on": day, "worth": 5.0},
        {"customer_id": "key", "action_class": "", "key_reasons": "revenue", "due_on": pd.NaT, "worth": None},
    ]
    assert cards.of_cards(pd.DataFrame(rows))["customer_id"].tolist() == ["key", "soon", "late", "less"]


def test_a_gap_of_a_stated_budget_is_told_from_an_estimated_one_and_profit_stands_before_what_winning_cost():
    row = pd.Series(dict.fromkeys(cards.MONEY, 1.0) | {"gap": 70.0, "profit": -5.0, "acquisition": 8.0})
    settings = SimpleNamespace(currency="RUB")
    told = lambda **given: dict(cards._money(pd.Series(row.to_dict() | given), settings))
    declared, estimated = told(provenance_class="declared"), told(provenance_class="modelled")
    gap, guess = cards.MONEY["gap"], cards.MONEY["estimated_gap"]
    assert (gap in declared, guess in declared) == (True, False)
    assert (gap in estimated, guess in estimated) == (False, True)
    assert declared[cards.MONEY["before_winning"]].startswith("3")
    assert cards.MONEY["before_winning"] not in told(provenance_class="", acquisition=0.0)
    assert cards.MONEY["before_winning"] not in told(provenance_class="", acquisition=float("nan"))


def test_a_field_of_the_list_is_empty_text_a_day_or_whole_money():
    said = [actions_workbook._in_csv(value) for value in (None, float("nan"), pd.NaT, "=1+1", pd.Timestamp("2026-01-09"), 12.6)]
    assert said == ["", "", "", "'=1+1", "2026-01-09", "13"]


def test_where_nobody_needs_a_step_that_is_said_of_all():
    table = pd.DataFrame({"customer_id": ["a", "b"], "action_class": ["", ""], "due_on": pd.NaT})
    [found] = findings.chapter_findings(table)
    assert (found.value, found.n) == (0.0, 2)


def test_the_workbook_of_two_managers_has_its_titles_filters_and_counts_where_they_belong(tmp_path, monkeypatch):
    table = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c"], "manager_id": ["m", "m", "n"], "action_class": ["silent", "", "silent"], "worth": [5.0, 9.0, 7.0],
            "money_kind": "keep", "due_on": pd.Timestamp("2026-01-12"), "last_paid_on": pd.NaT, "other_actions": "", "key_reasons": "",
        }
    )  # fmt: skip
    counts = summary.by_manager(table.assign(action_class=["silent", "", "grow"]))
    assert counts.set_index("manager_id")[["silent", "grow"]].to_numpy().tolist() == [[1, 0], [0, 1]]
    for column in cards.MONEY | {"silence_days": "", "usual_gap_days": "", "first_on": "", "last_on": ""}:
        table[column] = table.get(column, float("nan"))
    monkeypatch.setattr(store, "maybe", lambda _run, *_names: (table, None, None, None))
    actions_workbook.write(tmp_path, tmp_path, settings.read(ROOT / "data" / "demo"))
    book = openpyxl.load_workbook(tmp_path / "actions.xlsx")
    first, *sheets = book.worksheets
    assert first["A1"].value == "What to do, by manager"
    assert first["A3"].value.startswith("One row per customer")
    assert [sheet.max_row for sheet in sheets] == [2, 2]
    assert {sheet.auto_filter.ref.partition(":")[0] for sheet in sheets} == {"A1"}

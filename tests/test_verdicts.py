"""Decisions are found by rules: each cause planted and taken away again, their order, and what silences them."""

import datetime as dt
import json
from types import SimpleNamespace

import pandas as pd
import pytest

from audit.core import store, working_days
from audit.core.claims import Money
from audit.core.findings import Finding, judge
from audit.core.settings import Settings
from audit.steps import verdicts
from audit.steps.customers.codes import GROWTH, Action
from audit.steps.verdicts import decision_rules, first_page
from audit.steps.verdicts.codes import Choice
from tests.test_customers import PLAIN

NORM = SimpleNamespace(decision_estimated_weight=0.5, decision_large_rank=10, decision_least_share=0.0005)
ROW = PLAIN | {
    "margin": 250.0, "revenue_before": 1000.0, "given": 0.0, "gap": 0.0, "action_class": "", "worth": float("nan"), "money_kind": "", "revenue_rank": 50.0, "profit_rank": 50.0,
    "last_paid_on": "2025-12-01",
}  # fmt: skip


def overview_of(*rows):
    table = pd.DataFrame([ROW | {"customer_id": f"c{i}", "group": f"c{i}"} | row for i, row in enumerate([*rows, {}, {}])])
    return table.assign(**{day: pd.to_datetime(table[day]) for day in ("first_on", "last_on", "last_paid_on")})


def facts_of(*found):
    settings = Settings.model_validate(
        {
            "base": {
                "name": "x",
                "currency": "RUB",
                "as_of": dt.date(2025, 12, 31),
                "observed_from": dt.date(2023, 1, 1),
                "burn_in_months": 0,
            }
        }
    )
    return judge(list(found), settings)


def fact(name, value=1.0, **params):
    return Finding(name, "retention", "fact", "", value=value, params=params)


def decided(overview, facts=None, **tables):
    none = {"wallet_changes": None, "planned": None, "of_managers": None, "dependence": None, "realistic": None, "work": {}, "refused": {}}
    return verdicts.decisions(
        overview, facts_of() if facts is None else facts, **(none | tables), as_of=dt.date(2025, 12, 31), country="RU", norm=NORM
    )


STOP = {"action_class": Action.STOP, "open": 900.0, "overdue": 800.0, "worth": 900.0, "money_kind": "owed"}
LATE = {"action_class": Action.COLLECT, "overdue": 300.0, "worth": 300.0}
TERMS = {"revenue_rank": 3.0, "profit_rank": 99.0, "profit": -100.0, "given": 700.0}
SILENT = {"action_class": Action.SILENT, "worth": 600.0, "money_kind": "keep"}
LOSS = {"action_class": Action.LOSS, "worth": 50.0}
GROW = {"action_class": Action.GROW, "worth": 40.0, "gap": 400.0, "realistic": 160.0}
PLAN = pd.DataFrame([{"plan": 200.0, "forecast": 180.0, "difference": 20.0, "low": 150.0, "high": 210.0, "extra_new": 9.0, "usual_new": 4}])
CRM = pd.DataFrame([{"manager_id": "m", "difference": -170.0, "difference_rate": -0.17, "is_missing": True}])
COMPLAINT = {"action_class": Action.COMPLAINT, "worth": 60.0, "money_kind": "keep"}
LATE_ORDERS = pd.DataFrame(
    [
        {"manager_id": "m", "whose_class": "more_late", "late": 9, "promised_orders": 30, "told_before": 0},
        {"manager_id": "n", "whose_class": "usual_late", "late": 1, "promised_orders": 30, "told_before": 0},
    ]
)
COPIED = pd.DataFrame([{"manager_id": "m", "copied_class": "more", "copy_share": 0.4, "of_others_share": 0.1}])
CASCADE = pd.DataFrame([{"period": "2026", "promised_amount": 90.0, "planned_cost": 80.0, "short": 10.0}])
BUDGETS = pd.DataFrame({"group": ["c0", "c1", "c2"], "is_doubtful": [True, True, False], "budget_now": [90.0, 5.0, 50.0]})
REALISTIC = pd.DataFrame({"group": ["c0"], "realistic": [160.0], "low_realistic": [80.0], "high_realistic": [320.0]})
WALLET = facts_of(fact("wallet_share", 0.6, gap=10.0), fact("wallet_doubted", 2.0, gap=90.0, with_share=0.3))
BELOW_COST = facts_of(fact("customer_profit", 9.0, year="2025", profit=95.0, lost=5.0), fact("below_cost_again", 0.2, is_habit=False))
PLANTED = {
    Choice.DATA: ([{}], {"refused": {"retention": "no dates"}}),
    Choice.STOP: ([STOP], {}),
    Choice.COLLECT: ([LATE], {}),
    Choice.TERMS: ([TERMS], {}),
    Choice.CALL: ([SILENT], {"facts": facts_of(fact("overdue", 4.0, by_chance=1, fewest=0, most=2, is_tried=True))}),
    Choice.LOSSES: ([LOSS], {}),
    Choice.BELOW_COST: ([{"margin": -2000.0}, LOSS], {}),
    Choice.PRICES: ([{}], {"facts": BELOW_COST}),
    Choice.GROW: ([GROW], {"realistic": REALISTIC}),
    Choice.BUDGETS: ([{}], {"facts": WALLET, "wallet_changes": BUDGETS}),
    Choice.PLAN: ([{}], {"planned": PLAN, "facts": facts_of(fact("plan", 0.1))}),
    Choice.CRM: ([{}], {"of_managers": CRM}),
    Choice.COMPLAINTS: ([COMPLAINT], {"facts": facts_of(fact("service_after_open", -0.3, kept_share=0.6, like_share=0.9))}),
    Choice.COMPLAINTS_OPEN: ([COMPLAINT], {}),
    Choice.LATE: ([{}], {"work": {"promises_by_manager": LATE_ORDERS}}),
    Choice.COPIED: ([{}], {"work": {"copied_orders": COPIED}}),
    Choice.PROMISED: ([{}], {"work": {"plan_cascade": CASCADE}}),
    Choice.FALL: ([{"year_revenue": 900.0, "revenue_before": 1900.0}], {}),
}


@pytest.mark.parametrize("choice", PLANTED)
def test_a_planted_cause_is_found_and_no_other_and_gone_when_it_is_taken_away(choice):
    rows, tables = PLANTED[choice]
    assert decided(overview_of(*rows), **tables)["choice_class"].tolist() == [choice]
    assert decided(overview_of()).empty


@pytest.mark.parametrize(("lost", "is_habit", "is_told"), [(5.0, False, True), (4.7, False, False), (50.0, True, False)])
def test_prices_below_cost_are_a_decision_where_they_take_much_and_nobody_is_named_for_it(lost, is_habit, is_told):
    facts = facts_of(fact("customer_profit", 9.0, year="2025", profit=95.0, lost=lost), fact("below_cost_again", 0.2, is_habit=is_habit))
    assert (Choice.PRICES in decided(overview_of({}), facts=facts)["choice_class"].tolist()) == is_told


def test_a_large_customers_fall_is_a_decision_where_it_is_more_than_the_whole_company_moved():
    falls = overview_of({"year_revenue": 900.0, "revenue_before": 1900.0})
    for moved, expected in ((-999.0, [Choice.FALL]), (-1000.0, []), (1001.0, [])):
        facts = facts_of(Finding("sales_change", "base", "fact", "", value=0.1, money=moved))
        assert decided(falls, facts)["choice_class"].tolist() == expected


def test_dependence_is_decided_only_where_the_norm_is_missed():
    top = pd.DataFrame([{"group": "c0", "revenue_share": 0.3, "margin_lost": 70.0, "revenue": 300.0}])
    for verdict, expected in (("missed", [Choice.DEPEND]), ("met", []), ("undecided", [])):
        facts = facts_of(fact("dependence", 0.3)).assign(verdict=verdict)
        assert decided(overview_of(), facts, dependence=top)["choice_class"].tolist() == expected


def test_what_stops_a_loss_comes_first_then_the_lower_end_of_the_effect_and_a_doubted_sum_counts_nothing():
    facts = pd.concat(
        [WALLET, facts_of(fact("overdue", 4.0, by_chance=1, fewest=0, most=2, is_tried=True), fact("plan", 0.1))], ignore_index=True
    )
    changed = BUDGETS.assign(budget_now=[9e9, 5.0, 50.0])
    found = decided(overview_of({**STOP, "open": 1.0}, TERMS, SILENT), facts, wallet_changes=changed, planned=PLAN, of_managers=CRM)
    assert found["choice_class"].tolist() == [Choice.STOP, Choice.CALL, Choice.TERMS, Choice.BUDGETS, Choice.PLAN, Choice.CRM]
    assert found["effect"].tolist() == [0.0, 300.0, 100.0, 0.0, 0.0, 0.0]
    assert found["sureness_class"].tolist()[:4] == ["counted", "estimated", "estimated", "check"]


def test_of_the_silent_only_what_false_alarms_leave_is_claimed():
    facts = facts_of(fact("overdue", 4.0, by_chance=1, fewest=0, most=2, is_tried=True))
    [row] = decided(overview_of(SILENT), facts)[["low", "money", "high"]].to_numpy().tolist()
    assert row == [300.0, 450.0, 600.0]


def test_where_all_of_the_silent_may_be_false_alarms_nothing_is_claimed_and_untried_rules_are_to_be_checked():
    facts = facts_of(fact("overdue", 4.0, by_chance=4, fewest=1, most=4, is_tried=True))
    assert decided(overview_of(SILENT), facts).empty
    [row] = decided(
        overview_of({**SILENT, "money_kind": "keep_sales"}), facts_of(fact("overdue", 4.0, by_chance=0, is_tried=False))
    ).to_dict("records")
    assert (row["choice_class"], row["sureness_class"], row["money_kind"], row["effect"]) == (
        Choice.CALL_UNTRIED,
        "check",
        "keep_sales",
        0.0,
    )


def test_a_decision_is_due_no_later_than_the_first_step_that_carries_it_out():
    own = overview_of(TERMS | {"action_class": Action.LOSS}, TERMS | {"action_class": Action.COLLECT})
    plain = decided(own)["due_on"].iloc[0]
    early = plain - pd.Timedelta(days=7)
    assert decided(own.assign(due_on=[early, pd.NaT, pd.NaT, pd.NaT]))["due_on"].iloc[0] == early
    assert decided(own.assign(due_on=[plain + pd.Timedelta(days=7), early, pd.NaT, pd.NaT]))["due_on"].iloc[0] == plain, (
        "another step carries out something else"
    )


def test_the_fewest_customers_that_hold_most_of_a_doubted_sum_are_named():
    found = decided(overview_of({}, {}), WALLET, wallet_changes=BUDGETS)
    assert json.loads(found["who"].iloc[0]) == ["c0"]
    assert json.loads(found["params"].iloc[0]) == {"count": 1, "doubted": 2, "with_share": 0.3, "without_share": 0.6}, (
        "all that are doubted are told"
    )
    assert pd.isna(found["money"].iloc[0]), "a doubted sum is never told"
    even = decided(overview_of({}, {}), WALLET, wallet_changes=BUDGETS.assign(budget_now=[50.0, 50.0, 1.0]))
    assert json.loads(even["who"].iloc[0]) == ["c0", "c1"]


def test_a_loss_below_the_smallest_effect_stays_with_the_manager():
    sales = 3 * 1000.0
    for worth, expected in ((sales * 0.0005, [Choice.LOSSES]), (sales * 0.0005 - 0.01, [])):
        assert decided(overview_of({**LOSS, "worth": worth}))["choice_class"].tolist() == expected


def test_goods_that_cost_more_than_all_customers_paid_are_looked_into_before_anything_but_a_stop_and_carry_no_sum():
    found = decided(overview_of({"margin": -2000.0}, LOSS, GROW), realistic=REALISTIC)
    assert found["choice_class"].tolist() == [Choice.BELOW_COST, Choice.GROW]
    assert pd.isna(found["money"].iloc[0])
    assert json.loads(found["params"].iloc[0]) == {"sales": 5000.0, "costs": 5000.0 + 2000.0 - 4 * 250.0}


def test_a_large_loser_is_renegotiated_with_only_where_what_is_given_makes_the_loss():
    for changed, expected in (
        ({}, [Choice.TERMS]),
        ({"given": 90.0}, []),
        ({"profit": 1.0}, []),
        ({"revenue_rank": 11.0}, []),
        ({"revenue_rank": 10.0}, [Choice.TERMS]),
    ):
        assert decided(overview_of({**TERMS, **changed}))["choice_class"].tolist() == expected


def test_the_demos_decisions_are_the_planted_ones_and_contradict_nothing(demo):
    found, overview, truth = store.load(demo, "decisions", "customer_overview", "debtors")
    assert found["choice_class"].tolist()[:5] == [Choice.STOP, Choice.CALL, Choice.TERMS, Choice.BUDGETS, Choice.PLAN]
    assert Choice.CRM in found["choice_class"].tolist()
    by = {row["choice_class"]: json.loads(row["who"]) for _i, row in found.iterrows()}
    assert set(by[Choice.STOP]) == set(truth.loc[truth["is_stopped"], "group"])
    steps = overview.set_index("customer_id")
    stopped = set(by[Choice.STOP])
    for choice, step in ((Choice.CALL, (Action.SILENT, Action.KEY_SILENT)), (Choice.LOSSES, (Action.LOSS,)), (Choice.GROW, (Action.GROW,))):
        assert steps.loc[by.get(choice, []), "action_class"].isin(step).all(), "a decision names nobody whose own next step is another"
        assert not stopped & set(by.get(choice, []))
    young = steps["first_on"] > pd.Timestamp("2024-12-31")
    assert not young[by.get(Choice.LOSSES, [])].any(), "nobody younger than a year is told that it does not pay"
    assert not set(GROWTH) & set(steps.loc[list(stopped), "other_actions"].str.split().explode().dropna())
    assert all(working_days.is_working_day(day.date(), "RU") for day in found["due_on"])


def test_a9_managers_are_counted_beside_the_owner_and_never_taken_for_him():
    rows = [
        ("owner", "A1", "Yes", "owner"),
        ("m1", "A1", "no", "manager"),
        ("m2", "A1", "yes", "manager"),
        ("m3", "A1", "perhaps", "manager"),
        ("m1", "A2", "no", "manager"),
    ]
    answers = pd.DataFrame(rows, columns=["respondent", "question", "value", "role"]).assign(form="eight_questions")
    nothing = pd.DataFrame({"id": [], "value": []})
    found = verdicts.eight_questions(nothing, answers).set_index("question")
    assert found.loc["A1", ["owner_answer", "managers_yes", "managers_said"]].tolist() == ["yes", 1, 2]
    assert found.loc["A2", ["owner_answer", "managers_yes", "managers_said"]].tolist() == ["", 0, 1]
    assert verdicts.eight_questions(nothing, answers.drop(columns="role").head(1)).set_index("question").loc["A1", "owner_answer"] == "yes"
    assert verdicts.eight_questions(nothing, None)["managers_said"].sum() == 0


@pytest.mark.parametrize(("losing", "first"), [(51, "profit"), (50, "base")])
def test_a_base_most_of_whose_customers_lose_money_begins_with_that(losing, first):
    claims = pd.DataFrame({"step": ["base", "receivables", "profit"], "value": [0.0, 5.0, losing], "n": [90, 90, 100]})
    decided = pd.DataFrame({"step": ["receivables", "profit"], "is_hidden": [False, False]})
    assert first_page._headlines(claims, decided)["step"].tolist() == [first, "receivables"]
    assert first_page._headlines(claims.head(0), decided.head(0)).empty


def test_where_goods_bring_no_margin_a_visit_names_no_money():
    assert decision_rules._won(Money.WIN, 10.0) == (Money.WIN, 10.0, 0.0, 10.0)
    kind, *money = decision_rules._won(Money.WIN, 0.0)
    assert kind == ""
    assert all(one != one for one in money)

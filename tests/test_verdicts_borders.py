"""The answer at its borders: who is counted, how far to trust it, questions exactly at a limit, and the day of each decision."""

import json
from types import SimpleNamespace

import pandas as pd
import pytest

from audit.core import working_days
from audit.core.settings import read
from audit.core.tables.codes import BOOKS, Gate, Subject
from audit.steps import verdicts
from audit.steps.verdicts import findings, first_page, priorities, questions, reliance, work_rules
from audit.steps.verdicts.codes import Answer, Choice, Counted
from tests.conftest import ROOT
from tests.test_verdicts import LATE, PLANTED, STOP, decided, fact, facts_of, overview_of

HISTORY = pd.DataFrame({"customer_id": list("abc")})
MOVEMENT = pd.DataFrame(
    {
        "period": ["2023", "2024", "2025"],
        "customers": [4, 9, 8],
        "lost": [0, 1, 3],
        "new": [0, 2, 2],
        "first_seen": [0, 0, 0],
        "returned": [0, 0, 0],
    }
)
RETENTION = pd.DataFrame({"unit_class": ["year", "year", "month"], "period": ["2024", "2025", "2025-12"], "at_end": [5, 7, 99]})


STAYED = pd.DataFrame({"id": ["retention_rate"], "why": [""], "params": ['{"months": 4}']})


def funnel(**given) -> dict[str, int]:
    none = {"customers": None, "movement": None, "retention": None, "key_accounts": None, "central": None, "chapters": STAYED}
    found = verdicts.funnel(HISTORY, **(none | given), unit="year")
    return dict(zip(found["counted_class"], found["customers"], strict=True))


def test_circles_are_those_of_the_last_two_periods_and_of_the_last_end():
    whole = funnel(customers=HISTORY.head(2), central=HISTORY, movement=MOVEMENT, retention=RETENTION)
    assert whole == {
        Counted.FILE: 2,
        Counted.EVER: 3,
        Counted.BEFORE: 9,
        Counted.LOST: 3,
        Counted.NEW: 2,
        Counted.NOW: 8,
        Counted.ACTIVE: 7,
    }
    assert funnel(movement=MOVEMENT.assign(returned=1))[Counted.RETURNED] == 1
    seen = funnel(movement=MOVEMENT.assign(new=0, first_seen=2))
    assert (seen.get(Counted.NEW), seen[Counted.SEEN]) == (None, 2), "nobody of whom it is not known is called new, nor said not to be"
    given = {"customers": None, "key_accounts": None, "central": None, "chapters": STAYED, "unit": "year"}
    last = verdicts.funnel(HISTORY, movement=MOVEMENT, retention=RETENTION, **given).iloc[-1]
    assert last[["counted_class", "period", "period_before", "months"]].tolist() == ["active", "2025", "2024", 4]


UNTOLD = [{"retention": RETENTION, "chapters": one} for one in (STAYED.assign(why="watched for too short"), STAYED.head(0))]


@pytest.mark.parametrize("known", [{}, {"movement": MOVEMENT.head(1)}, {"retention": RETENTION.tail(1)}, {"customers": HISTORY}, *UNTOLD])
def test_a_circle_that_the_data_do_not_know_is_left_out(known):
    assert funnel(**known) == {Counted.EVER: 3}


def answered(question, value=1.0, **more):
    name = {"A1": "new_revenue_share", "A2": "wallet_share", "A3": "existing_customers", "A4": "wallet_managers", "A5": "reactivation"}
    name |= {"A6": "order_gap", "A7": "first_steps", "A8": "base_size"}
    found = facts_of(fact(name[question], value)).assign(**more)
    return verdicts.eight_questions(found, None).set_index("question").loc[question, "data_answer"]


@pytest.mark.parametrize(
    ("question", "given", "answer"),
    [
        ("A3", {"low": -0.2, "high": -0.1}, Answer.YES),
        ("A3", {"low": -0.2, "high": 0.0}, Answer.YES),  # flat counts as yes
        ("A3", {"low": 0.0, "high": 0.1}, Answer.NO),
        ("A3", {"low": -0.1, "high": 0.1}, Answer.UNDECIDED),
        ("A1", {"low": 0.1, "high": 0.49}, Answer.YES),
        ("A1", {"low": 0.1, "high": 0.5}, Answer.UNDECIDED),
        ("A1", {"low": 0.5, "high": 0.6}, Answer.NO),
        ("A1", {"low": 0.0, "high": 0.0}, Answer.YES),
        ("A5", {"low": 0.2, "high": 0.6}, Answer.UNDECIDED),
        ("A7", {"low": 0.6, "high": 0.7}, Answer.NO),
        ("A2", {"value": 0.99}, Answer.YES),
        ("A2", {"value": 1.0}, Answer.NO),
        ("A4", {"value": 1.0}, Answer.YES),
        ("A4", {"value": 0.0}, Answer.UNDECIDED),
        ("A6", {"low": 0.0, "high": 9.0}, Answer.NO),
        ("A6", {"low": 0.1, "high": 9.0}, Answer.YES),
        ("A8", {"value": 5.0, "previous": 5.0}, Answer.YES),
        ("A8", {"value": 6.0, "previous": 5.0}, Answer.NO),
        ("A1", {"value": float("nan")}, Answer.UNDECIDED),
    ],
)
def test_a_question_is_answered_only_where_the_whole_range_lies_on_one_side(question, given, answer):
    assert answered(question, **given) == answer


def test_only_the_answers_to_the_eight_questions_are_the_owners():
    said = pd.DataFrame({"form": ["eight_questions", "other"], "question": ["A1", "A2"], "value": ["Yes", "no"]})
    found = verdicts.eight_questions(facts_of(fact("new_revenue_share", 0.1), fact("wallet_share", 1.0)), said).set_index("question")
    assert found["owner_answer"].to_dict() == {"A1": "yes"} | dict.fromkeys(list(questions.QUESTIONS)[1:], "")
    assert found.loc["A1", "agreement_class"] == "agree"


def test_findings_that_miss_a_norm_come_first_then_the_money_and_undecided_ones_are_listed():
    found = facts_of(*(fact(name) for name in "abcd")).assign(
        verdict=["met", "missed", "undecided", "met"], money=[5.0, float("nan"), float("nan"), -9.0], title=list("ABCD"), why="too few"
    )
    assert priorities.ordered(found)["id"].tolist() == ["b", "d", "a", "c"]
    asked = pd.DataFrame({"question": ["A1", "A2"], "data_answer": [Answer.UNDECIDED, Answer.YES]})
    table = priorities.undecided(found, asked, {"costs": "profit"}, {"base": "no dates"})
    assert table["subject"].tolist()[:3] == ["C", "A1", "costs"]
    assert table["decided_by"].tolist()[:3] == ["too few", "no dates", "profit"]


def trusted(found=None, **given) -> list[str]:
    none = {"controls": None, "doubts": None, "wallets": None, "missing": {}, "refused": {}}
    return [one.id for one in reliance.trust(facts_of() if found is None else found, **(none | given))]


def test_totals_are_said_to_agree_only_with_the_companys_own_books():
    ties = fact("booked_to_revenue", booked=10.0, untraced=1.0)
    known = facts_of(fact("rows_kept"), ties)
    assert trusted(facts_of(ties)) == []
    assert trusted(facts_of(fact("rows_kept"))) == []
    other = pd.DataFrame({"control": ["another table"], "verdict": ["PASS"]})
    books = pd.DataFrame({"control": BOOKS, "verdict": ["PASS", "PASS"]})
    none = {"doubts": None, "wallets": None, "missing": {}, "refused": {}}

    def said(controls):
        [found] = reliance.trust(known, controls=controls, **none)
        return found.message, found.params

    for unknown in (None, other, books.head(0)):
        assert "not been compared" in said(unknown)[0]
    assert said(pd.concat([books, other]))[0].endswith("agree with the company’s books.")
    assert said(books.assign(verdict=["PASS", "FLAG"]))[1] == {"count": 1, "total": 2}


def test_the_heaviest_doubt_is_told_but_for_budgets_which_have_a_decision_of_their_own():
    doubts = pd.DataFrame(
        {"verdict": ["PASS", "FLAG", "FLAG"], "share": [0.9, 0.1, 0.2], "table": ["a", "b", "c"], "doubt": ["x", "y", "z"]}
    )
    [most] = reliance.trust(facts_of(), controls=None, doubts=doubts, wallets=None, missing={}, refused={})
    assert most.params["doubt"] == {"message": "z"}
    assert trusted(doubts=doubts.assign(table=["a", "b", "budgets"])) == []
    assert trusted(doubts=doubts.head(1)) == []


def test_what_would_decide_most_is_the_budgets_as_long_as_one_is_unknown_then_the_first_table_missing():
    wallets = pd.DataFrame({"provenance_class": ["declared", "modelled"]})

    def missed(wallets, missing):
        made = reliance.trust(facts_of(), controls=None, doubts=None, wallets=wallets, missing=missing, refused={})
        return [(one.message, one.params) for one in made]

    [(said, params)] = missed(wallets, {"costs": "x"})
    assert "budgets of {unknown}" in said
    assert params == {"unknown": 1}
    [(said, params)] = missed(wallets.head(1), {"contacts": "x", "costs": "x"})
    assert params == {"table": {"message": "costs"}}
    [(said, params)] = missed(None, {"plans": "x", "budgets": "x"})
    assert params == {"table": {"message": "budgets"}}
    assert missed(wallets.head(1), {}) == []


def test_refused_chapters_are_counted_among_all_chapters():
    rows = [
        (Subject.CHAPTER, "retention", Gate.REFUSE, "no dates"),
        (Subject.CHAPTER, "base", "PASS", ""),
        (Subject.CHAPTER, "value", "FLAG", "x"),
    ]
    gate = pd.DataFrame([*rows, (Subject.TABLE, "lines", Gate.REFUSE, "no dates")], columns=["kind", "subject", "verdict", "why"])
    [refused] = findings.chapter_findings(gate, None, confidence=0.95)
    assert (refused.value, refused.n) == (1.0, 3)
    assert findings.chapter_findings(gate.tail(3), None, confidence=0.95) == []


def test_first_steps_are_ours_over_all_recorded():
    contacts = pd.DataFrame({"direction": ["out", "in", "in", "out", "in"]})
    gate = pd.DataFrame(columns=["kind", "subject", "verdict", "why"])
    [steps] = findings.chapter_findings(gate, contacts, confidence=0.95)
    assert (steps.value, steps.n) == (0.4, 5)
    assert steps.low < 0.4 < steps.high
    assert findings.chapter_findings(gate, contacts.head(0), confidence=0.95) == []


WEEK = {  # decision -> the week, from the next working one, on whose last day it is due; of those who stopped paying, the first day of the next
    Choice.DATA: 1, Choice.COLLECT: 1, Choice.TERMS: 2, Choice.CALL: 0, Choice.LOSSES: 2, Choice.GROW: 2, Choice.BUDGETS: 1, Choice.PLAN: 1, Choice.CRM: 1,
    Choice.COMPLAINTS: 0, Choice.COMPLAINTS_OPEN: 0, Choice.LATE: 0, Choice.COPIED: 1, Choice.PROMISED: 1, Choice.FALL: 1,
}  # fmt: skip


@pytest.mark.parametrize("choice", WEEK)
def test_each_decision_is_due_on_the_last_day_of_its_week(choice):
    rows, tables = PLANTED[choice]
    found = decided(overview_of(*rows), **tables)
    weeks = working_days.weeks(pd.Timestamp("2025-12-31").date(), "RU", 3)
    assert [day.date() for day in found["due_on"]] == [weeks[WEEK[choice]][1]]
    [stop] = decided(overview_of(STOP))["due_on"]
    assert stop.date() == weeks[0][0]


def test_what_is_overdue_is_added_up_and_the_three_largest_are_named_as_a_share():
    rows = [LATE | {"overdue": money} for money in (100.0, 400.0, 300.0, 200.0)]
    [row] = decided(overview_of(*rows)).to_dict("records")
    assert row["money"] == 1000.0
    assert json.loads(row["who"]) == ["c1", "c2", "c3", "c0"]
    assert json.loads(row["params"])["top_share"] == 0.9


def test_dependence_is_margin_where_it_is_known_and_else_sales_by_name():
    facts = facts_of(fact("dependence", 0.3)).assign(verdict="missed")
    top = pd.DataFrame([{"group": "c0", "revenue_share": 0.3, "margin_lost": 70.0, "revenue": 300.0}])
    for margin, money, kind in ((70.0, 70.0, "risk"), (-5.0, 0.0, "risk"), (float("nan"), 300.0, "risk_sales")):
        [row] = decided(overview_of(), facts, dependence=top.assign(margin_lost=margin)).to_dict("records")
        assert (row["money"], row["money_kind"]) == (money, kind)


def test_purchases_promised_for_exactly_what_is_planned_are_no_decision():
    cascade = pd.DataFrame(
        {"period": ["2025", "2026", "2027"], "promised_amount": [50.0, 90.0, None], "planned_cost": 80.0, "short": [30.0, 0.0, 99.0]}
    )
    assert work_rules._promised(cascade) == []
    [one] = work_rules._promised(cascade.assign(short=[0.0, 0.5, 99.0]))
    assert one.params["year"] == "2026"


def claims(**steps) -> pd.DataFrame:
    return pd.DataFrame([{"step": step, "value": value, "n": n} for step, (value, n) in steps.items()])


@pytest.mark.parametrize(("lose", "first"), [(6, "profit"), (5, "base")])
def test_the_headline_is_of_sales_unless_more_than_half_of_the_customers_lose_money(lose, first):
    table = claims(intake=(1, 1), base=(0.1, 9), profit=(lose, 10), wallet=(0.5, 9))
    chosen = pd.DataFrame({"step": ["wallet", "base"], "is_hidden": [True, False]})
    expected = [first, "base"] if first != "base" else ["base"]
    assert first_page._headlines(table, chosen)["step"].tolist() == expected
    shown = pd.DataFrame({"step": ["wallet"], "is_hidden": [False]})
    assert first_page._headlines(table, shown)["step"].tolist() == [first, "wallet"]


def test_without_sales_the_first_claim_leads_and_of_a_decision_two_names_stand():
    table = claims(intake=(1, 1), wallet=(0.5, 9))
    assert first_page._headlines(table, pd.DataFrame({"step": [], "is_hidden": []}))["step"].tolist() == ["intake"]
    told = SimpleNamespace(names=lambda ids: {one: one for one in ids}, places={})
    told._linked = lambda one, name: f"[{name}]"
    assert first_page._Told._names(told, ["a", "b"], 1) == '<span class="names">[a], [b]</span>'
    assert "and 1 more" in first_page._Told._names(told, ["a", "b", "c"], 1)


def test_decisions_with_their_customers_are_numbered_from_one():
    overview = overview_of(STOP).assign(year_revenue=1.0, due_on=pd.Timestamp("2026-01-12"))
    table = verdicts.worded(decided(overview, facts_of(fact("plan", 0.1))), None)
    page = first_page.every_decision(table, overview, None, None, read(ROOT / "data" / "demo")).data
    assert "1. Customers of this decision" in page
    assert "0. Customers" not in page

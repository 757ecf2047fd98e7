"""The team's figures at their borders: exactly at a limit, with nothing, with the smallest table that can be counted by hand."""

from types import SimpleNamespace

import pandas as pd
import pytest

from audit.core.findings import Finding
from audit.steps import team
from audit.steps.team import by_channel as channels
from audit.steps.team import compared, conclusion, findings, of_money, time_needed, year
from audit.steps.team.codes import Level, Told
from tests.test_team import AS_OF, UNTIL, panel, sellers

DAY = pd.Timestamp
OF = {"is_handed": False, "is_new": False, "is_kept": True, "revenue_before": 10.0, "margin": 1.0, "costed": 10.0, "returned": 0.0}


def portfolio(rows: list[dict]) -> pd.DataFrame:
    """Customers of managers, as portfolios gives them."""
    table = pd.DataFrame(
        [{"customer_id": f"c{i}", "manager_id": "M1", "manager_now_id": "M1", "revenue_now": 10.0} | OF | row for i, row in enumerate(rows)]
    )
    return table.assign(change=0.0, stratum="all")


def test_exactly_at_the_share_of_false_ones_a_manager_stands_out():
    for share, said in ((0.05, Told.BETTER), (0.0499, Told.CHANCE)):
        assert compared.told(pd.Series([0.2]), pd.Series([0.05]), pd.Series([True]), false_share=share)[1].tolist() == [said]
    assert compared.told(pd.Series([0.0]), pd.Series([0.05]), pd.Series([True]), false_share=0.05)[1].tolist() == [Told.WORSE]


def test_a_second_purchase_on_the_last_day_of_the_horizon_counts_and_new_are_those_of_two_years():
    history = pd.DataFrame(
        {
            "first_on": [DAY("2024-12-31"), DAY("2024-01-01"), DAY("2024-01-01"), DAY("2022-12-31"), DAY("2023-01-01"), DAY("2025-01-01")],
            "second_on": [DAY("2025-12-31"), DAY("2024-12-31"), DAY("2025-01-01"), DAY("2023-01-05"), pd.NaT, DAY("2025-01-02")],
            "is_first_known": True,
            "first_manager_id": "M1",
        }
    )
    found = compared._second(history, as_of=AS_OF, horizon_days=365)
    assert found["value"].tolist() == [1.0, 1.0, 0.0, 0.0]  # 365 days, 365, 366, none; 2022 is too long ago, 2025 too late


@pytest.mark.parametrize(
    ("stands_out", "why", "alone", "alone_why", "said"),
    [
        (1.0, "", 0.5, "", "stand"),
        (0.0, "", 0.2, "", "One manager alone knows"),
        (0.0, "", 0.19, "", "No manager can be told"),
        (0.0, "", 0.5, "by a program", "No manager can be told"),
        (0.0, "too few", 0.1, "", "Too few customers"),
    ],
)
def test_the_claim_of_the_team_by_what_is_known(stands_out, why, alone, alone_why, said):
    found = [
        Finding("team_compared", "team", "estimate", "", value=stands_out, unit="count", n=5, why=why),
        Finding("team_alone", "team", "fact", "", value=alone, n=9, why=alone_why, params={"money": 1.0}),
    ]
    assert said in conclusion.claim(found, SimpleNamespace(team_alone_share=0.2))[0].message
    if said.startswith("One"):
        assert said not in conclusion.claim(found, None)[0].message


@pytest.mark.parametrize(("handed", "is_told"), [(10, True), (9, False)])
def test_of_ten_handovers_their_effect_is_told_and_of_nine_not(handed, is_told):
    moved = pd.DataFrame({"customer_id": [f"c{i}" for i in range(handed)], "is_declared": True, "is_kept": True, "like_share": 0.5})
    [said] = findings._handed(moved, 0.95)
    assert (said.why == "") == is_told


def test_what_is_known_to_one_alone_is_a_share_of_all_sales():
    alone = pd.DataFrame({"revenue": [60.0, 40.0], "customers": [5, 5], "alone_customers": [1, 1], "alone_revenue": [20.0, 5.0]})
    [said] = findings._alone(alone)
    assert (said.value, said.money) == (0.25, 20.0)
    assert findings._alone(alone.assign(revenue=0.0)) == []


def test_plans_of_the_latest_year_are_told_and_half_a_percent_apart_is_rounding():
    def cascade(difference: float, period: str = "2026") -> pd.DataFrame:
        return pd.DataFrame(
            {"period": [period], "planned_class": [Level.MANAGER], "difference": [difference], "company_plan": [1000.0], "amount": [1000.0 + difference], "plans": [3]}
        )  # fmt: skip

    assert "add up to the company" in of_money._plans(cascade(5.0))[0].message
    assert "a difference of" in of_money._plans(cascade(-5.1))[0].message
    assert of_money._plans(pd.concat([cascade(-90.0, "2025"), cascade(1.0)]))[0].params["year"] == "2026"


@pytest.mark.parametrize(("short", "said"), [(0.01, "We have committed"), (0.0, None), (-5.0, None)])
def test_suppliers_were_promised_too_much_only_above_what_the_plan_needs(short, said):
    row = {
        "period": ["2026"],
        "planned_class": ["company"],
        "plans": [1],
        "promised_amount": [10.0 + short],
        "planned_cost": [10.0],
        "short": [short],
    }
    [found] = of_money._promised(pd.DataFrame(row))
    assert ("We have committed" in found.message) == (said is not None)


@pytest.mark.parametrize(
    ("bonus", "losing", "unpaid", "told"),
    [(100.0, 10.0, 30.0, 0.3), (0.0, 10.0, 30.0, None), (100.0, None, None, None), (100.0, -5.0, None, 0.0)],
)
def test_pay_for_what_earns_nothing_is_told_only_where_there_is_pay_and_it_is_known(bonus, losing, unpaid, told):
    paid = pd.DataFrame({"formula": ["f"], "name": ["f"], "bonus": [bonus], "by_losing": [losing], "by_unpaid": [unpaid], "by_largest": [0.0], "by_handed": [0.0]}).astype(
        {"by_losing": float, "by_unpaid": float}
    )  # fmt: skip
    found = of_money._paid(paid)
    assert [one.value for one in found] == ([] if told is None else [pytest.approx(told)])


def test_a_customer_in_no_other_table_is_known_to_its_manager_alone_and_one_who_bought_nothing_is_nobodys():
    of = portfolio([{"customer_id": "a"}, {"customer_id": "b", "revenue_now": 0.0}, {"customer_id": "z"}])
    found = team.known_by_one(of, sellers([("a", "M1", "2025-05-01", 1.0)]), None, None, None, as_of=AS_OF).set_index("manager_id")
    assert found.loc["M1", ["customers", "alone_customers"]].tolist() == [2, 2]  # z is in no sale of the year: its manager alone knows it


def test_no_plans_and_an_empty_table_of_plans_cascade_nothing():
    none = pd.DataFrame({"period": [], "level": [], "id": [], "amount": []})
    assert team.plan_cascade(none, None, cost_rate=0.5).empty
    assert team.plan_cascade(None, None, cost_rate=0.5).empty


def test_a_talk_on_the_last_day_is_one_and_who_left_that_day_is_there_no_more():
    managers = pd.DataFrame({"manager_id": ["M1", "M2", "M3"], "left_on": [pd.NaT, AS_OF, AS_OF + pd.Timedelta(days=1)]})
    reviews = pd.DataFrame({"manager_id": ["M1", "M3"], "reviewed_on": [AS_OF, AS_OF + pd.Timedelta(days=1)]})
    found = team.reviewed(reviews, managers, as_of=AS_OF, fresh_days=1).set_index("manager_id")
    assert found["is_recent"].to_dict() == {"M1": True, "M3": False}
    assert pd.isna(found.loc["M3", "reviewed_on"]), "a day to come is no talk"
    assert not team.reviewed(reviews.assign(reviewed_on=AS_OF - pd.Timedelta(days=1)), managers, as_of=AS_OF, fresh_days=1)[
        "is_recent"
    ].any()


def test_orders_are_small_below_a_quarter_of_the_median_and_not_at_it():
    bought = panel([("small", "2025-05-01", 24.0), ("edge", "2025-05-01", 25.0), *((c, "2025-05-01", 100.0) for c in "abc")])
    bought.loc[len(bought)] = ["none", DAY("2025-05-01"), -5.0, 0, 0]  # what came back alone is no order
    found = time_needed._orders(bought, UNTIL)
    assert found["small"].to_dict() == {"a": 0, "b": 0, "c": 0, "edge": 0, "none": 0, "small": 1}


def test_the_year_of_a_manager_by_hand():
    of = portfolio(
        [
            {"revenue_before": 100.0, "revenue_now": 50.0, "margin": 10.0, "costed": 40.0, "returned": 10.0, "is_new": True},
            {"revenue_before": 20.0, "revenue_now": 30.0, "margin": float("nan"), "costed": 0.0, "is_kept": False, "is_handed": True},
            {"revenue_before": 0.0, "revenue_now": -5.0, "margin": 0.0, "costed": 0.0, "manager_now_id": "M2"},
        ]
    )
    given = dict.fromkeys(("managers", "behaviour", "activities", "debtors", "wallets"))
    found = team.managers_year(of, sellers([("c0", "M1", "2025-05-01", 1.0)]), until=UNTIL, as_of=AS_OF, **given).set_index("manager_id")
    first = found.loc["M1"]
    assert first[["customers", "new_customers", "revenue", "kept", "customers_before", "handed_in"]].tolist() == [2, 1, 80.0, 2, 3, 1]
    assert first["largest_share"] == pytest.approx(50 / 80)
    assert first[["same_before", "same_now"]].tolist() == [120.0, 75.0]
    assert first["same_change_rate"] == pytest.approx(75 / 120 - 1)
    assert first["others_change_rate"] == pytest.approx(25 / 20 - 1), "without the largest"
    assert first["margin_rate"] == 0.25
    assert first["return_rate"] == pytest.approx(10 / 90)
    assert found.loc["M2", ["margin_rate", "return_rate"]].isna().all(), "nothing was sold"
    assert pd.isna(first["tenure_number"])


def test_turnover_counts_who_was_there_a_year_ago_and_left_within_it():
    managers = pd.DataFrame(
        {
            "manager_id": list("abcde"),
            "hired_on": [DAY("2020-01-01"), DAY("2024-12-31"), DAY("2025-01-01"), pd.NaT, DAY("2020-01-01")],
            "left_on": [pd.NaT, AS_OF, DAY("2025-06-01"), AS_OF + pd.Timedelta(days=1), DAY("2024-12-31")],
        }
    )
    assert year.turnover(managers, as_of=AS_OF) == (1, 3)  # c came later, e had left that day
    assert year.turnover(managers.drop(columns="hired_on"), as_of=AS_OF) == (2, 4)
    assert year.turnover(managers.assign(left_on=pd.NaT), as_of=AS_OF) == (0, 0)


def test_pay_by_formula_leaves_out_what_nobody_owes_and_counts_a_kept_customer_once():
    of = portfolio([{"revenue_before": 0.0}, {"is_kept": False}, {}])
    found = team.bonuses(of, {"kept": "1 * kept_customers", "debt": "0 - 1 * overdue"}, customers=None, debtors=None, profits=None)
    assert found.set_index("formula")["bonus"].to_dict() == {"kept": 1.0, "debt": 0.0}
    unknown = {"margin": "1 * margin", "back": "1 * returned", "new": "1 * new_revenue"}
    nothing = of.assign(margin=float("nan"), returned=float("nan"))
    assert team.bonuses(nothing, unknown, customers=None, debtors=None, profits=None)["bonus"].tolist() == [0.0, 0.0, 0.0]


def test_a_goods_cost_of_one_is_a_cost_and_sales_of_sole_managers_that_came_to_nothing_are_not_told():
    sold = pd.DataFrame({"channel": ["a", "a", "a"], "revenue": [4.0, 6.0, 9.0], "cost": [1.0, 4.0, 0.0]})
    assert channels._margin_rate(sold)["a"] == 0.5, "a cost of nothing is none that is known"
    assert findings._alone(pd.DataFrame({"revenue": [5.0, -10.0], "customers": [1, 1]})) == []


def test_a_channel_whose_goods_have_no_cost_has_no_margin():
    from audit.steps.team import by_channel

    now = pd.DataFrame({"channel": ["a", "a", "b", "c"], "revenue": [100.0, 50.0, 10.0, 10.0], "cost": [60.0, 0.0, None, 1.0]})
    assert by_channel._margin_rate(now).to_dict() == {"a": 0.4, "c": 0.9}


def test_months_of_the_newly_hired_add_up_over_customers_and_end_with_the_window():
    months = [f"2025-{m:02d}-01" for m in range(1, 13)]
    old = [("c1", "M1", month, 100.0) for month in months]
    new = [(c, "N1", month, 60.0) for c in ("c2", "c3") for month in months]  # 120 by two customers
    managers = pd.DataFrame({"manager_id": ["M1", "N1"], "hired_on": pd.to_datetime(["2015-01-01", "2025-03-15"])})
    found = team.settling_in(managers, sellers(old + new), until=UNTIL, observed_from=DAY("2025-01-01"), seasoned_years=2)
    assert found[["seen_months", "settled_months"]].to_numpy().tolist() == [[9, 3.0]]  # April to June are the first three whole months


def test_half_a_rouble_is_a_sale():
    of = portfolio(
        [{"revenue_now": 0.5, "revenue_before": 0.25, "costed": 0.5, "margin": 0.25}, {"manager_id": "M2", "manager_now_id": "M2"}]
    )
    alone = team.known_by_one(of, sellers([("c0", "M1", "2025-05-01", 0.5)]), None, None, None, as_of=AS_OF).set_index("manager_id")
    assert alone.loc["M1", ["customers", "alone_revenue", "alone_share"]].tolist() == [1, 0.5, 1.0]
    nothing = dict.fromkeys(("managers", "behaviour", "activities", "debtors", "wallets"))
    found = team.managers_year(of, sellers([("c0", "M1", "2025-05-01", 0.5)]), until=UNTIL, as_of=AS_OF, **nothing).set_index("manager_id")
    assert found.loc["M1", ["same_change_rate", "margin_rate", "return_rate"]].tolist() == [1.0, 0.5, 0.0]
    ways = pd.DataFrame({"customer_id": ["a", "a"], "channel": ["shop", "site"], "revenue": [0.5, 0.5], "period": DAY("2025-05-01")})
    assert team.several_channels(ways, until=UNTIL) == (1, 1)


def test_whose_contacts_a_program_fills_in_is_counted_over_all_managers():
    table = pd.DataFrame(
        {
            "manager_id": ["M1", "M2"], "customers": [6, 4], "revenue": [60.0, 40.0], "alone_customers": [6, 4], "alone_revenue": [60.0, 40.0],
            "alone_share": 1.0, "company_share": [0.6, 0.4], "known_class": "contacts",
        }
    )  # fmt: skip
    [told] = findings._alone(table)
    assert (told.n, told.value) == (10, told.value) and told.why
    [none] = findings._alone(table.assign(alone_revenue=[30.0, 40.0], alone_customers=[3, 0], known_class="sales"))
    assert none.n == 10
    assert none.value == pytest.approx(0.7)


def test_what_a_formula_asks_for_and_nobody_knows_counts_as_nothing():
    of = portfolio([{"margin": float("nan"), "returned": float("nan")}])
    asked = {"margin": "1 * margin", "returned": "1 * returned", "overdue": "1 * overdue", "new": "1 * new_revenue"}
    debts = pd.DataFrame({"group": ["c9"], "overdue": [5.0], "is_stopped": [False]})
    assert team.bonuses(of, asked, customers=None, debtors=debts, profits=None)["bonus"].tolist() == [0.0] * 4

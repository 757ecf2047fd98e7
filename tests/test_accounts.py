"""Key accounts: thresholds at exactly their value, levels, groups, limits, and the loss of a customer played through."""

import datetime as dt

import pandas as pd
import polars as pl
import pytest

from audit import ledger
from audit.steps import accounts
from audit.steps.accounts import findings
from tests.conftest import WINDOWS, as_pandas, ledger_of, lines

UNTIL = pd.Timestamp("2024-12-31")
ALL_GOODS = {"supplies": None, "customers": None, "until": UNTIL}  # nobody says from whom goods come
RULE = {"margin": None, "key_share": 0.10, "key_income": 0.0, "potential_wallet_share": 0.25, "fact_least": 4}
NONE = accounts.potentials(pd.DataFrame(), None, customers=None, until=UNTIL)


def panel_of(money: dict[str, float]) -> pd.DataFrame:
    return ledger_of([(name, "2024-05-05", amount) for name, amount in money.items()], as_of="2024-12-31", observed_from="2024-01-01")[
        "panel"
    ]


def shares_of(money, customers=None, sellers=None):
    return accounts.revenue_shares(panel_of(money), sellers, customers=customers, until=UNTIL)


def keys_of(money, customers=None, sellers=None, facts=None):
    return accounts.key_accounts(shares_of(money, customers, sellers), NONE, facts=facts, customers=customers, **RULE)


def test_e1_ten_percent_at_exactly_ten_percent_is_key_and_a_cent_less_is_not():
    assert set(keys_of({"a": 10, "b": 45, "c": 45})["group"]) == {"a", "b", "c"}
    assert set(keys_of({"a": 9.99, "b": 45, "c": 45.01})["group"]) == {"b", "c"}
    assert set(keys_of({f"c{i}": 0.1 for i in range(10)})["group"]) == {f"c{i}" for i in range(10)}


def test_e10_by_volume_alone_there_can_be_no_more_than_ten():
    assert keys_of({f"c{i}": 1 for i in range(11)}).empty


def test_p21_five_entities_of_8_percent_are_one_customer_of_40():
    money = {f"h{i}": 8 for i in range(5)} | {f"c{i}": 6 for i in range(10)}
    assert keys_of(money).empty
    customers = pd.DataFrame({"customer_id": list(money), "name": list(money), "group_id": ["H"] * 5 + [""] * 10})
    found = keys_of(money, customers)
    assert found[["group", "value_number"]].to_numpy().tolist() == [["H", 0.4]]


def test_e2_the_widest_level_is_reported():
    money = {"wide": 30, "dep": 8, "man": 3} | {f"c{i}": 59 / 40 for i in range(40)}
    sellers = pd.DataFrame({"customer_id": list(money), "period": pd.Timestamp("2024-05-01"), "revenue": list(money.values())})
    sellers["manager_id"] = ["m1", "m2", "m3"] + [f"m{1 + i % 3}" for i in range(40)]
    sellers["department"] = ["north", "south", "north"] + ["south" if i % 3 == 1 else "north" for i in range(40)]
    found = keys_of(money, sellers=sellers).set_index("group")["level_class"].to_dict()
    assert found == {"wide": "company", "dep": "department", "man": "manager"}


def test_e3_potential_needs_a_large_budget_and_a_small_share_of_it():
    panel = panel_of({"small": 1, "rest": 99})
    budget = lambda amount: pd.DataFrame(
        {"customer_id": ["small"], "category": "x", "period": "2024", "amount": [amount], "provenance": "declared"}
    )
    for amount, expected in [(10.0, ["small"]), (9.9, []), (3.0, [])]:
        potential = accounts.potentials(panel, budget(amount), customers=None, until=UNTIL)
        keys = accounts.key_accounts(
            accounts.revenue_shares(panel, None, customers=None, until=UNTIL), potential, facts=None, customers=None, **RULE
        )
        assert keys.loc[keys["reason_class"] == "potential", "group"].tolist() == expected


def test_e4_e6_judged_facts_decide_by_the_latest_and_never_a_score():
    facts = pd.DataFrame(
        [
            ("a", "reputation", "2024-01-01", 5, "then"),
            ("a", "reputation", "2024-06-01", 2, "now"),
            ("b", "standards", "2024-02-01", 4, "claim"),
            ("c", "referral", "2024-02-01", 5, "x"),
        ],
        columns=["customer_id", "kind", "date", "value", "evidence"],
    ).astype({"date": "datetime64[us]"})
    found = keys_of({f"c{i}": 1 for i in range(20)} | {"a": 1, "b": 1, "c": 1}, facts=facts)
    assert found.assign(day=found["judged_on"].astype(str))[
        ["group", "reason_class", "evidence", "day", "status_class"]
    ].to_numpy().tolist() == [["b", "standards", "claim", "2024-02-01", "potential"]]


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.1999, "none"),
        (0.2, "watch"),
        (0.3, "watch"),
        (0.4, "watch"),
        (0.4001, "high"),
        (0.5, "high"),
        (0.5001, "critical"),
        (0.99, "critical"),
    ],
)
def test_e14_dependence_flips_at_its_borders(share, expected):
    assert accounts.dependence_class(share, 5) == expected


def test_e16_others_must_buy_key_times_one_minus_t_over_t():
    panel = panel_of({"key": 40, "rest": 60})
    shares = accounts.revenue_shares(panel, None, customers=None, until=UNTIL)
    loss_scenarios = accounts.dependence(shares, panel, customers=None, until=UNTIL, target_share=0.2).set_index("group")
    assert loss_scenarios.loc["key", "rest_needed"] == pytest.approx(40 * 0.8 / 0.2)
    assert loss_scenarios.loc["key", "rest_growth_rate"] == pytest.approx(160 / 60 - 1)
    assert 40 / (40 + loss_scenarios.loc["key", "rest_needed"]) == pytest.approx(0.2)
    assert (
        accounts.dependence(shares, panel, customers=None, until=UNTIL, target_share=0.6)
        .set_index("group")["rest_needed"]
        .isna()
        .loc["key"]
    )


def test_e15_the_loss_is_played_through_to_margin_fixed_costs_and_the_suppliers_tier():
    panel = panel_of({"key": 40, "rest": 60}).assign(cost=[30.0, 50.0])
    shares = accounts.revenue_shares(panel, None, customers=None, until=UNTIL)
    costs = pd.DataFrame({"period": ["2024"], "pool": ["fixed"], "amount": [12.0]})
    loss_scenarios = accounts.dependence(shares, panel, costs, customers=None, until=UNTIL, target_share=0.2)
    by = loss_scenarios.set_index("group")
    assert by.loc["key", ["margin_lost", "margin_share", "result_without"]].tolist() == [10.0, 0.5, -2.0]
    tiers = pd.DataFrame({"supplier": ["S", "S"], "volume_from": [0.0, 70.0], "discount_rate": [0.0, 0.1]})
    second = accounts.second_round(loss_scenarios, tiers, panel=panel, passed_on=0.5, loss_ratio=2.0, **ALL_GOODS).set_index("group")
    assert second.loc["key", ["discount_before_rate", "discount_after_rate"]].tolist() == [0.1, 0.0]
    assert second.loc["key", "extra_cost"] == pytest.approx(50 * (0.1 / 0.9))
    assert second.loc["key", "price_rise_rate"] == pytest.approx(0.5 * 0.1 / 0.9)
    assert accounts.second_round(loss_scenarios, None, panel=panel, passed_on=1.0, loss_ratio=1.0, **ALL_GOODS).empty


def test_one_customer_alone_is_sole():
    panel = panel_of({"only": 5})
    shares = accounts.revenue_shares(panel, None, customers=None, until=UNTIL)
    assert accounts.dependence(shares, panel, customers=None, until=UNTIL, target_share=0.2)["dependence_class"].tolist() == ["sole"]


def test_the_list_that_hangs_on_the_border_is_said_to():
    table = accounts.sensitivity(shares_of({"a": 11, "b": 9} | {f"c{i}": 4 for i in range(20)})).set_index("limit_share")
    assert table["company"].to_dict() == {0.05: 2, 0.08: 2, 0.10: 1, 0.12: 0, 0.15: 0, 0.20: 0}


def test_e5_e9_e11_limits_are_counted_by_group_and_manager():
    customers = pd.DataFrame({"customer_id": ["a", "b", "c"], "name": list("abc"), "manager_id": ["m", "m", "n"]})
    keys = keys_of({"a": 50, "b": 30, "c": 20}, customers)
    table = accounts.limits(keys, shares_of({"a": 50, "b": 30, "c": 20}, customers), customers=customers)
    assert table.loc[table["limit_class"] == "per_manager", ["manager_id", "count"]].to_numpy().tolist() == [
        ["m", 2],
        ["n", 1],
    ]
    assert table.loc[table["limit_class"] == "key_accounts", "count_share"].tolist() == [1.0]


def test_e7_e39_profit_its_steadiness_and_its_rank_stand_beside_revenue():
    rows = [("big", f"{y}-{m:02d}-05", 100, 95) for y in (2023, 2024) for m in (2, 5, 8, 11)]
    rows += [("fine", f"{y}-{m:02d}-05", 60, 20 if m < 6 else 40) for y in (2023, 2024) for m in (2, 5, 8, 11)]
    table = lines(rows, "customer_id date amount cost").with_columns(pl.col("cost").cast(pl.Decimal(18, 4)))
    made = ledger.tables(table, as_of=dt.date(2024, 12, 31), observed_from=dt.date(2023, 1, 1), burn_in_months=0, **WINDOWS)
    panel, history = as_pandas(made["panel"]), as_pandas(made["history"])
    keys = accounts.key_accounts(
        accounts.revenue_shares(panel, None, customers=None, until=UNTIL), NONE, facts=None, customers=None, **RULE
    )
    found = accounts.criteria(keys, panel, customers=None, history=history, until=UNTIL).set_index("group")
    assert found.loc["big", ["revenue_rank", "margin_rank", "margin"]].tolist() == [1, 2.0, 20.0]
    assert found.loc["fine", ["revenue_rank", "margin_rank", "margin"]].tolist() == [2, 1.0, 120.0]
    assert found.loc["big", "margin_variation_number"] == 0.0
    assert found.loc["fine", "margin_variation_number"] == pytest.approx(pd.Series([40, 40, 20, 20] * 2).std() / 30)
    assert set(keys["effect_class"]) == {"finance"}


def test_e17_a_yes_to_a_question_against_partnership_counts_against_it():
    answers = pd.DataFrame(
        [("partner_questions", "rep", f"E17.{i}", value, "a") for i, value in enumerate(["yes", "no", "yes", "no", "yes", "maybe"], 1)],
        columns=["form", "respondent", "question", "value", "customer_id"],
    )
    assert accounts.partnership(answers)[["answered", "in_favour"]].to_numpy().tolist() == [[5, 4]]
    assert accounts.partnership(None).empty


def test_a_large_customer_that_loses_money_takes_no_margin_with_it():
    shares = pd.DataFrame({"group": ["big", "small"], "level_class": "company", "of": "", "revenue": [900.0, 100.0], "total": 1000.0})
    shares["revenue_share"] = shares["revenue"] / shares["total"]
    panel = pd.DataFrame({"customer_id": ["big", "small"], "period": pd.Timestamp("2025-05-01"), "revenue": [900.0, 100.0]})
    panel["cost"] = [950.0, 40.0]
    costs = pd.DataFrame({"period": ["2025", "2025"], "pool": ["rent", "fuel"], "amount": [3.0, 4.0]})
    until = pd.Timestamp("2025-12-31")
    table = accounts.dependence(shares, panel, costs, customers=None, until=until, target_share=0.99).set_index("group")
    assert table.loc["big", ["margin_lost", "result_with", "result_without"]].tolist() == [-50, 3, 53]
    [said] = findings._dependence(table.reset_index())
    assert "cost us more than it pays" in said.message
    gone = accounts.dependence(shares, panel.assign(cost=[950.0, 60.0]), None, customers=None, until=until, target_share=0.99)
    assert gone["margin_share"].isna().all(), "all margin together is a loss: no share of it"
    assert gone["result_with"].isna().all(), "without costs nothing is known of the result"


def test_e15_customers_lost_to_the_rise_are_counted_with_their_margin():
    """Others bring a margin of 10; prices rise by 1/18, twice that of their sales goes."""
    panel = panel_of({"key": 40, "rest": 60}).assign(cost=[30.0, 50.0])
    shares = accounts.revenue_shares(panel, None, customers=None, until=UNTIL)
    loss_scenarios = accounts.dependence(shares, panel, customers=None, until=UNTIL, target_share=0.2)
    tiers = pd.DataFrame({"supplier": ["S", "S"], "volume_from": [0.0, 70.0], "discount_rate": [0.0, 0.1]})
    given = ALL_GOODS | {"panel": panel, "passed_on": 0.5}
    second = accounts.second_round(loss_scenarios, tiers, loss_ratio=2.0, **given).set_index("group")
    assert second.loc["key", "others_margin"] == pytest.approx(10 * 2 * 0.5 * 0.1 / 0.9)
    whole = accounts.second_round(loss_scenarios, tiers, loss_ratio=1000.0, **given).set_index("group")
    assert whole.loc["key", "others_margin"] == 10.0, "never more than all of it"


def test_e15_each_supplier_s_tiers_stand_on_its_own_goods():
    panel = panel_of({"key": 40, "rest": 60}).assign(cost=[30.0, 50.0])
    shares = accounts.revenue_shares(panel, None, customers=None, until=UNTIL)
    loss_scenarios = accounts.dependence(shares, panel, customers=None, until=UNTIL, target_share=0.2)
    goods = [("key", "S", "x", 30.0, 20.0), ("key", "T", "y", 10.0, 10.0), ("rest", "S", "x", 20.0, 10.0), ("rest", "T", "y", 40.0, 40.0)]
    supplies = pd.DataFrame(goods, columns=["customer_id", "supplier", "category", "revenue", "cost"]).assign(
        period=panel["period"].iloc[0]
    )
    tiers = pd.DataFrame({"supplier": ["S", "T"], "volume_from": [25.0, 45.0], "discount_rate": [0.1, 0.2]})
    given = ALL_GOODS | {"panel": panel, "passed_on": 1.0, "loss_ratio": 2.0}
    second = accounts.second_round(loss_scenarios, tiers, **given | {"supplies": supplies}).set_index(["group", "supplier"])
    assert second.index.tolist() == [("rest", "S"), ("key", "S"), ("rest", "T"), ("key", "T")]
    assert second.loc[("key", "S"), ["extra_cost", "others_margin"]].tolist() == pytest.approx([10 / 9, 10 * 2 / 9])
    assert second.loc[("key", "T"), "others_margin"] == 0.0, "its goods bring the others no margin"
    of_one = tiers.assign(category=["x", "-"])
    assert accounts.second_round(loss_scenarios, of_one, **given | {"supplies": supplies})["category"].tolist() == ["x", "x", "", ""]
    assert accounts.second_round(loss_scenarios, tiers, **given).empty, "two suppliers, and nobody says whose goods are whose"


def test_n16_margin_and_income_in_money_make_key_at_exactly_their_border():
    money = {"a": 5, "b": 45, "c": 50}
    margin = pd.Series({"a": 1.0, "b": 4.0, "c": 5.0})
    found = accounts.key_accounts(shares_of(money), NONE, facts=None, customers=None, **(RULE | {"margin": margin, "key_income": 45.0}))
    by = found.groupby("reason_class")["group"].agg(set).to_dict()
    assert by == {"revenue": {"b", "c"}, "margin": {"a", "b", "c"}, "income": {"b", "c"}}
    assert set(found.loc[found["group"] == "a", "status_class"]) == {"actual"}
    loss = accounts.key_accounts(shares_of(money), NONE, facts=None, customers=None, **(RULE | {"margin": -margin}))
    assert "margin" not in set(loss["reason_class"]), "a whole that is a loss has no shares"


def test_n16_margin_by_group_is_of_twelve_months_and_unknown_where_no_cost_is():
    panel = panel_of({"a": 10, "b": 20})
    assert accounts.margins(panel, customers=None, until=UNTIL) is None
    assert accounts.margins(panel.assign(cost=[4.0, 25.0]), customers=None, until=UNTIL).to_dict() == {"a": 6.0, "b": -5.0}


def test_n1_industries_and_regions_stand_under_the_lights_of_one_customer_and_the_unknown_under_none():
    customers = pd.DataFrame({"customer_id": ["a", "b", "c", "d"], "name": ["A", "B", "C", "D"], "industry": ["x", "x", "y", ""]})
    found = accounts.group_dependence(panel_of({"a": 30, "b": 21, "c": 20, "d": 29}), customers, until=UNTIL).set_index("value")
    assert found["revenue_share"].to_dict() == pytest.approx({"x": 0.51, "": 0.29, "y": 0.20})
    assert found["dependence_class"].to_dict() == {"x": "critical", "": "", "y": "watch"}
    assert found["customers"].to_dict() == {"x": 2, "": 1, "y": 1}
    assert found["hhi_index"].iloc[0] == pytest.approx((51 / 71) ** 2 + (20 / 71) ** 2)
    assert accounts.group_dependence(panel_of({"a": 1}), None, until=UNTIL).empty


def test_n17_an_industry_has_the_references_that_were_judged_high_enough():
    customers = pd.DataFrame({"customer_id": ["a", "b", "c"], "name": ["A", "B", "C"], "industry": ["x", "x", "y"]})
    facts = pd.DataFrame({"customer_id": ["a", "b", "c"], "kind": ["reputation", "reputation", "referral"], "value": [4.0, 3.0, 5.0]})
    found = accounts.reference_value(panel_of({"a": 1, "b": 2, "c": 9}), customers, facts, until=UNTIL, fact_least=4.0)
    assert found.to_numpy().tolist() == [["y", 1, 9.0, 0], ["x", 2, 3.0, 1]]


def test_e16_the_plan_rises_evenly_to_where_the_target_needs_it():
    panel = panel_of({"key": 40, "rest": 60})
    shares = accounts.revenue_shares(panel, None, customers=None, until=UNTIL)
    plan = accounts.growth_plan(accounts.dependence(shares, panel, customers=None, until=UNTIL, target_share=0.2), shares, until=UNTIL)
    assert plan["period"].tolist() == ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]
    assert plan["others_now"].tolist() == [10.0] * 4
    assert plan["others_needed"].tolist() == pytest.approx([22.5, 35.0, 47.5, 60.0])
    nobody = accounts.dependence(shares, panel, customers=None, until=UNTIL, target_share=0.6)
    assert accounts.growth_plan(nobody, shares, until=UNTIL).empty


@pytest.mark.parametrize(("own", "is_told"), [(75, True), (74, False)])
def test_managers_have_key_accounts_only_where_customers_have_managers_of_their_own(own, is_told):
    """Of the sales to each customer, `own` of a hundred through one manager and the rest through the other."""
    sellers = pd.DataFrame(
        [
            (name, manager, pd.Timestamp("2024-05-01"), revenue)
            for name, first, second in (("a", "m1", "m2"), ("b", "m2", "m1"))
            for manager, revenue in ((first, float(own)), (second, 100.0 - own))
        ],
        columns=["customer_id", "manager_id", "period", "revenue"],
    )
    assert ("manager" in set(shares_of({"a": 100, "b": 100}, sellers=sellers)["level_class"])) == is_told

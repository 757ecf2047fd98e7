"""Portfolio: two axes with visible weights, classes that say when they hang on them, effort that adds up."""

import numpy as np
import pandas as pd
import pytest

from audit.steps import portfolio
from audit.steps.portfolio import findings
from audit.steps.wallet.codes import Basis

UNTIL = pd.Timestamp("2025-12-31")
WEIGHTS = {"of_attractive": {"budget": 1.0, "margin": 1.0}, "of_position": {"wallet": 1.0}}


def sold(budget, wallet, margin=None, sales=None, tenure=None, **facts) -> portfolio.Sold:
    """Customers whose months are all alike, so that nothing but the weights is uncertain: known budgets, our shares, margins, sales."""
    n = len(budget)
    index, sales = pd.Index(list("abcdefgh"[:n]), name="group"), np.array(sales or range(1, n + 1), dtype=float)
    table = pd.DataFrame({"tenure": tenure or 50.0, "budget": budget, "low": budget, "high": budget, "wallet": wallet}, index=index)
    table = table.astype(float).assign(discipline=np.nan, is_new=False).assign(**facts)
    revenue = np.tile(sales[:, None] / 12, (1, 12))
    cost = None if margin is None else revenue * (1 - np.array(margin, dtype=float))[:, None]
    return portfolio.Sold(revenue, cost, revenue > 0, revenue, table)


CORNERS = sold(budget=[90, 80, 10, 20], margin=[0.4, 0.3, 0.1, 0.2], wallet=[0.9, 0.1, 0.8, 0.2])


def test_the_four_corners_are_the_four_classes():
    found = portfolio.portfolio(CORNERS, **WEIGHTS, border=0.5, draws=50, is_claimed=True).set_index("group")
    assert found["portfolio_class"].to_dict() == {"a": "core", "b": "development", "c": "maintenance", "d": "opportunistic"}
    assert found.loc["a", ["attractiveness_index", "position_index"]].tolist() == [1, 1]
    assert found["is_clear"].all()
    there = {"debtors": pd.DataFrame({"group": [], "is_stopped": []}), "profits": pd.DataFrame({"group": ["a"], "profit": [1.0]})}
    assert portfolio.told(found, **there).equals(found)
    left_out = lambda **less: set(found.columns) - set(portfolio.told(found, **there | less).columns)
    assert left_out(debtors=None) == {"is_stopped"}, "nobody knows who pays"
    assert left_out(profits=None) == left_out(profits=there["profits"].assign(profit=np.nan)) == {"is_losing"}, "nobody knows who earns"


def test_what_is_unknown_is_left_out_and_its_weight_told():
    table = sold(budget=[90, 80, 10, 20], margin=[np.nan, 0.3, 0.1, 0.2], wallet=[0.9, 0.1, 0.8, 0.2])
    found = portfolio.portfolio(table, **WEIGHTS, border=0.5, draws=1, is_claimed=True).set_index("group")
    assert found.loc["a", "attractiveness_index"] == 1  # by its budget alone
    assert found.loc["a", "criteria_share"] == 0.75
    made, given = portfolio.criteria(table), (WEIGHTS["of_attractive"], WEIGHTS["of_position"])
    said = portfolio.weights(*given, made, portfolio.reliability(table), least=0.5).set_index("criterion_class")
    assert said["weight_share"].tolist() == [0.5, 0.5, 1.0]
    assert said.loc["margin", "known"] == 3


def test_a_class_that_hangs_on_the_weights_is_said_to():
    """Best by budget, worst by margin: on the border, and over it whichever weight is the larger."""
    table = sold(budget=[90, 10, 20, 30, 40], margin=[0.0, 0.4, 0.3, 0.2, 0.1], wallet=[0.5, 0.4, 0.3, 0.2, 0.1])
    found = portfolio.portfolio(table, **WEIGHTS, border=0.5, draws=400, is_claimed=True).set_index("group")
    assert 0.3 < found.loc["a", "kept_share"] < 0.7
    assert not found.loc["a", "is_clear"]


def test_leaving_out_a_criterion_shows_what_it_decides():
    found = portfolio.sensitivity(portfolio.criteria(CORNERS), **WEIGHTS, border=0.5).set_index("criterion_class")
    assert found.loc["budget", "changed"] == 0
    assert set(found.index) == {"budget", "margin", "wallet"}


def test_classes_do_not_depend_on_units():
    given = WEIGHTS | {"border": 0.5, "draws": 20, "is_claimed": True}
    other = sold(budget=[9e9, 80, 10, 20], margin=[0.4, 0.3, 0.1, 0.2], wallet=[0.9, 0.1, 0.8, 0.2])
    pd.testing.assert_frame_equal(portfolio.portfolio(CORNERS, **given), portfolio.portfolio(other, **given))


def test_effort_and_profit_of_the_classes_add_up_and_loads_and_rivals_can_be_counted():
    placed = portfolio.portfolio(CORNERS, **WEIGHTS, border=0.5, draws=20, is_claimed=True)
    profits = pd.DataFrame(
        {"group": list("abcd"), "profit": [50.0, 10, 30, -20], "cost_to_serve": [5.0, 3, 1, 1], "acquisition": 0.0, "given": [1.0, 0, 0, 0]}
    )
    parts = portfolio.balance(placed, profits, activities=None, customers=None, until=UNTIL).set_index("portfolio_class")
    assert parts["profit"].dropna().to_dict() == {"core": 50, "development": 10, "maintenance": 30, "opportunistic": -20}
    assert parts["effort_share"].sum() == pytest.approx(1)
    assert parts.loc["core", "effort_share"] == pytest.approx(5 / 10)
    customers = pd.DataFrame({"customer_id": list("abcd"), "manager_id": ["m", "m", "m", "n"], "industry": "i", "region": "r"})
    loads = portfolio.capacity(placed, customers=customers).set_index("manager_id")
    assert loads.loc["m", ["development", "core", "maintenance"]].tolist() == [1, 1, 1]
    pairs = portfolio.conflicts(placed, customers=customers)
    assert pairs[["group", "rival"]].to_numpy().tolist() == [["a", "b"]]


def test_where_most_budgets_are_unknown_nobody_has_a_class_p25():
    nothing = pd.DataFrame(columns=["development"])
    given, made = {"most": 3, "agreement": 0.9, "least_agreement": 0.4}, portfolio.criteria(CORNERS)
    half = made.assign(wallet=[0.5, 0.5, np.nan, np.nan])
    fewer = made.assign(wallet=[0.5, np.nan, np.nan, np.nan])
    assert portfolio.are_claimed(0.4, half, least_agreement=0.4)
    assert not portfolio.are_claimed(0.39, half, least_agreement=0.4)
    assert not portfolio.are_claimed(0.9, fewer, least_agreement=0.4)
    placed = portfolio.portfolio(CORNERS, **WEIGHTS, border=0.5, draws=5, is_claimed=True)
    parts = portfolio.balance(placed, None, activities=None, customers=None, until=UNTIL)
    told = portfolio.chapter_findings(placed, made, parts, nothing, pd.DataFrame(), **given)
    assert told[0].why == ""
    assert told[2].why, "effort cannot be told without costs"
    unclaimed = portfolio.portfolio(CORNERS, **WEIGHTS, border=0.5, draws=5, is_claimed=False)
    untold = portfolio.chapter_findings(unclaimed, fewer, parts, nothing, pd.DataFrame(), **given)
    assert unclaimed["portfolio_class"].isna().all()
    assert len(untold) == 1
    assert "past sales do not show" in untold[0].why


def test_who_has_stopped_paying_is_marked_whatever_the_class_and_a_stand_in_is_no_known_budget():
    debtors = pd.DataFrame({"group": ["a"], "is_stopped": [True], "overdue": [9.0]})
    table = sold(budget=[np.nan, 80, 10, 20], margin=[0.4, 0.3, 0.1, 0.2], wallet=[0.9, 0.1, 0.8, 0.2], sales=[99, 2, 3, 4])
    found = portfolio.portfolio(table, debtors, **WEIGHTS, border=0.5, draws=5, is_claimed=True).set_index("group")
    assert found.loc["a", ["is_stopped", "criteria_share"]].tolist() == [True, 0.25], "neither a budget nor a share of one is known"
    assert not found.loc["b", "is_stopped"]


def test_who_loses_money_is_marked_whatever_the_class_and_nobody_whose_loss_is_in_doubt():
    profits = pd.DataFrame({"group": ["a", "b", "d"], "loss_class": ["loses", "by_drivers", "loses"], "profit": [-1.0, -1.0, -2.0]})
    placed = portfolio.portfolio(CORNERS, profits=profits, **WEIGHTS, border=0.5, draws=5, is_claimed=True)
    assert placed.set_index("group")["is_losing"].to_dict() == {"a": True, "b": False, "c": False, "d": True}
    [said] = findings._losing(placed)
    assert (said.value, said.who) == (1.0, "a"), "d is served only where it pays anyway"
    assert findings._losing(placed.assign(is_losing=placed["group"] == "d")) == []


def test_criteria_are_in_their_own_units_and_an_achievable_level_is_no_budget():
    panel = pd.DataFrame(
        {
            "customer_id": ["a"] * 3,
            "period": pd.to_datetime(["2025-03-01", "2025-09-01", "2024-03-01"]),
            "revenue": [100.0, 50.0, 75.0],
            "cost": [60.0, 30.0, 1.0],
        }
    )
    history = pd.DataFrame({"customer_id": ["a"], "first_on": pd.to_datetime(["2023-12-31"]), "is_first_known": True})
    debtors = pd.DataFrame({"group": ["a"], "paid_late_share": [0.25]})
    wallets = pd.DataFrame(
        {"group": ["a"], "budget": 600.0, "low_budget": 500.0, "high_budget": 700.0, "wallet_share": 0.25, "basis_class": ""}
    )
    found = portfolio.criteria(portfolio.sold(panel, history, customers=None, wallets=wallets, debtors=debtors, until=UNTIL)).iloc[0]
    assert found[["revenue", "budget", "growth", "margin", "discipline", "wallet"]].tolist() == [150, 600, 1.0, 0.4, 0.75, 0.25]
    assert found["steadiness"] == pytest.approx(2 / 12)
    assert found["tenure"] == pytest.approx(24, abs=0.05)
    level = wallets.assign(basis_class=Basis.ACHIEVABLE)
    found = portfolio.criteria(portfolio.sold(panel, history, customers=None, wallets=level, debtors=None, until=UNTIL)).iloc[0]
    assert found["budget"] == 150
    assert np.isnan(found["wallet"])


def test_a_sole_customer_is_in_the_middle_not_the_worst():
    found = portfolio.portfolio(sold(budget=[9], margin=[0.1], wallet=[0.5]), **WEIGHTS, border=0.6, draws=5, is_claimed=True).iloc[0]
    assert (found["attractiveness_index"], found["position_index"]) == (0.5, 0.5)


def test_who_has_bought_for_less_than_a_year_is_new_and_not_judged():
    found = portfolio.portfolio(
        sold(budget=[90, 80, 10, 20], margin=[0.4, 0.3, 0.1, 0.2], wallet=[0.9, 0.1, 0.8, 0.2], is_new=[False, False, False, True]),
        **WEIGHTS,
        border=0.5,
        draws=5,
        is_claimed=True,
    ).set_index("group")
    assert found["portfolio_class"].to_dict() == {"a": "core", "b": "development", "c": "maintenance", "d": "new"}


def test_the_cost_of_winning_a_customer_is_no_part_of_its_class():
    placed = portfolio.portfolio(CORNERS, **WEIGHTS, border=0.5, draws=5, is_claimed=True)
    profits = pd.DataFrame({"group": list("abcd"), "profit": [50.0, 10, 30, -20], "cost_to_serve": 1.0, "acquisition": [0.0, 0, 0, 70]})
    parts = portfolio.balance(placed, profits, activities=None, customers=None, until=UNTIL).set_index("portfolio_class")
    assert parts.loc["opportunistic", "profit"] == 50


def noise(seed: int, customers: int = 300) -> tuple[portfolio.Sold, dict]:
    """Customers who are all alike: every month of every one drawn from one distribution, all since the same day."""
    generator = np.random.default_rng(seed)
    shape = (customers, 12)
    revenue, before = (generator.uniform(0, 100, shape) * (generator.random(shape) < 0.5) for _ in range(2))
    index = pd.Index([f"c{i:03d}" for i in range(customers)], name="group")
    facts = pd.DataFrame(np.nan, index=index, columns=["tenure", "budget", "low", "high", "wallet", "discipline"])
    facts = facts.assign(tenure=36.0, is_new=False)
    cost = revenue * generator.uniform(0.5, 0.9, shape)
    weights = {"of_attractive": {"budget": 0.4, "growth": 0.2, "margin": 0.25}, "of_position": {"tenure": 0.2, "steadiness": 0.3}}
    return portfolio.Sold(revenue, cost, revenue > 0, before, facts), weights | {"border": 0.6}


@pytest.mark.parametrize("seed", range(3))
def test_customers_who_are_all_alike_get_no_classes(seed):
    of, axes = noise(seed)
    agreement = portfolio.agreement_of_halves(of, **axes)
    assert abs(agreement) < 0.1
    placed = portfolio.portfolio(of, **axes, draws=100, is_claimed=False)
    assert not placed["is_clear"].any()
    assert placed["portfolio_class"].isna().all(), "classes that chance makes are nobody's"
    assert "portfolio_class" not in portfolio.told(placed, debtors=None, profits=None)
    assert portfolio.balance(placed, None, activities=None, customers=None, until=UNTIL).empty
    assert portfolio.packages(placed).empty
    loads = portfolio.capacity(placed, customers=pd.DataFrame({"customer_id": of.facts.index, "manager_id": "m"}))
    assert loads.empty
    assert "no classes can be assigned" in portfolio.charts.portfolio(placed, pd.Series(dtype=str), border=0.6).alt
    said = portfolio.chapter_findings(
        placed, portfolio.criteria(of), pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), most=3, agreement=agreement, least_agreement=0.4
    )
    assert [one.id for one in said] == ["portfolio"]
    assert "mostly chance" in said[0].why


def test_classes_of_which_none_outlives_other_weights_are_nobodys():
    """Halves agree, yet the first by budget is the last by margin and the other way round: each class hangs on the weights."""
    table = sold(budget=[90, 80, 70, 60], margin=[0.1, 0.2, 0.3, 0.4], wallet=[0.5] * 4, is_new=[False, False, False, True])
    placed = portfolio.portfolio(table, **WEIGHTS, border=0.5, draws=400, is_claimed=True)
    assert placed["portfolio_class"].fillna("").tolist() == ["new", "", "", ""]
    nothing = pd.DataFrame()
    said = portfolio.chapter_findings(
        placed, portfolio.criteria(table), nothing, nothing, nothing, most=3, agreement=0.9, least_agreement=0.4
    )
    assert "slightly different weights" in said[0].why


def test_a_criterion_that_chance_decides_is_left_out():
    of, _axes = noise(0)
    of.facts["tenure"] = np.arange(len(of.facts), dtype=float)
    reliable = portfolio.reliability(of)
    assert (reliable.set_index("criterion")["reliability_share"].drop("tenure").dropna() < 0.5).all()
    assert portfolio.own({"growth": 0.2, "tenure": 0.2}, reliable, least=0.5) == {"tenure": 0.2}


def test_what_is_just_enough_is_enough_and_no_correlation_is_told_of_four():
    reliable = pd.DataFrame({"criterion": ["growth", "tenure"], "reliability_share": [0.5, 0.49]})
    assert portfolio.own({"growth": 0.2, "tenure": 0.2}, reliable, least=0.5) == {"growth": 0.2}
    placed = portfolio.portfolio(CORNERS, **WEIGHTS, border=0.5, draws=5, is_claimed=True)
    parts = portfolio.balance(placed, None, activities=None, customers=None, until=UNTIL)
    given = {"most": 3, "agreement": 0.4, "least_agreement": 0.4}
    said = portfolio.chapter_findings(
        placed, portfolio.criteria(CORNERS), parts, pd.DataFrame(columns=["development"]), pd.DataFrame(), **given
    )
    assert "mostly chance" not in said[0].why
    found = portfolio.sensitivity(portfolio.criteria(CORNERS), **WEIGHTS, border=0.5)
    assert found["rank_index"].isna().all(), "four customers have no correlation worth telling"
    five = sold(budget=[90, 80, 10, 20, 50], margin=[0.4, 0.3, 0.1, 0.2, 0.25], wallet=[0.9, 0.1, 0.8, 0.2, 0.5])
    found = portfolio.sensitivity(portfolio.criteria(five), **WEIGHTS, border=0.5).set_index("criterion_class")
    assert found.loc["budget", "rank_index"] == pytest.approx(1), "the other criterion ranks alike"
    alike = sold(budget=[50.0] * 5, margin=[0.4, 0.3, 0.1, 0.2, 0.25], wallet=[0.9, 0.1, 0.8, 0.2, 0.5])
    found = portfolio.sensitivity(portfolio.criteria(alike), **WEIGHTS, border=0.5).set_index("criterion_class")
    assert np.isnan(found.loc["margin", "rank_index"]), "without it all are alike"


def test_a_budget_below_one_still_has_a_share():
    small = sold(budget=[0.5, 80], wallet=[0.5, 0.25])
    assert portfolio.criteria(small)["wallet"].tolist() == [0.5, 0.25]

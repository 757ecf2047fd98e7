"""Portfolio: two axes with visible weights, classes that say when they hang on them, effort that adds up."""

import numpy as np
import pandas as pd
import pytest

from audit.steps import portfolio
from audit.steps.wallet.codes import Basis

UNTIL = pd.Timestamp("2025-12-31")
WEIGHTS = {"of_attractive": {"budget": 1.0, "margin": 1.0}, "of_position": {"wallet": 1.0}}


def made(**columns) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    table = pd.DataFrame(
        {c: columns.get(c, [np.nan] * n) for c in ["revenue", "is_budget_known", *portfolio.ATTRACTIVE, *portfolio.POSITION]},
        index=pd.Index(list("abcdefgh"[:n]), name="group"),
    )
    return table.assign(revenue=columns.get("revenue", range(1, n + 1)), is_budget_known=1).astype(float)


CORNERS = made(budget=[9, 8, 1, 2], margin=[0.4, 0.3, 0.1, 0.2], wallet=[0.9, 0.1, 0.8, 0.2])


def test_the_four_corners_are_the_four_classes():
    found = portfolio.portfolio(CORNERS, **WEIGHTS, border=0.5, draws=50).set_index("group")
    assert found["portfolio_class"].to_dict() == {"a": "key", "b": "development", "c": "maintenance", "d": "opportunistic"}
    assert found.loc["a", ["attractiveness_index", "position_index"]].tolist() == [1, 1]
    assert found["is_clear"].all()


def test_what_is_unknown_is_left_out_and_its_weight_told():
    table = CORNERS.assign(margin=[np.nan, 0.3, 0.1, 0.2])
    found = portfolio.portfolio(table, **WEIGHTS, border=0.5, draws=1).set_index("group")
    assert found.loc["a", "attractiveness_index"] == 1  # by its budget alone
    assert found.loc["a", "known_share"] == 0.75
    said = portfolio.weights(WEIGHTS["of_attractive"], WEIGHTS["of_position"], table).set_index("criterion_class")
    assert said["weight_share"].tolist() == [0.5, 0.5, 1.0]
    assert said.loc["margin", "known"] == 3


def test_a_class_that_hangs_on_the_weights_is_said_to():
    """Best by budget, worst by margin: on the border, and over it whichever weight is the larger."""
    table = made(budget=[9, 1, 2, 3, 4], margin=[0.0, 0.4, 0.3, 0.2, 0.1], wallet=[0.5, 0.4, 0.3, 0.2, 0.1])
    found = portfolio.portfolio(table, **WEIGHTS, border=0.5, draws=400).set_index("group")
    assert 0.3 < found.loc["a", "kept_share"] < 0.7
    assert not found.loc["a", "is_clear"]


def test_leaving_out_a_criterion_shows_what_it_decides():
    found = portfolio.sensitivity(CORNERS, **WEIGHTS, border=0.5).set_index("criterion_class")
    assert found.loc["budget", "changed"] == 0
    assert set(found.index) == {"budget", "margin", "wallet"}


def test_classes_do_not_depend_on_units():
    found = portfolio.portfolio(CORNERS, **WEIGHTS, border=0.5, draws=20)
    other = portfolio.portfolio(CORNERS.assign(budget=np.exp(CORNERS["budget"])), **WEIGHTS, border=0.5, draws=20)
    pd.testing.assert_frame_equal(found, other)


def test_effort_and_profit_of_the_classes_add_up_and_loads_and_rivals_can_be_counted():
    placed = portfolio.portfolio(CORNERS, **WEIGHTS, border=0.5, draws=20)
    profits = pd.DataFrame(
        {"group": list("abcd"), "profit": [50.0, 10, 30, -20], "cost_to_serve": [5.0, 3, 1, 1], "acquisition": 0.0, "given": [1.0, 0, 0, 0]}
    )
    parts = portfolio.balance(placed, profits, activities=None, customers=None, until=UNTIL).set_index("portfolio_class")
    assert parts["profit"].to_dict() == {"key": 50, "development": 10, "maintenance": 30, "opportunistic": -20}
    assert parts["effort_share"].sum() == pytest.approx(1)
    assert parts.loc["key", "effort_share"] == pytest.approx(5 / 10)
    customers = pd.DataFrame({"customer_id": list("abcd"), "manager_id": ["m", "m", "m", "n"], "industry": "i", "region": "r"})
    loads = portfolio.capacity(placed, customers=customers).set_index("manager_id")
    assert loads.loc["m", ["development", "key", "maintenance"]].tolist() == [1, 1, 1]
    pairs = portfolio.conflicts(placed, customers=customers)
    assert pairs[["group", "rival"]].to_numpy().tolist() == [["a", "b"]]


def test_where_most_budgets_are_unknown_classes_are_shown_but_not_claimed_p25():
    placed = portfolio.portfolio(CORNERS, **WEIGHTS, border=0.5, draws=5)
    parts = portfolio.balance(placed, None, activities=None, customers=None, until=UNTIL)
    nothing = pd.DataFrame(columns=["development"])
    told = portfolio.chapter_findings(placed, CORNERS, parts, nothing, pd.DataFrame(), most=3)
    untold = portfolio.chapter_findings(placed, CORNERS.assign(wallet=np.nan), parts, nothing, pd.DataFrame(), most=3)
    assert told[0].why == ""
    assert "past sales stand in" in untold[0].why
    assert told[2].why, "effort cannot be told without costs"


def test_who_has_stopped_paying_is_marked_whatever_the_class_and_a_stand_in_is_no_known_budget():
    debtors = pd.DataFrame({"group": ["a"], "is_stopped": [True], "overdue": [9.0]})
    found = portfolio.portfolio(CORNERS.assign(is_budget_known=[0.0, 1, 1, 1]), debtors, **WEIGHTS, border=0.5, draws=5).set_index("group")
    assert found.loc["a", ["portfolio_class", "is_stopped", "known_share"]].tolist() == ["key", True, 0.75]
    assert not found.loc["b", "is_stopped"]


def test_criteria_are_in_their_own_units_and_an_achievable_level_is_no_budget():
    panel = pd.DataFrame(
        {
            "customer_id": ["a"] * 3,
            "period": pd.to_datetime(["2025-03-01", "2025-09-01", "2024-03-01"]),
            "revenue": [100.0, 50.0, 75.0],
            "cost": [60.0, 30.0, 1.0],
        }
    )
    history = pd.DataFrame({"customer_id": ["a"], "first_on": pd.to_datetime(["2023-12-31"])})
    debtors = pd.DataFrame({"group": ["a"], "paid_late_share": [0.25]})
    wallets = pd.DataFrame({"group": ["a"], "budget": [600.0], "wallet_share": [0.25], "basis_class": ""})
    found = portfolio.criteria(panel, history, customers=None, wallets=wallets, debtors=debtors, until=UNTIL).iloc[0]
    assert found[["revenue", "budget", "growth", "margin", "discipline", "wallet"]].tolist() == [150, 600, 1.0, 0.4, 0.75, 0.25]
    assert found["steadiness"] == pytest.approx(2 / 12)
    assert found["tenure"] == pytest.approx(24, abs=0.05)
    level = wallets.assign(basis_class=Basis.ACHIEVABLE)
    found = portfolio.criteria(panel, history, customers=None, wallets=level, debtors=None, until=UNTIL).iloc[0]
    assert found["budget"] == 150
    assert np.isnan(found["wallet"])


def test_a_sole_customer_is_in_the_middle_not_the_worst():
    found = portfolio.portfolio(CORNERS.iloc[:1], **WEIGHTS, border=0.6, draws=5).iloc[0]
    assert (found["attractiveness_index"], found["position_index"]) == (0.5, 0.5)

"""Rungs stand on proof: without a budget the rung above repeat is unknown."""

import pandas as pd

from audit.steps import ladder
from audit.steps.ladder import findings, standing
from tests.conftest import ledger_of

UNTIL = pd.Timestamp("2024-12-31")
PROOF = {"active_months": 4, "regular_purchases": 4, "loyal_share": 0.9, "fact_least": 4}
QUARTERS = ["2024-02-05", "2024-05-05", "2024-08-05", "2024-11-05"]


def rungs(budgets=None, facts=None, until=UNTIL):
    rows = [(name, day, 100) for name in ["steady", "elsewhere", "loyal", "fan"] for day in QUARTERS]
    rows += [
        ("once", "2024-11-05", 10),
        ("twice", "2024-09-05", 10),
        ("twice", "2024-11-05", 10),
        ("gone", "2023-03-05", 10),
        ("gone", "2023-04-05", 10),
    ]
    panel = ledger_of(rows, as_of="2024-12-31", observed_from="2023-01-01")["panel"]
    return ladder.rungs(panel, budgets=budgets, facts=facts, until=until, **PROOF).set_index("customer_id")


BUDGETS = pd.DataFrame(
    {
        "customer_id": ["elsewhere", "loyal", "fan"],
        "category": "all",
        "period": "2024",
        "amount": [1000.0, 420.0, 400.0],
        "provenance": "declared",
    }
)
FACTS = pd.DataFrame(
    {"customer_id": ["fan", "once"], "kind": "referral", "date": pd.to_datetime("2024-06-01"), "value": [5.0, 5.0], "evidence": "letter"}
)


def test_b10_behaviour_alone_proves_buyer_and_repeat_and_leaves_the_rest_unknown():
    assert rungs()["rung_class"].to_dict() == {
        "steady": "unknown",
        "elsewhere": "unknown",
        "loyal": "unknown",
        "fan": "unknown",
        "once": "buyer",
        "twice": "repeat",
        "gone": "silent",
    }


def test_b10_budget_and_referral_prove_the_upper_rungs():
    found = rungs(BUDGETS, FACTS)
    assert found.loc[["steady", "elsewhere", "loyal", "fan"], "rung_class"].tolist() == ["unknown", "regular", "loyalist", "advocate"]
    assert found.loc["once", "rung_class"] == "buyer", "a referral alone lifts nobody"
    assert found.loc["elsewhere", "wallet_share"] == 0.4
    assert found.loc["fan", "proof_class"] == "purchases_budget_referral"


def test_a_referral_of_tomorrow_proves_nothing_today():
    later = FACTS.assign(date=pd.Timestamp("2025-02-01"))
    assert rungs(BUDGETS, later).loc["fan", "rung_class"] == "loyalist"


def test_every_customer_stands_on_one_rung_and_moves_count_them_all():
    now = rungs(BUDGETS, FACTS).reset_index()
    before = rungs(until=pd.Timestamp("2023-12-31")).reset_index()
    table, moved = ladder.ladder(now), ladder.ladder_moves(ladder.since(before, now))
    assert table["customers"].sum() == moved["customers"].sum() == len(now)
    assert set(moved["rung_before_class"]) == {"not_yet", "silent"}


def test_the_step_up_is_the_distance_to_the_next_rung_that_has_customers():
    now = pd.DataFrame({"customer_id": list("abc"), "rung_class": ["buyer", "unknown", "unknown"], "year_revenue": [10.0, 50.0, 70.0]})
    assert ladder.ladder(now).set_index("rung_class").loc["buyer", "step_up"] == 50.0


def test_a_share_of_the_wallet_exactly_at_the_norm_makes_a_loyalist():
    for budget, rung in ((400 / 0.9, "loyalist"), (400 / 0.89, "regular")):
        assert rungs(BUDGETS.assign(amount=budget)).loc["loyal", "rung_class"] == rung


def test_falls_are_counted_over_all_who_bought_steadily_and_with_what_they_brought():
    before = pd.DataFrame({"customer_id": list("abcde"), "rung_class": ["regular", "unknown", "loyalist", "repeat", "silent"]})
    before = before.assign(year_revenue=[10.0, 20.0, 40.0, 80.0, 160.0])
    now = before.assign(rung_class=["silent", "silent", "loyalist", "silent", "silent"], year_revenue=0.0)
    stood = ladder.since(before, now)
    assert ladder.fallen(stood)["customer_id"].tolist() == ["a", "b"]
    moved = ladder.ladder_moves(stood)
    fall = falls(moved)
    assert (fall.value, fall.n, fall.params["revenue"], fall.why) == (2.0, 3, 30.0, "")
    assert falls(moved[moved["rung_class"] != "silent"]).value == 0
    assert falls(moved.assign(customers=0)).why
    assert falls(moved, "pauses are long").why == "pauses are long"


def falls(moved, why: str = ""):
    steady = moved[moved["rung_before_class"].isin([*standing.SYSTEMATIC])]
    return findings._falls(steady, why)

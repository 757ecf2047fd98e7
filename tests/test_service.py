"""Do we keep our promises, and what happens to customers when we do not?"""

import csv

import pandas as pd
import pytest

from audit.core import store
from audit.core.findings import verdict
from audit.steps import service
from audit.steps.service import promise_findings
from audit.steps.service.case_counts import poisson
from audit.steps.service.codes import After, Asked, Kept, Theme, Whose
from audit.steps.service.refused import themes_of
from audit.steps.service.time_to_settle import median_days
from tests.conftest import ROOT, SHARED

AS_OF = pd.Timestamp("2025-12-31")


def deliveries(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["order_id", "customer_id", "promised_on", "delivered_on", "told_on", "ordered", "delivered"])
    days = ["promised_on", "delivered_on", "told_on"]
    return table.assign(**{column: pd.to_datetime(table[column]) for column in days})


def cases(*rows: tuple, **more) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["case_id", "customer_id", "date", "kind", "cause", "closed_on"])
    return table.assign(date=pd.to_datetime(table["date"]), closed_on=pd.to_datetime(table["closed_on"]), **more)


def test_earlier_is_fine_and_later_never():
    kept = service.promises(
        deliveries(
            ("1", "a", "2025-03-10", "2025-03-08", None, 5, 5),
            ("2", "a", "2025-03-10", "2025-03-10", None, 5, 4),
            ("3", "a", "2025-03-10", "2025-03-11", "2025-03-10", 5, 5),
            ("4", "a", "2025-03-10", "2025-03-12", "2025-03-11", 5, 5),  # told when it was late already
            ("5", "a", "2025-03-10", None, None, 5, 5),
            ("6", "a", "2026-03-10", None, None, 5, 5),  # its day has not come
            ("7", "a", "2025-03-10", "2025-03-09", None, 5, 5), ("7", "a", "2025-03-10", "2025-03-14", None, 1, 1),  # its last line decides
        ),
        as_of=AS_OF,
    ).set_index("order_id")  # fmt: skip
    assert kept["kept_class"].to_dict() == {
        "1": Kept.EARLY,
        "2": Kept.SHORT,
        "3": Kept.TOLD,
        "4": Kept.LATE,
        "5": Kept.OPEN,
        "7": Kept.LATE,
    }
    assert kept.loc["7", "late_days"] == 4
    assert service.by_month(kept.reset_index())["promised_orders"].tolist() == [6]


def test_any_line_makes_an_order_late_and_a_day_that_is_not_over_none():
    kept = service.promises(
        deliveries(
            ("1", "a", "2025-06-01", "2025-06-05", None, 1, 1), ("1", "a", "2025-06-10", "2025-06-08", None, 1, 1),  # the first line was late
            ("17", "a", "2025-03-01", "2025-03-09", None, 1, 1), ("17", "b", "2025-04-01", "2025-04-01", None, 1, 1),  # one number, two customers
            ("2", "a", "2025-12-31", None, None, 1, 1),  # promised for as_of
            ("3", "a", "2026-02-01", "2025-12-30", None, 1, 1),  # promised for later
            ("4", "a", "2025-03-01", "2025-03-01", None, 10, 12),  # more than ordered
        ),
        as_of=AS_OF,
    ).set_index(["order_id", "customer_id"])  # fmt: skip
    assert kept["is_on_time"].to_dict() == {("1", "a"): False, ("17", "a"): False, ("17", "b"): True, ("4", "a"): True}
    assert kept.loc[("4", "a"), "is_in_full"] == 1


def test_what_nobody_writes_down_is_not_no():
    kept = service.promises(deliveries(("1", "a", "2025-03-01", "2025-03-09", None, 1, 1)).drop(columns="told_on"), as_of=AS_OF)
    assert kept["is_told"].isna().all()
    told = cases(("1", "a", "2025-05-01", "complaint", "late", None)).drop(columns="closed_on")
    assert service.unowned(told, as_of=AS_OF, repeat_days=90).empty
    assert service.settling(told, as_of=AS_OF, confidence=0.95).empty


def test_customers_and_not_orders_are_compared_when_lateness_is_a_customer_s_own():
    import numpy as np

    called = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        rate = rng.beta(0.5, 4.5, 48)
        rows = [
            (f"{c}-{i}", f"c{c}", "2025-03-10", "2025-03-12" if rng.random() < rate[c] else "2025-03-09", None, 1, 1)
            for c in range(48)
            for i in range(24)
        ]
        customers = pd.DataFrame({"customer_id": [f"c{c}" for c in range(48)], "manager_id": [f"M{c % 6}" for c in range(48)]})
        found = service.by_manager(service.promises(deliveries(*rows), as_of=AS_OF), customers, least=30, false_share=0.05, confidence=0.95)
        called += bool((found["whose_class"] == Whose.MORE).any())
    assert called <= 2


@pytest.mark.skipif(not (SHARED / "northwind").is_dir(), reason="needs ../shared/data/northwind")
def test_northwind_shipped_37_of_809_orders_late():
    orders = pd.read_csv(SHARED / "northwind" / "orders.csv")
    shipped = orders[orders["shippedDate"].notna() & (orders["shippedDate"].astype(str) != "NULL")]
    table = pd.DataFrame(
        {
            "order_id": shipped["orderID"].astype(str), "customer_id": shipped["customerID"], "promised_on": pd.to_datetime(shipped["requiredDate"]),
            "delivered_on": pd.to_datetime(shipped["shippedDate"]),
        }
    )  # fmt: skip
    kept = service.promises(table, as_of=table["promised_on"].max())
    assert (len(kept), int((~kept["is_on_time"].astype(bool)).sum())) == (809, 37)


def test_a_promise_breaker_is_told_from_chance():
    import numpy as np

    rng = np.random.default_rng(1)
    rows = [
        (str(i), f"c{i % 40}", "2025-03-10", "2025-03-12" if rng.random() < (0.3 if i % 40 < 8 else 0.05) else "2025-03-09", None, 1, 1)
        for i in range(800)
    ]
    customers = pd.DataFrame({"customer_id": [f"c{i}" for i in range(40)], "manager_id": [f"M{i // 8}" for i in range(40)]})
    found = service.by_manager(service.promises(deliveries(*rows), as_of=AS_OF), customers, least=10, false_share=0.05, confidence=0.95)
    assert found.loc[found["whose_class"] == Whose.MORE, "manager_id"].tolist() == ["M0"]
    assert found["late"].sum() == sum(row[3] == "2025-03-12" for row in rows)


def test_open_complaints_count_as_long_as_they_have_been_open():
    told = cases(
        *((str(i), "a", "2025-12-01", "complaint", "x", "2025-12-03") for i in range(4)),
        *((f"o{i}", "b", "2025-11-01", "complaint", "x", None) for i in range(4)),
    )
    curve = service.settling(told, as_of=AS_OF, confidence=0.95)
    assert curve.loc[curve["days"] == 2, "happened_share"].iloc[0] == pytest.approx(0.5)
    assert median_days(curve) == 2
    closed = service.settling(told[told["closed_on"].notna()], as_of=AS_OF, confidence=0.95)
    assert closed["happened_share"].max() == 1  # the closed alone look quick


def test_few_cases_are_named_and_not_rated():
    told = cases(
        *((str(i), "a", "2025-05-01", "complaint", "late", None) for i in range(6)), ("x", "b", "2025-05-01", "complaint", "rude", None)
    )
    found = service.cases_by(told, orders=200, year_from=pd.Timestamp("2024-12-31"), as_of=AS_OF, least=5, confidence=0.95).set_index(
        "cause"
    )
    assert found.loc["late", "per_hundred_number"] == 3.0
    assert found.loc["late", ["low_number", "high_number"]].tolist() == pytest.approx(
        [1.10, 6.53], abs=0.01
    )  # Garwood: 2.20 and 13.06 of 6
    assert pd.isna(found.loc["rude", "per_hundred_number"])
    assert found["cases"].sum() == 7


def test_garwood_s_interval_of_nothing_is_the_rule_of_three_and_a_bit():
    assert poisson(0, 100, confidence=0.95) == (0.0, pytest.approx(3.69, abs=0.01))


def test_a_complaint_comes_again_within_its_days_and_for_its_reason():
    told = cases(("1", "a", "2025-01-01", "complaint", "late", None), ("2", "a", "2025-03-01", "complaint", "late", None), ("3", "a", "2025-03-02", "complaint", "rude", None), ("4", "a", "2025-09-01", "complaint", "late", "2025-09-02"), manager_id=["M", "", "M", "M"])  # fmt: skip
    found = service.unowned(told, as_of=AS_OF, repeat_days=90).set_index("case_id")
    assert found["is_repeat"].to_dict() == {"1": False, "2": True, "3": False, "4": False}
    assert found["is_unowned"].to_dict() == {"1": False, "2": True, "3": False, "4": False}
    assert found["is_open"].to_dict() == {"1": True, "2": True, "3": True, "4": False}


def test_who_complained_stands_beside_customers_of_like_purchases():
    months = pd.date_range("2025-01-01", periods=13, freq="MS")
    rows = (
        [("heavy", m, 100.0) for m in months]
        + [("gone", m, 100.0) for m in months[:7]]
        + [("like", m, 90.0) for m in months]
        + [("small", m, 1.0) for m in months[:7]]
    )
    panel = pd.DataFrame(rows, columns=["customer_id", "period", "revenue"])
    told = cases(("1", "heavy", "2025-07-05", "complaint", "x", "2025-07-08"), ("2", "gone", "2025-07-05", "complaint", "x", None))
    found = service.complainers(told, panel, until=pd.Timestamp("2026-01-31"), settle_days=14).set_index("customer_id")
    assert found["after_class"].to_dict() == {"heavy": After.SETTLED, "gone": After.NEVER}
    assert found["is_kept"].to_dict() == {"heavy": True, "gone": False}
    assert found["like_share"].tolist() == [1.0, 1.0]  # the small one is nobody's like


@pytest.mark.parametrize(
    ("said", "themes"),
    [
        ("Дорого, у других дешевле", [Theme.PRICE]),
        ("Обещали перезвонить и не перезвонили, менеджер грубил", [Theme.MANNER]),
        ("late delivery and rude staff", [Theme.DELIVERY, Theme.MANNER]),
        ("просто передумали", [Theme.OTHER]),
        ("центр города, тонер", [Theme.OTHER]),
        ("(дорого)", [Theme.PRICE]),
        ("", []),
    ],
)
def test_answers_are_coded_by_theme(said, themes):
    assert set(themes_of(said)) >= set(themes)
    assert bool(themes_of(said)) == bool(themes)
    assert not themes_of("Претензий нет")


def test_second_purchases_are_split_by_what_happened_to_the_first_order():
    history = pd.DataFrame(
        {
            "customer_id": list("abcd"), "first_on": pd.to_datetime(["2024-01-01"] * 4), "second_on": pd.to_datetime([None, "2024-02-01", "2024-02-01", None]),
            "is_first_known": True, "is_first_returned": [False, False, False, True],
        }
    )  # fmt: skip
    kept = service.promises(
        deliveries(
            ("1", "a", "2024-01-05", "2024-01-09", None, 1, 1),
            *((i, c, "2024-01-05", "2024-01-05", None, 1, 1) for i, c in zip("234", "bcd", strict=True)),
        ),
        as_of=AS_OF,
    )
    told = cases(("1", "c", "2024-01-20", "complaint", "x", None))
    found = service.second_missed(history, kept, told, as_of=AS_OF, horizon_days=365, confidence=0.95).set_index("cause_class")
    assert found[["buyers", "came_back"]].to_numpy().tolist() == [[1, 0], [1, 0], [1, 1], [1, 1]]
    assert found["buyers"].sum() == len(history)


def test_losses_are_told_by_what_was_bought_in_the_year_before():
    panel = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b"],
            "period": pd.to_datetime(["2024-01-01", "2025-03-01", "2025-03-01"]),
            "revenue": [999.0, 70.0, 30.0],
        }
    )
    told = cases(
        ("1", "a", "2025-06-01", "loss", "price", None),
        ("2", "b", "2025-06-01", "loss", "price", None),
        amount=[float("nan"), 500.0],
        stage="talks",
    )
    found = service.lost_at(told, panel, since=pd.Timestamp("2024-12-31"))
    assert found[["stage", "cause", "cases", "amount"]].to_numpy().tolist() == [["talks", "price", 2, 100.0]]


def test_what_was_planted_in_the_demo_s_service_is_found_and_nothing_else(demo):
    planted = {row["kind"]: row["manager_id"] for row in csv.DictReader((ROOT / "tests" / "demo_work_truths.csv").open(encoding="utf-8"))}
    whose = store.load(demo, "promises_by_manager")
    assert whose.loc[whose["whose_class"] == Whose.MORE, "manager_id"].tolist() == [planted["breaker"]]
    found = store.load(demo, "findings_service").set_index("id")
    assert found.loc["service_after_open", "high"] < 0 <= found.loc["service_after_settled", "high"]
    who, theirs, others = service.value_of(store.load(demo, "cases"), store.load(demo, "panel"), until=AS_OF)
    assert who > 50
    assert theirs > 2 * others  # the complainers are among the best customers


def test_quantities_are_as_ordered_short_or_over():
    rows = [
        ("1", "a", "2025-05-01", "2025-05-01", None, 10, 10), ("2", "a", "2025-05-01", "2025-05-01", None, 10, 9), ("3", "a", "2025-05-01", "2025-05-01", None, 10, 12),
        ("4", "a", "2025-05-01", None, None, 10, 0), ("5", "a", "2024-05-01", "2024-05-01", None, 10, 1), ("6", "a", "2025-05-01", "2025-05-01", None, 10, None),
    ]  # fmt: skip
    given = {"since": pd.Timestamp("2024-12-31"), "as_of": AS_OF}
    assert service.as_ordered(deliveries(*rows), **given) == (3, 1, 1)  # what has not come is not short, what nobody counted is nothing
    assert service.as_ordered(None, **given) == (0, 0, 0)


def test_who_is_reached_without_consent_is_counted_by_channel():
    activities = pd.DataFrame(
        [("a", "2025-05-01", "out", "Call"), ("b", "2025-05-01", "out", "call "), ("b", "2025-06-01", "in", "mail"), ("c", "2024-05-01", "out", "mail"), ("gone", "2025-05-01", "out", "call")],
        columns=["customer_id", "date", "direction", "kind"],
    ).assign(date=lambda t: pd.to_datetime(t["date"]))  # fmt: skip
    contacts = pd.DataFrame({"customer_id": ["a", "a", "c"], "consent": [None, "mail, CALL", "mail"]})
    bought = pd.DataFrame(
        {"customer_id": ["a", "b", "c", "gone"], "period": pd.to_datetime(["2025-05-01"] * 3 + ["2024-05-01"]), "revenue": 10.0}
    )
    given = {"until": AS_OF, "as_of": AS_OF}
    found = service.reach(activities, contacts, bought, **given)
    assert found.to_numpy().tolist() == [["call", 2, 2 / 3, 1.0, 1.0], ["mail", 0, 0.0, 2.0, 0.0]]
    unknown = service.reach(activities, contacts.drop(columns="consent"), bought, **given)
    assert unknown[["channel", "reached"]].to_numpy().tolist() == [["call", 2]]
    assert unknown[["agreed", "without_consent"]].isna().all().all()
    left_out = service.reach(activities, contacts.assign(consent=""), bought, **given)
    assert left_out["without_consent"].isna().all(), "what a column says of nobody is no refusal"
    assert service.reach(None, None, bought, **given).empty
    assert service.reach(activities, contacts, bought.assign(revenue=0.0), **given).empty, "nobody bought: there is nobody to reach"


def test_refusals_of_the_last_day_before_the_year_are_not_of_it():
    table = pd.DataFrame(
        {"customer_id": ["a", "b"], "date": pd.to_datetime(["2024-12-31", "2025-01-01"]), "kind": "refusal", "amount": [5.0, 7.0]}
    )
    table = table.assign(**{asked.value: "price" for asked in Asked})
    since = pd.Timestamp("2024-12-31")
    found = service.refusals(table, since=since)
    assert set(found["answers"]) == {1}
    assert set(found["amount"]) == {7.0}
    assert service.answered(table, since=since) == len(Asked)
    assert service.answered(None, since=since) == 0


def test_days_on_which_goods_left_judge_no_promise():
    kept = service.promises(
        deliveries(("1", "a", "2025-03-01", "2025-03-09", None, 1, 1), ("2", "b", "2025-03-01", "2025-02-20", None, 1, 1)), as_of=AS_OF
    )
    assert promise_findings.on_time(kept, is_leaving=False)[0].value == 0.5
    [found] = promise_findings.on_time(kept, is_leaving=True)
    assert (found.low, found.value, found.high, found.params["late"]) == (0.0, 0.5, 0.5, 1), "what left late came late; the other may have"
    assert "dispatch" in found.why
    assert "At least {late} of {n}" in service.claim([found], None)[0].message
    [unknown] = promise_findings.on_time(kept[kept["is_on_time"] == 1], is_leaving=True)
    assert unknown.value != unknown.value
    judged = [verdict(one.low, one.high, 1.0, direction="at least", inclusive=True) for one in (found, unknown)]
    assert judged == ["missed", "undecided"]
    assert "cannot say how many orders arrived on time" in service.claim([unknown], None)[0].message
    doubts = pd.DataFrame({"column": ["", "delivered_on"]})
    assert service.knows_leaving_alone(doubts)
    assert not service.knows_leaving_alone(doubts.head(1))

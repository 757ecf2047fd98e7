"""The central file: hand-countable tables, and the demo's planted gaps, doubles and the forgetful manager (K1 to K5, M12)."""

import importlib.util

import pandas as pd
import pytest

from audit.core import store
from audit.steps import central
from audit.steps.central import findings
from tests.conftest import ROOT

HISTORY = pd.DataFrame(
    {"customer_id": ["a", "b", "c"], "revenue": [90.0, 10.0, 0.0], "last_on": pd.to_datetime(["2024-12-01", "2024-06-01", "2023-01-01"])}
)
AS_OF = pd.Timestamp("2024-12-31")


def fields(**columns) -> pd.DataFrame:
    rows = [(customer, field, filled, valid) for field, entries in columns.items() for customer, filled, valid in entries]
    return pd.DataFrame(rows, columns=["customer_id", "field", "is_filled", "is_valid"])


def test_k2_completeness_is_weighted_by_revenue_and_validity_counts_filled_fields_only():
    found = central.central_quality(
        fields(phone=[("a", True, False), ("b", False, None), ("z", True, True)], region=[("a", True, None), ("b", True, None)]), HISTORY
    )
    phone, region = found.set_index("field_class").loc[["phone", "region"]].to_dict("records")
    assert (phone["customers"], phone["filled"], phone["filled_share"], phone["revenue_filled_share"]) == (3, 2, pytest.approx(2 / 3), 0.9)
    assert (phone["invalid"], phone["valid_share"]) == (1, 0.5)
    assert region["revenue_filled_share"] == 1
    assert pd.isna(region["valid_share"])


def test_k5_coverage_counts_buyers_money_and_strangers():
    found = central.central_coverage(HISTORY, pd.DataFrame({"customer_id": ["a", "c", "x"]}), contacts=None).set_index("table_class")
    assert found.loc["customers", ["customers", "ever_buyers", "strangers"]].tolist() == [2, 3, 1]
    assert found.loc["customers", "revenue_share"] == pytest.approx(0.9)
    assert found.loc["contacts", "customers"] == 0


def test_k2_freshness_is_measured_to_as_of():
    customers = pd.DataFrame({"customer_id": ["a", "b", "c"], "updated_on": pd.to_datetime(["2024-01-01", "2022-01-01", None])})
    found = central.central_freshness(customers, HISTORY, as_of=AS_OF, fresh_days=365).set_index("age_class")
    assert found["customers"].to_dict() == {"fresh": 1, "older": 1, "unknown": 1}
    assert found.loc["fresh", "revenue_share"] == pytest.approx(0.9)
    assert central.central_freshness(customers[["customer_id"]], HISTORY, as_of=AS_OF, fresh_days=365).empty


def test_k4_contacted_are_those_with_a_contact_in_time_among_last_years_buyers():
    activities = pd.DataFrame({"customer_id": ["a", "b"], "date": pd.to_datetime(["2024-12-01", "2024-01-01"])})
    found = central.contacted(HISTORY, activities, as_of=AS_OF, within_days=90)
    assert found.set_index("customer_id")["is_contacted"].to_dict() == {"a": True, "b": False}
    assert central.contacted(HISTORY, None, as_of=AS_OF, within_days=90).empty
    on_the_day = central.contacted(HISTORY, activities, as_of=AS_OF, within_days=30)
    assert on_the_day.set_index("customer_id")["is_contacted"].to_dict() == {"a": True, "b": False}


def test_a_crm_beside_an_accounting_of_nothing_is_not_compared():
    nothing = pd.DataFrame({"accounting": [0.0], "difference": [5.0]})
    assert list(findings._crm(nothing)) == []
    [found] = findings._crm(pd.DataFrame({"accounting": [80.0, 20.0], "difference": [-5.0, 1.0]}))
    assert (found.value, found.n) == (pytest.approx(0.96), 2)


def test_k3_the_crm_is_compared_in_years_that_both_hold_by_period_and_customer_alike():
    crm = pd.DataFrame(
        {"customer_id": ["a", "b", "a"], "date": pd.to_datetime(["2024-01-05", "2024-02-05", "2019-01-01"]), "amount": [80.0, 15.0, 1.0]}
    )
    panel = pd.DataFrame({"customer_id": ["a", "b"], "period": pd.to_datetime(["2024-01-01", "2024-02-01"]), "revenue": [90.0, 10.0]})
    by_period, by_customer = central.crm_by_period(crm, panel), central.crm_by_customer(crm, panel)
    assert by_period.to_dict("records") == [
        {"period": "2024", "crm": 95.0, "accounting": 100.0, "difference": -5.0, "difference_rate": -0.05}
    ]
    assert by_customer["difference"].tolist() == [-10.0, 5.0]


@pytest.fixture(scope="module")
def planted():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "data" / "demo" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_demo_the_planted_doubles_are_found_and_nothing_else(demo, planted):
    found = store.load(demo, "duplicates")
    expected = {frozenset((code, whose)) for code, whose, _how, _same in planted.DOUBLES}
    assert {frozenset(pair) for pair in found[["customer_a", "customer_b"]].itertuples(index=False)} == expected


def test_demo_every_mistyped_inn_is_flagged_and_no_other(demo, planted):
    found = store.load(demo, "central_fields")
    wrong = found[(found["field"] == "tax_id") & (found["is_valid"] == False)]  # noqa: E712
    written = planted.central_file(planted.simulate())["customers"].set_index("customer")["inn"]
    assert set(wrong["customer_id"]) == {c for c in planted.MISTYPED if written[c]}


def test_demo_the_forgetful_managers_customers_lack_most_in_the_crm(demo, planted):
    gaps, customers = store.load(demo, "crm_by_customer", "customers")
    manager = customers.set_index("customer_id")["manager_id"]
    sums = gaps.assign(manager=gaps["customer_id"].map(manager)).groupby("manager")[["difference", "accounting"]].sum()
    shares = (sums["difference"] / sums["accounting"]).sort_values()
    assert shares.index[0] == planted.FORGETFUL[0]
    assert shares.iloc[0] == pytest.approx(planted.FORGETFUL[1] - 1, abs=0.08)
    assert shares.iloc[1:].min() > -0.08


def test_demo_nothing_private_is_stored(demo):
    import pyarrow.parquet as pq

    for path in (demo / "tables").glob("*.parquet"):
        text = pq.read_table(path).to_pandas().to_string()
        assert "8 (800)" not in text, path.name
        assert "@example.ru" not in text, path.name

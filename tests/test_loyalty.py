"""Loyalty types: declined where nothing can be told, the gap against permuted columns, stability, definitions."""

import numpy as np
import pandas as pd
import pytest

from audit.steps import loyalty
from audit.steps.loyalty.codes import LoyaltyType
from tests.conftest import ledger_of

RULE = {"draws": 20, "least_score": 0.5, "least_strength": 0.1, "least_gap_errors": 4, "least_customers": 60}


def planted(n: int = 200, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Features with two planted types in equal parts, far apart, the rest noise."""
    generator = np.random.default_rng(seed)
    kind = np.arange(n) % 2
    columns = {
        "discount": np.where(kind == 0, 3.0, 0.0) + generator.normal(0, 0.5, n),
        "regularity": np.where(kind == 1, 3.0, 0.0) + generator.normal(0, 0.5, n),
        "contacts": generator.normal(0, 0.5, n),
    }
    return pd.DataFrame(columns, index=[f"c{i:03d}" for i in range(n)]), kind


def test_planted_types_are_found_named_and_stable():
    table, kind = planted()
    made = loyalty.types(table, **RULE)
    found = made["loyalty_types"].set_index("customer_id")["loyalty_class"]
    assert (found[kind == 0] == "price").mean() > 0.9
    assert (found[kind == 1] == "stability").mean() > 0.9
    assert (made["loyalty_stability"]["jaccard_index"] >= 0.75).any()


def test_p16_independent_columns_hold_no_groups():
    table, _kind = planted()
    generator = np.random.default_rng(5)
    shuffled = pd.DataFrame({c: generator.permutation(table[c].to_numpy()) for c in table}, index=table.index)
    made = loyalty.types(shuffled, **RULE)
    assert made["loyalty_centres"].empty
    assert set(made["loyalty_types"]["loyalty_class"]) == {LoyaltyType.UNCLEAR}
    said = loyalty.chapter_findings(
        made["loyalty_types"], made["loyalty_gaps"], made["loyalty_stability"], looked_at=list(table), least_purchases=6
    )
    assert "no loyalty types to find" in said[0].message


def test_p16_the_gap_finds_four_planted_groups_where_a_uniform_null_would_find_fewer():
    generator = np.random.default_rng(2)
    corners = np.eye(4)[np.arange(200) % 4] + generator.normal(0, 0.05, (200, 4))
    gaps = loyalty.gap_statistic(pd.DataFrame(corners, columns=loyalty.TYPES), draws=20)
    assert loyalty.clusters_found(gaps, least_gap_errors=4) >= 4
    assert gaps["gap_number"].iloc[0] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("n", [0, 4, 59])
def test_too_few_customers_are_declined_in_words(n):
    table, _kind = planted()
    made = loyalty.types(table.head(n), **RULE)
    said = loyalty.chapter_findings(made["loyalty_types"], made["loyalty_gaps"], made["loyalty_stability"], looked_at=[], least_purchases=6)
    assert said[0].why
    assert set(made["loyalty_types"]["loyalty_class"]) <= {LoyaltyType.UNCLEAR}


def test_features_for_one_type_only_are_declined():
    table, _kind = planted()
    assert loyalty.types(table[["regularity"]], **RULE)["loyalty_centres"].empty


def test_a_customer_between_two_types_has_no_clear_type():
    kept = pd.DataFrame({"cluster": ["1", "2"], "type": ["price", "stability"], "price": [1.0, 0.0], "stability": [0.0, 1.0]})
    points = pd.DataFrame({"price": [0.95, 0.5], "stability": [0.05, 0.5]}, index=["clear", "between"])
    found = loyalty.assigned(points, kept, least_strength=0.1)
    assert found["loyalty_type"].to_dict() == {"clear": "price", "between": LoyaltyType.UNCLEAR}
    assert found.loc["between", "strength_index"] == pytest.approx(0.0)


def test_a_feature_is_there_only_where_its_table_is():
    rows = [(f"c{i}", f"2024-{m:02d}-{1 + i:02d}", 10 + m) for i in range(5) for m in range(1, 9)]
    history = ledger_of(rows, as_of="2024-12-31", observed_from="2024-01-01")["history"]
    table = loyalty.features(history, None, activities=None, as_of=pd.Timestamp("2024-12-31"), least_purchases=6)
    assert table.columns.tolist() == ["regularity"]
    assert loyalty.features(history, None, activities=None, as_of=pd.Timestamp("2024-12-31"), least_purchases=99).empty


def test_agreement_counts_abstentions_as_a_label():
    rule = pd.Series(["price", "price", "stability", LoyaltyType.UNCLEAR])
    assert loyalty.agreement(rule, rule) == 1.0
    assert loyalty.agreement(rule, pd.Series(["price"] * 4)) == pytest.approx(0.0)


def test_many_customers_are_typed_by_a_sample_and_its_error_is_told():
    """Two planted groups among 4,000: a sample of 500 types everybody as the whole does, but for a few, and says how many."""
    table, _kind = planted(4_000)
    whole = loyalty.types_by_sample(table, most_customers=4_000, **RULE)
    part = loyalty.types_by_sample(table, most_customers=500, **RULE)
    assert whole["loyalty_sample"].empty
    [row] = part["loyalty_sample"].to_dict("records")
    assert (row["customers"], row["sampled"]) == (4_000, 500)
    assert row["moved_share"] < 0.05
    assert (part["loyalty_types"]["loyalty_class"] == whole["loyalty_types"]["loyalty_class"]).mean() > 0.95
    [said] = loyalty.sampled(part["loyalty_sample"])
    assert said.value == row["moved_share"]
    assert not loyalty.sampled(whole["loyalty_sample"])

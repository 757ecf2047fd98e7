"""Loyalty types: declined where nothing can be told, the gap against permuted columns, stability, definitions."""

import numpy as np
import pandas as pd
import pytest

from audit.steps import loyalty
from audit.steps.loyalty.codes import LoyaltyType
from tests.conftest import ledger_of

RULE = {"draws": 20, "least_score": 0.5, "least_strength": 0.1, "least_gap_errors": 4, "least_customers": 60, "least_agreement": 0.2}
SAID = {"least_purchases": 6, "least_agreement": 0.2}
NOTHING = pd.DataFrame(columns=["feature"])  # no feature was judged


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
        made["loyalty_types"], made["loyalty_gaps"], made["loyalty_stability"], NOTHING, looked_at=list(table), **SAID
    )
    assert "no loyalty types to find" in said[0].message


def test_p16_the_gap_finds_four_planted_groups_where_a_uniform_null_would_find_fewer():
    generator = np.random.default_rng(2)
    corners = np.eye(4)[np.arange(200) % 4] + generator.normal(0, 0.05, (200, 4))
    gaps = loyalty.gap_statistic(pd.DataFrame(corners, columns=loyalty.TYPES), lambda table: table, draws=20)
    assert loyalty.clusters_found(gaps, least_gap_errors=4) >= 4
    assert gaps["gap_number"].iloc[0] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("n", [0, 4, 59])
def test_too_few_customers_are_declined_in_words(n):
    table, _kind = planted()
    made = loyalty.types(table.head(n), **RULE)
    said = loyalty.chapter_findings(made["loyalty_types"], made["loyalty_gaps"], made["loyalty_stability"], NOTHING, looked_at=[], **SAID)
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


@pytest.mark.parametrize("seed", range(4))
def test_one_feature_with_two_signs_makes_no_groups_out_of_independent_noise(seed):
    """Variety speaks for novelty and its reverse, sameness, for stability: that tie alone made four "stable" groups."""
    generator = np.random.default_rng(seed)
    noise = {name: generator.normal(size=300) for name in ("discount", "novelty", "variety", "contacts", "regularity")}
    table = pd.DataFrame(noise, index=[f"c{i:03d}" for i in range(300)])
    made = loyalty.types(table.assign(sameness=-table["variety"]), **RULE)
    assert made["loyalty_centres"].empty
    assert set(made["loyalty_types"]["loyalty_class"]) == {LoyaltyType.UNCLEAR}


def test_permuted_features_keep_their_ties():
    table, _kind = planted(50)
    table["variety"] = np.arange(50.0)
    table["sameness"] = -table["variety"]
    shuffled = loyalty.permuted(table, np.random.default_rng(0))
    assert (shuffled["sameness"] == -shuffled["variety"]).all()
    assert shuffled["variety"].tolist() != table["variety"].tolist()
    assert sorted(shuffled["regularity"]) == sorted(table["regularity"])


def test_groups_that_do_not_mean_what_the_types_mean_name_nobody():
    table, _kind = planted()
    made = loyalty.types(table, **(RULE | {"least_agreement": 0.99}))
    assert len(made["loyalty_centres"])
    assert set(made["loyalty_types"]["loyalty_class"]) == {LoyaltyType.UNCLEAR}
    parts = (made["loyalty_types"], made["loyalty_gaps"], made["loyalty_stability"], NOTHING)
    said = loyalty.chapter_findings(*parts, looked_at=list(table), least_purchases=6, least_agreement=0.99)
    assert "we cannot say" in said[0].message
    assert said[0].why
    assert not any(loyalty.summary(made["loyalty_types"], pd.Series(dtype=float))["action"][:4]), "no advice stands on an unclear type"


def halves_of(share, lines=40) -> tuple[pd.DataFrame, pd.DataFrame]:
    """History and halves of customers whose share of discounts is given for each half, all else alike but for chance."""
    generator, n = np.random.default_rng(1), len(share[0])
    ids = [f"c{i:03d}" for i in range(n)]
    history = pd.DataFrame({"customer_id": ids, "purchases": 9, "gap_log_var": 1.0, "first_on": pd.Timestamp("2024-01-01")})
    history["last_on"] = pd.Timestamp("2025-06-01")
    parts = [
        pd.DataFrame(
            {"customer_id": ids, "half": half, "lines": lines, "products": generator.integers(5, 30, n), "discount_share": share[half]}
        )
        for half in (0, 1)
    ]
    halves = pd.concat(parts).assign(gaps=5.0, gap_log_var=generator.gamma(2, 0.5, 2 * n))
    return history, halves


def judged(share) -> pd.Series:
    history, halves = halves_of(share)
    table = loyalty.reliability(
        history, halves, activities=None, as_of=pd.Timestamp("2025-12-31"), least_purchases=6, confidence=0.95
    ).set_index("feature")
    assert (table["reliability_share"].drop("discount") < 0.4).all(), "chance is nobody's own"
    return table.loc["discount"]


def test_what_a_customer_is_shows_in_both_halves_of_its_days_and_chance_does_not():
    generator = np.random.default_rng(0)
    own = generator.uniform(0, 0.3, 200)
    kept = judged([own + generator.normal(0, 0.03, 200) for _half in (0, 1)])
    assert kept["low_share"] > 0.9
    chance = judged([generator.uniform(0, 0.3, 200) for _half in (0, 1)])
    assert chance["reliability_share"] < 0.4


def test_features_that_are_nobodys_own_are_not_looked_at_and_the_page_says_why():
    generator = np.random.default_rng(0)
    history, halves = halves_of([generator.uniform(0, 0.3, 200) for _half in (0, 1)])
    seen = {"activities": None, "as_of": pd.Timestamp("2025-12-31"), "least_purchases": 6}
    reliable = loyalty.reliability(history, halves, **seen, confidence=0.95)
    table = loyalty.told(pd.DataFrame(1.0, index=history["customer_id"], columns=reliable["feature"]), reliable, least_reliability=0.5)
    assert table.columns.empty
    made = loyalty.types(table, **RULE)
    parts = (made["loyalty_types"], made["loyalty_gaps"], made["loyalty_stability"], reliable)
    said = loyalty.chapter_findings(*parts, looked_at=[], **SAID)
    assert "from one time to another" in said[0].why

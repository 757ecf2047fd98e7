"""Classes: P18's and P19's known answers, ties, short histories, and moves told from the noise of a border."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from audit.core import periods
from audit.stats import dispersion
from audit.steps import segments
from audit.steps.segments import findings
from tests.conftest import ledger_of

WEEKLY = [0, 15, 40, 15, 10, 15, 20, 15, 10, 15, 20, 15, 5, 20, 45, 20, 15, 20, 25, 20, 15, 20, 25, 20, 40, 10, 35, 10, 5, 10, 15, 10, 5,
10, 15, 10]  # fmt: skip
LIMITS = {"least": 6, "x_limit": 0.25, "y_limit": 0.5}
NO_SEASON = pd.DataFrame({"month": range(1, 13), "index": 1.0})


@pytest.mark.parametrize(("weeks", "percent"), [(1, 58.7), (4, 29.3), (12, 19.4)])
def test_p18_the_same_sales_vary_by_59_29_or_19_percent(weeks, percent):
    sums = np.array(WEEKLY, dtype=float).reshape(-1, weeks).sum(axis=1)
    assert 100 * dispersion.variation(sums) == pytest.approx(percent, abs=0.05)


def test_p19_the_running_share_of_profit_peaks_at_135_percent_and_losers_are_a_class_apart():
    margins = pd.Series([500, 300, 150, 80, 40, 10, -30, -90, -160], index=list("abcdefghi"), dtype=float)
    assert dispersion.whale_curve(margins).max() == pytest.approx(1.35, abs=0.01)
    classes = segments.abc_class(margins, a_share=0.8, b_share=0.95)
    assert "".join(classes) == "AAABCCNNN"


def test_the_customer_that_crosses_a_limit_belongs_to_the_class_above_it():
    assert segments.abc_class(pd.Series({"a": 79.0, "b": 2.0, "c": 19.0}), a_share=0.8, b_share=0.95).to_dict() == {
        "a": "A",
        "c": "A",
        "b": "C",
    }
    exactly = segments.abc_class(pd.Series({"a": 80.0, "b": 15.0, "c": 5.0}), a_share=0.8, b_share=0.95)
    assert exactly.to_dict() == {"a": "A", "b": "B", "c": "C"}


def test_ties_are_broken_by_id_whatever_the_order_of_rows():
    money = pd.Series(1.0, index=[f"c{i}" for i in range(10)])
    classes = segments.abc_class(money, a_share=0.8, b_share=0.95)
    shuffled = segments.abc_class(money.sample(frac=1, random_state=3), a_share=0.8, b_share=0.95)
    assert classes.to_dict() == shuffled.to_dict()
    assert "".join(classes) == "AAAAAAAABB"


def test_fault_17_nothing_or_less_is_class_n_without_a_division():
    assert set(segments.abc_class(pd.Series({"a": 0.0, "b": -1.0}), a_share=0.8, b_share=0.95)) == {"N"}


def of(rows, as_of="2024-12-31", observed_from="2023-01-01"):
    found = ledger_of(rows, as_of=as_of, observed_from=observed_from)
    seen = {"observed_from": dt.date.fromisoformat(observed_from), "as_of": dt.date.fromisoformat(as_of)}
    return found, periods.complete(**seen, unit="quarter")


def test_p18_short_histories_are_a_class_of_their_own_and_zeros_count():
    quarters = [f"{y}-{m:02d}-10" for y in (2023, 2024) for m in (1, 4, 7, 10)]
    rows = (
        [("even", d, 100) for d in quarters]
        + [("gone", d, 100) for d in quarters[:3]]
        + [("young", "2024-09-10", 100), ("young", "2024-12-10", 90)]
    )
    found, spans = of(rows)
    table = segments.xyz(found["panel"], found["history"], NO_SEASON, spans, unit="quarter", **LIMITS).set_index("customer_id")
    assert table["xyz_class"].to_dict() == {"even": "X", "gone": "Z", "young": "short_history"}
    assert np.isnan(table.loc["young", "variation_rate"])


def test_p12_a_customer_that_follows_the_bases_season_is_regular():
    level = {1: 50, 4: 150, 7: 150, 10: 50}
    rows = [("seasonal", f"{y}-{m:02d}-10", level[m]) for y in (2023, 2024) for m in level]
    found, spans = of(rows)
    season = pd.DataFrame({"month": range(1, 13), "index": [0.5] * 3 + [1.5] * 6 + [0.5] * 3})
    with_season = segments.xyz(found["panel"], found["history"], season, spans, unit="quarter", **LIMITS)["xyz_class"].tolist()
    without = segments.xyz(found["panel"], found["history"], NO_SEASON, spans, unit="quarter", **LIMITS)["xyz_class"].tolist()
    assert (with_season, without) == (["X"], ["Y"])


def test_p21_companies_under_common_control_are_one_customer():
    customers = pd.DataFrame({"customer_id": ["a1", "a2", "b"], "name": list("xyz"), "group_id": ["G", "G", ""]})
    found, _spans = of([("a1", "2024-05-01", 40), ("a2", "2024-05-01", 41), ("b", "2024-05-01", 19)])
    regularity = pd.DataFrame({"customer_id": ["a1", "a2", "b"], "xyz_class": "X"})
    table = segments.classes(
        found["panel"],
        found["history"],
        customers=customers,
        regularity=regularity,
        until=pd.Timestamp("2024-12-31"),
        a_share=0.8,
        b_share=0.95,
    )
    assert table.set_index("customer_id")["abc_class"].to_dict() == {"a1": "A", "a2": "A", "b": "B"}


def test_p20_equal_values_get_equal_scores_and_cut_points_are_printed():
    found, _spans = of([(f"c{i}", "2024-05-01", 10) for i in range(30)] + [("big", "2024-06-01", 99)])
    scores, cuts = segments.rfm_cuts(found["history"], found["panel"], until=pd.Timestamp("2024-12-31"))
    assert scores[scores["customer_id"] != "big"]["rfm"].nunique() == 1
    assert scores.set_index("customer_id").loc["big", ["recency", "money"]].tolist() == [5, 5]
    assert cuts["measure_class"].tolist() == ["recency", "frequency", "money"]


def test_d3_d4_every_customer_has_one_stage():
    rows = [
        ("old", "2023-01-10", 1),
        ("old", "2024-12-10", 1),
        ("new", "2024-11-10", 1),
        ("reserve", "2024-01-10", 1),
        ("gone", "2023-01-10", 1),
    ]
    found, _spans = of(rows)
    customers = pd.DataFrame({"customer_id": ["old", "new", "reserve", "gone", "never"], "name": "x"})
    table = segments.lifecycle(found["history"], customers=customers, as_of=pd.Timestamp("2024-12-31"), active_months=3, archive_months=20)
    assert table.set_index("customer_id")["status_class"].to_dict() == {
        "old": "existing",
        "new": "new",
        "reserve": "reserve",
        "gone": "archived",
        "never": "potential",
    }


def moved(rows):
    found = ledger_of(rows, as_of="2024-12-31", observed_from="2023-01-01")
    ends = {"before": pd.Timestamp("2023-12-31"), "until": pd.Timestamp("2024-12-31")}
    return segments.migration(
        found["panel"],
        customers=None,
        **ends,
        observed_from=dt.date(2023, 1, 1),
        a_share=0.8,
        b_share=0.95,
        draws=200,
        noise_share=0.1,
        confidence=0.95,
    ).set_index("group")


def test_a_clear_move_is_told_from_a_customer_on_the_border():
    months = [f"{{}}-{m:02d}-05" for m in range(1, 13)]
    rows = [("giant", m.format(y), 1000) for y in (2023, 2024) for m in months]
    rows += [("risen", m.format(2023), 1) for m in months] + [("risen", m.format(2024), 900) for m in months]
    lumpy = {2023: [0, 0, 300, 0, 0, 0, 0, 300, 0, 0, 0, 0], 2024: [0, 0, 0, 300, 0, 0, 0, 0, 0, 330, 0, 0]}
    rows += [("lumpy", m.format(y), lumpy[y][i]) for y in lumpy for i, m in enumerate(months) if lumpy[y][i]]
    table = moved(rows)
    assert table.loc["risen", ["class_before", "class_now"]].tolist() == ["C", "A"]
    assert bool(table.loc["risen", "is_clear"])
    assert pd.isna(table.loc["giant", "is_clear"])
    if table.loc["lumpy", "class_before"] != table.loc["lumpy", "class_now"]:
        assert not table.loc["lumpy", "is_clear"]


def test_the_same_base_twice_moves_nobody():
    rows = [(f"c{i}", f"{y}-{m:02d}-05", 10 * (i + 1)) for i in range(12) for y in (2023, 2024) for m in range(1, 13)]
    table = moved(rows)
    assert (table["class_before"] == table["class_now"]).all()
    assert table["is_clear"].isna().all()


def test_d14_overlap_is_1_for_the_same_classes_and_0_for_unrelated_ones():
    generator = np.random.default_rng(1)
    a = generator.choice(list("xyz"), 600)
    table = segments.overlap(pd.DataFrame({"a": a, "same": a, "other": generator.choice(list("pq"), 600)}))
    by = table.set_index(["base_a", "base_b"])["agreement_index"]
    assert by["a", "same"] == pytest.approx(1.0, abs=0.01)
    assert by["a", "other"] < 0.1


def test_d1_strayed_customers_are_named_with_their_gap_and_only_among_enough_peers():
    table = pd.DataFrame(
        {
            "customer_id": [f"t{i}" for i in range(6)] + ["low", "odd"],
            "revenue": [100.0] * 6 + [30.0, 5.0],
            "abc_class": ["A"] * 6 + ["C", "C"],
            "xyz_class": "X",
        }
    )
    customers = pd.DataFrame({"customer_id": table["customer_id"], "name": "x", "industry": ["steel"] * 7 + ["rare"]})
    columns = ["attribute_class", "attribute", "good_share", "other_share", "corrected_chance_share"]
    telling = pd.DataFrame([("industry", "steel", 0.9, 0.1, 0.001), ("industry", "rare", 0.9, 0.1, 0.001)], columns=columns)
    found = segments.strayed(table, customers, telling=telling, chance=0.05, least_peers=5)
    assert found[["customer_id", "peers", "gap"]].to_numpy().tolist() == [["low", 6, 70.0]]
    assert segments.strayed(table, None, telling=telling, chance=0.05, least_peers=5).empty
    by_chance = telling.assign(corrected_chance_share=0.4)
    assert segments.strayed(table, customers, telling=by_chance, chance=0.05, least_peers=5).empty, "an industry that tells nothing"


def test_p39_noise_gives_no_portrait_and_a_planted_attribute_is_found_where_it_told_the_year_before_too():
    generator = np.random.default_rng(3)
    n = 300
    ids = [f"c{i}" for i in range(n)]
    noise = generator.choice(["north", "south", "east", "west", "centre"], n)
    table = pd.DataFrame({"customer_id": ids, "group": ids, "abc_class": generator.choice(["A", "B", "C"], n)})
    moved = pd.DataFrame({"group": ids, "class_before": table["abc_class"]})
    drawn = moved.assign(class_before=generator.permutation(table["abc_class"]))
    nobody = moved.assign(class_before="none")
    random = segments.portrait(table, pd.DataFrame({"customer_id": ids, "name": "x", "region": noise}), moved=moved, least=5)
    assert (random["corrected_chance_share"] > 0.05).all()
    planted = np.where(table["abc_class"].isin(["A", "B"]) & (generator.random(n) < 0.6), "steel", "other")
    customers = pd.DataFrame({"customer_id": ids, "name": "x", "industry": planted})
    found = segments.portrait(table, customers, moved=moved, least=5)
    assert found["attribute"].iloc[0] in ("steel", "other")
    assert found["corrected_chance_share"].iloc[0] < 0.001
    assert (segments.portrait(table, customers, moved=drawn, least=5)["corrected_chance_share"] > 0.05).all(), "of one year alone"
    assert segments.portrait(table, customers, moved=nobody, least=5)["corrected_chance_share"].iloc[0] < 0.001, (
        "nothing is known of the year before"
    )
    turned = moved.assign(class_before=np.where(table["abc_class"].isin(["A", "B"]), "C", "A"))
    assert (segments.portrait(table, customers, moved=turned, least=5)["corrected_chance_share"] == 1).all(), "it told the reverse"


MONTHS = pd.date_range("2023-01-01", periods=24, freq="MS")
ENDS = {"before": pd.Timestamp("2023-12-31"), "until": pd.Timestamp("2024-12-31")}
TWO_YEARS = ENDS | {"observed_from": dt.date(2023, 1, 1), "a_share": 0.8, "b_share": 0.95}


def dealt(kind: str) -> pd.DataFrame:
    """A panel of two years that differ by chance alone: few large orders, or something every month."""
    generator = np.random.default_rng(5)
    if kind == "few":
        rows = [(f"c{i}", m, float(generator.pareto(1.2) * 1000)) for i in range(200) for m in generator.choice(MONTHS, 6, replace=False)]
    else:
        sizes = np.exp(generator.normal(6, 1, 400))
        rows = [(f"c{i}", m, float(size * generator.gamma(2))) for i, size in enumerate(sizes) for m in MONTHS]
    return pd.DataFrame(rows, columns=["customer_id", "period", "revenue"])


@pytest.mark.parametrize("kind", ["few", "every month"])
def test_where_months_were_dealt_anew_nobody_clearly_changed_class(kind):
    panel, chosen = dealt(kind), {"draws": 200, "noise_share": 0.1, "confidence": 0.95}
    found = segments.migration(panel, customers=None, **TWO_YEARS, **chosen)
    assert (found["class_before"] != found["class_now"]).sum() > 50
    assert found["is_clear"].fillna(False).sum() == 0
    up = [(f"up{i}", m, 1.0 if m.year == 2023 else 5000.0) for i in range(8) for m in MONTHS]
    again = segments.migration(pd.concat([panel, pd.DataFrame(up, columns=panel.columns)]), customers=None, **TWO_YEARS, **chosen)
    assert again.set_index("group").loc["up0", "is_clear"]


def test_months_that_were_not_observed_a_year_ago_are_no_months_without_sales():
    late = [(f"c{i}", m, 900.0) for i in range(40) for m in MONTHS[6:]] + [("whale", m, 50_000.0) for m in MONTHS[6:]]
    panel = pd.DataFrame(late, columns=["customer_id", "period", "revenue"])
    found = segments.migration(panel, customers=None, **TWO_YEARS, draws=100, noise_share=0.5, confidence=0.95)
    assert found["is_clear"].fillna(False).sum() == 0


@pytest.mark.parametrize(("day", "told"), [(dt.date(2023, 1, 31), 400), (dt.date(2023, 2, 1), 0), (dt.date(2023, 7, 1), 0)])
def test_nobody_has_a_class_of_a_year_that_the_exports_hold_a_part_of(day, told):
    found = segments.migration(
        dealt("every month"), customers=None, **TWO_YEARS | {"observed_from": day}, draws=20, noise_share=0.1, confidence=0.95
    )
    assert (found["class_before"] != "none").sum() == told
    said = findings._moved(found)
    assert ("not observed in full" in said.why) == (not told)


def ordering(own, seed: int = 0, industries: tuple[str, ...] = ("a", "b")) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two orders a month for a year of each customer, of the size that is its own, give or take a tenth."""
    generator, months = np.random.default_rng(seed), pd.date_range("2025-01", periods=12, freq="MS")
    rows = [(f"c{i:02d}", m, 2 * size * np.exp(generator.normal(0, 0.1)), 2) for i, size in enumerate(own) for m in months]
    customers = pd.DataFrame({"customer_id": [f"c{i:02d}" for i in range(len(own))]})
    customers["industry"] = [industries[i % len(industries)] for i in range(len(own))]
    return pd.DataFrame(rows, columns=["customer_id", "period", "revenue", "orders"]), customers


PEERS = {"until": pd.Timestamp("2025-12-31"), "least_peers": 10}


def test_a6_who_orders_less_at_a_time_than_its_peers_is_found_with_its_distance():
    own = np.exp(np.random.default_rng(1).normal(6, 0.3, 80))
    own[0] = 20.0
    panel, customers = ordering(own)
    found = segments.order_gaps(panel, customers, **PEERS, confidence=0.95).set_index("customer_id")
    first = found.loc["c00"]
    assert first["is_clear"]
    assert first["low_value"] <= first["peer_value"] <= first["high_value"]
    assert first["gap"] == pytest.approx((first["peer_value"] - first["order_value"]) * 24)
    upper = np.quantile(own[::2], 0.75)
    assert first["peer_value"] == pytest.approx(upper, rel=0.1)
    assert segments.order_reliability(panel, customers, **PEERS) > 0.9


def test_a6_orders_whose_size_is_chance_give_no_gap():
    generator = np.random.default_rng(2)
    panel, customers = ordering(np.full(80, 400.0))
    panel["revenue"] *= np.exp(generator.normal(0, 0.8, len(panel)))
    reliability = segments.order_reliability(panel, customers, **PEERS)
    assert reliability < 0.5
    said = findings._orders(segments.order_gaps(panel, customers, **PEERS, confidence=0.95), reliability, 80)
    assert "from month to month" in said.why


def test_a6_without_industries_it_cannot_be_said():
    panel, customers = ordering([100.0] * 40)
    assert segments.order_gaps(panel, customers.drop(columns="industry"), **PEERS, confidence=0.95).empty
    assert segments.order_gaps(panel, None, **PEERS, confidence=0.95).empty
    said = findings._orders(segments.order_gaps(panel, None, **PEERS, confidence=0.95), float("nan"), 0)
    assert said.why

"""The demo base: its generator makes it, and what was planted is found (truths are read here alone)."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import StandardScaler

from audit import i18n, ledger
from audit.core import groups, norms, periods, store
from audit.steps import forecast, ladder, loyalty, retention, segments
from audit.steps.loyalty.codes import LoyaltyType
from audit.steps.retention.codes import SilenceRule
from tests.conftest import ROOT, WINDOWS, as_pandas

TRUTHS = pd.read_csv(ROOT / "tests" / "demo_truths.csv", parse_dates=["lapsed_on"], keep_default_na=True)


@pytest.fixture(scope="module")
def generator():
    import importlib.util

    spec = importlib.util.spec_from_file_location("generate", ROOT / "data" / "demo" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def simulated(generator):
    return generator.simulate()


def test_the_generator_gives_the_committed_files_and_truths(generator, simulated, tmp_path):
    generator.write(simulated, tmp_path)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (ROOT / "data" / "demo" / path.name).read_bytes(), path.name
    written = generator.truths(simulated).to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    assert written == (ROOT / "tests" / "demo_truths.csv").read_text(encoding="utf-8")


def test_the_audits_money_is_the_generators_money(simulated, demo):
    reconciliation = store.load(demo, "reconciliation")
    kept = reconciliation[(reconciliation["table"] == "lines") & (reconciliation["status"] == "kept")]["amount"].sum()
    broken = simulated["sales"].iloc[[1200, 1201, 1202, 15000, 21000]]["amount"].sum()
    assert kept == pytest.approx(simulated["sales"]["amount"].sum() - broken, abs=0.01)


def score(listed: set, lapsed: set) -> tuple[float, float]:
    hit = len(listed & lapsed)
    return hit / max(len(listed), 1), hit / max(len(lapsed), 1)


RULE = {"rhythm_purchases": 5, "prior_gaps": 4, "overdue_chance": 0.05, "fixed_silence_days": 90, "long_gone_days": 365}


def lists(history: pd.DataFrame, panel: pd.DataFrame) -> dict[str, set]:
    """The overdue list by each rule."""
    return {rule: set(retention.overdue(history, panel, rule=rule, **RULE)["customer_id"]) for rule in (SilenceRule.OWN, SilenceRule.FIXED)}


def test_planted_lapses_stand_in_the_overdue_list(demo, capsys):
    """Precision and recall over customers with a rhythm of their own, with the naive rival (silent over 90 days) beside them."""
    history, panel, late = store.load(demo, "history", "panel", "overdue")
    enough = history[history["purchases"] >= norms.value("rhythm_purchases")]
    lapsed = set(TRUTHS.loc[TRUTHS["lapsed_on"].notna(), "customer_id"]) & set(enough["customer_id"])
    found = {rule: score(listed, lapsed) for rule, listed in lists(history, panel).items()}
    with capsys.disabled():
        print("".join(f"\n{rule}: precision {p:.2f}, recall {r:.2f} of {len(lapsed)} planted lapses" for rule, (p, r) in found.items()))
    assert score(set(late["customer_id"]), lapsed) == found[SilenceRule.OWN]
    assert min(found[SilenceRule.OWN]) >= 0.85


@pytest.fixture(scope="module")
def ledgers(generator):
    """Ledger tables of a simulated base by seed, without intake; `keep` drops the other lines."""

    def made(seed: int, keep: float = 1.0) -> dict[str, pd.DataFrame]:
        base = generator.simulate(seed)
        sales, goods = base["sales"], base["products"]
        if keep < 1:
            sales = sales[np.random.default_rng(seed).random(len(sales)) < keep]
        discount = (sales["price"] * sales["quantity"] - sales["amount"]).clip(lower=0).round(2)
        lines = pl.DataFrame(
            {
                "line_id": [str(i) for i in range(len(sales))],
                "customer_id": sales["customer"].to_list(),
                "date": sales["date"].dt.date.to_list(),
                "product_id": sales["product"].to_list(),
                "order_id": sales["document"].to_list(),
                "returns_order_id": sales["basis"].to_list(),
                "quantity": sales["quantity"].astype(float).to_list(),
                "amount": [f"{x:.2f}" for x in sales["amount"]],
                "discount": [f"{x:.2f}" for x in discount],
            }
        ).with_columns(pl.col("amount", "discount").cast(pl.Decimal(18, 4)))
        launched = (generator.FIRST + pd.to_timedelta(goods["launched"], "D")).dt.date.to_list()
        products = pl.DataFrame({"product_id": goods["product"].to_list(), "launched_on": launched})
        seen = {"as_of": dt.date(2025, 12, 31), "observed_from": dt.date(2023, 1, 1), "burn_in_months": 12}
        tables = {name: as_pandas(frame) for name, frame in ledger.tables(lines, products=products, **seen, **WINDOWS).items()}
        activities = base["activities"].rename(columns={"customer": "customer_id"})
        return tables | {"activities": activities, "truths": generator.truths(base)}

    return made


def test_over_seeds_both_rules_find_old_lapses_and_only_the_own_rhythm_finds_fresh_ones(ledgers, capsys):
    """Fresh: the last order lies within 90 days of as_of, where a fixed silence of 90 days is blind by construction."""
    scores, fresh_found, fresh_all = [], 0, 0
    for seed in range(5):
        made = ledgers(seed)
        history, truth = made["history"], made["truths"]
        enough = history[history["purchases"] >= RULE["rhythm_purchases"]]
        lapsed = set(truth.loc[truth["lapsed_on"].notna(), "customer_id"]) & set(enough["customer_id"])
        fresh = lapsed & set(enough.loc[enough["silence_days"] <= 90, "customer_id"])
        listed = lists(history, made["panel"])
        fresh_found, fresh_all = fresh_found + len(fresh & listed[SilenceRule.OWN]), fresh_all + len(fresh)
        scores.append([x for rule in listed for x in score(listed[rule], lapsed)])
    mean = pd.DataFrame(scores, columns=["own precision", "own recall", "fixed precision", "fixed recall"]).mean()
    with capsys.disabled():
        said = ", ".join(f"{name} {value:.2f}" for name, value in mean.items())
        print(f"\nover 5 seeds: {said}; of {fresh_all} fresh lapses the own rhythm finds {fresh_found}")
    assert mean["own precision"] >= 0.85
    assert mean["own recall"] >= 0.85
    assert fresh_found > 0


LOYALTY = {"draws": 50, "least_score": 0.5, "least_strength": 0.10, "least_gap_errors": 4, "least_customers": 60}


def features_of(made: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return loyalty.features(
        made["history"], made["behaviour"], activities=made["activities"], as_of=pd.Timestamp("2025-12-31"), least_purchases=6
    )


def test_loyalty_types_over_20_seeds(ledgers, capsys):
    """Adjusted Rand index with the planted types, abstentions counted as a label: ours, the rule, plain k-means, a supervised classifier.

    And the null: with the features' columns permuted independently, types are claimed in at most 2 of 20 seeds.
    """
    rows, claims = [], 0
    for seed in range(20):
        made = ledgers(seed)
        table = features_of(made)
        true = made["truths"].set_index("customer_id")["loyalty_type"].loc[table.index]
        found = loyalty.types(table, **LOYALTY)["loyalty_types"].set_index("customer_id").loc[table.index]
        scaled = StandardScaler().fit_transform(table)
        plain = KMeans(4, n_init=10, random_state=0).fit_predict(scaled)
        taught = cross_val_predict(RandomForestClassifier(100, random_state=0), scaled, true, cv=5)
        labels = [found["loyalty_class"], found["by_definition_class"], plain, taught]
        rows.append([*(adjusted_rand_score(true, label) for label in labels), (found["loyalty_class"] != LoyaltyType.UNCLEAR).mean()])
        generator = np.random.default_rng(seed)
        shuffled = pd.DataFrame({c: generator.permutation(table[c].to_numpy()) for c in table}, index=table.index)
        claims += len(loyalty.types(shuffled, **LOYALTY)["loyalty_centres"]) > 0
    median = pd.DataFrame(rows, columns=["groups", "definition", "k-means", "supervised", "coverage"]).median()
    with capsys.disabled():
        print(
            "\nloyalty over 20 seeds, median ARI: "
            + ", ".join(f"{n} {v:.2f}" for n, v in median.items())
            + f"; types claimed in {claims} of 20 permuted bases"
        )
    assert 0.8 <= median["supervised"] <= 0.9
    assert median["k-means"] < 0.7
    assert median["groups"] >= 0.7
    assert claims <= 2


def test_frozen_centres_give_the_same_types_again(ledgers):
    table = features_of(ledgers(1))
    made = loyalty.types(table, **LOYALTY)
    kept = {"least_score": LOYALTY["least_score"], "least_strength": LOYALTY["least_strength"]}
    pd.testing.assert_frame_equal(loyalty.again(table, made, **kept), made["loyalty_types"])
    half = loyalty.again(table.iloc[::2], made, **kept)
    whole = made["loyalty_types"].set_index("customer_id").loc[half["customer_id"], "loyalty_class"]
    assert half["loyalty_class"].tolist() == whole.tolist()


def test_exactly_the_planted_key_accounts_are_key_with_the_right_reasons(demo):
    """By group: the holding's members were planted as one."""
    keys, customers = store.load(demo, "key_accounts", "customers")
    group = customers.set_index("customer_id")["group_id"].replace("", pd.NA)
    planted = TRUTHS[TRUTHS["key_reason"].notna()]
    wanted = {
        (group.get(row.customer_id) if pd.notna(group.get(row.customer_id)) else row.customer_id, row.key_reason)
        for row in planted.itertuples()
    }
    found = {(row.group, row.reason_class + (f":{row.level_class}" if row.level_class else "")) for row in keys.itertuples()}
    assert found == wanted


def test_planted_limits_are_judged(demo):
    found = store.load(demo, "findings_accounts").set_index("id")["verdict"]
    assert found["keys_per_manager"] == "missed"
    assert found["key_share"] == found["innovators"] == found["dependence"] == "met"


def test_ten_percent_of_the_lines_dropped_keep_most_classes(ledgers, capsys):
    until = pd.Timestamp("2025-12-31")
    spans = periods.complete(observed_from=dt.date(2023, 1, 1), as_of=dt.date(2025, 12, 31), unit="quarter")

    def labels(made):
        regularity = segments.xyz(made["panel"], made["history"], made["season"], spans, unit="quarter", least=6, x_limit=0.25, y_limit=0.5)
        abc = segments.classes(
            made["panel"], made["history"], customers=None, regularity=regularity, until=until, a_share=0.8, b_share=0.95
        )
        proof = {"budgets": None, "facts": None, "active_months": 4, "regular_purchases": 4, "loyal_share": 0.9, "fact_least": 4}
        return {
            "ABC": abc.set_index("customer_id")["abc_class"],
            "XYZ": regularity.set_index("customer_id")["xyz_class"],
            "ladder": ladder.rungs(made["panel"], until=until, **proof).set_index("customer_id")["rung_class"],
            "loyalty": loyalty.types(features_of(made), **LOYALTY)["loyalty_types"].set_index("customer_id")["loyalty_class"],
        }

    whole, thinned = labels(ledgers(3)), labels(ledgers(3, keep=0.9))
    same = {name: float((thinned[name] == whole[name].reindex(thinned[name].index)).mean()) for name in whole}
    with capsys.disabled():
        print("\nthe same class after 10 % of the lines are dropped: " + ", ".join(f"{name} {share:.0%}" for name, share in same.items()))
    assert same["ABC"] >= 0.85
    assert same["XYZ"] >= 0.75
    assert same["ladder"] >= 0.95
    assert same["loyalty"] >= 0.80


def test_untraced_returns_and_repeats_are_what_was_planted(demo):
    defects = store.load(demo, "defects")
    assert defects.set_index(defects["defect"].map(i18n.render))["rows"]["lines: no customer_id"] == 3
    assert (defects["verdict"] == "FLAG").all()


def test_the_planted_loss_maker_is_named_among_the_key_accounts_that_lose_money(demo):
    found = store.load(demo, "findings_profit").set_index("id").loc["key_losers"]
    planted = TRUTHS.loc[TRUTHS["loses_money"], "customer_id"].tolist()
    assert found["who"].split(", ")[0] == planted[0]
    losers = store.load(demo, "customer_profits").set_index("group")
    assert losers.loc[planted[0], "loss_class"] == "loses"
    assert losers.loc[planted[0], "revenue_rank"] <= 5, "a large customer that loses money"


def groups_of(demo) -> pd.Series:
    return groups.groups(store.load(demo, "customers"), TRUTHS["customer_id"])


def test_wallet_ranges_cover_the_planted_budgets_at_their_stated_rate(demo, capsys):
    wallets = store.load(demo, "wallets").set_index("group")
    truth = TRUTHS.groupby(groups_of(demo))["wallet"].sum()
    modelled = wallets[wallets["provenance_class"] == "modelled"]
    held = truth[modelled.index].between(modelled["low_budget"], modelled["high_budget"]).mean()
    declared = wallets[wallets["provenance_class"] == "declared"]
    of_declared = truth[declared.index].between(declared["low_budget"], declared["high_budget"]).mean()
    with capsys.disabled():
        print(
            f"\nbudgets: ranges of 80 % held {held:.0%} of {len(modelled)} modelled ones, {of_declared:.0%} of {len(declared)} declared ones"
        )
    assert held >= norms.value("wallet_range_share")
    assert of_declared >= 0.95
    assert wallets.loc["К0001", "provenance_class"] == "unknown", "larger than any peer who was asked: not guessed"


def test_planted_portfolio_classes_are_found(demo):
    """By the planted budgets: К0006 and К0007 buy nearly all elsewhere; К0001 and the holding Г01 are large and steady with us."""
    placed = store.load(demo, "portfolio").set_index("group")
    assert placed.loc[["К0006", "К0007"], "portfolio_class"].tolist() == ["development"] * 2
    assert placed.loc[["К0001", "Г01"], "portfolio_class"].tolist() == ["key"] * 2
    truth, sold = TRUTHS.groupby(groups_of(demo))["wallet"].sum().reindex(placed.index), placed["revenue"]
    by = pd.DataFrame({"wallet": truth.rank(pct=True), "share": (sold / truth).rank(pct=True)}).groupby(placed["portfolio_class"]).mean()
    assert by.loc[["key", "development"], "wallet"].min() > by.loc[["maintenance", "opportunistic"], "wallet"].max()
    assert by.loc[["key", "maintenance"], "share"].min() > by.loc[["development", "opportunistic"], "share"].max()


def test_who_stopped_paying_is_found_and_days_beyond_terms_are_the_planted_ones(demo, capsys):
    owing = store.load(demo, "debtors").set_index("group")
    stopped = set(TRUTHS.loc[TRUTHS["stops_paying"], "customer_id"]) & set(owing.index[owing["invoiced"] > 0])
    oldest = set(owing.index[owing["oldest_days"] > 90])
    assert oldest <= stopped
    assert len(stopped - oldest) <= 2  # who bought little or nothing since
    payers = TRUTHS[~TRUTHS["stops_paying"]].set_index("customer_id")["days_beyond_terms"].reindex(owing.index).dropna()
    enough = owing.loc[payers.index, "invoiced"] > 200_000
    off = (owing["days_beyond_terms_days"] - payers)[payers.index][enough].abs()
    with capsys.disabled():
        print(f"\ndays beyond terms of {enough.sum()} payers: off by {off.median():.1f} days (median)")
    assert off.median() < 3


def test_forecast_ranges_hold_the_months_of_an_audit_made_half_a_year_ago(demo, capsys):
    """The same chapter on what was known at the end of June, against what came until December."""
    panel, customers = store.load(demo, "panel", "customers")
    cut = pd.Timestamp("2025-06-30")
    given = {"customers": customers, "keys": None, "observed_from": pd.Timestamp("2023-01-01"), "largest": 4}
    then = forecast.monthly(panel[panel["period"] <= cut], **given, until=cut)
    made = forecast.errors(then, horizon=6, least=20, most=7)
    ahead = forecast.ahead(then, made, forecast.methods_tried(made, confidence=0.95), months=6, horizon=6, confidence=0.95)
    came = forecast.monthly(panel, **given, until=pd.Timestamp("2025-12-31"))
    held = [came[(r.kind_class, r.name)][r.period] for r in ahead.itertuples(index=False) if (r.kind_class, r.name) in came.columns]
    rows = ahead[[(k, n) in came.columns for k, n in zip(ahead["kind_class"], ahead["name"], strict=True)]]
    inside = (np.array(held) >= rows["low"]) & (np.array(held) <= rows["high"])
    with capsys.disabled():
        print(
            f"\nforecast of the second half of 2025: ranges of 95 % held {inside.mean():.0%} of {len(rows)} months of {rows['name'].nunique()} series"
        )
    assert inside.mean() >= 0.85


def test_the_regular_model_wins_the_demos_holdout_and_its_range_holds_what_it_says(demo):
    """The demo's customers order by gamma gaps: a regular model must be clearly better than naive rules, and nearly without bias."""
    backtested, base = store.load(demo, "purchase_rules", "base_value")
    best = backtested.iloc[0]
    assert best["rule"] == "MBG/CNBD-k"
    assert best["is_better"]
    assert abs(best["bias_rate"]) < 0.1
    assert base["low_value"].iloc[0] < base["horizon_value"].iloc[0] < base["high_value"].iloc[0]

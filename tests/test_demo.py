"""The demo base: its generator makes it, and what was planted is found (truths are read here alone)."""

import datetime as dt

import pandas as pd
import polars as pl
import pytest

from audit import ledger, norms, retention, store
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
    return {rule: set(retention.overdue(history, panel, rule=rule, **RULE)["customer_id"]) for rule in (retention.OWN, retention.FIXED)}


def test_planted_lapses_stand_in_the_overdue_list(demo, capsys):
    """Precision and recall over customers with a rhythm of their own, with the naive rival (silent over 90 days) beside them."""
    history, panel, late = store.load(demo, "history", "panel", "overdue")
    enough = history[history["purchases"] >= norms.value("rhythm_purchases")]
    lapsed = set(TRUTHS.loc[TRUTHS["lapsed_on"].notna(), "customer_id"]) & set(enough["customer_id"])
    found = {rule: score(listed, lapsed) for rule, listed in lists(history, panel).items()}
    with capsys.disabled():
        print("".join(f"\n{rule}: precision {p:.2f}, recall {r:.2f} of {len(lapsed)} planted lapses" for rule, (p, r) in found.items()))
    assert score(set(late["customer_id"]), lapsed) == found[retention.OWN]
    assert min(found[retention.OWN]) >= 0.85


def test_over_seeds_both_rules_find_old_lapses_and_only_the_own_rhythm_finds_fresh_ones(generator, capsys):
    """Fresh: the last order lies within 90 days of as_of, where a fixed silence of 90 days is blind by construction."""
    scores, fresh_found, fresh_all = [], 0, 0
    for seed in range(5):
        base = generator.simulate(seed)
        sales = pl.from_pandas(base["sales"]).select(
            pl.int_range(pl.len()).cast(pl.String).alias("line_id"),
            pl.col("customer").alias("customer_id"),
            pl.col("date").cast(pl.Date),
            pl.col("amount").round(2).cast(pl.String).cast(pl.Decimal(18, 4)),
        )
        made = ledger.tables(sales, as_of=dt.date(2025, 12, 31), observed_from=dt.date(2023, 1, 1), burn_in_months=12, **WINDOWS)
        history, panel = as_pandas(made["history"]), as_pandas(made["panel"])
        enough = history[history["purchases"] >= RULE["rhythm_purchases"]]
        truth = generator.truths(base)
        lapsed = set(truth.loc[truth["lapsed_on"].notna(), "customer_id"]) & set(enough["customer_id"])
        fresh = lapsed & set(enough.loc[enough["silence_days"] <= 90, "customer_id"])
        listed = lists(history, panel)
        fresh_found, fresh_all = fresh_found + len(fresh & listed[retention.OWN]), fresh_all + len(fresh)
        scores.append([x for rule in listed for x in score(listed[rule], lapsed)])
    mean = pd.DataFrame(scores, columns=["own precision", "own recall", "fixed precision", "fixed recall"]).mean()
    with capsys.disabled():
        print(
            "\nover 5 seeds: "
            + ", ".join(f"{name} {value:.2f}" for name, value in mean.items())
            + f"; of {fresh_all} fresh lapses the own rhythm finds {fresh_found}"
        )
    assert mean["own precision"] >= 0.85
    assert mean["own recall"] >= 0.85
    assert fresh_found > 0.3 * fresh_all


def test_untraced_returns_and_repeats_are_what_was_planted(demo):
    defects = store.load(demo, "defects")
    assert defects.set_index("defect")["rows"]["lines: no customer_id"] == 3
    assert (defects["verdict"] == "FLAG").all()

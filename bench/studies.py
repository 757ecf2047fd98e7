"""Do loyalty types and overdue lists find what was planted? Over many simulated bases, beside their rivals; writes bench/studies.md.

    make study        20 seeds of the demo's generator each; some minutes

Tests look at a few seeds of the same; here the seeds are enough for a median.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import StandardScaler

from audit import ledger
from audit.ledger import engine
from audit.steps import loyalty, retention
from audit.steps.loyalty.codes import LoyaltyType
from audit.steps.retention.codes import SilenceRule

ROOT = Path(__file__).parents[1]
SEEDS, BASES = 20, 100
MUTATIONS = 3400  # of each kind of file
AS_OF = dt.date(2025, 12, 31)
LOYALTY = {"draws": 50, "least_score": 0.5, "least_strength": 0.10, "least_gap_errors": 4, "least_customers": 60, "least_agreement": 0.2}
RULE = {"rhythm_purchases": 5, "prior_gaps": 4, "overdue_chance": 0.05, "fixed_silence_days": 90, "long_gone_days": 365}
WINDOWS = {"holdout_days": 0, "novelty_days": 180}


@cache
def generator():
    """The module that makes the demo base."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "data" / "demo" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@lru_cache(maxsize=4)
def simulated(seed: int, *, keep: float = 1.0) -> dict[str, pd.DataFrame]:
    """Ledger tables of a simulated base without intake, its activities and its truths; `keep`: the share of lines that is not dropped."""
    base = generator().simulate(seed)
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
    launched = (generator().FIRST + pd.to_timedelta(goods["launched"], "D")).dt.date.to_list()
    products = pl.DataFrame({"product_id": goods["product"].to_list(), "launched_on": launched})
    seen = {"as_of": AS_OF, "observed_from": dt.date(2023, 1, 1), "burn_in_months": 12}
    tables = {name: as_pandas(frame) for name, frame in ledger.tables(lines, products=products, **seen, **WINDOWS).items()}
    activities = base["activities"].rename(columns={"customer": "customer_id"})
    return tables | {"activities": activities, "truths": generator().truths(base)}


def as_pandas(frame) -> pd.DataFrame:
    """A table of the ledger as a step gets it: money as numbers, dates as moments."""
    native = frame if isinstance(frame, pl.DataFrame) else engine.rows(frame)
    money = [c for c, kind in native.schema.items() if kind.is_decimal()]
    dates = [c for c, kind in native.schema.items() if kind == pl.Date]
    return native.with_columns(pl.col(money).cast(pl.Float64), pl.col(dates).cast(pl.Datetime("us"))).to_pandas()


def features_of(made: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """What loyalty types are found by: features that are the customers' own."""
    seen = {"activities": made["activities"], "as_of": pd.Timestamp(AS_OF), "least_purchases": 6}
    reliable = loyalty.reliability(made["history"], made["halves"], **seen, confidence=0.95)
    return loyalty.told(loyalty.features(made["history"], made["behaviour"], **seen), reliable, least_reliability=0.5)


def loyalty_found(seeds: int) -> pd.DataFrame:
    """Adjusted Rand index with the planted types, abstentions counted as a label: ours, the rule, plain k-means, a supervised classifier.

    One row per seed; also the share of customers typed, and whether types are claimed where the columns of the features were permuted (the
    null).
    """
    rows = []
    for seed in range(seeds):
        made = simulated(seed)
        table = features_of(made)
        true = made["truths"].set_index("customer_id")["loyalty_type"].loc[table.index]
        found = loyalty.types(table, **LOYALTY)["loyalty_types"].set_index("customer_id").loc[table.index]
        scaled = StandardScaler().fit_transform(table)
        labels = {
            "groups": found["loyalty_class"],
            "definition": found["by_definition_class"],
            "k-means": KMeans(4, n_init=10, random_state=0).fit_predict(scaled),
            "supervised": cross_val_predict(RandomForestClassifier(100, random_state=0), scaled, true, cv=5),
        }
        shuffled = loyalty.permuted(table, np.random.default_rng(seed))
        rows.append(
            {name: adjusted_rand_score(true, label) for name, label in labels.items()}
            | {
                "coverage": (found["loyalty_class"] != LoyaltyType.UNCLEAR).mean(),
                "claimed in noise": float(len(loyalty.types(shuffled, **LOYALTY)["loyalty_centres"]) > 0),
            }
        )
    return pd.DataFrame(rows)


def listed(history: pd.DataFrame, panel: pd.DataFrame) -> dict[str, set]:
    """The overdue list by each rule."""
    return {rule: set(retention.overdue(history, panel, rule=rule, **RULE)["customer_id"]) for rule in (SilenceRule.OWN, SilenceRule.FIXED)}


def score(found: set, lapsed: set) -> tuple[float, float]:
    """Precision and recall of a list."""
    hit = len(found & lapsed)
    return hit / max(len(found), 1), hit / max(len(lapsed), 1)


def lapses_found(seeds: int) -> pd.DataFrame:
    """Precision and recall of both rules over customers with a rhythm of their own; and of fresh lapses, how many and how many of them are
    found.

    Fresh: the last order lies within 90 days of as_of, where a fixed silence of 90 days is blind by construction. One row per seed.
    """
    rows = []
    for seed in range(seeds):
        made = simulated(seed)
        history, truth = made["history"], made["truths"]
        enough = history[history["purchases"] >= RULE["rhythm_purchases"]]
        lapsed = set(truth.loc[truth["lapsed_on"].notna(), "customer_id"]) & set(enough["customer_id"])
        fresh = lapsed & set(enough.loc[enough["silence_days"] <= 90, "customer_id"])
        found = listed(history, made["panel"])
        (precision, recall), (fixed_precision, fixed_recall) = (score(found[rule], lapsed) for rule in (SilenceRule.OWN, SilenceRule.FIXED))
        rows.append(
            {
                "own precision": precision,
                "own recall": recall,
                "fixed precision": fixed_precision,
                "fixed recall": fixed_recall,
                "fresh": len(fresh),
                "fresh found": len(fresh & found[SilenceRule.OWN]),
            }
        )
    return pd.DataFrame(rows)


def table(found: pd.DataFrame) -> str:
    """Median, least and most of every column, as Markdown."""
    rows = [f"| {name} | {of.median():.2f} | {of.min():.2f} | {of.max():.2f} |" for name, of in found.items()]
    return "\n".join(["| | median | least | most |", "|---|---|---|---|", *rows])


def held() -> str:
    """What intervals hold beside what they state, as Markdown."""
    from bench import coverage

    rows = [
        f"| {row.what} | {row.bases} | {row.refused} | {row.stated:.0%} | {row.held:.0%} ± {row.error:.0%} |"
        for row in coverage.coverage(BASES).itertuples()
    ]
    head = ["| | bases | refused | stated | held, with two standard errors |", "|---|---|---|---|---|"]
    return "\n".join([f"## Do intervals hold what they say?\n\nOver {BASES} simulated bases each (`bench/coverage.py`).\n", *head, *rows])


def in_noise() -> list[str]:
    """What the chapters say of public bases without structure, as Markdown; nothing where these are not here."""
    from bench import noise

    lines = noise.table()
    return [f"## What the chapters say of noise\n\nOrders given to other customers by lot (`bench/noise.py`).\n\n{lines}"] if lines else []


def damaged() -> str:
    """What became of damaged exports, as Markdown."""
    from bench import mutations

    table, bad = mutations.counted(MUTATIONS)
    head = ["| | files | read | refused in words | crashed | hung | rows lost |", "|---|---|---|---|---|---|---|"]
    rows = [f"| {' | '.join(str(cell) for cell in row)} |" for row in table.rows()]
    about = "## What becomes of damaged exports\n\nBytes flipped, lost, doubled, moved (`bench/mutations.py`).\n"
    return "\n".join([about, *head, *rows, *map(str, bad)])


def main() -> int:
    """Run all of them and write the page."""
    said = [f"# What is found of what was planted\n\n`make study`: {SEEDS} bases of the demo's generator, one per seed."]
    for title, study in (("Loyalty types: adjusted Rand index with the planted ones", loyalty_found), ("Overdue lists", lapses_found)):
        print(f"{title} ...", flush=True)
        said.append(f"## {title}\n\n{study.__doc__.strip().splitlines()[0]}\n\n{table(study(SEEDS))}")
    print("Intervals and noise ...", flush=True)
    said += [held(), *in_noise(), damaged()]
    (ROOT / "bench" / "studies.md").write_text("\n\n".join(said) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

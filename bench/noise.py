"""What do the chapters find where there is nothing to find? Bases with all their lines, and every order given to another customer.

A real base keeps its orders, days, products, prices and the number of orders of each customer; who bought what is drawn by lot. Types,
classes and rules found in it would be found in noise. Tests look at it, and `make study` prints what each chapter says.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
from bench.studies import as_pandas

from audit import ledger
from audit.core import norms, store
from audit.core.registry import empty
from audit.steps import loyalty, portfolio, retention


def shuffled(run: Path, seed: int = 0) -> dict[str, pd.DataFrame]:
    """The ledger's tables of a base whose orders were given to other customers; each customer keeps its number of orders.

    Parameters
    ----------
    run
        folder of a run, or of its tables (`build_tables`): its order lines are dealt anew.
    """
    declared = store.settings(run)
    lines, products = (
        pl.read_parquet(path) if path.is_file() else None for path in (run / "tables" / f"{name}.parquet" for name in ("lines", "products"))
    )
    orders = lines.group_by("order_id", maintain_order=True).agg(pl.col("customer_id").first())
    drawn = np.random.default_rng(seed).permutation(orders["customer_id"].to_numpy())
    by = dict(zip(orders["order_id"], drawn, strict=True))
    lines = lines.with_columns(pl.col("order_id").replace_strict(by).alias("customer_id"))
    made = ledger.tables(
        lines,
        None,
        products=products,
        as_of=declared.as_of,
        observed_from=declared.observed_from,
        burn_in_months=0,
        holdout_days=min(365, (declared.as_of - declared.observed_from).days // 3),
        novelty_days=norms.value("novelty_days"),
    )
    return {name: as_pandas(frame) for name, frame in made.items()}


def said(made: dict[str, pd.DataFrame], as_of: dt.date) -> dict[str, object]:
    """What the chapters would claim: customers with a clear loyalty type, whether classes are claimed and of how many, the rule for silence,
    and how many it lists beside how many it says are listed by chance."""
    n, until = norms.value, pd.Timestamp(as_of)
    history, panel = made["history"], made["panel"]
    seen = {"activities": None, "as_of": until, "least_purchases": n("loyalty_purchases")}
    reliable = loyalty.reliability(history, made["halves"], **seen, confidence=0.95)
    told = loyalty.told(loyalty.features(history, made["behaviour"], **seen), reliable, least_reliability=n("loyalty_reliability"))
    rule = {"least_score": "score", "least_strength": "strength", "least_gap_errors": "gap_errors", "least_customers": "customers"}
    rule = {name: n(f"loyalty_{norm}") for name, norm in rule.items()} | {"least_agreement": n("loyalty_agreement"), "draws": 20}
    types = loyalty.types(told, **rule)["loyalty_types"]
    sold = portfolio.sold(panel, history, customers=None, wallets=None, debtors=None, until=until)
    weights = [{c: n(f"portfolio_weight_{c}") for c in axis} for axis in (portfolio.ATTRACTIVE, portfolio.POSITION)]
    of_criteria = portfolio.reliability(sold)
    own = [portfolio.own(weight, of_criteria, least=n("portfolio_reliability")) for weight in weights]
    agreement = portfolio.agreement_of_halves(sold, of_attractive=own[0], of_position=own[1], border=n("portfolio_border"))
    silence = ("rhythm_purchases", "overdue_chance", "fixed_silence_days", "long_gone_days")
    rhythm = {name: n(name) for name in silence} | {"prior_gaps": n("rhythm_prior_gaps")}
    tried = retention.rivals(made.get("history_before"), **rhythm, confidence=0.95) if "history_before" in made else empty("rivals")
    better = retention.better_rule(tried)
    late = retention.overdue(history, panel, rule=better, **rhythm)
    by_chance = retention.false_alarms(tried, better, late, confidence=0.95)
    return {
        "types": int((types["loyalty_class"] != "unclear").sum()),
        "features": len(told.columns),
        "agreement": agreement,
        "rule": str(better),
        "listed": int((late["since_class"] == "fresh").sum()),
        "by_chance": by_chance,
    }


def table() -> str | None:
    """What each chapter says of public bases whose orders were given to others by lot, as Markdown; None where they are not here."""
    from tests.conftest import SHARED, prepared
    from tests.test_real import NOISE, proposed

    if not SHARED.is_dir():
        return None
    rows = []
    for name, edits in NOISE.items():
        with tempfile.TemporaryDirectory() as folder:
            run = prepared(proposed(SHARED, name, Path(folder), edits), Path(folder) / "run")
            found = said(shuffled(run), store.settings(run).as_of)
        about, low, high = found["by_chance"]
        rows.append(
            f"| {name} | {found['types']} | {found['agreement']:.2f} | {found['rule']} | {found['listed']} | {about:.0f} ({low:.0f} to {high:.0f}) |"
        )
    head = "| base | customers with a loyalty type | classes by two halves (kappa) | rule for silence | listed | by chance |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])

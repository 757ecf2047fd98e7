"""How much of what is owed will not come? Read from how all invoices were paid, those still open counted for as long as they are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.findings import NAN
from audit.stats import survival
from audit.steps.receivables.cash_application import CENT
from audit.steps.receivables.open_items import BUCKETS


def unpaid_share(settled: pd.DataFrame, *, as_of: pd.Timestamp, confidence: float) -> pd.DataFrame:
    """Share of the invoices settled by each day after they were due, those still open counted for as long as they are (Kaplan-Meier); days
    before due count as 0. Only invoices whose day has come: of the
    others nothing is known yet.

    Returns
    -------
    DataFrame as survival.kaplan_meier gives it.
    """
    settled = settled[settled["due_on"] <= as_of]
    return survival.kaplan_meier(
        settled["late_days"].clip(lower=0).to_numpy() + 1, settled["settled_on"].notna().to_numpy(), confidence=confidence
    )


def expected_loss(settled: pd.DataFrame, curve: pd.DataFrame, *, stopped: pd.Series, horizon_days: int, confidence: float) -> pd.DataFrame:
    """What of the open money will not have come `horizon_days` after it was due, if these customers pay as all have paid.

    Given that an invoice is unpaid today, the chance is read from the base's own curve. What is open beyond the horizon already, and all
    that is owed by groups that have stopped paying (`stopped`, their ids), has no chance to read: it is counted apart, not
    estimated.

    Returns
    -------
    DataFrame of one row per bucket: bucket_class, open, unpaid_share (NaN beyond the horizon or what was watched), expected_loss,
    low_loss, high_loss, beyond (not estimated).
    """
    owed = settled[settled["open"] > CENT]
    now = np.maximum(owed["late_days"].to_numpy(), 0) + 1
    until = survival.at(curve, horizon_days + 1, confidence=confidence)
    at = {day: 1 - survival.at(curve, day, confidence=confidence)[0] for day in np.unique(now)}  # known to be unpaid through today
    still = np.where(owed["late_days"].to_numpy() < 0, 1.0, [at[day] for day in now])
    chance, low, high = ((1 - value) / np.where(still > 0, still, np.nan) for value in (until[0], until[2], until[1]))
    beyond = (now > horizon_days + 1) | owed["group"].isin(stopped).to_numpy()
    part = owed.assign(
        chance=np.where(beyond, np.nan, np.clip(chance, 0, 1)),
        low=np.where(beyond, np.nan, np.clip(low, 0, 1)),
        high=np.where(beyond, np.nan, np.clip(high, 0, 1)),
        past=np.where(beyond, owed["open"], 0.0),
    )
    rows = []
    for _limit, name in BUCKETS:
        of = part[part["bucket_class"] == name]
        money = [float((of["open"] * of[c]).sum(min_count=1)) if of[c].notna().any() else NAN for c in ("chance", "low", "high")]
        told = of.loc[of["chance"].notna(), "open"].sum()
        rows.append((name, float(of["open"].sum()), money[0] / told if told else NAN, *money, float(of["past"].sum())))
    return pd.DataFrame(rows, columns=["bucket_class", "open", "unpaid_share", "expected_loss", "low_loss", "high_loss", "beyond"])

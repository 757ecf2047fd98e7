"""Where do deals come from, how far do they get, and how many are won? (N4)"""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.stats.intervals import wilson
from audit.steps.team.codes import By


def pipeline(deals: pd.DataFrame | None, *, confidence: float) -> pd.DataFrame:
    """Deals by where they come from, by the stage they reached, and by the reason of a loss.

    Returns
    -------
    DataFrame as TABLES declares it: counts; the share won of those decided with Wilson's interval; the median days from opening to winning; money of deals won and of
    those open. A stage or reason has no share won: it is where they ended.

    Source: method N4.
    """
    if deals is None or deals.empty:
        return registry.empty("pipeline")
    rows = []
    deals = deals.assign(_all="-")
    for by, column in ((By.ALL, "_all"), (By.SOURCE, "source"), (By.STAGE, "stage"), (By.REASON, "cause")):
        if column not in deals.columns:
            continue
        part = deals[deals["outcome"] == "lost"] if by == By.REASON else deals
        for name, found in part[part[column].fillna("") != ""].groupby(column):
            rows.append((by.value, name, *_counts(found, confidence, is_share=by in (By.ALL, By.SOURCE))))
    table = pd.DataFrame(rows, columns=registry.tables()["pipeline"].names)
    return table.sort_values(["by_class", "deals", "name"], ascending=[True, False, True], ignore_index=True)


def _counts(found: pd.DataFrame, confidence: float, *, is_share: bool) -> tuple:
    won, lost, still = ((found["outcome"] == outcome) for outcome in ("won", "lost", "open"))
    decided = int(won.sum() + lost.sum())
    money = found["amount"].fillna(0.0) if "amount" in found.columns else pd.Series(0.0, found.index)
    days = (
        (found["closed_on"] - found["opened_on"]).dt.days[won]
        if {"closed_on", "opened_on"} <= set(found.columns)
        else pd.Series(dtype="float64")
    )
    share = float(won.sum()) / decided if decided and is_share else float("nan")
    low, high = wilson(int(won.sum()), decided, confidence=confidence) if is_share else (float("nan"), float("nan"))
    return (
        len(found),
        int(won.sum()),
        int(lost.sum()),
        int(still.sum()),
        share,
        low,
        high,
        float(days.median()),
        float(money[won].sum()),
        float(money[still].sum()),
    )

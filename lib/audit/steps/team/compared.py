"""Who stands out beyond chance? Every manager against what the same customers would have done in anybody's hands.

A league by revenue ranks portfolios. Here customers of one kind are compared, by manager at the start of the time; what chance does is dealt out, all
comparisons are counted together, and nobody is ranked within chance.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core import registry
from audit.stats.exchangeable import compared, false_discoveries
from audit.stats.shrinkage import LEAST, shrunken
from audit.steps.team.codes import Measured, Told

NAMES = {
    "who": "manager_id", "value": "value_number", "others": "others_number", "difference": "difference_number", "low": "low_number", "high": "high_number",
    "p_value": "by_chance_share",
}  # fmt: skip


def manager_results(
    customers_of: pd.DataFrame,
    history: pd.DataFrame,
    deals: pd.DataFrame | None,
    *,
    as_of: pd.Timestamp,
    horizon_days: int,
    least: int,
    false_share: float,
    confidence: float,
) -> pd.DataFrame:
    """One row per manager and measure, of those who can be compared at all.

    Parameters
    ----------
    customers_of
        from `portfolios`. Customers handed over since stay with who had them when the year began: leaving them out would leave out only such as stayed.
    horizon_days
        how long a first-time buyer has to return.
    least
        customers of a manager from which something is said.
    false_share
        share of false discoveries that is allowed among all that are called better or worse.

    Returns
    -------
    DataFrame as TABLES declares it: value and others (like customers of everybody else) of each measure (a share, or an index of -1 to 1), difference (from all like customers, its own among them) with its interval, the same
    shrunken (own_number, the best guess of what is the manager's own), how often chance alone does as much (the p-value), the same adjusted for all comparisons, and what can be said.

    Source: method H14, P27, P33, P39; Efron and Morris 1975; Spiegelhalter 2005; Benjamini and Yekutieli 2001.
    """
    found = []
    for measure, part in _measures(customers_of, history, deals, as_of=as_of, horizon_days=horizon_days).items():
        if part["manager_id"].nunique() < 2:
            continue
        table = compared(part["value"], part["manager_id"], part["stratum"], confidence=confidence)
        enough = (table["n"] >= least) & table["p_value"].notna()
        table["own_number"] = np.nan
        if enough.sum() >= LEAST:  # of fewer nothing can be taken off as chance
            own = shrunken(table.loc[enough, "difference"].to_numpy(), table.loc[enough, "variance"].to_numpy(), centre=0.0)
            table.loc[enough, "own_number"] = own
        found.append(table.assign(measure_class=measure.value, is_enough=enough))
    if not found:
        return registry.empty("manager_results")
    table = pd.concat(found, ignore_index=True).rename(columns=NAMES)
    table["adjusted_share"], table["told_class"] = told(
        table["difference_number"], table["by_chance_share"], table["is_enough"], false_share=false_share
    )
    table["n"] = table["n"].astype("int64")
    return table[registry.tables()["manager_results"].names]


def told(difference: pd.Series, by_chance: pd.Series, is_enough: pd.Series, *, false_share: float) -> tuple[pd.Series, np.ndarray]:
    """How often chance does as much, all comparisons counted together, and what can be said of each (Told)."""
    adjusted = false_discoveries(by_chance.where(is_enough))
    stands_out = adjusted <= false_share
    said = np.select([~is_enough, stands_out & (difference > 0), stands_out], [Told.FEW, Told.BETTER, Told.WORSE], Told.CHANCE)
    return adjusted, said.astype("str")


def _measures(
    customers_of: pd.DataFrame, history: pd.DataFrame, deals: pd.DataFrame | None, *, as_of: pd.Timestamp, horizon_days: int
) -> dict[Measured, pd.DataFrame]:
    """By measure: manager_id, value and stratum of each customer, or deal."""
    old = customers_of[(customers_of["revenue_before"] > 0) & (customers_of["manager_id"] != "")]
    found = {
        Measured.KEPT: old.assign(value=old["is_kept"].astype(float)),
        Measured.CHANGE: old[old["change"].notna()].assign(value=old["change"]),
        Measured.SECOND: _second(history, as_of=as_of, horizon_days=horizon_days),
    }
    if deals is not None:
        decided = deals[deals["outcome"].isin(["won", "lost"])]
        kind = decided["source"].fillna("") if "source" in decided.columns else ""
        found[Measured.DEALS] = decided.assign(value=(decided["outcome"] == "won").astype(float), stratum=kind)
    return {measure: part for measure, part in found.items() if len(part)}


def _second(history: pd.DataFrame, *, as_of: pd.Timestamp, horizon_days: int) -> pd.DataFrame:
    """New customers of the last two years who have had the whole time to return, by who made the first sale and in which quarter."""
    if "first_manager_id" not in history.columns:
        return pd.DataFrame({"manager_id": [], "value": [], "stratum": []})
    horizon = pd.Timedelta(days=horizon_days)
    new = history[history["is_first_known"].astype(bool) & (history["first_on"] <= as_of - horizon)]
    new = new[(new["first_on"] > as_of - horizon - pd.DateOffset(years=2)) & (new["first_manager_id"].fillna("") != "")]
    back = (new["second_on"] - new["first_on"]) <= horizon
    return pd.DataFrame(
        {"manager_id": new["first_manager_id"], "value": back.astype(float), "stratum": new["first_on"].dt.to_period("Y").astype("str")}
    )


def leading_measure(results: pd.DataFrame) -> Measured:
    """The measure by which most managers stand out; customers kept where nobody does.

    >>> leading_measure(pd.DataFrame({"measure_class": ["kept", "change"], "told_class": ["chance", "worse"]}))
    <Measured.CHANGE: 'change'>
    """
    out = results[results["told_class"].isin([Told.BETTER, Told.WORSE])]
    counts = out["measure_class"].value_counts()
    return max(Measured, key=lambda one: counts.get(one.value, 0)) if len(out) else Measured.KEPT

"""Who was hired, out of how many, and how long until they sell as their colleagues do? (N9)"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core import registry
from audit.steps.team.deal_counts import pipeline

AS_DEALS = {"hired": "won", "refused": "lost", "declined": "lost", "open": "open"}  # refused by us, declined by the candidate
MONTHS = 3  # over which sales are averaged before they are set beside colleagues’
NAMES = {
    "deals": "candidates", "won": "hired", "lost": "not_hired", "open_deals": "open_candidates", "won_share": "hired_share", "won_days": "hire_days",
}  # fmt: skip


def hiring(candidates: pd.DataFrame | None, *, confidence: float) -> pd.DataFrame:
    """Candidates by where they come from, by the stage they reached, and by the reason why they were not hired.

    Returns
    -------
    DataFrame as TABLES declares it: counts, the share hired of those decided with Wilson's interval, the median days from application to hiring.

    Source: method N9.
    """
    if candidates is None:
        return registry.empty("hiring")
    found = pipeline(candidates.assign(outcome=candidates["outcome"].map(AS_DEALS)), confidence=confidence)
    return found.rename(columns=NAMES)[registry.tables()["hiring"].names]


def settling_in(
    managers: pd.DataFrame | None, sellers: pd.DataFrame, *, until: pd.Timestamp, observed_from: pd.Timestamp, seasoned_years: int
) -> pd.DataFrame:
    """Managers hired while the exports cover it, and how many months it took until they sold as much as colleagues of long standing.

    What they were handed is in their sales: the months say when somebody carries as much as others, not who learnt fast.

    Parameters
    ----------
    seasoned_years
        years at work from which a manager is one of long standing.

    Returns
    -------
    DataFrame with manager_id, hired_on, seen_months (whole months since), settled_months (whole months until the mean of three reached the median of
    colleagues of long standing in the same months; empty: not yet); empty where nobody is known to have been hired, or nobody stands beside them.

    Source: method N9.
    """
    if managers is None or "hired_on" not in managers.columns or "manager_id" not in sellers.columns:
        return registry.empty("settling_in")
    end = until.to_period("M")
    hired = pd.to_datetime(managers.set_index("manager_id")["hired_on"]).dropna()
    sold = sellers[sellers["manager_id"] != ""].groupby(["manager_id", "period"])["revenue"].sum().unstack("period")
    months = pd.period_range(observed_from.to_period("M"), end, freq="M").to_timestamp()
    sold = sold.reindex(columns=months).reindex(index=sorted(set(sold.index) | set(hired.index))).fillna(0.0).astype(float)
    mean = sold.T.rolling(MONTHS).mean().T
    since = hired.reindex(mean.index)
    old = pd.DataFrame({month: since <= month - pd.DateOffset(years=seasoned_years) for month in months})
    norm = mean.where(old & (mean > 0)).median()
    rows = []
    for who, day in since[since > observed_from].dropna().items():
        first = day.to_period("M") + 1  # the first whole month
        own = mean.loc[who, first.to_timestamp() :].iloc[MONTHS - 1 :]
        reached = own.index[(own >= norm[own.index]) & norm[own.index].notna()]
        seen = max((end - first).n + 1, 0)
        rows.append((who, day, seen, float((reached[0].to_period("M") - first).n + 1) if len(reached) else np.nan))
    table = pd.DataFrame(rows, columns=registry.tables()["settling_in"].names)
    return table.sort_values(["hired_on", "manager_id"], ignore_index=True) if norm.notna().any() else table.head(0)

"""What did customers do after something happened to them, beside customers who bought as much before and to whom it did not happen?

Those to whom it happens are seldom any: who complains buys much, who is handed over is large or bad. So each stands beside customers to whom it had not happened
yet, who bought in the month of the event as it did or did not, and whose purchases of the same months before lie between half and twice its own. What happened to
them later decides nothing: whoever leaves can have no event any more. Whether the event did it stays open: it is a comparison of equals by one mark, no experiment.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

COLUMNS = ["revenue_before", "revenue_after", "is_kept", "like_share", "like_customers"]


def followed(events: pd.DataFrame, panel: pd.DataFrame, *, on: str, until: pd.Timestamp, months: int) -> pd.DataFrame:
    """The events that were seen whole, each with what came after and what customers alike did in the same months.

    Parameters
    ----------
    events
        customer_id and the day in the column `on`, and whatever else stands in it.
    panel
        customer, period and revenue by month.
    until
        the last whole month.
    months
        whole months before and after; the month of the event itself belongs to neither.

    Returns
    -------
    DataFrame with the events' columns, revenue_before, revenue_after, is_kept (bought in the months after), like_share (of the customers alike: how many bought in
    them; nan without any), like_customers; events of customers who bought nothing before are left out.

    Source: difference in differences on matched customers (methods H16, I3).
    """
    wide = panel.pivot_table(index="customer_id", columns="period", values="revenue", aggfunc="sum", fill_value=0.0)
    end, start = until.to_period("M"), wide.columns.min().to_period("M") if len(wide.columns) else None
    month = pd.to_datetime(events[on]).dt.to_period("M")
    seen = events.assign(_month=month)[events["customer_id"].isin(wide.index)]
    seen = seen[(seen["_month"] + months <= end) & (seen["_month"] - months >= start)] if start is not None else seen.head(0)
    wide = wide.reindex(columns=pd.period_range(start, end, freq="M").to_timestamp(), fill_value=0.0) if start is not None else wide
    first = pd.Series(wide.index.map(month.groupby(events["customer_id"]).min().to_dict()), wide.index)
    found = []
    for when, part in seen.groupby("_month", sort=True):
        at = wide.columns.get_loc(when.to_timestamp())
        before, after = wide.iloc[:, at - months : at].sum(axis=1), wide.iloc[:, at + 1 : at + 1 + months].sum(axis=1)
        others = first.isna() | (first > when)
        pool, later = before[others].to_numpy(), (after[others] > 0).to_numpy()
        bought = wide.iloc[:, at] > 0
        own, now = before.loc[part["customer_id"]].to_numpy(), bought.loc[part["customer_id"]].to_numpy()
        pool_now = bought[others].to_numpy()
        alike = [(pool >= one / 2) & (pool <= one * 2) & (pool > 0) & (pool_now == buys) for one, buys in zip(own, now, strict=True)]
        share = [float(later[mask].mean()) if mask.any() else np.nan for mask in alike]
        own_after = after.loc[part["customer_id"]].to_numpy()
        found.append(
            part.assign(
                revenue_before=own,
                revenue_after=own_after,
                is_kept=own_after > 0,
                like_share=share,
                like_customers=[int(mask.sum()) for mask in alike],
            )
        )
    table = (
        pd.concat(found)
        if found
        else seen.assign(revenue_before=0.0, revenue_after=0.0, is_kept=False, like_share=np.nan, like_customers=0)
    )
    return table[table["revenue_before"] > 0].drop(columns="_month").reset_index(drop=True)


def difference(followed: pd.DataFrame, *, confidence: float) -> tuple[float, float, float, int]:
    """Share kept less that of customers alike, over the events that have any, with its interval and their number; nan for fewer than two.

    >>> [round(x, 2) for x in difference(pd.DataFrame({"is_kept": [True, False, True, True], "like_share": [0.5] * 4}), confidence=0.95)]
    [0.25, -0.24, 0.74, 4]
    """
    from scipy import stats

    known = followed[followed["like_share"].notna()]
    off = known["is_kept"].astype(float) - known["like_share"]
    if len(off) < 2:
        return float("nan"), float("nan"), float("nan"), len(off)
    error = float(stats.norm.ppf((1 + confidence) / 2) * off.std(ddof=1) / np.sqrt(len(off)))
    return float(off.mean()), float(off.mean()) - error, float(off.mean()) + error, len(off)

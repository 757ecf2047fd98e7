"""Which broken promise stands behind a second purchase that never came, and how long had nobody called those who left? (A12, B6)

Both are associations: who was let down may have been going anyway, and nobody is called who is known to be gone.
"""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.stats.intervals import wilson
from audit.steps.service.codes import Cause

DELIVERY_DAYS = 30  # after a first order, within which its delivery was promised
COMPLAINT_DAYS = 60  # after a first order, within which a complaint is about it


def second_missed(
    history: pd.DataFrame, kept: pd.DataFrame, cases: pd.DataFrame | None, *, as_of: pd.Timestamp, horizon_days: int, confidence: float
) -> pd.DataFrame:
    """First-time buyers who have had the whole time to return, by what happened to the first order.

    Parameters
    ----------
    kept
        from `promises`.

    Returns
    -------
    DataFrame with cause_class, buyers, came_back, back_share with Wilson's interval (low_share, high_share). Who had several is counted with the first of them in
    this order: late, returned, complained. Where deliveries are known, those whose first order has none are left out: nothing is known of it.

    Source: method A12.
    """
    new = history[history["is_first_known"].astype(bool) & (history["first_on"] <= as_of - pd.Timedelta(days=horizon_days))]
    late: set[str] = set()
    if len(kept):  # only first orders whose delivery can stand in the file are compared
        new = new[new["first_on"] >= kept["promised_on"].min() - pd.Timedelta(days=DELIVERY_DAYS)]
        first_on = pd.to_datetime(kept["customer_id"].map(new.set_index("customer_id")["first_on"].to_dict()))
        of_first = kept[(kept["promised_on"] >= first_on) & (kept["promised_on"] <= first_on + pd.Timedelta(days=DELIVERY_DAYS))]
        first = of_first.sort_values("promised_on").drop_duplicates("customer_id")
        new = new[new["customer_id"].isin(first["customer_id"])]
        late = set(first.loc[~first["is_on_time"].astype(bool), "customer_id"])
    told = set() if cases is None else _soon(cases[cases["kind"] == "complaint"], new)
    rows = []
    left = new
    marks = (
        (Cause.LATE, left["customer_id"].isin(late)),
        (Cause.RETURNED, left["is_first_returned"].astype(bool)),
        (Cause.COMPLAINED, left["customer_id"].isin(told)),
    )
    taken = pd.Series(data=False, index=new.index)
    for cause, mark in marks:
        rows.append(_row(cause, new[mark & ~taken], horizon_days, confidence))
        taken |= mark
    rows.append(_row(Cause.NOTHING, new[~taken], horizon_days, confidence))
    return pd.DataFrame([row for row in rows if row[1]], columns=registry.tables()["second_missed"].names)


def _soon(cases: pd.DataFrame, new: pd.DataFrame) -> set[str]:
    first = pd.to_datetime(cases["customer_id"].map(new.set_index("customer_id")["first_on"].to_dict()))
    second = pd.to_datetime(cases["customer_id"].map(new.set_index("customer_id")["second_on"].to_dict()))
    is_about_it = (
        (cases["date"] >= first)
        & (cases["date"] <= first + pd.Timedelta(days=COMPLAINT_DAYS))
        & (second.isna() | (cases["date"] <= second))
    )
    return set(cases.loc[is_about_it, "customer_id"])


def _row(cause: Cause, part: pd.DataFrame, horizon_days: int, confidence: float) -> tuple:
    back = int(((part["second_on"] - part["first_on"]).dt.days <= horizon_days).sum())
    low, high = wilson(back, len(part), confidence=confidence)
    return cause.value, len(part), back, back / len(part) if len(part) else float("nan"), low, high


def contact_gap(
    history: pd.DataFrame, activities: pd.DataFrame | None, *, as_of: pd.Timestamp, gone_days: int, quiet_days: int
) -> tuple[float, float, int, int]:
    """Of customers gone in the last two years and of those still there: the share whom nobody of ours had contacted for so long.

    For who is gone the days end with the last purchase, for who is there with the last purchase as well: both are asked on a day on which they bought.

    Returns
    -------
    share of the gone, share of those still there, how many of each; nan without activities.

    Source: method B6.
    """
    if activities is None:
        return float("nan"), float("nan"), 0, 0
    ours = activities[activities["direction"] == "out"].sort_values("date")
    seen_from = ours["date"].min() + pd.Timedelta(days=quiet_days) if len(ours) else as_of
    known = history[(history["purchases"] > 1) & (history["last_on"] > max(as_of - pd.DateOffset(years=2), seen_from))].sort_values(
        "last_on"
    )
    last = pd.merge_asof(known, ours[["customer_id", "date"]], left_on="last_on", right_on="date", by="customer_id")
    quiet = ((last["last_on"] - last["date"]).dt.days > quiet_days) | last["date"].isna()
    gone = last["silence_days"] > gone_days
    return (
        float(quiet[gone].mean()) if gone.any() else float("nan"),
        float(quiet[~gone].mean()) if (~gone).any() else float("nan"),
        int(gone.sum()),
        int((~gone).sum()),
    )

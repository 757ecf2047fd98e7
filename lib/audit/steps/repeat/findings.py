"""What the chapter says: its findings, from its tables."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from audit.core.findings import Finding
from audit.i18n import mark as N_
from audit.stats import survival


def chapter_findings(
    buyers: pd.DataFrame,
    curve: pd.DataFrame,
    ratios: pd.DataFrame,
    *,
    unknown: str,
    as_of: dt.date,
    horizon_days: int,
    norm: float,
    confidence: float,
) -> list[Finding]:
    """The share back within the horizon against the norm; the source's own ratio beside it.

    Money at stake: a year's missing returners, times what a returner of the base has brought since, by the median.

    Parameters
    ----------
    unknown
        why nobody can be called new (`newcomers.unknown`); empty where they can.
    """
    if unknown:
        return [_doubted(len(buyers), unknown)]
    returned = survival.at(curve, horizon_days, confidence=confidence)
    if returned[0] != returned[0]:
        first = _unwatched(buyers, as_of, horizon_days)
    else:
        first = _returned(len(buyers), returned, horizon_days, _stake(buyers, *returned, as_of=as_of, norm=norm))
    return [first, *_period_ratio(ratios)]


def _doubted(new: int, why: str) -> Finding:
    message = N_("We cannot say whether first-time buyers come back, because we cannot be sure who is new.")
    return Finding(
        "repeat_purchase_ratio", "repeat", "estimate", message, title=N_("Second purchase"), n=new, norm_id="repeat_purchase_ratio", why=why
    )


def _unwatched(buyers: pd.DataFrame, as_of: dt.date, horizon_days: int) -> Finding:
    watched = int((pd.Timestamp(as_of) - buyers["first_on"]).dt.days.max()) if len(buyers) else 0
    return Finding(
        "repeat_purchase_ratio",
        "repeat",
        "estimate",
        N_(
            "We cannot say whether first-time buyers come back within {horizon_days} {horizon_days:day|days} (n = {n}; we have observed none of them for longer than {watched_days} {watched_days:day|days})."
        ),
        title=N_("Second purchase"),
        n=len(buyers),
        norm_id="repeat_purchase_ratio",
        params={"horizon_days": horizon_days, "watched_days": watched},
        why=N_("no first-time buyer was watched for the whole horizon"),
    )


def _returned(new: int, returned: tuple[float, float, float], horizon_days: int, stake: dict[str, float]) -> Finding:
    share, low, high = returned
    return Finding(
        "repeat_purchase_ratio",
        "repeat",
        "estimate",
        N_("{value} of first-time buyers buy again within {horizon_days} {horizon_days:day|days} ({low} to {high}, n = {n})."),
        title=N_("Second purchase"),
        value=share,
        n=new,
        low=low,
        high=high,
        norm_id="repeat_purchase_ratio",
        params={"horizon_days": horizon_days},
        **stake,
    )


def _period_ratio(ratios: pd.DataFrame) -> list[Finding]:
    """The textbook's ratio of the last period with a first purchase; none without one."""
    last = ratios[ratios["first_purchases"] > 0].tail(1)
    if last.empty:
        return []
    row = last.iloc[0]
    return [
        Finding(
            "period_ratio",
            "repeat",
            "fact",
            N_(
                "By the textbook formula, {period} had {second} second {second:purchase|purchases} for {first} first {first:purchase|purchases}: {value}. It depends on how many new customers come, so we show it for reference only."
            ),
            title=N_("Second purchases to first"),
            value=float(row["second_to_first_ratio"]),
            n=int(row["first_purchases"]),
            params={"period": row["period"], "second": int(row["second_purchases"]), "first": int(row["first_purchases"])},
        )
    ]


def _stake(buyers: pd.DataFrame, share: float, low: float, high: float, *, as_of: dt.date, norm: float) -> dict[str, float]:
    year = buyers[buyers["first_on"] > pd.Timestamp(as_of) - pd.Timedelta(days=365)]
    worth = buyers.loc[buyers["has_returned"], "later_revenue"].median()
    missing = lambda reached: max(0.0, norm - reached) * len(year) * worth
    return {"money": missing(share), "money_low": missing(high), "money_high": missing(low)}

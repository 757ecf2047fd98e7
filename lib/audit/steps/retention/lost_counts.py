"""Who has gone, by which way of counting? The chapters' counts of the lost, each set against where these customers stand today."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from audit.steps.ladder.standing import fallen
from audit.steps.retention.codes import Lapse, Place, Since
from audit.steps.retention.retention_rates import active, is_active


def places(history: pd.DataFrame, late: pd.DataFrame, *, active_months: int, rhythm_purchases: int) -> pd.DataFrame:
    """Where each customer stands on the last day: active, active and overdue, silent within the rule, silent and unjudged, overdue, long gone (P2).

    A customer whose own rhythm is quick may be on the overdue list and have bought within the active months too.

    Returns
    -------
    DataFrame with customer_id, place_class.
    """
    since = history["customer_id"].map(late.set_index("customer_id")["since_class"])
    buys, listed = is_active(history, active_months=active_months), since == Since.FRESH
    choice = [listed & buys, listed, since == Since.GONE, buys]
    rest = np.where(history["purchases"] >= rhythm_purchases, Place.PATIENT, Place.UNJUDGED)
    place = np.select(choice, [Place.SLIPPING, Place.OVERDUE, Place.GONE, Place.BUYING], rest)
    return pd.DataFrame({"customer_id": history["customer_id"], "place_class": place})


def lapses(
    standing: pd.DataFrame,
    panel: pd.DataFrame,
    *,
    spans: pd.DataFrame,
    late: pd.DataFrame,
    lost: pd.DataFrame,
    lives: pd.DataFrame,
    rungs: pd.DataFrame | None,
    rates: pd.DataFrame,
    active_months: int,
) -> pd.DataFrame:
    """Each way of counting the lost, with where its customers stand today: the same customers, reconciled (P2, answer 6).

    Parameters
    ----------
    standing, late, lost, lives
        from places, overdue, winback, lifetimes.
    spans
        complete periods (periods.of), whose last two are compared.
    rates
        from retention, in the unit of `spans`; where the last period is not in it, nobody knows who was active when it began.
    rungs
        of the ladder's chapter; None where it did not run: its row is left out.

    Returns
    -------
    DataFrame, a row per way that can be counted and a first one for everybody: lapse_class, customers, and of these in each place
    still_buying, active_overdue, within_rhythm, no_rhythm, overdue_now, long_gone, which add up to customers.
    """
    place = standing.set_index("customer_id")["place_class"]
    counted = {Lapse.EVERYBODY: place.index, **_of_periods(panel, spans, rates, active_months)}
    if rungs is not None:
        counted[Lapse.FELL] = fallen(rungs)["customer_id"]
    counted |= {Lapse.LATE: late["customer_id"], Lapse.WINBACK: lost["customer_id"]}
    counted[Lapse.LEFT] = lives.loc[lives["has_left"].astype(bool), "customer_id"]
    rows = [{"lapse_class": way, "customers": len(who)} | _in_places(place, who) for way, who in counted.items()]
    return pd.DataFrame(rows)


def _in_places(place: pd.Series, who: Collection[str]) -> dict[str, int]:
    counts = place.reindex(pd.Index(who)).value_counts()
    return {code: int(counts.get(code, 0)) for code in Place}


def _of_periods(panel: pd.DataFrame, spans: pd.DataFrame, rates: pd.DataFrame, active_months: int) -> dict[Lapse, Collection[str]]:
    """Who bought in the last period but one and not in the last, and who was active when the last began and not at its end."""
    if len(spans) < 2:
        return {}
    before, now = spans.iloc[-2], spans.iloc[-1]

    def buyers(from_on: pd.Timestamp, to_on: pd.Timestamp) -> set[str]:
        return set(panel.loc[panel["period"].between(from_on, to_on), "customer_id"])

    found = {Lapse.NOT_AGAIN: sorted(buyers(before["from_on"], before["to_on"]) - buyers(now["from_on"], now["to_on"]))}
    if now["period"] in set(rates["period"]):
        found[Lapse.INACTIVE] = sorted(
            active(panel, before["to_on"], active_months=active_months) - active(panel, now["to_on"], active_months=active_months)
        )
    return found

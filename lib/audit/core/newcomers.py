"""Can those who look new be called new? A first purchase in the exports is not the first ever (P13)."""

from __future__ import annotations

import pandas as pd

from audit.core import periods
from audit.core.settings import Settings
from audit.i18n import mark as N_
from audit.i18n import stored


def unknown(panel: pd.DataFrame, history: pd.DataFrame, settings: Settings, *, most_share: float) -> str:
    """Why nobody can be called new, as a stored text: old customers pause for as long as the months in which nobody counts as new; else empty.

    Tried on the exports themselves, as if they had begun later: of those who would then look new, how many had bought before (P13). At least so many
    do: who bought before the exports is not seen in the trial either. Where first purchases are known anyway - no such months, or the first deals are
    on record - nobody is in doubt; nor where the exports are too short for a trial.
    """
    pause, months = settings.burn_in_months, periods.observed_months(settings)
    first = history.loc[history["is_first_known"].astype(bool), "first_on"]
    if not pause or first.empty or (first < pd.Timestamp(periods.known_from(settings.observed_from, pause))).any():
        return ""
    start = pd.Timestamp(settings.observed_from).to_period("M").start_time
    at = (panel["period"].dt.year - start.year) * 12 + panel["period"].dt.month - start.month
    later = (months - pause) // 2  # by how much
    bought = lambda of: set(panel.loc[of, "customer_id"])
    look_new = bought((at >= later + pause) & (at < months)) - bought((at >= later) & (at < later + pause))
    old = look_new & bought(at < later)
    if not look_new or len(old) < most_share * len(look_new):
        return ""
    message = N_(
        "had the exports begun {later} {later:month|months} later, {old} of the {new} who would then look new had bought before; so may those who look new now"
    )
    return stored(message, later=later, old=len(old), new=len(look_new))


def doubted(panel: pd.DataFrame, history: pd.DataFrame, settings: Settings, *, most_share: float) -> pd.DataFrame:
    """The history, nobody's first purchase known where nobody can be called new (`unknown`): who looks new is then only seen for the first time."""
    is_told = not unknown(panel, history, settings, most_share=most_share)
    return history.assign(is_first_known=history["is_first_known"].astype(bool) & is_told)

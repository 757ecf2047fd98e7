"""Can those who look new be called new? A first purchase in the exports is not the first ever (P13)."""

from __future__ import annotations

import pandas as pd

from audit.core import periods
from audit.core.settings import Settings
from audit.i18n import mark as N_
from audit.i18n import stored


def judged(panel: pd.DataFrame, history: pd.DataFrame, settings: Settings, *, most_share: float) -> pd.Series:
    """Whose first purchase can be taken as the first ever: as the history says, but nobody's where those who look new may be old (`unknown`)."""
    is_known, is_early = history["is_first_known"].astype(bool), _is_early(history, settings)
    return is_known & (unknown(panel, history.assign(is_first_known=is_known & is_early), settings, most_share=most_share) == "")


def unknown(panel: pd.DataFrame, history: pd.DataFrame, settings: Settings, *, most_share: float) -> str:
    """Why nobody can be called new, as a stored text: old customers pause for as long as the months in which nobody counts as new; else empty.

    Asked only where of nobody the first purchase is known. Tried on the exports themselves, as if they had begun later: of those who would then look
    new, how many had bought before (P13). At least so many do: who bought before the exports is not seen in the trial either. Where there are no such
    months nobody is in doubt; nor where the exports are too short for a trial.
    """
    pause, months = settings.burn_in_months, periods.observed_months(settings)
    if not pause or history["is_first_known"].any() or _is_early(history, settings).all():
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
        "had the exports begun {later} {later:month|months} later, {new} would have looked new, of whom {old} had in fact bought before; the same may be true of those who look new now"
    )
    return stored(message, later=later, old=len(old), new=len(look_new))


def _is_early(history: pd.DataFrame, settings: Settings) -> pd.Series:
    """Who bought first in the months in which nobody counts as new."""
    return history["first_on"] < pd.Timestamp(periods.known_from(settings.observed_from, settings.burn_in_months))

"""Can those who look new be called new? A first purchase in the exports is not the first ever (P13)."""

from __future__ import annotations

import pandas as pd

from audit.core import periods
from audit.core.settings import Settings
from audit.i18n import mark as N_
from audit.i18n import stored


def unknown(panel: pd.DataFrame, history: pd.DataFrame, settings: Settings, *, most_share: float) -> str:
    """Why nobody can be called new, as a stored text: old customers pause for as long as the months in which nobody counts as new; else empty.

    How many old customers look new is how many were silent for as long in the middle of the time observed, bought before and came back: as many were
    silent when it began (P13). Where first purchases are known anyway (no such months), nobody is in doubt.
    """
    pause, months, new = settings.burn_in_months, periods.observed_months(settings), int(history["is_first_known"].sum())
    if not pause or not new:
        return ""
    start = pd.Timestamp(settings.observed_from).to_period("M").start_time
    at = (panel["period"].dt.year - start.year) * 12 + panel["period"].dt.month - start.month
    begins = (months - pause) // 2
    bought = lambda months_of: set(panel.loc[months_of, "customer_id"])
    old = (bought(at < begins) & bought((at >= begins + pause) & (at < months))) - bought((at >= begins) & (at < begins + pause))
    if len(old) < most_share * new:
        return ""
    message = N_(
        "{old} {old:customer|customers} bought, paused for at least {pause} {pause:month|months} and came back; as many of the {new} who look new may be old ones"
    )
    return stored(message, old=len(old), pause=pause, new=new)

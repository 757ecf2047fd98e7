"""How fast was a lost key account met, and can it be won back?"""

from __future__ import annotations

import pandas as pd

from audit.steps.dossiers.filled import whole


def losses(filled: pd.DataFrame | None) -> pd.DataFrame:
    """The lost and silent large customers that forms name, with the days until somebody met them (E35, N14); the longest unmet first.

    Returns
    -------
    DataFrame with the columns of account_losses, and reaction_days: from the loss to the first personal contact after it; NaN where there was none, or its day
    lies before the loss.
    """
    table = whole(filled, "account_losses")
    days = (pd.to_datetime(table["met_on"]) - pd.to_datetime(table["lost_on"])).dt.days.astype("float64")
    table = table.assign(reaction_days=days.where(days >= 0))
    return table.sort_values(["reaction_days", "customer_id"], ascending=[False, True], na_position="first", ignore_index=True)

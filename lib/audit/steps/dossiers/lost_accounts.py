"""How fast was a lost key account met, and can it be won back? And by what does a segment buy?"""

from __future__ import annotations

import pandas as pd

from audit.core import registry


def losses(filled: pd.DataFrame | None) -> pd.DataFrame:
    """The lost and silent large customers that forms name, with the days until somebody met them (E35, N14); the longest unmet first.

    Returns
    -------
    DataFrame with the columns of account_losses, and reaction_days: from the loss to the first personal contact after it; NaN where there was none, or its day
    lies before the loss.
    """
    empty = registry.empty("account_losses")
    table = empty if filled is None else filled.reindex(columns=empty.columns)
    days = (pd.to_datetime(table["met_on"]) - pd.to_datetime(table["lost_on"])).dt.days.astype("float64")
    table = table.assign(reaction_days=days.where(days >= 0))
    return table.sort_values(["reaction_days", "customer_id"], ascending=[False, True], na_position="first", ignore_index=True)


def value_models(filled: pd.DataFrame | None) -> pd.DataFrame:
    """Who decides in a segment, and by what, the weightiest criterion first (D17); weights are shares of all that were named for a segment and direction."""
    empty = registry.empty("value_models")
    table = empty if filled is None else filled.reindex(columns=empty.columns)
    whole = table.groupby(["segment", "direction"])["weight_share"].transform("sum")
    table = table.assign(weight_share=table["weight_share"].astype("float64") / whole.where(whole > 0))
    return table.sort_values(["segment", "direction", "weight_share"], ascending=[True, True, False], ignore_index=True)

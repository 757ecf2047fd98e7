"""By what does a segment buy, and who decides there?"""

from __future__ import annotations

import pandas as pd

from audit.steps.dossiers.filled import whole


def value_models(filled: pd.DataFrame | None) -> pd.DataFrame:
    """Who decides in a segment, and by what, the weightiest criterion first (D17); weights are shares of all that were named for a segment and direction."""
    table = whole(filled, "value_models")
    named = table.groupby(["segment", "direction"])["weight_share"].transform("sum")
    table = table.assign(weight_share=table["weight_share"].astype("float64") / named.where(named > 0))
    return table.sort_values(["segment", "direction", "weight_share"], ascending=[True, True, False], ignore_index=True)

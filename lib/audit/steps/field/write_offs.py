"""What had to be written off, and why? (M4)"""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.core.periods import last_year


def written_off(write_offs: pd.DataFrame | None, panel: pd.DataFrame, *, until: pd.Timestamp, as_of: pd.Timestamp) -> pd.DataFrame:
    """Goods written off in the last twelve months by cause, beside the sales of the same time.

    Goods are written off months after they were bought: the share says how much is lost, not which order was too large.

    Returns
    -------
    DataFrame with cause (empty: not written down), entries, amount, sales_rate (amount over all sales of the time), the largest first.

    Source: method M4.
    """
    if write_offs is None:
        return registry.empty("write_offs_by_cause")
    part = write_offs[(write_offs["date"] > as_of - pd.DateOffset(years=1)) & (write_offs["date"] <= as_of)]
    cause = part["cause"].fillna("") if "cause" in part.columns else pd.Series("", part.index)
    by = part.groupby(cause.rename("cause"))["amount"].agg(entries="size", amount="sum").reset_index()
    sales = float(last_year(panel, until=until)["revenue"].sum())
    by["sales_rate"] = by["amount"] / sales if sales > 0 else float("nan")
    return by.sort_values(["amount", "cause"], ascending=[False, True], ignore_index=True)[registry.tables()["write_offs_by_cause"].names]

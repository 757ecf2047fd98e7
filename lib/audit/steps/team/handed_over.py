"""What becomes of customers who are handed from one manager to another? Before and after, beside customers of the same size who were not (H16, A13)."""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.stats.matched import followed

MONTHS = 6  # before and after
STEADY = 2  # months of sales by one and then by the other, from which a handover is read out of the sales


def handed(assignments: pd.DataFrame | None, sellers: pd.DataFrame) -> pd.DataFrame:
    """Every handover: as assignments declare them, else as the sales show them: one manager's months, then another's, and never the first again.

    Returns
    -------
    DataFrame with customer_id, from_id, to_id, handed_on, is_declared.
    """
    if assignments is not None:
        table = assignments.sort_values(["customer_id", "from_on"])
        table = table.assign(from_id=table.groupby("customer_id")["manager_id"].shift())
        moved = table[table["from_id"].notna() & (table["from_id"] != table["manager_id"])]
        named = moved.rename(columns={"manager_id": "to_id", "from_on": "handed_on"})
        return named[["customer_id", "from_id", "to_id", "handed_on"]].assign(is_declared=True)
    sold = sellers[sellers["manager_id"] != ""].groupby(["customer_id", "manager_id"])["period"].agg(["min", "max", "size"]).reset_index()
    two = sold[sold.groupby("customer_id")["manager_id"].transform("size") == 2].sort_values(["customer_id", "min"])
    first, second = (two.groupby("customer_id").nth(i).set_index("customer_id") for i in (0, 1))
    clear = (first["max"] < second["min"]) & (first["size"] >= STEADY) & (second["size"] >= STEADY)
    found = pd.DataFrame({"from_id": first["manager_id"], "to_id": second["manager_id"], "handed_on": second["min"]})[clear]
    return found.rename_axis("customer_id").reset_index().assign(is_declared=False)


def handovers(assignments: pd.DataFrame | None, sellers: pd.DataFrame, panel: pd.DataFrame, *, until: pd.Timestamp) -> pd.DataFrame:
    """Handovers with six whole months seen before and after, each beside what customers of its size did in the same months.

    Returns
    -------
    DataFrame as TABLES declares it: half_before and half_after (sales of six months each), is_kept (bought in the six months after), like_share (of like customers who were not
    handed over: how many bought in them); the latest first.

    Source: method H16, A13; difference in differences on matched customers.
    """
    table = followed(handed(assignments, sellers), panel, on="handed_on", until=until, months=MONTHS)
    table = table.rename(columns={"revenue_before": "half_before", "revenue_after": "half_after"})
    return table.sort_values(["handed_on", "customer_id"], ascending=[False, True], ignore_index=True)[registry.tables()["handovers"].names]

"""Do we know and serve our key accounts better than at the last audit? Part by part, with no score made of them (E36, P35)."""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.steps.changes.codes import Part


def relations_moved(now: pd.DataFrame | None, before: pd.DataFrame | None) -> pd.DataFrame:
    """What of the work with each key account is another than at the last audit.

    A form filled in since raises the counts by itself: what stands here is what is written down, then and now.

    Parameters
    ----------
    now, before
        dossier_coverage of the two runs; None where a run has none.

    Returns
    -------
    DataFrame with customer_id, part_class (Part), then_number, today_number (nan: no key account then, or now); accounts that were key at neither audit, and parts that are the
    same, are left out; empty where either run has no dossiers.

    Source: method E36; P35.
    """
    if now is None or before is None:
        return registry.empty("relations_moved")
    parts = [part.value for part in Part]
    long = lambda table, name: table.melt("customer_id", [p for p in parts if p in table.columns], "part_class", name)
    both = long(before, "then_number").merge(long(now, "today_number"), on=["customer_id", "part_class"], how="outer")
    both = both[both["then_number"].fillna(-1) != both["today_number"].fillna(-1)]
    order = both["part_class"].map({part: i for i, part in enumerate(parts)})
    both = both.assign(_o=order).sort_values(["customer_id", "_o"]).astype({"then_number": "float64", "today_number": "float64"})
    return both[registry.tables()["relations_moved"].names].reset_index(drop=True)

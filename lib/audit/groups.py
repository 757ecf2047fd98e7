"""Which customers are one? Companies under common control count as one where dependence, key accounts and classes are at stake (P21)."""

from __future__ import annotations

import pandas as pd


def groups(customers: pd.DataFrame | None, ids: pd.Series) -> pd.Series:
    """The group of companies each customer belongs to, else the customer itself (P21); index as ids."""
    if customers is None or "group_id" not in customers.columns:
        return ids.copy()
    group = ids.map(customers.set_index("customer_id")["group_id"])
    return group.where(group.notna() & (group != ""), ids)


def leads(customers: pd.DataFrame) -> pd.DataFrame:
    """The first customer of each group of companies, in the order of the master file: the columns of customers, index the group."""
    return customers.assign(_group=groups(customers, customers["customer_id"])).drop_duplicates("_group").set_index("_group")

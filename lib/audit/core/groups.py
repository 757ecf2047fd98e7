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


def group_names(groups: pd.Series, customers: pd.DataFrame | None) -> pd.Series:
    """Names of groups of companies by id: the customer's own name, or those of its members."""
    import pandas as pd

    if customers is None:
        return pd.Series(groups.unique(), index=groups.unique())
    by_id = customer_names(customers)
    own = {g: by_id[g] for g in groups.unique() if g in by_id}
    if "group_id" in customers.columns:
        for group, members in customers[customers["group_id"].isin(set(groups) - set(own))].groupby("group_id"):
            own[group] = f"{group}: {', '.join(members['name'].head(2))}" + (f" +{len(members) - 2}" if len(members) > 2 else "")
    return pd.Series({g: own.get(g, g) for g in groups.unique()}, dtype="str")


def customer_names(customers: pd.DataFrame | None) -> dict[str, str]:
    """Names of customers by id, empty where the base has none."""
    return {} if customers is None else customers.set_index("customer_id")["name"].to_dict()


def manager_names(managers: pd.DataFrame | None) -> pd.Series:
    """Names of managers by id, empty where the base has none."""
    import pandas as pd

    return pd.Series(dtype="str") if managers is None else managers.set_index("manager_id")["name"]

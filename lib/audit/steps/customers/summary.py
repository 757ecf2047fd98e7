"""How are all customers listed, and how much has each manager to do?"""

from __future__ import annotations

import pandas as pd

from audit.steps.customers.codes import Action

INDEX = [
    "customer_id",
    "year_revenue",
    "revenue_before",
    "rung_class",
    "abc_class",
    "portfolio_class",
    "overdue",
    "silence_days",
    "action_class",
    "due_on",
]


def index(table: pd.DataFrame) -> pd.DataFrame:
    """The customers by sales with what a reader looks for first: DataFrame with the columns of INDEX; those that say nothing of anybody are left out."""
    found = table[INDEX]
    return found.loc[:, [c for c in INDEX if found[c].notna().any()]]


def by_manager(table: pd.DataFrame) -> pd.DataFrame:
    """Number of next steps of each kind by manager: DataFrame with manager_id and a column per Action that occurs, in their order."""
    listed = table[table["action_class"] != ""]
    counts = listed.groupby(["manager_id", "action_class"]).size().unstack(fill_value=0)
    return counts.reindex(columns=[action for action in Action if action in counts.columns]).reset_index().rename_axis(columns=None)

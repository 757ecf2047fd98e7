"""Who brings the money? ABC by running share, groups of companies counted once (P19, P21)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.groups import groups
from audit.core.periods import last_year
from audit.stats import shares
from audit.steps.segments.codes import Abc, Xyz


def abc_class(money: pd.Series, *, a_share: float, b_share: float) -> pd.Series:
    """A, B or C by the running share of the positive money; N where it is zero or negative (P19).

    The customer that crosses a limit still belongs to the class above it; ties are broken by the index, so that
    the same base always gives the same classes.

    >>> abc_class(pd.Series({"a": 500.0, "b": 300.0, "c": 150.0, "d": -160.0}), a_share=0.8, b_share=0.95).to_dict()
    {'a': 'A', 'b': 'A', 'c': 'B', 'd': 'N'}
    """
    by_id = money.sort_index()
    return pd.Series(letters(by_id.to_numpy(), a_share, b_share), index=by_id.index, dtype="str").reindex(money.index)


def letters(money: np.ndarray, a_share: float, b_share: float) -> np.ndarray:
    """The classes of an array of money, ties in the array's order."""
    order = np.argsort(-money, kind="stable")
    positive = np.clip(money[order], 0, None)
    total = positive.sum()
    before = (positive.cumsum() - positive) / total if total else positive
    letter = np.select([money[order] <= 0, before < a_share - 1e-12, before < b_share - 1e-12], [Abc.N, "A", "B"], "C")
    found = np.empty_like(letter)
    found[order] = letter
    return found


def classes(
    panel: pd.DataFrame,
    history: pd.DataFrame,
    *,
    customers: pd.DataFrame | None,
    regularity: pd.DataFrame,
    until: pd.Timestamp,
    a_share: float,
    b_share: float,
) -> pd.DataFrame:
    """ABC of the last twelve months by group of companies, and XYZ, per customer (D1).

    Returns
    -------
    DataFrame with customer_id, group (id), revenue (of the customer), group_revenue, abc_class, xyz_class,
    abcxyz_class (such as AX); customers with no purchase in the twelve months are left out.
    """
    money = last_year(panel, until=until).groupby("customer_id")["revenue"].sum().rename("revenue").reset_index()
    money["group"] = groups(customers, money["customer_id"])
    by_group = money.groupby("group")["revenue"].sum()
    money["group_revenue"] = money["group"].map(by_group)
    money["abc_class"] = money["group"].map(abc_class(by_group, a_share=a_share, b_share=b_share))
    money["xyz_class"] = money["customer_id"].map(regularity.set_index("customer_id")["xyz_class"])
    short = money["xyz_class"] == Xyz.SHORT
    money["abcxyz_class"] = (money["abc_class"] + money["xyz_class"]).where(~short, money["abc_class"])
    return money.sort_values(["revenue", "customer_id"], ascending=[False, True], ignore_index=True)


def matrix(table: pd.DataFrame) -> pd.DataFrame:
    """The nine cells (and the short histories) with their customers and money.

    Returns
    -------
    DataFrame with abc_class, xyz_class, customers, revenue, revenue_share.
    """
    cells = table.groupby(["abc_class", "xyz_class"], as_index=False).agg(customers=("customer_id", "size"), revenue=("revenue", "sum"))
    return cells.assign(revenue_share=shares.of_whole(cells["revenue"]))

"""What would a formula of pay have paid for the last twelve months, and for what? Its money by manager, and what of it was earned where nothing was (H20)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core import formula, registry
from audit.core.groups import groups
from audit.core.settings import BONUS_OF
from audit.steps.team.codes import Without

COUNTS = ("customers", "new_customers", "kept_customers")


def bonuses(
    customers_of: pd.DataFrame,
    formulas: dict[str, str],
    *,
    customers: pd.DataFrame | None,
    debtors: pd.DataFrame | None,
    profits: pd.DataFrame | None,
) -> pd.DataFrame:
    """One row per formula and manager.

    Parameters
    ----------
    formulas
        by name; of the words in core.settings.BONUS_OF. A margin that nobody knows counts as nothing.

    Returns
    -------
    DataFrame with formula, manager_id, bonus (money), and what would be missing of it without the largest customer, without those that cost more than they bring,
    without those who have stopped paying, and without those taken over within the year (empty where that is not known). These overlap, and are not added.

    Source: method H20.
    """
    now = customers_of[customers_of["manager_now_id"] != ""].reset_index(drop=True)
    group = groups(customers, now["customer_id"])
    owed = pd.Series(0.0, now.index) if debtors is None or debtors.empty else group.map(debtors.set_index("group")["overdue"]).fillna(0.0)
    table = pd.DataFrame(
        {
            "manager_id": now["manager_now_id"], "revenue": now["revenue_now"], "margin": now["margin"].fillna(0.0), "returned": now["returned"].fillna(0.0),
            "overdue": owed.where(~group.duplicated(), 0.0), "new_revenue": now["revenue_now"].where(now["is_new"], 0.0), "customers": (now["revenue_now"] > 0).astype(float),
            "new_customers": now["is_new"].astype(float), "kept_customers": (now["is_kept"] & (now["revenue_before"] > 0)).astype(float),
        }
    )  # fmt: skip
    marks = {
        Without.LARGEST: now["revenue_now"] == now.groupby("manager_now_id")["revenue_now"].transform("max"),
        Without.LOSING: None if profits is None or profits.empty else group.isin(profits.loc[profits["loss_class"] == "loses", "group"]),
        Without.UNPAID: None if debtors is None or debtors.empty else group.isin(debtors.loc[debtors["is_stopped"].astype(bool), "group"]),
        Without.HANDED: now["is_handed"],
    }
    rows = []
    for name, text in formulas.items():
        whole = _paid(text, table)
        found = pd.DataFrame({"formula": name, "manager_id": whole.index, "bonus": whole.to_numpy()})
        for one, mark in marks.items():
            found[f"by_{one.value}"] = (
                np.nan if mark is None else (whole - _paid(text, table[~mark]).reindex(whole.index).fillna(_paid_nothing(text))).to_numpy()
            )
        rows.append(found)
    if not rows:
        return registry.empty("bonuses")
    table = pd.concat(rows, ignore_index=True)
    return table.sort_values(["formula", "bonus", "manager_id"], ascending=[True, False, True], ignore_index=True)[
        registry.tables()["bonuses"].names
    ]


def _paid(text: str, table: pd.DataFrame) -> pd.Series:
    """A formula on the sums of each manager."""
    sums = table.groupby("manager_id")[list(BONUS_OF)].sum()
    ratio = lambda part, whole: np.divide(part, np.where(whole == 0, np.nan, whole)) if not np.isscalar(whole) else part / whole
    paid = formula.computed(text, BONUS_OF, leaf=lambda name: sums[name], divided=ratio)
    return pd.Series(paid, index=sums.index, dtype="float64").fillna(0.0)


def _paid_nothing(text: str) -> float:
    """What the formula pays to somebody without customers."""
    return float(formula.computed(text, BONUS_OF, leaf=lambda _name: 0.0, divided=lambda part, whole: part / whole if whole else 0.0))

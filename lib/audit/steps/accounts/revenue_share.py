"""What share of the sales does each group of companies bring, and what could it bring?"""

from __future__ import annotations

import pandas as pd

from audit.core.findings import NAN
from audit.core.groups import groups
from audit.core.periods import last_year
from audit.stats import shares as shares_of
from audit.steps.accounts.codes import Level

LEVELS = list(Level)
OWNED = 0.75  # share of the sales through customers' main sellers from which customers have sellers of their own; ours


def reached(share: pd.Series | float, limit: float) -> pd.Series | bool:
    """Whether a share reaches a limit, exactly at the limit included: 10 % at exactly 10 % is key.

    >>> bool(reached(0.1, 0.1)), bool(reached(0.3 / 3, 0.1)), bool(reached(0.0999, 0.1))
    (True, True, False)
    """
    return share >= limit - 1e-12


def revenue_shares(
    panel: pd.DataFrame, sellers: pd.DataFrame | None, *, customers: pd.DataFrame | None, until: pd.Timestamp
) -> pd.DataFrame:
    """Each group's share of the last twelve months' sales of the company, and of every department and manager (E1, E2).

    Whose customers buy from whoever is there has no key accounts of its own: a level is left out where less than OWNED of the sales went
    through each customer's main department or manager.

    Returns
    -------
    DataFrame with group, level_class (company, department, manager), of (which one), revenue, total, revenue_share.
    """
    year = last_year(panel, until=until)
    parts = [_shares(year, groups(customers, year["customer_id"]), Level.COMPANY, pd.Series("", index=year.index))]
    if sellers is not None:
        sold = last_year(sellers, until=until)
        group = groups(customers, sold["customer_id"])
        for level, column in [(Level.DEPARTMENT, "department"), (Level.MANAGER, "manager_id")]:
            if column in sold.columns:
                named = sold[column].fillna("") != ""
                if not _owned(sold[named], group[named], column) >= OWNED:
                    continue
                parts.append(_shares(sold[named], group[named], level, sold.loc[named, column]))
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return table.sort_values(["level_class", "of", "revenue", "group"], ascending=[True, True, False, True], ignore_index=True)


def _owned(sold: pd.DataFrame, group: pd.Series, column: str) -> float:
    """The share of the sales that went through each group's main department or manager; NaN without sales."""
    of = sold.groupby([group.rename("group"), sold[column]])["revenue"].sum().clip(lower=0)
    return shares_of.ratio(float(of.groupby("group").max().sum()), float(of.sum()))


def _shares(sold: pd.DataFrame, group: pd.Series, level: str, of: pd.Series) -> pd.DataFrame:
    table = pd.DataFrame({"group": group, "of": of, "revenue": sold["revenue"]}).groupby(["of", "group"], as_index=False)["revenue"].sum()
    table["total"] = table.groupby("of")["revenue"].transform("sum")
    table["revenue_share"] = shares_of.told(table["revenue"] / table["total"].where(table["total"] > 0))
    return table.assign(level_class=level)[["group", "level_class", "of", "revenue", "total", "revenue_share"]]


def potentials(panel: pd.DataFrame, budgets: pd.DataFrame | None, *, customers: pd.DataFrame | None, until: pd.Timestamp) -> pd.DataFrame:
    """What each group with a known budget buys from us and in all, against our own sales of that year (E3).

    Returns
    -------
    DataFrame with group, revenue (ours, of the budget's year), budget, gap, wallet_share, budget_ratio (of our whole sales).
    """
    columns = ["group", "revenue", "budget", "gap", "wallet_share", "budget_ratio"]
    if budgets is None or budgets.empty:
        return pd.DataFrame({c: pd.Series(dtype="str" if c == "group" else float) for c in columns})
    year = budgets["period"].max()
    whole = budgets[budgets["period"] == year]
    table = whole.groupby(groups(customers, whole["customer_id"]))["amount"].sum().rename("budget").rename_axis("group").reset_index()
    sold = panel[(panel["period"].dt.year.astype(str) == year) & (panel["period"] <= until)]
    ours = sold.groupby(groups(customers, sold["customer_id"]))["revenue"].sum()
    table["revenue"] = table["group"].map(ours).astype(float).fillna(0.0)
    table["gap"] = table["budget"] - table["revenue"]
    table["wallet_share"] = (table["revenue"] / table["budget"].where(table["budget"] > 0)).clip(0, 1)  # who buys more has told too little
    table["budget_ratio"] = table["budget"] / ours.sum() if ours.sum() else NAN
    return table[columns].sort_values(["gap", "group"], ascending=[False, True], ignore_index=True)

"""What the two axes are made of, and how much of it is known."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import NAN
from audit.core.groups import groups
from audit.core.periods import last_year
from audit.steps.portfolio.codes import Axis, Criterion
from audit.steps.wallet.codes import Basis

ATTRACTIVE = {
    "budget": Criterion.BUDGET,
    "growth": Criterion.GROWTH,
    "margin": Criterion.MARGIN,
    "discipline": Criterion.DISCIPLINE,
}


POSITION = {"wallet": Criterion.WALLET, "tenure": Criterion.TENURE, "steadiness": Criterion.STEADINESS}


def criteria(
    panel: pd.DataFrame,
    history: pd.DataFrame,
    *,
    customers: pd.DataFrame | None,
    wallets: pd.DataFrame | None,
    debtors: pd.DataFrame | None,
    until: pd.Timestamp,
) -> pd.DataFrame:
    """What the two axes are made of, in their own units: one row per group that bought in the last twelve months.

    Where a budget is unknown, our sales stand in as the least it can be; a share of such a budget is not known.

    Returns
    -------
    DataFrame, index group: budget, growth (of our sales, last twelve months over those before, less 1, within -1 to 3), margin (rate),
    discipline (share of the money due that came in time), wallet (our share), tenure (months since
    the first purchase), steadiness (share of twelve months with a purchase); revenue; is_budget_known (1 or 0). NaN where not known.
    """
    year, before = last_year(panel, until=until), last_year(panel, until=until - pd.DateOffset(years=1))
    group = groups(customers, year["customer_id"])
    by = year.groupby(group)
    table = pd.DataFrame({"revenue": by["revenue"].sum()})
    then = before.groupby(groups(customers, before["customer_id"]))["revenue"].sum().reindex(table.index)
    table["growth"] = (table["revenue"] / then.where(then > 0) - 1).clip(-1, 3)
    table["margin"] = (
        (table["revenue"] - by["cost"].sum()) / table["revenue"].where(table["revenue"] > 0)
        if "cost" in panel.columns and panel["cost"].notna().any()
        else NAN
    )
    first = history.groupby(groups(customers, history["customer_id"]))["first_on"].min()
    table["tenure"] = (until - table.index.to_series().map(first)).dt.days / 30.44
    table["steadiness"] = year.assign(group=group).groupby("group")["period"].nunique() / 12
    known = (
        wallets[wallets["basis_class"] != Basis.ACHIEVABLE].set_index("group")
        if wallets is not None
        else pd.DataFrame(columns=["budget", "wallet_share"], dtype=float)
    )
    table["budget"] = known["budget"].reindex(table.index).fillna(table["revenue"])
    table["is_budget_known"] = known["budget"].reindex(table.index).notna()
    table["wallet"] = known["wallet_share"].reindex(table.index)
    table["discipline"] = 1 - debtors.set_index("group")["paid_late_share"].reindex(table.index) if debtors is not None else NAN
    return table.rename_axis("group").sort_index()[["revenue", "is_budget_known", *ATTRACTIVE, *POSITION]].astype(float)


def weights(of_attractive: dict[str, float], of_position: dict[str, float], made: pd.DataFrame) -> pd.DataFrame:
    """The weights in force, and of how many customers each criterion is known.

    Returns
    -------
    DataFrame with axis_class (attractiveness, position), criterion_class, weight_share (of its axis), known (customers), known_share.
    """
    rows = [(Axis.ATTRACTIVENESS, ATTRACTIVE[c], w, c) for c, w in of_attractive.items()] + [
        (Axis.POSITION, POSITION[c], w, c) for c, w in of_position.items()
    ]
    table = pd.DataFrame(rows, columns=["axis_class", "criterion_class", "weight_share", "of"])
    table["weight_share"] = table["weight_share"] / table.groupby("axis_class")["weight_share"].transform("sum")
    table["known"] = [int(known_of(made)[c].sum()) for c in table["of"]]
    return table.assign(known_share=table["known"] / len(made) if len(made) else NAN).drop(columns="of")


def known_of(made: pd.DataFrame) -> pd.DataFrame:
    """Which criteria are known of whom: sales that stand in for a budget are none."""
    there = made.notna()
    return there.assign(budget=there["budget"] & (made["is_budget_known"] > 0))

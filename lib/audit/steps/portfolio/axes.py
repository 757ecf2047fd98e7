"""What the two axes are made of, and how much of it is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit.core.findings import NAN
from audit.core.groups import groups
from audit.core.periods import last_year
from audit.stats.reliability import of_whole
from audit.steps.portfolio.codes import Axis, Criterion
from audit.steps.wallet.codes import Basis

ATTRACTIVE = {
    "budget": Criterion.BUDGET,
    "growth": Criterion.GROWTH,
    "margin": Criterion.MARGIN,
    "discipline": Criterion.DISCIPLINE,
}


SPLITS = 20  # ways in which each customer's months are halved
POSITION = {"wallet": Criterion.WALLET, "tenure": Criterion.TENURE, "steadiness": Criterion.STEADINESS}


@dataclass(frozen=True)
class Sold:
    """What of the criteria comes from sales: by group and month of the last twelve, and of the twelve before; and what does not."""

    revenue: np.ndarray  # groups x months
    cost: np.ndarray | None
    bought: np.ndarray
    before: np.ndarray
    facts: pd.DataFrame  # index group: tenure, budget (known ones) with its ends low and high, wallet, discipline, is_new


def sold(
    panel: pd.DataFrame,
    history: pd.DataFrame,
    *,
    customers: pd.DataFrame | None,
    wallets: pd.DataFrame | None,
    debtors: pd.DataFrame | None,
    until: pd.Timestamp,
) -> Sold:
    """The sales of every group that bought in the last twelve months, month by month, beside what else is known of it.

    A group is new where it first bought within these months and its first purchase is known: a year of it has not been seen.
    """
    year, before = last_year(panel, until=until), last_year(panel, until=until - pd.DateOffset(years=1))
    group, group_before = groups(customers, year["customer_id"]), groups(customers, before["customer_id"])
    index = pd.Index(sorted(group.unique()), name="group")
    now = pd.period_range(until.to_period("M") - 11, until.to_period("M"), freq="M").to_timestamp()
    has_cost = "cost" in panel.columns and panel["cost"].notna().any()
    known = wallets[wallets["basis_class"] != Basis.ACHIEVABLE].set_index("group") if wallets is not None else None
    of = history.groupby(groups(customers, history["customer_id"]))
    first = of["first_on"].min().reindex(index)
    of_wallet = {"budget": "budget", "low": "low_budget", "high": "high_budget", "wallet": "wallet_share"}
    facts = pd.DataFrame(
        {
            "tenure": (until - first).dt.days / 30.44,
            **{name: NAN if known is None else known[column].reindex(index) for name, column in of_wallet.items()},
            "discipline": NAN if debtors is None else 1 - debtors.set_index("group")["paid_late_share"].reindex(index),
            "is_new": of["is_first_known"].all().reindex(index).astype(bool) & (first > until - pd.DateOffset(years=1)),
        },
        index=index,
    )
    return Sold(
        _months(year, group, "revenue", index, now),
        _months(year, group, "cost", index, now) if has_cost else None,
        _months(year.assign(n=1.0), group, "n", index, now) > 0,
        _months(before, group_before, "revenue", index, now - pd.DateOffset(years=1)),
        facts,
    )


def _months(part: pd.DataFrame, group: pd.Series, column: str, index: pd.Index, months: pd.DatetimeIndex) -> np.ndarray:
    wide = part[column].groupby([group.rename("group"), part["period"]]).sum().unstack(fill_value=0.0)
    return wide.reindex(index=index, columns=months).fillna(0.0).to_numpy()


def criteria(of: Sold, months: np.ndarray | None = None, generator: np.random.Generator | None = None) -> pd.DataFrame:
    """What the two axes are made of, in their own units: one row per group that bought in the last twelve months.

    Where a budget is unknown, our sales stand in as the least it can be; a share of such a budget is not known.

    Parameters
    ----------
    months, generator
        for each group, which of its twelve months are taken (groups x 12), and what draws its budget within the range that it has: to see
        what else might have been seen of the same customers. None: what was seen.

    Returns
    -------
    DataFrame, index group: budget, growth (of our sales, last twelve months over those before, less 1, within -1 to 3), margin (rate),
    discipline (share of the money due that came in time), wallet (our share), tenure (months since
    the first purchase), steadiness (share of twelve months with a purchase); revenue; is_budget_known (1 or 0), is_new (1 or 0). NaN where
    not known.
    """
    return pd.DataFrame(measured(of, months, generator), index=of.facts.index)


def measured(of: Sold, months: np.ndarray | None = None, generator: np.random.Generator | None = None) -> dict[str, np.ndarray]:
    """The columns of `criteria`, for whom hundreds of draws of them are made."""
    taken = lambda wide: wide if months is None else np.take_along_axis(wide, months, axis=1)
    known = {name: of.facts[name].to_numpy(dtype=float) for name in ("budget", "wallet", "discipline", "tenure", "is_new")}
    revenue, before = taken(of.revenue).sum(axis=1), taken(of.before).sum(axis=1)
    budget = known["budget"] if generator is None else _drawn(of.facts, generator)
    cost = NAN if of.cost is None else taken(of.cost).sum(axis=1)
    return {
        "revenue": revenue,
        "is_budget_known": (~np.isnan(known["budget"])).astype(float),
        "is_new": known["is_new"],
        "budget": np.where(np.isnan(budget), revenue, budget),
        "growth": np.clip(revenue / np.where(before > 0, before, NAN) - 1, -1, 3),
        "margin": (revenue - cost) / np.where(revenue > 0, revenue, NAN),
        "discipline": known["discipline"],
        "wallet": np.minimum(known["wallet"] * known["budget"] / np.where(budget > 0, budget, NAN), 1),
        "tenure": known["tenure"],
        "steadiness": taken(of.bought).mean(axis=1),
    }


def _drawn(facts: pd.DataFrame, generator: np.random.Generator) -> np.ndarray:
    """Budgets drawn evenly, on the scale of logarithms, between the ends of their ranges."""
    low, high = (np.log(np.maximum(facts[end].to_numpy(dtype=float), 1e-9)) for end in ("low", "high"))
    return np.exp(low + generator.random(len(facts)) * (high - low))


def reliability(of: Sold) -> pd.DataFrame:
    """How far each criterion is the customer's own: the same in two halves of its months, each with another budget within its range.

    Returns
    -------
    DataFrame with criterion (its short name), reliability_share (Spearman and Brown's, of ranks, the mean over SPLITS halvings of the
    customers that are not new; NaN where nobody's is known).
    """
    found = []
    for sides in halvings(of):
        first, second = (pd.DataFrame(side).query("is_new == 0") for side in sides)
        r = pd.Series({c: first[c].rank().corr(second[c].rank()) for c in (*ATTRACTIVE, *POSITION)})
        found.append(pd.Series(of_whole(r), index=r.index))
    table = pd.DataFrame(found).mean()
    return table.rename_axis("criterion").rename("reliability_share").reset_index()


def halvings(of: Sold) -> Iterator[tuple[dict[str, np.ndarray], dict[str, np.ndarray]]]:
    """Criteria by two halves of each customer's own months, drawn anew SPLITS times."""
    generator = np.random.default_rng(0)
    for _ in range(SPLITS):
        order = generator.permuted(np.tile(np.arange(12), (len(of.facts), 1)), axis=1)
        yield tuple(measured(of, np.tile(half, 2), generator) for half in (order[:, :6], order[:, 6:]))


def own(weight: dict[str, float], reliable: pd.DataFrame, *, least: float) -> dict[str, float]:
    """The weights of an axis without criteria that are not the customers' own, or of which nobody's value is known; none may be left."""
    share = reliable.set_index("criterion")["reliability_share"]
    return {c: w for c, w in weight.items() if share[c] >= least}


def weights(
    of_attractive: dict[str, float], of_position: dict[str, float], made: pd.DataFrame, reliable: pd.DataFrame, *, least: float
) -> pd.DataFrame:
    """The weights in force, of how many customers each criterion is known, and how far it is their own.

    Returns
    -------
    DataFrame with axis_class (attractiveness, position), criterion_class, weight_share (of its axis; 0 where it is left out), known
    (customers), known_share, reliability_share.
    """
    rows = [(Axis.ATTRACTIVENESS, ATTRACTIVE[c], w, c) for c, w in of_attractive.items()] + [
        (Axis.POSITION, POSITION[c], w, c) for c, w in of_position.items()
    ]
    table = pd.DataFrame(rows, columns=["axis_class", "criterion_class", "weight_share", "of"])
    used = {*own(of_attractive, reliable, least=least), *own(of_position, reliable, least=least)}
    table["weight_share"] = table["weight_share"].where(table["of"].isin(used), 0.0)
    table["weight_share"] = table["weight_share"] / table.groupby("axis_class")["weight_share"].transform("sum")
    table["reliability_share"] = table["of"].map(reliable.set_index("criterion")["reliability_share"])
    table["known"] = [int(known_of(made)[c].sum()) for c in table["of"]]
    return table.assign(known_share=table["known"] / len(made) if len(made) else NAN).drop(columns="of")


def known_of(made: pd.DataFrame) -> pd.DataFrame:
    """Which criteria are known of whom: sales that stand in for a budget are none."""
    there = made.notna()
    return there.assign(budget=there["budget"] & (made["is_budget_known"] > 0))

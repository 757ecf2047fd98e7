"""Every customer's place and class, and whether it would be the same with other weights and in another year of the same customers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from audit.core.findings import NAN
from audit.i18n import mark as N_
from audit.steps.portfolio.axes import ATTRACTIVE, POSITION, Sold, criteria, halvings, known_of, measured
from audit.steps.portfolio.codes import PortfolioClass

PACKAGES = {  # D12, G3: what each class gets, and what it does not
    PortfolioClass.CORE: (
        N_("a personal manager and a deputy, a written plan, visits by senior management, first to hear about new products"),
        N_("no shared manager, no answer later than the same day"),
    ),
    PortfolioClass.DEVELOPMENT: (
        N_("a few at a time, each with a goal, a budget of hours and an end date; trials, technical help, meetings at several levels"),
        N_("no discount unless our share grows in return"),
    ),
    PortfolioClass.MAINTENANCE: (
        N_("steady supply, self-service ordering, one contact for questions, prices and terms reviewed once a year"),
        N_("no special service that nobody pays for"),
    ),
    PortfolioClass.OPPORTUNISTIC: (
        N_("list prices, payment in advance, orders by shop or telephone"),
        N_("no visits, no credit, no reserve stock"),
    ),
    PortfolioClass.NEW: (
        N_("every promise kept, a call after the first delivery, an offer for the second order"),
        N_("no judgement within the first year"),
    ),
}


CRITERIA = (*ATTRACTIVE, *POSITION)
ENOUGH = 0.8  # share of draws in which a class must hold to be clear
ENOUGH_BUDGETS = 0.5  # share of the customers with a known or estimated budget from which classes are claimed


def _ranks(made: Mapping[str, np.ndarray | pd.Series]) -> dict[str, np.ndarray]:
    """Rank of each customer by each criterion, from 0 to 1, ties in the middle; 0.5 where only one is known."""
    values = np.column_stack([made[c] for c in CRITERIA])
    known = ~np.isnan(values)
    told = known.sum(axis=0)
    ranks = (stats.rankdata(np.where(known, values, np.inf), axis=0) - 1) / np.maximum(told - 1, 1)
    ranks[:, told < 2] = 0.5
    return dict(zip(CRITERIA, np.where(known, ranks, NAN).T, strict=True))


def _axis(ranks: dict[str, np.ndarray], weight: dict[str, float]) -> np.ndarray:
    """Weighted mean of what is known of each customer; in the middle where no criterion is left."""
    if not weight:
        return np.full(len(next(iter(ranks.values()))), 0.5)
    of, w = np.column_stack([ranks[c] for c in weight]), np.array(list(weight.values()), dtype=float)
    known = (~np.isnan(of) * w).sum(axis=1)
    return np.nansum(of * w, axis=1) / np.where(known > 0, known, NAN)


def _classes(attractive: np.ndarray, position: np.ndarray, border: float) -> np.ndarray:
    return np.select(
        [(attractive >= border) & (position >= border), attractive >= border, position >= border],
        [PortfolioClass.CORE, PortfolioClass.DEVELOPMENT, PortfolioClass.MAINTENANCE],
        PortfolioClass.OPPORTUNISTIC,
    )


def are_claimed(agreement: float, made: pd.DataFrame, *, least_agreement: float) -> bool:
    """Whether classes may be claimed: two halves of the months agree on them, and size is not past sales for most, which are no potential (P25)."""
    return bool(agreement >= least_agreement and known_budgets(made) >= ENOUGH_BUDGETS)


def known_budgets(made: pd.DataFrame) -> float:
    """Share of the customers whose budget is known or estimated."""
    return float(made["wallet"].notna().mean())


def are_told(table: pd.DataFrame) -> bool:
    """Whether anybody has a class, but those too new to be judged: none is claimed where nobody's is clear."""
    return bool(table["portfolio_class"].isin([name for name in PortfolioClass if name != PortfolioClass.NEW]).any())


def told(table: pd.DataFrame, *, debtors: pd.DataFrame | None, profits: pd.DataFrame | None) -> pd.DataFrame:
    """Where each customer stands, without the columns that tell of classes where there are none, and of payment and profit where nobody knows of them."""
    unknown = [] if are_told(table) else ["portfolio_class", "kept_share", "is_clear"]
    unknown += ["is_stopped"] if debtors is None else []
    unknown += ["is_losing"] if profits is None or profits["profit"].isna().all() else []
    return table.drop(columns=unknown)


def portfolio(
    of: Sold,
    debtors: pd.DataFrame | None = None,
    *,
    profits: pd.DataFrame | None = None,
    of_attractive: dict[str, float],
    of_position: dict[str, float],
    border: float,
    draws: int,
    is_claimed: bool,
) -> pd.DataFrame:
    """Every customer's place and class, and how often it keeps the class when months and weights are drawn anew (D8, D11).

    Each customer's twelve months are drawn with replacement, as another year of the same customer might have been, its budget within its
    range, and the weights evenly between half and one and a half times their value: redrawn weights alone say nothing of chance. Customers who have bought for less than
    a year are new, and judged by nothing yet. Draws keep close to what was seen, and so flatter it: where halves of the months do not agree
    on the classes at all (`agreement_of_halves`), nobody's class is clear. Classes of which none is clear are chance, and nobody's.

    Parameters
    ----------
    is_claimed
        whether classes may be claimed (`are_claimed`).

    Returns
    -------
    DataFrame with group, revenue, attractiveness_index, position_index (0 to 1), portfolio_class (NaN where none can be told), kept_share
    (of the draws), is_clear (at least 0.8 of them), criteria_share (of the weights of both axes), is_stopped (it has stopped paying: no class speaks for serving it on
    credit), is_losing (it loses money however costs are allocated: no class speaks for giving it more); by class, then most revenue first.
    """
    made = criteria(of)
    attractive, position = _places(made, of_attractive, of_position)
    known_a, known_p = (
        known_of(made)[list(w)].mul(pd.Series(w, dtype=float)).sum(axis=1) / (sum(w.values()) or 1.0) for w in (of_attractive, of_position)
    )
    found = _classes(attractive, position, border)
    generator, kept = np.random.default_rng(0), np.zeros(len(made))
    for _ in range(draws):
        moved = [{c: w * generator.uniform(0.5, 1.5) for c, w in weight.items()} for weight in (of_attractive, of_position)]
        drawn = measured(of, generator.integers(0, 12, (len(made), 12)), generator)
        kept += _classes(*_places(drawn, *moved), border) == found
    found = np.where(made["is_new"] > 0, PortfolioClass.NEW, found)
    table = pd.DataFrame(
        {
            "group": made.index, "revenue": made["revenue"].to_numpy(), "attractiveness_index": attractive,
            "position_index": position, "portfolio_class": found,
            "kept_share": kept / max(draws, 1), "criteria_share": ((known_a + known_p) / 2).to_numpy(),
        }
    )  # fmt: skip
    is_new = table["portfolio_class"] == PortfolioClass.NEW
    table["is_clear"] = (is_claimed & (table["kept_share"] >= ENOUGH)) | is_new
    if not (table["is_clear"] & ~is_new).any():
        table["portfolio_class"] = table["portfolio_class"].where(is_new, None)
    owing = debtors.set_index("group") if debtors is not None else pd.DataFrame(columns=["is_stopped", "overdue"])
    table["is_stopped"] = table["group"].isin(owing.index[owing["is_stopped"].astype(bool)])
    earning = profits.set_index("group")["loss_class"] if profits is not None else pd.Series(dtype="str")
    table["is_losing"] = table["group"].isin(earning.index[earning == "loses"])
    order = table["portfolio_class"].map({name: i for i, name in enumerate(PortfolioClass)})
    table = table.assign(_o=order).sort_values(["_o", "revenue", "group"], ascending=[True, False, True], ignore_index=True)
    return table[
        [
            "group",
            "revenue",
            "attractiveness_index",
            "position_index",
            "portfolio_class",
            "kept_share",
            "is_clear",
            "criteria_share",
            "is_stopped",
            "is_losing",
        ]
    ]


def _places(
    made: Mapping[str, np.ndarray | pd.Series], of_attractive: dict[str, float], of_position: dict[str, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Attractiveness and position of every customer."""
    ranks = _ranks(made)
    return _axis(ranks, of_attractive), _axis(ranks, of_position)


def agreement_of_halves(of: Sold, *, of_attractive: dict[str, float], of_position: dict[str, float], border: float) -> float:
    """Cohen's kappa of the classes by two halves of each customer's own months, the mean over many halvings: 1 the same, 0 as by chance; NaN for
    fewer than two customers that are not new, and where an axis has no criterion left."""
    if not (of_attractive and of_position):
        return NAN
    found = []
    for sides in halvings(of):
        old = sides[0]["is_new"] == 0
        if old.sum() < 2:
            return NAN
        placed = [_classes(*_places(side, of_attractive, of_position), border)[old] for side in sides]
        found.append(cohen_kappa_score(*placed))
    return float(np.nanmean(found)) if not np.isnan(found).all() else NAN


def sensitivity(made: pd.DataFrame, *, of_attractive: dict[str, float], of_position: dict[str, float], border: float) -> pd.DataFrame:
    """What leaving out each criterion would change: the ranking on its axis, and the classes (D11).

    Returns
    -------
    DataFrame with criterion_class (left out), rank_index (Spearman's correlation of the axis with and without it), changed (customers of
    another class), changed_share.
    """
    ranks = _ranks(made)
    whole = {"a": _axis(ranks, of_attractive), "p": _axis(ranks, of_position)}
    now = _classes(whole["a"], whole["p"], border)
    rows = []
    for axis, weight, names in [("a", of_attractive, ATTRACTIVE), ("p", of_position, POSITION)]:
        for criterion in weight:
            if made[criterion].isna().all():
                continue
            without = _axis(ranks, {c: w for c, w in weight.items() if c != criterion})
            both = ~np.isnan(whole[axis]) & ~np.isnan(without)
            told = both.sum() > 4 and len(np.unique(whole[axis][both])) > 1 and len(np.unique(without[both])) > 1
            rho = float(stats.spearmanr(whole[axis][both], without[both]).statistic) if told else NAN
            moved = whole | {axis: without}
            changed = int((_classes(moved["a"], moved["p"], border) != now).sum())
            rows.append((names[criterion], rho, changed, changed / len(made) if len(made) else NAN))
    return pd.DataFrame(rows, columns=["criterion_class", "rank_index", "changed", "changed_share"])


def packages(table: pd.DataFrame) -> pd.DataFrame:
    """What each class gets, and what it does not (D12, G3): portfolio_class, source_class (the source's word), package_class,
    withheld_class; no rows where no classes can be told."""
    columns = ["portfolio_class", "source_class", "package_class", "withheld_class"]
    rows = [(name, name.meaning, *PACKAGES[name]) for name in PortfolioClass] if are_told(table) else []
    return pd.DataFrame(rows, columns=columns)

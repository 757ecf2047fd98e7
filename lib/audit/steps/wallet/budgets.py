"""How large is each customer's whole purchase of our kind of goods, and how is that known?

Where nobody was asked, peers tell: a quantile regression of the budgets that are known on the customers' size and on what they buy from
us, its range widened until it holds the stated share of the budgets that it had not seen (conformal). Past sales alone are no potential
(P25), so the naive rival, everybody with the usual share, is tried on the same folds and used where it is as good. A rule that tells
budgets it had not seen no better than the same budget for all knows nothing: then they stay unknown. Without budgets there is only what
the largest buyers of that size buy from us: an achievable level, not a budget, and only where size tells it.

Sources: method F1, P25, P26; Rosset, Perlich et al. 2007 (quantile estimation of wallets); Romano, Patterson and Candes 2019
(conformalised quantile regression).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.findings import NAN
from audit.core.groups import groups
from audit.stats import bootstrap
from audit.steps.wallet.codes import Basis, Provenance

MIDDLE = 0.5
FOLDS = 5


def whole_year(budgets: pd.DataFrame | None, *, until: pd.Timestamp) -> int:
    """The calendar year the chapter is about: the last whole one with budgets, else the last whole one."""
    last = until.year if (until.month, until.day) == (12, 31) else until.year - 1
    given = (
        []
        if budgets is None
        else budgets.loc[budgets["provenance"].isin([Provenance.DECLARED, Provenance.BENCHMARK]), "period"].astype(str).unique()
    )
    years = [int(y) for y in given if y.isdigit() and int(y) <= last]
    return max(years, default=last)


def sales_of(panel: pd.DataFrame, customers: pd.DataFrame | None, year: int) -> pd.Series:
    """Our sales to each group of companies in a calendar year."""
    of = panel[panel["period"].dt.year == year]
    return of.groupby(groups(customers, of["customer_id"]))["revenue"].sum()


def known(budgets: pd.DataFrame | None, customers: pd.DataFrame | None, year: int) -> pd.DataFrame:
    """Budgets by group in a year, of each category the declared one before the benchmark; index group: budget, provenance_class (benchmark
    where any part is)."""
    if budgets is None or not len(
        of := budgets[
            (budgets["period"].astype(str) == str(year)) & budgets["provenance"].isin([Provenance.DECLARED, Provenance.BENCHMARK])
        ]
    ):
        return pd.DataFrame({"budget": pd.Series(dtype=float), "provenance_class": pd.Series(dtype="str")}).rename_axis("group")
    ranked = of.assign(rank=(of["provenance"] != Provenance.DECLARED)).sort_values("rank", kind="stable")
    each = ranked.drop_duplicates(["customer_id", "category"])  # of each category the declared one, else the benchmark
    by = each.groupby(groups(customers, each["customer_id"]).rename("group"))
    found = pd.DataFrame(
        {"budget": by["amount"].sum(), "provenance_class": np.where(by["rank"].any(), Provenance.BENCHMARK, Provenance.DECLARED)}
    )
    return found.rename_axis("group")


def given_share(
    panel: pd.DataFrame, budgets: pd.DataFrame | None, *, customers: pd.DataFrame | None, until: pd.Timestamp
) -> tuple[int, float, float]:
    """Customers whose budgets were given, our share of these, and what goes elsewhere: what the claim would be if all were believed."""
    year = whole_year(budgets, until=until)
    of = known(budgets, customers, year)["budget"]
    sales = sales_of(panel, customers, year).reindex(of.index).fillna(0.0).clip(lower=0)
    whole = np.maximum(of, sales)
    return len(of), float(sales.sum() / whole.sum()) if whole.sum() else NAN, float((whole - sales).sum())


def _features(sales: pd.Series, customers: pd.DataFrame | None, index: pd.Index) -> pd.DataFrame:
    """Logarithms of size and of sales to each group; NaN where there is none."""
    size = pd.Series(NAN, index=index)
    if customers is not None and "size" in customers.columns:
        size = customers.groupby(groups(customers, customers["customer_id"]))["size"].sum(min_count=1).reindex(index)
    sold = sales.reindex(index)
    return pd.DataFrame({"size": np.log(size.where(size > 0)), "sales": np.log(sold.where(sold > 0))}, index=index)


DESIGNS = {Basis.BY_SIZE: ["size"], Basis.BY_SALES: ["sales"], Basis.BY_BOTH: ["size", "sales"]}


def _quantiles(x: np.ndarray, y: np.ndarray, at: np.ndarray, levels: list[float]) -> np.ndarray:
    """Quantile regression of y on x, read at other rows, in order of the levels (rows x levels)."""
    import warnings

    from statsmodels.regression.quantile_regression import QuantReg
    from statsmodels.tools.sm_exceptions import IterationLimitWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IterationLimitWarning)
        found = [
            np.column_stack([np.ones(len(at)), at]) @ QuantReg(y, np.column_stack([np.ones(len(x)), x])).fit(q=q, max_iter=2000).params
            for q in levels
        ]
    return np.sort(np.column_stack(found), axis=1)


def _usual(x: np.ndarray, y: np.ndarray, at: np.ndarray, levels: list[float]) -> np.ndarray:
    """The naive rival: log budget less log sales has the same quantiles for everybody."""
    return at[:, -1:] + np.quantile(y - x[:, -1], levels)[None, :]


def _same(x: np.ndarray, y: np.ndarray, at: np.ndarray, levels: list[float]) -> np.ndarray:
    """What a rule must beat to know anything: the same quantiles for everybody."""
    return np.tile(np.quantile(y, levels), (len(at), 1))


def _models(features: pd.DataFrame) -> dict[str, tuple]:
    """Rules that these customers can feed, by name: their columns, and how quantiles are found."""
    there = [c for c in features.columns if features[c].notna().mean() > 0.5]
    found = {name: (columns, _quantiles) for name, columns in DESIGNS.items() if set(columns) <= set(there)}
    return found | ({Basis.USUAL_SHARE: (["sales"], _usual)} if "sales" in there else {})


def basis(
    panel: pd.DataFrame, budgets: pd.DataFrame | None, *, customers: pd.DataFrame | None, until: pd.Timestamp, rate: float, least: int
) -> pd.DataFrame:
    """How well budgets that nobody gave can be told from those that were given: rules side by side on budgets they had not seen.

    Returns
    -------
    DataFrame with rule, customers, pinball_number (mean loss of the three quantiles, of logarithms; the smaller the better),
    advantage_number (by how much it is smaller than with the same budget for all; low_number, high_number: customers drawn anew),
    held_share (of unseen budgets within the range before it was widened), widened_number (of the logarithm, so that `rate` are held),
    is_used (none where no rule is clearly better than the same budget for all). No rows with fewer than `least` budgets.
    """
    year = whole_year(budgets, until=until)
    told, features = _told(panel, budgets, customers, year)
    rows = []
    levels = [(1 - rate) / 2, MIDDLE, (1 + rate) / 2]
    for name, (columns_of, read) in _models(features.reindex(told.index)).items() if len(told) >= least else ():
        x = features.loc[told.index, columns_of].dropna()
        if len(x) < least:
            continue
        y = np.log(told.loc[x.index].to_numpy())
        unseen, loss = _unseen(x.to_numpy(), y, read, levels)
        score = np.maximum(unseen[:, 0] - y, y - unseen[:, -1])
        over = _advantage(_unseen(x.to_numpy(), y, _same, levels)[1] - loss, rate)
        rows.append((name, len(x), float(loss.mean()), *over, float((score <= 0).mean()), _conformal(score, rate)))
    columns = ["rule", "customers", "pinball_number", "advantage_number", "low_number", "high_number", "held_share", "widened_number"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(is_used=table["rule"] == _best(table)).sort_values(["pinball_number", "rule"], ignore_index=True)


def _best(table: pd.DataFrame) -> str:
    """The rule with the smallest loss of those that know anything; the naive one unless it is at least a twentieth worse; empty where none
    knows."""
    by = table[table["low_number"] > 0].set_index("rule")["pinball_number"]
    if by.empty:
        return ""
    return Basis.USUAL_SHARE if Basis.USUAL_SHARE in by.index and by[Basis.USUAL_SHARE] <= by.min() * 1.05 else str(by.idxmin())


def _advantage(gain: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Mean gain of a rule over another on the same customers, and its ends, customers drawn anew."""
    [drawn] = bootstrap.means(gain)
    return float(gain.mean()), *np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])


def _told(panel, budgets, customers, year) -> tuple[pd.Series, pd.DataFrame]:
    """Budgets given of customers that bought, by group, and features of all groups."""
    sales = sales_of(panel, customers, year)
    of = known(budgets, customers, year)["budget"]
    index = sales.index.union(of.index)
    return of[of > 0], _features(sales, customers, index)


def _unseen(x: np.ndarray, y: np.ndarray, read, levels: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Quantiles of every row, from the other folds; and each row's loss by them (pinball, the mean over the levels)."""
    fold = np.random.default_rng(0).permutation(len(y)) % FOLDS
    found = np.empty((len(y), len(levels)))
    for k in range(FOLDS):
        found[fold == k] = read(x[fold != k], y[fold != k], x[fold == k], levels)
    off = y[:, None] - found
    return found, np.maximum(np.array(levels) * off, (np.array(levels) - 1) * off).mean(axis=1)


def _conformal(score: np.ndarray, rate: float) -> float:
    """By how much ranges must be widened to hold that share of what comes."""
    n = len(score)
    return float(np.quantile(score, min(1.0, np.ceil((n + 1) * rate) / n), method="higher"))


def wallets(
    panel: pd.DataFrame,
    budgets: pd.DataFrame | None,
    *,
    customers: pd.DataFrame | None,
    tried: pd.DataFrame,
    until: pd.Timestamp,
    rate: float,
    least: int,
    declared_error: float,
    benchmark_error: float,
) -> pd.DataFrame:
    """Every group's whole purchase in a calendar year and our share of it, with how it is known (F1, P25, P26).

    A budget below what we sold cannot be right: it is flagged, and our sales stand in as the least it can be.

    Parameters
    ----------
    tried
        from `basis`, with the same tables: the rule in use tells the budgets that nobody gave.
    rate
        share of modelled ranges that shall hold the truth.
    declared_error, benchmark_error
        how far a given budget may be off, as a fraction of it.

    Returns
    -------
    DataFrame with group, revenue (ours), budget, low_budget, high_budget, provenance_class, basis_class (rule of a modelled one),
    wallet_share, low_share, high_share, gap (budget less revenue; its
    ends low_gap, high_gap), is_below_sales; most gap first, unknown last.
    """
    year = whole_year(budgets, until=until)
    sales = sales_of(panel, customers, year)
    told, features = _told(panel, budgets, customers, year)
    table = pd.DataFrame(index=features.index.rename("group"))
    table["revenue"] = sales.reindex(table.index).fillna(0.0).clip(lower=0)  # more returned than bought: nothing bought
    of = known(budgets, customers, year).reindex(table.index)
    table["given"], table["provenance_class"] = of["budget"], of["provenance_class"].fillna(Provenance.UNKNOWN)
    error = np.where(table["provenance_class"] == Provenance.BENCHMARK, benchmark_error, declared_error)
    table["budget"], table["low_budget"], table["high_budget"] = table["given"], table["given"] * (1 - error), table["given"] * (1 + error)
    table["basis_class"] = ""
    if tried["is_used"].any():
        read = _modelled(told, features, tried, rate)
    else:
        read = _achievable(features, least, rate) if tried.empty else _nobody()
    missing = table["provenance_class"].eq(Provenance.UNKNOWN) & read["budget"].reindex(table.index).notna()
    for column in ("budget", "low_budget", "high_budget"):
        table[column] = table[column].where(~missing, read[column].reindex(table.index))
    table["provenance_class"] = table["provenance_class"].where(~missing, Provenance.MODELLED)
    table["basis_class"] = table["basis_class"].where(~missing, read["basis_class"].reindex(table.index))
    table["is_below_sales"] = table["given"].notna() & (table["given"] < table["revenue"])
    for column in ("budget", "low_budget", "high_budget"):
        table[column] = table[column].where(table[column].isna() | (table[column] > table["revenue"]), table["revenue"])
    for name, budget in [("wallet_share", "budget"), ("low_share", "high_budget"), ("high_share", "low_budget")]:
        table[name] = table["revenue"] / table[budget].where(table[budget] > 0)
    for name, budget in [("gap", "budget"), ("low_gap", "low_budget"), ("high_gap", "high_budget")]:
        table[name] = table[budget] - table["revenue"]
    columns = [
        "group", "revenue", "budget", "low_budget", "high_budget", "provenance_class", "basis_class", "wallet_share", "low_share",
        "high_share", "gap", "low_gap", "high_gap", "is_below_sales",
    ]  # fmt: skip
    return table.reset_index().sort_values(["gap", "revenue", "group"], ascending=[False, False, True], ignore_index=True)[columns]


def _modelled(told: pd.Series, features: pd.DataFrame, tried: pd.DataFrame, rate: float) -> pd.DataFrame:
    """Budgets of the groups that the rule in use can be fed with and that are no larger or smaller than the peers it was made of: beyond
    them it would be guessing."""
    used = tried[tried["is_used"]].iloc[0]
    columns, read = _models(features.reindex(told.index))[used["rule"]]
    x, at = features.loc[told.index, columns].dropna(), features[columns].dropna()
    at = at[((at >= x.min()) & (at <= x.max())).all(axis=1)]
    found = read(x.to_numpy(), np.log(told.loc[x.index].to_numpy()), at.to_numpy(), [(1 - rate) / 2, MIDDLE, (1 + rate) / 2])
    wide = float(used["widened_number"])
    low, high = np.minimum(found[:, 0] - wide, found[:, 1]), np.maximum(found[:, 2] + wide, found[:, 1])
    return pd.DataFrame(
        {"budget": np.exp(found[:, 1]), "low_budget": np.exp(low), "high_budget": np.exp(high), "basis_class": used["rule"]}, index=at.index
    )


def _nobody() -> pd.DataFrame:
    """No budget estimated."""
    return pd.DataFrame(
        {c: pd.Series(dtype=float) for c in ("budget", "low_budget", "high_budget")} | {"basis_class": pd.Series(dtype="str")}
    )


def _achievable(features: pd.DataFrame, least: int, rate: float) -> pd.DataFrame:
    """Without budgets: the upper tenth of what customers of that size buy from us, between the upper quarter and the upper twentieth; of
    nobody where size tells sales it had not seen no better than the same level for all."""
    of, levels = features[["size", "sales"]].dropna(), [0.75, 0.9, 0.95]
    if len(of) < least or of["size"].nunique() < 3:
        return _nobody()
    x, y = of[["size"]].to_numpy(), of["sales"].to_numpy()
    _mean, low, _high = _advantage(_unseen(x, y, _same, levels)[1] - _unseen(x, y, _quantiles, levels)[1], rate)
    if not low > 0:
        return _nobody()
    at = features["size"].dropna()
    found = np.exp(_quantiles(x, y, at.to_numpy()[:, None], levels))
    return pd.DataFrame(
        {"budget": found[:, 1], "low_budget": found[:, 0], "high_budget": found[:, 2], "basis_class": Basis.ACHIEVABLE}, index=at.index
    )

"""What does each customer leave, does it hang on the drivers, and does it all add up to the company's result?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from audit.core.findings import NAN
from audit.core.groups import groups
from audit.stats import shares
from audit.stats.dispersion import whale_curve
from audit.steps.profit.codes import Driver, Earning, Line
from audit.steps.profit.cost_drivers import of_year
from audit.steps.profit.cost_pools import alternatives, laid

CHANCE = 0.05  # from which losing again may come by chance


def customer_profits(
    panel: pd.DataFrame,
    table: pd.DataFrame,
    caused: pd.DataFrame,
    *,
    given: pd.DataFrame | None,
    customers: pd.DataFrame | None,
    year: int,
    tax_rate: float,
) -> pd.DataFrame:
    """Net operating profit of each group of companies in a year, most first (G1, G2).

    Unknown is not zero: where no cost pool can be laid on customers, serving them did not cost nothing; all columns from there on are NaN,
    and the margin on goods is all that is known. Tax is the company's rate on each profit, nothing on a loss: no state pays a refund to a
    customer, and what losses take off the company's tax stands in the statement, not here.

    Parameters
    ----------
    table, caused
        from `pools`, `drivers`.
    given
        what was given beyond the product, charged to whom it was given (G2); not part of any pool.
    tax_rate
        NaN where no rate is known: then nothing is said after tax.

    Returns
    -------
    DataFrame with group, revenue, cost_of_goods, margin, cost_to_serve (pools laid on it), acquisition (what it cost to win it, where it
    is new in the year), given, profit (before tax), tax, net_profit, net_rate (over revenue), low_profit and high_profit
    (before tax, each pool laid by the other drivers in turn), loss_class (before the cost of winning it, which is an outlay on years to
    come; a customer that only that turns into a loss has a class of its own, and so has one sold to below cost where that is not shown to be a habit),
    revenue_rank, profit_rank (by margin where profit is unknown).
    """
    bought = of_year(panel, year).reindex(columns=["customer_id", "revenue", "cost"])
    money = bought.groupby(groups(customers, bought["customer_id"]))[["revenue", "cost"]].sum().reindex(caused.index).fillna(0.0)
    found = pd.DataFrame({"revenue": money["revenue"], "cost_of_goods": money["cost"], "margin": money["revenue"] - money["cost"]})
    is_laid = table["unit_cost_number"].notna().any()
    serve = laid(table, caused)
    won = _winning(table)
    found["acquisition"] = serve[won].sum(axis=1) if is_laid else NAN
    found["cost_to_serve"] = serve.drop(columns=won).sum(axis=1) if is_laid else NAN
    extras = _given(given, customers, year).reindex(found.index).fillna(0.0)
    found["given"] = extras if given is not None else NAN
    found["profit"] = found["margin"] - found["cost_to_serve"] - found["acquisition"] - extras
    found["tax"] = found["profit"].clip(lower=0) * tax_rate
    found["net_profit"] = found["profit"] - found["tax"]
    found["net_rate"] = found["net_profit"] / found["revenue"].where(found["revenue"] > 0)
    found["low_profit"], found["high_profit"] = _range(found, table, caused, serve) if is_laid else (NAN, NAN)
    found["loss_class"] = _earning(found)
    if found["profit"].isna().all():
        found["loss_class"] = _named_losers(found, panel, customers, year)
    for column, of in [("revenue", found["revenue"]), ("profit", found["profit"].fillna(found["margin"]))]:
        found[f"{column}_rank"] = of.rank(ascending=False, method="min").astype(int)
    return found.rename_axis("group").reset_index().sort_values(["profit_rank", "group"], ignore_index=True)


def _range(found: pd.DataFrame, table: pd.DataFrame, caused: pd.DataFrame, serve: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Profit before tax at its lowest and highest, each pool laid by the other drivers in turn."""
    others = [laid(table, caused, {pool: driver}).sum(axis=1) for pool, driver in alternatives(table, caused)]
    spread = pd.DataFrame([serve.sum(axis=1), *others])
    left = found["margin"] - found["given"].fillna(0.0)
    return left - spread.max(), left - spread.min()


def _earning(found: pd.DataFrame) -> np.ndarray:
    """Who earns and who loses before the cost of winning it; a margin below nothing loses whatever serving costs."""
    low, high = (found[c] + found["acquisition"] for c in ("low_profit", "high_profit"))
    return np.select(
        [(high < 0) | (found["margin"] < 0), found["profit"].isna(), low < 0, found["profit"] < 0],
        [Earning.LOSES, Earning.UNKNOWN, Earning.DOUBTFUL, Earning.NEW],
        Earning.EARNS,
    )


def again_below_cost(panel: pd.DataFrame, *, customers: pd.DataFrame | None, year: int) -> pd.DataFrame:
    """Whether those who left less than their goods cost a year before did so again more often than others: else losses sit in sales, not in customers.

    Who buys little is below cost by chance in any year; that too would be told as a habit.

    Returns
    -------
    DataFrame of one row: before (groups below cost a year before that bought in `year`), again (of these), others, others_now (of these),
    chance_share (Fisher's exact test, one-sided), is_habit (below CHANCE, or all were below cost in both years); no row where nobody bought in both years.

    Source: method P23 (regression to the mean), P39.
    """
    then, now = _margins(panel, customers, year - 1 if year else 0).align(_margins(panel, customers, year), join="inner")
    was, is_now = then < 0, now < 0
    counts = [[int((is_now & side).sum()), int((~is_now & side).sum())] for side in (was, ~was)]
    chance = float(stats.fisher_exact(counts, alternative="greater").pvalue) if len(now) else NAN
    (again, _), (others_now, _) = counts
    row = (int(was.sum()), again, int((~was).sum()), others_now, chance, chance < CHANCE or again == len(now))
    return pd.DataFrame([row] if len(now) else [], columns=["before", "again", "others", "others_now", "chance_share", "is_habit"])


def _margins(panel: pd.DataFrame, customers: pd.DataFrame | None, year: int) -> pd.Series:
    """What the goods of each group of companies left in a year, where their cost is known."""
    bought = of_year(panel, year).reindex(columns=["customer_id", "revenue", "cost"])
    money = bought.groupby(groups(customers, bought["customer_id"]))[["revenue", "cost"]].sum(min_count=1)
    return (money["revenue"] - money["cost"]).dropna()


def _named_losers(found: pd.DataFrame, panel: pd.DataFrame, customers: pd.DataFrame | None, year: int) -> pd.Series:
    """The classes where serving costs are unknown: of those sold to below cost only who was so a year before too, and only where that is a habit."""
    again = again_below_cost(panel, customers=customers, year=year)
    if again.empty:  # nothing is known of a year before
        return found["loss_class"]
    then = _margins(panel, customers, year - 1).reindex(found.index)
    is_named = bool(again["is_habit"].iloc[0]) & (then < 0)
    return found["loss_class"].where((found["loss_class"] != Earning.LOSES) | is_named, Earning.SINGLE)


def _winning(table: pd.DataFrame) -> list[str]:
    """Pools, laid on customers, of what it costs to win them."""
    return table.loc[table["unit_cost_number"].notna() & (table["driver"] == Driver.WINNING), "pool"].tolist()


def _given(given: pd.DataFrame | None, customers: pd.DataFrame | None, year: int) -> pd.Series:
    if given is None:
        return pd.Series(dtype=float)
    of = given[given["date"].dt.year == year]
    return of.groupby(groups(customers, of["customer_id"]))["cost_to_us"].sum()


def sensitivity(profits: pd.DataFrame, table: pd.DataFrame, caused: pd.DataFrame) -> pd.DataFrame:
    """What another driver would change, pool by pool (P34).

    Returns
    -------
    DataFrame with pool, driver, instead_class (the other driver), amount, moved_money (that other customers would bear), losers (customers
    with a loss then), changed (that lose then and did not, or the other way round).
    """
    now = profits.set_index("group")
    base = laid(table, caused).sum(axis=1)
    of = table.set_index("pool")
    rows = []
    for pool, driver in alternatives(table, caused):
        serve = laid(table, caused, {pool: driver}).sum(axis=1)
        then = now["margin"] - now["given"].fillna(0.0) - serve.reindex(now.index)
        moved = float((serve - base).clip(lower=0).sum())
        rows.append(
            (
                pool,
                of.loc[pool, "driver"],
                driver,
                float(of.loc[pool, "amount"]),
                moved,
                int((then < 0).sum()),
                int(((then < 0) != (now["profit"] < 0)).sum()),
            )
        )
    return pd.DataFrame(rows, columns=["pool", "driver", "instead_class", "amount", "moved_money", "losers", "changed"])


def statement(
    profits: pd.DataFrame,
    table: pd.DataFrame,
    *,
    panel: pd.DataFrame,
    bridge: pd.DataFrame,
    given: pd.DataFrame | None,
    year: int,
    tax_rate: float,
) -> pd.DataFrame:
    """The company's profit and loss of the year: as laid on customers, not laid, and in all, each line summed from its own source.

    Sales of the company are what it booked, less returns whose sale is not in the exports and those of other months' sales (`bridge`).
    Without cost pools it ends with the margin on goods, without a rate before tax: what is not known is not nothing. A company with a loss
    pays no tax; what single customers' losses take off its tax stands under `rest`.

    Returns
    -------
    DataFrame with line_class, customers (sum over customers), rest (not laid on them), company (from sales, costs and dossier themselves),
    difference (company less both; nothing is lost where it is 0).
    """
    booked = bridge[bridge["period"].dt.year == year]
    sales = float((booked["booked"] - booked["untraced"] - booked["moved"]).sum())
    bought = of_year(panel, year).reindex(columns=["cost"])
    is_laid = table["unit_cost_number"].notna()
    gave = float(given.loc[given["date"].dt.year == year, "cost_to_us"].sum()) if given is not None else 0.0
    whole = {"revenue": sales, "cost": -float(bought["cost"].sum()), "pools": -float(table["amount"].sum()), "given": -gave}
    rest = {"pools": -float(table.loc[~is_laid, "amount"].sum()), "given": float(profits["given"].sum()) - gave}
    of = {
        "revenue": profits["revenue"].sum(),
        "cost": -profits["cost_of_goods"].sum(),
        "pools": -profits["cost_to_serve"].sum() - profits["acquisition"].sum(),
        "given": -profits["given"].sum(),
    }
    names = {"revenue": Line.SALES, "cost": Line.GOODS, "pools": Line.POOLS, "given": Line.GIVEN}
    rows = [(names[k], float(of[k]), float(rest.get(k, 0.0)), whole[k]) for k in names]
    if len(table):
        customers, rest_of, company = (sum(row[i] for row in rows) for i in (1, 2, 3))
        rows.append((Line.BEFORE_TAX, customers, rest_of, company))
        if tax_rate == tax_rate:
            of_customers, of_company = -float(profits["tax"].sum()), -tax_rate * max(company, 0.0)
            rows.append((Line.TAX, of_customers, of_company - of_customers, of_company))
            rows.append((Line.NET, *(sum(row[i] for row in rows[-2:]) for i in (1, 2, 3))))
    else:
        rows = [*rows[:2], (Line.MARGIN, *(sum(row[i] for row in rows[:2]) for i in (1, 2, 3)))]
    found = pd.DataFrame(rows, columns=["line_class", "customers", "rest", "company"])
    found = found if year else found.iloc[:0]
    return found.assign(difference=(found["company"] - found["customers"] - found["rest"]).round(2) + 0.0)


def of_keys(profits: pd.DataFrame, keys: pd.DataFrame | None) -> pd.DataFrame:
    """The rows of the key accounts, those that lose most first (E39); none without such a list."""
    of = profits[profits["group"].isin(keys["group"])] if keys is not None else profits.iloc[:0]
    return of.sort_values(["profit", "group"], ignore_index=True)


def told(profits: pd.DataFrame) -> pd.DataFrame:
    """The table as it is read: without the ends of the range, and without columns that hold no figure, since nothing is known of them."""
    table = profits.drop(columns=["low_profit", "high_profit"])
    return table.drop(columns=[c for c in table.columns if len(table) and table[c].isna().all()])


def losers(profits: pd.DataFrame) -> pd.DataFrame:
    """The rows of those with a loss, most first: in profit, or in margin where profit is not known."""
    leaves = profits["profit"].fillna(profits["margin"])
    return profits[leaves < 0].assign(_l=leaves).sort_values(["_l", "group"], ignore_index=True).drop(columns="_l")


def whale(profits: pd.DataFrame) -> pd.DataFrame:
    """The whale curve: running share of all customers' profit before tax (of margin, where profit is unknown), the best first (P19).

    Returns
    -------
    DataFrame with customers_share, cumulative_ratio, profit.
    """
    ordered = profits["profit"].fillna(profits["margin"]).sort_values(ascending=False, ignore_index=True)
    n = len(ordered)
    share = whale_curve(ordered) if shares.is_whole(ordered) else pd.Series(NAN, index=ordered.index)
    return pd.DataFrame({"customers_share": np.arange(1, n + 1) / n if n else [], "cumulative_ratio": share, "profit": ordered})

"""What does each customer leave us after all it costs? From sales to net operating profit after tax, by cost pools and what drives them.

A pool is laid on customers by its driver: orders, lines, deliveries, returns, contacts, days of credit. Never by revenue, which would make all customers equally
profitable (P34). What has no driver stays a cost of the company. So the customers' profits and what was not laid on them add up to the company's own
result, to the kopeck. Which driver is right is a judgement: each pool is also laid by the others, and who loses money by every one of them is told from who loses by some.
Companies under common control are one customer (P19).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from audit.findings import NAN, Finding
from audit.groups import groups
from audit.language import mark as N_
from audit.segments import last_year, whale_curve

NONE = "none"
GIVEN = N_("given beyond the product")
EARNS, DOUBTFUL, LOSES = N_("earns by every driver"), N_("by some drivers a loss"), N_("loses by every driver")
RIVALS = ("orders", "lines", "purchases", "contacts")  # drivers that another could stand for
TOP = 0.2


def cost_year(costs: pd.DataFrame | None, panel: pd.DataFrame, *, until: pd.Timestamp) -> int:
    """The last whole calendar year for which cost pools are known, or the last whole one without any; 0 where the cost of goods is unknown: then all tables of this chapter are empty."""
    if "cost" not in panel.columns or panel["cost"].isna().all():
        return 0
    last = until.year if until.month == 12 else until.year - 1
    known = sorted({int(y) for y in costs["period"].astype(str) if y.isdigit()} if costs is not None else {last})
    return max((y for y in known if y <= last and len(of_year(panel, y))), default=0)


def of_year(panel: pd.DataFrame, year: int) -> pd.DataFrame:
    """The panel of a calendar year; no rows for year 0."""
    return last_year(panel, until=pd.Timestamp(year, 12, 31)) if year else panel.iloc[:0]


def drivers(
    panel: pd.DataFrame, *, year: int, customers: pd.DataFrame | None, history: pd.DataFrame, behaviour: pd.DataFrame | None,
    activities: pd.DataFrame | None, credit: pd.DataFrame | None,
) -> pd.DataFrame:  # fmt: skip
    """How much of each driver every group of companies caused in a year.

    Lines are orders of the year times the customer's own lines per order; returns are money taken back; credit is money times days. A driver whose table is missing has no column.

    Returns
    -------
    DataFrame, index group: orders, purchases (days with a delivery), returns, customers (1 for each that bought), new customers, and where known lines, contacts, credit.
    """
    bought = of_year(panel, year)
    group = groups(customers, bought["customer_id"])
    by = bought.groupby(group)
    table = pd.DataFrame({"orders": by["orders"].sum(), "purchases": by["purchases"].sum()})
    if "returned" in bought.columns:
        table["returns"] = -by["returned"].sum()
    table["customers"] = 1.0
    there = table.index
    new = history[history["is_first_known"] & (history["first_on"].dt.year == year)]
    table["new customers"] = new.groupby(groups(customers, new["customer_id"])).size()
    if behaviour is not None:
        whole = panel.groupby("customer_id")["orders"].sum()
        per_order = behaviour.set_index("customer_id")["lines"] / whole
        lines = bought["orders"] * bought["customer_id"].map(per_order).astype(float)
        table["lines"] = lines.groupby(group).sum()
    if activities is not None:
        had = activities[activities["date"].dt.year == year]
        table["contacts"] = had.groupby(groups(customers, had["customer_id"])).size()
    if credit is not None and len(credit):
        table["credit"] = (
            credit.set_index("customer_id")["money_days"]
            .groupby(lambda c: c)
            .sum()
            .pipe(lambda s: s.groupby(groups(customers, pd.Series(s.index, index=s.index))).sum())
        )
    return table.reindex(there).fillna(0.0).rename_axis("group").sort_index()


def pools(costs: pd.DataFrame | None, caused: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """The year's cost pools, what drives each, and whether it can be laid on customers.

    Returns
    -------
    DataFrame with pool, driver, amount, unit_cost (of one unit of the driver; NaN where not laid), laid_class (laid on customers, a cost of the company, or why not).
    """
    costs = pd.DataFrame({"period": [], "pool": [], "amount": []}).astype({"amount": float}) if costs is None else costs
    table = costs[costs["period"].astype(str) == str(year)].copy()
    table["driver"] = table["driver"].fillna(NONE).replace("", NONE) if "driver" in table.columns else NONE
    total = table["driver"].map(caused.sum()).astype(float)
    table["unit_cost"] = table["amount"] / total.where(total > 0)
    said = np.select(
        [table["driver"] == NONE, table["driver"] == "revenue", total > 0],
        [N_("a cost of the company"), N_("not laid: by revenue all customers would be equally profitable"), N_("laid on customers")],
        N_("not laid: the driver is not in these data"),
    )
    return table.assign(laid_class=said)[["pool", "driver", "amount", "unit_cost", "laid_class"]].sort_values(
        ["amount", "pool"], ascending=[False, True], ignore_index=True
    )


def _laid(table: pd.DataFrame, caused: pd.DataFrame, instead: dict[str, str] | None = None) -> pd.DataFrame:
    """Cost of each pool that is laid, by group; `instead`: another driver for a pool."""
    found = {}
    for row in table[table["unit_cost"].notna()].itertuples():
        use = caused[(instead or {}).get(row.pool, row.driver)]
        found[row.pool] = row.amount * use / use.sum()
    return pd.DataFrame(found, index=caused.index)


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

    Tax is the company's rate on each customer's profit, below nothing for a loss, so that the parts add up to the company's tax.

    Parameters
    ----------
    table, caused
        from `pools`, `drivers`.
    given
        what was given beyond the product, charged to whom it was given (G2); not part of any pool.

    Returns
    -------
    DataFrame with group, revenue, cost_of_goods, margin, cost_to_serve (all pools laid on it), given, profit (before tax), tax, net_profit, net_rate (over revenue), low_profit and high_profit
    (before tax, each pool laid by the other drivers in turn), loss_class, revenue_rank, profit_rank.
    """
    bought = of_year(panel, year).reindex(columns=["customer_id", "revenue", "cost"])
    money = bought.groupby(groups(customers, bought["customer_id"]))[["revenue", "cost"]].sum().reindex(caused.index).fillna(0.0)
    found = pd.DataFrame({"revenue": money["revenue"], "cost_of_goods": money["cost"], "margin": money["revenue"] - money["cost"]})
    serve = _laid(table, caused)
    found["cost_to_serve"] = serve.sum(axis=1)
    found["given"] = _given(given, customers, year).reindex(found.index).fillna(0.0)
    found["profit"] = found["margin"] - found["cost_to_serve"] - found["given"]
    found["tax"] = found["profit"] * tax_rate
    found["net_profit"] = found["profit"] - found["tax"]
    found["net_rate"] = found["net_profit"] / found["revenue"].where(found["revenue"] > 0)
    others = [_laid(table, caused, {pool: driver}).sum(axis=1) for pool, driver in alternatives(table, caused)]
    spread = pd.DataFrame([found["cost_to_serve"], *others])
    found["low_profit"] = found["margin"] - found["given"] - spread.max()
    found["high_profit"] = found["margin"] - found["given"] - spread.min()
    found["loss_class"] = np.select([found["high_profit"] < 0, found["low_profit"] < 0], [LOSES, DOUBTFUL], EARNS)
    for column in ("revenue", "profit"):
        found[f"{column}_rank"] = found[column].rank(ascending=False, method="min").astype(int)
    return found.rename_axis("group").reset_index().sort_values(["net_profit", "group"], ascending=[False, True], ignore_index=True)


def _given(given: pd.DataFrame | None, customers: pd.DataFrame | None, year: int) -> pd.Series:
    if given is None:
        return pd.Series(dtype=float)
    of = given[given["date"].dt.year == year]
    return of.groupby(groups(customers, of["customer_id"]))["cost_to_us"].sum()


def alternatives(table: pd.DataFrame, caused: pd.DataFrame) -> list[tuple[str, str]]:
    """Pool and another driver that could stand for its own: pools driven by one of RIVALS, laid by each other of them."""
    there = [d for d in RIVALS if d in caused.columns and caused[d].sum() > 0]
    of = table[table["unit_cost"].notna() & table["driver"].isin(RIVALS)]
    return [(row.pool, driver) for row in of.itertuples() for driver in there if driver != row.driver]


def sensitivity(profits: pd.DataFrame, table: pd.DataFrame, caused: pd.DataFrame) -> pd.DataFrame:
    """What another driver would change, pool by pool (P34).

    Returns
    -------
    DataFrame with pool, driver, instead_class (the other driver), amount, moved (money that other customers would bear), losers (customers with a loss then), changed (that lose then and did not, or the other way round).
    """
    now = profits.set_index("group")
    base = _laid(table, caused).sum(axis=1)
    of = table.set_index("pool")
    rows = []
    for pool, driver in alternatives(table, caused):
        serve = _laid(table, caused, {pool: driver}).sum(axis=1)
        then = now["margin"] - now["given"] - serve.reindex(now.index)
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
    return pd.DataFrame(rows, columns=["pool", "driver", "instead_class", "amount", "moved", "losers", "changed"])


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

    Returns
    -------
    DataFrame with line_class, customers (sum over customers), rest (not laid on them), company (from sales, costs and dossier themselves), difference (company less both; nothing is lost where it is 0).
    """
    booked = bridge[bridge["period"].dt.year == year]
    sales = float((booked["booked"] - booked["untraced"] - booked["moved"]).sum())
    bought = of_year(panel, year).reindex(columns=["cost"])
    laid = table["unit_cost"].notna()
    gave = float(given.loc[given["date"].dt.year == year, "cost_to_us"].sum()) if given is not None else 0.0
    whole = {"revenue": sales, "cost": -float(bought["cost"].sum()), "pools": -float(table["amount"].sum()), "given": -gave}
    rest = {"pools": -float(table.loc[~laid, "amount"].sum()), "given": float(profits["given"].sum()) - gave}
    of = {
        "revenue": profits["revenue"].sum(),
        "cost": -profits["cost_of_goods"].sum(),
        "pools": -profits["cost_to_serve"].sum(),
        "given": -profits["given"].sum(),
    }
    names = {"revenue": N_("sales"), "cost": N_("cost of goods"), "pools": N_("cost pools"), "given": GIVEN}
    rows = [(names[k], float(of[k]), float(rest.get(k, 0.0)), whole[k]) for k in names]
    before = [sum(row[i] for row in rows) for i in (1, 2, 3)]
    rows += [
        (N_("profit before tax"), *before),
        (N_("tax"), *(-tax_rate * b for b in before)),
        (N_("net operating profit"), *((1 - tax_rate) * b for b in before)),
    ]
    found = pd.DataFrame(rows, columns=["line_class", "customers", "rest", "company"])
    found = found if year else found.iloc[:0]
    return found.assign(difference=(found["company"] - found["customers"] - found["rest"]).round(2) + 0.0)


def of_keys(profits: pd.DataFrame, keys: pd.DataFrame | None) -> pd.DataFrame:
    """The rows of the key accounts, those that lose most first (E39); none without such a list."""
    of = profits[profits["group"].isin(keys["group"])] if keys is not None else profits.iloc[:0]
    return of.sort_values(["profit", "group"], ignore_index=True)


def whale(profits: pd.DataFrame) -> pd.DataFrame:
    """The whale curve: running share of all customers' profit before tax, the most profitable first (P19).

    Returns
    -------
    DataFrame with customers_share, cumulative_share, profit.
    """
    ordered = profits["profit"].sort_values(ascending=False, ignore_index=True)
    n = len(ordered)
    share = whale_curve(ordered) if ordered.sum() > 0 else pd.Series(NAN, index=ordered.index)
    return pd.DataFrame({"customers_share": np.arange(1, n + 1) / n if n else [], "cumulative_share": share, "profit": ordered})


def selling_cost(costs: pd.DataFrame | None, panel: pd.DataFrame, *, until: pd.Timestamp) -> pd.DataFrame:
    """What serving a customer costs, and how large an order is, year by year (C9); of pools with a driver. No rows without costs.

    Returns
    -------
    DataFrame with period, customers (that bought), serving_cost, cost_per_customer, order_value, cost_to_sales_rate.
    """
    rows = []
    for year in (
        []
        if costs is None
        else sorted({int(y) for y in costs["period"].astype(str) if y.isdigit() and pd.Timestamp(int(y), 12, 31) <= until})
    ):
        of = costs[
            (costs["period"].astype(str) == str(year)) & costs.get("driver", pd.Series(NONE, index=costs.index)).fillna(NONE).ne(NONE)
        ]
        bought = of_year(panel, year)
        n, sales, spent = bought["customer_id"].nunique(), float(bought["revenue"].sum()), float(of["amount"].sum())
        if n:
            rows.append((str(year), n, spent, spent / n, sales / float(bought["orders"].sum()), spent / sales if sales else NAN))
    return pd.DataFrame(rows, columns=["period", "customers", "serving_cost", "cost_per_customer", "order_value", "cost_to_sales_rate"])


def findings(
    profits: pd.DataFrame, table: pd.DataFrame, ties: pd.DataFrame, yearly: pd.DataFrame, keys: pd.DataFrame | None, *, year: int
) -> list[Finding]:
    """Profit and who loses money, the key accounts among them, ranks by sales and by profit, the tie to the books, serving cost over the years."""
    if profits.empty:
        why = N_("it needs a whole calendar year, and the cost of the goods sold in it")
        return [Finding("customer_profit", "profit", "fact", N_("The profit of each customer cannot be said."), why=why)]
    return [
        _profit(profits, year) if len(table) else _margin(profits, year),
        _whale(profits),
        *_keys(profits, keys),
        _ranks(profits),
        *_ties(ties, table),
        *_serving(yearly),
    ]


def _profit(profits: pd.DataFrame, year: int) -> Finding:
    lose = profits[profits["loss_class"] == LOSES].sort_values(["profit", "group"])
    doubt = profits[profits["loss_class"] == DOUBTFUL]
    lost = -float(lose["profit"].sum())
    return Finding(
        "customer_profit", "profit", "estimate", N_("In {year} the {n} customers left {profit} before tax and the company’s own costs; {value} of them lost money by every driver tried, together {lost}; {doubtful} more by some."),
        value=float(len(lose)), unit="count", n=len(profits), low=float(len(lose)), high=float(len(lose) + len(doubt)), money=lost, money_low=-float(lose["high_profit"].sum()), money_high=-float(lose["low_profit"].sum()),
        who=", ".join(lose["group"].head(10)), params={"year": str(year), "profit": float(profits["profit"].sum()), "lost": lost, "doubtful": len(doubt)},
    )  # fmt: skip


def _margin(profits: pd.DataFrame, year: int) -> Finding:
    """Without cost pools: margin is not profit (P6), but who loses money on goods alone loses money."""
    lose = profits[profits["profit"] < 0].sort_values(["profit", "group"])
    lost = -float(lose["profit"].sum())
    return Finding(
        "customer_profit", "profit", "fact", N_("In {year} the {n} customers left {profit} of margin on goods; {value} of them lost money on goods alone, together {lost}. What serving them costs is not known: table costs would say."),
        value=float(len(lose)), unit="count", n=len(profits), money=lost, money_low=lost, money_high=lost, who=", ".join(lose["group"].head(10)), params={"year": str(year), "profit": float(profits["profit"].sum()), "lost": lost},
    )  # fmt: skip


def _whale(profits: pd.DataFrame) -> Finding:
    curve = whale(profits)
    if curve.empty or curve["cumulative_share"].isna().all():
        return Finding("whale", "profit", "fact", N_("The whale curve cannot be drawn."), why=N_("all customers together bring no profit"))
    at = int(curve["cumulative_share"].idxmax())
    top = float(curve["cumulative_share"].iloc[max(0, round(TOP * len(curve)) - 1)])
    return Finding(
        "whale", "profit", "estimate", N_("The best fifth of the customers bring {value} of all customers’ profit (the literature: about 80 %); at its height the curve reaches {peak_share}, and the last {count} customers take the rest away again."),
        value=top, n=len(curve), params={"peak_share": float(curve["cumulative_share"].iloc[at]), "count": len(curve) - at - 1},
    )  # fmt: skip


def _keys(profits: pd.DataFrame, keys: pd.DataFrame | None) -> list[Finding]:
    if keys is None or keys.empty:
        return []
    of = profits[profits["group"].isin(keys["group"])]
    lose = of[of["loss_class"] == LOSES].sort_values(["profit", "group"])
    return [
        Finding(
            "key_losers", "profit", "estimate", N_("Of {n} key accounts {value} lose money by every driver tried, together {lost}; {doubtful} more by some."), value=float(len(lose)), unit="count", n=len(of),
            low=float(len(lose)), high=float(len(lose) + (of["loss_class"] == DOUBTFUL).sum()), money=-float(lose["profit"].sum()), money_low=-float(lose["high_profit"].sum()), money_high=-float(lose["low_profit"].sum()),
            who=", ".join(lose["group"]), params={"lost": -float(lose["profit"].sum()), "doubtful": int((of["loss_class"] == DOUBTFUL).sum())},
        )
    ]  # fmt: skip


def _ranks(profits: pd.DataFrame) -> Finding:
    both = profits[profits["revenue_rank"] <= 10]
    among = int((both["profit_rank"] <= 10).sum())
    rho = float(stats.spearmanr(profits["revenue"], profits["profit"]).statistic) if len(profits) > 4 else NAN
    return Finding(
        "profit_ranks", "profit", "fact", N_("Of the ten largest customers {value} are among the ten most profitable (rank correlation of sales and profit {rho_number}, n = {n})."),
        value=float(among), unit="count", n=len(profits), params={"rho_number": rho},
    )  # fmt: skip


def _ties(ties: pd.DataFrame, table: pd.DataFrame) -> list[Finding]:
    if table.empty:
        return []
    last = ties.iloc[-1]
    unlaid = table[table["unit_cost"].isna()]
    return [Finding(
        "profit_ties", "profit", "fact", N_("Customers’ profits and what was not laid on them add up to the company’s net operating profit of {company}, with a difference of {difference}; {value} of the cost pools are costs of the company."),
        value=float(unlaid["amount"].sum() / table["amount"].sum()) if table["amount"].sum() else NAN, n=len(table), params={"company": float(last["company"]), "difference": float(ties["difference"].abs().max())},
    )]  # fmt: skip


def _serving(yearly: pd.DataFrame) -> list[Finding]:
    if len(yearly) < 2:
        return []
    then, now = yearly.iloc[-2], yearly.iloc[-1]
    message = N_(
        "Serving a customer cost {value} in {period} ({previous} in {before}), at an order value of {order_value} ({order_before})."
    )
    why = "" if len(yearly) > 2 else N_("two years are no trend: whether the cost of serving falls for good is not decidable")
    params = {
        "period": now["period"],
        "before": then["period"],
        "order_value": float(now["order_value"]),
        "order_before": float(then["order_value"]),
    }
    return [
        Finding(
            "serving_cost",
            "profit",
            "fact",
            message,
            value=float(now["cost_per_customer"]),
            unit="money",
            n=int(now["customers"]),
            previous=float(then["cost_per_customer"]),
            why=why,
            params=params,
        )
    ]

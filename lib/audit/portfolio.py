"""Which customers to grow, which to keep, which to serve at low cost, and which only where it pays?

Two axes: how attractive a customer is, and how strong our position with it. Each is a weighted mean of criteria, every criterion the customer's rank among all (0 to 1), so that
no unit decides; the weights are printed, drawn anew, and a class that does not survive that is said to stand on a border (D8, D11). What is unknown of a customer is
left out of its mean, and how much of the weight was known is printed. Companies under common control are one customer.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from audit.findings import NAN, Finding
from audit.groups import groups, leads
from audit.language import mark as N_
from audit.segments import last_year
from audit.wallet import ACHIEVABLE

KEY, DEVELOPMENT, MAINTENANCE, OPPORTUNISTIC = N_("key"), N_("development"), N_("maintenance"), N_("opportunistic")
CLASSES = (KEY, DEVELOPMENT, MAINTENANCE, OPPORTUNISTIC)
ATTRACTIVE = {
    "budget": N_("size of the budget"),
    "growth": N_("growth of our sales"),
    "margin": N_("margin rate"),
    "discipline": N_("payment in time"),
}
POSITION = {"wallet": N_("share of wallet"), "tenure": N_("length of the relationship"), "steadiness": N_("months with a purchase")}
PACKAGES = {  # D12, G3: what each class gets, and what it does not
    KEY: (N_("a personal manager and a deputy, a written plan, visits of the head, first to hear of new products"), N_("no shared manager, no answer later than the same day")),
    DEVELOPMENT: (N_("few at a time, each with a goal, a budget of hours and an end date; trials, technical help, meetings at several levels"), N_("no discount without a share in return")),
    MAINTENANCE: (N_("steady supply, ordering by themselves, one contact for questions, prices and terms reviewed once a year"), N_("no special service that nobody pays for")),
    OPPORTUNISTIC: (N_("list prices, payment in advance, orders by shop or telephone"), N_("no visits, no credit, no reserve stock")),
}  # fmt: skip
LARGEST = 300  # customers among whom rivals are looked for
ENOUGH_BUDGETS = 0.5  # share of the customers with a known or estimated budget from which classes are claimed
ENOUGH = 0.8  # share of draws in which a class must hold to be clear


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
    DataFrame, index group: budget, growth (of our sales, last twelve months over those before, less 1, within -1 to 3), margin (rate), discipline (share of the money due that came in time), wallet (our share), tenure (months since
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
        wallets[wallets["basis_class"] != ACHIEVABLE].set_index("group")
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
    rows = [(N_("attractiveness"), ATTRACTIVE[c], w, c) for c, w in of_attractive.items()] + [
        (N_("position"), POSITION[c], w, c) for c, w in of_position.items()
    ]
    table = pd.DataFrame(rows, columns=["axis_class", "criterion_class", "weight_share", "of"])
    table["weight_share"] = table["weight_share"] / table.groupby("axis_class")["weight_share"].transform("sum")
    table["known"] = [int(_known(made)[c].sum()) for c in table["of"]]
    return table.assign(known_share=table["known"] / len(made) if len(made) else NAN).drop(columns="of")


def _known(made: pd.DataFrame) -> pd.DataFrame:
    """Which criteria are known of whom: sales that stand in for a budget are none."""
    there = made.notna()
    return there.assign(budget=there["budget"] & (made["is_budget_known"] > 0))


def _ranks(made: pd.DataFrame) -> pd.DataFrame:
    """Rank of each customer by each criterion, from 0 to 1, ties in the middle; 0.5 where only one is known."""
    told = made.notna().sum()
    ranks = made.rank().sub(1).div((told - 1).clip(lower=1))
    ranks.loc[:, told < 2] = 0.5
    return ranks.where(made.notna())


def _axis(ranks: pd.DataFrame, weight: dict[str, float]) -> pd.Series:
    """Weighted mean of what is known of each customer."""
    of, w = ranks[list(weight)], pd.Series(weight, dtype=float)
    known = of.notna().mul(w).sum(axis=1)
    return of.mul(w).sum(axis=1) / known.where(known > 0)


def _classes(attractive: np.ndarray, position: np.ndarray, border: float) -> np.ndarray:
    return np.select(
        [(attractive >= border) & (position >= border), attractive >= border, position >= border],
        [KEY, DEVELOPMENT, MAINTENANCE],
        OPPORTUNISTIC,
    )


def portfolio(
    made: pd.DataFrame,
    debtors: pd.DataFrame | None = None,
    *,
    of_attractive: dict[str, float],
    of_position: dict[str, float],
    border: float,
    draws: int,
) -> pd.DataFrame:
    """Every customer's place and class, and how often it keeps the class when the weights are drawn anew (D8, D11).

    Weights are drawn evenly between half and one and a half times their value.

    Returns
    -------
    DataFrame with group, revenue, attractiveness_index, position_index (0 to 1), portfolio_class, kept_share (of the draws), is_clear (at least 0.8 of them), known_share (of the weights of both axes), is_stopped (it has stopped paying: no class speaks for serving it on credit); by class, then most revenue first.
    """
    ranks = _ranks(made.drop(columns=["revenue", "is_budget_known"]))
    attractive, position = (_axis(ranks, weight) for weight in (of_attractive, of_position))
    known_a, known_p = (_known(made)[list(w)].mul(pd.Series(w)).sum(axis=1) / sum(w.values()) for w in (of_attractive, of_position))
    found = _classes(attractive.to_numpy(), position.to_numpy(), border)
    generator, kept = np.random.default_rng(0), np.zeros(len(made))
    for _ in range(draws):
        moved = [{c: w * generator.uniform(0.5, 1.5) for c, w in weight.items()} for weight in (of_attractive, of_position)]
        kept += _classes(*(_axis(ranks, weight).to_numpy() for weight in moved), border) == found
    table = pd.DataFrame(
        {
            "group": made.index, "revenue": made["revenue"].to_numpy(), "attractiveness_index": attractive.to_numpy(), "position_index": position.to_numpy(), "portfolio_class": found,
            "kept_share": kept / max(draws, 1), "known_share": ((known_a + known_p) / 2).to_numpy(),
        }
    )  # fmt: skip
    table["is_clear"] = table["kept_share"] >= ENOUGH
    owing = debtors.set_index("group") if debtors is not None else pd.DataFrame(columns=["is_stopped", "overdue"])
    table["is_stopped"] = table["group"].isin(owing.index[owing["is_stopped"].astype(bool)])
    order = table["portfolio_class"].map({name: i for i, name in enumerate(CLASSES)})
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
            "known_share",
            "is_stopped",
        ]
    ]


def sensitivity(made: pd.DataFrame, *, of_attractive: dict[str, float], of_position: dict[str, float], border: float) -> pd.DataFrame:
    """What leaving out each criterion would change: the ranking on its axis, and the classes (D11).

    Returns
    -------
    DataFrame with criterion_class (left out), rank_index (Spearman's correlation of the axis with and without it), changed (customers of another class), changed_share.
    """
    ranks = _ranks(made.drop(columns=["revenue", "is_budget_known"]))
    whole = {"a": _axis(ranks, of_attractive), "p": _axis(ranks, of_position)}
    now = _classes(whole["a"].to_numpy(), whole["p"].to_numpy(), border)
    rows = []
    for axis, weight, names in [("a", of_attractive, ATTRACTIVE), ("p", of_position, POSITION)]:
        for criterion in weight:
            if made[criterion].isna().all():
                continue
            without = _axis(ranks, {c: w for c, w in weight.items() if c != criterion})
            both = whole[axis].notna() & without.notna()
            told = both.sum() > 4 and whole[axis][both].nunique() > 1 and without[both].nunique() > 1
            rho = float(stats.spearmanr(whole[axis][both], without[both]).statistic) if told else NAN
            moved = whole | {axis: without}
            changed = int((_classes(moved["a"].to_numpy(), moved["p"].to_numpy(), border) != now).sum())
            rows.append((names[criterion], rho, changed, changed / len(made) if len(made) else NAN))
    return pd.DataFrame(rows, columns=["criterion_class", "rank_index", "changed", "changed_share"])


def balance(
    table: pd.DataFrame,
    profits: pd.DataFrame | None,
    *,
    activities: pd.DataFrame | None,
    customers: pd.DataFrame | None,
    until: pd.Timestamp,
) -> pd.DataFrame:
    """What each class takes of our effort and gives of the profit (D10, M14).

    Returns
    -------
    DataFrame with portfolio_class, customers, revenue, revenue_share, profit, profit_share, cost_to_serve, effort_share, contacts, contacts_share; NaN where profits or contacts are unknown.
    """
    of = table[["group", "portfolio_class", "revenue"]].copy()
    for column in ("profit", "cost_to_serve"):
        of[column] = of["group"].map(profits.set_index("group")[column]).astype(float) if profits is not None and len(profits) else NAN
    of["contacts"] = NAN
    if activities is not None:
        had = activities[(activities["date"] <= until) & (activities["date"] > until - pd.DateOffset(years=1))]
        of["contacts"] = of["group"].map(groups(customers, had["customer_id"]).value_counts()).fillna(0.0).astype(float)
    sums = of.groupby("portfolio_class")[["revenue", "profit", "cost_to_serve", "contacts"]].sum(min_count=1).reindex(list(CLASSES))
    sums["customers"] = of["portfolio_class"].value_counts()
    sums = sums.fillna({"customers": 0, "revenue": 0.0})
    for column, share in [
        ("revenue", "revenue_share"),
        ("profit", "profit_share"),
        ("cost_to_serve", "effort_share"),
        ("contacts", "contacts_share"),
    ]:
        total = sums[column].sum(min_count=1)
        sums[share] = sums[column] / total if total and total == total else NAN
    columns = [
        "customers",
        "revenue",
        "revenue_share",
        "profit",
        "profit_share",
        "cost_to_serve",
        "effort_share",
        "contacts",
        "contacts_share",
    ]
    return sums.astype({"customers": int}).rename_axis("portfolio_class").reset_index()[["portfolio_class", *columns]]


def capacity(table: pd.DataFrame, *, customers: pd.DataFrame | None) -> pd.DataFrame:
    """How many customers of each class a manager looks after: developing takes time, and there is only so much (D9).

    Returns
    -------
    DataFrame with manager_id, customers, development, key, maintenance, opportunistic (counts); most to develop first. No rows where nobody says who looks after whom.
    """
    columns = ["manager_id", "customers", DEVELOPMENT, KEY, MAINTENANCE, OPPORTUNISTIC]
    if customers is None or "manager_id" not in customers.columns:
        return pd.DataFrame({c: pd.Series(dtype="str" if c == "manager_id" else int) for c in columns})
    of = table.assign(manager_id=table["group"].map(leads(customers)["manager_id"]).fillna(""))
    of = of[of["manager_id"] != ""]
    counts = of.groupby(["manager_id", "portfolio_class"]).size().unstack(fill_value=0).reindex(columns=list(CLASSES), fill_value=0)
    counts["customers"] = counts.sum(axis=1)
    return (
        counts.reset_index()
        .sort_values([DEVELOPMENT, "manager_id"], ascending=[False, True], ignore_index=True)
        .rename_axis(columns=None)[columns]
    )


def conflicts(table: pd.DataFrame, *, customers: pd.DataFrame | None) -> pd.DataFrame:
    """Customers to grow that may compete with each other: of one industry in one region (D12). A question to the sales team, not a fact.

    Returns
    -------
    DataFrame with group, rival, industry, region, revenue (of both): pairs of key and development customers whose class is clear; most money first.
    """
    columns = ["group", "rival", "industry", "region", "revenue"]
    if customers is None or not {"industry", "region"} <= set(customers.columns):
        return pd.DataFrame({c: pd.Series(dtype=float if c == "revenue" else "str") for c in columns})
    first = leads(customers)
    of = table[table["portfolio_class"].isin([KEY, DEVELOPMENT]) & table["is_clear"]].copy()
    for column in ("industry", "region"):
        of[column] = of["group"].map(first[column]).fillna("")
    of = of[(of["industry"] != "") & (of["region"] != "")][["group", "industry", "region", "revenue"]].nlargest(LARGEST, "revenue")
    pairs = of.merge(of.rename(columns={"group": "rival", "revenue": "other"}), on=["industry", "region"])
    pairs = pairs[pairs["group"] < pairs["rival"]]
    pairs["revenue"] = pairs["revenue"] + pairs["other"]
    return pairs.sort_values(["revenue", "group", "rival"], ascending=[False, True, True], ignore_index=True)[columns]


def named_rivals(pairs: pd.DataFrame, customers: pd.DataFrame | None) -> pd.DataFrame:
    """The pairs with the rival's name in place of its id, where the base has it."""
    from audit.show import group_names

    return pairs.assign(rival=pairs["rival"].map(group_names(pairs["rival"], customers)).astype("str"))


def packages() -> pd.DataFrame:
    """What each class gets, and what it does not (D12, G3): portfolio_class, package_class, withheld_class."""
    return pd.DataFrame([(name, *PACKAGES[name]) for name in CLASSES], columns=["portfolio_class", "package_class", "withheld_class"])


def findings(
    table: pd.DataFrame, made: pd.DataFrame, parts: pd.DataFrame, loads: pd.DataFrame, pairs: pd.DataFrame, *, most: float
) -> list[Finding]:
    """How many customers are of which class, effort against profit, whether the classes hang on the weights, who has too many to develop."""
    if table.empty:
        return [
            Finding(
                "portfolio",
                "portfolio",
                "fact",
                N_("Customers cannot be put into classes."),
                why=N_("nobody bought in the last twelve months"),
            )
        ]
    return [_sizes(parts, made), _clear(table), *_stopped(table), *_effort(parts), *_loads(loads, most), *_pairs(pairs)]


def _sizes(parts: pd.DataFrame, made: pd.DataFrame) -> Finding:
    """Where most budgets are unknown, size is past sales, which are no potential (P25): the classes are then shown, not claimed."""
    known = float(made["wallet"].notna().mean())
    why = (
        ""
        if known >= ENOUGH_BUDGETS
        else N_(
            "budgets are known or estimated for fewer than half of the customers: past sales stand in for what they could buy, and that is no potential"
        )
    )
    by = parts.set_index("portfolio_class")
    return Finding(
        "portfolio", "portfolio", "model", N_("Of {n} customers {key} are key, {value} worth developing, {maintenance} to be maintained and {opportunistic} to be served where it pays; the key ones bring {key_share} of the sales."),
        value=float(by.loc[DEVELOPMENT, "customers"]), unit="count", n=int(by["customers"].sum()), why=why,
        params={"key": int(by.loc[KEY, "customers"]), "maintenance": int(by.loc[MAINTENANCE, "customers"]), "opportunistic": int(by.loc[OPPORTUNISTIC, "customers"]), "key_share": float(by.loc[KEY, "revenue_share"])},
    )  # fmt: skip


def _clear(table: pd.DataFrame) -> Finding:
    return Finding(
        "portfolio_clear", "portfolio", "fact", N_("{value} of the customers keep their class in four of five draws of the weights; the other {count} stand on a border, and what is done with them is a judgement."),
        value=float(table["is_clear"].mean()), n=len(table), params={"count": int((~table["is_clear"]).sum())},
    )  # fmt: skip


def _stopped(table: pd.DataFrame) -> list[Finding]:
    stopped = table[table["is_stopped"] & table["portfolio_class"].isin([KEY, DEVELOPMENT, MAINTENANCE])]
    if stopped.empty:
        return []
    message = N_(
        "{value} customers whose class speaks for effort have stopped paying (chapter on receivables): settle that before anything else."
    )
    return [
        Finding(
            "portfolio_stopped",
            "portfolio",
            "fact",
            message,
            value=float(len(stopped)),
            unit="count",
            n=len(table),
            who=", ".join(stopped["group"]),
        )
    ]


def _effort(parts: pd.DataFrame) -> list[Finding]:
    by = parts.set_index("portfolio_class")
    last = by.loc[OPPORTUNISTIC]
    if not last["customers"]:
        return []
    if last["effort_share"] != last["effort_share"]:
        why = N_("table costs is missing, or the cost of goods")
        return [Finding("portfolio_effort", "portfolio", "fact", N_("Whether effort goes where the profit is cannot be said."), why=why)]
    message = N_(
        "Customers to be served only where it pays take {value} of the cost of serving and bring {profit} of {whole} profit; key ones take {key_share} and bring {key_profit}."
    )
    params = {
        "profit": float(last["profit"]),
        "whole": float(by["profit"].sum()),
        "key_share": float(by.loc[KEY, "effort_share"]),
        "key_profit": float(by.loc[KEY, "profit"]),
    }
    return [
        Finding(
            "portfolio_effort", "portfolio", "fact", message, value=float(last["effort_share"]), n=int(last["customers"]), params=params
        )
    ]


def _loads(loads: pd.DataFrame, most: float) -> list[Finding]:
    if loads.empty:
        return []
    return [
        Finding(
            "portfolio_capacity", "portfolio", "fact", N_("The manager with most customers to develop has {value} of them; {over} of {n} managers have more than the {most} that this audit takes one person to carry at a time."),
            value=float(loads[DEVELOPMENT].max()), unit="count", n=len(loads), params={"over": int((loads[DEVELOPMENT] > most).sum()), "most": int(most)},
        )
    ]  # fmt: skip


def _pairs(pairs: pd.DataFrame) -> list[Finding]:
    if pairs.empty:
        return []
    message = N_(
        "{value} pairs of customers to grow whose class is clear are of one industry in one region and may compete; {n} customers are in them."
    )
    return [
        Finding(
            "portfolio_conflicts",
            "portfolio",
            "fact",
            message,
            value=float(len(pairs)),
            unit="count",
            n=int(pd.concat([pairs["group"], pairs["rival"]]).nunique()),
        )
    ]

"""Which customers are key, why, and how far do we depend on them?

Five reasons (E1-E6): revenue (of the company, a department or a manager), potential, reputation, innovation, standards; the last
three are decided by a judged fact with its evidence, never by a score. Companies under common control are one
customer (P21). Norms of the sources disagree (10 %, 15 %, 20 % Pareto): each is judged by itself.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.findings import NAN, Finding
from audit.groups import groups
from audit.language import mark as N_
from audit.segments import last_year, variation

LEVELS = [N_("company"), N_("department"), N_("manager")]
JUDGED = [N_("reputation"), N_("innovation"), N_("standards")]
EFFECTS = {"revenue": N_("finance"), "standards": N_("internal processes, level of staff")}  # E13
DEPENDENCE = [(0.5, N_("critical")), (0.4, N_("high")), (0.2, N_("watch"))]  # above; watch from 0.20 on (design.md, names)
PARTNER_FORM = "partner_questions"  # E17, six questions; a "yes" to these speaks against a partnership
AGAINST = {"E17.2", "E17.4", "E17.5", "E17.6"}  # contracts with competitors, prefers their goods, irritates us, postpones visits


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

    Returns
    -------
    DataFrame with group, level_class (company, department, manager), of (which one), revenue, total, revenue_share.
    """
    year = last_year(panel, until=until)
    parts = [_shares(year, groups(customers, year["customer_id"]), "company", pd.Series("", index=year.index))]
    if sellers is not None:
        sold = last_year(sellers, until=until)
        group = groups(customers, sold["customer_id"])
        for level, column in [("department", "department"), ("manager", "manager_id")]:
            if column in sold.columns:
                named = sold[column].fillna("") != ""
                parts.append(_shares(sold[named], group[named], level, sold.loc[named, column]))
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return table.sort_values(["level_class", "of", "revenue", "group"], ascending=[True, True, False, True], ignore_index=True)


def _shares(sold: pd.DataFrame, group: pd.Series, level: str, of: pd.Series) -> pd.DataFrame:
    table = pd.DataFrame({"group": group, "of": of, "revenue": sold["revenue"]}).groupby(["of", "group"], as_index=False)["revenue"].sum()
    table["total"] = table.groupby("of")["revenue"].transform("sum")
    table["revenue_share"] = table["revenue"] / table["total"].where(table["total"] > 0)
    return table.assign(level_class=level)[["group", "level_class", "of", "revenue", "total", "revenue_share"]]


def potentials(panel: pd.DataFrame, budgets: pd.DataFrame | None, *, customers: pd.DataFrame | None, until: pd.Timestamp) -> pd.DataFrame:
    """What each group with a known budget buys from us and in all, against our own sales of that year (E3).

    Returns
    -------
    DataFrame with group, revenue (ours, of the budget's year), budget, gap, wallet_share, budget_share (of our whole sales).
    """
    columns = ["group", "revenue", "budget", "gap", "wallet_share", "budget_share"]
    if budgets is None or budgets.empty:
        return pd.DataFrame({c: pd.Series(dtype="str" if c == "group" else float) for c in columns})
    year = budgets["period"].max()
    whole = budgets[budgets["period"] == year]
    table = whole.groupby(groups(customers, whole["customer_id"]))["amount"].sum().rename("budget").rename_axis("group").reset_index()
    sold = panel[(panel["period"].dt.year.astype(str) == year) & (panel["period"] <= until)]
    ours = sold.groupby(groups(customers, sold["customer_id"]))["revenue"].sum()
    table["revenue"] = table["group"].map(ours).astype(float).fillna(0.0)
    table["gap"] = table["budget"] - table["revenue"]
    table["wallet_share"] = table["revenue"] / table["budget"].where(table["budget"] > 0)
    table["budget_share"] = table["budget"] / ours.sum() if ours.sum() else NAN
    return table[columns].sort_values(["gap", "group"], ascending=[False, True], ignore_index=True)


KEY_COLUMNS = [
    "group", "reason_class", "level_class", "of", "value_number", "size_share", "budget", "wallet_share", "evidence", "judged_on",
]  # fmt: skip


def key_accounts(
    shares: pd.DataFrame, potential: pd.DataFrame, *, facts: pd.DataFrame | None, customers: pd.DataFrame | None,
    key_share: float, potential_wallet_share: float, fact_least: float,
) -> pd.DataFrame:  # fmt: skip
    """Every reason for which a group is key, with its evidence; one row per group and reason.

    revenue: reaches `key_share` of a company, department or manager (the widest level is named); potential: the whole budget
    reaches `key_share` of our sales and we have at most `potential_wallet_share` of it; reputation, innovation,
    standards: the latest judged fact is at least `fact_least`. A group is actual when revenue is among its reasons,
    else potential (E12).

    Returns
    -------
    DataFrame with group, reason_class, level_class and of (of revenue, else empty), value_number (the share, or the fact's value), size_share (of the
    level's sales; of potential, the whole budget over the company's sales), budget, wallet_share, evidence and judged_on (of a judged fact), revenue (of twelve months), status_class (actual, potential), effect_class (what it moves: finance, processes; E13).

    Source: method E1-E6, E12, E13 (which names the effects of revenue and of standards only).
    """
    company = shares[shares["level_class"] == "company"].set_index("group")["revenue"]
    rows = []
    big = shares[reached(shares["revenue_share"], key_share) & (shares["revenue"] > 0)]
    for group, part in big.groupby("group"):
        widest = next(level for level in LEVELS if (part["level_class"] == level).any())
        best = part[part["level_class"] == widest].nlargest(1, "revenue_share").iloc[0]
        share = best["revenue_share"]
        rows.append(
            {
                "group": group,
                "reason_class": N_("revenue"),
                "level_class": widest,
                "of": best["of"],
                "value_number": share,
                "size_share": share,
            }
        )
    large = potential[reached(potential["budget_share"], key_share) & (potential["wallet_share"] <= potential_wallet_share)]
    rows += [
        {"group": p.group, "reason_class": N_("potential"), "value_number": p.budget_share, "size_share": p.budget_share, "budget": p.budget, "wallet_share": p.wallet_share}
        for p in large.itertuples()
    ]  # fmt: skip
    if facts is not None:
        latest = facts[facts["kind"].isin(JUDGED)].sort_values("date").assign(group=lambda t: groups(customers, t["customer_id"]))
        latest = latest.drop_duplicates(["group", "kind"], keep="last")
        rows += [
            {"group": f.group, "reason_class": f.kind, "value_number": f.value, "evidence": f.evidence, "judged_on": f.date}
            for f in latest[latest["value"] >= fact_least].itertuples()
        ]
    table = pd.DataFrame(rows, columns=KEY_COLUMNS, dtype="object").fillna({"level_class": "", "of": "", "evidence": ""})
    table = table.astype(
        {"value_number": "float64", "size_share": "float64", "budget": "float64", "wallet_share": "float64", "judged_on": "datetime64[us]"}
    )
    table["revenue"] = table["group"].map(company).astype(float).fillna(0.0)
    actual = set(table.loc[table["reason_class"] == "revenue", "group"])
    table["status_class"] = np.where(table["group"].isin(actual), N_("actual"), N_("potential"))
    table["effect_class"] = table["reason_class"].map(EFFECTS).fillna("")
    order = {reason: i for i, reason in enumerate(["revenue", "potential", *JUDGED])}
    table["_o"] = table["reason_class"].map(order)
    return table.sort_values(["revenue", "group", "_o"], ascending=[False, True, True], ignore_index=True).drop(columns="_o")


def first_adopters(behaviour: pd.DataFrame | None, *, innovator_share: float) -> pd.DataFrame:
    """Customers who bought most of the newly launched products (E5): candidates for `innovation`, decided by a judged fact.

    The first `innovator_share` of the customers (at least one), by different novelties bought; ties by the share of lines.

    Returns
    -------
    DataFrame with customer_id, novelties, novelty_share. Empty where products have no launch dates.
    """
    if behaviour is None or "novelties" not in behaviour.columns:
        return pd.DataFrame(
            {"customer_id": pd.Series(dtype="str"), "novelties": pd.Series(dtype=int), "novelty_share": pd.Series(dtype=float)}
        )
    ranked = behaviour.sort_values(["novelties", "novelty_share", "customer_id"], ascending=[False, False, True], ignore_index=True)
    return ranked[ranked["novelties"] > 0].head(max(1, round(len(behaviour) * innovator_share)))[
        ["customer_id", "novelties", "novelty_share"]
    ]


def criteria(
    keys: pd.DataFrame, panel: pd.DataFrame, *, customers: pd.DataFrame | None, history: pd.DataFrame, until: pd.Timestamp
) -> pd.DataFrame:
    """What the third source asks of a key account (E7, E8): high and stable profit, a long relationship; and the rank by profit (E39).

    Key accounts are not always the most profitable: the ranks by revenue and by margin stand side by side. The variation is that of the
    margin of whole quarters of the last two years, sample standard deviation over mean.

    Returns
    -------
    DataFrame with group, revenue, revenue_rank, margin, margin_rank, margin_rate, margin_variation_number (margin columns NaN where cost is
    unknown), since_on (first purchase of the group in the exports).
    """
    year = last_year(panel, until=until)
    money = year.assign(group=groups(customers, year["customer_id"]))
    table = money.groupby("group")["revenue"].sum().rename("revenue").reset_index()
    table["revenue_rank"] = table["revenue"].rank(ascending=False, method="min").astype(int)
    table["margin"], table["margin_rank"], table["margin_variation_number"] = NAN, NAN, NAN
    if "cost" in panel.columns:
        table["margin"] = table["group"].map((money["revenue"] - money["cost"]).groupby(money["group"]).sum())
        table["margin_rank"] = table["margin"].rank(ascending=False, method="min")
        recent = last_year(panel, until=until, months=24)
        quarter = pd.DataFrame(
            {
                "group": groups(customers, recent["customer_id"]),
                "q": recent["period"].dt.to_period("Q"),
                "m": recent["revenue"] - recent["cost"],
            }
        )
        wide = quarter.pivot_table(index="group", columns="q", values="m", aggfunc="sum").fillna(0.0)
        spread = {group: variation(row) for group, row in zip(wide.index, wide.to_numpy(), strict=True)}
        table["margin_variation_number"] = table["group"].map(spread)
    table["margin_rate"] = table["margin"] / table["revenue"].where(table["revenue"] > 0)
    table["since_on"] = table["group"].map(history.groupby(groups(customers, history["customer_id"]))["first_on"].min())
    table = table[table["group"].isin(keys["group"])].sort_values(["revenue", "group"], ascending=[False, True], ignore_index=True)
    return table[["group", "revenue", "revenue_rank", "margin", "margin_rank", "margin_rate", "margin_variation_number", "since_on"]]


def partnership(answers: pd.DataFrame | None) -> pd.DataFrame:
    """The six partner questions (E17) per customer: how many answers speak for a partnership, of how many given.

    Parameters
    ----------
    answers
        table answers; form "partner_questions", questions E17.1 to E17.6, values yes or no, with customer_id.

    Returns
    -------
    DataFrame with customer_id, answered, in_favour (counts), in_favour_share. Empty where nobody was asked.
    """
    columns = ["customer_id", "answered", "in_favour", "in_favour_share"]
    asked = None if answers is None or "customer_id" not in answers.columns else answers[answers["form"] == PARTNER_FORM]
    if asked is None or asked.empty:
        return pd.DataFrame({c: pd.Series(dtype="str" if c == "customer_id" else float) for c in columns})
    given = asked[asked["value"].str.lower().isin(["yes", "no"])]
    good = (given["value"].str.lower() == "yes") != given["question"].isin(AGAINST)
    table = good.groupby(given["customer_id"]).agg(answered="size", in_favour="sum").reset_index()
    return table.assign(in_favour_share=table["in_favour"] / table["answered"]).sort_values("customer_id", ignore_index=True)


def limits(keys: pd.DataFrame, shares: pd.DataFrame, *, customers: pd.DataFrame | None) -> pd.DataFrame:
    """What the sources say there should be at most: share of key accounts (E9), per manager (E11), innovators (E5), number by volume (E10).

    Returns
    -------
    DataFrame with limit_class, of, count_number, total, value_number: one row for the share of key accounts, one for innovators, one for
    those key by the company's revenue, and one for each manager with key accounts.
    """
    base = shares.loc[shares["level_class"] == "company", "group"].nunique()
    whole = keys[(keys["reason_class"] != "revenue") | (keys["level_class"] == "company")]
    rows = [
        (N_("key accounts"), "", whole["group"].nunique(), base, whole["group"].nunique() / base if base else NAN),
        (
            N_("innovators"),
            "",
            (keys["reason_class"] == "innovation").sum(),
            base,
            (keys["reason_class"] == "innovation").sum() / base if base else NAN,
        ),
        (
            N_("key by revenue of the company"),
            "",
            (keys["level_class"] == "company").sum(),
            base,
            float((keys["level_class"] == "company").sum()),
        ),
    ]
    if customers is not None and "manager_id" in customers.columns:
        own = customers.assign(group=groups(customers, customers["customer_id"])).drop_duplicates("group")
        led = whole.drop_duplicates("group").merge(own[["group", "manager_id"]], on="group")
        rows += [
            (N_("key accounts of one manager"), m, n, base, float(n)) for m, n in led["manager_id"].value_counts().sort_index().items()
        ]
    return pd.DataFrame(rows, columns=["limit_class", "of", "count_number", "total", "value_number"]).astype({"count_number": float})


def sensitivity(shares: pd.DataFrame, *, thresholds: tuple[float, ...] = (0.05, 0.08, 0.10, 0.12, 0.15, 0.20)) -> pd.DataFrame:
    """How many groups are key by revenue at other thresholds, by level: a list that hangs on one border is said to.

    Returns
    -------
    DataFrame with limit_share, company, department, manager (groups reaching it at that level).
    """
    rows = []
    for limit in thresholds:
        big = shares[reached(shares["revenue_share"], limit)]
        rows.append((limit, *[big.loc[big["level_class"] == level, "group"].nunique() for level in LEVELS]))
    return pd.DataFrame(rows, columns=["limit_share", *LEVELS])


def dependence_class(share: float, groups: int) -> str:
    """none, watch (from 0.20), high (above 0.40), critical (above 0.50), sole (the only customer).

    >>> [dependence_class(s, 9) for s in (0.19, 0.2, 0.4, 0.41, 0.5, 0.51)], dependence_class(1.0, 1)
    (['none', 'watch', 'watch', 'high', 'high', 'critical'], 'sole')
    """
    if groups == 1:
        return N_("sole")
    for border, name in DEPENDENCE:
        if reached(share, border) if name == "watch" else share > border + 1e-12:
            return name
    return N_("none")


def dependence(
    shares: pd.DataFrame,
    panel: pd.DataFrame,
    costs: pd.DataFrame | None = None,
    *,
    customers: pd.DataFrame | None,
    until: pd.Timestamp,
    target_share: float,
    top: int = 10,
) -> pd.DataFrame:
    """The loss of each of the largest groups played through: sales and margin lost, and what others must buy to balance it (E14-E16).

    rest_needed: sales to others at which the group's share falls to `target_share` without it buying less: key x (1 - t) / t.

    Returns
    -------
    DataFrame with group, revenue, revenue_share, dependence_class, margin_lost (NaN where cost is unknown), margin_share (of all margin),
    result_without (margin of the others less fixed costs of the year; NaN where costs does not name them), rest_needed,
    rest_growth_rate (against today's sales to others); both NaN where the share is not above the target.

    Source: method E14, E15 (first round), E16.
    """
    table = shares[shares["level_class"] == "company"].nlargest(top, "revenue").reset_index(drop=True)
    n = shares.loc[shares["level_class"] == "company", "group"].nunique()
    total = table["total"].iloc[0] if len(table) else 0.0
    table["dependence_class"] = [dependence_class(share, n) for share in table["revenue_share"]]
    year = last_year(panel, until=until)
    if "cost" in year.columns:
        margin = (year["revenue"] - year["cost"]).groupby(groups(customers, year["customer_id"])).sum()
        table["margin_lost"] = table["group"].map(margin)
        table["margin_share"] = table["margin_lost"] / margin.sum() if margin.sum() else NAN
        table["result_without"] = margin.sum() - table["margin_lost"] - _fixed(costs, until)
    else:
        table["margin_lost"], table["margin_share"], table["result_without"] = NAN, NAN, NAN
    needed = table["revenue"] * (1 - target_share) / target_share
    others = total - table["revenue"]
    table["rest_needed"] = needed.where(table["revenue_share"] > target_share + 1e-12)
    table["rest_growth_rate"] = table["rest_needed"] / others.where(others > 0) - 1
    return table[
        [
            "group",
            "revenue",
            "revenue_share",
            "dependence_class",
            "margin_lost",
            "margin_share",
            "result_without",
            "rest_needed",
            "rest_growth_rate",
        ]
    ]


def _fixed(costs: pd.DataFrame | None, until: pd.Timestamp) -> float:
    """Fixed costs of the year that ends with `until`; NaN where nobody named them."""
    if costs is None:
        return NAN
    fixed = costs[(costs["period"] == str(until.year)) & (costs["pool"] == "fixed")]
    return float(fixed["amount"].sum()) if len(fixed) else NAN


def second_round(
    played: pd.DataFrame, tiers: pd.DataFrame | None, panel: pd.DataFrame, *, until: pd.Timestamp, passed_on: float
) -> pd.DataFrame:
    """The supplier's volume tier that goes with the group, and what the lost discount costs the rest (E15).

    Parameters
    ----------
    played
        from `dependence`, with margin_lost.
    tiers
        supplier, volume_from, discount_rate; None: not decidable.
    panel
        with cost: what we buy a year is the cost of what we sold in twelve months.
    passed_on
        share of the lost discount that the remaining customers would feel in prices.

    Returns
    -------
    DataFrame with group, supplier, discount_before_rate, discount_after_rate, extra_cost (of the remaining volume), price_rise_rate.
    """
    columns = ["group", "supplier", "discount_before_rate", "discount_after_rate", "extra_cost", "price_rise_rate"]
    if tiers is None or played["margin_lost"].isna().all():
        return pd.DataFrame({c: pd.Series(dtype="str" if c in ("group", "supplier") else float) for c in columns})
    bought = last_year(panel, until=until)["cost"].sum()
    rows = []
    for supplier, steps in tiers.sort_values("volume_from").groupby("supplier"):
        rate = lambda volume, steps=steps: (
            float(steps.loc[steps["volume_from"] <= volume, "discount_rate"].max()) if (steps["volume_from"] <= volume).any() else 0.0
        )
        for row in played.itertuples():
            after = bought - (row.revenue - row.margin_lost)
            before_rate, after_rate = rate(bought), rate(after)
            if after_rate < before_rate:
                rise = (before_rate - after_rate) / (1 - before_rate)
                rows.append((row.group, supplier, before_rate, after_rate, after * rise, rise * passed_on))
    return pd.DataFrame(rows, columns=columns)


def findings(
    keys: pd.DataFrame,
    bounds: pd.DataFrame,
    played: pd.DataFrame,
    potential: pd.DataFrame,
    *,
    managers: pd.DataFrame | None,
    key_share: float,
) -> list[Finding]:
    """How many are key and why, the limits of the sources, and the largest dependence."""
    return [_keys(keys, bounds, key_share), *_limits(bounds, managers), *_dependence(played), _potential(potential, keys)]


def _limits(bounds: pd.DataFrame, managers: pd.DataFrame | None) -> list[Finding]:
    """The limits that the sources state, each judged by itself."""
    by = dict(list(bounds.groupby("limit_class")))
    share, innovators = by["key accounts"].iloc[0], by["innovators"].iloc[0]
    found = []
    if share["total"]:
        found.append(
            Finding(
                "key_share", "accounts", "fact", N_("{count} of {n} customers are key for the company as a whole, those of one department or manager left out: {value}."),
                value=float(share["value_number"]), n=int(share["total"]), norm_id="key_accounts_share", params={"count": int(share["count_number"])},
            )
        )  # fmt: skip
    if "key accounts of one manager" in by:
        led = by["key accounts of one manager"]
        most = led.nlargest(1, "value_number").iloc[0]
        called = {} if managers is None else managers.set_index("manager_id")["name"].to_dict()
        found.append(
            Finding(
                "keys_per_manager", "accounts", "fact", N_("Manager {manager} leads {value} key accounts, the most of all."),
                value=float(most["value_number"]), unit="count", n=len(led), norm_id="key_accounts_per_manager",
                params={"manager": called.get(most["of"], most["of"])},
            )
        )  # fmt: skip
    if innovators["count_number"]:
        found.append(
            Finding(
                "innovators", "accounts", "fact", N_("{count} of {n} customers are judged innovators: {value}."),
                value=float(innovators["value_number"]), n=int(innovators["total"]), norm_id="innovators_share",
                params={"count": int(innovators["count_number"])},
            )
        )  # fmt: skip
    return found


def _keys(keys: pd.DataFrame, bounds: pd.DataFrame, key_share: float) -> Finding:
    total = int(bounds.iloc[0]["total"])
    if keys.empty:
        return Finding(
            "key_accounts",
            "accounts",
            "fact",
            N_("No customer of {n} is key by any of the five reasons."),
            value=0.0,
            unit="count",
            n=total,
        )
    by = keys.groupby("reason_class")["group"].nunique()
    company = keys[keys["level_class"] == "company"]
    return Finding(
        "key_accounts", "accounts", "fact",
        N_("{value} customers are key: {company} by {limit_share} or more of the company’s sales, {below} of a department’s or manager’s, {potential} by potential, {judged} by reputation, innovation or standards."),
        value=float(keys["group"].nunique()), unit="count", n=total, who=" ".join(keys["group"].unique()[:20]),
        params={
            "company": company["group"].nunique(), "limit_share": key_share, "below": int(by.get("revenue", 0)) - company["group"].nunique(),
            "potential": int(by.get("potential", 0)), "judged": int(keys.loc[keys["reason_class"].isin(JUDGED), "group"].nunique()),
        },
    )  # fmt: skip


def _dependence(played: pd.DataFrame) -> list[Finding]:
    if played.empty or not played["revenue"].iloc[0] > 0:
        return []
    top = played.iloc[0]
    above = N_(
        "The largest customer brings {value} of the sales (dependence: {dependence}). Without it {revenue} are gone; for its share to fall to the target, others would have to buy {rest_growth_rate} more."
    )
    below = N_(
        "The largest customer brings {value} of the sales (dependence: {dependence}). Without it {revenue} are gone, and {margin_share} of the margin."
    )
    return [
        Finding(
            "dependence", "accounts", "fact", above if top["rest_growth_rate"] == top["rest_growth_rate"] else below,
            value=float(top["revenue_share"]), n=len(played), norm_id="dependence_share", money=float(top["revenue"]), who=str(top["group"]),
            params={
                "dependence": top["dependence_class"], "revenue": float(top["revenue"]), "rest_growth_rate": float(top["rest_growth_rate"]),
                "margin_share": float(top["margin_share"]),
            },
        )
    ]  # fmt: skip


def _potential(potential: pd.DataFrame, keys: pd.DataFrame) -> Finding:
    if potential.empty:
        why = N_("table budgets is missing: what customers buy from others is not known")
        return Finding("potential", "accounts", "fact", N_("Who is key by potential cannot be said."), unit="count", why=why)
    of = keys[keys["reason_class"] == "potential"]["group"]
    gap = potential.loc[potential["group"].isin(of), "gap"].sum()
    return Finding(
        "potential", "accounts", "fact", N_("Of {n} customers whose budgets are known, {value} are key by potential; they spend {gap} a year elsewhere."),
        value=float(of.nunique()), unit="count", n=len(potential), money=float(gap), who=" ".join(of), params={"gap": float(gap)},
    )  # fmt: skip

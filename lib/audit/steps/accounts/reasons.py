"""For which reasons is a customer key, and what do the sources limit?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.findings import NAN
from audit.core.groups import groups
from audit.core.periods import last_year
from audit.stats import shares as shares_of
from audit.stats.dispersion import variation
from audit.steps.accounts.codes import Effect, Level, Limit, Reason, Status
from audit.steps.accounts.revenue_share import LEVELS, reached

JUDGED = [Reason.REPUTATION, Reason.INNOVATION, Reason.STANDARDS]


EFFECTS = {
    Reason.REVENUE: Effect.FINANCE,
    Reason.MARGIN: Effect.FINANCE,
    Reason.INCOME: Effect.FINANCE,
    Reason.STANDARDS: Effect.PROCESSES,
}  # E13
OF_MONEY = (Reason.REVENUE, Reason.MARGIN, Reason.INCOME)


PARTNER_FORM = "partner_questions"  # E17, six questions; a "yes" to these speaks against a partnership


AGAINST = {"E17.2", "E17.4", "E17.5", "E17.6"}  # contracts with competitors, prefers their goods, irritates us, postpones visits


KEY_COLUMNS = [
    "group", "reason_class", "level_class", "of", "value_number", "size_ratio", "budget", "wallet_share", "evidence", "judged_on",
]  # fmt: skip


def key_accounts(
    shares: pd.DataFrame,
    potential: pd.DataFrame,
    *,
    margin: pd.Series | None,
    facts: pd.DataFrame | None,
    customers: pd.DataFrame | None,
    key_share: float,
    key_income: float,
    potential_wallet_share: float,
    fact_least: float,
) -> pd.DataFrame:
    """Every reason for which a group is key, with its evidence; one row per group and reason.

    revenue: reaches `key_share` of a company, department or manager (the widest level is named); margin: reaches `key_share` of the
    company's margin (`margin`: by group; None where no cost is known); income: sales of at least `key_income`, where that is not 0; potential: the whole budget
    reaches `key_share` of our sales and we have at most `potential_wallet_share` of it; reputation, innovation,
    standards: the latest judged fact is at least `fact_least`. A group is actual when revenue, margin or income is among its reasons,
    else potential (E12).

    Returns
    -------
    DataFrame with group, reason_class, level_class and of (of revenue, else empty), value_number (the share, or the fact's value),
    size_ratio (of the
    level's sales; of potential, the whole budget over the company's sales), budget, wallet_share, evidence and judged_on (of a judged
    fact), revenue (of twelve months), status_class (actual, potential), effect_class (what it moves: finance, processes; E13).

    Source: method E1-E6, E12, N16, E13 (which names the effects of revenue and of standards only).
    """
    company = shares[shares["level_class"] == Level.COMPANY].set_index("group")["revenue"]
    rows = [*_by_revenue(shares, key_share), *_by_margin(margin, key_share)]
    if key_income > 0:
        rows += [
            {"group": group, "reason_class": Reason.INCOME, "level_class": LEVELS[0], "value_number": revenue, "size_ratio": NAN}
            for group, revenue in company[reached(company, key_income)].items()
        ]
    large = potential[reached(potential["budget_ratio"], key_share) & (potential["wallet_share"] <= potential_wallet_share)]
    rows += [
        {
            "group": p.group,
            "reason_class": Reason.POTENTIAL,
            "value_number": p.budget_ratio,
            "size_ratio": p.budget_ratio,
            "budget": p.budget,
            "wallet_share": p.wallet_share,
        }
        for p in large.itertuples()
    ]
    rows += _by_fact(facts, customers, fact_least)
    table = pd.DataFrame(rows, columns=KEY_COLUMNS, dtype="object").fillna({"level_class": "", "of": "", "evidence": ""})
    table = table.astype(
        {"value_number": "float64", "size_ratio": "float64", "budget": "float64", "wallet_share": "float64", "judged_on": "datetime64[us]"}
    )
    table["revenue"] = table["group"].map(company).astype(float).fillna(0.0)
    actual = set(table.loc[table["reason_class"].isin(OF_MONEY), "group"])
    table["status_class"] = np.where(table["group"].isin(actual), Status.ACTUAL, Status.POTENTIAL)
    table["effect_class"] = table["reason_class"].map(EFFECTS).fillna("")
    order = {reason: i for i, reason in enumerate(Reason)}
    table["_o"] = table["reason_class"].map(order)
    return table.sort_values(["revenue", "group", "_o"], ascending=[False, True, True], ignore_index=True).drop(columns="_o")


def _by_revenue(shares: pd.DataFrame, key_share: float) -> list[dict]:
    """Groups that reach the share of the sales of the company, a department or a manager, by the widest of these levels."""
    rows = []
    big = shares[reached(shares["revenue_share"], key_share) & (shares["revenue"] > 0)]
    for group, part in big.groupby("group"):
        widest = next(level for level in LEVELS if (part["level_class"] == level).any())
        best = part[part["level_class"] == widest].nlargest(1, "revenue_share").iloc[0]
        share = best["revenue_share"]
        rows.append(
            {
                "group": group,
                "reason_class": Reason.REVENUE,
                "level_class": widest,
                "of": best["of"],
                "value_number": share,
                "size_ratio": share,
            }
        )
    return rows


def _by_fact(facts: pd.DataFrame | None, customers: pd.DataFrame | None, least: float) -> list[dict]:
    """Groups of which the latest judged fact of a kind is high enough."""
    if facts is None:
        return []
    latest = facts[facts["kind"].isin(JUDGED)].sort_values("date").assign(group=lambda t: groups(customers, t["customer_id"]))
    latest = latest.drop_duplicates(["group", "kind"], keep="last")
    return [
        {"group": f.group, "reason_class": f.kind, "value_number": f.value, "evidence": f.evidence, "judged_on": f.date}
        for f in latest[latest["value"] >= least].itertuples()
    ]


def _by_margin(margin: pd.Series | None, key_share: float) -> list[dict]:
    """Groups that reach the share of the whole margin; none where that whole is a loss or is not known."""
    if margin is None or not shares_of.is_whole(margin):
        return []
    share = shares_of.told(margin / margin.sum()).dropna()
    return [
        {"group": group, "reason_class": Reason.MARGIN, "level_class": LEVELS[0], "value_number": one, "size_ratio": one}
        for group, one in share[reached(share, key_share)].items()
    ]


def margins(panel: pd.DataFrame, *, customers: pd.DataFrame | None, until: pd.Timestamp) -> pd.Series | None:
    """Margin of twelve months by group, of those whose cost is known; None where no cost is."""
    year = last_year(panel, until=until)
    if "cost" not in year.columns or not year["cost"].notna().any() or not year["cost"].abs().sum() > 0:
        return None
    of = year.groupby(groups(customers, year["customer_id"]))
    cost = of["cost"].sum().astype(float)
    return (of["revenue"].sum() - cost).where(cost != 0).dropna().astype(float)  # goods that cost nothing are goods whose cost nobody named


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
    DataFrame with limit_class, manager_id, count, total, count_share: one row for the share of key accounts, one for innovators, one for those key by the
    company's revenue, and one for each manager with key accounts; a share only where the source limits one.
    """
    base = shares.loc[shares["level_class"] == Level.COMPANY, "group"].nunique()
    whole = keys[(keys["reason_class"] != Reason.REVENUE) | (keys["level_class"] == Level.COMPANY)]
    count = {
        Limit.KEYS: whole["group"].nunique(),
        Limit.INNOVATORS: (keys["reason_class"] == Reason.INNOVATION).sum(),
        Limit.BY_VOLUME: (keys["level_class"] == Level.COMPANY).sum(),
    }
    rows = [(limit, "", n, base, n / base if base and limit != Limit.BY_VOLUME else NAN) for limit, n in count.items()]
    if customers is not None and "manager_id" in customers.columns:
        own = customers.assign(group=groups(customers, customers["customer_id"])).drop_duplicates("group")
        led = whole.drop_duplicates("group").merge(own[["group", "manager_id"]], on="group")
        rows += [(Limit.PER_MANAGER, manager, n, base, NAN) for manager, n in led["manager_id"].value_counts().sort_index().items()]
    return pd.DataFrame(rows, columns=["limit_class", "manager_id", "count", "total", "count_share"])


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

"""What has a customer brought to date? LTV = S x C x P x T, as ratios of sums, so that the product is the money itself (P4).

S is revenue per order, C orders per month, P margin per revenue, T months a customer. Simple means of the four would not multiply to the
money: a
few large customers make them several times too small. T counts the months from first to last purchase, so that it is what was seen, not
what will be: a live customer's life is not over (P5), and this product is value to date, never a forecast.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.findings import NAN
from audit.core.periods import last_year
from audit.stats import survival
from audit.steps import retention
from audit.steps.value.codes import Group, Lever, Life, Split

PARTS = {"S": "order_value", "C": "orders_per_month_number", "P": "margin_rate", "T": "active_months"}


def tells_margin(panel: pd.DataFrame) -> bool:
    """Whether the cost of goods is known and leaves a margin in all: what costs more than all that was paid is no measure of anybody's worth."""
    if "cost" not in panel.columns or panel["cost"].isna().all():
        return False
    known = panel[panel["cost"].notna()]
    return bool((known["revenue"] - known["cost"]).sum() > 0)


def of_customers(panel: pd.DataFrame) -> pd.DataFrame:
    """What the four factors are made of, a row per customer: orders, months (first to last purchase, both included), revenue, profit (NaN
    where cost tells no margin).

    >>> panel = pd.DataFrame({"customer_id": ["a", "a"], "period": pd.to_datetime(["2025-01-01", "2025-04-01"]), "orders": [2, 1], "revenue": [300.0, 100.0], "cost": [200.0, 80.0]})
    >>> of_customers(panel).to_dict("records")
    [{'customer_id': 'a', 'orders': 3, 'months': 4, 'revenue': 400.0, 'profit': 120.0}]
    """
    has_cost = tells_margin(panel)
    profit = panel["revenue"] - panel["cost"].fillna(panel["revenue"]) if has_cost else pd.Series(NAN, index=panel.index)
    by = panel.assign(profit=profit).groupby("customer_id")
    table = by.agg(orders=("orders", "sum"), revenue=("revenue", "sum"), first=("period", "min"), last=("period", "max"))
    table["profit"] = by["profit"].sum(min_count=1)
    table["months"] = (table["last"].dt.year - table["first"].dt.year) * 12 + table["last"].dt.month - table["first"].dt.month + 1
    return table.reset_index()[["customer_id", "orders", "months", "revenue", "profit"]]


def lifetime_values(customers: pd.DataFrame, by: pd.Series | None = None, *, base: str = Split.ALL, least: int = 1) -> pd.DataFrame:
    """The four factors and their product, of the whole base or by group (C1, C2).

    Parameters
    ----------
    customers
        from `of_customers`, or any table with orders, months, revenue, profit.
    by
        group of each customer; None: the whole base.
    least
        groups of fewer customers are put together as "other".

    Returns
    -------
    DataFrame with base_class (what it is split by), group_class, customers, order_value (S), orders_per_month_number (C), margin_rate (P),
    active_months (T),
    lifetime_value (S x C x P x T: margin a customer to date; NaN without cost), lifetime_revenue (S x C x T), profit (of all), most profit
    first.

    Source: method C1, C2, P4, P6.
    """
    group = pd.Series("", index=customers.index) if by is None else by.fillna("").astype("str")
    size = group.map(group.value_counts())
    group = group.where(size >= least, Group.OTHER)
    sums = customers.groupby(group)[["orders", "months", "revenue"]].sum().astype(float)
    sums["profit"] = customers.groupby(group)["profit"].sum(min_count=1)
    sums["customers"] = customers.groupby(group).size()
    table = sums.rename_axis("group_class").reset_index()
    table["order_value"] = table["revenue"] / table["orders"].where(table["orders"] > 0)
    table["orders_per_month_number"] = table["orders"] / table["months"]
    table["margin_rate"] = table["profit"] / table["revenue"].where(table["revenue"] != 0)
    table["active_months"] = table["months"] / table["customers"]
    table["lifetime_revenue"] = table["order_value"] * table["orders_per_month_number"] * table["active_months"]
    table["lifetime_value"] = table["lifetime_revenue"] * table["margin_rate"]
    columns = ["base_class", "group_class", "customers", *PARTS.values(), "lifetime_value", "lifetime_revenue", "profit"]
    return table.assign(base_class=base).sort_values(
        ["profit", "lifetime_revenue", "group_class"], ascending=[False, False, True], ignore_index=True
    )[columns]


def splits(
    customers: pd.DataFrame,
    history: pd.DataFrame,
    *,
    master: pd.DataFrame | None,
    managers: pd.DataFrame | None,
    classes: pd.DataFrame | None,
    least: int,
) -> pd.DataFrame:
    """The product by segment, cohort, manager (by name, where there is one) and source, as far as the base has them, one below the other
    (C2)."""
    ids = customers["customer_id"]
    of = history.set_index("customer_id")
    year = ids.map(of["first_on"]).dt.year.astype("str").where(ids.map(of["is_first_known"]).astype(bool), Group.NOT_KNOWN)
    parts = [lifetime_values(customers, year, base=Split.FIRST_YEAR, least=1)]
    if classes is not None:
        of_abc = ids.map(classes.set_index("customer_id")["abc_class"]).astype("object").fillna(Group.INACTIVE)
        parts.append(lifetime_values(customers, of_abc, base=Split.ABC))
    for column, name in [("manager_id", Split.MANAGER), ("source", Split.SOURCE), ("industry", Split.INDUSTRY)]:
        if master is not None and column in master.columns and master[column].fillna("").ne("").any():
            of_master = ids.map(master.set_index("customer_id")[column])
            if column == "manager_id" and managers is not None:
                of_master = of_master.map(managers.set_index("manager_id")["name"]).fillna(of_master)
            parts.append(lifetime_values(customers, of_master, base=name, least=least))
    return pd.concat(parts, ignore_index=True)


def good_and_rest(customers: pd.DataFrame, classes: pd.DataFrame | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The product of the customers of class A, and of all others who bought in the last twelve months (C4); no rows without classes."""
    letter = (
        customers["customer_id"].map(classes.set_index("customer_id")["abc_class"])
        if classes is not None
        else pd.Series("", index=customers.index)
    )
    good, rest = customers[letter == "A"], customers[letter.isin(["B", "C", "N"])]
    return lifetime_values(good), lifetime_values(rest)


def money_of_year(panel: pd.DataFrame, *, until: pd.Timestamp) -> float:
    """Margin of the twelve months that end with `until`; revenue where cost tells no margin."""
    year = last_year(panel, until=until)
    return float((year["revenue"] - year["cost"]).sum() if tells_margin(panel) else year["revenue"].sum())


def levers(whole: pd.DataFrame, good: pd.DataFrame, rest: pd.DataFrame, *, step: float) -> pd.DataFrame:
    """What moving each factor would bring: of all customers by `step`, and of the others by that share of their distance to the good ones
    (C3 to C5).

    By arithmetic every factor moved by 10 % moves the product by 10 %: what differs is what 10 % means, and how far the others lie behind.
    The last is
    a difference between kinds of customers, not an effect that would follow from an effort.

    Parameters
    ----------
    whole, good, rest
        one row each, from `lifetime_values`.

    Returns
    -------
    DataFrame with lever_class (S, C, P, T), now_number, moved_number, gain (margin of all customers over the time watched), good_number,
    rest_number,
    closing_gain (of the rest, the factor alone moved by `step` of the distance; NaN where the rest does not lie behind).
    """
    rows = []
    for key, column in PARTS.items():
        now, ahead, behind = (float(t[column].iloc[0]) if len(t) else NAN for t in (whole, good, rest))
        all_profit, rest_profit = (float(t["profit"].iloc[0]) if len(t) else NAN for t in (whole, rest))
        closing = rest_profit * step * (ahead / behind - 1) if behind and ahead > behind else NAN
        rows.append((Lever[key], now, now * (1 + step), all_profit * step, ahead, behind, closing))
    return pd.DataFrame(rows, columns=["lever_class", "now_number", "moved_number", "gain", "good_number", "rest_number", "closing_gain"])


def payback(panel: pd.DataFrame, history: pd.DataFrame, spend: pd.DataFrame | None, *, until: pd.Timestamp) -> pd.DataFrame:
    """How soon each year's new customers have brought their margin what it cost to win them (C7).

    Only where expenses on winning customers and the cost of goods are known; years of which some first purchases may not be the first ever
    are left out (P13).

    Returns
    -------
    DataFrame with cohort (year), new_customers, acquisition_cost, cost_per_customer, margin_per_customer (to date), payback_months (age in
    months by which the
    cohort's whole margin reached its cost; NaN: not yet), watched_months (of its youngest month).
    """
    columns = [
        "cohort",
        "new_customers",
        "acquisition_cost",
        "cost_per_customer",
        "margin_per_customer",
        "payback_months",
        "watched_months",
    ]
    if spend is None or not tells_margin(panel) or not history["is_first_known"].any():
        return pd.DataFrame({c: pd.Series(dtype="str" if c == "cohort" else float) for c in columns})
    spent = spend[spend["purpose"] == "acquisition"].groupby(spend["date"].dt.year)["amount"].sum()
    new = history[history["is_first_known"]].set_index("customer_id")["first_on"]
    sold = panel[panel["customer_id"].isin(new.index) & (panel["period"] <= until)]
    first = sold["customer_id"].map(new)
    age = (sold["period"].dt.year - first.dt.year) * 12 + sold["period"].dt.month - first.dt.month
    margin = (sold["revenue"] - sold["cost"]).groupby([first.dt.year, age]).sum()
    unclear = set(history.loc[~history["is_first_known"].astype(bool), "first_on"].dt.year)  # some of that year may be older customers
    rows = []
    for year, cost in spent.items():
        count = int((new.dt.year == year).sum())
        if year in unclear or not count or year not in margin.index.get_level_values(0):
            continue
        running = margin.loc[year].sort_index().cumsum()
        reached = running[running >= cost]
        watched = (until.year - year) * 12 + until.month - 12
        rows.append(
            (
                str(year),
                count,
                cost,
                cost / count,
                running.iloc[-1] / count,
                float(reached.index[0]) if len(reached) else NAN,
                float(max(watched, 0)),
            )
        )
    return pd.DataFrame(rows, columns=columns)


def elasticity(life: pd.DataFrame, *, points: float) -> tuple[float, float]:
    """By how much a customer's expected months grow if `points` fewer of the base leave in a year, at the rate seen and with sBG; (NaN,
    NaN) without both.

    The claim of the literature is +25 to +95 % profit for five points (B3, P22); this is the base's own arithmetic, profit per month
    unchanged.
    """
    by = life.set_index("method_class")
    grown = [
        by.loc[m, "more_months"] / by.loc[m, "horizon_months"] - 1 if m in by.index else NAN for m in (Life.HETEROGENEOUS, Life.CONSTANT)
    ]
    return float(grown[0]), float(grown[1])


MONTH = 365.25 / 12
LEAST_MONTHS = 12  # that the oldest customer must have been watched for lives to be projected at all
LEAST_LEFT = 10  # customers who must have left


def lives(
    history: pd.DataFrame,
    late: pd.DataFrame | None,
    *,
    horizon_months: int,
    left_days: int,
    points: float,
    discount_rate: float,
    confidence: float,
) -> pd.DataFrame:
    """How long customers stay: by survival with open ends, projected with differing customers, and by one churn rate, the naive rival (P5).

    Lives are those of the chapter on retention (`retention.lifetimes`). Watched for less than a year, or with fewer than LEAST_LEFT that
    left, nothing is projected. The horizon is limited, and months in it are discounted.

    Returns
    -------
    DataFrame with method_class, customers, left (of them), one_year_share, two_year_share (still there; NaN beyond what was watched),
    horizon_months (expected within the horizon,
    discounted; NaN where survival was not watched for so long), more_months (the same if `points` fewer left in a year).
    """
    from audit.models import mle, sbg

    columns = ["method_class", "customers", "left", "one_year_share", "two_year_share", "horizon_months", "more_months"]
    nothing = pd.DataFrame({c: pd.Series(dtype="str" if c == "method_class" else float) for c in columns})
    known = retention.lifetimes(history, late, left_days=left_days) if late is not None else nothing
    if known.empty:
        return nothing
    gone, time = known["has_left"].to_numpy(), known["days"].to_numpy() / MONTH
    if time.max() < LEAST_MONTHS or gone.sum() < LEAST_LEFT:
        return nothing
    curve = survival.kaplan_meier(time, gone, confidence=confidence)
    seen = [1 - survival.at(curve, days / MONTH, confidence=confidence)[0] for days in (365, 730)]
    weight = (1 + discount_rate) ** (-np.arange(horizon_months) / 12)
    full = [1.0 - survival.at(curve, m, confidence=confidence)[0] for m in range(horizon_months)]
    rows = [(Life.SEEN, len(known), int(gone.sum()), *seen, float(weight @ np.array(full)), NAN)]
    lost = np.bincount(np.floor(time[gone]).astype(int), minlength=1).astype(float)
    kept = np.bincount(np.floor(time[~gone]).astype(int), minlength=1).astype(float)
    size = max(len(lost), len(kept))
    lost, kept = np.pad(lost, (0, size - len(lost))), np.pad(kept, (0, size - len(kept)))
    try:
        fit = sbg.fit_by_age(lost, np.append(kept[1:], 0.0))
        share = sbg.survival(fit["alpha"], fit["beta"], np.arange(horizon_months + 13))
        rows.append(
            (
                Life.HETEROGENEOUS,
                len(known),
                int(gone.sum()),
                share[12],
                share[24] if len(share) > 24 else NAN,
                *_months(share, weight, points),
            )
        )
    except mle.NotFitted:
        pass
    months = float(time.sum())
    if gone.sum() and months:
        share = (1 - gone.sum() / months) ** np.arange(horizon_months + 13) if gone.sum() < months else np.zeros(horizon_months + 13)
        rows.append(
            (Life.CONSTANT, len(known), int(gone.sum()), share[12], share[24] if len(share) > 24 else NAN, *_months(share, weight, points))
        )
    return pd.DataFrame(rows, columns=columns)


def _months(share: np.ndarray, weight: np.ndarray, points: float) -> tuple[float, float]:
    """Discounted months within the horizon, and if `points` more of the customers stayed through each year."""
    n = len(weight)
    stay = share[1 : n + 1] / share[:n]
    yearly = np.clip(share[12 : n + 12] / share[:n], 1e-9, 1)
    better = np.minimum(stay * (np.minimum(yearly + points, 1.0) / yearly) ** (1 / 12), 1.0)
    moved = np.append(1.0, np.cumprod(better)[:-1])
    return float(weight @ share[:n]), float(weight @ moved)

"""What did each manager bring in twelve months, and what stands beside it? Facts of portfolios, none of them a rank."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.periods import last_year
from audit.steps.team.plans import PARTS, length_of, one_length

FEWEST_PAID = 5  # managers from which pay is said, so that nobody is told by it


def managers_year(
    customers_of: pd.DataFrame,
    sellers: pd.DataFrame,
    *,
    managers: pd.DataFrame | None,
    behaviour: pd.DataFrame | None,
    activities: pd.DataFrame | None,
    debtors: pd.DataFrame | None,
    wallets: pd.DataFrame | None,
    until: pd.Timestamp,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """One row per manager who sold in the last twelve months, or in those before.

    Returns
    -------
    DataFrame as TABLES declares it: customers, sales of twelve months and of those before, the same customers' change in money with and without the largest
    of them, the share of the largest, margin, returns and discounts as rates, the share of contacts that we began (proactive, A4), what is overdue, the share
    of wallet, the share of products dearer than the median of their category now and a year before, whole years of tenure. What no table says is empty.

    Source: method H1, H12, H14, A4, M2, N9.
    """
    now, then = customers_of[customers_of["manager_now_id"] != ""], customers_of[customers_of["manager_id"] != ""]
    by, by_then = now.groupby("manager_now_id"), then.groupby("manager_id")
    table = pd.DataFrame(index=sorted(set(now["manager_now_id"]) | set(then["manager_id"]))).rename_axis("manager_id")
    table["customers"] = by.size().reindex(table.index).fillna(0).astype("int64")
    table["new_customers"] = by["is_new"].sum().reindex(table.index).fillna(0).astype("int64")
    table["revenue"] = by["revenue_now"].sum().reindex(table.index).fillna(0.0)
    table["largest_share"] = (by["revenue_now"].max() / by["revenue_now"].sum()).clip(0, 1)
    table["same_before"], table["same_now"] = by_then["revenue_before"].sum(), by_then["revenue_now"].sum()
    table["same_change_rate"] = table["same_now"] / table["same_before"].where(table["same_before"] > 0) - 1
    table["others_change_rate"] = _without_largest(then)
    table["kept"] = by_then["is_kept"].sum().reindex(table.index).fillna(0).astype("int64")
    table["customers_before"] = by_then.size().reindex(table.index).fillna(0).astype("int64")
    table["handed_in"] = now[now["is_handed"]].groupby("manager_now_id").size().reindex(table.index).fillna(0).astype("int64")
    table["margin_rate"] = _margin_rate(now)
    sold = (now["revenue_now"] + now["returned"].fillna(0)).groupby(now["manager_now_id"]).sum()
    table["return_rate"] = now.groupby("manager_now_id")["returned"].sum(min_count=1) / sold.where(sold > 0)
    table["discount_rate"] = _weighted(now, behaviour, "discount_share")
    table["proactive_share"] = _proactive(activities, as_of)
    table["overdue"] = _of_groups(debtors, now, "overdue")
    table["penetration_rate"] = _penetration(wallets, now)
    table["dearer_share"] = _dearer(last_year(sellers, until=until))
    table["dearer_before_share"] = _dearer(last_year(sellers, until=until - pd.DateOffset(years=1)))
    years = ((as_of - pd.to_datetime(_of_manager(managers, "hired_on"))).dt.days / 365.25).round()
    table["tenure_number"] = years.reindex(table.index).astype("float64")
    table["role"] = _of_manager(managers, "role").reindex(table.index).astype("object").fillna("").astype("str")
    return table.reset_index().sort_values(["revenue", "manager_id"], ascending=[False, True], ignore_index=True)


def _of_manager(managers: pd.DataFrame | None, column: str) -> pd.Series:
    there = managers is not None and column in managers.columns
    return managers.set_index("manager_id")[column] if there else pd.Series(dtype="datetime64[us]" if column.endswith("_on") else "str")


def _without_largest(then: pd.DataFrame) -> pd.Series:
    """The same customers' change without each manager's largest: one giant is no portfolio."""
    rest = then[then["revenue_before"] != then.groupby("manager_id")["revenue_before"].transform("max")].groupby("manager_id")
    before = rest["revenue_before"].sum()
    return rest["revenue_now"].sum() / before.where(before > 0) - 1


def _margin_rate(now: pd.DataFrame) -> pd.Series:
    known = now[now["margin"].notna()].groupby("manager_now_id")
    sales = known["costed"].sum()
    return known["margin"].sum() / sales.where(sales > 0)


def _weighted(now: pd.DataFrame, behaviour: pd.DataFrame | None, column: str) -> pd.Series:
    """A property of customers, weighted by what they bought."""
    if behaviour is None or column not in behaviour.columns:
        return pd.Series(dtype="float64")
    value = pd.to_numeric(now["customer_id"].map(behaviour.set_index("customer_id")[column]))
    known = now.assign(value=value)[value.notna() & (now["revenue_now"] > 0)]
    money = (known["value"] * known["revenue_now"]).groupby(known["manager_now_id"]).sum()
    return money / known.groupby("manager_now_id")["revenue_now"].sum()


def _proactive(activities: pd.DataFrame | None, as_of: pd.Timestamp) -> pd.Series:
    if activities is None or "manager_id" not in activities.columns:
        return pd.Series(dtype="float64")
    year = activities[(activities["date"] > as_of - pd.DateOffset(years=1)) & (activities["manager_id"].fillna("") != "")]
    return (year["direction"] == "out").groupby(year["manager_id"]).mean()


def _of_groups(table: pd.DataFrame | None, now: pd.DataFrame, column: str) -> pd.Series:
    if table is None or table.empty:
        return pd.Series(dtype="float64")
    return table.groupby("manager_id")[column].sum() if "manager_id" in table.columns else pd.Series(dtype="float64")


def _dearer(sellers: pd.DataFrame) -> pd.Series:
    """Share of dearer products in what each manager sold at a known list price, by the sales themselves (M2)."""
    if not {"manager_id", "dearer"} <= set(sellers.columns):
        return pd.Series(dtype="float64")
    by = sellers.groupby("manager_id")[["dearer", "priced"]].sum().astype("float64")
    return (by["dearer"] / by["priced"].where(by["priced"] > 0)).clip(0, 1)


def _penetration(wallets: pd.DataFrame | None, now: pd.DataFrame) -> pd.Series:
    """Share of wallet by manager, of customers whose budget they told themselves (A4)."""
    if wallets is None or wallets.empty:
        return pd.Series(dtype="float64")
    told = wallets[wallets["provenance_class"] == "declared"].set_index("group")
    own = now[now["customer_id"].isin(told.index)]
    if own.empty:
        return pd.Series(dtype="float64")
    wallet = own["customer_id"].map(told["budget"])
    share = own["customer_id"].map(told["wallet_share"])
    money = wallet.groupby(own["manager_now_id"]).sum()
    return (wallet * share).groupby(own["manager_now_id"]).sum() / money.where(money > 0)


def pay_rates(pay: pd.DataFrame | None, year: pd.DataFrame, *, as_of: pd.Timestamp) -> tuple[float, float, float, int]:
    """Pay over sales: of all managers together, of the lowest and of the highest, and of how many; nan where nothing is known. Nobody's pay is told by name.

    Only pay of the whole calendar year that ends with as_of: less than a year, or another, stands beside no twelve months of sales.

    Source: method H14.
    """
    nothing = (float("nan"), float("nan"), float("nan"), 0)
    if pay is None or pay.empty:
        return nothing
    period = pay["period"].astype("str").str[:4]
    last = period[period <= str(as_of.year)].max()
    of_year = pay[period == last].assign(length=length_of(pay["period"]))
    of_year = one_length(of_year, ["manager_id"])
    whole = of_year.groupby("manager_id").agg(amount=("amount", "sum"), parts=("period", "nunique"), length=("length", "first"))
    sums = whole.loc[whole["parts"] == whole["length"].map(PARTS), "amount"]  # a part of a year stands beside no year of sales
    if last != str(as_of.year) or (as_of.month, as_of.day) != (12, 31):
        return nothing
    sales = year[year["revenue"] > 0].set_index("manager_id")["revenue"]
    known = sums[sums.index.isin(sales.index)]
    if len(known) < FEWEST_PAID:
        return nothing
    rate = known / sales[known.index]
    return float(known.sum() / sales[known.index].sum()), float(rate.min()), float(rate.max()), len(known)


def turnover(managers: pd.DataFrame | None, *, as_of: pd.Timestamp) -> tuple[int, int]:
    """Managers who left in the last twelve months, and those who were there when they began; (0, 0) where nothing says so (N9)."""
    if managers is None or "left_on" not in managers.columns or not managers["left_on"].notna().any():
        return 0, 0
    ago = as_of - pd.DateOffset(years=1)
    began = managers["hired_on"].isna() | (managers["hired_on"] <= ago) if "hired_on" in managers.columns else np.ones(len(managers), bool)
    there = managers[began & (managers["left_on"].isna() | (managers["left_on"] > ago))]
    return int((there["left_on"] <= as_of).sum()), len(there)

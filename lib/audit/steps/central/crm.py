"""Does the CRM agree with accounting?"""

from __future__ import annotations

import pandas as pd

from audit.core import registry


def crm_by_period(crm_sales: pd.DataFrame | None, panel: pd.DataFrame) -> pd.DataFrame:
    """Sales as the CRM records them against accounting, by year (K3); accounting is right where they differ (M12).

    Returns
    -------
    DataFrame: period, crm, accounting, difference (crm - accounting), difference_rate (of accounting); years that both hold; empty
    without a CRM.

    Source: method K3, M12.
    """
    return _against(crm_sales, panel, lambda table, day: table[day].dt.year.astype("str"), "period").sort_values(
        "period", ignore_index=True
    )


def crm_by_customer(crm_sales: pd.DataFrame | None, panel: pd.DataFrame) -> pd.DataFrame:
    """The same by customer, the largest difference first, over the years that both hold.

    Returns
    -------
    DataFrame: customer_id, crm, accounting, difference, difference_rate.

    Source: method K3, M12.
    """
    found = _against(crm_sales, panel, lambda table, _day: table["customer_id"], "customer_id")
    order = found["difference"].abs().sort_values(ascending=False, kind="stable").index
    return found.loc[order].reset_index(drop=True)


def crm_by_manager(by_customer: pd.DataFrame, customers: pd.DataFrame, *, least_share: float) -> pd.DataFrame:
    """The same by the manager who looks after the customers, the one whose sales are missing most first.

    Returns
    -------
    DataFrame: manager_id, crm, accounting, difference, difference_rate, is_missing (the CRM misses `least_share` of the manager's sales or more).

    Source: method K3, M12.
    """
    if "manager_id" not in customers.columns or by_customer.empty:
        return registry.empty("crm_by_manager")
    who = by_customer["customer_id"].map(customers.set_index("customer_id")["manager_id"]).fillna("")
    sums = by_customer[["crm", "accounting"]].groupby(who.rename("manager_id")).sum().drop(index="", errors="ignore").reset_index()
    sums["difference"] = sums["crm"] - sums["accounting"]
    sums["difference_rate"] = sums["difference"] / sums["accounting"].where(sums["accounting"] > 0)
    sums["is_missing"] = sums["difference_rate"] <= -least_share
    return sums.sort_values(["difference_rate", "manager_id"], ignore_index=True)


def _against(crm: pd.DataFrame | None, panel: pd.DataFrame, by, name: str) -> pd.DataFrame:
    columns = [name, "crm", "accounting", "difference", "difference_rate"]
    if crm is None:
        return registry.empty(f"crm_by_{name.removesuffix('_id')}")
    years = set(crm["date"].dt.year) & set(panel["period"].dt.year)
    crm, panel = crm[crm["date"].dt.year.isin(years)], panel[panel["period"].dt.year.isin(years)]
    sums = pd.concat(
        {"crm": crm.groupby(by(crm, "date"))["amount"].sum(), "accounting": panel.groupby(by(panel, "period"))["revenue"].sum()}, axis=1
    ).fillna(0.0)
    sums["difference"] = sums["crm"] - sums["accounting"]
    sums["difference_rate"] = sums["difference"] / sums["accounting"].where(sums["accounting"] > 0)
    return sums.rename_axis(name).sort_index().reset_index()[columns]

"""Is there enough time for these customers, and who spends a key account's time on small orders? Contacts needed against contacts made (H11, H17, E28)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.groups import groups
from audit.core.periods import last_year

SMALL = 0.25  # of the median order: orders below it are small


def workload(
    customers_of: pd.DataFrame,
    panel: pd.DataFrame,
    classes: pd.DataFrame | None,
    activities: pd.DataFrame | None,
    key_accounts: pd.DataFrame | None,
    customers: pd.DataFrame | None,
    *,
    until: pd.Timestamp,
    contacts_a_year: dict[str, int],
    contacts_a_day: int,
    days_a_year: int,
) -> pd.DataFrame:
    """One row per manager: contacts that the customers need, contacts that were made, days that these would take, and small orders.

    Parameters
    ----------
    contacts_a_year
        by class of money (A, B, C): contacts that a customer needs in a year.
    contacts_a_day, days_a_year
        what one person can do.

    Returns
    -------
    DataFrame with manager_id, customers, key_accounts, needed (contacts a year; empty where classes are not known), made (contacts we began in twelve months; empty
    without activities), load_ratio (days needed over days of a year), orders, small_orders, small_share (orders of customers whose mean order is below a
    quarter of the median order); the fullest first.

    Source: method H11, H17, E28; contacts a year and a day are settings of ours.
    """
    now = customers_of[(customers_of["manager_now_id"] != "") & (customers_of["revenue_now"] > 0)]
    by_class = {} if classes is None else classes.set_index("customer_id")["abc_class"].to_dict()
    needed = now["customer_id"].map(by_class).map(contacts_a_year)
    orders = _orders(panel, until)
    now = now.assign(
        needed=needed, orders=now["customer_id"].map(orders["orders"]).fillna(0), small=now["customer_id"].map(orders["small"]).fillna(0)
    )
    keys = set() if key_accounts is None else set(key_accounts["group"])
    by = now.assign(is_key=groups(customers, now["customer_id"]).isin(keys)).groupby("manager_now_id")
    table = pd.DataFrame(
        {"customers": by.size(), "key_accounts": by["is_key"].sum(), "needed": by["needed"].sum(min_count=1), "orders": by["orders"].sum(), "small_orders": by["small"].sum()}
    ).rename_axis("manager_id")  # fmt: skip
    whole = ["customers", "key_accounts", "orders", "small_orders"]
    table[whole] = table[whole].astype("int64")
    table["made"] = (
        _made(activities, until).reindex(table.index).fillna(0) if activities is not None and "manager_id" in activities.columns else np.nan
    )
    for column in ("needed", "made"):
        table[column] = table[column].fillna(0).astype("int64") if table[column].notna().any() else np.nan
    table["load_ratio"] = table["needed"] / (contacts_a_day * days_a_year)
    table["small_share"] = table["small_orders"] / table["orders"].where(table["orders"] > 0)
    table = table.reset_index()[
        ["manager_id", "customers", "key_accounts", "needed", "made", "load_ratio", "orders", "small_orders", "small_share"]
    ]
    return table.sort_values(["load_ratio", "manager_id"], ascending=[False, True], ignore_index=True)


def _orders(panel: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Orders of twelve months by customer; all of them are small where their mean is below a quarter of the median customer's."""
    of = last_year(panel, until=until).groupby("customer_id")[["revenue", "orders"]].sum()
    mean = of["revenue"] / of["orders"].where(of["orders"] > 0)
    return pd.DataFrame({"orders": of["orders"], "small": of["orders"].where(mean < SMALL * mean.median(), 0)})


def _made(activities: pd.DataFrame, until: pd.Timestamp) -> pd.Series:
    year = activities[
        (activities["date"] > until - pd.DateOffset(years=1)) & (activities["date"] <= until) & (activities["direction"] == "out")
    ]
    return year[year["manager_id"].fillna("") != ""].groupby("manager_id").size().astype("float64")

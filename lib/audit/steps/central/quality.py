"""How complete, valid and fresh is the master file, and whom does each table know?"""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.stats import shares
from audit.steps.central.codes import Age


def central_quality(fields: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """How complete and valid each field of the central file is, counted by customers and weighted by their revenue (K2).

    Completeness is of all entries; validity is of the filled ones, and only of fields that can be checked (tax id, KPP, OGRN, phone,
    e-mail):
    a filled phone is not yet a phone that answers.

    Parameters
    ----------
    fields
        customer_id, field, is_filled, is_valid (missing where nothing can be checked).
    history
        customer_id, revenue.

    Returns
    -------
    DataFrame, a row per field: field_class, customers, filled, filled_share, revenue_filled_share (of the revenue of entries with a field),
    checked (of the filled ones), invalid (of these), valid_share (of the filled and checked, NaN where none).

    Source: method K2.

    >>> fields = pd.DataFrame({"customer_id": ["a", "b"], "field": ["phone"] * 2, "is_filled": [True, False], "is_valid": [False, None]})
    >>> central_quality(fields, pd.DataFrame({"customer_id": ["a", "b"], "revenue": [90.0, 10.0]}))[["filled_share", "revenue_filled_share", "valid_share"]].values.tolist()
    [[0.5, 0.9, 0.0]]
    """
    rows = fields.merge(history[["customer_id", "revenue"]], on="customer_id", how="left").fillna({"revenue": 0.0})
    rows["weight"] = rows["revenue"].clip(lower=0)
    rows["filled_weight"] = rows["weight"].where(rows["is_filled"], 0.0)
    rows["is_checked"] = rows["is_filled"] & rows["is_valid"].notna()
    rows["is_wrong"] = rows["is_checked"] & (rows["is_valid"] == False)  # noqa: E712 - missing is neither
    sums = rows.groupby("field").agg(
        customers=("customer_id", "size"),
        filled=("is_filled", "sum"),
        weight=("weight", "sum"),
        filled_weight=("filled_weight", "sum"),
        checked=("is_checked", "sum"),
        invalid=("is_wrong", "sum"),
    )
    sums["filled_share"] = sums["filled"] / sums["customers"]
    sums["revenue_filled_share"] = shares.told(sums["filled_weight"] / sums["weight"].where(sums["weight"] > 0))
    sums["valid_share"] = 1 - sums["invalid"] / sums["checked"].where(sums["checked"] > 0)
    names = ["customers", "filled", "filled_share", "revenue_filled_share", "checked", "invalid", "valid_share"]
    found = sums[names].rename_axis("field_class").reset_index()
    return found.astype({"filled": "int64", "checked": "int64", "invalid": "int64"}).sort_values(
        ["revenue_filled_share", "field_class"], ignore_index=True
    )


def central_coverage(history: pd.DataFrame, customers: pd.DataFrame, **others: pd.DataFrame | None) -> pd.DataFrame:
    """For how many of those who bought each table knows anything, and for what share of their revenue (K5).

    Parameters
    ----------
    history, customers
        customer_id (and revenue).
    others
        further tables with customer_id, by name; None: the base does not have it.

    Returns
    -------
    DataFrame: table_class, customers (buyers whom the table knows), ever_buyers, known_share, revenue_share, strangers (its customers who never
    bought).

    Source: method K5; orphans: K2.
    """
    buyers, revenue = set(history["customer_id"]), history.set_index("customer_id")["revenue"].clip(lower=0)
    rows = []
    for name, table in {"customers": customers, **others}.items():
        known = set(table["customer_id"]) - {""} if table is not None and "customer_id" in table.columns else set()
        held = sorted(known & buyers)
        rows.append(
            (
                name,
                len(held),
                len(buyers),
                len(held) / len(buyers),
                revenue[held].sum() / revenue.sum() if revenue.sum() > 0 else float("nan"),
                len(known - buyers),
            )
        )
    return pd.DataFrame(rows, columns=["table_class", "customers", "ever_buyers", "known_share", "revenue_share", "strangers"])


def central_freshness(customers: pd.DataFrame, history: pd.DataFrame, *, as_of: pd.Timestamp, fresh_days: float) -> pd.DataFrame:
    """Entries by the time since they were last changed, with the revenue of their customers (K2: changes entered in time).

    Returns
    -------
    DataFrame: age_class (fresh, older, unknown), customers, customers_share, revenue, revenue_share; empty where no day of change was sent.

    Source: method K2.
    """
    names = ["age_class", "customers", "customers_share", "revenue", "revenue_share"]
    if "updated_on" not in customers.columns:
        return registry.empty("central_freshness")
    rows = customers[["customer_id", "updated_on"]].merge(history[["customer_id", "revenue"]], on="customer_id")
    age = (pd.Timestamp(as_of) - rows["updated_on"]).dt.days
    rows["age_class"] = (age <= fresh_days).map({True: Age.FRESH, False: Age.OLDER}).where(age.notna(), Age.UNKNOWN)
    sums = rows.groupby("age_class").agg(customers=("customer_id", "size"), revenue=("revenue", "sum")).reset_index()
    sums["customers_share"] = sums["customers"] / max(len(rows), 1)
    sums["revenue_share"] = shares.of_whole(sums["revenue"])
    return sums[names]

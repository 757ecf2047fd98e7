"""Which customers does one manager alone know? Sales, contacts in and out, and contact persons, over two years (H13).

Whoever leaves need not take them along: it is what nobody else could hold on to from the first day.
"""

from __future__ import annotations

import pandas as pd

from audit.steps.team.codes import Shown

KNOWN_MONTHS = 24
NEARLY_ALL = 0.95  # of the customers: known to one alone because a program names one


def is_decidable(alone: pd.DataFrame) -> bool:
    """Whether it can be told who is known to one alone: not where a program names one manager for every customer."""
    return len(alone) > 0 and float(alone["alone_customers"].sum()) < NEARLY_ALL * float(alone["customers"].sum())


def known_by_one(
    customers_of: pd.DataFrame,
    sellers: pd.DataFrame,
    activities: pd.DataFrame | None,
    contacts: pd.DataFrame | None,
    managers: pd.DataFrame | None = None,
    *,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """One row per manager: customers and sales of twelve months, and of them those that no other manager has sold to, spoken with or keeps a contact of; who has left knows nobody any more.

    Returns
    -------
    DataFrame with manager_id, customers, revenue, alone_customers, alone_revenue, alone_share (of the manager's sales), company_share (of the company's),
    known_class (Shown: by sales alone, or by contacts too); the most money first.

    Source: method H13.
    """
    since = as_of - pd.DateOffset(months=KNOWN_MONTHS)
    pairs = [sellers.loc[(sellers["period"] > since) & (sellers["manager_id"] != ""), ["customer_id", "manager_id"]]]
    told = [t for t in (activities, contacts) if t is not None and "manager_id" in t.columns and (t["manager_id"].fillna("") != "").any()]
    for table in told:
        recent = table[table["date"] > since] if "date" in table.columns else table
        pairs.append(recent.loc[recent["manager_id"].fillna("") != "", ["customer_id", "manager_id"]])
    gone = set() if managers is None or "left_on" not in managers.columns else set(managers.loc[managers["left_on"] <= as_of, "manager_id"])
    met = pd.concat(pairs)
    known = met[~met["manager_id"].isin(gone)].drop_duplicates().groupby("customer_id")["manager_id"].nunique()
    now = customers_of[(customers_of["manager_now_id"] != "") & (customers_of["revenue_now"] > 0)]
    now = now.assign(is_alone=now["customer_id"].map(known).fillna(1) <= 1)
    now = now.assign(alone_revenue=now["revenue_now"].where(now["is_alone"], 0.0))
    by = now.groupby("manager_now_id")
    table = pd.DataFrame(
        {
            "customers": by.size(), "revenue": by["revenue_now"].sum(), "alone_customers": by["is_alone"].sum(), "alone_revenue": by["alone_revenue"].sum(),
        }
    ).rename_axis("manager_id").reset_index()  # fmt: skip
    table[["customers", "alone_customers"]] = table[["customers", "alone_customers"]].astype("int64")
    table["alone_share"] = table["alone_revenue"] / table["revenue"].where(table["revenue"] > 0)
    whole = float(table["revenue"].sum())
    table["company_share"] = table["alone_revenue"] / whole if whole else float("nan")
    table["known_class"] = str(Shown.CONTACTS if told else Shown.SALES)
    return table.sort_values(["alone_revenue", "manager_id"], ascending=[False, True], ignore_index=True)

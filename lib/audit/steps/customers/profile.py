"""Who is each customer to us? One row per customer, built from the chapters' tables: the one source of index, cards, actions and dossiers.

What the chapters say of groups of companies stands with every company of the group where it is a class, and with the first of them where it is money, so
that sums hold.
"""

from __future__ import annotations

import json

import pandas as pd

from audit.core.groups import groups
from audit.core.periods import last_year

CLASSES = {  # table of a chapter -> its key, and its columns here
    "customer_classes": ("customer_id", {"abc_class": "abc_class", "xyz_class": "xyz_class"}),
    "lifecycle": ("customer_id", {"status_class": "status_class"}),
    "rungs": ("customer_id", {"rung_class": "rung_class"}),
    "loyalty_types": ("customer_id", {"loyalty_class": "loyalty_class", "strength_index": "strength_index"}),
    "places": ("customer_id", {"place_class": "place_class"}),
    "portfolio": ("group", {"portfolio_class": "portfolio_class", "is_clear": "is_clear"}),
    "wallets": ("group", {"wallet_share": "wallet_share", "provenance_class": "provenance_class"}),
}
MONEY = {
    "debtors": {
        "open": "open",
        "overdue": "overdue",
        "oldest_days": "oldest_days",
        "last_paid_on": "last_paid_on",
        "is_stopped": "is_stopped",
        "credit_limit": "credit_limit",
    },
    "customer_profits": {
        "profit": "profit",
        "acquisition": "acquisition",
        "given": "given",
        "loss_class": "loss_class",
        "revenue_rank": "revenue_rank",
        "profit_rank": "profit_rank",
    },
    "wallets": {"gap": "gap"},
    "wallet_realistic": {"realistic": "realistic"},
}


def overview(
    history: pd.DataFrame,
    panel: pd.DataFrame,
    customers: pd.DataFrame | None,
    chapters: dict[str, pd.DataFrame | None],
    *,
    until: pd.Timestamp,
    hides: bool = False,
) -> pd.DataFrame:
    """One row per customer who ever bought, the most sales of twelve months first.

    Parameters
    ----------
    chapters
        tables of the chapters by name; None where a chapter did not run. What a chapter did not say is empty here, never nothing.
    hides
        a pseudonymous edition: a manager that the file does not name is not looked for in the sales.
    until
        the last whole month, its first day (`periods.last_month`).

    Returns
    -------
    DataFrame as TABLES declares it, without the next step: sales of twelve months and of those before, margin, what the chapters say, and how many doubts
    concern the customer.

    Source: ours (one customer, one place).
    """
    table = history[
        [
            "customer_id",
            "first_on",
            "last_on",
            "silence_days",
            "gap_days",
            "purchases",
            "is_first_returned",
            "first_revenue",
            "is_first_known",
        ]
    ]
    table = table.rename(columns={"gap_days": "usual_gap_days"}).assign(group=groups(customers, history["customer_id"]))
    table = table.join(_sales(panel, until=until), on="customer_id")
    table[["year_revenue", "revenue_before"]] = table[["year_revenue", "revenue_before"]].fillna(0.0)
    table["is_lead"] = table["customer_id"].isin(_leads(table, customers))
    for name, (key, columns) in CLASSES.items():
        table = _beside(table, chapters.get(name), key, columns)
    for name, columns in MONEY.items():
        table = _beside(table, chapters.get(name), "group", columns)
        table = table.assign(**{ours: table[ours].astype("object").where(table["is_lead"], None) for ours in columns.values()})
    keys = chapters.get("key_accounts")
    reasons = (
        pd.Series(dtype="str") if keys is None else keys.groupby("group")["reason_class"].agg(lambda found: " ".join(dict.fromkeys(found)))
    )
    table["key_reasons"] = table["group"].map(reasons).astype("object").fillna("").astype("str")
    pairs = chapters.get("duplicates")
    open_ = pd.DataFrame() if pairs is None else pairs[pairs["decision"].fillna("") == ""]
    table["is_pair"] = table["customer_id"].isin({*open_.get("customer_a", ()), *open_.get("customer_b", ())})
    table["complaint_on"] = pd.to_datetime(table["customer_id"].map(_open_complaints(chapters.get("complaints")))).astype("datetime64[us]")
    lost = _written_down_as_lost(chapters.get("cases"), table)
    table["lost_cause"] = table["customer_id"].map(lost).astype("object").fillna("").astype("str")
    table["doubts"] = table["customer_id"].map(_doubts(chapters)).fillna(0).astype("int64")
    table["manager_id"] = _managers(table["customer_id"], history, customers, hides=hides)
    numbers = [
        column for columns in MONEY.values() for column in columns.values() if column not in ("is_stopped", "last_paid_on", "loss_class")
    ]
    table[numbers] = table[numbers].apply(pd.to_numeric).astype("float64")
    return table.sort_values(["year_revenue", "customer_id"], ascending=[False, True], ignore_index=True)


def _open_complaints(complaints: pd.DataFrame | None) -> dict[str, pd.Timestamp]:
    """The day of each customer's oldest complaint that is still open."""
    if complaints is None:
        return {}
    return complaints[complaints["is_open"].astype(bool)].groupby("customer_id")["date"].min().to_dict()


def _written_down_as_lost(cases: pd.DataFrame | None, table: pd.DataFrame) -> dict[str, str]:
    """Why customers were written down as lost after their last purchase; - where no cause stands there."""
    if cases is None:
        return {}
    lost = cases[cases["kind"] == "loss"].sort_values("date")
    lost = lost[lost["date"] > pd.to_datetime(lost["customer_id"].map(table.set_index("customer_id")["last_on"].to_dict()))]
    cause = lost["cause"].fillna("").replace("", "–") if "cause" in lost.columns else pd.Series("–", index=lost.index)
    return dict(zip(lost["customer_id"], cause, strict=True))


def _leads(table: pd.DataFrame, customers: pd.DataFrame | None) -> set[str]:
    """The first of each group among those who bought, in the order of the master file; who stands in no file leads himself."""
    place = {} if customers is None else {one: at for at, one in enumerate(customers["customer_id"])}
    order = table.assign(_at=table["customer_id"].map(place).fillna(len(place))).sort_values(["_at", "customer_id"])
    return set(order.drop_duplicates("group")["customer_id"])


def _sales(panel: pd.DataFrame, *, until: pd.Timestamp) -> pd.DataFrame:
    """Sales and margin of the last twelve whole months, sales of those before, and the margin of each customer's own last twelve months of buying."""
    now = last_year(panel, until=until).groupby("customer_id")
    before = last_year(panel, until=until - pd.DateOffset(years=1)).groupby("customer_id")["revenue"].sum()
    ended = panel["customer_id"].map(panel.groupby("customer_id")["period"].max())
    own = panel[panel["period"] > ended - pd.DateOffset(years=1)].groupby("customer_id")
    found = pd.DataFrame({"year_revenue": now["revenue"].sum(), "own_revenue": own["revenue"].sum()})
    found = found.join(before.rename("revenue_before"), how="outer")
    if "cost" in panel.columns and panel["cost"].notna().any():
        found["margin"] = now["revenue"].sum() - _known(now["cost"].sum())
        found["own_margin"] = own["revenue"].sum() - _known(own["cost"].sum())
    return found.reindex(columns=["year_revenue", "revenue_before", "own_revenue", "margin", "own_margin"]).astype("float64")


def _known(cost: pd.Series) -> pd.Series:
    """Cost where it was given: the ledger adds up nothing to 0, and goods that cost nothing are goods whose cost nobody named."""
    return cost.where(cost != 0)


def _beside(table: pd.DataFrame, chapter: pd.DataFrame | None, key: str, columns: dict[str, str]) -> pd.DataFrame:
    if chapter is None or chapter.empty:
        return table.assign(**dict.fromkeys(columns.values()))
    there = {theirs: ours for theirs, ours in columns.items() if theirs in chapter.columns}
    found = chapter.drop_duplicates(key).set_index(key)[list(there)].rename(columns=there)
    return table.drop(columns=list(found.columns), errors="ignore").join(found, on=key)


def _doubts(chapters: dict[str, pd.DataFrame | None]) -> pd.Series:
    """How many doubts of the data name a customer."""
    names: list[str] = []
    if (doubts := chapters.get("doubts")) is not None:
        names += [who for found in doubts["who"] if found for who in json.loads(found)]
    return pd.Series(names, dtype="str").value_counts()


def _managers(ids: pd.Series, history: pd.DataFrame, customers: pd.DataFrame | None, *, hides: bool) -> pd.Series:
    """Who looks after a customer: by the master file, else the manager of the first sale, else nobody."""
    by_file, by_sale = (pd.Series("", index=ids.index, dtype="object") for _way in range(2))
    if "first_manager_id" in history.columns:
        by_sale = ids.map(history.set_index("customer_id")["first_manager_id"]).astype("object").fillna("")
    if customers is not None and "manager_id" in customers.columns:
        by_file = ids.map(customers.set_index("customer_id")["manager_id"]).astype("object").fillna("")
        if hides:
            return by_file.astype("str")
    return by_file.where(by_file != "", by_sale).astype("str")

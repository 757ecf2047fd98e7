"""Which key accounts are there, and which rows of the forms are whose?"""

from __future__ import annotations

import pandas as pd

from audit.core import registry


def key_accounts(overview: pd.DataFrame) -> pd.DataFrame:
    """The key accounts, one row per group of companies under its first company, the most sales of the whole group first: rows of customer_overview whose
    year_revenue and revenue_before are the group's."""
    sums = overview.groupby("group")[["year_revenue", "revenue_before"]].sum() if "revenue_before" in overview.columns else None
    keys = overview[(overview["key_reasons"] != "") & overview["is_lead"].astype(bool)]
    if sums is not None:
        keys = keys.assign(**{column: keys["group"].map(sums[column]) for column in sums.columns})
        keys = keys.sort_values(["year_revenue", "customer_id"], ascending=[False, True])
    return keys.reset_index(drop=True)


def of_accounts(filled: dict[str, pd.DataFrame | None], overview: pd.DataFrame) -> dict[str, pd.DataFrame | None]:
    """The tables of the forms under the codes of key accounts: what was filled in for any company of a group is its account's. Of two rows for one thing the
    one of the newest form stands, else the first.

    Parameters
    ----------
    filled
        table -> rows; None where nothing was filled in. Rows of customers who are no key account stay under their own code.
    """
    lead = key_accounts(overview).set_index("group")["customer_id"]
    account = overview.set_index("customer_id")["group"].map(lead)
    return {name: rows if rows is None or "customer_id" not in rows.columns else _of(rows, account, name) for name, rows in filled.items()}


def whole(table: pd.DataFrame | None, name: str) -> pd.DataFrame:
    """A form's table with every column it may have; empty where nothing was filled in."""
    empty = registry.empty(name)
    return empty if table is None else table.reindex(columns=empty.columns)


def is_asked(filled: dict[str, pd.DataFrame | None]) -> bool:
    """Whether anybody has filled in what only people know of an account: what it got beyond the goods, exports know too."""
    return any(filled[name] is not None for name in ("account_cards", "account_contacts", "account_goals"))


def _of(rows: pd.DataFrame, account: pd.Series, name: str) -> pd.DataFrame:
    rows = rows.assign(customer_id=rows["customer_id"].map(account).fillna(rows["customer_id"]))
    if "filled_on" in rows.columns:
        rows = rows.sort_values("filled_on", ascending=False, na_position="last", kind="stable")
    is_one_thing = name.startswith("account_")  # two companies of a group may have been given the same on one day
    return rows.drop_duplicates(list(registry.tables()[name].key), ignore_index=True) if is_one_thing else rows.reset_index(drop=True)


def strangers(filled: dict[str, pd.DataFrame | None], overview: pd.DataFrame) -> int:
    """Rows of the forms whose code is no customer's who ever bought: nobody can say whose they are."""
    known = set(overview["customer_id"])
    return sum(
        int((~rows["customer_id"].isin(known)).sum()) for rows in filled.values() if rows is not None and "customer_id" in rows.columns
    )

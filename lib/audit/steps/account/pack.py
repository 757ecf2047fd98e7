"""Which customers are this account, and what of each table is its own?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from audit.core.tables.form_codes import Stream


@dataclass(frozen=True)
class Account:
    """A key account: its first company, its group, and all companies of it."""

    customer_id: str
    group: str
    members: tuple[str, ...]


def account(coverage: pd.DataFrame, overview: pd.DataFrame, *, nth: int) -> Account:
    """The nth key account, in the order of the chapter on dossiers.

    Raises
    ------
    IndexError
        where there are fewer.
    """
    lead = coverage["customer_id"].iloc[nth]
    group = overview.set_index("customer_id")["group"].at[lead]
    return Account(lead, group, tuple(overview.loc[overview["group"] == group, "customer_id"]))


def of_account(table: pd.DataFrame | None, of: Account) -> pd.DataFrame:
    """The rows of a table that are the account's: of its group, of its first company for what stands with that, else of all its companies."""
    if table is None:
        return pd.DataFrame()
    if "group" in table.columns:
        return table[table["group"] == of.group].reset_index(drop=True)
    return table[table["customer_id"].isin(of.members)].reset_index(drop=True) if "customer_id" in table.columns else table.head(0)


def in_order(table: pd.DataFrame | None, of: Account, by: str) -> pd.DataFrame:
    """The account's rows of a form without its code, by a day, or by the order in which a closed list stands; empty where nothing was filled in."""
    found = of_account(table, of).drop(columns=["customer_id"], errors="ignore")
    if found.empty:
        return found
    place = {stream.value: i for i, stream in enumerate(Stream)}
    return (
        found.assign(_o=found[by].map(place) if by == "stream_class" else found[by])
        .sort_values("_o", kind="stable", ignore_index=True)
        .drop(columns="_o")
    )


def opportunities(filled: pd.DataFrame | None, of: Account) -> pd.DataFrame:
    """The account's opportunities, the most margin a day of ours first (E19).

    Returns
    -------
    DataFrame with opportunity, kind_class, effort_days, outlay, benefit, per_day (margin of a year less the money it takes, where that is known, by working
    day; NaN where margin or days are not known), owner, due_on.
    """
    columns = ["opportunity", "kind_class", "effort_days", "outlay", "benefit", "per_day", "owner", "due_on"]
    found = of_account(filled, of)
    if found.empty:
        return pd.DataFrame(columns=columns)
    money = found[["effort_days", "outlay", "benefit"]].astype("float64")
    found = found.assign(
        **money, per_day=(money["benefit"] - money["outlay"].fillna(0.0)) / money["effort_days"].where(money["effort_days"] > 0)
    )
    return found.sort_values(["per_day", "opportunity"], ascending=[False, True], ignore_index=True)[columns]

"""What do key accounts get beyond the product, what is it worth to them, and do they know?

Method: customer value documentation (Anderson and Narus 1998; E30, E31). A benefit that nothing shows is counted apart: it is an opinion. What a form says
of a thing that the exports know too stands in its place: the cost stays that of the exports.
"""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.core.findings import NAN

KEY = ["customer_id", "date", "kind"]


def value_dossier(
    keys: pd.DataFrame, given: pd.DataFrame | None, filled: pd.DataFrame | None, *, members: pd.Series, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Everything that was given to key accounts until `as_of`, from the exports and from the forms, the newest last.

    Parameters
    ----------
    keys
        key accounts: customer_id, group.
    given, filled
        what the exports know, and the forms; None where there is none.
    members
        the group of companies of each customer, index customer_id: what one company of a group got, the account got.

    Returns
    -------
    DataFrame as TABLES declares it; customer_id is the account's.
    """
    empty = registry.empty("value_dossier")
    parts = [part.reindex(columns=empty.columns) for part in (filled, given) if part is not None and len(part)]
    if not parts:
        return empty
    both = pd.concat(parts, ignore_index=True)  # the form first: what it says stands, the cost of the exports behind it
    costs = {} if given is None else given.set_index(KEY)["cost_to_us"].to_dict()
    both = both.drop_duplicates(KEY)
    own = [costs.get(tuple(row), NAN) for row in both[KEY].itertuples(index=False)]
    both["is_exported"] = pd.Series(own, index=both.index).notna()
    both["cost_to_us"] = pd.Series(own, index=both.index).fillna(both["cost_to_us"]).astype("float64")
    lead = keys.set_index("group")["customer_id"]
    group = both["customer_id"].map(members).fillna(both["customer_id"])
    both["customer_id"] = group.map(lead)
    found = both[both["customer_id"].notna() & (both["date"] <= as_of)]
    found = found.astype({"benefit_to_customer": "float64", "told_on": "datetime64[us]", "date": "datetime64[us]"})
    found[["evidence", "department"]] = found[["evidence", "department"]].astype("object").fillna("").astype("str")
    added = {column: lambda values: values.sum(min_count=1) for column in ("cost_to_us", "benefit_to_customer")}  # not known is not nothing
    rest = {"evidence": "first", "department": "first", "told_on": "max", "is_exported": "min"}
    return found.groupby(KEY, as_index=False, sort=True).agg(added | rest)[list(empty.columns)]


def value_by_account(dossier: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Per key account: cost, worth, the ratio of the two, how much of it is shown and told, and what leaving us would cost it a year.

    Returns
    -------
    DataFrame as TABLES declares it; benefit_number is worth to cost of the things of which both are known (NaN where these cost nothing), switching the worth of
    the last twelve months: what it would have to find elsewhere. The dearest first.
    """
    if dossier.empty:
        return registry.empty("value_by_account")
    worth = dossier["benefit_to_customer"].fillna(0.0)
    both = dossier["benefit_to_customer"].notna() & dossier["cost_to_us"].notna()
    proved = worth.where(dossier["evidence"] != "", 0.0)
    told = worth.where(dossier["told_on"].notna() & (dossier["told_on"] >= dossier["date"]), 0.0)
    late = worth.where(dossier["date"] > as_of - pd.DateOffset(years=1), 0.0)
    compared = {"of_benefit": worth.where(both, 0.0), "of_cost": dossier["cost_to_us"].where(both, 0.0)}
    table = dossier.assign(benefit=worth, proved=proved, told=told, switching=late, **compared).groupby("customer_id", as_index=False)
    made = table.agg(
        things=("kind", "size"),
        cost_to_us=("cost_to_us", "sum"),
        worth_to_customer=("benefit", "sum"),
        proved=("proved", "sum"),
        told=("told", "sum"),
        told_on=("told_on", "max"),
        switching=("switching", "sum"),
        of_benefit=("of_benefit", "sum"),
        of_cost=("of_cost", "sum"),
    )
    made["benefit_number"] = made["of_benefit"] / made["of_cost"].where(made["of_cost"] > 0)
    columns = registry.empty("value_by_account").columns
    return made.sort_values(["cost_to_us", "customer_id"], ascending=[False, True], ignore_index=True)[list(columns)]

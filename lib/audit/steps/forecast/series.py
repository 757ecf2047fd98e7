"""Sales by month of the company, of its parts, and of its key accounts: whole months only (P14)."""

from __future__ import annotations

import pandas as pd

from audit.core.groups import groups
from audit.core.periods import last_year
from audit.i18n import translate
from audit.steps.forecast.codes import Kind, Rest

MOST_PARTS = 12  # regions with a series of their own


def monthly(
    panel: pd.DataFrame,
    *,
    customers: pd.DataFrame | None,
    keys: pd.DataFrame | None,
    observed_from: pd.Timestamp,
    until: pd.Timestamp,
    as_of: pd.Timestamp,
    largest: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One column per series, one row per whole month from `observed_from` to `until`, months without sales 0; and the month begun after it.

    Parts are the regions of the master file (else there are none); key accounts are those of chapter accounts that are key by revenue,
    else the `largest` groups, and all others together; and as many
    other customers, the next largest, to compare errors with. Parts add up to the company in every month, and so do key accounts and all
    others.

    Returns
    -------
    DataFrame, index period (first day); columns a MultiIndex of kind_class (company, part, key account, other customer) and name; and one
    of the same columns with what was sold until `as_of` in the month that is not over, no row where there is none.
    """
    first = observed_from.to_period("M") + int(observed_from.day > 1)
    months = pd.period_range(first, as_of, freq="M").to_timestamp()
    of = panel[(panel["period"] >= months[0]) & (panel["period"] <= months[-1])] if len(months) else panel.iloc[:0]
    group = groups(customers, of["customer_id"])
    year = last_year(of, until=until)
    by_size = year.groupby(groups(customers, year["customer_id"]))["revenue"].sum().sort_values(ascending=False, kind="stable")
    listed = set(keys.loc[keys["reason_class"] == "revenue", "group"]) if keys is not None else set()
    key = [g for g in by_size.index if g in listed] or list(by_size.index[:largest])
    key = key[:largest]
    others = [g for g in by_size.index if g not in key][: len(key)]
    sums = of.groupby([group.rename("group"), "period"])["revenue"].sum().unstack(0).reindex(months).fillna(0.0)
    total = of.groupby("period")["revenue"].sum().reindex(months).fillna(0.0)
    found = {(Kind.COMPANY, ""): total}
    if customers is not None and "region" in customers.columns and customers["region"].fillna("").ne("").any():
        region = of["customer_id"].map(customers.set_index("customer_id")["region"]).fillna("").replace("", Rest.UNKNOWN)
        small = (
            region.map(
                of["revenue"].groupby(region).sum().sort_values(ascending=False, kind="stable").rank(ascending=False, method="first")
            )
            > MOST_PARTS
        )
        region = region.where(~small, Rest.REST)
        parts = of.groupby([region.rename("region"), "period"])["revenue"].sum().unstack(0).reindex(months).fillna(0.0)
        found |= {(Kind.PART, str(name)): parts[name] for name in sorted(parts.columns)}
    found |= {(Kind.KEY, g): sums[g] for g in key}
    if key:
        found |= {(Kind.KEY, Rest.REST): total - sums[key].sum(axis=1)}
    found |= {(Kind.OTHER, g): sums[g] for g in others}
    table = pd.DataFrame(found, index=pd.DatetimeIndex(months, name="period"))
    is_whole = table.index <= until
    return table[is_whole], table[~is_whole]


def readable(table: pd.DataFrame, customers: pd.DataFrame | None) -> pd.DataFrame:
    """A table of series with names of customers in place of ids, and months in place of days."""
    from audit.core.groups import group_names

    of_customers = table["kind_class"].isin([Kind.KEY, Kind.OTHER]) & (table["name"] != Rest.REST)
    names = group_names(table.loc[of_customers, "name"], customers)
    ours = table["name"].isin([Rest.REST, Rest.UNKNOWN])
    table = table.assign(
        name=table["name"].where(~of_customers, table["name"].map(names)).where(~ours, table["name"].map(translate)).astype("str")
    )
    return table.assign(period=table["period"].dt.strftime("%Y-%m")) if "period" in table.columns else table

"""Does every outlet have what it should, does the mix sell as planned, and how do orders come in? (H9, H4, N7, H18)"""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.core.periods import last_year
from audit.steps.field.visiting import ours


def must_have(
    bought: pd.DataFrame | None, wanted: pd.DataFrame | None, baskets: pd.DataFrame | None, *, as_of: pd.Timestamp, within_days: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """By representative, how many of the outlets that ordered lately hold the whole must-have range; by product, how many hold it.

    Parameters
    ----------
    within_days
        a product counts as held when it was bought within so many days.

    Returns
    -------
    DataFrame with manager_id, outlets, whole, whole_share, missing_number (products missing per outlet); DataFrame with product_id, outlets, held, held_of_share. Both empty
    where no must-have range is written down.

    Source: method H9.
    """
    none = registry.empty("must_have_by_manager"), registry.empty("must_have_by_product")
    if wanted is None or bought is None or baskets is None:
        return none
    since = as_of - pd.Timedelta(days=within_days)
    now = wanted[wanted["from_on"].isna() | (wanted["from_on"] <= since)] if "from_on" in wanted.columns else wanted
    recent = baskets[(baskets["date"] > since) & (baskets["date"] <= as_of)].sort_values(["date", "order_id"])
    outlets = recent.drop_duplicates("customer_id", keep="last")
    outlets = outlets.assign(manager_id=outlets["manager_id"].fillna("") if "manager_id" in outlets.columns else "")
    if now.empty or outlets.empty:
        return none
    held = bought[
        (bought["last_on"] > since) & bought["product_id"].isin(now["product_id"]) & bought["customer_id"].isin(outlets["customer_id"])
    ]
    count = outlets["customer_id"].map(held.groupby("customer_id")["product_id"].nunique()).fillna(0)
    outlets = outlets.assign(missing=len(now) - count, whole=(count == len(now)))
    by = (
        outlets.groupby("manager_id")
        .agg(outlets=("customer_id", "size"), whole=("whole", "sum"), missing_number=("missing", "mean"))
        .reset_index()
    )
    by["whole"] = by["whole"].astype("int64")
    by["whole_share"] = by["whole"] / by["outlets"]
    of = held.groupby("product_id")["customer_id"].nunique().reindex(sorted(now["product_id"])).fillna(0).astype("int64")
    product = pd.DataFrame({"product_id": of.index, "outlets": len(outlets), "held": of.to_numpy()})
    product["held_of_share"] = product["held"] / product["outlets"]
    return by[registry.tables()["must_have_by_manager"].names], product.sort_values(["held_of_share", "product_id"], ignore_index=True)


def mix_against_plan(mix: pd.DataFrame | None, plans: pd.DataFrame | None) -> pd.DataFrame:
    """Shares of categories in the sales of the last year that has a plan of them, beside the planned.

    Returns
    -------
    DataFrame with category, period (year), planned_share, sold_share, difference_number (points); empty without such a plan. Half the sum of the absolute differences is the share
    that was sold in another category than planned.

    Source: method H4.
    """
    planned = None if plans is None or mix is None else plans[plans["level"] == "category"]
    if planned is None or planned.empty:
        return registry.empty("mix_against_plan")
    planned = planned.assign(year=planned["period"].astype("str").str[:4].astype(int))
    years = sorted(set(planned["year"]) & set(mix["period"].astype(int)))
    if not years:
        return registry.empty("mix_against_plan")
    of_plan = planned[planned["year"] == years[-1]].groupby("id")["amount"].sum()
    sold = mix[mix["period"] == years[-1]].groupby("category")["revenue"].sum().clip(lower=0)
    table = (
        pd.DataFrame({"planned_share": of_plan / of_plan.sum(), "sold_share": sold / sold.sum()})
        .fillna(0.0)
        .rename_axis("category")
        .reset_index()
    )
    table["period"], table["difference_number"] = str(years[-1]), 100 * (table["sold_share"] - table["planned_share"])
    return table.sort_values(["planned_share", "category"], ascending=[False, True], ignore_index=True)[
        registry.tables()["mix_against_plan"].names
    ]


def ways(baskets: pd.DataFrame | None, orders: pd.DataFrame | None, *, since: pd.Timestamp) -> pd.DataFrame:
    """Orders of visited outlets by the way they came in.

    Returns
    -------
    DataFrame with way_class, way_orders, revenue, order_share; empty where ways are not written down.

    Source: method N7.
    """
    if baskets is None or orders is None or "way" not in orders.columns:
        return registry.empty("order_ways")
    by = (
        ours(baskets[baskets["date"] > since], orders)
        .groupby("way_class")
        .agg(way_orders=("order_id", "size"), revenue=("revenue", "sum"))
        .reset_index()
    )
    by["order_share"] = by["way_orders"] / by["way_orders"].sum()
    return by.sort_values(["way_orders", "way_class"], ascending=[False, True], ignore_index=True)[registry.tables()["order_ways"].names]


def trainings_held(trainings: pd.DataFrame | None, *, since: pd.Timestamp, as_of: pd.Timestamp) -> pd.DataFrame:
    """Trainings planned until as_of and held, by kind.

    Returns
    -------
    DataFrame with training_class, planned, held, held_of_share.

    Source: method H18.
    """
    if trainings is None:
        return registry.empty("trainings_held")
    part = trainings[(trainings["planned_on"] > since) & (trainings["planned_on"] <= as_of)]
    done = part["done_on"].notna() & (part["done_on"] <= as_of) if "done_on" in part.columns else pd.Series(data=False, index=part.index)
    by = (
        part.assign(done=done)
        .groupby("kind")
        .agg(planned=("done", "size"), held=("done", "sum"))
        .reset_index()
        .rename(columns={"kind": "training_class"})
    )
    by["held"] = by["held"].astype("int64")
    by["held_of_share"] = by["held"] / by["planned"]
    return by


def returned(panel: pd.DataFrame, visits: pd.DataFrame, *, until: pd.Timestamp) -> tuple[float, float]:
    """What visited outlets sent back in the last twelve months, and what they had bought before that was taken off.

    Source: method H1.
    """
    if "returned" not in panel.columns:
        return 0.0, 0.0
    part = last_year(panel[panel["customer_id"].isin(visits["customer_id"])], until=until)
    back = -float(part["returned"].sum())
    if not panel["returned"].any():  # no returns in the exports at all: not known, and no good mark
        return 0.0, 0.0
    return back, float(part["revenue"].sum()) + back

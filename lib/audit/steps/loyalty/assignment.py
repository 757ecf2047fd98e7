"""Both routes over a table of features, and what follows from a type."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core import registry
from audit.core.findings import NAN
from audit.steps.loyalty.clusters import agreement, assigned, centres, clusters_found, gap_statistic, stability
from audit.steps.loyalty.codes import LoyaltyType, Stability
from audit.steps.loyalty.scoring import by_definition, evidence, mixtures, scales, scores
from audit.steps.loyalty.type_features import SPEAKS_FOR


def types(
    table: pd.DataFrame,
    *,
    draws: int,
    least_score: float,
    least_strength: float,
    least_gap_errors: float,
    least_customers: int,
    least_agreement: float,
) -> dict[str, pd.DataFrame]:
    """Both routes over a table of features that differ between customers beyond sampling (`halves.told`).

    Declines (no clusters, all "no clear type") where fewer than `least_customers` customers or two types can be looked at, or
    where the gap statistic finds no groups. Nobody has a clear type either where the two routes agree less than `least_agreement`, and no
    member of a group that is not trusted.

    Returns
    -------
    dict of loyalty_types (customer_id, by_definition_class, cluster, strength_index, loyalty_class), loyalty_gaps, loyalty_centres,
    loyalty_scales, loyalty_mixtures, loyalty_stability; the last five empty where it declined.
    """
    index = table.index
    kept_tables = ("loyalty_gaps", "loyalty_centres", "loyalty_scales", "loyalty_mixtures", "loyalty_stability")
    empty = {name: registry.empty(name) for name in kept_tables}
    nobody = pd.DataFrame({"cluster": "", "strength_index": NAN, "loyalty_type": LoyaltyType.UNCLEAR}, index=index)
    if len(table) < least_customers or len({SPEAKS_FOR[f] for f in table.columns}) < 2:
        rule = pd.Series(LoyaltyType.UNCLEAR, index=index, dtype="str")
        return empty | {"loyalty_types": _together(rule, nobody)}
    kept = scales(table)
    loud = scores(table, kept)
    rule = by_definition(loud, least_score=least_score)
    mixed = mixtures(loud)
    points = evidence(loud, mixed)
    gaps = gap_statistic(table, _points, draws=draws)
    k = clusters_found(gaps, least_gap_errors=least_gap_errors)
    found = empty | {"loyalty_gaps": gaps, "loyalty_scales": kept, "loyalty_mixtures": mixed}
    if k == 1:
        return found | {"loyalty_types": _together(rule, nobody)}
    middle = centres(points, k)
    steady = stability(points, middle, draws=draws)
    member = assigned(points, middle, least_strength=least_strength)
    doubtful = steady.loc[steady["stability_class"] == Stability.NOT_TRUSTED, "cluster"]
    member["loyalty_type"] = member["loyalty_type"].where(~member["cluster"].isin(doubtful), LoyaltyType.UNCLEAR)
    if agreement(rule, member["loyalty_type"]) < least_agreement:
        member["loyalty_type"] = LoyaltyType.UNCLEAR
    return found | {"loyalty_types": _together(rule, member), "loyalty_centres": middle, "loyalty_stability": steady}


def _points(table: pd.DataFrame) -> pd.DataFrame:
    """Features as evidence for each type, all that it takes made of these features themselves."""
    loud = scores(table, scales(table))
    return evidence(loud, mixtures(loud))


def types_by_sample(
    table: pd.DataFrame, *, most_customers: int, least_score: float, least_strength: float, seed: int = 0, **rule
) -> dict[str, pd.DataFrame]:
    """Like types, the groups looked for in a random sample where the customers are more than `most_customers`, and everybody given a type
    by it.

    What the sample costs is measured: a second sample, of other customers, is treated alike, and the share of all customers to whom it
    gives
    another type is the error.

    Returns
    -------
    dict as of types, and loyalty_sample: customers, sampled, moved_share; no row where all were looked at.
    """
    given = {"least_score": least_score, "least_strength": least_strength, **rule}
    asked = pd.DataFrame(columns=["customers", "sampled", "moved_share"])
    if len(table) <= most_customers:
        return types(table, **given) | {"loyalty_sample": asked}
    drawn = np.random.default_rng(seed).permutation(len(table))[: 2 * most_customers]
    samples = [np.sort(drawn[:most_customers]), np.sort(drawn[most_customers:])]
    first, second = (types(table.iloc[sample], **given) for sample in samples)
    ours, other = (_everybody(table, made, least_score=least_score, least_strength=least_strength) for made in (first, second))
    asked.loc[0] = [len(table), most_customers, float((ours["loyalty_class"] != other["loyalty_class"]).mean())]
    return first | {"loyalty_types": ours, "loyalty_sample": asked}


def _everybody(table: pd.DataFrame, made: dict[str, pd.DataFrame], *, least_score: float, least_strength: float) -> pd.DataFrame:
    """loyalty_types of all customers by what a sample of them gave."""
    if made["loyalty_centres"].empty or (made["loyalty_types"]["loyalty_class"] == LoyaltyType.UNCLEAR).all():
        rule = (
            by_definition(scores(table, made["loyalty_scales"]), least_score=least_score)
            if len(made["loyalty_scales"])
            else LoyaltyType.UNCLEAR
        )
        nobody = pd.DataFrame({"cluster": "", "strength_index": NAN, "loyalty_type": LoyaltyType.UNCLEAR}, index=table.index)
        return _together(pd.Series(rule, index=table.index), nobody)
    found = again(table, made, least_score=least_score, least_strength=least_strength)
    steady = made["loyalty_stability"]
    doubtful = steady.loc[steady["stability_class"] == Stability.NOT_TRUSTED, "cluster"]
    return found.assign(loyalty_class=found["loyalty_class"].where(~found["cluster"].isin(doubtful), LoyaltyType.UNCLEAR))


def again(table: pd.DataFrame, kept: dict[str, pd.DataFrame], *, least_score: float, least_strength: float) -> pd.DataFrame:
    """loyalty_types of new features by the scales, mixtures and centres of an earlier run: types stay comparable (P17)."""
    loud = scores(table, kept["loyalty_scales"])
    member = assigned(evidence(loud, kept["loyalty_mixtures"]), kept["loyalty_centres"], least_strength=least_strength)
    return _together(by_definition(loud, least_score=least_score), member)


def _together(rule: pd.Series, member: pd.DataFrame) -> pd.DataFrame:
    table = member.rename(columns={"loyalty_type": "loyalty_class"}).assign(by_definition_class=rule)
    table = table.rename_axis("customer_id").reset_index()
    return table[["customer_id", "by_definition_class", "cluster", "strength_index", "loyalty_class"]].sort_values(
        "customer_id", ignore_index=True
    )


def summary(types: pd.DataFrame, yearly: pd.Series) -> pd.DataFrame:
    """Each type with its customers and money of a year by both routes, and what to do (D7): only for a type that somebody clearly is.

    Returns
    -------
    DataFrame with loyalty_class, customers, revenue, customers_by_definition, action.
    """
    money = types["customer_id"].map(yearly).astype(float).fillna(0.0)
    rows = [
        (
            t,
            int((types["loyalty_class"] == t).sum()),
            float(money[types["loyalty_class"] == t].sum()),
            int((types["by_definition_class"] == t).sum()),
            t.action if (types["loyalty_class"] == t).any() else "",
        )
        for t in LoyaltyType
    ]
    return pd.DataFrame(rows, columns=["loyalty_class", "customers", "revenue", "customers_by_definition", "action"])


def profiles(table: pd.DataFrame, types: pd.DataFrame) -> pd.DataFrame:
    """Medians of the features by type.

    Returns
    -------
    DataFrame with loyalty_class, customers, and a column per feature ending in _index.
    """
    kind = types.set_index("customer_id")["loyalty_class"].reindex(table.index)
    medians = table.groupby(kind).median().rename(columns=lambda c: f"{c}_index")
    medians.insert(0, "customers", kind.value_counts().reindex(medians.index))
    return medians.rename_axis("loyalty_class").reset_index()


def members(types: pd.DataFrame, yearly: pd.Series) -> pd.DataFrame:
    """Customers with their types by both routes, the most money of a year first.

    Returns
    -------
    DataFrame with customer_id, loyalty_class, strength_index, by_definition_class, yearly_revenue.
    """
    table = types.assign(yearly_revenue=types["customer_id"].map(yearly).astype(float).fillna(0.0))
    table = table.sort_values(["yearly_revenue", "customer_id"], ascending=[False, True], ignore_index=True)
    return table[["customer_id", "loyalty_class", "strength_index", "by_definition_class", "yearly_revenue"]]

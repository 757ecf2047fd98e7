"""Who are the good ones? Overlap of bases (D14), strayed customers (D1), the portrait (D16)."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
from scipy import stats

from audit.core import registry
from audit.core.findings import NAN
from audit.steps.segments.codes import Attribute, Base, Xyz

GOOD = ("A", "B")


def overlap(bases: pd.DataFrame) -> pd.DataFrame:
    """How far two bases of segmentation say the same (D14): Cramer's V with Bergsma's correction, 0 nothing, 1 the same.

    Parameters
    ----------
    bases
        one row per customer, one column of classes per base.

    Returns
    -------
    DataFrame with base_a, base_b, customers, agreement_index.
    """
    rows = []
    for a, b in itertools.combinations(bases.columns, 2):
        both = bases[[a, b]].dropna()
        counts = pd.crosstab(both[a], both[b])
        v = stats.contingency.association(counts, method="cramer", correction=False) if min(counts.shape) > 1 else NAN
        n, r, k = len(both), *counts.shape
        if n > 1 and v == v:
            phi = max(0.0, v**2 * (min(r, k) - 1) - (r - 1) * (k - 1) / (n - 1))
            least = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
            v = float(np.sqrt(phi / least)) if least > 0 else NAN
        rows.append((a, b, n, v))
    return pd.DataFrame(rows, columns=["base_a", "base_b", "customers", "agreement_index"])


def strayed(table: pd.DataFrame, customers: pd.DataFrame | None, *, telling: pd.DataFrame, chance: float, least_peers: int) -> pd.DataFrame:
    """Customers who look like the target audience and buy less (D1), most money first.

    Target audience: classes A and B of regularity X or Y. A strayed customer is of class C with a history long enough to judge, of the
    same industry as at least `least_peers` of the target audience; the gap is to the median of these peers. Only industries that tell good
    customers from others beyond chance count (`portrait`): elsewhere the gap is that of any small customer to any large one. It is a
    distance, not a forecast: whether the customer could buy so much, only its purchase budget tells (P25).

    Returns
    -------
    DataFrame with customer_id, industry, revenue, peers, peer_revenue (median), gap (money). Empty without industries.
    """
    columns = ["customer_id", "industry", "revenue", "peers", "peer_revenue", "gap"]
    if customers is None or "industry" not in customers.columns:
        return registry.empty("strayed")
    who = table.assign(industry=table["customer_id"].map(customers.set_index("customer_id")["industry"]))
    target = who[who["abc_class"].isin(["A", "B"]) & who["xyz_class"].isin(["X", "Y"])]
    peers = target.groupby("industry")["revenue"].agg(peers="size", peer_revenue="median")
    peers = peers[peers["peers"] >= least_peers]
    tells = telling[(telling["attribute_class"] == Attribute.INDUSTRY) & (telling["corrected_chance_share"] < chance)]
    tells = tells[tells["good_share"] > tells["other_share"]]
    peers = peers[peers.index.isin(tells["attribute"])]
    low = who[
        (who["abc_class"] == "C") & (who["xyz_class"] != Xyz.SHORT) & who["industry"].isin(peers.index) & (who["industry"] != "")
    ].merge(peers, on="industry")
    low = low.assign(gap=low["peer_revenue"] - low["revenue"])
    return low[low["gap"] > 0][columns].sort_values(["gap", "customer_id"], ascending=[False, True], ignore_index=True)


def portrait(table: pd.DataFrame, customers: pd.DataFrame | None, *, moved: pd.DataFrame, least: int) -> pd.DataFrame:
    """Who is a good customer and who is not (D16): attributes more frequent among A and B than among C, or the reverse.

    Fisher's exact test per value of industry, region and source, Benjamini and Hochberg's correction over all of them
    (P39), values of fewer than `least` customers left out. Where the classes of the year before are known, what tells must have told then too,
    in the same direction: an attribute of one good year is none of a good customer.

    Parameters
    ----------
    moved
        from migration, with the class of each group a year before.

    Returns
    -------
    DataFrame with attribute_class, attribute, customers, good_share (of those with it), other_share (of those without),
    corrected_chance_share (corrected; where it is larger, the chance of the year before), the most telling first.
    """
    columns = ["attribute_class", "attribute", "customers", "good_share", "other_share", "corrected_chance_share"]
    known = [c for c in ("industry", "region", "source") if customers is not None and c in customers.columns]
    class_before = table["group"].map(moved.set_index("group")["class_before"])
    who = table.assign(good=table["abc_class"].isin(GOOD), good_before=class_before.isin(GOOD), is_before=class_before.isin([*GOOD, "C"]))
    if known:
        who = who.merge(customers[["customer_id", *known]], on="customer_id")
    rows, before = [], []
    for column in known:
        for value, has in who.groupby(column):
            rest = who[who[column] != value]
            if value != "" and min(len(has), len(rest)) >= least:
                rows.append((column, value, len(has), has["good"].mean(), rest["good"].mean(), _chance(has["good"], rest["good"])))
                before.append(_chance_before(has, rest))
    found = pd.DataFrame(rows, columns=columns)
    if len(found):
        corrected = stats.false_discovery_control(found["corrected_chance_share"])
        found["corrected_chance_share"] = np.fmax(corrected, before)
    return found.sort_values(["corrected_chance_share", "attribute_class", "attribute"], ignore_index=True)


def _chance(has: pd.Series, rest: pd.Series) -> float:
    """Of the good ones among those with an attribute and those without: Fisher's exact test."""
    return float(stats.fisher_exact([[int(part.sum()), int((~part).sum())] for part in (has, rest)]).pvalue)


def _chance_before(has: pd.DataFrame, rest: pd.DataFrame) -> float:
    """The same a year before, 1 where the difference then pointed the other way; NaN where nobody was classed then."""
    then = [part.loc[part["is_before"], "good_before"] for part in (has, rest)]
    if not all(len(part) for part in then):
        return NAN
    is_other_way = (then[0].mean() - then[1].mean()) * (has["good"].mean() - rest["good"].mean()) < 0
    return 1.0 if is_other_way else _chance(*then)


def bases(table: pd.DataFrame, regularity: pd.DataFrame, stage: pd.DataFrame, rfm: pd.DataFrame) -> pd.DataFrame:
    """One row per customer, one column per base of segmentation: abc, xyz, lifecycle, rfm (its sum of scores, in thirds)."""
    total = rfm.set_index("customer_id")[["recency", "frequency", "money"]].sum(axis=1)
    columns = {
        Base.ABC: table.set_index("customer_id")["abc_class"],
        Base.XYZ: regularity.set_index("customer_id")["xyz_class"],
        Base.LIFECYCLE: stage.set_index("customer_id")["status_class"],
        Base.RFM: pd.cut(total, [0, 6, 10, 15], labels=["low", "middle", "high"]).astype("str"),
    }
    return pd.DataFrame(columns)

"""Why do customers stay: price, novelty, belonging or stability?

The four types of D6 by two routes. By definition: each type has features that speak for it, and a customer belongs to the
type that speaks loudest. By clusters: the same features, turned into evidence for each type, grouped by k-means where a
gap statistic against independently permuted columns finds groups at all (P16, P17); each group is named by the type its
centre speaks for, tested by bootstrap (Hennig), and a customer between groups has "no clear type". A model never
decides a rule: both stand side by side, with their agreement. Per legal entity, from `rhythm_purchases` on.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from audit.findings import NAN, Finding
from audit.language import mark as N_

TYPES = [N_("price"), N_("novelty"), N_("belonging"), N_("stability")]
NO_TYPE = N_("no clear type")
SPEAKS_FOR = {
    "discount": "price", "price_paid": "price", "novelty": "novelty", "variety": "novelty", "contacts": "belonging",
    "regularity": "stability", "sameness": "stability",
}  # fmt: skip
MOST_CLUSTERS = 6
STABLE, PATTERN = 0.75, 0.6  # Hennig's reading of the mean Jaccard, method "Remarks that bind"

ACTIONS = {  # D7
    "price": N_("do not chase: value is doubtful; sell from the price list, no new discounts without a volume in return"),
    "novelty": N_("pilots; first to hear of new products; consult on trends"),
    "belonging": N_("full attention: invitations, mailings, bonuses; a person who answers"),
    "stability": N_("treat as especially important and intervene little: same goods, same days, no surprises"),
    NO_TYPE: N_("watch; ask in the next conversation what keeps them"),
}


def features(
    history: pd.DataFrame, behaviour: pd.DataFrame | None, *, activities: pd.DataFrame | None, as_of: pd.Timestamp, least_purchases: int
) -> pd.DataFrame:
    """What speaks for each type, per customer with enough purchases; a column only where its table exists (D6).

    discount: share of list prices; price_paid: - log of the price against the product's usual; novelty: root of the share of lines with
    new products; variety: log of different products beyond what the number of lines explains; contacts: log of contacts begun by the
    customer a year; regularity: - log of the variation of gaps; sameness: the reverse of variety.

    Returns
    -------
    DataFrame indexed by customer_id, columns of SPEAKS_FOR as far as known, no missing values.
    """
    who = history[history["purchases"] >= least_purchases].set_index("customer_id")
    table = pd.DataFrame(index=who.index)
    if len(who) == 0:
        return table
    if behaviour is not None:
        how = behaviour.set_index("customer_id").reindex(who.index)
        if "discount_share" in how.columns and how["discount_share"].nunique() > 1:
            table["discount"] = how["discount_share"].fillna(0.0)
        if "price_index" in how.columns and how["price_index"].nunique() > 1:
            table["price_paid"] = -np.log(how["price_index"].clip(lower=0.05).fillna(1.0))
        if "novelty_share" in how.columns and how["novelty_share"].nunique() > 1:
            table["novelty"] = np.sqrt(how["novelty_share"].fillna(0.0))
        if how["products"].nunique() > 1:
            beyond = _beyond(np.log(how["products"].to_numpy(dtype=float)), np.log(how["lines"].to_numpy(dtype=float)))
            table["variety"], table["sameness"] = beyond, -beyond
    if activities is not None and len(activities):
        began = activities[(activities["direction"] == "in") & (activities["date"] <= as_of)].groupby("customer_id").size()
        seen = ((who["last_on"] - who["first_on"]).dt.days + 30) / 365
        table["contacts"] = np.log1p(began.reindex(who.index).fillna(0) / seen)
    table["regularity"] = -0.5 * np.log(who["gap_log_var"].fillna(who["gap_log_var"].median()).fillna(1.0) + 0.01)
    return table[[c for c in SPEAKS_FOR if c in table.columns]]


def _beyond(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """What of y a parabola in x does not explain."""
    degree = min(2, len(np.unique(x)) - 1)
    return y - np.polyval(np.polyfit(x, y, degree), x)


def scales(table: pd.DataFrame) -> pd.DataFrame:
    """Median and robust spread of each feature, to be kept for later runs.

    Returns
    -------
    DataFrame with feature, centre_number, spread_number.
    """
    spread = (table.quantile(0.75) - table.quantile(0.25)) / 1.349
    spread = spread.where(spread > 0, table.std()).replace(0, 1.0)
    return pd.DataFrame({"feature": table.columns, "centre_number": table.median().to_numpy(), "spread_number": spread.to_numpy()})


def scores(table: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """How loudly the features speak for each type: the mean of its scaled features, cut at 4; columns only for types with a feature."""
    by = kept.set_index("feature")
    scaled = ((table - by["centre_number"].reindex(table.columns)) / by["spread_number"].reindex(table.columns)).clip(-4, 4)
    known = [t for t in TYPES if any(SPEAKS_FOR[f] == t for f in table.columns)]
    return pd.DataFrame({t: scaled[[f for f in table.columns if SPEAKS_FOR[f] == t]].mean(axis=1) for t in known})


def by_definition(loud: pd.DataFrame, *, least_score: float) -> pd.Series:
    """The type that speaks loudest, if loud enough; the rule-based baseline (P17)."""
    if loud.empty:
        return pd.Series(dtype="str")
    return loud.idxmax(axis=1).where(loud.max(axis=1) >= least_score, NO_TYPE)


def mixtures(loud: pd.DataFrame) -> pd.DataFrame:
    """For each type the two kinds of customers its score falls into: those it speaks for, and the others.

    Returns
    -------
    DataFrame with type, low_number, high_number (means), low_spread_number, high_spread_number, high_share (weight).
    """
    rows = []
    for name in loud.columns:
        fitted = GaussianMixture(2, n_init=3, random_state=0).fit(loud[[name]].to_numpy())
        order = np.argsort(fitted.means_.ravel())
        mean, spread, weight = fitted.means_.ravel()[order], np.sqrt(fitted.covariances_.ravel()[order]), fitted.weights_[order]
        rows.append((name, mean[0], mean[1], spread[0], spread[1], weight[1]))
    return pd.DataFrame(rows, columns=["type", "low_number", "high_number", "low_spread_number", "high_spread_number", "high_share"])


def evidence(loud: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """The chance, by its score, that a type speaks for a customer: 0 to 1, rising with the score."""
    by = kept.set_index("type")
    columns = {}
    for name in loud.columns:
        row, x = by.loc[name], loud[name].to_numpy()
        high = row["high_share"] * stats.norm.pdf(x, row["high_number"], row["high_spread_number"])
        low = (1 - row["high_share"]) * stats.norm.pdf(x, row["low_number"], row["low_spread_number"])
        chance = high / np.maximum(high + low, 1e-300)
        chance = np.where(x <= row["low_number"], 0.0, chance)
        columns[name] = np.where(x >= row["high_number"], np.maximum(chance, 0.5), chance)
    return pd.DataFrame(columns, index=loud.index)


def gap_statistic(points: pd.DataFrame, *, draws: int, seed: int = 0) -> pd.DataFrame:
    """For each number of groups, how much tighter they are than in data whose columns are permuted independently (P16).

    A uniform null would find one cluster in four planted ones; permuted columns keep every column's own shape and
    destroy only what goes together.

    Returns
    -------
    DataFrame with clusters (1 to 6), gap_number, error_number (of the null, Tibshirani's s).
    """
    values = points.to_numpy()
    generator = np.random.default_rng(seed)
    ks = [k for k in range(1, MOST_CLUSTERS + 1) if k < len(np.unique(values, axis=0))]
    own = np.array([_tightness(values, k) for k in ks])
    null = np.array([[_tightness(_permuted(values, generator), k) for k in ks] for _ in range(draws)])
    gap = null.mean(axis=0) - own
    error = null.std(axis=0) * np.sqrt(1 + 1 / draws)
    return pd.DataFrame({"clusters": ks, "gap_number": gap, "error_number": error})


def _permuted(values: np.ndarray, generator) -> np.ndarray:
    return np.column_stack([generator.permutation(column) for column in values.T])


def _tightness(values: np.ndarray, k: int) -> float:
    if k == 1:
        return float(np.log(((values - values.mean(axis=0)) ** 2).sum() + 1e-12))
    return float(np.log(KMeans(k, n_init=4, random_state=0).fit(values).inertia_ + 1e-12))


def clusters_found(gaps: pd.DataFrame, *, least_gap_errors: float) -> int:
    """The number of groups with the widest gap, 1 where no gap clears `least_gap_errors` errors of the null."""
    clear = gaps[(gaps["clusters"] > 1) & (gaps["gap_number"] > least_gap_errors * gaps["error_number"])]
    return int(clear.loc[clear["gap_number"].idxmax(), "clusters"]) if len(clear) else 1


def centres(points: pd.DataFrame, k: int) -> pd.DataFrame:
    """The centres of k groups, each named by the type it speaks for loudest; to be kept for later runs.

    Returns
    -------
    DataFrame with cluster, type ("no clear type" where no evidence reaches one half), and the evidence of each type.
    """
    start = np.eye(points.shape[1]) * 0.8 + 0.05  # where pure types would stand; further groups start where k-means++ puts them
    values = points.to_numpy()
    seeded = KMeans(k, init=start, n_init=1, random_state=0) if k == len(start) else KMeans(k, n_init=20, random_state=0)
    middle = seeded.fit(values).cluster_centers_
    table = pd.DataFrame(middle, columns=points.columns).sort_values(list(points.columns), ascending=False, ignore_index=True)
    names = table.idxmax(axis=1).where(table.max(axis=1) >= 0.5, NO_TYPE)
    table.insert(0, "type", names)
    table.insert(0, "cluster", [f"{i + 1}" for i in range(len(table))])
    return table


def assigned(points: pd.DataFrame, kept: pd.DataFrame, *, least_strength: float) -> pd.DataFrame:
    """Each customer's nearest centre, and how much nearer it is than the nearest centre of another type.

    Returns
    -------
    DataFrame indexed as points: cluster, strength_index (0 between two types, 1 on the centre), loyalty_type.
    """
    away = np.linalg.norm(points.to_numpy()[:, None, :] - kept[list(points.columns)].to_numpy()[None, :, :], axis=2)
    nearest = away.argmin(axis=1)
    names = kept["type"].to_numpy()
    other = np.where(names[None, :] == names[nearest][:, None], np.inf, away).min(axis=1)
    own = away[np.arange(len(away)), nearest]
    strength = np.where(np.isinf(other), 1.0, 1 - own / np.maximum(other, 1e-12))
    kind = np.where(strength >= least_strength, names[nearest], NO_TYPE)
    return pd.DataFrame(
        {"cluster": kept["cluster"].to_numpy()[nearest], "strength_index": strength, "loyalty_type": kind}, index=points.index
    )


def stability(points: pd.DataFrame, kept: pd.DataFrame, *, draws: int, seed: int = 0) -> pd.DataFrame:
    """Hennig's cluster-wise stability: the mean Jaccard of each group with its nearest in bootstrap samples (P16).

    Returns
    -------
    DataFrame with cluster, type, customers, jaccard_index, stability_class (stable >= 0.75, a pattern >= 0.6, not trusted).
    """
    values, middle = points.to_numpy(), kept[list(points.columns)].to_numpy()
    label = np.linalg.norm(values[:, None, :] - middle[None, :, :], axis=2).argmin(axis=1)
    generator = np.random.default_rng(seed)
    found = np.zeros((draws, len(kept)))
    for draw in range(draws):
        at = generator.integers(0, len(values), len(values))
        again = KMeans(len(kept), init=middle, n_init=1, random_state=0).fit_predict(values[at])
        for k in range(len(kept)):
            own = label[at] == k
            overlap = [np.sum(own & (again == j)) / max(np.sum(own | (again == j)), 1) for j in range(len(kept))]
            found[draw, k] = max(overlap)
    mean = found.mean(axis=0)
    reading = np.select([mean >= STABLE, mean >= PATTERN], [N_("stable"), N_("a pattern")], N_("not trusted"))
    counts = np.bincount(label, minlength=len(kept))
    return pd.DataFrame(
        {"cluster": kept["cluster"], "type": kept["type"], "customers": counts, "jaccard_index": mean, "stability_class": reading}
    )


def agreement(rule: pd.Series, grouped: pd.Series) -> float:
    """Adjusted Rand index of the two routes, abstentions counted as a label; nan for fewer than two customers."""
    return float(adjusted_rand_score(rule, grouped)) if len(rule) > 1 else NAN


def types(
    table: pd.DataFrame, *, draws: int, least_score: float, least_strength: float, least_gap_errors: float, least_customers: int
) -> dict[str, pd.DataFrame]:
    """Both routes over a table of features.

    Declines (no clusters, all "no clear type") where fewer than `least_customers` customers or two types can be looked at, or
    where the gap statistic finds no groups. Members of groups that are not trusted have no clear type either.

    Returns
    -------
    dict of loyalty_types (customer_id, by_definition_class, cluster, strength_index, loyalty_class), loyalty_gaps, loyalty_centres,
    loyalty_scales, loyalty_mixtures, loyalty_stability; the last five empty where it declined.
    """
    index = table.index
    empty = {
        "loyalty_gaps": pd.DataFrame(columns=["clusters", "gap_number", "error_number"]),
        "loyalty_centres": pd.DataFrame(columns=["cluster", "type"]),
    }
    empty |= {
        "loyalty_scales": pd.DataFrame(columns=["feature", "centre_number", "spread_number"]),
        "loyalty_mixtures": pd.DataFrame(columns=["type"]),
    }
    empty |= {"loyalty_stability": pd.DataFrame(columns=["cluster", "type", "customers", "jaccard_index", "stability_class"])}
    nobody = pd.DataFrame({"cluster": "", "strength_index": NAN, "loyalty_type": NO_TYPE}, index=index)
    if len(table) < least_customers or len({SPEAKS_FOR[f] for f in table.columns}) < 2:
        rule = pd.Series(NO_TYPE, index=index, dtype="str")
        return empty | {"loyalty_types": _together(rule, nobody)}
    kept = scales(table)
    loud = scores(table, kept)
    rule = by_definition(loud, least_score=least_score)
    mixed = mixtures(loud)
    points = evidence(loud, mixed)
    gaps = gap_statistic(points, draws=draws)
    k = clusters_found(gaps, least_gap_errors=least_gap_errors)
    found = empty | {"loyalty_gaps": gaps, "loyalty_scales": kept, "loyalty_mixtures": mixed}
    if k == 1:
        return found | {"loyalty_types": _together(rule, nobody)}
    middle = centres(points, k)
    steady = stability(points, middle, draws=draws)
    member = assigned(points, middle, least_strength=least_strength)
    doubtful = steady.loc[steady["stability_class"] == "not trusted", "cluster"]
    member["loyalty_type"] = member["loyalty_type"].where(~member["cluster"].isin(doubtful), NO_TYPE)
    return found | {"loyalty_types": _together(rule, member), "loyalty_centres": middle, "loyalty_stability": steady}


def types_by_sample(
    table: pd.DataFrame, *, most_customers: int, least_score: float, least_strength: float, seed: int = 0, **rule
) -> dict[str, pd.DataFrame]:
    """Like types, the groups looked for in a random sample where the customers are more than `most_customers`, and everybody given a type by it.

    What the sample costs is measured: a second sample, of other customers, is treated alike, and the share of all customers to whom it gives
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
    if made["loyalty_centres"].empty:
        rule = by_definition(scores(table, made["loyalty_scales"]), least_score=least_score) if len(made["loyalty_scales"]) else NO_TYPE
        nobody = pd.DataFrame({"cluster": "", "strength_index": NAN, "loyalty_type": NO_TYPE}, index=table.index)
        return _together(pd.Series(rule, index=table.index), nobody)
    found = again(table, made, least_score=least_score, least_strength=least_strength)
    steady = made["loyalty_stability"]
    doubtful = steady.loc[steady["stability_class"] == "not trusted", "cluster"]
    return found.assign(loyalty_class=found["loyalty_class"].where(~found["cluster"].isin(doubtful), NO_TYPE))


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
    """Each type with its customers and money of a year by both routes, and what to do (D7).

    Returns
    -------
    DataFrame with loyalty_class, customers, revenue, customers_by_definition, action.
    """
    money = types["customer_id"].map(yearly).astype(float).fillna(0.0)
    rows = [
        (t, int((types["loyalty_class"] == t).sum()), float(money[types["loyalty_class"] == t].sum()), int((types["by_definition_class"] == t).sum()), ACTIONS[t])
        for t in [*TYPES, NO_TYPE]
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["loyalty_class", "customers", "revenue", "customers_by_definition", "action"])


def sampled(sample: pd.DataFrame) -> list[Finding]:
    """That groups were looked for in a sample, and what that costs; nothing where all customers were looked at."""
    return [
        Finding(
            "loyalty_sample", "loyalty", "model",
            N_("Groups were looked for in a random sample of {sampled} of {n} customers, and everybody given a type by them; another sample of that size would give {value} of all another type."),
            value=float(row["moved_share"]), n=int(row["customers"]), params={"sampled": int(row["sampled"])},
        )
        for _i, row in sample.iterrows()
    ]  # fmt: skip


def findings(types: pd.DataFrame, gaps: pd.DataFrame, steady: pd.DataFrame, *, looked_at: list[str], least_purchases: int) -> list[Finding]:
    """Whether there are types to find, who they are, and how far the two routes agree."""
    n = len(types)
    features_said = ", ".join(looked_at)
    if gaps.empty:
        why = N_("too few customers with a rhythm, or features that speak for fewer than two types")
        return [
            Finding(
                "loyalty",
                "loyalty",
                "model",
                N_("Loyalty types cannot be told from these data (n = {n})."),
                unit="count",
                n=n,
                why=why,
                params={"features": features_said},
            )
        ]
    if steady.empty:
        return [
            Finding(
                "loyalty", "loyalty", "model",
                N_("There are no loyalty types to find: the customers’ behaviour forms no groups beyond what independent features would show (n = {n}). Names given to groups here would be names given to noise."),
                unit="count", n=n,
            )
        ]  # fmt: skip
    clear = types["loyalty_class"] != NO_TYPE
    counts = types.loc[clear, "loyalty_class"].value_counts()
    trusted = int((steady["stability_class"] != "not trusted").sum())
    same = agreement(types["by_definition_class"], types["loyalty_class"])
    most = counts.index[0] if len(counts) else NO_TYPE
    return [
        Finding(
            "loyalty", "loyalty", "model",
            N_("{value} of {n} customers with {least} or more purchases have a clear loyalty type; the most frequent is {most} ({most_count}). {trusted} of {groups} groups are stable enough to be trusted."),
            value=float(clear.mean()) if n else NAN, n=n,
            params={"least": least_purchases, "most": most, "most_count": int(counts.iloc[0]) if len(counts) else 0, "trusted": trusted, "groups": len(steady)},
        ),
        Finding(
            "loyalty_agreement", "loyalty", "model",
            N_("Groups and definitions agree to {value} (adjusted Rand index: 1 the same, 0 as by chance); where they differ, ask the customer before acting."),
            value=same, unit="ratio", n=n,
        ),
    ]  # fmt: skip


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

"""What the chapter says: its findings, from its tables."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import NAN, Finding
from audit.i18n import mark as N_
from audit.steps.loyalty.clusters import agreement
from audit.steps.loyalty.codes import Feature, LoyaltyType, Stability


def sampled(sample: pd.DataFrame) -> list[Finding]:
    """That groups were looked for in a sample, and what that costs; nothing where all customers were looked at."""
    return [
        Finding(
            "loyalty_sample",
            "loyalty",
            "model",
            N_(
                "We looked for groups in a random sample of {sampled} of {n} {n:customer|customers} and used them to give every customer a type. Another sample of that size would give {value} of all customers another type."
            ),
            title=N_("Loyalty types by sample"),
            value=float(row["moved_share"]),
            n=int(row["customers"]),
            params={"sampled": int(row["sampled"])},
        )
        for _i, row in sample.iterrows()
    ]


def chapter_findings(
    types: pd.DataFrame,
    gaps: pd.DataFrame,
    steady: pd.DataFrame,
    reliable: pd.DataFrame,
    *,
    looked_at: list[str],
    least_purchases: int,
    least_agreement: float,
) -> list[Finding]:
    """Whether there are types to find, who they are, and how far the two routes agree."""
    n = len(types)
    if gaps.empty:
        why = N_("too few customers with a rhythm, or features that speak for fewer than two types")
        if len(reliable) > len(looked_at):
            why = N_(
                "in the behaviour that would reveal a type, customers differ from one another no more than one customer does from one time to another"
            )
        message = N_("We cannot tell loyalty types from these data (n = {n}).")
        return [_none(message, n, why=why, params={"features": [Feature(one) for one in looked_at]})]
    if steady.empty:
        message = N_(
            "There are no loyalty types to find: the customers’ behaviour forms no groups beyond what independent features would show (n = {n}). Any names for groups here would be names for noise."
        )
        return [_none(message, n)]
    same = agreement(types["by_definition_class"], _by_groups(types, steady))
    if same < least_agreement:
        why = N_("the groups do not agree with what the types mean, so that their names would be guesses")
        message = N_("Customers fall into groups, but we cannot say which loyalty types these are (n = {n}).")
        return [_none(message, n, why=why), _agreement(same, n)]
    return [_types(types, steady, least_purchases=least_purchases), _agreement(same, n)]


def _none(message: str, n: int, **more) -> Finding:
    """That nobody is given a type."""
    return Finding("loyalty", "loyalty", "model", message, title=N_("Loyalty types"), unit="count", n=n, **more)


def _types(types: pd.DataFrame, steady: pd.DataFrame, *, least_purchases: int) -> Finding:
    """For how many the grouping and the definitions agree, and how many groups are to be trusted."""
    n = len(types)
    clear = (types["loyalty_class"] != LoyaltyType.UNCLEAR) & (types["loyalty_class"] == types["by_definition_class"])
    counts = types.loc[clear, "loyalty_class"].value_counts()
    trusted = int((steady["stability_class"] != Stability.NOT_TRUSTED).sum())
    most = LoyaltyType(counts.index[0]) if len(counts) else LoyaltyType.UNCLEAR
    return Finding(
        "loyalty",
        "loyalty",
        "model",
        N_(
            "For {value} of the {n} {n:customer|customers} with {least} or more purchases, statistical grouping and fixed definitions agree on the type, most often {most} ({most_count} of them). For the others, the type is a guess. {trusted} of the {groups} {groups:group|groups} {trusted:reappears|reappear} when the grouping is repeated; several groups may be of the same type."
        ),
        title=N_("Loyalty types"),
        value=float(clear.mean()) if n else NAN,
        n=n,
        params={
            "least": least_purchases,
            "most": most,
            "most_count": int(counts.iloc[0]) if len(counts) else 0,
            "trusted": trusted,
            "groups": len(steady),
        },
    )


def _by_groups(types: pd.DataFrame, steady: pd.DataFrame) -> pd.Series:
    """The type of each customer's group, where the group is trusted."""
    names = steady["type"].where(steady["stability_class"] != Stability.NOT_TRUSTED, LoyaltyType.UNCLEAR)
    return types["cluster"].map(dict(zip(steady["cluster"], names, strict=True))).fillna(LoyaltyType.UNCLEAR)


def _agreement(same: float, n: int) -> Finding:
    return Finding(
        "loyalty_agreement",
        "loyalty",
        "model",
        N_(
            "Agreement between the grouping and the definitions is {value} (adjusted Rand index: 1 means identical, 0 means chance). Where they differ, ask the customer before you act."
        ),
        title=N_("Agreement of loyalty types"),
        value=same,
        unit="ratio",
        n=n,
    )

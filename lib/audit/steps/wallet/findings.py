"""The chapter's findings."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from audit.core.findings import Finding
from audit.i18n import mark as N_
from audit.steps.wallet.codes import Basis, Position, Provenance


def chapter_findings(
    wallets: pd.DataFrame,
    tried: pd.DataFrame,
    space: pd.DataFrame,
    moved: pd.DataFrame,
    managers: pd.DataFrame,
    realistic: pd.DataFrame,
    with_doubted: tuple[int, float, float],
    *,
    rate: float,
) -> list[Finding]:
    """Our share of budgets that were given, of those modelled, what changed it, the largest category gap, managers below what was
    expected, what is realistic, budgets that cannot be right, and what those in doubt would change."""
    given = wallets["provenance_class"].isin([Provenance.DECLARED, Provenance.BENCHMARK]).any()
    rest = [*_managers(managers), _realistic(realistic), *_wrong(wallets)] if given else []
    return [_given(wallets), *_doubted(wallets, with_doubted), *_modelled(wallets, tried, rate), *_space(space), *_moved(moved), *rest]


def _given(wallets: pd.DataFrame) -> Finding:
    told = wallets[wallets["provenance_class"].isin([Provenance.DECLARED, Provenance.BENCHMARK])]
    if told.empty or not told["budget"].sum():
        why = N_("no budgets were supplied: what customers buy from others is not known")
        return Finding(
            "wallet_share",
            "wallet",
            "estimate",
            N_("We cannot say what our share of the customers’ purchases is."),
            title=N_("Share of wallet"),
            why=why,
        )
    revenue, gap = float(told["revenue"].sum()), float(told["gap"].sum())
    return Finding(
        "wallet_share",
        "wallet",
        "estimate",
        N_(
            "The {n} {n:customer|customers} with known budgets buy from us {value} of what they need ({low} to {high} if every budget is off by the usual error); for half of them, the share is above {median_share}. They spend {gap} a year elsewhere; two of them account for {top_share} of that. These customers bring in {sales_share} of our sales."
        ),
        title=N_("Share of wallet"),
        value=revenue / float(told["budget"].sum()),
        n=len(told),
        low=revenue / float(told["high_budget"].sum()),
        high=min(1.0, revenue / float(told["low_budget"].sum())),
        money=gap,
        money_low=float(told["low_gap"].sum()),
        money_high=float(told["high_gap"].sum()),
        who=", ".join(told["group"].head(10)),
        params={
            "median_share": float(told["wallet_share"].median()),
            "top_share": float(told["gap"].nlargest(2).sum() / gap) if gap else 0.0,
            "gap": gap,
            "sales_share": revenue / float(wallets["revenue"].sum()) if wallets["revenue"].sum() else float("nan"),
        },
    )


def _doubted(wallets: pd.DataFrame, with_doubted: tuple[int, float, float]) -> list[Finding]:
    """What the claim would be with the budgets in doubt: beside it, never instead of it."""
    told = wallets["provenance_class"].isin([Provenance.DECLARED, Provenance.BENCHMARK])
    count, share, gap = with_doubted
    if count <= told.sum():
        return []
    message = N_(
        "The budgets of {value} {value:customer|customers} change too much within a year, so these figures leave them out. With them, our share would be {with_share}, and {gap} a year would go elsewhere. Ask these customers about their budgets again first."
    )
    return [
        Finding(
            "wallet_doubted",
            "wallet",
            "fact",
            message,
            title=N_("Budgets in doubt"),
            value=float(count - told.sum()),
            unit="count",
            n=count,
            params={"with_share": share, "gap": gap},
        )
    ]


def _modelled(wallets: pd.DataFrame, tried: pd.DataFrame, rate: float) -> list[Finding]:
    """Budgets that nobody told: estimated where a rule holds, or set against the best of their size, or unknown with the reason."""
    of = wallets[wallets["provenance_class"] == Provenance.MODELLED]
    unknown = wallets[wallets["provenance_class"] == Provenance.UNKNOWN]
    if of.empty:
        return [_not_modelled(len(unknown), tried)] if len(unknown) else []
    share = float(of["revenue"].sum() / of["budget"].sum())
    found = Finding("wallet_modelled", "wallet", "model", "", title=N_("Budgets estimated"), value=share, n=len(of))
    if (of["basis_class"] == Basis.ACHIEVABLE).all():
        params = {name: float(of[column].sum()) for name, column in (("gap", "gap"), ("low", "low_gap"), ("high", "high_gap"))}
        message = N_(
            "If the {n} {n:customer|customers} without a known budget bought what the top tenth of their size buys from us, they would buy {gap} more. That is not their budget; {unknown} remain unknown."
        )
        return [replace(found, message=message, params={**params, "unknown": len(unknown)})]
    used = tried[tried["is_used"]].iloc[0]
    message = N_(
        "For {n} {n:customer|customers} we have no credible budget. We estimate theirs from {told} {told:customer who has one|customers who have one}, using the rule “{rule_class}”: our share of these budgets is {value} ({low} to {high}). The ranges are set so that about {rate_share} of the budgets we have not seen should fall within them. For another {unknown} {unknown:customer|customers}, including those larger than any peer we asked, we cannot even estimate one. {unknown:This last customer brings|These last customers bring} in {unknown_share} of our sales, so ask them next."
    )
    params = {"told": int(used["customers"]), "rule_class": Basis(used["rule"]), "rate_share": rate, "unknown": len(unknown)}
    params["unknown_share"] = float(unknown["revenue"].sum() / wallets["revenue"].sum())
    low, high = (float(of["revenue"].sum() / of[column].sum()) for column in ("high_budget", "low_budget"))
    return [replace(found, message=message, params=params, low=low, high=high)]


def _not_modelled(unknown: int, tried: pd.DataFrame) -> Finding:
    why = N_("too few budgets are known, and customers’ sizes are not known or do not show how much they buy")
    if len(tried):
        why = N_("no rule told budgets that it had not seen better than the same budget for everybody would")
    message = N_("The budgets of {n} {n:customer|customers} cannot be estimated.")
    return Finding("wallet_modelled", "wallet", "model", message, title=N_("Budgets estimated"), n=unknown, why=why)


def _space(space: pd.DataFrame) -> list[Finding]:
    if space.empty or not space["gap"].sum():
        return []
    by = (
        space.groupby("category")
        .agg(gap=("gap", "sum"), budget=("budget", "sum"), revenue=("revenue", "sum"), n=("group", "nunique"))
        .sort_values(["gap"], ascending=False)
    )
    top = by.iloc[0]
    return [
        Finding(
            "white_space",
            "wallet",
            "estimate",
            N_(
                "The category in which customers spend the most elsewhere is “{category}”: {gap} by {n} {n:customer|customers}. We have {value} of their budget for it."
            ),
            title=N_("The largest gap by category"),
            value=float(top["revenue"] / top["budget"]),
            n=int(top["n"]),
            params={"category": str(by.index[0]), "gap": float(top["gap"])},
        )
    ]


def _moved(moved: pd.DataFrame) -> list[Finding]:
    if moved.empty:
        return []
    told = moved[~moved["is_doubtful"].astype(bool)]
    params = {
        "budget_effect": float(told["budget_effect"].sum()),
        "share_part": float(told["share_effect"].sum()),
        "doubtful": len(moved) - len(told),
    }
    message = N_(
        "Sales to the {n} {n:customer|customers} with credible budgets for two years changed by {value}: {budget_effect} comes from their budgets, {share_part} from our share of them. Another {doubtful} {doubtful:customer has a budget that jumps|customers have budgets that jump}, which is first of all a question about the data."
    )
    return [
        Finding(
            "wallet_change",
            "wallet",
            "estimate",
            message,
            title=N_("What moved the share"),
            value=float(told["change"].sum()),
            unit="money",
            n=len(told),
            params=params,
        )
    ]


def _managers(managers: pd.DataFrame) -> list[Finding]:
    told = managers[managers["position_class"] != Position.FEW] if len(managers) else managers
    if told.empty:
        why = N_("too few customers of any one manager have given their budgets")
        return [
            Finding(
                "wallet_managers",
                "wallet",
                "estimate",
                N_("We cannot say whether managers win what their customers’ budgets offer."),
                title=N_("Share of wallet by manager"),
                why=why,
            )
        ]
    low = told[told["position_class"] == Position.BELOW]
    message = N_(
        "{value} of the {n} {n:manager|managers} with enough known budgets {value:has|have} a share of them that is lower, beyond chance, than customers in the same industries give our other managers."
    )
    none = N_(
        "None of the {n} {n:manager|managers} with enough known budgets has a share of them that is lower, beyond chance, than is usual in these industries."
    )
    return [
        Finding(
            "wallet_managers",
            "wallet",
            "estimate",
            message if len(low) else none,
            title=N_("Share of wallet by manager"),
            value=float(len(low)),
            unit="count",
            n=len(told),
            low=float(len(low)),
            high=float(len(low)),
            params={"managers": len(told)},
        )
    ]


def _realistic(realistic: pd.DataFrame) -> Finding:
    if realistic.empty:
        why = N_("budgets of two years are known for too few customers to see what share is ever won in a year")
        return Finding(
            "wallet_capture",
            "wallet",
            "estimate",
            N_("We cannot say how much of the gaps is realistic to win."),
            title=N_("What is realistic to win"),
            why=why,
        )
    value, low, high = (float(realistic[c].sum()) for c in ("realistic", "low_realistic", "high_realistic"))
    return Finding(
        "wallet_capture",
        "wallet",
        "estimate",
        N_(
            "{n} {n:customer with a known budget also buys|customers with known budgets also buy} elsewhere. If our share at each of them rose by the usual amount (the typical rise where shares do rise), and none more than doubled its purchases, we would sell {value} ({low} to {high}) more over the year. Such rises came without any special effort; we cannot tell what an effort would add."
        ),
        title=N_("What is realistic to win"),
        value=value,
        unit="money",
        n=len(realistic),
        low=low,
        high=high,
        money=value,
        money_low=low,
        money_high=high,
        who=", ".join(realistic["group"].head(10)),
    )


def _wrong(wallets: pd.DataFrame) -> list[Finding]:
    wrong = wallets[wallets["is_below_sales"]]
    if wrong.empty:
        return []
    message = N_(
        "{value} {value:budget is|budgets are} below what we sold to the customer in that year. {value:It|They} cannot be right, so we use our sales instead."
    )
    return [
        Finding(
            "wallet_wrong",
            "wallet",
            "fact",
            message,
            title=N_("Budgets that cannot be right"),
            value=float(len(wrong)),
            unit="count",
            n=int(wallets["provenance_class"].isin([Provenance.DECLARED, Provenance.BENCHMARK]).sum()),
            who=", ".join(wrong["group"].head(10)),
        )
    ]

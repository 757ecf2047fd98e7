"""What the chapter says: its findings, from its tables."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import Finding
from audit.core.quantities import Term
from audit.i18n import mark as N_
from audit.steps.accounts.codes import Level, Limit, Reason
from audit.steps.accounts.reasons import JUDGED


def chapter_findings(
    keys: pd.DataFrame,
    bounds: pd.DataFrame,
    loss_scenarios: pd.DataFrame,
    potential: pd.DataFrame,
    *,
    managers: pd.DataFrame | None,
    key_share: float,
) -> list[Finding]:
    """How many are key and why, the limits of the sources, and the largest dependence."""
    return [_keys(keys, bounds, key_share), *_limits(bounds, managers), *_dependence(loss_scenarios), _potential(potential, keys)]


def _limits(bounds: pd.DataFrame, managers: pd.DataFrame | None) -> list[Finding]:
    """The limits that the sources state, each judged by itself."""
    by = dict(list(bounds.groupby("limit_class")))
    share, innovators = by[Limit.KEYS].iloc[0], by[Limit.INNOVATORS].iloc[0]
    found = []
    if share["count"]:
        found.append(
            Finding(
                "key_share",
                "accounts",
                "fact",
                N_(
                    "{count} of {n} {n:customer|customers} {count:is|are} key for the company as a whole, not counting those key only to one department or manager: {value}."
                ),
                title=N_("Share of key accounts"),
                value=float(share["count_share"]),
                n=int(share["total"]),
                norm_id="key_accounts_share",
                params={"count": int(share["count"])},
            )
        )
    if Limit.PER_MANAGER in by:
        led = by[Limit.PER_MANAGER]
        most = led.nlargest(1, "count").iloc[0]
        called = {} if managers is None else managers.set_index("manager_id")["name"].to_dict()
        found.append(
            Finding(
                "keys_per_manager",
                "accounts",
                "fact",
                N_("Manager {manager} looks after the most key accounts: {value}."),
                title=N_("Key accounts per manager"),
                value=float(most["count"]),
                unit="count",
                n=len(led),
                norm_id="key_accounts_per_manager",
                params={"manager": called.get(most["manager_id"], most["manager_id"])},
            )
        )
    if innovators["count"]:
        found.append(
            Finding(
                "innovators",
                "accounts",
                "fact",
                N_("{count} of {n} {n:customer|customers} {count:is|are} judged innovators: {value}."),
                title=N_("Innovators"),
                value=float(innovators["count_share"]),
                n=int(innovators["total"]),
                norm_id="innovators_share",
                params={"count": int(innovators["count"])},
            )
        )
    return found


def _keys(keys: pd.DataFrame, bounds: pd.DataFrame, key_share: float) -> Finding:
    total = int(bounds.iloc[0]["total"])
    if keys.empty:
        return Finding(
            "key_accounts",
            "accounts",
            "fact",
            N_("None of {n} {n:customer|customers} is key for any reason that these data show."),
            title=N_("Key accounts"),
            value=0.0,
            unit="count",
            n=total,
        )
    by = keys.groupby("reason_class")["group"].nunique()
    company = keys[keys["level_class"] == Level.COMPANY]
    return Finding(
        "key_accounts",
        "accounts",
        "fact",
        N_(
            "{value} {value:customer is|customers are} key: {company:0:none|#|#} with {limit_share} or more of the company’s sales, {below:0:none|#|#} with that share of a department’s or manager’s sales, {potential:0:none|#|#} because of a known budget, and {judged:0:none|#|#} because of facts on record."
        ),
        title=N_("Key accounts"),
        value=float(keys["group"].nunique()),
        quantities={Term.KEY_ACCOUNTS: float(keys["group"].nunique())},
        unit="count",
        n=total,
        who=" ".join(keys["group"].unique()[:20]),
        params={
            "company": company["group"].nunique(),
            "limit_share": key_share,
            "below": int(by.get(Reason.REVENUE, 0)) - company["group"].nunique(),
            "potential": int(by.get(Reason.POTENTIAL, 0)),
            "judged": int(keys.loc[keys["reason_class"].isin(JUDGED), "group"].nunique()),
        },
    )


def _dependence(loss_scenarios: pd.DataFrame) -> list[Finding]:
    if loss_scenarios.empty or not loss_scenarios["revenue"].iloc[0] > 0:
        return []
    top = loss_scenarios.iloc[0]
    above = N_(
        "The largest customer accounted for {value} of the last twelve months’ sales, {revenue}. For its share to fall to the target, others would have to buy {rest_growth_rate} more."
    )
    below = N_("The largest customer accounted for {value} of the last twelve months’ sales, {revenue}, and {margin_share} of the margin.")
    result = N_(
        "The largest customer accounted for {value} of the last twelve months’ sales, {revenue}, and {margin_share} of the margin. Without it, if we saved only the cost of its goods, profit after overheads but before tax would fall from {result_with} to {result_without}."
    )
    no_margin = N_(
        "The largest customer accounted for {value} of the last twelve months’ sales, {revenue}. By the exported costs its goods cost us more than it pays: check them before you draw any conclusion."
    )
    unknown = N_("The largest customer accounted for {value} of the last twelve months’ sales, {revenue}.")
    if top["margin_lost"] < 0:
        message = no_margin
    elif top["rest_growth_rate"] == top["rest_growth_rate"]:
        message = above
    else:
        message = below if top["margin_share"] == top["margin_share"] else unknown
        message = result if top["result_without"] == top["result_without"] and message == below else message
    return [
        Finding(
            "dependence",
            "accounts",
            "fact",
            message,
            title=N_("Dependence on the largest"),
            value=float(top["revenue_share"]),
            quantities={Term.LARGEST_SHARE: float(top["revenue_share"]), Term.RESULT: float(top["result_with"])},
            n=len(loss_scenarios),
            norm_id="dependence_share",
            money=float(top["revenue"]),
            who=str(top["group"]),
            params={
                "result_with": float(top["result_with"]),
                "result_without": float(top["result_without"]),
                "revenue": float(top["revenue"]),
                "rest_growth_rate": float(top["rest_growth_rate"]),
                "margin_share": float(top["margin_share"]),
            },
        )
    ]


def _potential(potential: pd.DataFrame, keys: pd.DataFrame) -> Finding:
    if potential.empty:
        why = N_("no budgets were supplied: what customers buy from others is not known")
        return Finding(
            "potential",
            "accounts",
            "fact",
            N_("We cannot say who is key by potential."),
            title=N_("Potential of the largest"),
            unit="count",
            why=why,
        )
    of = keys[keys["reason_class"] == Reason.POTENTIAL]["group"]
    gap = potential.loc[potential["group"].isin(of), "gap"].sum()
    return Finding(
        "potential",
        "accounts",
        "fact",
        N_(
            "Of {n} {n:customer|customers} whose budgets are known, {value} {value:is|are} key by potential; they spend {gap} a year elsewhere."
        )
        if len(of)
        else N_(
            "None of the {n} {n:customer|customers} with known budgets has one large enough to make it a key account for its potential; for all other customers we cannot tell."
        ),
        title=N_("Potential of the largest"),
        value=float(of.nunique()),
        unit="count",
        n=len(potential),
        money=float(gap),
        who=" ".join(of),
        params={"gap": float(gap)},
    )

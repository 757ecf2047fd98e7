"""What the chapter says: its findings, from its tables."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import Finding
from audit.core.quantities import Term
from audit.i18n import mark as N_
from audit.steps.portfolio.classes import ENOUGH_BUDGETS, are_told, known_budgets
from audit.steps.portfolio.codes import PortfolioClass

KEPT = (PortfolioClass.CORE, PortfolioClass.DEVELOPMENT, PortfolioClass.MAINTENANCE)


def chapter_findings(
    table: pd.DataFrame,
    made: pd.DataFrame,
    parts: pd.DataFrame,
    loads: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    most: float,
    agreement: float,
    least_agreement: float,
) -> list[Finding]:
    """How many customers are of which class, effort against profit, whether the classes are more than chance, who has too many to develop.

    Parameters
    ----------
    agreement, least_agreement
        Cohen's kappa of the classes by two halves of the customers' months, and the least at which classes are claimed.
    """
    if table.empty:
        return [
            Finding(
                "portfolio",
                "portfolio",
                "fact",
                N_("Customers cannot be put into classes."),
                title=N_("Classes of the portfolio"),
                why=N_("nobody bought in the last twelve months"),
            )
        ]
    if not (agreement >= least_agreement and are_told(table)):
        return [_unclear(table, made, agreement, least_agreement)]
    return [
        _sizes(parts),
        _clear(table, agreement),
        *_stopped(table),
        *_losing(table),
        *_effort(parts),
        *_loads(loads, most),
        *_pairs(pairs),
    ]


def _unclear(table: pd.DataFrame, made: pd.DataFrame, agreement: float, least_agreement: float) -> Finding:
    if not agreement >= least_agreement:
        why = N_("one half of a customer’s months gives one class, and the other half another: the classes would be mostly chance")
    elif known_budgets(made) < ENOUGH_BUDGETS:
        why = N_(
            "budgets are known or estimated for fewer than half of the customers, and past sales do not show what a customer could buy"
        )
    else:
        why = N_("slightly different weights or other months would put every customer into another class")
    return Finding(
        "portfolio",
        "portfolio",
        "model",
        N_("We cannot say which customers to grow and which to keep (n = {n})."),
        title=N_("Classes of the portfolio"),
        unit="count",
        n=len(table),
        why=why,
        params={"agreement": agreement},
    )


def _sizes(parts: pd.DataFrame) -> Finding:
    by = parts.set_index("portfolio_class")
    return Finding(
        "portfolio",
        "portfolio",
        "model",
        N_(
            "Of {n} {n:customer|customers}, {core} {core:is|are} core, {value} {value:is|are} worth developing, {maintenance} {maintenance:is|are} to be maintained, {opportunistic} {opportunistic:is|are} to be served only where it pays and {new} {new:is|are} too new to judge. The core customers bring in {core_share} of sales."
        ),
        title=N_("Classes of the portfolio"),
        value=float(by.loc[PortfolioClass.DEVELOPMENT, "customers"]),
        quantities={Term.GROUPS_OF_YEAR: float(by["customers"].sum()), Term.SALES_OF_YEAR: float(by["revenue"].sum())},
        unit="count",
        n=int(by["customers"].sum()),
        params={
            "core": int(by.loc[PortfolioClass.CORE, "customers"]),
            "new": int(by.loc[PortfolioClass.NEW, "customers"]),
            "maintenance": int(by.loc[PortfolioClass.MAINTENANCE, "customers"]),
            "opportunistic": int(by.loc[PortfolioClass.OPPORTUNISTIC, "customers"]),
            "core_share": float(by.loc[PortfolioClass.CORE, "revenue_share"]),
        },
    )


def _clear(table: pd.DataFrame, agreement: float) -> Finding:
    table = table[table["portfolio_class"] != PortfolioClass.NEW]
    return Finding(
        "portfolio_clear",
        "portfolio",
        "fact",
        N_(
            "Of the {n} {n:customer|customers} not too new to judge, {value} are classed reliably: they keep their class in at least 80 % of random draws of months and weights. The other {count} {count:is|are} borderline: use your own judgement. If customers are classed on each half of the months separately, the two results agree with a kappa of {agreement_number} (1 means identical, 0 means chance)."
        ),
        title=N_("Whether classes are more than chance"),
        value=float(table["is_clear"].mean()),
        n=len(table),
        params={"count": int((~table["is_clear"]).sum()), "agreement_number": agreement},
    )


def _stopped(table: pd.DataFrame) -> list[Finding]:
    message = N_(
        "{value} of the customers we want to keep or develop {value:has|have} stopped paying (see the chapter on receivables): settle that before anything else."
    )
    return _against_class(table, "is_stopped", "portfolio_stopped", message, N_("Customers to grow who stopped paying"))


def _losing(table: pd.DataFrame) -> list[Finding]:
    message = N_(
        "{value} of the customers we want to keep or develop {value:is|are} unprofitable however costs are allocated (see the chapter on profit): change prices and terms before giving them more."
    )
    return _against_class(table, "is_losing", "portfolio_losing", message, N_("Customers to grow that lose money"))


def _against_class(table: pd.DataFrame, mark: str, name: str, message: str, title: str) -> list[Finding]:
    """Whom its class says to keep or develop, and a mark says not to, as it stands; nothing where there are none."""
    marked = table[table[mark] & table["portfolio_class"].isin(KEPT)]
    if marked.empty:
        return []
    number, who = float(len(marked)), ", ".join(marked["group"])
    return [Finding(name, "portfolio", "fact", message, title=title, value=number, unit="count", n=len(table), who=who)]


def _effort(parts: pd.DataFrame) -> list[Finding]:
    by = parts.set_index("portfolio_class")
    last = by.loc[PortfolioClass.OPPORTUNISTIC]
    if not last["customers"]:
        return []
    if last["effort_share"] != last["effort_share"]:
        why = N_("table costs or the cost of goods is missing")
        return [
            Finding(
                "portfolio_effort",
                "portfolio",
                "fact",
                N_("We cannot say whether effort goes where the profit is."),
                title=N_("Effort and profit"),
                why=why,
            )
        ]
    message = N_(
        "Opportunistic customers, to be served only where it pays, take {value} of the cost to serve and bring in {profit} of the {whole} profit before acquisition costs. Core customers take {core_share} and bring in {core_profit}."
    )
    params = {
        "profit": float(last["profit"]),
        "whole": float(by["profit"].sum()),
        "core_share": float(by.loc[PortfolioClass.CORE, "effort_share"]),
        "core_profit": float(by.loc[PortfolioClass.CORE, "profit"]),
    }
    return [
        Finding(
            "portfolio_effort",
            "portfolio",
            "fact",
            message,
            title=N_("Effort and profit"),
            value=float(last["effort_share"]),
            n=int(last["customers"]),
            params=params,
        )
    ]


def _loads(loads: pd.DataFrame, most: float) -> list[Finding]:
    if loads.empty:
        return []
    return [
        Finding(
            "portfolio_capacity",
            "portfolio",
            "fact",
            N_(
                "This audit assumes that one manager can develop {most} {most:customer|customers} at a time; {over} of the {n} {n:manager|managers} {over:has|have} more than that, and the busiest has {value}."
            ),
            title=N_("Customers to develop per manager"),
            value=float(loads[PortfolioClass.DEVELOPMENT].max()),
            unit="count",
            n=len(loads),
            params={"over": int((loads[PortfolioClass.DEVELOPMENT] > most).sum()), "most": int(most)},
        )
    ]


def _pairs(pairs: pd.DataFrame) -> list[Finding]:
    if pairs.empty:
        return []
    message = N_(
        "{value} pairs of customers to grow whose class is clear are in the same industry and region and may compete; {n} {n:customer is|customers are} in these pairs."
    )
    return [
        Finding(
            "portfolio_conflicts",
            "portfolio",
            "fact",
            message,
            title=N_("Customers that may compete"),
            value=float(len(pairs)),
            unit="count",
            n=int(pd.concat([pairs["group"], pairs["rival"]]).nunique()),
        )
    ]

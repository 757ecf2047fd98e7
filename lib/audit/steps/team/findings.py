"""What the chapter says: its findings, from its tables."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import Finding
from audit.i18n import mark as N_
from audit.stats.matched import difference
from audit.steps.team.codes import By, Measured, Told
from audit.steps.team.of_money import money_findings
from audit.steps.team.one_person import is_decidable

FEW_HANDED = 10  # handovers from which their effect is said


def chapter_findings(
    results: pd.DataFrame,
    year: pd.DataFrame,
    alone: pd.DataFrame,
    moved: pd.DataFrame,
    load: pd.DataFrame,
    cascade: pd.DataFrame,
    paid: pd.DataFrame,
    deals: pd.DataFrame,
    talks: pd.DataFrame,
    by_channel: pd.DataFrame,
    settled: pd.DataFrame,
    hired: pd.DataFrame,
    pay: tuple[float, float, float, int],
    *,
    left: tuple[int, int],
    several: tuple[int, int],
    least: int,
    confidence: float,
) -> list[Finding]:
    """Who stands out beyond chance, what one person alone knows, what handovers did, whether there is time enough, whether plans add up, what pay rewards."""
    return [
        _compared(results, year, least),
        *_kept(results),
        *_alone(alone),
        *_handed(moved, confidence),
        *_load(load),
        *_small(load),
        *money_findings(cascade, paid, pay, deals, by_channel, several),
        *_left(left),
        *_settled(settled),
        *_hired(hired),
        *_talks(talks),
    ]


def _compared(results: pd.DataFrame, year: pd.DataFrame, least: int) -> Finding:
    told = results[results["told_class"] != Told.FEW]
    title = N_("Managers beyond chance")
    if told.empty:
        return Finding(
            "team_compared", "team", "fact", N_("We cannot say whether one manager works better than another."), title=title, unit="count", n=len(year),
            why=N_("no more than one manager has enough customers to be compared"),
        )  # fmt: skip
    out = told[told["told_class"].isin([Told.BETTER, Told.WORSE])]
    better, worse = (set(out.loc[out["told_class"] == one, "manager_id"]) for one in (Told.BETTER, Told.WORSE))
    none = N_("None of {n} {n:manager|managers} stands out: what their customers did differs no more than chance makes it.")
    some = N_(
        "Of {n} {n:manager|managers}, {value} {value:stands|stand} out by more than chance explains: with similar customers, {better} {better:does|do} better and {worse} worse; the others should not be ranked."
    )
    return Finding(
        "team_compared", "team", "fact", some if len(out) else none, title=title, value=float(len(better | worse)), unit="count",
        n=int(told["manager_id"].nunique()), params={"better": len(better), "worse": len(worse), "least": least, "comparisons": len(told)},
    )  # fmt: skip


def _kept(results: pd.DataFrame) -> list[Finding]:
    """How far kept shares lie apart, and whether anybody can be told from chance by them."""
    kept = results[(results["measure_class"] == Measured.KEPT) & (results["told_class"] != Told.FEW)]
    if len(kept) < 2:
        return []
    out = int(kept["told_class"].isin([Told.BETTER, Told.WORSE]).sum())
    none = N_(
        "Depending on the manager, between {low_share} and {high_share} of customers stayed. This spread is no wider than customer mix and chance would produce."
    )
    some = N_(
        "Depending on the manager, between {low_share} and {high_share} of customers stayed; {value} of {n} {n:manager|managers} {value:lies|lie} outside the range of chance."
    )
    return [
        Finding(
            "team_kept",
            "team",
            "fact",
            some if out else none,
            title=N_("Customers kept, by manager"),
            value=float(out),
            unit="count",
            n=len(kept),
            params={"low_share": float(kept["value_number"].min()), "high_share": float(kept["value_number"].max())},
        )
    ]


def _alone(alone: pd.DataFrame) -> list[Finding]:
    if alone.empty or not alone["revenue"].sum() > 0:
        return []
    first, whole = alone.iloc[0], float(alone["revenue"].sum())
    if not is_decidable(alone):
        return [
            Finding(
                "team_alone", "team", "fact", N_("We cannot say which customers would leave with a manager."), title=N_("Known to only one manager"), n=int(alone["customers"].sum()),
                why=N_("for nearly every customer, the sales and contact records name only one manager; the field may be filled in automatically"),
            )
        ]  # fmt: skip
    value = float(alone["alone_revenue"].sum())
    if not value:
        message = N_("No recent buyer is known to one manager only.")
        return [
            Finding(
                "team_alone", "team", "fact", message, title=N_("Known to only one manager"), value=0.0, n=int(alone["customers"].sum())
            )
        ]
    return [
        Finding(
            "team_alone",
            "team",
            "fact",
            N_(
                "Customers with {value} of the sales are known to only one manager; the manager on whom most depends has {top} such customers, with {money}."
            ),
            title=N_("Known to only one manager"),
            value=value / whole,
            n=int(alone["customers"].sum()),
            money=float(first["alone_revenue"]),
            money_low=0.0,
            money_high=float(first["alone_revenue"]),
            params={"money": float(first["alone_revenue"]), "top": int(first["alone_customers"])},
        )
    ]


def _handed(moved: pd.DataFrame, confidence: float) -> list[Finding]:
    title = N_("Customers handed over")
    if moved.empty:
        return []
    if not moved["is_declared"].astype(bool).all():
        message = N_("{n} {n:customer was|customers were} handed over, as the sales show; we cannot say what became of them.")
        why = N_("of such handovers only those are seen whose customer went on buying: the table assignments would name all")
        return [Finding("team_handed", "team", "fact", message, title=title, n=len(moved), why=why)]
    known = moved[moved["like_share"].notna()]
    if len(known) < FEW_HANDED:
        message = N_("{n} {n:customer was|customers were} handed over with six months seen before and after; of so few nothing is said.")
        return [Finding("team_handed", "team", "fact", message, title=title, unit="count", n=len(moved), why=N_("too few handovers"))]
    value, low, high, n = difference(known, confidence=confidence)
    return [
        Finding(
            "team_handed",
            "team",
            "estimate",
            N_(
                "Of {n} {n:customer|customers} handed over, {kept_share} bought again in the following six months, against {like_share} of similar customers who were not. These data do not show whether the handover was the cause."
            ),
            title=title,
            value=value,
            n=n,
            low=low,
            high=high,
            who=" ".join(known.loc[~known["is_kept"], "customer_id"]),
            params={"kept_share": float(known["is_kept"].mean()), "like_share": float(known["like_share"].mean())},
        )
    ]


def _load(load: pd.DataFrame) -> list[Finding]:
    needed, made = load["needed"].sum(), load["made"].sum()
    if not needed > 0 or load["made"].isna().all():
        return []
    over = int((load["load_ratio"] > 1).sum())
    none = N_(
        "Customers of each class should have {needed} contacts a year in all; {made} {made:is|are} recorded ({value}). This does not say how many people are needed."
    )
    some = N_(
        "Customers of each class should have {needed} contacts a year in all; {made} {made:is|are} recorded ({value}). {over} of {n} {n:manager|managers} {over:has|have} more customers than days for them."
    )
    return [
        Finding(
            "team_load",
            "team",
            "fact",
            some if over else none,
            title=N_("Contacts needed and made"),
            value=float(made) / float(needed),
            n=len(load),
            params={"needed": int(needed), "made": int(made), "over": over},
        )
    ]


def _small(load: pd.DataFrame) -> list[Finding]:
    keys = load[(load["key_accounts"] > 0) & (load["orders"] > 0)]
    if keys.empty:
        return []
    small, orders = int(keys["small_orders"].sum()), int(keys["orders"].sum())
    return [
        Finding(
            "team_small",
            "team",
            "fact",
            N_("Of the orders handled by managers with key accounts, {value} {value:is|are} small: {small} in twelve months."),
            title=N_("Small orders beside key accounts"),
            value=small / orders,
            n=orders,
            params={"small": small},
        )
    ]


def _left(left: tuple[int, int]) -> list[Finding]:
    gone, there = left
    if not there:
        return []
    return [
        Finding(
            "team_left",
            "team",
            "fact",
            N_("{value} of {n} {n:manager|managers} who were there a year ago {value:has|have} left."),
            title=N_("Managers who left"),
            value=float(gone),
            unit="count",
            n=there,
        )
    ]


def _settled(settled: pd.DataFrame) -> list[Finding]:
    """How long the newly hired took until they sold as much as the median of colleagues of long standing (N9)."""
    if settled.empty:
        return []
    months = settled["settled_months"].dropna()
    none = N_("Of {n} {n:manager|managers} hired in the time seen, none sells as much as colleagues of long standing yet.")
    some = N_(
        "Of {n} {n:manager|managers} hired in the time seen, {value} sell as much as colleagues of long standing; the slowest took {months} {months:month|months}."
    )
    return [
        Finding(
            "team_settled",
            "team",
            "fact",
            some if len(months) else none,
            title=N_("Managers newly hired"),
            value=float(len(months)),
            unit="count",
            n=len(settled),
            params={"months": int(months.max())} if len(months) else {},
        )
    ]


def _hired(hired: pd.DataFrame) -> list[Finding]:
    every = hired[hired["by_class"] == By.ALL]
    decided = int((every["hired"] + every["not_hired"]).sum())
    if not decided:
        return []
    return [
        Finding(
            "team_hired",
            "team",
            "fact",
            N_("Of {n} candidates on whom a decision was made, {value} {value:was|were} hired."),
            title=N_("Hiring of sellers"),
            value=float(every["hired"].sum()),
            unit="count",
            n=decided,
        )
    ]


def _talks(talks: pd.DataFrame) -> list[Finding]:
    if talks.empty:
        return []
    recent = int(talks["is_recent"].astype(bool).sum())
    return [
        Finding(
            "team_talks",
            "team",
            "fact",
            N_("{value} of {n} sellers {value:has|have} recently discussed their work with their line manager."),
            title=N_("Talks with sellers"),
            value=float(recent),
            unit="count",
            n=len(talks),
        )
    ]

"""What the chapter says: its findings, from its tables."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import Finding
from audit.i18n import mark as N_
from audit.steps.field.codes import Copied, Way

FEW = 30  # visits, or orders, from which a share is said


def chapter_findings(
    day: pd.DataFrame,
    adhered: pd.DataFrame,
    no_visit: pd.DataFrame,
    copied: pd.DataFrame,
    whole: pd.DataFrame,
    products: pd.DataFrame,
    routes: pd.DataFrame,
    too_fast: int,
    mixed: pd.DataFrame,
    by_way: pd.DataFrame,
    trained: pd.DataFrame,
    returned: tuple[float, float],
    written_off: pd.DataFrame,
    even: pd.DataFrame,
    *,
    has_hours: bool,
    cutoff: str,
) -> list[Finding]:
    """What came of planned visits, whether they were made and where, whose orders are copies, what is missing on the shelf, and what came back."""
    return [
        *_listed(day, has_hours, cutoff),
        *_recovered(day),
        *_adherence(adhered),
        *_presence(adhered),
        *_no_visit(no_visit),
        *_copied(copied),
        *_must_have(whole, products),
        *_returned(returned),
        *_written_off(written_off),
        *_even(even),
        *_routes(routes, too_fast),
        *_mixed(mixed),
        *_ways(by_way),
        *_trained(trained),
    ]


def _listed(day: pd.DataFrame, has_hours: bool, cutoff: str) -> list[Finding]:
    planned = int(day["planned"].sum()) if len(day) else 0
    if not planned:
        return []
    ordered = int(day["ordered"].sum())
    by_hour = N_(
        "Of {n} planned visits on days with recorded orders, {value} had no order in the system by {cutoff}; {nothing} had no order at all that day."
    )
    by_day = N_("Of {n} planned visits {value} had no order that day; at what hour orders come in is not known.")
    return [
        Finding(
            "field_listed", "field", "fact", by_hour if has_hours else by_day, title=N_("Visits without an order"), value=(planned - ordered) / planned, n=planned,
            params={"cutoff": cutoff, "nothing": int(day["without_order"].sum()), "listed": planned - ordered},
        )
    ]  # fmt: skip


def _recovered(day: pd.DataFrame) -> list[Finding]:
    listed = int((day["planned"] - day["ordered"]).sum()) if len(day) else 0
    back = int(day["recovered"].sum()) if len(day) else 0
    if not back:
        return []
    money, unvisited = float(day["recovered_revenue"].sum()), int(day["recovered_unvisited"].sum())
    some = N_(
        "The evening lists of missing orders had {n} {n:entry|entries}; in {back} {back:case|cases} the call centre took an order the same evening, worth {money} in all. In {unvisited} of these cases the representative had not visited the outlet."
    )
    every = N_(
        "The evening lists of missing orders had {n} {n:entry|entries}; in {back} {back:case|cases} the call centre took an order the same evening, worth {money} in all. In none of these cases had the representative visited the outlet that day."
    )
    return [
        Finding(
            "field_recovered",
            "field",
            "fact",
            every if unvisited == back else some,
            title=N_("Orders through the call centre"),
            value=back / listed,
            n=listed,
            params={"back": back, "money": money, "unvisited": unvisited},
        )
    ]


def _adherence(adhered: pd.DataFrame) -> list[Finding]:
    planned = int(adhered["planned"].sum()) if len(adhered) else 0
    if planned < FEW:
        return []
    return [
        Finding(
            "field_adherence",
            "field",
            "fact",
            N_(
                "{value} of {n} planned visits were made on the planned day, {other} on another day, and {missed} {missed:was|were} not made."
            ),
            title=N_("Visits made as planned"),
            value=float(adhered["on_day"].sum()) / planned,
            n=planned,
            params={"missed": int(adhered["not_made"].sum()), "other": int(adhered["other_day"].sum())},
        )
    ]


def _presence(adhered: pd.DataFrame) -> list[Finding]:
    placed = int(adhered["placed"].sum()) if len(adhered) else 0
    if placed < FEW:
        return []
    there = float((adhered["there_share"].fillna(0) * adhered["placed"]).sum())
    away = placed - round(there)
    worst = adhered.assign(away=adhered["placed"] * (1 - adhered["there_share"].fillna(1))).sort_values("away", ascending=False).iloc[0]
    none = N_("All {n} {n:visit|visits} with a known place were made at the outlet.")
    some = N_(
        "{away} of {n} {n:visit|visits} with a known place were not made at the outlet, {worst} of them on one route: the device, the place on file or the visit is wrong."
    )
    return [
        Finding(
            "field_presence", "field", "fact", some if away else none, title=N_("Visits at the outlet"), value=there / placed, n=placed,
            params={"away": away, "worst": round(float(worst["away"]))},
        )
    ]  # fmt: skip


def _no_visit(no_visit: pd.DataFrame) -> list[Finding]:
    orders = int(no_visit["rep_orders"].sum()) if len(no_visit) else 0
    if orders < FEW:
        return []
    return [
        Finding(
            "field_no_visit",
            "field",
            "fact",
            N_("All {n} {n:order|orders} that representatives took were taken on a day with a visit.")
            if not no_visit["without_visit"].sum()
            else N_(
                "{value} of {n} {n:order|orders} that representatives took stand without a visit that day; some may have come by telephone."
            ),
            title=N_("Orders without a visit"),
            value=float(no_visit["without_visit"].sum()) / orders,
            n=orders,
        )
    ]


def _copied(copied: pd.DataFrame) -> list[Finding]:
    told = copied[copied["copied_class"] != Copied.FEW]
    if told.empty:
        return []
    more = told[told["copied_class"] == Copied.MORE]
    none = N_("No representative copies earlier orders more often than is normal for similar outlets ({n} compared).")
    some = N_(
        "{value} of {n} representatives {value:repeats|repeat} the same order more often than is normal for similar outlets: {copy_share} of the orders, against {others_share} for the others."
    )
    return [
        Finding(
            "field_copied", "field", "estimate", some if len(more) else none, title=N_("Orders copied"), value=float(len(more)), unit="count", n=len(told),
            low=float(len(more)), high=float(len(more)),
            params={"copy_share": float(more["copy_share"].iloc[0]), "others_share": float(more["of_others_share"].iloc[0])} if len(more) else {},
        )
    ]  # fmt: skip


def _must_have(whole: pd.DataFrame, products: pd.DataFrame) -> list[Finding]:
    outlets = int(whole["outlets"].sum()) if len(whole) else 0
    if not outlets:
        return []
    first = products.iloc[0]
    return [
        Finding(
            "field_must_have",
            "field",
            "fact",
            N_(
                "None of {n} {n:outlet|outlets} that ordered recently stocks the full must-have range; the product most often missing is stocked by {least_share}."
            )
            if not whole["whole"].sum()
            else N_(
                "{value} of {n} {n:outlet|outlets} that ordered recently stock the full must-have range; the product most often missing is stocked by {least_share}."
            ),
            title=N_("Must-have range"),
            value=float(whole["whole"].sum()) / outlets,
            n=outlets,
            params={"least_share": float(first["held_of_share"])},
        )
    ]


def _returned(returned: tuple[float, float]) -> list[Finding]:
    back, sold = returned
    if not sold > 0:
        return []
    return [
        Finding(
            "field_returns",
            "field",
            "fact",
            N_("Visited outlets sent back {value} of what they bought in the last twelve months."),
            title=N_("Returns of visited outlets"),
            value=back / sold,
            n=1,
            norm_id="return_rate",
            money=back,
            money_low=back,
            money_high=back,
        )
    ]


def _written_off(written_off: pd.DataFrame) -> list[Finding]:
    whole = float(written_off["amount"].sum()) if len(written_off) else 0.0
    rate = float(written_off["sales_rate"].sum(skipna=False)) if len(written_off) else float("nan")
    if not whole > 0 or rate != rate:
        return []
    return [
        Finding(
            "field_written_off",
            "field",
            "fact",
            N_("In the last twelve months, goods worth {money} were written off, {value} of all sales."),
            title=N_("Goods written off"),
            value=rate,
            n=int(written_off["entries"].sum()),
            money=whole,
            money_low=whole,
            money_high=whole,
            params={"money": whole},
        )
    ]


def _even(even: pd.DataFrame) -> list[Finding]:
    """How far weeks lie apart, beside the year before: season is in both."""
    if len(even) < 2:
        return []
    now, before = (float(one) for one in even["spread_ratio"])
    return [
        Finding(
            "field_even",
            "field",
            "fact",
            N_(
                "Weekly orders of visited outlets vary by {value} of their mean, against {before_share} a year before; both figures include the season."
            ),
            title=N_("Evenness of weeks"),
            value=now,
            n=int(even["weeks"].sum()),
            params={"before_share": before},
        )
    ]


def _routes(routes: pd.DataFrame, too_fast: int) -> list[Finding]:
    if len(routes) < FEW:
        return []
    title, driven, shortest = N_("Length of routes"), float(routes["driven_number"].sum()), float(routes["shortest_number"].sum())
    if too_fast > len(routes):
        return [
            Finding(
                "field_routes", "field", "model", N_("We cannot say how long routes were."), title=title, n=len(routes),
                why=N_("on most days somebody would have driven faster than anybody does: places or hours are wrong"),
            )
        ]  # fmt: skip
    return [
        Finding(
            "field_routes",
            "field",
            "model",
            N_(
                "As the crow flies, routes were {value} longer than the same outlets need, over {n} {n:day|days}; opening hours and roads are not in it."
            ),
            title=title,
            value=driven / shortest - 1 if shortest else 0.0,
            n=len(routes),
        )
    ]


def _mixed(mixed: pd.DataFrame) -> list[Finding]:
    if mixed.empty:
        return []
    off = float((mixed["sold_share"] - mixed["planned_share"]).abs().sum()) / 2
    worst = mixed.loc[mixed["difference_number"].abs().idxmax()]
    return [
        Finding(
            "field_mixed",
            "field",
            "fact",
            N_("{value} of the sales of {year} went to other categories than planned; furthest from it: {category}."),
            title=N_("Mix against plan"),
            value=off,
            n=len(mixed),
            params={"year": str(worst["period"]), "category": str(worst["category"])},
        )
    ]


def _ways(by_way: pd.DataFrame) -> list[Finding]:
    if by_way.empty:
        return []
    first = by_way.iloc[0]
    return [
        Finding(
            "field_ways",
            "field",
            "fact",
            N_("Orders from visited outlets come in most often by: {way} ({value} of {n})."),
            title=N_("How orders come in"),
            value=float(first["order_share"]),
            n=int(by_way["way_orders"].sum()),
            params={"way": {"message": Way(first["way_class"]).label}},
        )
    ]


def _trained(trained: pd.DataFrame) -> list[Finding]:
    planned = int(trained["planned"].sum()) if len(trained) else 0
    if not planned:
        return []
    return [
        Finding(
            "field_trained",
            "field",
            "fact",
            N_("Of {n} training sessions planned for the last twelve months, {held} {held:was|were} held."),
            title=N_("Trainings held"),
            value=float(trained["held"].sum()) / planned,
            n=planned,
            params={"held": int(trained["held"].sum())},
        )
    ]

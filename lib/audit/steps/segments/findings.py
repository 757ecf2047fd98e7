"""The chapter's findings."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import Finding
from audit.core.quantities import Term
from audit.i18n import mark as N_
from audit.stats.shares import ratio
from audit.steps.segments.codes import Abc, Attribute

OWN = 0.5  # share of the differences in order size that must be the customers' own


def chapter_findings(
    table: pd.DataFrame,
    moved: pd.DataFrame,
    gaps: pd.DataFrame,
    telling: pd.DataFrame,
    orders: pd.DataFrame,
    *,
    chance: float,
    reliability: float,
    peers: int,
) -> list[Finding]:
    """Who carries the sales by class, how many really moved, who strayed, and whether a portrait can be drawn."""
    return [
        _carriers(table),
        _moved(moved),
        _strayed(gaps, telling),
        _orders(orders, reliability, peers),
        _portrait(telling, len(table), chance, (moved["class_before"] != Abc.NONE).any()),
    ]


def _portrait(telling: pd.DataFrame, customers: int, chance: float, is_of_both: bool) -> Finding:
    """What tells good customers from others, beyond what chance would among so many attributes; `is_of_both`: the year before is known too."""
    title, sure = N_("Profile of the good customer"), telling[telling["corrected_chance_share"] < chance]
    if telling.empty:
        why = N_("no customer’s industry, region or source is known")
        return Finding("portrait", "segments", "estimate", N_("We cannot draw up a profile of a good customer."), title=title, why=why)
    if sure.empty:
        both = N_(
            "{tested:The one attribute tested does not tell|None of the # attributes tested tells} good customers from others better than chance in both years; a profile based on {tested:it|them} would be pure invention."
        )
        one = N_(
            "{tested:The one attribute tested does not tell|None of the # attributes tested tells} good customers from others better than chance; a profile based on {tested:it|them} would be pure invention."
        )
        message = both if is_of_both else one
        tested = {"tested": len(telling)}
        return Finding("portrait", "segments", "estimate", message, title=title, unit="count", n=customers, params=tested)
    best = sure.iloc[0]
    both = N_(
        "{value} of the customers with “{attribute}” are in class A or B, against {other_share} of the others. Of {tested} {tested:attribute|attributes} tested, {sure} {sure:tells|tell} good customers from others better than chance, in both years."
    )
    one = N_(
        "{value} of the customers with “{attribute}” are in class A or B, against {other_share} of the others. Of {tested} {tested:attribute|attributes} tested, {sure} {sure:tells|tell} good customers from others better than chance in this one year."
    )
    return Finding(
        "portrait",
        "segments",
        "estimate",
        both if is_of_both else one,
        title=title,
        value=float(best["good_share"]),
        n=int(best["customers"]),
        params={"attribute": best["attribute"], "other_share": float(best["other_share"]), "sure": len(sure), "tested": len(telling)},
    )


def _orders(orders: pd.DataFrame, reliability: float, peers: int) -> Finding:
    """Whether orders could be larger (A6): not where a customer differs from itself as much as from its peers."""
    title = N_("Size of the orders")
    if orders.empty or not reliability >= OWN:
        why = N_("no industry is known of enough customers with orders")
        if len(orders):
            why = N_("one customer’s orders differ from month to month as much as those of different customers do")
        return Finding(
            "order_gap", "segments", "estimate", N_("We cannot say whether orders could be larger."), title=title, unit="count", why=why
        )
    clear = orders[orders["is_clear"]]
    message = N_(
        "{value} of the {n} {n:customer|customers} (groups not combined) {value:orders|order} less at a time than the top quarter of their peers (same industry, similar size), by more than chance explains. Half of them order less than {part_share} of what those top customers order at a time. Only they can say whether they could order more at a time, or would then order less often."
    )
    none = N_(
        "None of the {n} {n:customer|customers} orders clearly less at a time than the top quarter of its peers (same industry, similar size)."
    )
    return Finding(
        "order_gap",
        "segments",
        "estimate",
        message if len(clear) else none,
        title=title,
        value=float(len(clear)),
        unit="count",
        low=float(len(clear)),
        high=float(len(orders)),
        n=peers,
        who=" ".join(clear["customer_id"].head(20)),
        params={"part_share": float((clear["order_value"] / clear["peer_value"]).median()) if len(clear) else 0.0},
    )


def _carriers(table: pd.DataFrame) -> Finding:
    if table.empty:
        return Finding(
            "abc",
            "segments",
            "fact",
            N_("Nobody bought in the last twelve months."),
            title=N_("Classes by money"),
            unit="count",
            why=N_("no sales in the last twelve months"),
        )
    by = table.drop_duplicates("group").groupby("abc_class")["group"].size()
    total = table["revenue"].sum()
    a = table.loc[table["abc_class"] == "A", "revenue"].sum()
    return Finding(
        "abc",
        "segments",
        "fact",
        N_(
            "{a} of {n} {n:customer|customers} (groups of companies counted once) bring in {value} of the last twelve months’ sales: this is class A. Class B has {b:0:no customers|# customer|# customers}, class C {c:0:none|#|#}."
        ),
        title=N_("Classes by money"),
        value=ratio(a, total),
        n=int(table["group"].nunique()),
        params={"a": int(by.get("A", 0)), "b": int(by.get("B", 0)), "c": int(by.get("C", 0))},
        quantities={
            Term.CLASS_A: float(by.get("A", 0)),
            Term.GROUPS_OF_YEAR: float(table["group"].nunique()),
            Term.SALES_OF_YEAR: float(total),
        },
    )


def _moved(moved: pd.DataFrame) -> Finding:
    stayed = moved[(moved["class_before"] != Abc.NONE) & (moved["class_now"] != Abc.NONE)]
    changed = stayed[stayed["class_before"] != stayed["class_now"]]
    if moved.empty or (moved["class_before"] == Abc.NONE).all():
        why = N_("the year before was not observed in full")
        return Finding(
            "class_moves",
            "segments",
            "estimate",
            N_("Moves between classes cannot be judged."),
            title=N_("Moves between classes"),
            unit="count",
            why=why,
        )
    clear = changed[changed["is_clear"].fillna(False).astype(bool)]
    rank = {name: i for i, name in enumerate(Abc)}
    is_down = clear["class_now"].map(rank) > clear["class_before"].map(rank)
    down, up = clear[is_down], clear[~is_down]
    message = N_(
        "Of {n} {n:customer|customers} who bought in both years (groups counted once), {value} changed class, {clear} of them clearly; the others are borderline: a month can tip them. Those clearly down ({down}) brought in {lost} less, those clearly up ({up}) {won} more."
    )
    none = N_(
        "Of {n} {n:customer|customers} who bought in both years (groups counted once), {value} changed class; for none of them can chance be ruled out."
    )
    return Finding(
        "class_moves",
        "segments",
        "estimate",
        message if len(clear) else none,
        title=N_("Moves between classes"),
        value=float(len(changed)),
        unit="count",
        low=float(len(clear)),
        high=float(len(changed)),
        n=len(stayed),
        money=float((down["revenue_before"] - down["revenue_now"]).sum()),
        who=" ".join(down["group"].head(20)),
        params={
            "clear": len(clear),
            "down": len(down),
            "up": len(up),
            "lost": float((down["revenue_before"] - down["revenue_now"]).sum()),
            "won": float((up["revenue_now"] - up["revenue_before"]).sum()),
        },
    )


def _strayed(gaps: pd.DataFrame, telling: pd.DataFrame) -> Finding:
    if gaps.empty:
        why = N_("no industry is known of enough customers; for the size of a single order, see the next item")
        if (telling["attribute_class"] == Attribute.INDUSTRY).any():
            why = N_(
                "to tell, we would need an industry with a clearly larger share of good customers than the others, and smaller customers in it to compare with the good ones; there is none. For the size of a single order, see the next item"
            )
        return Finding(
            "strayed",
            "segments",
            "estimate",
            N_("We cannot say which customers buy less in a year than they could."),
            title=N_("Customers who buy less than their peers"),
            unit="count",
            why=why,
        )
    return Finding(
        "strayed",
        "segments",
        "estimate",
        N_(
            "{value} {value:customer looks|customers look} like the target audience of their industry but buy less; their distance to its median is {gap} a year. This is a distance, not a promise: only their budgets show what they could buy."
        ),
        title=N_("Customers who buy less than their peers"),
        value=float(len(gaps)),
        unit="count",
        n=len(gaps),
        who=" ".join(gaps["customer_id"].head(20)),
        params={"gap": float(gaps["gap"].sum())},
    )

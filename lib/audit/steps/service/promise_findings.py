"""What the chapter says of promised deliveries: whether they are kept, announced, complete, and whose customers wait."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import NAN, Finding
from audit.i18n import mark as N_
from audit.steps.service.codes import Kept, Whose


def on_time(kept: pd.DataFrame, *, is_leaving: bool) -> list[Finding]:
    """How many orders came by the promised day, and how many of these as ordered; `is_leaving`: the day known is that on which goods left us."""
    if kept.empty:
        return []
    if is_leaving:
        return [_left_late(kept)]
    late = kept[~kept["is_on_time"].astype(bool)]
    params = {
        "late": len(late),
        "days": round(float(late["late_days"].median())) if len(late) else 0,
        "open": int((kept["kept_class"] == Kept.OPEN).sum()),
    }
    some = N_(
        "{value} of {n} {n:order|orders} arrived by the promised day; {late} arrived late or have not arrived yet; half of these are {days} or more {days:day|days} late."
    )
    none = N_("All {n} {n:order|orders} arrived by the promised day.")
    found = [
        Finding(
            "service_on_time", "service", "fact", some if len(late) else none, title=N_("Orders on time"), value=float(kept["is_on_time"].mean()),
            n=len(kept), norm_id="on_time_share", who=" ".join(late["customer_id"].value_counts(sort=False).sort_values(ascending=False, kind="stable").head(10).index), params=params,
        )
    ]  # fmt: skip
    known = kept[kept["is_in_full"].notna()]
    if len(known):
        whole = known["is_on_time"].astype(bool) & (known["is_in_full"] == 1)
        right = known["is_invoiced_right"].notna().any()
        perfect = whole & (known["is_invoiced_right"].fillna(1) == 1)
        found.append(
            Finding(
                "service_perfect",
                "service",
                "fact",
                N_("{value} of {n} {n:order|orders} {value:was|were} perfect: on time, in full and invoiced as delivered.")
                if right
                else N_(
                    "{value} of {n} {n:order|orders} {value:was|were} delivered on time and in full; whether they were invoiced correctly is not known."
                ),
                title=N_("Perfect orders"),
                value=float(perfect.mean()),
                n=len(known),
            )
        )
    return found


def _left_late(kept: pd.DataFrame) -> Finding:
    """What is late already when it leaves comes late, so that no more than the rest can have come in time; whether they did, nobody wrote down."""
    late = int((~kept["is_on_time"].astype(bool)).sum())
    some = N_(
        "Of {n} {n:order|orders}, {late} left us only after the promised day, so at most {value} can have arrived on time. How many did is not known."
    )
    none = N_("None of {n} {n:order|orders} left us after the promised day. How many arrived on time is not known.")
    most = float(kept["is_on_time"].astype(bool).mean())
    return Finding(
        "service_on_time",
        "service",
        "estimate",
        some if late else none,
        title=N_("Orders on time"),
        value=most if late else NAN,
        low=0.0,
        high=most,
        n=len(kept),
        norm_id="on_time_share",
        params={"late": late, "is_dispatch": True},
        why=N_("the date recorded is that of dispatch, not of delivery"),
    )


def as_ordered(quantities: tuple[int, int, int]) -> list[Finding]:
    """How many lines came in the quantity that was ordered."""
    lines, short, over = quantities
    if not lines:
        return []
    some = N_(
        "{value} of {n} delivered {n:line|lines} arrived in the quantity ordered; {short} {short:was|were} short, and {over} contained more than ordered."
    )
    none = N_(
        "{value} of {n} delivered {n:line|lines} arrived in the quantity ordered; {short} {short:was|were} short, and none contained more than ordered."
    )
    return [
        Finding(
            "service_as_ordered",
            "service",
            "fact",
            some if over else none,
            title=N_("Quantity as ordered"),
            value=(lines - short - over) / lines,
            n=lines,
            params={"short": short, "over": over},
        )
    ]


def told_beforehand(kept: pd.DataFrame) -> list[Finding]:
    """Of how many late orders the customer was told before."""
    late = kept[~kept["is_on_time"].astype(bool)] if len(kept) else kept
    if late.empty or late["is_told"].isna().all():
        return []
    return [
        Finding(
            "service_told",
            "service",
            "fact",
            N_("For {told} of {n} late {n:order|orders}, we told the customer in advance.")
            if (late["is_told"] > 0).any()
            else N_("We did not tell the customer in advance about any of {n} late {n:order|orders}."),
            title=N_("Told beforehand"),
            value=float((late["is_told"] > 0).mean()),
            n=len(late),
            params={"told": int((late["is_told"] > 0).sum())},
        )
    ]


def whose_wait(whose: pd.DataFrame) -> list[Finding]:
    """Managers whose customers get more late orders than is usual."""
    more = whose[whose["whose_class"] == Whose.MORE]
    if more.empty:
        return []
    first = more.iloc[0]
    return [
        Finding(
            "service_whose",
            "service",
            "estimate",
            N_(
                "Customers of {value} {value:manager|managers} get more late orders than chance explains: {late_share} of theirs, against {others_share} for the others. These data do not show where orders wait: with the seller, in the warehouse or in transit."
            ),
            title=N_("Whose customers wait"),
            value=float(len(more)),
            unit="count",
            n=int(more["promised_orders"].sum()),
            low=float(len(more)),
            high=float(len(more)),
            params={
                "late_share": float(more["late"].sum() / more["promised_orders"].sum()), "others_share": float(first["of_others_share"]), "told": int(more["told_before"].sum()),
                "late": int(more["late"].sum()),
            },
        )
    ]  # fmt: skip

"""What the chapter says: its findings, from its tables; those on promised deliveries in promise_findings.py."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import Finding
from audit.core.labels import named
from audit.i18n import mark as N_
from audit.stats.matched import difference
from audit.stats.survival import at
from audit.steps.service import promise_findings
from audit.steps.service.codes import After, Case, Cause
from audit.steps.service.time_to_settle import median_days

FEW = 10  # complaints, or first orders let down, from which what followed is said


def chapter_findings(
    by_reason: pd.DataFrame,
    curve: pd.DataFrame,
    open_cases: pd.DataFrame,
    kept: pd.DataFrame,
    whose: pd.DataFrame,
    after: pd.DataFrame,
    heavy: tuple[int, float, float],
    second: pd.DataFrame,
    answers: pd.DataFrame,
    said: int,
    lost: pd.DataFrame,
    gap: tuple[float, float, int, int],
    quantities: tuple[int, int, int],
    reached: pd.DataFrame,
    *,
    is_leaving: bool,
    settle_days: int,
    quiet_days: int,
    confidence: float,
) -> list[Finding]:
    """Whether promises of delivery are kept, what is complained of, how it is settled, what follows from it, and why customers refuse or leave.

    Parameters
    ----------
    is_leaving
        whether the day of a delivery is the one on which goods left us (`knows_leaving_alone`): then nobody knows what came in time.
    """
    return [
        *promise_findings.on_time(kept, is_leaving=is_leaving),
        *promise_findings.told_beforehand(kept),
        *promise_findings.whose_wait(whose),
        *_complaints(by_reason, heavy),
        *_settled(curve, settle_days, confidence),
        *_unowned(open_cases),
        *_after(after, confidence, settle_days),
        *_second(second),
        *_refused(answers, said),
        *_lost(lost),
        *_gap(gap, quiet_days),
        *promise_findings.as_ordered(quantities),
        *_without_consent(reached),
    ]


def _complaints(by_reason: pd.DataFrame, heavy: tuple[int, float, float]) -> list[Finding]:
    part = by_reason[by_reason["case_class"] == Case.COMPLAINT]
    if part.empty:
        return []
    cases, first = int(part["cases"].sum()), part.sort_values(["cases", "cause"], ascending=[False, True]).iloc[0]
    who, theirs, others = heavy
    params = {"customers": who, "cause": str(first["cause"]) or "–", "most": int(first["cases"]), "theirs": theirs, "others": others}
    larger = N_(
        "There were {value} {value:complaint|complaints} in the last twelve months, {most} of them about: {cause}. Customers who complain buy a median of {theirs} a year; those who do not, {others}."
    )
    plain = N_("There were {value} {value:complaint|complaints} in the last twelve months, {most} of them about: {cause}.")
    return [
        Finding(
            "service_complaints", "service", "fact", larger if theirs == theirs and others == others else plain, title=N_("Complaints"), value=float(cases),
            unit="count", n=cases, params=params,
        )
    ]  # fmt: skip


def _settled(curve: pd.DataFrame, settle_days: int, confidence: float) -> list[Finding]:
    if curve.empty:
        return []
    share, low, high = at(curve, settle_days, confidence=confidence)
    n, half = int(curve["watched"].iloc[0]), median_days(curve)
    title = N_("Time to settle")
    if share != share:
        return [
            Finding(
                "service_settled", "service", "estimate", N_("We cannot say how many complaints are settled within {days} {days:day|days}."), title=title, n=n,
                params={"days": settle_days}, why=N_("no complaint has been watched for so long"),
            )
        ]  # fmt: skip
    known = N_(
        "Within {days} {days:day|days} {value} of complaints are settled ({low} to {high}); half of all complaints are settled by day {half}, counting those still open."
    )
    slow = N_("Within {days} {days:day|days} {value} of the complaints are settled ({low} to {high}); half of them are not settled yet.")
    return [
        Finding(
            "service_settled", "service", "estimate", known if half == half else slow, title=title, value=share, low=low, high=high, n=n,
            params={"days": settle_days, "half": round(half) if half == half else 0},
        )
    ]  # fmt: skip


def _unowned(open_cases: pd.DataFrame) -> list[Finding]:
    if open_cases.empty:
        return []
    nobody, again, still = (int(open_cases[column].astype(bool).sum()) for column in ("is_unowned", "is_repeat", "is_open"))
    if not nobody + again + still:
        return []
    who = open_cases.loc[open_cases["is_open"].astype(bool), "customer_id"].drop_duplicates()
    return [
        Finding(
            "service_unowned",
            "service",
            "fact",
            N_(
                "Of {n} {n:complaint|complaints}, {value} {value:is|are} still open, {unowned} {unowned:has|have} nobody responsible, and {again} came up again for the same reason."
            ),
            title=N_("Open, unowned, repeated"),
            value=float(still),
            unit="count",
            n=len(open_cases),
            who=" ".join(who.head(10)),
            params={"unowned": nobody, "again": again},
        )
    ]


def _after(after: pd.DataFrame, confidence: float, settle_days: int) -> list[Finding]:
    """What those who complained bought afterwards, by whether it was settled in time: that is known when the months looked at begin."""
    later = after[after["after_class"] != After.SETTLED]
    return [
        *_went_on(after[after["after_class"] == After.SETTLED], "service_after_settled", confidence, settle_days),
        *_went_on(later, "service_after_open", confidence, settle_days),
    ]


SETTLED = N_(
    "Of {n} {n:customer|customers} whose complaint was settled within {days} {days:day|days}, {kept_share} went on buying, against {like_share} of similar customers who did not complain."
)
UNSETTLED = N_(
    "Of {n} {n:customer|customers} whose complaint was not settled within {days} {days:day|days}, {kept_share} went on buying: {later_kept} of {later} whose complaint was settled later, and {never_kept} of {never} whose complaint was never settled. Of similar customers who did not complain, {like_share} went on buying. These data do not show whether the complaint was the cause."
)


def _went_on(part: pd.DataFrame, name: str, confidence: float, settle_days: int) -> list[Finding]:
    known = part[part["like_share"].notna()]
    if known.empty:
        return []
    value, low, high, n = difference(known, confidence=confidence)
    few, kept = n < FEW, known["is_kept"].astype(bool)
    of = {one: known["after_class"] == one for one in (After.LATER, After.NEVER)}
    state = N_("settled in time") if name == "service_after_settled" else N_("not settled in time")
    return [
        Finding(
            name,
            "service",
            "estimate",
            N_("There is too little data to say what became of {n} {n:customer|customers} after a complaint ({state}).") if few else SETTLED if name == "service_after_settled" else UNSETTLED,
            title=N_("After a complaint"),
            value=float("nan") if few else value,
            low=float("nan") if few else low,
            high=float("nan") if few else high,
            n=n,
            why=N_("too few complaints with six months seen before and after") if few else "",
            who=" ".join(known.loc[~kept, "customer_id"].head(10)),
            params={
                "kept_share": float(kept.mean()), "like_share": float(known["like_share"].mean()), "days": settle_days, "state": {"message": state},
                "later": int(of[After.LATER].sum()), "later_kept": int((of[After.LATER] & kept).sum()), "never": int(of[After.NEVER].sum()),
                "never_kept": int((of[After.NEVER] & kept).sum()),
            },
        )
    ]  # fmt: skip


def _second(second: pd.DataFrame) -> list[Finding]:
    """Second purchases after a promise broken, beside those after nothing of the kind."""
    let_down = second[second["cause_class"] != Cause.NOTHING]
    others = second[second["cause_class"] == Cause.NOTHING]
    if let_down.empty or others.empty:
        return []
    n, back = int(let_down["buyers"].sum()), int(let_down["came_back"].sum())
    if n < FEW:
        return []
    return [
        Finding(
            "service_second",
            "service",
            "fact",
            N_(
                "Of {n} new customers whose first order came late, came back or led to a complaint {value} bought again; of the others, {others_share}."
            ),
            title=N_("Second purchases after a broken promise"),
            value=back / n,
            n=n,
            params={"others_share": float(others["back_share"].iloc[0])},
        )
    ]


def _refused(answers: pd.DataFrame, said: int) -> list[Finding]:
    if answers.empty:
        return []
    by = answers.groupby("theme_class")["answers"].sum().sort_values(ascending=False, kind="stable")
    return [
        Finding(
            "service_refused",
            "service",
            "fact",
            N_("Customers who refused to buy spoke most often of {theme}: {value} of {n} answers, as recorded by managers."),
            title=N_("Why customers refuse"),
            value=float(by.iloc[0]),
            unit="count",
            n=said,
            params={"theme": {"message": _label("theme_class", by.index[0])}},
        )
    ]


def _label(column: str, code: str) -> str:
    from audit.core.labels import codes

    return codes()[column][code].label if code in codes().get(column, {}) else named(column, code)


def _lost(lost: pd.DataFrame) -> list[Finding]:
    if lost.empty:
        return []
    named = lost[lost["cause"] != ""]
    first, whole = (named if len(named) else lost).iloc[0], float(lost["amount"].sum())
    return [
        Finding(
            "service_lost",
            "service",
            "fact",
            N_(
                "A reason was recorded for {value} lost {value:customer|customers}; in the year before they left, they bought goods worth {money}. The costliest reason: “{cause}” ({most})."
            ),
            title=N_("Losses by reason"),
            value=float(lost["cases"].sum()),
            unit="count",
            n=int(lost["cases"].sum()),
            money=whole,
            money_low=whole,
            money_high=whole,
            params={"money": whole, "cause": str(first["cause"]) or "–", "most": float(first["amount"])},
        )
    ]


def _gap(gap: tuple[float, float, int, int], quiet_days: int) -> list[Finding]:
    gone, there, n_gone, n_there = gap
    if n_gone < FEW or n_there < FEW:
        return []
    return [
        Finding(
            "service_gap",
            "service",
            "fact",
            N_(
                "At their last purchase, {value} of {n} {n:customer|customers} who have left had not been contacted by us for {days} {days:day|days}, against {there_share} of those still there. These data do not show which came first."
            ),
            title=N_("Nobody called"),
            value=gone,
            n=n_gone,
            params={"days": quiet_days, "there_share": there, "there": n_there},
        )
    ]


def _without_consent(reached: pd.DataFrame) -> list[Finding]:
    """The channel by which most customers are reached though nobody there is known to have agreed to it (I5)."""
    known = reached[reached["without_consent"].notna() & (reached["reached"] > 0)]
    if known.empty:
        return []
    row = known.loc[known["without_consent"].idxmax()]
    none = N_("Whoever was contacted by us had agreed to the channel.")
    some = N_("{n} {n:customer was|customers were} contacted by “{channel}”, {value} of them without recorded consent.")
    return [
        Finding(
            "service_consent",
            "service",
            "fact",
            some if row["without_consent"] > 0 else none,
            title=N_("Consent to be contacted"),
            value=float(row["without_consent"]),
            unit="count",
            n=int(row["reached"]),
            params={"channel": str(row["channel"])},
        )
    ]

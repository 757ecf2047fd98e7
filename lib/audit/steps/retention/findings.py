"""The chapter's findings."""

from __future__ import annotations

import math

import pandas as pd

from audit.core.findings import NAN, Finding
from audit.core.quantities import Term
from audit.i18n import mark as N_
from audit.i18n import stored
from audit.stats import intervals, survival
from audit.steps.retention.codes import Lapse, Place, SilenceRule, Since
from audit.steps.retention.retention_rates import unseen
from audit.steps.retention.silence import better_rule, tells

YEAR_DAYS = 365
TRIED_LEAST = 5  # silent customers in a back-test below which it says only that they were too few


def chapter_findings(
    rates: pd.DataFrame,
    late: pd.DataFrame,
    returns: pd.DataFrame,
    lost: pd.DataFrame,
    tried: pd.DataFrame,
    alive: pd.DataFrame,
    counted: pd.DataFrame,
    *,
    judged: int,
    rule: str,
    by_chance: tuple[float, float, float],
    limit_days: float,
    active_months: int,
    rhythm_months: int,
    unknown: str,
    confidence: float,
) -> list[Finding]:
    """Retention of the last period beside the source's CRR, the overdue customers and their money, the chance of return.

    Parameters
    ----------
    rates, late, returns, lost, tried, alive, counted
        from retention (one unit), overdue, reactivation, winback, rivals, survival, lapses.
    judged
        customers with enough purchases for a rhythm of their own.
    limit_days
        the silence beyond which the fixed rule calls a customer overdue.
    active_months, rhythm_months
        the window in force, and the one that the customers' rhythms ask for: where it is longer, nothing is said of who stays.
    unknown
        why nobody can be called new (`newcomers.unknown`); empty where they can.
    by_chance
        how many the list would hold of customers who will buy again (`false_alarms`, with its ends); NaN where that was not tried.
    """
    why = unseen(active_months=active_months, rhythm_months=rhythm_months)
    is_told = tells(tried, rule)
    return [
        _stayed(rates, active_months, why),
        *([] if why else _crr(rates)),
        *([_no_year(why or unknown)] if why or unknown else _after_a_year(alive, rates, confidence, is_told=is_told)),
        *(_places(counted) if is_told and not why else []),
        *([_late(late, judged, rule, by_chance, limit_days), *_tried(tried)] if is_told else [_untold(tried, rule)]),
        *_came_back(returns, lost, is_told=is_told and not why),
    ]


def _stayed(rates: pd.DataFrame, active_months: int, why: str) -> Finding:
    if rates.empty or why:
        return Finding(
            "retention_rate",
            "retention",
            "fact",
            N_("We cannot say how many customers stay from period to period."),
            title=N_("Retention"),
            why=why or N_("no complete period begins after customers have been watched for long enough"),
        )
    now = rates.iloc[-1]
    return Finding(
        "retention_rate",
        "retention",
        "fact",
        N_(
            "{value} of the {n} {n:customer|customers} active at the start of {period} were still active at its end; {lost} had bought nothing for {months} {months:month|months}."
        ),
        title=N_("Retention"),
        value=float(now["true_retention_rate"]),
        n=int(now["at_start"]),
        previous=float(rates.iloc[-2]["true_retention_rate"]) if len(rates) > 1 else NAN,
        params={"period": now["period"], "lost": int(now["lost"]), "months": active_months},
    )


def _no_year(why: str) -> Finding:
    message = N_("We cannot say how many new customers stay for a year.")
    return Finding("survival_year", "retention", "estimate", message, title=N_("New customers after a year"), why=why)


def _after_a_year(alive: pd.DataFrame, rates: pd.DataFrame, confidence: float, *, is_told: bool) -> list[Finding]:
    """How many new customers are still there after a year, beside how many of the older ones a year keeps; `is_told`: there is a list of the silent."""
    gone, low, high = survival.at(alive, YEAR_DAYS, confidence=confidence) if len(alive) else (NAN, NAN, NAN)
    title = N_("New customers after a year")
    if gone != gone:
        return [_no_year(N_("no customer whose first purchase is known was watched for a year"))]
    alone = N_(
        "Of the {n} new customers we have watched for a year, {value} ({low} to {high}) were still with us a year after their first purchase. To be safe, everyone on the list of silent customers counts as gone here, and so does anybody silent for a year."
    )
    beside = N_(
        "Of the {n} new customers we have watched for a year, {value} ({low} to {high}) were still with us a year after their first purchase. To be safe, everyone on the list of silent customers counts as gone here, and so does anybody silent for a year. By contrast, of the {older} {older:customer|customers} active when {period} began, {kept_share} ({kept_low_share} to {kept_high_share}) were still active when it ended."
    )
    silent_alone = N_(
        "Of the {n} new customers we have watched for a year, {value} ({low} to {high}) were still with us a year after their first purchase. To be safe, anybody silent for a year counts as gone here."
    )
    silent_beside = N_(
        "Of the {n} new customers we have watched for a year, {value} ({low} to {high}) were still with us a year after their first purchase. To be safe, anybody silent for a year counts as gone here. By contrast, of the {older} {older:customer|customers} active when {period} began, {kept_share} ({kept_low_share} to {kept_high_share}) were still active when it ended."
    )
    params = {}
    if len(rates):
        now = rates.iloc[-1]
        ends = intervals.wilson(int(now["kept"]), int(now["at_start"]), confidence=confidence)
        params = {"older": int(now["at_start"]), "period": now["period"], "kept_share": float(now["true_retention_rate"])}
        params |= dict(zip(("kept_low_share", "kept_high_share"), ends, strict=True))
    return [
        Finding(
            "survival_year",
            "retention",
            "estimate",
            (beside if params else alone) if is_told else (silent_beside if params else silent_alone),
            title=title,
            value=1 - gone,
            low=1 - high,
            high=1 - low,
            n=int(alive["watched"].max()),
            params=params,
            quantities={Term.SURVIVAL_YEAR: 1 - gone},
        )
    ]


def _crr(rates: pd.DataFrame) -> list[Finding]:
    if rates.empty or math.isnan(rates.iloc[-1]["customer_retention_rate"]):
        return []
    now = rates.iloc[-1]
    gone = int(now["acquired"] - (now["at_end"] - now["kept"] - now["returned"]))
    return [
        Finding(
            "crr",
            "retention",
            "fact",
            N_(
                "By the textbook formula (customers at the end, excluding new ones, divided by customers at the start), retention in {period} is {value}. It counts {returned:0:no customer who was|# customer who was|# customers who were} silent at the start as kept, and deducts {new_gone:0:no new customer who was|# new customer who was|# new customers who were} no longer active at the end; we show it for reference only."
            ),
            title=N_("CRR by the source's formula"),
            value=float(now["customer_retention_rate"]),
            n=int(now["at_start"]),
            params={"period": now["period"], "returned": int(now["returned"]), "new_gone": gone},
        )
    ]


def _places(counted: pd.DataFrame) -> list[Finding]:
    """Where all customers ever seen stand on the last day: the parts add up, and every count of lost ones is made of them."""
    by = counted.set_index("lapse_class").loc[Lapse.EVERYBODY]
    if by[Place.BUYING] == by["customers"]:
        return []
    return [
        Finding(
            "places",
            "retention",
            "fact",
            N_(
                "Of the {n} {n:customer|customers} who bought in the years covered, {value} {value:is|are} active; even so, {active_overdue:0:none of these is|# of these is|# of these are} already on the list of silent customers. {overdue_now:0:Nobody else is on it|Another # is on it too|Another # are on it too}, {within_rhythm:0:|# is silent but not yet for too long, |# are silent but not yet for too long, }{no_rhythm:0:none is|# is|# are} silent with too few purchases to judge, and {long_gone:0:none is|# is|# are} long gone."
            ),
            title=N_("Where the customers stand"),
            value=float(by[Place.BUYING] + by[Place.SLIPPING]),
            unit="count",
            n=int(by["customers"]),
            params={place.value: int(by[place]) for place in (Place.SLIPPING, Place.PATIENT, Place.UNJUDGED, Place.OVERDUE, Place.GONE)},
            quantities={Term.FRESH_SILENT: float(by[Place.OVERDUE] + by[Place.SLIPPING])},
        )
    ]


def _untold(tried: pd.DataFrame, rule: str) -> Finding:
    of = tried.set_index("rule_class").loc[rule]
    few = stored(
        N_("in the last back-test, only {listed} {listed:customer was|customers were} silent for too long: too few for a test"),
        listed=int(of["listed"]),
    )
    in_vain = stored(
        N_(
            "in the last back-test, {back:0:none|#|#} of the {listed} {listed:customer|customers} silent for too long bought again, and so did {others_back:0:none|#|#} of the other {others} with a rhythm: the difference may be chance"
        ),
        back=int(of["listed"] - of["listed_and_gone"]),
        listed=int(of["listed"]),
        others_back=int(of["judged"] - of["gone"] - of["listed"] + of["listed_and_gone"]),
        others=int(of["judged"] - of["listed"]),
    )
    return Finding(
        "overdue",
        "retention",
        "model",
        N_("Silence does not yet tell us who has left."),
        title=N_("Customers who stopped buying"),
        unit="count",
        why=few if of["listed"] < TRIED_LEAST else in_vain,
    )


def _late(late: pd.DataFrame, judged: int, rule: str, by_chance: tuple[float, float, float], limit_days: float) -> Finding:
    if not judged:
        why = N_("no customer has bought often enough to show a rhythm")
        return Finding(
            "overdue",
            "retention",
            "model",
            N_("We cannot say who is overdue for an order."),
            title=N_("Customers who stopped buying"),
            unit="count",
            why=why,
        )
    fresh = late[late["since_class"] == Since.FRESH]
    money = float(fresh["yearly_revenue"].sum())
    own = N_(
        "Of {n} {n:customer|customers} who have bought often enough to have a rhythm, {value} went silent within the last year and have been silent for longer than that rhythm explains. In the twelve months up to their last purchase they brought in {money_said}."
    )
    fixed = N_(
        "Of the {n} {n:customer|customers} who have bought often enough to have a rhythm, {value} {value:has|have} been silent for too long: for more than {limit_days} {limit_days:day|days} and longer than is usual for them, but for no more than a year. In the twelve months up to their last purchase they brought in {money_said}."
    )
    own_tried = N_(
        "Of the {n} {n:customer|customers} who have bought often enough to have a rhythm, {value} went silent within the last year and have been silent for longer than that rhythm explains. About {by_chance} of them ({fewest} to {most}) may be false alarms: in back-tests, the same share of those flagged by this rule did buy again. In the twelve months up to their last purchase, the customers now flagged brought in {money_said} in all."
    )
    fixed_tried = N_(
        "Of the {n} {n:customer|customers} who have bought often enough to have a rhythm, {value} {value:has|have} been silent for too long: for more than {limit_days} {limit_days:day|days} and longer than is usual for them, but for no more than a year. About {by_chance} of the {value} ({fewest} to {most}) may be false alarms: in back-tests, that share of those flagged did buy again. In the twelve months up to their last purchase, those now flagged brought in {money_said} in all."
    )
    nobody = N_(
        "None of the {n} {n:customer|customers} who have bought often enough to have a rhythm has been silent for longer than it explains, counting silences of up to a year."
    )
    is_tried = by_chance[0] == by_chance[0]
    if not len(fresh):
        message = nobody
    elif rule == SilenceRule.OWN:
        message = own_tried if is_tried else own
    else:
        message = fixed_tried if is_tried else fixed
    return Finding(
        "overdue",
        "retention",
        "model",
        message,
        title=N_("Customers who stopped buying"),
        value=float(len(fresh)),
        quantities={Term.FRESH_SILENT: float(len(fresh))},
        unit="count",
        n=judged,
        money=money,
        who=" ".join(fresh["customer_id"].head(20)),
        params={**_counts(by_chance, len(fresh)), "money_said": money, "is_tried": is_tried, "limit_days": int(limit_days)},
    )


def _counts(by_chance: tuple[float, float, float], most: int) -> dict[str, int]:
    """Whole customers, and no more of them than are listed."""
    names = ("by_chance", "fewest", "most")
    return {name: min(round(value), most) if value == value else 0 for name, value in zip(names, by_chance, strict=True)}


def _tried(tried: pd.DataFrame) -> list[Finding]:
    if tried.empty or not tried["listed"].all():
        return []
    by = tried.set_index("rule_class")
    own, fixed = by.loc[SilenceRule.OWN], by.loc[SilenceRule.FIXED]
    better = N_(
        "In the last back-test, {value} of the {n} {n:customer|customers} silent beyond their own rhythm bought nothing more ({low} to {high}); the list held {recall_share} of all who were gone. With a fixed limit, the list held {fixed_listed} {fixed_listed:customer|customers}: {fixed_precision_share} bought nothing more, and it held {fixed_recall_share} of all who were gone. The customers’ own rhythm did better, beyond chance, so we use it."
    )
    same = N_(
        "In the last back-test, {value} of the {n} {n:customer|customers} silent beyond their own rhythm bought nothing more ({low} to {high}); the list held {recall_share} of all who were gone. With a fixed limit, the list held {fixed_listed} {fixed_listed:customer|customers}: {fixed_precision_share} bought nothing more, and it held {fixed_recall_share} of all who were gone. The difference is not beyond chance, so we use the simpler rule."
    )
    return [
        Finding(
            "overdue_tried",
            "retention",
            "estimate",
            better if better_rule(tried) == SilenceRule.OWN else same,
            title=N_("The call list in back-tests"),
            value=float(own["precision_share"]),
            low=float(own["low_share"]),
            high=float(own["high_share"]),
            n=int(own["listed"]),
            params={
                "recall_share": float(own["recall_share"]),
                "fixed_listed": int(fixed["listed"]),
                "fixed_precision_share": float(fixed["precision_share"]),
                "fixed_recall_share": float(fixed["recall_share"]),
            },
        )
    ]


def _came_back(returns: pd.DataFrame, lost: pd.DataFrame, *, is_told: bool) -> list[Finding]:
    """How often long silences end by themselves, and what that would bring where we can say who is silent for too long."""
    half = returns[returns["silence_months"] == 6]
    if half.empty or half["return_share"].isna().all():
        why = N_("no silence of half a year was watched for long enough")
        return [
            Finding(
                "reactivation",
                "retention",
                "estimate",
                N_("We cannot say whether silent customers come back on their own."),
                title=N_("Return by themselves"),
                why=why,
            )
        ]
    row, expected = half.iloc[0], float(lost["expected_revenue"].sum())
    alone = N_("Of silences that had reached six months (n = {n}), {value} ended with a purchase within another year ({low} to {high}).")
    with_money = N_(
        "Of silences that had lasted six months (n = {n}), {value} ended on their own with a purchase within another year ({low} to {high}). If those of the {silent} {silent:customer|customers} now silent who come back buy for a year as before, at most {expected} returns without any effort. You can learn what a call adds only by calling some and not others."
    )
    return [
        Finding(
            "reactivation",
            "retention",
            "estimate",
            with_money if is_told and expected > 0 else alone,
            title=N_("Return by themselves"),
            value=float(row["return_share"]),
            low=float(row["low_share"]),
            high=float(row["high_share"]),
            n=int(row["silences"]),
            who=" ".join(lost["customer_id"].head(20)),
            params={"silent": len(lost), "expected": expected},
        )
    ]

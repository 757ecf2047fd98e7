"""Who stays, who leaves, and who is about to?

In trade without contracts nobody says goodbye: a silence is never churn as a fact (P2). So the customer retention
rate of the source stands beside the true rate over the same customers (P1), leaving is judged by each customer's own
rhythm on a clock that runs with the base's season (P11, P12), and the relationship's survival says how a lapse is dated.
Counted per legal entity.
"""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
from scipy import stats

from audit import intervals, ledger, periods
from audit.findings import NAN, Finding
from audit.language import mark as N_
from audit.settings import Settings

MONTH_DAYS = 30.44
ACTIVE_QUANTILE = 0.9
OWN, FIXED = N_("own rhythm"), N_("fixed silence")
FRESH, GONE = N_("fresh"), N_("long gone")


def active_months(history: pd.DataFrame, *, declared: float) -> int:
    """For how many months after a purchase a customer counts as active: declared, or from the customers' own rhythms (P1).

    Nine tenths of the customers who came back make nine tenths of their purchases within so many months (log-normal gaps; the one
    gap itself where there is only one). Every customer counts once: pooled gaps would let the frequent buyers decide
    for all. At least 1; 12 where nobody ever came back.
    """
    if declared:
        return int(declared)
    back = history[history["gaps"] >= 1]
    if back.empty:
        return 12
    spread = np.sqrt(back["gap_log_var"].fillna(0.0))
    own = np.exp(back["gap_log_mean"] + stats.norm.ppf(ACTIVE_QUANTILE) * spread)
    return max(1, math.ceil(own.quantile(ACTIVE_QUANTILE) / MONTH_DAYS))


def retention(
    panel: pd.DataFrame, history: pd.DataFrame, spans: pd.DataFrame, *, observed_from: dt.date, known_from: dt.date, active_months: int
) -> pd.DataFrame:
    """The source's CRR = (E - N) / S, and beside it the true rate over the same customers (B2, P1).

    A customer is active on a day if they bought within `active_months` months up to it. Returning customers sit in E
    but in neither S nor N, so that CRR can exceed 100 %: it is printed as the source defines it, never judged. Periods
    that begin before the first `active_months` have been observed have no S and are left out; before `known_from` nobody can be
    told to be new (P13), so that N and CRR are empty there.

    Parameters
    ----------
    spans
        complete periods (periods.complete), beginning and ending with whole months.

    Returns
    -------
    DataFrame with period, at_start (S), at_end (E), acquired (N: first purchase in the period), kept (S and E),
    returned (E, neither S nor N), lost (S, not E), customer_retention_rate ((E - N) / S), true_retention_rate (kept / S).

    Source: method B2 as written, P1; Fader, Hardie, Ross.
    """
    bought = pd.PeriodIndex(panel["period"], freq="M").astype("int64").to_numpy()
    who = panel["customer_id"].to_numpy()
    first = history.set_index("customer_id")["first_on"]
    earliest = pd.Period(observed_from, freq="M").ordinal + active_months
    rows = []
    for span in spans.itertuples():
        start, end = pd.Period(span.from_on, freq="M").ordinal - 1, pd.Period(span.to_on, freq="M").ordinal
        if start + 1 < earliest:
            continue
        s = set(who[(bought > start - active_months) & (bought <= start)])
        e = set(who[(bought > end - active_months) & (bought <= end)])
        n = set(first.index[(first >= span.from_on) & (first <= span.to_on)])
        found = rates(s, e, n) | {"period": span.period}
        if span.from_on < pd.Timestamp(known_from):
            found |= dict.fromkeys(["acquired", "returned", "customer_retention_rate"], NAN)
        rows.append(found)
    names = ["period", "at_start", "at_end", "acquired", "kept", "returned", "lost", "customer_retention_rate", "true_retention_rate"]
    return pd.DataFrame(rows, columns=names)


def by_unit(panel: pd.DataFrame, history: pd.DataFrame, settings: Settings, *, active_months: int) -> pd.DataFrame:
    """`retention` by year, quarter and month, one below the other; unit_class says which."""
    parts = []
    for unit in periods.CODES:
        spans = periods.of(settings, unit=unit)
        since = {"observed_from": settings.observed_from, "known_from": ledger.known_from(settings.observed_from, settings.burn_in_months)}
        table = retention(panel, history, spans, **since, active_months=active_months)
        parts.append(table.assign(unit_class=unit))
    return pd.concat(parts, ignore_index=True)


def names(customers: pd.DataFrame | None) -> pd.Series:
    """Customers' names by id; empty where the base has no master file."""
    return pd.Series(dtype="str") if customers is None else customers.set_index("customer_id")["name"]


def rates(start: set, end: set, acquired: set) -> dict[str, float]:
    """S, E, N and the two rates of one period.

    >>> old, new, back = set(range(100)), set(range(200, 250)), set(range(300, 330))
    >>> found = rates(old, set(range(40, 100)) | new | back, new)
    >>> found["customer_retention_rate"], found["true_retention_rate"], found["returned"]
    (0.9, 0.6, 30)
    """
    s, e, n = len(start), len(end), len(acquired)
    kept = len(start & end)
    return {
        "at_start": s, "at_end": e, "acquired": n, "kept": kept, "returned": len(end - start - acquired), "lost": s - kept,
        "customer_retention_rate": (e - n) / s if s else NAN, "true_retention_rate": kept / s if s else NAN,
    }  # fmt: skip


def cohort_retention(panel: pd.DataFrame, history: pd.DataFrame, spans: pd.DataFrame, *, unit: str) -> pd.DataFrame:
    """Of each cohort, how many customers bought, and how much, in each period of its life (lenses 3 and 4).

    Only whole periods, and only customers whose first purchase is known (P13, P14). Age 0 is the period of the first
    purchase.

    Returns
    -------
    DataFrame with cohort, age (periods), cohort_customers, customers, active_share, revenue, revenue_share (of the
    cohort's revenue at age 0).
    """
    place = {label: i for i, label in enumerate(spans["period"])}
    known = history[history["is_first_known"]].set_index("customer_id")
    cohort = periods.labels(known["first_on"], unit)
    cohort = cohort[cohort.isin(place)]
    table = panel.assign(period=periods.labels(panel["period"], unit), cohort=panel["customer_id"].map(cohort))
    table = table[table["period"].isin(place) & table["cohort"].notna()]
    table = table.groupby(["cohort", "period"], as_index=False).agg(customers=("customer_id", "nunique"), revenue=("revenue", "sum"))
    table["cohort"] = table["cohort"].astype("str")
    sizes = cohort.value_counts()
    every = [(c, p) for c in sorted(sizes.index, key=place.get) for p in spans["period"] if place[p] >= place[c]]
    table = pd.DataFrame(every, columns=["cohort", "period"], dtype="str").merge(table, on=["cohort", "period"], how="left")
    table["age"] = table["period"].map(place).astype(int) - table["cohort"].map(place).astype(int)
    table["cohort_customers"] = table["cohort"].map(sizes).astype(int)
    table["customers"] = table["customers"].fillna(0).astype(int)
    table["revenue"] = table["revenue"].fillna(0.0)
    begun = table["cohort"].map(table[table["age"] == 0].set_index("cohort")["revenue"]).astype(float)
    table["active_share"] = table["customers"] / table["cohort_customers"]
    table["revenue_share"] = table["revenue"] / begun.where(begun > 0)
    return table[["cohort", "age", "cohort_customers", "customers", "active_share", "revenue", "revenue_share"]]


def yearly_revenue(panel: pd.DataFrame, history: pd.DataFrame) -> pd.Series:
    """Each customer's revenue in the twelve months up to and including that of the last purchase; index customer_id."""
    last = history.set_index("customer_id")["last_on"].dt.to_period("M").dt.start_time
    recent = panel[panel["period"] > panel["customer_id"].map(last) - pd.DateOffset(months=12)]
    return recent.groupby("customer_id")["revenue"].sum()


def silence_chance(history: pd.DataFrame, *, rhythm_purchases: int, prior_gaps: float) -> pd.Series:
    """How often a silence as long as the present one would come by chance, by each customer's own rhythm.

    Gaps are taken as log-normal on the season's clock: a customer's own mean, and a variance that is the customer's own
    pooled with that of the whole base, weighted as `prior_gaps` gaps (empirical Bayes: four gaps alone say little about
    regularity). The chance is Student's, so that few gaps make it larger. NaN where purchases < `rhythm_purchases`.

    Source: method B5, P11, P12; pooling as Smyth 2004, with a fixed prior weight.
    """
    n = history["gaps"].to_numpy(dtype=float)
    enough = (history["purchases"] >= rhythm_purchases).to_numpy()
    variance = history["gap_log_var"].to_numpy(dtype=float)
    freedom = np.where(enough, n - 1, 0.0)
    if not enough.any():
        return pd.Series(NAN, index=history.index)
    common = np.nansum(freedom * np.where(enough, variance, 0.0)) / freedom.sum()
    pooled = (prior_gaps * common + freedom * np.where(enough, variance, 0.0)) / (prior_gaps + freedom)
    with np.errstate(divide="ignore", invalid="ignore"):
        silence = np.log(np.maximum(history["silence_clock_days"].to_numpy(dtype=float), 0.05))
        score = (silence - history["gap_log_mean"].to_numpy(dtype=float)) / np.sqrt(pooled * (1 + 1 / n))
    chance = stats.t.sf(score, prior_gaps + freedom)
    return pd.Series(np.where(enough, chance, NAN), index=history.index)


def rivals(
    before: pd.DataFrame | None,
    *,
    rhythm_purchases: int,
    prior_gaps: float,
    overdue_chance: float,
    fixed_silence_days: float,
    long_gone_days: float,
    confidence: float,
) -> pd.DataFrame:
    """The own-rhythm rule and its naive rival, a fixed silence, tried out a holdout ago on customers with a rhythm.

    "Gone" are those who bought nothing in the holdout: the nearest thing to a loss that can be seen. Customers silent beyond
    `long_gone_days` even then are left out: every rule finds them, and they flatter it.

    Parameters
    ----------
    before
        ledger table history_before; None where the history is too short: no rows.

    Returns
    -------
    DataFrame, a row per rule, the better one (by F1; the naive one where they tie) first: rule_class, judged (customers with a rhythm then),
    gone (of these), listed, listed_and_gone, precision_share (with low_share, high_share, Wilson), recall_share, f1_index.
    """
    columns = [
        "rule_class",
        "judged",
        "gone",
        "listed",
        "listed_and_gone",
        "precision_share",
        "low_share",
        "high_share",
        "recall_share",
        "f1_index",
    ]
    told = before is not None and (before["purchases"] >= rhythm_purchases) & (before["silence_days"] <= long_gone_days)
    if before is None or not told.any():
        return pd.DataFrame({c: pd.Series(dtype="str" if c == "rule_class" else float) for c in columns})
    then = before[told].reset_index(drop=True)
    gone = ~then["has_bought_since"]
    chance = silence_chance(then, rhythm_purchases=rhythm_purchases, prior_gaps=prior_gaps)
    rows = []
    for rule, listed in [(FIXED, then["silence_days"] > fixed_silence_days), (OWN, chance < overdue_chance)]:
        hit, named, lost = int((listed & gone).sum()), int(listed.sum()), int(gone.sum())
        low, high = intervals.wilson(hit, named, confidence=confidence)
        precision, recall = (hit / named if named else NAN), (hit / lost if lost else NAN)
        rows.append((rule, len(then), lost, named, hit, precision, low, high, recall, 2 * hit / (named + lost) if named + lost else NAN))
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("f1_index", ascending=False, kind="stable", ignore_index=True)


def better_rule(tried: pd.DataFrame) -> str:
    """The rule that the overdue list follows: the better one of `rivals`; the own rhythm where nothing could be tried."""
    return OWN if tried.empty or tried["f1_index"].isna().all() else str(tried["rule_class"].iloc[0])


def overdue(
    history: pd.DataFrame,
    panel: pd.DataFrame,
    *,
    rule: str,
    rhythm_purchases: int,
    prior_gaps: float,
    overdue_chance: float,
    fixed_silence_days: float,
    long_gone_days: float,
) -> pd.DataFrame:
    """Customers silent for longer than the rule allows, most money first (B5): their own rhythm, or a fixed silence.

    Of the customers who are still there, a share of about `overdue_chance` will stand here by chance. Customers with
    fewer than `rhythm_purchases` purchases have no rhythm to judge and never stand here.

    Returns
    -------
    DataFrame with customer_id, last_on, silence_days, usual_gap_days (own median), chance_share, yearly_revenue, since_class
    (fresh, or long gone: silent beyond `long_gone_days`), fresh ones first.

    Source: method B5, P2, P11, P12.
    """
    chance = silence_chance(history, rhythm_purchases=rhythm_purchases, prior_gaps=prior_gaps)
    is_late = chance < overdue_chance if rule == OWN else (history["silence_days"] > fixed_silence_days) & chance.notna()
    late = history.assign(chance_share=chance)[is_late].rename(columns={"gap_days": "usual_gap_days"})
    late = late.assign(yearly_revenue=late["customer_id"].map(yearly_revenue(panel, history)).astype(float).fillna(0.0))
    late = late.assign(since_class=np.where(late["silence_days"] <= long_gone_days, FRESH, GONE))
    columns = ["customer_id", "last_on", "silence_days", "usual_gap_days", "chance_share", "yearly_revenue", "since_class"]
    return late[columns].sort_values(["since_class", "yearly_revenue", "customer_id"], ascending=[True, False, True], ignore_index=True)


def reactivation(silences: pd.DataFrame, *, horizon_days: int, confidence: float, months: range = range(1, 13)) -> pd.DataFrame:
    """Of the silences that lasted n months, the share that ended in a purchase within the horizon after (A5).

    Kaplan-Meier over all silences of the base, those still open counted for as long as they last; NaN where none was
    watched for so long. A base-wide rate: a fast buyer's silence of three months is worse than a slow one's.

    Returns
    -------
    DataFrame with silence_months, silences (that lasted so long), return_share, low_share, high_share.
    """
    days, ended = intervals.spread(silences)
    rows = []
    for month in months:
        lasted = days >= month * MONTH_DAYS
        curve = intervals.kaplan_meier(days[lasted] - month * MONTH_DAYS, ended[lasted], confidence=confidence)
        rows.append((month, int(lasted.sum()), *intervals.at(curve, horizon_days, confidence=confidence)))
    return pd.DataFrame(rows, columns=["silence_months", "silences", "return_share", "low_share", "high_share"])


def winback(
    history: pd.DataFrame, panel: pd.DataFrame, returns: pd.DataFrame, *, late: pd.DataFrame, active_months: int, rhythm_purchases: int
) -> pd.DataFrame:
    """Silent customers by yearly revenue x chance of return (M13): what may come back by itself, not what a call adds (P24).

    Silent are those overdue, and those no longer active who have no rhythm of their own to say that all is well. The chance is the base's own for a silence
    of that many months (`reactivation`), without any effort of ours; beyond the months it covers, that of its last row.

    Returns
    -------
    DataFrame with customer_id, last_on, silence_days, yearly_revenue, return_share, expected_revenue (their product; NaN
    where the chance is not decidable), reason_class (overdue, inactive). Ordered by expected_revenue, undecidable ones last by revenue.
    """
    is_late = history["customer_id"].isin(late["customer_id"])
    unknown = history["purchases"] < rhythm_purchases
    silent = history[is_late | (unknown & (history["silence_days"] > active_months * MONTH_DAYS))]
    month = np.clip((silent["silence_days"] / MONTH_DAYS).astype(int), 1, int(returns["silence_months"].max()))
    table = silent[["customer_id", "last_on", "silence_days"]].assign(
        yearly_revenue=silent["customer_id"].map(yearly_revenue(panel, history)).astype(float).fillna(0.0),
        return_share=month.map(returns.set_index("silence_months")["return_share"]).astype(float),
        reason_class=np.where(is_late[silent.index], N_("overdue"), N_("inactive")),
    )
    table["expected_revenue"] = table["yearly_revenue"] * table["return_share"]
    order = ["expected_revenue", "yearly_revenue", "customer_id"]
    table = table.sort_values(order, ascending=[False, False, True], ignore_index=True)
    return table[["customer_id", "last_on", "silence_days", "yearly_revenue", "return_share", "expected_revenue", "reason_class"]]


def survival(history: pd.DataFrame, *, active_months: int, confidence: float) -> pd.DataFrame:
    """How long relationships last: Kaplan-Meier from first purchase to lapse (lens 3), for customers who bought at least twice.

    How a lapse is dated: a customer silent for longer than `active_months` lapsed on the day of the last purchase;
    the others were there up to their last purchase, and what follows is open.

    Returns
    -------
    DataFrame with days, happened_share (lapsed), low_share, high_share, watched.

    Source: method B5, P2, P5, P13.
    """
    who = history[history["is_first_known"] & (history["purchases"] >= 2)]
    lapsed = who["silence_days"] > active_months * MONTH_DAYS
    return intervals.kaplan_meier((who["last_on"] - who["first_on"]).dt.days.to_numpy(), lapsed.to_numpy(), confidence=confidence)


def findings(
    rates: pd.DataFrame,
    late: pd.DataFrame,
    returns: pd.DataFrame,
    lost: pd.DataFrame,
    tried: pd.DataFrame,
    *,
    judged: int,
    rule: str,
    overdue_chance: float,
    active_months: int,
) -> list[Finding]:
    """Retention of the last period beside the source's CRR, the overdue customers and their money, the chance of return.

    Parameters
    ----------
    rates, late, returns, lost, tried
        from retention (one unit), overdue, reactivation, winback, rivals.
    judged
        customers with enough purchases for a rhythm of their own.
    """
    return [
        _stayed(rates, active_months),
        *_crr(rates),
        _late(late, judged, rule, overdue_chance),
        *_tried(tried),
        *_came_back(returns, lost),
    ]


def _stayed(rates: pd.DataFrame, active_months: int) -> Finding:
    if rates.empty:
        why = N_("no complete period begins after customers have been watched for long enough")
        return Finding("retention_rate", "retention", "fact", N_("How many customers stay from period to period cannot be said."), why=why)
    now = rates.iloc[-1]
    return Finding(
        "retention_rate", "retention", "fact",
        N_("{value} of the {n} customers active at the start of {period} were still active at its end; {lost} had bought nothing for {months} months."),
        value=float(now["true_retention_rate"]), n=int(now["at_start"]),
        previous=float(rates.iloc[-2]["true_retention_rate"]) if len(rates) > 1 else NAN,
        params={"period": now["period"], "lost": int(now["lost"]), "months": active_months},
    )  # fmt: skip


def _crr(rates: pd.DataFrame) -> list[Finding]:
    if rates.empty or math.isnan(rates.iloc[-1]["customer_retention_rate"]):
        return []
    now = rates.iloc[-1]
    gone = int(now["acquired"] - (now["at_end"] - now["kept"] - now["returned"]))
    return [
        Finding(
            "crr", "retention", "fact",
            N_("The source's CRR, (E − N) / S, says {value} for {period}: it counts {returned} returned customers as kept and takes off {new_gone} new ones who were silent again; printed, not judged."),
            value=float(now["customer_retention_rate"]), n=int(now["at_start"]),
            params={"period": now["period"], "returned": int(now["returned"]), "new_gone": gone},
        )
    ]  # fmt: skip


def _late(late: pd.DataFrame, judged: int, rule: str, overdue_chance: float) -> Finding:
    if not judged:
        why = N_("no customer has bought often enough to show a rhythm")
        return Finding("overdue", "retention", "model", N_("Who is overdue cannot be said."), unit="count", why=why)
    fresh = late[late["since_class"] == FRESH]
    money = float(fresh["yearly_revenue"].sum())
    own = N_(
        "{value} customers have gone silent within the last year for longer than their own rhythm explains, out of {n} with a rhythm; by chance about {by_chance} would. In their last twelve months of buying they brought {money_said}; {gone} more are long gone."
    )
    fixed = N_(
        "{value} customers have been silent beyond the fixed limit, a year at most, out of {n} with a rhythm; tried out, the limit did as well as their own rhythms. In their last twelve months of buying they brought {money_said}; {gone} more are long gone."
    )
    return Finding(
        "overdue", "retention", "model", own if rule == OWN else fixed,
        value=float(len(fresh)), unit="count", n=judged, money=money, who=" ".join(fresh["customer_id"].head(20)),
        params={"by_chance": round(overdue_chance * judged), "money_said": money, "gone": len(late) - len(fresh)},
    )  # fmt: skip


def _tried(tried: pd.DataFrame) -> list[Finding]:
    if tried.empty or not tried["listed"].all():
        return []
    by = tried.set_index("rule_class")
    own, fixed = by.loc[OWN], by.loc[FIXED]
    return [
        Finding(
            "overdue_tried", "retention", "estimate",
            N_("Tried out on the last holdout: of {n} customers silent beyond their own rhythm {value} bought nothing more (interval {low} to {high}), and {recall_share} of all who were gone stood in the list; a fixed silence: {fixed_listed} customers, {fixed_precision_share}, {fixed_recall_share}. The list follows the rule that did better: {rule}."),
            value=float(own["precision_share"]), low=float(own["low_share"]), high=float(own["high_share"]), n=int(own["listed"]),
            params={
                "recall_share": float(own["recall_share"]), "fixed_listed": int(fixed["listed"]), "fixed_precision_share": float(fixed["precision_share"]),
                "fixed_recall_share": float(fixed["recall_share"]), "rule": better_rule(tried),
            },
        )
    ]  # fmt: skip


def _came_back(returns: pd.DataFrame, lost: pd.DataFrame) -> list[Finding]:
    half = returns[returns["silence_months"] == 6]
    if half.empty or half["return_share"].isna().all():
        why = N_("no silence of half a year was watched for long enough")
        return [
            Finding(
                "reactivation", "retention", "estimate", N_("Whether silent customers come back by themselves cannot be said."), why=why
            )
        ]
    row = half.iloc[0]
    return [
        Finding(
            "reactivation", "retention", "estimate",
            N_("Of silences that had lasted six months (n = {n}), {value} ended by themselves in a purchase within a further year (interval {low} to {high}). Of the {silent} customers silent now {expected} a year may come back without any effort; what a call adds can only be learned by calling some and not others."),
            value=float(row["return_share"]), low=float(row["low_share"]), high=float(row["high_share"]), n=int(row["silences"]),
            who=" ".join(lost["customer_id"].head(20)), params={"silent": len(lost), "expected": float(lost["expected_revenue"].sum())},
        )
    ]  # fmt: skip

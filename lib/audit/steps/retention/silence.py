"""Who is about to leave? Silence against the customer's own rhythm, its naive rival, the chance of return, win-back."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from audit.core import registry
from audit.core.findings import NAN
from audit.stats import bootstrap, intervals, survival
from audit.steps.retention.codes import Reason, SilenceRule, Since
from audit.steps.retention.retention_rates import MONTH_DAYS, is_active

DRIFT = 0.3  # of a count of a year ago, as evidence of this year


def names(customers: pd.DataFrame | None) -> pd.Series:
    """Customers' names by id; empty where the base has no master file."""
    return pd.Series(dtype="str") if customers is None else customers.set_index("customer_id")["name"]


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
    DataFrame, a row per rule: rule_class, judged (customers with a rhythm then), gone (of these), listed, listed_and_gone, precision_share
    (with low_share, high_share, Wilson), recall_share, f1_index, false_share (listed, of those who bought again: what a list holds by
    chance), advantage_number (F1 over the naive rule's; low_number, high_number: customers drawn anew; NaN for the naive one). The rule
    that the list follows comes first.
    """
    told = before is not None and (before["purchases"] >= rhythm_purchases) & (before["silence_days"] <= long_gone_days)
    if before is None or not told.any():
        return registry.empty("rivals")
    then = before[told].reset_index(drop=True)
    gone = ~then["has_bought_since"].to_numpy(dtype=bool)
    chance = silence_chance(then, rhythm_purchases=rhythm_purchases, prior_gaps=prior_gaps)
    by = {
        SilenceRule.FIXED: beyond_fixed(then, fixed_silence_days).to_numpy(),
        SilenceRule.OWN: (chance < overdue_chance).to_numpy(),
    }
    rows = []
    for rule, listed in by.items():
        hit, named, lost = int((listed & gone).sum()), int(listed.sum()), int(gone.sum())
        low, high = intervals.wilson(hit, named, confidence=confidence)
        precision, recall = (hit / named if named else NAN), (hit / lost if lost else NAN)
        false = (named - hit) / (len(then) - lost) if lost < len(then) else NAN
        f1 = 2 * hit / (named + lost) if named + lost else NAN
        rows.append((rule, len(then), lost, named, hit, precision, low, high, recall, f1, false))
    columns = ["rule_class", "judged", "gone", "listed", "listed_and_gone", "precision_share", "low_share", "high_share", "recall_share"]
    table = pd.DataFrame(rows, columns=[*columns, "f1_index", "false_share"])
    table["advantage_number"], table["low_number"], table["high_number"] = NAN, NAN, NAN
    is_own = table["rule_class"] == SilenceRule.OWN
    table.loc[is_own, ["advantage_number", "low_number", "high_number"]] = _advantage(by, gone, table["f1_index"], confidence)
    return table.assign(_o=table["rule_class"] != better_rule(table)).sort_values("_o", ignore_index=True).drop(columns="_o")


def beyond_fixed(history: pd.DataFrame, fixed_silence_days: float) -> pd.Series:
    """Who is silent beyond the fixed limit, and beyond its own usual gap (median): nobody is called late before its usual day."""
    usual = history["gap_days"].astype(float).fillna(0.0)
    return (history["silence_days"] > fixed_silence_days) & (history["silence_days"] > usual)


def _advantage(by: dict[str, np.ndarray], gone: np.ndarray, f1: pd.Series, confidence: float) -> list[float]:
    """How far the own rhythm's F1 lies above the fixed silence's, and between what it would, were other customers drawn."""
    parts = [part for listed in by.values() for part in (2.0 * (listed & gone), listed + 1.0 * gone)]
    hit_fixed, all_fixed, hit_own, all_own = bootstrap.sums(*parts)
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = hit_own / all_own - hit_fixed / all_fixed
    if np.isnan(drawn).all():
        return [NAN] * 3
    return [float(f1.iloc[1] - f1.iloc[0]), *np.nanquantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])]


def better_rule(tried: pd.DataFrame) -> str:
    """The rule that the overdue list follows: the own rhythm where it did better beyond chance, else the simpler one; the own rhythm too
    where nothing could be tried (P11)."""
    if tried.empty or tried["f1_index"].isna().all():
        return SilenceRule.OWN
    return SilenceRule.OWN if (tried["low_number"] > 0).any() else SilenceRule.FIXED


def false_alarms(tried: pd.DataFrame, rule: str, late: pd.DataFrame, *, confidence: float) -> tuple[float, float, float]:
    """About how many of today's fresh list will buy again although they are listed, and between what: by the share of a holdout ago's list
    that did, and the chance in today's (beta-binomial, Jeffreys' prior; the share moves from year to year, so that what was seen then weighs
    `DRIFT` of itself: bench/studies.md has what the range then holds); NaN where nobody was listed then."""
    of = tried[tried["rule_class"] == rule]
    if of.empty or of["listed"].iloc[0] == 0:
        return NAN, NAN, NAN
    row, today = of.iloc[0], int((late["since_class"] == Since.FRESH).sum())
    back, gone = int(row["listed"] - row["listed_and_gone"]), int(row["listed_and_gone"])
    low, high = stats.betabinom.ppf([(1 - confidence) / 2, (1 + confidence) / 2], today, back * DRIFT + 0.5, gone * DRIFT + 0.5)
    return today * back / (back + gone), float(low), float(high)


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

    How many stand here by chance is not `overdue_chance` of them, since rhythms are no clockwork: `rivals` counts it. Customers with fewer
    than `rhythm_purchases` purchases have no rhythm to judge and never stand here.

    Returns
    -------
    DataFrame with customer_id, last_on, silence_days, usual_gap_days (own median), chance_share, yearly_revenue, since_class
    (fresh, or long gone: silent beyond `long_gone_days`), fresh ones first.

    Source: method B5, P2, P11, P12.
    """
    chance = silence_chance(history, rhythm_purchases=rhythm_purchases, prior_gaps=prior_gaps)
    is_late = chance < overdue_chance if rule == SilenceRule.OWN else beyond_fixed(history, fixed_silence_days) & chance.notna()
    late = history.assign(chance_share=chance)[is_late].rename(columns={"gap_days": "usual_gap_days"})
    late = late.assign(yearly_revenue=late["customer_id"].map(yearly_revenue(panel, history)).astype(float).fillna(0.0))
    late = late.assign(since_class=np.where(late["silence_days"] <= long_gone_days, Since.FRESH, Since.GONE))
    columns = ["customer_id", "last_on", "silence_days", "usual_gap_days", "chance_share", "yearly_revenue", "since_class"]
    return late[columns].sort_values(["since_class", "yearly_revenue", "customer_id"], ascending=[True, False, True], ignore_index=True)


def tells(tried: pd.DataFrame, rule: str) -> bool:
    """Whether a long silence says anything here: in the back-test those listed were gone more often, beyond chance, than everybody judged.

    True too where nobody was listed then: what was never tried is told as that, and not as tried in vain.
    """
    of = tried[(tried["rule_class"] == rule) & (tried["listed"] > 0)]
    return of.empty or bool(of["low_share"].iloc[0] > of["gone"].iloc[0] / of["judged"].iloc[0])


def told(late: pd.DataFrame, tried: pd.DataFrame, *, rule: str) -> pd.DataFrame:
    """The list of `overdue` as it may be shown: nobody, where a long silence says nothing (`tells`)."""
    return late if tells(tried, rule) else late.head(0)


def reactivation(silences: pd.DataFrame, *, horizon_days: int, confidence: float, months: range = range(1, 13)) -> pd.DataFrame:
    """Of the silences that lasted n months, the share that ended in a purchase within the horizon after (A5).

    Kaplan-Meier over all silences of the base, those still open counted for as long as they last; NaN where none was
    watched for so long. A base-wide rate: a fast buyer's silence of three months is worse than a slow one's.

    Returns
    -------
    DataFrame with silence_months, silences (that lasted so long), return_share, low_share, high_share.
    """
    days, ended = survival.spread(silences)
    rows = []
    for month in months:
        lasted = days >= month * MONTH_DAYS
        curve = survival.kaplan_meier(days[lasted] - month * MONTH_DAYS, ended[lasted], confidence=confidence)
        rows.append((month, int(lasted.sum()), *survival.at(curve, horizon_days, confidence=confidence)))
    return pd.DataFrame(rows, columns=["silence_months", "silences", "return_share", "low_share", "high_share"])


def winback(
    history: pd.DataFrame, panel: pd.DataFrame, returns: pd.DataFrame, *, late: pd.DataFrame, active_months: int, rhythm_purchases: int
) -> pd.DataFrame:
    """Silent customers by yearly revenue x chance of return (M13): what may come back by itself, not what a call adds (P24).

    Silent are those overdue, and those no longer active who have no rhythm of their own to say that all is well. The chance is the base's
    own for a silence
    of that many months (`reactivation`), without any effort of ours; beyond the months it covers, that of its last row.

    Returns
    -------
    DataFrame with customer_id, last_on, silence_days, yearly_revenue, return_share, expected_revenue (their product; NaN
    where the chance is not decidable), reason_class (overdue, inactive). Ordered by expected_revenue, undecidable ones last by revenue.
    """
    is_late = history["customer_id"].isin(late["customer_id"])
    unknown = history["purchases"] < rhythm_purchases
    silent = history[is_late | (unknown & ~is_active(history, active_months=active_months))]
    month = np.clip((silent["silence_days"] / MONTH_DAYS).astype(int), 1, int(returns["silence_months"].max()))
    table = silent[["customer_id", "last_on", "silence_days"]].assign(
        yearly_revenue=silent["customer_id"].map(yearly_revenue(panel, history)).astype(float).fillna(0.0),
        return_share=month.map(returns.set_index("silence_months")["return_share"]).astype(float),
        reason_class=np.where(is_late[silent.index], Reason.OVERDUE, Reason.INACTIVE),
    )
    table["expected_revenue"] = table["yearly_revenue"] * table["return_share"]
    order = ["expected_revenue", "yearly_revenue", "customer_id"]
    table = table.sort_values(order, ascending=[False, False, True], ignore_index=True)
    return table[["customer_id", "last_on", "silence_days", "yearly_revenue", "return_share", "expected_revenue", "reason_class"]]

"""What is missing, stale or contradicts the data, key account by key account, and whom to ask?

An account of which nobody has filled in anything has one gap, not ten: of the rest nothing is known. A goal without measure, day or person is no goal (E20).
"""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.core.tables.form_codes import Opportunity, Position, StreamState
from audit.steps.dossiers.codes import Gap, Met, Mistake
from audit.steps.dossiers.filled import key_accounts

COVERAGE = ["status_us", "status_customer", "head_visited_on", "offered_on", "filled_on"]


def dossier_coverage(overview: pd.DataFrame, filled: dict[str, pd.DataFrame | None], *, as_of: pd.Timestamp) -> pd.DataFrame:
    """What is known of each key account from its form: how old it is, contact persons and levels, goals, plan, streams, and how we are seen.

    Parameters
    ----------
    filled
        the tables of the forms by name, under the codes of key accounts (`of_accounts`); None where nothing was filled in.

    Returns
    -------
    DataFrame as TABLES declares it, without `gaps`; counts are 0 and days missing where nothing was filled in.

    Source: method E18, E20, E23 to E26, N12.
    """
    keys = key_accounts(overview)
    table = keys[["customer_id", "manager_id"]].copy()
    cards = _of(filled, "account_cards").set_index("customer_id")
    table = table.join(cards[COVERAGE], on="customer_id")
    for column in ("filled_on", "head_visited_on", "offered_on"):
        table[column] = pd.to_datetime(table[column])
    table[["status_us", "status_customer"]] = table[["status_us", "status_customer"]].astype("object").fillna("").astype("str")
    table["age_days"] = (as_of - table["filled_on"]).dt.days.astype("float64")
    people = _of(filled, "account_contacts")
    table["persons"] = _count(table, people)
    table["levels"] = table["customer_id"].map(people.groupby("customer_id")["level_class"].nunique()).fillna(0).astype("int64")
    table["mirrored"] = _count(table, people[people["mirror"].fillna("") != ""])
    goals = _of(filled, "account_goals")
    table["goals"], table["goals_whole"] = _count(table, goals), _count(table, goals[_whole(goals)])
    table["tactics"] = _count(table, _of(filled, "account_tactics"))
    streams = _of(filled, "account_streams")
    table["streams"] = _count(table, streams[streams["state_class"] == StreamState.RUNS])
    return table


def dossier_gaps(
    coverage: pd.DataFrame,
    overview: pd.DataFrame,
    filled: dict[str, pd.DataFrame | None],
    given: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    fresh_days: float,
    contact_days: float,
    head_days: float,
    offer_days: float,
    least_levels: int,
    weak_share: float,
    strong_share: float,
) -> pd.DataFrame:
    """One row per gap of each key account, the largest account first.

    Parameters
    ----------
    given
        value_dossier: what was given to key accounts.
    fresh_days, contact_days, head_days, offer_days
        from so many days on a form, the last contact, the head's last visit, the last offer is old.
    least_levels
        levels of contact persons that are required.
    weak_share, strong_share
        a position called strong below the first share of wallet, or weak above the second, contradicts it.

    Returns
    -------
    DataFrame with customer_id, gap_class, manager_id (whom to ask), was_on (when it was last so; missing where it never was).

    Source: method E18, E20, E24 to E26, E31, N12; P35: a form that was filled in is no evidence of the relationship.
    """
    people, goals = _of(filled, "account_contacts"), _of(filled, "account_goals")
    cards = _of(filled, "account_cards").set_index("customer_id")
    share = overview.set_index("customer_id")["wallet_share"].astype("float64")
    met, until = people.groupby("customer_id")["met_on"].max(), goals.groupby("customer_id")["deadline_on"].min()
    told = given.groupby("customer_id")["told_on"].max()
    elsewhere, promised = overview.set_index("customer_id")["gap"].astype("float64"), _promised(filled)
    old = lambda day, days: pd.isna(day) or (as_of - day).days > days
    rows = []
    for row in coverage.itertuples(index=False):
        who, last_met = row.customer_id, met.get(row.customer_id, pd.NaT)
        mine = given[given["customer_id"] == who]
        card = cards.loc[who] if who in cards.index else None
        if card is None and not (row.persons or row.goals or row.tactics or row.streams):
            rows.append((who, Gap.NO_FORM, row.manager_id, pd.NaT))
            continue
        position, wallet = "" if card is None else card["position_class"], share.get(who, float("nan"))
        found = [
            (Gap.STALE, card is not None and old(row.filled_on, fresh_days), row.filled_on),
            (Gap.NO_CONTACT, not row.persons, pd.NaT),
            (Gap.ONE_CONTACT, row.persons == 1, last_met),
            (Gap.LEVELS, row.persons > 1 and row.levels < least_levels, last_met),
            (Gap.NO_MIRROR, row.mirrored < row.persons, last_met),
            (Gap.CONTACT_OLD, row.persons > 0 and old(last_met, contact_days), last_met),
            (Gap.NO_HEAD_VISIT, old(row.head_visited_on, head_days), row.head_visited_on),
            (Gap.NO_OFFER, old(row.offered_on, offer_days), row.offered_on),
            (Gap.NEVER_TOLD, len(mine) > 0 and mine["told_on"].isna().all(), told.get(who, pd.NaT)),
            (Gap.NO_EVIDENCE, bool(((mine["benefit_to_customer"] > 0) & (mine["evidence"].fillna("") == "")).any()), pd.NaT),
            (Gap.NO_GOAL, not row.goals, pd.NaT),
            (Gap.GOAL_UNMET, row.goals_whole < row.goals, pd.NaT),
            (Gap.GOAL_PAST, row.goals > 0 and until.get(who, pd.NaT) < as_of, until.get(who, pd.NaT)),
            (Gap.NO_PLAN, not row.tactics, pd.NaT),
            (Gap.UNREAL, promised.get(who, 0.0) > elsewhere.get(who, float("nan")), pd.NaT),
            (
                Gap.CONTRADICTION,
                (position == Position.STRONG and wallet < weak_share) or (position == Position.WEAK and wallet > strong_share),
                row.filled_on,
            ),
        ]
        rows += [(who, gap, row.manager_id, last) for gap, is_there, last in found if is_there]
    table = pd.DataFrame(rows, columns=["customer_id", "gap_class", "manager_id", "was_on"])
    return table.astype({"was_on": "datetime64[us]"})


def _promised(filled: dict[str, pd.DataFrame | None]) -> pd.Series:
    """The most margin that an opportunity of selling more promises, by account: more than it buys elsewhere cannot come of it."""
    found = _of(filled, "account_opportunities")
    return found[found["kind_class"] == Opportunity.MORE].groupby("customer_id")["benefit"].max().astype("float64")


def with_gaps(coverage: pd.DataFrame, gaps: pd.DataFrame) -> pd.DataFrame:
    """The coverage with how many gaps each key account has."""
    return coverage.assign(gaps=_count(coverage, gaps))[list(registry.empty("dossier_coverage").columns)]


def asked(gaps: pd.DataFrame) -> pd.DataFrame:
    """The gaps with what to do about each, as a list for the managers: customer_id, gap_class, to_do_class, manager_id, was_on."""
    table = gaps.assign(to_do_class=[Gap(gap).meaning for gap in gaps["gap_class"]])
    return table[["customer_id", "gap_class", "to_do_class", "manager_id", "was_on"]]


def key_mistakes(
    coverage: pd.DataFrame,
    gaps: pd.DataFrame,
    overview: pd.DataFrame,
    activities: pd.DataFrame | None,
    *,
    as_of: pd.Timestamp,
    most_per_manager: int,
    is_asked: bool,
) -> pd.DataFrame:
    """The common mistakes with key accounts, each tested by the data: seen, not seen, or no data (E27).

    All served alike: no more contacts a year with a key account than with another customer who buys. No manager of its own: none, or one with more than
    `most_per_manager` key accounts. The head, and what is collected: by the forms, where there are any (`is_asked`).

    Returns
    -------
    DataFrame with mistake_class, seen_class, count (key accounts concerned), n (key accounts).
    """
    n, keys = len(coverage), set(coverage["customer_id"])
    led = coverage.groupby("manager_id")["customer_id"].transform("size")
    alone = int(((coverage["manager_id"] == "") | (led > most_per_manager)).sum())
    rows = [
        (Mistake.ALL_EQUAL, *_alike(overview, activities, keys, as_of)),
        (Mistake.NO_HEAD, *_seen(int((gaps["gap_class"] == Gap.NO_HEAD_VISIT).sum()), is_asked)),
        (Mistake.NO_MANAGER, *_seen(alone, True)),
        (Mistake.NO_KNOWLEDGE, *_seen(int(gaps["gap_class"].isin([Gap.NO_FORM, Gap.STALE]).sum()), is_asked)),
    ]
    return pd.DataFrame(rows, columns=["mistake_class", "seen_class", "count"]).assign(n=n)


def _seen(count: int, is_known: bool) -> tuple[Met, float]:
    return (Met.YES if count else Met.NO, float(count)) if is_known else (Met.UNKNOWN, float("nan"))


def _alike(overview: pd.DataFrame, activities: pd.DataFrame | None, keys: set[str], as_of: pd.Timestamp) -> tuple[Met, float]:
    """Whether key accounts hear from us no more often than other groups of companies; and with how many of them that is so."""
    sums = overview.groupby("group")["year_revenue"].sum()
    group = overview.set_index("customer_id")["group"]
    buys, is_key = sums[sums > 0], set(group.reindex(sorted(keys)))
    if activities is None or not keys or len(buys) <= len(keys):
        return Met.UNKNOWN, float("nan")
    since = as_of - pd.DateOffset(years=1)
    year = activities[(activities["date"] > since) & (activities["date"] <= as_of) & (activities["direction"] == "out")]
    counts = year["customer_id"].map(group).value_counts().reindex(buys.index).fillna(0)
    ours = counts[counts.index.isin(is_key)]
    usual = float(counts[~counts.index.isin(is_key)].mean())
    return (Met.YES if float(ours.mean()) <= usual else Met.NO), float((ours <= usual).sum())


def _of(filled: dict[str, pd.DataFrame | None], name: str) -> pd.DataFrame:
    """A form's table, with every column it may have; empty where nothing was filled in."""
    empty, there = registry.empty(name), filled.get(name)
    return empty if there is None else there.reindex(columns=empty.columns)


def _count(table: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    return table["customer_id"].map(rows.groupby("customer_id").size()).fillna(0).astype("int64")


def _whole(goals: pd.DataFrame) -> pd.Series:
    """Goals with a measure, a day and a person."""
    return (goals["metric"].fillna("") != "") & goals["deadline_on"].notna() & (goals["owner"].fillna("") != "")

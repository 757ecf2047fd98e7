"""What is missing, stale or contradicts the data, key account by key account, and whom to ask?

An account of which nobody has filled in anything has one gap, not ten: of the rest nothing is known. A goal without measure, day or person is no goal (E20).
"""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.core.tables.form_codes import Opportunity, Position, StreamState
from audit.steps.dossiers.codes import Gap
from audit.steps.dossiers.filled import key_accounts, whole

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
    cards = whole(filled.get("account_cards"), "account_cards").set_index("customer_id")
    table = table.join(cards[COVERAGE], on="customer_id")
    for column in ("filled_on", "head_visited_on", "offered_on"):
        table[column] = pd.to_datetime(table[column])
    table[["status_us", "status_customer"]] = table[["status_us", "status_customer"]].astype("object").fillna("").astype("str")
    table["age_days"] = (as_of - table["filled_on"]).dt.days.astype("float64")
    people = whole(filled.get("account_contacts"), "account_contacts")
    table["persons"] = _count(table, people)
    table["levels"] = table["customer_id"].map(people.groupby("customer_id")["level_class"].nunique()).fillna(0).astype("int64")
    table["mirrored"] = _count(table, people[people["mirror"].fillna("") != ""])
    goals = whole(filled.get("account_goals"), "account_goals")
    table["goals"], table["goals_whole"] = _count(table, goals), _count(table, goals[_whole(goals)])
    table["tactics"] = _count(table, whole(filled.get("account_tactics"), "account_tactics"))
    streams = whole(filled.get("account_streams"), "account_streams")
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
    cards = whole(filled.get("account_cards"), "account_cards").set_index("customer_id")
    of = overview.set_index("customer_id")
    beside = pd.DataFrame(
        {
            "position": cards["position_class"].reindex(coverage["customer_id"]).astype("object").fillna(""),
            "wallet_share": of["wallet_share"].astype("float64").reindex(coverage["customer_id"]),
            "elsewhere": of["gap"].astype("float64").reindex(coverage["customer_id"]),
            "promised": _promised(filled).reindex(coverage["customer_id"]),
            "met_on": _day(filled, "account_contacts", "met_on", "max").reindex(coverage["customer_id"]),
            "due_on": _day(filled, "account_goals", "deadline_on", "min").reindex(coverage["customer_id"]),
            "has_card": coverage["customer_id"].isin(cards.index).to_numpy(),
        }
    ).reset_index(drop=True)
    old = lambda day, days: pd.isna(day) or (as_of - day).days > days
    rows = []
    for row in coverage.reset_index(drop=True).join(beside).itertuples(index=False):
        if not (row.has_card or row.persons or row.goals or row.tactics or row.streams):
            rows.append((row.customer_id, Gap.NO_FORM, row.manager_id, pd.NaT))
            continue
        is_contradicted = (row.position == Position.STRONG and row.wallet_share < weak_share) or (
            row.position == Position.WEAK and row.wallet_share > strong_share
        )
        found = [
            (Gap.STALE, row.has_card and old(row.filled_on, fresh_days), row.filled_on),
            (Gap.NO_CONTACT, not row.persons, pd.NaT),
            (Gap.ONE_CONTACT, row.persons == 1, row.met_on),
            (Gap.LEVELS, row.persons > 1 and row.levels < least_levels, row.met_on),
            (Gap.NO_MIRROR, row.mirrored < row.persons, row.met_on),
            (Gap.CONTACT_OLD, row.persons > 0 and old(row.met_on, contact_days), row.met_on),
            (Gap.NO_HEAD_VISIT, old(row.head_visited_on, head_days), row.head_visited_on),
            (Gap.NO_OFFER, old(row.offered_on, offer_days), row.offered_on),
            *_of_value(given[given["customer_id"] == row.customer_id]),
            (Gap.NO_GOAL, not row.goals, pd.NaT),
            (Gap.GOAL_UNMET, row.goals_whole < row.goals, pd.NaT),
            (Gap.GOAL_PAST, row.goals > 0 and row.due_on < as_of, row.due_on),
            (Gap.NO_PLAN, not row.tactics, pd.NaT),
            (Gap.UNREAL, row.promised > row.elsewhere, pd.NaT),
            (Gap.CONTRADICTION, is_contradicted, row.filled_on),
        ]
        rows += [(row.customer_id, gap, row.manager_id, last) for gap, is_there, last in found if is_there]
    table = pd.DataFrame(rows, columns=["customer_id", "gap_class", "manager_id", "was_on"])
    return table.astype({"was_on": "datetime64[us]"})


def _of_value(mine: pd.DataFrame) -> list[tuple]:
    """The gaps of what one account was given: never told, or a benefit that nothing shows."""
    is_unproved = (mine["benefit_to_customer"] > 0) & (mine["evidence"].fillna("") == "")
    return [
        (Gap.NEVER_TOLD, len(mine) > 0 and mine["told_on"].isna().all(), pd.NaT),
        (Gap.NO_EVIDENCE, bool(is_unproved.any()), pd.NaT),
    ]


def _day(filled: dict[str, pd.DataFrame | None], name: str, column: str, which: str) -> pd.Series:
    """The first or last day of a column of a form, by account."""
    return whole(filled.get(name), name).groupby("customer_id")[column].agg(which).astype("datetime64[us]")


def _promised(filled: dict[str, pd.DataFrame | None]) -> pd.Series:
    """The most margin that an opportunity of selling more promises, by account: more than it buys elsewhere cannot come of it."""
    found = whole(filled.get("account_opportunities"), "account_opportunities")
    return found[found["kind_class"] == Opportunity.MORE].groupby("customer_id")["benefit"].max().astype("float64")


def with_gaps(coverage: pd.DataFrame, gaps: pd.DataFrame) -> pd.DataFrame:
    """The coverage with how many gaps each key account has."""
    return coverage.assign(gaps=_count(coverage, gaps))[list(registry.empty("dossier_coverage").columns)]


def asked(gaps: pd.DataFrame) -> pd.DataFrame:
    """The gaps with what to do about each, as a list for the managers: customer_id, gap_class, to_do_class, manager_id, was_on."""
    table = gaps.assign(to_do_class=[Gap(gap).meaning for gap in gaps["gap_class"]])
    return table[["customer_id", "gap_class", "to_do_class", "manager_id", "was_on"]]


def _count(table: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    return table["customer_id"].map(rows.groupby("customer_id").size()).fillna(0).astype("int64")


def _whole(goals: pd.DataFrame) -> pd.Series:
    """Goals with a measure, a day and a person."""
    return (goals["metric"].fillna("") != "") & goals["deadline_on"].notna() & (goals["owner"].fillna("") != "")

"""Which customers are those that one would wish for? Ten criteria, each met, not met, or not known (E40).

Seven come from data, three only from answers; what is not known counts neither for nor against, and is shown.
"""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.steps.dossiers.codes import Criterion, Met

STEADY = ("X", "Y")


def desired_customers(
    overview: pd.DataFrame,
    *,
    activities: pd.DataFrame | None,
    fields: pd.DataFrame | None,
    facts: pd.DataFrame | None,
    cards: pd.DataFrame | None,
    as_of: pd.Timestamp,
    informs_share: float,
    least_known: int,
) -> pd.DataFrame:
    """The ten criteria of every customer who bought in the last twelve months.

    Parameters
    ----------
    fields
        which fields of its entry in the central file are filled; None where there is no such file.
    facts
        judged facts; a referral shows that it recommends us.
    informs_share
        share of the fields from which it gives information.
    least_known
        criteria that must be known for a customer to be called desired; all known ones must be met.

    Returns
    -------
    DataFrame as TABLES declares it: yes, no or unknown per criterion, how many are met and known, is_desired; the most met first.

    Source: method E40.
    """
    buys = overview[overview["year_revenue"] > 0].reset_index(drop=True)
    ids = buys["customer_id"]
    unknown = pd.Series(Met.UNKNOWN.value, index=buys.index)
    table = pd.DataFrame({"customer_id": ids, "portfolio_class": buys["portfolio_class"].astype("object").fillna("").astype("str")})
    table[Criterion.NET.column] = _said(buys["profit"] > 0, buys["profit"].notna())
    has_debts = overview["open"].notna().any()
    table[Criterion.PAYING.column] = _said(~(buys["overdue"] > 0), buys["is_lead"].astype(bool) & has_debts)
    limited = buys["credit_limit"].notna() & buys["open"].notna()
    table[Criterion.WITHIN.column] = _said(buys["open"].fillna(0.0) <= buys["credit_limit"].fillna(0.0), limited)
    table[Criterion.REACTING.column] = unknown if activities is None else _reacts(ids, activities, as_of)
    table[Criterion.KNOWN.column] = unknown if fields is None or fields.empty else _informs(ids, fields, informs_share)
    table[Criterion.COMPLAINING.column] = unknown  # needs a table of complaints, which the audit does not read yet
    table[Criterion.STABLE.column] = _said(buys["xyz_class"].isin(STEADY), buys["xyz_class"].isin([*STEADY, "Z"]))
    table[Criterion.HONOURING.column] = _by_card(ids, cards, "honours")
    table[Criterion.LEARNING.column] = _by_card(ids, cards, "learns")
    table[Criterion.RECOMMENDING.column] = _by_card(ids, cards, "recommends").where(~_refers(ids, facts), Met.YES.value)
    answers = table[[criterion.column for criterion in Criterion]]
    table["met"], table["known"] = (answers == Met.YES).sum(axis=1), (answers != Met.UNKNOWN).sum(axis=1)
    table["is_desired"] = (table["met"] == table["known"]) & (table["known"] >= least_known)
    order = table.assign(_s=buys["year_revenue"]).sort_values(
        ["met", "_s", "customer_id"], ascending=[False, False, True], ignore_index=True
    )
    return order[list(registry.empty("desired_customers").columns)]


def by_portfolio(desired: pd.DataFrame) -> pd.DataFrame:
    """How many customers of each class of the portfolio are desired ones: portfolio_class, customers, desired."""
    of = desired[desired["portfolio_class"] != ""].groupby("portfolio_class", as_index=False)
    return of.agg(customers=("customer_id", "size"), desired=("is_desired", "sum"))


def _said(is_met: pd.Series, is_known: pd.Series) -> pd.Series:
    """yes, no, or unknown where it is not known."""
    said = pd.Series(Met.NO.value, index=is_met.index).where(~is_met.fillna(False).astype(bool), Met.YES.value)
    return said.where(is_known.fillna(False).astype(bool), Met.UNKNOWN.value)


def _reacts(ids: pd.Series, activities: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Whether it answered or called within a year in which we called on it; unknown where we did not."""
    year = activities[(activities["date"] > as_of - pd.DateOffset(years=1)) & (activities["date"] <= as_of)]
    ways = {way: set(year.loc[year["direction"] == way, "customer_id"]) for way in ("in", "out")}
    return _said(ids.isin(ways["in"]), ids.isin(ways["out"]))


def _informs(ids: pd.Series, fields: pd.DataFrame, least: float) -> pd.Series:
    share = ids.map(fields.groupby("customer_id")["is_filled"].mean())
    return _said(share >= least, share.notna())


def _by_card(ids: pd.Series, cards: pd.DataFrame | None, column: str) -> pd.Series:
    """By what its manager said of it; partly is no yes."""
    said = pd.Series("", index=ids.index) if cards is None else ids.map(cards.set_index("customer_id").get(column)).fillna("")
    return _said(said == "yes", said != "")


def _refers(ids: pd.Series, facts: pd.DataFrame | None) -> pd.Series:
    """Whether a referral of it was judged; that nobody noted one says nothing."""
    return ids.isin(set() if facts is None else set(facts.loc[(facts["kind"] == "referral") & (facts["value"] > 0), "customer_id"]))

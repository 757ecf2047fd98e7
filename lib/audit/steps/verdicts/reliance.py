"""How far can the report be trusted? What is in, what is doubted, what is missing and would decide most, what was refused."""

from __future__ import annotations

import json

import pandas as pd

from audit import i18n
from audit.core import registry
from audit.core.findings import Finding, Verdict
from audit.core.tables.codes import BOOKS
from audit.i18n import mark as N_

MOST = ("budgets", "costs", "invoices", "customers", "contacts")  # tables that would decide most, the first first


def trust(
    facts: pd.DataFrame,
    *,
    controls: pd.DataFrame | None,
    doubts: pd.DataFrame | None,
    wallets: pd.DataFrame | None,
    missing: dict[str, str],
    refused: dict[str, str],
) -> list[Finding]:
    """Four or five sentences, as findings.

    Parameters
    ----------
    controls
        our totals against those of others; only the company's own books say that they are right.
    missing
        tables the base does not have, with what each unlocks.
    refused
        chapters that the data refuse.
    """
    by = {row["id"]: row for _i, row in facts.iterrows()}
    return [*_rows(by, controls), *_refused(refused), *_doubted(doubts), *_open(facts), *_missing(wallets, missing)]


def _said(name: str, message: str, **params) -> Finding:
    return Finding(f"trust_{name}", "verdicts", "fact", message, title=N_("How far to trust this report"), params=params)


def _rows(by: dict[str, pd.Series], controls: pd.DataFrame | None) -> list[Finding]:
    if "rows_kept" not in by or "booked_to_revenue" not in by:
        return []
    booked = json.loads(by["booked_to_revenue"]["params"])["booked"]
    books = pd.DataFrame() if controls is None else controls[controls["control"] == BOOKS]
    if books.empty:
        return [
            _said(
                "rows",
                N_("The exported data show sales of {booked}; this total has not been compared with the company’s books."),
                booked=booked,
            )
        ]
    apart = int((books["verdict"] != "PASS").sum())
    if not apart:
        return [_said("rows", N_("Sales of {booked} agree with the company’s books."), booked=booked)]
    message = N_("Sales differ from the company’s books in {count} of {total} {total:period|periods}: settle that first.")
    return [_said("rows", message, count=apart, total=len(books))]


def _refused(refused: dict[str, str]) -> list[Finding]:
    if not refused:
        return []
    return [_said("refused", N_("Refused: {chapters}."), chapters=[{"message": registry.by_name(step).title} for step in refused])]


def _doubted(doubts: pd.DataFrame | None) -> list[Finding]:
    flagged = pd.DataFrame() if doubts is None else doubts[doubts["verdict"] != "PASS"]
    if flagged.empty:
        return []
    heaviest = flagged.assign(_s=flagged["share"].fillna(0)).sort_values("_s", ascending=False, kind="stable").iloc[0]
    if heaviest["table"] == "budgets":
        return []  # told by the decision to check them
    asked = i18n.parts(heaviest["doubt"])[1].get("question")
    doubt = i18n.stored("{question}", question=asked) if asked else heaviest["doubt"]  # that it is open, nobody needs to be told
    message = N_("Most in doubt: {doubt}") if i18n.render(doubt).endswith("?") else N_("Most in doubt: {doubt}.")
    return [_said("doubt", message, doubt={"message": doubt})]


def _open(facts: pd.DataFrame) -> list[Finding]:
    """The first norm that the data leave open."""
    norms = facts[(facts["norm_id"] != "") & (facts["verdict"] == Verdict.UNDECIDED)]
    return (
        [_said("open", N_("The main open point: is the norm for “{title}” met?"), title={"message": norms.iloc[0]["title"]})]
        if len(norms)
        else []
    )


def _missing(wallets: pd.DataFrame | None, missing: dict[str, str]) -> list[Finding]:
    """What would decide most: budgets, as long as most of them are unknown; else the first table that is not there."""
    unknown = 0 if wallets is None else int((~wallets["provenance_class"].isin(["declared", "benchmark"])).sum())
    if "budgets" not in missing and unknown:
        return [
            _said(
                "missing",
                N_("The biggest gap: the purchase budgets of {unknown} {unknown:customer are|customers are} unknown."),
                unknown=unknown,
            )
        ]
    order = sorted(missing, key=lambda name: MOST.index(name) if name in MOST else len(MOST))
    return [_said("missing", N_("The data we need most: {table}."), table={"message": name}) for name in order[:1]]

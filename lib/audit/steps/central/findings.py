"""What the chapter says: its findings, from its tables."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import Finding
from audit.i18n import mark as N_
from audit.steps.central.codes import Age, Field


def chapter_findings(
    quality: pd.DataFrame,
    coverage: pd.DataFrame,
    *,
    freshness: pd.DataFrame,
    contacts: pd.DataFrame,
    crm: pd.DataFrame,
    of_managers: pd.DataFrame,
    managers: pd.DataFrame | None,
    fresh_days: float,
    contact_days: float,
) -> list[Finding]:
    """What the central file is worth, in sentences; the completeness of all fields together, weighted by revenue, first (K1)."""
    buyers = int(coverage["ever_buyers"].iloc[0])
    own = coverage.set_index("table_class").loc["customers"]
    index = float(quality["revenue_filled_share"].mean()) if len(quality) else float("nan")
    some = N_(
        "{value} of the customers who bought are on record; they bring in {revenue_share} of the revenue. {strangers} {strangers:record belongs to a company|records belong to companies} that never bought."
    )
    every = N_(
        "All {n} {n:customer|customers} who bought {n:is|are} on record. {strangers:0:No record belongs to a company|# record belongs to a company|# records belong to companies} that never bought."
    )
    return [
        Finding(
            "central_complete",
            "central",
            "fact",
            N_(
                "{value} of the fields in the customer records are filled in, weighted by revenue; the weakest field is {emptiest}, at {least_share}."
            ),
            title=N_("Filled fields"),
            value=index,
            n=buyers,
            params={
                "emptiest": Field(quality["field_class"].iloc[0]) if len(quality) else "",
                "least_share": _first(quality, "revenue_filled_share"),
            },
        ),
        Finding(
            "orphans",
            "central",
            "fact",
            every if own["known_share"] == 1 else some,
            title=N_("Customers without a contact in time"),
            value=float(own["known_share"]),
            n=buyers,
            params={"revenue_share": float(own["revenue_share"]), "strangers": int(own["strangers"])},
        ),
        *_invalid(quality),
        *_fresh(freshness, fresh_days),
        *_contacted(contacts, contact_days),
        *_crm(crm),
        *_crm_manager(of_managers, managers),
    ]


def _first(table: pd.DataFrame, column: str) -> float:
    return float(table[column].iloc[0]) if len(table) else float("nan")


def _invalid(quality: pd.DataFrame):
    checked = quality.dropna(subset=["valid_share"])
    if len(checked):
        wrong, looked_at = int(checked["invalid"].sum()), int(checked["checked"].sum())
        some = N_("{wrong} of {n} tax IDs, phone numbers and e-mail addresses that we could check look invalid ({value}).")
        none = N_("All {n} tax IDs, phone numbers and e-mail addresses that we could check look valid.")
        yield Finding(
            "central_invalid",
            "central",
            "fact",
            some if wrong else none,
            title=N_("Invalid fields"),
            value=wrong / max(looked_at, 1),
            n=looked_at,
            params={"wrong": wrong},
        )


def _fresh(freshness: pd.DataFrame, fresh_days: float):
    if len(freshness):
        fresh = freshness.set_index("age_class").reindex([Age.FRESH])["revenue_share"].fillna(0.0).iloc[0]
        message = N_(
            "Customers whose records were changed in the last {fresh_days} {fresh_days:day|days} account for {value} of the revenue."
        )
        yield Finding(
            "central_fresh",
            "central",
            "fact",
            message,
            title=N_("Freshness of the customer records"),
            value=float(fresh),
            n=int(freshness["customers"].sum()),
            params={"fresh_days": fresh_days},
        )


def _contacted(contacts: pd.DataFrame, contact_days: float):
    if len(contacts):
        message = N_(
            "Of {n} {n:customer|customers} who bought in the last year, we were in contact with {reached} ({value}) in the last {contact_days} {contact_days:day|days}."
        )
        reached = int(contacts["is_contacted"].sum())
        yield Finding(
            "central_contacted",
            "central",
            "fact",
            message,
            title=N_("Contacts in the year"),
            value=reached / len(contacts),
            n=len(contacts),
            params={"reached": reached, "contact_days": contact_days},
        )


def _crm(crm: pd.DataFrame):
    if len(crm) and crm["accounting"].sum() > 0:
        share = float(crm["difference"].sum() / crm["accounting"].sum())
        message = N_(
            "The CRM shows {value} of what accounting shows, a difference of {difference}. This report uses the accounting figures."
        )
        yield Finding(
            "crm_against_accounting",
            "central",
            "fact",
            message,
            title=N_("CRM compared with accounting"),
            value=1 + share,
            n=len(crm),
            params={"difference": float(crm["difference"].sum())},
        )


def _crm_manager(of_managers: pd.DataFrame, managers: pd.DataFrame | None):
    """Whose sales the CRM misses most, beside those of all others: one manager's habit is another thing than the whole company's."""
    missing = of_managers[of_managers["is_missing"].astype(bool)]
    if len(missing):
        worst, others = missing.iloc[0], of_managers[~of_managers["is_missing"].astype(bool)]
        names = {} if managers is None else managers.set_index("manager_id")["name"].to_dict()
        some = N_(
            "In the CRM, {value} of the sales by {manager} are missing; for the {others} {others:manager|managers} without such a gap, {others_rate}."
        )
        all_of_them = N_("The CRM is missing {value} of the sales by {manager}, and no manager’s sales are complete there.")
        yield Finding(
            "crm_manager",
            "central",
            "fact",
            some if len(others) else all_of_them,
            title=N_("CRM by manager"),
            value=-float(worst["difference_rate"]),
            n=len(of_managers),
            params={
                "manager": names.get(worst["manager_id"], worst["manager_id"]),
                "others": len(others),
                "others_rate": -float(others["difference"].sum() / others["accounting"].sum()) if others["accounting"].sum() > 0 else 0.0,
            },
        )

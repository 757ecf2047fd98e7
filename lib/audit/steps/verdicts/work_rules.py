"""What should be decided about the work of people: promises of delivery, open complaints, copied orders, purchases promised to suppliers?

Nobody is named but who lies beyond what chance makes; what is asked is to look, to help or to agree anew, never a rank.
"""

from __future__ import annotations

import json

import pandas as pd

from audit.core.claims import Sureness
from audit.steps.customers.codes import Action
from audit.steps.field.codes import Copied
from audit.steps.service.codes import Whose
from audit.steps.verdicts.codes import Choice, Owner
from audit.steps.verdicts.decision import SOON, THIS, Decision


def of_work(overview: pd.DataFrame, by: dict[str, pd.Series], work: dict[str, pd.DataFrame | None]) -> list[Decision]:
    """The decisions about the work of people, each by its rule.

    Parameters
    ----------
    overview
        customer_overview, with the next steps.
    by
        findings of all chapters by id.
    work
        the tables of `verdicts.WORK`, by name; None where a chapter did not run.

    Source: method I3, I4, H8, H22.
    """
    late, copied, cascade = work.get("promises_by_manager"), work.get("copied_orders"), work.get("plan_cascade")
    return [*_complaints(overview, by), *_late(late), *_copied(copied), *_promised(cascade)]


def _complaints(overview: pd.DataFrame, by: dict[str, pd.Series]) -> list[Decision]:
    """Open complaints of customers who still buy; with what became of others whose complaint stayed open, where that shows."""
    open_ = overview[overview["action_class"] == Action.COMPLAINT].sort_values(["worth", "customer_id"], ascending=[False, True])
    if open_.empty:
        return []
    money, after = float(open_["worth"].sum()), by.get("service_after_open")
    shows = after is not None and after["high"] < 0
    params = {"count": len(open_)} | ({name: json.loads(after["params"])[name] for name in ("kept_share", "like_share")} if shows else {})
    choice, kind = Choice.COMPLAINTS if shows else Choice.COMPLAINTS_OPEN, str(open_["money_kind"].iloc[0])
    return [
        Decision(
            choice, "service", Owner.HEAD, THIS, Sureness.COUNTED, open_["customer_id"].tolist(), "", kind, money, 0.0, money, 0.0, params
        )
    ]


def _late(late: pd.DataFrame | None) -> list[Decision]:
    """Managers whose customers get more late orders than is usual."""
    if late is None:
        return []
    more = late[late["whose_class"] == Whose.MORE]
    return [
        Decision(
            Choice.LATE, "service", Owner.HEAD, THIS, Sureness.COUNTED, [], row["manager_id"],
            params={"late": int(row["late"]), "promised": int(row["promised_orders"]), "told": int(row["told_before"])},
        )
        for _i, row in more.iterrows()
    ]  # fmt: skip


def _copied(copied: pd.DataFrame | None) -> list[Decision]:
    """Representatives who write the same order again far more often than outlets alike explain."""
    if copied is None:
        return []
    more = copied[copied["copied_class"] == Copied.MORE]
    return [
        Decision(
            Choice.COPIED, "field", Owner.HEAD, SOON, Sureness.CHECK, [], row["manager_id"],
            params={"copy_share": float(row["copy_share"]), "others_share": float(row["of_others_share"])},
        )
        for _i, row in more.iterrows()
    ]  # fmt: skip


def _promised(cascade: pd.DataFrame | None) -> list[Decision]:
    """Purchases promised to suppliers beyond what the plan sells."""
    if cascade is None:
        return []
    latest = cascade[cascade["promised_amount"].notna()].sort_values("period").tail(1)
    short = latest[latest["short"] > 0]
    return [
        Decision(
            Choice.PROMISED, "team", Owner.OWNER, SOON, Sureness.ESTIMATED,
            params={"year": str(row["period"]), "promised": float(row["promised_amount"]), "cost": float(row["planned_cost"]), "apart": float(row["short"])},
        )
        for _i, row in short.iterrows()
    ]  # fmt: skip

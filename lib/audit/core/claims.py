"""What does a chapter conclude? One claim, which leads its findings: a sentence that a person would say, and its role; and which kinds of money there are.

A claim has at most eighteen words and two numbers; what it rests on, it takes from the finding that it is `of`: verdict, value, doubt. Every state of
the data has its claim: good, bad, mixed, not decidable.
"""

from __future__ import annotations

import dataclasses

from audit.core.codes import Code
from audit.core.findings import Finding
from audit.i18n import mark as N_


class Role(Code):
    """What a claim says of the base."""

    STATE = "state", N_("where the base stands")
    CAUSE = "cause", N_("why")
    RISK = "risk", N_("what threatens")
    CHANCE = "chance", N_("what promises")


class Money(Code):
    """Kinds of money that are never added up, nor drawn in one picture."""

    OWED = "owed", N_("cash owed to us")
    KEEP = "keep", N_("yearly margin at stake")
    WIN = "win", N_("yearly margin that can be won")
    KEEP_SALES = "keep_sales", N_("yearly sales at stake; margin unknown")
    WIN_SALES = "win_sales", N_("yearly sales that can be won; margin unknown")
    ORDER = "order", N_("margin of one order")
    ORDER_SALES = "order_sales", N_("sales of one order; margin unknown")
    SAVE = "save", N_("savings a year")
    RISK = "risk", N_("what a loss would cost, a year")
    RISK_SALES = "risk_sales", N_("sales that a loss would take, a year; margin unknown")
    PLAN = "plan", N_("plan above forecast")


class Sureness(Code):
    """How sure a sum is."""

    COUNTED = "counted", N_("counted")
    ESTIMATED = "estimated", N_("estimated")
    CHECK = "check", N_("check first")


def led(found: list[Finding], message: str, role: Role, *, of: str = "", is_judged: bool = True, **params) -> list[Finding]:
    """The findings of a chapter behind its claim: first the one that it rests on, then the others in their order.

    Parameters
    ----------
    of
        id of the finding that the claim rests on; default: the first.
    is_judged
        whether the norm of that finding judges what the claim says; a mark beside another sentence would praise or blame that one.
    params
        what fills the message beside that finding's own values.
    """
    if not found:
        return found
    by = {one.id: one for one in found}
    base = by.get(of, found[0])
    norm = base.norm_id if is_judged else ""
    claim = dataclasses.replace(
        base,
        id=f"{base.step}_claim",
        message=message,
        role=role,
        norm_id=norm,
        params=base.params | params,
        quantities={},
        money=float("nan"),
    )
    return [claim, base, *(one for one in found if one is not base)]

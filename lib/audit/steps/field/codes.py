"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Came(Code):
    """What came of a planned visit by the end of its day."""

    ORDERED = "ordered", N_("order in time")
    RECOVERED = "recovered", N_("order through the call centre")
    AFTER = "after", N_("order after the cut-off")
    NOTHING = "no_order", N_("no order that day")


class Made(Code):
    """What became of a planned visit."""

    ON_DAY = "on_day", N_("made on its day")
    OTHER_DAY = "other_day", N_("made on another day")
    NOT_MADE = "not_made", N_("not made")
    UNPLANNED = "unplanned", N_("made without a plan")


class Way(Code):
    """How an order came in."""

    REP = "rep", N_("sales representative")
    CALL_CENTRE = "call_centre", N_("call centre")
    CUSTOMER = "customer", N_("the customer, by phone or site")
    ELECTRONIC = "electronic", N_("electronic exchange")
    STANDING = "standing", N_("standing order")
    UNKNOWN = "", N_("not written down")


class Copied(Code):
    """What can be said of a representative's orders."""

    MORE = "more", N_("copies more often than is normal for similar outlets")
    CHANCE = "as_like", N_("as at similar outlets")
    FEW = "few_outlets", N_("too few outlets to say")


class Training(Code):
    """In what somebody was trained (H18)."""

    PRODUCT = "product", N_("the product")
    COMMUNICATION = "communication", N_("talking with customers")
    ROUTE = "route", N_("time and route")

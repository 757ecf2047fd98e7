"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Case(Code):
    """What was written down."""

    COMPLAINT = "complaint", N_("complaint")
    REFUSAL = "refusal", N_("refusal to buy")
    LOSS = "loss", N_("lost customer")


class Kept(Code):
    """How a promise of delivery was kept."""

    EARLY = "on_time", N_("on time")
    TOLD = "late_told", N_("late, and the customer was told in advance")
    LATE = "late", N_("late, customer not told")
    OPEN = "open_late", N_("overdue and not delivered")
    SHORT = "short", N_("on time, but not in full")


class Whose(Code):
    """Whether a manager's customers get more late orders than is usual."""

    MORE = "more_late", N_("more late orders")
    USUAL = "usual_late", N_("similar")
    FEW = "few_orders", N_("too few orders to say")


class After(Code):
    """Of which complaint."""

    SETTLED = "settled", N_("settled in time")
    LATER = "later", N_("settled later")
    NEVER = "never", N_("never settled")


class Asked(Code):
    """The three questions to who refuses to buy (I2)."""

    PRODUCT = "wrong_product", N_("What was wrong with the product or the service?")
    STAFF = "wrong_staff", N_("What was wrong with the work of our people?")
    MOMENT = "irritated", N_("What irritated you at the moment of sale?")


class Theme(Code):
    """What an answer is about; an answer may have several."""

    PRICE = "price", N_("price and terms")
    QUALITY = "quality", N_("quality")
    RANGE = "range", N_("assortment and stock")
    DELIVERY = "delivery", N_("delivery and deadlines")
    PAPERS = "papers", N_("documents and accounts")
    MANNER = "manner", N_("manner and attention")
    SKILL = "skill", N_("knowledge of the product")
    WAITING = "waiting", N_("waiting for an answer")
    OTHER = "other_theme", N_("something else")


class Cause(Code):
    """What happened to a first order."""

    LATE = "late_first", N_("the first order came late")
    RETURNED = "returned_first", N_("part of the first order was returned")
    COMPLAINED = "complained_first", N_("a complaint followed the first order")
    NOTHING = "nothing_first", N_("nothing that is written down")

"""The closed lists of the forms: what people choose from, with what stands in the list."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class SupplierStatus(Code):
    """The ladder of perception (E18): price matters less and loyalty grows from rung to rung."""

    BROKER = "broker", N_("broker: one of many")
    PROVIDER = "provider", N_("provider: one of several")
    VALUE_ADDER = "value_adder", N_("value adder: one of the chosen")
    PARTNER = "partner", N_("business partner")


class Said(Code):
    """An answer to a question of yes or no."""

    YES = "yes", N_("yes")
    PARTLY = "partly", N_("partly")
    NO = "no", N_("no")


class YesNo(Code):
    """An answer to one of the eight questions."""

    YES = "yes", N_("yes")
    NO = "no", N_("no")


class Position(Code):
    """How we stand with the customer (E21)."""

    STRONG = "strong", N_("strong")
    MEDIUM = "medium", N_("middling")
    WEAK = "weak", N_("weak")


class Potential(Code):
    """How much more it could buy (E21)."""

    HIGH = "high", N_("much more")
    MEDIUM = "medium", N_("somewhat more")
    LOW = "low", N_("little more")


class ContactLevel(Code):
    """How high a contact person stands (E24, S2)."""

    OWNER = "owner", N_("owner")
    TOP = "top", N_("director or head of finance")
    MIDDLE = "middle", N_("head of a department")
    STAFF = "staff", N_("specialist")


class Opportunity(Code):
    """What an opportunity is (E19)."""

    MORE = "more", N_("more of what it buys")
    SERVICE = "service", N_("better service")
    WIDER = "wider", N_("wider business")


class Instrument(Code):
    """The four P of a plan (E20)."""

    PRODUCT = "product", N_("product")
    PRICE = "price", N_("price")
    PROMOTION = "promotion", N_("promotion")
    PLACE = "place", N_("place")


class Stream(Code):
    """The seven work streams with a key account (E23)."""

    PARTNER_VIEW = "partner_view", N_("how we see each other")
    OPPORTUNITIES = "opportunities", N_("opportunities")
    PLAN = "plan", N_("plan")
    RELATIONSHIPS = "relationships", N_("relationships")
    COMMUNICATION = "communication", N_("communication")
    NEGOTIATION = "negotiation", N_("negotiation")
    DAILY = "daily", N_("daily care")


class Grade(Code):
    """How good somebody is at something, as the head sees it (H15)."""

    STRONG = "strong", N_("does it well")
    ENOUGH = "enough", N_("well enough")
    LEARNS = "learns", N_("has to learn")


class StreamState(Code):
    """Whether a work stream runs."""

    RUNS = "in progress", N_("in progress")
    PLANNED = "planned", N_("planned")
    NOT = "not", N_("does not run")


class Standing(Code):
    """Our offer beside a rival's (F4)."""

    BETTER = "better", N_("ours is better")
    EQUAL = "equal", N_("equal")
    WORSE = "worse", N_("theirs is better")


class Event(Code):
    """What happened at the customer (N13)."""

    SOLD = "sold", N_("company sold")
    NEW_HEAD = "new_head", N_("new head")
    NEW_SUPPLIER = "new_supplier", N_("new supplier")
    OTHER = "other", N_("other")


class LossReason(Code):
    """Why a key account left (E35)."""

    TERMS = "terms", N_("better terms elsewhere")
    SERVICE = "service", N_("our service")
    NO_NEED = "no_need", N_("no longer needs it")
    UNKNOWN = "unknown", N_("not known")

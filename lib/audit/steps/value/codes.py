"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Trade(Code):
    """How customers of this base buy, which decides the models."""

    ORDERS = "orders", N_("orders at any time"), N_("customers order at any time and leave without saying so")
    FIXED = (
        "monthly",
        N_("once a month at most"),
        N_("nearly all customers buy once in a month or not at all, and come back after months without a purchase"),
    )
    BY_CONTRACT = "contract", N_("a contract by the month"), N_("nearly all customers buy once in every month until they stop for good")


class Naive(Code):
    """Rules without a model, and the state where nothing was tried."""

    AVERAGE = "own_average", N_("own average")
    LAST_YEAR = "last_year", N_("same as last year")
    OWN_MEAN = "own_mean", N_("own mean")
    BASE_MEAN = "base_mean", N_("mean of all customers")


class Level(Code):
    """What the money is: margin where the cost of goods is known, else revenue, which is not profit (P6)."""

    MARGIN = "margin", N_("margin")
    REVENUE = "revenue", N_("revenue")


class Life(Code):
    """How lives are projected."""

    SEEN = "as_seen", N_("as seen (Kaplan-Meier)")
    HETEROGENEOUS = "own_rates", N_("each leaves at its own rate (sBG)")
    CONSTANT = "one_rate", N_("all leave at one rate")


class Lever(Code):
    """The four factors of a value."""

    S = "order_value", N_("S: order value")
    C = "orders_a_month", N_("C: orders a month")
    P = "margin_rate", N_("P: margin rate")
    T = "months", N_("T: months")


class Split(Code):
    """What the base is split by."""

    ALL = "all_customers", N_("all customers")
    FIRST_YEAR = "first_year", N_("year of the first purchase")
    ABC = "abc", N_("class by money")
    MANAGER = "manager", N_("manager")
    SOURCE = "source", N_("source")
    INDUSTRY = "industry", N_("industry")


class Group(Code):
    """Groups that are no value of what the base is split by."""

    OTHER = "_other", N_("other")
    NOT_KNOWN = "_not_known", N_("not known")
    INACTIVE = "_inactive", N_("inactive")

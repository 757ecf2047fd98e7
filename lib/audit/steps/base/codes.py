"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Measure(Code):
    """What changed: sales, or what was earned on them."""

    SALES = "sales", N_("sales")
    GROSS_PROFIT = "gross_profit", N_("gross profit")


class Factor(Code):
    """What sales are made of."""

    CUSTOMERS = "customers", N_("customers")
    FREQUENCY = "orders_per_customer", N_("orders per customer")
    ORDER_VALUE = "money_per_order", N_("average order value")
    MARGIN = "gross_margin", N_("gross margin")


class Cohort(Code):
    """The layer of those whose first purchase is not known."""

    EARLIER = "earlier", N_("earlier")


class Direction(Code):
    """More or less than before."""

    MORE = "more", N_("more")
    LESS = "less", N_("less")

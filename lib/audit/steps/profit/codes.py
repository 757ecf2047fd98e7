"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Earning(Code):
    """Whether a customer earns, by every driver tried."""

    EARNS = "earns", N_("profitable however costs are allocated")
    DOUBTFUL = "by_drivers", N_("unprofitable under some allocations")
    LOSES = "loses", N_("unprofitable however costs are allocated")
    NEW = "by_acquisition", N_("by the cost of winning it only")
    SINGLE = "single_sales", N_("sold below cost this year; not shown to be a habit")
    UNKNOWN = "unknown", N_("not known: serving costs were not given")


class Laid(Code):
    """Whether a cost pool can be laid on customers."""

    CUSTOMERS = "customers", N_("allocated to customers")
    COMPANY = "company", N_("a cost of the company")
    BY_REVENUE = "by_revenue", N_("not laid: by revenue all customers would be equally profitable")
    NO_DRIVER = "no_driver", N_("unallocated: no allocation base in these data")


class Line(Code):
    """The lines of the statement."""

    SALES = "sales", N_("sales")
    GOODS = "cost_of_goods", N_("cost of goods")
    MARGIN = "margin", N_("margin on goods")
    POOLS = "cost_pools", N_("cost pools")
    GIVEN = "given", N_("extras beyond the product")
    BEFORE_TAX = "before_tax", N_("profit before tax")
    TAX = "tax", N_("tax")
    NET = "net_profit", N_("net operating profit")


class Driver(Code):
    """What causes a cost pool."""

    ORDERS = "orders", N_("orders")
    LINES = "lines", N_("lines")
    PURCHASES = "purchases", N_("purchases")
    RETURNS = "returns", N_("returns")
    CONTACTS = "contacts", N_("contacts")
    CREDIT = "credit", N_("credit")
    CUSTOMERS = "customers", N_("customers")
    WINNING = "new customers", N_("new customers")
    NONE = "none", N_("none")
    REVENUE = "revenue", N_("revenue")

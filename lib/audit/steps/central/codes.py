"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Field(Code):
    """A field of the master file."""

    NAME = "name", N_("name")
    TAX_ID = "tax_id", N_("tax id")
    KPP = "kpp", N_("KPP")
    OGRN = "ogrn", N_("OGRN")
    PHONE = "phone", N_("phone")
    EMAIL = "email", N_("e-mail")
    ADDRESS = "address", N_("address")
    REGION = "region", N_("region")
    INDUSTRY = "industry", N_("industry")
    MANAGER = "manager_id", N_("manager")


class Age(Code):
    """How long ago an entry was changed."""

    FRESH = "fresh", N_("recent")
    OLDER = "older", N_("older")
    UNKNOWN = "unknown", N_("unknown")


class Source(Code):
    """A table that may know a customer."""

    CUSTOMERS = "customers", N_("customers")
    CONTACTS = "contacts", N_("contacts")
    ACTIVITIES = "activities", N_("activities")
    CRM_SALES = "crm_sales", N_("crm_sales")
    FACTS = "facts", N_("facts")
    BUDGETS = "budgets", N_("budgets")
    POINTS = "points", N_("points")

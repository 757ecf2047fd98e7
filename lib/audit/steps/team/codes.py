"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Measured(Code):
    """By what managers are compared."""

    KEPT = "kept", N_("customers kept")
    CHANGE = "change", N_("change in the same customers’ purchases")
    SECOND = "second", N_("new customers who bought again")
    DEALS = "deals", N_("deals won of those decided")


class Told(Code):
    """What can be said of a manager by one measure."""

    BETTER = "better", N_("better than chance explains")
    WORSE = "worse", N_("worse than chance explains")
    CHANCE = "chance", N_("within chance")
    FEW = "few", N_("too few customers to say")


class Shown(Code):
    """By what a manager's customers are known to others of the company."""

    SALES = "sales", N_("sales alone")
    CONTACTS = "contacts", N_("sales and contacts")


class Level(Code):
    """Whose plan."""

    COMPANY = "company", N_("company")
    DEPARTMENT = "department", N_("departments together")
    MANAGER = "manager", N_("all managers combined")


class Without(Code):
    """What of a bonus comes from where nothing was earned."""

    LARGEST = "largest", N_("the largest customer")
    LOSING = "losing", N_("customers that cost more than they bring")
    UNPAID = "unpaid", N_("customers who have stopped paying")
    HANDED = "handed", N_("customers taken over within the year")


class By(Code):
    """By what deals and candidates are counted."""

    ALL = "all_deals", N_("all together")
    SOURCE = "source", N_("source")
    STAGE = "stage", N_("stage")
    REASON = "lost_reason", N_("reason for refusal")

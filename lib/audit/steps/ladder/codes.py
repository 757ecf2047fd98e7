"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Rung(Code):
    """The rungs of the sales skirt (B10), from the lowest, with what moves a customer one step up (B11)."""

    SILENT = "silent", N_("not active"), "", N_("win back: see the chapter on retention")
    BUYER = (
        "buyer",
        N_("buyer"),
        "",
        N_("second purchase: call within the usual gap, ask how it went, offer what goes with the first order"),
    )
    REPEAT = "repeat", N_("repeat"), "", N_("build a rhythm: agree on the next date, propose a standing order")
    UNKNOWN = "unknown", N_("unknown"), "", N_("find out the whole budget and the competitors: without that, the next step is a guess")
    REGULAR = "regular", N_("regular"), "", N_("share of wallet: win one more category that now goes to a competitor")
    LOYALIST = "loyalist", N_("loyalist"), "", N_("recommendation: ask for one, record it with its evidence")
    ADVOCATE = "advocate", N_("advocate"), "", N_("keep: a personal manager, first to hear about new products")


SYSTEMATIC = (Rung.UNKNOWN, Rung.REGULAR, Rung.LOYALIST, Rung.ADVOCATE)  # rungs of those who buy systematically


class RungBefore(Code):
    """A rung a year ago, or none yet."""

    NOT_YET = "not_yet", N_("not yet")
    SILENT = "silent", N_("not active")
    BUYER = "buyer", N_("buyer")
    REPEAT = "repeat", N_("repeat")
    UNKNOWN = "unknown", N_("unknown")
    REGULAR = "regular", N_("regular")
    LOYALIST = "loyalist", N_("loyalist")
    ADVOCATE = "advocate", N_("advocate")


class Proof(Code):
    """What a rung stands on."""

    REFERRAL = "purchases_budget_referral", N_("purchases, budget, referral")
    BUDGET = "purchases_budget", N_("purchases and budget")
    UNKNOWN = "budget_unknown", N_("purchases; budget unknown")
    PURCHASES = "purchases", N_("purchases")

"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class PortfolioClass(Code):
    """What a customer is to us (D8), with the source's word for it; `key` is said of key accounts alone, which are others."""

    CORE = "core", N_("core"), N_("S1: key")
    DEVELOPMENT = "development", N_("to develop"), N_("S1: developing key")
    MAINTENANCE = "maintenance", N_("to maintain"), N_("S1: maintained")
    OPPORTUNISTIC = "opportunistic", N_("opportunistic"), N_("S1: casual")
    NEW = "new", N_("new"), N_("bought for less than a year: not judged yet")


class Criterion(Code):
    """What the two axes are made of."""

    BUDGET = "budget", N_("size of the budget")
    GROWTH = "growth", N_("growth of our sales")
    MARGIN = "margin", N_("margin rate")
    DISCIPLINE = "discipline", N_("payment in time")
    WALLET = "wallet", N_("share of wallet")
    TENURE = "tenure", N_("length of the relationship")
    STEADINESS = "steadiness", N_("months with a purchase")


class Axis(Code):
    """The two axes."""

    ATTRACTIVENESS = "attractiveness", N_("attractiveness")
    POSITION = "position", N_("position")

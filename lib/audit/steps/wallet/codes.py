"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Provenance(Code):
    """How a budget is known."""

    DECLARED = "declared", N_("stated by the customer")
    BENCHMARK = "benchmark", N_("benchmark")
    MODELLED = "modelled", N_("modelled")
    UNKNOWN = "unknown", N_("unknown")


class Basis(Code):
    """By what a budget is estimated."""

    BY_SIZE = "size", N_("peers by size")
    BY_SALES = "sales", N_("peers by sales to them")
    BY_BOTH = "size_and_sales", N_("peers by size and sales")
    USUAL_SHARE = "usual_share", N_("the usual share for all")
    SAME = "same_for_all", N_("the same budget for all")
    ACHIEVABLE = "achievable", N_("what the largest buyers of that size buy from us")


class Attention(Code):
    """Whether a category is worth attention."""

    WORTH = "worth_attention", N_("worth attention")
    LEFT = "left_for_now", N_("left to competitors for now")


class Position(Code):
    """A manager against what was to be expected."""

    FEW = "too_few", N_("too few to tell")
    BELOW = "below", N_("below")
    ABOVE = "above", N_("above")
    EXPECTED = "as_expected", N_("as expected")

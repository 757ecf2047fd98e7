"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Kind(Code):
    """What a series is of."""

    COMPANY = "company", N_("company")
    PART = "part", N_("part")
    KEY = "large_customer", N_("large customer")
    OTHER = "next_largest", N_("next in size")


class Method(Code):
    """How a series is carried on."""

    SEASONAL = "seasonal", N_("the same month of last year")
    MEAN = "mean", N_("the mean of the last year")
    ETS = "ETS"
    THETA = "Theta"
    INTERMITTENT = "TSB", N_("intermittent (TSB)")


class Rest(Code):
    """Series that are no customer and no part."""

    REST = "all_others", N_("all others")
    UNKNOWN = "not_known", N_("not known")

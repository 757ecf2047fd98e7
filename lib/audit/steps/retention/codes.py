"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class SilenceRule(Code):
    """By what a customer counts as overdue."""

    OWN = "own_rhythm", N_("own rhythm")
    FIXED = "fixed_silence", N_("fixed silence")


class Since(Code):
    """For how long a customer has been overdue."""

    FRESH = "fresh", N_("fresh")
    GONE = "long_gone", N_("long gone")


class Reason(Code):
    """Why a silent customer is worth winning back."""

    OVERDUE = "overdue", N_("overdue")
    INACTIVE = "inactive", N_("inactive")


class Unit(Code):
    """The length of a period."""

    YEAR = "year", N_("year")
    QUARTER = "quarter", N_("quarter")
    MONTH = "month", N_("month")

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

    FRESH = "fresh", N_("in the past year")
    GONE = "long_gone", N_("silent for over a year")


class Reason(Code):
    """Why a silent customer is worth winning back."""

    OVERDUE = "overdue", N_("overdue")
    INACTIVE = "inactive", N_("inactive")


class Lapse(Code):
    """A way to count those who left, as one of the chapters does; each definition with its window."""

    EVERYBODY = "everybody", N_("all customers ever seen")
    NOT_AGAIN = "not_again", N_("bought in the period before last, but not in the last")
    INACTIVE = "no_longer_active", N_("active when the last period began, but not at its end")
    FELL = "fell", N_("bought steadily by a year ago, silent on the last day")
    LATE = "listed", N_("listed as having stopped buying, recently or long ago")
    WINBACK = "to_win_back", N_("to win back: silent for longer than usual, or silent before showing a rhythm")
    LEFT = "left", N_("left, among customers whose first purchase is known")


class Place(Code):
    """Where a customer stands on the last day observed: each in exactly one place."""

    BUYING = "still_buying", N_("active, not listed as having stopped buying")
    SLIPPING = "active_overdue", N_("active, but silent for longer than usual")
    PATIENT = "within_rhythm", N_("silent, not listed as having stopped buying")
    UNJUDGED = "no_rhythm", N_("silent, too few purchases to judge")
    OVERDUE = "overdue_now", N_("silent for longer than usual, up to a year")
    GONE = "long_gone", N_("silent for over a year")


class Unit(Code):
    """The length of a period."""

    YEAR = "year", N_("year")
    QUARTER = "quarter", N_("quarter")
    MONTH = "month", N_("month")

"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Applied(Code):
    """How money was laid on invoices."""

    NUMBER = "number", N_("its number")
    AMOUNT = "amount", N_("the same amount")
    OLDEST = "oldest", N_("the oldest first")
    DATED = "dated", N_("the day it was paid")
    BALANCE = "balance", N_("the open balance of the export")
    CREDIT = "credit", N_("a credit note")
    LATER = "later", N_("an invoice that came later")
    ADVANCE = "advance", N_("no invoice open")
    CREDIT_LEFT = "credit_left", N_("a credit note, no invoice open")


class Bucket(Code):
    """How late an open item is."""

    NOT_DUE = "not_due", N_("not yet due")
    TO_30 = "late_30", N_("1 to 30 days late")
    TO_60 = "late_60", N_("31 to 60 days late")
    TO_90 = "late_90", N_("61 to 90 days late")
    OVER_90 = "late_over_90", N_("over 90 days late")


class Abc(Code):
    """Class by money, or none this year."""

    A = "A"
    B = "B"
    C = "C"
    N = "N"
    IDLE = "idle", N_("bought nothing this year")
    UNKNOWN = "unknown", N_("class not known")
    NOBODY = "_nobody", N_("nobody")

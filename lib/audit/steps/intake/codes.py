"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Window(Code):
    """The days between which the audit looks."""

    FIRST = "first_day", N_("first day observed")
    NEW = "new_from", N_("first purchases count as new from")
    COMPLETE = "last_complete", N_("last complete period ends")
    LAST = "last_day", N_("last day observed")

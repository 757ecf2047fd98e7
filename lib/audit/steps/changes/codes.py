"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Moved(Code):
    """Whether a finding moved."""

    MOVED = "moved", N_("moved")
    CHANCE = "chance", N_("may be chance")
    SAME = "same", N_("the same")
    APPEARED = "appeared", N_("not there before")
    GONE = "gone", N_("no longer there")


class ClassOf(Code):
    """What a class is of."""

    ABC = "by_money", N_("ABC")
    RUNG = "rung", N_("rung")
    STAGE = "stage", N_("stage")
    SILENCE = "silence", N_("silence")


class Absent(Code):
    """No class on one side."""

    NONE = "none", N_("none")

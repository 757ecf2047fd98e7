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


class Part(Code):
    """What of the work with a key account is written down: a column of dossier_coverage."""

    PERSONS = "persons", N_("contact persons known")
    LEVELS = "levels", N_("levels covered")
    MIRRORED = "mirrored", N_("contacts with somebody of ours")
    GOALS = "goals_whole", N_("goals with measure, day and person")
    STREAMS = "streams", N_("work streams that run")
    GAPS = "gaps", N_("gaps of the dossier")


class Absent(Code):
    """No class on one side."""

    NONE = "none", N_("none")


class Effect(Code):
    """Whether those called bought more often than those not called."""

    MORE = "more_often", N_("bought more often than those not called")
    LESS = "less_often", N_("bought less often than those not called")
    CHANCE = "by_chance", N_("no difference beyond chance")
    FEW = "too_few", N_("too few to say")

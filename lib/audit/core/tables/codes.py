"""The closed lists of intake's own tables."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_

BOOKS = N_("booked sales, as the company states them")  # the control that says whether sales are right


class RowStatus(Code):
    """What became of a row of an export."""

    KEPT = "kept", N_("kept")
    QUARANTINED = "quarantined", N_("quarantined")
    EXCLUDED = "excluded", N_("excluded")
    MERGED = "merged", N_("merged")


class Gate(Code):
    """Whether a table, a chapter or a sum can be relied on."""

    PASS = "PASS", N_("passed")
    FLAG = "FLAG", N_("with a doubt")
    REFUSE = "REFUSE", N_("refused")


class Subject(Code):
    """Of what a verdict of the gate is."""

    TABLE = "table", N_("table")
    CHAPTER = "chapter", N_("chapter")


class Proposal(Code):
    """What two customers may be to each other."""

    MERGE = "merge", N_("merge")
    GROUP = "group", N_("group")
    LOOK = "look", N_("look")


class Decision(Code):
    """What a human decided of two customers."""

    MERGE = "merge", N_("merge")
    GROUP = "group", N_("group")
    APART = "apart", N_("apart")

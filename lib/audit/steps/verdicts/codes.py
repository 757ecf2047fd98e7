"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Answer(Code):
    """What the data or the owner say."""

    YES = "yes", N_("yes")
    NO = "no", N_("no")
    UNDECIDED = "undecided", N_("not decidable")


class Agreement(Code):
    """Whether they agree."""

    AGREE = "agree", N_("agree")
    DISAGREE = "disagree", N_("disagree")


class Open(Code):
    """What is undecided."""

    FINDING = "finding", N_("finding")
    QUESTION = "question", N_("question")
    TABLE = "table", N_("table")
    NOT_BUILT = "not_built", N_("not built yet")

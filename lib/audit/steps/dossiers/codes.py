"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Gap(Code):
    """What a dossier lacks, and what to ask."""

    NO_FORM = "no_form", N_("nobody has filled in the form"), N_("fill in the form of the account")
    STALE = "stale", N_("the form is old or undated"), N_("go through the form again")
    NO_CONTACT = "no_contact", N_("no contact person is known"), N_("name who decides there, by the post")
    ONE_CONTACT = "one_contact", N_("only one contact person"), N_("meet a second person there, at another level")
    LEVELS = "levels", N_("too few levels are known"), N_("meet those who decide above or beside our contact")
    NO_MIRROR = "no_mirror", N_("a contact without somebody of ours"), N_("name who keeps each contact")
    CONTACT_OLD = "contact_old", N_("nobody was met for long"), N_("call on them")
    NO_HEAD_VISIT = (
        "no_head_visit",
        N_("no recent visit by our senior management is on record"),
        N_("arrange a visit by our senior management"),
    )
    NO_OFFER = "no_offer", N_("nothing new has been offered for a long time"), N_("offer one category that it does not buy from us")
    NEVER_TOLD = (
        "never_told",
        N_("the customer was never told what it gets on top of the goods"),
        N_("show the customer the total of what it was given, with evidence"),
    )
    NO_EVIDENCE = "no_evidence", N_("a benefit without evidence"), N_("have the customer confirm it, or leave it out")
    NO_GOAL = "no_goal", N_("no goal"), N_("agree on a goal that serves one of its own")
    GOAL_UNMET = (
        "goal_unmet",
        N_("a goal without a measure, a deadline or an owner"),
        N_("say how it is measured, by when, and who owns it"),
    )
    GOAL_PAST = "goal_past", N_("the day of a goal has passed"), N_("say what came of it, or set a new day")
    NO_PLAN = "no_plan", N_("no step is planned"), N_("plan one step for each of the four P")
    UNREAL = (
        "unreal",
        N_("an opportunity brings more than it buys elsewhere"),
        N_("count the opportunity anew: no more can be won than it buys elsewhere"),
    )
    CONTRADICTION = (
        "contradiction",
        N_("the stated position contradicts the share of wallet"),
        N_("say what the position is based on, or correct the budget"),
    )


class Mistake(Code):
    """Common mistakes with key accounts (E27)."""

    ALL_EQUAL = "all_equal", N_("all customers are served alike")
    NO_HEAD = "no_head", N_("senior management is not involved")
    NO_MANAGER = "no_manager", N_("no dedicated manager")
    NO_KNOWLEDGE = "no_knowledge", N_("no information is collected about the customer")


class Met(Code):
    """Whether something was seen, or can be said at all."""

    YES = "yes", N_("yes")
    NO = "no", N_("no")
    UNKNOWN = "unknown", N_("no data")


class Criterion(Code):
    """The ten criteria of the desired customer (E40): seven from data, three from answers."""

    column: str

    NET = "net", N_("Brings more than it costs")
    PAYING = "paying", N_("Pays on time")
    WITHIN = "within", N_("Stays within its limit")
    REACTING = "reacting", N_("Reacts to us")
    KNOWN = "known", N_("Gives information")
    COMPLAINING = "complaining", N_("Complains only with reason")
    STABLE = "stable", N_("Buys steadily")
    HONOURING = "honouring", N_("Honours its contracts")
    LEARNING = "learning", N_("Learns to work with us")
    RECOMMENDING = "recommending", N_("Recommends us")

    @property
    def column(self) -> str:
        return f"is_{self.value}"

"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Action(Code):
    """The one next step with a customer, in the order in which one reason leads: what to do, what happened, what to say or offer."""

    STOP = (
        "stop",
        N_("stop deliveries and collect"),
        N_("Has paid nothing since {last_paid_on}, owes {open}, and {overdue} of it is overdue."),
        N_("No delivery before a schedule of payment is agreed and its first part is paid."),
    )
    COLLECT = (
        "collect",
        N_("collect a debt"),
        N_("{overdue} is overdue, the oldest part for {oldest_days} {oldest_days:day|days}."),
        N_("Ask for a date of payment before the next delivery; agree on parts where it is large."),
    )
    COMPLAINT = (
        "complaint",
        N_("settle a complaint"),
        N_("A complaint of {complaint_on} is still open."),
        N_("Say who settles it and by when; sell nothing before."),
    )
    PROMISE = (
        "promise",
        N_("mend the first order"),
        N_("Part of the first order came back; nothing was bought since {last_on}."),
        N_("Ask what was wrong, put it right, and only then offer the next order."),
    )
    SECOND = (
        "second",
        N_("win the second order"),
        N_("Bought once, on {last_on}; others order again after {usual_days} {usual_days:day|days}."),
        N_("Ask what came of the first order; offer what belongs to it, with a date."),
    )
    KEY_SILENT = (
        "key_silent",
        N_("visit: a key account falls silent"),
        N_("Key account, silent for {silence_days} {silence_days:day|days}; usual are {usual_gap_days}."),
        N_("The head of sales calls this week, and visits: what has changed, who else is asked?"),
    )
    SILENT = (
        "silent",
        N_("call: no orders for a long time"),
        N_("Silent for {silence_days} {silence_days:day|days}; usual are {usual_gap_days}."),
        N_("Ask what is bought now and from whom; have a reason for the call ready."),
    )
    LOSS = (
        "loss",
        N_("change the terms"),
        N_("Cost {loss} more than it brought in a year, whichever way costs are allocated."),
        N_("Fewer and larger orders, paid delivery, another price; else leave it to the order desk."),
    )
    KEY_TERMS = (
        "key_terms",
        N_("renegotiate the terms"),
        N_("Key account that cost {loss} more than it brought in a year, whichever way costs are allocated."),
        N_("Agree with the owner what we give beyond the goods, what we get in return, and at which price."),
    )
    GROW = (
        "grow",
        N_("win what they buy elsewhere"),
        N_("Buys {gap} a year elsewhere, by its own word."),
        N_("Ask for one category that now goes to others: a trial order and a date."),
    )
    ASK = (
        "ask",
        N_("ask for the budget"),
        N_("One of our largest, and what it buys elsewhere is not known."),
        N_("Ask what it buys in a year, from whom, and why."),
    )
    DECIDE = (
        "decide",
        N_("decide: one company or two"),
        N_("May be the same company as another record."),
        N_("Decide in duplicates.csv: merge, group or apart."),
    )


URGENT = (Action.STOP, Action.COLLECT)  # what is owed: nothing else is sold first
GROWTH = (Action.SECOND, Action.GROW, Action.ASK)  # never said of who has stopped paying


class Status(Code):
    """What became of a next step, as the manager fills it in."""

    DONE = "done", N_("done")
    NOT_REACHED = "not_reached", N_("not reached")
    POSTPONED = "postponed", N_("postponed")
    LEFT_OUT = "left_out", N_("left out")


class Result(Code):
    """What came of it."""

    BOUGHT = "bought", N_("ordered")
    PROMISED = "promised", N_("promised")
    PAID = "paid", N_("paid")
    REFUSED = "refused", N_("refused")
    NOTHING = "nothing", N_("nothing yet")

"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Answer(Code):
    """What the data or the owner say."""

    YES = "yes", N_("yes")
    NO = "no", N_("no")
    UNDECIDED = "undecided", N_("too little data to say")


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


class Owner(Code):
    """Whose decision it is."""

    OWNER = "owner", N_("owner")
    HEAD = "head", N_("head of sales")
    ACCOUNTANT = "accountant", N_("chief accountant")
    MANAGER = "manager", N_("{manager} with the owner")
    ANALYST = "analyst", N_("analyst")


class Choice(Code):
    """A decision: what to do, and the evidence in one sentence."""

    DATA = (
        "data",
        N_("Have the data mended that refuse {count} chapters"),
        N_("No answer until then on {chapters}: {reason}."),
    )
    STOP = (
        "stop",
        N_("Stop deliveries to the {count} who no longer pay, and collect"),
        N_("{supplied} still received goods; {late} more are late. {names}"),
    )
    COLLECT = (
        "collect",
        N_("Collect what is overdue, the three largest debts first"),
        N_("The first three hold {top_share} of it. {names}"),
    )
    TERMS = (
        "terms",
        N_("Renegotiate what is given to {names}"),
        N_("No. {rank} by sales, no. {last} by profit: {given} beyond the goods."),
    )
    CALL = (
        "call",
        N_("Call the {count} {count:customer|customers} who fell silent"),
        N_("About {by_chance} return by themselves. {names}"),
    )
    CALL_UNTRIED = (
        "call_untried",
        N_("Call the {count} {count:customer|customers} who fell silent"),
        N_("How many would come back by themselves could not be tried. {names}"),
    )
    LOSSES = (
        "losses",
        N_("Change the terms of {count} {count:customer who costs more than it brings|customers who cost more than they bring}"),
        N_("{others} smaller ones stay with their managers. {names}"),
    )
    GROW = (
        "grow",
        N_("Ask {count} paying {count:customer|customers} for one category more"),
        N_("They buy {gap} a year elsewhere. {names}"),
    )
    DEPEND = (
        "depend",
        N_("Agree on a limit for {names}, and on what happens if it leaves"),
        N_("It brings {brings_share} of the sales."),
    )
    BUDGETS = (
        "budgets",
        N_("Check {count} purchase budgets before planning on them"),
        N_("With them our share is {with_share}, without {without_share}. {names}"),
    )
    PLAN = (
        "plan",
        N_("Lower the plan, or say who wins the rest"),
        N_("Forecast {forecast}: the plan needs {extra} more new customers than usual."),
    )
    PLAN_OPEN = (
        "plan_open",
        N_("Lower the plan, or say who wins the rest"),
        N_("Plan {plan}, forecast {forecast}; how many new customers that stands for cannot be said."),
    )
    FALL = (
        "fall",
        N_("Visit {names}, one of the largest, who buys less"),
        N_("It bought {fall} less than in the year before, by {change_rate}."),
    )
    COMPLAINTS = (
        "complaints",
        N_("Settle the open complaints of {count} {count:customer|customers}, each with a name and a day"),
        N_("Of customers whose complaint was not settled in time {kept_share} went on buying, of others like them {like_share}. {names}"),
    )
    COMPLAINTS_OPEN = (
        "complaints_open",
        N_("Settle the open complaints of {count} {count:customer|customers}, each with a name and a day"),
        N_("Nothing is sold to them before. {names}"),
    )
    LATE = (
        "late_orders",
        N_("Find why {late} of {promised} orders of one manager’s customers came late"),
        N_("Warehouse, carrier or order entry? They are customers of {manager}; {told} had been told beforehand."),
    )
    COPIED = (
        "copied",
        N_("Go along on one route, and ask why orders repeat the last ones"),
        N_("Representative {manager}: {copy_share} of the orders are repeats, at outlets alike of others {others_share}."),
    )
    PROMISED = (
        "promised",
        N_("Agree anew with suppliers on the purchases of {year}"),
        N_("{promised} is promised, the plan needs goods for {cost}: {apart} more, stock not counted."),
    )
    CRM = (
        "crm",
        N_("Ask why {missed_share} of the sales of {manager} are not in the CRM"),
        N_("{missed} are missing there; what it says of these customers cannot be relied on."),
    )


class Counted(Code):
    """Whom the report counts, from the widest circle to the narrowest."""

    FILE = "in_file", N_("on record")
    EVER = "ever", N_("have ever bought")
    BEFORE = "before", N_("bought in {period_before}")
    LOST = "lost", N_("did not buy again in {period}")
    NEW = "new", N_("new in {period}")
    RETURNED = "returned", N_("came back in {period}")
    NOW = "now", N_("bought in {period}")
    ACTIVE = "active", N_("active at the end of {period}")
    KEY = "key", N_("key accounts")


PARTS = (Counted.LOST, Counted.NEW, Counted.RETURNED)  # of those above or below them: drawn inside

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
        N_("Fix the data that keep us from writing {count} {count:chapter|chapters}"),
        N_("Until then there is no answer in {chapters}: {reason}."),
    )
    STOP = (
        "stop",
        N_("Stop deliveries to the {count} {count:customer who no longer pays|customers who no longer pay}, and collect the debt"),
        N_(
            "{supplied} of the {count} received goods after their last payment; another {late} {late:customer has|customers have} overdue debts. {names}"
        ),
    )
    COLLECT = (
        "collect",
        N_("Collect what is overdue, the three largest debts first"),
        N_("The first three account for {top_share} of it. {names}"),
    )
    TERMS = (
        "terms",
        N_("Renegotiate the concessions to {names}"),
        N_("No. {rank} of {of} by sales, no. {last} by profit: the concessions cost {given} a year."),
    )
    CALL = (
        "call",
        N_("Call {count} {count:customer who has|customers who have} been silent for too long"),
        N_(
            "Of the {count}, {by_chance:0:hardly any|perhaps #|about #} may come back anyway{rest:0:|; with # more, something else comes first|; with # more, something else comes first}. {names}"
        ),
    )
    CALL_UNTRIED = (
        "call_untried",
        N_("Call {count} {count:customer who has|customers who have} been silent for too long"),
        N_("{listed} {listed:customer is|customers are} listed as silent; how many may come back anyway could not be tested. {names}"),
    )
    LOSSES = (
        "losses",
        N_("Change the terms for {count} {count:customer who costs more than it brings in|customers who cost more than they bring in}"),
        N_("Managers deal with the {others} smaller ones themselves. {names}"),
    )
    BELOW_COST = (
        "below_cost",
        N_("Find out why our goods cost more than customers pay for them"),
        N_("In the last twelve months, goods sold for {sales} cost {costs}. Check first what the exported cost holds."),
    )
    PRICES = (
        "prices",
        N_("Find out why goods were sold below cost"),
        N_(
            "In {year}, the customers who paid less than their goods cost took {lost} away, {lost_share} of the margin on all the others; they are not the same ones every year."
        ),
    )
    GROW = (
        "grow",
        N_("Offer one more category to {count} {count:customer who pays|customers who pay} on time"),
        N_("They buy {gap} a year elsewhere. {names}"),
    )
    DEPEND = (
        "depend",
        N_("Agree on a limit for {names}, and on a plan in case it leaves"),
        N_("It accounts for {brings_share} of sales."),
    )
    BUDGETS = (
        "budgets",
        N_("Check the {count} largest of {doubted} doubtful purchase {doubted:budget|budgets} before relying on {doubted:it|them}"),
        N_("We get {without_share} of the budgets we know; with the doubtful ones, {with_share}. {names}"),
    )
    PLAN = (
        "plan",
        N_("Decide whether to keep the plan: it is above the forecast"),
        N_("The forecast is {forecast}; the plan needs {extra} more new customers than usual."),
    )
    PLAN_OPEN = (
        "plan_open",
        N_("Decide whether to keep the plan: it is above the forecast"),
        N_("The plan is {plan}, the forecast {forecast}; we cannot say how many new customers that equals."),
    )
    FALL = (
        "fall",
        N_("Visit {names}: one of our largest customers is buying less"),
        N_("It bought {fall} less than the year before, a drop of {change_rate}."),
    )
    COMPLAINTS = (
        "complaints",
        N_("Settle the open complaints of {count} {count:customer|customers}: give each complaint an owner and a deadline"),
        N_(
            "When a complaint was not settled in time, {kept_share} of customers went on buying; among similar customers, {like_share} did. {names}"
        ),
    )
    COMPLAINTS_OPEN = (
        "complaints_open",
        N_("Settle the open complaints of {count} {count:customer|customers}: give each complaint an owner and a deadline"),
        N_("Until then, we sell them nothing. {names}"),
    )
    LATE = (
        "late_orders",
        N_("Find out why {late} of {promised} {promised:order|orders} for one manager’s customers arrived late"),
        N_("Is it the warehouse, the carrier or order entry? These are customers of {manager}; we warned them in advance about {told}."),
    )
    COPIED = (
        "copied",
        N_("Ride along on one route, and ask why orders repeat the previous ones"),
        N_(
            "Representative {manager}: {copy_share} of orders repeat the previous one; at similar outlets of other representatives it is {others_share}."
        ),
    )
    PROMISED = (
        "promised",
        N_("Renegotiate the {year} purchases with suppliers"),
        N_("We have promised to buy for {promised}, but the plan needs goods for {cost}: {apart} too much, not counting stock."),
    )
    CRM = (
        "crm",
        N_("Find out why {missed_share} of the sales by {manager} are missing from the CRM"),
        N_("The CRM is short by {missed}; do not rely on what it says about these customers."),
    )


class Counted(Code):
    """Whom the report counts, from the widest circle to the narrowest."""

    FILE = "in_file", N_("on record")
    EVER = "ever", N_("bought in the years covered")
    BEFORE = "before", N_("bought in {period_before}")
    LOST = "lost", N_("did not buy again in {period}")
    NEW = "new", N_("new in {period}")
    SEEN = "first_seen", N_("seen for the first time in {period}, new or not")
    RETURNED = "returned", N_("came back in {period}")
    NOW = "now", N_("bought in {period}")
    ACTIVE = "active", N_("active at the end of {period}: bought in the last {months} {months:month|months}")
    KEY = "key", N_("key accounts")


PARTS = (Counted.LOST, Counted.NEW, Counted.SEEN, Counted.RETURNED)  # of those above or below them: drawn inside

"""What do only people know? Tables that are filled in by hand, in the workbooks that `audit forms` writes (lib/audit/forms), and read back as exports are.

Nothing here is a personal fact (P41): contact persons are known by their post, and what stands in a free text is the writer's.
"""

from __future__ import annotations

from audit.core.tables import form_codes as codes
from audit.core.tables.schema import DATE, MONEY, NUMBER, TEXT, Column, Table
from audit.i18n import mark as N_
from audit.i18n.messages import in_both


def _form(name: str, row: str, key: str, columns: list[tuple], *, unlocks: str) -> Table:
    """A table from rows of (name, kind, heading[, closed list]); `!` after the name: nothing is known without it."""
    made = []
    for column, kind, heading, *closed in columns:
        listed = closed[0] if closed else None
        values = tuple(one.value for one in listed) if listed else ()
        made.append(Column(column.rstrip("!"), kind, heading, required=column.endswith("!"), values=values, codes=listed, heading=heading))
    return Table(name, row, tuple(key.split()), tuple(made), unlocks, "company")


CODE = ("customer_id!", TEXT, N_("Code"))
FORMS = [
    _form(
        "account_cards",
        "one key account as its manager sees it",
        "customer_id",
        [
            CODE,
            ("status_us", TEXT, N_("What we are to it, as we see it"), codes.SupplierStatus),
            ("status_customer", TEXT, N_("What we are to it, in its own words"), codes.SupplierStatus),
            ("status_rivals", TEXT, N_("What its other main supplier is to it"), codes.SupplierStatus),
            ("needs_us", TEXT, N_("Needs us as we need it?"), codes.Said),
            ("rival_contracts", TEXT, N_("Has contracts with our rivals?"), codes.Said),
            ("likes_business", TEXT, N_("Likes to discuss business with us?"), codes.Said),
            ("prefers_rivals", TEXT, N_("At times prefers our rivals’ goods?"), codes.Said),
            ("irritates", TEXT, N_("Do we find it irritating?"), codes.Said),
            ("postpones", TEXT, N_("Do we put off visiting it?"), codes.Said),
            ("honours", TEXT, N_("Honours its contracts?"), codes.Said),
            ("learns", TEXT, N_("Learns to work with us?"), codes.Said),
            ("recommends", TEXT, N_("Recommends us?"), codes.Said),
            ("position_class", TEXT, N_("Our position"), codes.Position),
            ("position_argument", TEXT, N_("What shows our position")),
            ("potential_class", TEXT, N_("Its potential"), codes.Potential),
            ("potential_argument", TEXT, N_("What shows its potential")),
            ("target", TEXT, N_("What follows: our target with it")),
            ("head_visited_on", DATE, N_("Our head was there last on")),
            ("offered_on", DATE, N_("Something new was offered last on")),
            ("filled_by", TEXT, N_("Filled in by")),
            ("filled_on", DATE, N_("Filled in on")),
        ],
        unlocks="ladder of perception and partner questions (E17, E18), three criteria of the desired customer (E40), perspective plan (E21), visits of the head (E26), offers (N12)",
    ),
    _form(
        "account_contacts",
        "one contact person of a key account, known by the post",
        "customer_id post",
        [
            CODE,
            ("post!", TEXT, N_("Post, without a name")),
            ("level_class!", TEXT, N_("How high"), codes.ContactLevel),
            ("decides", TEXT, N_("Decides on buying?"), codes.Said),
            ("mirror", TEXT, N_("Who of us keeps the contact")),
            ("met_on", DATE, N_("Last contact on")),
        ],
        unlocks="contact matrix, levels covered, single-contact risk, mirror gaps (E24, E25)",
    ),
    _form(
        "account_opportunities",
        "one opportunity with a key account",
        "customer_id opportunity",
        [
            CODE,
            ("opportunity!", TEXT, N_("Opportunity")),
            ("kind_class!", TEXT, N_("What it is"), codes.Opportunity),
            ("effort_days", NUMBER, N_("Working days it takes us")),
            ("outlay", MONEY, N_("Money it takes us")),
            ("benefit", MONEY, N_("Margin it brings a year")),
            ("owner", TEXT, N_("Whose")),
            ("due_on", DATE, N_("Until")),
        ],
        unlocks="opportunities by effort and return (E19)",
    ),
    _form(
        "account_goals",
        "one goal with a key account",
        "customer_id goal",
        [
            CODE,
            ("goal!", TEXT, N_("Our goal")),
            ("customer_goal", TEXT, N_("Which goal of the customer it serves")),
            ("metric", TEXT, N_("How it is measured")),
            ("deadline_on", DATE, N_("Until")),
            ("owner", TEXT, N_("Whose")),
        ],
        unlocks="development plan: a goal without metric, deadline or owner is none (E20)",
    ),
    _form(
        "account_tactics",
        "one step of the plan with a key account",
        "customer_id instrument_class tactic",
        [
            CODE,
            ("instrument_class!", TEXT, N_("Of the four P"), codes.Instrument),
            ("tactic!", TEXT, N_("What we do")),
            ("when_on", DATE, N_("Until")),
            ("owner", TEXT, N_("Whose")),
            ("days", NUMBER, N_("Working days")),
            ("outlay", MONEY, N_("Money it takes us")),
        ],
        unlocks="4P plan with resources and tactics by period (E20)",
    ),
    _form(
        "account_streams",
        "one of the seven work streams with a key account",
        "customer_id stream_class",
        [
            CODE,
            ("stream_class!", TEXT, N_("Work stream"), codes.Stream),
            ("state_class!", TEXT, N_("State"), codes.StreamState),
            ("next_on", DATE, N_("Next step on")),
        ],
        unlocks="the seven work streams (E23)",
    ),
    _form(
        "value_given",
        "one thing given beyond the product, and what it was worth",
        "customer_id date kind",
        [
            CODE,
            ("date!", DATE, N_("Day")),
            ("kind!", TEXT, N_("What was given")),
            ("cost_to_us", MONEY, N_("Cost to us")),
            ("benefit_to_customer", MONEY, N_("Worth to the customer")),
            ("evidence", TEXT, N_("What shows it")),
            ("department", TEXT, N_("Whom it helped there: department")),
            ("told_on", DATE, N_("The customer was told on")),
        ],
        unlocks="the value dossier: benefit against cost, told or not (E30, E31, N11)",
    ),
    _form(
        "account_rivals",
        "one rival at a key account, by what it offers",
        "customer_id rival offer",
        [
            CODE,
            ("rival!", TEXT, N_("Which rival")),
            ("offer!", TEXT, N_("What it offers there")),
            ("standing_class!", TEXT, N_("Beside ours"), codes.Standing),
            ("why", TEXT, N_("What shows it")),
        ],
        unlocks="which offers interest the customer more than ours (F4)",
    ),
    _form(
        "account_events",
        "one event at a key account",
        "customer_id date event_class",
        [
            CODE,
            ("date!", DATE, N_("Day")),
            ("event_class!", TEXT, N_("Event"), codes.Event),
            ("note", TEXT, N_("Note")),
        ],
        unlocks="events that change a relationship (N13)",
    ),
    _form(
        "account_losses",
        "one lost or silent large customer, and what was done",
        "customer_id lost_on",
        [
            CODE,
            ("lost_on!", DATE, N_("Lost, or silent, since")),
            ("reason_class!", TEXT, N_("Why"), codes.LossReason),
            ("met_on", DATE, N_("First personal contact after it on")),
            ("recoverable", TEXT, N_("Can be won back?"), codes.Said),
            ("next_contact_on", DATE, N_("Next contact on")),
            ("referral_asked", TEXT, N_("Asked for a recommendation?"), codes.Said),
        ],
        unlocks="win-back (E35), speed of reaction to a loss (N14)",
    ),
    _form(
        "value_models",
        "one criterion by which a segment buys",
        "segment direction criterion",
        [
            ("segment!", TEXT, N_("Segment")),
            ("direction!", TEXT, N_("Direction or product")),
            ("decider!", TEXT, N_("Who decides: post")),
            ("criterion!", TEXT, N_("By what")),
            ("weight_share", NUMBER, N_("Weight, 0 to 1")),
        ],
        unlocks="value model by segment: who decides and by what (D17)",
    ),
    _form(
        "owner_answers",
        "one of the eight questions, as the owner answers it",
        "question",
        [
            ("question!", TEXT, N_("Question no.")),
            ("answer!", TEXT, N_("Answer"), codes.YesNo),
        ],
        unlocks="the owner’s own answers beside those of the data (A9)",
    ),
    _form(
        "manager_answers",
        "one of the eight questions, as a manager answers it",
        "manager_id question",
        [
            ("manager_id!", TEXT, N_("Manager, code")),
            ("question!", TEXT, N_("Question no.")),
            ("answer!", TEXT, N_("Answer"), codes.YesNo),
        ],
        unlocks="managers’ own answers beside those of the owner and of the data (A9)",
    ),
    _form(
        "seller_reviews",
        "one seller as the head of sales sees the work",
        "manager_id",
        [
            ("manager_id!", TEXT, N_("Seller, code")),
            ("leading_class", TEXT, N_("Leads and organises"), codes.Grade),
            ("thinking_class", TEXT, N_("Understands the customer’s business"), codes.Grade),
            ("selling_class", TEXT, N_("Sells: asks, offers, closes"), codes.Grade),
            ("motive_class", TEXT, N_("Wants to"), codes.Grade),
            ("strength", TEXT, N_("Strongest in")),
            ("weakness", TEXT, N_("Weakest in")),
            ("recommended", TEXT, N_("What we do about it")),
            ("reviewed_on", DATE, N_("Talked about with the seller on")),
        ],
        unlocks="team: who was reviewed, when, and what was agreed (H15, H21); the grades stay in the form",
    ),
]


TITLES = {  # table -> its sheet in a workbook of forms
    "account_cards": N_("Key accounts"),
    "account_contacts": N_("Contact persons"),
    "account_goals": N_("Goals"),
    "account_tactics": N_("Plan, four P"),
    "account_opportunities": N_("Opportunities"),
    "account_streams": N_("Work streams"),
    "value_given": N_("Value given"),
    "account_rivals": N_("Rivals"),
    "account_events": N_("Events"),
    "account_losses": N_("Lost and won back"),
    "value_models": N_("Value model"),
    "owner_answers": N_("Eight questions"),
    "manager_answers": N_("Eight questions, your view"),
    "seller_reviews": N_("Sellers"),
}
OF_NO_ACCOUNT = ("value_models", "owner_answers", "manager_answers", "seller_reviews")  # forms that concern no single account
OF_PEOPLE = ("seller_reviews",)  # forms about our own people: what stands in a cell of them is never told


def words() -> dict[tuple[str, str, str], tuple[str, str]]:
    """What a filled-in form is known by, in English and Russian: (table, '', '') its sheet, (table, column, '') a heading, (table, column, code) a choice."""
    found = {(form.name, "", ""): in_both(TITLES[form.name]) for form in FORMS}
    for form in FORMS:
        for column in form.columns:
            found[form.name, column.name, ""] = in_both(column.heading)
            found |= {(form.name, column.name, str(one.value)): in_both(one.label) for one in column.codes or ()}
    return found

"""How do a company's people work with its customers? Visits, orders as they come in, deliveries, complaints, deals, handovers, pay.

Part of what a company can send (`company`). Moments are read as the clock on the wall showed them; the places of outlets are never kept in a pseudonymous edition.
"""

from __future__ import annotations

from audit.core.tables.schema import DATE, MOMENT, MONEY, NUMBER, TEXT, table

YES_NO = ("yes", "no")

WORK = [
    table(
        "assignments",
        "one customer in the hands of one manager, from a day on",
        "customer_id from_on",
        [
            ("customer_id!", TEXT, "which customer"),
            ("manager_id!", TEXT, "who looks after it"),
            ("from_on!", DATE, "since when"),
            ("until_on", DATE, "until when; empty: until the next, or still"),
        ],
        unlocks="team: handovers by their day, before and after (H16)",
    ),
    table(
        "deals",
        "one deal, won, lost or open",
        "deal_id",
        [
            ("deal_id!", TEXT, "its number"),
            ("manager_id!", TEXT, "whose deal"),
            ("outcome!", TEXT, "how it stands", ("won", "lost", "open")),
            ("customer_id", TEXT, "with whom; empty or unknown: not a customer yet"),
            ("opened_on", DATE, "since when it is worked on"),
            ("closed_on", DATE, "when it was won or lost"),
            ("amount", MONEY, "its money"),
            ("stage", TEXT, "how far it came, as the company calls it"),
            ("source", TEXT, "where it came from"),
            ("cause", TEXT, "why it was lost"),
        ],
        unlocks="team: the pipeline by stage and source, deals won and lost by manager (N4)",
    ),
    table(
        "pay",
        "one manager's pay in one period",
        "manager_id period",
        [
            ("manager_id!", TEXT, "whose"),
            ("period!", TEXT, "of which year, quarter or month"),
            ("amount!", MONEY, "what was paid"),
            ("bonus", MONEY, "of it, what depended on results"),
        ],
        unlocks="team: pay beside what was brought (H14)",
    ),
    table(
        "commitments",
        "what was promised to buy from one supplier in one period",
        "supplier period",
        [
            ("supplier!", TEXT, "from whom"),
            ("period!", TEXT, "in which year, quarter or month"),
            ("amount!", MONEY, "purchases promised, at cost"),
        ],
        unlocks="team: whether the plan carries what suppliers were promised (H22)",
    ),
    table(
        "trainings",
        "one training of one manager, planned or done",
        "manager_id planned_on kind",
        [
            ("manager_id!", TEXT, "of whom"),
            ("planned_on!", DATE, "for when it was planned"),
            ("kind!", TEXT, "in what", ("product", "communication", "route")),
            ("done_on", DATE, "when it was held; empty: not yet"),
        ],
        unlocks="field: trainings planned and held (H18)",
    ),
    table(
        "visits",
        "one visit, planned or made",
        "visit_id",
        [
            ("visit_id!", TEXT, "identity; file:sheet:row where the export has none"),
            ("customer_id!", TEXT, "which outlet"),
            ("manager_id!", TEXT, "whose visit"),
            ("planned_on", DATE, "day for which it was planned; empty: made without a plan"),
            ("done_at", MOMENT, "when it was made; empty: not made"),
            ("order_id", TEXT, "the order that came of it"),
            ("latitude", NUMBER, "where the device was, in degrees"),
            ("longitude", NUMBER, "where the device was, in degrees"),
            ("accuracy_m", NUMBER, "how sure the device was, in metres"),
            ("cause", TEXT, "why there was no order"),
        ],
        unlocks="field: the 17:00 list, visits planned and made, whether somebody was there (H5 to H7)",
    ),
    table(
        "orders",
        "one order as it was entered",
        "order_id",
        [
            ("order_id!", TEXT, "the document"),
            ("customer_id!", TEXT, "who ordered"),
            ("entered_at!", MOMENT, "when it stood in the system"),
            ("manager_id", TEXT, "who took it"),
            ("way", TEXT, "how it came in", ("rep", "call_centre", "customer", "electronic", "standing")),
        ],
        unlocks="field: orders on time, recovered by the call centre, by way of intake (H2, H5, H10, N7)",
    ),
    table(
        "outlets",
        "one outlet on a route",
        "customer_id",
        [
            ("customer_id!", TEXT, "which outlet"),
            ("latitude", NUMBER, "where it is, in degrees"),
            ("longitude", NUMBER, "where it is, in degrees"),
            ("zone", TEXT, "its time zone, such as Europe/Moscow, where it is not that of the company"),
            ("visits_month", NUMBER, "visits a month that were agreed"),
        ],
        unlocks="field: whether visits were made at the outlet, their frequency, the length of routes (H6, H7)",
    ),
    table(
        "must_have",
        "one product that every outlet should have",
        "product_id",
        [
            ("product_id!", TEXT, "which product"),
            ("from_on", DATE, "since when"),
        ],
        unlocks="field: whether outlets hold the must-have range (H9)",
    ),
    table(
        "deliveries",
        "one delivered order, or one line of it",
        "delivery_id",
        [
            ("delivery_id!", TEXT, "identity; file:sheet:row where the export has none"),
            ("order_id!", TEXT, "which order"),
            ("customer_id!", TEXT, "to whom"),
            ("promised_on", DATE, "by when it was promised"),
            ("delivered_on", DATE, "when it came; empty: not yet"),
            ("ordered", NUMBER, "quantity ordered"),
            ("delivered", NUMBER, "quantity delivered"),
            ("invoiced", NUMBER, "quantity invoiced"),
            ("told_on", DATE, "when the customer was told that it will be late"),
            ("product_id", TEXT, "which product"),
        ],
        unlocks="service: on time and in full, told beforehand (I4); field: perfect orders (H3)",
    ),
    table(
        "cases",
        "one complaint, refusal or loss",
        "case_id",
        [
            ("case_id!", TEXT, "identity; file:sheet:row where the export has none"),
            ("customer_id!", TEXT, "whose"),
            ("date!", DATE, "when it was written down"),
            ("kind!", TEXT, "which of the three", ("complaint", "refusal", "loss")),
            ("cause", TEXT, "why, in the company's words"),
            ("stage", TEXT, "at which stage of the sale or the service"),
            ("order_id", TEXT, "about which order"),
            ("manager_id", TEXT, "who is responsible for it"),
            ("closed_on", DATE, "when it was settled; empty: still open"),
            ("justified", TEXT, "whether the customer was right", YES_NO),
            ("amount", MONEY, "money that it cost or that was lost"),
            ("found_by", TEXT, "who found it out", ("us", "customer")),
            ("wrong_product", TEXT, "answer: what was wrong with the product or the service?"),
            ("wrong_staff", TEXT, "answer: what was wrong in the work of our people?"),
            ("irritated", TEXT, "answer: what irritated at the moment of sale?"),
        ],
        unlocks="service: complaints and refusals by reason, time to settle, what became of those who complained (I1 to I3, B7)",
    ),
]

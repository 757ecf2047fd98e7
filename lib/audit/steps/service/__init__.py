"""Are promises kept, and what becomes of those to whom they were not?

Deliveries against the promised day; complaints, refusals and losses against the orders that could have led to one, by reason and by money; how long complaints stay
open, open ones counted; and what the customers concerned bought afterwards, beside customers alike. Who complains is a heavy buyer: never set against all.

deliveries      promises kept, order by order
case_counts     complaints, refusals, losses: how often, why, what it cost, whose
time_to_settle  how long until a complaint is settled
complained      what they bought afterwards
refused         the three questions, coded by theme
contacted       by which way customers are reached, and what they agreed to
let_down        second purchases after a broken promise, contacts before a loss
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.service.codes import After, Asked, Case, Cause, Kept, Theme, Whose

STEP = Step(
    "service",
    160,
    N_("Service"),
    N_("Do we keep our promises, and what happens to customers when we do not?"),
    reads=("history", "panel"),
    any_of=("deliveries", "cases"),
    uses=("customers", "managers", "activities", "contacts"),
)

TABLES = (
    written(
        "promises",
        "one order with a promised day",
        "order_id customer_id",
        "order_id:t customer_id:t promised_on:d delivered_on:d late_days:n is_on_time:f is_in_full:n is_invoiced_right:n is_told:n kept_class:t",
        codes={"kept_class": Kept},
        headings={
            "order_id": N_("Order"),
            "promised_on": N_("Promised for"),
            "delivered_on": N_("Came on"),
            "late_days": N_("Days late"),
            "kept_class": N_("How it was kept"),
        },
    ),
    written(
        "promises_months",
        "one month of promised days",
        "period",
        "period:d promised_orders:c on_time:c on_time_share:n told_before:c",
        headings={"promised_orders": N_("Orders with a promised date"), "on_time": N_("On time"), "on_time_share": N_("Of them")},
    ),
    written(
        "promises_by_manager",
        "one manager who looks after customers with deliveries",
        "manager_id",
        "manager_id:t promised_orders:c late:c late_share:n of_others_share:n told_before:c by_chance_share:n whose_class:t",
        codes={"whose_class": Whose},
        headings={
            "late": N_("Late"),
            "late_share": N_("Late, % of orders"),
            "of_others_share": N_("Late, % for the others"),
            "told_before": N_("Told in advance"),
            "whose_class": N_("Compared with others"),
        },
    ),
    written(
        "cases_by",
        "cases of one kind and reason in twelve months",
        "case_class cause",
        "case_class:t cause:t cases:c customers:c per_hundred_number:n low_number:n high_number:n justified:c judged:c amount:m open_cases:c",
        codes={"case_class": Case},
        headings={
            "case_class": N_("What"),
            "cases": N_("Cases"),
            "per_hundred_number": N_("Per 100 orders"),
            "justified": N_("The customer was right"),
            "judged": N_("Of so many judged"),
            "open_cases": N_("Still open"),
        },
    ),
    written("settling", "one day after a complaint", "days", "days:n happened_share:n low_share:n high_share:n watched:c"),
    written(
        "complaints",
        "one complaint",
        "case_id",
        "case_id:t customer_id:t date:d cause:t manager_id:t is_unowned:f is_repeat:f is_open:f",
        headings={"is_unowned": N_("Nobody responsible"), "is_repeat": N_("Came again"), "is_open": N_("Open")},
    ),
    written(
        "after_complaints",
        "one customer who complained, with six months before and after",
        "customer_id",
        "customer_id:t date:d cause:t after_class:t half_before:m half_after:m is_kept:f like_share:n",
        codes={"after_class": After},
        headings={"after_class": N_("The complaint was")},
    ),
    written(
        "second_missed",
        "new customers by what happened to the first order",
        "cause_class",
        "cause_class:t buyers:c came_back:c back_share:n low_share:n high_share:n",
        codes={"cause_class": Cause},
        headings={
            "cause_class": N_("What happened to the first order"),
            "buyers": N_("New customers"),
            "came_back": N_("Bought again"),
            "back_share": N_("Of them"),
        },
    ),
    written(
        "refusals",
        "answers about one theme to one question",
        "asked_class theme_class",
        "asked_class:t theme_class:t answers:c customers:c amount:m",
        codes={"asked_class": Asked, "theme_class": Theme},
        headings={"asked_class": N_("Asked"), "theme_class": N_("Theme"), "answers": N_("Answers")},
    ),
    written(
        "lost_at",
        "losses at one stage for one reason",
        "stage cause",
        "stage:t cause:t cases:c amount:m",
        headings={"stage": N_("Stage")},
    ),
    written(
        "reach",
        "one channel of contact",
        "channel",
        "channel:t reached:c reached_share:n agreed:n? without_consent:n?",
        headings={
            "channel": N_("Channel"),
            "reached": N_("Customers contacted"),
            "reached_share": N_("Of those who bought"),
            "agreed": N_("Consented to it"),
            "without_consent": N_("Reached without consent"),
        },
    ),
    findings_table("findings_service"),
)

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "case_counts": ["cases_by", "lost_at", "unowned"],
        "complained": ["complainers", "value_of"],
        "conclusion": ["claim"],
        "deliveries": ["as_ordered", "by_manager", "by_month", "knows_leaving_alone", "promises"],
        "findings": ["chapter_findings"],
        "let_down": ["contact_gap", "second_missed"],
        "contacted": ["reach"],
        "refused": ["answered", "refusals"],
        "time_to_settle": ["settling"],
    },
)  # fmt: skip

"""Is the field worked as planned, and what does it bring?

Planned visits against orders in the system by the cut-off and by the evening; visits made, and where; orders without a visit; orders copied from earlier ones; the must-have
range; routes. A device is sure to some metres, an outlet may be steady, a day may not be over: what these do not decide is not said.

day_list      the 17:00 list, the 19:00 recovery, the ledger of points
visiting      visits made as planned, at the outlet, as often as agreed; orders without a visit
repeated      orders that repeat earlier ones, against outlets alike
assortment    must-have range, mix against plan, ways of intake, trainings
weeks         do orders come evenly
write_offs    what had to be written off, and why
call_list     whom the call centre calls this evening
route_lengths the way driven against the shortest
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.field.codes import Came, Copied, Made, Training, Way

STEP = Step(
    "field",
    150,
    N_("The field"),
    N_("Do field representatives work to plan, and what comes of it?"),
    reads=("visits", "panel"),
    uses=(
        "baskets",
        "orders",
        "outlets",
        "must_have",
        "assortment",
        "mix",
        "plans",
        "trainings",
        "write_offs",
        "customers",
        "managers",
        "products",
    ),
)

TABLES = (
    written(
        "field_days",
        "one planned visit and what came of it",
        "visit_id",
        "visit_id:t customer_id:t manager_id:t planned_on:d came_class:t ordered_at:h order_id:t way_class:t is_listed:f is_visited:f points:n cause:t",
        codes={"came_class": Came, "way_class": Way},
        headings={
            "order_id": N_("Order"),
            "planned_on": N_("Planned for"),
            "came_class": N_("What came of it"),
            "ordered_at": N_("Ordered at"),
            "is_listed": N_("On the list"),
            "is_visited": N_("Visited"),
        },
    ),
    written(
        "field_points",
        "one representative",
        "manager_id",
        "manager_id:t planned:c ordered:c recovered:c recovered_unvisited:c after_cutoff:c without_order:c ordered_share:n recovered_revenue:m points:n",
        headings={
            "planned": N_("Planned"),
            "ordered": N_("Order on time"),
            "recovered": N_("Ordered through the call centre"),
            "recovered_unvisited": N_("Of which not visited"),
            "after_cutoff": N_("After the cut-off"),
            "without_order": N_("No order"),
            "ordered_share": N_("On time, % of planned"),
            "recovered_revenue": N_("Value ordered through the call centre"),
            "points": N_("Points to clarify"),
        },
    ),
    written(
        "visits_made",
        "one visit, planned or made",
        "visit_id",
        "visit_id:t customer_id:t manager_id:t planned_on:d done_at:h made_class:t distance_number:n is_there:n",
        codes={"made_class": Made},
        headings={
            "done_at": N_("Made at"),
            "made_class": N_("What became of it"),
            "distance_number": N_("Metres from the outlet"),
            "is_there": N_("At the outlet"),
        },
    ),
    written(
        "adherence",
        "one representative",
        "manager_id",
        "manager_id:t outlets:c planned:c on_day:c other_day:c not_made:c unplanned:c adherence_share:n placed:c there_share:n frequency_ratio:n",
        headings={
            "outlets": N_("Outlets"),
            "on_day": N_("On their day"),
            "other_day": N_("On another day"),
            "not_made": N_("Not made"),
            "unplanned": N_("Unplanned"),
            "adherence_share": N_("On their day, of planned"),
            "placed": N_("With a known place"),
            "there_share": N_("Of which at the outlet"),
            "frequency_ratio": N_("Made of those agreed"),
        },
    ),
    written(
        "orders_without_visit",
        "one representative",
        "manager_id",
        "manager_id:t rep_orders:c without_visit:c without_share:n",
        headings={"rep_orders": N_("Orders taken"), "without_visit": N_("Without a visit that day"), "without_share": N_("Of them")},
    ),
    written(
        "copied_orders",
        "one representative",
        "manager_id",
        "manager_id:t outlets:c orders:c copies:c copy_share:n of_others_share:n by_chance_share:n adjusted_share:n copied_class:t",
        codes={"copied_class": Copied},
        headings={
            "copies": N_("Copies"),
            "of_others_share": N_("Late, % for the others"),
            "copy_share": N_("Late, % of orders"),
            "copied_class": N_("What can be said of it"),
        },
    ),
    written(
        "must_have_by_manager",
        "one representative",
        "manager_id",
        "manager_id:t outlets:c whole:c whole_share:n missing_number:n",
        headings={
            "whole": N_("With the full must-have range"),
            "whole_share": N_("Of the outlets"),
            "missing_number": N_("Products missing, per outlet"),
        },
    ),
    written(
        "must_have_by_product",
        "one product that every outlet should have",
        "product_id",
        "product_id:t outlets:c held:c held_of_share:n",
        headings={"product_id": N_("Product"), "held": N_("Held"), "held_of_share": N_("Of all")},
    ),
    written(
        "routes",
        "one day of one representative",
        "manager_id date",
        "manager_id:t date:d stops:c driven_number:n shortest_number:n route_ratio:n is_possible:f",
        headings={
            "stops": N_("Outlets visited"),
            "driven_number": N_("Straight line, km"),
            "shortest_number": N_("Shortest, km"),
            "route_ratio": N_("Driven to shortest"),
            "is_possible": N_("Possible"),
        },
    ),
    written(
        "mix_against_plan",
        "one category in one year",
        "category",
        "category:t period:t planned_share:n sold_share:n difference_number:n",
        headings={"planned_share": N_("Planned share"), "sold_share": N_("Sold share")},
    ),
    written(
        "order_ways",
        "one way by which orders come in",
        "way_class",
        "way_class:t way_orders:c revenue:m order_share:n",
        codes={"way_class": Way},
        headings={"way_class": N_("Came in by"), "way_orders": N_("Orders"), "order_share": N_("Of all orders")},
    ),
    written(
        "trainings_held",
        "trainings of one kind",
        "training_class",
        "training_class:t planned:c held:c held_of_share:n",
        codes={"training_class": Training},
        headings={"training_class": N_("Training in")},
    ),
    written(
        "write_offs_by_cause",
        "goods written off for one cause",
        "cause",
        "cause:t entries:c amount:m sales_rate:n",
        headings={"entries": N_("Entries"), "sales_rate": N_("Of all sales")},
    ),
    written(
        "even_weeks",
        "52 whole weeks",
        "until_on",
        "until_on:d weeks:c orders:c week_revenue:m spread_ratio:n",
        headings={
            "until_on": N_("52 weeks until"),
            "weeks": N_("Weeks"),
            "week_revenue": N_("Orders of a week"),
            "spread_ratio": N_("Weekly variation, of the mean"),
        },
    ),
    findings_table("findings_field"),
)

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "assortment": ["mix_against_plan", "must_have", "returned", "trainings_held", "ways"],
        "conclusion": ["claim"],
        "weeks": ["even_weeks"],
        "day_list": ["at_outlets", "clock", "field_days", "field_points"],
        "repeated": ["copies"],
        "findings": ["chapter_findings"],
        "route_lengths": ["days_driven", "routes"],
        "visiting": ["adherence", "orders_without_visit", "visits_made"],
        "write_offs": ["written_off"],
    },
)  # fmt: skip

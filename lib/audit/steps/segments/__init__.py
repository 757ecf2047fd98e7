"""Who are the customers: by money, by regularity, by stage of life, and do these bases say the same?

ABC counts groups of companies under common control as one customer (P21); the rest is per legal entity. Every limit is printed
and overridable (P40).
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.segments.codes import Abc, Attribute, Base, Measure, Stage, Xyz

STEP = Step(
    "segments",
    60,
    N_("Segments"),
    N_("Who are the customers, and are they the right ones?"),
    reads=(
        "history",
        "panel",
        "season",
        "silences",
    ),
    uses=(
        "customers",
        "managers",
    ),
)

TABLES = (
    written(
        "customer_classes",
        "one customer who bought in twelve months",
        "customer_id",
        "customer_id:t revenue:m group:t group_revenue:m abc_class:t xyz_class:t abcxyz_class:t",
        codes={"abc_class": Abc, "xyz_class": Xyz},
        headings={
            "xyz_class": N_("Regularity"),
        },
    ),
    written(
        "class_moves",
        "one group of companies",
        "group",
        "group:t class_before:t class_now:t revenue_before:m revenue_now:m same_share:n is_clear:f",
        codes={"class_before": Abc, "class_now": Abc},
    ),
    written(
        "lifecycle",
        "one customer",
        "customer_id",
        "customer_id:t status_class:t",
        codes={"status_class": Stage},
    ),
    written(
        "rfm",
        "one customer",
        "customer_id",
        "customer_id:t silence_days:c year_purchases:c year_revenue:m recency:c frequency:c money:c rfm:t",
    ),
    written(
        "rfm_cuts",
        "one score",
        "measure_class",
        "measure_class:t cut_1_number:n cut_2_number:n cut_3_number:n cut_4_number:n",
        codes={"measure_class": Measure},
    ),
    written(
        "overlap",
        "two bases of segmentation",
        "base_a base_b",
        "base_a:t base_b:t customers:c agreement_index:n",
        codes={"base_a": Base, "base_b": Base},
        headings={
            "agreement_index": N_("Agreement"),
        },
    ),
    written(
        "strayed",
        "one customer who buys less than its peers",
        "customer_id",
        "customer_id:t industry:t revenue:m peers:n peer_revenue:m gap:m",
        headings={
            "peer_revenue": N_("Median of peers"),
        },
    ),
    written(
        "portrait",
        "one attribute",
        "attribute_class attribute",
        "attribute_class:t attribute:t customers:c good_share:n other_share:n corrected_chance_share:n",
        codes={"attribute_class": Attribute},
        headings={
            "attribute_class": N_("Kind"),
            "good_share": N_("A and B among them"),
            "other_share": N_("A and B among others"),
            "corrected_chance_share": N_("Chance, corrected"),
        },
    ),
    written(
        "order_gaps",
        "one customer whose orders are smaller than those of the upper quarter of its peers",
        "customer_id",
        "customer_id:t industry:t orders:c order_value:m peer_value:m low_value:m high_value:m gap:m low_gap:m high_gap:m is_clear:f",
        headings={
            "peer_value": N_("Top quarter of peers"),
        },
    ),
    findings_table("findings_segments"),
)

HEADINGS = {  # of columns that only excerpts show
    "clear_moves": N_("Clear moves"),
    "x_month": N_("X (month)"),
    "y_month": N_("Y (month)"),
    "z_month": N_("Z (month)"),
    "short_history_month": N_("Short history (month)"),
    "x_quarter": N_("X (quarter)"),
    "y_quarter": N_("Y (quarter)"),
    "z_quarter": N_("Z (quarter)"),
    "short_history_quarter": N_("Short history (quarter)"),
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "abc": ["abc_class", "classes", "matrix"],
        "class_migration": ["migration", "moves", "clear_moves"],
        "findings": ["chapter_findings"],
        "life_stages": ["rfm_cuts", "lifecycle", "stages"],
        "order_value": ["order_gaps", "with_peers", "order_reliability"],
        "profile": ["overlap", "strayed", "portrait", "bases"],
        "regularity": ["xyz", "unit_of", "other", "two_units"],
    },
)  # fmt: skip

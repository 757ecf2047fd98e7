"""Why do customers stay: price, novelty, belonging or stability?

The four types of D6 by two routes. By definition: each type has features that speak for it, and a customer belongs to the
type that speaks loudest. By clusters: the same features, turned into evidence for each type, grouped by k-means where a
gap statistic against independently permuted columns finds groups at all (P16, P17); each group is named by the type its
centre speaks for, tested by bootstrap (Hennig), and a customer between groups has "no clear type". A model never
decides a rule: both stand side by side, with their agreement. Per legal entity, from `rhythm_purchases` on.
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.loyalty.codes import Feature, LoyaltyType, Stability

STEP = Step(
    "loyalty",
    70,
    N_("Loyalty types"),
    N_("Why do customers stay: price, novelty, belonging or stability?"),
    reads=(
        "history",
        "panel",
    ),
    uses=(
        "behaviour",
        "halves",
        "activities",
        "customers",
        "managers",
    ),
)

TABLES = (
    written(
        "loyalty_types",
        "one customer with a rhythm",
        "customer_id",
        "customer_id:t by_definition_class:t cluster:t strength_index:n loyalty_class:t",
        codes={"by_definition_class": LoyaltyType, "loyalty_class": LoyaltyType},
        headings={
            "strength_index": N_("Strength"),
            "loyalty_class": N_("Type"),
        },
    ),
    written(
        "loyalty_gaps",
        "one number of groups",
        "clusters",
        "clusters:c gap_number:n error_number:n",
    ),
    written(
        "loyalty_centres",
        "one group",
        "cluster",
        "cluster:t type:t price:n? novelty:n? belonging:n? stability:n?",
        codes={"type": LoyaltyType},
    ),
    written(
        "loyalty_scales",
        "one feature",
        "feature",
        "feature:t centre_number:n spread_number:n",
        codes={"feature": Feature},
    ),
    written(
        "loyalty_mixtures",
        "one type",
        "type",
        "type:t low_number:n high_number:n low_spread_number:n high_spread_number:n high_share:n",
        codes={"type": LoyaltyType},
    ),
    written(
        "loyalty_stability",
        "one group",
        "cluster",
        "cluster:t type:t customers:c jaccard_index:n stability_class:t",
        codes={"type": LoyaltyType, "stability_class": Stability},
        headings={
            "jaccard_index": N_("Mean Jaccard"),
        },
    ),
    written(
        "loyalty_reliability",
        "one feature",
        "feature",
        "feature:t customers:c reliability_share:n low_share:n high_share:n",
        codes={"feature": Feature},
        headings={
            "reliability_share": N_("The same in both halves"),
        },
    ),
    findings_table("findings_loyalty"),
)

HEADINGS = {  # of columns that only excerpts show
    "customers_by_definition": N_("By definitions alone"),
    "contacts_index": N_("Contacts index"),
    "discount_index": N_("Discount index"),
    "novelty_index": N_("Novelty index"),
    "price_paid_index": N_("Price paid index"),
    "regularity_index": N_("Regularity index"),
    "sameness_index": N_("Sameness index"),
    "variety_index": N_("Variety index"),
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "clusters": ["gap_statistic", "permuted", "clusters_found", "assigned", "agreement"],
        "type_features": ["TYPES", "features"],
        "halves": ["reliability", "told"],
        "findings": ["sampled", "chapter_findings"],
        "assignment": ["types", "types_by_sample", "again", "summary", "profiles", "members"],
    },
)  # fmt: skip

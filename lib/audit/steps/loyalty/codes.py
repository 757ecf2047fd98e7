"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class LoyaltyType(Code):
    """Why a customer stays (D6), with what to do (D7)."""

    PRICE = (
        "price",
        N_("price"),
        "",
        N_("do not buy their loyalty with discounts: sell at list price, give new discounts only in return for volume"),
    )
    NOVELTY = "novelty", N_("novelty"), "", N_("pilot projects; tell them first about new products; ask their advice on trends")
    BELONGING = "belonging", N_("belonging"), "", N_("full attention: invitations, mailings, bonuses; a contact person who answers")
    STABILITY = (
        "stability",
        N_("stability"),
        "",
        N_("treat as especially important and interfere little: same goods, same days, no surprises"),
    )
    UNCLEAR = "unclear", N_("no clear type"), "", N_("watch; ask in the next conversation what keeps them")


class Feature(Code):
    """What speaks for a type."""

    DISCOUNT = "discount", N_("discount")
    PRICE_PAID = "price_paid", N_("price_paid")
    NOVELTY = "novelty", N_("novelty")
    VARIETY = "variety", N_("variety")
    CONTACTS = "contacts", N_("contacts")
    REGULARITY = "regularity", N_("regularity")
    SAMENESS = "sameness", N_("sameness")


class Stability(Code):
    """Hennig's reading of the mean Jaccard."""

    STABLE = "stable", N_("stable")
    PATTERN = "pattern", N_("a pattern")
    NOT_TRUSTED = "not_trusted", N_("not trusted")

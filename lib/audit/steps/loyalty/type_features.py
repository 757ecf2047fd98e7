"""What speaks for each type, per customer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.steps.loyalty.codes import LoyaltyType

TYPES = [kind for kind in LoyaltyType if kind != LoyaltyType.UNCLEAR]


SPEAKS_FOR = {
    "discount": "price", "price_paid": "price", "novelty": "novelty", "variety": "novelty", "contacts": "belonging",
    "regularity": "stability", "sameness": "stability",
}  # fmt: skip


def features(
    history: pd.DataFrame, behaviour: pd.DataFrame | None, *, activities: pd.DataFrame | None, as_of: pd.Timestamp, least_purchases: int
) -> pd.DataFrame:
    """What speaks for each type, per customer with enough purchases; a column only where its table exists (D6).

    discount: share of list prices; price_paid: - log of the price against the product's usual; novelty: root of the share of lines with
    new products; variety: log of different products beyond what the number of lines explains; contacts: log of contacts begun by the
    customer a year; regularity: - log of the variation of gaps; sameness: the reverse of variety.

    Returns
    -------
    DataFrame indexed by customer_id, columns of SPEAKS_FOR as far as known, no missing values.
    """
    who = history[history["purchases"] >= least_purchases].set_index("customer_id")
    table = pd.DataFrame(index=who.index)
    if len(who) == 0:
        return table
    if behaviour is not None:
        how = behaviour.set_index("customer_id").reindex(who.index)
        if "discount_share" in how.columns and how["discount_share"].nunique() > 1:
            table["discount"] = how["discount_share"].fillna(0.0)
        if "price_index" in how.columns and how["price_index"].nunique() > 1:
            table["price_paid"] = -np.log(how["price_index"].clip(lower=0.05).fillna(1.0))
        if "novelty_share" in how.columns and how["novelty_share"].nunique() > 1:
            table["novelty"] = np.sqrt(how["novelty_share"].fillna(0.0))
        if how["products"].nunique() > 1:
            beyond = _beyond(np.log(how["products"].to_numpy(dtype=float)), np.log(how["lines"].to_numpy(dtype=float)))
            table["variety"], table["sameness"] = beyond, -beyond
    if activities is not None and len(activities):
        began = activities[(activities["direction"] == "in") & (activities["date"] <= as_of)].groupby("customer_id").size()
        seen = ((who["last_on"] - who["first_on"]).dt.days + 30) / 365
        table["contacts"] = np.log1p(began.reindex(who.index).fillna(0) / seen)
    table["regularity"] = -0.5 * np.log(who["gap_log_var"].fillna(who["gap_log_var"].median()).fillna(1.0) + 0.01)
    return table[[c for c in SPEAKS_FOR if c in table.columns]]


def _beyond(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """What of y a parabola in x does not explain."""
    degree = min(2, len(np.unique(x)) - 1)
    return y - np.polyval(np.polyfit(x, y, degree), x)

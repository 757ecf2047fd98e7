"""What can be wrong with data, so that a number hangs in the air? The qualities that a doubt spoils, and that a chapter stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.core.codes import Code
from audit.i18n import mark as N_

if TYPE_CHECKING:
    import pandas as pd


class Quality(Code):
    """What a doubt spoils: a chapter that cannot do without it is refused, the others that rest on the table are flagged."""

    IDENTITY = "identity", N_("who is who")
    TIMING = "timing", N_("when it was")
    AMOUNT = "amount", N_("how much it was")
    COVERAGE = "coverage", N_("whether all are there")


AS_THEY_LIE = N_(
    "the order lines are taken as they lie: repeats, totals, double customers, VAT and services were not looked for"
)  # the doubt of lines that intake never read


def believed(table: pd.DataFrame | None, doubted: set[str]) -> pd.DataFrame | None:
    """A table without the rows of customers whose entries are in doubt (`store.doubted`): what is doubted leads no claim."""
    return table if table is None or not doubted else table[~table["customer_id"].isin(doubted)].reset_index(drop=True)

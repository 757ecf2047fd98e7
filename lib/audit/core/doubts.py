"""What can be wrong with data, so that a number hangs in the air? The qualities that a defect spoils, and that a chapter stands on."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Quality(Code):
    """What a defect spoils: a chapter that cannot do without it is refused, the others that rest on the table are flagged."""

    IDENTITY = "identity", N_("who is who")
    TIMING = "timing", N_("when it was")
    AMOUNT = "amount", N_("how much it was")
    COVERAGE = "coverage", N_("whether all are there")


AS_THEY_LIE = N_(
    "the order lines are taken as they lie: repeats, totals, double customers, VAT and services were not looked for"
)  # the defect of lines that intake never read

"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_

NEAR = 0.02  # a difference of the CRM from accounting that nobody would feel; ours


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """Whether the central file can be worked with."""
    by = {one.id: one for one in found}
    known, crm, wrong = by["orphans"], by.get("crm_against_accounting"), by.get("central_invalid")
    if known.value < 1:
        return led(found, N_("Only {value} of those who buy are on record"), Role.CAUSE, of="orphans")
    if "crm_manager" in by:
        return led(
            found,
            N_("Every buyer is on record, but the CRM is missing {value} of the sales by {manager}"),
            Role.CAUSE,
            of="crm_manager",
        )
    if crm is not None and crm.value < 1 - NEAR:
        message = N_("Every buyer is on record, but the CRM is missing {missed_share} of sales")
        return led(found, message, Role.CAUSE, of="crm_against_accounting", missed_share=1 - crm.value)
    if wrong is not None and wrong.value:
        return led(
            found,
            N_("Every buyer is on record, but {wrong} {wrong:number there fails|numbers there fail} validation"),
            Role.STATE,
            of="central_invalid",
        )
    return led(found, N_("Everybody who buys is on record"), Role.STATE, of="orphans")

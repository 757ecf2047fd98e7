"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core import norms
from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_


def claim(found: list[Finding], norm: SimpleNamespace | None) -> list[Finding]:
    """Whether enough first-time buyers come back, against the norm."""
    first, limit = found[0], norm.repeat_purchase_ratio
    scope = norms.register()["repeat_purchase_ratio"].sales_types
    if first.value == first.value and norm.sales_type not in scope:
        message = N_(
            "{value} of first-time buyers buy again within {horizon_days} {horizon_days:day|days}; there is no norm for this kind of sale"
        )
    elif first.value != first.value:
        message = N_("We cannot say yet whether first-time buyers come back")
    elif first.low >= limit:
        message = N_("First-time buyers come back: {value} buy again within {horizon_days} {horizon_days:day|days}")
    elif first.high < limit:
        message = N_("Too few first-time buyers come back: {value} buy again within {horizon_days} {horizon_days:day|days}")
    else:
        message = N_("We cannot say whether enough first-time buyers come back: between {low} and {high} do")
    return led(found, message, Role.CAUSE)

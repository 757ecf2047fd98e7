"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_

STILL = 0.02  # a change of sales below it is none that an owner would feel; ours


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """How sales stand, and whether those who came make up for those who left."""
    by = {one.id: one for one in found}
    size, change = by["base_size"], by.get("sales_change")
    if size.why or change is None:
        return led(found, N_("Whether the base grows cannot be said before two whole periods"), Role.STATE)
    if change.unit == "money":
        return led(found, N_("In {period} more came back than was sold"), Role.STATE, of="sales_change")
    won, gone = by["new_revenue_share"].params["new_revenue"], size.money
    if change.value < STILL:
        message = N_("Sales stand still, and newcomers outweigh those who left")
        if gone > won:
            message = N_("Sales stand still: the {lost} who left had bought for more than the {new} newcomers brought")
        return led(found, message, Role.STATE)
    if change.money < 0:
        return led(
            found, N_("Sales of {period} are {value} below {period_before}; what fell most is: {driver}"), Role.STATE, of="sales_change"
        )
    if by["existing_customers"].value < 0:
        return led(
            found, N_("Sales of {period} are {value} above {period_before}, but older customers bring less"), Role.STATE, of="sales_change"
        )
    return led(found, N_("Sales of {period} are {value} above {period_before}; what grew most is: {driver}"), Role.STATE, of="sales_change")

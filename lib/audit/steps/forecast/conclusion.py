"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """Whether the plan can be reached, else what sales are to be expected."""
    by = {one.id: one for one in found}
    plan = by.get("plan")
    if found[0].why:
        return led(found, N_("We cannot say what next year’s sales will be"), Role.CHANCE)
    if plan is None:
        return led(found, N_("Sales over the next {months} {months:month|months} should lie between {low} and {high}"), Role.CHANCE)
    if plan.value <= 0:
        return led(found, N_("The plan is within what can be expected"), Role.CHANCE, of="plan")
    above = N_("The plan is {value} above the forecast, beyond its whole range")
    within = N_("The plan is {value} above the forecast, though still within its range")
    return led(found, above if plan.low > 0 else within, Role.RISK, of="plan")

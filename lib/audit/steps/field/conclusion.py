"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """Who repeats old orders, else how many visits were not made at the outlet, else what the evening lists say, else the must-have range."""
    by = {one.id: one for one in found}
    copied, presence, listed = by.get("field_copied"), by.get("field_presence"), by.get("field_listed")
    if copied and copied.value > 0:
        return led(
            found,
            N_("{value} of {n} representatives {value:repeats|repeat} old orders more often than would be normal for similar outlets"),
            Role.CAUSE,
            of="field_copied",
        )
    if presence and presence.params["away"]:
        return led(
            found, N_("{away} of {n} {n:visit|visits} with a known place were not made at the outlet"), Role.CAUSE, of="field_presence"
        )
    if listed:
        none = N_("Every planned visit ended with an order in time")
        return led(
            found, N_("{value} of {n} planned visits end without a timely order") if listed.value else none, Role.STATE, of="field_listed"
        )
    if "field_must_have" in by:
        return led(found, N_("{value} of {n} {n:outlet|outlets} stock the full must-have range"), Role.STATE, of="field_must_have")
    return led(found, N_("Too little is written down of the work in the field to conclude from it"), Role.STATE)

"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """Whether systematic buyers fell silent."""
    by = {one.id: one for one in found}
    fell = by.get("ladder_falls")
    if fell is None:
        return led(found, N_("No customer is active any more"), Role.STATE)
    if fell.why:
        return led(found, N_("{value} of {n} active customers buy steadily; we cannot say who fell back"), Role.STATE)
    some, none = (
        N_("{value} of {n} {n:customer|customers} who bought steadily {value:is|are} no longer active"),
        N_("Everybody who was buying steadily a year ago is still active"),
    )
    return led(found, some if fell.value else none, Role.CAUSE, of="ladder_falls")

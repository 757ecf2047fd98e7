"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """Who stays, and how many have been silent for too long."""
    by = {one.id: one for one in found}
    stayed, late = by["retention_rate"], by["overdue"]
    silent = int(late.value) if late.value == late.value else 0
    if stayed.why and late.why:
        message = N_("From these data we cannot say who stays and who leaves")
    elif stayed.why and silent:
        return led(found, N_("{value} {value:customer has|customers have} been silent for too long"), Role.CAUSE, of="overdue")
    elif stayed.why:
        message = N_("Nobody has been silent for too long; we cannot say who stays")
    elif late.why:
        message = N_("We kept {value} of our active customers through {period}; silence does not yet tell who has left")
    elif silent:
        message = N_("We kept {value} of our active customers through {period}, but {silent} {silent:has|have} been silent for too long")
    else:
        message = N_("{value} of the customers stayed through {period}, and nobody has been silent for too long")
    return led(found, message, Role.CAUSE, silent=silent)

"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_


def claim(found: list[Finding], norm: SimpleNamespace | None) -> list[Finding]:
    """How far the company depends on its largest customer."""
    by = {one.id: one for one in found}
    if (largest := by.get("dependence")) is None:
        if not found[0].n:
            return led(found, N_("We cannot say who is key: nobody bought in the last twelve months"), Role.RISK)
        return led(found, N_("Nobody is so large that the company would depend on it"), Role.RISK)
    below = largest.value <= norm.dependence_share
    message = N_("The largest customer brings too much: {value} of the sales")
    if below:
        message = N_("The largest customer accounts for {value} of sales, below the limit of {limit_share}")
    return led(found, message, Role.RISK, of="dependence", limit_share=float(norm.dependence_share))

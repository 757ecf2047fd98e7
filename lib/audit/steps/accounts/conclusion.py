"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_

HALF = 0.5  # of the result: what is left of it without the largest customer, below which that is the headline whatever its share


def claim(found: list[Finding], norm: SimpleNamespace | None) -> list[Finding]:
    """How far the company depends on its largest customer."""
    by = {one.id: one for one in found}
    if (largest := by.get("dependence")) is None:
        if not found[0].n:
            return led(found, N_("We cannot say who is key: nobody bought in the last twelve months"), Role.RISK)
        return led(found, N_("Nobody is so large that the company would depend on it"), Role.RISK)
    if largest.value > norm.dependence_share:
        message, is_judged = N_("The largest customer brings too much: {value} of the sales"), True
    elif largest.params["result_without"] < HALF * largest.params["result_with"]:
        message, is_judged = N_("Without the largest customer, profit would fall from {result_with} to {result_without}"), False
    else:
        message, is_judged = N_("The largest customer accounts for {value} of sales, below the limit of {limit_share}"), True
    return led(found, message, Role.RISK, of="dependence", is_judged=is_judged, limit_share=float(norm.dependence_share))

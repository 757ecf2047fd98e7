"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_

HALF = 0.5


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """How much of what customers buy is ours, and for how many that is known."""
    first = found[0]
    if first.why:
        message = N_("We do not know what customers buy elsewhere: no customer’s budget is known")
    elif first.params["sales_share"] < HALF:
        message = N_("Customers whose budgets we know ({sales_share} of our sales) spend {value} of those budgets with us")
    else:
        message = N_("We supply {value} of what customers buy; {gap} a year goes elsewhere")
    return led(found, message, Role.CHANCE)

"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """Whether we know what keeps the customers."""
    first = found[0]
    if first.why:
        message = N_("From these data we cannot tell what keeps customers")
    elif "most" not in first.params:
        message = N_("There are no loyalty types to build on: any names would only be names for noise")
    else:
        message = N_("For {value} of frequent buyers, two methods agree on what keeps them; most often it is {most}")
    return led(found, message, Role.CAUSE)

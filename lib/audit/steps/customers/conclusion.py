"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """How many need a step, and how many of them this week."""
    some = N_("{value} {value:customer needs|customers need} a step, {first} of them in the first week")
    return led(found, some if found[0].value else N_("No customer needs a step now"), Role.CHANCE)

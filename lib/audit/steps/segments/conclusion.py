"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """On how few customers the sales hang."""
    message = (
        N_("Nobody has bought in the last twelve months")
        if found[0].why
        else N_("{a} {a:customer accounts|customers account} for {value} of sales")
    )
    return led(found, message, Role.STATE)

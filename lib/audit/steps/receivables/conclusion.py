"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """Who has stopped paying, else who is late."""
    by = {one.id: one for one in found}
    first = by["receivables"]
    if first.why:
        return led(found, N_("We cannot say what customers owe"), Role.RISK)
    if "stopped_paying" in by:
        return led(
            found,
            N_("{value} {value:customer has|customers have} stopped paying and {value:owes|owe} {owed}"),
            Role.RISK,
            of="stopped_paying",
        )
    late = N_("{value} is overdue; the three latest payers carry {top_share} of it")
    return led(found, late if first.value else N_("Nothing is overdue"), Role.RISK)

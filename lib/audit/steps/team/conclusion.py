"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_


def claim(found: list[Finding], norm: SimpleNamespace | None) -> list[Finding]:
    """Who stands out, else what hangs on one person, else that nobody can be ranked."""
    by = {one.id: one for one in found}
    first = by["team_compared"]
    if first.value > 0:
        return led(
            found,
            N_(
                "{value} of {n} {n:manager|managers} {value:stands|stand} out by more than chance explains; the others should not be ranked"
            ),
            Role.CAUSE,
        )
    alone = by.get("team_alone")
    if alone and not alone.why and norm and alone.value >= norm.team_alone_share:
        return led(found, N_("One manager alone knows customers with {money} of yearly sales"), Role.RISK, of="team_alone")
    if first.why:
        return led(found, N_("Too few customers to compare the managers"), Role.STATE)
    return led(found, N_("No manager can be told from another by what customers did"), Role.STATE)

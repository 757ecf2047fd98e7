"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """Whether we know our key accounts: nothing written down, gaps, or none."""
    by = {one.id: one for one in found}
    if (filled := by["dossiers_filled"]).why:
        nobody = N_("No customer is key, so there are no dossiers")
        return led(found, N_("What people know of {n} key accounts is not written down") if filled.n else nobody, Role.RISK)
    gaps = by["dossier_gaps"]
    every = N_("For all {n} key accounts we know what we should, and work to a plan")
    if not gaps.value:
        return led(found, every, Role.STATE, of="dossier_gaps")
    some = N_("For {value} of {n} key accounts, there is still something to find out or do")
    each = N_("For each of the {n} key accounts, there is still something to find out or do")
    return led(found, each if gaps.value == gaps.n and gaps.n > 1 else some, Role.RISK, of="dossier_gaps")

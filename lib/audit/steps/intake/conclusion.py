"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """Whether the data carry the report."""
    by = {one.id: one for one in found}
    doubts = by.get("doubts")
    if doubts is None:
        message = N_("The data can be used as they are")
    elif "survivors" in by:
        message = N_("Customers who left are missing from the exports, so some chapters could not be written")
        return led(found, message, Role.STATE, of="survivors")
    elif doubts.params["refused"]:
        message = N_(
            "Some chapters could not be written: {refused} of {value} {value:doubt|doubts} about the data {refused:prevents|prevent} it"
        )
    else:
        message = N_("The data can be used; {value} {value:doubt affects|doubts affect} individual figures")
    return led(found, message, Role.STATE, of="doubts" if doubts else "rows_kept")

"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """Who costs more than it brings, key accounts first."""
    by = {one.id: one for one in found}
    first, keys = found[0], by.get("key_losers")
    if first.why:
        message = N_("Which customers earn and which cost money cannot be said")
    elif "winning" not in first.params and 0 < first.value == first.n:
        message = N_("By the exported costs, goods cost more than any of the {n} {n:customer|customers} paid")
    elif "winning" not in first.params:
        message = (
            N_("{value} {value:customer loses|customers lose} money on the goods alone")
            if first.value
            else N_("No customer loses money on the goods alone")
        )
    elif not first.value:
        message = N_("No customer loses us money under every way of allocating costs")
    elif keys is not None and keys.value:
        message = N_(
            "We lose money on {value} {value:customer|customers} whichever way costs are allocated, including {keys} key {keys:account|accounts}"
        )
    else:
        message = N_("We lose money on {value} of {n} {n:customer|customers} whichever way costs are allocated")
    return led(found, message, Role.CAUSE, keys=int(keys.value) if keys is not None else 0)

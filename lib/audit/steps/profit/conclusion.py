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
        message = N_("We cannot say which customers are profitable")
    elif "winning" not in first.params and 0 < first.value == first.n:
        message = N_("By the exported costs, goods cost more than any of the {n} {n:customer|customers} paid")
    elif "winning" not in first.params:
        message = _on_goods(first, by.get("below_cost_again"))
    elif not first.value:
        message = N_("No customer loses us money under every way of allocating costs")
    elif keys is not None and keys.value:
        message = N_(
            "We lose money on {value} {value:customer|customers}, including {keys} key {keys:account|accounts}, whichever way costs are allocated"
        )
    else:
        message = N_("We lose money on {value} of {n} {n:customer|customers}, whichever way costs are allocated")
    return led(found, message, Role.CAUSE, keys=int(keys.value) if keys is not None else 0)


def _on_goods(first: Finding, again: Finding | None) -> str:
    """Where serving costs are not known: to whom we sold below cost, and whether they are the same ones every year."""
    if not first.value:
        return N_("No customer paid less than its goods cost")
    if first.params["is_little"]:
        return N_("Nearly every customer leaves a margin on its goods; what serving it costs is not known")
    if again is not None and not again.params["is_habit"]:
        return N_("{value} {value:customer|customers} paid less than the goods cost us, but not the same ones every year")
    return N_("{value} {value:customer|customers} paid less than the goods cost us")

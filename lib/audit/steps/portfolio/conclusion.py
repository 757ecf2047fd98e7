"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_

LITTLE = 0.5  # a class that brings less than half of what it costs to serve, as shares of the whole


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """Whether effort goes where it pays, else how many are worth more of it."""
    by = {one.id: one for one in found}
    if found[0].why:
        return led(found, N_("We cannot say which customers to grow and which to keep"), Role.CHANCE)
    effort = by.get("portfolio_effort")
    if effort is not None and not effort.why and effort.params["whole"] > 0:
        brings = effort.params["profit"] / effort.params["whole"]
        if brings < LITTLE * effort.value:
            message = N_("“Opportunistic” customers take {value} of the cost to serve and bring in {brings_rate} of the profit")
            return led(found, message, Role.CAUSE, of="portfolio_effort", brings_rate=brings)
    return led(found, N_("{value} {value:customer is|customers are} worth developing beside the {core} core ones"), Role.CHANCE)

"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_
from audit.steps.base.findings import CHANCE

STILL = 0.02  # a change of sales below it is none that an owner would feel; ours


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """How sales stand, and why: one customer, those who left and came, or those who stayed."""
    by = {one.id: one for one in found}
    size, change = by["base_size"], by.get("sales_change")
    if size.why or change is None:
        return led(found, N_("We cannot say whether the customer base is growing until it has two full periods"), Role.STATE)
    if change.unit == "money":
        return led(found, N_("In {period} returns exceeded sales"), Role.STATE, of="sales_change")
    if change.value < STILL:
        return led(found, *_still(by, size), Role.STATE, of="base_size", **_of_the_fall(by))
    if change.money < 0:
        return led(
            found, N_("Sales in {period} are down {value} on {period_before}; the biggest drop: {driver}"), Role.STATE, of="sales_change"
        )
    if by["existing_customers"].value < 0:
        return led(
            found,
            N_("Sales in {period} are up {value} on {period_before}, but earlier customers bring in less"),
            Role.STATE,
            of="sales_change",
        )
    return led(found, N_("Sales in {period} are up {value} on {period_before}; the main factor: {driver}"), Role.STATE, of="sales_change")


def _still(by: dict[str, Finding], size: Finding) -> tuple[str]:
    """Why sales stand still: the largest of what moved; who came, where it is known who is new."""
    gone = size.money - by["new_revenue_share"].params["new_revenue"]  # what those who left bought beyond what newcomers brought
    fall = by["largest_fall"].value if "largest_fall" in by else 0.0
    if fall > max(gone, 0.0) and fall > 0:
        short = -by["sales_change"].money  # what others did not make up for
        made_up = N_("Sales are flat: other customers made up for {customer_name}, which bought {fall} less")
        mostly = N_("Sales are flat: {customer_name} bought {fall} less, and others made up for most of it")
        although = N_("Sales are flat, although {customer_name} bought {fall} less")
        if by["largest_fall"].params["chance_share"] >= CHANCE:
            made_up = N_("Sales are flat: {customer_name} bought {fall} less, perhaps by chance; others made up for it")
            mostly = N_("Sales are flat: {customer_name} bought {fall} less, perhaps by chance; others offset most of it")
            although = N_("Sales are flat, although {customer_name} bought {fall} less, perhaps by chance")
        return (made_up if short <= 0 else mostly if short <= fall / 2 else although,)
    if size.params["first_seen"] and not size.params["new"]:
        return (N_("Sales are flat: about as much was won as was lost"),)
    if gone > 0:
        return (
            N_(
                "Sales are flat: {lost} {lost:customer|customers} who did not buy again had bought more than {new} new {new:one|ones} brought in"
            ),
        )
    if not size.params["lost"] and not size.params["new"]:
        return (N_("Sales are flat, and the same customers are buying as the year before"),)
    return (N_("Sales are flat: new customers outweigh those who did not buy again"),)


def _of_the_fall(by: dict[str, Finding]) -> dict:
    if "largest_fall" not in by:
        return {}
    return {"customer_name": by["largest_fall"].params["customer_name"], "fall": by["largest_fall"].value}

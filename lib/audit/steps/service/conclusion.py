"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """What a broken promise costs, where that shows; else whether promises are kept; else what is open."""
    by = {one.id: one for one in found}
    left = by.get("service_after_open")
    if left and left.high < 0:
        of = left.params
        if of["never"] and of["later_kept"] == of["later"]:  # those settled late went on buying: it is the unsettled who leave
            message = N_("Of {never} {never:customer|customers} whose complaint was never settled, only {never_kept} stayed")
            return led(found, message, Role.CAUSE, of="service_after_open", never=of["never"], never_kept=of["never_kept"])
        message = N_("Of customers whose complaint was not settled in time, {kept_share} stayed, against {like_share} of similar ones")
        return led(found, message, Role.CAUSE, of="service_after_open")
    if whose := by.get("service_whose"):
        message = N_(
            "Customers of {value} {value:manager|managers} get {late_share} of their orders late, against {others_share} for the others"
        )
        return led(found, message, Role.CAUSE, of=whose.id)
    if late := by.get("service_on_time"):
        told = by.get("service_told")
        if late.params.get("is_dispatch"):
            most = N_("At least {late} of {n} {n:order|orders} arrived later than promised")
            return led(
                found,
                most if late.params["late"] else N_("We cannot say how many orders arrived on time"),
                Role.CAUSE,
                of="service_on_time",
            )
        if not late.params["late"]:
            return led(found, N_("Every order arrived by the promised day"), Role.STATE, of="service_on_time")
        if told and told.params["told"] == 0:
            return led(
                found, N_("{late} of {n} {n:order|orders} arrived late, and we warned no customer"), Role.CAUSE, of="service_on_time"
            )
        return led(found, N_("{late} of {n} {n:order|orders} arrived later than promised"), Role.CAUSE, of="service_on_time")
    if still := by.get("service_unowned"):
        return led(
            found,
            N_("{value} of {n} {n:complaint|complaints} {value:is|are} still open")
            if still.value
            else N_("Every complaint has been settled"),
            Role.RISK,
            of="service_unowned",
        )
    return led(found, N_("What went wrong is written down too seldom to conclude from it"), Role.STATE)

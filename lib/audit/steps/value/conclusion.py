"""What does the chapter conclude?"""

from __future__ import annotations

from types import SimpleNamespace

from audit.core.claims import Role, led
from audit.core.findings import Finding
from audit.i18n import mark as N_


def claim(found: list[Finding], _norm: SimpleNamespace | None) -> list[Finding]:
    """Whether today's customers will bring more or less than they did."""
    ahead = next(one for one in found if one.id == "value_ahead")
    if ahead.why:
        message = N_("We cannot say what today’s customers will bring in next year")
    elif ahead.low > ahead.previous:
        message = N_("Today’s customers should bring in more {level_class} next year than last: {value} after {previous}")
    elif ahead.high < ahead.previous:
        message = N_("Without new customers, next year should bring in less {level_class}: {value} after {previous}")
    else:
        message = N_("Today’s customers: {value} {level_class} next year, {previous} last year; the difference may be chance")
    return led(found, message, Role.CHANCE, of="value_ahead")

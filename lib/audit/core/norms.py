"""Against what is a number judged? The register of norms, settings and claims (norms.toml), each with its type and bounds.

A norm lives here and nowhere else. A base may override it in audit.toml; every notebook takes the value of the run it stands on (`of`),
and one
that is given by hand is held to the same bounds.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from audit.core.codes import Code
from audit.core.errors import AuditError
from audit.i18n import mark as N_
from audit.i18n import parts, stored

if TYPE_CHECKING:
    import pandas as pd

SETTINGS = "settings.json"  # of a run: audit.toml with its defaults resolved


class Type(Code):
    """What a norm's value is."""

    WHOLE = "whole", N_("a whole number")
    SHARE = "share", N_("a share, a fraction such as 0.67")
    DAYS = "days", N_("a whole number of days")
    MONTHS = "months", N_("a whole number of months")
    MONEY = "money", N_("money")
    NUMBER = "number", N_("a number")


WHOLE = (Type.WHOLE, Type.DAYS, Type.MONTHS)


class BadNorm(AuditError):
    """A value that a norm cannot have; the message says which it may."""


@dataclass(frozen=True)
class Norm:
    id: str
    kind: str  # norm, setting or claim
    value: float
    unit: str
    meaning: str
    source: str
    type: Type
    least: float  # bounds of what it may be, both included
    most: float
    direction: str = ""
    inclusive: bool = True
    sales_types: tuple[str, ...] = ()  # empty: all


@cache
def register() -> dict[str, Norm]:
    """Every norm by id, as norms.toml states it."""
    stated = tomllib.loads((Path(__file__).parent / "norms.toml").read_text(encoding="utf-8"))
    return {name: _norm(name, **entry) for name, entry in stated.items()}


def _norm(name: str, *, type: str, scope: dict | None = None, **entry) -> Norm:
    return Norm(id=name, type=Type(type), sales_types=tuple((scope or {}).get("sales_types", ())), **entry)


def fault(name: str, value: float) -> str:
    """Why a value cannot be that norm's, as a stored text; empty where it can.

    >>> fault("repeat_purchase_ratio", 0.5), "most" in fault("repeat_purchase_ratio", 67.0)
    ('', True)
    """
    norm = register()[name]
    kind = norm.type.label
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or (norm.type in WHOLE and value != int(value)):
        return stored(N_("[norms.{norm}] is {kind}: got {got}"), norm=name, kind=kind, got=str(value))
    if not norm.least <= value <= norm.most:
        message = N_("[norms.{norm}] is {kind}, at least {least} and at most {most}: got {got}")
        return stored(message, norm=name, kind=kind, least=f"{norm.least:g}", most=f"{norm.most:g}", got=f"{value:g}")
    return ""


def checked(name: str, value: float) -> float:
    """The value, whole where the norm is whole.

    Raises
    ------
    BadNorm
        where the norm cannot have it.
    """
    if found := fault(name, value):
        message, params = parts(found)
        raise BadNorm(message, **params)
    return int(value) if register()[name].type in WHOLE else value


def value(name: str, overrides: Mapping | None = None) -> float:
    """The register's own value, or a base's override of it (`settings.norms`).

    >>> value("repeat_purchase_ratio")
    0.67
    """
    own = (overrides or {}).get(name)
    return register()[name].value if own is None else checked(name, own.value)


def moved(then: Mapping, now: Mapping) -> dict[str, tuple[float, float]]:
    """The norms that differ between two runs, by their overrides (`settings.norms`): by name, the earlier value and the later.

    >>> moved({}, {})
    {}
    """
    both = {name: (value(name, then), value(name, now)) for name in register()}
    return {name: (before, after) for name, (before, after) in both.items() if before != after}


def of(run_dir: str | Path, given: Mapping) -> SimpleNamespace:
    """The norms that a notebook declares: as given by hand, else as they are in force in the run it stands on.

    Parameters
    ----------
    given
        the notebook's globals(): its parameters are named as norms, and hold None where the run's own value is wanted.

    Raises
    ------
    BadNorm
        for a value out of the norm's bounds.

    >>> of("nowhere", {"repeat_purchase_ratio": None, "regular_purchases": 6, "run_dir": "nowhere"})
    namespace(repeat_purchase_ratio=0.67, regular_purchases=6)
    """
    path = Path(run_dir) / SETTINGS
    own = json.loads(path.read_text(encoding="utf-8")).get("norms", {}) if path.is_file() else {}
    stated = {name: own.get(name, {}).get("value", norm.value) for name, norm in register().items() if name in given}
    return SimpleNamespace(
        **{name: checked(name, stated[name] if given[name] is None else given[name]) for name in given if name in stated}
    )


def in_force(overrides: Mapping) -> pd.DataFrame:
    """Every norm with the value in force for a base.

    Parameters
    ----------
    overrides
        `settings.norms`: by id, each with value and why.

    Returns
    -------
    DataFrame with norm, kind, value, own_value (NaN where not overridden), why, direction, unit, least, most, meaning, source.
    """
    import pandas as pd

    rows = []
    for norm in register().values():
        own = overrides.get(norm.id)
        rows.append(
            {
                "norm": norm.id,
                "kind": norm.kind,
                "value": norm.value,
                "own_value": own.value if own else float("nan"),
                "why": own.why if own else "",
                "direction": norm.direction,
                "unit": norm.unit,
                "least": norm.least,
                "most": norm.most,
                "meaning": norm.meaning,
                "source": norm.source,
            }
        )
    return pd.DataFrame(rows)


def as_text() -> str:
    """The register as text, for `audit norms`."""
    return "\n".join(
        f"{n.id:<34} {n.kind:<8} {n.direction:<9} {n.value:<8g} {n.unit:<7} {f'{n.least:g} to {n.most:g}':<14} {n.meaning}"
        for n in register().values()
    )

"""Against what is a number judged? The register of norms, settings and claims (norms.toml)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from audit.settings import Settings


@dataclass(frozen=True)
class Norm:
    id: str
    kind: str  # norm, setting or claim
    value: float
    unit: str
    meaning: str
    source: str
    direction: str = ""
    inclusive: bool = True
    sales_types: tuple[str, ...] = ()  # empty: all


@cache
def register() -> dict[str, Norm]:
    """Every norm by id, as norms.toml states it."""
    stated = tomllib.loads((Path(__file__).parent / "norms.toml").read_text(encoding="utf-8"))
    return {name: _norm(name, **entry) for name, entry in stated.items()}


def _norm(name: str, *, scope: dict | None = None, **entry) -> Norm:
    return Norm(id=name, sales_types=tuple((scope or {}).get("sales_types", ())), **entry)


def value(name: str, settings: Settings | None = None) -> float:
    """The register's own value, or a base's override of it; in a notebook the override arrives as its parameter.

    >>> value("repeat_purchase_ratio")
    0.67
    """
    if settings is not None and name in settings.norms:
        return settings.norms[name].value
    return register()[name].value


def in_force(settings: Settings) -> pd.DataFrame:
    """Every norm with the value in force for a base.

    Returns
    -------
    DataFrame with norm, kind, value, own_value (NaN where not overridden), why, direction, unit, meaning, source.
    """
    import pandas as pd

    rows = []
    for norm in register().values():
        own = settings.norms.get(norm.id)
        rows.append(
            {
                "norm": norm.id,
                "kind": norm.kind,
                "value": norm.value,
                "own_value": own.value if own else float("nan"),
                "why": own.why if own else "",
                "direction": norm.direction,
                "unit": norm.unit,
                "meaning": norm.meaning,
                "source": norm.source,
            }
        )
    return pd.DataFrame(rows)


def as_text() -> str:
    """The register as text, for `audit norms`."""
    return "\n".join(f"{n.id:<26} {n.kind:<8} {n.direction:<9} {n.value:<8g} {n.unit:<7} {n.meaning}" for n in register().values())

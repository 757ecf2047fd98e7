"""What is a decision? What to do, whose it is, by when, how sure, and about which money."""

from __future__ import annotations

import dataclasses

from audit.core.claims import Sureness
from audit.steps.verdicts.codes import Choice, Owner

NAN = float("nan")
NEXT, THIS, SOON, LATER = -1, 0, 1, 2  # weeks from the next working one, of whose last day a decision is due; NEXT: its first day


@dataclasses.dataclass(frozen=True)
class Decision:
    """One decision; `params` fill its sentences (codes.Choice), `effect` is the lower end on yearly margin, by which it is ordered."""

    choice: Choice
    step: str  # chapter with the evidence
    owner: Owner
    due: int
    sureness: Sureness
    who: list[str] = dataclasses.field(default_factory=list)  # ids of customers, the most money first
    manager_id: str = ""
    kind: str = ""
    money: float = NAN
    low: float = NAN
    high: float = NAN
    effect: float = 0.0
    params: dict = dataclasses.field(default_factory=dict)

"""Which questions does the audit answer, and what does each need? The rooms of lib/audit/steps, found where they stand.

Nothing about a question is listed here: each room says in its __init__ what it is (STEP), what it writes (TABLES) and how it calls columns
that
only its pictures and excerpts show (HEADINGS). Order follows from the tables; gate, docs/steps.md, labels and kernels follow from this.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from audit.core.doubts import Quality
from audit.core.errors import AuditError
from audit.core.tables.company import COMPANY
from audit.core.tables.derived import DERIVED
from audit.core.tables.forms import FORMS
from audit.core.tables.schema import Table
from audit.i18n import mark as N_

if TYPE_CHECKING:
    import pandas as pd

ABSENT = N_("needs {tables}")  # why a step is not run
NO_FILE = N_("needs a list of customers of its own: the one here was made of the order lines")
ROOMS = Path(__file__).parents[1] / "steps"


class NoStep(AuditError):
    """A step that is not there; the message names those that are."""


@dataclass(frozen=True)
class Step:
    """A question of the audit: what it needs and makes. `number` gives the reading order only."""

    name: str  # of the room, the notebook, the test and the page
    number: int
    title: str  # in a few words, where the question would be too long
    question: str
    reads: tuple[str, ...]  # tables without which it is not run
    uses: tuple[str, ...] = ()  # tables that make it say more
    any_of: tuple[str, ...] = ()  # tables of which one at least must be there; each makes it say more
    for_each: str | None = None  # a table: the notebook is run once per row
    uses_findings: bool = False  # it uses the findings of all steps that do not
    is_about_data: bool = False  # it tells of the data themselves: no doubt hangs over it
    follows_customers: bool = False  # it counts those who left: without them, nothing of it can be said

    @property
    def notebook(self) -> str:
        return f"{self.number:03d}_{self.name}.ipynb"

    @property
    def needs(self) -> tuple[Quality, ...]:
        """What the data it reads must not have lost: it is refused where a doubt that refuses spoils it."""
        every = (Quality.IDENTITY, Quality.TIMING, Quality.AMOUNT)
        return () if self.uses_findings or self.is_about_data else every + (Quality.COVERAGE,) * self.follows_customers

    @property
    def writes(self) -> tuple[str, ...]:
        return tuple(table.name for table in rooms()[self.name].TABLES)


@cache
def rooms() -> dict[str, object]:
    """The packages of the steps by name, in reading order; none of their metrics is imported by this."""
    found = [importlib.import_module(f"audit.steps.{path.parent.name}") for path in sorted(ROOMS.glob("*/__init__.py"))]
    return {room.STEP.name: room for room in sorted(found, key=lambda room: room.STEP.number)}


@cache
def steps() -> tuple[Step, ...]:
    """All steps, in reading order."""
    return tuple(room.STEP for room in rooms().values())


@cache
def tables() -> dict[str, Table]:
    """Every table there is, by name: what a company sends, what intake and ledger make of it, what the steps write.

    Raises
    ------
    ValueError
        where two places declare one name.
    """
    found: dict[str, Table] = {}
    for table in (*COMPANY, *FORMS, *DERIVED, *(table for room in rooms().values() for table in room.TABLES)):
        if table.name in found:
            raise ValueError(f"table {table.name!r} is declared twice; give one of the two another name")
        found[table.name] = table
    return found


def empty(table: str) -> pd.DataFrame:
    """A table without a row, as it is declared."""
    return tables()[table].empty()


def by_name(name: str) -> Step:
    """The step of that name.

    Raises
    ------
    NoStep
        naming the steps there are.
    """
    for step in steps():
        if step.name == name:
            return step
    raise NoStep(
        N_("no step {name!r}; there are {known}. What to do: choose one of these."),
        name=name,
        known=", ".join(step.name for step in steps()),
    )


@cache
def writer(table: str) -> str | None:
    """The name of the one step that writes a table, None for tables of intake and ledger."""
    return next((step.name for step in steps() if table in step.writes), None)


def findings_tables() -> list[str]:
    """The tables of findings of all chapters that stand on data, in reading order."""
    return [table for step in steps() if not step.uses_findings for table in step.writes if table.startswith("findings_")]


def takes(step: Step) -> tuple[str, ...]:
    """All tables that a step reads or uses."""
    return (*step.reads, *step.any_of, *step.uses, *(findings_tables() if step.uses_findings else ()))


def missing(step: Step, there: set[str]) -> list[str]:
    """What a step cannot be run without and is not there; tables of which any would do stand together.

    >>> step = Step("x", 1, "", "", reads=("history",), any_of=("cases", "deliveries"))
    >>> missing(step, {"lines"}), missing(step, {"history", "cases"})
    (['history', 'cases / deliveries'], [])
    """
    absent = [table for table in step.reads if table not in there]
    return absent if not step.any_of or there & set(step.any_of) else [*absent, " / ".join(step.any_of)]


def reads(step: Step) -> tuple[str, ...]:
    """The tables without which a step is not run."""
    return step.reads


def depends(step: Step) -> set[str]:
    """The names of the steps whose tables this one reads or uses."""
    return {name for table in takes(step) if (name := writer(table))}


def rests_on(step: Step, *, by: Callable[[Step], tuple[str, ...]] = takes) -> set[str]:
    """Every table that a step's numbers come from, also by way of other tables: those it takes, and all that these were made of.

    `by=reads` leaves out what a step merely uses: it would be run without.
    """
    pending, found = list(by(step)), set()
    while pending:
        table = pending.pop()
        if table not in found:
            found.add(table)
            made_of = tables()[table].made_of if table in tables() else ()
            pending += [*made_of, *(by(by_name(name)) if (name := writer(table)) else ())]
    return found


def stands_on(step: Step) -> set[str]:
    """The tables that a step's own numbers come from: those without which it is not run, by way of other steps too, and those it uses itself;
    not what another step merely uses."""
    used = (*step.any_of, *step.uses)
    made_of = {origin for table in used if table in tables() for origin in tables()[table].made_of}
    return rests_on(step, by=reads) | set(used) | made_of


def ordered(chosen: list[Step]) -> TopologicalSorter:
    """The chosen steps as a graph of their names, each after those whose tables it takes."""
    names = {step.name for step in chosen}
    return TopologicalSorter({step.name: sorted(depends(step) & names) for step in chosen})

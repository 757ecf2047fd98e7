"""What is a run, while it is made? One record of where, what and by what, handed from room to room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from audit.core.registry import Step
from audit.core.settings import Settings


@dataclass(frozen=True)
class Run:
    """A run in the making, or one that is told again."""

    name: str
    folder: Path  # where it is built
    settings: Settings
    steps: list[Step]  # to be run, in reading order
    notebooks: Path
    about: dict  # for the manifest and the last page: inputs, versions, skipped
    known: dict = field(repr=False)  # results of earlier runs by their fingerprints (cache.records)
    say: Callable[[str], None] = field(repr=False)

"""What do companies call things? Synonyms of our columns and words of payments, from words.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def vocabulary() -> dict[str, dict[str, list[str]]]:
    """By table and column (and, for `payments`, by class): what it is called, the commonest first."""
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


@cache
def known() -> frozenset[str]:
    """Every name by which a column of ours is known."""
    no_names = ("payments", "no_debt")
    return frozenset(
        name for table, columns in vocabulary().items() if table not in no_names for names in columns.values() for name in names
    )


@cache
def no_debt() -> frozenset[str]:
    """States, in small letters, of documents that are no debts."""
    return frozenset(vocabulary()["no_debt"]["status"])

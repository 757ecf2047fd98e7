"""What do companies call things? Synonyms of our columns and words of payments, from words.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from audit.intake.readers.layout import plain


@cache
def vocabulary() -> dict[str, dict[str, list[str]]]:
    """By table and column (and, for `payments`, by class): what it is called, the commonest first."""
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


@cache
def known() -> frozenset[str]:
    """Every name by which a column of ours is known."""
    no_names = ("purposes", "no_debt", "states", "values", "leaving")
    return frozenset(
        name for table, columns in vocabulary().items() if table not in no_names for names in columns.values() for name in names
    )


@cache
def codes(table: str, column: str) -> dict[str, str]:
    """Words in plain form -> our code, for a column with a closed list."""
    listed = vocabulary()["values"].get(table, {}).get(column, {})
    return {plain(word): code for code, words in listed.items() for word in (code, *words)}


@cache
def states(kind: str) -> frozenset[str]:
    """What a column of states calls a sale, none, or a side of an account."""
    return frozenset(plain(word) for word in vocabulary()["states"][kind])


def is_of_leaving(header: str) -> bool:
    """Whether a column's header speaks of goods that left, and not of goods that came.

    >>> is_of_leaving("ShippedDate"), is_of_leaving("Дата отгрузки"), is_of_leaving("Доставлено")
    (True, True, False)
    """
    return any(word.startswith(tuple(vocabulary()["leaving"]["beginnings"])) for word in plain(header).split())


@cache
def no_debt() -> frozenset[str]:
    """States, in small letters, of documents that are no debts."""
    return frozenset(vocabulary()["no_debt"]["status"])

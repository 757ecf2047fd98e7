"""In how large a crowd does a customer stand? Properties merged until at least k customers share whatever is shown of them.

k-anonymity of Samarati and Sweeney (1998), reached from above: one column after the other is shown only where k customers have the same
value and were alike in all columns before. What is not shown is `other` for texts, unknown for numbers and days: no value is invented.
"""

from __future__ import annotations

from collections import Counter

import polars as pl

OTHER = "other"


def merged(table: pl.DataFrame, columns: list[str], *, least: int, hidden: dict[str, str] | None = None) -> pl.DataFrame:
    """The table with the columns' values merged so that every combination of them has `least` rows or more; the first columns keep most.

    Of fewer rows than `least` nothing is shown.

    Parameters
    ----------
    hidden
        what stands for a text that is not shown, by column; `other` where not given.

    >>> rows = pl.DataFrame({"region": ["N", "N", "N", "S", "S", "W"], "size": [1, 1, 2, 7, 7, 7]})
    >>> merged(rows, ["region", "size"], least=2).rows()
    [('N', None), ('N', None), ('N', None), ('other', 7), ('other', 7), ('other', 7)]
    """
    cells = [()] * len(table)
    for column in columns:
        values = table[column].to_list()
        kept = _kept(Counter(zip(cells, values, strict=True)), least)
        shown = [(True, value) if (cell, value) in kept else (False, None) for cell, value in zip(cells, values, strict=True)]
        cells = [(*cell, one) for cell, one in zip(cells, shown, strict=True)]
        other = (hidden or {}).get(column, OTHER) if table.schema[column] == pl.String else None
        new = [value if is_shown else other for is_shown, value in shown]
        table = table.with_columns(pl.Series(column, new, dtype=table.schema[column]))
    return table


def _kept(counts: Counter, least: int) -> set[tuple]:
    """Which values stay in which cell: those of `least` rows, unless too few others were left to hide among themselves."""
    by_cell: dict[tuple, list] = {}
    for (cell, value), count in counts.items():
        by_cell.setdefault(cell, []).append((count, str(value), value))
    kept = set()
    for cell, found in by_cell.items():
        found.sort(key=lambda one: one[:2])
        hiding = sum(count for count, *_ in found if count < least)
        for count, _text, value in found:
            if count >= least and (hiding == 0 or hiding >= least):
                kept.add((cell, value))
            elif count >= least:
                hiding += count  # the smallest joins those who are too few
    return kept


def smallest(table: pl.DataFrame, columns: list[str]) -> int:
    """How many rows the rarest combination of these columns has; 0 without rows."""
    return table.group_by(columns).len()["len"].min() or 0 if columns else len(table)

"""Which figures does a chapter print? All of them, in few lines, so that a notebook's stored output holds each by a test.

Rounded to four digits: what a reader would see moves, what another machine's last digit does not.
"""

from __future__ import annotations

import json

import pandas as pd


def checked(found: pd.DataFrame | None = None, **tables: pd.DataFrame) -> list[str]:
    """The figures of a chapter's findings, one line each, and of its tables, as the sums of their numbers and the counts of their codes.

    >>> checked(gaps=pd.DataFrame({"days": [10.0, 20.0], "kind": ["a", "a"], "is_open": [True, False]}))
    ['gaps: 2 rows; days 30; kind a 2; is_open 1']
    """
    rows = [] if found is None else [_finding(row) for _i, row in found.iterrows()]
    return [*rows, *(f"{name}: {len(table)} rows{_sums(table)}" for name, table in tables.items())]


def _number(value: float) -> str:
    return f"{value:.4g}" if value == value else "-"


def _finding(row: pd.Series) -> str:
    told = [_number(row[name]) for name in ("value", "low", "high", "money", "money_low", "money_high", "previous")]
    params = {name: _number(float(value)) for name, value in json.loads(row["params"]).items() if isinstance(value, int | float)}
    return f"{row['id']} {row['verdict'] or '.'} n={row['n']} {' '.join(told)} {' '.join(f'{name}={value}' for name, value in params.items())}".rstrip()


MOST_CODES = 8  # a column of more different texts is no closed list


def _sums(table: pd.DataFrame) -> str:
    parts = []
    for name in table.columns:
        column = table[name]
        if pd.api.types.is_numeric_dtype(column):
            parts.append(f"{name} {_number(float(column.sum()))}")
        elif pd.api.types.is_datetime64_any_dtype(column):
            parts.append(f"{name} to {column.max():%Y-%m-%d}" if column.notna().any() else f"{name} -")
        elif column.nunique() <= MOST_CODES and name.endswith(("_class", "kind")):
            parts.append(
                f"{name} {', '.join(f'{code} {count}' for code, count in column.astype('str').value_counts(sort=False).sort_index().items())}"
            )
    return f"; {'; '.join(parts)}" if parts else ""

"""What does a table look like? Its grain, key, columns, kinds and closed lists, declared once, and checked by `require`.

A step declares the tables it writes in its own room (steps/<question>/__init__.py); what a company sends stands in `company`, what intake
and
ledger make of it in `derived`. `registry.tables()` knows them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.core.codes import Code
from audit.core.errors import AuditError
from audit.i18n import mark as N_

if TYPE_CHECKING:
    import pandas as pd

TEXT, DATE, MOMENT, MONEY, NUMBER, COUNT, FLAG = "text", "date", "moment", "money", "number", "count", "flag"
DTYPES = {TEXT: "str", DATE: "datetime64[us]", MOMENT: "datetime64[us]", MONEY: "float64", NUMBER: "float64", COUNT: "int64", FLAG: "bool"}
LETTERS = {"t": TEXT, "d": DATE, "h": MOMENT, "m": MONEY, "n": NUMBER, "c": COUNT, "f": FLAG}  # of `written`


class BadTable(AuditError):
    """A table that does not hold what its name promises; the message lists every fault."""


@dataclass(frozen=True)
class Column:
    """A column: its kind gives the type, the end of its name the unit (_share, _rate, _ratio; _days, _months; else money or a count)."""

    name: str
    kind: str  # text, date, moment (a day with its hour), money, number, count or flag
    meaning: str = ""
    required: bool = False
    values: tuple[str, ...] = ()  # the closed list, where there is one
    codes: type[Code] | None = None  # the closed list, where it is ours: codes with labels
    private: bool = False  # read and checked at intake, never stored (P41)
    heading: str = ""  # in words, where its name in words would not do

    @property
    def closed(self) -> tuple[str, ...]:
        """What it may hold, where that is a closed list."""
        return tuple(self.codes) if self.codes else self.values

    @property
    def head(self) -> str:
        """Its heading, as a message of the catalogue."""
        return self.heading or in_words(self.name)


@dataclass(frozen=True)
class Table:
    name: str
    row: str  # what one row is
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    unlocks: str = ""
    origin: str = "company"  # or: intake, ledger, a step
    made_of: tuple[str, ...] = ()  # tables it was made of, by intake or ledger
    is_open: bool = False  # it may hold further columns, one for each thing found

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def required(self) -> list[str]:
        return [column.name for column in self.columns if column.required]

    def empty(self) -> pd.DataFrame:
        """The table without a row, its columns of their types.

        >>> written("gaps", "one gap", "days", "days:n is_open:f").empty().dtypes.astype(str).to_dict()
        {'days': 'float64', 'is_open': 'bool'}
        """
        import pandas as pd

        return pd.DataFrame({column.name: pd.Series(dtype=DTYPES[column.kind]) for column in self.columns})


SHARE, SHARE_NEAR = "_share", 1e-6  # how parts of a whole are called, and what rounding may do to them


def in_words(name: str) -> str:
    """A column's name in words.

    >>> in_words("first_buyers"), in_words("loyalty_class")
    ('First buyers', 'Loyalty')
    """
    return name.removesuffix("_class").replace("_", " ").capitalize()


def table(name: str, row: str, key: str, columns: list[tuple], *, unlocks: str = "", origin: str = "company", made_of: str = "") -> Table:
    """A table from rows of (name, kind, meaning[, closed list: texts or codes]); `!` after the name marks a required column, `?` a private
    one."""
    made = []
    for n, kind, meaning, *closed in columns:
        codes = closed[0] if closed and isinstance(closed[0], type) else None
        values = tuple(*closed) if not codes else ()
        made.append(Column(n.rstrip("!?"), kind, meaning, required=n.endswith("!"), values=values, codes=codes, private=n.endswith("?")))
    return Table(name, row, tuple(key.split()), tuple(made), unlocks, origin, tuple(made_of.split()))


def written(
    name: str,
    row: str,
    key: str,
    columns: str,
    *,
    codes: dict[str, type[Code]] | None = None,
    headings: dict[str, str] | None = None,
    is_open: bool = False,
) -> Table:
    """A table that a step writes, its columns as `name:letter`: t text, d date, h moment, m money, n number, c count, f flag; `?` after it: may be
    missing.

    Parameters
    ----------
    key
        columns that name a row; empty for a table without.
    codes
        closed lists, by column.
    headings
        what a reader sees above a column, where its name in words would not do; messages of the catalogue.
    is_open
        it may hold further columns, one for each thing found.
    """
    made = []
    for one in columns.split():
        column, letter = one.rstrip("?").split(":")
        made.append(
            Column(
                column,
                LETTERS[letter],
                required=not one.endswith("?"),
                codes=(codes or {}).get(column),
                heading=(headings or {}).get(column, ""),
            )
        )
    return Table(name, row, tuple(key.split()), tuple(made), origin="step", is_open=is_open)


def require(frame: pd.DataFrame, schema: Table) -> pd.DataFrame:
    """The frame itself, if it is such a table; otherwise one error with every fault.

    Checked: required columns, unique and complete key, closed lists, dates that are dates, money that is numbers, shares that lie between 0 and
    1; of a table that a step
    writes also that no column is there which it does not declare.

    Raises
    ------
    BadTable
        listing all faults, with the row numbers of the first offenders.

    >>> import pandas as pd
    >>> from audit.core.tables import derived
    >>> panel = next(table for table in derived.DERIVED if table.name == "panel")
    >>> require(pd.DataFrame({"customer_id": ["a", "a"], "date": ["x", "y"]}), panel)
    Traceback (most recent call last):
    ...
    audit.core.tables.schema.BadTable: not a table "panel" (one customer in one month with a purchase):
      - no column period, revenue, orders, purchases; it has customer_id, date
    """
    missing = [c for c in schema.required if c not in frame.columns]
    if missing:
        faults = [f"no column {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}"]
    else:
        faults = [*_key_faults(frame, schema), *_column_faults(frame, schema), *_strange_columns(frame, schema), *share_faults(frame)]
    if faults:
        raise BadTable(
            N_('not a table "{table}" ({row}):\n{faults}'),
            table=schema.name,
            row=schema.row,
            faults="\n".join(f"  - {fault}" for fault in faults),
        )
    return frame


def conformed(frame: pd.DataFrame, schema: Table) -> pd.DataFrame:
    """The frame in the types that the schema declares where it says nothing of its own: without rows, in columns of nothing, and of mixed
    kinds."""
    if frame.empty:
        return schema.empty()
    loose = lambda column: frame[column.name].isna().all() or (frame[column.name].dtype == object and column.kind != TEXT)
    kinds = {c.name: DTYPES[c.kind] for c in schema.columns if c.name in frame.columns and c.kind != FLAG and loose(c)}
    whole = {name for name, kind in kinds.items() if kind == "int64" and frame[name].isna().any()}
    return frame.astype({name: "float64" if name in whole else kind for name, kind in kinds.items()}) if kinds else frame


def _key_faults(frame: pd.DataFrame, schema: Table) -> Iterator[str]:
    key = [c for c in schema.key if c in frame.columns]
    if not key:
        return
    empty = frame[key].isna().any(axis=1)
    if empty.any():
        yield f"key {', '.join(key)} is empty in {_rows(empty)}"
    repeated = frame.duplicated(key, keep=False)
    if repeated.any():
        yield f"key {', '.join(key)} repeats in {_rows(repeated)}"


def _column_faults(frame: pd.DataFrame, schema: Table) -> Iterator[str]:
    from pandas.api import types

    for column in (c for c in schema.columns if c.name in frame.columns):
        values = frame[column.name]
        if column.kind in (DATE, MOMENT) and not types.is_datetime64_any_dtype(values):
            yield f"{column.name} must hold dates, got {values.dtype}"
        if column.kind in (MONEY, NUMBER, COUNT) and not types.is_numeric_dtype(values):
            yield f"{column.name} must hold numbers, got {values.dtype}"
        if schema.origin == "step":
            if column.kind == COUNT and types.is_float_dtype(values) and (values.dropna() % 1 != 0).any():
                yield f"{column.name} must hold whole numbers"
        elif column.required and column.name not in schema.key and values.isna().any():
            yield f"{column.name} is empty in {_rows(values.isna())}"
        if column.closed and (strange := ~values.isin(column.closed) & values.notna() & (values != "")).any():
            yield f"{column.name} must be one of {', '.join(column.closed)}; got {values[strange].iloc[0]!r} in {_rows(strange)}"


def share_faults(frame: pd.DataFrame) -> Iterator[str]:
    """Shares that are none: parts of a whole lie between nothing and all of it. What may be more is a rate or a ratio, and is called so."""
    from pandas.api import types

    lowest = -1 if any(str(c).startswith("reliability") for c in frame.columns) else 0  # a correlation, with the ends of its interval
    for name in (c for c in frame.columns if str(c).endswith(SHARE) and types.is_numeric_dtype(frame[c])):
        if (strange := (frame[name] < lowest - SHARE_NEAR) | (frame[name] > 1 + SHARE_NEAR)).any():
            yield f"{name} must lie between 0 and 1, got {frame.loc[strange, name].iloc[0]} in {_rows(strange)}"


def _strange_columns(frame: pd.DataFrame, schema: Table) -> Iterator[str]:
    if schema.origin == "step" and not schema.is_open and (strange := [c for c in frame.columns if c not in schema.names]):
        yield f"column {', '.join(map(str, strange))} is not declared; declare it in TABLES of the step that writes the table"


def _rows(mask: pd.Series) -> str:
    """Row numbers of the first offenders, as a spreadsheet with a header would show them."""
    at = [str(i + 2) for i, bad in enumerate(mask.to_numpy()) if bad]
    return f"row{'s' * (len(at) > 1)} {', '.join(at[:3])}" + (f" and {len(at) - 3} more" if len(at) > 3 else "")

"""What came of the next steps of the previous audit? The filled-in actions.xlsx, as Excel or LibreOffice saved it, read back.

Rows are known by the code in their column, so that they may be deleted, put in another order, or stand on other sheets; columns that people added are left
alone. What cannot be understood is refused in words, all of it at once, and nothing is guessed.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from audit.core.errors import AuditError
from audit.i18n import mark as N_
from audit.i18n.messages import in_both
from audit.intake.mapping.parse import typed_day
from audit.steps.customers.monday import COLUMNS, FILLED, LISTS

NEEDED = ("code", *FILLED)
DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S")
SHOWN = 20  # faults that are listed


class BadActions(AuditError):
    """A filled-in list that cannot be read; the message names every fault with its sheet and row."""


def actions_done(path: Path, known: set[str]) -> pd.DataFrame:
    """The rows of a filled-in actions.xlsx.

    Parameters
    ----------
    known
        customers whom the previous audit listed.

    Returns
    -------
    DataFrame with customer_id, status_class, result_class (codes of steps/customers; empty: not filled in), done_on; what stands in the notes is nobody's business here.

    Raises
    ------
    BadActions
        where it is no such workbook, a column is gone, a status, result or day is none, a customer stands there twice or was never listed.
    """
    import fastexcel

    try:
        book = fastexcel.read_excel(path.read_bytes())
        sheets = {name: book.load_sheet(name, header_row=0, dtypes="string").to_pandas() for name in book.sheet_names}
    except fastexcel.FastExcelError as error:
        message = N_("{file} cannot be opened as a workbook: {error}. What to do: save it again from Excel as .xlsx.")
        raise BadActions(message, file=path.name, error=str(error).splitlines()[0]) from error
    faults, rows = [], []
    for sheet, table in sheets.items():
        columns = {column: next((name for name in table.columns if name in _heads(column)), None) for column in NEEDED}
        if columns["code"] is None:
            continue  # the summary, or a sheet of the manager's own
        if missing := [_heads(column)[0] for column, name in columns.items() if name is None]:
            faults.append(f"{sheet}: no column {', '.join(missing)}; it has {', '.join(map(str, table.columns))}")
            continue
        for i, row in enumerate(table.to_dict("records"), 2):
            rows.append(_row({column: _text(row[name]) for column, name in columns.items()}, f"{sheet}, row {i}", known, faults))
    found = [row for row in rows if row]
    if not rows and not faults:
        faults.append(f"no sheet has a column {_heads('code')[0]}; sheets: {', '.join(sheets)}")
    faults += _twice(found)
    if faults:
        more = [f"and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
        message = N_("{file} is not a filled-in list of next steps:\n{faults}\nWhat to do: mend these cells, and run again.")
        raise BadActions(message, file=path.name, faults="\n".join(f"  - {fault}" for fault in [*faults[:SHOWN], *more]))
    table = pd.DataFrame(found, columns=["customer_id", "status_class", "result_class", "note", "done_on", "place"])
    return table.drop(columns=["place", "note"]).astype({"done_on": "datetime64[us]"})


def _heads(column: str) -> tuple[str, str]:
    """How a column is called, in either language."""
    return in_both(COLUMNS[column][0])


def _text(value) -> str:
    return "" if value is None or value != value else str(value).strip()


def _row(said: dict[str, str], place: str, known: set[str], faults: list[str]) -> dict | None:
    """One row as it is meant; what it is not goes to the faults."""
    if not any(said.values()):
        return None
    if said["code"] not in known:
        faults.append(f"{place}: no customer {said['code']!r} among those that the previous audit listed")
        return None
    codes = {}
    for column, closed in LISTS.items():
        by_label = {label.casefold(): one.value for one in closed for label in in_both(one.label)} | {"": ""}
        if said[column].casefold() not in by_label:
            faults.append(f"{place}: {said[column]!r} is no {column}; expected one of {', '.join(one.label for one in closed)}")
        codes[f"{column}_class"] = by_label.get(said[column].casefold(), "")
    day = typed_day(said["done_on"], DAYS)
    if said["done_on"] and day is None:
        faults.append(f"{place}: {said['done_on']!r} is no day; expected one such as 2026-01-31 or 31.01.2026")
    return {"customer_id": said["code"], **codes, "note": said["note"], "done_on": day, "place": place}


def _twice(rows: list[dict]) -> list[str]:
    seen: dict[str, str] = {}
    return [
        f"{row['place']}: {row['customer_id']!r} stands in {first} already"
        for row in rows
        if (first := seen.setdefault(row["customer_id"], row["place"])) != row["place"]
    ]

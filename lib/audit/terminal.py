"""What does the consultant see in the terminal? The gate, what `audit new` proposes, and a run's tables, as text."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from audit.core.labels import cell, label, named
from audit.i18n import mark as N_
from audit.i18n import render, shown
from audit.i18n import translate as _

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from audit.intake import IntakeResult
    from audit.intake.propose.base import Proposal

SHOWN = 10  # rows of a part that are printed; the rest stand in the tables


def gate(taken: IntakeResult) -> str:
    """Verdicts, doubts, every row's fate, effects of rules, controls, and the first rejected rows."""
    parts = [
        _part(_("Can these numbers be used?"), [_verdict(row) for row in taken.gate.iter_rows(named=True)]),
        _part(_("What to know about the data"), [_doubt(row) for row in taken.doubts.iter_rows(named=True)]),
        _part(_("What became of every row"), _columns(taken.reconciliation, ["table", "status", "reason", "rows", "amount"])),
        _part(_("What each declared rule does"), _columns(taken.effects, ["rule", "rows", "before", "after"])),
        _part(
            _("Our totals against those of others"),
            _columns(taken.controls, ["verdict", "control", "source", "period", "expected", "found", "difference"], SHOWN),
        ),
        _part(_("Rejected rows"), _columns(taken.quarantine, ["file", "sheet", "row", "reason", "content"], SHOWN)),
        _part(
            _("Pairs to decide in duplicates.csv"),
            _columns(taken.duplicates, ["proposal", "decision", "score", "reason", "name_a", "name_b"], SHOWN),
        ),
    ]
    return "\n".join(part for part in parts if part)


def proposal(found: Proposal) -> str:
    """What stands in each file, what it is taken for, a look at the lines, what has to be asked, and what to do next."""
    files = [
        f"{s.name}: {s.file}{f', {s.sheet}' if s.sheet else ''}: {_('{rows} {rows:row|rows}').format(rows=s.rows)}; {', '.join(s.columns)}"
        for s in found.sheets
    ]
    used = {
        name
        for mapping in found.tables.values()
        for name in (mapping["from"], *(way["source"] for way in mapping.get("lookup", {}).values()))
    }
    tables = [
        f"[tables.{name}] <- {mapping['from']}: " + ", ".join(f"{ours} = {_quoted(theirs)}" for ours, theirs in mapping["columns"].items())
        for name, mapping in found.tables.items()
    ]
    return "\n".join(
        part
        for part in [
            _part(_("What stands in the files"), files),
            _part(_("What it is taken for"), tables),
            _part(
                _("What is not used"),
                [f"{s.name}: {s.file}{f', {s.sheet}' if s.sheet else ''}" for s in found.sheets if found.tables and s.name not in used],
            ),
            _part(_("The first lines"), _columns(found.preview, found.preview.columns, 5)),
            _part(_("What has to be asked"), [f"? {about}: {question}" for about, question in found.questions.items()]),
            _("Written: {path}. Next: read it, answer its questions, then `audit check {folder}`.").format(
                path=found.path, folder=found.path.parent
            ),
        ]
        if part
    )


def _quoted(theirs) -> str:
    return " / ".join(theirs) if isinstance(theirs, list) else str(theirs)


def _part(title: str, lines: list[str]) -> str:
    return f"\n{title}\n" + "\n".join(f"  {line}" for line in lines) if lines else ""


def _verdict(row: dict) -> str:
    why = render(row["why"]).splitlines()[0] if row["why"] else ""
    more = f" (+{row['doubts'] - 1})" if row["doubts"] > 1 else ""
    return f"{row['verdict']:<7} {row['kind']:<8} {row['subject']:<11} {why}{more}".rstrip()


def _doubt(row: dict) -> str:
    money = f", {shown('amount', float(row['amount']))}" if row["amount"] is not None else ""
    where = f"\n          {_('where')}: {row['sample']}" if row["sample"] else ""
    said = f"{row['verdict']:<7} {render(row['doubt'])} ({row['rows']}{money})"
    return f"{said}{where}\n          {_('bias')}: {render(row['bias'])}\n          {_('to do')}: {render(row['action'])}"


def _columns(table: pl.DataFrame, names: list[str], most: int = 200) -> list[str]:
    """Rows as aligned columns; a cell is cut at 60 signs."""
    if table.is_empty():
        return []
    cells = [
        [label(name) for name in names],
        *([_cell(name, row[name]) for name in names] for row in table.head(most).iter_rows(named=True)),
    ]
    widths = [max((len(row[i]) for row in cells), default=0) for i in range(len(names))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return lines + ([_("and {count} more").format(count=len(table) - most)] if len(table) > most else [])


def _cell(name: str, value) -> str:
    if value is None:
        return ""
    if name == "row":
        return str(value)
    said = cell(name, float(value) if hasattr(value, "as_tuple") else value).replace("\n", " ")
    return said if len(said) <= 60 else f"{said[:59]}…"


def _move(row) -> str:
    """From which class to which, of what."""
    before, now = named("class_before", row.class_before), named("class_now", row.class_now)
    return f"{named('base_class', row.base_class)}: {before} → {now}"


def changes(tables: dict[str, pd.DataFrame]) -> str:
    """What moved between two runs: findings that moved or changed their verdict, moves between classes, and the customers with most
    money."""
    from audit.core.findings import in_unit
    from audit.steps.changes.codes import Moved

    found = tables["findings_moved"]
    moved = found[(found["before_verdict"] != found["now_verdict"]) | ~found["moved_class"].isin([Moved.CHANCE, Moved.SAME])]
    said = [f"[norms.{row.norm}] {row.before_value:g} → {row.now_value:g}" for row in tables["norms_moved"].itertuples()]
    said.append(_("Findings that moved: {moved} of {n}").format(moved=len(moved), n=len(found)))
    for row in moved.itertuples():
        values = f"{in_unit(row.before_value, row.unit, '')} → {in_unit(row.now_value, row.unit, '')}"
        verdicts = (
            f", {named('verdict', row.before_verdict)} → {named('verdict', row.now_verdict)}"
            if row.before_verdict != row.now_verdict
            else ""
        )
        said.append(f"  {row.step:<12} {_(row.title):<40} {values}{verdicts} ({named('moved_class', row.moved_class)})")
    parts = [
        (_("Classes"), [f"{_move(r)}: {r.customers}" for r in tables["classes_moved"].itertuples()]),
        (
            _("Customers who moved, by their code; the rest stands in the tables"),
            [f"{r.customer_id}: {_move(r)}" for r in tables["customers_moved"].head(SHOWN).itertuples()],
        ),
        (
            _("Not compared: only one of the runs has it"),
            [f"{run}: {', '.join(of['table'])}" for run, of in tables["only_in"].groupby("run", sort=False)],
        ),
    ]
    return "\n".join([*said, *(_part(title, lines) for title, lines in parts if lines)])


def tables(run: Path) -> str:
    """The tables of a run by name: what a row is, how many there are, the columns.

    Raises
    ------
    NoTable
        where the folder is no run.
    """
    import pyarrow.parquet as pq

    from audit.core import registry, store

    store.settings(run)  # says so where it is no run
    known, said = registry.tables(), []
    for path in sorted((run / "tables").glob("*.parquet")):
        read, row = pq.ParquetFile(path), known[path.stem].row if path.stem in known else ""
        said.append(f"{path.stem}: {read.metadata.num_rows:,}{f' x {row}' if row else ''}\n    {', '.join(read.schema_arrow.names)}")
    return "\n".join(said)


def table(run: Path, name: str, rows: int) -> str:
    """The first rows of a table as they are stored, and how many there are.

    Raises
    ------
    NoTable
        where the run does not hold it, with the names that are nearest.
    """
    found = _stored(run, name)
    said = found.head(rows).map(lambda value: render(value) if isinstance(value, str) else value)
    return f"{said.to_string(index=False)}\n{_('{rows} {rows:row|rows}').format(rows=shown('n', len(found)))}"


def _stored(run: Path, name: str) -> pd.DataFrame:
    from audit.core import registry, store

    store.settings(run)
    there = sorted(path.stem for path in (run / "tables").glob("*.parquet"))
    if name not in there and name not in registry.tables():
        near = ", ".join(difflib.get_close_matches(name, there, n=3, cutoff=0.4))
        message = N_("there is no table {table}{near}. What to do: `audit tables {run}` lists those of the run.")
        raise store.NoTable(message, table=name, near=f" ({near}?)" if near else "", run=run)
    return store.load(run, name)


def written(run: Path, name: str, target: Path) -> str:
    """The whole table in a file, by the file's ending.

    Raises
    ------
    AuditError
        for an ending that is none of these.
    """
    from audit.core import store
    from audit.core.errors import AuditError
    from audit.report import workbook

    found = _stored(run, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == ".csv":
        found.map(lambda value: workbook.cell(value) if isinstance(value, str) else value).to_csv(target, index=False, encoding="utf-8-sig")
    elif target.suffix == ".parquet":
        found.to_parquet(target, index=False)
    elif target.suffix == ".xlsx":
        with workbook.written(target, store.settings(run), title=name) as book:
            workbook.table(book, name, found)
    else:
        raise AuditError(N_("{file}: expected a name that ends in .csv, .xlsx or .parquet. What to do: name the file so."), file=target)
    return f"{target.resolve().as_uri()}"

"""Where do a run's tables and settings lie? Loading and saving, for notebooks; a sealed run never changes."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

from audit.core import registry
from audit.core.errors import AuditError
from audit.core.norms import SETTINGS
from audit.core.settings import Settings
from audit.core.tables.company import COMPANY
from audit.core.tables.schema import conformed, require
from audit.i18n import mark as N_
from audit.i18n import translate

if TYPE_CHECKING:
    import pandas as pd

NO_RUN = N_("no run in {folder}. What to do: run `make audit`, or give the folder of a run as run_dir.")
NOT_SAVED = N_("{table}: differs from the sealed run, shown but not saved; `make lab` opens a copy that can be changed")
MANIFEST = "manifest.json"  # its presence seals a run


class NoTable(AuditError):
    """A table that the run does not hold; the message says which step or export would bring it."""


def load(run_dir: str | Path, *names: str) -> pd.DataFrame | tuple[pd.DataFrame, ...]:
    """One table of a run, or several; money as float64.

    Raises
    ------
    NoTable
        naming the table, the run, and what would bring it.
    """
    found = tuple(_read(Path(run_dir), name) for name in names)
    for name, frame in zip(names, found, strict=True):
        if frame is None:
            step, folder = registry.writer(name), Path(run_dir).resolve()
            if step:
                raise NoTable(N_("no table {table} in {folder}. What to do: run step {step} first."), table=name, folder=folder, step=step)
            raise NoTable(
                N_("no table {table} in {folder}. What to do: add [tables.{table}] to the base's audit.toml."), table=name, folder=folder
            )
    return found[0] if len(names) == 1 else found


def maybe(run_dir: str | Path, *names: str) -> pd.DataFrame | None | tuple[pd.DataFrame | None, ...]:
    """Like load, for tables that a step merely uses: None where the run does not hold one."""
    found = tuple(_read(Path(run_dir), name) for name in names)
    return found[0] if len(names) == 1 else found


def _read(run_dir: Path, name: str) -> pd.DataFrame | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not run_dir.is_dir():
        raise NoTable(NO_RUN, folder=run_dir.absolute())
    path = run_dir / "tables" / f"{name}.parquet"
    if not path.is_file():
        return None
    table = pq.read_table(path)
    for i, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(pa.float64()))
        if pa.types.is_date(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(pa.timestamp("us")))
    frame = table.to_pandas()
    schema = registry.tables().get(name)
    return require(frame, schema) if schema else frame


def findings(run_dir: str | Path) -> pd.DataFrame:
    """The findings of every chapter that ran, in reading order; without the chapters' claims."""
    found = _found(run_dir)
    return found[found["role"] == ""].reset_index(drop=True)


def claims(run_dir: str | Path) -> pd.DataFrame:
    """What every chapter that ran concludes, in reading order: the claims that lead their findings."""
    found = _found(run_dir)
    return found[found["role"] != ""].reset_index(drop=True)


def _found(run_dir: str | Path) -> pd.DataFrame:
    from audit.core.findings import together

    found = together(*(found for found in maybe(run_dir, *registry.findings_tables()) if found is not None))
    return found.assign(role=found["role"].fillna("") if "role" in found.columns else "")  # runs of before there were claims have none


def doubts(run_dir: str | Path, step: str) -> pd.DataFrame:
    """What hangs over the numbers of a step: doubts that touch a table it stands on; those that refuse first, then by weight, unknown first.

    Raises
    ------
    NoStep
        naming the steps there are.
    """
    one, found = registry.by_name(step), _read(Path(run_dir), "doubts")
    if found is None or one.is_about_data:
        return registry.empty("doubts")
    rests_on = registry.stands_on(one)
    touching = found[found["touches"].map(lambda tables: bool(rests_on & set(tables.split()))).astype(bool)]
    order = touching.assign(_r=touching["verdict"] != "REFUSE", _s=-touching["share"].fillna(1.0))
    return order.sort_values(["_r", "_s"], kind="stable", ignore_index=True).drop(columns=["_r", "_s"])


def doubted(run_dir: str | Path, table: str) -> set[str]:
    """Customers whose rows of a table are in doubt, where a doubt concerns some and not others."""
    found = _read(Path(run_dir), "doubts")
    if found is None:
        return set()
    return {who for names in found.loc[found["table"] == table, "who"] if names for who in json.loads(names)}


def missing(run_dir: str | Path) -> dict[str, str]:
    """The tables a company could send that this run does not have, with what each would unlock."""
    there = {path.stem for path in (Path(run_dir) / "tables").glob("*.parquet")}
    return {table.name: table.unlocks for table in COMPANY if table.name not in there}


def settings(run_dir: str | Path) -> Settings:
    """The settings a run was made with: audit.toml, with its defaults resolved."""
    path = Path(run_dir) / SETTINGS
    if not path.is_file():
        raise NoTable(NO_RUN, folder=Path(run_dir).absolute())
    return Settings.model_validate(json.loads(path.read_text(encoding="utf-8")))


def save(run_dir: str | Path, **frames: pd.DataFrame) -> None:
    """Tables of a step into the run, as they are declared; the same table again changes nothing, and a sealed run is never changed.

    Raises
    ------
    BadTable
        for a table that is not what its declaration says.
    ValueError
        for a table that no step declares.
    """
    folder = Path(run_dir) / "tables"
    for name, frame in frames.items():
        if not registry.writer(name):
            raise ValueError(
                f"no step declares a table {name!r}; declare it in TABLES of the step's room, lib/audit/steps/<step>/__init__.py"
            )
        schema = registry.tables()[name]
        content, path = _parquet(require(conformed(frame, schema), schema)), folder / f"{name}.parquet"
        if path.is_file() and path.read_bytes() == content:
            continue
        if (Path(run_dir) / MANIFEST).exists():
            print(translate(NOT_SAVED).format(table=name))
        else:
            path.write_bytes(content)


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()

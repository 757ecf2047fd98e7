"""From which tables do the chapters start? Intake and ledger, into the run's folder; taken over where nothing that decides them has changed."""

from __future__ import annotations

import datetime as dt
import json
import time
from functools import partial
from pathlib import Path

from audit import edition, norms, steps, store
from audit.language import mark as N_
from audit.run import content, earlier, previous
from audit.settings import Settings


def tables(
    base: Path, settings: Settings, folder: Path, known: dict, files: dict[str, str], snapshots: Path, say
) -> tuple[Settings, dict[str, str], dict[str, str]]:
    """Tables and resolved settings into the run.

    Returns
    -------
    settings with what audit.toml left open; the steps that the data refuse, each with its reason; encoding or kind of each file.
    """
    clock, key, earlier_run = time.perf_counter(), content.tables(files, settings), previous.folder_of(base, settings)
    taken = earlier.taken_over(known, key, folder)
    if taken:
        origin, note = taken
        said = f"unchanged, taken from {origin}"
    else:
        say(f"  {'tables':<10} reading {settings.engine.lines or 'the exports'} ...")
        note, said = _made(base, settings, folder, snapshots)
        said += f", {time.perf_counter() - clock:.1f} s"
    open_ = {**note["resolved"], "observed_from": dt.date.fromisoformat(note["resolved"]["observed_from"])}
    settings = edition.settings_of(settings.model_copy(update={"base": settings.base.model_copy(update=open_)}), base)
    (folder / store.SETTINGS).write_text(settings.model_dump_json(by_alias=True, indent=1), encoding="utf-8")
    more = {"resolved": note["resolved"], "refused": note["refused"], "content": {} if settings.edition == "anonymous" else note["content"]}
    earlier.remember(folder, "tables", key, list((folder / "tables").glob("*.parquet")), **more)
    for name, table in previous.tables(earlier_run).items():
        table.to_parquet(folder / "tables" / f"{name}.parquet", index=False)
    say(f"  {'tables':<10} {said}")
    first = {} if earlier_run else {steps.CHANGES.name: N_("audit.toml names no previous run")}
    return settings, note["refused"] | first, note["content"]


def _made(base: Path, settings: Settings, folder: Path, snapshots: Path) -> tuple[dict, str]:
    """Intake and ledger at work: their tables written; what is to be remembered of them, and what to say."""
    import pyarrow.parquet as pq

    from audit import intake, ledger
    from audit.ledger import engine

    with engine.opened(settings.engine) as frame:
        far = elsewhere_of(base, settings, frame)
        taken = intake.take(base, settings, snapshots, elsewhere=far)
        resolved = _resolved(settings, taken.observed_from)
        write = partial(_write, folder / "tables")
        least = int(norms.value("smallest_group", settings))
        shown = edition.tables({**taken.tables, **taken.accounts}, settings, base, smallest_group=least)
        for name, table in shown.items():
            write(name, table, by_key=name in taken.tables)  # accounts stay in the order in which they are to be read
        ledger.tables(
            far.kept if far else frame(shown["lines"]),
            shown.get("customers"),
            products=shown.get("products"),
            as_of=settings.as_of,
            observed_from=taken.observed_from,
            burn_in_months=resolved["burn_in_months"],
            holdout_days=int(norms.value("holdout_days", settings)),
            novelty_days=int(norms.value("novelty_days", settings)),
            settle=engine.written(folder / "tables"),
        )
    refused = taken.gate.filter((taken.gate["kind"] == "chapter") & (taken.gate["verdict"] == "REFUSE"))
    note = {"resolved": resolved, "refused": dict(refused.select("subject", "why").iter_rows()), "content": taken.content}
    kept = taken.reconciliation.filter((taken.reconciliation["table"] == "lines") & (taken.reconciliation["status"] == "kept"))
    customers = pq.read_metadata(folder / "tables" / "history.parquet").num_rows
    return json.loads(json.dumps(note, default=str)), f"{kept['rows'].sum():,} lines of {customers:,} customers"


def elsewhere_of(base: Path, settings: Settings, frame):
    """The order lines that [engine] says lie elsewhere, judged; None where they are among the exports."""
    from audit.ledger import elsewhere

    lines = settings.engine.lines
    if not lines:
        return None
    place = lines if "://" in lines else str(base.resolve() / lines)
    return elsewhere.lines(frame(place), place=lines, as_of=settings.as_of, observed_from=settings.observed_from)


def _resolved(settings: Settings, observed_from: dt.date) -> dict:
    """What audit.toml left open, decided: first day observed, burn-in, unit of comparison."""
    from audit import periods

    seen = {"observed_from": observed_from, "as_of": settings.as_of}
    months = periods.burn_in_months(settings.burn_in_months, **seen)
    return {"observed_from": observed_from, "burn_in_months": months, "period": periods.choose(**seen, unit=settings.period)}


def _write(folder: Path, name: str, table, *, by_key: bool = False) -> None:
    from audit.tables import ALL

    key = [c for c in ALL[name].key if c in table.columns] if by_key else []
    (table.sort(key, maintain_order=True) if key else table).write_parquet(folder / f"{name}.parquet")

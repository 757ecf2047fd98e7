"""From which tables do the chapters start? Intake and ledger, into the run's folder; taken over where nothing that decides them has
changed."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from audit.core import edition, newcomers, norms, registry, store
from audit.core.settings import BadSettings, Settings
from audit.i18n import mark as N_
from audit.i18n import translate
from audit.run import cache, fingerprint, previous_run


@dataclass(frozen=True)
class Inputs:
    """What intake and ledger start from."""

    base: Path
    settings: Settings  # as audit.toml declares them
    decides: dict[str, str]  # what decides the tables, by name: hashes of files, of the key, of what lies elsewhere
    snapshots: Path  # where results of queries are kept


def tables(inputs: Inputs, folder: Path, *, known: dict, say: Callable[[str], None]) -> tuple[Settings, dict[str, str], dict[str, str]]:
    """Tables and resolved settings into the run.

    Returns
    -------
    settings with what audit.toml left open; the steps that the data refuse, each with its reason; encoding or kind of each file.
    """
    base, settings = inputs.base, inputs.settings
    clock, key, earlier_run = time.perf_counter(), fingerprint.tables(inputs.decides, settings), previous_run.folder_of(base, settings)
    taken = cache.taken_over(known, key, folder)
    if taken:
        origin, note = taken
        said = f"unchanged, taken from {origin}"
    else:
        say(f"  {'tables':<10} reading {settings.engine.lines or 'the exports'} ...")
        note, said = _made(inputs, folder)
        said += f", {time.perf_counter() - clock:.1f} s"
    open_ = {**note["resolved"], "observed_from": dt.date.fromisoformat(note["resolved"]["observed_from"])}
    settings = edition.settings_of(settings.model_copy(update={"base": settings.base.model_copy(update=open_)}), base)
    (folder / store.SETTINGS).write_text(settings.model_dump_json(by_alias=True, indent=1), encoding="utf-8")
    more = {
        "resolved": note["resolved"],
        "refused": note["refused"],
        "content": {} if settings.edition == "pseudonymous" else note["content"],
    }
    cache.remember(folder, "tables", key, list((folder / "tables").glob("*.parquet")), **more)
    for name, table in previous_run.tables(earlier_run, previous_run.filled_of(base, settings)).items():
        table.to_parquet(folder / "tables" / f"{name}.parquet", index=False)
    _of_the_consultant(base, settings, folder, say)
    say(f"  {'tables':<10} {said}")
    first = {} if earlier_run else {"changes": N_("audit.toml names no previous run")}
    return settings, note["refused"] | first, note["content"]


def _of_the_consultant(base: Path, settings: Settings, folder: Path, say: Callable[[str], None]) -> None:
    """The consultant's words as a table of the run, and the firm's picture; words may hold names, so that a pseudonymous edition has none."""
    from audit.report import words
    from audit.steps.verdicts.codes import Choice

    if settings.report.logo:
        logo = base / settings.report.logo
        if not logo.is_file():
            message = N_('[report] logo = "{logo}": no such file in {base}. What to do: put it there, or take the line out.')
            raise BadSettings(message, logo=settings.report.logo, base=base)
        shutil.copyfile(logo, folder / f"logo{logo.suffix.lower()}")
    path = base / words.FILE
    if not path.is_file():
        return
    if settings.edition == "pseudonymous":
        say(f"  {'words':<10} {translate(N_('left out of the pseudonymous edition: they may hold names'))}")
        return
    words.words(path, choices=tuple(choice.value for choice in Choice)).to_parquet(folder / "tables" / "words.parquet", index=False)


def _made(inputs: Inputs, folder: Path) -> tuple[dict, str]:
    """Intake and ledger at work: their tables written; what is to be remembered of them, and what to say."""
    import pyarrow.parquet as pq

    from audit import intake, ledger
    from audit.ledger import engine

    base, settings = inputs.base, inputs.settings
    with engine.opened(settings.engine) as frame:
        far = elsewhere_of(base, settings, frame)
        taken = intake.take(base, settings, inputs.snapshots, elsewhere=far)
        resolved = _resolved(settings, taken.observed_from)
        write = partial(_write, folder / "tables")
        least = norms.value("smallest_group", settings.norms)
        shown = edition.tables({**taken.tables, **taken.accounts}, settings, base, smallest_group=least)
        for name, table in shown.items():
            write(name, table, by_key=name in taken.tables)  # accounts stay in the order in which they are to be read
        ledger.tables(
            far.kept if far else frame(shown["lines"]),
            shown.get("customers"),
            products=shown.get("products"),
            outlets=_visited(shown),
            must_have=shown.get("must_have"),
            as_of=settings.as_of,
            observed_from=taken.observed_from,
            burn_in_months=resolved["burn_in_months"],
            holdout_days=norms.value("holdout_days", settings.norms),
            novelty_days=norms.value("novelty_days", settings.norms),
            materialise=engine.to_parquet(folder / "tables"),
        )
    _doubted(folder / "tables", settings.model_copy(update={"base": settings.base.model_copy(update=resolved)}))
    refused = taken.gate.filter((taken.gate["kind"] == "chapter") & (taken.gate["verdict"] == "REFUSE"))
    note = {"resolved": resolved, "refused": dict(refused.select("subject", "why").iter_rows()), "content": taken.content}
    kept = taken.reconciliation.filter((taken.reconciliation["table"] == "lines") & (taken.reconciliation["status"] == "kept"))
    customers = pq.read_metadata(folder / "tables" / "history.parquet").num_rows
    return json.loads(json.dumps(note, default=str)), f"{kept['rows'].sum():,} lines of {customers:,} customers"


def _doubted(tables: Path, settings: Settings) -> None:
    """Nobody's first purchase is taken as the first ever where old customers pause for as long as nobody counts as new (P13)."""
    import polars as pl
    import polars.selectors as cs

    read = lambda name, *columns: (
        pl.read_parquet(tables / f"{name}.parquet", columns=columns).with_columns(cs.date().cast(pl.Datetime("us"))).to_pandas()
    )
    panel, history = read("panel", "customer_id", "period"), read("history", "customer_id", "first_on", "is_first_known")
    is_known = newcomers.judged(panel, history, settings, most_share=norms.value("newcomers_doubt_share", settings.norms))
    if (is_known != history["is_first_known"]).any():
        told = pl.read_parquet(tables / "history.parquet").with_columns(is_first_known=pl.Series(is_known.to_numpy()))
        told.write_parquet(tables / "history.parquet")


def _visited(shown: dict):
    """The customers that somebody visits, or whose orders are known by the hour; None where there are none."""
    import polars as pl

    there = [shown[name].select("customer_id") for name in ("visits", "outlets", "orders") if name in shown]
    return pl.concat(there).unique().sort("customer_id") if there else None


def elsewhere_of(base: Path, settings: Settings, frame):
    """The order lines that [engine] says lie elsewhere, judged; None where they are among the exports."""
    from audit.ledger import external

    lines = settings.engine.lines
    if not lines:
        return None
    place = lines if "://" in lines else str(base.resolve() / lines)
    return external.lines(frame(place), place=lines, as_of=settings.as_of, observed_from=settings.observed_from)


def _resolved(settings: Settings, observed_from: dt.date) -> dict:
    """What audit.toml left open, decided: first day observed, burn-in, unit of comparison."""
    from audit.core import periods

    seen = {"observed_from": observed_from, "as_of": settings.as_of}
    months = periods.burn_in_months(settings.burn_in_months, **seen)
    return {"observed_from": observed_from, "burn_in_months": months, "period": periods.choose(**seen, unit=settings.period)}


def _write(folder: Path, name: str, table, *, by_key: bool = False) -> None:
    key = [c for c in registry.tables()[name].key if c in table.columns] if by_key else []
    (table.sort(key, maintain_order=True) if key else table).write_parquet(folder / f"{name}.parquet")

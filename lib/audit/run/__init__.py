"""How does a base become a report? Intake and ledger, then the notebooks in order of what they read, then the pages.

    context       what the parts of one run share
    fingerprint   what decides a result: hashes of files, code, settings, tables
    cache         what of an earlier run still holds, and is taken over
    build_tables  intake and ledger: exports -> tables
    notebooks     papermill: one notebook, and all of them in order
    kernels       forked from a server that has imported everything
    previous_run  what is kept of an earlier run, to say what moved
    actions_done  what came of its next steps
    lab           where an analyst starts
    render        chapters and pages of a run in a language, also of a run that is sealed
    run_folder    where a run lies: built beside, moved when whole, sealed, or kept apart when it failed

A run is built in a temporary folder, renamed when whole, then sealed by its manifest; the same inputs, settings, norms, code and steps have
the same name and are not run again, and of a changed one only the steps are run whose hash is new.
"""

from __future__ import annotations

import datetime as dt
import platform
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from audit import i18n
from audit.core import edition, registry, store
from audit.core import settings as settings_module
from audit.core.errors import AuditError
from audit.core.settings import Settings, Source
from audit.i18n import mark as N_
from audit.run import build_tables, cache, fingerprint, kernels, previous_run, render, run_folder
from audit.run.context import Run
from audit.run.fingerprint import ROOT
from audit.run.notebooks import environment, only_python, swept
from audit.run.render import NOTEBOOKS
from audit.run.run_folder import StepFailed

__all__ = ["NOTEBOOKS", "OUTPUTS", "Outcome", "StepFailed", "check", "field_day", "forms", "run"]
OUTPUTS = ROOT / "outputs"
MADE_WITH = ("audit", "pandas", "polars", "narwhals", "scipy", "matplotlib", "papermill", "nbconvert")


class FilesChanged(AuditError):
    """Exports that were not the same at the end of reading as at its beginning."""


@dataclass(frozen=True)
class Outcome:
    folder: Path
    is_new: bool
    skipped: dict[str, str]  # steps not run, and why


def run(
    base: Path,
    *,
    outputs: Path = OUTPUTS,
    notebooks: Path = NOTEBOOKS,
    only: list[str] | None = None,
    force: bool = False,
    say: Callable[[str], None] = print,
) -> Outcome:
    """Audit the base in that folder.

    Parameters
    ----------
    base
        folder with the exports and audit.toml.
    only
        names of the steps to run (with those they need); default: all.
    force
        rebuild a run that exists, beside it and from nothing, and compare.

    Raises
    ------
    BadSettings, BadExport, BadTable, StepFailed
        each saying what was expected, what came, where, and what to do.
    """
    settings = settings_module.read(base)
    with environment(settings.languages[0]):
        kernels.warm()  # it imports while we go on
    chosen = _chosen(only)
    only_python(chosen, notebooks)
    raw, home = outputs / base.resolve().name, outputs / edition.home(base, settings)
    files = _files(base, settings, raw / "queries")
    before = fingerprint.of_files(files)
    decides = before | _read_anew(settings) | edition.fingerprint(base, settings) | previous_run.decides(base, settings)
    identity = fingerprint.run(decides, settings, chosen, notebooks)
    name = f"{settings.as_of}-{identity[:12]}"
    target = home / name
    if (target / store.MANIFEST).is_file() and not force:
        say(f"nothing has changed since run {name}; --force rebuilds it and compares")
        if not only:
            run_folder.point(home, name)
        return Outcome(target, is_new=False, skipped=run_folder.manifest(target)["skipped"])
    home.mkdir(parents=True, exist_ok=True)
    swept()
    with run_folder.locked(home), run_folder.building(home, name, is_told=settings.edition != "pseudonymous") as folder:
        clock = time.perf_counter()
        known = {} if force else cache.records(home)
        threading.Thread(target=kernels.register, daemon=True).start()  # papermill takes a second to import
        inputs = build_tables.Inputs(base, settings, decides, raw / "queries")
        settings, refused, read_as = build_tables.tables(inputs, folder, known=known, say=say)
        _still(files, before, base)
        skipped = _not_run(chosen, folder, refused, say)
        listed = edition.inputs_of([_input(file, before, read_as) for file in files], settings)
        about = {"inputs": listed, "versions": _versions(identity), "skipped": skipped}
        made = Run(name, folder, settings, [step for step in chosen if step.name not in skipped], notebooks, about, known, say)
        languages, printed = render.told_of(target, settings.languages)
        seconds = render.in_languages(made, languages)
        render.in_forms(folder, settings, printed, say)
        took = {"total": round(time.perf_counter() - clock, 2), **seconds}
        render.seal(
            folder, settings, {"run": name, "identity": identity, "program": fingerprint.program(notebooks), **about, "seconds": took}
        )
        if target.exists():
            run_folder.compare(target, folder, say)
        else:
            folder.replace(target)
    if not only:  # a part of the audit never stands in the place of the whole
        run_folder.point(home, name)
    return Outcome(target, is_new=True, skipped=skipped)


def _input(file: Path, hashes: dict[str, str], kinds: dict[str, str]) -> dict:
    """What the manifest says of a file: its size and hash, and as what it was read (of an archive, its first member)."""
    read_as = next((kind for name, kind in kinds.items() if name.split("/")[0] == file.name), "")
    return {"file": file.name, "bytes": file.stat().st_size, "sha256": hashes[fingerprint.name_of(file)], "read_as": read_as}


def _still(files: list[Path], before: dict[str, str], base: Path) -> None:
    """That the files are what they were when the run began (fault 29)."""
    if fingerprint.of_files(files) != before:
        raise FilesChanged(
            N_("the files of {base} changed while they were read. What to do: close them elsewhere and run again."), base=base
        )


def _files(base: Path, settings: Settings, snapshots: Path) -> list[Path]:
    """All files that a run reads, the results of its queries among them."""
    from audit.intake.checks import duplicates
    from audit.intake.readers import read, sql
    from audit.report import words

    given = [*settings.sources.values(), *([Source(file=settings.base.forms)] if settings.base.forms else [])]
    found = {path for source in given for path in read.files_of(base, source)}
    own = [base / name for name in (duplicates.REVIEW, words.FILE, settings.report.logo or "") if name]
    lines = settings.engine.lines
    far = base.glob(lines) if lines and "://" not in lines else ()
    return [*sorted(found | {path for path in own if path.is_file()} | set(far)), *sql.snapshots(settings, snapshots)]


def _read_anew(settings: Settings) -> dict[str, str]:
    """What lies at an address may have changed without our seeing it: it is never taken for unchanged, so the moment of reading decides."""
    lines = settings.engine.lines or ""
    return {lines: dt.datetime.now(dt.timezone.utc).isoformat()} if "://" in lines else {}


def check(base: Path, outputs: Path = OUTPUTS):
    """The gate alone: what intake finds, and the folder where it wrote gate, doubts, quarantine and the rest as tables.

    `duplicates.csv` in the base's folder is written anew with the pairs to decide; decisions already in it stay.
    """
    from audit import intake
    from audit.intake.checks import duplicates
    from audit.intake.readers import sql
    from audit.ledger import engine

    settings = settings_module.read(base)
    home = outputs / base.resolve().name
    sql.snapshots(settings, home / "queries")
    with engine.opened(settings.engine) as frame:
        taken = intake.check(base, settings, home / "queries", elsewhere=build_tables.elsewhere_of(base, settings, frame))
    folder = home / "check"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, table in taken.accounts.items():
        (folder / f"{name}.csv").write_bytes(intake.as_csv(table))
    if len(taken.duplicates):
        run_folder.replace(base / duplicates.REVIEW, duplicates.review(taken.duplicates))
    return taken, folder


def forms(base: Path, outputs: Path = OUTPUTS) -> list[Path]:
    """Workbooks to be filled in by hand, from the base's latest run, in the base's first language: outputs/<base>/forms/.

    Raises
    ------
    NoRun, NoForms
        where the base has no run, or no key account.
    """
    from audit.steps.dossiers import forms_workbook

    settings = settings_module.read(base)
    home = outputs / edition.home(base, settings)
    latest = (home / "latest").resolve()
    if not (latest / store.MANIFEST).is_file():
        message = N_("no run of {base} lies in {home}. What to do: `audit run data/{base}`, then ask for its forms again.")
        raise run_folder.NoRun(message, base=home.name, home=home)
    with environment(settings.languages[0]):
        return forms_workbook.write(latest, home / "forms", store.settings(latest))


def field_day(base: Path, day: dt.date, outputs: Path = OUTPUTS) -> list[Path]:
    """The list of the evening for the call centre, from the exports as they are now: outputs/<base>/field/<day>.xlsx and .csv.

    Raises
    ------
    NoVisits
        where the base has no visits, or none of that day.
    """
    from audit import intake
    from audit.core import norms
    from audit.steps.field import call_list

    settings = settings_module.read(base)
    home = outputs / edition.home(base, settings)
    taken = intake.take(base, settings, home / "queries")
    minutes = {f"{name}_minutes": int(norms.value(f"field_{name}_minutes", settings.norms)) for name in ("cutoff", "recovery")}
    tables = {
        name: table.to_pandas() for name, table in taken.tables.items() if name in ("visits", "orders", "outlets", "customers", "managers")
    }
    lines = taken.tables["lines"].select("customer_id", "date", "amount").to_pandas().astype({"amount": "float64"})
    lines["date"] = lines["date"].astype("datetime64[us]")
    tables["visits"] = (
        tables["visits"].astype({"planned_on": "datetime64[us]"}) if "planned_on" in tables.get("visits", ()) else tables.get("visits")
    )
    with environment(settings.languages[0]):
        table = call_list.call_list(tables | {"lines": lines}, settings, day=day)
        return call_list.write(table, settings, home / "field", day=day, **minutes)


def _chosen(only: list[str] | None) -> list[registry.Step]:
    """The steps asked for and those whose tables they need, in reading order."""
    if not only:
        return list(registry.steps())
    wanted, pending = set(), [registry.by_name(name) for name in only]
    while pending:
        step = pending.pop()
        if step.name not in wanted:
            wanted.add(step.name)
            pending += [registry.by_name(registry.writer(table)) for table in step.reads if registry.writer(table)]
    return [step for step in registry.steps() if step.name in wanted]


def _versions(identity: str) -> dict[str, str]:
    return {
        "python": platform.python_version(),
        **{name: version("customer-base-audit" if name == "audit" else name) for name in MADE_WITH},
        "identity": identity,
    }


def _not_run(chosen: list[registry.Step], folder: Path, refused: dict[str, str], say: Callable[[str], None]) -> dict[str, str]:
    """The steps that the data refuse or whose tables are missing, each with the reason, which is said."""
    there = {path.stem for path in (folder / "tables").glob("*.parquet")}
    there |= {table for step in chosen if step.name not in refused for table in step.writes}
    skipped = {}
    for step in chosen:
        missing = registry.missing(step, there)
        if step.name in refused:
            skipped[step.name] = refused[step.name]
        elif missing:
            skipped[step.name] = i18n.stored(registry.ABSENT, tables=", ".join(missing))
    for step, why in skipped.items():
        say(f"  {step:<10} {i18n.translate(N_('not run: {why}')).format(why=i18n.render(why))}")
    return skipped

"""How does a base become a report? Intake and ledger, then the notebooks in order of what they read, then the pages.

The only module that knows papermill. A run is built in a temporary folder, renamed when whole, then sealed by its
manifest; the same inputs, settings, norms, code and steps have the same name and are not run again. A failed run lies
in `failed/` with its notebook and a message, and never touches a good one.
"""

from __future__ import annotations

import ast
import hashlib
import json
import multiprocessing
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from audit import intake, ledger, norms, periods, steps, store, tables
from audit import settings as settings_module
from audit.intake import duplicates, read, sql
from audit.settings import Settings

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
OUTPUTS = ROOT / "outputs"
CELL_SECONDS = 1800
LANES = 2
MADE_WITH = ("audit", "pandas", "polars", "narwhals", "scipy", "matplotlib", "papermill", "nbconvert")


class StepFailed(RuntimeError):
    """A notebook that raised; the message names step, cell and error, and where the failed notebook lies."""


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
        rebuild a run that exists, beside it, and compare.

    Raises
    ------
    BadSettings, BadExport, BadTable, StepFailed
        each saying what was expected, what came, where, and what to do.
    """
    settings = settings_module.read(base)
    chosen = _chosen(only)
    snapshots = outputs / base.resolve().name / "queries"
    files = [*_files(base, settings), *sql.snapshots(settings, snapshots)]
    before = _hashes(files)
    identity = _identity(before, settings, chosen, notebooks)
    name = f"{settings.as_of}-{identity[:12]}"
    home = outputs / base.resolve().name
    target = home / name
    if (target / store.MANIFEST).is_file() and not force:
        manifest = json.loads((target / store.MANIFEST).read_text(encoding="utf-8"))
        say(f"nothing has changed since run {name}; --force rebuilds it and compares")
        if not only:
            _point(home, name)
        return Outcome(target, is_new=False, skipped=manifest["skipped"])
    home.mkdir(parents=True, exist_ok=True)
    with _locked(home), _building(home, name) as folder:
        clock = time.perf_counter()
        settings, refused, content = _prepare(base, settings, folder, say, snapshots)
        if _hashes(files) != before:
            changed = f"the files of {base} changed while they were read"
            raise settings_module.BadSettings(f"{changed}. What to do: close them elsewhere and run again.")
        skipped = _not_run(chosen, folder, refused)
        for step, why in skipped.items():
            say(f"  {step:<10} not run: {why}")
        runnable = [step for step in chosen if step.name not in skipped]
        seconds = {language: _notebooks(runnable, folder, settings, language, notebooks, say) for language in settings.languages}
        made = {
            "inputs": [_input(file, before[file.name], content) for file in files],
            "versions": _versions(identity),
            "skipped": skipped,
        }
        _pages(folder, settings, name, made)
        _seal(folder, {"run": name, "identity": identity, **made, "seconds": {"total": round(time.perf_counter() - clock, 2), **seconds}})
        if target.exists():
            _compare(target, folder, say)
        else:
            folder.replace(target)
    if not only:  # a part of the audit never stands in the place of the whole
        _point(home, name)
    return Outcome(target, is_new=True, skipped=skipped)


def _input(file: Path, sha256: str, content: dict[str, str]) -> dict:
    """What the manifest says of a file: its size and hash, and as what it was read (of an archive, its first member)."""
    read_as = next((kind for name, kind in content.items() if name.split("/")[0] == file.name), "")
    return {"file": file.name, "bytes": file.stat().st_size, "sha256": sha256, "read_as": read_as}


def _pages(folder: Path, settings: Settings, name: str, made: dict) -> None:
    """The report of a run in each of its languages."""
    from audit import report

    for language in settings.languages:
        with _language(language):
            where = {"notebooks": folder / "notebooks" / language, "target": folder / "report" / language}
            report.pages(**where, settings=settings, run=name, **made)


def _seal(folder: Path, manifest: dict) -> None:
    """Write the manifest, with the hash of every table and page: from now on the run never changes."""
    outputs = [path for path in sorted(folder.rglob("*")) if path.suffix in {".parquet", ".html"}]
    manifest["outputs"] = {str(path.relative_to(folder)): _hash(path) for path in outputs}
    (folder / store.MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")


def check(base: Path, outputs: Path = OUTPUTS) -> tuple[intake.Taken, Path]:
    """The gate alone: what intake finds, and the folder where it wrote gate, defects, quarantine and the rest as tables.

    `duplicates.csv` in the base's folder is written anew with the pairs to decide; decisions already in it stay.
    """
    settings = settings_module.read(base)
    home = outputs / base.resolve().name
    sql.snapshots(settings, home / "queries")
    taken = intake.check(base, settings, home / "queries")
    folder = home / "check"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, table in taken.accounts.items():
        (folder / f"{name}.csv").write_bytes(intake.as_csv(table))
    if len(taken.duplicates):
        _replace(base / duplicates.REVIEW, duplicates.review(taken.duplicates))
    return taken, folder


def _replace(path: Path, content: bytes) -> None:
    """Write a file in one move, so that a failure never leaves half of it."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(content)
    beside.replace(path)


def _chosen(only: list[str] | None) -> list[steps.Step]:
    """The steps asked for and those whose tables they need, in reading order."""
    if not only:
        return list(steps.ALL)
    wanted, pending = set(), [steps.by_name(name) for name in only]
    while pending:
        step = pending.pop()
        if step.name not in wanted:
            wanted.add(step.name)
            pending += [steps.by_name(steps.writer(table)) for table in step.reads if steps.writer(table)]
    return [step for step in steps.ALL if step.name in wanted]


def _files(base: Path, settings: Settings) -> list[Path]:
    found = {path for source in settings.sources.values() for path in read.files_of(base, source)}
    review = base / duplicates.REVIEW
    return sorted(found | ({review} if review.is_file() else set()))


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hashes(files: list[Path]) -> dict[str, str]:
    return {file.name: _hash(file) for file in files}


def _identity(files: dict[str, str], settings: Settings, chosen: list[steps.Step], notebooks: Path) -> str:
    """Hash of everything that decides the report."""
    code = [p for p in sorted((ROOT / "lib" / "audit").rglob("*")) if p.is_file() and "__pycache__" not in p.parts]
    code += sorted(notebooks.glob("*.ipynb"))
    lock = ROOT / "requirements.lock"
    parts = {
        "files": files,
        "settings": settings.model_dump(mode="json", by_alias=True),
        "code": {str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name: _hash(path) for path in code},
        "lock": _hash(lock) if lock.is_file() else "",
        "steps": [step.name for step in chosen],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _versions(identity: str) -> dict[str, str]:
    return {
        "python": platform.python_version(),
        **{name: version("customer-base-audit" if name == "audit" else name) for name in MADE_WITH},
        "identity": identity,
    }


@contextmanager
def _locked(home: Path):
    from filelock import FileLock, Timeout

    try:
        with FileLock(home / ".lock", timeout=0):
            yield
    except Timeout as error:
        raise settings_module.BadSettings(f"another run of {home.name} is under way. What to do: wait for it to end.") from error


@contextmanager
def _building(home: Path, name: str):
    """A temporary folder for the run; on failure it becomes failed/<run> with the message."""
    folder = home / f".building-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tables").mkdir(parents=True)
    try:
        yield folder
    except BaseException as error:
        failed = home / "failed" / name
        shutil.rmtree(failed, ignore_errors=True)
        failed.parent.mkdir(exist_ok=True)
        (folder / "failure.txt").write_text(str(error) or type(error).__name__, encoding="utf-8")
        folder.replace(failed)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(
    base: Path, settings: Settings, folder: Path, say, snapshots: Path | None = None
) -> tuple[Settings, dict[str, str], dict[str, str]]:
    """Intake and ledger: tables and resolved settings into the run; steps that the data refuse; encoding or kind of each file."""
    clock = time.perf_counter()
    taken = intake.take(base, settings, snapshots)
    settings = _resolved(settings, taken)
    made = ledger.tables(
        taken.tables["lines"],
        taken.tables.get("customers"),
        as_of=settings.as_of,
        observed_from=settings.observed_from,
        burn_in_months=settings.burn_in_months,
        products=taken.tables.get("products"),
        holdout_days=int(norms.value("holdout_days", settings)),
        novelty_days=int(norms.value("novelty_days", settings)),
    )
    found = taken.tables | {name: frame.to_native() for name, frame in made.items()}
    for name, frame in found.items():
        key = [c for c in tables.ALL[name].key if c in frame.columns]
        frame.sort(key, maintain_order=True).write_parquet(folder / "tables" / f"{name}.parquet")
    for name, frame in taken.accounts.items():  # in the order in which they are to be read
        frame.write_parquet(folder / "tables" / f"{name}.parquet")
    text = settings.model_dump_json(by_alias=True, indent=1)
    (folder / store.SETTINGS).write_text(text, encoding="utf-8")
    say(
        f"  {'tables':<10} {len(taken.tables['lines']):,} lines of {len(found['history']):,} customers, {time.perf_counter() - clock:.1f} s"
    )
    refused = taken.gate.filter((taken.gate["kind"] == "chapter") & (taken.gate["verdict"] == "REFUSE"))
    return settings, dict(refused.select("subject", "why").iter_rows()), taken.content


def _resolved(settings: Settings, taken: intake.Taken) -> Settings:
    """The settings with what audit.toml left open decided: first day observed, burn-in, unit of comparison."""
    seen = {"observed_from": taken.observed_from, "as_of": settings.as_of}
    months = ledger.burn_in_months(settings.burn_in_months, **seen)
    unit = periods.choose(**seen, unit=settings.period)
    base = settings.base.model_copy(update={"observed_from": taken.observed_from, "burn_in_months": months, "period": unit})
    return settings.model_copy(update={"base": base})


def _not_run(chosen: list[steps.Step], folder: Path, refused: dict[str, str]) -> dict[str, str]:
    there = {path.stem for path in (folder / "tables").glob("*.parquet")}
    there |= {table for step in chosen if step.name not in refused for table in step.writes}
    skipped = {}
    for step in chosen:
        missing = [table for table in step.reads if table not in there]
        if step.name in refused:
            skipped[step.name] = refused[step.name]
        elif missing:
            skipped[step.name] = f"needs {', '.join(missing)}"
    return skipped


def _notebooks(chosen: list[steps.Step], folder: Path, settings: Settings, language: str, notebooks: Path, say) -> dict[str, float]:
    """Execute the steps' notebooks, each after those whose tables it takes, two at a time; seconds by step.

    A failure stops the steps that depend on it; the others are finished, then the run fails.
    """
    where = folder / "notebooks" / language
    where.mkdir(parents=True)
    graph = steps.ordered(chosen)
    graph.prepare()
    timings, failures, stopped, running = {}, {}, set(), {}
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(LANES, mp_context=spawn) as pool:
        while graph.is_active():
            for name in graph.get_ready():
                step = steps.by_name(name)
                if steps.depends(step) & stopped:
                    stopped.add(name)
                    graph.done(name)
                    say(f"  {name:<10} not run: a step it depends on failed")
                    continue
                source = notebooks / step.notebook
                given = {"run_dir": "../..", **_overrides(source, settings)}
                running[pool.submit(execute, source, where / step.notebook, given, _kernel_environment(language))] = name
            if not running:
                continue
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                name = running.pop(future)
                graph.done(name)
                seconds, failure = future.result()
                timings[name] = round(seconds, 2)
                if failure:
                    failures[name] = failure
                    stopped.add(name)
                say(f"  {name:<10} {'FAILED' if failure else 'done'}, {seconds:.1f} s")
    if failures:
        lines = [f"step {name!r}, {what}" for name, what in failures.items()]
        kept = folder.parent / "failed" / folder.name.removeprefix(".building-") / "notebooks" / language
        raise StepFailed("\n".join(lines) + f"\nThe failed notebooks are kept in {kept}. The last good report is untouched.")
    return timings


def _overrides(notebook: Path, settings: Settings) -> dict[str, float]:
    """Norms that audit.toml overrides, by the parameter of this notebook that holds them."""
    return {name: settings.norms[norm].value for name, norm in norm_parameters(notebook).items() if norm in settings.norms}


def norm_parameters(notebook: Path) -> dict[str, str]:
    """The notebook's parameters whose default is a norm of the register: parameter -> norm.

    Read from the cell tagged `parameters`, lines such as `horizon_days: int = norms.value("repeat_horizon_days")`.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    found = {}
    for cell in cells:
        if "parameters" in cell["metadata"].get("tags", []):
            for node in ast.parse("".join(cell["source"])).body:
                match node:
                    case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(args=[ast.Constant(value=str() as norm)])):
                        found[name] = norm
    return found


def _kernel_environment(language: str) -> dict[str, str]:
    return {
        "LANGUAGE": language, "PYTHONHASHSEED": "0", "TZ": "UTC", "MPLBACKEND": "agg", "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "POLARS_MAX_THREADS": "2",
    }  # fmt: skip


def execute(source: Path, target: Path, given: dict, environment: dict[str, str]) -> tuple[float, str]:
    """Execute one notebook in a kernel of its own; seconds, and what failed in which cell (empty: nothing).

    papermill warns about a parameter that the notebook does not declare and writes its name as code: so names are
    checked against the notebook first (faults 36, 37). A cell that is not `completed` is a failure (fault 43).
    """
    import papermill

    os.environ.update(environment)
    clock = time.perf_counter()
    declared = papermill.inspect_notebook(str(source))
    if unknown := sorted(set(given) - set(declared)):
        return 0.0, f"its cell tagged `parameters` does not declare {', '.join(unknown)}"
    failure = ""
    try:
        with tempfile.TemporaryDirectory(prefix="audit") as sockets:
            done = papermill.execute_notebook(
                str(source), str(target), parameters=given, kernel_name="python3", cwd=str(target.parent), progress_bar=False,
                request_save_on_cell_execute=False, execution_timeout=CELL_SECONDS, log_output=False, config=_transport(sockets),
                extra_arguments=["--IPKernelApp.log_level=50"],
            )  # fmt: skip
        unfinished = [
            i
            for i, c in enumerate(done.cells)
            if c.cell_type == "code" and c.source and c.metadata.get("papermill", {}).get("status") != "completed"
        ]
        if unfinished:
            failure = f"cell {unfinished[0]}: did not complete"
    except papermill.PapermillExecutionError as error:
        failure = f"cell {error.cell_index}: {error.ename}: {error.evalue}"
    except Exception as error:  # a dead kernel, a timeout: reported as the step's failure, with its own words
        failure = f"{type(error).__name__}: {error}"
    return time.perf_counter() - clock, failure


def _transport(sockets: str):
    """Kernels talk over sockets in a folder of their own where there are any: TCP ports race when two kernels start at once."""
    from traitlets.config import Config

    return Config() if os.name == "nt" else Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/k"}})


@contextmanager
def _language(language: str):
    before = os.environ.get("LANGUAGE")
    os.environ["LANGUAGE"] = language
    try:
        yield
    finally:
        os.environ.pop("LANGUAGE") if before is None else os.environ.update(LANGUAGE=before)


def _compare(good: Path, rebuilt: Path, say) -> None:
    """Say whether a rebuilt run equals the sealed one; keep it beside and fail if it does not."""
    old, new = (json.loads((folder / store.MANIFEST).read_text(encoding="utf-8"))["outputs"] for folder in (good, rebuilt))
    differ = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    if not differ:
        say("rebuilt: every table and page is the same, byte for byte")
        return
    beside = good.with_name(f"{good.name}.rebuilt")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(rebuilt, beside)
    raise StepFailed(f"the rebuilt run differs from the sealed one in {', '.join(differ)}; it is kept in {beside}")


def _point(home: Path, name: str) -> None:
    """`latest` -> the run, changed in one move."""
    link = home / f".latest-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(name, target_is_directory=True)
    link.replace(home / "latest")


def open_copy(base: str = "demo", outputs: Path = OUTPUTS) -> Path:
    """outputs/<base>/lab: an unsealed copy of the latest run, in which steps build on each other."""
    latest, lab = outputs / base / "latest", outputs / base / "lab"
    shutil.rmtree(lab, ignore_errors=True)
    shutil.copytree(latest.resolve(), lab, ignore=shutil.ignore_patterns(store.MANIFEST, "report"))
    return lab


def lab(base: str = "demo") -> int:
    """Open JupyterLab on the notebooks, with an open copy of the base's latest run as `outputs/<base>/lab`."""
    open_copy(base)
    return os.spawnv(
        os.P_WAIT,
        sys.executable,
        [sys.executable, "-m", "jupyterlab", "--notebook-dir", str(ROOT), "--LabApp.default_url=/lab/tree/notebooks"],
    )


def norm_table() -> str:
    """The register of norms as text, for `audit norms`."""
    rows = [f"{n.id:<26} {n.kind:<8} {n.direction:<9} {n.value:<8g} {n.unit:<7} {n.meaning}" for n in norms.register().values()]
    return "\n".join(rows)

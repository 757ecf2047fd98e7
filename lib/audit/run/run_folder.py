"""Where does a run lie? Built beside the good ones, moved when whole, sealed; a failed one is kept apart."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from audit.core import store
from audit.core.errors import AuditError
from audit.i18n import mark as N_
from audit.run import fingerprint

BUILDING, REPLACED = ".building-", ".replaced-"


class NoRun(AuditError):
    """No run in a folder, or none that can be used; the message says which would do."""


def of_a_run(folder: Path) -> Path:
    """The folder, where a sealed run lies in it.

    Raises
    ------
    NoRun
        naming what lies there instead.
    """
    if (folder / store.MANIFEST).is_file():
        return folder
    if not folder.is_dir():
        raise NoRun(N_("there is no folder {folder}. What to do: give the folder of a run, outputs/<base>/<run>."), folder=folder)
    if (folder / "audit.toml").is_file():
        message = N_("{folder} is the folder of a base, not of a run. What to do: `audit run {folder}`, then give outputs/{name}/latest.")
        raise NoRun(message, folder=folder, name=folder.resolve().name)
    raise NoRun(N_("no sealed run in {folder}. What to do: give the folder of a run, outputs/<base>/<run>."), folder=folder)


class Busy(AuditError):
    """Another run of the base is under way."""


class StepFailed(AuditError):
    """A notebook that raised; the message names step, cell and error, and where the failed notebook lies."""


@contextmanager
def locked(home: Path):
    """Only one run of a base at a time."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(home / ".lock", timeout=0):
            yield
    except Timeout as error:
        raise Busy(N_("another run of {base} is under way. What to do: wait for it to end."), base=home.name) from error


@contextmanager
def building(home: Path, name: str, *, is_told: bool = True):
    """A temporary folder for the run; on failure it becomes failed/<run> with the message, where this may be told: it can name files and
    customers. What a killed run left is removed."""
    for left in [*home.glob(f"{BUILDING}*"), *home.glob(f"lab/{BUILDING}*")]:
        shutil.rmtree(left)
    for left in home.glob(".latest-*"):
        left.unlink()
    for old in home.glob(f"{REPLACED}*"):
        good = old.with_name(old.name.removeprefix(REPLACED))
        shutil.rmtree(old) if good.exists() else old.replace(good)
    folder = home / f"{BUILDING}{name}"
    (folder / "tables").mkdir(parents=True)
    try:
        yield folder
    except BaseException as error:
        failed = failed_of(folder)
        shutil.rmtree(failed, ignore_errors=True)
        failed.parent.mkdir(exist_ok=True)
        (folder / "failure.txt").write_text((is_told and str(error)) or type(error).__name__, encoding="utf-8")
        folder.replace(failed)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def failed_of(folder: Path) -> Path:
    """Where a run that is being built will lie if it fails."""
    return folder.parent / "failed" / folder.name.removeprefix(BUILDING)


def seal(folder: Path, manifest: dict) -> None:
    """Write the manifest, with the hash of every table and page: from now on the run never changes."""
    manifest = {**manifest, "outputs": {str(path.relative_to(folder)): fingerprint.of_file(path) for path in _outputs(folder)}}
    (folder / store.MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")


def _outputs(folder: Path) -> list[Path]:
    """What the manifest vouches for: tables, pages, workbooks, paper; executed notebooks hold times."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".parquet", ".html", ".xlsx", ".csv", ".pdf", ".docx", ".pptx", ".png", ".svg"} or path.name == "words.json"
    ]


def verify(folder: Path) -> list[str]:
    """What of a sealed run is not what it was sealed as, a sentence each: changed, missing, or added.

    Raises
    ------
    NoRun
        where there is no sealed run in that folder.
    """
    sealed = manifest(of_a_run(folder))["outputs"]
    there = {str(path.relative_to(folder)): fingerprint.of_file(path) for path in _outputs(folder)}
    changed = [f"{name} was changed" for name in sorted(sealed.keys() & there.keys()) if sealed[name] != there[name]]
    missing = [f"{name} is missing" for name in sorted(sealed.keys() - there.keys())]
    return [*changed, *missing, *(f"{name} was not sealed" for name in sorted(there.keys() - sealed.keys()))]


def swap(run: Path, rebuilt: Path) -> None:
    """The rebuilt run in the place of the old one, which is removed only then; what is cut off between is put right by `building`."""
    old = run.with_name(f"{REPLACED}{run.name}")
    run.replace(old)
    rebuilt.replace(run)
    shutil.rmtree(old)


def manifest(folder: Path) -> dict:
    """The manifest of a sealed run."""
    return json.loads((folder / store.MANIFEST).read_text(encoding="utf-8"))


def compare(good: Path, rebuilt: Path, say) -> None:
    """Say whether a rebuilt run equals the sealed one; keep it beside and fail if it does not."""
    old, new = (manifest(folder)["outputs"] for folder in (good, rebuilt))
    differ = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    if not differ:
        say("rebuilt: every table and page is the same, byte for byte")
        return
    beside = good.with_name(f"{good.name}.rebuilt")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(rebuilt, beside)
    raise StepFailed(
        N_("the rebuilt run differs from the sealed one in {differ}; it is kept in {beside}"), differ=", ".join(differ), beside=beside
    )


def point(home: Path, name: str) -> None:
    """`latest` -> the run, changed in one move."""
    link = home / f".latest-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(name, target_is_directory=True)
    link.replace(home / "latest")


def replace(path: Path, written: bytes) -> None:
    """Write a file in one move, so that a failure never leaves half of it."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(written)
    beside.replace(path)

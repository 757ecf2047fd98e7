"""What of an earlier run still holds? Results by the hash of what decides them: taken over, not made again.

A run's folder lists, in steps.json, what each of its steps wrote under which hash. A step of a new run whose hash stands there takes these
files over, if they are still what they were. Failed runs count too: what had succeeded need not be repeated.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from audit.run import fingerprint

RECORD = "steps.json"


def remember(folder: Path, name: str, key: str, outputs: list[Path], **more) -> None:
    """Note what a step of this run wrote, under the hash of what decided it."""
    path = folder / RECORD
    noted = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    noted[name] = {"key": key, "outputs": {str(p.relative_to(folder)): fingerprint.of_file(p) for p in sorted(outputs)}, **more}
    path.write_text(json.dumps(noted, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")


def records(home: Path) -> dict[str, tuple[Path, dict]]:
    """Everything that runs of this base have noted: hash -> folder and note; a good run stands above a failed one."""
    found = {}
    good = [path for path in home.glob(f"*/{RECORD}") if not path.parent.is_symlink() and path.parent.suffix != ".rebuilt"]
    for path in [*sorted(home.glob(f"failed/*/{RECORD}")), *sorted(good)]:
        for note in json.loads(path.read_text(encoding="utf-8")).values():
            found[note["key"]] = (path.parent, note)
    return found


def taken_over(known: dict[str, tuple[Path, dict]], key: str, folder: Path) -> tuple[str, dict] | None:
    """The run that a result was taken over from, and its note; None where no run holds it, or not as it was written."""
    if key not in known:
        return None
    origin, note = known[key]
    files = {origin / name: kept for name, kept in note["outputs"].items()}
    if any(not file.is_file() or fingerprint.of_file(file) != kept for file, kept in files.items()):
        return None
    for file in files:
        target = folder / file.relative_to(origin)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return origin.name, note

"""How much memory does a command and all that it started hold at most? Proportional set size of the whole family, sampled."""

from __future__ import annotations

import subprocess
import threading
import time
from pathlib import Path

EVERY = 0.3  # seconds between two looks


def of(command: list[str], environment: dict[str, str] | None = None) -> tuple[float, float, str]:
    """Seconds, peak megabytes and output of a command; raises where it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    peak = [0.0]
    watch = threading.Thread(target=_watch, args=(process, peak), daemon=True)
    watch.start()
    said, complained = process.communicate()
    took = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{complained[-2000:]}")
    return took, peak[0], said


def _watch(process: subprocess.Popen, peak: list[float]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(_megabytes(pid) for pid in _family(process.pid)))
        time.sleep(EVERY)


def _family(top: int) -> set[int]:
    """The process and everything that descends from it."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rsplit(") ", 1)[1].split()[1])
        except (OSError, IndexError):
            continue  # ended while we looked
    family = {top}
    while more := {pid for pid, parent in parents.items() if parent in family and pid not in family}:
        family |= more
    return family


def _megabytes(pid: int) -> float:
    try:
        rolled = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0  # ended while we looked
    return next(int(line.split()[1]) for line in rolled.splitlines() if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    import sys

    seconds, megabytes, said = of(sys.argv[1:])
    print(f"{said}\n{seconds:.1f} s, {megabytes:,.0f} MB")

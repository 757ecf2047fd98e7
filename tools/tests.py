"""`make test [STEP=...]`: all tests, or those of one step; with the slowest ten, the peak of memory and the time it took.

The demo's run and its Russian come first: the tests read them. Then pytest, two at a time, and the notebooks' checked figures by nbval.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from audit.core import registry

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
NBVAL = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=120", "-o", "addopts=", "-q"]


def commands(step: str) -> list[list]:
    """What is run, one after the other."""
    demo = [[BIN / "audit", "run", "data/demo"], [BIN / "audit", "report", "outputs/demo/latest", "--language", "ru"]]
    pytest = [BIN / "pytest", "-p", "no:nbval", "--durations=10", "--durations-min=1"]  # whose imports take seconds of each process
    if step:
        one = registry.by_name(step)
        books = [[BIN / "pytest", *NBVAL, f"notebooks/{one.notebook}"]]
        return [demo[0], [*pytest, *sorted(ROOT.glob(f"tests/test_{step}*.py")), f"lib/audit/steps/{step}"], *books]
    shared = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    return [*demo, [*pytest, *shared], [BIN / "pytest", *NBVAL, "-n", "2", "--dist", "loadfile", "notebooks"]]


def memory_of(pid: int) -> int:
    """Bytes that a process and all below it hold, what they share counted once."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            children.setdefault(int(stat.read_text().rsplit(")", 1)[1].split()[1]), []).append(int(stat.parent.name))
    pending, total = [pid], 0
    while pending:
        one = pending.pop()
        pending += children.get(one, [])
        with contextlib.suppress(OSError):
            rows = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            total += sum(int(row.split()[1]) * 1024 for row in rows if row.startswith("Pss:"))
    return total


class Watch(threading.Thread):
    """Looks at the memory of this process and its children, twice in three seconds, and keeps the most."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak = 0

    def run(self) -> None:
        while Path("/proc/self/smaps_rollup").exists():
            self.peak = max(self.peak, memory_of(os.getpid()))
            time.sleep(1.5)


def main(step: str = "") -> int:
    """Run them; the first that fails decides."""
    watch, began, code = Watch(), time.perf_counter(), 0
    watch.start()
    for command in commands(step):
        code = subprocess.run(list(map(str, command)), cwd=ROOT, check=False).returncode
        if code:
            break
    print(f"{time.perf_counter() - began:.0f} s, at most {watch.peak / 1e9:.1f} GB", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

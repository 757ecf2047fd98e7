"""What does a run lose that is killed? Fifty kills at random moments of rebuilding and of adding a language, the swap among them.

python -m bench.kills [50]     -> bench/kills.md

After each kill the last good report is verified against its seal; the next run must end well, and sweep what was left.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from audit.run import run_folder

ROOT = Path(__file__).parents[1]
AUDIT = [sys.executable, "-m", "audit.cli"]
STEPS = "intake,repeat,base"
SEED = 0


def left_over(home: Path) -> list[str]:
    """What no ended run may leave: folders half built, links half moved, sockets of processes that are gone."""
    names = [*home.glob(f"{run_folder.BUILDING}*"), *home.glob(f"{run_folder.REPLACED}*"), *home.glob(".latest-*")]
    sockets = [one for one in Path(tempfile.gettempdir()).glob("audit-*-*") if not Path(f"/proc/{one.name.split('-')[1]}").exists()]
    return [str(path) for path in (*names, *sockets)]


def killed(outputs: Path, count: int) -> dict[str, int]:
    """How often what happened: kills, of them in the swap, damaged reports, runs that did not end well after them, leftovers."""
    chance, home = random.Random(SEED), outputs / "demo"
    rebuild = [*AUDIT, "run", "data/demo", "--only", STEPS, "--force", "--outputs", str(outputs)]
    silent = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    began = time.monotonic()
    subprocess.run(rebuild, check=True, **silent)
    usual = time.monotonic() - began
    [good] = [path.parent for path in home.glob("*/manifest.json")]
    told = {"kills": 0, "in the swap": 0, "damaged reports": 0, "runs that failed afterwards": 0, "left after the next run": 0}
    for i in range(count):
        swaps = i % 2 == 1
        if swaps:  # a further language: the run is replaced as a whole
            shutil.rmtree(home / "kept", ignore_errors=True)
            shutil.copytree(good, home / "kept")
        command = [*AUDIT, "report", str(good), "--language", "ru"] if swaps else rebuild
        running = subprocess.Popen(command, start_new_session=True, **silent)
        if swaps and i % 4 == 1:  # as near to the swap as can be: when its folder is sealed, or the old one steps aside
            while running.poll() is None and not [
                *home.glob(f"{run_folder.BUILDING}*/manifest.json"),
                *home.glob(f"{run_folder.REPLACED}*"),
            ]:
                time.sleep(0.0005)
            time.sleep(chance.random() * 0.01)
            told["in the swap"] += 1
        else:
            time.sleep(chance.random() * usual)
        running.send_signal(signal.SIGKILL)
        running.wait()
        told["kills"] += 1
        with run_folder.building(home, "next"):  # the first thing that any next run does
            told["damaged reports"] += bool(run_folder.verify(good))
        shutil.rmtree(home / "failed", ignore_errors=True)
        if swaps:
            shutil.rmtree(good)
            (home / "kept").rename(good)
        if i % 10 == 9:
            told["runs that failed afterwards"] += subprocess.run(rebuild, **silent).returncode != 0
            told["left after the next run"] += len(left_over(home))
    return told


def main(count: int = 50) -> None:
    with tempfile.TemporaryDirectory() as folder:
        told = killed(Path(folder), count)
    head = "# What does a run lose that is killed?\n\n`python -m bench.kills`: SIGKILL at random moments of `audit run --force` and `audit report --language ru`.\n\n"
    said = head + "| what | count |\n|---|---|\n" + "".join(f"| {what} | {found} |\n" for what, found in told.items())
    Path(__file__).with_suffix(".md").write_text(said, encoding="utf-8")
    print(said)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

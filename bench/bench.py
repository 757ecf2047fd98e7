"""Is it fast? Ours beside what one would use instead, in one run: interleaved pairs, medians, ratios, the machine named.

    make bench            1 M and 10 M lines, the demo's whole run, papermill in a loop
    make bench LARGE=--large    100 M lines too (some 6 GB of disk, half an hour)

Writes bench/README.md and bench/growth.png.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import lines as generated
import memory

HERE = Path(__file__).parent
ROOT = HERE.parent
OURS, RIVALS = Path(sys.executable), ROOT / ".venv" / "rivals" / "bin" / "python"
CACHE = ROOT / "outputs" / ".bench"
PAIRS = 5
BIG = """
[base]
name = "Bench"
currency = "EUR"
as_of = 2025-12-31
observed_from = 2023-01-01

[engine]
lines = "lines/*.parquet"
"""


def task(name: str, folder: Path, *, rival: bool = False) -> dict[str, float]:
    """One task in a process of its own: seconds inside without imports, seconds of the whole process, megabytes, check sum."""
    began = time.perf_counter()
    done = subprocess.run([RIVALS if rival else OURS, HERE / "tasks.py", name, folder], capture_output=True, text=True, check=True)
    whole = time.perf_counter() - began
    inside, megabytes, total = map(float, done.stdout.split()[-3:])
    return {"seconds": inside, "whole": whole, "megabytes": megabytes, "sum": total}


def pairs(ours: str, theirs: str, folder: Path, *, times: int = PAIRS, rival: bool = True, by: str = "seconds", same: bool = True) -> dict:
    """Interleaved pairs of two tasks: medians of both, and of the ratio; their sums must agree where they compute the same."""
    made = [(task(ours, folder), task(theirs, folder, rival=rival)) for _ in range(times)]
    if same and any(abs(a["sum"] - b["sum"]) > 1e-9 * abs(a["sum"]) for a, b in made):
        raise AssertionError(f"{ours} and {theirs} do not compute the same: {made[0]}")
    middle = lambda which, key: statistics.median(pair[which][key] for pair in made)
    return {
        "ours": middle(0, by),
        "theirs": middle(1, by),
        "our_mb": middle(0, "megabytes"),
        "their_mb": middle(1, "megabytes"),
        "ratio": statistics.median(a[by] / b[by] for a, b in made),
        "memory_ratio": statistics.median(a["megabytes"] / b["megabytes"] for a, b in made),
        "low": min(a[by] / b[by] for a, b in made),
        "high": max(a[by] / b[by] for a, b in made),
    }


def row(what: str, found: dict, most: str, rival: str) -> str:
    return (
        f"| {what} | {found['ours']:.2f} s, {found['our_mb']:,.0f} MB | {rival} {found['theirs']:.2f} s, {found['their_mb']:,.0f} MB | "
        f"**{found['ratio']:.2f}** ({found['low']:.2f} to {found['high']:.2f}) | {most} |"
    )


def ledger_rows(folder: Path, size: str, times: int) -> list[str]:
    """The ledger's tables and the customer summary against SQL, pandas, lifetimes and the bare scan."""
    rows = [row(f"{size} lines: purchases, panel, history, gaps", pairs("ours", "duckdb_sql", folder, times=times), "1.0", "DuckDB SQL")]
    if times > 1:
        rows.append(row("the same", pairs("ours", "by_pandas", folder, times=min(times, 3)), "", "pandas by hand"))
        life = pairs("summary", "lifetimes_summary", folder, times=min(times, 3), by="whole")
        rows.append(row(f"{size} lines: customer summary, whole process", life, "0.15", "lifetimes"))
        rows.append(
            f"| the same, memory | {life['our_mb']:,.0f} MB | lifetimes {life['their_mb']:,.0f} MB | **{life['memory_ratio']:.2f}** | 0.3 |"
        )
    rows.append(
        row(f"{size} lines: customer summary", pairs("summary", "scan", folder, times=times, rival=False, same=False), "8", "bare scan")
    )
    apart = task("products", folder)
    rows.append(
        f"| {size} lines: what each customer buys (products, measured apart) | {apart['seconds']:.1f} s, {apart['megabytes']:,.0f} MB | | | |"
    )
    return rows


def audit(*words, environment=None) -> tuple[float, float]:
    """Seconds and peak megabytes of an `audit` command and all that it starts."""
    took, megabytes, _said = memory.of([str(OURS.parent / "audit"), *map(str, words)], environment)
    return took, megabytes


def papermill_in_a_loop(run: Path, where: Path) -> float:
    """Seconds of the papermill command over the same notebooks, in reading order, two at a time.

    Two of its kernels sometimes take the same port (papermill #511); such a notebook is executed again, as one would.
    """
    run, began, running = run.resolve(), time.perf_counter(), []
    for book in sorted((ROOT / "notebooks").glob("*.ipynb")):
        while len([p for p in running if p.poll() is None]) >= 2:
            time.sleep(0.02)
        command = [str(OURS.parent / "papermill"), "--no-progress-bar", str(book), str(where / book.name), "-p", "run_dir", str(run)]
        running.append(subprocess.Popen(command, cwd=ROOT / "notebooks", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    for process in running:
        if process.wait():
            subprocess.run(process.args, cwd=ROOT / "notebooks", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def cells_in_one_process(run: Path) -> float:
    """Seconds of the same cells in one process that has imported everything."""
    command = [OURS, HERE / "cells.py", run.resolve(), ROOT / "notebooks"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    return float(done.stdout.split()[-1])


def run_rows(where: Path) -> list[str]:
    """The demo's whole run against papermill in a loop, the bare cells, and itself with nothing or one module changed."""
    outputs = where / "outputs"
    audit("run", ROOT / "data" / "demo", "--outputs", outputs)
    sealed = outputs / "demo" / "latest"
    made = []
    for i in range(3):
        made.append(
            (
                audit("run", ROOT / "data" / "demo", "--outputs", where / f"outputs{i}")[0],
                papermill_in_a_loop(sealed, where),
                cells_in_one_process(sealed),
            )
        )
    ours, loop, bare = (statistics.median(column) for column in zip(*made, strict=True))
    unchanged = statistics.median(audit("run", ROOT / "data" / "demo", "--outputs", outputs)[0] for _ in range(3))
    help_, nothing = _started([OURS.parent / "audit", "--help"]), _started([OURS, "-c", "pass"])
    ratio = lambda other: statistics.median(m[0] / m[other] for m in made)
    return [
        f"| `audit run data/demo`, exports to report | {ours:.1f} s | the papermill command, notebooks alone, two at a time {loop:.1f} s | **{ratio(1):.2f}** | 0.25 |",
        f"| the same | {ours:.1f} s | the same cells in one process that has imported all {bare:.1f} s | **{ratio(2):.2f}** | 1.15 |",
        f"| the same, nothing changed | {unchanged:.1f} s | | | 3 s |",
        f"| `audit --help` | {help_ * 1000:.0f} ms | `python -c pass` {nothing * 1000:.0f} ms | **{help_ / nothing:.1f}** | 3 |",
    ]


def _started(command: list) -> float:
    times = []
    for _ in range(15):
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def core_rows(sizes: list[int]) -> list[str]:
    """From lines in Parquet to the pages of the core audit."""
    rows = []
    for size in sizes:
        base = CACHE / f"base{size}"
        base.mkdir(parents=True, exist_ok=True)
        (base / "audit.toml").write_text(BIG)
        _core_lines(size, base / "lines")
        shutil.rmtree(CACHE / "runs", ignore_errors=True)
        took, megabytes = audit("run", base, "--outputs", CACHE / "runs", "--only", "intake,base,repeat,retention")
        rows.append(
            f"| {size:,} lines in Parquet to the pages of intake, base, repeat, retention | {took:.0f} s, {megabytes:,.0f} MB | | | 8 GB |"
        )
    return rows


def _core_lines(size: int, target: Path) -> None:
    import polars as pl

    if not target.is_dir():
        target.mkdir()
        for part in sorted(generated.made(size, CACHE).glob("*.parquet")):
            pl.scan_parquet(part).select("customer_id", "date", "amount", "order_id").sink_parquet(target / part.name)


def growth(sizes: list[int]) -> tuple[str, Path]:
    """How the ledger's time grows: the exponent of a power law through the sizes, and a picture."""
    import numpy as np
    from matplotlib.figure import Figure

    found = {
        size: min((task("ours", generated.made(size, CACHE)) for _ in range(3 if size < 5e7 else 1)), key=lambda t: t["seconds"])
        for size in sizes
    }
    x, y = np.log10(list(found)), np.log10([t["seconds"] for t in found.values()])
    slope = np.polyfit(x, y, 1)[0]
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    axes = figure.subplots()
    axes.loglog(list(found), [t["seconds"] for t in found.values()], "o-", color="#0b5f8a")
    for size, t in found.items():
        axes.annotate(f"{t['seconds']:.1f} s, {t['megabytes']:,.0f} MB", (size, t["seconds"]), xytext=(6, -12), textcoords="offset points")
    axes.loglog(list(found), [found[sizes[-1]]["seconds"] * s / sizes[-1] for s in sizes], ":", color="#5d6b7a")
    axes.set(xlabel="order lines", ylabel="seconds", title="Ledger tables: seconds by lines (dotted: linear)")
    figure.savefig(HERE / "growth.png", dpi=110)
    said = ", ".join(f"{size:,} lines {t['seconds']:.1f} s and {t['megabytes']:,.0f} MB" for size, t in found.items())
    return f"Time grows with lines to the power of {slope:.2f} ({said}); 1 is linear.", HERE / "growth.png"


HEAD = """# How fast is it

`make bench`, on {machine}: medians of interleaved pairs (up to {pairs}), ratios from the lowest to the highest in brackets. Seconds of a task are without
imports unless the whole process is named; memory is the process's peak, of runs that of the whole family of processes. The lines are generated
(`lines.py`): 1 % as many customers, four lines an order, three years. What is measured stands in `tasks.py`; the rivals have an environment of their own.
How fast exports are read stands in `intake.md`.

| what | ours | rival | ratio | at most |
|---|---|---|---|---|
"""


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--large", action="store_true", help="100 M lines too")
    large = told.parse_args().large
    sizes = [1_000_000, 10_000_000, *([100_000_000] if large else [])]
    rows = []
    for size in sizes:
        rows += ledger_rows(generated.made(size, CACHE), f"{size // 1_000_000} M", PAIRS if size < 5e7 else 1)
        print(*rows, sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as where:
        rows += run_rows(Path(where))
    rows += core_rows([size for size in sizes if size > 1_000_000])
    said, _picture = growth(sizes)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {_memory()} GB, Python {platform.python_version()}"
    page = HEAD.format(machine=machine, pairs=PAIRS) + "\n".join(rows) + f"\n\n{said}\n\n![Seconds by lines](growth.png)\n"
    (HERE / "README.md").write_text(page, encoding="utf-8")
    print(page)


def _memory() -> int:
    total = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    return round(int(total.split()[1]) / 2**20)


if __name__ == "__main__":
    main()

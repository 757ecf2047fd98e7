"""How long does an analyst wait? Each chapter run again in a process that has run it once, as after a change of a norm; on the demo's last run.

python -m bench.loop    writes bench/loop.md
"""

from __future__ import annotations

import os
import platform
import statistics
from pathlib import Path

from bench.cells import seconds

import audit  # noqa: F401 - first: it keeps sums to one thread

ROOT = Path(__file__).parents[1]
DEMO = (ROOT / "outputs" / "demo" / "latest").resolve()
TIMES = 3  # runs after the first


def main() -> None:
    os.environ |= {"MPLBACKEND": "agg", "LANGUAGE": "en"}
    rows = []
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        if not notebook.stem.endswith(("changes", "account")):  # without an earlier run, or made once for each key account
            first, *again = [seconds(notebook, DEMO) for _ in range(1 + TIMES)]
            rows.append((notebook.stem, first, statistics.median(again)))
            print(f"{notebook.stem:<16}{first:6.2f}{rows[-1][2]:6.2f}", flush=True)
    whole = f"| all | {sum(first for _n, first, _a in rows):.1f} | {sum(again for *_n, again in rows):.1f} |"
    table = "\n".join(f"| {name} | {first:.2f} | {again:.2f} |" for name, first, again in rows)
    about = f"`python -m bench.loop`, on {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}: seconds of all cells of a chapter of the demo, with tables and pictures."
    head = "| chapter | the first time in a process that has run those above | run again (median of 3) |\n|---|---|---|"
    Path(__file__).with_suffix(".md").write_text(
        f"# How long does an analyst wait?\n\n{about}\n\n{head}\n{table}\n{whole}\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()

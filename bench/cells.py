"""The code cells of a notebook in this process: what their last lines give, and how long they take.

python bench/cells.py RUN NOTEBOOKS    seconds of all notebooks of a folder, everything imported before
"""

from __future__ import annotations

import ast
import importlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path


def values(notebook: Path, run: Path, **given) -> Iterator[tuple[dict, object]]:
    """Every cell that ends in an expression, with its value; on the tables of a run, other parameters as given."""
    names: dict = {"__name__": "notebook"}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, notebook.name, "exec"), names)
        if last:
            yield cell, eval(compile(last, notebook.name, "eval"), names)
        if "parameters" in cell["metadata"].get("tags", []):
            names |= {"run_dir": str(run)} | given


def seconds(notebook: Path, run: Path) -> float:
    """Seconds of all cells, with what they show."""
    from IPython.core.interactiveshell import InteractiveShell

    show_as, began = InteractiveShell.instance().display_formatter.format, time.perf_counter()
    for _cell, value in values(notebook, run):
        show_as(value)
    return time.perf_counter() - began


if __name__ == "__main__":
    from audit.core import registry

    for step in registry.steps():
        importlib.import_module(f"audit.steps.{step.name}")
    for name in ("audit.core.findings", "audit.report.show", "audit.report.style", "IPython.core.interactiveshell", "pyarrow.parquet"):
        importlib.import_module(name)
    print(sum(seconds(path, Path(sys.argv[1])) for path in sorted(Path(sys.argv[2]).glob("*.ipynb"))))

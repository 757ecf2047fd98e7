"""Store the demo's checked figures in the notebooks anew: `make figures [STEP=...]`, after a change that is meant to move them.

Executes the notebooks on the demo's latest run and keeps the outputs of cells tagged nbval-check-output, nothing else.
Look at the diff before committing it: each changed figure is a claim that changed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4.rwbase import split_lines

from audit.core import registry

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def stored(path: Path) -> str:
    """Execute a notebook and keep its checked outputs; the figures, as a line."""
    book = nbformat.read(path, as_version=4)
    NotebookClient(book, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.metadata.pop("execution", None)
            checked = "nbval-check-output" in cell.metadata.get("tags", [])
            cell.execution_count = 1 if checked else None  # nbval skips a check cell that was never run
            cell.outputs = [nbformat.from_dict(o | {"execution_count": 1}) for o in cell.outputs] if checked else []
    book.metadata = {"kernelspec": book.metadata.kernelspec, "language_info": {"name": "python"}}
    said = ["".join(o["data"]["text/plain"]) for c in book.cells if c.cell_type == "code" for o in c.outputs]
    path.write_text(json.dumps(split_lines(book), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return " ".join([path.name, *said])


if __name__ == "__main__":
    chosen = [registry.by_name(name) for name in sys.argv[1:]] or registry.steps()
    for step in chosen:
        print(stored(NOTEBOOKS / step.notebook), flush=True)

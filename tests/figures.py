"""Store the demo's checked figures in the notebooks anew, and data/README.md: `make figures`, after a change that is meant to move them.

Executes every notebook on the demo's latest run and keeps the outputs of cells tagged nbval-check-output, nothing else.
Look at the diff before committing it: each changed figure is a claim that changed.
"""

import json
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from audit.core import tables

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def main() -> None:
    (NOTEBOOKS.parent / "data" / "README.md").write_text(tables.readme(), encoding="utf-8")
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        book = nbformat.read(path, as_version=4)
        NotebookClient(book, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
        for cell in book.cells:
            if cell.cell_type == "code":
                cell.metadata.pop("execution", None)
                checked = "nbval-check-output" in cell.metadata.get("tags", [])
                cell.execution_count = 1 if checked else None  # nbval skips a check cell that was never run
                cell.outputs = [o | {"execution_count": 1} for o in cell.outputs] if checked else []
        book.metadata = {"kernelspec": book.metadata.kernelspec, "language_info": {"name": "python"}}
        path.write_text(json.dumps(book, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        print(path.name, *("".join(o["data"]["text/plain"]) for c in book.cells if c.cell_type == "code" for o in c.outputs))


if __name__ == "__main__":
    main()

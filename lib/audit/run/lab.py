"""Where does an analyst work? In a copy of a run and of the notebooks that is made once, and never touched again by us."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from audit.core import norms, registry, store
from audit.i18n import mark as N_
from audit.run.fingerprint import ROOT
from audit.run.render import NOTEBOOKS
from audit.run.run_folder import NoRun

START, TABLES = "START.md", "TABLES.md"
WORKSPACE = "audit"
SETTINGS = ".jupyter"  # of the copy: workspaces of JupyterLab


def start_page(base: str, run: str) -> str:
    """The page that JupyterLab opens with: every step with its notebook, what is open and what is not, how to change a norm, and all norms."""
    rows = [f"| [{step.notebook}](notebooks/{step.notebook}) | {step.question} | {', '.join(step.writes)} |" for step in registry.steps()]
    return f"""# The audit of `{base}`, open for work

Everything here is a copy, made once of the run `{run}`: change what you like. What one notebook saves the next one reads; the sealed run, the report and the
notebooks of the project stay as they are. `audit lab` opens this folder again as you left it; of a later run it makes another one beside it.
A norm or a horizon is a parameter at the top of its notebook.

| notebook | question | writes |
|---|---|---|
{chr(10).join(rows)}

The tables lie in [tables](tables), the settings in [settings.json](settings.json). What every table holds stands in [{TABLES}]({TABLES}).

## Norms, settings and claims

```
{norms.as_text()}
```
"""


def prepared(home: Path) -> Path:
    """<home>/lab/<run>: an unsealed copy of the latest run with copies of the notebooks, made where it is not there; never changed where it is.

    Raises
    ------
    NoRun
        where the base has no run yet.
    """
    latest = (home / "latest").resolve()
    if not (latest / store.MANIFEST).is_file():
        message = N_("no run of {base} lies in {home}. What to do: `audit run data/{base}`, then `audit lab data/{base}`.")
        raise NoRun(message, base=home.name, home=home)
    lab = home / "lab" / latest.name
    if lab.is_dir():
        return lab
    building = lab.with_name(f".building-{latest.name}-{os.getpid()}")
    shutil.copytree(latest, building, ignore=shutil.ignore_patterns(store.MANIFEST, "steps.json", "report", "notebooks"))
    (building / "notebooks").mkdir()
    for source in sorted(NOTEBOOKS.glob("*.ipynb")):
        book = json.loads(source.read_text(encoding="utf-8"))
        for cell in book["cells"]:
            if "parameters" in cell["metadata"].get("tags", []):
                cell["source"] = [_of_this_copy(line) for line in cell["source"]]
        (building / "notebooks" / source.name).write_text(json.dumps(book, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    shutil.copy(ROOT / "data" / "README.md", building / TABLES)
    (building / START).write_text(start_page(home.name, latest.name), encoding="utf-8")
    building.rename(lab)
    return lab


def _of_this_copy(line: str) -> str:
    return 'run_dir: str = ".."  # this copy\n' if line.startswith("run_dir:") else line


def workspace() -> dict:
    """A workspace of JupyterLab that shows the page."""
    widget = f"markdownviewer-widget:{START}"
    data = {
        "layout-restorer:data": {"main": {"dock": {"type": "tab-area", "currentIndex": 0, "widgets": [widget]}, "current": widget}},
        widget: {"data": {"path": START, "factory": "Markdown Preview"}},
    }
    return {"data": data, "metadata": {"id": WORKSPACE}}


def lab(home: Path, *more: str) -> int:
    """Open JupyterLab there, until it is closed."""
    folder = prepared(home)
    own = folder / SETTINGS
    environment = {**os.environ, "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces")}
    if not own.is_dir():  # later the analyst's own arrangement counts
        own.mkdir()
        (own / "workspace.json").write_text(json.dumps(workspace()), encoding="utf-8")
        imported = [sys.executable, "-m", "jupyter", "lab", "workspaces", "import", str(own / "workspace.json")]
        subprocess.run(imported, env=environment, check=True, capture_output=True)
    program = [sys.executable, "-m", "jupyterlab", "--notebook-dir", str(folder), f"--LabApp.default_url=/lab/workspaces/{WORKSPACE}"]
    return subprocess.run([*program, *more], env=environment).returncode

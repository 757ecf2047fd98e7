"""Where does an analyst start? JupyterLab on a page that lists the steps and norms, with an open copy of the base's latest run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from audit.core import norms, registry
from audit.run import run_folder
from audit.run.fingerprint import ROOT
from audit.run.render import NOTEBOOKS

START = "START.md"
WORKSPACE = "audit"


def start_page(base: str) -> str:
    """The page that JupyterLab opens with: every step with its notebook, where the runs lie, how to change a norm, and all norms."""
    rows = [
        f"| [{step.notebook}](../../../notebooks/{step.notebook}) | {step.question} | {', '.join(step.writes)} |"
        for step in registry.steps()
    ]
    return f"""# The audit of `{base}`, open for work

Each notebook starts from the demo's latest run: `run_dir = "../outputs/demo/latest"`. Point it to `../outputs/{base}/lab`, this copy, in which what one
notebook saves the next one reads; a sealed run shows what would change and saves nothing. A norm or a horizon is a parameter at the top of its notebook.

| notebook | question | writes |
|---|---|---|
{chr(10).join(rows)}

The tables lie in [tables](tables), the settings in [settings.json](settings.json). What every table holds stands in [data/README.md](../../../data/README.md).

## Norms, settings and claims

```
{norms.as_text()}
```
"""


def prepared(home: Path) -> Path:
    """<home>/lab with its page and a workspace of JupyterLab that shows it; the folder of the workspace."""
    lab = run_folder.open_copy(home)
    (lab / START).write_text(start_page(home.name), encoding="utf-8")
    page = str((lab / START).relative_to(ROOT)) if lab.is_relative_to(ROOT) else START
    widget = f"markdownviewer-widget:{page}"
    data = {
        "layout-restorer:data": {"main": {"dock": {"type": "tab-area", "currentIndex": 0, "widgets": [widget]}, "current": widget}},
        widget: {"data": {"path": page, "factory": "Markdown Preview"}},
    }
    (lab / "workspace.json").write_text(json.dumps({"data": data, "metadata": {"id": WORKSPACE}}), encoding="utf-8")
    return lab


def lab(home: Path, *more: str) -> int:
    """Open JupyterLab there, until it is closed."""
    folder = prepared(home)
    own = {**os.environ, "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces")}
    program = [sys.executable, "-m", "jupyterlab"]
    imported = [sys.executable, "-m", "jupyter", "lab", "workspaces", "import", str(folder / "workspace.json")]
    subprocess.run(imported, env=own, check=True, capture_output=True)
    return subprocess.run(
        [*program, "--notebook-dir", str(NOTEBOOKS.parent), f"--LabApp.default_url=/lab/workspaces/{WORKSPACE}", *more], env=own
    ).returncode

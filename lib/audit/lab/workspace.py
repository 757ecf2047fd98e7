"""Where does an analyst work? In a copy of a run and of the notebooks that is made once, and never touched again by us."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from audit.core import norms, registry, store
from audit.core.errors import AuditError
from audit.i18n import mark as N_
from audit.lab import difference
from audit.run.fingerprint import ROOT
from audit.run.render import NOTEBOOKS
from audit.run.run_folder import NoRun

START, TABLES, BROWSER = "START.md", "TABLES.md", "tables.ipynb"
WORKSPACE = "audit"
NO_FORMULAS = "@jupyterlab/mathjax-extension:plugin"  # "$299 k ($155 k to" is money
SETTINGS = ".jupyter"  # of the copy: workspaces of JupyterLab
QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}  # JupyterLab asks nobody outside


def start_page(base: str, run: str, told: set[str]) -> str:
    """The page that JupyterLab opens with: every step with its notebook, what is open and what is not, how to change a norm, and all norms."""
    rows = [
        f"| [{step.notebook}](notebooks/{step.notebook}) | {step.question} | {'' if step.name in told else 'no'} | {', '.join(step.writes)} |"
        for step in registry.steps()
    ]
    return f"""# The audit of `{base}`, open for work

Everything here is a copy, made once of the run `{run}`: change what you like. What one notebook saves the next one reads; the sealed run, the report and the
notebooks of the project stay as they are. `audit lab` opens this folder again as you left it; of a later run it makes another one beside it.

In each notebook, once it has run, a form under the title holds its norms: apply other values, keep them in audit.toml with a reason, look at the chapter as the report would
show it. At its end stands what would change in the report.

| notebook | question | in the report | writes |
|---|---|---|---|
{chr(10).join(rows)}

[{BROWSER}]({BROWSER}) shows every table, to be sorted, filtered and copied; they lie in [tables](tables), the settings in [settings.json](settings.json). What every table
holds stands in [{TABLES}]({TABLES}).

## Norms, settings and claims

```
{norms.as_text()}
```
"""


class NoCopy(AuditError):
    """A copy that cannot be made by that name; the message says which can."""


def prepared(home: Path, base: Path, name: str = "") -> Path:
    """<home>/lab/<run>, or <home>/lab/<name>: an unsealed copy of the latest run with copies of the notebooks, made where it is not there; never
    changed where it is.

    Raises
    ------
    NoRun
        where the base has no run yet.
    NoCopy
        for a name that is no folder's beside the others.
    """
    if name and not re.fullmatch(r"\w[\w.-]*", name):
        raise NoCopy(N_('--copy "{name}": expected letters, digits, - and _. What to do: name the copy so.'), name=name)
    latest = (home / "latest").resolve()
    if not (latest / store.MANIFEST).is_file():
        message = N_("no run of {base} lies in {home}. What to do: `audit run data/{base}`, then `audit lab data/{base}`.")
        raise NoRun(message, base=home.name, home=home)
    lab = home / "lab" / (name or latest.name)
    if lab.is_dir():
        return lab
    building = lab.with_name(f".building-{lab.name}-{os.getpid()}")
    shutil.copytree(latest, building, ignore=shutil.ignore_patterns(store.MANIFEST, "steps.json", "report", "notebooks"))
    (building / "notebooks").mkdir()
    for source in sorted(NOTEBOOKS.glob("*.ipynb")):
        book = _of_the_lab(json.loads(source.read_text(encoding="utf-8")))
        (building / "notebooks" / source.name).write_text(json.dumps(book, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    nbformat.write(_browser(), building / BROWSER)
    shutil.copy(ROOT / "data" / "README.md", building / TABLES)
    (building / START).write_text(start_page(home.name, latest.name, difference.told(latest)), encoding="utf-8")
    stated = {"base": str(base.resolve()), "run": f"../../{latest.name}"}
    (building / difference.ORIGIN).write_text(json.dumps(stated, ensure_ascii=False), encoding="utf-8")
    building.rename(lab)
    return lab


def _of_the_lab(book: dict) -> dict:
    """A notebook that stands on this copy, with the form below its parameters and what would change at its end."""
    cells = []
    for cell in book["cells"]:
        cells.append(cell)
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = [_of_this_copy(line) for line in cell["source"]]
            cells.append(_cell("from audit import lab\n\nlab.opened(globals())", "lab-form"))
    for cell in cells:
        if "nbval-check-output" in cell["metadata"].get("tags", []):  # figures for machines
            cell["metadata"]["jupyter"] = {"source_hidden": True, "outputs_hidden": True}
    return book | {"cells": [*cells, _cell("lab.changed(globals())", "lab-changed")]}


def _cell(source: str, name: str) -> dict:
    return nbformat.v4.new_code_cell(source, id=name, metadata={"jupyter": {"source_hidden": True}})


def copies(home: Path) -> list[str]:
    """The copies of a base that are there."""
    return sorted(path.name for path in (home / "lab").glob("[!.]*") if path.is_dir())


def _browser() -> nbformat.NotebookNode:
    """The notebook that shows the tables of the copy."""
    source = 'from audit import lab\n\nrun_dir = "."\nlab.tables(globals())'
    title = nbformat.v4.new_markdown_cell("# The tables of this copy", id="title")
    return nbformat.v4.new_notebook(
        cells=[title, _cell(source, "tables")], metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )


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


def opened(folder: Path, *more: str) -> int:
    """Open JupyterLab on a copy, until it is closed."""
    own = folder / SETTINGS
    environment = {**os.environ, "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces")}
    is_new = not own.is_dir()
    (own / "app").mkdir(parents=True, exist_ok=True)
    (own / "app" / "overrides.json").write_text(json.dumps(QUIET), encoding="utf-8")
    (own / "app" / "page_config.json").write_text(json.dumps({"disabledExtensions": {NO_FORMULAS: True}}), encoding="utf-8")
    if is_new:  # later the analyst's own arrangement counts
        (own / "workspace.json").write_text(json.dumps(workspace()), encoding="utf-8")
        imported = [sys.executable, "-m", "jupyter", "lab", "workspaces", "import", str(own / "workspace.json")]
        subprocess.run(imported, env=environment, check=True, capture_output=True)
    program = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--notebook-dir",
        str(folder),
        f"--LabApp.default_url=/lab/workspaces/{WORKSPACE}",
        f"--LabApp.app_settings_dir={own / 'app'}",
    ]
    return subprocess.run([*program, *more], env=environment).returncode

"""How is a step's notebook executed? By papermill, in a kernel of its own, several at once in the order of what they read.

The only module that knows papermill. Parameters never travel as text: papermill is given names that the notebook declares, and nothing
else.
"""

from __future__ import annotations

import ast
import json
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

from audit.core import norms, registry
from audit.core.errors import AuditError
from audit.i18n import mark as N_
from audit.i18n import number
from audit.i18n import translate as _
from audit.run import kernels

sys.modules.setdefault("rfc3987_syntax", None)  # jsonschema's check of URIs takes a second to import, and no notebook of ours holds one
CELL_SECONDS = 1800
LANES = min(4, 2 * (os.cpu_count() or 1))  # more than cores: a starting kernel mostly waits
ROW = 200  # bytes that a chapter holds at most for each row of the panel
MEMORY = 7e9  # bytes for all chapters that are made at once
SOCKETS = "audit-"  # folders of kernels' sockets in the system's folder for what is temporary, by the run's process
OF_THE_RUN = ("run_dir", "nth")  # parameters that are no norms: which run, and which row of the table that the notebook is made for
UNDRAWN = re.compile(r"^(<Figure|Figure\(|<Axes|<seaborn\.|<function )")


def lanes_for(folder: Path) -> int:
    """How many chapters of a run are made at once: LANES, but no more than fit into MEMORY together; one always does."""
    import pyarrow.parquet as pq

    panel = folder / "tables" / "panel.parquet"
    rows = pq.read_metadata(panel).num_rows if panel.is_file() else 0
    return max(1, min(LANES, int(MEMORY // (ROW * max(rows, 1)))))


def in_order(
    chosen: list[registry.Step], perform: Callable[[registry.Step], str], say: Callable[[str], None], *, lanes: int
) -> tuple[dict[str, float], dict[str, str]]:
    """Perform the steps, each after those whose tables it takes, so many at a time: seconds of their own and failures by step.

    A failure stops the steps that depend on it; the others are finished. An interrupt ends the kernels at once.

    Parameters
    ----------
    perform
        executes a step; what it says goes behind the step's name, an exception is the step's failure.
    """
    graph = registry.ordered(chosen)
    graph.prepare()
    seconds, failures, stopped, running = {}, {}, set(), {}
    pool, began = ThreadPoolExecutor(lanes), {}
    start, ended = time.perf_counter(), 0

    def timed(step: registry.Step) -> str:
        began[step.name] = time.perf_counter()
        return perform(step)

    def left() -> str:
        half = len(running) / 2  # of those that are being made, half is done
        about = (time.perf_counter() - start) / (ended + half) * (len(chosen) - ended - half)
        done = _("{ended} of {count}, about {seconds} s left") if about >= 1 else _("{ended} of {count}")
        return f" ({done.format(ended=ended, count=len(chosen), seconds=f'{about:.0f}')})"

    try:
        while graph.is_active():
            ready = [registry.by_name(name) for name in graph.get_ready()]
            for step in sorted(ready, key=lambda step: step.number, reverse=True):  # later chapters compute more: they start first
                name = step.name
                if registry.depends(step) & stopped:
                    stopped.add(name)
                    graph.done(name)
                    ended += 1
                    say(f"  {name:<10} {_('not run: a step that it depends on failed')}")
                    continue
                running[pool.submit(timed, step)] = name
            for future in wait(running, return_when=FIRST_COMPLETED).done if running else ():
                name = running.pop(future)
                graph.done(name)
                ended += 1
                seconds[name] = round(time.perf_counter() - began[name], 2)
                took = number(seconds[name], "0.0")
                try:
                    said = future.result() or _("done, {seconds} s").format(seconds=took)
                except CellFailed as error:
                    failures[name] = str(error)
                    stopped.add(name)
                    said = _("FAILED, {seconds} s").format(seconds=took)
                say(f"  {name:<10} {said}{left()}")
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for kernel in multiprocessing.active_children():
            kernel.kill()
        raise
    pool.shutdown()
    return seconds, failures


class CellFailed(AuditError):
    """What failed in which cell of a notebook."""


class BadNotebook(AuditError):
    """Cells of notebooks that are no Python; the message names each, with its step."""


def only_python(chosen: list[registry.Step], notebooks: Path) -> None:
    """Look through the code of the steps' notebooks before anything is run: magics, `!` and `?` belong to the lab, and a run executes Python alone.

    Raises
    ------
    BadNotebook
        naming every cell that is no Python, with its step and line.
    """
    faults = []
    for step in chosen:
        for i, cell in enumerate(json.loads((notebooks / step.notebook).read_text(encoding="utf-8"))["cells"]):
            source = "".join(cell["source"]) if cell["cell_type"] == "code" else ""
            try:
                ast.parse(source)
            except SyntaxError as error:
                faults.append(_fault(step, i, source, error))
    if faults:
        message = N_(
            "a run executes Python alone:\n{faults}\nWhat to do: take magics, `!` and `?` lines out of these cells, or keep them in the lab (`audit lab`)."
        )
        raise BadNotebook(message, faults="\n".join(faults))


def _fault(step: registry.Step, cell: int, source: str, error: SyntaxError) -> str:
    line = (error.lineno or 1) - 1
    said = source.splitlines()[line].strip() if source.strip() else ""
    return _("  - step {step!r}, {notebook}, cell {cell}, line {line}: {said}").format(
        step=step.name, notebook=step.notebook, cell=cell, line=line + 1, said=said
    )


def execute(source: Path, target: Path, given: dict) -> None:
    """Execute one notebook in a kernel of its own, and write it with its outputs.

    papermill warns about a parameter that the notebook does not declare and writes its name as code: so names are checked against the
    notebook first (faults 36, 37). A cell that is not `completed` is a failure (fault 43), and so is a figure that was not drawn.

    Raises
    ------
    CellFailed
        naming the cell, the error and its words; of a dead kernel or a timeout, the words of papermill.
    """
    import papermill

    declared = papermill.inspect_notebook(str(source))
    if unknown := sorted(set(given) - set(declared)):
        raise CellFailed(N_("its cell tagged `parameters` does not declare {names}"), names=", ".join(unknown))
    try:
        with tempfile.TemporaryDirectory(prefix=f"{SOCKETS}{os.getpid()}-") as sockets:
            done = papermill.execute_notebook(
                str(source),
                str(target),
                parameters=given,
                kernel_name="python3",
                engine_name=kernels.register(),
                progress_bar=False,
                request_save_on_cell_execute=False,
                execution_timeout=CELL_SECONDS,
                log_output=False,
                config=_transport(sockets),
                resources={"metadata": {"path": str(target.parent)}},
                extra_arguments=["--IPKernelApp.log_level=50"],
            )
    except papermill.PapermillExecutionError as error:
        raise CellFailed(N_("cell {cell}: {what}"), cell=error.cell_index, what=f"{error.ename}: {error.evalue}") from error
    except Exception as error:  # a dead kernel, a timeout: the step's failure, in its own words
        raise CellFailed("{what}", what=f"{type(error).__name__}: {error}") from error
    for i, cell in enumerate(done.cells):
        if cell.cell_type == "code" and cell.source:
            if cell.metadata.get("papermill", {}).get("status") != "completed":
                raise CellFailed(N_("cell {cell}: did not complete"), cell=i)
            if _undrawn(cell):
                raise CellFailed(N_("cell {cell}: a figure was not drawn: {line}"), cell=i, line=cell.source.strip().splitlines()[-1])


def _undrawn(cell) -> bool:
    """Whether a cell shows a figure as text, or calls for a chart in its last line and shows no picture."""
    shown = [output.data for output in cell.outputs if "data" in output]
    pictures = [data for data in shown if any(kind.startswith("image/") for kind in data)]
    as_text = [data for data in shown if data not in pictures and UNDRAWN.match(data.get("text/plain", ""))]
    last = cell.source.rstrip().splitlines()[-1]
    return bool(as_text) or (re.match(r"(\w+\.)?charts\.", last) is not None and not pictures)


def swept(*, own: bool = False) -> None:
    """What killed runs left of their kernels' sockets is removed; a run that lives keeps its own, unless this one is about to end at once."""
    for left in Path(tempfile.gettempdir()).glob(f"{SOCKETS}*-*"):
        owner = left.name.removeprefix(SOCKETS).split("-")[0]
        if owner.isdigit() and (int(owner) == os.getpid() if own else not _lives(int(owner))):
            shutil.rmtree(left, ignore_errors=True)


def stopped(code: int) -> None:
    """End this process at once, with its kernels and what they leave behind.

    Its threads would go on to start kernels while their folders are removed: where there is a shell, it takes this process's place, and no thread is left; a kernel that was
    just being born is given the time to see that nobody is there.
    """
    kernels.end()
    if Path("/bin/sh").exists():
        sweep = f'rm -rf -- "$1"/{SOCKETS}{os.getpid()}-*'
        os.execv("/bin/sh", ["sh", "-c", f"{sweep}; sleep 0.2; {sweep}; exit {code}", "sh", tempfile.gettempdir()])
    swept(own=True)
    os._exit(code)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # of another user
        return True
    return True


def _transport(sockets: str):
    """Kernels talk over sockets in a folder of their own where there are any: TCP ports race when two kernels start at once."""
    from traitlets.config import Config

    return Config() if os.name == "nt" else Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/k"}})


@contextmanager
def environment(language: str):
    """What kernels and pages find in their environment: the reader's language, and all that makes runs alike."""
    wanted = {
        "LANGUAGE": language, "PYTHONHASHSEED": "0", "TZ": "UTC", "PYTHONUTF8": "1", "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "POLARS_MAX_THREADS": "2", "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }  # fmt: skip
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def parameters(notebook: Path) -> dict[str, ast.expr]:
    """The parameters that a notebook declares in its cell tagged `parameters`, with what stands behind each."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    [source] = ["".join(cell["source"]) for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    return {node.target.id: node.value for node in ast.parse(source).body if isinstance(node, ast.AnnAssign)}


def norm_parameters(notebook: Path) -> list[str]:
    """The notebook's parameters that are norms of the register.

    Raises
    ------
    CellFailed
        for a parameter with a value of its own: a threshold lives in norms.toml, and a base's own in its audit.toml.
    """
    found = {name: value for name, value in parameters(notebook).items() if name not in OF_THE_RUN}
    typed = [name for name, value in found.items() if not (isinstance(value, ast.Constant) and value.value is None)]
    if typed:
        raise CellFailed(
            N_(
                "its cell tagged `parameters` gives {names} a value of its own. What to do: write None there; the value "
                "belongs to norms.toml, or to [norms] of audit.toml."
            ),
            names=", ".join(typed),
        )
    if strange := sorted(set(found) - set(norms.register())):
        raise CellFailed(N_("its cell tagged `parameters` declares {names}, which norms.toml does not have"), names=", ".join(strange))
    return list(found)

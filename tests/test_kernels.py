"""Kernels: forked with everything imported, gone when they should be, and every figure drawn (faults 41-43)."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import nbformat
import pytest

from audit.run import kernels, notebooks
from tests.conftest import ROOT


def notebook(path, *cells: str):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate(cells)])
    nbformat.write(book, path)
    return path


def executed(tmp_path, *cells: str):
    """The data that the last cell of a notebook shows, executed as a step's is."""
    out = tmp_path / "out.ipynb"
    with notebooks.environment("en"):
        notebooks.execute(notebook(tmp_path / "in.ipynb", *cells), out, {})
    return [output.get("data") or output.get("text") for output in nbformat.read(out, as_version=4).cells[-1].outputs]


@pytest.mark.skipif(not kernels.can_fork(), reason="kernels are forked on Linux only")
def test_a_forked_kernel_has_imported_what_chapters_need_before_its_first_cell(tmp_path):
    [shown] = executed(
        tmp_path,
        "import sys\n[m for m in ('pandas', 'audit.steps.base.charts', 'audit.steps.loyalty.clusters', "
        "'sklearn.cluster') if m not in sys.modules]",
    )
    assert shown["text/plain"] == "[]"


def test_a_kernel_finds_its_environment_and_folder_and_may_start_processes(tmp_path):
    [shown] = executed(
        tmp_path,
        "import os, multiprocessing\nprint(os.getcwd(), os.environ['LANGUAGE'], os.environ['TZ'], "
        "multiprocessing.current_process().daemon)",
    )
    assert shown.split() == [str(tmp_path), "en", "UTC", "False"]


@pytest.mark.parametrize("is_forked", [True, False])
def test_figures_are_drawn_in_forked_and_in_plain_kernels(tmp_path, monkeypatch, is_forked):
    monkeypatch.setattr(kernels, "can_fork", lambda: is_forked)
    shown = executed(tmp_path, "import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert [list(data)[0] for data in shown] == ["image/png"]


@pytest.mark.parametrize("cell", ["from matplotlib.figure import Figure\nFigure()", "class charts:\n    nothing = None\ncharts.nothing"])
def test_a_figure_that_is_not_drawn_fails_its_step(tmp_path, cell):
    with pytest.raises(notebooks.CellFailed, match="cell 0: a figure was not drawn"):
        executed(tmp_path, cell)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()[0] != "Z"


def gone(pid: int, seconds: float = 10) -> bool:
    """Whether a process ends within that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and is_alive(pid):
        time.sleep(0.1)
    return not is_alive(pid)


HANGS = "import os, pathlib, time\npathlib.Path('{pid}').write_text(str(os.getpid()))\ntime.sleep(300)"


def hanging(tmp_path) -> tuple[subprocess.Popen, int]:
    """A process that executes a notebook that hangs, and the pid of its kernel."""
    pid = tmp_path / "pid"
    notebook(tmp_path / "in.ipynb", HANGS.format(pid=pid))
    code = f"""
        import pathlib
        from audit.run import notebooks
        if __name__ == "__main__":
            here = pathlib.Path({str(tmp_path)!r})
            with notebooks.environment("en"):
                notebooks.execute(here / "in.ipynb", here / "out.ipynb", {{}})
    """
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(code))
    process = subprocess.Popen([sys.executable, str(script)], cwd=ROOT)
    end = time.monotonic() + 60
    while not (pid.exists() and pid.read_text()):
        assert process.poll() is None, "the process ended early"
        assert time.monotonic() < end, "the kernel did not start"
        time.sleep(0.1)
    return process, int(pid.read_text())


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_fault_43_no_kernel_outlives_the_process_that_asked_for_it(tmp_path, how):
    process, kernel = hanging(tmp_path)
    assert is_alive(kernel)
    process.send_signal(how)
    process.wait(timeout=30)
    assert gone(kernel)


def test_no_kernel_is_left_after_success_and_after_failure(tmp_path):
    pids = []
    for last in ("1", "1 / 0"):
        pid = tmp_path / f"pid{len(pids)}"
        cells = (f"import os, pathlib\npathlib.Path({str(pid)!r}).write_text(str(os.getpid()))", last)
        try:
            executed(tmp_path, *cells)
        except notebooks.CellFailed as error:
            assert "ZeroDivisionError" in str(error)
        pids.append(int(pid.read_text()))
    assert all(gone(pid) for pid in pids)

"""The lab is a copy that is made once: an analyst's work in it outlives every start, and nothing under git or in the sealed run changes."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import papermill
import pytest

from audit import cli
from audit.core import norms, registry, store
from audit.run import lab, run_folder
from tests.conftest import ROOT


@pytest.fixture
def home(demo, tmp_path):
    folder = tmp_path / "demo"
    folder.mkdir()
    shutil.copytree(demo, folder / demo.name)
    (folder / "latest").symlink_to(demo.name, target_is_directory=True)
    return folder


def test_the_page_lists_every_step_and_norm_and_its_links_lead_somewhere_in_the_copy(home):
    folder = lab.prepared(home)
    page = (folder / lab.START).read_text(encoding="utf-8")
    assert all(step.notebook in page and step.question in page for step in registry.steps())
    assert all(norm in page for norm in norms.register())
    assert all((folder / link).exists() for link in re.findall(r"\]\(([^)]+)\)", page))
    assert not (folder / store.MANIFEST).exists()  # open: steps may save
    assert lab.START in json.dumps(lab.workspace()["data"])


def test_what_an_analyst_made_outlives_every_start_and_every_run(home):
    folder = lab.prepared(home)
    book = next((folder / "notebooks").glob("*.ipynb"))
    book.write_text("mine", encoding="utf-8")
    (folder / "idea.ipynb").write_text("mine too", encoding="utf-8")
    (folder / "tables" / "history.parquet").write_bytes(b"changed")
    assert lab.prepared(home) == folder
    later = home / "2026-12-31-later"
    shutil.copytree(home / "latest", later)
    run_folder.point(home, later.name)
    assert lab.prepared(home) != folder
    assert (book.read_text(encoding="utf-8"), (folder / "idea.ipynb").read_text(encoding="utf-8")) == ("mine", "mine too")
    assert (folder / "tables" / "history.parquet").read_bytes() == b"changed"


def test_a_notebook_runs_in_the_copy_and_leaves_project_and_sealed_run_alone(home):
    before = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, check=True).stdout
    folder = lab.prepared(home)
    book = folder / "notebooks" / registry.by_name("repeat").notebook
    (folder / "tables" / "findings_repeat.parquet").unlink()
    papermill.execute_notebook(str(book), str(book), progress_bar=False, cwd=str(book.parent), kernel_name="python3")
    assert (folder / "tables" / "findings_repeat.parquet").is_file()
    assert run_folder.verify(home / "latest") == []
    assert subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, check=True).stdout == before


@pytest.mark.parametrize("base", ["", "data/nowhere"])
def test_no_other_base_is_opened_than_the_one_named(base, capsys):
    assert cli.main(["lab", base]) == 1
    assert "holds no audit.toml" in capsys.readouterr().err


def test_a_base_without_a_run_is_told_so(tmp_path, capsys):
    assert cli.main(["lab", str(ROOT / "data" / "demo"), "--outputs", str(tmp_path)]) == 1
    assert "no run of demo lies in" in capsys.readouterr().err


def test_jupyterlab_starts_on_the_page(home):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = f"from audit.run import lab; from pathlib import Path; lab.lab(Path({str(home)!r}), '--no-browser', '--port={port}', '--allow-root')"
    own = {**os.environ, "JUPYTER_TOKEN": "x" * 32}
    started = subprocess.Popen(
        [sys.executable, "-c", said], env=own, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _try in range(120):
            time.sleep(0.25)
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/contents/{lab.START}?token={'x' * 32}", timeout=5) as answer:
                    found = json.load(answer)
                    break
            except OSError:
                assert started.poll() is None, "JupyterLab ended at once"
        assert "open for work" in found["content"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/lab/api/workspaces/{lab.WORKSPACE}?token={'x' * 32}", timeout=5) as answer:
            assert lab.START in answer.read().decode()
    finally:
        os.killpg(started.pid, signal.SIGTERM)
        started.wait(20)

"""A run: the same bytes again, a failure that names its cell, and a good report that nothing touches (faults 29, 39-46)."""

import json
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import pytest

from audit import cli, i18n, run
from audit.core import registry, settings, store
from audit.lab import workspace as laboratory
from audit.run import fingerprint, notebooks, run_folder
from tests.conftest import ROOT, TOML, write_base

CSV = "who,day,money\n" + "".join(f"C{i},2024-{m:02d}-{1 + i:02d},{10 + i}\n" for i in range(12) for m in range(1, 13, 1 + i % 3))


def placed(folder):
    """A small base, an outputs folder and a copy of the notebooks that may be broken."""
    base, notebooks = write_base(folder / "small", CSV, TOML), folder / "notebooks"
    shutil.copytree(ROOT / "notebooks", notebooks, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return base, folder / "outputs", notebooks


@pytest.fixture
def place(tmp_path):
    return placed(tmp_path)


def audit(place, **more):
    base, outputs, notebooks = place
    said = []
    return run.run(base, outputs=outputs, notebooks=notebooks, say=said.append, **more), said


def break_cell(notebook, source: str, at: int = 4):
    book = json.loads(notebook.read_text(encoding="utf-8"))
    book["cells"][at]["source"] = source
    notebook.write_text(json.dumps(book), encoding="utf-8")


def test_fault_46_the_same_base_is_not_run_twice_and_rebuilds_byte_for_byte(place):
    first, _said = audit(place)
    again, said = audit(place)
    assert (again.folder, again.is_new) == (first.folder, False)
    assert "nothing has changed" in said[0]
    rebuilt, said = audit(place, force=True)
    assert said[-1] == "rebuilt: every table and page is the same, byte for byte"
    assert rebuilt.folder == first.folder
    assert not list(first.folder.parent.glob("*.rebuilt"))


def test_a_rebuild_is_told_in_every_language_that_the_run_has(place):
    first, _said = audit(place, only=["intake", "repeat"])
    run.render.further(first.folder, languages=["ru"], notebooks=place[2], say=lambda _line: None)
    _rebuilt, said = audit(place, only=["intake", "repeat"], force=True)
    assert said[-1] == "rebuilt: every table and page is the same, byte for byte"
    assert sorted(path.name for path in (first.folder / "report").iterdir()) == ["en", "ru"]


def test_what_killed_runs_left_is_swept_by_the_next(place, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    home = place[1] / "small"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = [home / ".building-x", home / "lab" / ".building-y", tmp_path / f"audit-{gone.pid}-k"]
    for folder in left:
        folder.mkdir(parents=True)
    (home / ".latest-1").symlink_to("nowhere")
    mine = tmp_path / f"audit-{os.getpid()}-k"
    mine.mkdir()
    audit(place, only=["intake"])
    assert not any(folder.exists() for folder in left)
    assert not (home / ".latest-1").is_symlink()
    assert mine.is_dir()


def test_an_interrupt_ends_a_run_in_two_seconds_with_a_word_and_leaves_nothing(place):
    base, outputs, _notebooks = place
    command = [sys.executable, "-m", "audit.cli", "run", str(base), "--outputs", str(outputs)]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    while "done" not in running.stdout.readline():  # a chapter has been told, others are at work
        assert running.poll() is None
    began = time.monotonic()
    os.killpg(running.pid, signal.SIGINT)
    _out, said = running.communicate(timeout=30)
    assert time.monotonic() - began < 2
    assert running.returncode == 130
    assert "audit: stopped. Nothing was replaced: the last good report is as it was." in said.splitlines()
    assert not [path for path in (outputs / "small").iterdir() if path.name.startswith(".building")]
    assert not list(Path(tempfile.gettempdir()).glob(f"audit-{running.pid}-*"))


def test_a_changed_module_makes_another_run_also_where_two_modules_share_a_name(place, tmp_path):
    copy = tmp_path / "project"
    shutil.copytree(ROOT / "lib", copy / "lib", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    given = settings.read(place[0])
    identity = lambda: fingerprint.run({}, given, [], place[2], root=copy)
    before = identity()
    for path in sorted((copy / "lib" / "audit").rglob("findings.py")):
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        assert identity() != before, path
        before = identity()


def test_fault_40_a_failing_notebook_stops_its_dependents_and_leaves_the_last_good_report_alone(place):
    good, _said = audit(place, only=["repeat", "verdicts"])
    run_folder.point(place[1] / "small", good.folder.name)
    before = {path: path.read_bytes() for path in good.folder.rglob("*") if path.is_file()}
    break_cell(place[2] / "020_repeat.ipynb", "raise ValueError('the horizon is odd')")
    with pytest.raises(run.StepFailed) as error:
        audit(place, only=["repeat", "verdicts"])
    message = str(error.value)
    assert "step 'repeat', cell " in message
    assert "ValueError: the horizon is odd" in message
    [failed] = (place[1] / "small" / "failed").iterdir()
    assert (failed / "notebooks" / "en" / "020_repeat.ipynb").is_file()
    assert not (failed / "notebooks" / "en" / "990_verdicts.ipynb").exists()
    assert "the horizon is odd" in (failed / "failure.txt").read_text(encoding="utf-8")
    assert {path: path.read_bytes() for path in before} == before
    assert (place[1] / "small" / "latest").resolve() == good.folder.resolve()
    assert not list((place[1] / "small").glob(".building*"))


def test_fault_41_a_kernel_that_dies_is_a_failure_and_not_a_success(place):
    break_cell(place[2] / "000_intake.ipynb", "import os; os._exit(7)")
    with pytest.raises(run.StepFailed, match="step 'intake', "):
        audit(place, only=["intake"])


def test_fault_42_a_cell_that_hangs_is_ended(place, monkeypatch, tmp_path):
    break_cell(place[2] / "000_intake.ipynb", "import time; time.sleep(60)", at=1)
    monkeypatch.setattr(notebooks, "CELL_SECONDS", 3)
    with pytest.raises(notebooks.CellFailed, match="Timeout|timed out"):
        notebooks.execute(place[2] / "000_intake.ipynb", tmp_path / "out.ipynb", {})
    assert not multiprocessing.active_children()


def test_fault_37_a_parameter_that_the_notebook_does_not_declare_starts_no_kernel(place, tmp_path):
    bad = {"x=1\nopen('PWNED','w').write('1')\ny": 2}
    with pytest.raises(notebooks.CellFailed, match="does not declare"):
        notebooks.execute(place[2] / "020_repeat.ipynb", tmp_path / "out.ipynb", bad)
    assert not (tmp_path / "PWNED").exists()
    assert not (tmp_path / "out.ipynb").exists()


def test_fault_45_two_runs_of_one_base_at_once_do_not_mix(place):
    from filelock import FileLock

    home = place[1] / "small"
    home.mkdir(parents=True)
    with FileLock(home / ".lock"), pytest.raises(run_folder.Busy, match="another run of small is under way"):
        audit(place)


def test_a_norm_overridden_in_audit_toml_reaches_its_notebook_and_is_shown_with_its_reason(place):
    write_base(place[0], CSV, TOML + '\n[norms.repeat_purchase_ratio]\nvalue = 0.4\nwhy = "durable goods, two-year cycle"\n')
    done, _said = audit(place, only=["repeat"])
    assert store.findings(done.folder).set_index("id").loc["repeat_purchase_ratio", "norm"] == 0.4
    page = (done.folder / "report" / "en" / "settings.html").read_text(encoding="utf-8")
    assert "0.4: durable goods, two-year cycle" in page


def test_only_runs_the_steps_asked_for_and_says_what_is_skipped(place):
    done, said = audit(place, only=["repeat"])
    assert [path.name for path in (done.folder / "notebooks" / "en").iterdir()] == ["020_repeat.ipynb"]
    assert any("repeat" in line and "done" in line for line in said)
    assert not (done.folder.parent / "latest").exists(), "a part of the audit never stands in the place of the whole"


def test_an_unknown_step_is_refused_with_those_there_are(place):
    with pytest.raises(registry.NoStep, match="no step 'repaet'; there are intake, central, base"):
        audit(place, only=["repaet"])


def test_p36_a_refused_chapter_is_left_out_with_its_reason(place):
    survivors = "who,day,money\n" + "".join(f"C{i},{day},1\n" for i in range(40) for day in ["2022-01-10", "2024-12-01"])
    write_base(place[0], survivors, TOML)
    done, said = audit(place)
    assert set(done.skipped) == {
        "base",
        "repeat",
        "retention",
        "ladder",
        "value",
        "forecast",
        "central",
        "receivables",
        "changes",
        "team",
        "field",
        "service",
    }
    assert i18n.render(done.skipped["central"]) == "needs customers"
    assert any("lost customers are missing from the export" in line for line in said)
    assert not (done.folder / "report" / "en" / "retention.html").exists()
    assert "<h1>Customers who left are missing from the exports" in (done.folder / "report" / "en" / "index.html").read_text(
        encoding="utf-8"
    )
    assert "lost customers are missing" in (done.folder / "report" / "en" / "settings.html").read_text(encoding="utf-8")


def test_a_sealed_run_shows_but_does_not_save_a_different_table(place, capsys):
    done, _said = audit(place, only=["repeat"])
    table = store.load(done.folder, "repeat_depth")
    path = done.folder / "tables" / "repeat_depth.parquet"
    before = path.read_bytes()
    store.save(done.folder, repeat_depth=table)
    assert capsys.readouterr().out == ""
    store.save(done.folder, repeat_depth=table.head(1))
    assert "shown but not saved" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_the_lab_copy_is_open_and_a_table_no_step_writes_is_refused(place):
    done, _said = audit(place, only=["repeat"])
    run_folder.point(place[1] / "small", done.folder.name)
    lab = laboratory.prepared(place[1] / "small", place[0])
    table = store.load(lab, "repeat_depth")
    store.save(lab, repeat_depth=table.head(1))
    assert len(store.load(lab, "repeat_depth")) == 1
    with pytest.raises(ValueError, match="no step declares a table 'repeat_dept'"):
        store.save(lab, repeat_dept=table)


def test_a_missing_table_says_what_would_bring_it(place):
    done, _said = audit(place, only=["repeat"])
    with pytest.raises(store.NoTable, match=r"add \[tables.budgets\]"):
        store.load(done.folder, "budgets")
    with pytest.raises(store.NoTable, match="run step retention first"):
        store.load(done.folder, "overdue")
    with pytest.raises(store.NoTable, match="make audit"):
        store.load(done.folder / "nowhere", "history")


def command(*words, cwd=ROOT):
    return subprocess.run([sys.executable, "-m", "audit.cli", *map(str, words)], capture_output=True, text=True, check=False, cwd=cwd)


def test_errors_of_the_command_are_words_on_stderr_and_exit_1(tmp_path):
    done = command("run", tmp_path)
    assert done.returncode == 1
    assert "holds no audit.toml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_in_the_place_of_outputs_is_said_in_words(tmp_path):
    (tmp_path / "outputs").write_text("a file")
    done = command("run", "data/demo", "--outputs", tmp_path / "outputs")
    assert done.returncode == 1
    assert "cannot read or write" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_says_what_became_of_every_row():
    done = command("check", "data/demo")
    assert done.returncode == 0, done.stderr
    assert re.search(r"lines +quarantined  amount cannot be read as money", done.stdout)
    assert re.search(r"Продажи 2024\.csv +1666 +amount cannot be read as money +\{", done.stdout)


def test_steps_norms_and_help_answer():
    assert "Do first-time buyers come back?" in command("steps").stdout
    assert "repeat_purchase_ratio" in command("norms").stdout
    assert "audit a base" in command("--help").stdout


def test_importing_audit_imports_nothing_heavy():
    heavy = ["pandas", "matplotlib", "sklearn", "polars", "scipy"]
    code = f"import sys, audit; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_lines_of_the_lab_are_refused_by_step_cell_and_line_before_anything_is_run(place):
    for notebook, source in (("020_repeat", "x = 1\n%timeit x"), ("060_segments", "!ls"), ("010_base", "pd.DataFrame?")):
        break_cell(place[2] / f"{notebook}.ipynb", source)
    with pytest.raises(notebooks.BadNotebook) as error:
        audit(place, only=["repeat", "segments", "base"])
    said = str(error.value)
    for part in (
        "'repeat', 020_repeat.ipynb, cell 4, line 2: %timeit x",
        "'segments', 060_segments.ipynb, cell 4, line 1: !ls",
        "line 1: pd.DataFrame?",
        "keep them in the lab",
    ):
        assert part in said
    assert not place[1].exists() or not list(place[1].rglob("tables"))


def test_the_time_of_a_step_is_its_own_and_not_that_of_waiting_and_each_line_says_how_far_it_is():
    chosen, said = [step for step in registry.steps() if step.name in ("base", "repeat", "central")], []
    seconds, failures = notebooks.in_order(chosen, lambda _step: time.sleep(0.3) or "", said.append, lanes=1)
    assert failures == {}
    assert all(0.3 <= took < 0.5 for took in seconds.values()), seconds
    assert [re.search(r"\((\d of 3)", line)[1] for line in said] == ["1 of 3", "2 of 3", "3 of 3"]
    assert "left" not in said[-1]


@pytest.mark.parametrize(("rows", "lanes"), [(None, 4), (1, 4), (10_000, 4), (13_000, 3), (20_000, 2), (50_000, 1), (1_000_000, 1)])
def test_no_more_chapters_are_made_at_once_than_fit_into_memory(rows, lanes, tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "LANES", 4)
    monkeypatch.setattr(notebooks, "MEMORY", 40_000 * notebooks.ROW)
    if rows:
        (tmp_path / "tables").mkdir()
        pd.DataFrame({"customer_id": range(rows)}).to_parquet(tmp_path / "tables" / "panel.parquet")
    assert notebooks.lanes_for(tmp_path) == lanes


def test_a_command_that_asked_for_a_step_that_cannot_run_says_so_and_fails(tmp_path, capsys):
    base = write_base(tmp_path / "small", CSV, TOML)
    assert cli.main(["run", str(base), "--only", "service", "--outputs", str(tmp_path / "outputs")]) == 1
    assert "not run: service" in capsys.readouterr().err
    assert cli.main(["run", str(base), "--only", "service, repeat", "--outputs", str(tmp_path / "outputs")]) == 0

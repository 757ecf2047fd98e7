"""The lab is a copy that is made once: an analyst's work in it outlives every start, and nothing under git or in the sealed run changes."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from types import SimpleNamespace

import pandas as pd
import papermill
import pytest

from audit import cli, run
from audit.core import norms, registry, settings, store
from audit.core.errors import AuditError
from audit.lab import chapters, difference, form, sortable
from audit.lab import workspace as lab
from audit.lab.kept import kept
from audit.run import run_folder
from tests.conftest import ROOT, TOML, write_base
from tests.test_run import CSV

BASE = ROOT / "data" / "demo"


@pytest.fixture
def home(demo, tmp_path):
    folder = tmp_path / "demo"
    folder.mkdir()
    shutil.copytree(demo, folder / demo.name)
    (folder / "latest").symlink_to(demo.name, target_is_directory=True)
    return folder


def test_the_page_lists_every_step_and_norm_and_its_links_lead_somewhere_in_the_copy(home):
    folder = lab.prepared(home, BASE)
    page = (folder / lab.START).read_text(encoding="utf-8")
    assert all(step.notebook in page and step.question in page for step in registry.steps())
    assert all(norm in page for norm in norms.register())
    assert all((folder / link).exists() for link in re.findall(r"\]\(([^)]+)\)", page))
    assert not (folder / store.MANIFEST).exists()  # open: steps may save
    assert lab.START in json.dumps(lab.workspace()["data"])


def test_what_an_analyst_made_outlives_every_start_and_every_run(home):
    folder = lab.prepared(home, BASE)
    book = next((folder / "notebooks").glob("*.ipynb"))
    book.write_text("mine", encoding="utf-8")
    (folder / "idea.ipynb").write_text("mine too", encoding="utf-8")
    (folder / "tables" / "history.parquet").write_bytes(b"changed")
    assert lab.prepared(home, BASE) == folder
    later = home / "2026-12-31-later"
    shutil.copytree(home / "latest", later)
    run_folder.point(home, later.name)
    assert lab.prepared(home, BASE) != folder
    assert (book.read_text(encoding="utf-8"), (folder / "idea.ipynb").read_text(encoding="utf-8")) == ("mine", "mine too")
    assert (folder / "tables" / "history.parquet").read_bytes() == b"changed"


def test_a_notebook_runs_in_the_copy_and_leaves_project_and_sealed_run_alone(home):
    before = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, check=True).stdout
    folder = lab.prepared(home, BASE)
    book = folder / "notebooks" / registry.by_name("repeat").notebook
    (folder / "tables" / "findings_repeat.parquet").unlink()
    papermill.execute_notebook(str(book), str(book), progress_bar=False, cwd=str(book.parent), kernel_name="python3")
    assert (folder / "tables" / "findings_repeat.parquet").is_file()
    assert run_folder.verify(home / "latest") == []
    assert subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, check=True).stdout == before


@pytest.mark.parametrize(("base", "said"), [("", "holds no audit.toml"), ("data/nowhere", "there is no folder")])
def test_no_other_base_is_opened_than_the_one_named(base, said, capsys):
    assert cli.main(["lab", base]) == 1
    assert said in capsys.readouterr().err


def test_a_base_without_a_run_is_told_so(tmp_path, capsys):
    assert cli.main(["lab", str(ROOT / "data" / "demo"), "--outputs", str(tmp_path)]) == 1
    assert "no run of demo lies in" in capsys.readouterr().err


@pytest.fixture
def base(tmp_path):
    """A base's folder with the demo's audit.toml."""
    folder = tmp_path / "data" / "demo"
    folder.mkdir(parents=True)
    shutil.copy(BASE / "audit.toml", folder)
    return folder


@contextlib.contextmanager
def served(base, home):
    """JupyterLab on the copy of a base's run, as the command starts it: the address of a path there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ("--", "--no-browser", f"--port={port}", "--allow-root")
    command = [sys.executable, "-m", "audit.cli", "lab", str(base), "--outputs", str(home.parent), *options]
    own = {**os.environ, "JUPYTER_TOKEN": "x" * 32}
    started = subprocess.Popen(command, env=own, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def address(path: str) -> str:
        return f"http://127.0.0.1:{port}/{path}?token={'x' * 32}"

    try:
        for _try in range(240):
            time.sleep(0.25)
            with contextlib.suppress(OSError), urllib.request.urlopen(address("api"), timeout=5):
                break
            assert started.poll() is None, "JupyterLab ended at once"
        yield address
    finally:
        os.killpg(started.pid, signal.SIGTERM)
        started.wait(20)


def got(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


def run_all(page, book: str) -> None:
    """Run the notebook once it is the one in front: others that JupyterLab opens again have menus and kernels too."""
    page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab.jp-mod-current", has_text=book).wait_for()
    page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    page.wait_for_selector("text=| Idle")
    page.locator(".lm-MenuBar-itemLabel", has_text="Run").click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Run All Cells$")).click()


def at_the_top(page) -> str:
    """What stands under the title."""
    page.locator(".jp-Notebook").hover()
    page.mouse.wheel(0, -50_000)
    line = page.locator(".of-the-copy", has_text="open copy")
    return line.text_content()


def saved(page, book, *, until) -> None:
    """Have JupyterLab save the notebook, until its last output holds a text."""
    for _try in range(160):
        page.keyboard.press("Control+s")
        page.wait_for_timeout(250)
        try:
            stored = json.loads(book.read_text(encoding="utf-8"))
        except json.JSONDecodeError:  # it is just being written
            continue
        last = "".join("".join(one.get("data", {}).get("text/html", "")) for one in stored["cells"][-1]["outputs"])
        if until in last:
            return
    raise AssertionError(f"{until!r} is not in the last cell: {last}")


def test_an_analysts_day(home, base, browser):
    """Run all, another norm by the form, what would change, a table sorted, a value kept, a chapter looked at, and all of it there after a restart."""
    before = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, check=True).stdout
    folder = lab.prepared(home, base)
    step = registry.by_name("repeat")
    book = folder / "notebooks" / step.notebook
    with served(base, home) as address:
        assert "open for work" in json.loads(got(address(f"api/contents/{lab.START}")))["content"]
        assert lab.START in got(address(f"lab/api/workspaces/{lab.WORKSPACE}"))
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        outside = []
        page.on(
            "request",
            lambda request: outside.append(request.url) if not request.url.startswith((address("")[:20], "data:", "blob:")) else None,
        )
        page.goto(address(f"lab/tree/notebooks/{step.notebook}"))
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        run_all(page, step.notebook)
        saved(page, book, until="nothing")
        assert {"Северный снаб", "open copy", "as the report"} <= set(at_the_top(page).split(" · "))
        row = page.locator(".widget-inline-hbox", has_text="repeat_horizon_days").locator("input")
        row.fill("3")
        page.get_by_role("button", name="Apply and run").click()
        page.wait_for_selector("text=at least 7")
        row.fill("180")
        page.get_by_placeholder("why, for the report").fill("as agreed with the owner")
        page.get_by_role("button", name="Keep in audit.toml").click()
        page.wait_for_selector("text=apply first")
        page.get_by_role("button", name="Apply and run").click()
        saved(page, book, until="findings</caption>")
        assert "365 → 180" in at_the_top(page)
        page.get_by_placeholder("why, for the report").fill("as agreed with the owner")
        page.get_by_role("button", name="Keep in audit.toml").click()
        page.wait_for_selector("text=Kept in")
        page.get_by_role("button", name="Preview the chapter").click()
        page.wait_for_selector(f"text=preview/{step.name}.html: the chapter")
        page.goto(address(f"lab/tree/{lab.BROWSER}"))
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        run_all(page, lab.BROWSER)
        page.locator(".widget-dropdown select").select_option("debtors")
        page.wait_for_selector("text=a row is one group of companies")
        most = store.load(folder, "debtors").sort_values("overdue", ascending=False).iloc[0]["group"]
        page.locator(".dt-container:visible th", has_text="overdue").first.click()  # up
        rows = page.locator(".dt-container:visible tbody tr")
        page.wait_for_timeout(300)
        up = rows.first.inner_text()
        page.locator(".dt-container:visible th", has_text="overdue").first.click()  # down
        rows.first.filter(has_text=most).wait_for()
        page.close()
    assert outside == []
    assert not up.startswith(most)
    assert "norms.repeat_horizon_days" in (base / "audit.toml").read_text(encoding="utf-8")
    assert tomllib.loads((base / "audit.toml").read_text(encoding="utf-8"))["norms"]["repeat_horizon_days"]["value"] == 180
    page = folder / "preview" / "repeat.html"
    assert "within 180 days" in page.read_text(encoding="utf-8")
    for _apply in range(2):
        chapters.outdated(folder)  # as other values do that are applied
    assert page.read_text(encoding="utf-8").count("Made before the values now in force") == 1
    left = json.loads(book.read_text(encoding="utf-8"))
    with served(base, home) as address:
        found = json.loads(got(address(f"api/contents/notebooks/{step.notebook}")))["content"]
    assert [cell["source"] for cell in found["cells"]] == ["".join(cell["source"]) for cell in left["cells"]]
    assert "findings</caption>" in str(found["cells"][-1]["outputs"])
    assert norms.of(folder, {"repeat_horizon_days": None}).repeat_horizon_days == 180
    assert run_folder.verify(home / "latest") == []
    assert subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, check=True).stdout == before


def test_as_in_the_report_takes_back_what_other_notebooks_tried_too(home, monkeypatch):
    folder = lab.prepared(home, BASE)
    form.try_out(folder, {"repeat_horizon_days": 180, "overdue_chance": 0.1})
    asked = []
    monkeypatch.setattr(form, "_front", lambda: SimpleNamespace(commands=SimpleNamespace(execute=asked.append)))
    made = form.Form(folder, {"repeat_horizon_days": None}, "020_repeat.ipynb")
    assert made.boxes["repeat_horizon_days"].value == "180"
    made.back()
    assert difference.tried(folder) == {}
    assert made.boxes["repeat_horizon_days"].value == "365"
    assert asked == ["notebook:run-all-cells"]


def test_a_kept_value_leaves_the_rest_of_audit_toml_as_it_is(base):
    before = (base / "audit.toml").read_text(encoding="utf-8")
    assert kept(base, {"repeat_horizon_days": 180.0, "abc_a_share": 0.7}, why="as agreed") == (
        base / "audit.toml",
        ["repeat_horizon_days", "abc_a_share"],
    )
    now = (base / "audit.toml").read_text(encoding="utf-8")
    stated = tomllib.loads(now)
    assert now.startswith(before.rstrip("\n"))
    assert stated["norms"]["repeat_horizon_days"] == {"value": 180, "why": "as agreed"}
    assert {key: value for key, value in stated.items() if key != "norms"} == {
        key: value for key, value in tomllib.loads(before).items() if key != "norms"
    }
    kept(base, {"abc_a_share": 0.75}, why="thought again")
    assert tomllib.loads((base / "audit.toml").read_text(encoding="utf-8"))["norms"]["abc_a_share"] == {
        "value": 0.75,
        "why": "thought again",
    }
    assert settings.read(base).norms["abc_a_share"].value == 0.75
    register = {name: norms.register()[name].value for name in ("repeat_horizon_days", "abc_a_share")}
    assert kept(base, register, why="")[1] == ["repeat_horizon_days", "abc_a_share"], (
        "what is the register's own needs no reason and no entry"
    )
    assert settings.read(base).norms == settings.read(BASE).norms
    assert kept(base, register, why="")[1] == []


@pytest.mark.parametrize(
    ("values", "why", "said"),
    [
        ({"repeat_horizon_days": 180}, " ", "with its reason"),
        ({"repeat_horizon_days": 3}, "as agreed", "at least 7"),
        ({"repeat_horizon_days": 180, "abc_a_share": 7.0}, "as agreed", "at most 0.99"),
    ],
)
def test_a_value_without_a_reason_or_out_of_its_bounds_is_not_kept(base, values, why, said):
    before = (base / "audit.toml").read_bytes()
    with pytest.raises(AuditError, match=said):
        kept(base, values, why=why)
    assert (base / "audit.toml").read_bytes() == before


def test_a_tried_value_reaches_the_chapters_that_go_by_it_and_can_be_taken_back(home):
    folder, step = lab.prepared(home, BASE), registry.by_name("repeat")
    form.try_out(folder, {"repeat_horizon_days": 180})
    assert difference.tried(folder) == {"repeat_horizon_days": (365, 180)}
    assert "repeat_horizon_days 365 → 180" in form.title(folder)
    chapters.executed(folder, step)
    assert "findings_repeat" in difference.tables(folder)
    assert "findings</caption>" in difference.shown(folder).data
    with pytest.raises(AuditError, match="at least 7"):
        form.try_out(folder, {"repeat_horizon_days": 1})
    form.try_out(folder, {"repeat_horizon_days": 365})
    assert difference.tried(folder) == {}
    assert store.settings(folder) == store.settings(home / "latest")


def test_what_depends_on_a_chapter_goes_by_its_norms_or_takes_its_tables_in_the_order_of_a_run(home):
    folder = lab.prepared(home, BASE)
    later = [step.name for step in chapters.dependents(folder, registry.by_name("value"))]
    assert "retention" in later, "it names value_left_days"
    later = [step.name for step in chapters.dependents(folder, registry.by_name("retention"))]
    assert {"ladder", "segments", "value", "customers", "verdicts"} <= set(later)
    assert later.index("ladder") < later.index("value") < later.index("customers") < later.index("verdicts")
    assert not {"repeat", "service", "changes", "account"} & set(later)


def test_norms_tried_in_the_lab_give_the_tables_that_a_run_with_them_gives(tmp_path):
    """Apply, and what depends on it: every chapter's tables as of a fresh run of the same base with the norm kept."""
    own = write_base(tmp_path / "own", CSV, TOML)
    first = run.run(own, outputs=tmp_path / "outputs", say=lambda _line: None).folder
    folder = lab.prepared(tmp_path / "outputs" / own.name, own)
    step = registry.by_name("retention")
    tried = {"active_months": 2, "overdue_chance": 0.2}
    form.try_out(folder, tried)
    for one in (step, *chapters.dependents(folder, step)):
        chapters.executed(folder, one)
    kept(own, tried, why="as tried in the lab")
    again = run.run(own, outputs=tmp_path / "outputs", say=lambda _line: None).folder
    tables = sorted(path.name for path in (again / "tables").glob("*.parquet"))
    assert [name for name in tables if (again / "tables" / name).read_bytes() != (folder / "tables" / name).read_bytes()] == []
    assert [name for name in tables if (again / "tables" / name).read_bytes() != (first / "tables" / name).read_bytes()] != []


@pytest.mark.parametrize(("text", "value"), [("0,1", 0.1), ("0.1", 0.1), (" 0.25 ", 0.25)])
def test_a_norm_is_read_with_a_comma_or_a_point(text, value):
    assert form.read(norms.register()["overdue_chance"], text) == value


@pytest.mark.parametrize("text", ["", "much", "0.9", "-1", "nan"])
def test_what_a_norm_may_not_be_is_refused_and_never_made_fit(text):
    with pytest.raises(norms.BadNorm, match="overdue_chance"):
        form.read(norms.register()["overdue_chance"], text)


def test_a_second_copy_has_its_own_name(home):
    first, second = lab.prepared(home, BASE), lab.prepared(home, BASE, "stricter-norms")
    assert second.name == "stricter-norms"
    assert second.parent == first.parent
    assert difference.tables(second) == []
    with pytest.raises(lab.NoCopy, match="letters, digits"):
        lab.prepared(home, BASE, "../elsewhere")


def test_names_are_text_in_tables_that_can_be_sorted():
    table = pd.DataFrame({"customer": ["<img src=x onerror=alert(1)>", "</script><b>"], "revenue": [1.0, 2.5]})
    said = sortable.whole(table, "<b>caption</b>").data
    assert "<img" not in said
    assert "</script><b>" not in said
    assert "<b>caption" not in said


def test_the_command_says_which_copy_it_opens_and_hands_jupyterlab_its_options(home, monkeypatch, capsys):
    given = []
    monkeypatch.setattr(lab, "opened", lambda folder, *more: given.append((folder.name, more)) or 0)
    words = ["lab", str(BASE), "--outputs", str(home.parent)]
    run_ = (home / "latest").resolve().name
    assert cli.main([*words, "--", "--no-browser", "--port=8889"]) == 0
    assert "a new copy of the last run" in capsys.readouterr().out
    assert cli.main([*words, "--copy", "stricter", "--", "--no-browser"]) == 0
    assert f"earlier copies, to be opened by --copy: {run_}" in capsys.readouterr().out
    assert cli.main(words) == 0
    assert "as you left it" in capsys.readouterr().out
    assert given == [(run_, ("--no-browser", "--port=8889")), ("stricter", ("--no-browser",)), (run_, ())]
    with pytest.raises(SystemExit):
        cli.main(["steps", "--", "--no-browser"])


def test_a_copy_whose_sealed_run_is_gone_says_so(home):
    folder = lab.prepared(home, BASE)
    shutil.rmtree((home / "latest").resolve())
    assert "is no longer there" in form.title(folder)
    assert "is no longer there" in difference.shown(folder).data
    form.shown(folder, {"repeat_horizon_days": None}, "020_repeat.ipynb")

"""The machine around a run: full disks, other languages and clocks, odd folders, no kernel by name, and figures that agree (faults 34, 44, 48, 51, 52, 60)."""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys

import pandas as pd
import polars as pl
import pytest

from audit import run
from audit.core import registry, store
from audit.intake.propose.files import NAME
from audit.report import workbook
from audit.run import run_folder
from tests.conftest import ROOT, TOML, write_base
from tests.test_run import CSV

AUDIT = [sys.executable, "-m", "audit.cli"]


def by_command(*arguments, **more) -> subprocess.CompletedProcess:
    return subprocess.run([*AUDIT, *map(str, arguments)], capture_output=True, text=True, **{"cwd": ROOT, **more})


def test_fault_34_names_of_customers_and_files_lead_to_no_other_place(tmp_path):
    """What our files and sheets are called: one part of a path, of letters that every system allows, none like another."""
    names = ["/", "..", "../../etc/passwd", "CON", "a.", "x" * 300, "ООО «Ромашка»", "a/b", "a\\b", "nul:", ".hidden"]
    sheets, taken = [], set()
    for name in names:
        sheets.append(workbook.sheet_name(name, taken))
        source = NAME.sub("_", name).strip("_").lower() or "source"
        assert not re.search(r"[/\\:*?\"<>|]", source)
        assert ".." not in source
    assert len({sheet.casefold() for sheet in sheets}) == len(names)
    assert all(0 < len(sheet) <= 31 and not set(sheet) & set("[]:*?/\\") for sheet in sheets)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A base, and its run in a folder of its own."""
    folder = tmp_path_factory.mktemp("good")
    base = write_base(folder / "small", CSV, TOML)
    return base, run.run(base, outputs=folder / "outputs", only=["intake", "repeat"], say=lambda _line: None).folder


def test_fault_44_a_disk_that_is_full_ends_in_words_and_leaves_the_last_good_report(good, tmp_path):
    base, folder = good
    outputs = tmp_path / "outputs"
    shutil.copytree(folder.parent, outputs / "small", symlinks=True)

    def full():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    again = by_command("run", base, "--only", "intake,repeat", "--force", "--outputs", outputs, preexec_fn=full)
    assert again.returncode == 1
    assert "Traceback" not in again.stderr
    assert again.stderr.startswith("audit: ")
    assert run_folder.verify(outputs / "small" / folder.name) == []
    assert not list((outputs / "small").glob(".building*"))


def test_fault_44_outputs_that_are_a_file_are_said_in_words(good, tmp_path):
    (tmp_path / "outputs").write_text("", encoding="utf-8")
    again = by_command("run", good[0], "--outputs", tmp_path / "outputs")
    assert (again.returncode, "Traceback" in again.stderr) == (1, False)


def test_faults_48_51_language_clock_folder_and_kernels_of_the_machine_change_nothing(good, tmp_path):
    """In C, on the other side of the date line, in a folder with blanks and Cyrillic, where no kernel is installed under a name."""
    base, outputs = tmp_path / "папка с пробелом" / "small", tmp_path / "итоги тут"
    shutil.copytree(good[0], base)
    odd = dict.fromkeys(["JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "HOME"], str(tmp_path / "none")) | {
        "LC_ALL": "C",
        "LANG": "C",
        "TZ": "Asia/Tokyo",
    }
    done = by_command("run", base, "--only", "intake,repeat", "--outputs", outputs, env={**os.environ, **odd, "JUPYTER_PATH": ""})
    assert done.returncode == 0, done.stderr
    assert run_folder.manifest(outputs / "small" / good[1].name)["outputs"] == run_folder.manifest(good[1])["outputs"]


def test_fault_52_an_english_report_of_a_base_in_english_has_no_russian_in_it(good):
    for page in (good[1] / "report" / "en").glob("*.html"):
        text = re.sub(r"<style.*?</style>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub("«[^»]*»", "", text)  # titles of books, and what exports call their totals
        assert re.findall(r"[А-Яа-яЁё]+", text) == [], page.name


def test_fault_52_a_russian_report_says_every_heading_in_russian(demo):
    for page in (demo / "report" / "ru").glob("*.html"):
        for heading in re.findall(r"<h[123][^>]*>(.*?)</h[123]>", page.read_text(encoding="utf-8")):
            assert re.search(r"[А-Яа-яЁё]", heading), (page.name, heading)


def test_fault_60_the_money_of_every_table_is_that_of_the_lines(demo):
    """Customers, months, classes, levels: whatever cuts the sales, its parts add up to them."""
    lines = float(pl.read_parquet(demo / "tables" / "lines.parquet")["amount"].sum())
    table = lambda name: store.load(demo, name)
    until = store.settings(demo).as_of
    bridge = table("bridge")  # returns without their sale belong to no purchase, and stand here
    assert float(bridge["booked"].sum()) == pytest.approx(lines, abs=0.01)
    bought = lines - float(bridge["untraced"].sum())
    for name in ("history", "panel", "purchases", "bridge"):
        assert float(table(name)["revenue"].sum()) == pytest.approx(bought, abs=0.01), name
    year = table("panel")
    year = float(year[year["period"].dt.year == until.year]["revenue"].sum())
    shares = table("revenue_shares")
    for level, part in shares.groupby("level_class"):
        assert float(part["revenue"].sum()) == pytest.approx(year, rel=1e-9), level
    classes = table("customer_classes")
    assert float(classes["revenue"].sum()) == pytest.approx(float(classes.drop_duplicates("group")["group_revenue"].sum()), rel=1e-9)
    assert float(table("revenue_deciles")["revenue"].sum()) == pytest.approx(year, rel=1e-9)


def test_every_table_that_a_step_saves_holds_shares_within_their_whole(demo):
    from audit.core.tables import schema

    for path in sorted((demo / "tables").glob("*.parquet")):
        if registry.writer(path.stem):
            assert list(schema.share_faults(pd.read_parquet(path))) == [], path.stem

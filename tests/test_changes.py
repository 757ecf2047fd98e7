"""What moved between two audits: intervals decide for estimates, difference for facts; classes are counted by hand; a run names its
previous one."""

import re
import shutil

import openpyxl
import pandas as pd
import pytest

from audit import cli, run
from audit.core import settings, store
from audit.run import previous_run, run_folder
from audit.steps import changes
from tests.conftest import TOML, write_base


def found(rows):
    columns = ["step", "id", "title", "unit", "norm_id", "value", "low", "high", "verdict"]
    return pd.DataFrame([("base", name, "", "share", "", *rest) for name, *rest in rows], columns=columns)


def test_an_estimate_moves_when_its_intervals_part_and_a_fact_when_it_differs():
    before = found(
        [
            ("far", 0.2, 0.1, 0.3, "missed"),
            ("near", 0.2, 0.1, 0.3, ""),
            ("fact", 5, 5, 5, ""),
            ("same", 7, 7, 7, "met"),
            ("gone", 1, 1, 1, ""),
        ]
    )
    now = found(
        [
            ("far", 0.5, 0.4, 0.6, "met"),
            ("near", 0.3, 0.2, 0.4, ""),
            ("fact", 6, 6, 6, ""),
            ("same", 7, 7, 7, "met"),
            ("fresh", 1, 1, 1, ""),
        ]
    )
    moved = changes.findings_moved(now, before).set_index("id")["moved_class"]
    assert moved.to_dict() == {"far": "moved", "fact": "moved", "near": "chance", "same": "same", "fresh": "appeared", "gone": "gone"}
    assert moved.index[0] == "far"  # its verdict changed


def test_a_run_compared_with_itself_has_not_moved(demo):
    own = store.findings(demo)
    assert set(changes.findings_moved(own, changes.then(None, own))["moved_class"]) == {"same"}
    tables = previous_run.compared(demo, demo)
    assert len(tables["customers_moved"]) == len(tables["classes_moved"]) == 0


def test_classes_are_counted_by_hand_and_the_new_and_the_gone_have_none():
    then = pd.DataFrame({"customer_id": ["a", "b", "c"], "base_class": "by_money", "class_now": ["A", "B", "C"]})
    now = pd.DataFrame({"customer_id": ["a", "b", "d"], "base_class": "by_money", "class_now": ["A", "A", "C"]})
    people = changes.customers_moved(now, then, revenue=pd.Series({"b": 5.0, "d": 9.0}))
    assert people[["customer_id", "class_before", "class_now"]].to_numpy().tolist() == [
        ["d", "none", "C"],
        ["b", "B", "A"],
        ["c", "C", "none"],
    ]
    counts = changes.classes_moved(people)
    assert counts["customers"].sum() == 3
    assert counts["revenue"].sum() == 14.0


PART = ["base", "repeat", "retention", "segments", "wallet", "customers", "verdicts"]  # of the audit: what the lists and their tables need


def test_e36_what_moved_in_the_work_with_key_accounts_stands_part_by_part():
    before = pd.DataFrame({"customer_id": ["a", "b"], "persons": [1, 2], "levels": [1, 2], "gaps": [5, 1]})
    now = pd.DataFrame({"customer_id": ["a", "c"], "persons": [3, 1], "levels": [1, 1], "gaps": [2, 0]})
    found = changes.relations_moved(now, before).fillna(-1)
    assert found.to_numpy().tolist() == [
        ["a", "persons", 1, 3], ["a", "gaps", 5, 2],
        ["b", "persons", 2, -1], ["b", "levels", 2, -1], ["b", "gaps", 1, -1],
        ["c", "persons", -1, 1], ["c", "levels", -1, 1], ["c", "gaps", -1, 0],
    ]  # fmt: skip
    assert changes.relations_moved(now, None).empty
    assert changes.relations_moved(now, now).empty


def sales(until: str) -> str:
    days = pd.date_range("2023-01-05", until, freq="30D")
    rows = [
        f"{who},{day:%Y-%m-%d},{100 * (i + 1)}"
        for i, who in enumerate("ABCDEF")
        for day in days
        if who != "A" or day < pd.Timestamp("2024-07-01")
    ]
    return "who,day,money\n" + "\n".join(rows) + "\n"


def filled(source, target):
    """The list of a run as a manager fills it in: every row done and ordered."""
    book = openpyxl.load_workbook(source)
    for sheet in book.worksheets[1:]:
        at = {cell.value: cell.column for cell in sheet[1]}
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, at["Status"]).value, sheet.cell(row, at["Result"]).value = "done", "ordered"
    book.save(target)


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A base audited in mid 2024 and again at its end, when A has long been silent."""
    folder = tmp_path_factory.mktemp("two")
    base = write_base(folder / "base", sales("2024-12-31"), TOML.replace("2024-12-31", "2024-06-30"))
    part = {"outputs": folder / "outputs", "only": PART, "say": lambda _line: None}
    first = run.run(base, **part).folder
    filled(first / "report" / "en" / "actions.xlsx", base / "actions.xlsx")
    more = f'[base]\nprevious = "{first}"\nactions_done = "actions.xlsx"'
    (base / "audit.toml").write_text(TOML.replace("[base]", more), encoding="utf-8")
    return base, first, run.run(base, **part | {"only": [*PART, "changes"]}).folder


def test_a_base_that_names_its_previous_run_gets_the_chapter(two):
    _base, first, now = two
    assert (now / "report" / "en" / "changes.html").is_file()
    assert not (first / "report" / "en" / "changes.html").exists()
    people = store.load(now, "customers_moved")
    assert "A" in set(people["customer_id"])
    assert first.name in (now / "report" / "en" / "changes.html").read_text(encoding="utf-8")


def test_the_filled_in_list_of_the_previous_run_is_read_and_nothing_is_claimed_of_so_few(two):
    _base, first, now = two
    done, effect = store.load(now, "actions_done", "actions_effect")
    listed = store.load(first, "customer_overview").query("action_class != ''")
    assert len(listed) > 0
    assert done["listed"].sum() == done["done"].sum() == done["bought"].sum() == len(listed)
    assert set(effect["said_class"]) <= {"too_few"}


def test_the_command_says_the_same_and_keeps_it_as_csv(two, capsys, tmp_path):
    _base, first, now = two
    assert cli.main(["compare", str(first), str(now), "--into", str(tmp_path)]) == 0
    assert "Findings that moved" in capsys.readouterr().out
    moved = pd.read_csv(tmp_path / "customers_moved.csv")
    assert len(moved) == len(store.load(now, "customers_moved"))


def test_a_previous_run_that_is_not_there_or_of_another_edition_is_an_error_in_words(two):
    base, first, _now = two
    own = settings.read(base)
    for changed, word in [
        ({"previous": "nowhere"}, "no sealed run"),
        ({"edition": "pseudonymous", "previous": str(first)}, "pseudonymous"),
    ]:
        wrong = own.model_copy(update={"base": own.base.model_copy(update=changed)})
        with pytest.raises(settings.BadSettings, match=word):
            previous_run.folder_of(base, wrong)


def test_verify_finds_what_was_changed_lost_or_added(two, tmp_path, capsys):
    copy = tmp_path / "run"
    shutil.copytree(two[1], copy)
    assert cli.main(["verify", str(copy)]) == 0
    page = copy / "report" / "en" / "base.html"
    page.write_text(page.read_text(encoding="utf-8").replace("100", "999", 1), encoding="utf-8")
    (copy / "report" / "en" / "repeat.html").unlink()
    (copy / "report" / "en" / "more.html").touch()
    capsys.readouterr()
    assert cli.main(["verify", str(copy)]) == 1
    said = capsys.readouterr().out
    assert "base.html was changed" in said
    assert "repeat.html is missing" in said
    assert "more.html was not sealed" in said


def test_a_swap_that_was_killed_half_way_loses_no_good_run(tmp_path):
    (tmp_path / f"{run_folder.REPLACED}good").mkdir()
    (tmp_path / f"{run_folder.REPLACED}done").mkdir()
    (tmp_path / "done").mkdir()
    with run_folder.building(tmp_path, "next"):
        assert (tmp_path / "good").is_dir()
    assert {path.name for path in tmp_path.iterdir()} == {"good", "done"}


def test_a_further_language_is_the_same_whenever_it_is_told(two, tmp_path):
    """Told later from the stored tables, or at once: the same bytes."""
    base, _first, now = two
    from audit.run import render

    later = render.further(now, languages=["ru"], say=lambda _line: None)
    toml = (base / "audit.toml").read_text(encoding="utf-8")
    other = tmp_path / "base"
    shutil.copytree(base, other)
    (other / "audit.toml").write_text(toml.replace("[base]", '[base]\nlanguages = ["ru"]'), encoding="utf-8")
    at_once = run.run(other, outputs=tmp_path / "outputs", only=["base", "repeat"], say=lambda _line: None).folder
    for page in ("base.html", "repeat.html"):
        one, two_ = (
            re.split('<p class="onward">|</main>', (folder / "report" / "ru" / page).read_text(encoding="utf-8").partition("<main")[2])[
                0
            ].strip()
            for folder in (later, at_once)
        )
        assert one == two_, page

"""What is taken over from an earlier run: by content, only what still holds, and said (fault 47)."""

import json
import shutil

import pytest

from audit import run
from audit.core import settings, registry, store
from audit.run import fingerprint
from tests.conftest import ROOT, TOML, write_base
from tests.test_run import CSV, audit, break_cell, place  # noqa: F401 - a fixture


def unchanged(said: list[str]) -> set[str]:
    return {line.split()[0] for line in said if "unchanged, taken from" in line}


def edit(path):
    path.write_text(path.read_text(encoding="utf-8").replace("# folder of an audit run", "# the folder of an audit run"), encoding="utf-8")


def test_a_changed_notebook_runs_alone_where_its_tables_stay_the_same(place):  # noqa: F811
    first, _said = audit(place)
    edit(place[2] / "060_segments.ipynb")
    second, said = audit(place)
    ran = {step.name for step in registry.ALL} - set(second.skipped) - unchanged(said)
    assert ran == {"segments"}
    assert "tables" in unchanged(said)
    assert first.folder != second.folder
    pages = {path.name: path.read_bytes() for path in (first.folder / "report" / "en").iterdir()}
    again = {
        path.name: path.read_bytes().replace(second.folder.name.encode(), first.folder.name.encode())
        for path in (second.folder / "report" / "en").iterdir()
    }
    assert pages.keys() == again.keys()
    assert pages["base.html"] == again["base.html"]


def test_dependents_of_a_changed_result_run_too(place):  # noqa: F811
    audit(place)
    notebook = place[2] / "020_repeat.ipynb"
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(text.replace("findings_repeat=found)", "findings_repeat=found.head(0))"), encoding="utf-8")
    second, said = audit(place)
    ran = {step.name for step in registry.ALL} - set(second.skipped) - unchanged(said)
    assert ran == {"repeat", "verdicts"}


def test_an_overridden_norm_runs_the_chapters_that_name_it(place):  # noqa: F811
    audit(place)
    write_base(place[0], CSV, TOML + "\n[norms.loyalty_purchases]\nvalue = 4\nwhy = 'few purchases are usual here'\n")
    second, said = audit(place)
    assert {"tables", "base", "repeat", "retention", "segments"} <= unchanged(said)
    assert "loyalty" not in unchanged(said)


def test_what_was_changed_by_hand_in_an_earlier_run_is_made_again(place):  # noqa: F811
    first, _said = audit(place)
    (first.folder / "tables" / "tenure.parquet").write_bytes(b"another")
    edit(place[2] / "060_segments.ipynb")
    second, said = audit(place)
    assert "base" not in unchanged(said)
    assert len(store.load(second.folder, "tenure"))


def test_a_failed_run_need_not_repeat_what_had_succeeded(place):  # noqa: F811
    notebook = place[2] / "020_repeat.ipynb"
    before = notebook.read_text(encoding="utf-8")
    break_cell(notebook, "raise ValueError('the horizon is odd')")
    with pytest.raises(run.StepFailed):
        audit(place)
    notebook.write_text(before, encoding="utf-8")
    done, said = audit(place)
    assert {"tables", "base", "retention"} <= unchanged(said)
    assert {"repeat", "verdicts"}.isdisjoint(unchanged(said))
    assert json.loads((done.folder / "steps.json").read_text())["en/base"]["key"]


def test_forcing_takes_nothing_over(place):  # noqa: F811
    audit(place)
    _again, said = audit(place, force=True)
    assert not unchanged(said)


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A copy of the code that may be edited, and the keys of all steps as it stands."""
    copy = tmp_path / "audit"
    shutil.copytree(ROOT / "lib" / "audit", copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(fingerprint, "LIB", copy)
    monkeypatch.setattr(fingerprint, "DATA", [copy / "norms.toml"])
    given = settings.read(ROOT / "data" / "demo")
    (tmp_path / "run" / "tables").mkdir(parents=True)

    def keys():
        fingerprint.closure.cache_clear()
        made = {
            step.name: fingerprint.step(step, tmp_path / "run", given, "en", fingerprint.code_of(ROOT / "notebooks" / step.notebook))
            for step in registry.ALL
        }
        return made | {"tables": fingerprint.tables({}, given)}

    yield copy, keys
    fingerprint.closure.cache_clear()


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("repeat.py", {"repeat"}),
        ("loyalty.py", {"loyalty"}),
        ("segments/money.py", {"segments", "accounts", "value", "profit", "portfolio", "forecast"}),
        ("verdicts.py", {"verdicts"}),
        ("ledger/history.py", {"tables", "intake"}),
        ("intake/parse.py", {"tables", "intake"}),
        ("language.py", {"tables", *(step.name for step in registry.ALL)}),
        ("norms.toml", {"tables", *(step.name for step in registry.ALL)}),
    ],
)
def test_a_changed_module_changes_the_steps_that_use_it_and_no_other(library, file, expected):
    copy, keys = library
    before = keys()
    with (copy / file).open("a", encoding="utf-8") as module:
        module.write("\n")
    after = keys()
    assert {name for name in before if before[name] != after[name]} == expected


def test_a_norm_is_named_in_words_wherever_it_is_used():
    """A step is taken over by the norms that its code names; a norm whose name is put together would be missed."""
    from audit.core import norms

    code = "".join(path.read_text(encoding="utf-8") for path in [*(ROOT / "lib").rglob("*.py"), *(ROOT / "notebooks").glob("*.ipynb")])
    assert [norm for norm, entry in norms.register().items() if entry.kind != "claim" and norm not in code] == []


def test_lines_at_an_address_are_never_taken_for_unchanged(place):  # noqa: F811
    far = TOML.split("[sources")[0] + '[engine]\nlines = "s3://bucket/lines"\n'
    near = far.replace("s3://bucket/lines", "lines/*.parquet")
    keys = []
    for toml in (far, far, near, near):
        write_base(place[0], CSV, toml)
        given = settings.read(place[0])
        keys.append(fingerprint.run(run._read_anew(given), given, [], place[2]))
    assert keys[0] != keys[1]
    assert keys[2] == keys[3]

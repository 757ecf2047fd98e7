"""What is taken over from an earlier run: by content, only what still holds, and said (fault 47)."""

import json
import shutil

import pytest

from audit import run
from audit.core import norms, registry, settings, store
from audit.i18n import messages
from audit.run import fingerprint
from tests.conftest import ROOT, TOML, write_base
from tests.test_run import CSV, audit, break_cell, place, placed  # noqa: F401 - a fixture

PART = [
    "base",
    "repeat",
    "retention",
    "segments",
    "verdicts",
]  # of the audit: with customers they depend on each other, and take a third of the time


def unchanged(said: list[str]) -> set[str]:
    return {line.split()[0] for line in said if "unchanged, taken from" in line}


def ran(said: list[str]) -> set[str]:
    return {line.split()[0] for line in said if " done, " in line}


def edit(path):
    path.write_text(path.read_text(encoding="utf-8").replace("# folder of an audit run", "# the folder of an audit run"), encoding="utf-8")


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """The small base, audited once."""
    folder = tmp_path_factory.mktemp("before")
    done, _said = audit(placed(folder), only=PART)
    return folder, done.folder.name


@pytest.fixture
def audited(before, tmp_path):
    """A copy of it: base, outputs and notebooks, and the folder of the run."""
    folder, name = before
    shutil.copytree(folder, tmp_path, symlinks=True, dirs_exist_ok=True)
    return (tmp_path / "small", tmp_path / "outputs", tmp_path / "notebooks"), tmp_path / "outputs" / "small" / name


def test_a_changed_notebook_runs_alone_where_its_tables_stay_the_same(audited):
    there, first = audited
    edit(there[2] / "060_segments.ipynb")
    second, said = audit(there, only=PART)
    assert ran(said) == {"segments"}
    assert "tables" in unchanged(said)
    assert first != second.folder
    pages = {path.name: path.read_bytes() for path in (first / "report" / "en").iterdir()}
    again = {
        path.name: path.read_bytes().replace(second.folder.name.encode(), first.name.encode())
        for path in (second.folder / "report" / "en").iterdir()
    }
    assert pages.keys() == again.keys()
    assert pages["base.html"] == again["base.html"]


def test_dependents_of_a_changed_result_run_too(audited):
    there, _first = audited
    notebook = there[2] / "020_repeat.ipynb"
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(text.replace("findings_repeat=found)", "findings_repeat=found.head(0))"), encoding="utf-8")
    second, said = audit(there, only=PART)
    assert ran(said) == {"repeat", "verdicts"}


def test_an_overridden_norm_runs_the_chapters_that_name_it(audited):
    there, _first = audited
    write_base(there[0], CSV, TOML + "\n[norms.xyz_periods]\nvalue = 5\nwhy = 'months are few here'\n")
    second, said = audit(there, only=PART)
    assert {"tables", "base", "repeat", "retention"} <= unchanged(said)
    assert "segments" in ran(said)


def test_what_was_changed_by_hand_in_an_earlier_run_is_made_again(audited):
    there, first = audited
    (first / "tables" / "tenure.parquet").write_bytes(b"another")
    edit(there[2] / "060_segments.ipynb")
    second, said = audit(there, only=PART)
    assert "base" not in unchanged(said)
    assert len(store.load(second.folder, "tenure"))


def test_a_failed_run_need_not_repeat_what_had_succeeded(place):  # noqa: F811
    notebook = place[2] / "020_repeat.ipynb"
    before = notebook.read_text(encoding="utf-8")
    break_cell(notebook, "raise ValueError('the horizon is odd')")
    with pytest.raises(run.StepFailed):
        audit(place, only=PART)
    notebook.write_text(before, encoding="utf-8")
    done, said = audit(place, only=PART)
    assert {"tables", "base", "retention"} <= unchanged(said)
    assert {"repeat", "verdicts"}.isdisjoint(unchanged(said))
    assert json.loads((done.folder / "steps.json").read_text())["en/base"]["key"]


def test_forcing_takes_nothing_over(audited):
    _again, said = audit(audited[0], only=["base", "repeat"], force=True)
    assert not unchanged(said)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A copy of the code and the notebooks that may be edited, how to take the fingerprints of all steps in both languages, and those of the code as it stands."""
    folder = tmp_path_factory.mktemp("library")
    copy, books = folder / "audit", folder / "notebooks"
    shutil.copytree(ROOT / "lib" / "audit", copy, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "notebooks", books, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    (folder / "run" / "tables").mkdir(parents=True)
    given = settings.read(ROOT / "data" / "demo")
    cached = (
        fingerprint.closure,
        fingerprint._home,
        fingerprint._looked_through,
        fingerprint.texts,
        fingerprint._words,
        messages.catalogue,
        messages.entries,
        norms.register,
    )

    def prints() -> dict[str, str]:
        for function in cached:
            function.cache_clear()
        tongues = {"en": "en", "ru": "ru"}
        made = {
            f"{tongue}/{step.name}": fingerprint.work(step, books / step.notebook, given, tongue)
            for tongue in tongues
            for step in registry.steps()
        }
        return made | {"tables": fingerprint.tables({}, given)}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fingerprint, "LIB", copy)
        patch.setattr(fingerprint, "INTAKE_DATA", [copy / "intake" / "words.toml"])
        patch.setattr(fingerprint.registry, "ROOMS", copy / "steps")
        patch.setattr(messages, "LOCALE", copy / "i18n" / "locale")
        patch.setattr(norms, "__file__", str(copy / "core" / "norms.py"))
        yield folder, prints, prints()
    for function in cached:
        function.cache_clear()


def changed(library, file: str, old: str, new: str) -> set[str]:
    """Which steps a change of one file would run, and whether intake and ledger; `en/` and `ru/` stand before steps where the languages
    differ."""
    folder, prints, before = library
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")
    after = prints()
    path.write_text(text, encoding="utf-8")
    moved = {name for name in before if before[name] != after[name]}
    both = {name[3:] for name in moved if name.startswith("en/") and f"ru/{name[3:]}" in moved}
    return both | {name for name in moved if name[3:] not in both}


EVERY_STEP = {step.name for step in registry.steps()}


@pytest.mark.parametrize(
    ("what", "file", "old", "new", "runs"),
    [
        ("a metric", "audit/steps/repeat/returns.py", "", "\n", {"repeat"}),
        ("a chart", "audit/steps/loyalty/charts.py", "", "\n", {"loyalty"}),
        ("a declared table", "audit/steps/repeat/__init__.py", "Comparable", "Can be compared", {"repeat"}),
        ("a code's label", "audit/steps/loyalty/codes.py", '"no clear type"', '"of no clear type"', {"loyalty"}),
        ("a code that others use", "audit/steps/wallet/codes.py", "", "\n", {"wallet", "portfolio"}),
        ("a model", "audit/models/bg_nbd.py", "", "\n", {"value"}),
        ("the ledger", "audit/ledger/history.py", "", "\n", {"tables"}),
        ("the reading of exports", "audit/intake/mapping/parse.py", "", "\n", {"tables"}),
        ("the words for columns", "audit/intake/words.toml", "", "\n", {"tables"}),
        ("a norm's value", "audit/core/norms.toml", "value = 0.67", "value = 0.66", {"repeat"}),
        ("a norm's meaning", "audit/core/norms.toml", "Share of first-time buyers who buy", "Share of buyers who buy", {"repeat"}),
        ("a norm of the ledger that a chapter names too", "audit/core/norms.toml", "value = 180", "value = 200", {"tables", "dossiers"}),
        (
            "one word of Russian",
            "audit/i18n/locale/ru/LC_MESSAGES/audit.po",
            'msgstr "причастность"',
            'msgstr "участие"',
            {"ru/loyalty", "ru/changes", "ru/verdicts"},
        ),
        ("a notebook", "notebooks/020_repeat.ipynb", "# folder of an audit run", "# the folder of an audit run", {"repeat"}),
        ("how tables look", "audit/report/show.py", "", "\n", EVERY_STEP),
        ("the numbers of both languages", "audit/i18n/numbers.py", "", "\n", {"tables", *EVERY_STEP}),
        ("the pages", "audit/report/__init__.py", "", "\n", EVERY_STEP),
        ("the workbook", "audit/report/workbook.py", "", "\n", {"account", "customers", "dossiers", "field"}),
    ],
)
def test_what_a_change_runs(library, what, file, old, new, runs):
    assert changed(library, file, old, new) == runs, what


def test_a_word_by_which_a_form_is_known_reads_the_exports_again_and_no_other_word_does(library):
    po = "audit/i18n/locale/ru/LC_MESSAGES/audit.po"
    assert "tables" in changed(library, po, 'msgstr "Кто решает: должность"', 'msgstr "Должность решающего"')
    assert "tables" not in changed(library, po, 'msgstr "причастность"', 'msgstr "участие"')


def test_a_norm_is_named_in_words_wherever_it_is_used():
    """A step is taken over by the norms that its code names; a norm whose name is put together would be missed."""
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

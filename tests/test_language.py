"""What a reader is told about the data exists in both languages, with the same values in the same places."""

import ast
import string

import pytest
from babel.messages import pofile

from audit import cli, intake, language, settings
from tests.conftest import ROOT, TOML, write_base

SPEAKING = [*sorted((ROOT / "lib" / "audit" / "intake").glob("*.py")), ROOT / "lib" / "audit" / "terminal.py"]


def messages(path) -> set[str]:
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    return {
        call.args[0].value
        for call in calls
        if call.func.id in ("N_", "_", "translate") and call.args and isinstance(call.args[0], ast.Constant)
    }


@pytest.fixture
def russian(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "ru")


def catalogue() -> dict[str, str]:
    with (language.LOCALE / "ru" / "LC_MESSAGES" / "audit.po").open("rb") as file:
        return {message.id: message.string for message in pofile.read_po(file) if message.id}


def places(message: str) -> set[str]:
    return {name for _literal, name, _format, _conversion in string.Formatter().parse(message) if name}


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.stem)
def test_every_message_about_the_data_has_its_russian_with_the_same_places(path):
    known = catalogue()
    for message in messages(path):
        assert known.get(message), message
        assert places(known[message]) == places(message), message


def test_the_catalogue_holds_nothing_that_is_not_said():
    assert set(catalogue()) == set().union(*map(messages, SPEAKING))


@pytest.mark.parametrize(
    ("said", "russian"),
    [
        ("no customer_id", "нет customer_id"),
        ("lines: amount cannot be read as money", "lines: сумма не читается как money"),
        ("one company with К2: same tax id", "одна компания с К2: одинаковый ИНН"),
        (
            "open question: are the amounts in rubles? Nothing in the files names a currency",
            "открытый вопрос: суммы в рублях? Валюта в файлах не названа",
        ),
        ("something nobody says", "something nobody says"),
    ],
)
def test_a_sentence_stored_in_english_is_retold_in_russian(said, russian, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "ru")
    assert language.retold(said) == russian
    monkeypatch.setenv("LANGUAGE", "en")
    assert language.retold(said) == said


def test_errors_are_in_the_language_of_the_run(tmp_path, capsys, monkeypatch):
    base = write_base(tmp_path / "base", "who,day,money\nA,2024-01-02,1,50\n", TOML.replace("[base]", '[base]\nlanguages = ["ru"]'))
    monkeypatch.delenv("LANGUAGE", raising=False)
    assert cli.main(["check", str(base), "--outputs", str(tmp_path / "out")]) == 1
    assert "sales.csv — не таблица: ожидалось полей: 3, как в строке 1" in capsys.readouterr().err
    monkeypatch.setenv("LANGUAGE", "en")
    assert cli.main(["check", str(base), "--outputs", str(tmp_path / "out")]) == 1
    assert "sales.csv is not a table: expected 3 fields as in row 1" in capsys.readouterr().err


def test_the_tables_of_a_run_are_the_same_in_every_language(tmp_path, monkeypatch):
    base = write_base(tmp_path, "who,day,money\nA,2024-01-02,1\n,2024-01-02,1\nB,31.31.2024,1\n", TOML)
    found = []
    for name in ("en", "ru"):
        monkeypatch.setenv("LANGUAGE", name)
        found.append({part: table.rows() for part, table in intake.check(base, settings.read(base)).accounts.items()})
    assert found[0] == found[1]

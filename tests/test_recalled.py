"""What was asked in one language is told in the other."""

import ast
import string
from pathlib import Path

import pytest

from audit import i18n
from audit.i18n.recalled import recalled
from audit.intake import propose

MESSAGES = sorted(
    {
        call.args[0].value
        for file in Path(propose.__file__).parent.glob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "N_" and len(call.args[0].value) > 30
    }
)


def filled(message: str) -> dict:
    names = [name for _text, name, _form, _how in string.Formatter().parse(message) if name]
    return {name: "7" if f"{{{name}:" in message else f"Дата {i}" for i, name in enumerate(dict.fromkeys(names))}


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("asked", ["en", "ru"])
def test_a_question_is_told_in_the_readers_language_whichever_it_was_asked_in(message, asked, monkeypatch):
    said = {}
    for language in ("en", "ru"):
        monkeypatch.setenv("LANGUAGE", language)
        said[language] = i18n.translate(message).format(**filled(message))
    kept = recalled(said[asked])
    for language in ("en", "ru"):
        monkeypatch.setenv("LANGUAGE", language)
        assert i18n.render(kept) == said[language]


def test_a_doubt_tells_its_question_in_the_readers_language(monkeypatch):
    asked = i18n.stored("open question: {question}", question="в какой валюте суммы? Впишите код ISO, например, RUB")
    assert i18n.render(asked) == "open question: in which currency are the amounts? Write its ISO code, such as RUB"
    monkeypatch.setenv("LANGUAGE", "ru")
    assert "в какой валюте суммы?" in i18n.render(asked)


def test_there_are_questions_to_try():
    assert len(MESSAGES) > 30


def test_what_somebody_wrote_stays_as_it_is():
    assert recalled("Спросить у Ани про НДС {2024}") == "Спросить у Ани про НДС {2024}"

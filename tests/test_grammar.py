"""Every message with no, one, few, many, broken, missing and negative numbers: nothing raises, counts and what is counted agree, marks are the language's."""

import ast
import re
import string

import pytest
from tools import messages

from audit import i18n
from audit.i18n.messages import Message
from tests.conftest import ROOT

FORMS = re.compile(r"\{\w+:([^}]*\|[^}]*)\}")
NOUN = {
    "en": re.compile(r"(?<!s)s$"),
    "ru": re.compile(r"(?<!ют)(?<!ут)(?<!ят)(?<!ат)(?<!ли)(?<!ны)(?<!ись)(?<!тся)(?<!ых)(?<!их)(?<!ам)(?<!ями)(?<!ях)(?<!ах)$"),
}
NUMBERS = [0, 1, 2, 5, 11, 21, 1234.5, float("nan"), None, -3]
NO_COUNT = {  # places that hold no count, though a counted noun may follow them
    "error_number", "year", "period", "period_before", "manager", "cost", "file", "money", "price", "high", "low", "where", "column", "columns", "day", "gap", "table", "path", "true", "lines", "peak",
}  # fmt: skip


def texts(language: str) -> list[str]:
    """All messages of a language that carry their forms themselves."""
    found = []
    for message in messages.catalogue():
        if message.id:
            said = message.id if language == "en" else message.string
            found += [said] if isinstance(said, str) else []  # what has plurals of its own is chosen by gettext
    return found


def of_findings(unit: str) -> set[str]:
    """Messages of findings whose value is of that unit; a share is what a finding has that names none."""
    found = set()
    for path in (ROOT / "lib" / "audit" / "steps").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                own = next((k.value.value for k in node.keywords if k.arg == "unit" and isinstance(k.value, ast.Constant)), "share")
                if own == unit:
                    found |= {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


@pytest.mark.parametrize("language", ["en", "ru"])
def test_any_number_fits_into_any_message(language, monkeypatch):
    monkeypatch.setenv("LANGUAGE", language)
    for text in texts(language):
        places = {name for _text, name, _spec, _kind in string.Formatter().parse(text) if name}
        for number in NUMBERS if places else []:
            said = Message(text).format(**dict.fromkeys(places, i18n.shown("n", number)))
            assert not re.search(r"\{\w+[:}]|\bnan\b", said), (text, number)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_count_agrees_with_what_it_counts(language):
    """A noun that has its forms somewhere has them wherever it follows a count."""
    told = texts(language)
    many = {forms.split("|")[-1].strip().casefold() for text in told for forms in FORMS.findall(text)}
    counted = {word for word in many if NOUN[language].search(word) and " " not in word}
    known = {message.id: message.string for message in messages.catalogue() if message.id}
    counts = {known.get(text) if language == "ru" else text for text in of_findings("count")}
    wrong = []
    for text in told:
        for place, noun in re.findall(r"\{(\w+)\}[ \xa0]([A-Za-zА-Яа-яё]+)", text):
            is_part = place.endswith(("share", "rate", "ratio")) or (place == "value" and text not in counts)
            if noun.casefold() in counted and not is_part and place not in NO_COUNT:
                wrong.append((place, noun, text))
    assert not wrong, f"{len(wrong)}: {wrong}"


def test_russian_has_its_own_marks():
    """«Quotes», a dash between spaces, an en dash in ranges; code of audit.toml keeps its own."""
    wrong = []
    for text in texts("ru"):
        prose = re.sub(r"`[^`]*`|\[[^\]]*\][^.]*?(?=\.|$)|\w+ = \S+|\"[\w./ *-]+\"", "", text)
        if re.search(r"(?<=[а-яё]) - (?=[а-яё])|[“”]|\{(?:low|fewest)\}-\{", prose):
            wrong.append(text)
    assert not wrong, wrong

"""One termbase for both languages: a term of the one is said by its entry in the other, and what nobody says is not said."""

import re

import pytest
from tools import messages

from audit.report import glossary

FORMS = re.compile(r"\{\w+:([^}]*)\}")  # forms of a word: all of them are read


def both(message) -> tuple[str, str]:
    """A message in English and Russian, places taken out, forms left in."""
    english, russian = (text if isinstance(text, str) else " / ".join(text) for text in (message.id, message.string))
    return tuple(re.sub(r"\{[^}]*\}", " ", FORMS.sub(lambda m: m[1].replace("|", " "), text)) for text in (english, russian))


def says(how: str, text: str) -> bool:
    return bool(re.search(rf"(?<![\w-])(?:{how})(?![\w-])", text, re.IGNORECASE))


@pytest.mark.parametrize("key", sorted(glossary.terms()))
def test_a_term_is_translated_by_its_entry(key):
    term = glossary.terms()[key]
    russians = "|".join(filter(None, (term["russian"], term.get("also"))))
    told = [both(message) for message in messages.catalogue() if message.id]
    wrong = [(english, russian) for english, russian in told if says(term["english"], english) and not says(russians, russian)]
    allowed = set(term.get("otherwise", []))
    assert not [english for english, _russian in wrong if english not in allowed], wrong
    assert any(says(term["english"], english) for english, _russian in told), "nobody says it: the entry is dead"


@pytest.mark.parametrize(("language", "which"), [("en", 0), ("ru", 1)])
def test_what_nobody_says_is_not_said(language, which):
    told = [both(message)[which] for message in messages.catalogue() if message.id]
    wrong = {better: [text for text in told if says(bad, text)] for bad, better in glossary.never(language).items()}
    assert not {better: texts for better, texts in wrong.items() if texts}


@pytest.mark.parametrize(
    ("markup", "linked", "used"),
    [
        (
            "<p>The norm; a norm.</p><p>norms</p>",
            '<p>The <a class="term" href="glossary.html#term-norm">norm</a>; a norm.</p><p>norms</p>',
            {"norm"},
        ),
        ("<h2>norm</h2><table><tr><td>norm</td></tr></table>", None, set()),
        ("<p><a href='x.html'>norm</a> abnormal non-norm</p>", None, set()),
        (
            "<h1>norm<br></h1><p>x</p><ul><li><b>ABC</b></li></ul>",
            '<h1>norm<br></h1><p>x</p><ul><li><b><a class="term" href="glossary.html#term-abc">ABC</a></b></li></ul>',
            {"abc"},
        ),
    ],
)
def test_the_first_use_of_a_term_in_prose_leads_to_the_glossary(markup, linked, used, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en")
    assert glossary.linked(markup) == (linked or markup, used)


def test_a_customers_name_in_prose_is_never_half_a_link(monkeypatch):
    """Names stand in sentences, too: of such a text at most whole words become links, and nothing of it markup."""
    monkeypatch.setenv("LANGUAGE", "en")
    text, _used = glossary.linked("<p>Normandy &amp; Norm &lt;b&gt; Ltd</p>")
    assert text == '<p>Normandy &amp; <a class="term" href="glossary.html#term-norm">Norm</a> &lt;b&gt; Ltd</p>'


def test_the_glossary_holds_the_terms_of_the_chapters_and_no_others_the_same_in_both_languages(demo):
    found = {}
    for language in ("en", "ru"):
        pages = demo / "report" / language
        listed = set(re.findall(r'<dt id="(term-[\w-]+)">', (pages / "glossary.html").read_text(encoding="utf-8")))
        linked = [
            re.findall(r'<a class="term" href="glossary.html#(term-[\w-]+)">', path.read_text(encoding="utf-8"))
            for path in pages.glob("*.html")
        ]
        assert {one for page in linked for one in page} == listed
        assert all(len(page) == len(set(page)) for page in linked), "each once a chapter"
        found[language] = listed
    assert found["en"] == found["ru"]
    assert len(found["en"]) > 20

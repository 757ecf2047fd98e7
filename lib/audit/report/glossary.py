"""What do the report's words mean? The terms that its chapters use, each linked at its first use, and the page that explains them."""

from __future__ import annotations

import html
import re
import tomllib
from functools import cache
from pathlib import Path

from audit import i18n
from audit.i18n import mark as N_
from audit.i18n import translate as _

TITLE = N_("Glossary")
PAGE = "glossary"
TERMS = Path(i18n.__file__).parent / "terms.toml"
LANGUAGES = {"en": "english", "ru": "russian"}  # of the reader -> how a term is said
SAID = {"p", "li"}  # where a term may be linked
ITSELF = {"a", "h1", "h2", "h3", "h4", "h5", "h6", "table", "figure", "summary", "code", "svg"}  # inside of which it may not
TAG = re.compile(r"(<[^>]+>)")


@cache
def terms() -> dict[str, dict[str, str]]:
    """The terms by key: english and russian (how each is said, a regular expression), and term, meaning and method of those that are explained."""
    return {key: term for key, term in tomllib.loads(TERMS.read_text(encoding="utf-8")).items() if key != "never"}


@cache
def never(language: str) -> dict[str, str]:
    """What nobody says in a language (a regular expression) -> what is said instead."""
    return tomllib.loads(TERMS.read_text(encoding="utf-8"))["never"][language]


def explained() -> dict[str, dict[str, str]]:
    """The terms that have a meaning of their own here."""
    return {key: term for key, term in terms().items() if "meaning" in term}


def linked(text: str) -> tuple[str, set[str]]:
    """A chapter's markup in which the first use of each term, in prose, leads to the glossary; and the terms it uses.

    Headings, tables, pictures and what is a link already stay as they are.
    """
    how = LANGUAGES[i18n.current()]
    left = {key: re.compile(rf"(?<![\w-])(?:{term[how]})(?![\w-])", re.IGNORECASE) for key, term in explained().items()}
    open_tags: list[str] = []
    found: set[str] = set()
    parts = TAG.split(text)
    for i, part in enumerate(parts):
        if part.startswith("<"):
            _follow(part, open_tags)
        elif part.strip() and SAID & set(open_tags) and not ITSELF & set(open_tags):
            parts[i] = _in_text(part, left, found)
    return "".join(parts), found


def _follow(tag: str, open_tags: list[str]) -> None:
    """Keep track of which elements a place lies in."""
    name = re.match(r"</?([\w-]+)", tag)
    if not name or tag.endswith("/>"):
        return
    if not tag.startswith("</"):
        open_tags += [name[1]] if name[1] not in ("img", "br", "hr", "col", "wbr", "input") else []
    elif name[1] in open_tags:
        del open_tags[len(open_tags) - 1 - open_tags[::-1].index(name[1]) :]


def _in_text(text: str, left: dict[str, re.Pattern], found: set[str]) -> str:
    """A piece of text with links at the terms that were not met before; of two that overlap, the longer."""
    spots = sorted(
        ((at.start(), -at.end(), key) for key, said in left.items() if key not in found and (at := said.search(text))),
    )
    out, done = "", 0
    for start, end, key in spots:
        if start >= done:
            out += f'{text[done:start]}<a class="term" href="{PAGE}.html#{anchor(key)}">{text[start:-end]}</a>'
            done = -end
            found.add(key)
    return out + text[done:]


def anchor(key: str) -> str:
    """The place of a term on the glossary's page."""
    return f"term-{key.replace('_', '-')}"


def page(used: set[str]) -> str:
    """The page of the terms that the chapters use, in the alphabet of the reader's language."""
    rows = sorted(
        ((_(term["term"]), _(term["meaning"]), term["method"], key) for key, term in explained().items() if key in used),
        key=lambda row: row[0].casefold(),
    )
    said = "".join(
        f'<dt id="{anchor(key)}">{html.escape(term)}</dt><dd>{html.escape(meaning)} <span class="method-id">{html.escape(method)}</span></dd>'
        for term, meaning, method, key in rows
    )
    lead = html.escape(_("The codes after a meaning show the place in the method that defines it."))
    return f'<h1>{html.escape(_(TITLE))}</h1>\n<p>{lead}</p>\n<dl class="glossary">{said}</dl>'

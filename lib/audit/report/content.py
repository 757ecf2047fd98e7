"""What stands on the owner's pages, in order? The one-file report as headings, paragraphs, lists, tables and pictures, for documents that are no web pages."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import html as lxml_html

from audit.core import registry

ANNEX = (
    "settings",
    "glossary",
    "findings",
    "questions",
    "undecided",
    "cards",
    "customers",
    "decisions",
    "lists",
    "account",
)  # sections that are looked up rather than read
DPI = 180
MOST_ROWS, OF_A_PACK = 12, 60  # of a table; the whole stands in tables.xlsx
SVG = "data:image/svg+xml;base64,"


@dataclass(frozen=True)
class Heading:
    text: str
    level: int


@dataclass(frozen=True)
class Paragraph:
    text: str
    is_small: bool = False


@dataclass(frozen=True)
class Bullets:
    items: list[str]
    is_decisions: bool = False


@dataclass(frozen=True)
class Table:
    caption: str
    head: list[str]
    rows: list[list[str]]
    numbers: list[bool]  # which columns stand to the right


@dataclass(frozen=True)
class Picture:
    svg: bytes
    title: str
    alt: str

    def png(self) -> bytes:
        """The picture as pixels, fine enough for paper."""
        return _pixels(self.svg)


@lru_cache(maxsize=100)  # the document and the slides show the same pictures
def _pixels(svg: bytes) -> bytes:
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg.decode(), dpi=DPI))


Block = Heading | Paragraph | Bullets | Table | Picture


@dataclass(frozen=True)
class Chapter:
    name: str
    blocks: list[Block] = field(default_factory=list)

    @property
    def title(self) -> str:
        return next((block.text for block in self.blocks if isinstance(block, Heading)), "")


def chapters(page: str) -> list[Chapter]:
    """The chapters of the owner's part of report.html, what is folded left out."""
    tree = lxml_html.fromstring(page)
    for term in tree.xpath("//a[@class='term']"):
        term.drop_tag()  # there is no glossary to lead to
    sections = tree.xpath(SECTIONS)
    return [
        Chapter(one.get("id"), [block for child in owners(one) for block in _blocks([child])])
        for one in sections
        if not is_annex(one.get("id"))
    ]


def packs(page: str) -> list[Chapter]:
    """The packs of key accounts, whole: who prepares a meeting goes on writing in them."""
    sections = lxml_html.fromstring(page).xpath(SECTIONS)
    return [Chapter(one.get("id"), _blocks(one, most=OF_A_PACK)) for one in sections if step_of_row(one.get("id"))]


def step_of_row(name: str) -> str:
    """The step of which a page is the one for a single row, of steps that are made once per row; empty for all other pages."""
    stem = name.rpartition("_")[0]
    return stem if any(step.for_each and step.name == stem for step in registry.steps()) else ""


def is_annex(name: str) -> bool:
    """Whether a section is looked up rather than read."""
    return name in ANNEX or bool(step_of_row(name))


def owners(section) -> list:
    """The children of a chapter that its owner reads: the claim, what supports it, what to do, one picture and one table; what follows is the annex's."""
    kept, seen = [], set()
    for child in section:
        tag = child.tag if isinstance(child.tag, str) else ""
        kind = "picture" if tag == "figure" else "table" if child.xpath("self::div[@class='table']") else ""
        if tag == "details" or kind in seen:
            continue
        if section.get("id") != "index" and seen and not kind and "to-do" not in child.get("class", ""):
            continue  # headings and paragraphs of what is looked up in the annex
        kept.append(child)
        seen |= {kind} - {""}
    return kept


SECTIONS = '//section[contains(concat(" ", @class, " "), " chapter ")]'


def _blocks(node, *, most: int = MOST_ROWS) -> list[Block]:
    found: list[Block] = []
    for child in node:
        tag = child.tag if isinstance(child.tag, str) else ""
        if re.fullmatch(r"h[1-6]", tag):
            found.append(Heading(_text(child), int(tag[1])))
        elif tag == "p" and "ways" in child.get("class", ""):
            continue  # links to other pages
        elif tag == "p":
            found += (
                [Paragraph(_text(child), "more" in child.get("class", "") or "kicker" in child.get("class", ""))] if _text(child) else []
            )
        elif tag in ("ul", "ol"):
            told = _decision if child.get("class") == "decisions" else _text
            found.append(Bullets([told(item) for item in child if isinstance(item.tag, str)], is_decisions=told is _decision))
        elif tag == "table":
            found.append(_table(child, most))
        elif tag == "figure":
            found += _pictures(child)
        elif tag == "a":
            heads = [_text(one) for one in child.xpath("./small")]
            found.append(Paragraph(": ".join([*heads, _text(child).removeprefix(" ".join(heads)).strip()])))
        else:
            found += _blocks(child, most=most)
    return found


def _text(node) -> str:
    """The words of a node, parts of it apart."""
    hidden = {"mark", "rank", "card-mark"}
    parts = [text for text in node.xpath(".//text()") if text.is_tail or text.getparent().get("class", "") not in hidden]
    return (
        re.sub(r"[ \t\n]+", " ", " ".join(part.strip() for part in parts if part.strip()))
        .replace(" .", ".")
        .replace(" ,", ",")
        .replace(" ;", ";")
    )


def _decision(item) -> str:
    """A decision in one line: what, the evidence, whose and by when, how much."""
    part = lambda path: " ".join(_text(one) for one in item.xpath(path))
    worth = ", ".join(_text(one) for one in item.xpath(".//div[@class='worth']/*"))
    whose = " · ".join(_text(one) for one in item.xpath(".//p[@class='whose']/*"))
    return " — ".join(filter(None, (part(".//strong"), part(".//p[not(@class)]"), whose, worth)))


def _table(node, most: int) -> Table:
    head = [_text(cell) for cell in node.xpath("./thead/tr/th")]
    rows = [[_text(cell) for cell in row.xpath("./th|./td")] for row in node.xpath("./tbody/tr")[:most]]
    numbers = ["number" in cell.get("class", "") for cell in node.xpath("./thead/tr/th")]
    return Table(" ".join(_text(one) for one in node.xpath("./caption")), head, rows, numbers)


def _pictures(node) -> list[Picture]:
    title = " ".join(_text(one) for one in node.xpath("./figcaption"))
    images = [one for one in node.xpath("./img") if one.get("src", "").startswith(SVG)]
    return [Picture(base64.b64decode(one.get("src").removeprefix(SVG)), title, one.get("alt", "")) for one in images]

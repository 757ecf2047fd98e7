"""How does an executed notebook become a chapter? Prose translated, code left out, the answer as its title, the markup checked."""

from __future__ import annotations

import base64
import html
import re
from functools import cache
from pathlib import Path

from audit import i18n
from audit.core import registry
from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.report.guard import sound

TEMPLATES = Path(__file__).parent / "templates"
METHOD = N_("How this was computed")
FIRST = re.compile(r'<li class="([\w-]+)">.*?<span class="said">(.*?)</span> (<span class="judgement">.*?</span>)</li>', re.DOTALL)


def chapter(notebook: Path, step: registry.Step) -> str:
    """A chapter's HTML from an executed notebook, without code, its first finding as the title and its question above.

    Raises
    ------
    UnsafeReport
        where the markup holds what could run or load something: a name from the data was not escaped.
    """
    import nbformat

    book = nbformat.read(notebook, as_version=4)
    for cell in book.cells:
        if cell.cell_type == "markdown":
            cell.source = i18n.prose(cell.source)
    text, _resources = _exporter().from_notebook_node(book, resources={"words": {"method": _(METHOD)}})
    return _answer_first(sound(re.sub(r"\n{3,}", "\n\n", text), step.name), step)


@cache
def _exporter():
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="audit", extra_template_basedirs=[str(TEMPLATES)], exclude_anchor_links=True)
    exporter.register_filter("b64", lambda text: base64.b64encode(text.encode()).decode())
    return exporter


def _answer_first(text: str, step: registry.Step) -> str:
    found = FIRST.search(text)
    if step.uses_findings and step.name == "verdicts" or not found:
        return text
    verdict, said, judgement = found.groups()
    title = f'<p class="kicker">\\g<1></p>\n<h1>{_plain_text(said)}</h1>\n<p class="lead {verdict}">{_plain_text(judgement)}</p>'
    return re.sub(r"<h1[^>]*>(.*?)</h1>", title, text.replace(found.group(), "", 1), count=1, flags=re.DOTALL)


def _plain_text(text: str) -> str:
    return text.replace("\\", "\\\\")


def anchored(text: str, name: str) -> tuple[str, list[dict]]:
    """The chapter with an anchor at each heading of the second level, and those headings as links."""
    found = []

    def mark(match: re.Match) -> str:
        found.append({"href": f"{name}-{len(found) + 1}", "title": html.unescape(re.sub(r"<[^>]+>", "", match[1]))})
        return f'<h2 id="{found[-1]["href"]}">{match[1]}</h2>'

    return re.sub(r"<h2[^>]*>(.*?)</h2>", mark, text, flags=re.DOTALL), found

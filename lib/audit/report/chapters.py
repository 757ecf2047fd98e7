"""How does an executed notebook become a chapter? Prose translated, code left out, the answer as its title, the markup checked."""

from __future__ import annotations

import base64
import html
import re
from functools import cache
from pathlib import Path

from audit import i18n
from audit.core import registry
from audit.core.findings import CLASSES, Verdict
from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.report.guard import sound

TEMPLATES = Path(__file__).parent / "templates"
METHOD = N_("How this was computed")
NO_PACK = N_("No customer is key for any reason that these data show: nobody needs a pack.")
PACKS = N_("A pack for each key account, to be printed before a meeting: what the audit knows, what only people know, and what to ask.")
FIRST = re.compile(r'<li class="([\w-]+)">.*?<span class="said">(.*?)</span> <span class="judgement">.*?</span></li>', re.DOTALL)
HEADLINE = re.compile(r'<p class="headline">(.*?)</p>', re.DOTALL)
PAGE = re.compile(r"<!-- page (\w+) -->")


def chapter(notebook: Path, step: registry.Step) -> str:
    """A chapter's HTML from an executed notebook, without code: its claim as the title, its question above, what to do right below; how it was computed is
    folded at the end.

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
    own, annex = _parts(book.cells)
    text = _exported(book, own)
    if annex:
        text += f'\n<details class="method"><summary>{html.escape(_(METHOD))}</summary>\n{_exported(book, annex)}</details>\n'
    return _answer_first(sound(re.sub(r"\n{3,}", "\n\n", text), step.name), step)


def packs(notebooks: list[Path], step: registry.Step) -> str:
    """The chapters of a step that is made once per row, each a page of its own behind a list of them."""
    made = [(f"{step.name}_{path.stem.rsplit('_', 1)[1]}", chapter(path, step)) for path in notebooks]
    titles = [re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)[1] for _name, text in made]
    listed = "".join(f'<li><a href="{name}.html">{title}</a></li>' for (name, _text), title in zip(made, titles, strict=True))
    made = [
        (name, text.replace(' aria-label="', f' aria-label="{_bare(title)}: ')) for (name, text), title in zip(made, titles, strict=True)
    ]
    head = f"<h1>{html.escape(_(step.title))}</h1>\n<p>{html.escape(_(PACKS if made else NO_PACK))}</p>\n" + (
        f"<ul>{listed}</ul>\n" if made else ""
    )
    return head + "".join(f"<!-- page {name} -->\n{text}\n" for name, text in made)


def _bare(title: str) -> str:
    """A title without markup, as part of an attribute."""
    return html.escape(html.unescape(re.sub(r"<[^>]+>", "", title)), quote=True)


def _parts(cells: list) -> tuple[list, list]:
    """The cells that the owner reads, what to do right below the findings; and those that say how it was computed, the method first.

    Cells tagged `where-told` hang on the claim, and are left out where it is that nothing can be said; those tagged `where-listed`, where the table
    tagged `list` has no row.
    """
    tagged = lambda cell, tag: tag in cell.metadata.get("tags", [])
    annex = [*(c for c in cells if tagged(c, "method")), *(c for c in cells if tagged(c, "annex"))]
    own = [c for c in cells if not any(tagged(c, tag) for tag in ("method", "annex", "to-do"))]
    at = next(
        (i + 1 for i, c in enumerate(own) if c.cell_type == "code" and c.source.rstrip().endswith("findings.show(found, settings)")),
        len(own),
    )
    to_do = [c for c in cells if tagged(c, "to-do")]
    left_out = {"where-told"} if at and _is_undecided(own[at - 1]) else set()
    left_out |= {"where-listed"} if any(tagged(c, "list") and "<table" not in _shown(c) for c in cells) else set()
    return [c for c in (*own[:at], *to_do, *own[at:]) if not any(tagged(c, tag) for tag in left_out)], annex


def _shown(cell) -> str:
    return "".join(output.get("data", {}).get("text/html", "") for output in cell.get("outputs", []))


def _is_undecided(cell) -> bool:
    """Whether the claim that a cell shows is that nothing can be said."""
    claim = FIRST.search(_shown(cell))
    return claim is not None and claim[1] == CLASSES[Verdict.UNDECIDED]


def _exported(book, cells: list) -> str:
    import nbformat

    part = nbformat.v4.new_notebook(cells=cells, metadata=book.metadata)
    return _exporter().from_notebook_node(part)[0]


@cache
def _exporter():
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="audit", extra_template_basedirs=[str(TEMPLATES)], exclude_anchor_links=True)
    exporter.register_filter("b64", lambda text: base64.b64encode(text.encode()).decode())
    return exporter


def _answer_first(text: str, step: registry.Step) -> str:
    """The claim as the title, the question above it; of the first page, its headline."""
    if head := HEADLINE.search(text):
        title = f"<h1>{_plain_text(head[1])}</h1>"
        return re.sub(r"<h1[^>]*>(.*?)</h1>", title, text.replace(head.group(), "", 1), count=1, flags=re.DOTALL)
    found = FIRST.search(text)
    if not found or step.uses_findings:
        return text
    title = f'<p class="kicker">\\g<1></p>\n<h1>{_plain_text(found[2])}</h1>'  # what a norm says of it stands at the first finding
    return re.sub(
        r"<h1[^>]*>(.*?)</h1>", title, text.replace(f'<ul class="findings">{found.group()}</ul>', "", 1), count=1, flags=re.DOTALL
    )


def split(text: str) -> list[tuple[str, str]]:
    """The pages of a chapter: what stands before its first mark, under no name, and each part that a mark gives a page of its own.

    >>> split("<h1>a</h1>\\n<!-- page more -->\\n<h1>b</h1>")
    [('', '<h1>a</h1>\\n'), ('more', '\\n<h1>b</h1>')]
    """
    first, *rest = PAGE.split(text)
    return [("", first), *zip(rest[::2], rest[1::2], strict=True)]


def _plain_text(text: str) -> str:
    return text.replace("\\", "\\\\")


def anchored(text: str, name: str) -> tuple[str, list[dict]]:
    """The chapter with an anchor at each heading of the second level, and those headings as links."""
    found = []

    def mark(match: re.Match) -> str:
        found.append({"href": f"#{name}-{len(found) + 1}", "title": html.unescape(re.sub(r"<[^>]+>", "", match[1]))})
        return f'<h2 id="{found[-1]["href"][1:]}">{match[1]}</h2>'

    return re.sub(r"<h2[^>]*>(.*?)</h2>", mark, text, flags=re.DOTALL), found

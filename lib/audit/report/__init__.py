"""What does the owner hold? Chapters and appendices -> pages: an index, one per step, and one file of all.

    chapters    an executed notebook -> a chapter
    glossary    what the words mean, and where they are said first
    appendices  settings, norms, files, versions, tables and pictures
    paper       the one-file report -> PDF
    workbook    actions.xlsx and actions.csv

Everything is inlined: no script, no request, a Content-Security-Policy on every page.
"""

from __future__ import annotations

import dataclasses
import html
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from audit import i18n
from audit.core import norms, registry, store
from audit.core.groups import customer_names
from audit.core.settings import Settings
from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.report import appendices, chapters, glossary, links, show, words
from audit.report.chapters import TEMPLATES, chapter, packs
from audit.report.content import step_of_row
from audit.report.guard import UnsafeReport, sound

__all__ = ["UnsafeReport", "chapter", "packs", "pages", "places", "words_of"]
if TYPE_CHECKING:
    import pandas as pd

WORDS = {
    "skip": N_("Skip to the text"),
    "audit": N_("Customer-base audit"),
    "contents": N_("Contents"),
    "run": N_("Run"),
    "edition": N_("Edition"),
    "period": N_("Period"),
    "back": N_("Back"),
    "next": N_("Next"),
    "whole": N_("The whole report in one file"),
    "find": N_("To find a word in all of it, open it and press Ctrl+F (⌘F)."),
}
MOST_INSIDE = 12  # headings of a page that stand in the contents
FIRST = "verdicts"  # the chapter that is the first page
NOTICES = {  # what a reader of an edition has to know before the first number
    "pseudonymous": N_(
        "Names are replaced by pseudonyms. This edition is not anonymous: amounts, days, numbers of orders and gaps in the data stay what they are, so that whoever knows some of a customer's can find it here. Its properties are shown only where at least {least} {least:customer|customers} share them all."
    )
}
EDITIONS = {"internal": N_("internal"), "client": N_("for the client"), "pseudonymous": N_("pseudonymous")}


@dataclass(frozen=True)
class Page:
    name: str  # of the file, without .html
    title: str  # in the contents
    question: str
    text: str
    inside: list[dict]  # links to its headings, where it has several


def pages(
    bodies: dict[str, str],
    target: Path,
    settings: Settings,
    *,
    run: str,
    inputs: list[dict],
    versions: dict[str, str],
    skipped: dict[str, str],
    places: dict[str, str],
    said: Said,
    logo: str = "",
) -> None:
    """Write index.html, <step>.html, glossary.html, settings.html, lists.html and report.html from the chapters of a run.

    Parameters
    ----------
    bodies
        step -> the body of its chapter.
    target
        folder of the pages.
    inputs, versions
        files read (name, size, sha256), and what the run was made with.
    skipped
        steps that were not run, with the reason.
    places
        customers' names -> where each stands in the index (`links.places`).
    said
        the consultant's words (`words_of`).
    logo
        the firm's picture as a data address.
    """
    behind = sound(
        appendices.settings_page(_environment().get_template("settings.html.j2"), settings, inputs, versions, skipped), "settings"
    )
    told, used = _told(bodies, said)
    found = [
        *told,
        _anchored(glossary.PAGE, *[_(glossary.TITLE)] * 2, glossary.page(used)),
        _anchored("settings", *[_(appendices.SETTINGS_TITLE)] * 2, behind),
    ]
    listing = appendices.lists([(page.name, page.title, page.text) for page in found])
    found.append(_anchored("lists", *[_(appendices.LISTS_TITLE)] * 2, listing))
    found = [dataclasses.replace(page, text=links.linked(page.text, places, page.name)) for page in found]
    for before, page, after in zip([None, *found], found, [*found[1:], None], strict=False):
        listed = [
            {"href": f"{p.name}.html", "title": p.title, "here": p is page, "inside": _inside(p, page, found)}
            for p in found
            if not step_of_row(p.name)
        ]
        around = {name: {"href": f"{p.name}.html", "title": p.title} if p else None for name, p in (("back", before), ("onward", after))}
        written = _page(page.question, page.text, listed, settings, run, **around, logo=logo, is_first=page is found[0])
        _write(target / f"{page.name}.html", written)
    _write(target / "report.html", _whole(found, settings, run, logo))


def _told(bodies: dict[str, str], said: Said) -> tuple[list[Page], set[str]]:
    """The pages that chapters tell, the first page first and what chapters put on pages of their own last; and the terms that they use."""
    done = sorted((step for step in registry.steps() if step.name in bodies), key=lambda step: (step.name != FIRST, step.number))
    own, later, used = [], [], set()
    for step in done:
        (_none, first), *others = [
            (name, sound(said.placed(text, name or step.name), name or step.name)) for name, text in chapters.split(bodies[step.name])
        ]
        is_index = step.name == FIRST
        if not step.for_each and not is_index:
            first, terms = glossary.linked(first)
            used |= terms
        own.append(_anchored("index" if is_index else step.name, _(step.title), "" if is_index else _(step.question), first))
        later += [_anchored(name, *[_first_heading(text)] * 2, text) for name, text in others]
    return [*own, *later], used


def _whole(found: list[Page], settings: Settings, run: str, logo: str) -> str:
    """All pages in one, whose links lead from one part to another."""
    listed = [{"href": f"#{page.name}", "title": page.title, "here": False, "inside": []} for page in found if not step_of_row(page.name)]
    names = {page.name for page in found}
    sections = [
        f'<section class="chapter" id="{page.name}">{_inward(_below(page.text, first=page is found[0]), names)}</section>' for page in found
    ]
    around = {"back": None, "onward": None, "logo": logo, "is_first": True, "is_whole": True}
    return _page(_(WORDS["audit"]), "\n".join(sections), listed, settings, run, **around)


def _inside(of: Page, here: Page, found: list[Page]) -> list[dict]:
    """What stands below a page in the contents: its headings where one is on it; the packs, below their list, where one is among them."""
    packs = [page for page in found if step_of_row(page.name) == of.name]
    if packs and (here is of or here in packs):
        return [{"href": f"{pack.name}.html", "title": pack.title} for pack in packs]
    return of.inside if of is here else []


def _first_heading(text: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", found[1])) if found else ""


def _inward(text: str, names: set[str]) -> str:
    """Links from page to page as links within the one file."""
    place = lambda match: f'href="#{match[2] or match[1]}"' if match[1] in names else match[0]
    return re.sub(r'href="([\w-]+)\.html(?:#([\w-]+))?"', place, text)


@dataclass(frozen=True)
class Said:
    """The consultant's words of a run, with the figures that they name as the report says them."""

    parts: pd.DataFrame
    figures: dict[str, str]
    anchors: dict[str, str]

    def placed(self, text: str, page: str) -> str:
        return words.placed(text, words.FIRST_PAGE if page == FIRST else page, self.parts, self.figures, self.anchors)


def words_of(run: Path, settings: Settings) -> Said:
    """The words of a run, their figures filled in the reader's language; none where the base has none.

    Raises
    ------
    BadWords
        where they name a figure or a customer that the run does not have.
    """
    found, overview = store.maybe(run, "words", "customer_overview")
    if found is None:
        return Said(words.none(), {}, {})
    ids = [] if overview is None else overview["customer_id"].tolist()
    words.known(found, set(ids))
    return Said(found, words.figures(found, store.findings(run), settings.currency), {one: links.anchor(one) for one in ids})


def places(run: Path) -> dict[str, str]:
    """Where each customer of a run stands in the index, by name; none where the run has no index."""
    overview, customers = store.maybe(run, "customer_overview", "customers")
    if overview is None:
        return {}
    names = customer_names(customers)
    return links.places(overview.head(show.LISTED), names)


def _anchored(name: str, title: str, question: str, text: str) -> Page:
    text, inside = chapters.anchored(links.captioned(text, name), name)
    return Page(name, title, question, text, inside if 1 < len(inside) <= MOST_INSIDE else [])


def _below(text: str, *, first: bool) -> str:
    """Chapters of the one-file report: only the first keeps its h1, the others' headings move one level down."""
    if first:
        return text
    return re.sub(r"<(/?)h([1-5])", lambda m: f"<{m[1]}h{int(m[2]) + 1}", text)


def _notice(settings: Settings) -> str:
    if settings.edition not in NOTICES:
        return ""
    return _(NOTICES[settings.edition]).format(least=norms.value("smallest_group", settings.norms))


def _page(
    title: str,
    text: str,
    links: list[dict],
    settings: Settings,
    run: str,
    *,
    back,
    onward,
    logo: str,
    is_first: bool,
    is_whole: bool = False,
) -> str:
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            title=title,
            base=settings.base.name,
            run=run,
            edition=_(EDITIONS[settings.edition]),
            notice=_notice(settings) if is_first else "",
            links=links,
            body=text,
            back=back,
            onward=onward,
            is_first=is_first,
            is_whole=is_whole,
            language=i18n.current(),
            words={name: _(word) for name, word in WORDS.items()},
            style=_style() + _colour(settings),
            firm=settings.report.firm or "",
            logo=logo,
            observed_from=i18n.shown("day_on", settings.observed_from),
            as_of=i18n.shown("day_on", settings.as_of),
        )
    )


def _colour(settings: Settings) -> str:
    return f":root {{ --blue: {settings.report.colour}; }}\n" if settings.report.colour else ""


@cache
def _style() -> str:
    return (TEMPLATES / "style.css").read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    escaped = jinja2.select_autoescape(["html.j2"])
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=escaped
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")

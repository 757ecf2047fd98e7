"""Does a page hold only what a page of ours may? Its markup parsed as a browser would, and what could run or load something refused."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from audit.core.errors import AuditError
from audit.i18n import mark as N_

RUNS = frozenset(
    [
        "script",
        "iframe",
        "object",
        "embed",
        "link",
        "base",
        "form",
        "input",
        "button",
        "meta",
        "frame",
        "frameset",
        "applet",
        "svg",
        "math",
        "template",
    ]
)
ADDRESSES = frozenset(["href", "src", "srcset", "action", "data", "poster", "background", "formaction", "cite", "xlink:href"])
OWN = re.compile(
    r"(#|data:image/(svg\+xml|png);base64,|[\w.-]+\.html(#|$)|(actions|customers|tables)\.xlsx$)", re.ASCII
)  # a place in a page of ours, or a picture in it
PICTURE = re.compile(r'(?<=base64,)[A-Za-z0-9+/=\s]*(?=")')


class UnsafeReport(AuditError):
    """A page that would run something or call home; it is never written."""


def sound(text: str, name: str) -> str:
    """The markup as it is, once it has been searched for what a page of ours never holds.

    Raises
    ------
    UnsafeReport
        naming the page, what it holds and where: a name of the data was not escaped.
    """
    reader = _Reader()
    reader.feed(PICTURE.sub("", text))  # what a picture is made of is no markup, and most of a page
    reader.close()
    if reader.found:
        raise UnsafeReport(
            N_(
                "page {name!r} was not written: it holds {found}. Names of the data are shown as text, never as markup. What to do: report this with "
                "the name that stands there; until then, take its special signs out of the export."
            ),
            name=name,
            found="; ".join(reader.found[:3]),
        )
    return text


class _Reader(HTMLParser):
    """Collects what runs or loads: elements, handlers, addresses, styles that load."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        line, _column = self.getpos()
        if tag in RUNS:
            self.found.append(f"<{tag}> (line {line})")
        for name, value in attrs:
            loads = name in ADDRESSES and not OWN.match((value or "").strip())
            if name.startswith("on") or loads or (name == "style" and re.search(r"url|expression|@import", value or "", re.IGNORECASE)):
                self.found.append(f"<{tag} {name}={(value or '')[:60]!r}> (line {line})")

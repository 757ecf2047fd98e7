"""Where does a name lead? Every customer has one anchor, in the index of customers; names in tables of all chapters link to it."""

from __future__ import annotations

import hashlib
import html
import itertools
import re
from collections.abc import Iterable

from audit import i18n

PAGE = "customers"
CAPTION = re.compile(r"<(caption|figcaption)>")
CELL = re.compile(r'(<t[dh](?: class="[^"]*")?(?: scope="row")?>)([^<]{2,400})(</t[dh]>)')
ROW = re.compile(r"<tbody>(.*)</tbody>", re.DOTALL)


def anchor(customer_id: str) -> str:
    """The place of a customer in the index: nothing of its name stands in an address.

    >>> anchor("К0001")
    'c-c3d0c6f9cd'
    """
    return f"c-{of_row(customer_id)}"


def of_row(code: str) -> str:
    """What stands for a row's code in the name of a file or page: nothing of it can be read there.

    >>> of_row("К0001")
    'c3d0c6f9cd'
    """
    return hashlib.sha256(code.encode()).hexdigest()[:10]


def captioned(text: str, page: str) -> str:
    """A page with an anchor at the caption of each of its tables and pictures, by which the list of them leads there.

    >>> captioned("<caption>a</caption><figcaption>b</figcaption>", "base")
    '<caption id="base-t1">a</caption><figcaption id="base-t2">b</figcaption>'
    """
    count = itertools.count(1)
    return CAPTION.sub(lambda found: f'<{found[1]} id="{page}-t{next(count)}">', text)


def card(customer_id: str) -> str:
    """The place of a customer's card."""
    return anchor(customer_id).replace("c-", "k-", 1)


def anchored_rows(markup: str, ids: Iterable[str], cards: frozenset[str] = frozenset()) -> str:
    """A table's markup with the anchor of a customer at each of its rows, and a link to the card of those who have one."""
    marks = iter(ids)
    body = ROW.search(markup)
    if not body:
        return markup

    def row(match: re.Match) -> str:
        who = next(marks)
        name = f'<a href="cards.html#{card(who)}">{match[2]}</a>' if who in cards else match[2]
        return f'<tr id="{anchor(who)}">{match[1]}{name}</th>'

    return markup[: body.start(1)] + re.sub(r"<tr>(<th[^>]*>)(.*?)</th>", row, body[1], flags=re.DOTALL) + markup[body.end(1) :]


def linked(text: str, places: dict[str, str], page: str) -> str:
    """A chapter's markup in which every cell that is a customer's name is a link to its place in the index.

    Parameters
    ----------
    places
        escaped name -> anchor; a name that two customers share is not among them.
    page
        the page the text stands on: links within the index are to itself.
    """
    if not places:
        return text
    home = "" if page == PAGE else f"{PAGE}.html"

    def link(match: re.Match) -> str:
        place = places.get(match[2])
        return f'{match[1]}<a href="{home}#{place}">{match[2]}</a>{match[3]}' if place else match[0]

    return CELL.sub(link, text)


def places(overview, names: dict[str, str]) -> dict[str, str]:
    """Escaped name -> anchor, of customers whose name is theirs alone."""
    found: dict[str, set[str]] = {}
    for customer_id in overview["customer_id"]:
        found.setdefault(names.get(customer_id, customer_id), set()).add(customer_id)
    return {html.escape(i18n.visible(name)): anchor(next(iter(ids))) for name, ids in found.items() if len(ids) == 1}

"""How does the report get onto paper? The one-file report as two tagged PDFs, by WeasyPrint and the print rules of style.css.

The owner's part holds the answer and what each chapter says; the annex holds how it was computed, and every page that is looked up rather than read.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from lxml import html as lxml_html

from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.report.content import SECTIONS, is_annex, owners

MISSING = N_("not written: WeasyPrint is not installed. What to do: `make pdf`, then ask again; HTML and XLSX are complete.")


def write(source: Path, target: Path) -> str:
    """Print a page of ours into a PDF, the one-file report into two: report.pdf and annex.pdf; nothing is loaded from anywhere. Empty when done, else
    why it was not (fault 50)."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):  # OSError: Pango is missing
        return _(MISSING)
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    page = source.read_text(encoding="utf-8")
    named = {target: page}
    if 'class="whole"' in page:
        named = dict(zip((target, target.with_name("annex.pdf")), parts(page), strict=True))
    for path, text in named.items():
        printed = HTML(string=text, url_fetcher=URLFetcher(allowed_protocols=["data"]))
        printed.write_pdf(path, pdf_variant="pdf/ua-1", pdf_identifier=hashlib.sha256(text.encode()).digest()[:16])
    return ""


def parts(page: str) -> tuple[str, str]:
    """The one-file report as the owner's part and the annex: every section stands in one of the two, its fold in the annex."""
    owner, annex = (lxml_html.fromstring(page) for _part in range(2))
    for section in owner.xpath(SECTIONS):
        kept = owners(section)
        for child in [one for one in section if one not in kept]:
            section.remove(child)
        for row in section.xpath(f".//div[@class='table']//tbody/tr[position() > {ROWS}]"):
            row.getparent().remove(row)
        for more in section.xpath("./p[@class='more']"):
            section.remove(more)
        if is_annex(section.get("id")):
            _dropped(owner, section)
    owner.body.set("class", "whole owner")
    for section in annex.xpath(SECTIONS):
        if is_annex(section.get("id")):
            continue
        head = section.xpath("(./h1|./h2)[1]")
        for child in owners(section):
            if not child.xpath("self::div[@class='table']"):  # a table stands whole in the annex
                section.remove(child)
        if not len(section) or section.get("id") == "index":
            _dropped(annex, section)
        section[:0] = head
    for part in (owner, annex):
        there = set(part.xpath("//@id"))
        for link in part.xpath(INWARD):
            if link.get("href")[1:] not in there:  # to a place in the other part: the words stay
                link.drop_tag()
    return tuple("<!DOCTYPE html>" + lxml_html.tostring(tree, encoding="unicode") for tree in (owner, annex))


ROWS = 3  # of a table in the owner's part
INWARD = '//a[starts-with(@href, "#")]'


def _dropped(tree, section) -> None:
    """Take a section out, with its line in the contents."""
    for item in tree.xpath("//nav//li[a[@href=$place]]", place=f"#{section.get('id')}"):
        item.getparent().remove(item)
    section.getparent().remove(section)

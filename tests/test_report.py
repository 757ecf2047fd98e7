"""The report in a real browser, in both languages: offline, silent, accessible, readable, safe (faults 30, 32, 33, 50, 58)."""

import contextlib
import re
import shutil

import pytest

from audit import report, run
from audit.core import registry
from audit.report import chapters, show
from tests.conftest import TOML, write_base


@pytest.fixture(scope="module", params=["en", "ru"])
def pages(demo, request):
    return sorted((demo / "report" / request.param).glob("*.html"))


@contextlib.contextmanager
def opened(browser, path, width=1200, **given):
    """The page, with every request outside of it, console message and dialog written down; closed behind the test."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **given)
    page, heard = context.new_page(), []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.on(
        "request", lambda request: None if request.url.startswith("data:") or request.url == path.as_uri() else heard.append(request.url)
    )
    page.goto(path.as_uri())
    try:
        yield page, heard
    finally:
        context.close()


def test_there_is_a_page_per_step_an_index_settings_and_one_file(pages):
    names = {path.stem for path in pages}
    assert names == {"index", "glossary", "settings", "report", *(step.name for step in registry.steps() if not step.uses_findings)}


def test_fault_58_no_page_speaks_to_the_console_or_to_the_network(browser, pages):
    for path in pages:
        with opened(browser, path.resolve()) as (_page, heard):
            assert heard == [], path.name


def test_every_figure_is_drawn_and_says_what_it_shows(browser, pages):
    drawn = 0
    for path in pages:
        with opened(browser, path.resolve()) as (page, _heard):
            for image in page.query_selector_all("img"):
                alt = image.get_attribute("alt")
                assert len(alt) > 30, (path.name, alt)
                assert re.search(r"\d", alt), (path.name, alt)
                assert image.evaluate("i => i.complete && i.naturalWidth > 100"), (path.name, alt)
                drawn += 1
    assert drawn >= 24  # twelve charts, each on its page and in the one file


def test_headings_begin_with_one_h1_and_skip_no_level_and_tables_have_heads(browser, pages):
    for path in pages:
        with opened(browser, path.resolve()) as (page, _heard):
            levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
            assert levels[0] == 1
            assert levels.count(1) == 1, path.name
            assert all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False)), (path.name, levels)
            bare = page.evaluate(
                "[...document.querySelectorAll('table')].filter(t => !t.caption || [...t.querySelectorAll('th')].some(h => !h.scope)).length"
            )
            assert bare == 0, path.name
            assert page.evaluate("document.documentElement.lang") == path.parent.name


def test_axe_finds_nothing_on_any_page(browser, pages):
    """WCAG 2.2 AA and axe's best practices."""
    from axe_playwright_python.sync_playwright import Axe

    for path in pages:
        with opened(browser, path.resolve(), bypass_csp=True) as (page, _heard):  # axe is a script; the page itself allows none
            found = Axe().run(page)
        assert not found.response["violations"], (path.name, found.generate_report())


HEADLESS = """
[...document.querySelectorAll('table')].flatMap(table => [...table.tBodies[0].rows].filter(row =>
  row.cells[0].scope !== 'row' || row.cells.length !== table.tHead.rows[0].cells.length
  || [...table.tHead.rows[0].cells].some(head => head.scope !== 'col' || !head.innerText.trim()))).length
"""


def test_every_cell_has_a_heading_above_it_and_one_beside_it(browser, pages):
    for path in pages:
        with opened(browser, path.resolve()) as (page, _heard):
            assert page.evaluate(HEADLESS) == 0, path.name


def test_fault_58_paper_cuts_no_table(browser, pages):
    """At the width of A4 within its margins, under the rules for print."""
    width = 673
    for path in pages:
        with opened(browser, path.resolve(), width=width) as (page, _heard):
            page.emulate_media(media="print")
            over = page.evaluate("[...document.querySelectorAll('table, img')].map(t => t.getBoundingClientRect().right)")
            assert max(over, default=0) <= width + 1, path.name


def test_the_page_itself_never_scrolls_sideways_on_a_phone(browser, pages):
    for path in pages:
        with opened(browser, path.resolve(), width=320) as (page, _heard):
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path.name


def test_the_one_file_is_smaller_than_five_megabytes(pages):
    assert next(path for path in pages if path.stem == "report").stat().st_size < 5e6


def test_contents_lead_to_every_chapter_and_every_link_has_its_aim(browser, pages):
    by_name = {path.name: path for path in pages}
    for path in pages:
        with opened(browser, path.resolve()) as (page, _heard):
            links = page.evaluate("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
            ids = set(page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)"))
            assert all(link[1:] in ids if link.startswith("#") else link in by_name for link in links), (path.name, links)
            if path.stem != "report":
                assert {name for name in by_name if name != "report.html"} <= set(links), path.name


def test_no_code_and_no_path_of_this_machine_is_in_the_report(pages):
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert "store.load" not in text
        assert "/work/" not in text
        assert "Traceback" not in text
        assert "Warning" not in text


NASTY = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "</td><td>x",
    "](javascript:alert(3))",
    "**bold** `code` $x$",
    "a\u202eb\u200bc",
    "=cmd|' /C calc'!A0",
]


def test_fault_30_names_that_attack_are_text_in_every_page(browser, tmp_path):
    days = ["2024-01-10", "2024-02-10", "2024-03-10", "2024-04-10", "2024-05-10", "2024-06-10"]
    quoted = ['"' + name.replace('"', '""') + '"' for name in NASTY]
    csv = "who,day,money\n" + "".join(f"{name},{day},{i + 1}000\n" for i, name in enumerate(quoted) for day in days)
    done = run.run(
        write_base(tmp_path / "nasty", csv, TOML.replace('"Test"', '"<b>Test</b>"')), outputs=tmp_path / "outputs", say=lambda _line: None
    )
    for path in (done.folder / "report" / "en").glob("*.html"):
        with opened(browser, path.resolve()) as (page, heard):
            assert heard == [], path.name
            assert "Content-Security-Policy" in path.read_text(encoding="utf-8")[:300]
            assert page.evaluate("document.querySelectorAll('main script, main iframe, main img:not([src^=\"data:\"])').length") == 0
    with opened(browser, (done.folder / "report" / "en" / "retention.html").resolve()) as (page, _heard):
        assert NASTY[0] in page.inner_text("main")


def test_markup_from_data_that_was_not_escaped_stops_the_report():
    for bad in ["<script>x</script>", '<img src="http://x">', "<p onclick=x>", '<a href="javascript:x">']:
        with pytest.raises(report.UnsafeReport):
            chapters.sound(bad, "x")
    assert chapters.sound("<p>a &lt;script&gt; onclick=x javascript:</p>", "x")


def test_the_readmes_picture_is_of_this_report(browser, demo, tmp_path):
    """docs/report.png is a chapter of the demo at desktop width; it is taken anew with AUDIT_PICTURE=1."""
    import os

    from tests.conftest import ROOT

    picture = ROOT / "docs" / "report.png"
    with opened(browser, (demo / "report" / "en" / "repeat.html").resolve()) as (page, _heard):
        page.screenshot(path=tmp_path / "report.png", clip={"x": 0, "y": 0, "width": 1200, "height": 820})
        if os.environ.get("AUDIT_PICTURE"):
            picture.parent.mkdir(exist_ok=True)
            shutil.copy(tmp_path / "report.png", picture)
        assert picture.stat().st_size > 20_000


def test_a_table_escapes_cells_headings_and_caption():
    import pandas as pd

    text = show.markup(pd.DataFrame({"<i>": ["<b>"]}), "", caption="<u>")
    assert "<b>" not in text
    assert "<i>" not in text
    assert "<u>" not in text

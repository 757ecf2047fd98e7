"""The report in a real browser, in both languages: offline, silent, accessible, readable, safe (faults 30, 32, 33, 50, 58)."""

import contextlib
import html
import re
import shutil

import nbformat
import pandas as pd
import pytest

from audit import report, run
from audit.core import registry, store
from audit.report import chapters, guard, show
from audit.report.content import step_of_row
from tests.conftest import TOML, write_base


@pytest.fixture(scope="module", params=["en", "ru"])
def pages(demo, request):
    return sorted((demo / "report" / request.param).glob("*.html"))


@contextlib.contextmanager
def listened_to(browser, width=1200, **given):
    """A page of a browser, and all it says and asks for: requests, console messages, dialogs; closed behind the test."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **given)
    page, heard = context.new_page(), []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: None if request.url.startswith("data:") else heard.append(request.url))
    try:
        yield page, heard
    finally:
        context.close()


def go(page, heard, path):
    """To a page; what it asks for beside itself stays in `heard`."""
    page.goto(path.as_uri())
    heard.remove(path.as_uri())


@contextlib.contextmanager
def opened(browser, path, **given):
    """One page, and what it says and asks for beside itself."""
    with listened_to(browser, **given) as (page, heard):
        go(page, heard, path)
        yield page, heard


WIDE, PHONE, PAPER = 1200, 320, 673  # paper: A4 within its margins
FACTS = """
() => ({
    levels: [...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1]),
    bare: [...document.querySelectorAll('table')].filter(t => !t.caption || [...t.querySelectorAll('th')].some(h => !h.scope)).length,
    headless: [...document.querySelectorAll('table')].flatMap(table => [...table.tBodies[0].rows].filter(row =>
        row.cells[0].scope !== 'row' || row.cells.length !== table.tHead.rows[0].cells.length
        || [...table.tHead.rows[0].cells].some(head => head.scope !== 'col' || !head.textContent.trim()))).length,
    language: document.documentElement.lang,
    links: [...document.querySelectorAll('a')].map(a => a.getAttribute('href')),
})
"""
FIRST_ROWS = "document.querySelectorAll('tbody > tr:nth-child(n+6), article.card:nth-of-type(n+4)').forEach(e => e.remove())"
FIGURES = "[...document.querySelectorAll('img')].map(i => ({alt: i.alt, isDrawn: i.complete && i.naturalWidth > 100}))"
RIGHT = "Math.max(0, ...[...document.querySelectorAll('table, img')].map(t => t.getBoundingClientRect().right))"


@pytest.fixture(scope="module")
def seen(browser, pages):
    """What a browser sees on every page of one language, at desk, on a phone and on paper: name of the page -> facts; of the packs of key accounts, which
    are one notebook, on the first."""
    found = {}
    packs = [path for path in pages if step_of_row(path.stem)]
    with listened_to(browser) as (page, heard):
        for path in pages:
            if path in packs[1:]:
                continue
            heard.clear()
            page.set_viewport_size({"width": WIDE, "height": 900})
            page.emulate_media(media="screen")
            go(page, heard, path.resolve())
            facts = page.evaluate(FACTS) | {"figures": page.evaluate(FIGURES)}
            page.set_viewport_size({"width": PHONE, "height": 900})
            facts["phone"] = page.evaluate("document.documentElement.scrollWidth")
            page.set_viewport_size({"width": PAPER, "height": 900})
            page.emulate_media(media="print")
            found[path.stem] = facts | {"paper": page.evaluate(RIGHT), "heard": list(heard)}
    return found


def test_there_is_a_page_per_step_an_index_settings_and_one_file(pages):
    names = {path.stem for path in pages if not step_of_row(path.stem)}
    of_the_answer = {"index", "cards", "decisions", "findings", "questions", "undecided"}
    assert names == of_the_answer | {
        "glossary",
        "settings",
        "lists",
        "report",
        *(step.name for step in registry.steps() if not step.uses_findings),
    }


def test_fault_58_no_page_speaks_to_the_console_or_to_the_network(seen):
    assert {name: facts["heard"] for name, facts in seen.items() if facts["heard"]} == {}


def test_every_figure_is_drawn_and_says_what_it_shows(seen):
    drawn = [(name, figure) for name, facts in seen.items() for figure in facts["figures"]]
    for name, figure in drawn:
        assert len(figure["alt"]) > 30, (name, figure)
        assert re.search(r"\d", figure["alt"]), (name, figure)
        assert figure["isDrawn"], (name, figure)
    assert len(drawn) >= 24  # twelve charts, each on its page and in the one file


def test_headings_begin_with_one_h1_and_skip_no_level_and_tables_have_heads(seen, pages):
    for name, facts in seen.items():
        levels = facts["levels"]
        assert levels[0] == 1
        assert levels.count(1) == 1, name
        assert all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False)), (name, levels)
        assert facts["bare"] == 0, name
        assert facts["language"] == pages[0].parent.name


def test_every_cell_has_a_heading_above_it_and_one_beside_it(seen):
    assert {name: facts["headless"] for name, facts in seen.items() if facts["headless"]} == {}


KINDS = {"index", "account", "cards", "customers", "decisions", "findings", "glossary", "lists", "retention", "settings", "undecided"}


def test_axe_finds_nothing_on_any_page(browser, pages):
    """WCAG 2.2 AA and axe's best practices.

    Of every page what it holds, in the one file that holds them all; a page of each kind as it stands alone; the first and the glossary in Russian too.
    Of a long table or list of cards, the first rows; of the packs of key accounts, which are one notebook, the first.
    """
    from axe_playwright_python.sync_playwright import Axe

    looked_at = {"en": {*KINDS, "report"}, "ru": {"index", "glossary"}}[pages[0].parent.name]
    assert looked_at <= {path.stem for path in pages}
    for path in pages:
        if path.stem not in looked_at:
            continue
        with opened(browser, path.resolve(), bypass_csp=True) as (page, _heard):  # axe is a script; the page itself allows none
            page.evaluate(FIRST_ROWS)
            found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert not found.response["violations"], (path.name, found.generate_report())


def test_fault_58_paper_cuts_no_table(seen):
    """At the width of A4 within its margins, under the rules for print."""
    assert {name: facts["paper"] for name, facts in seen.items() if facts["paper"] > PAPER + 1} == {}


def test_the_page_itself_never_scrolls_sideways_on_a_phone(seen):
    assert {name: facts["phone"] for name, facts in seen.items() if facts["phone"] > PHONE} == {}


def test_the_one_file_is_smaller_than_five_megabytes(pages):
    assert next(path for path in pages if path.stem == "report").stat().st_size < 5e6


def test_contents_lead_to_every_chapter_and_every_link_has_its_aim(seen, pages):
    files = {path.name for path in pages}
    anchors = {path.name: set(re.findall(r'id="([^"]+)"', path.read_text(encoding="utf-8"))) for path in pages}
    for name, facts in seen.items():
        links = facts["links"]
        for link in links:
            file, _mark, place = link.partition("#")
            assert not file or file in files or file in BESIDE, (name, link)
            assert not place or place in anchors[file or f"{name}.html"], (name, link)
        if name != "report":
            assert {file for file in files if not step_of_row(file.removesuffix(".html"))} - {"report.html"} <= set(links), name


BESIDE = ("actions.xlsx", "customers.xlsx", "tables.xlsx")


def test_every_customers_name_in_a_table_leads_to_its_place_in_the_index(demo, pages):
    """But for names that two customers share, and in tables of pairs."""
    overview, customers = store.load(demo, "customer_overview", "customers")
    names = customers.set_index("customer_id")["name"].loc[overview["customer_id"]]
    alone = {html.escape(name) for name in names[~names.duplicated(keep=False)]}
    for path in pages:
        bare = re.findall(r"<t[dh](?: class=\"[^\"]*\")?(?: scope=\"row\")?>([^<]+)</t[dh]>", path.read_text(encoding="utf-8"))
        assert not alone & set(bare), path.name


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
        write_base(tmp_path / "nasty", csv, TOML.replace('"Test"', '"<b>Test</b>"')),
        outputs=tmp_path / "outputs",
        only=["base", "retention", "segments", "customers", "verdicts"],
        say=lambda _line: None,
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
        with pytest.raises(report.UnsafeReport, match=r"page 'x' was not written: it holds <.*What to do"):
            guard.sound(bad, "x")
    for good in [
        "<p>a &lt;script&gt; onclick=x javascript: url(x)</p>",
        '<div aria-label="a > b onclick=x &lt;script&gt; src=&quot;http://x&quot;">x</div>',
        '<img alt="<script> javascript: onerror=x" src="data:image/svg+xml;base64,PHN2Zz4=">',
        '<a href="#base-1">x</a><a href="value.html">y</a>',
    ]:
        assert guard.sound(good, "x") == good


@pytest.mark.parametrize(("language", "name"), [("en", "report.png"), ("ru", "report.ru.png")])
def test_the_readmes_picture_is_of_this_reports_first_page(browser, demo, tmp_path, language, name):
    """It is taken anew with AUDIT_PICTURE=1."""
    import os

    from tests.conftest import ROOT

    picture = ROOT / "docs" / name
    with opened(browser, (demo / "report" / language / "index.html").resolve(), width=1120) as (page, _heard):
        page.screenshot(path=tmp_path / name, clip={"x": 0, "y": 0, "width": 1120, "height": 1250})
        if os.environ.get("AUDIT_PICTURE"):
            shutil.copy(tmp_path / name, picture)
        assert picture.stat().st_size > 20_000


def test_a_table_escapes_cells_headings_and_caption():
    import pandas as pd

    text = show.markup(pd.DataFrame({"<i>": ["<b>"]}), "", caption="<u>")
    assert "<b>" not in text
    assert "<i>" not in text
    assert "<u>" not in text


@pytest.mark.parametrize(
    ("verdict", "tags", "left"), [("not-decidable", ["where-told"], 1), ("missed", ["where-told"], 2), ("not-decidable", [], 2)]
)
def test_advice_that_hangs_on_a_claim_is_left_out_where_nothing_could_be_told(verdict, tags, left):
    claim = f'<ul class="findings"><li class="{verdict}"><span class="said">x</span> <span class="judgement">y</span></li></ul>'
    shown = nbformat.v4.new_output("display_data", {"text/html": claim})
    told = nbformat.v4.new_code_cell("findings.show(found, settings)", outputs=[shown])
    advice = nbformat.v4.new_markdown_cell("## What to do", metadata={"tags": ["to-do", *tags]})
    assert len(chapters._parts([told, advice])[0]) == left


@pytest.mark.parametrize(("rows", "left"), [(1, 3), (0, 1)])
def test_advice_on_a_list_and_the_list_are_left_out_where_it_is_empty(rows, left):
    shown = nbformat.v4.new_output("display_data", {"text/html": show.markup(pd.DataFrame({"customer": ["a"] * rows}), "", caption="List")})
    told = nbformat.v4.new_code_cell("findings.show(found, settings)")
    listed = nbformat.v4.new_code_cell("show.table(late)", outputs=[shown], metadata={"tags": ["list", "where-listed"]})
    advice = nbformat.v4.new_markdown_cell("Call them.", metadata={"tags": ["to-do", "where-listed"]})
    assert len(chapters._parts([told, listed, advice])[0]) == left

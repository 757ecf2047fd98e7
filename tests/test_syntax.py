"""Data never meets a syntax: every sink shows hostile and innocent strings as they are (tests/hostile.py), and their base gives the same numbers."""

import csv
import io
import sqlite3
import tomllib

import openpyxl
import pandas as pd
import pytest

from audit import i18n, run
from audit.core import settings, store
from audit.core.findings import Finding, judge, sentence
from audit.intake.mapping import convert
from audit.intake.propose import base as propose
from audit.intake.propose.toml import text as toml_text
from audit.intake.readers import read, sql
from audit.report import guard, paper, show, style, workbook
from audit.run.notebooks import environment
from tests import hostile
from tests.hostile import STRINGS

SHOWN = [i18n.visible(text) for text in STRINGS]  # without what hides or turns text (fault 33)
ON_PAPER = [text for text in STRINGS if text.isprintable() and text.isascii() and "  " not in text and len(text) < 60]


def in_browser(browser, markup: str, selector: str) -> list[str]:
    page = browser.new_page()
    heard = []
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda asked: heard.append(asked.url) if not asked.url.startswith(("data:", "about:")) else None)
    page.set_content(markup)
    said = page.evaluate(f"[...document.querySelectorAll({selector!r})].map(one => one.textContent)")
    page.close()
    assert heard == []
    return said


def test_html_tables(browser):
    markup = show.markup(pd.DataFrame({"customer": STRINGS}), "", caption="x", top=99)
    assert in_browser(browser, guard.sound(markup, "x"), "tbody th") == SHOWN


@pytest.mark.parametrize("language", ["en", "ru"])
def test_sentences_by_gettext(language):
    with environment(language):
        for text in STRINGS:
            assert text in i18n.render(i18n.stored("no {column}", column=text))
            assert text in i18n.render(i18n.stored("{table}: {reason}", table="lines", reason=i18n.stored("no {column}", column=text)))
            assert i18n.render(text) == text
    assert i18n.render("a\t{b} c") == "a\t{b} c"


def test_findings(browser):
    own = settings.Settings.model_validate({"base": {"name": "x", "currency": "EUR", "as_of": "2024-12-31"}})
    found = judge([Finding(f"f{i}", "base", "fact", "{name} is key", params={"name": text}) for i, text in enumerate(STRINGS)], own)
    assert [sentence(row, "EUR") for _i, row in found.iterrows()] == [f"{text} is key" for text in SHOWN]


@pytest.mark.filterwarnings("ignore:Glyph")  # no font has all signs: a box stands for one
def test_pictures():
    figure, axes = style.canvas(title=STRINGS[2])
    axes.barh(range(len(STRINGS)), range(len(STRINGS)), label="$x$")
    axes.set_yticks(range(len(STRINGS)), STRINGS)
    for text in STRINGS:
        axes.text(0, 0, text)
    axes.legend()
    svg = style.Chart(figure, "x").svg()
    assert svg == style.Chart(figure, "x").svg()
    drawn = [text.get_text() for text in axes.texts]
    assert drawn == SHOWN
    assert not any(
        text.get_parse_math() for text in [*axes.texts, *axes.get_yticklabels(), *axes.get_legend().get_texts(), figure._suptitle]
    )


def test_cells_of_a_workbook_and_of_csv():
    for text in STRINGS:
        told = workbook.cell(text)
        assert not told.startswith(("=", "+", "-", "@", "\t", "\r"))
        [[back]] = list(csv.reader(io.StringIO(as_csv(told), newline="")))
        assert back == workbook.cell(text)
        assert back.endswith(workbook.plain(text))


def as_csv(text: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([text])
    return buffer.getvalue()


def test_paper(tmp_path, browser):
    pytest.importorskip("weasyprint")
    import shutil
    import subprocess

    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is missing: poppler-utils; .ci/run installs it")
    markup = show.markup(pd.DataFrame({"customer": ON_PAPER}), "", caption="x", top=99)
    (tmp_path / "x.html").write_text(f'<html lang="en"><head><title>x</title></head><body>{markup}</body></html>', encoding="utf-8")
    assert paper.write(tmp_path / "x.html", tmp_path / "x.pdf") == ""
    said = subprocess.run(["pdftotext", "-layout", tmp_path / "x.pdf", "-"], capture_output=True, check=True, text=True).stdout
    said = "".join(said.split())  # how wide blanks are set depends on the column
    assert [text for text in ON_PAPER if "".join(text.split()) not in said] == []


@pytest.mark.parametrize("text", [text for text in STRINGS if "/" not in text and len(text) < 60 and not text.startswith(".")])
def test_names_of_files_columns_and_bases_through_a_proposal(text, tmp_path):
    """audit new writes them into TOML, and what is read back by that TOML is the file and the column."""
    rows = [("Who", "Day", "Amount", text), *((f"c{i % 5}", f"2024-0{1 + i % 9}-1{i % 7}", f"{i}.50", f"v{i % 3}") for i in range(40))]
    source = tmp_path / f"{text}.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    made = propose.base([source], name="x", data=tmp_path / "data")
    toml = made.path.read_text(encoding="utf-8")
    [name] = tomllib.loads(toml)["sources"]
    own = settings.read(made.path.parent)
    found = read.source(made.path.parent, name, own.sources[name])
    assert len(found.table) == 40
    as_region = toml.replace(
        "[rules]",
        f"[tables.customers]\nfrom = {toml_text(name)}\ndistinct = true\ncolumns = {{ customer_id = 'Who', name = 'Who', region = {toml_text(found.table.columns[3])} }}\n[rules]",
        1,
    )
    made.path.write_text(as_region, encoding="utf-8")
    own = settings.read(made.path.parent)
    kept = convert.kept(convert.table("customers", own.tables["customers"], {name: found}, own))
    assert set(kept["region"]) <= {"v0", "v1", "v2"}


def test_columns_of_a_database(tmp_path, monkeypatch):
    names = [text for text in STRINGS if text.isprintable()]
    with sqlite3.connect(tmp_path / "x.db") as database:
        columns = ", ".join('"' + text.replace('"', '""') + '" TEXT' for text in names)
        database.execute(f"CREATE TABLE t ({columns})")
        database.execute(f"INSERT INTO t VALUES ({', '.join('?' * len(names))})", names)
    database.close()
    monkeypatch.setenv("AUDIT_DSN", f"sqlite:///{tmp_path / 'x.db'}")
    [path] = sql.snapshots(
        settings.Settings.model_validate(
            {"base": {"name": "x", "currency": "EUR", "as_of": "2024-12-31"}, "sources": {"s": {"query": "SELECT * FROM t"}}}
        ),
        tmp_path,
    )
    table = pd.read_parquet(path)
    assert table.columns.tolist() == names
    assert table.iloc[0].tolist() == names


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    return run.run(hostile.base(folder / "base"), outputs=folder / "outputs", say=lambda _line: None).folder


BY_GROUPS = {
    "portfolio_clear",
    "portfolio_conflicts",
}  # rest on loyalty groups, which are found from starts drawn in the order of the codes


def test_names_move_no_number(attacked, demo):
    """Every chapter runs, and finds what it found in the demo, whose customers have names that nobody could take for code."""
    ours, theirs = store.findings(attacked).set_index("id"), store.findings(demo).set_index("id")
    assert ours.index.tolist() == theirs.index.tolist()
    for column in ("value", "low", "high", "n", "money"):
        away = (ours[column] - theirs[column]).abs() > 1e-6 * theirs[column].abs().clip(lower=1)
        assert set(ours.index[away & (theirs["kind"] == "fact")]) <= BY_GROUPS, column
    assert (ours["verdict"] == theirs["verdict"]).all()


def test_every_page_of_it_is_text_in_a_browser(attacked, browser):
    for page in sorted((attacked / "report").glob("*/report.html")):
        said = in_browser(browser, page.read_text(encoding="utf-8"), "main, main img")
        for text in STRINGS[:6]:
            assert text in said[0], (page.parent.name, text)
    book = openpyxl.load_workbook(attacked / "report" / "ru" / "actions.xlsx")
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)

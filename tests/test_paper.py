"""The report on paper: tagged, whole, the same bytes again, nobody's script; and a sentence where WeasyPrint is missing (faults 30, 50)."""

import builtins
import shutil
import subprocess

import pytest

from audit import cli, i18n
from audit.report import paper


@pytest.fixture(scope="module")
def weasyprint():
    return pytest.importorskip("weasyprint", reason="no WeasyPrint; `make pdf` adds it, as .ci/run does")


@pytest.fixture(scope="module")
def poppler():
    if not shutil.which("pdftotext"):
        pytest.skip("no poppler-utils; .ci/run installs it")
    return lambda tool, *words: subprocess.run([tool, *words], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def printed(weasyprint, demo, tmp_path_factory):
    """One page of the demo in each language: the whole report takes ten seconds each."""
    folder = tmp_path_factory.mktemp("paper")
    for tongue in ("en", "ru"):
        assert paper.write(demo / "report" / tongue / "accounts.html", folder / f"{tongue}.pdf") == ""
    return folder


def test_the_pdf_is_tagged_titled_and_in_the_readers_language(printed, poppler):
    for tongue, question in (("en", "Which customers are key"), ("ru", "Какие клиенты ключевые")):
        said = poppler("pdfinfo", printed / f"{tongue}.pdf")
        assert "Tagged:          yes" in said
        assert question in said.splitlines()[0]
        assert "JavaScript:      no" in said


def test_paper_holds_every_customer_of_the_pages_tables(printed, demo, poppler):
    from audit.core import store

    text = poppler("pdftotext", "-layout", printed / "ru.pdf", "-")
    names = store.load(demo, "customers").set_index("customer_id")["name"]
    keys = store.load(demo, "key_accounts")["group"]
    wanted = [names[key] for key in keys if key in names.index]
    assert len(wanted) > 3
    assert all(name.split("«")[1].rstrip("»") in text for name in wanted)


def test_the_same_page_prints_the_same_bytes(printed, weasyprint, demo, tmp_path):
    paper.write(demo / "report" / "en" / "accounts.html", tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == (printed / "en.pdf").read_bytes()


def test_a_name_that_attacks_is_text_on_paper_and_nothing_is_fetched(weasyprint, poppler, tmp_path):
    name = "&lt;script&gt;alert(1)&lt;/script&gt; =cmd|x"
    page = f'<html lang="en"><head><title>t</title></head><body><p>{name}</p><img alt="x" src="http://127.0.0.1:9/x"><img alt="y" src="file:///etc/passwd"></body></html>'
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    assert paper.write(tmp_path / "page.html", tmp_path / "page.pdf") == ""
    assert "<script>alert(1)</script> =cmd|x" in poppler("pdftotext", tmp_path / "page.pdf", "-")
    assert "root:" not in poppler("pdftotext", tmp_path / "page.pdf", "-")


@pytest.fixture
def no_weasyprint(monkeypatch):
    real = builtins.__import__

    def missing(name, *args, **more):
        if name.startswith("weasyprint"):
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", missing)


@pytest.mark.parametrize(("tongue", "word"), [("en", "make pdf"), ("ru", "не установлен")])
def test_fault_50_without_weasyprint_this_is_said_and_nothing_is_written(no_weasyprint, monkeypatch, tmp_path, tongue, word):
    monkeypatch.setenv("LANGUAGE", tongue)
    assert i18n.current() == tongue
    assert word in paper.write(tmp_path / "x.html", tmp_path / "x.pdf")
    assert not (tmp_path / "x.pdf").exists()


def test_a_pdf_that_was_asked_for_and_cannot_be_had_is_an_error_and_the_document_beside_it_is_written(
    no_weasyprint, demo, tmp_path, capsys
):
    run = tmp_path / "demo" / demo.name
    shutil.copytree(demo, run, ignore=shutil.ignore_patterns("notebooks", "ru"))
    said = cli.main(["report", str(run), "--pdf", "--docx"])
    assert said == 1
    assert "What to do: `make pdf`" in capsys.readouterr().err
    assert (run / "report" / "en" / "report.docx").is_file()
    assert not (run / "report" / "en" / "report.pdf").exists()

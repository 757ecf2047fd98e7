"""The report as documents that others go on with: real headings, tables, pictures with their words; opened by an office; the same bytes again; no names more than
the pages show."""

import io
import shutil
import subprocess
import zipfile

import pytest

from audit.core import store
from audit.report import content, document, paper, slides
from audit.run.notebooks import environment


@pytest.fixture(scope="module", params=["en", "ru"])
def made(demo, request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(f"office-{request.param}")
    page = (demo / "report" / request.param / "report.html").read_text(encoding="utf-8")
    with environment(request.param):
        document.write(page, folder / "report.docx", store.settings(demo))
        slides.write(page, folder / "report.pptx", store.settings(demo))
    return folder, page


def test_the_document_has_real_headings_tables_and_pictures_that_say_what_they_show(made):
    import docx

    folder, page = made
    found, chapters = docx.Document(folder / "report.docx"), content.chapters(page)
    heads = [paragraph.text for paragraph in found.paragraphs if paragraph.style.name.startswith("Heading")]
    assert [chapter.title for chapter in chapters] == [head for head in heads if head in {chapter.title for chapter in chapters}][
        : len(chapters)
    ]
    shown = [block for chapter in chapters for block in chapter.blocks if isinstance(block, content.Picture)]
    assert len(found.inline_shapes) == len(shown) > 10
    assert all(len(shape._inline.docPr.get("descr")) > 20 for shape in found.inline_shapes)
    assert len(found.tables) == sum(isinstance(block, content.Table) for chapter in chapters for block in chapter.blocks) > 8
    assert all(table.rows[0]._tr.trPr is not None for table in found.tables), "a head that repeats on every page"


def test_the_packs_of_key_accounts_are_a_document_of_their_own_and_whole(made, demo):
    import docx

    folder, page = made
    found, packs = docx.Document(folder / "accounts.docx"), content.packs(page)
    assert len(packs) == len(store.load(demo, "dossier_coverage"))
    titles = [pack.title for pack in packs]
    assert [
        paragraph.text for paragraph in found.paragraphs if paragraph.style.name.startswith("Heading") and paragraph.text in titles
    ] == titles
    tables = [block for pack in packs for block in pack.blocks if isinstance(block, content.Table)]
    assert len(found.tables) == len(tables)
    assert max(len(table.rows) for table in tables) > content.MOST_ROWS


def test_there_is_one_slide_per_claim_and_its_title_is_the_claim(made):
    import pptx

    folder, page = made
    deck, chapters = pptx.Presentation(folder / "report.pptx"), content.chapters(page)
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert titles[0] == chapters[0].title
    assert titles[2:] == [chapter.title for chapter in chapters[1:]]
    assert sum(shape.shape_type == 13 for slide in deck.slides for shape in slide.shapes) >= 12


def test_the_owners_part_holds_no_fold_and_no_annex(made):
    _folder, page = made
    names = {chapter.name for chapter in content.chapters(page)}
    assert not names & set(content.ANNEX)
    assert {"index", "retention", "receivables"} <= names
    owner, annex = paper.parts(page)
    for part in (owner, annex):
        assert 'class="whole' in part
    assert '<details class="method"' not in owner
    assert annex.count('<details class="method"') >= 12
    assert 'id="cards"' in annex
    assert 'id="cards"' not in owner


@pytest.mark.parametrize("form", ["docx", "pptx"])
def test_the_same_content_gives_the_same_bytes(made, demo, tmp_path, form):
    folder, page = made
    with environment(folder.name.split("-")[1][:2]):
        {"docx": document, "pptx": slides}[form].write(page, tmp_path / "again", store.settings(demo))
    assert (tmp_path / "again").read_bytes() == (folder / f"report.{form}").read_bytes()


@pytest.mark.parametrize(("form", "library"), [("docx", "libswlo.so"), ("pptx", "libsdlo.so")])
def test_an_office_opens_it(made, tmp_path, form, library):
    office = shutil.which("soffice")
    if not office or not (__import__("pathlib").Path("/usr/lib/libreoffice/program") / library).exists():
        pytest.skip("no LibreOffice Writer and Impress; .ci/run installs them")
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        [office, home, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, made[0] / f"report.{form}"],
        check=True,
        capture_output=True,
        timeout=180,
    )
    assert (tmp_path / "report.pdf").stat().st_size > 50_000


def test_a_name_that_attacks_is_text_and_nothing_hidden_is_carried_over(demo, tmp_path):
    name = "=cmd|x &lt;w:p/&gt; {n} $5-$9 \u202eevil"
    page = f'<html><body class="whole"><section class="chapter" id="index"><h1>{name}</h1><p>{name}</p><ul><li>{name}</li></ul></section></body></html>'
    document.write(page, tmp_path / "a.docx", store.settings(demo))
    slides.write(page, tmp_path / "a.pptx", store.settings(demo))
    import docx

    assert "=cmd|x <w:p/> {n} $5-$9 evil" in [paragraph.text for paragraph in docx.Document(tmp_path / "a.docx").paragraphs]
    for form in ("docx", "pptx"):
        with zipfile.ZipFile(io.BytesIO((tmp_path / f"a.{form}").read_bytes())) as package:
            parts = b"".join(package.read(one) for one in package.namelist())
        assert "\u202e".encode() not in parts
        assert b"/work/" not in parts

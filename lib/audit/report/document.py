"""How does the report become a document that a consultant can go on writing in? DOCX: real headings, tables, pictures with their words."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from audit import i18n
from audit.core.settings import Settings
from audit.i18n import translate as _
from audit.report import content

EPOCH = (2000, 1, 1, 0, 0, 0)  # of every part of an office file: the same content gives the same bytes


def write(page: str, target: Path, settings: Settings) -> None:
    """The owner's part of report.html as report.docx, and beside it the packs of key accounts, where there are any, as accounts.docx."""
    _write(content.chapters(page), target, settings)
    if packs := content.packs(page):
        _write(packs, target.with_name("accounts.docx"), settings)


def _write(chapters: list[content.Chapter], target: Path, settings: Settings) -> None:
    import docx
    from docx.shared import Cm, Pt

    document = docx.Document()
    document.styles["Normal"].font.name, document.styles["Normal"].font.size = "Liberation Serif", Pt(11)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    _properties(document.core_properties, settings)
    document.add_heading(i18n.visible(settings.base.name), 0)
    document.add_paragraph(i18n.visible(" · ".join(one for one in (settings.report.firm or "", _("Customer-base audit")) if one)))
    for number, chapter in enumerate(chapters):
        if number:
            document.add_page_break()
        for block in chapter.blocks:
            _add(document, block)
    buffer = io.BytesIO()
    document.save(buffer)
    target.write_bytes(steady(buffer.getvalue()))


def _properties(properties, settings: Settings) -> None:
    import datetime as dt

    properties.title, properties.author = i18n.visible(f"{settings.base.name}: {_('Customer-base audit')}"), settings.report.firm or ""
    properties.created = properties.modified = dt.datetime.combine(settings.as_of, dt.time())
    properties.language, properties.last_modified_by, properties.comments = i18n.current(), "", ""


def _add(document, block: content.Block) -> None:
    from docx.shared import Cm, Pt

    if isinstance(block, content.Heading):
        document.add_heading(i18n.visible(block.text), min(block.level, 4))
    elif isinstance(block, content.Paragraph):
        run = document.add_paragraph().add_run(i18n.visible(block.text))
        run.font.size = Pt(9) if block.is_small else None
    elif isinstance(block, content.Bullets):
        for item in block.items:
            document.add_paragraph(i18n.visible(item), style="List Bullet")
    elif isinstance(block, content.Picture):
        document.add_paragraph(i18n.visible(block.title)).paragraph_format.keep_with_next = True
        picture = document.add_picture(io.BytesIO(block.png()), width=Cm(16.5))
        picture._inline.docPr.set("descr", i18n.visible(block.alt))
    else:
        _table(document, block)


def _table(document, block: content.Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    caption = document.add_paragraph()
    caption.paragraph_format.keep_with_next = True
    caption.add_run(i18n.visible(block.caption)).bold = True
    table = document.add_table(rows=1 + len(block.rows), cols=len(block.head), style="Light Grid Accent 1")
    for i, row in enumerate([block.head, *block.rows]):
        for j, (cell, text) in enumerate(zip(table.rows[i].cells, row, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.add_run(i18n.visible(text)).font.size = Pt(8)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if block.numbers[j] else None
    _repeated(table.rows[0])


def _repeated(row) -> None:
    """The row stands again on top of every page that the table goes on to."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def steady(package: bytes) -> bytes:
    """An office file with the same day on all of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for member in source.infolist():
            copy.writestr(zipfile.ZipInfo(member.filename, EPOCH), source.read(member), zipfile.ZIP_DEFLATED)
    return out.getvalue()

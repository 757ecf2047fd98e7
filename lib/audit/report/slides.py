"""How is the report shown in a meeting? PPTX: a slide of the answer, one of the decisions, and one per chapter: its claim, its picture, what supports it."""

from __future__ import annotations

import io
from pathlib import Path

from audit import i18n
from audit.core.settings import Settings
from audit.i18n import translate as _
from audit.report import content
from audit.report.document import steady

SAID = 3  # sentences on a slide
WIDE, HIGH = 13.333, 7.5  # inches
INK, MUTED = "16202A", "535F6C"


def write(page: str, target: Path, settings: Settings) -> None:
    """The owner's part of report.html as report.pptx, one slide per claim."""
    import pptx
    from pptx.util import Inches

    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDE), Inches(HIGH)
    deck.core_properties.title, deck.core_properties.author = i18n.visible(settings.base.name), settings.report.firm or ""
    deck.core_properties.last_modified_by = ""
    first, *others = content.chapters(page) or [content.Chapter("")]
    _cover(deck, first, settings)
    for chapter in others:
        _claim(deck, chapter)
    import datetime as dt

    deck.core_properties.created = deck.core_properties.modified = dt.datetime.combine(settings.as_of, dt.time())
    buffer = io.BytesIO()
    deck.save(buffer)
    target.write_bytes(steady(buffer.getvalue()))


def _cover(deck, first: content.Chapter, settings: Settings) -> None:
    lists = [block.items for block in first.blocks if isinstance(block, content.Bullets) and block.is_decisions]
    lede = next((block.text for block in first.blocks if isinstance(block, content.Paragraph)), "")
    slide = _slide(deck, first.title)
    _text(slide, [f"{settings.base.name} · {_('Customer-base audit')}", lede], left=0.7, top=1.9, width=WIDE - 1.4, height=2)
    if lists:
        decisions = _slide(deck, _("Decide first"))
        _text(decisions, lists[0], left=0.7, top=1.6, width=WIDE - 1.4, height=HIGH - 2, size=15)


def _claim(deck, chapter: content.Chapter) -> None:
    from pptx.util import Inches

    slide = _slide(deck, chapter.title)
    said = [item for block in chapter.blocks if isinstance(block, content.Bullets) for item in block.items][:SAID]
    picture = next((block for block in chapter.blocks if isinstance(block, content.Picture)), None)
    wide = 5.0 if picture else WIDE - 1.4
    _text(
        slide,
        said or [block.text for block in chapter.blocks if isinstance(block, content.Paragraph)][:SAID],
        left=0.7,
        top=1.7,
        width=wide,
        height=5,
        size=15,
    )
    if picture:
        _text(slide, [picture.title], left=6.0, top=1.5, width=6.7, height=0.8, size=13)
        shown = slide.shapes.add_picture(io.BytesIO(picture.png()), Inches(6.0), Inches(2.3), width=Inches(6.7))
        if shown.height > Inches(4.7):
            shown.width, shown.height = int(shown.width * Inches(4.7) / shown.height), Inches(4.7)
        shown._element.nvPicPr.cNvPr.set("descr", i18n.visible(picture.alt))


def _slide(deck, title: str):
    from pptx.dml.color import RGBColor
    from pptx.util import Inches, Pt

    slide = deck.slides.add_slide(deck.slide_layouts[5])  # a title and nothing else
    box = slide.shapes.title
    box.left, box.top, box.width, box.height = Inches(0.7), Inches(0.4), Inches(WIDE - 1.4), Inches(1.1)
    box.text_frame.text, box.text_frame.word_wrap = i18n.visible(title), True
    for paragraph in box.text_frame.paragraphs:
        paragraph.font.size, paragraph.font.bold, paragraph.font.color.rgb = Pt(28), True, RGBColor.from_string(INK)
        paragraph.alignment = 1
    return slide


def _text(slide, paragraphs: list[str], *, left: float, top: float, width: float, height: float, size: int = 18) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Inches, Pt

    frame = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height)).text_frame
    frame.word_wrap = True
    for i, text in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if not i else frame.add_paragraph()
        paragraph.text, paragraph.space_after = i18n.visible(text), Pt(8)
        paragraph.font.size, paragraph.font.color.rgb = Pt(size), RGBColor.from_string(MUTED)

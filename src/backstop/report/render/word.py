"""A report as a Word document (DOCX): the same words, figures as pictures with their text, and tables.

Built with python-docx, which writes ECMA-376 that Word, LibreOffice and Pages read.
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

from backstop.base.table import Table
from backstop.base.words import clean
from backstop.report.content import Block, Code, Entry, Figure, Items, Paragraph, Report
from backstop.report.render.figures import picture_png

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle

FONT = "Arial"
_WIDTH_CM, _HEIGHT_CM = 17.4, 19.0
_QUIET = "5A5A5A"
_SMALL = 7.5


def docx(report: Report) -> bytes:
    """The document as bytes."""
    import docx as library

    document = library.Document()
    _page(document)
    document.core_properties.title = clean(report.title)[:255]
    document.core_properties.author = "Backstop"
    document.core_properties.comments = ""
    document.add_heading(clean(report.title), 1)
    if report.question:
        document.add_paragraph(clean(report.question)).runs[0].italic = True
    for at, section in enumerate(report.sections):
        document.add_heading(clean(section.title), 2)
        for block in section.blocks:
            _add(document, block, report.source)
        if at == 0:
            facts = "; ".join(report.facts)
            _quiet(document, f"{report.source} How it was computed: {facts}.")
    if report.left_out:
        _quiet(document, "Left out: " + " ".join(report.left_out))
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _page(document: Document) -> None:
    """A4, narrow margins, one font in sizes that let a brief fit its page."""
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    for section in document.sections:
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        section.left_margin = section.right_margin = Cm(1.8)
        section.top_margin = section.bottom_margin = Cm(1.4)
    sizes = {"Normal": 9.0, "Heading 1": 14.0, "Heading 2": 11.0, "Heading 3": 9.5, "List Bullet": 9.0}
    for name, size in {**sizes, "List Number": 9.0}.items():
        found: ParagraphStyle = document.styles[name]
        found.font.name, found.font.size = FONT, Pt(size)
        # Headings name a font of the theme, which would win over the one above.
        fonts = found.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        found.font.color.rgb = RGBColor(0x1C, 0x1C, 0x1C)
        found.paragraph_format.space_before = Pt(8 if name.startswith("Heading") else 0)
        found.paragraph_format.space_after = Pt(3)
        found.paragraph_format.line_spacing = 1.0


def _add(document: Document, block: Block, source: str) -> None:
    from docx.shared import Pt

    match block:
        case Paragraph():
            run = document.add_paragraph().add_run(clean(block.text))
            if block.lead:
                run.bold, run.font.size = True, Pt(12)
        case Items():
            for item in block.items:
                document.add_paragraph(clean(item), style="List Number" if block.ordered else "List Bullet")
        case Entry():
            _add_entry(document, block)
        case Code():
            if block.label:
                _quiet(document, f"{block.label}:")
            document.add_paragraph().add_run(clean(block.text)).font.name = "Courier New"
        case Figure():
            _add_figure(document, block, source)
        case Table():
            _add_table(document, block)


def _add_entry(document: Document, entry: Entry) -> None:
    mark = f" ({entry.mark})" if entry.mark else ""
    document.add_heading(clean(entry.title + mark), 3)
    if entry.text:
        document.add_paragraph(clean(entry.text))
    if entry.lines:
        rows = [(label, f"{text} {formula}".strip()) for label, text, formula in entry.lines]
        _grid(document, rows, (3.2, _WIDTH_CM - 3.2))


def _add_figure(document: Document, figure: Figure, source: str) -> None:
    from docx.shared import Cm

    heading = document.add_paragraph()
    heading.add_run(clean(figure.title)).bold = True
    heading.paragraph_format.keep_with_next = True
    _quiet(document, figure.definition, kept=True)
    image = picture_png(figure)
    width, height = struct.unpack(">II", image[16:24])
    # As wide as it is drawn, two dots to a pixel of a ninety-sixth of an inch, or as the page is.
    scale = min(1.0, _WIDTH_CM / (width / 192 * 2.54), _HEIGHT_CM / (height / 192 * 2.54))
    picture = document.add_picture(io.BytesIO(image), width=Cm(width / 192 * 2.54 * scale))
    picture._inline.docPr.set("descr", clean(figure.alternative))
    picture._inline.docPr.set("title", clean(figure.title))
    below = " ".join(part for part in (figure.note, "" if figure.source == source else figure.source) if part)
    if below:
        _quiet(document, below)


def _add_table(document: Document, table: Table) -> None:
    heading = document.add_paragraph()
    heading.add_run(clean(table.title)).bold = True
    heading.paragraph_format.keep_with_next = True
    if not table.columns:
        return
    first = min(6.0, _WIDTH_CM / 2)
    rest = (_WIDTH_CM - first) / max(1, len(table.columns) - 1)
    widths = (first, *(rest for _ in table.columns[1:]))
    _grid(document, [table.columns, *table.rows], widths, head=True)
    if table.note:
        _quiet(document, table.note)


def _grid(
    document: Document,
    rows: list[tuple[str, ...]] | list[tuple[str, str]],
    widths: tuple[float, ...],
    head: bool = False,
) -> None:
    """Rows of cells with the first column set apart; with `head` the first row is repeated on every page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    grid = document.add_table(rows=len(rows), cols=len(widths))
    grid.autofit = False
    for at, (row, of) in enumerate(zip(grid.rows, rows, strict=True)):
        if head and at == 0:
            repeated = OxmlElement("w:tblHeader")
            repeated.set(qn("w:val"), "true")
            row._tr.get_or_add_trPr().append(repeated)
        for column, (cell, text, width) in enumerate(zip(row.cells, of, widths, strict=True)):
            cell.width = Cm(width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(2)
            run = paragraph.add_run(clean(text))
            run.font.size = Pt(_SMALL + 1 if not head else _SMALL)
            run.bold = (head and at == 0) or (not head and column == 0)
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _quiet(document: Document, text: str, kept: bool = False) -> None:
    from docx.shared import Pt, RGBColor

    paragraph = document.add_paragraph()
    run = paragraph.add_run(clean(text))
    run.font.size, run.font.color.rgb = Pt(_SMALL), RGBColor.from_string(_QUIET)
    paragraph.paragraph_format.keep_with_next = kept

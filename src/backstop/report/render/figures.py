"""A figure in a page, and on its own as SVG, PNG and CSV."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from markupsafe import Markup

from backstop.base.cells import defused
from backstop.base.words import clean
from backstop.report.content import Figure
from backstop.report.drawing.palette import COLOURS, rules
from backstop.report.drawing.sheet import LETTERS, NARROW, SIZE, SMALL, WIDE, Sheet, document, inline

if TYPE_CHECKING:
    from types import ModuleType

_NUMBER = re.compile(r"[-+]?[\d,.]+(e[-+]?\d+)? ?%?")
_STYLE = LETTERS + rules(COLOURS, dark=False)
SCRIPT = (
    "for(const t of document.querySelectorAll('figure template.whole')){const f=t.closest('figure'),"
    "n=t.dataset.name,whole=()=>{const s=t.content.firstElementChild.cloneNode(true),"
    "g=s.querySelector('.here');g.innerHTML=f.querySelector('svg.on-page').innerHTML;"
    "for(const x of g.querySelectorAll('title'))x.remove();"
    f"s.querySelector('style').textContent='{_STYLE}';"
    "return new XMLSerializer().serializeToString(s)},"
    "save=(h,k)=>{const d=document.createElement('a');d.href=h;d.download=n+k;d.click()},"
    "draw=(h)=>{const i=new Image();i.onload=()=>{const c=document.createElement('canvas');"
    "c.width=2*i.naturalWidth;c.height=2*i.naturalHeight;"
    "c.getContext('2d').drawImage(i,0,0,c.width,c.height);"
    "c.toBlob(x=>save(URL.createObjectURL(x),'.png'))};i.src=h};"
    "for(const [k,go] of [['SVG',h=>save(h,'.svg')],['PNG',draw]]){const b=document.createElement('button');"
    "b.type='button';b.textContent=k;"
    "b.onclick=()=>go('data:image/svg+xml;charset=utf-8,'+encodeURIComponent(whole()));t.before(b,' ')}}"
)
"""What makes an SVG or a PNG of a figure when asked; a page without it lacks those buttons and nothing else."""


def pictures(figure: Figure) -> Markup:
    """The figure drawn for a page and for a phone; the style of the page shows one of them."""
    drawn = ((figure.drawn(WIDE), "on-page"), (figure.drawn(NARROW), "on-phone"))
    return Markup("").join(Markup(inline(sheet, kind, figure.alternative)) for sheet, kind in drawn)


def as_dict(figure: Figure) -> dict[str, object]:
    """The figure for programs that show it: its words, the picture for a page and for a phone, and its numbers."""
    return {
        "name": figure.name,
        "title": figure.title,
        "definition": figure.definition,
        "source": figure.source,
        "note": figure.note,
        "alternative": figure.alternative,
        "wide": inline(figure.drawn(WIDE), "", figure.alternative),
        "narrow": inline(figure.drawn(NARROW), "", figure.alternative),
        "table": None if figure.table is None else asdict(figure.table),
    }


def colours() -> Markup:
    """Style rules of the colours of figures, in a light and in a dark page."""
    light, dark = (rules(COLOURS, dark, "figure ") for dark in (False, True))
    shown = "figure .on-phone{display:none}"
    shown += (
        "@media screen and (max-width:40rem){figure .on-phone{display:block}figure .on-page{display:none}}"
    )
    return Markup(f"{LETTERS}{light}{shown}@media screen and (prefers-color-scheme:dark){{{dark}}}")


def sheet(figure: Figure, width: float = WIDE, drawn: Sheet | None = None) -> Sheet:
    """The figure with its finding, what it shows, its source and its note, to stand on its own.

    `drawn`: what stands in the place of the picture; the picture itself, if None.
    """
    whole = Sheet(width)
    top = whole.paragraph(0, 0, figure.title, width, 17, bold=True) + 3
    top = whole.paragraph(0, top, figure.definition, width, SIZE, "quiet") + 14
    whole.place(figure.drawn(width) if drawn is None else drawn, 0, top)
    top = whole.paragraph(0, whole.bottom + 16, figure.source, width, SMALL, "quiet")
    if figure.note:
        whole.paragraph(0, top, figure.note, width, SMALL, "quiet")
    return whole


def svg(figure: Figure) -> str:
    """The figure as an SVG document."""
    return document(sheet(figure), figure.alternative)


def png(figure: Figure, scale: float = 2.0) -> bytes:
    """The figure as PNG bytes."""
    return rasterised(svg(figure), scale)


def picture_png(figure: Figure, scale: float = 2.0) -> bytes:
    """The picture alone as PNG bytes, for a document that has its title and source in text."""
    return rasterised(document(figure.drawn(WIDE), figure.alternative), scale)


def rasterised(drawn: str, scale: float = 2.0) -> bytes:
    """An SVG document as PNG bytes; nothing is fetched."""
    found: bytes = _converter().svg_to_png(drawn, scale=scale)
    return found


def _converter() -> ModuleType:
    import vl_convert

    return vl_convert


def comma_separated(figure: Figure) -> str:
    """The numbers behind the figure as CSV; empty where it has none.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    if figure.table is None:
        return ""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    for row in (figure.table.columns, *figure.table.rows):
        lines.writerow([cell if _NUMBER.fullmatch(cell) else defused(clean(cell)) for cell in row])
    return written.getvalue()


def links(figure: Figure) -> Markup:
    """A link that holds the numbers of the figure as CSV, and what the page's script makes an SVG and a PNG of.

    The picture is on the page already: kept here is what stands around it.
    """
    around = Sheet(WIDE)
    around.parts.append("<g class='here'></g>")
    around.bottom = figure.drawn(WIDE).bottom
    parts = [
        Markup("<template class='whole' data-name='{}'>").format(figure.name)
        + Markup(document(sheet(figure, WIDE, around), figure.alternative, style=""))
        + Markup("</template>")
    ]
    numbers = comma_separated(figure)
    if numbers:
        parts.append(_link(f"{figure.name}.csv", "CSV", "text/csv", "\ufeff" + numbers))
    return Markup("").join(parts)


def _link(name: str, words: str, kind: str, data: str) -> Markup:
    """A link that holds data; what stands for itself in an address stays as it is, which keeps pages small."""
    told = data.replace("%", "%25").replace("#", "%23").replace("\r", "%0D").replace("\n", "%0A")
    told = told.replace("&", "&amp;").replace("'", "&#39;").replace("\t", "%09")
    return Markup("<a download='{}' href='data:{};charset=utf-8,").format(name, kind) + Markup(
        f"{told}'>{words}</a>"
    )

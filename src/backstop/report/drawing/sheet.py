"""A sheet of drawing: shapes and measured text at places in pixels, from the top left, written as SVG."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from backstop.base.words import clean
from backstop.report.drawing import lettering, palette

Point = tuple[float, float]
Box = tuple[float, float, float, float]

WIDE, NARROW = 840.0, 320.0
"""Widths in pixels for which pictures are drawn: a page or screen, and a phone."""
SIZE, SMALL = 13.0, 11.5
"""Sizes of letters."""

_ANCHORS = {"start": [], "middle": ["m"], "end": ["e"]}
LETTERS = (
    f"svg .t{{font-size:{SMALL}px}}svg .b{{font-weight:bold}}"
    "svg .m{text-anchor:middle}svg .e{text-anchor:end}"
)
"""Style rules of the lettering: small, bold, around its place, and up to it. What has no colour is in ink."""

_SIDES = {"circle": 24, "square": 4, "diamond": 4, "triangle-up": 3, "triangle-down": 3}
_TURNED = {"square": 45.0, "triangle-down": 180.0}


@dataclass(frozen=True, slots=True)
class Lettered:
    """A line of text on a sheet and the box it takes: left, top, right, bottom."""

    text: str
    box: Box


def boxed(x: float, y: float, text: str, size: float, bold: bool, anchor: str) -> Box:
    """The box of a line of text whose baseline starts, ends or has its middle at a point."""
    wide = lettering.width(text, size, bold)
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    return left, y - 0.93 * size, left + wide, y + 0.24 * size


def overlap(one: Box, other: Box, apart: float = 0.0) -> bool:
    """Whether two boxes overlap or are nearer to each other than `apart`."""
    return (
        one[0] < other[2] + apart
        and other[0] < one[2] + apart
        and one[1] < other[3] + apart
        and other[1] < one[3] + apart
    )


class Sheet:
    """Shapes in the order in which they are drawn; `bottom` is how far down they reach."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.bottom = 0.0
        self.lettered: list[Lettered] = []
        self.parts: list[str] = []

    @property
    def phone(self) -> bool:
        """Whether the sheet is as narrow as a phone."""
        return self.width < 560

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str = "",
        stroke: str = "",
        thick: float = 1.0,
        said: str = "",
        round: float = 0.0,
    ) -> None:
        """A rectangle; `said` is shown where it is pointed at."""
        at = f'x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 0.0))}" height="{_n(max(height, 0.0))}"'
        rounded = f' rx="{_n(round)}"' if round else ""
        self._add(f"rect {at}{rounded}", fill, stroke, thick, said)
        self._reach(y + height)

    def rects(self, boxes: Sequence[Box], fill: str) -> None:
        """Rectangles of one colour, as one shape: each by its left, top, right and bottom."""
        if boxes:
            each = (
                f"M{_n(left)} {_n(top)}h{_n(right - left)}v{_n(bottom - top)}h{_n(left - right)}z"
                for left, top, right, bottom in boxes
            )
            self._add(f'path d="{"".join(each)}"', fill, "", 0.0, "")
            self._reach(max(bottom for *_, bottom in boxes))

    def line(
        self,
        points: Sequence[Point],
        stroke: str,
        thick: float = 1.0,
        dash: str = "",
        said: str = "",
        faint: float = 1.0,
    ) -> None:
        """A line through points."""
        more = f' stroke-dasharray="{dash}"' if dash else ""
        more += f' opacity="{_n(faint)}"' if faint < 1 else ""
        self._add(f'path d="{_path(points)}"{more}', "", stroke, thick, said)
        self._reach(max(y for _, y in points))

    def area(self, points: Sequence[Point], fill: str, opacity: float = 1.0) -> None:
        """A filled shape with corners at points."""
        more = f' fill-opacity="{_n(opacity)}"' if opacity < 1 else ""
        self._add(f'path d="{_path(points)}Z"{more}', fill, "", 0.0, "")
        self._reach(max(y for _, y in points))

    def mark(
        self, shape: str, x: float, y: float, radius: float, fill: str, stroke: str = "", said: str = ""
    ) -> None:
        """A mark of one of a few shapes around a point."""
        if shape == "circle":
            self._add(f'circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"', fill, stroke, 1.2, said)
        elif shape == "cross":
            arm = radius * 0.36
            ring = [(-radius, arm), (-arm, arm), (-arm, radius), (arm, radius), (arm, arm), (radius, arm)]
            whole = [*ring, *((-px, -py) for px, py in ring)]
            corners = [(x + px, y + py) for px, py in whole]
            self._add(f'path d="{_path(corners)}Z"', fill, stroke, 1.2, said)
        else:
            sides, turned = _SIDES[shape], _TURNED.get(shape, 0.0)
            angles = [math.radians(turned + 360 * k / sides) for k in range(sides)]
            corners = [(x + radius * math.sin(a), y - radius * math.cos(a)) for a in angles]
            self._add(f'path d="{_path(corners)}Z"', fill, stroke, 1.2, said)
        self._reach(y + radius)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = SIZE,
        ink: str = "ink",
        bold: bool = False,
        anchor: str = "start",
        on: str = "",
    ) -> Box:
        """A line of text with its baseline at `y`; `on` names the colour it stands on. Returns its box."""
        text = clean(text)
        box = boxed(x, y, text, size, bold, anchor)
        if not text.strip():
            return box
        more = f' font-size="{_n(size)}"' if size not in (SIZE, SMALL) else ""
        kinds = [f"on-{on}" if on else f"f-{ink}"] if on or ink != "ink" else []
        kinds += _ANCHORS[anchor] + ["t"] * (size == SMALL) + ["b"] * bold
        more += f' class="{" ".join(kinds)}"' if kinds else ""
        self.parts.append(f'<text x="{_n(x)}" y="{_n(y)}"{more}>{escape(text, False)}</text>')
        self.lettered.append(Lettered(text, box))
        self._reach(box[3])
        return box

    def lines(
        self,
        x: float,
        top: float,
        texts: Sequence[str],
        size: float = SIZE,
        ink: str = "ink",
        bold: bool = False,
        anchor: str = "start",
    ) -> float:
        """Lines of text under each other from `top` down. Returns where they end."""
        step = size * lettering.LINE
        for at, text in enumerate(texts):
            self.text(x, top + step * at + 0.95 * size, text, size, ink, bold, anchor)
        return top + step * len(texts)

    def paragraph(
        self,
        x: float,
        top: float,
        text: str,
        width: float,
        size: float = SIZE,
        ink: str = "ink",
        bold: bool = False,
    ) -> float:
        """Text in lines that fit `width`. Returns where it ends."""
        return self.lines(x, top, lettering.wrapped(text, width, size, bold), size, ink, bold)

    def place(self, other: Sheet, x: float, top: float) -> None:
        """Everything that another sheet holds, moved there."""
        self.parts.append(f'<g transform="translate({_n(x)} {_n(top)})">{"".join(other.parts)}</g>')
        for one in other.lettered:
            left, up, right, down = one.box
            self.lettered.append(Lettered(one.text, (left + x, up + top, right + x, down + top)))
        self._reach(top + other.bottom)

    def free(self, box: Box, apart: float = 1.0) -> bool:
        """Whether a box lies on the sheet and overlaps no text."""
        inside = box[0] >= 0 and box[2] <= self.width and box[1] >= 0
        return inside and not any(overlap(box, one.box, apart) for one in self.lettered)

    def _add(self, opening: str, fill: str, stroke: str, thick: float, said: str) -> None:
        kinds = " ".join([f"f-{fill}"] * bool(fill) + [f"s-{stroke}"] * bool(stroke))
        more = f' stroke-width="{_n(thick)}"' if stroke and thick != 1.0 else ""
        tag = opening.split(" ", 1)[0]
        end = f"><title>{escape(clean(said), False)}</title></{tag}>" if said else "/>"
        self.parts.append(f'<{opening} class="{kinds}"{more}{end}')

    def _reach(self, bottom: float) -> None:
        self.bottom = max(self.bottom, bottom)


_SAID = re.compile(r"><title>[^<]*</title></\w+>")
_USED = re.compile(r"\b(?:f|s|on)-([a-z]+)")


def inline(sheet: Sheet, kind: str, label: str) -> str:
    """The sheet as an SVG element of a page, whose style holds the colours; nothing in it has a name of its own."""
    # Letters may begin a little before their place.
    size = f'viewBox="-2 0 {_n(sheet.width + 4)} {_n(_height(sheet))}"'
    return (
        f'<svg class="drawn f-ink {kind}" role="img" {size} '
        f'aria-label="{escape(clean(label))}" font-size="{_n(SIZE)}">{"".join(sheet.parts)}</svg>'
    )


def document(sheet: Sheet, label: str, edge: float = 14.0, style: str | None = None) -> str:
    """The sheet as an SVG document that stands on its own, on paper, with the colours of a light page.

    `style`: its style rules, where they are not those of what it holds.
    """
    wide, high = sheet.width + 2 * edge, _height(sheet) + 2 * edge
    # What is shown where something is pointed at is left out: a document is looked at, and stays small.
    shapes = _SAID.sub("/>", "".join(sheet.parts))
    used = sorted({*_USED.findall(shapes), "paper", "ink"})
    style = LETTERS + palette.rules(used, dark=False) if style is None else style
    box = f'width="{_n(wide)}" height="{_n(high)}" viewBox="0 0 {_n(wide)} {_n(high)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {box} font-family="{lettering.FAMILY}" '
        f'font-size="{_n(SIZE)}"><title>{escape(clean(label), False)}</title><style>{style}</style>'
        f'<rect class="f-paper" width="{_n(wide)}" height="{_n(high)}"/>'
        f'<g class="f-ink" transform="translate({_n(edge)} {_n(edge)})">{shapes}</g></svg>'
    )


def _height(sheet: Sheet) -> float:
    return math.ceil(sheet.bottom + 3)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)

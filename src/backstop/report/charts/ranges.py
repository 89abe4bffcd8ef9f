"""Boxes of conditions: the part of each assumption's range in which something happens."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backstop.report.charts import style
from backstop.report.drawing import lettering
from backstop.report.drawing.rows import laid
from backstop.report.drawing.sheet import SMALL, Sheet

if TYPE_CHECKING:
    import altair


@dataclass(frozen=True, slots=True)
class Range:
    """One restricted input of one box, with the input's whole range and the words of the limit."""

    box: str
    label: str
    lowest: float
    highest: float
    low: float
    high: float
    words: str


def _end(value: float, width: float) -> str:
    """The end of a range, to about a hundredth of the range: the lowest value seen of a range from 0 is 0."""
    digits = max(0, 2 - math.floor(math.log10(width))) if width > 0 else 3
    text = f"{value:,.{min(digits, 9)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def chart(ranges: Sequence[Range]) -> altair.VConcatChart:
    """One row an input and box: the whole range as a thin line, the part inside the box thick, its limits in words."""
    import altair

    boxes = list(dict.fromkeys(r.box for r in ranges))
    panels = []
    for box in boxes:
        rows = []
        for r in ranges:
            if r.box != box:
                continue
            width = (r.highest - r.lowest) or 1.0
            rows.append(
                {
                    "label": r.label,
                    "low": (r.low - r.lowest) / width,
                    "high": (r.high - r.lowest) / width,
                    "zero": 0,
                    "one": 1,
                    "words": r.words,
                    "lowest": _end(r.lowest, width),
                    "highest": _end(r.highest, width),
                }
            )
        order = [str(row["label"]) for row in rows]
        y = altair.Y("label:N", sort=order, title=None, axis=None)
        base = altair.Chart(style.data(rows)).encode(y=y)
        x = altair.X("zero:Q", scale={"domain": [-0.16, 1.75], "nice": False}, axis=None)
        panels.append(
            altair.layer(
                base.mark_rule(color=style.QUIET, strokeWidth=1).encode(x=x, x2=altair.X2("one:Q")),
                base.mark_bar(height=9, color=style.ORANGE, stroke=style.INK, strokeWidth=0.6).encode(
                    x=altair.X("low:Q"), x2=altair.X2("high:Q")
                ),
                base.mark_text(align="right", dx=-5, fontSize=10, color=style.QUIET).encode(
                    x=altair.X("zero:Q"), text=altair.Text("lowest:N")
                ),
                base.mark_text(align="left", dx=5, fontSize=10, color=style.QUIET).encode(
                    x=altair.X("one:Q"), text=altair.Text("highest:N")
                ),
                base.mark_text(align="left", fontSize=11, fontWeight="bold", color=style.INK).encode(
                    x=altair.datum(1.2), text=altair.Text("words:N")
                ),
                *style.row_labels(order, y),
            ).properties(
                width=410, height=32 * len(rows), title=altair.Title(style.wrapped(box, 96), offset=4)
            )
        )
    return altair.vconcat(*panels, spacing=16)


def draw(ranges: Sequence[Range], width: float) -> Sheet:
    """The whole range of each input as a thin line with its ends, the part inside the box thick, its limit in words."""
    sheet = Sheet(width)
    top = 0.0
    for box in dict.fromkeys(r.box for r in ranges):
        own = [r for r in ranges if r.box == box]
        top = sheet.paragraph(0, top, box, width, bold=True) + 7
        rows = laid(sheet, [r.label for r in own], top, share=0.52, notes=[r.words for r in own], bar=16.0)
        ends = [(_end(r.lowest, r.highest - r.lowest), _end(r.highest, r.highest - r.lowest)) for r in own]
        before = max(lettering.width(low, SMALL) for low, _ in ends) + 7
        after = max(lettering.width(high, SMALL) for _, high in ends) + 7
        left, right = rows.left + before, width - after
        for r, (low, high), y in zip(own, ends, rows.middles, strict=True):
            span = (r.highest - r.lowest) or 1.0
            first, last = (left + (right - left) * (v - r.lowest) / span for v in (r.low, r.high))
            sheet.line([(left, y), (right, y)], "quiet", 1.2)
            sheet.rect(first, y - 5, max(last - first, 2.0), 10, "orange", "ink", 0.8)
            sheet.text(left - 6, y + 4, low, SMALL, "quiet", anchor="end")
            sheet.text(right + 6, y + 4, high, SMALL, "quiet")
        top = rows.bottom + 16
    return sheet

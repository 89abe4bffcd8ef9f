"""Rows with a label each: beside the plot on a page, above it on a phone, in as many lines as they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backstop.report.drawing import lettering
from backstop.report.drawing.sheet import SIZE, SMALL, Sheet

GAP = 14.0
"""Between the labels of rows and what is drawn beside them."""


@dataclass(frozen=True, slots=True)
class Laid:
    """Where rows stand: their middles, the left edge of what is drawn in them, their top and bottom."""

    middles: tuple[float, ...]
    left: float
    top: float
    bottom: float


def laid(
    sheet: Sheet,
    labels: Sequence[str],
    top: float,
    *,
    share: float = 0.34,
    bar: float = 18.0,
    notes: Sequence[str] = (),
    gap: float = 7.0,
    above: bool | None = None,
    left: float = 0.0,
    right: float | None = None,
) -> Laid:
    """Rows with their labels drawn; the labels take at most `share` of the width beside the plot.

    `bar`: the height that is drawn in; `notes`: quiet words under each label. `above`: whether labels stand above,
    else as the sheet is wide.
    """
    end = sheet.width if right is None else right
    over = sheet.phone if above is None else above
    room = (end - left) if over else share * (end - left)
    size = SIZE
    middles, at = [], top
    blocks = []
    for number, label in enumerate(labels):
        note = notes[number] if notes else ""
        blocks.append(
            (lettering.wrapped(label, room, size), lettering.wrapped(note, room, SMALL) if note else [])
        )
    if not over:
        most = max(
            (max(lettering.widest(a, size), lettering.widest(b, SMALL)) for a, b in blocks), default=0.0
        )
        room = min(room, most)
    for lines, more in blocks:
        high = lettering.LINE * (size * len(lines) + SMALL * len(more))
        if over:
            down = sheet.lines(left, at, lines, size)
            down = sheet.lines(left, down, more, SMALL, "quiet")
            middles.append(down + 2 + bar / 2)
            at = down + 2 + bar + gap
        else:
            row = max(high, bar)
            down = sheet.lines(left, at + (row - high) / 2, lines, size)
            sheet.lines(left, down, more, SMALL, "quiet")
            middles.append(at + row / 2)
            at += row + gap
    return Laid(tuple(middles), left if over else left + room + GAP, top, at - gap / 2)

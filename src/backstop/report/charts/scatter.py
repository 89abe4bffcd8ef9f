"""Two figures of each arrangement against each other, every point labelled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backstop.report.charts import style
from backstop.report.drawing import lettering
from backstop.report.drawing.axis import Scale, across, percent, rounded, ticks
from backstop.report.drawing.sheet import SIZE, SMALL, Box, Sheet, overlap

if TYPE_CHECKING:
    import altair


@dataclass(frozen=True, slots=True)
class Point:
    """A labelled point with two Monte Carlo errors on each side."""

    label: str
    x: float
    y: float
    x_se: float
    y_se: float


SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "cross",
    "triangle-down",
    "triangle-left",
    "triangle-right",
)


def chart(points: Sequence[Point], x_title: str, y_title: str) -> altair.LayerChart:
    """The points with marks of different shapes and their labels beside them."""
    import altair

    # Labels stand to the right, in the right half of the picture to the left.
    xs = [p.x for p in points] or [0.0]
    middle = (min(xs) + max(xs)) / 2
    rows = [
        {
            "label": p.label,
            "x": p.x,
            "y": p.y,
            "x0": p.x - 2 * p.x_se,
            "x1": p.x + 2 * p.x_se,
            "y0": p.y - 2 * p.y_se,
            "y1": p.y + 2 * p.y_se,
            "side": "left" if p.x > middle else "right",
        }
        for p in points
    ]
    labels = [p.label for p in points]
    x = altair.X(
        "x:Q",
        title=x_title,
        scale={"zero": False, "nice": True, "padding": 26},
        axis={"format": ",~f"},
    )
    y = altair.Y(
        "y:Q",
        title=y_title,
        scale={"zero": False, "nice": True, "padding": 22},
        axis={"format": ",~f"},
    )
    base = altair.Chart(style.data(rows))
    layers = [
        base.mark_rule(color=style.QUIET).encode(x=altair.X("x0:Q"), x2=altair.X2("x1:Q"), y=y),
        base.mark_rule(color=style.QUIET).encode(x=x, y=altair.Y("y0:Q"), y2=altair.Y2("y1:Q")),
        base.mark_point(filled=True, size=95, opacity=1).encode(
            x=x,
            y=y,
            shape=altair.Shape(
                "label:N",
                scale={"domain": labels, "range": [SHAPES[i % len(SHAPES)] for i in range(len(labels))]},
                legend=None,
            ),
            color=altair.value(style.BLUE),
        ),
    ]
    for side, align, dx in (("right", "left", 10), ("left", "right", -10)):
        layers.append(
            base.transform_filter(f"datum.side == '{side}'")
            .mark_text(align=align, dx=dx, fontSize=11, color=style.INK)
            .encode(x=x, y=y, text=altair.Text("label:N"))
        )
    return altair.layer(*layers).properties(width=560, height=300)


def draw(points: Sequence[Point], x_title: str, y_title: str, width: float) -> Sheet:
    """The points with their labels beside them where all have room, else with numbers and the labels beneath."""
    named = _plotted(points, x_title, y_title, width, [p.label for p in points])
    if named is not None:
        return named
    sheet = _plotted(points, x_title, y_title, width, [str(at) for at, _ in enumerate(points, 1)])
    assert sheet is not None
    top, columns = sheet.bottom + 10, 1 if sheet.phone else 2
    each = (width - 20 * (columns - 1)) / columns
    rows = -(-len(points) // columns)
    for column in range(columns):
        at = top
        for number in range(column * rows, min(len(points), (column + 1) * rows)):
            x = column * (each + 20)
            sheet.text(x + 22, at + 0.95 * SIZE, str(number + 1), bold=True, anchor="end")
            at = sheet.paragraph(x + 30, at, points[number].label, each - 30) + 3
    return sheet


def _plotted(
    points: Sequence[Point], x_title: str, y_title: str, width: float, labels: Sequence[str]
) -> Sheet | None:
    """The plot with labels near their points; None where words have no room (numbers find one further away)."""
    sheet = Sheet(width)
    top = sheet.paragraph(0, 0, y_title, width, SMALL, "quiet") + 12
    high = min(380.0, max(230.0, 0.5 * width))
    left, right, bottom = 44.0, width - 18, top + high
    xs = [end for p in points for end in (p.x - 2 * p.x_se, p.x + 2 * p.x_se)]
    ys = [end for p in points for end in (p.y - 2 * p.y_se, p.y + 2 * p.y_se)]
    x = Scale(
        *rounded(xs or [0.0, 1.0]),
        left + 12,
        right - 12,
    )
    y = Scale(
        *rounded(ys or [0.0, 1.0]),
        bottom - 12,
        top + 12,
    )
    for value in ticks(y.low, y.high, 5):
        sheet.line([(left, y(value)), (right, y(value))], "rule")
        sheet.text(left - 6, y(value) + 4, percent(value), SMALL, "quiet", anchor="end")
    across(sheet, x, top, bottom, x_title, percent, left=0.0)
    spots = [(x(p.x), y(p.y)) for p in points]
    for p, (px, py) in zip(points, spots, strict=True):
        sheet.line([(x(p.x - 2 * p.x_se), py), (x(p.x + 2 * p.x_se), py)], "quiet", 1.2)
        sheet.line([(px, y(p.y - 2 * p.y_se)), (px, y(p.y + 2 * p.y_se))], "quiet", 1.2)
    for at, (p, (px, py)) in enumerate(zip(points, spots, strict=True)):
        shape = _SHAPES[at % len(_SHAPES)]
        sheet.mark(shape, px, py, 6.0, "blue", "paper", f"{p.label}: {p.x:.2f}, {p.y:.2f}")
    marks: list[Box] = [(px - 6, py - 6, px + 6, py + 6) for px, py in spots]
    whole = all(not label.isdecimal() for label in labels)
    for label, (px, py) in zip(labels, spots, strict=True):
        if not _labelled(sheet, label, px, py, marks, (left, top, right, bottom), near=whole):
            return None
    return sheet


_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


def _labelled(
    sheet: Sheet, label: str, px: float, py: float, marks: Sequence[Box], inside: Box, near: bool
) -> bool:
    """Write a label where it overlaps neither text nor marks, as near to its point as it can be."""
    lines = lettering.wrapped(label, 190 if near else 60, SMALL, bold=not near)
    wide, high = lettering.widest(lines, SMALL, bold=not near) + 2, SMALL * lettering.LINE * len(lines)
    for far in (10.0,) if near else tuple(10.0 + 6 * k for k in range(60)):
        turns = 8 if near else 24
        # From half way between across and upwards on: lines of errors run across and upwards.
        for turn in (math.tau * ((k * 3 + 0.5) / turns - 0.125) for k in range(turns)):
            cx = px + math.cos(turn) * (far + wide / 2)
            cy = py + math.sin(turn) * (far + high / 2)
            box = (cx - wide / 2, cy - high / 2, cx + wide / 2, cy + high / 2)
            within = (
                box[0] >= inside[0] and box[1] >= inside[1] and box[2] <= inside[2] and box[3] <= inside[3]
            )
            if within and sheet.free(box, 2) and not any(overlap(box, one) for one in marks):
                if far > 20:
                    sheet.line([(px, py), (cx, cy)], "rule", 1.0)
                sheet.lines(cx, box[1], lines, SMALL, bold=not near, anchor="middle")
                return True
    return False

"""Two figures of each arrangement against each other, every point labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backstop.report.charts import style

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

"""Boxes of conditions: the part of each assumption's range in which something happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backstop.report.charts import style


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


def chart(ranges: Sequence[Range]) -> Any:
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
                    "lowest": f"{r.lowest:.3g}",
                    "highest": f"{r.highest:.3g}",
                }
            )
        base = altair.Chart(style.data(rows)).encode(
            y=altair.Y(
                "label:N",
                sort=[row["label"] for row in rows],
                title=None,
                axis=altair.Axis(ticks=False, domain=False, labelLimit=330),
            )
        )
        x = altair.X("zero:Q", scale=altair.Scale(domain=[-0.12, 1.12], nice=False), axis=None)
        panels.append(
            altair.layer(
                base.mark_rule(color=style.QUIET, strokeWidth=1).encode(x=x, x2="one:Q"),
                base.mark_bar(height=9, color=style.ORANGE, stroke=style.INK, strokeWidth=0.6).encode(
                    x=altair.X("low:Q"), x2="high:Q"
                ),
                base.mark_text(align="right", dx=-5, fontSize=10, color=style.QUIET).encode(x="zero:Q", text="lowest:N"),
                base.mark_text(align="left", dx=5, fontSize=10, color=style.QUIET).encode(x="one:Q", text="highest:N"),
            ).properties(width=330, height=26 * len(rows), title=altair.Title(style.wrapped(box, 96), offset=4))
        )
    return altair.vconcat(*panels, spacing=16)

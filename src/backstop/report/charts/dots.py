"""Packages as rows of dots: how much of each measure, beside share and cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backstop.report.charts import style

if TYPE_CHECKING:
    import altair


@dataclass(frozen=True, slots=True)
class Row:
    """A package: the level of each measure as a share of the most on offer, and figures printed beside."""

    label: str
    levels: Mapping[str, float]
    texts: Mapping[str, str]


def chart(rows: Sequence[Row], measures: Mapping[str, str], columns: Sequence[str]) -> altair.HConcatChart:
    """A dot where a package has the measure, a small ring where it does not; figures in columns to the right."""
    import altair

    dots = [
        {
            "package": r.label,
            "label": title,
            "has": "yes" if r.levels.get(name, 0.0) else "no",
            "level": f"{r.levels.get(name, 0.0):g}",
        }
        for r in rows
        for name, title in measures.items()
    ]
    texts = [{"package": r.label, "label": c, "text": r.texts.get(c, "")} for r in rows for c in columns]
    order = [r.label for r in rows]
    titles = list(measures.values())
    height = 26 * len(rows)
    width = min(96, 520 // len(titles))
    side = {"ticks": False, "domain": False, "labelLimit": 150}
    x = altair.X("label:N", sort=titles, title=None, axis=None)
    grid = altair.Chart(style.data(dots)).encode(
        x=x, y=altair.Y("package:N", sort=order, title=None, axis=side)
    )
    marks = altair.layer(
        grid.transform_filter("datum.has == 'no'").mark_point(shape="circle", size=28, color=style.RULE),
        grid.transform_filter("datum.has == 'yes'").mark_point(
            shape="circle", size=150, filled=True, opacity=1, color=style.BLUE
        ),
        grid.transform_filter("datum.has == 'yes'")
        .mark_text(align="left", dx=11, fontSize=11, color=style.INK)
        .encode(text=altair.Text("level:N")),
        *style.column_heads(titles, x, max(10, width // 7)),
    ).properties(width=width * len(titles), height=height)
    x = altair.X("label:N", sort=list(columns), title=None, axis=None)
    beside = altair.layer(
        altair.Chart(style.data(texts))
        .mark_text(fontSize=11, color=style.INK)
        .encode(x=x, y=altair.Y("package:N", sort=order, axis=None), text=altair.Text("text:N")),
        *style.column_heads(columns, x, 12),
    ).properties(width=78 * len(columns), height=height)
    return altair.hconcat(marks, beside, spacing=14)

"""Packages as rows of dots: how much of each measure, beside share and cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backstop.report.charts import style


@dataclass(frozen=True, slots=True)
class Row:
    """A package: the level of each measure as a share of the most on offer, and figures printed beside."""

    label: str
    levels: Mapping[str, float]
    texts: Mapping[str, str]


def chart(rows: Sequence[Row], measures: Mapping[str, str], columns: Sequence[str]) -> Any:
    """A dot where a package has the measure, a small ring where it does not; figures in columns to the right."""
    import altair

    dots = [
        {
            "package": r.label,
            "measure": style.lined(title, 15),
            "has": "yes" if r.levels.get(name, 0.0) else "no",
            "level": f"{r.levels.get(name, 0.0):g}",
        }
        for r in rows
        for name, title in measures.items()
    ]
    texts = [{"package": r.label, "column": style.lined(c, 12), "text": r.texts.get(c, "")} for r in rows for c in columns]
    order = [r.label for r in rows]
    titles = [style.lined(title, 15) for title in measures.values()]
    y = altair.Y("package:N", sort=order, title=None, axis=altair.Axis(ticks=False, domain=False, labelLimit=150))
    grid = altair.Chart(style.data(dots)).encode(
        x=altair.X(
            "measure:N",
            sort=titles,
            title=None,
            axis=altair.Axis(orient="top", labelAngle=0, ticks=False, domain=False, labelLimit=120, labelExpr=style.LINES, labelBaseline="bottom", labelPadding=8),
        ),
        y=y,
    )
    marks = altair.layer(
        grid.transform_filter("datum.has == 'no'").mark_point(shape="circle", size=28, color=style.RULE, strokeWidth=1),
        grid.transform_filter("datum.has == 'yes'").mark_point(
            shape="circle", size=150, filled=True, opacity=1, color=style.BLUE
        ),
        grid.transform_filter("datum.has == 'yes'")
        .mark_text(align="left", dx=11, fontSize=11, color=style.INK)
        .encode(text="level:N"),
    ).properties(width=min(96, 520 // len(titles)) * len(titles), height=26 * len(rows))
    beside = (
        altair.Chart(style.data(texts))
        .mark_text(fontSize=11, color=style.INK)
        .encode(
            x=altair.X(
                "column:N",
                sort=[style.lined(c, 12) for c in columns],
                title=None,
                axis=altair.Axis(orient="top", labelAngle=0, ticks=False, domain=False, labelLimit=120, labelExpr=style.LINES, labelBaseline="bottom", labelPadding=8),
            ),
            y=altair.Y("package:N", sort=order, axis=None),
            text="text:N",
        )
        .properties(width=72 * len(columns), height=26 * len(rows))
    )
    return altair.hconcat(marks, beside, spacing=10)

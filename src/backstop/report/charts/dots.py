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
        {"package": r.label, "measure": title, "has": "yes" if r.levels.get(name, 0.0) else "no"}
        for r in rows
        for name, title in measures.items()
    ]
    texts = [{"package": r.label, "column": c, "text": r.texts.get(c, "")} for r in rows for c in columns]
    order = [r.label for r in rows]
    titles = list(measures.values())
    y = altair.Y("package:N", sort=order, title=None, axis=altair.Axis(ticks=False, domain=False, labelLimit=150))
    grid = altair.Chart(style.data(dots)).encode(
        x=altair.X(
            "measure:N",
            sort=titles,
            title=None,
            axis=altair.Axis(orient="top", labelAngle=-35, ticks=False, domain=False, labelLimit=190),
        ),
        y=y,
    )
    marks = altair.layer(
        grid.transform_filter("datum.has == 'no'").mark_point(shape="circle", size=28, color=style.RULE, strokeWidth=1),
        grid.transform_filter("datum.has == 'yes'").mark_point(
            shape="circle", size=150, filled=True, opacity=1, color=style.BLUE
        ),
    ).properties(width=38 * len(titles), height=26 * len(rows))
    beside = (
        altair.Chart(style.data(texts))
        .mark_text(fontSize=11, color=style.INK)
        .encode(
            x=altair.X(
                "column:N",
                sort=list(columns),
                title=None,
                axis=altair.Axis(orient="top", labelAngle=-35, ticks=False, domain=False, labelLimit=190),
            ),
            y=altair.Y("package:N", sort=order, axis=None),
            text="text:N",
        )
        .properties(width=72 * len(columns), height=26 * len(rows))
    )
    return altair.hconcat(marks, beside, spacing=10)

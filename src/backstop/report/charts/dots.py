"""Packages as rows of dots: how much of each measure, beside share and cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backstop.report.charts import style
from backstop.report.drawing import lettering
from backstop.report.drawing.rows import laid
from backstop.report.drawing.sheet import SIZE, SMALL, Sheet

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


def draw(rows: Sequence[Row], measures: Mapping[str, str], columns: Sequence[str], width: float) -> Sheet:
    """A row for each measure and figure, a column for each package: a dot with the level where it has the measure."""
    sheet = Sheet(width)
    cells = [f"{level:g}" for r in rows for level in r.levels.values()]
    cells += [text for r in rows for text in r.texts.values()]
    each = max((lettering.width(text, SIZE, bold=True) for text in cells), default=30.0) + 20
    left = 0.0 if sheet.phone else 0.4 * width
    count = max(1, int((width - left) // each))
    count = -(-len(rows) // -(-len(rows) // count))
    top = 0.0
    for at in range(0, len(rows), count):
        part = rows[at : at + count]
        start = top
        top = start + SIZE * lettering.LINE + 8
        labels = [*measures.values(), *columns]
        lines = laid(sheet, labels, top, share=(left - 14) / width if left else 0.34, bar=18.0)
        step = min((width - lines.left) / len(part), 150.0)
        for number, row in enumerate(part):
            x = lines.left + step * number
            sheet.text(x, start + 0.95 * SIZE, row.label.removeprefix("Package "), bold=True)
            for name, y in zip(measures, lines.middles, strict=False):
                level = row.levels.get(name, 0.0)
                if level:
                    sheet.mark("circle", x + 6, y, 6, "blue")
                    sheet.text(x + 17, y + 4.5, f"{level:g}")
                else:
                    sheet.mark("circle", x + 6, y, 3, "", "quiet")
            for column, y in zip(columns, lines.middles[len(measures) :], strict=True):
                sheet.text(x, y + 4.5, row.texts.get(column, ""), bold=True)
        if left:
            sheet.text(0, start + 0.95 * SIZE, "Package", SMALL, "quiet")
        top = lines.bottom + 16
    return sheet

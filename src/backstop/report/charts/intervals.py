"""Dots with intervals: figures of several arrangements side by side, with what varies over worlds around each mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backstop.base.words import number, with_error
from backstop.report.charts import style
from backstop.report.drawing import lettering
from backstop.report.drawing.axis import Scale, across, percent, rounded
from backstop.report.drawing.axis import figure as plain
from backstop.report.drawing.rows import Laid, laid
from backstop.report.drawing.sheet import SIZE, SMALL, Sheet
from backstop.worlds.statistics import Summary

if TYPE_CHECKING:
    import altair

ROW = 22
COLUMNS = 2


@dataclass(frozen=True, slots=True)
class Panel:
    """Figures by name, with their unit; `domain` None: the axis fits them. `zero`: a line marks 0.

    `texts`: how figures are written where it is not as their errors allow.
    """

    title: str
    summaries: Mapping[str, Summary]
    unit: str = ""
    domain: tuple[float, float] | None = None
    zero: bool = False
    texts: Mapping[str, str] | None = None


def chart(panels: Sequence[Panel], width: int = 185) -> altair.VConcatChart:
    """Panels in rows of two, each with its own axis; those of the first column carry the names."""
    import altair

    drawn = [_drawn(of, at % COLUMNS == 0, width) for at, of in enumerate(panels)]
    return altair.vconcat(*style.rows(drawn, COLUMNS, 58), spacing=18)


def _drawn(panel: Panel, labelled: bool, width: int) -> altair.LayerChart:
    """A thin line from 5 to 95 % of worlds, a thick one for the middle half, a dot at the mean.

    The white tick in the dot's place is two Monte Carlo errors wide on either side where that is wider than the dot.
    """
    import altair

    rows = [
        {
            "name": name,
            "mean": s.mean,
            "low": s.q05,
            "high": s.q95,
            "q25": s.q25,
            "q75": s.q75,
            "less": s.mean - 2 * (s.se or 0.0),
            "more": s.mean + 2 * (s.se or 0.0),
            "label": with_error(s).split(" ")[0] if panel.texts is None else panel.texts[name],
        }
        for name, s in panel.summaries.items()
        if s.mean is not None
    ]
    order = list(panel.summaries)
    y = altair.Y(
        "name:N",
        sort=order,
        title=None,
        scale={"domain": order},
        axis={"labels": labelled, "ticks": False, "domain": False, "labelPadding": 8} if labelled else None,
    )
    ends = panel.domain
    scale = {"domain": list(ends), "nice": False} if ends else {"zero": False, "nice": True}
    axis = {"title": panel.unit, "tickCount": 5, "format": ",~f", "grid": True}
    base = altair.Chart(style.data(rows)).encode(y=y)
    layers = [
        base.mark_rule(color=style.BLUE, strokeWidth=1.4).encode(
            x=altair.X("low:Q", scale=scale, axis=axis), x2=altair.X2("high:Q")
        ),
        base.mark_rule(color=style.BLUE, strokeWidth=5, opacity=0.45).encode(
            x=altair.X("q25:Q"), x2=altair.X2("q75:Q")
        ),
        base.mark_rule(color=style.INK, strokeWidth=2.5).encode(x=altair.X("less:Q"), x2=altair.X2("more:Q")),
        base.mark_point(shape="circle", filled=True, size=52, color=style.INK, opacity=1).encode(
            x=altair.X("mean:Q")
        ),
        base.mark_text(align="left", dx=0, fontSize=11, color=style.INK).encode(
            x=altair.value(width + 8), text=altair.Text("label:N")
        ),
    ]
    if panel.zero:
        line = altair.Chart(style.data([{"at": 0}])).mark_rule(color=style.QUIET, strokeDash=[3, 3])
        layers.insert(0, line.encode(x=altair.X("at:Q")))
    return altair.layer(*layers).properties(
        width=width,
        height=ROW * len(order),
        title=altair.Title(style.wrapped(panel.title, 44 if width < 250 else 70), offset=6),
    )


def draw(panels: Sequence[Panel], width: float) -> Sheet:
    """Panels two in a row on a page, with the names once beside them; one under the other on a phone."""
    sheet = Sheet(width)
    alike = len({tuple(of.summaries) for of in panels}) == 1
    columns = COLUMNS if alike and len(panels) > 1 and not sheet.phone else 1
    gap, top = 30.0, 0.0
    for at in range(0, len(panels), columns):
        row = panels[at : at + columns]
        names = list(row[0].summaries)
        left = 0.0 if sheet.phone else laid(Sheet(width), names, 0.0, share=_LABELS).left
        each = (width - left - gap * (columns - 1)) / columns
        heads = [lettering.wrapped(of.title, each, SIZE, bold=True) for of in row]
        under = top + SIZE * lettering.LINE * max(map(len, heads)) + 6
        for column, lines in enumerate(heads):
            sheet.lines(left + column * (each + gap), top, lines, bold=True)
        rows = laid(sheet, names, under, bar=16.0, share=_LABELS)
        for column, of in enumerate(row):
            start = rows.left + column * (each + gap)
            _panel(sheet, of, rows, start, start + each)
        top = sheet.bottom + 16
    return sheet


_LABELS = 0.3


def _panel(sheet: Sheet, panel: Panel, rows: Laid, left: float, right: float) -> None:
    """A row for each name: a thin line for nine worlds in ten, a thick one for half of them, a dot at the mean."""
    known = {name: s for name, s in panel.summaries.items() if s.mean is not None}
    share = panel.domain == (0.0, 1.0)
    figures = panel.texts or {name: _figure(s, share) for name, s in panel.summaries.items()}
    room = max((lettering.width(text, SIZE, bold=True) for text in figures.values()), default=0.0) + 10
    ends = [v for s in known.values() for v in (s.mean, s.q05, s.q95) if v is not None]
    low, high = panel.domain or rounded([*ends, *([0.0] if panel.zero else [])])
    scale = Scale(low, high, left, right - room)
    if panel.zero:
        sheet.line([(scale(0.0), rows.top), (scale(0.0), rows.bottom)], "quiet", 1.2, "3 3")
    for name, y in zip(panel.summaries, rows.middles, strict=True):
        s = known.get(name)
        if s is None or s.mean is None:
            sheet.text(left, y + 4, "no value", SMALL, "quiet")
            continue
        if s.q05 is not None and s.q95 is not None:
            sheet.line([(scale(s.q05), y), (scale(s.q95), y)], "blue", 1.6)
        if s.q25 is not None and s.q75 is not None:
            sheet.rect(scale(s.q25), y - 3.5, scale(s.q75) - scale(s.q25), 7, "sky")
        error = 2 * (s.se or 0.0)
        sheet.line([(scale(s.mean - error), y), (scale(s.mean + error), y)], "ink", 2.5)
        sheet.mark("circle", scale(s.mean), y, 4.4, "ink")
        sheet.text(right, y + 4.5, figures[name], bold=True, anchor="end")
    title = "" if share else panel.unit
    across(sheet, scale, rows.top, rows.bottom, title, percent if share else plain, right=right)


def _figure(of: Summary, share: bool) -> str:
    """A mean in the digits its error supports, of a share in percent."""
    if share and of.mean is not None:
        return f"{number(100 * of.mean, None if of.se is None else 100 * of.se, most=1)} %"
    return with_error(of).split(" ")[0]

"""Dots with intervals: figures of several arrangements side by side, with what varies over worlds around each mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backstop.base.words import with_error
from backstop.report.charts import style
from backstop.worlds.statistics import Summary

if TYPE_CHECKING:
    import altair

ROW = 22
COLUMNS = 2


@dataclass(frozen=True, slots=True)
class Panel:
    """Figures by name, with their unit; `domain` None: the axis fits them. `zero`: a line marks 0."""

    title: str
    summaries: Mapping[str, Summary]
    unit: str = ""
    domain: tuple[float, float] | None = None
    zero: bool = False


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
            "label": with_error(s).split(" ")[0],
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

"""Survival curves with bands over worlds, beside historical base rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backstop.report.charts import style
from backstop.worlds.result import Curve

if TYPE_CHECKING:
    import altair

COLUMNS = 4


@dataclass(frozen=True, slots=True)
class BaseRate:
    """What was observed in like cases: mean and 5 to 95 % of the likelihood at a year."""

    year: float
    mean: float
    low: float
    high: float
    label: str


@dataclass(frozen=True, slots=True)
class CurvePanel:
    """One arrangement's curve with the base rates that speak about it."""

    title: str
    curve: Curve
    rates: tuple[BaseRate, ...] = ()


def chart(panels: Sequence[CurvePanel], years: Sequence[float]) -> altair.VConcatChart:
    """Small panels, one per arrangement: mean, half of worlds, nine in ten of worlds, base rates as diamonds."""
    import altair

    drawn = [_panel(panel, years, at % COLUMNS == 0) for at, panel in enumerate(panels)]
    return altair.vconcat(*style.rows(drawn, COLUMNS, 14), spacing=12)


def _panel(panel: CurvePanel, years: Sequence[float], labelled: bool) -> altair.LayerChart:
    import altair

    curve = panel.curve
    fields = ("mean", "q05", "q25", "q75", "q95")
    rows = [
        {"year": year, **{name: getattr(curve, name)[i] for name in fields}}
        for i, year in enumerate(years)
        if curve.mean[i] is not None
    ]
    x = altair.X(
        "year:Q",
        scale={"domain": [0, max(years)], "nice": False},
        axis={"title": "years", "values": [0.0, max(years) / 2, max(years)], "grid": False, "format": ",~f"},
    )
    y = altair.Y(
        "mean:Q",
        scale={"domain": [0, 1]},
        axis={
            "title": None,
            "labels": labelled,
            "ticks": labelled,
            "values": [0, 0.5, 1],
            "format": ",~f",
            "labelFlush": True,
        },
    )
    base = altair.Chart(style.data(rows)).encode(x=x)
    layers = [
        base.mark_area(color=style.SKY, opacity=0.28).encode(y=altair.Y("q05:Q"), y2=altair.Y2("q95:Q")),
        base.mark_area(color=style.BLUE, opacity=0.38).encode(y=altair.Y("q25:Q"), y2=altair.Y2("q75:Q")),
        base.mark_line(color=style.INK, strokeWidth=2).encode(y=y),
    ]
    last = rows[-1:]
    high = bool(last) and float(last[0]["mean"] or 0.0) > 0.8
    layers.append(
        altair.Chart(style.data([{**row, "label": f"{row['mean']:.2f}"} for row in last]))
        .mark_text(
            align="right",
            baseline="top" if high else "bottom",
            dy=6 if high else -5,
            fontSize=11,
            fontWeight="bold",
            color=style.INK,
        )
        .encode(x=altair.X("year:Q"), y=altair.Y("mean:Q"), text=altair.Text("label:N"))
    )
    if panel.rates:
        # Rates at one year stand side by side, not on top of each other.
        step = max(years) / 28
        spread = [
            {
                "year": rate.year + step * (i - (len(panel.rates) - 1) / 2),
                "mean": rate.mean,
                "low": rate.low,
                "high": rate.high,
                "kind": rate.label,
            }
            for i, rate in enumerate(panel.rates)
        ]
        marks = altair.Chart(style.data(spread)).encode(x=altair.X("year:Q"))
        layers.append(
            marks.mark_rule(color=style.ORANGE, strokeWidth=2, strokeDash=[4, 2]).encode(
                y=altair.Y("low:Q"), y2=altair.Y2("high:Q")
            )
        )
        layers.append(
            marks.mark_point(
                shape="diamond", filled=True, size=70, color=style.ORANGE, stroke=style.PAPER, opacity=1
            ).encode(y=altair.Y("mean:Q"))
        )
    return altair.layer(*layers).properties(
        width=130, height=110, title=altair.Title(style.wrapped(panel.title, 22), offset=4)
    )

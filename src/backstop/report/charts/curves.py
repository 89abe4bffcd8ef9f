"""Survival curves with bands over worlds, beside historical base rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backstop.report.charts import style
from backstop.worlds.result import Curve


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


def chart(panels: Sequence[CurvePanel], years: Sequence[float], columns: int = 4) -> Any:
    """Small panels, one per arrangement: mean, half of worlds, nine in ten of worlds, base rates as diamonds."""
    import altair

    width = 130 if columns >= 4 else 190
    drawn = [_panel(panel, years, width, labelled=at % columns == 0) for at, panel in enumerate(panels)]
    rows = [altair.hconcat(*drawn[at : at + columns], spacing=14) for at in range(0, len(drawn), columns)]
    return altair.vconcat(*rows, spacing=12)


def _ticks(longest: float) -> list[float]:
    """The start, the middle and the end of the years."""
    return [0.0, longest / 2, longest]


def _panel(panel: CurvePanel, years: Sequence[float], width: int, labelled: bool) -> Any:
    import altair

    curve = panel.curve
    rows = [
        {
            "year": year,
            "mean": curve.mean[i],
            "q05": curve.q05[i],
            "q25": curve.q25[i],
            "q75": curve.q75[i],
            "q95": curve.q95[i],
        }
        for i, year in enumerate(years)
        if curve.mean[i] is not None
    ]
    x = altair.X(
        "year:Q",
        scale=altair.Scale(domain=[0, max(years)], nice=False),
        axis=altair.Axis(title="years", values=_ticks(max(years)), grid=False, format=",~f"),
    )
    y = altair.Y(
        "mean:Q",
        scale=altair.Scale(domain=[0, 1]),
        axis=altair.Axis(
            title=None,
            labels=labelled,
            ticks=labelled,
            values=[0, 0.5, 1],
            format=",~f",
            labelFlush=True,
        ),
    )
    base = altair.Chart(style.data(rows)).encode(x=x)
    layers = [
        base.mark_area(color=style.SKY, opacity=0.28).encode(y=altair.Y("q05:Q"), y2="q95:Q"),
        base.mark_area(color=style.BLUE, opacity=0.38).encode(y=altair.Y("q25:Q"), y2="q75:Q"),
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
        .encode(x="year:Q", y="mean:Q", text="label:N")
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
        marks = altair.Chart(style.data(spread)).encode(x="year:Q")
        layers.append(
            marks.mark_rule(color=style.ORANGE, strokeWidth=2, strokeDash=[4, 2]).encode(
                y="low:Q", y2="high:Q"
            )
        )
        layers.append(
            marks.mark_point(
                shape="diamond", filled=True, size=70, color=style.ORANGE, stroke=style.PAPER, opacity=1
            ).encode(y="mean:Q")
        )
    return altair.layer(*layers).properties(
        width=width,
        height=110,
        title=altair.Title(style.wrapped(panel.title, 22 if width < 150 else 32), offset=4),
    )

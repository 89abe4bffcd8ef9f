"""Horizontal bars: what drives an answer, and who pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backstop.report.charts import style

if TYPE_CHECKING:
    import altair


@dataclass(frozen=True, slots=True)
class Bar:
    """A swing from low to high around the centre, with the values of the input that cause it."""

    label: str
    at_low: float
    at_high: float
    low_label: str
    high_label: str


def tornado(bars: Sequence[Bar], centre: float, title: str) -> altair.LayerChart:
    """One-at-a-time swings, widest first: empty for a low input and filled for a high one, the values at the ends."""
    import altair

    rows = []
    for bar in bars:
        for end, value, label in (("low", bar.at_low, bar.low_label), ("high", bar.at_high, bar.high_label)):
            rows.append(
                {
                    "label": bar.label,
                    "end": f"input {end}",
                    "from": centre,
                    "to": value,
                    "text": label,
                    "side": "left" if value < centre or (value == centre and end == "low") else "right",
                }
            )
    order = [bar.label for bar in bars]
    y = altair.Y("label:N", sort=order, title=None, axis=None)
    scale = {"zero": False, "nice": True, "padding": 34}
    axis = {"format": ",~f", "tickCount": 6}
    x = altair.X("to:Q", title=title, scale=scale, axis=axis)
    base = altair.Chart(style.data(rows)).encode(y=y)
    ends = ["input low", "input high"]
    layers = [
        base.mark_bar(height=13, stroke=style.INK, strokeWidth=0.7).encode(
            x=altair.X("from:Q", title=title, scale=scale, axis=axis),
            x2=altair.X2("to:Q"),
            color=altair.Color(
                "end:N",
                scale={"domain": ends, "range": ["#ffffff", style.BLUE]},
                legend={
                    "title": None,
                    "orient": "bottom",
                    "symbolType": "square",
                    "symbolStrokeColor": style.INK,
                },
            ),
        ),
        altair.Chart(style.data([{"at": centre}])).mark_rule(color=style.INK).encode(x=altair.X("at:Q")),
    ]
    for side, align, dx in (("left", "right", -4), ("right", "left", 4)):
        layers.append(
            base.transform_filter(f"datum.side == '{side}'")
            .mark_text(align=align, dx=dx, fontSize=10, color=style.QUIET)
            .encode(x=x, text=altair.Text("text:N"))
        )
    layers += style.row_labels(order, y)
    return altair.layer(*layers).properties(width=400, height=30 * len(order))


def shares(
    names: Sequence[str], means: Sequence[float], errors: Sequence[float], unit: str
) -> altair.LayerChart:
    """Bars with their errors, the largest first."""
    import altair

    rows = [
        {
            "label": n,
            "mean": max(0.0, m),
            "less": max(0.0, m - 2 * e),
            "more": m + 2 * e,
            "text": f"{100 * max(m, 0):.0f} %",
        }
        for n, m, e in zip(names, means, errors, strict=True)
    ]
    y = altair.Y("label:N", sort=list(names), title=None, axis=None)
    base = altair.Chart(style.data(rows)).encode(y=y)
    x = altair.X("mean:Q", title=unit, axis={"format": ".0%", "tickCount": 5}, scale={"nice": True})
    layers = [
        base.mark_bar(height=13, color=style.BLUE).encode(x=x),
        base.mark_rule(color=style.INK, strokeWidth=1.5).encode(x=altair.X("less:Q"), x2=altair.X2("more:Q")),
        base.mark_text(align="left", dx=4, fontSize=10, color=style.INK).encode(
            x=altair.X("more:Q"), text=altair.Text("text:N")
        ),
        *style.row_labels(names, y),
    ]
    return altair.layer(*layers).properties(width=400, height=29 * len(rows))

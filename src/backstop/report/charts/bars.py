"""Horizontal bars: what drives an answer, and who pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backstop.report.charts import style
from backstop.report.drawing import lettering
from backstop.report.drawing.axis import Scale, across, percent, rounded
from backstop.report.drawing.axis import figure as plain
from backstop.report.drawing.rows import laid
from backstop.report.drawing.sheet import SIZE, SMALL, Sheet

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
    names: Sequence[str],
    means: Sequence[float],
    errors: Sequence[float],
    unit: str,
    texts: Sequence[str] | None = None,
) -> altair.LayerChart:
    """Bars with their errors, the largest first: shares, or with `texts` of their own what these say."""
    import altair

    said = _percents(means) if texts is None else texts
    rows = [
        {
            "label": n,
            "mean": max(0.0, m),
            "less": max(0.0, m - 2 * e),
            "more": m + 2 * e,
            "text": text,
        }
        for n, m, e, text in zip(names, means, errors, said, strict=True)
    ]
    y = altair.Y("label:N", sort=list(names), title=None, axis=None)
    base = altair.Chart(style.data(rows)).encode(y=y)
    form = ".0%" if texts is None else ",~f"
    x = altair.X("mean:Q", title=unit, axis={"format": form, "tickCount": 5}, scale={"nice": True})
    layers = [
        base.mark_bar(height=13, color=style.BLUE).encode(x=x),
        base.mark_rule(color=style.INK, strokeWidth=1.5).encode(x=altair.X("less:Q"), x2=altair.X2("more:Q")),
        base.mark_text(align="left", dx=4, fontSize=10, color=style.INK).encode(
            x=altair.X("more:Q"), text=altair.Text("text:N")
        ),
        *style.row_labels(names, y),
    ]
    return altair.layer(*layers).properties(width=400, height=29 * len(rows))


def draw_tornado(bars: Sequence[Bar], centre: float, title: str, width: float) -> Sheet:
    """One-at-a-time swings: hollow towards the low end of the input, filled towards its high one."""
    sheet = Sheet(width)
    key = _key(sheet)
    notes = [f"from {bar.low_label} to {bar.high_label}" if bar.low_label else "" for bar in bars]
    rows = laid(sheet, [bar.label for bar in bars], key, share=0.42, notes=notes, bar=15.0)
    low, high = rounded([centre, *(v for bar in bars for v in (bar.at_low, bar.at_high))])
    scale = Scale(low, high, rows.left, width - 6)
    for bar, y in zip(bars, rows.middles, strict=True):
        # The shorter of two on one side of the centre is drawn over the longer.
        ends = [(bar.at_low, "paper"), (bar.at_high, "blue")]
        for value, fill in sorted(ends, key=lambda of: -abs(of[0] - centre)):
            x = sorted((scale(centre), scale(value)))
            sheet.rect(x[0], y - 6.5, x[1] - x[0], 13, fill, "ink")
    sheet.line([(scale(centre), rows.top), (scale(centre), rows.bottom)], "ink", 1.2)
    across(sheet, scale, rows.top, rows.bottom, title)
    return sheet


def _key(sheet: Sheet) -> float:
    """What hollow and filled bars are, beside each other or one under the other. Returns where the key ends."""
    x, y = 0.0, 0.0
    for fill, words in (("paper", "the input at its low end"), ("blue", "the input at its high end")):
        wide = 20 + lettering.width(words, SMALL) + 18
        if x and x + wide > sheet.width:
            x, y = 0.0, y + 18
        sheet.rect(x + 0.5, y + 1.5, 12, 12, fill, "ink")
        sheet.text(x + 19, y + 12, words, SMALL, "quiet")
        x += wide
    return y + 26


def _percents(means: Sequence[float]) -> list[str]:
    return [f"{100 * max(mean, 0):.0f} %" for mean in means]


def draw_shares(
    names: Sequence[str],
    means: Sequence[float],
    errors: Sequence[float],
    unit: str,
    width: float,
    texts: Sequence[str] | None = None,
) -> Sheet:
    """Bars with their errors, their figures behind them: shares, or with `texts` of their own what these say."""
    sheet = Sheet(width)
    rows = laid(sheet, names, 0.0, share=0.42, bar=15.0)
    said = _percents(means) if texts is None else texts
    room = max((lettering.width(text, SIZE, bold=True) for text in said), default=0.0) + 10
    most = max((max(0.0, m) + 2 * e for m, e in zip(means, errors, strict=True)), default=1.0) or 1.0
    scale = Scale(0.0, most, rows.left, width - room)
    for mean, error, text, y in zip(means, errors, said, rows.middles, strict=True):
        end = scale(max(0.0, mean))
        sheet.rect(rows.left, y - 6.5, end - rows.left, 13, "blue")
        sheet.line(
            [(scale(max(0.0, mean - 2 * error)), y), (scale(max(0.0, mean) + 2 * error), y)], "ink", 1.6
        )
        sheet.text(scale(max(0.0, mean) + 2 * error) + 7, y + 4.5, text, bold=True)
    across(sheet, scale, 0.0, rows.bottom, unit, percent if texts is None else plain)
    return sheet

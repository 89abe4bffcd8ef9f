"""Survival curves with bands over worlds, beside historical base rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backstop.report.charts import style
from backstop.report.drawing import lettering
from backstop.report.drawing.axis import Scale, figure
from backstop.report.drawing.sheet import SIZE, SMALL, Sheet
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


def draw(panels: Sequence[CurvePanel], years: Sequence[float], width: float) -> Sheet:
    """Small panels, as many in a row as have room, with the figure at the end of each curve beside it."""
    sheet = Sheet(width)
    columns = max(1, min(len(panels), int(width // (150 if sheet.phone else 200))))
    gap = 16.0
    each = (width - gap * (columns - 1)) / columns
    top = _key(sheet, any(panel.rates for panel in panels))
    for at in range(0, len(panels), columns):
        row = panels[at : at + columns]
        heads = [lettering.wrapped(of.title, each, SIZE, bold=True) for of in row]
        under = top + SIZE * lettering.LINE * max(map(len, heads)) + 8
        for number, (of, lines) in enumerate(zip(row, heads, strict=True)):
            x = number * (each + gap)
            inner = Sheet(each)
            _plot(inner, of, years, min(170.0, max(110.0, 0.6 * each)))
            sheet.lines(x, top, lines, bold=True)
            sheet.place(inner, x, under)
        top = sheet.bottom + 14
    return sheet


def _key(sheet: Sheet, rates: bool) -> float:
    """What the marks of observed cases are; nothing where there are none. Returns where the key ends."""
    if not rates:
        return 0.0
    sheet.line([(6, 2), (6, 20)], "orange", 3)
    sheet.mark("diamond", 6, 11, 5.5, "orange", "paper")
    return sheet.paragraph(20, 3, "what happened in like cases, with its range", sheet.width - 20, SMALL) + 10


def _plot(sheet: Sheet, panel: CurvePanel, years: Sequence[float], high: float) -> None:
    curve, last = panel.curve, max(years)
    left = lettering.width("100 %", SMALL) + 8
    end = lettering.width("100 %", SIZE, bold=True) + 6
    x, y = Scale(0.0, last, left, sheet.width - end), Scale(0.0, 1.0, high + 6, 6.0)
    for share in (0.0, 0.5, 1.0):
        sheet.line([(left, y(share)), (x.end, y(share))], "rule")
        sheet.text(left - 6, y(share) + 4, f"{100 * share:.0f} %", SMALL, "quiet", anchor="end")
    known = [at for at, mean in enumerate(curve.mean) if mean is not None]

    def way(values: Sequence[float | None]) -> list[tuple[float, float]]:
        return [(x(years[at]), y(value)) for at in known for value in (values[at],) if value is not None]

    for low, most, fill, opacity in ((curve.q05, curve.q95, "sky", 0.3), (curve.q25, curve.q75, "blue", 0.4)):
        if known:
            sheet.area([*way(low), *reversed(way(most))], fill, opacity)
    if known:
        mean = way(curve.mean)
        sheet.line(mean, "ink", 2.2)
        share = curve.mean[known[-1]] or 0.0
        text = f"{100 * share:.0f} %"
        sheet.text(mean[-1][0] + 5, mean[-1][1] + 4.5, text, bold=True)
    else:
        sheet.text((left + x.end) / 2, high / 2 + 6, "no value", SMALL, "quiet", anchor="middle")
    step = 7.0
    for number, rate in enumerate(panel.rates):
        at = x(rate.year) + step * (number - (len(panel.rates) - 1) / 2)
        at = min(at, x.end - step * (len(panel.rates) - 1 - number))
        sheet.line([(at, y(rate.low)), (at, y(rate.high))], "orange", 3)
        said = f"{rate.label}: {rate.mean:.2f} ({rate.low:.2f} to {rate.high:.2f})"
        sheet.mark("diamond", at, y(rate.mean), 5.5, "orange", "paper", said)
    sheet.text(left, high + 24, "0", SMALL, "quiet", anchor="middle")
    unit = "year" if last == 1 else "years"
    sheet.text(sheet.width, high + 24, f"{figure(last)} {unit}", SMALL, "quiet", anchor="end")

"""Stacked shares: which states the relationship is in, year by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backstop.report.charts import style

COLOURS = (
    style.BLUE,
    style.AMBER,
    style.GREEN,
    style.PURPLE,
    style.SKY,
    style.ORANGE,
    "#999999",
    "#8A6D00",
    "#44475a",
    "#b9b9b3",
    "#5d3a9b",
    "#000000",
)
_LEAST_LABELLED = 0.055


def chart(
    shares: Mapping[str, Mapping[str, Sequence[float]]], years: Sequence[float], columns: int = 4
) -> Any:
    """`shares[panel][part]`: shares at `years`, which add up to 1. Parts carry letters, in colours and in the key."""
    import altair

    parts = list(next(iter(shares.values())))
    keys = {part: style.numbered(i, len(parts)) for i, part in enumerate(parts)}
    names = [f"{keys[part]}  {part}" for part in parts]
    panels = []
    shown = [f"{year:g}" for year in years]
    width = 146 if columns == 4 else 300
    for at, (title, by_part) in enumerate(shares.items()):
        rows = []
        for i, year in enumerate(shown):
            below = 0.0
            for order, (part, values) in enumerate(by_part.items()):
                share = values[i]
                rows.append(
                    {
                        "year": year,
                        "part": names[order],
                        "share": share,
                        "order": order,
                        "from": below,
                        "to": below + share,
                        "middle": below + share / 2,
                        "key": keys[part] if share >= _LEAST_LABELLED else "",
                        "ink": style.PAPER if COLOURS[order % len(COLOURS)] in _DARK else style.INK,
                    }
                )
                below += share
        base = altair.Chart(style.data(rows)).encode(
            x=altair.X("year:O", sort=shown, axis=altair.Axis(title="year", labelAngle=0, grid=False))
        )
        y = altair.Y(
            "from:Q",
            scale=altair.Scale(domain=[0, 1], nice=False),
            axis=altair.Axis(
                title=None, format=",~f", labels=at % columns == 0, values=[0, 0.5, 1], labelFlush=True
            ),
        )
        layers = altair.layer(
            base.mark_bar(stroke=style.PAPER, strokeWidth=1).encode(
                y=y,
                y2="to:Q",
                color=altair.Color(
                    "part:N",
                    scale=altair.Scale(
                        domain=names, range=[COLOURS[i % len(COLOURS)] for i in range(len(names))]
                    ),
                    legend=altair.Legend(title=None, orient="bottom", columns=2, symbolType="square"),
                ),
                order="order:Q",
            ),
            base.mark_text(fontSize=10, fontWeight="bold").encode(
                y=altair.Y("middle:Q"),
                text="key:N",
                color=altair.Color("ink:N", scale=None, legend=None),
            ),
        ).resolve_scale(color="independent")
        panels.append(
            layers.properties(width=width, height=130, title=altair.Title(style.wrapped(title, 24), offset=4))
        )
    # One key for all: only the last panel draws it.
    for panel in panels[:-1]:
        panel.layer[0].encoding.color.legend = None
    panels[-1].layer[0].encoding.color.legend = None
    rows_of = [
        altair.hconcat(*panels[at : at + columns], spacing=18) for at in range(0, len(panels), columns)
    ]
    return altair.vconcat(*rows_of, _key(parts, keys), spacing=12)


_DARK = frozenset({style.BLUE, style.GREEN, style.ORANGE, "#8A6D00", "#44475a", "#5d3a9b", "#000000"})


def _key(parts: Sequence[str], keys: Mapping[str, str]) -> Any:
    """The key as a small table of squares with letters."""
    import altair

    half = -(-len(parts) // 2)
    rows = [
        {
            "column": i // half,
            "row": i % half,
            "letter": keys[part],
            "words": part,
            "colour": COLOURS[i % len(COLOURS)],
            "ink": style.PAPER if COLOURS[i % len(COLOURS)] in _DARK else style.INK,
        }
        for i, part in enumerate(parts)
    ]
    base = altair.Chart(style.data(rows)).encode(
        x=altair.X("column:Q", scale=altair.Scale(domain=[0, 2]), axis=None),
        y=altair.Y("row:Q", scale=altair.Scale(domain=[half, -0.5]), axis=None),
    )
    return altair.layer(
        base.mark_square(size=190, opacity=1, xOffset=8).encode(color=altair.Color("colour:N", scale=None)),
        base.mark_text(fontSize=10, fontWeight="bold", xOffset=8).encode(
            text="letter:N", color=altair.Color("ink:N", scale=None)
        ),
        base.mark_text(align="left", dx=22, fontSize=11, color=style.INK).encode(text="words:N"),
    ).properties(width=560, height=18 * half)

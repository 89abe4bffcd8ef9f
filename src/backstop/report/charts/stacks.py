"""Stacked shares: which states the relationship is in, year by year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from backstop.report.charts import style
from backstop.scenario.format.fields import Tone

if TYPE_CHECKING:
    import altair

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
BY_TONE: Mapping[Tone | None, tuple[str, ...]] = {
    "good": (style.BLUE, style.SKY, "#0a4f78", "#a6d4ee"),
    "mixed": (style.AMBER, "#f2d58a", "#8A6D00", "#d9b44a"),
    "bad": (style.ORANGE, "#7d2f00", style.PURPLE, "#44475a", "#000000"),
    None: ("#b9b9b3", "#999999", "#6f6f6b"),
}
# Letters on these are light.
_DARK = frozenset(
    {
        style.BLUE,
        style.GREEN,
        style.ORANGE,
        *("#8A6D00", "#44475a", "#5d3a9b", "#000000", "#0a4f78", "#7d2f00", "#6f6f6b"),
    }
)
COLUMNS = 4
_LEAST_LABELLED = 0.055


def chart(
    shares: Mapping[str, Mapping[str, Sequence[float]]],
    years: Sequence[float],
    tones: Mapping[str, Tone | None] | None = None,
) -> altair.VConcatChart:
    """`shares[panel][part]`: shares at `years`, which add up to 1. Parts carry letters, in colours and in the key.

    Parts with a tone have the colours of that tone.
    """
    import altair

    parts = list(next(iter(shares.values())))
    colours = coloured(parts, tones or {})
    keys = {part: style.numbered(i, len(parts)) for i, part in enumerate(parts)}
    names = [f"{keys[part]}  {part}" for part in parts]
    panels = []
    shown = [f"{year:g}" for year in years]
    for at, (title, by_part) in enumerate(shares.items()):
        rows = []
        for i, year in enumerate(shown):
            below = 0.0
            for order, (part, values) in enumerate(by_part.items()):
                rows.append(
                    {
                        "year": year,
                        "part": names[order],
                        "share": values[i],
                        "order": order,
                        "from": below,
                        "to": below + values[i],
                        "middle": below + values[i] / 2,
                        "key": keys[part] if values[i] >= _LEAST_LABELLED else "",
                        "ink": _ink(colours[order]),
                    }
                )
                below += values[i]
        base = altair.Chart(style.data(rows)).encode(
            x=altair.X("year:O", sort=shown, axis={"title": "year", "labelAngle": 0, "grid": False})
        )
        y = altair.Y(
            "from:Q",
            scale={"domain": [0, 1], "nice": False},
            axis={
                "title": None,
                "format": ",~f",
                "labels": at % COLUMNS == 0,
                "values": [0, 0.5, 1],
                "labelFlush": True,
            },
        )
        layers = altair.layer(
            base.mark_bar(stroke=style.PAPER, strokeWidth=1).encode(
                y=y,
                y2=altair.Y2("to:Q"),
                color=altair.Color(
                    "part:N",
                    scale={"domain": names, "range": colours},
                    legend=None,
                ),
                order=altair.Order("order:Q"),
            ),
            base.mark_text(fontSize=10, fontWeight="bold").encode(
                y=altair.Y("middle:Q"),
                text=altair.Text("key:N"),
                color=altair.Color("ink:N", scale=None, legend=None),
            ),
        ).resolve_scale(color="independent")
        panels.append(
            layers.properties(width=146, height=130, title=altair.Title(style.wrapped(title, 24), offset=4))
        )
    return altair.vconcat(*style.rows(panels, COLUMNS, 18), _key(parts, keys, colours), spacing=12)


def coloured(parts: Sequence[str], tones: Mapping[str, Tone | None]) -> list[str]:
    """A colour for each part: of its tone's own, or of all colours in turn where no part has a tone.

    >>> coloured(["peace", "war"], {"peace": "good", "war": "bad"}) == [style.BLUE, style.ORANGE]
    True
    """
    if not any(tones.get(part) for part in parts):
        return [COLOURS[at % len(COLOURS)] for at in range(len(parts))]
    found, used = [], Counter[Tone | None]()
    for part in parts:
        tone = tones.get(part)
        found.append(BY_TONE[tone][used[tone] % len(BY_TONE[tone])])
        used[tone] += 1
    return found


def _ink(colour: str) -> str:
    return style.PAPER if colour in _DARK else style.INK


def _key(parts: Sequence[str], keys: Mapping[str, str], colours: Sequence[str]) -> altair.LayerChart:
    """The key as a small table of squares with letters."""
    import altair

    half = -(-len(parts) // 2)
    rows = [
        {
            "column": i // half,
            "row": i % half,
            "letter": keys[part],
            "words": part,
            "colour": colours[i],
            "ink": _ink(colours[i]),
        }
        for i, part in enumerate(parts)
    ]
    base = altair.Chart(style.data(rows)).encode(
        x=altair.X("column:Q", scale={"domain": [0, 2]}, axis=None),
        y=altair.Y("row:Q", scale={"domain": [half, -0.5]}, axis=None),
    )
    return altair.layer(
        base.mark_square(size=190, opacity=1, xOffset=8).encode(color=altair.Color("colour:N", scale=None)),
        base.mark_text(fontSize=10, fontWeight="bold", xOffset=8).encode(
            text=altair.Text("letter:N"), color=altair.Color("ink:N", scale=None)
        ),
        base.mark_text(align="left", dx=22, fontSize=11, color=style.INK).encode(text=altair.Text("words:N")),
    ).properties(width=560, height=18 * half)

"""Stacked shares: which states the relationship is in, year by year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from backstop.report.charts import style
from backstop.report.drawing import lettering
from backstop.report.drawing.axis import figure as plain
from backstop.report.drawing.palette import BY_TONE as NAMES_BY_TONE
from backstop.report.drawing.palette import TURNS
from backstop.report.drawing.sheet import SIZE, SMALL, Box, Sheet
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


_LEAST_NAMED = 0.005


def draw(
    shares: Mapping[str, Mapping[str, Sequence[float]]],
    years: Sequence[float],
    width: float,
    tones: Mapping[str, Tone | None] | None = None,
) -> Sheet:
    """A panel for each arrangement: a column a year, and every state named beside the last with its share."""
    sheet = Sheet(width)
    columns = 1 if sheet.phone or len(shares) == 1 else 2
    gap = 28.0
    each = (width - gap * (columns - 1)) / columns
    parts = list(next(iter(shares.values())))
    colours = dict(zip(parts, named_colours(parts, tones or {}), strict=True))
    panels = list(shares.items())
    top = 0.0
    for at in range(0, len(panels), columns):
        row = panels[at : at + columns]
        heads = [lettering.wrapped(title, each, SIZE, bold=True) for title, _ in row]
        under = top + SIZE * lettering.LINE * max(map(len, heads)) + 6
        for number, ((_, of), lines) in enumerate(zip(row, heads, strict=True)):
            inner = Sheet(each)
            _panel(inner, of, years, colours)
            sheet.lines(number * (each + gap), top, lines, bold=True)
            sheet.place(inner, number * (each + gap), under)
        top = sheet.bottom + 16
    return sheet


def named_colours(parts: Sequence[str], tones: Mapping[str, Tone | None]) -> list[str]:
    """The name of a colour for each part: of its tone's own, or of all in turn where no part has a tone.

    >>> named_colours(["peace", "war"], {"peace": "good", "war": "bad"})
    ['blue', 'orange']
    """
    if not any(tones.get(part) for part in parts):
        return [TURNS[at % len(TURNS)] for at in range(len(parts))]
    found, used = [], Counter[Tone | None]()
    for part in parts:
        tone = tones.get(part)
        found.append(NAMES_BY_TONE[tone][used[tone] % len(NAMES_BY_TONE[tone])])
        used[tone] += 1
    return found


def _panel(
    sheet: Sheet,
    of: Mapping[str, Sequence[float]],
    years: Sequence[float],
    colours: Mapping[str, str],
) -> None:
    room = 0.44 * sheet.width
    right = sheet.width - room
    named = [part for part, values in of.items() if max(values) >= _LEAST_NAMED]
    texts = {part: lettering.wrapped(f"{_share(of[part][-1])} {part}", room - 24, SMALL) for part in named}
    step = SMALL * lettering.LINE
    needed = sum(step * len(lines) + 3 for lines in texts.values())
    high = max(140.0, needed)
    wide = right / len(years)
    spots: dict[str, float] = {}
    boxes: dict[str, list[Box]] = {part: [] for part in of}
    for number, year in enumerate(years):
        y = high
        for part, values in of.items():
            tall = values[number] * high
            if tall > 0.6:
                boxes[part].append((number * wide, y - tall, (number + 1) * wide - 2, y - 0.5))
            spots[part] = y - tall / 2
            y -= tall
        text = plain(year)
        if wide > lettering.width(text, SMALL) + 2 or number in (0, len(years) - 1):
            sheet.text(number * wide + (wide - 2) / 2, high + 15, text, SMALL, "quiet", anchor="middle")
    for part, its in boxes.items():
        sheet.rects(its, colours[part])
    sheet.text(0, high + 31, "years", SMALL, "quiet")
    # The first part is at the bottom, so its name is too.
    order = sorted(named, key=lambda part: (spots[part], -list(of).index(part)))
    tops = _apart([spots[part] for part in order], [step * len(texts[part]) + 3 for part in order], high)
    for part, top in zip(order, tops, strict=True):
        middle = top + step * len(texts[part]) / 2
        sheet.line([(right - 1, spots[part]), (right + 8, middle)], "quiet", 0.8)
        sheet.rect(right + 9, middle - 5, 10, 10, colours[part], "quiet", 0.6)
        sheet.lines(right + 24, top, texts[part], SMALL)


def _share(share: float) -> str:
    """A share in percent, never none where there is some."""
    return "0 %" if share <= 0 else "<1 %" if share < 0.005 else f"{100 * share:.0f} %"


def _apart(middles: Sequence[float], heights: Sequence[float], end: float) -> list[float]:
    """Tops of labels in their order, each as near to its middle as the others leave it room between 0 and `end`."""
    tops: list[float] = []
    at = 0.0
    for middle, height in zip(middles, heights, strict=True):
        at = max(at, middle - height / 2)
        tops.append(at)
        at += height
    most = end
    for number in reversed(range(len(tops))):
        tops[number] = max(0.0, min(tops[number], most - heights[number]))
        most = tops[number]
    return tops

"""The colours of drawings, in a light and a dark page, and which ink can be read on them.

Hues are those of Okabe and Ito (2008), which most colour-blind readers tell apart; no drawing leaves a distinction to
colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

COLOURS: Mapping[str, tuple[str, str]] = {
    "paper": ("#ffffff", "#16181a"),
    "ink": ("#1c1c1c", "#e9e9e6"),
    "quiet": ("#5a5a5a", "#b4b8bc"),
    "rule": ("#d9d9d6", "#43474b"),
    "blue": ("#0072b2", "#3d9bd6"),
    "sky": ("#56b4e9", "#8fcdf2"),
    "deep": ("#0a4f78", "#1f6f9f"),
    "pale": ("#a6d4ee", "#c9e6f7"),
    "amber": ("#e69f00", "#e69f00"),
    "sand": ("#f2d58a", "#f2d58a"),
    "bronze": ("#8a6d00", "#b08f1e"),
    "straw": ("#d9b44a", "#d9b44a"),
    "orange": ("#d55e00", "#ec7a2a"),
    "rust": ("#7d2f00", "#b0572a"),
    "rose": ("#cc79a7", "#cc79a7"),
    "slate": ("#44475a", "#8b8fa8"),
    "green": ("#009e73", "#24b98f"),
    "violet": ("#5d3a9b", "#9a7ad6"),
    "grey": ("#999999", "#8d9196"),
    "ash": ("#b9b9b3", "#6f7377"),
    "coal": ("#6f6f6b", "#a3a7ab"),
}
"""Each colour by its name: in a light page, in a dark one."""

BY_TONE: Mapping[str | None, tuple[str, ...]] = {
    "good": ("blue", "sky", "deep", "pale"),
    "mixed": ("amber", "sand", "bronze", "straw"),
    "bad": ("orange", "rust", "rose", "slate"),
    None: ("ash", "grey", "coal"),
}
"""Colours of states by what they are like, from the first to the last of that tone."""

TURNS = (
    "blue",
    "amber",
    "green",
    "rose",
    "sky",
    "orange",
    "grey",
    "bronze",
    "slate",
    "ash",
    "violet",
    "coal",
)
"""Colours in turn where nothing has a tone."""

_BLACK, _WHITE = "#111111", "#ffffff"
LEAST_CONTRAST = 4.5
"""Of text with what it stands on (WCAG 2.2, level AA)."""


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2).

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ink_on(colour: str) -> tuple[str, str]:
    """The ink for text on a colour, in a light and in a dark page."""
    light, dark = (max((_BLACK, _WHITE), key=lambda ink: contrast(ink, of)) for of in COLOURS[colour])
    return light, dark


def rules(names: Iterable[str], dark: bool, before: str = "") -> str:
    """Style rules of the classes that drawings use: `s-` strokes, `f-` fills, `on-` ink on a colour."""
    kept = list(names)
    strokes = (f"{before}.s-{name}{{stroke:{COLOURS[name][dark]};fill:none}}" for name in kept)
    fills = (f"{before}.f-{name}{{fill:{COLOURS[name][dark]}}}" for name in kept)
    inks = (f"{before}.on-{name}{{fill:{ink_on(name)[dark]}}}" for name in kept)
    # What is filled and stroked has the classes of both, and the later rule holds.
    return "".join((*strokes, *fills, *inks))

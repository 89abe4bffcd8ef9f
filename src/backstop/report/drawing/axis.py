"""A horizontal axis: from values to pixels, with ticks at round values that have room for their figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backstop.report.drawing import lettering
from backstop.report.drawing.sheet import SMALL, Sheet


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` laid out from pixel `start` to `end`, which may run upwards."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value, of one beyond the ends that of the end."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)


def figure(value: float) -> str:
    """A tick's value in as few characters as it needs.

    >>> figure(1200.0), figure(0.25), figure(-0.0), figure(2.5e7)
    ('1,200', '0.25', '0', '25 million')
    """
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.6g} million"
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def percent(value: float) -> str:
    """A share as a percentage.

    >>> percent(0.25)
    '25 %'
    """
    return f"{100 * value:.3g} %"


def ticks(low: float, high: float, most: int) -> list[float]:
    """At most about `most` round values between two.

    >>> ticks(0, 1, 5)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    span = high - low
    if not span > 0 or not math.isfinite(span):
        return [low]
    rough = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999), 10 * power)
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first + 1
    return [round((first + k) * step, 12) for k in range(max(0, count))] or [low]


def rounded(values: Sequence[float]) -> tuple[float, float]:
    """The range of values with a little room at both ends; of one value, a range around it."""
    known = [value for value in values if math.isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    room = 0.05 * (high - low) or max(abs(low), 1.0) * 0.1
    return (0.0 if 0 <= low < 0.4 * high else low - room), (0.0 if 0 >= high > 0.4 * low else high + room)


def across(
    sheet: Sheet,
    scale: Scale,
    top: float,
    bottom: float,
    title: str = "",
    said: Callable[[float], str] = figure,
    left: float | None = None,
    right: float | None = None,
) -> float:
    """Lines from `top` to `bottom` at round values, their figures beneath, and the title of the axis.

    Lines are drawn first, under all that the sheet holds. `left` and `right`: where the title starts and
    has to end. Returns where it ends.
    """
    count = max(1, int(abs(scale.end - scale.start) // 48))
    at = ticks(scale.low, scale.high, count)
    under = Sheet(sheet.width)
    taken = -math.inf
    for value in at:
        x = scale(value)
        under.line([(x, top), (x, bottom)], "rule")
        text = said(value)
        half = lettering.width(text, SMALL) / 2
        middle = min(max(x, half), sheet.width - half)
        if middle - half > taken + 6:
            sheet.text(middle, bottom + 15, text, SMALL, "quiet", anchor="middle")
            taken = middle + half
    sheet.parts[:0] = under.parts
    end = bottom + 19
    if title:
        begin = scale.start if left is None else left
        end = sheet.paragraph(begin, end, title, (right or sheet.width) - begin, SMALL, "quiet")
    return end + 2

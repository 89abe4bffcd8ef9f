"""Shares and differences in words a reader can count with: "83 of 100 worlds", "cannot be told apart".

Natural frequencies are understood better than percentages or probabilities (Gigerenzer and Hoffrage 1995). A phrase
never says more than the Monte Carlo error of its figure allows: a count out of 100 is given only where the error is
under one half in 100, and a range or "about" otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from backstop.base.words import readable
from backstop.worlds.statistics import Summary

CERTAIN = 2.0
"""Differences of at least so many standard errors are spoken of as differences."""

_EXACT = 1e-12


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; `none` where there is nothing."""
    items = list(words)
    if not items:
        return "none"
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 world`, `2 worlds`, `20,000 worlds`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def frequency(share: float | None, se: float | None = None) -> str:
    """A share as a natural frequency: `83 of 100`; per 1,000 where it is rare and the error allows it.

    0 is "none" and 1 "all" only where the share is exactly that; otherwise fewer than 1 or more than 99. An error of
    half a case in 100 and more makes it "about", of two and a half a range of two errors on each side.
    """
    if share is None or not math.isfinite(share):
        return "no figure"
    error = 0.0 if se is None or not math.isfinite(se) else se
    if share <= 0.0:
        return "none"
    if share >= 1.0:
        return "all"
    if error >= 0.025:
        low = max(0, math.floor(100 * (share - 2 * error) + 0.5))
        high = min(100, math.floor(100 * (share + 2 * error) + 0.5))
        return f"between {low} and {high} of 100"
    about = "about " if error >= 0.005 else ""
    if share > 0.995:
        least = math.floor(100 * (share - 2 * error))
        return "more than 99 of 100" if least >= 99 else f"at least about {least} of 100"
    if share >= 0.0095:
        return f"{about}{min(99, max(1, round(100 * share)))} of 100"
    most = math.ceil(100 * (share + 2 * error))
    if most > 1:
        return f"at most about {most} of 100"
    if error >= 0.0005:
        return "fewer than 1 of 100"
    return f"{round(1000 * share)} of 1,000" if share >= 0.00095 else "fewer than 1 of 1,000"


def of_worlds(share: float | None, se: float | None = None, noun: str = "worlds") -> str:
    """`83 of 100 worlds`, `all worlds`, `no world`: a frequency with what is counted."""
    words = frequency(share, se)
    if words == "none":
        return f"no {noun.removesuffix('s')}"
    return f"{words} {noun}"


def told_apart(difference: float | None, se: float | None) -> bool:
    """Whether a difference is more than its error: above two standard errors, or exact and not 0."""
    if difference is None or not math.isfinite(difference):
        return False
    if se is None:
        return False
    return abs(difference) > max(CERTAIN * se, _EXACT)


def compared(difference: float | None, se: float | None, higher: str = "higher", lower: str = "lower") -> str:
    """`higher`, `lower`, or that the two cannot be told apart."""
    if not told_apart(difference, se):
        return "cannot be told apart"
    assert difference is not None
    return higher if difference > 0 else lower


def points(difference: float | None, se: float | None) -> str:
    """A difference of shares in cases of 100: `20 of 100 more`, in no more digits than the error supports."""
    if difference is None or not told_apart(difference, se):
        return "no difference that can be told from chance"
    word = "more" if difference > 0 else "fewer"
    size = abs(difference)
    if size < 0.0095:
        return f"fewer than 1 of 100 {word}"
    about = "about " if se is not None and se >= 0.005 else ""
    return f"{about}{round(100 * size)} of 100 {word}"


def is_exact(summary: Summary) -> bool:
    """Whether a figure is the same in all worlds, so that it carries no Monte Carlo error."""
    if summary.mean is None or summary.q05 is None or summary.q95 is None:
        return False
    scale = max(1.0, abs(summary.mean))
    return (summary.se is not None and summary.se <= _EXACT * scale) and abs(
        summary.q95 - summary.q05
    ) <= _EXACT * scale


def sentence_case(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def quoted(title: str) -> str:
    """A title inside a sentence, in quotation marks so that it needs no change."""
    return f"\u201c{title}\u201d"


def clause(text: str) -> str:
    """The text without a full stop at its end, to stand inside a sentence."""
    return text.strip().rstrip(".")


def stop(text: str) -> str:
    """The text with one full stop at its end, unless it ends with a mark of its own."""
    text = text.strip()
    return text if not text or text[-1] in ".!?:" else f"{text}."


def quoted_names(names: Sequence[str]) -> str:
    """Identifiers made readable and listed."""
    return listed(readable(name) for name in names)

"""Shares and differences in words a reader can count with: "83 of 100 worlds", "cannot be told apart".

Natural frequencies are understood better than percentages or probabilities (Gigerenzer and Hoffrage 1995). A phrase
never says more than the Monte Carlo error of its figure allows: a count out of 100 is given only where the error is
under one half in 100, and a range or "about" otherwise.
"""

from __future__ import annotations

import math

from backstop.worlds.statistics import Summary

CERTAIN = 2.0
"""Differences of at least so many standard errors are spoken of as differences."""

_EXACT = 1e-12


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

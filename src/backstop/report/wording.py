"""Differences in words that say no more than their Monte Carlo error allows: "20 of 100 more" or no difference."""

from __future__ import annotations

import math
from collections.abc import Mapping

from backstop.base.words import counted
from backstop.scenario.model import Model
from backstop.worlds.statistics import Array, Summary, mean_and_error

CERTAIN = 2.0
"""Differences of at least so many standard errors are spoken of as differences."""

_EXACT = 1e-12


def told_apart(difference: float | None, se: float | None) -> bool:
    """Whether a difference is more than its error: above two standard errors, or exact and not 0."""
    if difference is None or se is None or not math.isfinite(difference):
        return False
    return abs(difference) > max(CERTAIN * se, _EXACT)


def tied_with(samples: Mapping[str, Array], name: str, weights: Array | None) -> list[str]:
    """Names whose mean over worlds, each of shape (worlds,), cannot be told apart from that of `name`."""
    return [
        other
        for other, values in samples.items()
        if other != name and not told_apart(*mean_and_error(samples[name] - values, weights))
    ]


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


def source_line(
    model: Model, worlds: int | None, seed: int, effective: float | None = None, rough: bool = False
) -> str:
    """The line under a figure: the study, its worlds, and what was set.

    `worlds` None: single ones around the central one. `effective`: what they are worth where they are weighted.
    """
    title = model.scenario.title
    under = f"; {model.overrides.words}" if model.overrides.words else ""
    if not model.uncertain:
        return f"Source: {title}; no assumption is uncertain{under}. Made with Backstop."
    if worlds is None:
        return f"Source: {title}; single worlds around the central one{under}. Made with Backstop."
    weighted = "" if effective is None else f", worth {effective:,.0f} after weighting"
    few = "; few effective worlds: rough" if rough else ""
    return (
        f"Source: {title}; {counted(worlds, 'world')}{weighted}, seed {seed}{under}{few}. Made with Backstop."
    )

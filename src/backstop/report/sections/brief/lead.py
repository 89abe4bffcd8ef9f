"""What a brief speaks of, and its figures in words: an arrangement against another, and the assumption that decides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.words import frequency, quoted, range_words, shortened, supported
from backstop.report.material.gathering import Material
from backstop.report.material.parting import Parting, Side, inside, parting
from backstop.report.material.subject import is_bad, is_probability
from backstop.worlds.statistics import Summary, summarise

MOST_CHARACTERS = 60
"""Titles longer than a line are cut, except in the headline."""

SETS = "sets of assumptions"
"""What worlds are called where nobody has read what a world is."""

# A plausible range so wide that a mean alone would mislead.
_WIDE = 0.5
# What a cut must explain, and how far apart its two sides must be, for the answer to be told side by side.
_EXPLAINED, _APART = 0.1, 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Lead:
    """What the brief speaks of: a metric under one arrangement and, where there are several, under one other."""

    metric: str
    focus: str
    other: str | None
    parted: Parting | None

    @property
    def named(self) -> tuple[str, ...]:
        """The arrangements it names."""
        return (self.focus,) if self.other is None else (self.focus, self.other)


def lead_of(found: Material) -> Lead:
    """The metric and arrangements of the subject; the other is the first of the file, or the least of all."""
    metric, focus, result = found.subject.metric, found.subject.focus, found.result
    other: str | None = result.first
    if focus == other:
        known = {n: a.metrics[metric].mean for n, a in result.arrangements.items() if n != focus}
        means = {n: mean for n, mean in known.items() if mean is not None}
        pick = max if is_bad(found.model.scenario, metric) else min
        other = pick(means, key=lambda name: means[name]) if means else next(iter(known), None)
    named = [name for name in (focus, other) if name is not None]
    return Lead(metric, focus, other, _parted(found, metric, named))


def _parted(found: Material, metric: str, named: list[str]) -> Parting | None:
    """The assumption that decides, where the range is so wide that both of its sides must be told."""
    if found.exact:
        return None
    samples = [found.result.arrangements[name].samples[metric] for name in named]
    if is_probability(found.model.scenario.metrics[metric]) and not any(
        width(figures(found, name, metric)) >= _WIDE for name in named
    ):
        return None
    cut = parting(found.result, samples)
    if cut is None or cut.explained < _EXPLAINED:
        return None
    probable = is_probability(found.model.scenario.metrics[metric])
    if not probable and cut.explained < 2 * _EXPLAINED:
        return None
    gaps = []
    for of in samples:
        low, high = (summarise(inside(of, side), found.result.weights).mean for side in (cut.low, cut.high))
        if low is not None and high is not None:
            # What is no chance has a unit of its own: there the gap is a share of the larger figure.
            unit = 1.0 if probable else max(abs(low), abs(high))
            gaps.append(abs(high - low) / unit if unit > 0.0 else 0.0)
    return cut if max(gaps, default=0.0) >= _APART else None


def figures(found: Material, arrangement: str, metric: str) -> Summary:
    """A metric under an arrangement, over all worlds."""
    return found.result.arrangements[arrangement].metrics[metric]


def width(of: Summary) -> float:
    """The width of the range of nine worlds in ten; 0 where there is none."""
    return 0.0 if of.q05 is None or of.q95 is None else of.q95 - of.q05


def within(found: Material, metric: str, arrangement: str, side: Side) -> Summary:
    """A metric under an arrangement, in the worlds of a side."""
    of = inside(found.result.arrangements[arrangement].samples[metric], side)
    return summarise(of, found.result.weights)


def said(found: Material, of: Summary, short: bool = False) -> str:
    """A figure of the headline metric: `in 93 of 100 cases`, or a number with its unit."""
    metric = found.model.scenario.metrics[found.subject.metric]
    if is_probability(metric):
        words = frequency(of.mean, of.se)
        if words == "none":
            return "no case" if short else "in no case"
        if short:
            return words
        return f"{words} cases" if words.startswith("between") else f"in {words} cases"
    unit = " years" if metric.kind == "duration" and not short else ""
    return f"{supported(of.mean or 0.0, of.se, most=2)}{unit}"


def ends(found: Material, of: Summary) -> str:
    """The range of nine worlds in ten as its errors allow, in cases of 100 where they are chances; empty without."""
    return range_words(of, is_probability(found.model.scenario.metrics[found.subject.metric]))


def share_of(found: Material, where: FloatArray | np.ndarray, of: FloatArray) -> float:
    """The share of the weight of the worlds with a figure that are `where`."""
    share = summarise(np.where(np.isfinite(of), where, np.nan), found.result.weights).mean
    return share or 0.0


def sets(share: float, se: float | None = None) -> str:
    """A share of the worlds, with its error, in words: `83 of 100 sets of assumptions`."""
    words = frequency(share, se)
    return "no set of assumptions" if words == "none" else f"{words} {SETS}"


def called(found: Material, arrangement: str) -> str:
    """An arrangement in quotation marks, as `label` has it."""
    return quoted(label(found, arrangement))


def label(found: Material, arrangement: str, short: bool = False) -> str:
    """The title of an arrangement, its short one where that is longer than a line or `short` is asked for.

    What is still longer is cut, unless another arrangement would then be called the same.
    """
    arrangements = found.model.scenario.arrangements

    def cut(name: str) -> str:
        title = found.arrangement_title(name)
        if short or len(title) > MOST_CHARACTERS:
            title = arrangements[name].labelled(name)
        return shortened(title, MOST_CHARACTERS)

    text = cut(arrangement)
    alone = sum(cut(name) == text for name in found.result.arrangements) == 1
    return text if alone else found.arrangement_title(arrangement)

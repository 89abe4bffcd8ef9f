"""Which one assumption parts the worlds most, and what a figure is towards the low and the high end of each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray
from backstop.questions.methods.box import Limit
from backstop.questions.words import limit_words, wordings
from backstop.worlds.result import Result
from backstop.worlds.statistics import Summary, effective_worlds, summarise

_CUTS = (0.25, 0.5, 0.75)
_MOST_VALUES = 6
_LEAST_SHARE = 0.05
_LEAST_WORLDS = 30.0
_ERRORS = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Worlds on one side of a cut: in words, which they are, shape (worlds,), and their share of the weight."""

    words: str
    inside: BoolArray
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Parting:
    """The assumption `name` cut in two where that explains most of one figure, the one at place `of` of those given.

    `explained`: the share of that figure's variance that lies between the two sides.
    """

    name: str
    low: Side
    high: Side
    explained: float
    of: int


@dataclass(frozen=True, slots=True)
class Lean:
    """A figure in the worlds towards the low and towards the high end of an assumption, with those ends in words."""

    name: str
    low: str
    high: str
    at_low: Summary
    at_high: Summary

    @property
    def size(self) -> float:
        """How far the two means are apart."""
        return abs((self.at_high.mean or 0.0) - (self.at_low.mean or 0.0))


def inside(values: FloatArray, side: Side) -> FloatArray:
    """`values` in the worlds of a side, NaN in the others."""
    return np.where(side.inside, values, np.nan)


def parting(result: Result, figures: Sequence[FloatArray]) -> Parting | None:
    """The assumption and the cut that explain most of one of `figures`, each of shape (worlds,); None without any."""
    weight = _weights(result)
    whole = float(weight.sum())
    spreads = [_spread(figure, weight) for figure in figures]
    best: tuple[float, int, str, Limit, Limit, BoolArray] | None = None
    for name, values in _uncertain(result):
        for low, high, below in _cuts(values):
            mass = float(weight[below].sum()) / whole
            if not _LEAST_SHARE <= mass <= 1 - _LEAST_SHARE:
                continue
            shares = [of.explained(below) for of in spreads]
            explained = max(shares)
            if best is None or explained > best[0] + 1e-12:
                best = explained, shares.index(explained), name, low, high, below
    if best is None or best[0] <= 0.0:
        return None
    explained, at, name, low, high, below = best
    if min(effective_worlds(weight[below]), effective_worlds(weight[~below])) < _LEAST_WORLDS:
        return None
    share = float(weight[below].sum() / weight.sum())
    of = wordings(result.model).get(name)
    return Parting(
        name,
        Side(limit_words(name, low, of), below, share),
        Side(limit_words(name, high, of), ~below, 1.0 - share),
        explained,
        at,
    )


def leans(result: Result, figure: FloatArray) -> list[Lean]:
    """How a figure, shape (worlds,), differs between the ends of each assumption, the largest difference first.

    The ends are the lowest and the highest third of the worlds, or the two extreme values of an assumption of few
    values. Differences within three of their errors are left out.
    """
    found = []
    parameters = result.model.scenario.parameters
    weight = _weights(result)
    for name, values in _uncertain(result):
        low, high = _ends(values)
        ends = [summarise(np.where(at, figure, np.nan), result.weights) for at in (low, high)]
        if any(end.mean is None for end in ends):
            continue
        of = parameters[name]
        title = of.labelled(name)
        lean = Lean(
            name,
            of.low.strip() or f"\u201c{title}\u201d is low",
            of.high.strip() or f"\u201c{title}\u201d is high",
            *ends,
        )
        if lean.size > _ERRORS * math.hypot(_error(figure, weight, low), _error(figure, weight, high)) > 0:
            found.append(lean)
    return sorted(found, key=lambda lean: -lean.size)


def _weights(result: Result) -> FloatArray:
    return np.ones(result.worlds) if result.weights is None else result.weights


def _uncertain(result: Result) -> Iterator[tuple[str, FloatArray]]:
    for name in result.model.scenario.parameters:
        values = np.asarray(result.parameters.get(name, 0.0), dtype=np.float64)
        if values.shape == (result.worlds,) and float(np.ptp(values)) > 0.0:
            yield name, values


def _cuts(values: FloatArray) -> Iterator[tuple[Limit, Limit, BoolArray]]:
    lowest, highest = float(values.min()), float(values.max())
    separate = np.unique(values[:2048])
    if len(separate) <= _MOST_VALUES and len(separate := np.unique(values)) <= _MOST_VALUES:
        for below, above in pairwise(separate):
            yield (
                Limit(lowest if below == lowest else None, float(below), lowest, highest, True),
                Limit(float(above), highest if above == highest else None, lowest, highest, True),
                values <= below,
            )
        return
    for cut in np.quantile(values, _CUTS):
        yield (
            Limit(None, float(cut), lowest, highest),
            Limit(float(cut), None, lowest, highest),
            values <= cut,
        )


def _ends(values: FloatArray) -> tuple[BoolArray, BoolArray]:
    low, high = np.quantile(values, (1 / 3, 2 / 3))
    separate = np.unique(values[:2048])
    if len(separate) <= _MOST_VALUES or not low < high:
        low, high = values.min(), values.max()
    return values <= low, values >= high


@dataclass(frozen=True, slots=True, eq=False)
class _Spread:
    """How a figure varies over worlds: by world its `weight`, nothing where it has no value, and weight times value.

    `total`, `mean`, `variance`: those of all worlds.
    """

    weight: FloatArray
    weighted: FloatArray
    total: float
    mean: float
    variance: float

    def explained(self, below: BoolArray) -> float:
        """The share of the variance that lies between the two sides of a cut."""
        mass = float(self.weight[below].sum())
        if self.total <= 0.0 or self.variance <= 1e-18 or not 0.0 < mass < self.total:
            return 0.0
        on_low = float(self.weighted[below].sum())
        low, high = on_low / mass, (self.total * self.mean - on_low) / (self.total - mass)
        return mass * (self.total - mass) * (high - low) ** 2 / self.total**2 / self.variance


def _spread(figure: FloatArray, weight: FloatArray) -> _Spread:
    known = np.isfinite(figure)
    w, y = np.where(known, weight, 0.0), np.where(known, figure, 0.0)
    total = float(w.sum())
    mean = float((w * y).sum()) / total if total > 0.0 else 0.0
    variance = float((w * (y - mean) ** 2).sum()) / total if total > 0.0 else 0.0
    return _Spread(w, w * y, total, mean, variance)


def _error(figure: FloatArray, weight: FloatArray, at: BoolArray) -> float:
    """The error of a mean in the worlds `at`, by their spread and their effective number."""
    known = at & np.isfinite(figure)
    w, y = weight[known], figure[known]
    if len(y) < 2 or float(w.sum()) <= 0.0:
        return math.inf
    mean = float(np.average(y, weights=w))
    return math.sqrt(float(np.average((y - mean) ** 2, weights=w)) / effective_worlds(w))

"""A distribution on the condition that its number lies in a range."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import FloatArray
from backstop.scenario.distribution.distribution import Distribution

LEAST_PROBABILITY = 1e-12
"""A range less likely than this cannot be a condition: rounding would decide what is drawn in it."""

_NODES = 256


@dataclass(frozen=True, slots=True)
class Truncated(Distribution):
    """`base` given that it lies in [low, high], both ends included; the range must have a probability.

    >>> from backstop.scenario.distribution.straight import Uniform
    >>> Truncated(Uniform(0, 4), 1, 2).median
    1.5
    """

    base: Distribution
    low: float
    high: float

    @property
    def interval(self) -> tuple[float, float]:
        """The probabilities of less than `low` and of at most `high`, without the condition."""
        return _below(self.base, self.low), float(self.base.cdf(self.high))

    @property
    def probability(self) -> float:
        """The probability of the range."""
        first, last = self.interval
        if first < 0.5:
            return last - first
        # From the upper tail, where differences of small numbers keep their digits.
        return (
            float(self.base.survival(self.low))
            + self.base.atoms.get(self.low, 0.0)
            - float(self.base.survival(self.high))
        )

    def quantile(self, u: ArrayLike) -> FloatArray:
        first, last = self.interval
        inside = first + np.asarray(u, dtype=np.float64) * (last - first)
        return np.clip(self.base.quantile(np.clip(inside, 2.0**-53, 1.0 - 2.0**-53)), *self.support)

    def cdf(self, x: ArrayLike) -> FloatArray:
        x = np.asarray(x, dtype=np.float64)
        share = (self.base.cdf(np.minimum(x, self.high)) - self.interval[0]) / self.probability
        return np.where(x < self.low, 0.0, np.clip(share, 0.0, 1.0))

    def survival(self, x: ArrayLike) -> FloatArray:
        x = np.asarray(x, dtype=np.float64)
        beyond = self.base.survival(np.maximum(x, self.low)) - float(self.base.survival(self.high))
        return np.where(x < self.low, 1.0, np.clip(beyond / self.probability, 0.0, 1.0))

    def log_density(self, x: ArrayLike) -> FloatArray:
        x = np.asarray(x, dtype=np.float64)
        inside = (self.low <= x) & (x <= self.high)
        return np.where(inside, self.base.log_density(x) - math.log(self.probability), -np.inf)

    @property
    def mean(self) -> float:
        if self.atoms and math.isclose(sum(self.atoms.values()), 1.0, rel_tol=1e-9):
            return math.fsum(value * share for value, share in self.atoms.items())
        nodes, weights = np.polynomial.legendre.leggauss(_NODES)
        return float((self.quantile(0.5 * (nodes + 1.0)) * weights).sum() / 2.0)

    @property
    def support(self) -> tuple[float, float]:
        first, last = self.base.support
        low, high = max(first, self.low), min(last, self.high)
        if self.base.atoms and math.isclose(sum(self.base.atoms.values()), 1.0, rel_tol=1e-12):
            inside = list(self.atoms)
            return min(inside), max(inside)
        return low, high

    @property
    def atoms(self) -> Mapping[float, float]:
        inside = {v: p for v, p in self.base.atoms.items() if self.low <= v <= self.high}
        if not inside:
            return {}
        whole = self.probability
        return {value: share / whole for value, share in inside.items()}


def conditioned(base: Distribution | float, low: float, high: float) -> Distribution | float | None:
    """`base` given that it lies in [low, high]: a number where one value is left, None where nothing is.

    A single value (`low` = `high`) of a number with a density is a condition as well, where it has a density.
    """
    if not isinstance(base, Distribution):
        return base if low <= base <= high else None
    if low == high:
        if low in base.atoms:
            return low
        first, last = base.support
        with np.errstate(all="ignore"):
            density = float(base.log_density(low)) if first <= low <= last else -math.inf
        return low if density > -math.inf else None
    found = Truncated(base, low, high)
    if not found.probability >= LEAST_PROBABILITY:
        return None
    if len(found.atoms) == 1 and math.isclose(next(iter(found.atoms.values())), 1.0, rel_tol=1e-12):
        return next(iter(found.atoms))
    return found


def scores_interval(base: Distribution, low: float, high: float) -> tuple[float, float]:
    """Probabilities between which the uniform of `base` lies, given that its number lies in [low, high]."""
    if low == high and low not in base.atoms:
        at = float(base.cdf(low))
        return at, at
    return _below(base, low), float(base.cdf(high))


def _below(base: Distribution, x: float) -> float:
    """The probability of less than x."""
    return max(0.0, float(base.cdf(x)) - base.atoms.get(x, 0.0))

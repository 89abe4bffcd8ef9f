"""The distribution of a number that takes single values: some with weights, or one that is certain."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import FloatArray
from backstop.scenario.distribution.distribution import Distribution, DistributionError, require_finite


@dataclass(frozen=True, slots=True)
class Discrete(Distribution):
    """Some values with weights, scaled to sum to 1. Values are kept in ascending order.

    >>> Discrete([5, 1], [3, 1]).mean
    4.0
    """

    values: tuple[float, ...]
    weights: tuple[float, ...]

    def __init__(self, values: Iterable[float], weights: Iterable[float]) -> None:
        pairs = list(zip(values, weights, strict=True))
        if not pairs:
            raise DistributionError("discrete: at least one value with its weight is needed")
        for value, weight in pairs:
            require_finite("discrete", **{"a value": value})
            require_finite("discrete", **{f"the weight of {value:g}": weight})
            if not weight > 0:
                raise DistributionError(
                    f"discrete: weights must be greater than 0, and the weight of {value:g} is {weight:g}"
                )
        pairs.sort()
        if len({value for value, _ in pairs}) < len(pairs):
            raise DistributionError("discrete: a value stands twice")
        total = math.fsum(weight for _, weight in pairs)
        if not math.isfinite(total):
            raise DistributionError("discrete: the weights are too large to add up")
        object.__setattr__(self, "values", tuple(float(value) for value, _ in pairs))
        object.__setattr__(self, "weights", tuple(weight / total for _, weight in pairs))

    def _levels(self) -> FloatArray:
        """The cdf at the values, each sum rounded once, the last exactly 1."""
        sums = [math.fsum(self.weights[: count + 1]) for count in range(len(self.weights) - 1)]
        return np.minimum([*sums, 1.0], 1.0)

    def quantile(self, u: ArrayLike) -> FloatArray:
        at = np.searchsorted(self._levels(), np.asarray(u, dtype=np.float64), side="left")
        return np.asarray(self.values, dtype=np.float64)[np.minimum(at, len(self.values) - 1)]

    def cdf(self, x: ArrayLike) -> FloatArray:
        levels = np.concatenate(([0.0], self._levels()))
        return levels[np.searchsorted(self.values, np.asarray(x, dtype=np.float64), side="right")]

    def survival(self, x: ArrayLike) -> FloatArray:
        levels = np.concatenate((np.cumsum(self.weights[::-1])[::-1], [0.0]))
        levels[0] = 1.0
        return levels[np.searchsorted(self.values, np.asarray(x, dtype=np.float64), side="right")]

    def log_density(self, x: ArrayLike) -> FloatArray:
        x = np.asarray(x, dtype=np.float64)
        at = np.minimum(np.searchsorted(self.values, x, side="left"), len(self.values) - 1)
        return np.where(np.asarray(self.values)[at] == x, np.log(self.weights)[at], -np.inf)

    @property
    def mean(self) -> float:
        return math.fsum(value * weight for value, weight in zip(self.values, self.weights, strict=True))

    @property
    def support(self) -> tuple[float, float]:
        return self.values[0], self.values[-1]

    @property
    def atoms(self) -> Mapping[float, float]:
        return dict(zip(self.values, self.weights, strict=True))

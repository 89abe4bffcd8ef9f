"""What a distribution of an uncertain parameter gives: quantiles, probabilities, densities, mean, median, support.

Quantiles are the way in: every draw of a parameter is its quantile at a uniform, so they are vectorised, do not
decrease, and keep their accuracy in both tails. All classes are frozen; wrong arguments raise DistributionError.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import FloatArray


class DistributionError(ValueError):
    """A distribution whose arguments make no sense; the message is for people."""

    @property
    def message(self) -> str:
        """What is wrong."""
        return str(self.args[0])


class Distribution(ABC):
    """The distribution of one number. `u` lies strictly between 0 and 1; arrays may have any shape."""

    __slots__ = ()

    @abstractmethod
    def quantile(self, u: ArrayLike) -> FloatArray:
        """The smallest x with cdf(x) >= u."""

    @abstractmethod
    def cdf(self, x: ArrayLike) -> FloatArray:
        """The probability of a value of at most x."""

    @abstractmethod
    def survival(self, x: ArrayLike) -> FloatArray:
        """The probability of a value above x, accurate where that is small."""

    @abstractmethod
    def log_density(self, x: ArrayLike) -> FloatArray:
        """The logarithm of the density at x, -inf outside the support; of the probability for atoms."""

    @property
    @abstractmethod
    def mean(self) -> float:
        """The expectation."""

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """The smallest and the largest possible value, which may be infinite."""

    @property
    def median(self) -> float:
        """The quantile at one half."""
        return float(self.quantile(0.5))

    @property
    def atoms(self) -> Mapping[float, float]:
        """Values that have a probability of their own, with it."""
        return {}

    @property
    def is_continuous(self) -> bool:
        """Whether the distribution has a density and no atoms."""
        return not self.atoms


def require_finite(kind: str, **arguments: float) -> None:
    """Raises DistributionError where one of the named arguments is not a finite number."""
    for name, value in arguments.items():
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            raise DistributionError(f"{kind}: {name} must be a number, and it is {value!r}")
        if abs(value) > 1e300 or not math.isfinite(value):
            raise DistributionError(f"{kind}: {name} must be a finite number, and it is {value}")


def require_interval(kind: str, low: float, high: float, names: tuple[str, str]) -> None:
    """Raises DistributionError unless low < high and their distance is a finite number."""
    if not low < high:
        same = "; a fixed number is written value: x" if low == high else ""
        raise DistributionError(
            f"{kind}: {names[0]} must be less than {names[1]}, and they are {low:g} and {high:g}{same}"
        )
    if not math.isfinite(high - low):
        raise DistributionError(f"{kind}: the range from {low:g} to {high:g} is too wide to compute with")


def require_mode(kind: str, low: float, mode: float, high: float) -> None:
    """Raises DistributionError unless low <= mode <= high and low < high."""
    require_finite(kind, low=low, mode=mode, high=high)
    require_interval(kind, low, high, ("low", "high"))
    if not low <= mode <= high:
        raise DistributionError(
            f"{kind}: the mode must lie between low and high, and {mode:g} is not between {low:g} and {high:g}"
        )

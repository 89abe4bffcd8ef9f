"""Families of distributions for uncertain parameters: quantiles, probabilities, densities and moments.

Quantiles are the way in: every draw of a parameter is its quantile at a uniform, so they are vectorised, do not
decrease, and keep their accuracy in both tails. All classes are frozen; wrong arguments raise DistributionError.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Uniform(Distribution):
    """Every value between low and high alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        require_finite("uniform", a=self.low, b=self.high)
        require_interval("uniform", self.low, self.high, ("a", "b"))

    def quantile(self, u: ArrayLike) -> FloatArray:
        return np.minimum(self.low + (self.high - self.low) * np.asarray(u, dtype=np.float64), self.high)

    def cdf(self, x: ArrayLike) -> FloatArray:
        return np.clip((np.asarray(x, dtype=np.float64) - self.low) / (self.high - self.low), 0.0, 1.0)

    def survival(self, x: ArrayLike) -> FloatArray:
        return np.clip((self.high - np.asarray(x, dtype=np.float64)) / (self.high - self.low), 0.0, 1.0)

    def log_density(self, x: ArrayLike) -> FloatArray:
        x = np.asarray(x, dtype=np.float64)
        return np.where((x >= self.low) & (x <= self.high), -math.log(self.high - self.low), -np.inf)

    @property
    def mean(self) -> float:
        return self.low + 0.5 * (self.high - self.low)

    @property
    def support(self) -> tuple[float, float]:
        return float(self.low), float(self.high)


@dataclass(frozen=True, slots=True)
class Triangular(Distribution):
    """A density that rises in a straight line from low to mode and falls in one to high."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        require_mode("triangular", self.low, self.mode, self.high)

    def quantile(self, u: ArrayLike) -> FloatArray:
        u = np.asarray(u, dtype=np.float64)
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        rising = np.minimum(self.low + math.sqrt(width) * np.sqrt(u * left), self.mode)
        falling = np.maximum(self.high - math.sqrt(width) * np.sqrt((1.0 - u) * right), self.mode)
        return np.where(u * width < left, rising, falling)

    def cdf(self, x: ArrayLike) -> FloatArray:
        rising, falling = self._areas(x)
        return np.where(np.asarray(x) < self.mode, rising, 1.0 - falling)

    def survival(self, x: ArrayLike) -> FloatArray:
        rising, falling = self._areas(x)
        return np.where(np.asarray(x) < self.mode, 1.0 - rising, falling)

    def _areas(self, x: ArrayLike) -> tuple[FloatArray, FloatArray]:
        x = np.clip(np.asarray(x, dtype=np.float64), self.low, self.high)
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        rising = ((x - self.low) / width) * ((x - self.low) / left) if left > 0 else np.zeros_like(x)
        falling = ((self.high - x) / width) * ((self.high - x) / right) if right > 0 else np.zeros_like(x)
        return rising, falling

    def log_density(self, x: ArrayLike) -> FloatArray:
        x = np.asarray(x, dtype=np.float64)
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        share = np.ones_like(x)
        if left > 0:
            share = np.where(x < self.mode, (x - self.low) / left, share)
        if right > 0:
            share = np.where(x > self.mode, (self.high - x) / right, share)
        inside = (x >= self.low) & (x <= self.high)
        with np.errstate(divide="ignore"):
            return np.log(np.where(inside, np.maximum(share, 0.0), 0.0)) + math.log(2 / width)

    @property
    def mean(self) -> float:
        return self.low + ((self.mode - self.low) + (self.high - self.low)) / 3

    @property
    def support(self) -> tuple[float, float]:
        return float(self.low), float(self.high)

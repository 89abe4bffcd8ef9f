"""Distributions of numbers whose logarithm has a distribution known by name: loguniform and lognormal."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import FloatArray
from backstop.scenario.distribution.distribution import (
    Distribution,
    DistributionError,
    require_finite,
    require_interval,
)
from backstop.scenario.distribution.normal import Normal
from backstop.scenario.distribution.straight import Uniform

# Beyond this e to its power overflows, and a loguniform quantile is taken as a whole from its logarithm.
_MOST_RATIO = 700.0


class _Exponential(Distribution):
    """e to the power of a number with the distribution `logarithm`."""

    __slots__ = ()

    @property
    @abstractmethod
    def logarithm(self) -> Distribution:
        """The distribution of the logarithm."""

    def quantile(self, u: ArrayLike) -> FloatArray:
        x: FloatArray = np.exp(self.logarithm.quantile(u))
        return np.clip(x, *self.support)

    def cdf(self, x: ArrayLike) -> FloatArray:
        return self.logarithm.cdf(_log(x))

    def survival(self, x: ArrayLike) -> FloatArray:
        return self.logarithm.survival(_log(x))

    def log_density(self, x: ArrayLike) -> FloatArray:
        low, high = self.support
        inside = (np.asarray(x) > 0) & (np.asarray(x) >= low) & (np.asarray(x) <= high)
        log = _log(np.where(inside, x, 1.0 if math.isinf(high) else low))
        density = self.logarithm.log_density(np.clip(log, *self.logarithm.support))
        return np.where(inside, density - log, -np.inf)


def _log(x: ArrayLike) -> FloatArray:
    with np.errstate(divide="ignore"):
        logarithm: FloatArray = np.log(np.maximum(np.asarray(x, dtype=np.float64), 0.0))
    return logarithm


@dataclass(frozen=True, slots=True)
class LogUniform(_Exponential):
    """A number whose logarithm is uniform: every order of magnitude between low and high alike.

    >>> round(LogUniform(0.01, 100).median, 12)
    1.0
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        require_finite("loguniform", a=self.low, b=self.high)
        if not self.low > 0:
            raise DistributionError(f"loguniform: a must be greater than 0, and it is {self.low:g}")
        require_interval("loguniform", self.low, self.high, ("a", "b"))
        if not math.log(self.low) < math.log(self.high):
            raise DistributionError(
                f"loguniform: {self.low:g} and {self.high:g} lie too close to compute with"
            )

    @property
    def logarithm(self) -> Uniform:
        return Uniform(math.log(self.low), math.log(self.high))

    def quantile(self, u: ArrayLike) -> FloatArray:
        ratio = math.log(self.high) - math.log(self.low)
        if ratio > _MOST_RATIO:
            return _Exponential.quantile(self, u)
        return np.clip(self.low * np.exp(ratio * np.asarray(u, dtype=np.float64)), self.low, self.high)

    @property
    def mean(self) -> float:
        return (self.high - self.low) / (math.log(self.high) - math.log(self.low))

    @property
    def support(self) -> tuple[float, float]:
        return float(self.low), float(self.high)


@dataclass(frozen=True, slots=True)
class LogNormal(_Exponential):
    """A number whose logarithm is normal with mean mu and standard deviation sigma.

    >>> LogNormal(0, 1).median
    1.0
    """

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        require_finite("lognormal", mu=self.mu, sigma=self.sigma)
        if not self.sigma > 0:
            raise DistributionError(f"lognormal: sigma must be greater than 0, and it is {self.sigma:g}")
        if not abs(self.mu) + 8.5 * self.sigma < 700:
            raise DistributionError(
                f"lognormal: mu = {self.mu:g} and sigma = {self.sigma:g} give numbers too large or too small to "
                "compute with; both are of the logarithm"
            )

    @property
    def logarithm(self) -> Normal:
        return Normal(self.mu, self.sigma)

    @property
    def mean(self) -> float:
        power = self.mu + 0.5 * self.sigma**2
        return math.exp(power) if power < 709 else math.inf

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, math.inf

"""The normal distribution, cut at bounds where there are any."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from backstop.base import special
from backstop.base.arrays import FloatArray
from backstop.scenario.distribution.distribution import (
    Distribution,
    DistributionError,
    require_finite,
    require_interval,
)

_LOG_ROOT_TWO_PI = 0.5 * math.log(2 * math.pi)
# The smallest and the largest level that the mean is integrated between.
_LEAST_LEVEL, _MOST_LEVEL = 1e-17, 1.0 - 1.2e-16


class _Cut(NamedTuple):
    """What lies between the bounds of a standard normal, turned round where both lie above 0.

    So tails keep their accuracy. `below` and `above` are the probabilities outside `low` and `high`.
    """

    turned: bool
    low: float
    high: float
    below: float
    above: float

    @property
    def mass(self) -> float:
        """The probability between the bounds."""
        return float(special.ndtr(self.high)) - self.below


def _cut(low: float, high: float) -> _Cut:
    turned = low > 0
    if turned:
        low, high = -high, -low
    return _Cut(turned, low, high, float(special.ndtr(low)), float(special.ndtr(-high)))


@dataclass(frozen=True, slots=True)
class Normal(Distribution):
    """A normal distribution; with bounds it is cut there and what is left scaled up to 1.

    `location` and `scale` are the mean and standard deviation before cutting.

    >>> Normal(3, 2).median
    3.0
    >>> Normal(0, 1, bounds=(0, 9)).support
    (0.0, 9.0)
    """

    location: float
    scale: float
    bounds: tuple[float, float] | None = None
    _standard: _Cut = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_finite("normal", mean=self.location, sd=self.scale)
        if not self.scale > 0:
            raise DistributionError(f"normal: sd must be greater than 0, and it is {self.scale:g}")
        low, high = -math.inf, math.inf
        if self.bounds is not None:
            require_finite("normal", **{"the lower bound": self.bounds[0], "the upper bound": self.bounds[1]})
            require_interval("normal", *self.bounds, ("the lower bound", "the upper bound"))
            low, high = ((bound - self.location) / self.scale for bound in self.bounds)
        cut = _cut(low, high)
        if not cut.mass > 1e-290 or not cut.low < cut.high:
            raise DistributionError(
                f"normal: hardly any of the distribution lies between the bounds {self.bounds}: "
                "choose bounds nearer to the mean, or uniform between them"
            )
        object.__setattr__(self, "_standard", cut)

    def quantile(self, u: ArrayLike) -> FloatArray:
        # The normal quantile of the share of the whole that u is, taken from the nearer tail.
        u = np.asarray(u, dtype=np.float64)
        if self.bounds is None:
            return self.location + self.scale * np.asarray(special.ndtri(u))
        cut, rest = self._standard, 1.0 - u
        if cut.turned:
            u, rest = rest, u
        lower, upper = cut.below + u * cut.mass, cut.above + rest * cut.mass
        z = np.asarray(special.ndtri(np.minimum(lower, upper)))
        z = np.where(lower <= upper, z, -z)
        return np.clip(self.location + self.scale * (-z if cut.turned else z), *self.bounds)

    def _shares(self, x: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """The shares of what lies between the bounds up to x and beyond it."""
        cut = self._standard
        z = (np.asarray(x, dtype=np.float64) - self.location) / self.scale
        z = np.clip(-z if cut.turned else z, cut.low, cut.high)
        below = (special.ndtr(z) - cut.below) / cut.mass
        above = (special.ndtr(-z) - cut.above) / cut.mass
        lower = np.clip(np.where(z <= 0, below, 1.0 - above), 0.0, 1.0)
        upper = np.clip(np.where(z <= 0, 1.0 - below, above), 0.0, 1.0)
        return (upper, lower) if cut.turned else (lower, upper)

    def cdf(self, x: ArrayLike) -> FloatArray:
        return self._shares(x)[0]

    def survival(self, x: ArrayLike) -> FloatArray:
        return self._shares(x)[1]

    def log_density(self, x: ArrayLike) -> FloatArray:
        x = np.asarray(x, dtype=np.float64)
        z = (x - self.location) / self.scale
        density = -0.5 * z * z - _LOG_ROOT_TWO_PI - math.log(self.scale) - math.log(self._standard.mass)
        low, high = self.support
        return np.where((x >= low) & (x <= high), density, -np.inf)

    @property
    def mean(self) -> float:
        if self.bounds is None:
            return float(self.location)
        # The closed form loses all digits for narrow bounds, so the mean is integrated over the range that holds all
        # but 1e-17 of the mass; 200 Gauss-Legendre points are exact there to rounding.
        low, high = self.quantile(np.array([_LEAST_LEVEL, _MOST_LEVEL]))
        nodes, weights = np.polynomial.legendre.leggauss(200)
        x = 0.5 * (low + high) + 0.5 * (high - low) * nodes
        log_weight = self.log_density(x)
        weight = weights * np.exp(log_weight - log_weight.max())
        return float((weight / weight.sum()) @ x)

    @property
    def support(self) -> tuple[float, float]:
        low, high = self.bounds or (-math.inf, math.inf)
        return float(low), float(high)

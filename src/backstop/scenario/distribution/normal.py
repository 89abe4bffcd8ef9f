"""The normal distribution, cut at bounds where there are any, and the lognormal."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from backstop.scenario.distribution.families import (
    Distribution,
    DistributionError,
    require_finite,
    require_interval,
)

Array = NDArray[np.float64]

_LOG_ROOT_TWO_PI = 0.5 * math.log(2 * math.pi)
# The smallest and the largest level that moments are integrated between.
_LEAST_LEVEL, _MOST_LEVEL = 1e-17, 1.0 - 1.2e-16


@dataclass(frozen=True, slots=True)
class Normal(Distribution):
    """A normal distribution; with bounds it is cut there and what is left scaled up to 1.

    `location` and `scale` are the mean and standard deviation before cutting.
    """

    location: float
    scale: float
    bounds: tuple[float, float] | None = None
    # The bounds in standard units, turned round where both lie above the mean, so that tails keep their accuracy.
    _turned: bool = field(init=False, repr=False, compare=False)
    _alpha: float = field(init=False, repr=False, compare=False)
    _beta: float = field(init=False, repr=False, compare=False)
    _below: float = field(init=False, repr=False, compare=False)
    _above: float = field(init=False, repr=False, compare=False)
    _mass: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_finite("normal", mean=self.location, sd=self.scale)
        if not self.scale > 0:
            raise DistributionError(f"normal: sd must be greater than 0, and it is {self.scale:g}")
        alpha, beta = -math.inf, math.inf
        if self.bounds is not None:
            require_finite("normal", **{"the lower bound": self.bounds[0], "the upper bound": self.bounds[1]})
            require_interval("normal", *self.bounds, ("the lower bound", "the upper bound"))
            alpha, beta = ((bound - self.location) / self.scale for bound in self.bounds)
        turned = alpha > 0
        if turned:
            alpha, beta = -beta, -alpha
        below, above = float(special.ndtr(alpha)), float(special.ndtr(-beta))
        mass = float(special.ndtr(beta)) - below
        if not mass > 1e-290 or not alpha < beta:
            raise DistributionError(
                f"normal: hardly any of the distribution lies between the bounds {self.bounds}: "
                "choose bounds nearer to the mean, or uniform between them"
            )
        for name, value in (
            ("_turned", turned),
            ("_alpha", alpha),
            ("_beta", beta),
            ("_below", below),
            ("_above", above),
            ("_mass", mass),
        ):
            object.__setattr__(self, name, value)

    def quantile(self, u: ArrayLike) -> Array:
        """The normal quantile of the share of the whole that u is, taken from the nearer tail."""
        u = np.asarray(u, dtype=np.float64)
        if self.bounds is None:
            return self.location + self.scale * np.asarray(special.ndtri(u))
        low, high = self.bounds
        rest = 1.0 - u
        if self._turned:
            u, rest = rest, u
        lower, upper = self._below + u * self._mass, self._above + rest * self._mass
        near = np.minimum(lower, upper)
        z = np.asarray(special.ndtri(near))
        z = np.where(lower <= upper, z, -z)
        return np.clip(self.location + self.scale * (-z if self._turned else z), low, high)

    def _standard(self, x: ArrayLike) -> Array:
        z = (np.asarray(x, dtype=np.float64) - self.location) / self.scale
        return np.clip(-z if self._turned else z, self._alpha, self._beta)

    def _lower_share(self, z: Array) -> Array:
        below = (special.ndtr(z) - self._below) / self._mass
        above = (special.ndtr(-z) - self._above) / self._mass
        share: Array = np.clip(np.where(z <= 0, below, 1.0 - above), 0.0, 1.0)
        return share

    def _upper_share(self, z: Array) -> Array:
        below = (special.ndtr(z) - self._below) / self._mass
        above = (special.ndtr(-z) - self._above) / self._mass
        share: Array = np.clip(np.where(z <= 0, 1.0 - below, above), 0.0, 1.0)
        return share

    def cdf(self, x: ArrayLike) -> Array:
        """The share of what lies between the bounds up to x."""
        z = self._standard(x)
        return self._upper_share(z) if self._turned else self._lower_share(z)

    def survival(self, x: ArrayLike) -> Array:
        """The share of what lies between the bounds beyond x."""
        z = self._standard(x)
        return self._lower_share(z) if self._turned else self._upper_share(z)

    def log_density(self, x: ArrayLike) -> Array:
        """The normal log density, less the logarithm of the mass between the bounds."""
        x = np.asarray(x, dtype=np.float64)
        z = (x - self.location) / self.scale
        density = -0.5 * z * z - _LOG_ROOT_TWO_PI - math.log(self.scale) - math.log(self._mass)
        low, high = self.support
        return np.where((x >= low) & (x <= high), density, -np.inf)

    def _moments(self) -> tuple[float, float]:
        # The closed form loses all digits for narrow bounds, so the moments are integrated over the range that holds
        # all but 1e-17 of the mass; 200 Gauss-Legendre points are exact there to rounding.
        low, high = self.quantile(np.array([_LEAST_LEVEL, _MOST_LEVEL]))
        nodes, weights = np.polynomial.legendre.leggauss(200)
        x = 0.5 * (low + high) + 0.5 * (high - low) * nodes
        log_weight = self.log_density(x)
        weight = weights * np.exp(log_weight - log_weight.max())
        weight = weight / weight.sum()
        mean = float(weight @ x)
        return mean, math.sqrt(float(weight @ (x - mean) ** 2))

    @property
    def mean(self) -> float:
        """The mean after cutting."""
        return float(self.location) if self.bounds is None else self._moments()[0]

    @property
    def sd(self) -> float:
        """The standard deviation after cutting."""
        return float(self.scale) if self.bounds is None else self._moments()[1]

    @property
    def support(self) -> tuple[float, float]:
        """The bounds."""
        return (
            (-math.inf, math.inf) if self.bounds is None else (float(self.bounds[0]), float(self.bounds[1]))
        )


@dataclass(frozen=True, slots=True)
class LogNormal(Distribution):
    """A number whose logarithm is normal with mean mu and standard deviation sigma."""

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

    def quantile(self, u: ArrayLike) -> Array:
        """exp of the normal quantile."""
        z: Array = np.asarray(special.ndtri(u))
        x: Array = np.exp(self.mu + self.sigma * z)
        return x

    def _standard(self, x: ArrayLike) -> Array:
        with np.errstate(divide="ignore"):
            z: Array = (np.log(np.maximum(x, 0.0)) - self.mu) / self.sigma
        return z

    def cdf(self, x: ArrayLike) -> Array:
        """The normal cdf of the logarithm."""
        return np.asarray(special.ndtr(self._standard(x)))

    def survival(self, x: ArrayLike) -> Array:
        """The normal survival function of the logarithm."""
        return np.asarray(special.ndtr(-self._standard(x)))

    def log_density(self, x: ArrayLike) -> Array:
        """The normal log density of the logarithm, less the logarithm."""
        x = np.asarray(x, dtype=np.float64)
        inside = x > 0
        log_x = np.log(np.where(inside, x, 1.0))
        z = (log_x - self.mu) / self.sigma
        return np.where(inside, -0.5 * z * z - _LOG_ROOT_TWO_PI - math.log(self.sigma) - log_x, -np.inf)

    @property
    def mean(self) -> float:
        """exp(mu + sigma^2 / 2)."""
        power = self.mu + 0.5 * self.sigma**2
        return math.exp(power) if power < 709 else math.inf

    @property
    def sd(self) -> float:
        """The mean times the root of exp(sigma^2) - 1."""
        square = self.sigma**2
        return self.mean * math.sqrt(math.expm1(square)) if square < 709 else math.inf

    @property
    def support(self) -> tuple[float, float]:
        """All positive numbers."""
        return 0.0, math.inf

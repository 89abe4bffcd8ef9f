"""Families of distributions for uncertain parameters: quantiles, probabilities, densities and moments.

Quantiles are the way in: every draw of a parameter is its quantile at a uniform, so they are vectorised, do not
decrease, and keep their accuracy in both tails. All classes are frozen; wrong arguments raise DistributionError.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Array = NDArray[np.float64]

_LOG_ROOT_TWO_PI = 0.5 * math.log(2 * math.pi)
# The smallest and largest uniforms that are drawn, and a little beyond.
_EDGE = 1e-17


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
    def quantile(self, u: ArrayLike) -> Array:
        """The smallest x with cdf(x) >= u."""

    @abstractmethod
    def cdf(self, x: ArrayLike) -> Array:
        """The probability of a value of at most x."""

    @abstractmethod
    def survival(self, x: ArrayLike) -> Array:
        """The probability of a value above x, accurate where that is small."""

    @abstractmethod
    def log_density(self, x: ArrayLike) -> Array:
        """The logarithm of the density at x, -inf outside the support; of the probability for atoms."""

    @property
    @abstractmethod
    def mean(self) -> float:
        """The expectation."""

    @property
    @abstractmethod
    def sd(self) -> float:
        """The standard deviation."""

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


def _require_interval(kind: str, low: float, high: float, names: tuple[str, str]) -> None:
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
    _require_interval(kind, low, high, ("low", "high"))
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
        _require_interval("uniform", self.low, self.high, ("a", "b"))

    def quantile(self, u: ArrayLike) -> Array:
        """low + (high - low) u."""
        return np.minimum(self.low + (self.high - self.low) * np.asarray(u, dtype=np.float64), self.high)

    def cdf(self, x: ArrayLike) -> Array:
        """A straight line between low and high."""
        return np.clip((np.asarray(x, dtype=np.float64) - self.low) / (self.high - self.low), 0.0, 1.0)

    def survival(self, x: ArrayLike) -> Array:
        """A straight line down between low and high."""
        return np.clip((self.high - np.asarray(x, dtype=np.float64)) / (self.high - self.low), 0.0, 1.0)

    def log_density(self, x: ArrayLike) -> Array:
        """Constant between low and high."""
        x = np.asarray(x, dtype=np.float64)
        return np.where((x >= self.low) & (x <= self.high), -math.log(self.high - self.low), -np.inf)

    @property
    def mean(self) -> float:
        """The middle."""
        return self.low + 0.5 * (self.high - self.low)

    @property
    def sd(self) -> float:
        """The width over the root of 12."""
        return (self.high - self.low) / math.sqrt(12)

    @property
    def support(self) -> tuple[float, float]:
        """From low to high."""
        return float(self.low), float(self.high)


@dataclass(frozen=True, slots=True)
class Triangular(Distribution):
    """A density that rises in a straight line from low to mode and falls in one to high."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        require_mode("triangular", self.low, self.mode, self.high)

    def quantile(self, u: ArrayLike) -> Array:
        """The root of the quadratic on the side of the mode where u lies."""
        u = np.asarray(u, dtype=np.float64)
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        rising = np.minimum(self.low + math.sqrt(width) * np.sqrt(u * left), self.mode)
        falling = np.maximum(self.high - math.sqrt(width) * np.sqrt((1.0 - u) * right), self.mode)
        return np.where(u * width < left, rising, falling)

    def cdf(self, x: ArrayLike) -> Array:
        """Quadratic on both sides of the mode."""
        rising, falling = self._areas(x)
        return np.where(np.asarray(x) < self.mode, rising, 1.0 - falling)

    def survival(self, x: ArrayLike) -> Array:
        """Quadratic on both sides of the mode."""
        rising, falling = self._areas(x)
        return np.where(np.asarray(x) < self.mode, 1.0 - rising, falling)

    def _areas(self, x: ArrayLike) -> tuple[Array, Array]:
        x = np.clip(np.asarray(x, dtype=np.float64), self.low, self.high)
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        rising = ((x - self.low) / width) * ((x - self.low) / left) if left > 0 else np.zeros_like(x)
        falling = ((self.high - x) / width) * ((self.high - x) / right) if right > 0 else np.zeros_like(x)
        return rising, falling

    def log_density(self, x: ArrayLike) -> Array:
        """The logarithm of the triangle's height."""
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
        """The mean of the three numbers."""
        return self.low + ((self.mode - self.low) + (self.high - self.low)) / 3

    @property
    def sd(self) -> float:
        """From the three sides (a^2 + b^2 - a b) / 18."""
        width, left = self.high - self.low, self.mode - self.low
        return math.sqrt(max(width * width + left * left - width * left, 0.0) / 18)

    @property
    def support(self) -> tuple[float, float]:
        """From low to high."""
        return float(self.low), float(self.high)


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
            _require_interval("normal", *self.bounds, ("the lower bound", "the upper bound"))
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
        low, high = self.quantile(np.array([_EDGE, 1.0 - 1.2e-16]))
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


@dataclass(frozen=True, slots=True)
class LogUniform(Distribution):
    """A number whose logarithm is uniform: every order of magnitude between low and high alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        require_finite("loguniform", a=self.low, b=self.high)
        if not self.low > 0:
            raise DistributionError(f"loguniform: a must be greater than 0, and it is {self.low:g}")
        _require_interval("loguniform", self.low, self.high, ("a", "b"))

    @property
    def _ratio(self) -> float:
        return math.log(self.high) - math.log(self.low)

    def quantile(self, u: ArrayLike) -> Array:
        """low (high / low)^u."""
        u = np.asarray(u, dtype=np.float64)
        return np.clip(self.low * np.exp(self._ratio * u), self.low, self.high)

    def _logarithm(self, x: ArrayLike) -> Array:
        return np.log(np.clip(np.asarray(x, dtype=np.float64), self.low, self.high))

    def cdf(self, x: ArrayLike) -> Array:
        """A straight line in the logarithm."""
        return np.clip((self._logarithm(x) - math.log(self.low)) / self._ratio, 0.0, 1.0)

    def survival(self, x: ArrayLike) -> Array:
        """A straight line down in the logarithm."""
        return np.clip((math.log(self.high) - self._logarithm(x)) / self._ratio, 0.0, 1.0)

    def log_density(self, x: ArrayLike) -> Array:
        """1 / (x log(high / low)), in logarithms."""
        x = np.asarray(x, dtype=np.float64)
        density = -self._logarithm(x) - math.log(self._ratio)
        return np.where((x >= self.low) & (x <= self.high), density, -np.inf)

    @property
    def mean(self) -> float:
        """(high - low) / log(high / low)."""
        return (self.high - self.low) / self._ratio

    @property
    def sd(self) -> float:
        """From the second moment (high^2 - low^2) / (2 log(high / low))."""
        # With r = log(high / low) / 2 the variance is low high sinh(r) (r cosh(r) - sinh(r)) / r^2.
        r = 0.5 * self._ratio
        if r < 1:
            short = (
                r**3 / 3 * (1 + r**2 / 10 + r**4 / 280 + r**6 / 15120 + r**8 / 1330560 + r**10 / 172972800)
            )
            return math.sqrt(self.low) * math.sqrt(self.high) * math.sqrt(math.sinh(r) * short) / r
        second = 0.5 * (self.high - self.low) * (self.high + self.low) / self._ratio
        return math.sqrt(max(second - self.mean**2, 0.0))

    @property
    def support(self) -> tuple[float, float]:
        """From low to high."""
        return float(self.low), float(self.high)

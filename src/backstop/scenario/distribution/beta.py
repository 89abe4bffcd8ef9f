"""The beta distribution and the PERT distribution, which is a beta stretched between two ends.

Inverting the incomplete beta function takes microseconds a point, too long for a hundred thousand worlds and forty
parameters. The logit of the quantile is a smooth function of the logit of u, nearly a straight line in both tails, so
it is tabulated once for each pair of shapes as polynomials and checked against the inverse between their nodes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from backstop.scenario.distribution.families import (
    Distribution,
    DistributionError,
    require_finite,
    require_mode,
)

Array = NDArray[np.float64]

# Panels of width 1 in logit u from -40 to 40 (u down to 4e-18), each with a polynomial of this degree.
_REACH = 40
_DEGREE = 13
# Below this shape a quantile in reach can be smaller than any double; above the other the table loses digits.
_LEAST_SHAPE = 0.07
_MOST_SHAPE = 1e7
_TOLERANCE = 3e-12


def chebyshev_powers(degree: int) -> Array:
    """The matrix whose column k holds the coefficients of the k-th Chebyshev polynomial in powers of x."""
    matrix = np.zeros((degree + 1, degree + 1))
    for k in range(degree + 1):
        matrix[: k + 1, k] = np.polynomial.chebyshev.cheb2poly([0.0] * k + [1.0])
    return matrix


def _logit_quantile(a: float, b: float, s: Array) -> Array:
    """logit of the beta quantile at u = logistic(s) <= 1/2, polished by Newton steps on log u."""
    log_u = -np.log1p(np.exp(-s)) if np.all(s > -700) else s
    x = special.betaincinv(a, b, np.exp(log_u))
    y = np.log(x) - np.log1p(-x)
    log_scale = special.betaln(a, b)
    for _ in range(2):
        x = special.expit(y)
        share = special.betainc(a, b, x)
        # d log F / dy = f(x) x (1 - x) / F
        slope = np.exp(a * special.log_expit(y) + b * special.log_expit(-y) - log_scale) / share
        step = (np.log(share) - log_u) / slope
        y = y - np.where(np.isfinite(step), np.clip(step, -0.1, 0.1), 0.0)
    return np.asarray(y)


def _both_tails(a: float, b: float, s: Array) -> Array:
    """logit of the beta quantile at u = logistic(s), each half from its own tail."""
    lower = s <= 0
    y = np.empty_like(s)
    y[lower] = _logit_quantile(a, b, s[lower])
    y[~lower] = -_logit_quantile(b, a, -s[~lower])
    return y


@lru_cache(maxsize=4096)
def _table(a: float, b: float) -> Array | None:
    """Coefficients [degree, panel] of the logit quantile, or None where the table would not be accurate."""
    if min(a, b) < _LEAST_SHAPE or max(a, b) > _MOST_SHAPE:
        return None
    nodes = np.cos(np.pi * (np.arange(_DEGREE + 1) + 0.5) / (_DEGREE + 1))
    centres = np.arange(-_REACH, _REACH) + 0.5
    values = _both_tails(a, b, (centres[:, None] + 0.5 * nodes).ravel()).reshape(centres.size, nodes.size)
    chebyshev = np.polynomial.chebyshev.chebfit(nodes, values.T, _DEGREE)
    coefficients = chebyshev_powers(_DEGREE) @ chebyshev
    between = np.array([-0.97, -0.3, 0.2, 0.99])
    checked = (centres[:, None] + 0.5 * between).ravel()
    error = np.abs(_read(coefficients, checked) - _both_tails(a, b, checked))
    if not np.all(np.isfinite(coefficients)) or not error.max() <= _TOLERANCE:
        return None
    coefficients.flags.writeable = False
    return coefficients


def _read(coefficients: Array, s: Array) -> Array:
    shifted = s + _REACH
    panel = np.clip(shifted.astype(np.intp), 0, coefficients.shape[1] - 1)
    x = 2.0 * (shifted - panel) - 1.0
    y: Array = coefficients[-1].take(panel)
    for row in coefficients[-2::-1]:
        y *= x
        y += row.take(panel)
    return y


@dataclass(frozen=True, slots=True)
class Beta(Distribution):
    """The beta distribution on [0, 1]: k successes of n give a = k + 1, b = n - k + 1."""

    a: float
    b: float

    def __post_init__(self) -> None:
        require_finite("beta", a=self.a, b=self.b)
        for name, shape in (("a", self.a), ("b", self.b)):
            if not shape > 0:
                raise DistributionError(f"beta: {name} must be greater than 0, and it is {shape:g}")
            if not 1e-3 <= shape <= 1e12:
                raise DistributionError(
                    f"beta: {name} = {shape:g} is out of reach: it must lie between 0.001 and 1e12"
                )

    def quantile(self, u: ArrayLike) -> Array:
        """The inverse of the regularised incomplete beta function; relative error below 1e-11."""
        u = np.asarray(u, dtype=np.float64)
        table = _table(float(self.a), float(self.b)) if u.ndim else None
        if table is None:
            return np.asarray(special.betaincinv(self.a, self.b, u))
        flat = u.ravel()
        with np.errstate(divide="ignore", invalid="ignore"):
            s = np.log(flat / (1.0 - flat))
            far = ~(np.abs(s) < _REACH)
            if far.any():
                s[far] = 0.0
            x = 1.0 / (1.0 + np.exp(-_read(table, s)))
            if far.any():
                x[far] = special.betaincinv(self.a, self.b, flat[far])
        return x.reshape(u.shape)

    def cdf(self, x: ArrayLike) -> Array:
        """The regularised incomplete beta function."""
        return np.asarray(special.betainc(self.a, self.b, np.clip(x, 0.0, 1.0)))

    def survival(self, x: ArrayLike) -> Array:
        """Its complement."""
        return np.asarray(special.betaincc(self.a, self.b, np.clip(x, 0.0, 1.0)))

    def log_density(self, x: ArrayLike) -> Array:
        """(a - 1) log x + (b - 1) log(1 - x) - log B(a, b); inf at an end whose shape is below 1."""
        x = np.asarray(x, dtype=np.float64)
        inside = (x >= 0) & (x <= 1)
        held = np.where(inside, x, 0.5)
        density = (
            special.xlogy(self.a - 1, held)
            + special.xlog1py(self.b - 1, -held)
            - special.betaln(self.a, self.b)
        )
        return np.where(inside, density, -np.inf)

    @property
    def mean(self) -> float:
        """a / (a + b)."""
        return self.a / (self.a + self.b)

    @property
    def sd(self) -> float:
        """The root of a b / ((a + b)^2 (a + b + 1))."""
        total = self.a + self.b
        return math.sqrt((self.a / total) * (self.b / total) / (total + 1))

    @property
    def support(self) -> tuple[float, float]:
        """From 0 to 1."""
        return 0.0, 1.0


@dataclass(frozen=True, slots=True)
class Pert(Distribution):
    """The PERT distribution with weight 4 on the mode (Vose 2008): a beta with shapes 1 + 4 (m - a) / (b - a) and
    1 + 4 (b - m) / (b - a), stretched from a = low to b = high.
    """

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        require_mode("pert", self.low, self.mode, self.high)

    @property
    def shape(self) -> Beta:
        """The beta distribution of (x - low) / (high - low)."""
        width = self.high - self.low
        return Beta(1 + 4 * ((self.mode - self.low) / width), 1 + 4 * ((self.high - self.mode) / width))

    def _share(self, x: ArrayLike) -> Array:
        return (np.asarray(x, dtype=np.float64) - self.low) / (self.high - self.low)

    def quantile(self, u: ArrayLike) -> Array:
        """The beta quantile, stretched."""
        return np.minimum(self.low + (self.high - self.low) * self.shape.quantile(u), self.high)

    def cdf(self, x: ArrayLike) -> Array:
        """The beta cdf of the share of the way from low to high."""
        return self.shape.cdf(self._share(x))

    def survival(self, x: ArrayLike) -> Array:
        """The beta survival function of the share of the way from low to high."""
        return self.shape.survival(self._share(x))

    def log_density(self, x: ArrayLike) -> Array:
        """The beta log density, less the logarithm of the width."""
        return self.shape.log_density(self._share(x)) - math.log(self.high - self.low)

    @property
    def mean(self) -> float:
        """(low + 4 mode + high) / 6."""
        return self.low + (self.high - self.low) * self.shape.mean

    @property
    def sd(self) -> float:
        """The standard deviation of the beta, stretched."""
        return (self.high - self.low) * self.shape.sd

    @property
    def support(self) -> tuple[float, float]:
        """From low to high."""
        return float(self.low), float(self.high)

"""The beta distribution, and the PERT distribution, which is a beta stretched between two ends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from backstop.base import special
from backstop.base.arrays import FloatArray
from backstop.scenario.distribution.distribution import (
    Distribution,
    DistributionError,
    require_finite,
    require_mode,
)
from backstop.scenario.distribution.table import Table, places, tabulated

# The table covers logits of u from -40 to 40 (u down to 4e-18), counted from 0 there.
_REACH = 40
_DEGREE = 13
# Below this shape a quantile in reach can be smaller than any double.
_LEAST_SHAPE = 0.07
# Largest relative error of a quantile read from the table.
_TOLERANCE = 3e-12


@lru_cache(maxsize=4096)
def _table(a: float, b: float) -> Table:
    """The logit of the quantile, which is nearly a straight line in both tails."""
    start = np.arange(2 * _REACH, dtype=np.float64)
    s = start[:, None] - _REACH + 0.5 + 0.5 * places(_DEGREE)
    y = _both_tails(a, b, s)
    # An error of the logit moves the quantile by that times 1 - x.
    allowed = _TOLERANCE / np.maximum(special.expit(-y[:, _DEGREE + 1 :]), 1e-300)
    return tabulated(start, np.ones_like(start), y, allowed)


def _both_tails(a: float, b: float, s: FloatArray) -> FloatArray:
    """The logit of the quantile at u = logistic(s), each half from its own tail."""
    lower, y = s <= 0, np.empty_like(s)
    y[lower] = _lower_tail(a, b, s[lower])
    y[~lower] = -_lower_tail(b, a, -s[~lower])
    return y


def _lower_tail(a: float, b: float, s: FloatArray) -> FloatArray:
    """The logit of the quantile at u = logistic(s) <= 1/2, with digits of 1 - x by Newton steps on log u."""
    log_u = -np.log1p(np.exp(-s))
    x = special.betaincinv(a, b, np.exp(log_u))
    with np.errstate(divide="ignore", invalid="ignore"):
        y: FloatArray = np.log(x) - np.log1p(-x)
        for _ in range(2):
            share = special.betainc(a, b, special.expit(y))
            # d log F / dy = f(x) x (1 - x) / F
            density = a * special.log_expit(y) + b * special.log_expit(-y) - special.betaln(a, b)
            step = (np.log(share) - log_u) / (np.exp(density) / share)
            y = y - np.where(np.isfinite(step), np.clip(step, -0.1, 0.1), 0.0)
    return y


@dataclass(frozen=True, slots=True)
class Beta(Distribution):
    """The beta distribution on [0, 1]: k successes of n give a = k + 1, b = n - k + 1.

    Quantiles have a relative error below 1e-11.

    >>> Beta(8, 12).mean
    0.4
    >>> Beta(1, 1).quantile([0.25, 0.5])
    array([0.25, 0.5 ])
    """

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

    def quantile(self, u: ArrayLike) -> FloatArray:
        u = np.asarray(u, dtype=np.float64)
        if not u.ndim or min(self.a, self.b) < _LEAST_SHAPE:
            return np.asarray(special.betaincinv(self.a, self.b, u))
        table, flat = _table(float(self.a), float(self.b)), u.ravel()
        with np.errstate(divide="ignore"):
            s = np.log(flat / (1.0 - flat)) + _REACH
        panel = np.clip(s, 0, 2 * _REACH - 1).astype(np.intp)
        x = np.asarray(1.0 / (1.0 + np.exp(-table.read(panel, s))))
        exact = np.flatnonzero(~(table.holds[panel] & (s > 0) & (s < 2 * _REACH)))
        x[exact] = special.betaincinv(self.a, self.b, flat[exact])
        return x.reshape(u.shape)

    def cdf(self, x: ArrayLike) -> FloatArray:
        return np.asarray(special.betainc(self.a, self.b, np.clip(x, 0.0, 1.0)))

    def survival(self, x: ArrayLike) -> FloatArray:
        return np.asarray(special.betaincc(self.a, self.b, np.clip(x, 0.0, 1.0)))

    def log_density(self, x: ArrayLike) -> FloatArray:
        x = np.asarray(x, dtype=np.float64)
        inside = (x >= 0) & (x <= 1)
        held = np.where(inside, x, 0.5)
        density = special.xlogy(self.a - 1, held) + special.xlog1py(self.b - 1, -held)
        return np.where(inside, density - special.betaln(self.a, self.b), -np.inf)

    @property
    def mean(self) -> float:
        return self.a / (self.a + self.b)

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, 1.0


@dataclass(frozen=True, slots=True)
class Pert(Distribution):
    """The PERT distribution with weight 4 on the mode (Vose 2008).

    A beta with shapes 1 + 4 (m - a) / (b - a) and 1 + 4 (b - m) / (b - a), stretched from a = low to b = high.
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

    def _share(self, x: ArrayLike) -> FloatArray:
        return (np.asarray(x, dtype=np.float64) - self.low) / (self.high - self.low)

    def quantile(self, u: ArrayLike) -> FloatArray:
        return np.minimum(self.low + (self.high - self.low) * self.shape.quantile(u), self.high)

    def cdf(self, x: ArrayLike) -> FloatArray:
        return self.shape.cdf(self._share(x))

    def survival(self, x: ArrayLike) -> FloatArray:
        return self.shape.survival(self._share(x))

    def log_density(self, x: ArrayLike) -> FloatArray:
        return self.shape.log_density(self._share(x)) - math.log(self.high - self.low)

    @property
    def mean(self) -> float:
        return self.low + (self.high - self.low) * self.shape.mean

    @property
    def support(self) -> tuple[float, float]:
        return float(self.low), float(self.high)

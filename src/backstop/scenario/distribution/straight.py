"""Distributions whose density is made of straight lines: uniform and triangular."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import FloatArray
from backstop.scenario.distribution.distribution import (
    Distribution,
    require_finite,
    require_interval,
    require_mode,
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

"""Mixtures: what several experts say about one number, pooled by weight into one distribution (linear opinion pool).

A draw is the quantile of the mixture at one uniform, so that a pooled parameter takes one dimension like any other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from backstop.base import special
from backstop.base.arrays import FloatArray
from backstop.scenario.distribution.distribution import Distribution, DistributionError, require_finite
from backstop.scenario.distribution.table import Indices, Table, places, tabulated

# Normal scores at which the quantiles of every component become knots, so that each search starts in a narrow bracket.
_SCORES = np.linspace(-8.2, 8.2, 83)
_DEGREE = 12
_MOST_STEPS = 200
_EPS = float(np.finfo(np.float64).eps)


class _Knots(NamedTuple):
    """Points between which the mixture has no atom, kink or gap, and its probabilities there."""

    x: FloatArray
    below: FloatArray
    """P(X < x)."""
    upto: FloatArray
    """P(X <= x)."""
    beyond: FloatArray
    """P(X > x)."""
    from_: FloatArray
    """P(X >= x)."""


@dataclass(frozen=True, slots=True)
class Mixture(Distribution):
    """One of `components`, chosen with `weights` (scaled to sum to 1); components may be of any kind.

    >>> from backstop.scenario.distribution.straight import Uniform
    >>> Mixture((Uniform(0, 1), Uniform(0, 4)), (1, 1)).cdf(1.0)
    array(0.625)
    """

    components: tuple[Distribution, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.components:
            raise DistributionError("experts: at least one expert is needed")
        if len(self.components) != len(self.weights):
            raise DistributionError(
                f"experts: {len(self.components)} distributions and {len(self.weights)} weights do not match"
            )
        for weight in self.weights:
            require_finite("experts", **{"a weight": weight})
            if not weight > 0:
                raise DistributionError(f"experts: weights must be greater than 0, and one is {weight:g}")
        total = math.fsum(self.weights)
        if not math.isfinite(total):
            raise DistributionError("experts: the weights are too large to add up")
        object.__setattr__(self, "components", tuple(self.components))
        object.__setattr__(self, "weights", tuple(weight / total for weight in self.weights))

    def quantile(self, u: ArrayLike) -> FloatArray:
        # An atom, or the root between two knots: from the table where that holds, else sought.
        u = np.asarray(u, dtype=np.float64)
        if len(self.components) == 1:
            return self.components[0].quantile(u)
        knots, flat = _knots(self), u.ravel()
        lower, rest, last = flat <= 0.5, 1.0 - flat, knots.x.size - 1
        # The first knot up to which there is probability u, each half seen from its own tail.
        at = np.where(lower, np.searchsorted(knots.upto, flat), np.searchsorted(-knots.beyond, -rest))
        right = np.minimum(at, last)
        x = knots.x[right]
        sought = np.where(lower, knots.below[right] >= flat, knots.from_[right] <= rest) | (at > last)
        if u.ndim:
            table = _table(self)
            read = np.flatnonzero(sought & (at > 0) & (at <= last) & table.holds[right])
            left = right[read] - 1
            x[read] = np.clip(
                table.read(right[read], np.log(flat[read] / rest[read])), knots.x[left], x[read]
            )
            sought[read] = False
        if sought.any():
            x[sought] = self._root(at[sought], flat[sought], knots)
        return x.reshape(u.shape)

    def _excess(self, x: FloatArray, u: FloatArray) -> FloatArray:
        """What the probability up to x has more than u, taken from the tail in which u lies."""
        excess, lower = np.empty_like(u), u <= 0.5
        excess[lower] = self.cdf(x[lower]) - u[lower]
        excess[~lower] = (1.0 - u[~lower]) - self.survival(x[~lower])
        return excess

    def _root(self, at: Indices, u: FloatArray, knots: _Knots) -> FloatArray:
        """Quantiles that lie strictly before knot `at` and after the one before it."""
        right, left = np.minimum(at, knots.x.size - 1), np.maximum(at - 1, 0)
        low, high = knots.x[left], knots.x[right]
        f_low = np.where(u <= 0.5, knots.upto[left] - u, (1.0 - u) - knots.beyond[left])
        f_high = np.where(u <= 0.5, knots.below[right] - u, (1.0 - u) - knots.from_[right])
        outside = (at == 0) | (at == knots.x.size)
        if outside.any():
            # Beyond the outermost knots the quantiles of the components enclose that of the mixture.
            ends = np.stack([component.quantile(u[outside]) for component in self.components])
            low[outside], high[outside] = ends.min(axis=0), ends.max(axis=0)
            f_low[outside] = self._excess(low[outside], u[outside])
            f_high[outside] = self._excess(high[outside], u[outside])
        result = np.where(f_low >= 0, low, high)
        inside = np.flatnonzero((f_low < 0) & (f_high > 0) & (low < high))
        bracket = (each[inside] for each in (low, high, f_low, f_high))
        result[inside] = self._searched(u[inside], *bracket)
        return result

    def _searched(
        self, u: FloatArray, a: FloatArray, b: FloatArray, fa: FloatArray, fb: FloatArray
    ) -> FloatArray:
        """Chandrupatla's method (1997, Advances in Engineering Software 28), on all points at once."""
        result, span, active = np.empty_like(u), b - a, np.arange(u.size)
        t = np.clip(fa / (fa - fb), 0.01, 0.99)
        for _ in range(_MOST_STEPS):
            if not active.size:
                break
            x = a + t * (b - a)
            f = self._excess(x, u)
            same = np.sign(f) == np.sign(fa)
            c, fc = np.where(same, a, b), np.where(same, fa, fb)
            b, fb = np.where(same, b, a), np.where(same, fb, fa)
            a, fa = x, f
            best = np.where(np.abs(fa) < np.abs(fb), a, b)
            result[active] = best
            tolerance = 2 * _EPS * np.abs(best) + 1e-16 * span
            gap = np.abs(b - a)
            with np.errstate(all="ignore"):
                xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
                quadratic = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
                inverse = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (
                    fc - fb
                )
                t = np.where(quadratic & np.isfinite(inverse), inverse, 0.5)
                margin = np.minimum(tolerance / gap, 0.5)
            t = np.clip(t, margin, 1 - margin)
            on = (gap > 2 * tolerance) & (fa != 0)
            active, u, span, t, a, b, fa, fb = (each[on] for each in (active, u, span, t, a, b, fa, fb))
        return result

    def cdf(self, x: ArrayLike) -> FloatArray:
        return self._pooled(component.cdf(x) for component in self.components)

    def survival(self, x: ArrayLike) -> FloatArray:
        return self._pooled(component.survival(x) for component in self.components)

    def _pooled(self, shares: Iterable[FloatArray]) -> FloatArray:
        pairs = zip(self.weights, shares, strict=True)
        return np.asarray(np.minimum(sum(weight * share for weight, share in pairs), 1.0))

    def log_density(self, x: ArrayLike) -> FloatArray:
        # At an atom the logarithm of its probability: a component with an atom there outweighs every density.
        x = np.asarray(x, dtype=np.float64)
        terms, held = [], []
        for weight, component in zip(self.weights, self.components, strict=True):
            terms.append(math.log(weight) + component.log_density(x))
            held.append(np.isin(x, np.array(list(component.atoms), dtype=np.float64)))
        stacked, atoms = np.stack(terms), np.stack(held)
        pure = np.array([component.is_continuous for component in self.components])
        pure = pure.reshape(-1, *[1] * x.ndim)
        stacked = np.where(np.where(atoms.any(axis=0), atoms, pure | ~atoms), stacked, -np.inf)
        with np.errstate(all="ignore"):
            return np.asarray(np.logaddexp.reduce(stacked, axis=0))

    @property
    def mean(self) -> float:
        pairs = zip(self.weights, self.components, strict=True)
        return math.fsum(weight * component.mean for weight, component in pairs)

    @property
    def support(self) -> tuple[float, float]:
        ends = [component.support for component in self.components]
        return min(low for low, _ in ends), max(high for _, high in ends)

    @property
    def atoms(self) -> Mapping[float, float]:
        found: dict[float, float] = {}
        for weight, component in zip(self.weights, self.components, strict=True):
            for value, probability in component.atoms.items():
                found[value] = found.get(value, 0.0) + weight * probability
        return found


@lru_cache(maxsize=1024)
def _knots(mixture: Mixture) -> _Knots:
    atoms = mixture.atoms
    points = [np.array(list(atoms), dtype=np.float64)]
    for component in mixture.components:
        points += [np.array(component.support), component.quantile(special.ndtr(_SCORES))]
    x = np.unique(np.concatenate(points))
    x = x[np.isfinite(x)]
    jumps = np.array([atoms.get(float(value), 0.0) for value in x])
    upto = np.maximum.accumulate(mixture.cdf(x))
    beyond = np.minimum.accumulate(mixture.survival(x))
    # P(X < x), which for want of an atom is P(X <= x) to the last bit.
    below = np.where(jumps > 0, np.maximum(upto - jumps, 0.0), upto)
    from_ = np.where(jumps > 0, np.minimum(beyond + jumps, 1.0), beyond)
    return _Knots(x, below, upto, beyond, from_)


@lru_cache(maxsize=1024)
def _table(mixture: Mixture) -> Table:
    """The quantile on the panels before each knot (before the first there is none)."""
    knots = _knots(mixture)
    with np.errstate(divide="ignore", invalid="ignore"):
        start = np.concatenate(([np.nan], np.log(knots.upto[:-1] / knots.beyond[:-1])))
        width = np.log(knots.below / knots.from_) - start
    at = np.flatnonzero(np.isfinite(width) & (width > 1e-9))
    s = start[at, None] + width[at, None] * 0.5 * (places(_DEGREE) + 1.0)
    x = np.full((start.size, s.shape[1]), np.nan)
    x[at] = mixture._root(np.repeat(at, s.shape[1]), special.expit(s.ravel()), knots).reshape(s.shape)
    gap = np.diff(knots.x, prepend=knots.x[0])[:, None]
    allowed = np.maximum(2e-13 * np.abs(x[:, _DEGREE + 1 :]), 1e-12 * gap)
    return tabulated(start, np.where(width > 0, width, 1.0), x, allowed)

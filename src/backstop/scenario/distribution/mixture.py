"""Mixtures: what several experts say about one number, pooled by weight into one distribution (linear opinion pool).

A draw is the quantile of the mixture at one uniform, so that a pooled parameter takes one dimension like any other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from backstop.scenario.distribution.beta import chebyshev_powers
from backstop.scenario.distribution.families import Distribution, DistributionError, require_finite

Array = NDArray[np.float64]

# Levels at which the quantiles of every component become knots, so that each search starts in a narrow bracket.
_LEVELS = special.ndtr(np.linspace(-8.2, 8.2, 83))
_MOST_STEPS = 200
_DEGREE = 12
_EPS = float(np.finfo(np.float64).eps)


class _Knots(NamedTuple):
    """Points between which the mixture has no atom, kink or gap, and its probabilities there."""

    x: Array
    below: Array
    """P(X < x)."""
    upto: Array
    """P(X <= x)."""
    beyond: Array
    """P(X > x)."""
    from_: Array
    """P(X >= x)."""


class _Table(NamedTuple):
    """The quantile between knots as polynomials in logit u, where that is accurate."""

    holds: NDArray[np.bool_]
    """Whether the polynomial before each knot may be used."""
    start: Array
    width: Array
    """logit u at the left end of each interval, and from there to its right end."""
    coefficients: Array
    """[power, knot], of a variable that goes from -1 to 1."""

    def read(self, right: NDArray[np.intp], u: Array, knots: _Knots) -> Array:
        """Quantiles at u, each in the interval before the knot `right`."""
        t = 2.0 * (np.log(u / (1.0 - u)) - self.start[right]) / self.width[right] - 1.0
        x: Array = self.coefficients[-1].take(right)
        for row in self.coefficients[-2::-1]:
            x *= t
            x += row.take(right)
        return np.clip(x, knots.x[right - 1], knots.x[right])


@dataclass(frozen=True, slots=True)
class Mixture(Distribution):
    """One of `components`, chosen with `weights` (scaled to sum to 1); components may be of any kind."""

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

    def quantile(self, u: ArrayLike) -> Array:
        """The smallest x with cdf(x) >= u: an atom, or the root between two knots, to rounding."""
        u = np.asarray(u, dtype=np.float64)
        flat = u.ravel()
        if len(self.components) == 1:
            return self.components[0].quantile(u)
        knots = _knots(self)
        x = np.empty_like(flat)
        # Each half is sought from its own tail, so that 1 - u keeps its digits.
        lower = flat <= 0.5
        for here, upper in ((lower, False), (~lower, True)):
            if here.any():
                x[here] = self._sought(flat[here], knots, upper, tabulated=u.ndim > 0)
        return x.reshape(u.shape)

    def _sought(self, u: Array, knots: _Knots, upper: bool, tabulated: bool) -> Array:
        """Quantiles in one half: `upper` says which."""
        goal = 1.0 - u if upper else u
        if upper:
            at = np.searchsorted(-knots.beyond, -goal, side="left")
        else:
            at = np.searchsorted(knots.upto, goal, side="left")
        last = knots.x.size - 1
        right = np.minimum(at, last)
        x = knots.x[right]
        on_atom = (knots.from_[right] > goal) if upper else (knots.below[right] < goal)
        search = (at > last) | ~on_atom
        if tabulated:
            table = _table(self)
            read = np.flatnonzero(search & (at <= last) & table.holds[right])
            x[read] = table.read(right[read], u[read], knots)
            search[read] = False
        if search.any():
            x[search] = self._between(at[search], u[search], knots, upper)
        return x

    def _between(self, at: NDArray[np.intp], u: Array, knots: _Knots, upper: bool) -> Array:
        """Quantiles that lie strictly before knot `at` and after the one before it."""
        goal = 1.0 - u if upper else u
        last = knots.x.size - 1
        right, left = np.minimum(at, last), np.maximum(at - 1, 0)
        low, high = knots.x[left], knots.x[right]
        if upper:
            f_low, f_high = goal - knots.beyond[left], goal - knots.from_[right]
        else:
            f_low, f_high = knots.upto[left] - goal, knots.below[right] - goal
        # Beyond the outermost knots the quantiles of the components enclose that of the mixture.
        for outside in (at == 0, at > last):
            if outside.any():
                ends = np.stack([component.quantile(u[outside]) for component in self.components])
                low[outside], high[outside] = ends.min(axis=0), ends.max(axis=0)
                f_low[outside] = self._excess(low[outside], goal[outside], upper)
                f_high[outside] = self._excess(high[outside], goal[outside], upper)
        return self._root(low, high, f_low, f_high, goal, upper)

    def _excess(self, x: Array, goal: Array, upper: bool) -> Array:
        """What the probability up to x has too much (negative: too little)."""
        return goal - self.survival(x) if upper else self.cdf(x) - goal

    def _root(self, low: Array, high: Array, f_low: Array, f_high: Array, goal: Array, upper: bool) -> Array:
        """Chandrupatla's method (1997, Advances in Engineering Software 28), on all points at once."""
        span = high - low
        done = (f_high <= 0) | (f_low >= 0) | ~(span > 0)
        result = np.where(f_low >= 0, low, high)
        active = np.flatnonzero(~done)
        a, b, fa, fb = (each[active] for each in (low, high, f_low, f_high))
        goal, span = goal[active], span[active]
        t = np.clip(fa / (fa - fb), 0.01, 0.99)
        for _ in range(_MOST_STEPS):
            if not active.size:
                break
            x = a + t * (b - a)
            f = self._excess(x, goal, upper)
            same = np.sign(f) == np.sign(fa)
            c, fc = np.where(same, a, b), np.where(same, fa, fb)
            b, fb = np.where(same, b, a), np.where(same, fb, fa)
            a, fa = x, f
            best = np.where(np.abs(fa) < np.abs(fb), a, b)
            tolerance = 2 * _EPS * np.abs(best) + 1e-16 * span
            gap = np.abs(b - a)
            finished = (gap <= 2 * tolerance) | (fa == 0)
            result[active[finished]] = best[finished]
            with np.errstate(all="ignore"):
                xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
                quadratic = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
                inverse = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (
                    fc - fb
                )
                t = np.where(quadratic & np.isfinite(inverse), inverse, 0.5)
                margin = np.minimum(tolerance / gap, 0.5)
            t = np.clip(t, margin, 1 - margin)
            on = ~finished
            active, goal, span, t = active[on], goal[on], span[on], t[on]
            a, b, fa, fb = a[on], b[on], fa[on], fb[on]
            result[active] = best[on]
        return result

    def cdf(self, x: ArrayLike) -> Array:
        """The weighted sum of the components' cdfs."""
        return self._pooled([component.cdf(x) for component in self.components])

    def survival(self, x: ArrayLike) -> Array:
        """The weighted sum of the components' survival functions."""
        return self._pooled([component.survival(x) for component in self.components])

    def _pooled(self, shares: list[Array]) -> Array:
        total = np.zeros(np.shape(shares[0]))
        for weight, share in zip(self.weights, shares, strict=True):
            total = total + weight * share
        return np.minimum(total, 1.0)

    def log_density(self, x: ArrayLike) -> Array:
        """The logarithm of the weighted sum of densities; at an atom, the logarithm of its probability."""
        x = np.asarray(x, dtype=np.float64)
        terms, held = [], []
        for weight, component in zip(self.weights, self.components, strict=True):
            terms.append(math.log(weight) + component.log_density(x))
            # A component that has an atom at x outweighs every density there.
            held.append(np.isin(x, np.array(list(component.atoms), dtype=np.float64)))
        stacked, atoms = np.stack(terms), np.stack(held)
        any_atom = atoms.any(axis=0)
        pure = np.array([component.is_continuous for component in self.components])
        pure = pure.reshape(-1, *[1] * x.ndim)
        stacked = np.where(np.where(any_atom, atoms, pure | ~atoms), stacked, -np.inf)
        with np.errstate(all="ignore"):
            return np.asarray(np.logaddexp.reduce(stacked, axis=0))

    @property
    def mean(self) -> float:
        """The weighted mean of the means."""
        pairs = zip(self.weights, self.components, strict=True)
        return math.fsum(weight * component.mean for weight, component in pairs)

    @property
    def sd(self) -> float:
        """From the variance within the components and that of their means."""
        mean = self.mean
        pairs = zip(self.weights, self.components, strict=True)
        return math.sqrt(math.fsum(w * (each.sd**2 + (each.mean - mean) ** 2) for w, each in pairs))

    @property
    def support(self) -> tuple[float, float]:
        """From the smallest value of any component to the largest."""
        ends = [component.support for component in self.components]
        return min(low for low, _ in ends), max(high for _, high in ends)

    @property
    def atoms(self) -> Mapping[float, float]:
        """The components' atoms, weighted and added."""
        found: dict[float, float] = {}
        for weight, component in zip(self.weights, self.components, strict=True):
            for value, probability in component.atoms.items():
                found[value] = found.get(value, 0.0) + weight * probability
        return found


@lru_cache(maxsize=1024)
def _knots(mixture: Mixture) -> _Knots:
    points = [np.array(list(mixture.atoms), dtype=np.float64)]
    for component in mixture.components:
        points.append(np.array(component.support))
        points.append(component.quantile(_LEVELS))
    x = np.unique(np.concatenate(points))
    x = x[np.isfinite(x)]
    atoms = mixture.atoms
    jumps = np.array([atoms.get(float(value), 0.0) for value in x])
    upto = np.maximum.accumulate(mixture.cdf(x))
    beyond = np.minimum.accumulate(mixture.survival(x))
    # P(X < x), which for want of an atom is P(X <= x) to the last bit.
    below = np.where(jumps > 0, np.maximum(upto - jumps, 0.0), upto)
    from_ = np.where(jumps > 0, np.minimum(beyond + jumps, 1.0), beyond)
    return _Knots(x, below, upto, beyond, from_)


@lru_cache(maxsize=1024)
def _table(mixture: Mixture) -> _Table:
    knots = _knots(mixture)
    count = knots.x.size
    with np.errstate(divide="ignore", invalid="ignore"):
        start = np.concatenate(([0.0], np.log(knots.upto[:-1] / knots.beyond[:-1])))
        end = np.log(knots.below / knots.from_)
        width = end - start
    nodes = np.cos(np.pi * (np.arange(_DEGREE + 1) + 0.5) / (_DEGREE + 1))
    places = np.concatenate((nodes, [-0.98, -0.3, 0.2, 0.98]))
    holds = (np.arange(count) > 0) & np.isfinite(width) & (width > 1e-9)
    coefficients = np.zeros((_DEGREE + 1, count))
    interval = np.flatnonzero(holds)
    s = (start[interval, None] + width[interval, None] * 0.5 * (places + 1.0)).ravel()
    at = np.repeat(interval, places.size)
    u, x = special.expit(s), np.empty_like(s)
    for here, upper in ((u <= 0.5, False), (u > 0.5, True)):
        x[here] = mixture._between(at[here], u[here], knots, upper)
    values = x.reshape(interval.size, places.size)
    chebyshev = np.polynomial.chebyshev.chebfit(nodes, values[:, : nodes.size].T, _DEGREE)
    coefficients[:, interval] = chebyshev_powers(_DEGREE) @ chebyshev
    checked = np.polynomial.chebyshev.chebval(places[nodes.size :], chebyshev)
    gap = np.diff(knots.x)[interval - 1]
    error = np.abs(checked - values[:, nodes.size :])
    allowed = np.maximum(2e-13 * np.abs(values[:, nodes.size :]), 1e-12 * gap[:, None])
    holds[interval] = (error <= allowed).all(axis=1)
    return _Table(holds, start, np.where(width > 0, width, 1.0), coefficients)

"""Draws of the uncertain parameters: any block of worlds alone, with rank correlations where they are asked for.

Each parameter has a sequence of uniforms of its own (see `sequence`), and a draw is the parameter's quantile at its
uniform. Correlated parameters are joined by a Gaussian copula (see `copula`); only those touch each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import DisjointSet

from backstop.base import special
from backstop.base.faults import Refused
from backstop.base.words import did_you_mean
from backstop.scenario.distribution.copula import score_correlation
from backstop.scenario.distribution.distribution import Distribution, DistributionError
from backstop.scenario.distribution.truncated import conditioned, scores_interval
from backstop.scenario.model import Model
from backstop.scenario.overrides import Range
from backstop.worlds.sequence import Sequence as Uniforms
from backstop.worlds.sequence import sequence

Array = NDArray[np.float64]

MOST_WORLDS = 2_000_000
"""The most worlds of one assessment."""

# A pivot of the Cholesky factor below this means that the correlations leave no freedom.
_LEAST_PIVOT = 1e-9
_LEAST_UNIFORM = 2.0**-53


@dataclass(frozen=True, slots=True)
class _Group:
    """Parameters connected by correlations, in the order of their names, and the Cholesky factor of their scores."""

    names: tuple[str, ...]
    factor: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Sampler:
    """Draws worlds from `distributions`, with Spearman `correlations` (name, name, rho), under `seed`.

    Parameters in `given` have a value or lie in a range, and those correlated with them are drawn on that condition.
    Parameters in `settings` have a value, which changes nothing else.

    World w has the same draws in every block that holds it, and a parameter the same draws whatever other parameters
    there are, unless a correlation connects them. Raises DistributionError where a correlation names no uncertain
    parameter or the correlations contradict each other, and where the seed is not a whole number from 0 up.
    """

    distributions: Mapping[str, Distribution | float]
    correlations: Sequence[tuple[str, str, float]] = ()
    seed: int = 0
    given: Mapping[str, Range] = field(default_factory=dict)
    settings: Mapping[str, float] = field(default_factory=dict)
    _drawn: dict[str, Distribution] = field(init=False, repr=False, compare=False)
    _fixed: dict[str, float] = field(init=False, repr=False, compare=False)
    _sequences: dict[str, Uniforms] = field(init=False, repr=False, compare=False)
    _groups: tuple[_Group, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise DistributionError(f"the seed must be a whole number from 0 up, and it is {self.seed!r}")
        fixed: dict[str, float] = {}
        drawn: dict[str, Distribution] = {}
        certain: dict[str, float] = {}
        for name, each in self.distributions.items():
            if not isinstance(each, Distribution):
                certain[name] = float(each)
            elif each.support[0] == each.support[1]:
                certain[name] = each.support[0]
            here: Distribution | float | None = certain.get(name, each)
            if name in self.given:
                here = conditioned(certain.get(name, each), *self.given[name])
            if here is None:
                low, high = self.given[name]
                raise DistributionError(f"that {name} lies from {low:g} to {high:g} has probability nothing")
            if isinstance(here, Distribution):
                drawn[name] = here
            else:
                fixed[name] = here
        uncertain = dict.fromkeys(name for name in self.distributions if name not in certain)
        correlations = tuple((a, b, float(rho)) for a, b, rho in self.correlations)
        object.__setattr__(self, "distributions", dict(self.distributions))
        object.__setattr__(self, "correlations", correlations)
        object.__setattr__(self, "_drawn", drawn)
        object.__setattr__(self, "_fixed", {**fixed, **self.settings})
        object.__setattr__(self, "_sequences", {name: sequence(self.seed, name) for name in uncertain})
        groups = _groups(correlations, uncertain, certain, self._rank)
        object.__setattr__(self, "_groups", tuple(groups))

    def _rank(self, name: str) -> int:
        """The order in which correlated parameters are drawn: given scores, given ranges of them, then all others."""
        spread = self.distributions[name]
        if name not in self.given or not isinstance(spread, Distribution):
            return 2
        # A single value that has a probability of its own stands for a range of scores.
        low, high = scores_interval(spread, *self.given[name])
        return int(low < high)

    @property
    def uncertain(self) -> tuple[str, ...]:
        """The names of the parameters that vary between worlds, in the order given."""
        return tuple(name for name in self._drawn if name not in self.settings)

    @property
    def linked(self) -> tuple[tuple[str, ...], ...]:
        """Parameters that vary together, by correlations or what is given of others, in the order given."""
        kept = [
            pair for pair in self.correlations if pair[2] != 0.0 and self.settings.keys().isdisjoint(pair[:2])
        ]
        sets = DisjointSet(self.distributions)
        for one, other, _ in kept:
            sets.merge(one, other)
        names = self.uncertain
        groups = dict.fromkeys(tuple(n for n in names if sets.connected(n, name)) for name in names)
        return tuple(group for group in groups if len(group) > 1)

    @property
    def is_weighted(self) -> bool:
        """Whether worlds have weights of their own: where ranges are given of parameters that are correlated."""
        return any(sum(self._rank(name) == 1 for name in group.names) > 1 for group in self._groups)

    def block(self, first: int, count: int) -> dict[str, float | Array]:
        """The parameters of worlds first ... first + count - 1: arrays of that length, floats where nothing varies."""
        uniforms = self.uniforms(first, count)
        return {
            name: self._fixed[name] if name in self._fixed else self._drawn[name].quantile(uniforms[name])
            for name in self.distributions
        }

    def uniforms(self, first: int, count: int) -> dict[str, Array]:
        """The uniforms, correlations included, at which the uncertain parameters take their quantiles.

        For a parameter given in a range, that of its distribution within the range.
        """
        uniforms = {name: each.uniforms(first, count) for name, each in self._sequences.items()}
        for group in self._groups:
            for name, found in self._joined(group, uniforms).uniforms.items():
                uniforms[name] = np.clip(found, _LEAST_UNIFORM, 1.0 - _LEAST_UNIFORM)
        return uniforms

    def log_weights(self, first: int, count: int) -> Array | None:
        """Logarithms of the weights of these worlds, shape (count,); None where all weigh alike.

        Where ranges are given of several correlated parameters, one is drawn after the other, and a world weighs what
        the later ranges were likely to be (Geweke 1991; Hajivassiliou and McFadden 1998).
        """
        if not self.is_weighted:
            return None
        uniforms = {name: each.uniforms(first, count) for name, each in self._sequences.items()}
        return np.asarray(
            sum(self._joined(group, uniforms).log_weight for group in self._groups), dtype=np.float64
        )

    def normal_scores(self, first: int, count: int) -> dict[str, Array]:
        """The normal quantiles of `uniforms`: 0 is the median, and distances between worlds are taken in them.

        What varies with a parameter that is given has its scores from what they are in the central world.
        """
        uniforms = {name: each.uniforms(first, count) for name, each in self._sequences.items()}
        scores: dict[str, Array] = {}
        for group in self._groups:
            joined = self._joined(group, uniforms)
            if self._is_given(group):
                middle = self._joined(group, self._middle(group))
                scores.update({n: z - middle.scores[n][0] for n, z in joined.scores.items()})
            else:
                scores.update({name: joined.scores[name] for name in group.names[1:]})
        return {
            name: scores[name] if name in scores else special.ndtri(u)
            for name, u in uniforms.items()
            if name in self._drawn and name not in self.settings
        }

    def central(self) -> dict[str, float]:
        """The central world: every parameter at its median, and at that on the condition of what is given."""
        found = {name: each.median for name, each in self._drawn.items()}
        for group in self._groups:
            if self._is_given(group):
                joined = self._joined(group, self._middle(group)).uniforms
                found.update(
                    {n: float(self._drawn[n].quantile(u[0])) for n, u in joined.items() if n in found}
                )
        return {name: self._fixed.get(name, found.get(name, 0.0)) for name in self.distributions}

    def _is_given(self, group: _Group) -> bool:
        return not self.given.keys().isdisjoint(group.names)

    def _middle(self, group: _Group) -> dict[str, Array]:
        return {name: np.array([0.5]) for name in group.names}

    def _joined(self, group: _Group, uniforms: Mapping[str, Array]) -> _Joined:
        """Correlated normal scores of a group, from uniforms of their own; what leads the group keeps its own."""
        # Sums are taken term by term: a matrix product may add in another order on another machine or block size.
        size = next(iter(uniforms.values())).size
        independent: list[Array] = []
        scores: dict[str, Array] = {}
        found: dict[str, Array] = {}
        log_weight, ranges = np.zeros(size), 0
        for at, (name, row) in enumerate(zip(group.names, group.factor, strict=True)):
            given = self.given.get(name)
            if given is None:
                independent.append(np.asarray(special.ndtri(uniforms[name])))
                z = _combined(row, independent)
                scores[name] = z
                if at:
                    found[name] = np.asarray(special.ndtr(z))
                continue
            before = _combined(row[:-1], independent) if at else np.zeros(size)
            spread = self.distributions[name]
            assert isinstance(spread, Distribution)
            low, high = (float(special.ndtri(p)) for p in scores_interval(spread, *given))
            if low == high:
                independent.append((low - before) / row[-1])
                continue
            inner, share = _within((low - before) / row[-1], (high - before) / row[-1], uniforms[name])
            independent.append(inner)
            if name in self._drawn:
                scores[name] = before + row[-1] * inner
                if ranges or at:
                    first, last = scores_interval(spread, *given)
                    found[name] = np.asarray((special.ndtr(scores[name]) - first) / (last - first))
            log_weight = log_weight + (np.log(share) if ranges else 0.0)
            ranges += 1
        return _Joined(scores, found, log_weight)


@dataclass(frozen=True, slots=True)
class _Joined:
    """Normal scores and uniforms of a group, and the logarithms of its worlds' weights."""

    scores: dict[str, Array]
    uniforms: dict[str, Array]
    log_weight: Array


def _within(low: Array, high: Array, uniforms: Array) -> tuple[Array, Array]:
    """Normal scores between two ends at these uniforms, and the probability between the ends, from the nearer tail."""
    above = low > 0.0
    first, last = np.where(above, -high, low), np.where(above, -low, high)
    start, end = special.ndtr(first), special.ndtr(last)
    share = end - start
    at = np.where(above, 1.0 - uniforms, uniforms)
    with np.errstate(divide="ignore"):
        found = np.clip(special.ndtri(np.clip(start + at * share, 0.0, 1.0)), first, last)
    return np.where(above, -found, found), np.maximum(share, np.finfo(np.float64).tiny)


def _combined(row: Sequence[float], independent: Sequence[Array]) -> Array:
    total = np.zeros_like(independent[0])
    for weight, z in zip(row, independent, strict=False):
        if weight:
            total = total + weight * z
    return total


def sampler_of(model: Model, seed: int) -> Sampler:
    """The draws of a model: those of the study as it stands, on what is given, with what is set in its place."""
    return Sampler(
        model.unconditioned,
        model.as_it_stands.correlations,
        seed,
        model.overrides.given,
        {name: value for name, value in model.overrides.set.items() if name in model.distributions},
    )


def drawn(model: Model, worlds: int, seed: int) -> dict[str, float | Array]:
    """Every parameter of worlds 0 .. worlds - 1 of a seed, an array of shape (worlds,) where it varies.

    Raises Refused past 2,000,000 worlds.
    """
    if not 1 <= worlds <= MOST_WORLDS:
        raise Refused(f"{worlds:,} worlds were asked for", hint=f"ask for 1 to {MOST_WORLDS:,}")
    return sampler_of(model, seed).block(0, worlds)


def _groups(
    correlations: Sequence[tuple[str, str, float]],
    uncertain: Mapping[str, object],
    fixed: Mapping[str, float],
    rank: Callable[[str], int],
) -> tuple[_Group, ...]:
    """Groups of connected parameters; within a group those of lower rank come first, then by name."""
    scores: dict[frozenset[str], float] = {}
    connected: dict[str, set[str]] = {}
    for a, b, rho in correlations:
        for name in (a, b):
            if name in fixed:
                raise DistributionError(f"{name} is a fixed number: it cannot be correlated with anything")
            if name not in uncertain:
                raise DistributionError(
                    f"{name} is not a parameter; {did_you_mean(name, uncertain, 'parameter')}"
                )
        if a == b:
            raise DistributionError(f"{a} is correlated with itself: name two parameters")
        if not -1 < rho < 1:
            raise DistributionError(
                f"the correlation of {a} and {b} must lie between -1 and 1, and it is {rho:g}"
            )
        pair = frozenset((a, b))
        if pair in scores:
            raise DistributionError(f"the correlation of {a} and {b} is given twice")
        scores[pair] = score_correlation(rho)
        members = connected.get(a, {a}) | connected.get(b, {b})
        for name in members:
            connected[name] = members
    groups = {
        min(members): tuple(sorted(members, key=lambda n: (rank(n), n))) for members in connected.values()
    }
    return tuple(_Group(names, _cholesky(names, scores)) for _, names in sorted(groups.items()))


def _cholesky(
    names: tuple[str, ...], scores: Mapping[frozenset[str], float]
) -> tuple[tuple[float, ...], ...]:
    """The lower Cholesky factor of the correlations of normal scores; pairs not given are uncorrelated."""
    rows: list[list[float]] = []
    for i, name in enumerate(names):
        row: list[float] = []
        for j in range(i):
            known = math.fsum(x * y for x, y in zip(row, rows[j], strict=False))
            row.append((scores.get(frozenset((name, names[j])), 0.0) - known) / rows[j][j])
        pivot = 1.0 - math.fsum(x * x for x in row)
        if pivot < _LEAST_PIVOT:
            raise DistributionError(
                f"the correlations of {', '.join(names)} contradict each other: together they are not positive "
                "definite (pairs not given count as uncorrelated); give smaller ones, or the missing pairs"
            )
        rows.append([*row, math.sqrt(pivot)])
    return tuple(map(tuple, rows))

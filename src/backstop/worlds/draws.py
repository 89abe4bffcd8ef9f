"""Draws of the uncertain parameters: any block of worlds alone, with rank correlations where they are asked for.

Each parameter has a sequence of uniforms of its own (see `sequence`), and a draw is the parameter's quantile at its
uniform. Correlated parameters are joined by a Gaussian copula (see `copula`); only those touch each other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from backstop.base import special
from backstop.base.faults import Refused
from backstop.base.words import did_you_mean
from backstop.scenario.distribution.copula import score_correlation
from backstop.scenario.distribution.distribution import Distribution, DistributionError
from backstop.scenario.model import Model
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

    World w has the same draws in every block that holds it, and a parameter the same draws whatever other parameters
    there are, unless a correlation connects them. Raises DistributionError where a correlation names no uncertain
    parameter or the correlations contradict each other, and where the seed is not a whole number from 0 up.
    """

    distributions: Mapping[str, Distribution | float]
    correlations: Sequence[tuple[str, str, float]] = ()
    seed: int = 0
    _fixed: dict[str, float] = field(init=False, repr=False, compare=False)
    _sequences: dict[str, Uniforms] = field(init=False, repr=False, compare=False)
    _groups: tuple[_Group, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise DistributionError(f"the seed must be a whole number from 0 up, and it is {self.seed!r}")
        fixed: dict[str, float] = {}
        sequences: dict[str, Uniforms] = {}
        for name, each in self.distributions.items():
            if not isinstance(each, Distribution):
                fixed[name] = float(each)
            elif each.support[0] == each.support[1]:
                fixed[name] = each.support[0]
            else:
                sequences[name] = sequence(self.seed, name)
        correlations = tuple((a, b, float(rho)) for a, b, rho in self.correlations)
        object.__setattr__(self, "distributions", dict(self.distributions))
        object.__setattr__(self, "correlations", correlations)
        object.__setattr__(self, "_fixed", fixed)
        object.__setattr__(self, "_sequences", sequences)
        object.__setattr__(self, "_groups", _groups(correlations, sequences, fixed))

    @property
    def uncertain(self) -> tuple[str, ...]:
        """The names of the parameters that vary between worlds, in the order given."""
        return tuple(self._sequences)

    def block(self, first: int, count: int) -> dict[str, float | Array]:
        """The parameters of worlds first ... first + count - 1: arrays of that length, floats where nothing varies."""
        uniforms = self.uniforms(first, count)
        drawn: dict[str, float | Array] = {}
        for name, each in self.distributions.items():
            if name in self._fixed or not isinstance(each, Distribution):
                drawn[name] = self._fixed[name]
            else:
                drawn[name] = each.quantile(uniforms[name])
        return drawn

    def uniforms(self, first: int, count: int) -> dict[str, Array]:
        """The uniforms, correlations included, at which the uncertain parameters take their quantiles."""
        uniforms = {name: each.uniforms(first, count) for name, each in self._sequences.items()}
        for group in self._groups:
            for name, scores in _joined(group, uniforms).items():
                uniforms[name] = np.clip(special.ndtr(scores), _LEAST_UNIFORM, 1.0 - _LEAST_UNIFORM)
        return uniforms

    def normal_scores(self, first: int, count: int) -> dict[str, Array]:
        """The normal quantiles of `uniforms`: 0 is the median, and distances between worlds are taken in them."""
        uniforms = {name: each.uniforms(first, count) for name, each in self._sequences.items()}
        joined: dict[str, Array] = {}
        for group in self._groups:
            joined.update(_joined(group, uniforms))
        return {name: joined[name] if name in joined else special.ndtri(u) for name, u in uniforms.items()}

    def central(self) -> dict[str, float]:
        """The central world: every parameter at its median."""
        return {
            name: each.median if isinstance(each, Distribution) else float(each)
            for name, each in self.distributions.items()
        }


def drawn(model: Model, worlds: int, seed: int) -> dict[str, float | Array]:
    """Every parameter of worlds 0 .. worlds - 1 of a seed, an array of shape (worlds,) where it varies.

    Raises Refused past 2,000,000 worlds.
    """
    if not 1 <= worlds <= MOST_WORLDS:
        raise Refused(f"{worlds:,} worlds were asked for", hint=f"ask for 1 to {MOST_WORLDS:,}")
    return Sampler(model.distributions, model.correlations, seed).block(0, worlds)


def _joined(group: _Group, uniforms: Mapping[str, Array]) -> dict[str, Array]:
    """Correlated normal scores of a group; its first parameter keeps its own draws and is left out."""
    # Sums are taken term by term: a matrix product may add in another order on another machine or block size.
    independent = [np.asarray(special.ndtri(uniforms[name])) for name in group.names]
    joined: dict[str, Array] = {}
    for name, row in list(zip(group.names, group.factor, strict=True))[1:]:
        scores = np.zeros_like(independent[0])
        for weight, z in zip(row, independent, strict=False):
            if weight:
                scores = scores + weight * z
        joined[name] = scores
    return joined


def _groups(
    correlations: Sequence[tuple[str, str, float]],
    uncertain: Mapping[str, object],
    fixed: Mapping[str, float],
) -> tuple[_Group, ...]:
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
    groups = {min(members): tuple(sorted(members)) for members in connected.values()}
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

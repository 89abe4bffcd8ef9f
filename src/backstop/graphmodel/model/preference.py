"""What a decision maker prefers: a ranking, a relation with unknown and strong preferences, or degrees.

A *ranking* is an integer per state, higher is better, equal is indifferent. A *relation* says for each pair whether one
is preferred, by how much, or whether that is unknown; pairs neither preferred nor unknown are indifferent. *Degrees*
are fuzzy or probabilistic preferences. Matrices are indexed [first, second] for "first is preferred to second".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from backstop.graphmodel.model.formula import Formula, Truth
from backstop.graphmodel.model.moves import Values

Bools = NDArray[np.bool_]
Degrees = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ranking:
    """A complete weak order. `statements`, where there are any, are those the ranking was computed from."""

    rank: Values
    statements: tuple[Formula, ...] = ()
    truths: Bools | None = None  # (statements, states)


@dataclass(frozen=True, eq=False)
class Relation:
    """Pairwise preference, taken as it is given: no transitive closure is drawn.

    `strength[a, b]` is 0 where a is not known to be preferred to b, 1 where it is, 2 where greatly, and so on;
    `unknown` is symmetric. `tiers`, where there are any, are the truths (statements, states) of statements whose order
    within a tier is open.
    """

    strength: NDArray[np.int8]
    unknown: Bools
    tiers: tuple[Bools, ...] = ()
    draws: int = 10_000
    seed: int = 0
    sampled: bool = False


@dataclass(frozen=True, eq=False)
class Graded:
    """Fuzzy or probabilistic preference: `degree[a, b]` in [0, 1], with degree[a, b] + degree[b, a] = 1 where fuzzy.

    `levels` are the thresholds: {"gamma"} for fuzzy, {"alpha", "beta", "gamma"} for probabilistic.
    """

    kind: Literal["fuzzy", "probabilistic"]
    degree: Degrees
    levels: Mapping[str, float] = field(default_factory=dict)


Preference = Ranking | Relation | Graded


def dense_ranks(rank: Values) -> Values:
    """Ranks 0, 1, 2, ... in the same order, in the smallest integer type that leaves room for a sentinel."""
    levels, dense = np.unique(rank, return_inverse=True)
    kind = np.int16 if len(levels) < 32_000 else np.int32
    result: Values = dense.reshape(np.shape(rank)).astype(kind)
    return result


def from_levels(levels: Sequence[Sequence[int]], size: int) -> Ranking:
    """A ranking from levels of state indices, best first; every state in exactly one level."""
    rank = np.empty(size, dtype=np.int64)
    for depth, level in enumerate(levels):
        rank[list(level)] = len(levels) - 1 - depth
    return Ranking(dense_ranks(rank))


def from_statements(statements: Sequence[Formula], truths: Bools) -> Ranking:
    """Option prioritization: states compared by the truth of `statements`, most important first.

    Exact for any number of statements: truth tuples are compared, which equals the sum of 2^(K-j) over true statements
    (Peng, Hipel, Fang & Kilgour 1997) without its overflow. `truths` is (statements, states).
    """
    return Ranking(lexicographic(truths), tuple(statements), truths)


def lexicographic(truths: Bools) -> Values:
    """Dense ranks of the columns of `truths` (statements, states) in lexicographic order, true above false."""
    count, size = truths.shape
    if not count:
        return np.zeros(size, dtype=np.int16)
    words = -(-count // 62)
    keys = np.zeros((words, size), dtype=np.int64)
    for j, row in enumerate(truths):
        keys[j // 62] = (keys[j // 62] << 1) | row
    if words == 1:
        return dense_ranks(keys[0])
    order = np.lexsort(keys[::-1])
    moved = keys[:, order]
    steps = np.concatenate([[0], np.cumsum((moved[:, 1:] != moved[:, :-1]).any(axis=0))])
    rank = np.empty(size, dtype=np.int64)
    rank[order] = steps
    return dense_ranks(rank)


def from_weights(weights: Sequence[tuple[Fraction, Truth]], size: int) -> Ranking:
    """Option weighting: the sum of the weights of what is true; exact, so that equal sums are ties."""
    scale = lcm(*(weight.denominator for weight, _ in weights))
    total = [0] * size
    numerators = [int(weight * scale) for weight, _ in weights]
    if sum(map(abs, numerators)) < 2**62:
        score = np.zeros(size, dtype=np.int64)
        for numerator, (_, truth) in zip(numerators, weights, strict=True):
            score[truth] += numerator
        return Ranking(dense_ranks(score))
    for numerator, (_, truth) in zip(numerators, weights, strict=True):
        for state in np.flatnonzero(truth):
            total[state] += numerator
    place = {score: depth for depth, score in enumerate(sorted(set(total)))}
    return Ranking(dense_ranks(np.array([place[score] for score in total])))


def from_tiers(
    tiers: Sequence[Sequence[Formula]], truths: Sequence[Bools], draws: int, seed: int
) -> Preference:
    """Statements in tiers, the order within a tier unknown: known is what every order agrees on.

    At the first tier in which two states differ, the one that makes true all that the other does is preferred;
    where each makes something true that the other does not, it depends on the order: unknown.
    """
    size = truths[0].shape[1]
    better = np.zeros((size, size), dtype=np.bool_)
    unknown = np.zeros((size, size), dtype=np.bool_)
    open_pairs = np.ones((size, size), dtype=np.bool_)
    for truth in truths:
        extra = (
            truth.T.astype(np.int32) @ (~truth).astype(np.int32) > 0
        )  # [a, b]: a has something that b lacks
        better |= open_pairs & extra & ~extra.T
        unknown |= open_pairs & extra & extra.T
        open_pairs &= ~extra & ~extra.T
    if not unknown.any():
        return from_statements([s for tier in tiers for s in tier], np.concatenate(list(truths)))
    return Relation(better.astype(np.int8), unknown, tuple(truths), draws, seed, True)


def as_ranking(preference: Preference) -> Ranking | None:
    """The ranking that says the same, or None: something is unknown, intransitive or graded."""
    if isinstance(preference, Ranking):
        return preference
    if isinstance(preference, Graded) or preference.unknown.any():
        return None
    better = preference.strength > 0
    # A weak order is recovered from how many states each one beats; anything else is not.
    rank = better.sum(axis=1)
    if not np.array_equal(rank[:, None] > rank[None, :], better):
        return None
    return Ranking(dense_ranks(rank))


def better_matrix(preference: Preference) -> Bools:
    """Certain preference, [a, b]: a is preferred to b. For degrees: with a degree of 1."""
    if isinstance(preference, Ranking):
        return preference.rank[:, None] > preference.rank[None, :]
    if isinstance(preference, Relation):
        return preference.strength > 0
    return preference.degree >= 1.0


def unknown_matrix(preference: Preference) -> Bools:
    """Unknown preference, [a, b]: which of the two is preferred is unknown."""
    if isinstance(preference, Relation):
        return preference.unknown
    size = len(preference.rank) if isinstance(preference, Ranking) else len(preference.degree)
    return np.zeros((size, size), dtype=np.bool_)


def levels_of(rank: Values) -> list[list[int]]:
    """States by level, best first."""
    order = np.lexsort((np.arange(len(rank)), -rank.astype(np.int64)))
    cuts = np.flatnonzero(np.diff(rank[order])) + 1
    return [part.tolist() for part in np.split(order, cuts)]


def cycle_in(better: Bools) -> list[int]:
    """A cycle of the strict preference `better` ([a, b]: a over b): states, each over the next; [] if none."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    _, part = connected_components(csr_array(better), directed=True, connection="strong")
    members = np.bincount(part)
    if members.max(initial=1) == 1:
        return []
    inside = part == members.argmax()
    # Whoever is strongly connected is over somebody of the same part, so this walk comes back to where it was.
    path: list[int] = []
    state = int(np.flatnonzero(inside)[0])
    while state not in path:
        path.append(state)
        state = int(np.flatnonzero(better[state] & inside)[0])
    return path[path.index(state) :]

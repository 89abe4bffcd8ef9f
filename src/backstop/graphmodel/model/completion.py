"""Completions of partial preferences: the rankings that agree with all that is known, listed or drawn evenly.

Statements of unknown order are put in every order with equal chances. A relation with unknown pairs is completed to the
strict rankings of its indifference classes, that is, to the linear extensions of what is known. Parts of it that are
not compared with one another are completed apart and shuffled together. A part in which everything has at most one
known neighbour above (or below) is drawn by the hook-length formula (Knuth 1973), any other by counting the extensions
of each set that can stand on top (Kangas et al. 2016); both are exactly even. Where there are too many such sets it is
drawn nearly evenly, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from math import factorial, prod

import numpy as np

from backstop.base.faults import Refused
from backstop.graphmodel.model.moves import Values
from backstop.graphmodel.model.preference import Bools, Graded, Preference, Ranking, Relation, dense_ranks

Generator = np.random.Generator
Order = tuple[int, ...]
"""Members of a part, the best first."""

MAX_TOPS = 1_500_000
"""Sets that can stand on top, times what can follow them, for one part."""


@dataclass(frozen=True, eq=False)
class _Part:
    """Indifference classes that are compared with one another: `above[a, b]`, a is known to be above b.

    `tops`: the sets that can stand on top and the number of ways in which the rest can follow; None for a forest, where
    chances go by the number of members below, and for what has too many such sets (`even` is then false).
    """

    members: tuple[int, ...]
    above: Bools
    count: int | None
    tops: dict[int, int] | None = None
    even: bool = True
    upside_down: bool = False

    def draw(self, draws: int, random: Generator) -> Values:
        """Orders drawn, (draws, members): members from the best to the worst."""
        size = len(self.members)
        if not self.above.any():
            return np.argsort(random.random((draws, size)), axis=1)
        if self.tops is not None:
            return self._counted(draws, random, self.tops)
        above = self.above.T if self.upside_down else self.above
        weight = 1.0 + above.sum(axis=1)
        # How many known betters are still to be placed.
        waiting = np.broadcast_to(above.sum(axis=0), (draws, size)).copy()
        order = np.empty((draws, size), dtype=np.int64)
        rows = np.arange(draws)
        for place in range(size):
            # The least of exponential times with these rates is drawn with chances in proportion to the rates.
            time = np.where(waiting == 0, random.standard_exponential((draws, size)) / weight, np.inf)
            pick = time.argmin(axis=1)
            order[:, place] = pick
            waiting -= above[pick]
            waiting[rows, pick] = size  # placed
        return order[:, ::-1] if self.upside_down else order

    def _counted(self, draws: int, random: Generator, tops: dict[int, int]) -> Values:
        """Each next member with chances in proportion to the ways in which the rest can follow."""
        size = len(self.members)
        number = {top: at for at, top in enumerate(tops)}
        chance = np.zeros((len(tops), size))
        following = np.zeros((len(tops), size), dtype=np.int64)
        for top, at in number.items():
            for k in range(size):
                after = tops.get(top | 1 << k, 0) if not top >> k & 1 else 0
                if after:
                    chance[at, k] = after / tops[top]
                    following[at, k] = number[top | 1 << k]
        heaped = np.cumsum(chance, axis=1)
        heaped[heaped >= heaped[:, -1:]] = np.inf  # the last that can follow, whatever is lost in rounding
        here = np.zeros(draws, dtype=np.int64)
        order = np.empty((draws, size), dtype=np.int64)
        for place in range(size):
            order[:, place] = (heaped[here] <= random.random((draws, 1))).sum(axis=1)
            here = following[here, order[:, place]]
        return order

    def orders(self) -> Iterator[Order]:
        """Every order that agrees with what is known."""
        size = len(self.members)
        stack: list[Order] = [()]
        while stack:
            order = stack.pop()
            if len(order) == size:
                yield order
            for k in range(size):
                placed = set(order)
                if k not in placed and placed.issuperset(np.flatnonzero(self.above[:, k]).tolist()):
                    stack.append((*order, k))


@dataclass(frozen=True, eq=False)
class Completions:
    """All rankings that complete a preference: `count` of them, None where that is not counted.

    `even`: those drawn are equally likely; otherwise only nearly so.
    """

    size: int
    count: int | None
    even: bool
    _tiers: tuple[Bools, ...] = ()
    _label: Values | None = None
    _parts: tuple[_Part, ...] = ()
    _rank: Values | None = None

    def draw(self, draws: int, random: Generator) -> Values:
        """Rankings drawn, (draws, states)."""
        if self._rank is not None:
            return np.broadcast_to(self._rank, (draws, self.size))
        if self._label is None:
            counts = [len(truths) for truths in self._tiers]
            orders = [random.permuted(np.broadcast_to(np.arange(n), (draws, n)), axis=1) for n in counts]
            return _lexicographic(self._tiers, orders)
        orders = [part.draw(draws, random) for part in self._parts]
        # Which part comes next, in every way of shuffling them together with equal chances.
        turns = np.repeat(np.arange(len(self._parts)), [len(part.members) for part in self._parts])
        return self._shuffled(orders, random.permuted(np.broadcast_to(turns, (draws, len(turns))), axis=1))

    def every(self) -> Values:
        """Every ranking once, (count, states)."""
        if self._rank is not None:
            return self._rank[None, :]
        if self._label is None:
            choices = list(product(*(permutations(range(len(truths))) for truths in self._tiers)))
            return _lexicographic(self._tiers, [np.array(one) for one in zip(*choices, strict=True)])
        turns = np.repeat(np.arange(len(self._parts)), [len(part.members) for part in self._parts])
        rows = list(product(product(*(part.orders() for part in self._parts)), _words(turns.tolist())))
        orders = [np.array([row[0][at] for row in rows]) for at in range(len(self._parts))]
        return self._shuffled(orders, np.array([row[1] for row in rows]))

    def _shuffled(self, orders: Sequence[Values], turns: Values) -> Values:
        """Ranks of the states where `turns` says which part gives the next best class."""
        assert self._label is not None
        count = turns.shape[1]
        rank = np.empty(turns.shape, dtype=np.int16 if count < 32_000 else np.int32)
        for at, (part, order) in enumerate(zip(self._parts, orders, strict=True)):
            members = np.array(part.members)[order]
            places = np.nonzero(turns == at)[1].reshape(len(turns), -1)
            np.put_along_axis(rank, members, (count - 1 - places).astype(rank.dtype), axis=1)
        return rank[:, self._label]


def completions(preference: Preference, name: str = "a decision maker") -> Completions:
    """The completions of a preference; a ranking is complete already.

    Raises Refused where the preference is graded, or unknown in a way that no ranking can complete.
    """
    if isinstance(preference, Ranking):
        return Completions(len(preference.rank), 1, True, _rank=preference.rank)
    if isinstance(preference, Graded):
        raise Refused(
            f"the {preference.kind} preference of {name} has no completions",
            hint="give a relation or sampled",
        )
    size = len(preference.unknown)
    if preference.tiers:
        count = prod(factorial(len(truths)) for truths in preference.tiers)
        return Completions(size, count, True, _tiers=preference.tiers)
    label, above = _known(preference, name)
    parts = tuple(_parts(above))
    counts = [part.count for part in parts]
    total: int | None = None
    if None not in counts:
        shuffles = factorial(len(above)) // prod(factorial(len(part.members)) for part in parts)
        total = shuffles * prod(count for count in counts if count is not None)
    return Completions(size, total, all(part.even for part in parts), _label=label, _parts=parts)


def _lexicographic(tiers: Sequence[Bools], orders: Sequence[Values]) -> Values:
    """Ranks (rows, states) where the statements of each tier come in the order of each row."""
    size = tiers[0].shape[1]
    rank = np.zeros((len(orders[0]), size), dtype=np.int64)
    for truths, order in zip(tiers, orders, strict=True):
        for first in range(0, len(truths), 30):
            part = order[:, first : first + 30]
            key = np.zeros_like(rank)
            for column in part.T:
                key = (key << 1) | truths[column]
            # Ranks so far lead, the new truths follow: rank again so that numbers stay small.
            rank = _rows_dense(rank) << 30 | key
    result: Values = _rows_dense(rank).astype(np.int16 if size < 32_000 else np.int32)
    return result


def _rows_dense(rank: Values) -> Values:
    """Each row as ranks 0, 1, 2, ... in the same order."""
    order = np.argsort(rank, axis=1, kind="stable")
    ordered = np.take_along_axis(rank, order, axis=1)
    steps = np.zeros_like(rank)
    np.cumsum(ordered[:, 1:] != ordered[:, :-1], axis=1, out=steps[:, 1:])
    result = np.empty_like(rank)
    np.put_along_axis(result, order, steps, axis=1)
    return result


def _known(relation: Relation, name: str) -> tuple[Values, Bools]:
    """The indifference class of each state, and which class is known to be above which."""
    better = relation.strength > 0
    label = _classes(better, relation.unknown, name)
    count = int(label.max(initial=-1)) + 1
    above = np.zeros((count, count), dtype=np.bool_)
    first, second = np.nonzero(better)
    above[label[first], label[second]] = True
    for k in range(count):  # transitive closure
        above |= above[:, k, None] & above[None, k, :]
    if above.diagonal().any():
        raise Refused(f"no ranking agrees with the relation of {name}", hint="remove a comparison")
    return label, above


def _classes(better: Bools, unknown: Bools, name: str) -> Values:
    """Indifference classes; the states of one must compare alike with all others."""
    size = len(better)
    same = ~better & ~better.T & ~unknown
    np.fill_diagonal(same, True)
    label = np.argmax(same, axis=1)  # the first state that each is indifferent to
    alike = (
        (same == same[label]).all() and (better == better[label]).all() and (unknown == unknown[label]).all()
    )
    if size and not alike:
        raise Refused(
            f"the relation of {name} cannot be completed to a ranking: indifference in it is not transitive",
            hint="give rest: unknown, or name the indifferent pairs so that they form classes",
        )
    return dense_ranks(label)


def _parts(above: Bools) -> Iterator[_Part]:
    """The parts that are not compared with one another; all that stand alone make one."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    alone = ~(above | above.T).any(axis=1)
    if alone.any():
        members = np.flatnonzero(alone)
        free = np.zeros((len(members), len(members)), dtype=np.bool_)
        yield _Part(tuple(members.tolist()), free, factorial(len(members)))
    _, component = connected_components(csr_array(above), directed=False)
    for number in np.unique(component[~alone]):
        members = np.flatnonzero(component == number)
        yield _part(tuple(members.tolist()), above[np.ix_(members, members)])


def _part(members: tuple[int, ...], above: Bools) -> _Part:
    """A part with its way of being drawn."""
    # Direct neighbours: nothing known stands between.
    direct = above & ~(above.astype(np.int64) @ above.astype(np.int64) > 0)
    for upside_down, one in ((False, above), (True, above.T)):
        if (direct.T if upside_down else direct).sum(axis=0).max() <= 1:
            hooks = prod(int(below) + 1 for below in one.sum(axis=1))
            return _Part(members, above, factorial(len(members)) // hooks, upside_down=upside_down)
    tops = _tops(above)
    return _Part(members, above, None, even=False) if tops is None else _Part(members, above, tops[0], tops)


def _tops(above: Bools) -> dict[int, int] | None:
    """For each set that can stand on top, in how many ways the rest can follow; None where there are too many."""
    size = len(above)
    needs = [sum(1 << int(a) for a in np.flatnonzero(above[:, k])) for k in range(size)]
    layers: list[dict[int, int]] = [{0: 1}]
    for _ in range(size):
        layer: dict[int, int] = {}
        for top in layers[-1]:
            for k in range(size):
                if not top >> k & 1 and top & needs[k] == needs[k]:
                    layer[top | 1 << k] = 1
        layers.append(layer)
        if sum(map(len, layers)) * size > MAX_TOPS:
            return None
    for layer, following in zip(layers[-2::-1], layers[:0:-1], strict=True):
        for top in layer:
            after = (following.get(top | 1 << k, 0) for k in range(size) if not top >> k & 1)
            layer[top] = sum(after)
    return {top: count for layer in layers for top, count in layer.items()}


def _words(turns: list[int]) -> Iterator[tuple[int, ...]]:
    """Every different order of things of which some are equal."""
    if not turns:
        yield ()
    for one in sorted(set(turns)):
        rest = list(turns)
        rest.remove(one)
        for word in _words(rest):
            yield (one, *word)


def shuffled(rank: Values, draws: int, exchanges: int, random: Generator) -> Values:
    """Rankings (draws, states): `rank` after random exchanges of neighbours; ties are broken at random.

    A test of how much an answer hangs on fine points of a ranking that is taken as known.
    """
    size = len(rank)
    order = np.lexsort((random.random((draws, size)), np.broadcast_to(rank, (draws, size))), axis=1)
    rows = np.arange(draws)
    for _ in range(exchanges if size > 1 else 0):
        at = random.integers(0, size - 1, draws)
        order[rows, at], order[rows, at + 1] = order[rows, at + 1].copy(), order[rows, at].copy()
    result = np.empty((draws, size), dtype=np.int16 if size < 32_000 else np.int32)
    np.put_along_axis(
        result, order, np.broadcast_to(np.arange(size, dtype=result.dtype), (draws, size)), axis=1
    )
    return result

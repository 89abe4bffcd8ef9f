"""One-step moves of a decision maker, held so that a minimum over all targets costs one pass over the states.

Two forms. *Pools*: states that differ only in the mover's own options reach one another, as far as one-way options
allow; nothing per arc is stored. *Arcs*: explicit targets, for banned moves, merged states and graph form. Both
restrict themselves to improvements for a given ranking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int32]
Values = NDArray[np.signedinteger[Any]]


class Moves(Protocol):
    """Moves from each of `size` states."""

    @property
    def size(self) -> int:
        """Number of states."""
        ...

    def least(self, values: Values) -> Values:
        """Minimum of `values` (rows, states) over the targets of each state; where none, the dtype's maximum."""
        ...

    def targets(self, state: int) -> Index:
        """States reached in one move from `state`, ascending."""
        ...

    def degree(self) -> Index:
        """Number of moves out of each state."""
        ...

    def arcs(self) -> tuple[Index, Index]:
        """All moves as (from, to), ordered by from, then to."""
        ...

    def improving(self, rank: Values) -> Moves:
        """Only the moves to a state with a higher `rank`."""
        ...


def greatest(moves: Moves, values: Values) -> Values:
    """Maximum of `values` over the targets of each state; minus the dtype's maximum where there is none."""
    negated: Values = np.negative(moves.least(np.negative(values)))
    return negated


class Arcs:
    """Explicit moves in compressed rows: the targets of state s are `target[start[s]:start[s + 1]]`."""

    def __init__(self, start: NDArray[np.int64], target: Index) -> None:
        self._start = start
        self._target = target
        filled = np.flatnonzero(np.diff(start))
        self._filled = filled if len(filled) < len(start) - 1 else None
        self._cuts = start[:-1] if self._filled is None else start[filled]

    @classmethod
    def from_pairs(cls, size: int, source: NDArray[Any], target: NDArray[Any]) -> Arcs:
        """Moves from pairs in any order; repeats and moves to the same state are dropped."""
        keep = source != target
        codes = np.unique(source[keep].astype(np.int64) * size + target[keep])
        start = np.zeros(size + 1, dtype=np.int64)
        np.cumsum(np.bincount(codes // size, minlength=size), out=start[1:])
        return cls(start, (codes % size).astype(np.int32))

    @property
    def size(self) -> int:
        """Number of states."""
        return len(self._start) - 1

    def least(self, values: Values) -> Values:
        """See Moves."""
        top = np.iinfo(values.dtype).max
        if not len(self._target):
            return np.full_like(values, top)
        found = np.minimum.reduceat(values[:, self._target], self._cuts, axis=1)
        if self._filled is None:
            return found
        result = np.full_like(values, top)
        result[:, self._filled] = found
        return result

    def targets(self, state: int) -> Index:
        """See Moves."""
        return self._target[self._start[state] : self._start[state + 1]]

    def degree(self) -> Index:
        """See Moves."""
        return np.diff(self._start).astype(np.int32)

    def arcs(self) -> tuple[Index, Index]:
        """See Moves."""
        return np.repeat(np.arange(self.size, dtype=np.int32), np.diff(self._start)), self._target

    def improving(self, rank: Values) -> Arcs:
        """See Moves."""
        source, target = self.arcs()
        better = rank[target] > rank[source]
        start = np.zeros(self.size + 1, dtype=np.int64)
        np.cumsum(np.bincount(source[better], minlength=self.size), out=start[1:])
        return Arcs(start, target[better])


@dataclass(frozen=True, eq=False)
class _Part:
    """Pools side by side: `table` (width, pools) lists their members, filled up with the number of states; each of
    `states` reaches the other members of its `pool`, at `place` in the raveled table."""

    table: Index
    states: Index
    pool: Index
    place: NDArray[np.int64]
    full: bool

    @classmethod
    def of(cls, table: Index, states: Index, size: int) -> _Part:
        """The part in which `states` move, each of them in one pool only."""
        flat = table.ravel()
        real = np.flatnonzero(flat < size)
        position = np.empty(size, dtype=np.int64)
        position[flat[real]] = real
        place = position[states]
        pool = (place % table.shape[1]).astype(np.int32)
        return cls(table, states, pool, place, len(real) == len(flat))


class Pools:
    """Moves within pools: a state reaches the other members of its own pool, and may be a member of others too.

    With options that go both ways a pool is a block of states that reach one another. With one-way options there is a
    pool for each choice of these: the states in which they have gone as far or further. `rank` restricts the moves to
    improvements: members are sorted best first, and a state reaches those before its own level.
    """

    def __init__(self, size: int, parts: Sequence[_Part], rank: Values | None = None) -> None:
        self._size = size
        self.ranked = rank is not None
        self._home = np.zeros(size, dtype=np.int32)
        self._pool = np.zeros(size, dtype=np.int32)
        # How many members of its pool, from the first on, a state reaches; without ranks it is one of them itself.
        self._reach = np.zeros(size, dtype=np.int64)
        self.parts = tuple(parts)
        if rank is not None:
            padded = np.append(rank, np.iinfo(rank.dtype).min).astype(np.int64)
            orders = (np.argsort(-padded[part.table], axis=0, kind="stable") for part in parts)
            tables = [
                np.take_along_axis(p.table, order, axis=0) for p, order in zip(parts, orders, strict=True)
            ]
            self.parts = tuple(_Part.of(t, p.states, size) for t, p in zip(tables, parts, strict=True))
        for at, part in enumerate(self.parts):
            self._home[part.states], self._pool[part.states] = at, part.pool
            if rank is None:
                self._reach[part.states] = np.count_nonzero(part.table < size, axis=0)[part.pool]
                continue
            ranks = padded[part.table]
            # level[k]: position of the first member with the rank of member k, that is, how many are strictly better.
            level = np.zeros(ranks.shape, dtype=np.int64)
            for k in range(1, len(ranks)):
                level[k] = np.where(ranks[k] == ranks[k - 1], level[k - 1], k)
            self._reach[part.states] = level.ravel()[part.place]

    @classmethod
    def from_labels(cls, label: NDArray[Any], gone: NDArray[Any] | None = None) -> Pools:
        """Pools of states with equal `label`; `gone` has the bits of the one-way options that have been used."""
        size = len(label)
        _, block = np.unique(label, return_inverse=True)
        every = np.arange(size, dtype=np.int32)
        if gone is None or not gone.any():
            return cls(size, [_Part.of(_table(block, every, size), every, size)])
        parts = []
        for used in np.unique(gone):
            states = every[gone == used]
            further = every[gone & used == used]
            members = further[np.isin(block[further], block[states])]
            _, dense = np.unique(block[members], return_inverse=True)
            parts.append(_Part.of(_table(dense, members, size), states, size))
        return cls(size, parts)

    @property
    def size(self) -> int:
        """Number of states."""
        return self._size

    def least(self, values: Values) -> Values:
        """See Moves."""
        found = np.full_like(values, np.iinfo(values.dtype).max)
        for part in self.parts:
            ends = self._least_better(values, part) if self.ranked else _least_other(values, part)
            if len(self.parts) == 1:
                return ends
            found[:, part.states] = ends
        return found

    def _least_better(self, values: Values, part: _Part) -> Values:
        """The least of the members before the level of each state."""
        pools = part.table.shape[1]
        reach = self._reach[part.states]
        deepest = int(reach.max(initial=0))
        members = _members(values, part, deepest)
        running = np.empty((len(values), deepest + 1, pools), dtype=values.dtype)
        running[:, 0] = np.iinfo(values.dtype).max
        for k in range(deepest):
            np.minimum(running[:, k], members[:, k], out=running[:, k + 1])
        least: Values = running.reshape(len(values), -1)[:, reach * pools + part.pool]
        return least

    def targets(self, state: int) -> Index:
        """See Moves."""
        found = self.parts[self._home[state]].table[: self._reach[state], self._pool[state]]
        return np.sort(found[found != state])

    def degree(self) -> Index:
        """See Moves."""
        return (self._reach - (0 if self.ranked else 1)).astype(np.int32)

    def arcs(self) -> tuple[Index, Index]:
        """See Moves."""
        sources, targets = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.int32)]
        for part in self.parts:
            for k, members in enumerate(part.table):
                target = members[part.pool]
                real = (k < self._reach[part.states]) & (target != part.states)
                sources.append(part.states[real])
                targets.append(target[real])
        source, target = np.concatenate(sources), np.concatenate(targets)
        order = np.argsort(source.astype(np.int64) * self._size + target, kind="stable")
        return source[order], target[order]

    def improving(self, rank: Values) -> Moves:
        """See Moves."""
        if self.ranked:
            return Arcs.from_pairs(self._size, *self.arcs()).improving(rank)
        return Pools(self._size, self.parts, rank)


def _least_other(values: Values, part: _Part) -> Values:
    """The least of all members but each state itself: the least before it and the least after it."""
    width, pools = part.table.shape
    members = _members(values, part, width)
    result = np.empty_like(members)
    running = np.full((len(values), pools), np.iinfo(values.dtype).max, dtype=values.dtype)
    for k in range(width):
        result[:, k] = running
        np.minimum(running, members[:, k], out=running)
    running.fill(np.iinfo(values.dtype).max)
    for k in range(width - 1, -1, -1):
        np.minimum(result[:, k], running, out=result[:, k])
        np.minimum(running, members[:, k], out=running)
    least: Values = result.reshape(len(values), -1)[:, part.place]
    return least


def _table(block: NDArray[np.int64], states: Index, size: int) -> Index:
    """Table (width, blocks) of `states` by their `block` from 0 on, filled up with `size`."""
    order = np.argsort(block, kind="stable")
    counts = np.bincount(block)
    first = np.cumsum(counts) - counts
    table = np.full((int(counts.max()), len(counts)), size, dtype=np.int32)
    table[np.arange(len(states)) - first[block[order]], block[order]] = states[order]
    return table


def _members(values: Values, part: _Part, most: int) -> Values:
    """Values of the first `most` members laid out as (rows, width, pools), the greatest where a pool has fewer."""
    table = part.table[:most]
    if part.full:
        return values[:, table]
    padded = np.empty((len(values), values.shape[1] + 1), dtype=values.dtype)
    padded[:, :-1] = values
    padded[:, -1] = np.iinfo(values.dtype).max
    return padded[:, table]


def repeated(moves: Moves, copies: int) -> Moves:
    """The same moves in `copies` side by side: state s of copy c is c * size + s. Many conflicts solved as one."""
    size = moves.size
    offset = np.arange(copies, dtype=np.int32) * size
    if isinstance(moves, Pools) and not moves.ranked:
        parts = []
        for part in moves.parts:
            width, pools = part.table.shape
            wide = part.table[:, None, :]
            table = np.where(wide < size, wide + offset[None, :, None], copies * size)
            states = (part.states[None, :] + offset[:, None]).ravel()
            whole = table.reshape(width, copies * pools).astype(np.int32)
            parts.append(_Part.of(whole, states, copies * size))
        return Pools(copies * size, parts)
    source, target = moves.arcs()
    degree = np.tile(moves.degree(), copies)
    start = np.zeros(copies * size + 1, dtype=np.int64)
    np.cumsum(degree, out=start[1:])
    shift = np.repeat(np.arange(copies, dtype=np.int64) * size, len(source))
    return Arcs(start, (np.tile(target, copies) + shift).astype(np.int32))

"""One-step moves of a decision maker, held so that a minimum over all targets costs one pass over the states.

Two forms. *Blocks*: states that differ only in the mover's own options form a block in which every member reaches every
other; nothing per arc is stored. *Arcs*: explicit targets, for one-way options, banned moves, merged states and graph
form. Both restrict themselves to improvements for a given ranking.
"""

from __future__ import annotations

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


class Blocks:
    """Moves within blocks: `table` (width, blocks) lists the members of each block, padded with `size`."""

    def __init__(self, table: Index, size: int) -> None:
        self._table = table
        self._size = size
        flat = table.ravel()
        real = flat < size
        self._place = np.empty(size, dtype=np.int64)  # where in the raveled table each state stands
        self._place[flat[real]] = np.flatnonzero(real)
        self._full = bool(real.all())
        self._count = np.count_nonzero(table < size, axis=0).astype(np.int32)

    @classmethod
    def from_labels(cls, label: NDArray[Any]) -> Blocks:
        """Blocks of equal `label`, one label per state."""
        size = len(label)
        _, block = np.unique(label, return_inverse=True)
        order = np.argsort(block, kind="stable").astype(np.int32)
        counts = np.bincount(block)
        first = np.cumsum(counts) - counts
        sorted_block = block[order]
        table = np.full((int(counts.max()), len(counts)), size, dtype=np.int32)
        table[np.arange(size) - first[sorted_block], sorted_block] = order
        return cls(table, size)

    @property
    def size(self) -> int:
        """Number of states."""
        return self._size

    def least(self, values: Values) -> Values:
        """See Moves."""
        top = np.iinfo(values.dtype).max
        rows = len(values)
        width, blocks = self._table.shape
        if width == 1:
            return np.full_like(values, top)
        members = _members(values, self._table, self._full, top)
        # The least of all members but one: the least before it and the least after it.
        result = np.empty_like(members)
        running = np.full((rows, blocks), top, dtype=values.dtype)
        for k in range(width):
            result[:, k] = running
            np.minimum(running, members[:, k], out=running)
        running.fill(top)
        for k in range(width - 1, -1, -1):
            np.minimum(result[:, k], running, out=result[:, k])
            np.minimum(running, members[:, k], out=running)
        return result.reshape(rows, -1)[:, self._place]

    def targets(self, state: int) -> Index:
        """See Moves."""
        block = self._table[:, self._place[state] % self._table.shape[1]]
        return np.sort(block[(block < self._size) & (block != state)])

    def degree(self) -> Index:
        """See Moves."""
        degrees: Index = self._count[self._place % self._table.shape[1]] - 1
        return degrees

    def arcs(self) -> tuple[Index, Index]:
        """See Moves."""
        width = len(self._table)
        sources = [np.empty(0, dtype=np.int32)]
        targets = [np.empty(0, dtype=np.int32)]
        for shift in range(1, width):
            other = np.roll(self._table, shift, axis=0)
            real = (self._table < self._size) & (other < self._size)
            sources.append(self._table[real])
            targets.append(other[real])
        source, target = np.concatenate(sources), np.concatenate(targets)
        order = np.lexsort((target, source))
        return source[order], target[order]

    def improving(self, rank: Values) -> RankedBlocks:
        """See Moves."""
        return RankedBlocks(self._table, rank, self._full)


class RankedBlocks:
    """Improvements within blocks: members sorted best first, so the targets of a state are those before its level."""

    def __init__(self, table: Index, rank: Values, full: bool) -> None:
        size = len(rank)
        width, blocks = table.shape
        padded = np.append(rank, np.iinfo(rank.dtype).min)
        ranks = padded[table]
        order = np.argsort(-ranks.astype(np.int64), axis=0, kind="stable")
        self._table = np.take_along_axis(table, order, axis=0)
        ranks = np.take_along_axis(ranks, order, axis=0)
        self._size = size
        self._full = full
        # level[k]: position of the first member with the rank of member k, that is, how many are strictly better.
        level = np.zeros((width, blocks), dtype=np.int64)
        for k in range(1, width):
            level[k] = np.where(ranks[k] == ranks[k - 1], level[k - 1], k)
        real = self._table < size
        self._better = np.empty(size, dtype=np.int64)
        self._better[self._table[real]] = level[real]
        self._block = np.empty(size, dtype=np.int64)
        self._block[self._table[real]] = np.broadcast_to(np.arange(blocks), (width, blocks))[real]
        self._lookup = self._better * blocks + self._block
        self._deepest = int(self._better.max(initial=0))

    @property
    def size(self) -> int:
        """Number of states."""
        return self._size

    def least(self, values: Values) -> Values:
        """See Moves."""
        top = np.iinfo(values.dtype).max
        rows = len(values)
        blocks = self._table.shape[1]
        deepest = self._deepest
        members = _members(values, self._table[:deepest], self._full, top)
        running = np.empty((rows, deepest + 1, blocks), dtype=values.dtype)
        running[:, 0] = top
        for k in range(deepest):
            np.minimum(running[:, k], members[:, k], out=running[:, k + 1])
        return running.reshape(rows, -1)[:, self._lookup]

    def targets(self, state: int) -> Index:
        """See Moves."""
        return np.sort(self._table[: self._better[state], self._block[state]])

    def degree(self) -> Index:
        """See Moves."""
        return self._better.astype(np.int32)

    def arcs(self) -> tuple[Index, Index]:
        """See Moves."""
        source = np.repeat(np.arange(self._size, dtype=np.int32), self._better)
        if not len(source):
            return source, source
        target = np.concatenate([self.targets(state) for state in range(self._size)])
        return source, target.astype(np.int32)

    def improving(self, rank: Values) -> Arcs:
        """See Moves."""
        return Arcs.from_pairs(self._size, *self.arcs()).improving(rank)


def _members(values: Values, table: Index, full: bool, top: int) -> Values:
    """`values` laid out as (rows, width, blocks), `top` where a block has fewer members."""
    if full:
        return values[:, table]
    padded = np.empty((len(values), values.shape[1] + 1), dtype=values.dtype)
    padded[:, :-1] = values
    padded[:, -1] = top
    return padded[:, table]


def repeated(moves: Moves, copies: int) -> Moves:
    """`copies` of the same moves side by side: state s of copy c is c * size + s. Many conflicts solved as one."""
    size = moves.size
    if isinstance(moves, Blocks):
        width, blocks = moves._table.shape
        offset = (np.arange(copies, dtype=np.int32) * size)[None, :, None]
        table = np.where(moves._table[:, None, :] < size, moves._table[:, None, :] + offset, copies * size)
        return Blocks(table.reshape(width, copies * blocks).astype(np.int32), copies * size)
    source, target = moves.arcs()
    degree = np.tile(moves.degree(), copies)
    start = np.zeros(copies * size + 1, dtype=np.int64)
    np.cumsum(degree, out=start[1:])
    shift = np.repeat(np.arange(copies, dtype=np.int64) * size, len(source))
    return Arcs(start, (np.tile(target, copies) + shift).astype(np.int32))

"""Limited-move and non-myopic stability: looking h moves ahead (Kilgour 1984; Zagare 1984; Fang, Hipel & Kilgour 1993).

`G_h(i, s)` is the state anticipated when i moves first at s and h moves are foreseen: i moves to the best anticipated
state unless staying is at least as good. s is L_h-stable for i iff `G_h(i, s) = s`, and non-myopically stable iff that
holds for all h from some h on. The tables of successive h evolve deterministically, so they repeat, often with a period
above 1; the repeat is found and the condition required all through it.

With ties the anticipated state need not be unique, so a rule for ties must be named; with more than two decision makers
no definition is agreed, so a variant must be named. There is no default for either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from backstop.faults import Fault, Refused
from backstop.graphmodel.conflict import Conflict
from backstop.graphmodel.moves import Moves, Values
from backstop.graphmodel.preference import Bools
from backstop.graphmodel.sequences import closure, matrix

Ties = Literal["strict", "best", "worst", "lowest"]
"""`strict`: refuse rankings with ties. Among states the mover likes equally, `best` takes the one best for the decision
maker who looks ahead, `worst` the worst for it, `lowest` the one with the lowest index."""

Variant = Literal["two", "rotation", "adversary"]
"""`two`: two decision makers move in turn. `rotation`: all move in turn in the order of the file, beginning with the
focal one. `adversary`: the others act as one, by legal sequences, and choose what is worst for the focal one."""

MAX_HORIZON = 10_000
Table = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Foresight:
    """`limited[h]`: (decision makers, states), L_h-stable; `stable`: non-myopically; the tables repeat from
    `cycle_starts_at` on with period `cycle_length`."""

    limited: tuple[Bools, ...]
    stable: Bools
    cycle_starts_at: int
    cycle_length: int


def is_strict(ranks: Sequence[Values]) -> bool:
    """No decision maker is indifferent between any two states."""
    return all(len(np.unique(rank)) == len(rank) for rank in ranks)


def foresee(conflict: Conflict, variant: Variant, ties: Ties, horizon: int = 8) -> Foresight:
    """L_1 ... L_horizon and non-myopic stability under a named variant and rule for ties.

    Raises Refused where the variant does not fit the number of decision makers, where rankings have ties under
    `strict`, or where the tables do not repeat within 10,000 moves.
    """
    ranks = conflict.rankings("limited-move stability")
    n = len(ranks)
    if variant == "two" and n != 2:
        raise Refused(
            Fault(
                f"limited-move stability of {n} decision makers has no agreed definition",
                hint="name a variant: rotation or adversary",
            )
        )
    if ties == "strict" and not is_strict(ranks):
        raise Refused(
            Fault(
                "limited-move stability is not unique where a ranking has ties",
                hint="name a rule for ties: best, worst or lowest",
            )
        )
    size = conflict.size
    stay = np.arange(size, dtype=np.int32)
    sweeps = (
        _Adversary(conflict, ranks, ties)
        if variant == "adversary"
        else _Rotation(conflict.moves, ranks, ties)
    )
    # tables[f] is what focal decision maker f anticipates; the whole state of the recursion is compared for repeats.
    state = sweeps.start()
    seen: dict[bytes, int] = {}
    history: list[Bools] = []
    for h in range(MAX_HORIZON):
        key = b"".join(table.tobytes() for table in state)
        if key in seen:
            start = seen[key]
            break
        seen[key] = h
        history.append(np.stack([table == stay for table in sweeps.anticipated(state)]))
        state = sweeps.next(state)
    else:
        raise Refused(Fault(f"the anticipated outcomes do not repeat within {MAX_HORIZON:,} moves"))
    length = len(history) - start
    stable = np.logical_and.reduce(history[start:])
    limited = tuple(
        history[h if h < len(history) else start + (h - start) % length] for h in range(horizon + 1)
    )
    return Foresight(limited, stable, start, length)


class _Rotation:
    """G for each (focal, place in the rotation): decision maker (focal + place) moves, then the next place."""

    def __init__(self, moves: Sequence[Moves], ranks: Sequence[Values], ties: Ties) -> None:
        self.arcs = [_padded(move) for move in moves]
        self.ranks, self.ties, self.n = ranks, ties, len(moves)
        self.size = moves[0].size
        # With two decision makers and strict preference the tables do not depend on who looks ahead: keep one set.
        self.focals = [-1] if ties in ("strict", "lowest") else list(range(self.n))

    def start(self) -> list[Table]:
        return [np.arange(self.size, dtype=np.int32) for _ in self.focals for _ in range(self.n)]

    def anticipated(self, state: list[Table]) -> list[Table]:
        if self.focals == [-1]:
            return state
        return [state[f * self.n + f] for f in range(self.n)]

    def next(self, state: list[Table]) -> list[Table]:
        result = []
        for at, focal in enumerate(self.focals):
            for mover in range(self.n):
                after = (
                    state[at * self.n + (mover + 1) % self.n]
                    if self.n > 1
                    else np.arange(self.size, dtype=np.int32)
                )
                result.append(_choose(self.arcs[mover], after, self.ranks[mover], self._tie(focal, mover)))
        return result

    def _tie(self, focal: int, mover: int) -> Values | None:
        if self.ties in ("strict", "lowest") or mover == focal:
            return None
        rank = self.ranks[focal].astype(np.int64)
        return rank if self.ties == "best" else -rank


class _Adversary:
    """Two tables per focal decision maker: it moves; the others, as one and against it, move."""

    def __init__(self, conflict: Conflict, ranks: Sequence[Values], ties: Ties) -> None:
        self.ranks = ranks
        self.size = conflict.size
        self.n = len(ranks)
        single = [matrix(move) for move in conflict.moves]
        self.own = [_padded(move) for move in conflict.moves]
        self.others = []
        for i in range(self.n):
            rest = [single[k] for k in range(self.n) if k != i]
            ends = closure(rest) if rest else np.zeros_like(single[0])
            np.fill_diagonal(ends, False)
            self.others.append(_padded_pairs(self.size, *(at.astype(np.int32) for at in np.nonzero(ends))))

    def start(self) -> list[Table]:
        return [np.arange(self.size, dtype=np.int32) for _ in range(2 * self.n)]

    def anticipated(self, state: list[Table]) -> list[Table]:
        return state[::2]

    def next(self, state: list[Table]) -> list[Table]:
        result = []
        for i in range(self.n):
            result.append(_choose(self.own[i], state[2 * i + 1], self.ranks[i], None))
            result.append(_choose(self.others[i], state[2 * i], -self.ranks[i].astype(np.int64), None))
        return result


def _padded(moves: Moves) -> Table:
    return _padded_pairs(moves.size, *moves.arcs())


def _padded_pairs(size: int, source: NDArray[np.int32], target: NDArray[np.int32]) -> Table:
    """(states, most moves): targets of each state, filled up with -1."""
    degree = np.bincount(source, minlength=size)
    table = np.full((size, max(int(degree.max(initial=0)), 1)), -1, dtype=np.int32)
    start = np.cumsum(degree) - degree
    table[source, np.arange(len(source)) - start[source]] = target
    return table


def _choose(targets: Table, after: Table, rank: Values, tie: Values | None) -> Table:
    """For each state: the state anticipated when its mover picks the best of `after` over its targets, or stays."""
    size = len(after)
    real = targets >= 0
    ends = after[np.where(real, targets, 0)]
    score = rank.astype(np.int64)[ends] * (4 * size)
    if tie is not None:
        score = score + tie[ends] + size
    score = np.where(real, score, np.iinfo(np.int64).min)
    pick = score.argmax(axis=1)  # the first of equals: targets ascend, so the lowest index
    end = ends[np.arange(size), pick]
    goes = real[:, 0] & (rank[end] > rank)
    return np.where(goes, end, np.arange(size)).astype(np.int32)

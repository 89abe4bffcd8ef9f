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
from functools import cached_property
from itertools import groupby
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from backstop.base.faults import InvalidInput, Refused
from backstop.base.words import did_you_mean
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.moves import Moves, Values
from backstop.graphmodel.model.preference import Bools, dense_ranks
from backstop.graphmodel.model.sequences import closure, matrix
from backstop.graphmodel.stability.relations import need_matrices

Ties = Literal["strict", "best", "worst", "lowest"]
"""`strict`: refuse rankings with ties. Among states the mover likes equally, `best` takes the one best for the decision
maker who looks ahead, `worst` the worst for it, `lowest` the one with the lowest index."""

Variant = Literal["two", "rotation", "adversary"]
"""`two`: two decision makers move in turn. `rotation`: all move in turn in the order of the file, beginning with the
focal one. `adversary`: the others act as one, by legal sequences, and choose what is worst for the focal one."""

VARIANTS: tuple[Variant, ...] = get_args(Variant)
TIES: tuple[Ties, ...] = get_args(Ties)
MAX_HORIZON = 10_000
HORIZON = 8
"""Moves looked ahead where no number is given."""

Table = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Role:
    """A turn in what somebody anticipates: `movers` (one, or several acting as one) go to one of `targets` or stay.

    They want the highest `rank` of what follows, and among equals the highest `tie` where there is one; then comes the
    turn of the role with index `after`, or nobody's. `targets` is (states, most moves), filled up with -1.
    """

    movers: tuple[int, ...]
    targets: Table
    rank: Values
    tie: Values | None
    after: int | None


@dataclass(frozen=True, eq=False)
class Anticipation:
    """What everybody anticipates: `tables[h][role]` from each state, that role moving first and h moves being foreseen.

    From `cycle_starts_at` on they repeat with period `cycle_length`. `first[i]`: the role in which i looks ahead.
    """

    conflict: Conflict
    variant: Variant
    ties: Ties
    ranks: tuple[Values, ...]
    roles: tuple[Role, ...]
    first: tuple[int, ...]
    tables: tuple[tuple[Table, ...], ...]
    cycle_starts_at: int
    cycle_length: int

    def table(self, role: int, horizon: int) -> Table:
        """What `role` anticipates at any horizon from 0 on."""
        if horizon >= len(self.tables):
            beyond = (horizon - self.cycle_starts_at) % self.cycle_length
            horizon = self.cycle_starts_at + beyond
        return self.tables[horizon][role]

    def limited(self, horizon: int) -> Bools:
        """L_h-stability (decision makers, states): the state itself is what is anticipated."""
        stay = np.arange(self.conflict.size, dtype=np.int32)
        return np.stack([self.table(role, horizon) == stay for role in self.first])

    @cached_property
    def stable(self) -> Bools:
        """Non-myopic stability (decision makers, states): L_h-stable all through the repeat."""
        cycle = range(self.cycle_starts_at, len(self.tables))
        return np.asarray(np.logical_and.reduce([self.limited(h) for h in cycle]))

    def as_dict(self) -> dict[str, object]:
        """`foresight` with the variant and the rule for ties, `limited_move` by horizon, and `non_myopic`."""
        stable = self.conflict.stable
        return {
            "foresight": {"variant": self.variant, "ties": self.ties},
            "limited_move": {str(h): stable(self.limited(h)) for h in range(1, HORIZON + 1)},
            "non_myopic": {
                "stable": stable(self.stable),
                "cycle_starts_at_h": self.cycle_starts_at,
                "cycle_length": self.cycle_length,
                "equilibria": self.conflict.ids_of(self.stable),
            },
        }

    def lines(self) -> list[str]:
        """States stable for all who look 1 to 8 moves ahead, and however far, in words."""
        ties = "" if self.ties == "strict" else f", ties: {self.ties}"
        some = self.conflict.some
        answers = [some(self.limited(h)) for h in range(1, HORIZON + 1)]
        parts = []
        h = 1
        for states, run in groupby(answers):
            last = h + len(list(run)) - 1
            parts.append(f"h = {h}{f' to {last}' if last > h else ''}: {states}")
            h = last + 1
        return [
            f"Stable for all who look h moves ahead (variant: {self.variant}{ties}): {'; '.join(parts)}",
            f"Non-myopically stable: {some(self.stable)}",
        ]


def is_strict(ranks: Sequence[Values]) -> bool:
    """Whether no decision maker is indifferent between any two states."""
    return all(len(np.unique(rank)) == len(rank) for rank in ranks)


def check_horizon(horizon: int) -> None:
    """Raises InvalidInput where no move, or more than 10,000, would be foreseen."""
    if not 1 <= horizon <= MAX_HORIZON:
        raise InvalidInput(
            f"{horizon:,} moves cannot be looked ahead", hint=f"give a horizon from 1 to {MAX_HORIZON:,}"
        )


def anticipate(conflict: Conflict, variant: Variant, ties: Ties) -> Anticipation:
    """What everybody anticipates at every horizon, under a named variant and rule for ties.

    Raises InvalidInput for an unknown name, and Refused where the variant does not fit the number of decision makers,
    where rankings have ties under `strict`, or where the tables do not repeat within 10,000 moves.
    """
    for name, valid, kind in ((variant, VARIANTS, "variant"), (ties, TIES, "rule for ties")):
        if name not in valid:
            raise InvalidInput(f"no {kind} is called {name}", hint=did_you_mean(name, valid, kind))
    ranks = tuple(dense_ranks(rank) for rank in conflict.rankings("limited-move stability"))
    n = len(ranks)
    if variant == "two" and n != 2:
        raise Refused(
            f"limited-move stability of {n} decision makers has no agreed definition",
            hint="name a variant: rotation or adversary",
        )
    if ties == "strict" and not is_strict(ranks):
        raise Refused(
            "limited-move stability is not unique where a ranking has ties",
            hint="name a rule for ties: best, worst or lowest",
        )
    build = _adversaries if variant == "adversary" else _rotation
    roles, first = build(conflict, ranks, ties)
    stay = np.arange(conflict.size, dtype=np.int32)
    # The tables of all roles together are the whole state of the recursion: they are compared for repeats.
    tables: tuple[Table, ...] = (stay,) * len(roles)
    seen: dict[bytes, int] = {}
    history: list[tuple[Table, ...]] = []
    for h in range(MAX_HORIZON):
        key = b"".join(table.tobytes() for table in tables)
        if key in seen:
            start = seen[key]
            return Anticipation(
                conflict, variant, ties, ranks, roles, first, tuple(history), start, h - start
            )
        seen[key] = h
        history.append(tables)
        tables = tuple(_choose(role, stay if role.after is None else tables[role.after]) for role in roles)
    raise Refused(f"the anticipated outcomes do not repeat within {MAX_HORIZON:,} moves")


def _rotation(
    conflict: Conflict, ranks: Sequence[Values], ties: Ties
) -> tuple[tuple[Role, ...], tuple[int, ...]]:
    """One role per focal decision maker and mover, each followed by the next mover in the order of the file."""
    n = len(ranks)
    arcs = [_padded(move) for move in conflict.moves]
    if ties in ("strict", "lowest"):
        # Then nothing depends on who looks ahead: one set of roles serves all.
        roles = (Role((k,), arcs[k], ranks[k], None, (k + 1) % n if n > 1 else None) for k in range(n))
        return tuple(roles), tuple(range(n))
    found = []
    for focal in range(n):
        liked = ranks[focal].astype(np.int64) * (1 if ties == "best" else -1)
        for k in range(n):
            after = focal * n + (k + 1) % n if n > 1 else None
            found.append(Role((k,), arcs[k], ranks[k], None if k == focal else liked, after))
    return tuple(found), tuple(focal * n + focal for focal in range(n))


def _adversaries(
    conflict: Conflict, ranks: Sequence[Values], ties: Ties
) -> tuple[tuple[Role, ...], tuple[int, ...]]:
    """Two roles per focal decision maker: itself, and the others as one, who want what it likes least.

    How ties are broken changes nothing for the focal one, since only its own ranking counts.
    """
    need_matrices(conflict, "looking ahead against the others as one")
    single = [matrix(move) for move in conflict.moves]
    roles: list[Role] = []
    for i, rank in enumerate(ranks):
        rest = tuple(k for k in range(len(ranks)) if k != i)
        ends = closure([single[k] for k in rest], conflict.size)
        np.fill_diagonal(ends, False)
        against = _padded_pairs(conflict.size, *(at.astype(np.int32) for at in np.nonzero(ends)))
        roles.append(Role((i,), _padded(conflict.moves[i]), rank, None, 2 * i + 1))
        roles.append(Role(rest, against, -rank.astype(np.int64), None, 2 * i))
    return tuple(roles), tuple(range(0, len(roles), 2))


def _padded(moves: Moves) -> Table:
    return _padded_pairs(moves.size, *moves.arcs())


def _padded_pairs(size: int, source: NDArray[np.int32], target: NDArray[np.int32]) -> Table:
    """Targets of each state (states, most moves), filled up with -1."""
    degree = np.bincount(source, minlength=size)
    table = np.full((size, max(int(degree.max(initial=0)), 1)), -1, dtype=np.int32)
    start = np.cumsum(degree) - degree
    table[source, np.arange(len(source)) - start[source]] = target
    return table


def _choose(role: Role, after: Table) -> Table:
    """For each state: the state anticipated when `role` picks the best of `after` over its targets, or stays."""
    size = len(after)
    real = role.targets >= 0
    ends = after[np.where(real, role.targets, 0)]
    score = role.rank.astype(np.int64)[ends] * (4 * size)
    if role.tie is not None:
        score = score + role.tie[ends] + size
    score = np.where(real, score, np.iinfo(np.int64).min)
    pick = score.argmax(axis=1)  # the first of equals: targets ascend, so the lowest index
    end = ends[np.arange(size), pick]
    goes = real[:, 0] & (role.rank[end] > role.rank)
    return np.where(goes, end, np.arange(size)).astype(np.int32)

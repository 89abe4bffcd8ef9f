"""Why a state is stable or not for one who looks ahead: what would follow each move, where it ends, and why there.

A witness for each cell of limited-move and non-myopic stability (definitions in `foresight`; Kilgour 1984; Fang, Hipel
& Kilgour 1993). Everybody on an anticipated path moves for the sake of its end, which is the same for all of them: G_h
of the first is G_(h-1) of the second, and so on. A path ends where the next in turn would rather stay or cannot move,
or because no further move is foreseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.sequences import Path, first_end
from backstop.graphmodel.stability.foresight import Anticipation, Ties, Variant, check_horizon

# Horizons searched, beyond the first period, for one in which every path ends by itself.
_FURTHER = 12

Members = tuple[int, ...]
HaltReason = Literal["stays", "no_move", "horizon", "nobody_else"]


@dataclass(frozen=True, slots=True)
class Tie:
    """A move to `target` not taken, though the mover likes its expected `end`, another one, as much.

    `decided_by`: what is `best` or `worst` for the one who looks ahead comes first, or else the `lowest` index.
    """

    target: int
    end: int
    decided_by: Literal["best", "worst", "lowest"]


@dataclass(frozen=True, slots=True)
class Anticipated:
    """One move of `movers` from `start` to `end`, with `foreseen` moves seen ahead, this one included.

    `path` has its single steps (mover, state): one, or several where decision makers act as one.
    """

    movers: Members
    start: int
    end: int
    path: Path
    foreseen: int
    ties: tuple[Tie, ...] = ()


@dataclass(frozen=True, slots=True)
class Halt:
    """Why a path ends: `movers`, next in turn, would stay or have no move; or no move is foreseen any more.

    Where they stay, `best` is the best move they have, with the end it is expected to have: no better for them.
    """

    reason: HaltReason
    movers: Members
    best: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is expected to follow a move: `steps`, that move first, up to `end`."""

    steps: tuple[Anticipated, ...]
    end: int
    halt: Halt

    @property
    def move(self) -> int:
        """The state moved to first."""
        return self.steps[0].end

    def as_dict(self, conflict: Conflict) -> dict[str, object]:
        """What is expected, as plain data with the ids of the file."""
        ids, names = conflict.states.ids, conflict.maker_ids
        best = self.halt.best
        return {
            "to": ids[self.move],
            "expected": [
                {
                    "movers": [names[k] for k in step.movers],
                    "from": ids[step.start],
                    "to": ids[step.end],
                    "path": conflict.steps(step.path),
                    "moves_foreseen": step.foreseen,
                    "liked_as_much": [
                        {"to": ids[tie.target], "end": ids[tie.end], "decided_by": tie.decided_by}
                        for tie in step.ties
                    ],
                }
                for step in self.steps
            ],
            "end": ids[self.end],
            "ends_because": {
                "reason": self.halt.reason,
                "next": [names[k] for k in self.halt.movers],
                "best": None if best is None else {"to": ids[best[0]], "end": ids[best[1]]},
            },
        }


@dataclass(frozen=True, slots=True)
class LimitedMoveWitness:
    """One cell of L_h: is `state` stable for `decision_maker` with `horizon` moves foreseen, and why.

    `structural`: there is no move at all. `prospects` has every move where the state is stable, those with the best
    ends first, and no end is preferred to `state`; where it is not stable, the move that is made, whose end is.
    """

    decision_maker: int
    state: int
    horizon: int
    variant: Variant
    ties: Ties
    stable: bool
    structural: bool
    prospects: tuple[Prospect, ...]

    def as_dict(self, conflict: Conflict) -> dict[str, object]:
        """The cell with its reason as plain data, with the ids of the file."""
        return {
            "decision_maker": conflict.maker_ids[self.decision_maker],
            "concept": "limited-move",
            "foresight": self.variant,
            "ties": self.ties,
            "horizon": self.horizon,
            "stable": self.stable,
            "structural": self.structural,
            "moves": [prospect.as_dict(conflict) for prospect in self.prospects],
        }


@dataclass(frozen=True, slots=True)
class NonMyopicWitness:
    """One cell of non-myopic stability: does looking further and further ahead settle on staying in `state`?

    What is anticipated anywhere repeats from `cycle_starts_at` on with period `cycle_length`. `looks` are the witnesses
    of L_h for one whole period at or after it, so they decide for all larger h: the state is stable if it is in all of
    them. From the horizon `settled_from` on it is always stayed in or always left; where that alternates, it is None.
    """

    decision_maker: int
    state: int
    variant: Variant
    ties: Ties
    stable: bool
    structural: bool
    cycle_starts_at: int
    cycle_length: int
    settled_from: int | None
    looks: tuple[LimitedMoveWitness, ...]

    def as_dict(self, conflict: Conflict) -> dict[str, object]:
        """The cell with its reason as plain data, with the ids of the file."""
        return {
            "decision_maker": conflict.maker_ids[self.decision_maker],
            "concept": "non-myopic",
            "foresight": self.variant,
            "ties": self.ties,
            "stable": self.stable,
            "structural": self.structural,
            "settled_from_h": self.settled_from,
            "repeats_from_h": self.cycle_starts_at,
            "cycle_length": self.cycle_length,
            "stays_at_h": [look.horizon for look in self.looks if look.stable],
            "leaves_at_h": [look.horizon for look in self.looks if not look.stable],
            "looks": [look.as_dict(conflict) for look in self.looks],
        }


def limited_move_witness(
    seen: Anticipation, decision_maker: int, state: int, horizon: int
) -> LimitedMoveWitness:
    """The reason for one cell of L_h under the variant and the rule for ties of `seen`.

    Raises InvalidInput for a horizon below 1 or above 10,000.
    """
    check_horizon(horizon)
    role = seen.first[decision_maker]
    moves = _targets(seen, role, state)
    stable = int(seen.table(role, horizon)[state]) == state
    if stable:
        rank = seen.ranks[decision_maker]
        found = [_prospect(seen, role, state, int(q), horizon, ()) for q in moves]
        prospects = tuple(sorted(found, key=lambda one: (-int(rank[one.end]), one.move)))
    else:
        move, _, ties = _choice(seen, role, state, horizon)
        prospects = (_prospect(seen, role, state, move, horizon, ties),)
    return LimitedMoveWitness(
        decision_maker, state, horizon, seen.variant, seen.ties, stable, not len(moves), prospects
    )


def non_myopic_witness(seen: Anticipation, decision_maker: int, state: int) -> NonMyopicWitness:
    """The reason for one cell of non-myopic stability under the variant and the rule for ties of `seen`."""
    role = seen.first[decision_maker]

    def stays(horizon: int) -> bool:
        return int(seen.table(role, horizon)[state]) == state

    # With no move foreseen everything is stable; a period is shown from the first horizon that says something.
    first = max(seen.cycle_starts_at, 1)
    period = range(first, first + seen.cycle_length)
    settled: int | None = None
    if len({stays(h) for h in period}) == 1:
        settled = first
        while settled > 1 and stays(settled - 1) == stays(first):
            settled -= 1
    looks = found = [limited_move_witness(seen, decision_maker, state, h) for h in period]
    # Any later period decides as well: prefer one in which paths end by themselves, and not for want of foresight.
    while _cut(found) and period.start < first + _FURTHER:
        period = range(period.stop, period.stop + seen.cycle_length)
        found = [limited_move_witness(seen, decision_maker, state, h) for h in period]
    if not _cut(found):
        looks = found
    return NonMyopicWitness(
        decision_maker,
        state,
        seen.variant,
        seen.ties,
        all(look.stable for look in looks),
        looks[0].structural,
        first,
        seen.cycle_length,
        settled,
        tuple(looks),
    )


def _cut(looks: Sequence[LimitedMoveWitness]) -> bool:
    """Some path ends only because no further move is foreseen."""
    return any(prospect.halt.reason == "horizon" for look in looks for prospect in look.prospects)


def _targets(seen: Anticipation, role: int, state: int) -> NDArray[np.int32]:
    row = seen.roles[role].targets[state]
    found: NDArray[np.int32] = row[row >= 0]
    return found


def _ends(seen: Anticipation, role: int, targets: NDArray[np.int32], horizon: int) -> NDArray[np.int32]:
    """Where a move of `role` to each of `targets` is expected to end, of `horizon` moves foreseen."""
    after = seen.roles[role].after
    return targets if after is None else seen.table(after, horizon - 1)[targets]


def _choice(seen: Anticipation, role: int, state: int, horizon: int) -> tuple[int, int, tuple[Tie, ...]]:
    """The best move of `role` from `state` and its end, and the moves it likes as much that end elsewhere."""
    one = seen.roles[role]
    targets = _targets(seen, role, state)
    ends = _ends(seen, role, targets, horizon)
    liked = np.flatnonzero(one.rank[ends] == one.rank[ends].max())
    kept = liked
    if one.tie is not None:
        kept = liked[one.tie[ends[liked]] == one.tie[ends[liked]].max()]
    pick = kept[0]
    ties = tuple(
        Tie(int(targets[k]), int(ends[k]), "lowest" if k in kept else _rule(seen.ties))
        for k in liked
        if ends[k] != ends[pick]
    )
    return int(targets[pick]), int(ends[pick]), ties


def _rule(ties: Ties) -> Literal["best", "worst", "lowest"]:
    return "lowest" if ties == "strict" else ties


def _prospect(
    seen: Anticipation, role: int, state: int, move: int, horizon: int, ties: tuple[Tie, ...]
) -> Prospect:
    """What follows when `role` moves from `state` to `move`, `horizon` moves being foreseen with this one."""
    steps = [_step(seen, role, state, move, horizon, ties)]
    here, turn = move, seen.roles[role].after
    for left in range(horizon - 1, -1, -1):
        if turn is None:
            return Prospect(tuple(steps), here, Halt("nobody_else", ()))
        movers = seen.roles[turn].movers
        if not left:
            break
        if not len(_targets(seen, turn, here)):
            return Prospect(tuple(steps), here, Halt("no_move", movers))
        target, end, equals = _choice(seen, turn, here, left)
        if int(seen.table(turn, left)[here]) == here:
            return Prospect(tuple(steps), here, Halt("stays", movers, (target, end)))
        steps.append(_step(seen, turn, here, target, left, equals))
        here, turn = target, seen.roles[turn].after
    return Prospect(tuple(steps), here, Halt("horizon", () if turn is None else seen.roles[turn].movers))


def _step(
    seen: Anticipation, role: int, start: int, end: int, foreseen: int, ties: tuple[Tie, ...]
) -> Anticipated:
    movers = seen.roles[role].movers
    if len(movers) == 1:
        path: Path = ((movers[0], end),)
    else:
        path = _joint_path(seen.conflict, movers, start, end)
    return Anticipated(movers, start, end, path, foreseen, ties)


def _joint_path(conflict: Conflict, movers: Members, start: int, end: int) -> Path:
    """A shortest legal sequence of `movers` from `start` to `end`."""
    found = first_end(start, [conflict.moves[k].targets for k in movers], lambda state: state == end)
    assert found is not None  # `end` is a target of the role
    return tuple((movers[k], state) for k, state in found)

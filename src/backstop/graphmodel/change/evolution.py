"""From the status quo: which states can be reached, how, who must move first, and who must accept a loss on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from backstop.base.faults import InvalidInput
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import better_matrix, unknown_matrix
from backstop.graphmodel.model.sequences import Path, Search, cheapest_end, search
from backstop.graphmodel.stability.relational import need_matrices

Kind = Literal["um", "ui", "uium"]
"""Steps by any move; by improvements of the mover alone; by moves to better or unknown states."""


@dataclass(frozen=True, slots=True)
class Route:
    """How a state is reached from the start. `losses` are the steps (from 0) of `least_loss` that leave their mover no
    better off; `first` are the decision makers with which a shortest path can begin."""

    state: int
    distance: int
    paths: tuple[Path, ...]
    first: tuple[int, ...]
    least_loss: Path
    losses: tuple[int, ...]
    by_improvements: int | None


def evolve(conflict: Conflict, kind: Kind = "um", start: int | None = None) -> Search:
    """Breadth-first search from `start` (default: the status quo) by legal sequences of the given kind of step.

    Raises InvalidInput where there is no status quo, Refused for `uium` on more states than matrices are held for.
    """
    if start is None:
        start = conflict.status_quo
    if start is None:
        raise InvalidInput("the file names no status quo", hint="add status_quo, or give a state with --from")
    if kind == "um":
        return search(start, [move.targets for move in conflict.moves])
    if kind == "ui" and conflict.ranks is not None:
        improving = [m.improving(r) for m, r in zip(conflict.moves, conflict.ranks, strict=True)]
        return search(start, [move.targets for move in improving])
    need_matrices(conflict, "evolution under a relation")
    reach = []
    for move, preference in zip(conflict.moves, conflict.preferences, strict=True):
        allowed = better_matrix(preference).T
        if kind == "uium":
            allowed = allowed | unknown_matrix(preference)

        def steps(state: int, move=move, allowed=allowed):  # type: ignore[no-untyped-def]
            found = move.targets(state)
            return found[allowed[state, found]]

        reach.append(steps)
    return search(start, reach)


def routes(
    conflict: Conflict, targets: list[int], start: int | None = None, most: int = 20
) -> Mapping[int, Route | None]:
    """How each of `targets` is reached, None where it is not; at most `most` shortest paths each."""
    by_moves = evolve(conflict, "um", start)
    by_improvements = evolve(conflict, "ui", start)
    ranks = conflict.rankings("evolution with losses")
    reach = [move.targets for move in conflict.moves]

    def loses(mover: int, here: int, there: int) -> int:
        return int(ranks[mover][there] <= ranks[mover][here])

    result: dict[int, Route | None] = {}
    for target in targets:
        if target not in by_moves.distance:
            result[target] = None
            continue
        paths = tuple(by_moves.paths(target, most))
        cheapest = () if target == by_moves.start else _least_loss(by_moves.start, target, reach, loses)
        here = by_moves.start
        losses = []
        for at, (mover, there) in enumerate(cheapest):
            if loses(mover, here, there):
                losses.append(at)
            here = there
        result[target] = Route(
            target,
            by_moves.distance[target],
            paths,
            by_moves.first_movers(target),
            cheapest,
            tuple(losses),
            by_improvements.distance.get(target),
        )
    return result


def _least_loss(start: int, target: int, reach, loses) -> Path:  # type: ignore[no-untyped-def]
    found = cheapest_end(start, reach, loses, lambda state: state == target)
    assert found is not None
    return found[1]

"""From the status quo: which states can be reached, how, who must move first, and who must accept a loss on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from backstop.base.faults import InvalidInput
from backstop.base.table import Table
from backstop.base.words import counted, listed
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.moves import Moves
from backstop.graphmodel.model.preference import Bools, better_matrix, unknown_matrix
from backstop.graphmodel.model.sequences import Path, Search, cheapest_end, search
from backstop.graphmodel.stability.attitudes import graded_kinds
from backstop.graphmodel.stability.ranked import stable_states
from backstop.graphmodel.stability.relations import need_matrices

Kind = Literal["um", "ui", "uium"]
"""Steps by any move; by improvements of the mover alone; by moves to better or unknown states."""

_MEANINGS: Mapping[Kind, str] = {
    "um": "any moves",
    "ui": "certain improvements",
    "uium": "moves to better or unknown states",
}
_MOST_PATHS, _SHOWN_PATHS = 20, 3


@dataclass(frozen=True, slots=True)
class Route:
    """How a state is reached from the start.

    `losses` are the steps (from 0) of `least_loss` that leave their mover no better off; `first` are those with whom a
    shortest path can begin.
    """

    state: int
    distance: int
    paths: tuple[Path, ...]
    first: tuple[int, ...]
    least_loss: Path
    losses: tuple[int, ...]
    by_improvements: int | None

    def as_dict(self, conflict: Conflict) -> dict[str, object]:
        """The route as plain data, with the ids of the file."""
        return {
            "distance": self.distance,
            "paths": [conflict.steps(path) for path in self.paths],
            "first": [conflict.maker_ids[i] for i in self.first],
            "by_improvements": self.by_improvements,
            "least_loss": conflict.steps(self.least_loss),
            "losses": list(self.losses),
        }

    def lines(self, conflict: Conflict) -> list[str]:
        """The route in words."""
        state, names = conflict.state_words(self.state), conflict.maker_ids
        if not self.distance:
            return [f"{state}: the start itself"]
        starters = [names[i] for i in self.first]
        can = "must" if len(starters) == 1 else "can"
        first = f"{' or '.join(starters)} {can} move first"
        lines = [f"{state}: {counted(self.distance, 'move')}; {first} on a shortest path"]
        lines += [f"  {conflict.path_words(path)}" for path in self.paths[:_SHOWN_PATHS]]
        if len(self.paths) > _SHOWN_PATHS:
            lines.append(f"  and {len(self.paths) - _SHOWN_PATHS} more of the same length")
        if self.by_improvements is not None:
            return [*lines, f"  by improvements alone: {counted(self.by_improvements, 'step')}"]
        steps = conflict.steps(self.least_loss)
        losses = listed(f"{steps[at][0]} (to {steps[at][1]})" for at in self.losses)
        lines.append(f"  not by improvements alone; somebody must step without gain: {losses}")
        if self.least_loss not in self.paths[:_SHOWN_PATHS]:
            words = conflict.path_words(self.least_loss)
            lines.append(f"  the path with the fewest such steps: {words}")
        return lines


@dataclass(frozen=True, eq=False)
class Evolution:
    """How states are reached from `start`.

    By `routes` for each state where preferences are rankings (None: not reached), else by `searches` of each kind.
    """

    format: ClassVar[str] = "backstop-graph-evolution/1"
    conflict: Conflict
    start: int
    routes: Mapping[int, Route | None]
    searches: Mapping[Kind, Search]

    def as_dict(self) -> dict[str, object]:
        """Routes or shortest paths as plain data, with the ids of the file."""
        ids = self.conflict.states.ids
        if self.searches:
            return {f"status_quo_{kind}": paths(self.conflict, one) for kind, one in self.searches.items()}
        routes = {
            ids[state]: None if route is None else route.as_dict(self.conflict)
            for state, route in self.routes.items()
        }
        return {"start": ids[self.start], "routes": routes}

    def lines(self) -> list[str]:
        """Routes or shortest paths in words."""
        one = self.conflict
        lines = []
        for state, route in self.routes.items():
            unreached = f"{one.state_words(state)}: cannot be reached"
            lines += [unreached] if route is None else route.lines(one)
        for kind, found in self.searches.items():
            lines.append(f"by {_MEANINGS[kind]}:")
            for state in sorted(found.distance):
                path = one.path_words(found.path(state)) or "the start itself"
                lines.append(f"  {one.states.ids[state]}: {path}")
        return lines

    def tables(self) -> list[Table]:
        """A table of states with their distance and one shortest path; one for each kind of step."""
        ids, words = self.conflict.states.ids, self.conflict.path_words
        columns = ("state", "moves", "a shortest path")
        found = {
            "By any moves": [
                (ids[state], str(route.distance), words(route.paths[0])) if route else (ids[state], "-", "")
                for state, route in self.routes.items()
            ],
            **{
                f"By {_MEANINGS[kind]}": [
                    (ids[state], str(far), words(one.path(state))) for state, far in one.distance.items()
                ]
                for kind, one in self.searches.items()
            },
        }
        return [Table(title, columns, tuple(rows)) for title, rows in found.items() if rows]


def paths(conflict: Conflict, found: Search) -> dict[str, object]:
    """Distance and one shortest path of each state reached, by id."""
    return {
        conflict.states.ids[state]: {"distance": far, "path": conflict.steps(found.path(state))}
        for state, far in found.distance.items()
    }


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
    for moves, preference in zip(conflict.moves, conflict.preferences, strict=True):
        better = better_matrix(preference).T
        reach.append(_allowed(moves, better | unknown_matrix(preference) if kind == "uium" else better))
    return search(start, reach)


def _allowed(moves: Moves, allowed: Bools) -> Callable[[int], NDArray[np.int32]]:
    def targets(state: int) -> NDArray[np.int32]:
        found = moves.targets(state)
        kept: NDArray[np.int32] = found[allowed[state, found]]
        return kept

    return targets


def evolution(
    conflict: Conflict, start: str | None = None, targets: Sequence[str] = (), every: bool = False
) -> Evolution:
    """How `targets` (ids) are reached from `start`; without targets every state, or those stable by GMR or SEQ.

    Where preferences are not rankings, all states reached by each kind of step. Raises as `evolve`, and InvalidInput
    for an unknown id.
    """
    origin = None if start is None else conflict.state(start)
    if conflict.ranks is None:
        kinds: list[Kind] = ["um"] if graded_kinds(conflict) else ["um", "ui", "uium"]
        searches = {kind: evolve(conflict, kind, origin) for kind in kinds}
        return Evolution(conflict, searches["um"].start, {}, searches)
    at = [conflict.state(name) for name in targets]
    if every and not targets:
        at = list(range(conflict.size))
    elif not targets:
        tables = stable_states(conflict.moves, conflict.rankings("evolve without --to"), ("gmr", "seq"))
        at = np.flatnonzero(np.any([table.all(axis=0) for table in tables.values()], axis=0)).tolist()
    begin = evolve(conflict, "um", origin).start
    return Evolution(conflict, begin, routes(conflict, at, origin), {})


def routes(
    conflict: Conflict, targets: Sequence[int], start: int | None = None
) -> Mapping[int, Route | None]:
    """How each of `targets` is reached, None where it is not; at most 20 shortest paths each."""
    by_moves = evolve(conflict, "um", start)
    by_improvements = evolve(conflict, "ui", start)
    ranks = conflict.rankings("evolution with losses")
    reach = [move.targets for move in conflict.moves]
    origin = by_moves.start

    def loses(mover: int, here: int, there: int) -> int:
        return int(ranks[mover][there] <= ranks[mover][here])

    result: dict[int, Route | None] = {}
    for target in targets:
        if target not in by_moves.distance:
            result[target] = None
            continue
        cheapest: Path = ()
        if target != origin:
            cheapest = cheapest_end(origin, reach, loses, lambda state, end=target: state == end) or ()  # type: ignore[misc]
        before = [origin, *(there for _, there in cheapest)]
        losses = [at for at, (mover, there) in enumerate(cheapest) if loses(mover, before[at], there)]
        result[target] = Route(
            target,
            by_moves.distance[target],
            tuple(by_moves.paths(target, _MOST_PATHS)),
            by_moves.first_movers(target),
            cheapest,
            tuple(losses),
            by_improvements.distance.get(target),
        )
    return result

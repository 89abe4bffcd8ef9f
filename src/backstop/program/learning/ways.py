"""The ways by which a play leads back into its own group of phases, as they are kept for a search (`search`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backstop.game.tree import Ending, Game
from backstop.program.code.encoding import Store
from backstop.program.code.terms import Term
from backstop.program.layout import SLOT
from backstop.program.learning.endings import Endings
from backstop.program.learning.grid import Reading
from backstop.program.learning.play import Solution
from backstop.program.learning.seat import KINDS, WARM, Seat


@dataclass(frozen=True, slots=True)
class Ways:
    """How likely a play at a belief leads back, in bytes after the address of the beliefs that are kept for it.

    `moves`: places by type, by the first outcome that leads there and the belief with which it does; `readings`: places
    of how far a belief lies between two of the grid, and of the number of the first of these. `size`: bytes of the
    beliefs and all of this, for each belief of the grid.
    """

    moves: Mapping[tuple[int, int], tuple[int, int]]
    readings: Mapping[int, tuple[int, int]]
    size: int


def group_of(game: Game) -> dict[int, frozenset[int]]:
    """The group of every phase that leads back to itself."""
    return {
        phase: frozenset(group)
        for group in game.groups()
        for phase in group
        if len(group) > 1 or phase in game.following(phase)
    }


def ways_of(game: Game, seat: Seat, learns: bool) -> Ways:
    """Room for the ways of a play, after the beliefs that are found in it."""
    groups = group_of(game)
    back = {
        outcome
        for phase, following in zip(seat.phases, seat.following, strict=True)
        for outcome, after in following.items()
        if after in groups.get(phase, ())
    }
    moves: dict[tuple[int, int], tuple[int, int]] = {}
    readings: dict[int, tuple[int, int]] = {}
    used = len(seat.found) * SLOT
    for copy in seat.unfolded.copies:
        node = seat.play.nodes[copy.position]
        if not isinstance(node, Ending) or node.outcome not in back:
            continue
        way = seat.first_to(node.outcome), copy.belief
        if way not in moves:
            moves[way] = used, used + SLOT
            used += 2 * SLOT
        if learns and copy.belief and copy.belief not in readings:
            readings[copy.belief] = used, used + SLOT
            used += 2 * SLOT
    return Ways(moves, readings, max(used, SLOT))


def kept_ways(
    solution: Solution,
    ways: Ways,
    readings: Sequence[Reading | None],
    open_: Term | None,
) -> list[Store]:
    """What is kept of a play that has been solved, in the worlds of the mask `open_` (None: all)."""
    terms, seat, stores = solution.terms, solution.seat, list[Store]()
    together: dict[tuple[int, int], list[list[Term]]] = {}
    for (outcome, belief), shares in Endings(solution).ends().items():
        way = seat.first_to(outcome), belief
        if way in ways.moves:
            of_way = together.setdefault(way, [[] for _ in KINDS])
            for kind in KINDS:
                of_way[kind].append(shares[kind])

    def put(place: int, term: Term) -> None:
        new = term if open_ is None else terms.select(open_, term, terms.load_at(WARM, place))
        stores.append(Store(place, new, WARM))

    for way, parts in together.items():
        for kind in KINDS:
            put(ways.moves[way][kind], terms.sum(parts[kind]))
    for belief, (weight, cell) in ways.readings.items():
        reading = readings[belief]
        assert reading is not None
        between = terms.local(reading.weight)
        steps = terms.constant(float(solution.grid.size - 1))
        put(weight, between)
        put(cell, terms.sub(terms.mul(terms.local(reading.belief), steps), between))
    return stores

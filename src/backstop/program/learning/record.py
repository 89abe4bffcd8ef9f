"""What is kept of every period, phase and belief of a pair of worlds, for figures that are computed forwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backstop.game.tree import Decision, Ending
from backstop.program.layout import SLOT, Memory
from backstop.program.learning.grid import Grid
from backstop.program.learning.seat import Seat

# An ending, or a next phase, by the first outcome that leads there; and the belief with which it is come to.
Way = tuple[int, int]
# Places of the probabilities that the two types have.
ByType = tuple[int, int]


@dataclass(slots=True)
class Kept:
    """What is kept of a phase, by place within a block; `size` bytes a block, one block for every belief of the grid.

    `outcomes` and `moves`: probabilities of an outcome, and of a next phase, with a belief. `slips` and `slip_moves`:
    the same with a first slip by an actor on the way. `readings`: where a belief lies between those of the grid (a
    weight, and the first of the two by number in bytes of a row of numbers), and the belief itself.
    """

    outcomes: dict[Way, ByType] = field(default_factory=dict)
    moves: dict[Way, ByType] = field(default_factory=dict)
    slips: dict[tuple[Way, int], ByType] = field(default_factory=dict)
    slip_moves: dict[Way, dict[int, ByType]] = field(default_factory=dict)
    readings: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    size: int = 0

    def room(self, count: int = 1) -> int:
        """Room for so many numbers."""
        place = self.size
        self.size += count * SLOT
        return place

    def pair(self) -> ByType:
        """Room for a number of both types."""
        place = self.room(2)
        return place, place + SLOT


@dataclass(frozen=True, slots=True)
class Record:
    """`stride` bytes for every period from period 1 on, which begins at `base`, the last of them at `horizon`; a
    period in which all is as at the horizon has none of its own. `where`: room for the addresses (i32) of all
    periods, from period 0 on. The blocks of phase k begin at `first[k]` of a period. `start[k]`: the one block of
    period 0, when the share of a type is what is believed."""

    base: int
    stride: int
    horizon: int
    where: int
    first: Mapping[int, int]
    start: Mapping[int, int]
    kept: Mapping[int, Kept]
    slips: bool


def record_of(grid: Grid, seats: Sequence[Seat], periods: int, memory: Memory, slips: bool) -> Record:
    """Room for what is kept of every period."""
    kept: dict[int, Kept] = {}
    for seat in seats:
        of = _kept(seat, grid.hidden.learns, slips)
        kept |= dict.fromkeys(seat.phases, of)
    first, used = dict[int, int](), 0
    for phase in kept:
        if phase in grid.first:
            first[phase] = used
            used += kept[phase].size * grid.size
    stride = max(used, SLOT)
    start = {phase: memory.take(of.size, 1) for phase, of in kept.items()}
    base, where = memory.take(max(1, periods - 1), stride), memory.take(periods, 4)
    horizon = base + max(0, periods - 2) * stride
    return Record(base, stride, horizon, where, first, start, kept, slips)


def _kept(seat: Seat, learns: bool, slips: bool) -> Kept:
    found = Kept()
    ways = _slippery(seat)
    for copy in seat.unfolded.copies:
        node = seat.play.nodes[copy.position]
        if not isinstance(node, Ending):
            continue
        way = node.outcome, copy.belief
        found.outcomes[way] = found.pair()
        if learns and copy.belief not in found.readings:
            found.readings[copy.belief] = found.room(), found.room(), found.room()
        if slips:
            for actor in sorted(ways[way]):
                found.slips[way, actor] = found.pair()
        found.moves.setdefault((seat.first_to(node.outcome), copy.belief), (0, 0))
    for target, belief in found.moves:
        each = [way for way in found.outcomes if (seat.first_to(way[0]), way[1]) == (target, belief)]
        found.moves[target, belief] = found.outcomes[each[0]] if len(each) == 1 else found.pair()
        if slips:
            by = found.slip_moves[target, belief] = {}
            for actor in sorted({actor for way in each for actor in ways[way]}):
                places = [found.slips[way, actor] for way in each if actor in ways[way]]
                by[actor] = places[0] if len(places) == 1 else found.pair()
    return found


def _slippery(seat: Seat) -> dict[Way, set[int]]:
    """Who decides on a way to each ending."""
    copies = seat.unfolded.copies
    above: list[set[int]] = [set() for _ in copies]
    found: dict[Way, set[int]] = {}
    for place in range(len(copies) - 1, -1, -1):
        copy = copies[place]
        node = seat.play.nodes[copy.position]
        if isinstance(node, Ending):
            found[node.outcome, copy.belief] = above[place]
            continue
        here = above[place] | ({node.actor} if isinstance(node, Decision) else set())
        for child in copy.children:
            above[child] |= here
    return found

"""The plays of a game with a hidden type as functions of a belief, called for every phase and belief of the grid.

`guess_i(row, out, warm, own, ...)` makes one step of Newton's method: from beliefs that are kept at `warm`, the worth
of the phase and better beliefs. `choose_i(row, out, warm, own, ..., block)` gives the worth and what is chosen with the
beliefs found. In between stand the addresses of next phases that differ between the phases that share a play. The
belief at hand, how far steepness is turned up and the worlds in which steps are made lie in `Desk`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backstop.game.tree import Decision, Ending
from backstop.program.code.encoding import I32, Assign, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT, Memory
from backstop.program.learning.endings import Endings
from backstop.program.learning.grid import Reading, read
from backstop.program.learning.inference import believed
from backstop.program.learning.opening.plays import OpenLearnt
from backstop.program.learning.play import Solution
from backstop.program.learning.record import Record
from backstop.program.learning.seat import (
    KINDS,
    OUT,
    ROW,
    TARGETS,
    WARM,
    Board,
    Seat,
    SeatNumbers,
    telling,
)
from backstop.program.learning.ways import kept_ways, ways_of
from backstop.program.recursion.rows import largest

# Choices at neighbouring beliefs of the grid that differ by more may lie on another branch than the principal one.
JUMP = 0.15


@dataclass(frozen=True, slots=True)
class Desk:
    """Places of what the functions of plays work with.

    `belief` at hand; `turned`: how far steepness is turned up, 1 for the game itself; `open`: worlds in which a step is
    made; `moved`: how far the last step moved a belief. `compared`: worlds in which choices are compared with those at
    the belief before; `jumped`: those in which they are far from them.
    """

    belief: int
    turned: int
    open: int
    moved: int
    compared: int
    jumped: int


def desk_of(memory: Memory) -> Desk:
    """Room for it."""
    return Desk(*(memory.take(1) for _ in range(6)))


def seats_of(board: Board, phases: Sequence[int]) -> list[Seat]:
    """The plays of some phases; phases with the same one share a seat."""
    model = board.numbers[0].model
    alike: list[tuple[list[int], object]] = []
    for phase in phases:
        pattern = telling(board, phase), _pattern(board, phase)
        for group, of_group in alike:
            first = group[0]
            same = pattern == of_group and model.game.plays[first] == model.game.plays[phase]
            if same and model.nodes[first] == model.nodes[phase]:
                group.append(phase)
                break
        else:
            alike.append(([phase], pattern))
    seats = []
    for group, _ in alike:
        play = model.game.plays[group[0]]
        assert play is not None
        following = tuple(model.game.next_phase[phase] for phase in group)
        seats.append(Seat(play, tuple(group), telling(board, group[0]), following))
    return seats


def _pattern(board: Board, phase: int) -> list[tuple[int, bool]]:
    """Which outcomes of a play lead to the same next phase, and which to an absorbing one."""
    game = board.numbers[0].model.game
    play, following = game.plays[phase], game.next_phase[phase]
    assert play is not None
    first: dict[int, int] = {}
    return [
        (first.setdefault(following[outcome], len(first)), game.plays[following[outcome]] is None)
        for _, outcome in play.endings
    ]


class Plays:
    """The functions of the plays at some seats."""

    def __init__(self, board: Board, desk: Desk, seats: Sequence[Seat], memory: Memory) -> None:
        self.board, self.desk, self.seats, self.memory = board, desk, seats, memory
        self.functions: list[Function] = []
        self.number = {phase: i for i, seat in enumerate(seats) for phase in seat.phases}
        size = board.grid.size
        # Where the beliefs found in a phase are kept, and the ways back, for one belief of the grid after the other.
        self.ways = [ways_of(board.numbers[0].model.game, seat, board.grid.hidden.learns) for seat in seats]
        self.warm = {
            phase: memory.take(size, self.ways[i].size)
            for i, seat in enumerate(seats)
            for phase in seat.phases
        }
        # How likely telling moves were made by either type at the belief before.
        self.before = memory.take(max([1, *(2 * len(seat.found) for seat in seats)]))
        self.warm_at_start = memory.take(1, max([SLOT, *(ways.size for ways in self.ways)]))
        self._own: dict[int, int] = {}
        self._sizes: list[int] = []

    def size_of(self, seat: Seat) -> int:
        """Bytes that are kept of a play for each belief of the grid."""
        return self._sizes[self.number[seat.phases[0]]]

    def write(self, record: Record, certain: bool, opened: OpenLearnt | None = None) -> None:
        """Write the functions of all seats; with `opened` those that lay plays open as well."""
        self._sizes = [record.kept[seat.phases[0]].size for seat in self.seats]
        for number, seat in enumerate(self.seats):
            if seat.found:
                self.functions.append(self._guess(number, seat, certain))
            self.functions.append(self._choose(number, seat, record, certain))
            if opened is not None:
                self.functions.append(self._opened(number, seat, opened, certain))

    def own(self, phase: int) -> int:
        """Where the own numbers of a phase lie; to be asked once all functions are written."""
        if phase not in self._own:
            self._own[phase] = self.memory.take(max(1, len(self.seats[self.number[phase]].own_numbers)))
        return self._own[phase]

    def targets(self, phase: int) -> list[int]:
        """Where the values of the next phases that differ between phases lie."""
        seat, grid = self.seats[self.number[phase]], self.board.grid
        place = seat.phases.index(phase)
        return [grid.place(grid.rows.discounted, each[place]) for each in seat.targets]

    def own_terms(self) -> Iterator[tuple[int, Term]]:
        """Places of the numbers that differ between phases with the same play, with their terms."""
        for seat in self.seats:
            for position, phase in enumerate(seat.phases):
                for i, terms in enumerate(seat.own_numbers):
                    yield self.own(phase) + i * SLOT, terms[position]

    def _beliefs(
        self, function: Function, seat: Seat
    ) -> tuple[list[Term], list[Reading | None], list[int], dict[tuple[int, int], tuple[int, int]], Terms]:
        """Code that puts all beliefs into locals and finds them in the grid; also cells by number, and addresses."""
        board, grid, found = self.board, self.board.grid, seat.found
        needed = {
            copy.belief
            for copy in seat.unfolded.copies
            if isinstance(node := seat.play.nodes[copy.position], Ending)
            and not grid.is_absorbing(seat.following[0][node.outcome])
        }
        locals_: list[int] = []
        readings: list[Reading | None] = []
        cells: list[int] = []
        for belief, learnt in enumerate(seat.unfolded.beliefs):
            terms = Terms()
            if learnt is None:
                term = terms.load(self.desk.belief)
            elif belief in found:
                term = terms.load_at(WARM, found.index(belief) * SLOT)
            else:
                before = terms.local(locals_[learnt.before])
                numbers = SeatNumbers(board, seat, terms)
                first, second = (numbers.chances(learnt.position, k)[learnt.move] for k in KINDS)
                term = believed(terms, before, first, second)[0]
            if grid.hidden.learns and belief in needed:
                reading, cell = read(function, terms, term, grid.size, grid.rows.size)
                locals_.append(reading.belief)
            else:
                reading, cell = None, -1
                local = function.local()
                function.compute(terms, [Assign(local, term)])
                locals_.append(local)
            readings.append(reading)
            cells.append(cell)
        addresses: dict[tuple[int, int], tuple[int, int]] = {}
        for copy in seat.unfolded.copies:
            node = seat.play.nodes[copy.position]
            if not isinstance(node, Ending):
                continue
            target, differing = seat.target(node.outcome)
            key = copy.belief, differing
            if differing is None or grid.is_absorbing(target) or key in addresses:
                continue
            reading = readings[copy.belief]
            made = []
            for cell in (ROW,) if reading is None else reading.cells:
                address = function.local(I32)
                function.get(cell)
                function.get(TARGETS + differing)
                function.integer("add")
                function.set(address)
                made.append(address)
            addresses[copy.belief, differing] = made[0], made[-1]
        terms = Terms()
        return [terms.local(local) for local in locals_], readings, cells, addresses, terms

    def _named(self, kind: str, number: int, seat: Seat) -> Function:
        more = 0 if kind == "guess" else 1
        return Function(f"{kind}_{number}", (I32,) * (TARGETS + len(seat.targets) + more))

    def _guess(self, number: int, seat: Seat, certain: bool) -> Function:
        function, desk, rows = self._named("guess", number, seat), self.desk, self.board.grid.rows
        beliefs, readings, _, addresses, terms = self._beliefs(function, seat)
        turned, open_ = terms.load(desk.turned), terms.load(desk.open)
        solution = Solution(self.board, seat, terms, beliefs, readings, addresses, certain, turned)
        stores = []
        for column, worth in enumerate(solution.worth()):
            place = rows.worth + column * SLOT
            kept = terms.load_at(OUT, place)
            stores.append(Store(place, terms.select(open_, worth, kept), OUT))
        changes = solution.corrected()
        steps = [changes[belief] for belief in seat.found]
        zero, one = terms.constant(0.0), terms.constant(1.0)
        for i, (belief, step) in enumerate(zip(seat.found, steps, strict=True)):
            old = beliefs[belief]
            new = terms.op("pmin", terms.op("pmax", zero, terms.add(old, step)), one)
            stores.append(Store(i * SLOT, terms.select(open_, new, old), WARM))
        stores += kept_ways(solution, self.ways[number], readings, open_)
        lost = terms.sum([terms.sub(step, step) for step in steps])
        stores.append(Store(desk.moved, terms.add(largest(terms, zero, steps), lost)))
        function.compute(terms, stores)
        return function

    def _jumps(self, seat: Seat, solution: Solution) -> list[Store]:
        """Keep how likely telling moves are made, and note where that is far from what it was at the belief before."""
        terms, desk = solution.terms, self.desk
        places = {(copy.position, copy.belief): n for n, copy in enumerate(seat.unfolded.copies)}
        stores, gaps = list[Store](), list[Term]()
        for i, belief in enumerate(seat.found):
            learnt = seat.unfolded.beliefs[belief]
            assert learnt is not None
            made = solution.made[places[learnt.position, learnt.before]]
            for kind in KINDS:
                place = self.before + (2 * i + kind) * SLOT
                likely = made[kind][learnt.move]
                gaps.append(terms.sub(likely, terms.load(place)))
                stores.append(Store(place, likely))
        if not gaps:
            return []
        far = terms.op("gt", largest(terms, terms.constant(0.0), gaps), terms.constant(JUMP))
        far = terms.op("and", terms.load(desk.compared), far)
        # What was kept has to be read before it is written over.
        return [Store(desk.jumped, terms.op("or", terms.load(desk.jumped), far)), *stores]

    def _choose(self, number: int, seat: Seat, record: Record, certain: bool) -> Function:
        function, rows = self._named("choose", number, seat), self.board.grid.rows
        block = TARGETS + len(seat.targets)
        beliefs, readings, cells, addresses, terms = self._beliefs(function, seat)
        solution = Solution(self.board, seat, terms, beliefs, readings, addresses, certain)
        stores = [
            Store(rows.worth + column * SLOT, worth, OUT) for column, worth in enumerate(solution.worth())
        ]
        stores += self._jumps(seat, solution)
        if not seat.found:
            stores += kept_ways(solution, self.ways[number], readings, None)
        kept, endings = record.kept[seat.phases[0]], Endings(solution)
        together: dict[tuple[int, int], list[Term]] = {}

        def put(place: int, term: Term) -> None:
            stores.append(Store(place, term, block))

        for (outcome, belief), shares in endings.ends().items():
            for kind in KINDS:
                put(kept.outcomes[outcome, belief][kind], shares[kind])
                place = kept.moves[seat.first_to(outcome), belief][kind]
                together.setdefault((place, kind), []).append(shares[kind])
        if record.slips:
            for kind in KINDS:
                for (outcome, belief), by in endings.slips(kind).items():
                    for actor, term in by.items():
                        put(kept.slips[(outcome, belief), actor][kind], term)
                        place = kept.slip_moves[seat.first_to(outcome), belief][actor][kind]
                        together.setdefault((place, kind), []).append(term)
        for (place, _), parts in together.items():
            if len(parts) > 1:
                put(place, terms.sum(parts))
        for belief, (weight, cell, itself) in kept.readings.items():
            put(itself, beliefs[belief])
            reading = readings[belief]
            if reading is not None:
                put(weight, terms.local(reading.weight))
                # A slot of one number for every belief of the grid.
                put(cell, terms.op("i32mul", terms.local(cells[belief]), terms.bits(SLOT | SLOT << 32)))
        function.compute(terms, stores)
        return function

    def _opened(self, number: int, seat: Seat, opened: OpenLearnt, certain: bool) -> Function:
        function, block = self._named("opened", number, seat), TARGETS + len(seat.targets)
        beliefs, readings, _, addresses, terms = self._beliefs(function, seat)
        solution = Solution(self.board, seat, terms, beliefs, readings, addresses, certain)
        function.compute(terms, opened.stores(solution, opened.blocks.plays[number], block))
        return function


def without_noise(board: Board) -> Term | None:
    """A mask of the lanes in which the typed actor chooses without noise: then no branch leads there."""
    found, terms, hidden = None, board.terms, board.grid.hidden
    model = board.numbers[0].model
    for phase in model.game.live if hidden.learns else ():
        play = model.game.plays[phase]
        for position, node in enumerate(() if play is None else play.nodes):
            if isinstance(node, Decision) and node.actor == hidden.actor:
                for numbers in board.numbers:
                    steep = numbers.steepness(phase, position)
                    amount = terms.amount(steep)
                    if amount is None or amount == 0.0:
                        here = terms.op("eq", steep, terms.constant(0.0))
                        found = here if found is None else terms.op("or", found, here)
    return found

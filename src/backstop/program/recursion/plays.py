"""The plays of a game as functions, one period at a time.

Plays of single phases are written together: what they have in common is computed once, and decisions that do not wait
for one another stand side by side, so that a processor can work on several. A play that many phases have is written
once and called for each of them, with the addresses of its own numbers and of its results.

There are functions to compute what stays the same throughout the tail (`lasting`); the worth of phases in the tail,
from that (`worth`); the worth and how it follows from that of the next phases (`slopes`); the worth and the probability
of every outcome (`chosen`). Where somebody chooses without noise `chosen` has functions of its own, which do for the
tail as well; lanes with noise get the same bits from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from backstop.game.tree import Decision, Ending, Play
from backstop.program.code.encoding import I32, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT
from backstop.program.recursion.play import NOBODY, TARGETS, Address, Board, Entry, Seat, Solution
from backstop.program.recursion.record import Record

# Phases with the same play from which on it is written once for all.
MANY = 5
# Terms of plays that are written together.
_TOGETHER = 2_500
# Slots that stores made only for the sake of their order take turns in.
_ANCHORS = 8


@dataclass(frozen=True, slots=True)
class Call:
    """A function to be called once, or once for each of some phases that share a play."""

    name: str
    phases: tuple[int, ...] = ()


class Plays:
    """The plays of some phases, seated. `absorbing_change`: absorbing phases change in the tail as well."""

    def __init__(self, board: Board, record: Record, absorbing_change: bool) -> None:
        self.board, self.record, self.absorbing_change = board, record, absorbing_change
        self.memory = board.rows.memory
        self.functions: list[Function] = []
        self.own: dict[int, int] = {}
        self._anchors = self.memory.take(_ANCHORS)
        self.going = self._seats(board.rows.going)
        self.at_first = self._seats(board.rows.at_first)
        self.seat_of = {phase: seat for seat in (*self.going, *self.at_first) for phase in seat.phases}

    def _seats(self, phases: Sequence[int]) -> list[Seat]:
        model = self.board.numbers.model
        alike: list[list[int]] = []
        patterns: list[list[tuple[int, bool]]] = []
        for phase in phases:
            pattern = self._pattern(phase)
            for group, known in zip(alike, patterns, strict=True):
                first = group[0]
                same = known == pattern and model.game.plays[first] == model.game.plays[phase]
                if same and model.nodes[first] == model.nodes[phase]:
                    group.append(phase)
                    break
            else:
                alike.append([phase])
                patterns.append(pattern)
        seats = []
        for group in alike:
            for members in [tuple(group)] if len(group) >= MANY else [(phase,) for phase in group]:
                play = model.game.plays[members[0]]
                assert play is not None
                constant = self._constant(play, members[0])
                deciders = frozenset(
                    node.actor
                    for node, same in zip(play.nodes, constant, strict=True)
                    if isinstance(node, Decision) and not same
                )
                shared = len(members) > 1
                rows = self.board.rows
                lasting: dict[int, Address] = {}
                for position in _needed(play, constant):
                    if shared:
                        lasting[position] = Address(len(lasting) * rows.size, 1)
                    else:
                        lasting[position] = Address(self.memory.take(rows.actors))
                own = Address(len(lasting) * rows.size, 1) if shared else Address(0)
                following = [model.game.next_phase[phase] for phase in members]
                targets = (tuple(of[outcome] for of in following) for _, outcome in play.endings)
                differing = tuple(dict.fromkeys(each for each in targets if len(set(each)) > 1))
                seats.append(Seat(play, members, lasting, deciders, own, targets=differing))
        return seats

    def _pattern(self, phase: int) -> list[tuple[int, bool]]:
        """Which outcomes of a play lead to the same next phase, and which to an absorbing one."""
        game = self.board.numbers.model.game
        following = game.next_phase[phase]
        first: dict[int, int] = {}
        return [
            (first.setdefault(following[outcome], len(first)), game.plays[following[outcome]] is None)
            for outcome in self.record.outcomes[phase]
        ]

    def _constant(self, play: Play, phase: int) -> list[bool]:
        """Which nodes stay the same in the tail: those that lead to absorbing phases alone."""
        found: list[bool] = []
        for node in play.nodes:
            if isinstance(node, Ending):
                target = self.board.numbers.model.game.next_phase[phase][node.outcome]
                found.append(target in self.board.rows.absorbing and not self.absorbing_change)
            else:
                found.append(all(found[child] for child in node.children))
        return found

    def lasting(self) -> list[Call]:
        """What stays the same throughout the tail."""
        return self._written("lasting", self.going, True)

    def worth(self) -> list[Call]:
        """The worth of the phases that go on in the tail, where everybody chooses with noise."""
        return self._written("worth", self.going, False)

    def chosen(self, certain: bool, at_first: bool) -> list[Call]:
        """The worth of phases and what is chosen in them: those that go on, or those played in period 0 alone."""
        return self._written("chosen", self.at_first if at_first else self.going, certain)

    def own_terms(self) -> Iterator[tuple[int, Term]]:
        """Places of the numbers that differ between phases with the same play, with their terms."""
        for seat in (*self.going, *self.at_first):
            if len(seat.phases) > 1:
                for position, phase in enumerate(seat.phases):
                    start = self.own_at(phase) + seat.own.offset
                    for i, terms in enumerate(seat.own_numbers):
                        yield start + i * SLOT, terms[position]

    def own_at(self, phase: int) -> int:
        """Where the own numbers of a phase with a shared play lie; to be asked once all functions are written."""
        if phase not in self.own:
            seat = self.seat_of[phase]
            lasting = len(seat.lasting) * self.board.rows.actors
            self.own[phase] = self.memory.take(lasting + len(seat.own_numbers))
        return self.own[phase]

    def call(self, function: Function, calls: Iterable[Call], outcomes: int | None = None) -> None:
        """Call functions; `outcomes`: the local with the address of the period's record, for `chosen`."""
        rows = self.board.rows
        for call in calls:
            if not call.phases:
                if outcomes is not None:
                    function.get(outcomes)
                function.call(call.name)
            for phase in call.phases:
                function.whole(rows.offset(rows.worth, phase))
                function.whole(self.own_at(phase))
                seat = self.seat_of[phase]
                for targets in seat.targets:
                    function.whole(rows.offset(rows.discounted, targets[seat.phases.index(phase)]))
                if outcomes is not None:
                    function.get(outcomes)
                    function.whole(min(self.record.outcomes[phase].values()))
                    function.integer("add")
                function.call(call.name)

    # Writing.

    def _written(self, kind: str, seats: Sequence[Seat], certain: bool) -> list[Call]:
        """The functions of one kind for some seats, and how to call them."""
        calls: list[Call] = []
        number = sum(1 for function in self.functions if function.name.startswith(kind))
        batch = _Batch(self, kind, certain)
        for seat in seats:
            if len(seat.phases) > 1:
                alone = _Batch(self, kind, certain, shared=True)
                alone.add(seat)
                calls.append(Call(alone.end(f"{kind}_{number}"), seat.phases))
                number += 1
                continue
            batch.add(seat)
            if len(batch.terms) > _TOGETHER:
                calls.append(Call(batch.end(f"{kind}_{number}")))
                number += 1
                batch = _Batch(self, kind, certain)
        if batch.stores:
            calls.append(Call(batch.end(f"{kind}_{number}")))
        return calls

    def slopes(self, name: str, phases: Sequence[int], of: Sequence[int]) -> dict[int, dict[Entry, int]]:
        """The function `name()`: the worth of some phases and how it follows the values of the next
        phases to the actors `of`; places of the entries by phase."""
        batch = _Batch(self, "slopes", False)
        found: dict[int, dict[Entry, int]] = {}
        for phase in phases:
            seat = self.seat_of[phase]
            if len(seat.phases) > 1:
                seat = Seat(seat.play, (phase,), {}, seat.deciders, Address(0))
            solution = batch.add(seat)
            found[phase] = {}
            for actor in (NOBODY, *of):
                for entry, term in solution.slopes(actor).items():
                    if entry[1] in phases:
                        place = found[phase][entry] = self.memory.take(1)
                        batch.stores.append(Store(place, term))
        batch.end(name)
        return found


class _Batch:
    """A function being made of plays. `shared`: of one play, with addresses as parameters."""

    def __init__(self, plays: Plays, kind: str, certain: bool, shared: bool = False) -> None:
        self.plays, self.kind, self.certain, self.shared = plays, kind, certain, shared
        self.terms = Terms()
        self.stores: list[Store] = []
        self.addresses = 0
        self.anchors: list[tuple[int, Term]] = []

    def add(self, seat: Seat) -> Solution:
        """Add a play."""
        rows = self.plays.board.rows
        at_hand = {} if self.kind in ("chosen", "lasting") else seat.lasting
        self.addresses = TARGETS + len(seat.targets) if self.shared else 0
        solution = Solution(self.plays.board, seat, self.terms, at_hand, self.certain)
        self.anchors += solution.heights()
        if self.kind == "lasting":
            for position, place in seat.lasting.items():
                for actor, term in enumerate(solution.values[position]):
                    self.stores.append(Store(place.offset + actor * SLOT, term, place.base))
            return solution
        base = 0 if self.shared else None
        start = 0 if self.shared else rows.offset(rows.worth, seat.phases[0])
        for actor, term in enumerate(solution.worth()):
            self.stores.append(Store(start + actor * SLOT, term, base))
        if self.kind == "chosen":
            self._keep(seat, solution)
        return solution

    def _keep(self, seat: Seat, solution: Solution) -> None:
        """Put down the probabilities of outcomes and of next phases, and of both after a slip."""
        record, phase = self.plays.record, seat.phases[0]
        first = min(record.outcomes[phase].values()) if self.shared else 0
        outcomes = TARGETS + len(seat.targets) if self.shared else 0
        # By next phase and by who slipped (NOBODY: all there is).
        moves: dict[tuple[int, int], list[Term]] = {}

        def put(place: int, term: Term) -> None:
            self.stores.append(Store(place - first, term, outcomes))

        for outcome, term in solution.outcomes().items():
            put(record.outcomes[phase][outcome], term)
            moves.setdefault((solution.next_phase[outcome], NOBODY), []).append(term)
        for outcome, slips in solution.slips().items() if record.slips else ():
            for actor, term in slips.items():
                put(record.slips[phase][outcome, actor], term)
                moves.setdefault((solution.next_phase[outcome], actor), []).append(term)
        for (target, actor), parts in moves.items():
            if len(parts) > 1:
                places = record.moves[phase] if actor == NOBODY else record.slip_moves[phase][target]
                put(places[target if actor == NOBODY else actor], self.terms.sum(parts))

    def end(self, name: str) -> str:
        """Write the function, and give its name."""
        parameters = self.addresses + (self.kind == "chosen")
        function = Function(name, (I32,) * parameters)
        # Stores keep their order, and what they need is computed where they stand: decisions of one height, which do
        # not wait for one another, come together.
        anchors = dict.fromkeys(sorted(self.anchors, key=lambda each: each[0]))
        place = self.plays._anchors
        stores = [Store(place + i % _ANCHORS * SLOT, weight) for i, (_, weight) in enumerate(anchors)]
        function.compute(self.terms, stores + self.stores)
        self.plays.functions.append(function)
        return name


def _needed(play: Play, constant: Sequence[bool]) -> list[int]:
    """Nodes that stay the same and that others are computed from which do not; or the root."""
    needed = {len(play.nodes) - 1} if constant[-1] else set[int]()
    for position, node in enumerate(play.nodes):
        if not isinstance(node, Ending) and not constant[position]:
            needed.update(child for child in node.children if constant[child])
    return sorted(needed)

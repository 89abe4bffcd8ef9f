"""How the mass of either type moves over phases and beliefs, period by period.

A belief that falls between those of the grid is split between the two neighbours so that the mean stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from backstop.program.code.encoding import I32, Assign, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.figures import Chain, Figures, Reading, State, Walk
from backstop.program.layout import SLOT
from backstop.program.learning.grid import Grid
from backstop.program.learning.record import ByType, Record
from backstop.program.learning.seat import KINDS

# Stands for what is believed in an absorbing phase, among what is followed of it.
BELIEF = Reading("belief", frozenset())


@dataclass(frozen=True, slots=True)
class Layer:
    """Mass of a state, or what has been counted on the event of being in it, from `place` on within a table."""

    state: State
    reading: Reading | None
    place: int
    rows: int

    def at(self, kind: int) -> int:
        """Where the numbers of a type begin."""
        return self.place + kind * self.rows * SLOT


@dataclass(slots=True)
class Ground:
    """What all chains stand on. `share_at`: where the probability of the second type lies; `room`: room for the masses
    of the chain in hand, now and a period later."""

    grid: Grid
    record: Record
    share_at: int
    room: int = 0


class Masses(Walk):
    """Writes how mass moves along a chain, and what is summed up on the way."""

    def __init__(self, figures: Figures, ground: Ground, chain: Chain) -> None:
        self.learnt, self.grid = ground, ground.grid
        super().__init__(figures, chain)
        self._lay_out()

    def _lay_out(self) -> None:
        function, chain, given = self.function_, self.chain, self.key.given
        self.now, self.next = function.local(I32), function.local(I32)
        self.layers: dict[tuple[State, Reading | None], Layer] = {}
        followed: list[Reading | None] = [None]
        followed += [r for r in chain.readings if given is not None and r.kind in ("duration", "count")]
        # What is believed, summed up, by state; where beliefs still move it follows from the masses.
        self.believes = any(reading.kind == "belief" for reading in chain.readings)
        self.beliefs = {
            (state, kind): function.local() for state in self.states if self.believes for kind in KINDS
        }
        self.here = function.local()
        used = 0
        for state in self.states:
            ends = self.grid.is_absorbing(state.phase)
            rows = 1 if ends else self.grid.size
            for reading in followed + [BELIEF] * (self.believes and ends):
                self.layers[state, reading] = Layer(state, reading, used, rows)
                used += 2 * rows * SLOT
        self.used = used
        summed = [
            reading
            for reading in chain.readings
            if given is None and reading.kind in ("reach", "duration", "count")
        ]
        self.type_sums = {(reading, kind): function.local() for reading in summed for kind in KINDS}
        self.totals = {(layer, kind): function.local() for layer in self.layers for kind in KINDS}
        # Whether anything has ever come to a state; others need not be looked at.
        self.come_to = {state: function.local(I32) for state in self.states}

    @property
    def tables(self) -> tuple[int, int]:
        """Where masses lie, now and a period later, by turns."""
        return self.learnt.room, self.learnt.room + self.used

    # How states follow one another.

    def _ways(self, state: State) -> list[tuple[State, int, Term]]:
        """What a state leads to, for the list of states alone."""
        return [(after, after.phase, 0) for after, _, _ in self._steps(state)]

    def _steps(self, state: State) -> list[tuple[State, tuple[int, int], list[tuple[float, ByType]]]]:
        """What a state leads to: the next state, the next phase with the belief, and probabilities by type as sums."""
        record = self.learnt.record
        if self.figures.game.plays[state.phase] is None:
            return []
        found = []
        kept = record.kept[state.phase]
        following = self.figures.game.next_phase[state.phase]
        for way, places in kept.moves.items():
            target = following[way[0]]
            parts = [(1.0, places)]
            new = target in self.key.event and not state.hit
            if new and self.chain.splits and not self.ends_at_event:
                for actor, at in kept.slip_moves[way].items():
                    found.append((self._state(target, state, actor), way, [(1.0, at)]))
                    parts.append((-1.0, at))
            found.append((self._state(target, state), way, parts))
        return found

    # Writing.

    def _begun(self) -> None:
        """Put all mass where the chain starts, split between two beliefs of the grid."""
        function, first = self.function_, self._state(self.key.start)
        terms = Terms()
        zero, one = terms.constant(0.0), terms.constant(1.0)
        begun = [
            Assign(local, one if self._reached_at_once(reading) else zero)
            for (reading, _), local in self.type_sums.items()
        ]
        function.compute(terms, begun)
        for local, table in zip((self.now, self.next), self.tables, strict=True):
            function.whole(table)
            function.set(local)
        if self.used:
            with function.each(2 * self.used // SLOT, SLOT) as place:
                terms = Terms()
                function.compute(terms, [Store(self.tables[0], terms.constant(0.0), place)])
        if first not in self.states:
            return
        function.whole(1)
        function.set(self.come_to[first])
        # Of an absorbing phase all is known; what is in another is not in the grid yet.
        if self.grid.is_absorbing(first.phase):
            terms, ground = Terms(), self.tables[0]
            stores = [
                Store(ground + self.layers[first, None].at(kind), terms.constant(1.0)) for kind in KINDS
            ]
            believed = self.layers.get((first, BELIEF))
            if believed is not None:
                share = terms.load(self.learnt.share_at)
                stores += [Store(ground + believed.at(kind), share) for kind in KINDS]
            function.compute(terms, stores)

    def _reached_at_once(self, reading: Reading) -> bool:
        return reading.kind == "reach" and self.key.start in reading.members and reading.by is None

    def _depart(self) -> None:
        """Period 0: from the one phase where the chain starts, and the share of the second type as what is believed."""
        function, first = self.function_, self._state(self.key.start)
        if self.grid.is_absorbing(first.phase):
            self._advance()
            return
        layers = self._layers_of(first)
        present = {(layer, kind): function.local() for layer in layers for kind in KINDS}
        block, ahead = function.local(I32), function.local(I32)
        terms = Terms()
        fresh = [Assign(self.here, terms.load(self.learnt.share_at))]
        for (layer, _), local in present.items():
            reading, amount = layer.reading, terms.constant(0.0)
            if reading is None:
                amount = terms.constant(1.0)
            elif reading.kind == "duration" and first.phase in reading.members:
                amount = terms.constant(self.figures.period_years)
            fresh.append(Assign(local, amount))
        function.compute(terms, fresh)
        function.whole(self.learnt.record.start[first.phase])
        function.set(block)
        function.get(self.next)
        function.set(ahead)
        self._leave(first, present, block, ahead, not self.grid.hidden.learns)
        self._turn()

    @contextmanager
    def _each_period(self) -> Iterator[None]:
        """What is written within is done for every period from period 1 on, with its record at hand."""
        function = self.function_
        with function.each(self.figures.periods - 1, 4) as at:
            function.whole_at(at, self.learnt.record.where + 4)
            function.set(self.record)
            yield

    def _advance(self) -> None:
        """All states one period on."""
        for state in self.states:
            if self.grid.is_absorbing(state.phase):
                self._stay(state)
            elif state.phase in self.grid.first:
                self._go(state)
        self._turn()

    def _turn(self) -> None:
        """What comes next is now."""
        function = self.function_
        function.get(self.now)
        function.get(self.next)
        function.set(self.now)
        function.set(self.next)

    def _layers_of(self, state: State) -> list[Layer]:
        return [layer for (of, _), layer in self.layers.items() if of == state]

    def _stay(self, state: State) -> None:
        """Mass in an absorbing phase stays there."""
        terms, statements = Terms(), list[Store | Assign]()
        zero = terms.constant(0.0)
        for layer in self._layers_of(state):
            for kind in KINDS:
                place = layer.at(kind)
                mass = self._spent_here(terms, state, layer, kind, terms.load_at(self.now, place))
                statements.append(Store(place, terms.add(terms.load_at(self.next, place), mass), self.next))
        for layer in self._layers_of(state):
            statements += [Store(layer.at(kind), zero, self.now) for kind in KINDS]
        for (reading, kind), local in self.type_sums.items():
            if reading.kind == "duration" and state.phase in reading.members:
                mass = terms.load_at(self.now, self.layers[state, None].at(kind))
                years = terms.mul(mass, terms.constant(self.figures.period_years))
                statements.append(Assign(local, terms.add(terms.local(local), years)))
        self._write(terms, statements)

    def _write(self, terms: Terms, statements: list[Store | Assign]) -> None:
        """Sums first: they are made of what stores overwrite."""
        order = [s for s in statements if isinstance(s, Assign)]
        # All that is loaded must be loaded before anything is stored over it.
        function = self.function_
        fresh: list[Assign] = []
        stores: list[tuple[Store, int]] = []
        for statement in statements:
            if isinstance(statement, Store):
                local = function.local()
                fresh.append(Assign(local, statement.term))
                stores.append((statement, local))
        function.compute(terms, [*order, *fresh])
        later = Terms()
        function.compute(
            later, [Store(store.offset, later.local(local), store.base) for store, local in stores]
        )

    def _spent_here(self, terms: Terms, state: State, layer: Layer, kind: int, amount: Term) -> Term:
        """What has been counted, with the years that are spent in the phase now."""
        reading = layer.reading
        if reading is None or reading.kind != "duration" or state.phase not in reading.members:
            return amount
        mass = terms.load_at(self.now, self.layers[state, None].at(kind))
        return terms.add(amount, terms.mul(mass, terms.constant(self.figures.period_years)))

    def _go(self, state: State) -> None:
        """What is in a phase that goes on goes where its play leads, belief by belief."""
        function, record = self.function_, self.learnt.record
        layers = self._layers_of(state)
        block, row, ahead = function.local(I32), function.local(I32), function.local(I32)
        present = {(layer, kind): function.local() for layer in layers for kind in KINDS}
        function.get(self.record)
        function.whole(record.first[state.phase])
        function.integer("add")
        function.set(block)
        for local, table in ((row, self.now), (ahead, self.next)):
            function.get(table)
            function.set(local)
        kept = record.kept[state.phase]
        here = [self.totals[key, kind] for key in self.layers if key[0] == state for kind in KINDS]
        for number, local in enumerate(here):
            function.any_of(local)
            if number:
                function.integer("or")
        with function.when(), function.each(self.grid.size, 1) as number_of:
            if self.believes:
                self._believe(number_of)
            terms = Terms()
            fresh = []
            for (layer, kind), local in present.items():
                amount = terms.load_at(row, layer.at(kind))
                amount = self._counted_years(terms, state, layer, kind, amount, row)
                fresh.append(Assign(local, amount))
            function.compute(terms, fresh)
            for number, local in enumerate(present.values()):
                function.any_of(local)
                if number:
                    function.integer("or")
            with function.when():
                terms = Terms()
                zero = terms.constant(0.0)
                function.compute(terms, [Store(layer.at(kind), zero, row) for layer, kind in present])
                self._leave(state, present, block, ahead, True)
            function.step(block, kept.size)
            function.step(row, SLOT)
            function.step(ahead, SLOT)

    def _believe(self, number_of: int) -> None:
        """Put what is believed in the row at hand into a local."""
        function = self.function_
        if not self.grid.hidden.learns:
            function.assign(lambda terms: {self.here: terms.load(self.learnt.share_at)})
        else:
            function.get(number_of)
            function.spread(self.grid.size - 1)
            function.set(self.here)

    def _counted_years(
        self, terms: Terms, state: State, layer: Layer, kind: int, amount: Term, row: int
    ) -> Term:
        reading = layer.reading
        if reading is None or reading.kind != "duration" or state.phase not in reading.members:
            return amount
        mass = terms.load_at(row, self.layers[state, None].at(kind))
        return terms.add(amount, terms.mul(mass, terms.constant(self.figures.period_years)))

    def _leave(
        self, state: State, present: Mapping[tuple[Layer, int], int], block: int, ahead: int, on_grid: bool
    ) -> None:
        """Spread what is in one belief of a phase over what follows; `on_grid`: it is one of the grid."""
        function = self.function_
        kept = self.learnt.record.kept[state.phase]
        self._add_up(state, present, block)
        cells: dict[int, tuple[int, int, int]] = {}
        for after, way, parts in self._steps(state):
            if (after, None) not in self.layers:
                continue
            belief = way[1]
            function.whole(1)
            function.set(self.come_to[after])
            for (layer, kind), local in present.items():
                goal = self.layers[after, layer.reading]
                terms = Terms()
                probability = self._sum_of(terms, parts, kind, block)
                amount = terms.mul(terms.local(local), probability)
                reading = layer.reading
                if reading is not None and reading.kind == "count":
                    mass = terms.local(present[self.layers[state, None], kind])
                    counted = self._count_parts(terms, state, reading, way, kind, block)
                    amount = terms.sum([amount, *(terms.mul(mass, p) for p in counted)])
                if self.grid.is_absorbing(after.phase):
                    known = terms.load_at(self.next, goal.at(kind))
                    stores = [Store(goal.at(kind), terms.add(known, amount), self.next)]
                    if self.believes and reading is None:
                        place = self.layers[after, BELIEF].at(kind)
                        after_it = kept.readings[belief][2] if belief else 0
                        x = terms.load_at(block, after_it) if belief else terms.local(self.here)
                        sum_ = terms.add(terms.load_at(self.next, place), terms.mul(amount, x))
                        stores.append(Store(place, sum_, self.next))
                    function.compute(terms, stores)
                elif belief == 0 and on_grid:
                    known = terms.load_at(ahead, goal.at(kind))
                    function.compute(terms, [Store(goal.at(kind), terms.add(known, amount), ahead)])
                else:
                    if belief not in cells:
                        cells[belief] = self._cells(kept.readings[belief], block)
                    first, second, weight = cells[belief]
                    low, high = function.local(), function.local()
                    upper = terms.mul(amount, terms.local(weight))
                    function.compute(terms, [Assign(high, upper), Assign(low, terms.sub(amount, upper))])
                    for lane, base in ((0, first), (1, second)):
                        function.add_lane(base, goal.at(kind), low, lane)
                        function.add_lane(base, goal.at(kind) + SLOT, high, lane)

    def _cells(self, reading: tuple[int, int, int], block: int) -> tuple[int, int, int]:
        """Addresses of the first of two beliefs of the grid for either world, in the next table, and the weight."""
        function, (weight, cell, _) = self.function_, reading
        found = []
        for lane in (0, 1):
            local = function.local(I32)
            function.whole_at(block, cell + 4 * lane)
            function.get(self.next)
            function.integer("add")
            function.set(local)
            found.append(local)
        between = function.local()
        terms = Terms()
        function.compute(terms, [Assign(between, terms.load_at(block, weight))])
        return found[0], found[1], between

    def _sum_of(self, terms: Terms, parts: list[tuple[float, ByType]], kind: int, block: int) -> Term:
        total = None
        for sign, places in parts:
            part = terms.load_at(block, places[kind])
            total = part if total is None else terms.op("add" if sign > 0 else "sub", total, part)
        assert total is not None
        return total

    def _count_parts(
        self, terms: Terms, state: State, reading: Reading, way: tuple[int, int] | None, kind: int, block: int
    ) -> list[Term]:
        """Probabilities of the outcomes that a reading counts in a phase, of those that go one way or of all."""
        kept, following = self.learnt.record.kept[state.phase], self.figures.game.next_phase[state.phase]
        found: list[Term] = []
        if reading.within is not None and state.phase not in reading.within:
            return found
        for (outcome, belief), places in kept.outcomes.items():
            if outcome not in reading.members:
                continue
            if way is not None and (following[outcome], belief) != (following[way[0]], way[1]):
                continue
            if reading.by is not None:
                slipped = kept.slips.get(((outcome, belief), reading.by))
                if slipped is not None:
                    found.append(terms.load_at(block, slipped[kind]))
            else:
                found.append(terms.load_at(block, places[kind]))
        return found

    def _add_up(self, state: State, present: Mapping[tuple[Layer, int], int], block: int) -> None:
        """What is summed up along the chain."""
        function, terms = self.function_, Terms()
        kept = self.learnt.record.kept[state.phase]
        statements = []
        for (reading, kind), local in self.type_sums.items():
            mass = terms.local(present[self.layers[state, None], kind])
            parts = [terms.local(local)]
            if reading.kind == "duration":
                if state.phase in reading.members:
                    parts.append(terms.mul(mass, terms.constant(self.figures.period_years)))
            elif reading.kind == "count":
                counted = self._count_parts(terms, state, reading, None, kind, block)
                parts += [terms.mul(mass, p) for p in counted]
            else:
                for after, way, each in self._steps(state):
                    if after.phase not in reading.members:
                        continue
                    if reading.by is None:
                        p = self._sum_of(terms, each, kind, block)
                    elif reading.by in kept.slip_moves.get(way, {}):
                        p = terms.load_at(block, kept.slip_moves[way][reading.by][kind])
                    else:
                        continue
                    parts.append(terms.mul(mass, p))
            if len(parts) > 1:
                statements.append(Assign(local, terms.sum(parts)))
        function.compute(terms, statements)

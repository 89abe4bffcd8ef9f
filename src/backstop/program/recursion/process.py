"""The process over time: from where the tail begins, and the periods back to the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backstop.game.tree import Game
from backstop.program.code.encoding import I32, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT, Memory, Slots
from backstop.program.numbers import Numbers
from backstop.program.recursion.play import PlayWriter, SharedPlay, reached, shared_plays
from backstop.program.recursion.rows import Rows, RowWriter


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of every period: the probability of each outcome of each phase's play.

    `place[k][o]`: its offset within a period, `stride` bytes long; the first period lies at `base`.
    """

    base: int
    stride: int
    place: tuple[Mapping[int, int], ...]


def record_of(game: Game, periods: int, memory: Memory) -> Record:
    """Room for what is kept of every period."""
    places, used = [], 0
    for play in game.plays:
        outcomes = [] if play is None else reached(play)
        places.append({outcome: used + i * SLOT for i, outcome in enumerate(outcomes)})
        used += len(outcomes) * SLOT
    stride = max(used, SLOT)
    return Record(memory.take(periods, stride), stride, tuple(places))


@dataclass(frozen=True, slots=True)
class Lanes:
    """What is found of the two worlds in hand, as masks of lanes: something wrong in use (`failed`); settled."""

    failed: int
    settled: int


@dataclass(slots=True)
class Process:
    """A game's process and where everything of it lies.

    `wanted`: terms that must lie at fixed places.
    `tail_periods`: how long the tail is at most; None until it settles.
    """

    numbers: Numbers
    slots: Slots
    rows: Rows
    record: Record
    lanes: Lanes
    tail_periods: int | None
    private: bool
    wanted: dict[int, Term] = field(default_factory=dict)
    plays: list[SharedPlay] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    _flows: dict[tuple[int, int], int] = field(default_factory=dict)
    _own: dict[int, int] = field(default_factory=dict)
    _shared: dict[int, SharedPlay] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers, rows = self.numbers, self.rows
        rows.factors = tuple(self._fixed(term) for term in numbers.discounts)
        for phase in rows.absorbing:
            for actor in range(rows.actors):
                flow = numbers.flow(phase, actor)
                if flow is not None:
                    self._flows[phase, actor] = self._fixed(flow)
        self.plays = shared_plays(numbers, rows, self.cut)
        for shared in self.plays:
            writer = self.writer(shared)
            self.functions += [writer.chosen()]
            if shared.phases[0] in rows.going:
                self.functions += [writer.lasting(), writer.worth()]
        for shared in self.plays:
            after = len(shared.lasting) * rows.size
            for position, phase in enumerate(shared.phases):
                self._shared[phase] = shared
                own = self._own[phase] = rows.memory.take(after // SLOT + len(shared.own_numbers))
                for i, terms in enumerate(shared.own_numbers):
                    self.wanted[own + after + i * SLOT] = terms[position]

    def _fixed(self, term: Term) -> int:
        place = self.rows.memory.take(1)
        self.wanted[place] = term
        return place

    @property
    def cut(self) -> bool:
        """Whether the tail is cut off, so that absorbing phases start at 0 as well and are carried along."""
        return self.tail_periods is not None

    @property
    def carried(self) -> list[int]:
        """The phases whose values change in the tail, in the order of their rows."""
        return self.rows.going + (self.rows.absorbing if self.cut else [])

    def writer(self, shared: SharedPlay) -> PlayWriter:
        """The writer of the functions of a play."""
        return PlayWriter(shared, self.numbers, self.slots, self.rows, self.private)

    def shared_play(self, phase: int) -> SharedPlay:
        """The play of a phase."""
        return self._shared[phase]

    def call(self, function: Function, phase: int, kind: str, place: int | None = None) -> None:
        """Call the function `kind` of the play of a phase; `place`: an address that it takes as well."""
        function.whole(self.rows.offset(self.rows.worth, phase))
        function.whole(self._own[phase])
        if place is not None:
            function.whole(place)
        function.call(f"{kind}_{self._shared[phase].index}")

    def sweep(self, function: Function, phases: Sequence[int], outcomes: int | None = None) -> None:
        """One period back: the worth of phases from the discounted values.

        `outcomes`: the local with the address of the period's record, where what is chosen is to be put down.
        """
        rows = self.rows
        for phase in phases:
            if phase not in self._shared:
                continue
            if outcomes is None:
                self.call(function, phase, "worth")
                continue
            function.whole(rows.offset(rows.worth, phase))
            function.whole(self._own[phase])
            function.get(outcomes)
            function.whole(min(self.record.place[phase].values()))
            function.integer("add")
            function.call(f"chosen_{self._shared[phase].index}")
        terms, stores = Terms(), []
        for phase in phases:
            if phase not in self._shared:
                for actor in range(rows.actors):
                    worth = terms.load(rows.offset(rows.discounted, phase, actor))
                    flow = self._flows.get((phase, actor))
                    worth = worth if flow is None else terms.add(terms.load(flow), worth)
                    stores.append(Store(rows.offset(rows.worth, phase, actor), worth))
        function.compute(terms, stores)

    def exact(self, terms: Terms, phase: int, actor: int) -> Term:
        """What an absorbing phase is worth for ever."""
        flow = self._flows.get((phase, actor))
        if flow is None:
            return terms.constant(0.0)
        left = terms.sub(terms.constant(1.0), terms.load(self.rows.factors[actor]))
        return terms.div(terms.load(flow), left)

    def start(self) -> Function:
        """`start()`: the values where the tail begins, and what is computed from them alone."""
        function, terms, rows = Function("start"), Terms(), self.rows
        stores = []
        for phase in rows.order:
            for actor in range(rows.actors):
                exact = phase in rows.absorbing and not self.cut
                value = self.exact(terms, phase, actor) if exact else terms.constant(0.0)
                stores.append(Store(rows.offset(rows.values, phase, actor), value))
        function.compute(terms, stores)
        RowWriter(function, rows, len(rows.order)).discount(rows.values)
        for phase in rows.going:
            if self._shared[phase].lasting:
                function.whole(self._own[phase])
                function.call(f"lasting_{self._shared[phase].index}")
        return function

    def period(self, name: str, phases: Sequence[int]) -> Function:
        """`name(period)`: one period back; what is chosen is put down, and values that are not finite are noted."""
        function, rows = Function(name, (I32,)), self.rows
        outcomes, gone = function.local(I32), function.local()
        function.get(0)
        function.whole(self.record.stride)
        function.integer("multiply")
        function.whole(self.record.base)
        function.integer("add")
        function.set(outcomes)
        self.sweep(function, phases, outcomes)
        function.assign(lambda terms: {gone: terms.constant(0.0)})
        RowWriter(function, rows, len(phases)).over(
            lambda cell: {
                rows.values: cell.at(rows.worth),
                rows.discounted: cell.terms.mul(cell.factor, cell.at(rows.worth)),
            },
            total={gone: lambda cell: cell.terms.sub(cell.at(rows.worth), cell.at(rows.worth))},
        )
        terms = Terms()
        failed = terms.op("ne", terms.local(gone), terms.constant(0.0))
        known = terms.load(self.lanes.failed)
        function.compute(terms, [Store(self.lanes.failed, terms.op("or", known, failed))])
        return function

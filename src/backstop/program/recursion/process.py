"""The process over time: from where the tail begins, and the periods back to the first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from backstop.program.blocks import Blocks
from backstop.program.code.encoding import I32, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import Slots
from backstop.program.recursion.opened import OpenPlays
from backstop.program.recursion.play import Board
from backstop.program.recursion.plays import Call, Plays
from backstop.program.recursion.record import Record
from backstop.program.recursion.rows import Rows, RowWriter

# What a world that has settled may still change by in a sweep, of its scale and times what discounting leaves.
PRECISION = 1e-11
# Sweeps after which a fixed point is looked for.
PROPOSE_AT = (10, 32, 96, 256, 800, 2_400, 8_000)


@dataclass(frozen=True, slots=True)
class Lanes:
    """What is found of the two worlds in hand, as masks of lanes: something wrong in use (`failed`); settled."""

    failed: int
    settled: int


class Swept(Protocol):
    """What is asked of a process whose tail is solved; see `Process`."""

    @property
    def precision(self) -> float:
        """How much of its scale a world that has settled may still change by, times what discounting leaves."""
        ...

    @property
    def proposals(self) -> Sequence[int]:
        """Sweeps after which a fixed point is looked for."""
        ...

    @property
    def likeness(self) -> float:
        """How far apart values may lie that count as a repeat of earlier ones, relative to their scale."""
        ...

    @property
    def lanes(self) -> Lanes:
        """What is found of the two worlds in hand."""
        ...

    @property
    def tail_periods(self) -> int | None:
        """How long the tail is at most."""
        ...

    @property
    def rows(self) -> Rows:
        """The rows of its values."""
        ...

    @property
    def noises(self) -> Iterable[Term]:
        """All scales of shocks in use."""
        ...

    @property
    def slots(self) -> Slots:
        """Where terms lie."""
        ...

    @property
    def cut(self) -> bool:
        """Whether the tail is cut off."""
        ...

    @property
    def carried(self) -> list[int]:
        """The rows whose values change in the tail."""
        ...

    def sweep(self, function: Function, active: int) -> None:
        """One period back in the tail, in the worlds `active`."""
        ...

    def among(self, terms: Terms) -> Term:
        """The mask of the worlds in which sweeps are made."""
        ...

    def patience(self, terms: Terms, limit: int) -> Term:
        """How many sweeps are made at most in each world, of `limit` in all."""
        ...

    @property
    def astray(self) -> int | None:
        """Where the mask of the worlds lies in which sweeps lead nowhere; None where none ever do."""
        ...


class Backward(Protocol):
    """What is asked of a process that is solved backwards; see `Process`."""

    wanted: dict[int, Term]

    @property
    def rows(self) -> Rows:
        """The rows of its values."""
        ...

    def start(self) -> Function:
        """`start()`: the values where the tail begins."""
        ...

    def periods(self) -> list[Function]:
        """`back(period)` and `first(period)`."""
        ...


@dataclass(slots=True)
class Process:
    """A game's process and where everything of it lies.

    `tail_periods`: how long the tail is at most; None until it settles. `wanted`: terms that must lie at fixed places.
    `certain`: the mask of lanes in which somebody chooses without noise; None where nobody ever can. `blocks`: where a
    world is laid open, if it is.
    """

    board: Board
    record: Record
    lanes: Lanes
    tail_periods: int | None
    wanted: dict[int, Term] = field(default_factory=dict)
    certain: int | None = None
    blocks: Blocks | None = None
    plays: Plays = field(init=False)
    opened: OpenPlays | None = field(init=False, default=None)
    _flows: dict[tuple[int, int], int] = field(default_factory=dict)
    _calls: dict[tuple[str, bool], list[Call]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers, rows = self.board.numbers, self.board.rows
        rows.factors = tuple(self._fixed(term) for term in numbers.discounts)
        for phase in rows.absorbing:
            for actor in range(rows.actors):
                flow = numbers.flow(phase, actor)
                if flow is not None:
                    self._flows[phase, actor] = self._fixed(flow)
        certain = numbers.certain()
        if certain is not None:
            self.certain = self._fixed(certain)
        plays = self.plays = Plays(self.board, self.record, self.cut)
        self._calls["lasting", False] = plays.lasting()
        self._calls["worth", False] = plays.worth()
        for sure in (False, True) if certain is not None else (False,):
            self._calls["chosen", sure] = plays.chosen(sure, at_first=False)
            self._calls["first", sure] = plays.chosen(sure, at_first=True)
        if self.blocks is not None:
            self.opened = OpenPlays(self.board, plays, self.blocks, certain is not None)
        self.wanted |= dict(plays.own_terms())

    def _fixed(self, term: Term) -> int:
        place = self.board.rows.memory.take(1)
        self.wanted[place] = term
        return place

    @property
    def cut(self) -> bool:
        """Whether the tail is cut off, so that absorbing phases start at 0 as well and are carried along."""
        return self.tail_periods is not None

    @property
    def rows(self) -> Rows:
        """The rows of the phases."""
        return self.board.rows

    @property
    def noises(self) -> Iterable[Term]:
        """All scales of shocks in use."""
        return self.board.numbers.noises

    @property
    def slots(self) -> Slots:
        """Where terms lie."""
        return self.board.slots

    @property
    def carried(self) -> list[int]:
        """The phases whose values change in the tail, in the order of their rows."""
        rows = self.board.rows
        return rows.going + (rows.absorbing if self.cut else [])

    def _call(self, function: Function, kind: str, outcomes: int) -> None:
        """Solve the plays of some phases, with or without noise; `outcomes`: the address of the period's record."""

        def calls(certain: bool, of: str) -> None:
            self.plays.call(function, self._calls[of, certain], outcomes if of != "worth" else None)

        if self.certain is None:
            calls(False, kind)
        else:
            function.any_in(self.certain)
            function.choose(
                lambda: calls(True, "chosen" if kind == "worth" else kind), lambda: calls(False, kind)
            )

    def sweep(self, function: Function, active: int) -> None:
        """One period back in the tail: the worth of the phases carried, from the discounted values; at least in the
        worlds `active`."""
        outcomes = function.local(I32)
        # What is chosen in the tail is of no interest; the first period's record will be written last.
        function.whole(self.record.base)
        function.set(outcomes)
        self._call(function, "worth", outcomes)
        if self.cut:
            self._absorb(function)

    @property
    def precision(self) -> float:
        """How little a world that has settled may still change."""
        return PRECISION

    @property
    def proposals(self) -> Sequence[int]:
        """Sweeps after which a fixed point is looked for."""
        return PROPOSE_AT

    @property
    def astray(self) -> int | None:
        """Every sweep is what it is."""
        return None

    @property
    def likeness(self) -> float:
        """Only exact repeats count."""
        return 0.0

    def among(self, terms: Terms) -> Term:
        """The worlds without a fault."""
        return terms.op("not", terms.load(self.lanes.failed))

    def patience(self, terms: Terms, limit: int) -> Term:
        """How many sweeps are made at most in each world, of `limit` in all."""
        return terms.constant(float(limit))

    def _absorb(self, function: Function) -> None:
        """The worth of absorbing phases: their flow, and what they are worth in the next period."""
        rows, terms, stores = self.board.rows, Terms(), list[Store]()
        for phase in rows.absorbing:
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
        left = terms.sub(terms.constant(1.0), terms.load(self.board.rows.factors[actor]))
        return terms.div(terms.load(flow), left)

    def start(self) -> Function:
        """`start()`: the values where the tail begins, and what is computed from them alone."""
        function, terms, rows = Function("start"), Terms(), self.board.rows
        stores = []
        for phase in rows.order:
            for actor in range(rows.actors):
                exact = phase in rows.absorbing and not self.cut
                value = self.exact(terms, phase, actor) if exact else terms.constant(0.0)
                stores.append(Store(rows.offset(rows.values, phase, actor), value))
        function.compute(terms, stores)
        RowWriter(function, rows, len(rows.order)).discount(rows.values)
        self.plays.call(function, self._calls["lasting", False])
        return function

    def periods(self) -> list[Function]:
        """`back(period)`, one period back, and `first(period)`, with the phases that are played in period 0 alone."""
        rows = self.board.rows
        usual = rows.going + rows.absorbing
        return [self._period("back", usual, False), self._period("first", usual + rows.at_first, True)]

    def _period(self, name: str, phases: Sequence[int], is_first: bool) -> Function:
        """One period back; what is chosen is put down, and values that are not finite are noted."""
        function, rows = Function(name, (I32,)), self.board.rows
        outcomes, gone = function.local(I32), function.local()
        function.get(0)
        function.whole(self.record.stride)
        function.integer("multiply")
        function.whole(self.record.base)
        function.integer("add")
        function.set(outcomes)
        self._call(function, "chosen", outcomes)
        if is_first:
            self._call(function, "first", outcomes)
        self._absorb(function)
        RowWriter(function, rows, len(phases)).end_period(gone, self.lanes.failed)
        return function

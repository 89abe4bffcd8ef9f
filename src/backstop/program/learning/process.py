"""The process of a game with a hidden type: from where the tail begins, and the periods back to the first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from backstop.program.blocks import Blocks
from backstop.program.code.encoding import I32, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT, Slots
from backstop.program.learning.following import Following
from backstop.program.learning.opening.plays import OpenLearnt
from backstop.program.learning.plays import Plays, desk_of, seats_of, without_noise
from backstop.program.learning.record import Record, record_of
from backstop.program.learning.seat import KINDS, Board, Worlds, worlds_of
from backstop.program.recursion.process import Lanes
from backstop.program.recursion.rows import Rows, RowWriter, largest

# How little beliefs may move in the last step: in sweeps of the tail that go on until nothing moves, and in periods.
IN_SWEEPS, IN_PERIODS = 1e-2, 3e-7
# How often phases are solved at most where beliefs turn out to lie off the principal branch.
TRIES = 6


@dataclass(slots=True)
class LearntProcess:
    """A game's process by belief; see `backstop.program.recursion.process.Process`, in whose place it stands.

    `share`: the probability of the second type, as a term. `asked`: phases in which figures begin. `blocks`: where a
    world is laid open, if it is.
    """

    board: Board
    lanes: Lanes
    tail_periods: int | None
    share: Term
    slips: bool
    asked: frozenset[int]
    blocks: Blocks | None = None
    wanted: dict[int, Term] = field(default_factory=dict)
    certain: int | None = None
    stuck: int | None = None
    share_at: int = field(init=False)
    record: Record = field(init=False)
    plays: Plays = field(init=False)
    worlds: Worlds = field(init=False)
    following: Following = field(init=False)
    opened: OpenLearnt | None = field(init=False, default=None)
    _flows: dict[tuple[int, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers, grid = self.board.numbers, self.board.grid
        rows, model = grid.rows, numbers[0].model
        memory = rows.memory
        self.share_at = self._fixed(self.share)
        owners = [grid.owner(column) for column in range(grid.columns)]
        # One after the other, so that code can go over the columns.
        rows.factors = tuple(self._fixed(numbers[kind or 0].discounts[actor]) for actor, kind in owners)
        for phase in range(len(model.game.phases)):
            if not grid.is_absorbing(phase):
                continue
            for end in KINDS:
                for column, (actor, kind) in enumerate(owners):
                    flow = numbers[end if kind is None else kind].flow(phase, actor)
                    if flow is not None:
                        self._flows[grid.first[phase] + end, column] = self._fixed(flow)
        mask = None
        for each in numbers:
            certain = each.certain()
            if certain is not None:
                mask = (
                    certain if mask is None or mask == certain else self.board.terms.op("or", mask, certain)
                )
        if mask is not None:
            self.certain = self._fixed(mask)
        desk = desk_of(memory)
        self.worlds = worlds_of(memory)
        seats = seats_of(self.board, model.game.live)
        stuck = without_noise(self.board)
        if stuck is not None:
            self.stuck = self._fixed(stuck)
        self.plays = Plays(self.board, desk, seats, memory)
        self.record = record_of(grid, seats, model.periods, memory, self.slips)
        if self.blocks is not None:
            self.opened = OpenLearnt(self.board, seats, self.blocks)
        self.plays.write(self.record, mask is not None, self.opened)
        if self.opened is not None:
            self.plays.functions.append(self.opened.ends())
        self.following = Following(self.plays, self.worlds, memory)
        self.wanted |= dict(self.plays.own_terms())

    def _fixed(self, term: Term) -> int:
        place = self.board.grid.rows.memory.take(1)
        self.wanted[place] = term
        return place

    @property
    def rows(self) -> Rows:
        """The rows of all phases by belief."""
        return self.board.grid.rows

    @property
    def cut(self) -> bool:
        """Whether the tail is cut off, so that absorbing phases start at 0 as well and are carried along."""
        return self.tail_periods is not None

    @property
    def noises(self) -> Iterable[Term]:
        """All scales of shocks in use."""
        return self.board.numbers[0].noises

    @property
    def slots(self) -> Slots:
        """Where terms lie."""
        return self.board.slots

    @property
    def carried(self) -> list[int]:
        """The rows whose values change in the tail."""
        return self.rows.going + (self.rows.absorbing if self.cut else [])

    def functions(self) -> list[Function]:
        """What all others call."""
        return [*self.plays.functions, *self.following.functions()]

    @property
    def going(self) -> list[int]:
        """The phases that go on."""
        return self._phases(self.rows.going)

    def _phases(self, rows: Iterable[int]) -> list[int]:
        """The phases that some rows belong to."""
        wanted = set(rows)
        return [phase for phase, first in self.board.grid.first.items() if first in wanted]

    def _settle(
        self, function: Function, phases: Iterable[int], block: int | None, coarse: bool = False
    ) -> None:
        """The beliefs and the worth of phases; `block`: the local with the address of the period's record, or None.
        `coarse`: at a few beliefs, and what lies in between in straight lines."""
        grid, rows = self.board.grid, self.rows
        for phase in phases:
            number = self.plays.number[phase]
            function.whole(rows.place[grid.first[phase]])
            function.whole(self.plays.warm[phase])
            function.whole(self.plays.own(phase))
            if block is not None:
                function.get(block)
                function.whole(self.record.first[phase])
                function.integer("add")
            elif self.plays.seats[number].found:
                function.whole(0)
            else:
                # What is chosen in the tail is of no interest; the record of period 1 will be written later.
                function.whole(self.record.base + self.record.first[phase])
            for target in self.plays.targets(phase):
                function.whole(target)
            function.call(f"{'coarse' if coarse else 'settle'}_{number}")

    def settle_last(self, function: Function, phases: Iterable[int]) -> None:
        """The beliefs and the worth of phases at the horizon, and what is chosen there."""
        block = function.local(I32)
        function.whole(self.record.horizon)
        function.set(block)
        self._settle_and_compare(function, phases, block)

    def _settle_surely(self, function: Function, phases: Iterable[int], block: int) -> None:
        """The beliefs on the principal branch and the worth of phases."""
        if not self.board.grid.hidden.learns:
            self._settle(function, phases, block)
            return
        worlds, every = self.worlds, function.local()
        function.assign(lambda terms: {every: terms.load(worlds.among)})
        for phase in phases:
            self.put(function, lambda terms: {worlds.differ: terms.bits(0)})
            self._settle_and_compare(function, [phase], block)
            function.any_in(worlds.differ)
            with function.when():
                # The others are as they should be, and no bit of them must change.
                self.put(function, lambda terms: {worlds.among: terms.load(worlds.differ)})
                self._settle(function, [phase], block)
                self.put(function, lambda terms: {worlds.among: terms.local(every)})
        self.put(function, lambda terms: {worlds.differ: terms.bits(0)})

    def _settle_and_compare(self, function: Function, phases: Iterable[int], block: int) -> None:
        """The beliefs and the worth of phases; where choices are not alike at neighbouring beliefs, it is seen whether
        they lie on the principal branch."""
        for phase in phases:
            self.put(function, lambda terms: {self.plays.desk.jumped: terms.bits(0)})
            self._settle(function, [phase], block)
            function.any_in(self.plays.desk.jumped)
            with function.when():
                self._compare(function, [phase])

    def _compare(self, function: Function, phases: Iterable[int]) -> None:
        """Note the worlds in which the principal branch leads elsewhere."""
        for phase in phases:
            number = self.plays.number[phase]
            if self.plays.seats[number].found:
                function.whole(self.rows.place[self.board.grid.first[phase]])
                function.whole(self.plays.warm[phase])
                function.whole(self.plays.own(phase))
                for target in self.plays.targets(phase):
                    function.whole(target)
                function.call(f"compare_{number}")

    def put(self, function: Function, make: Callable[[Terms], Mapping[int, Term]]) -> None:
        """Put terms into places of memory."""
        terms = Terms()
        function.compute(terms, [Store(place, term) for place, term in make(terms).items()])

    def among(self, terms: Terms) -> Term:
        """The worlds without a fault."""
        return terms.op("not", terms.load(self.lanes.failed))

    def highest(self, terms: Terms) -> Term:
        """The highest discount factor."""
        return largest(terms, terms.constant(0.0), [terms.load(f) for f in self.rows.factors])

    def sweep(
        self, function: Function, active: int, coarse: bool, phases: Sequence[int] | None = None
    ) -> None:
        """One period back in the tail in the worlds `active`, of all phases or of some; `coarse`: at a few beliefs."""
        self.look(function, active, IN_PERIODS if self.cut else IN_SWEEPS)
        every = self._phases(self.rows.going) if phases is None else phases
        if not self.cut:
            self._settle(function, every, None, coarse)
            return
        block = function.local(I32)
        function.whole(self.record.horizon)
        function.set(block)
        self._settle_surely(function, every, block)
        self._absorb(function)

    def sweep_of(self, function: Function, active: int, phases: Sequence[int], coarse: bool) -> None:
        """A sweep over some phases, which follow what is found of one another within it: that leads to the same fixed
        points, and sooner."""
        self.look(function, active, IN_SWEEPS)
        for phase in phases:
            self._settle(function, [phase], None, coarse)
            self.discount(function, phase)

    def sweep_once(self, function: Function, active: int, group: Sequence[int]) -> None:
        """A group that does not lead back to itself, at a few beliefs, in the worlds `active`."""
        rows, grid = self.rows, self.board.grid
        self.look(function, active, IN_PERIODS)
        self._settle(function, group, None, True)
        first = rows.place[grid.first[group[0]]] // rows.size
        RowWriter(function, rows, grid.size, first).take(rows.worth, active)

    def look(self, function: Function, active: int, tolerance: float) -> None:
        """Begin to look for beliefs in the worlds `active`, until steps are no longer than `tolerance`."""
        worlds = self.worlds
        self.put(
            function,
            lambda terms: {
                worlds.among: terms.local(active),
                worlds.lost: terms.bits(0),
                worlds.tolerance: terms.constant(tolerance),
            },
        )

    def discount(self, function: Function, phase: int) -> None:
        """Discount what a phase was just found to be worth."""
        rows, grid = self.rows, self.board.grid
        start = rows.place[grid.first[phase]]
        with function.each(grid.size, rows.size) as row:
            terms, stores = Terms(), list[Store]()
            for column in range(rows.actors):
                at = start + column * SLOT
                worth = terms.mul(terms.load(rows.factors[column]), terms.load_at(row, rows.worth + at))
                stores.append(Store(rows.discounted + at, worth, row))
            function.compute(terms, stores)

    def _absorb(self, function: Function) -> None:
        rows, terms, stores = self.rows, Terms(), list[Store]()
        for row in rows.absorbing:
            for column in range(rows.actors):
                worth = terms.load(rows.offset(rows.discounted, row, column))
                flow = self._flows.get((row, column))
                worth = worth if flow is None else terms.add(terms.load(flow), worth)
                stores.append(Store(rows.offset(rows.worth, row, column), worth))
        function.compute(terms, stores)

    def exact(self, terms: Terms, phase: int, actor: int) -> Term:
        """What an absorbing phase is worth for ever, by row and column."""
        flow = self._flows.get((phase, actor))
        if flow is None:
            return terms.constant(0.0)
        left = terms.sub(terms.constant(1.0), terms.load(self.rows.factors[actor]))
        return terms.div(terms.load(flow), left)

    def start(self) -> Function:
        """`start()`: the values where the tail begins."""
        function, terms, rows, worlds = Function("start"), Terms(), self.rows, self.worlds
        stores = [
            Store(worlds.cold, terms.bits(0)),
            Store(worlds.astray, terms.bits(0)),
            Store(worlds.turns, terms.constant(0.0)),
            Store(worlds.lost, terms.bits(0)),
            Store(worlds.differ, terms.bits(0)),
            Store(worlds.moved, terms.bits(-1)),
            Store(worlds.swept, terms.bits(-1)),
            Store(worlds.solved, terms.bits(0)),
            Store(self.plays.desk.turned, terms.constant(1.0)),
            Store(self.plays.desk.belief, terms.load(self.share_at)),
        ]
        for row in rows.order:
            if row not in set(rows.absorbing):
                continue
            for column in range(rows.actors):
                value = terms.constant(0.0) if self.cut else self.exact(terms, row, column)
                stores.append(Store(rows.offset(rows.values, row, column), value))
        function.compute(terms, stores)
        for some in (rows.going, rows.at_first):
            if some:
                with function.each(len(some), rows.size) as place:
                    terms = Terms()
                    base = rows.values + rows.place[some[0]]
                    zero = terms.constant(0.0)
                    function.compute(
                        terms, [Store(base + column * SLOT, zero, place) for column in range(rows.actors)]
                    )
        RowWriter(function, rows, len(rows.order)).discount(rows.values)
        if self.board.grid.hidden.learns:
            self._presume(function, None)
        return function

    def begin(self, function: Function, where: int) -> None:
        """Go back to where the tail begins, in the worlds of the mask at `where`."""
        rows = self.rows
        writer = RowWriter(function, rows, len(rows.going))
        writer.over(
            lambda cell: {
                rows.values: cell.terms.select(
                    cell.terms.load(where), cell.terms.constant(0.0), cell.at(rows.values)
                )
            }
        )
        writer.discount(rows.values)
        self._presume(function, where)

    def _presume(self, function: Function, where: int | None) -> None:
        """Begin with beliefs that no move changes, in all worlds or in those of a mask."""
        grid, place = self.board.grid, function.local(I32)
        for phase in self._phases(self.rows.going):
            found = len(self.plays.seats[self.plays.number[phase]].found)
            if not found:
                continue
            function.whole(self.plays.warm[phase])
            function.set(place)
            with function.each(grid.size, 1) as number:
                function.splat(self.plays.desk.belief, number, grid.size - 1)
                terms = Terms()
                belief = terms.load(self.plays.desk.belief)
                stores = []
                for i in range(found):
                    new = belief
                    if where is not None:
                        new = terms.select(terms.load(where), belief, terms.load_at(place, i * SLOT))
                    stores.append(Store(i * SLOT, new, place))
                function.compute(terms, stores)
                function.step(place, self.plays.ways[self.plays.number[phase]].size)

    def confirm(self, function: Function, phases: Iterable[int], again: Callable[[], None] | None) -> None:
        """What is chosen at the horizon in the worlds `swept`; where beliefs turn out to lie off the principal branch,
        once more from those on it, after the sweeps that `again` writes. Worlds that come to no end are `astray`."""
        worlds, settled, each = self.worlds, self.lanes.settled, list(phases)
        tries, kept, more = function.local(I32), function.local(), function.local(I32)
        function.whole(0)
        function.set(tries)
        with function.loop():
            self.put(
                function,
                lambda terms: {
                    worlds.among: terms.op("and", self.among(terms), terms.load(worlds.swept)),
                    worlds.tolerance: terms.constant(IN_PERIODS),
                    worlds.lost: terms.bits(0),
                    worlds.differ: terms.bits(0),
                },
            )
            self.settle_last(function, each)
            function.step(tries, 1)
            if again is None:
                function.whole(0)
            else:
                function.get(tries)
                function.whole(TRIES)
                function.integer("less")
                function.any_in(worlds.differ)
                function.integer("and")
                function.set(more)
                function.get(more)
                with function.when():
                    function.assign(lambda terms: {kept: terms.load(settled)})
                    self.put(
                        function,
                        lambda terms: {
                            worlds.swept: terms.op("and", terms.load(worlds.differ), terms.load(settled))
                        },
                    )
                    again()
                    self.put(
                        function,
                        lambda terms: {
                            settled: terms.select(
                                terms.load(worlds.swept), terms.load(settled), terms.local(kept)
                            )
                        },
                    )
                function.get(more)
        self.put(function, self.gone)

    def gone(self, terms: Terms) -> dict[int, Term]:
        """Note the worlds that are lost, or in which beliefs keep leaving the principal branch."""
        worlds = self.worlds
        lost = terms.op("or", terms.load(worlds.lost), terms.load(worlds.differ))
        return {
            worlds.astray: terms.op("or", terms.load(worlds.astray), lost),
            worlds.lost: terms.bits(0),
            worlds.differ: terms.bits(0),
        }

    def periods(self) -> list[Function]:
        """`back(period)`, one period back, and `first(period)`, with the phases that are played in period 0 alone."""
        return [self._back(), self._first()]

    def _back(self) -> Function:
        """A period in which all is as at the horizon, in worlds that have settled, is what the horizon is."""
        function, rows, worlds, record = Function("back", (I32,)), self.rows, self.worlds, self.record
        gone, block, at = function.local(), function.local(I32), function.local(I32)
        function.get(0)
        function.whole(4)
        function.integer("multiply")
        function.set(at)
        function.whole(record.horizon)
        function.set(block)
        function.any_in(worlds.moved)
        with function.when():
            function.get(0)
            function.whole(record.stride)
            function.integer("multiply")
            function.whole(record.base - record.stride)
            function.integer("add")
            function.set(block)
            self.put(
                function,
                lambda terms: {
                    worlds.among: terms.op("and", self.among(terms), terms.load(worlds.moved)),
                    worlds.tolerance: terms.constant(IN_PERIODS),
                },
            )
            self._settle_surely(function, self._phases(rows.going), block)
            self._absorb(function)
            writer = RowWriter(function, rows, len(rows.going) + len(rows.absorbing))
            writer.end_period(gone, self.lanes.failed, worlds.moved)
        function.put_whole(at, record.where, block)
        return function

    def _first(self) -> Function:
        function, rows, worlds = Function("first", (I32,)), self.rows, self.worlds
        gone, usual = function.local(), len(rows.going) + len(rows.absorbing)
        self.put(
            function,
            lambda terms: {
                worlds.among: self.among(terms),
                worlds.tolerance: terms.constant(IN_PERIODS),
            },
        )
        self._begin(function)
        self._absorb(function)
        RowWriter(function, rows, usual).end_period(gone, self.lanes.failed, worlds.moved)
        RowWriter(function, rows, len(rows.at_first), usual).end_period(gone, self.lanes.failed)
        return function

    def _begin(self, function: Function) -> None:
        """Period 0, in which the share of the second type is what is believed; nothing is presumed of beliefs."""
        grid, rows, worlds = self.board.grid, self.rows, self.worlds
        self.put(
            function,
            lambda terms: {
                worlds.cold: terms.bits(-1),
                self.plays.desk.compared: terms.bits(0),
                self.plays.desk.belief: terms.load(self.share_at),
            },
        )
        for phase, row in grid.start.items():
            if phase not in self.asked:
                continue
            number = self.plays.number[phase]
            function.whole(0)
            function.whole(rows.place[row])
            function.whole(self.plays.warm_at_start)
            function.whole(self.plays.own(phase))
            for target in self.plays.targets(phase):
                function.whole(target)
            function.whole(self.record.start[phase])
            function.call(f"settle_one_{number}")

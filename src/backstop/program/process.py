"""The process over time: the tail beyond the horizon, and the periods back to the first.

The values of a phase lie in rows of one slot per actor: `worth` (as just computed), `values` (of the period in hand)
and `discounted` (one period later, times the discount factors).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backstop.game.tree import Game
from backstop.program.encoding import END, I32, IF, LOOP, Assign, Function, Store, constant
from backstop.program.layout import SLOT, Memory
from backstop.program.play import Plays, reached
from backstop.program.terms import Terms

TOLERANCE = 1e-11
MOST_SWEEPS = 20_000

# From this sweep on an exact repeat of earlier values is looked for.
_REPEATS_FROM = 32

_BRANCH_IF, _LESS, _LESS_UNSIGNED, _EQUAL, _AND = b"\x0d", b"\x48", b"\x49", b"\x46", b"\x71"


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of every period: the probability of each outcome of each phase's play.

    `place[k][o]`: its offset within a period, `stride` bytes long; the first period lies at `base`.
    """

    base: int
    stride: int
    place: tuple[dict[int, int], ...]


class Rows:
    """Where the values of the phases lie: those that go on in the tail first, then absorbing ones, then those that
    can be played in period 0 alone."""

    def __init__(self, game: Game, at_first: frozenset[int], memory: Memory) -> None:
        self.actors = len(game.actors)
        self.going = [k for k in game.live if k not in at_first]
        self.absorbing = [k for k, play in enumerate(game.plays) if play is None]
        self.at_first = [k for k in game.live if k in at_first]
        order = self.going + self.absorbing + self.at_first
        self.size = self.actors * SLOT
        total = len(order) * self.actors
        self.worth_base, self.values_base, self.discounted_base, self.earlier_base = (
            memory.take(total) for _ in range(4)
        )
        self.place = {phase: row * self.size for row, phase in enumerate(order)}
        self.discounted = {phase: self.discounted_base + place for phase, place in self.place.items()}
        self.worth = {phase: self.worth_base + place for phase, place in self.place.items()}
        self.values = {phase: self.values_base + place for phase, place in self.place.items()}


def record_of(game: Game, periods: int, memory: Memory) -> Record:
    """Room for what is kept of every period."""
    places, used = [], 0
    for play in game.plays:
        outcomes = [] if play is None else reached(play)
        places.append({outcome: used + i * SLOT for i, outcome in enumerate(outcomes)})
        used += len(outcomes) * SLOT
    return Record(memory.take(periods, max(used, SLOT)), max(used, SLOT), tuple(places))


@dataclass(frozen=True, slots=True)
class Places:
    """Where else the process finds and leaves numbers: discount factors by actor, flows of absorbing phases by phase
    and actor, and in which lanes something has failed or the tail has settled."""

    factors: tuple[int, ...]
    flows: dict[tuple[int, int], int]
    failed: int
    settled: int
    clock: int
    years: int


class Process:
    """Writes the functions that solve a pair of worlds backwards."""

    def __init__(
        self, game: Game, plays: Plays, rows: Rows, record: Record, places: Places, tail_periods: int | None
    ) -> None:
        self.game, self.plays, self.rows, self.record, self.places = game, plays, rows, record, places
        self.tail_periods = tail_periods
        cut = tail_periods is not None
        # With a tail of so many years absorbing phases start at 0 too and have to be carried along.
        self.carried = rows.going + (rows.absorbing if cut else [])

    def sweep(self, function: Function, phases: Sequence[int], outcomes: int | None = None) -> None:
        """One period back: the worth of these phases from the discounted values."""
        for phase in phases:
            if self.game.plays[phase] is not None:
                place = min(self.record.place[phase].values())
                self.plays.call(function, phase, self.rows.worth[phase], outcomes, place)
        self._absorb(function, [phase for phase in phases if self.game.plays[phase] is None])

    def _absorb(self, function: Function, phases: Sequence[int]) -> None:
        """The worth of absorbing phases: their flow, and what they are worth in the next period."""
        terms, stores = Terms(), []
        for phase in phases:
            for actor in range(self.rows.actors):
                worth = terms.load(self.rows.discounted[phase] + actor * SLOT)
                flow = self.places.flows.get((phase, actor))
                if flow is not None:
                    worth = terms.add(terms.load(flow), worth)
                stores.append(Store(self.rows.worth[phase] + actor * SLOT, worth))
        function.compute(terms, stores)

    def over_rows(self, function: Function, count: int) -> _EachRow:
        """A loop over the first `count` rows; to be used in a `with` statement, giving the local of the address."""
        return _EachRow(function, count * self.rows.size, self.rows.size)

    def start(self) -> Function:
        """`start()`: values after the tail's end, where it begins."""
        function, terms = Function("start"), Terms()
        stores = []
        for phase in self.rows.place:
            for actor in range(self.rows.actors):
                value, factor = terms.constant(0.0), terms.load(self.places.factors[actor])
                flow = self.places.flows.get((phase, actor))
                if self.tail_periods is None and self.game.plays[phase] is None and flow is not None:
                    value = terms.div(terms.load(flow), terms.sub(terms.constant(1.0), factor))
                place = self.rows.place[phase] + actor * SLOT
                stores.append(Store(self.rows.values_base + place, value))
                stores.append(Store(self.rows.discounted_base + place, terms.mul(factor, value)))
        function.compute(terms, stores)
        return function

    def tail(self) -> Function:
        """`tail()`: plain sweeps from the start until both worlds have settled."""
        function = Function("tail")
        limit = MOST_SWEEPS if self.tail_periods is None else min(self.tail_periods, MOST_SWEEPS)
        terms = Terms()
        if limit == 0 or not self.carried:
            function.compute(terms, [Store(self.places.settled, terms.bits(-1))])
            return function
        active, settled = function.local(), function.local()
        change, scale, least, tolerance = (function.local() for _ in range(4))
        stop = function.local()
        sweeps, checked = function.local(I32), function.local(I32)
        highest = terms.load(self.places.factors[0])
        for factor in self.places.factors[1:]:
            highest = terms.op("pmax", terms.load(factor), highest)
        held = terms.constant(1.0)
        for phase in self.rows.absorbing if self.tail_periods is None else ():
            for actor in range(self.rows.actors):
                value = terms.load(self.rows.values[phase] + actor * SLOT)
                held = terms.op("pmax", held, terms.op("abs", value))
        function.compute(
            terms,
            [
                Assign(active, terms.op("not", terms.load(self.places.failed))),
                Assign(settled, terms.bits(0)),
                Assign(least, held),
                Assign(
                    tolerance,
                    terms.mul(terms.constant(TOLERANCE), terms.sub(terms.constant(1.0), highest)),
                ),
                Assign(stop, terms.constant(float(limit))),
            ],
        )
        function.write(LOOP)
        self.sweep(function, self.carried)
        function.step(sweeps, 1)
        self._renew(function, active, change, scale, least)
        terms = Terms()
        small = terms.op("le", terms.local(change), terms.mul(terms.local(tolerance), terms.local(scale)))
        function.compute(
            terms,
            [
                Assign(
                    settled, terms.op("or", terms.local(settled), terms.op("and", small, terms.local(active)))
                ),
                Assign(active, terms.op("andnot", terms.local(active), small)),
            ],
        )
        self._count_off(function, active, stop, sweeps, checked, limit)
        function.get(active)
        function.any_true()
        function.write(_BRANCH_IF + b"\x00", END)
        terms = Terms()
        function.compute(terms, [Store(self.places.settled, terms.local(settled))])
        return function

    def _renew(self, function: Function, active: int, change: int, scale: int, least: int) -> None:
        """Take the worth as values of the active worlds; how much that changed, and how large the values are."""
        rows, terms = self.rows, Terms()
        function.compute(terms, [Assign(change, terms.constant(0.0)), Assign(scale, terms.local(least))])
        with self.over_rows(function, len(self.carried)) as row:
            terms, stores = Terms(), []
            most, largest = terms.local(change), terms.local(scale)
            for actor in range(rows.actors):
                new = terms.load_at(row, rows.worth_base + actor * SLOT)
                old = terms.load_at(row, rows.values_base + actor * SLOT)
                most = terms.op("pmax", most, terms.op("abs", terms.sub(new, old)))
                largest = terms.op("pmax", largest, terms.op("abs", new))
                kept = terms.select(terms.local(active), new, old)
                later = terms.mul(terms.load(self.places.factors[actor]), kept)
                stores.append(Store(rows.values_base + actor * SLOT, kept, row))
                stores.append(Store(rows.discounted_base + actor * SLOT, later, row))
            function.compute(terms, [Assign(change, most), Assign(scale, largest), *stores])

    def _count_off(
        self, function: Function, active: int, stop: int, sweeps: int, checked: int, limit: int
    ) -> None:
        """End the worlds that are through all sweeps, made or, in an exact cycle, counted off (Brent 1980)."""
        rows, count = self.rows, len(self.carried)
        reached_limit = function.local()
        if limit > _REPEATS_FROM:
            same = function.local()
            function.get(sweeps)
            function.write(constant(_REPEATS_FROM), b"\x4a", IF)  # i32.gt_s
            terms = Terms()
            function.compute(terms, [Assign(same, terms.local(active))])
            with self.over_rows(function, count) as row:
                terms = Terms()
                equal = terms.local(same)
                for actor in range(rows.actors):
                    now = terms.load_at(row, rows.values_base + actor * SLOT)
                    before = terms.load_at(row, rows.earlier_base + actor * SLOT)
                    equal = terms.op("and", equal, terms.op("eq", now, before))
                function.compute(terms, [Assign(same, equal)])
            # What is left after whole cycles are taken away: sweeps + (limit - sweeps) mod (sweeps - checked).
            left = function.local()
            function.get(sweeps)
            function.write(constant(limit))
            function.get(sweeps)
            function.write(b"\x6b")
            function.get(sweeps)
            function.get(checked)
            function.write(b"\x6b", b"\x70", b"\x6a", b"\xb8", b"\xfd\x14")  # sub, rem_u, add, convert, splat
            function.set(left)
            terms = Terms()
            new = terms.op(
                "and", terms.local(same), terms.op("ge", terms.local(stop), terms.constant(float(limit)))
            )
            function.compute(terms, [Assign(stop, terms.select(new, terms.local(left), terms.local(stop)))])
            function.write(END)
            # A checkpoint at every power of two finds a cycle of any length.
            function.get(sweeps)
            function.write(constant(_REPEATS_FROM), b"\x4e")  # i32.ge_s
            function.get(sweeps)
            function.get(sweeps)
            function.write(constant(1), b"\x6b", b"\x71", b"\x45", b"\x71", IF)  # sub, and, eqz, and
            function.get(sweeps)
            function.set(checked)
            with self.over_rows(function, count) as row:
                terms = Terms()
                function.compute(
                    terms,
                    [
                        Store(
                            rows.earlier_base + actor * SLOT,
                            terms.load_at(row, rows.values_base + actor * SLOT),
                            row,
                        )
                        for actor in range(rows.actors)
                    ],
                )
            function.write(END)
        function.get(sweeps)
        function.write(b"\xb7", b"\xfd\x14")  # f64.convert_i32_s, f64x2.splat
        function.set(reached_limit)
        terms = Terms()
        over = terms.op("ge", terms.local(reached_limit), terms.local(stop))
        function.compute(terms, [Assign(active, terms.op("andnot", terms.local(active), over))])

    def period(self, name: str, phases: Sequence[int]) -> Function:
        """`name(period)`: one period back with what is chosen in it put down, and values that are not finite noted."""
        function = Function(name, (I32,))
        outcomes = function.local(I32)
        self._address(function, outcomes)
        self.sweep(function, phases, outcomes)
        rows, gone = self.rows, function.local()
        terms = Terms()
        function.compute(terms, [Assign(gone, terms.constant(0.0))])
        with self.over_rows(function, len(phases)) as row:
            terms, stores = Terms(), []
            lost = terms.local(gone)
            for actor in range(rows.actors):
                new = terms.load_at(row, rows.worth_base + actor * SLOT)
                lost = terms.add(lost, terms.sub(new, new))
                stores.append(Store(rows.values_base + actor * SLOT, new, row))
                later = terms.mul(terms.load(self.places.factors[actor]), new)
                stores.append(Store(rows.discounted_base + actor * SLOT, later, row))
            function.compute(terms, [Assign(gone, lost), *stores])
        terms = Terms()
        failed = terms.op("ne", terms.local(gone), terms.constant(0.0))
        function.compute(
            terms, [Store(self.places.failed, terms.op("or", terms.load(self.places.failed), failed))]
        )
        return function

    def _address(self, function: Function, local: int) -> None:
        """The address of the record of the period in the first parameter."""
        function.get(0)
        function.write(constant(self.record.stride), b"\x6c", constant(self.record.base), b"\x6a")
        function.set(local)


class _EachRow:
    """A loop over rows of memory: the address, from 0 in steps, is in a local."""

    def __init__(self, function: Function, end: int, step: int) -> None:
        self.function, self.end, self.step = function, end, step
        self.row = function.local(I32)

    def __enter__(self) -> int:
        self.function.write(constant(0))
        self.function.set(self.row)
        self.function.write(LOOP)
        return self.row

    def __exit__(self, *_: object) -> None:
        self.function.step(self.row, self.step)
        self.function.get(self.row)
        self.function.write(constant(self.end), b"\x49", b"\x0d\x00", END)

"""The tail where others learn, solved group by group.

Plain sweeps over all phases and beliefs define the answer, but they are many and dear. So a few beliefs are looked at
first (the ends of the grid and the middle, with straight lines in between): in each group of phases that lead to one
another plain sweeps, with the short cut, choose the equilibrium there, once what the group leads to is known. From its
values each group is then solved at every belief in the same order: a phase that does not lead back to itself takes one
pass, the others take steps of Anderson's method. Where this comes to no end, plain sweeps are made at every belief,
group by group.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from backstop.program.code.encoding import I32, Function
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import Slots
from backstop.program.learning.process import IN_PERIODS, TRIES, LearntProcess
from backstop.program.learning.tail.search import Mixing, tables_of
from backstop.program.recursion.process import PRECISION, PROPOSE_AT, Lanes
from backstop.program.recursion.rows import Rows, RowWriter
from backstop.program.recursion.shortcut import LEAST_NOISE, least_noise
from backstop.program.recursion.sweeps import Sweeps, sweeps_of
from backstop.program.recursion.tail import tail

# At a few beliefs: how little worlds may still change by, sweeps made at most, and when a fixed point is looked for.
COARSE, COARSE_SWEEPS, COARSE_PROPOSALS = 1e-5, 300, (4, 10, 32, 96)
# How far apart values may lie, relative to their scale, that count as a repeat.
LIKENESS = 1e-9
# How far a group may still be from its end in its last step, of its scale.
FINE = 2e-12


@dataclass(frozen=True, slots=True)
class Sweeping:
    """The plain sweeps of a process (`Swept`): at a few beliefs (`coarse`), or at all of them in the worlds that are to
    be `swept`; over all phases, or a group of them."""

    process: LearntProcess
    coarse: bool
    group: tuple[int, ...] | None = None

    @property
    def precision(self) -> float:
        """How little a world that has settled may still change."""
        return COARSE if self.coarse else PRECISION

    @property
    def proposals(self) -> Sequence[int]:
        """Sweeps after which a fixed point is looked for."""
        return COARSE_PROPOSALS if self.coarse else PROPOSE_AT

    @property
    def likeness(self) -> float:
        """Beliefs are found to so many digits that repeats need not be exact, where sweeps are not counted."""
        return 0.0 if self.cut else LIKENESS

    @property
    def astray(self) -> int:
        """Where the mask of the worlds lies that have left the principal branch for good."""
        return self.process.worlds.astray

    @property
    def lanes(self) -> Lanes:
        """What is found of the two worlds in hand."""
        return self.process.lanes

    @property
    def tail_periods(self) -> int | None:
        """How long the tail is at most."""
        return self.process.tail_periods

    @property
    def rows(self) -> Rows:
        """The rows of all phases by belief."""
        return self.process.rows

    @property
    def noises(self) -> Iterable[Term]:
        """All scales of shocks in use."""
        return self.process.noises

    @property
    def slots(self) -> Slots:
        """Where terms lie."""
        return self.process.slots

    @property
    def cut(self) -> bool:
        """Whether the tail is cut off."""
        return self.process.cut

    @property
    def carried(self) -> list[int]:
        """The rows whose values change in the tail."""
        if self.group is None:
            return self.process.carried
        grid = self.process.board.grid
        return [grid.first[phase] + row for phase in self.group for row in range(grid.size)]

    def among(self, terms: Terms) -> Term:
        """The worlds in which sweeps are made."""
        return terms.op("and", self.process.among(terms), terms.load(self.process.worlds.swept))

    def patience(self, terms: Terms, limit: int) -> Term:
        """How many sweeps are made at most in each world."""
        return terms.constant(float(limit))

    def sweep(self, function: Function, active: int, phases: Sequence[int] | None = None) -> None:
        """One period back in the tail in the worlds `active`, of all phases or of some."""
        self.process.sweep(function, active, self.coarse, self.group if phases is None else phases)

    def sweep_of(self, function: Function, active: int, phases: Sequence[int]) -> None:
        """A sweep over some phases, which follow what is found of one another within it."""
        self.process.sweep_of(function, active, phases, self.coarse)


class ByGroups:
    """Writes `tail()` and what it calls."""

    def __init__(self, process: LearntProcess, most_sweeps: int) -> None:
        self.process, self.rows, self.most_sweeps = process, process.rows, most_sweeps
        self.proposal, self.tables = self.rows.table(), tables_of(self.rows)
        self.mixing = Mixing(Sweeping(process, False), self.tables, self.proposal, (self.proposal,) * 3)

    def functions(self) -> list[Function]:
        """All of them."""
        made = self._sweeps(Sweeping(self.process, False), self.most_sweeps, "joint_tail")
        for number, group in enumerate(self.mixing.groups):
            if self.mixing.loops(group):
                made += self._sweeps(
                    Sweeping(self.process, True, group), COARSE_SWEEPS, f"coarse_tail_{number}"
                )
                made += self._sweeps(Sweeping(self.process, False, group), self.most_sweeps, f"tail_{number}")
        return [*made, self._coarse(), self._fine(), self._swept(), self._tail()]

    def _sweeps(self, sweeping: Sweeping, limit: int, name: str) -> list[Function]:
        return tail(sweeping, limit, partial(Mixing, sweeping, self.tables), name)

    def _tail(self) -> Function:
        function, process, lanes, worlds = (
            Function("tail"),
            self.process,
            self.process.lanes,
            self.process.worlds,
        )

        def steady(terms: Terms) -> dict[int, Term]:
            enough = terms.constant(LEAST_NOISE)
            noise = least_noise(terms, process.noises, process.slots)
            return {
                worlds.solved: terms.bits(0),
                worlds.swept: terms.op("and", process.among(terms), terms.op("ge", noise, enough)),
            }

        process.put(function, steady)
        function.call("coarse_tail")
        process.put(
            function,
            lambda terms: {worlds.todo: terms.op("and", terms.load(worlds.swept), terms.load(lanes.settled))},
        )
        function.any_in(worlds.todo)
        with function.when():
            function.call("fine_tail")
        process.put(
            function,
            lambda terms: {
                worlds.swept: terms.op(
                    "andnot",
                    terms.op("andnot", terms.load(worlds.swept), terms.load(worlds.solved)),
                    terms.load(worlds.astray),
                ),
                lanes.settled: terms.load(worlds.solved),
            },
        )
        function.any_in(worlds.swept)
        with function.when():
            function.call("swept_tail")
        self._rest(function)
        process.put(function, lambda terms: {worlds.moved: terms.op("not", terms.load(worlds.solved))})
        return function

    def _rest(self, function: Function) -> None:
        """Where a noise is next to nothing, plain sweeps over everything are all there is."""
        process, lanes, worlds = self.process, self.process.lanes, self.process.worlds

        def left(terms: Terms) -> Term:
            known = terms.op("or", terms.load(worlds.solved), terms.load(worlds.swept))
            known = terms.op("or", known, terms.load(worlds.astray))
            return terms.op("andnot", process.among(terms), known)

        process.put(function, lambda terms: {worlds.todo: left(terms)})
        function.any_in(worlds.todo)
        with function.when():
            process.begin(function, worlds.todo)
            process.put(function, lambda terms: {worlds.swept: left(terms)})
            function.call("joint_tail")
            every = [phase for group in self.mixing.groups for phase in group]
            process.confirm(function, every, lambda: function.call("joint_tail"))
            process.put(
                function,
                lambda terms: {
                    lanes.settled: terms.op("or", terms.load(lanes.settled), terms.load(worlds.solved))
                },
            )

    def _coarse(self) -> Function:
        """`coarse_tail()`: each group at a few beliefs, from values of nothing, in the worlds `swept`; `settled` are
        those that settle in all groups."""
        function, process, worlds = Function("coarse_tail"), self.process, self.process.worlds
        active, asked = function.local(), function.local()
        function.assign(lambda terms: {asked: terms.load(worlds.swept)})
        for number, group in enumerate(self.mixing.groups):
            if self.mixing.loops(group):
                function.call(f"coarse_tail_{number}")
                process.put(
                    function,
                    lambda terms: {
                        worlds.swept: terms.op(
                            "and", terms.load(worlds.swept), terms.load(process.lanes.settled)
                        )
                    },
                )
            else:
                function.assign(lambda terms: {active: terms.load(worlds.swept)})
                process.sweep_once(function, active, group)
        process.put(
            function,
            lambda terms: {
                process.lanes.settled: terms.load(worlds.swept),
                worlds.swept: terms.local(asked),
            },
        )
        return function

    def _fine(self) -> Function:
        """`fine_tail()`: from values that have settled at a few beliefs to those at all, in the worlds `todo`."""
        function, process, rows, worlds = Function("fine_tail"), self.process, self.rows, self.process.worlds
        sweeps, found, mixing = sweeps_of(function, self.most_sweeps), function.local(), self.mixing
        every = RowWriter(function, rows, len(rows.going))

        def begun(terms: Terms) -> dict[int, Term]:
            return {
                found: terms.load(worlds.todo),
                sweeps.tolerance: terms.constant(FINE),
                sweeps.scale: terms.constant(1.0),
            }

        function.assign(begun)
        every.over(
            lambda cell: {self.proposal: cell.at(rows.values)},
            most={sweeps.scale: lambda cell: cell.at(rows.values)},
        )
        astray, open_, tries = function.local(), function.local(), function.local(I32)
        function.assign(lambda terms: {astray: terms.bits(0)})
        for group in mixing.groups:
            process.put(function, lambda terms: {worlds.begin: terms.bits(-1)})
            function.assign(lambda terms: {open_: terms.local(found)})
            function.whole(0)
            function.set(tries)
            # Again from the beliefs of the principal branch, where others were found.
            with function.loop():
                process.put(function, lambda terms: {worlds.differ: terms.bits(0)})
                self._group(function, group, open_, found, sweeps)
                process.put(function, lambda terms: {worlds.begin: terms.bits(0)})
                function.assign(
                    lambda terms: {open_: terms.op("and", terms.local(found), terms.load(worlds.differ))}
                )
                function.step(tries, 1)
                function.get(tries)
                function.whole(TRIES)
                function.integer("less")
                function.any_of(open_)
                function.integer("and")
            function.assign(
                lambda terms: {
                    astray: terms.op(
                        "or", terms.op("or", terms.local(astray), terms.load(worlds.lost)), terms.local(open_)
                    )
                }
            )
        every.take(self.proposal, found)
        process.put(
            function,
            lambda terms: {
                worlds.solved: terms.op(
                    "andnot",
                    terms.op("andnot", terms.local(found), terms.local(astray)),
                    terms.load(worlds.astray),
                ),
                worlds.lost: terms.bits(0),
                worlds.differ: terms.bits(0),
                worlds.begin: terms.bits(0),
            },
        )
        return function

    def _group(
        self, function: Function, group: tuple[int, ...], open_: int, found: int, sweeps: Sweeps
    ) -> None:
        """Solve a group in the worlds of the local `open_`; those that do not settle leave the local `found`."""
        process, mixing, here = self.process, self.mixing, function.local()
        if mixing.loops(group):
            function.assign(lambda terms: {here: terms.local(open_)})
            mixing.search(function, group, here, sweeps)

            def left(terms: Terms) -> dict[int, Term]:
                failed = terms.op("andnot", terms.local(open_), terms.local(here))
                return {
                    found: terms.op("andnot", terms.local(found), failed),
                    open_: terms.local(here),
                }

            function.assign_together(left)
        process.look(function, open_, IN_PERIODS)
        process.settle_last(function, group)
        if not mixing.loops(group):
            process.discount(function, group[0])
            mixing.take(function, group)

    def _swept(self) -> Function:
        """`swept_tail()`: plain sweeps within each group, from values of nothing, in the worlds `swept`; those that
        settle everywhere are `solved`."""
        function, process, worlds, lanes = (
            Function("swept_tail"),
            self.process,
            self.process.worlds,
            self.process.lanes,
        )
        rows, grid, settled, active = self.rows, process.board.grid, function.local(), function.local()
        process.begin(function, worlds.swept)
        function.assign(lambda terms: {settled: terms.load(worlds.swept), active: terms.load(worlds.swept)})
        for number, group in enumerate(self.mixing.groups):
            process.put(function, lambda terms: {worlds.swept: terms.local(active)})
            if self.mixing.loops(group):
                name = f"tail_{number}"
                function.call(name)
                process.confirm(function, group, partial(function.call, name))
                function.assign(
                    lambda terms: {settled: terms.op("and", terms.local(settled), terms.load(lanes.settled))}
                )
            else:
                process.confirm(function, group, lambda: None)
                first = rows.place[grid.first[group[0]]] // rows.size
                RowWriter(function, rows, grid.size, first).take(rows.worth, active)
        function.assign(
            lambda terms: {settled: terms.op("andnot", terms.local(settled), terms.load(worlds.astray))}
        )
        process.put(
            function,
            lambda terms: {
                worlds.swept: terms.local(active),
                worlds.solved: terms.op("or", terms.load(worlds.solved), terms.local(settled)),
                lanes.settled: terms.op("or", terms.load(worlds.solved), terms.local(settled)),
            },
        )
        return function

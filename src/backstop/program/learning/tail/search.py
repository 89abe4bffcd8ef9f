"""A fixed point of the plain sweep where its rows are too many for equations: Anderson's method.

What is left after a sweep is made up for by the steps and sweeps before (Anderson 1965, J. ACM 12; Walker and Ni 2011,
SIAM J. Numer. Anal. 49): of all their combinations the one that leaves least. Whether the plain recursion really goes
to the point found is for `shortcut` to see.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from backstop.program.code.encoding import I32, Assign, Function, Store
from backstop.program.code.equations import solution
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT
from backstop.program.learning.process import LearntProcess
from backstop.program.learning.tail.standing import Standing
from backstop.program.recursion.process import Swept
from backstop.program.recursion.rows import Rows, RowWriter, largest
from backstop.program.recursion.search import guess
from backstop.program.recursion.sweeps import Sweeps

# Steps after which it is looked whether what is left has shrunk to this share of what it was at the time before.
LOOK_EVERY, SHRUNK = 16, 0.25
# Steps remembered, and made at most.
REMEMBERED, MOST_STEPS = 6, 60
# How far equations of steps that are nearly alike are held off from having no solution.
HELD = 1e-12


def tables_of(rows: Rows) -> list[int]:
    """The tables that a search works with; searches that are not made at once may share them."""
    return [rows.table() for _ in range(3 + 2 * REMEMBERED)]


class ByPhase(Swept, Protocol):
    """What is asked of a process that is searched group by group."""

    @property
    def process(self) -> LearntProcess:
        """The process itself."""
        ...

    @property
    def coarse(self) -> bool:
        """Whether values are known at a few beliefs alone, with straight lines in between."""
        ...

    def sweep(self, function: Function, active: int, phases: Sequence[int] | None = None) -> None:
        """A sweep over all phases, or over some."""
        ...

    def sweep_of(self, function: Function, active: int, phases: Sequence[int]) -> None:
        """A sweep over some phases, which follow what is found of one another within it."""
        ...


class Mixing:
    """Writes the search; the point found goes into the table `proposal`.

    `tables`: those that it works with (`tables_of`). `kept`: the tables with the values from before the last sweep,
    the one before it and that before.
    """

    def __init__(
        self, sweeping: ByPhase, tables: Sequence[int], proposal: int, kept: tuple[int, int, int]
    ) -> None:
        process = self.process = sweeping.process
        self.sweeping, self.proposal, self.kept = sweeping, proposal, kept
        rows = self.rows = process.rows
        self.functions: list[Function] = []
        self.curvature = rows.memory.take(1)
        self.possible = bool(rows.going) and not process.cut
        game, grid = process.board.numbers[0].model.game, process.board.grid
        self.game, self.carried = game, sweeping.carried
        going = (tuple(phase for phase in group if phase in grid.first) for group in game.groups())
        wanted = frozenset(self.carried)
        self.groups = [group for group in going if group and grid.first[group[0]] in wanted]
        # What the last sweep left, and the values it started from; what steps changed of the first, and of both.
        self.left, self.former, ahead, *tables = tables
        self.standing = Standing(process, proposal, ahead, sweeping.coarse)
        self.lefts, self.sums = tables[:REMEMBERED], tables[REMEMBERED:]
        self.size = tables[1] - tables[0]

    def write(self, function: Function, among: int, found: int, sweeps: Sweeps) -> None:
        """Search in the lanes of the local `among`; those in which a point is found go into the local `found`."""
        rows = self.rows
        first = rows.place[self.carried[0]] // rows.size
        writer = RowWriter(function, rows, len(self.carried), first)
        guess(writer, self.proposal, self.kept)
        writer.discount(self.proposal)
        function.assign(lambda terms: {found: terms.local(among)})
        for group in self.groups:
            if self.loops(group):
                self.search(function, group, found, sweeps)
            else:
                self.sweeping.sweep_of(function, found, group)
                self.take(function, group)

    def loops(self, group: tuple[int, ...]) -> bool:
        """Whether phases lead back to themselves."""
        return len(group) > 1 or group[0] in self.game.following(group[0])

    def take(self, function: Function, group: tuple[int, ...]) -> None:
        """Take what a group was just found to be worth."""
        start, count = self._range(group)
        writer = RowWriter(function, self.rows, count, start // self.rows.size)
        writer.copy(self.rows.worth, self.proposal)

    def search(self, function: Function, group: tuple[int, ...], found: int, sweeps: Sweeps) -> None:
        """Search in a group of phases, where what they lead to is found; `found` keeps the lanes with a point here."""
        active, most, closed, before = (function.local() for _ in range(4))
        steps, slot = function.local(I32), function.local(I32)
        function.assign(
            lambda terms: {
                active: terms.local(found),
                closed: terms.bits(0),
                before: terms.constant(math.inf),
            }
        )
        self._forget(function, group)
        for local in (steps, slot):
            function.whole(0)
            function.set(local)
        with function.loop():
            self.sweeping.sweep(function, active, group)
            self.standing.carry_on(function, group, active)
            self.process.put(function, lambda terms: {self.process.worlds.begin: terms.bits(0)})
            self._remember(function, group, steps, slot, most)

            def judged(terms: Terms) -> dict[int, Term]:
                margin = terms.mul(terms.local(sweeps.tolerance), terms.local(sweeps.scale))
                margin = terms.mul(terms.constant(0.5), margin)
                there = terms.op("and", terms.local(active), terms.op("le", terms.local(most), margin))
                return {
                    closed: terms.op("or", terms.local(closed), there),
                    active: terms.op("andnot", terms.local(active), there),
                }

            function.assign(judged)
            self._mix(function, group, active)
            self._give_up(function, steps, active, most, before)
            function.step(steps, 1)
            self._turn(function, slot)
            function.get(steps)
            function.whole(MOST_STEPS)
            function.integer("less")
            function.any_of(active)
            function.integer("and")
        function.assign(lambda terms: {found: terms.local(closed)})

    def _give_up(self, function: Function, steps: int, active: int, most: int, before: int) -> None:
        """Every so many steps: end the search where it leads nowhere."""
        function.get(steps)
        function.whole(LOOK_EVERY)
        function.integer("remainder", "is_zero")
        with function.when():

            def judged(terms: Terms) -> dict[int, Term]:
                bound = terms.mul(terms.constant(SHRUNK), terms.local(before))
                less = terms.op("le", terms.local(most), bound)
                return {active: terms.op("and", terms.local(active), less), before: terms.local(most)}

            function.assign_together(judged)

    def _range(self, group: tuple[int, ...]) -> tuple[int, int]:
        """How far into a table the rows of a group begin, and how many they are."""
        grid = self.process.board.grid
        first = min(grid.first[phase] for phase in group)
        return self.rows.place[first], len(group) * grid.size

    def _forget(self, function: Function, group: tuple[int, ...]) -> None:
        """Nothing is remembered yet."""
        start, count = self._range(group)
        with function.each(count, self.rows.size) as row:
            terms = Terms()
            zero = terms.constant(0.0)
            stores = [
                Store(table + start + column * SLOT, zero, row)
                for table in (*self.lefts, *self.sums)
                for column in range(self.rows.actors)
            ]
            function.compute(terms, stores)

    def _turn(self, function: Function, slot: int) -> None:
        """The place of what is remembered longest comes next."""
        function.get(slot)
        function.whole(self.size)
        function.integer("add")
        function.whole(REMEMBERED * self.size)
        function.integer("remainder")
        function.set(slot)

    def _remember(self, function: Function, group: tuple[int, ...], steps: int, slot: int, most: int) -> None:
        """Take down what a sweep left and how that changed."""
        rows = self.rows
        start, count = self._range(group)
        function.assign(lambda terms: {most: terms.constant(0.0)})
        there = function.local(I32)
        lost = function.local()
        function.assign(lambda terms: {lost: terms.constant(0.0)})
        with function.each(count, rows.size) as row:
            function.get(row)
            function.get(slot)
            function.integer("add")
            function.set(there)
            terms, stores, lefts = Terms(), list[Store](), list[Term]()
            for column in range(rows.actors):
                at = start + column * SLOT
                now = terms.load_at(row, self.proposal + at)
                left = terms.sub(terms.load_at(row, rows.worth + at), now)
                change = terms.sub(left, terms.load_at(row, self.left + at))
                step = terms.sub(now, terms.load_at(row, self.former + at))
                lefts.append(left)
                stores += [
                    Store(self.left + at, left, row),
                    Store(self.former + at, now, row),
                    Store(self.lefts[0] + at, change, there),
                    Store(self.sums[0] + at, terms.add(step, change), there),
                ]
            fresh = [(function.local(), store) for store in stores]
            function.compute(
                terms,
                [
                    Assign(most, largest(terms, terms.local(most), lefts)),
                    Assign(lost, terms.sum([terms.local(lost), *(terms.sub(x, x) for x in lefts)])),
                    *(Assign(local, store.term) for local, store in fresh),
                ],
            )
            later = Terms()
            function.compute(
                later, [Store(store.offset, later.local(local), store.base) for local, store in fresh]
            )
        # After the first sweep there is nothing to compare with.
        function.get(steps)
        function.integer("is_zero")
        with function.when():
            self._forget(function, group)
        function.assign(lambda terms: {most: terms.add(terms.local(most), terms.local(lost))})

    def _mix(self, function: Function, group: tuple[int, ...], active: int) -> None:
        """The next values: those after the sweep, less what a combination of steps remembered explains of the rest."""
        rows, each = self.rows, range(REMEMBERED)
        start, count = self._range(group)
        products = {(i, j): function.local() for i in each for j in each if j <= i}
        shares = [function.local() for _ in each]
        function.assign(lambda terms: dict.fromkeys((*products.values(), *shares), terms.constant(0.0)))
        with function.each(count, rows.size) as row:
            terms = Terms()
            parts: dict[int, list[Term]] = {
                local: [terms.local(local)] for local in (*products.values(), *shares)
            }
            for column in range(rows.actors):
                changes = [terms.load_at(row, self.lefts[i] + start + column * SLOT) for i in each]
                left = terms.load_at(row, self.left + start + column * SLOT)
                for (i, j), local in products.items():
                    parts[local].append(terms.mul(changes[i], changes[j]))
                for i in each:
                    parts[shares[i]].append(terms.mul(changes[i], left))
            function.compute(terms, [Assign(local, terms.sum(found)) for local, found in parts.items()])

        def solved(terms: Terms) -> dict[int, Term]:
            zero = terms.constant(0.0)
            matrix: dict[tuple[int, int], Term] = {}
            for (i, j), local in products.items():
                entry = terms.local(local)
                if i == j:
                    none = terms.truth(terms.op("eq", entry, zero))
                    entry = terms.add(terms.mul(entry, terms.constant(1.0 + HELD)), none)
                matrix[i, j] = matrix[j, i] = entry
            found = solution(terms, matrix, [terms.local(local) for local in shares])
            return {
                local: terms.select(terms.op("lt", terms.op("abs", x), terms.constant(1e6)), x, zero)
                for local, x in zip(shares, found, strict=True)
            }

        function.assign_together(solved)
        with function.each(count, rows.size) as row:
            terms, stores = Terms(), list[Store]()
            for column in range(rows.actors):
                at = start + column * SLOT
                now = terms.load_at(row, self.proposal + at)
                new = terms.add(now, terms.load_at(row, self.left + at))
                for i in each:
                    new = terms.sub(
                        new, terms.mul(terms.local(shares[i]), terms.load_at(row, self.sums[i] + at))
                    )
                new = terms.select(terms.local(active), new, now)
                stores.append(Store(self.proposal + at, new, row))
                later = terms.mul(terms.load(rows.factors[column]), new)
                stores.append(Store(rows.discounted + at, later, row))
            function.compute(terms, stores)

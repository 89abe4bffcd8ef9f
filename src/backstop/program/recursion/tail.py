"""The tail: the recursion beyond the horizon, with every quantity frozen, until both worlds of a pair have settled.

The plain recursion defines the answer: it is the limit of finite horizons and so picks one equilibrium. It contracts
only as fast as the discount factor, so a `shortcut` may end it early where it is seen where it goes.

Replies of several actors can cycle, so that nothing settles; an exact repeat of earlier values is recognised, and the
remaining sweeps are then counted off instead of made. Each world is treated as if it were alone: what happens in one
lane changes no bit in the other.
"""

from __future__ import annotations

from backstop.program.code.encoding import I32, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.recursion.process import Swept
from backstop.program.recursion.rows import Cell, RowWriter, largest
from backstop.program.recursion.shortcut import NewSearch, Shortcut
from backstop.program.recursion.sweeps import sweeps_of

# From this sweep on a repeat of earlier values is looked for.
REPEATS_FROM = 32
# How much values move at least in a sweep, relative to their scale, where repeats need not be exact.
CYCLING = 1e-6
# From this sweep on worlds end that have moved by this share of what they moved by before, or by more.
HOPELESS, HARDLY = 256, 0.95


def tail(process: Swept, most_sweeps: int, search: NewSearch | None, name: str = "tail") -> list[Function]:
    """The function `tail()`, or of another name, and what it calls; `search` finds where a short cut may lead (None:
    plain sweeps alone)."""
    limit = most_sweeps if process.tail_periods is None else min(process.tail_periods, most_sweeps)
    if limit == 0 or not process.carried:
        function, terms = Function(name), Terms()
        function.compute(terms, [Store(process.lanes.settled, terms.bits(-1))])
        return [function]
    return _Tail(process, limit, search, name).write()


class _Tail:
    def __init__(self, process: Swept, limit: int, search: NewSearch | None, name: str) -> None:
        self.process, self.rows = process, process.rows
        self.function = function = Function(name)
        first = self.rows.place[process.carried[0]] // self.rows.size
        self.each = RowWriter(function, self.rows, len(process.carried), first)
        self.sweeps = sweeps_of(function, limit)
        self.least, self.stop = function.local(), function.local()
        self.checked = function.local(I32)
        # The largest change since the last checkpoint, and between the two before.
        self.lately, self.formerly = (
            (function.local(), function.local()) if process.likeness > 0.0 else (-1, -1)
        )
        self.earlier = self.rows.table()
        self.shortcut = (
            None if search is None else Shortcut(process, function, self.each, self.sweeps, search)
        )

    def write(self) -> list[Function]:
        function, process, sweeps = self.function, self.process, self.sweeps
        shortcut = self.shortcut if self.shortcut is not None and self.shortcut.possible else None
        self._begin()
        if shortcut is not None:
            shortcut.begin()
        with function.loop():
            process.sweep(function, sweeps.active)
            function.step(sweeps.made, 1)
            if shortcut is not None:
                shortcut.remember()
            self._renew()
            self._settle()
            if shortcut is not None:
                shortcut.confirm()
            self._leave()
            self._end()
            if shortcut is not None:
                shortcut.propose()
            function.any_of(sweeps.active)
        terms = Terms()
        function.compute(terms, [Store(process.lanes.settled, terms.local(sweeps.settled))])
        return [function] if shortcut is None else [*shortcut.functions, function]

    def _begin(self) -> None:
        function, process, rows, sweeps = self.function, self.process, self.rows, self.sweeps

        def begun(terms: Terms) -> dict[int, Term]:
            highest = largest(terms, terms.constant(0.0), [terms.load(f) for f in rows.factors])
            held = [] if process.cut else [(k, i) for k in rows.absorbing for i in range(rows.actors)]
            values = [terms.load(rows.offset(rows.values, k, i)) for k, i in held]
            return {
                sweeps.active: process.among(terms),
                sweeps.settled: terms.bits(0),
                sweeps.highest: highest,
                sweeps.tolerance: terms.mul(
                    terms.constant(process.precision), terms.sub(terms.constant(1.0), highest)
                ),
                self.least: largest(terms, terms.constant(1.0), values),
                self.stop: process.patience(terms, sweeps.limit),
            }

        function.assign(begun)
        if process.likeness > 0.0:
            function.assign(lambda terms: dict.fromkeys((self.lately, self.formerly), terms.constant(0.0)))
        for counter in (sweeps.made, self.checked):
            function.whole(0)
            function.set(counter)

    def _renew(self) -> None:
        """Take the worth as values of the active worlds; see how much that changed, and how large the values are."""
        function, rows, sweeps = self.function, self.rows, self.sweeps
        function.assign(
            lambda terms: {sweeps.change: terms.constant(0.0), sweeps.scale: terms.local(self.least)}
        )

        def put(cell: Cell) -> dict[int, Term]:
            old = cell.at(rows.values)
            new = cell.terms.select(cell.local(sweeps.active), cell.at(rows.worth), old)
            kept = {rows.values: new, rows.discounted: cell.terms.mul(cell.factor, new)}
            return kept if self.shortcut is None else {self.shortcut.before: old, **kept}

        self.each.over(
            put,
            most={
                sweeps.change: lambda cell: cell.terms.sub(cell.at(rows.worth), cell.at(rows.values)),
                sweeps.scale: lambda cell: cell.at(rows.worth),
            },
        )

    def _settle(self) -> None:
        """Worlds in which the sweep changed next to nothing have settled."""
        sweeps = self.sweeps

        def ended(terms: Terms) -> dict[int, Term]:
            active = terms.local(sweeps.active)
            margin = terms.mul(terms.local(sweeps.tolerance), terms.local(sweeps.scale))
            small = terms.op("le", terms.local(sweeps.change), margin)
            settled = terms.op("or", terms.local(sweeps.settled), terms.op("and", small, active))
            found = {sweeps.settled: settled, sweeps.active: terms.op("andnot", active, small)}
            if self.process.likeness > 0.0:
                found[self.lately] = terms.op("pmax", terms.local(self.lately), terms.local(sweeps.change))
            return found

        self.function.assign(ended)

    def _leave(self) -> None:
        """End worlds in which sweeps lead nowhere."""
        active, astray = self.sweeps.active, self.process.astray
        if astray is not None:
            self.function.assign(
                lambda terms: {active: terms.op("andnot", terms.local(active), terms.load(astray))}
            )

    def _end(self) -> None:
        """End the worlds that are through all sweeps, made or, in an exact cycle, counted off."""
        function, sweeps = self.function, self.sweeps
        if sweeps.limit > REPEATS_FROM:
            function.get(sweeps.made)
            function.whole(REPEATS_FROM)
            function.integer("greater")
            with function.when():
                self._find_repeats()
            # Brent (1980): a checkpoint at every power of two finds a cycle of any length.
            function.get(sweeps.made)
            function.whole(REPEATS_FROM)
            function.integer("at_least")
            function.get(sweeps.made)
            function.get(sweeps.made)
            function.whole(1)
            function.integer("subtract", "and", "is_zero", "and")
            with function.when():
                function.get(sweeps.made)
                function.set(self.checked)
                self.each.copy(self.rows.values, self.earlier)
                if self.process.likeness > 0.0:
                    self._give_up()
        made = function.local()
        function.get(sweeps.made)
        function.spread()
        function.set(made)
        function.assign(
            lambda terms: {
                sweeps.active: terms.op(
                    "andnot",
                    terms.local(sweeps.active),
                    terms.op("ge", terms.local(made), terms.local(self.stop)),
                )
            }
        )

    def _give_up(self) -> None:
        """End worlds that move as much as ever after many sweeps: what settles by the last one shrinks faster."""
        sweeps, made = self.sweeps, self.function.local()
        self.function.get(sweeps.made)
        self.function.spread()
        self.function.set(made)

        def ended(terms: Terms) -> dict[int, Term]:
            lately, stop = terms.local(self.lately), terms.local(self.stop)
            far = terms.mul(terms.constant(CYCLING), terms.local(sweeps.scale))
            shrunk = terms.mul(terms.constant(HARDLY), terms.local(self.formerly))
            long = terms.op("ge", terms.local(made), terms.constant(float(HOPELESS)))
            hopeless = terms.op("and", terms.op("gt", lately, far), terms.op("ge", lately, shrunk))
            return {
                self.stop: terms.select(terms.op("and", long, hopeless), terms.local(made), stop),
                self.formerly: lately,
                self.lately: terms.constant(0.0),
            }

        self.function.assign_together(ended)

    def _find_repeats(self) -> None:
        function, rows, sweeps = self.function, self.rows, self.sweeps
        moved, left = function.local(), function.local()
        function.assign(lambda terms: {moved: terms.constant(0.0)})
        self.each.over(most={moved: lambda cell: cell.terms.sub(cell.at(rows.values), cell.at(self.earlier))})
        # What is left once whole cycles are taken away: made + (limit - made) mod (made - checked).
        function.get(sweeps.made)
        function.whole(sweeps.limit)
        function.get(sweeps.made)
        function.integer("subtract")
        function.get(sweeps.made)
        function.get(self.checked)
        function.integer("subtract", "remainder", "add")
        function.spread()
        function.set(left)

        def stopped(terms: Terms) -> dict[int, Term]:
            stop = terms.local(self.stop)
            same = terms.op("eq", terms.local(moved), terms.constant(0.0))
            if self.process.likeness > 0.0:
                # Where it moves much in a sweep and hardly over whole rounds, it goes round for as long as is looked.
                near, far = (
                    terms.mul(terms.constant(part), terms.local(sweeps.scale))
                    for part in (self.process.likeness, CYCLING)
                )
                around = terms.op("gt", terms.local(sweeps.change), far)
                same = terms.op("and", around, terms.op("le", terms.local(moved), near))
                same = terms.op("and", same, terms.local(sweeps.active))
                return {self.stop: terms.select(same, terms.constant(0.0), stop)}
            open_ = terms.op("ge", stop, terms.constant(float(sweeps.limit)))
            new = terms.op("and", terms.op("and", same, open_), terms.local(sweeps.active))
            return {self.stop: terms.select(new, terms.local(left), stop)}

        function.assign(stopped)

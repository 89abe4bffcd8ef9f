"""A short cut through the tail that must never change the answer.

1. *Propose.* `search` looks for a fixed point of the plain sweep near the values reached so far.
2. *Try.* It follows a deviation from that point by the slopes there: where replies run away from it, this shows.
3. *Confirm.* Plain sweeps go on from where they stood. What is left of the way, e, shrinks slowly for a harmless
   reason: a shift of all values of an actor changes no choice and fades with the discount factor alone. So the part
   that has to do with choices is watched, f(s) = e(s) - factor * e(s-1); where the recursion runs off, f grows long
   before e does. The proposal counts for a world only once f is down to a small part of what it was at the first two
   sweeps and keeps shrinking at a geometric rate: then the recursion itself is seen to close in on the proposal.
4. A world whose proposal fails stays in the plain recursion, and may be proposed for again later. One in which any
   noise is next to nothing is never proposed for: there replies jump, and what is seen of a recursion says little about
   where it goes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Protocol

from backstop.program.code.encoding import I32, Assign, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import Slots
from backstop.program.recursion.process import Swept
from backstop.program.recursion.rows import Cell, RowWriter
from backstop.program.recursion.search import pace, shrinks
from backstop.program.recursion.sweeps import Sweeps

# What of the distance comes from choices has to shrink to this share of its first size before a proposal counts. Of a
# million worlds of the Ukraine study plain sweeps went elsewhere in 14 at .01, in 4 at .003 and in 2 at .001, which
# take 13 and 27 % longer.
DOWN_TO = 0.003
# Below this noise only plain sweeps are made.
LEAST_NOISE = 1e-6


def least_noise(terms: Terms, noises: Iterable[Term], slots: Slots) -> Term:
    """The least of some noises."""
    least = terms.constant(math.inf)
    for noise in noises:
        bits = slots.terms.constant_bits(noise)
        here = terms.load(slots.place(noise)) if bits is None else terms.bits(bits)
        least = terms.op("pmin", least, here)
    return least


class Proposer(Protocol):
    """Writes a search for a fixed point near the values reached so far; `curvature` is where the steepest choice's
    steepness is put."""

    functions: list[Function]
    possible: bool
    curvature: int

    def write(self, function: Function, among: int, found: int, sweeps: Sweeps) -> None:
        """Search in the lanes of the local `among`; those in which a point is found go into the local `found`."""


# A search that puts what it finds into a table; three tables have the values of the sweeps before the last.
NewSearch = Callable[[int, tuple[int, int, int]], Proposer]


class Shortcut:
    """Writes the parts of the tail's loop that shorten it."""

    def __init__(
        self, process: Swept, function: Function, each: RowWriter, sweeps: Sweeps, search: NewSearch
    ) -> None:
        self.process, self.rows, self.function = process, process.rows, function
        self.each, self.sweeps = each, sweeps
        self.moments = [moment for moment in process.proposals if 2 * moment < sweeps.limit]
        rows = self.rows
        # The values from before the last sweep, after the first two, those proposed, and from before that.
        self.before, self.first, self.second, self.proposal = (rows.table() for _ in range(4))
        self.earlier, self.earliest = rows.table(), rows.table()
        self.search = search(self.proposal, (self.before, self.earlier, self.earliest))
        self.functions = self.search.functions
        self.possible = bool(self.moments) and self.search.possible
        self.eligible, self.proposed, self.at_start = (function.local() for _ in range(3))
        # The part of the error that has to do with choices at the last four sweeps, newest first.
        self.parts = [function.local() for _ in range(4)]
        self.seen = function.local(I32)

    def begin(self) -> None:
        """Before the first sweep: in which worlds a short cut may be taken."""
        terms = Terms()
        least = least_noise(terms, self.process.noises, self.process.slots)
        self.function.compute(
            terms,
            [
                Assign(self.eligible, terms.op("ge", least, terms.constant(LEAST_NOISE))),
                Assign(self.proposed, terms.bits(0)),
                Store(self.search.curvature, terms.div(terms.constant(1.0), least)),
            ],
        )

    def remember(self) -> None:
        """After a sweep: keep what the first two sweeps give, and what the last ones before a proposal do."""
        function, rows = self.function, self.rows
        kept = {1: [(rows.worth, self.first)], 2: [(rows.worth, self.second)]}
        kept |= {m - 2: [(rows.worth, self.earlier), (rows.values, self.earliest)] for m in self.moments}
        for number, copies in kept.items():
            function.get(self.sweeps.made)
            function.whole(number)
            function.integer("equal")
            with function.when():
                for source, target in copies:
                    self.each.copy(source, target)

    def _strategic(self, into: int, after: int, before: int | None) -> None:
        """The largest part of the error after a sweep that has to do with choices; `before` None: from nothing."""

        def part(cell: Cell) -> Term:
            terms, goal = cell.terms, cell.at(self.proposal)
            now = cell.at(after)
            if before is not None:
                now = terms.sub(now, terms.mul(cell.factor, cell.at(before)))
            return terms.sub(now, terms.sub(goal, terms.mul(cell.factor, goal)))

        self.function.assign(lambda terms: {into: terms.constant(0.0)})
        self.each.over(most={into: part})

    def _shift(self) -> None:
        """Make room for a new part in front."""
        for younger, older in reversed(list(zip(self.parts, self.parts[1:], strict=False))):
            self.function.get(younger)
            self.function.set(older)

    def _shrinks(self, terms: Terms) -> Term:
        return shrinks(terms, pace(terms, terms.local(self.sweeps.highest)), self.parts)

    def _last(self, terms: Terms) -> Term:
        return terms.op("pmax", terms.local(self.parts[0]), terms.local(self.parts[1]))

    def confirm(self) -> None:
        """Take the proposal where plain sweeps are seen to contract to it, soon enough to settle in time."""
        function, sweeps = self.function, self.sweeps
        confirmed, through = function.local(), function.local()

        def judged(terms: Terms) -> dict[int, Term]:
            last = self._last(terms)
            down = terms.op("le", last, terms.mul(terms.constant(DOWN_TO), terms.local(self.at_start)))
            # The choices may be through altogether, and what is left of their part is rounding.
            rounding = terms.op("le", last, terms.mul(terms.constant(1e-14), terms.local(sweeps.scale)))
            good = terms.op("or", terms.op("and", self._shrinks(terms), down), rounding)
            candidates = terms.op("and", terms.local(self.proposed), terms.local(sweeps.active))
            return {confirmed: terms.op("and", good, candidates), through: rounding}

        function.any_of(self.proposed)
        with function.when():
            self._shift()
            self._strategic(self.parts[0], self.rows.values, self.before)
            function.assign(judged)
            function.step(self.seen, 1)
            function.get(self.seen)
            function.whole(len(self.parts))
            function.integer("at_least")
            function.any_of(confirmed)
            function.integer("and")
            with function.when():
                self._take(confirmed, through)

    def _take(self, confirmed: int, through: int) -> None:
        """Take the proposal in some lanes if the plain recursion would settle there before the limit."""
        function, sweeps, rows = self.function, self.sweeps, self.rows
        gap, before, made = (function.local() for _ in range(3))
        function.get(sweeps.made)
        function.spread()
        function.set(made)
        function.assign(lambda terms: {gap: terms.constant(0.0), before: terms.constant(0.0)})
        self.each.over(
            most={
                gap: lambda cell: cell.terms.sub(cell.at(rows.values), cell.at(self.proposal)),
                before: lambda cell: cell.terms.sub(cell.at(self.before), cell.at(self.proposal)),
            }
        )

        def in_time(terms: Terms) -> dict[int, Term]:
            one, zero = terms.constant(1.0), terms.constant(0.0)
            earlier = terms.op("pmax", terms.local(self.parts[2]), terms.local(self.parts[3]))
            ratio = terms.op("sqrt", terms.div(self._last(terms), earlier))
            # Another mode may yet turn out slower than what is seen now: at least the pace of discounting is
            # assumed, and twice the sweeps that this needs.
            slow = terms.op(
                "pmax", terms.local(sweeps.highest), terms.select(terms.local(through), zero, ratio)
            )
            slow = terms.op("pmax", slow, terms.div(terms.local(gap), terms.local(before)))
            margin = terms.mul(terms.local(sweeps.tolerance), terms.local(sweeps.scale))
            left = terms.div(margin, terms.mul(terms.local(gap), terms.sub(one, slow)))
            still = terms.div(terms.call("log", left), terms.call("log", slow))
            still = terms.select(terms.op("ge", left, one), zero, still)
            total = terms.sum([terms.local(made), terms.constant(20.0), still, still])
            soon = terms.op("lt", total, terms.constant(float(sweeps.limit)))
            soon = terms.op("and", soon, terms.op("lt", slow, one))
            taken = terms.op("and", terms.local(confirmed), soon)
            return {
                confirmed: taken,
                sweeps.settled: terms.op("or", terms.local(sweeps.settled), taken),
                sweeps.active: terms.op("andnot", terms.local(sweeps.active), taken),
            }

        function.assign(in_time)
        self.each.take(self.proposal, confirmed)

    def propose(self) -> None:
        """Look for a fixed point at certain sweeps."""
        function, sweeps, rows = self.function, self.sweeps, self.rows
        candidates = function.local()
        function.assign(
            lambda terms: {
                candidates: terms.op("and", terms.local(sweeps.active), terms.local(self.eligible))
            }
        )
        for place, moment in enumerate(self.moments):
            function.get(sweeps.made)
            function.whole(moment)
            function.integer("equal")
            if place:
                function.integer("or")
        function.any_of(candidates)
        function.integer("and")
        with function.when():
            function.whole(0)
            function.set(self.seen)
            self.search.write(function, candidates, self.proposed, sweeps)
            function.any_of(self.proposed)
            with function.when():
                self._strategic(self.at_start, self.first, None)
                self._strategic(self.parts[0], self.second, self.first)
                # The first sweep, from values of nothing, may be far off in what is over at once and says little.
                function.assign(
                    lambda terms: {
                        self.at_start: terms.op(
                            "pmin", terms.local(self.at_start), terms.local(self.parts[0])
                        )
                    }
                )
            self.each.discount(rows.values)
            # Nothing is seen of the recursion towards the new proposal yet.
            function.assign(lambda terms: {part: terms.constant(math.inf) for part in self.parts})

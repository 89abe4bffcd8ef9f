"""A fixed point of the plain sweep, found fast: Newton's method, group by group of phases.

Phases that lead to one another are searched together, and what they lead to before them. A sweep with its slopes gives
how the values of those who decide follow one another; one linear solution is a step. Actors who decide nothing in a
group change nothing in it: with the choices known their values are linear in one another (policy evaluation: Howard
1960; for games Filar and Vrieze 1997, section 4). Where a group has too many unknowns the choices are held for
everybody, which needs more steps.

Whether the plain recursion really goes to the point found is for `shortcut` to see.
"""

from __future__ import annotations

from backstop.program.code.encoding import I32, Assign, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.recursion.play import NOBODY, Entry
from backstop.program.recursion.process import Process
from backstop.program.recursion.rows import Cell, RowWriter, largest
from backstop.program.recursion.sweeps import Sweeps

# Unknowns of one linear solution: its size grows with their third power.
MOST_UNKNOWNS = 16
# Steps, with the slopes of choices and without.
MOST_STEPS, MOST_HELD_STEPS = 10, 40
# Operations of all the solutions of a group, beyond which it is not worth while.
MOST_OPERATIONS = 40_000


class Search:
    """Writes the search; the point found goes into the table `proposal`.

    `before`: the table with the values from before the last sweep.
    """

    def __init__(self, process: Process, proposal: int, before: int) -> None:
        self.process, self.rows, self.proposal, self.before = process, process.rows, proposal, before
        memory = self.rows.memory
        self.open, self.margin = memory.take(1), memory.take(1)
        self.functions: list[Function] = []
        self.possible = bool(self.rows.going)
        game = process.numbers.model.game
        self.groups = [group for group in game.groups() if set(group) <= set(self.rows.going)]
        self.slopes: dict[int, int] = {}
        deciding: dict[int, set[int]] = {}
        for group in self.groups:
            for phase in group:
                index = process.shared_play(phase).index
                deciding.setdefault(index, set()).update(self._deciders(group))
        for index, actors in deciding.items():
            self.functions.append(process.writer(process.plays[index]).slopes(sorted(actors)))
        for group in self.groups:
            for phase in group:
                self.slopes[phase] = memory.take(len(process.shared_play(phase).slopes))
        for number, group in enumerate(self.groups):
            self.functions.append(_Group(self, group, number).function())

    def _deciders(self, group: tuple[int, ...]) -> list[int]:
        """Who decides in a group, where the unknowns are few enough to follow how."""
        found = {actor for phase in group for actor in self.process.shared_play(phase).deciders}
        return sorted(found) if len(found) * len(group) <= MOST_UNKNOWNS else []

    def write(self, function: Function, among: int, found: int, sweeps: Sweeps) -> None:
        """Search in the lanes of the local `among`; those in which a point is found go into the local `found`."""
        process, rows = self.process, self.rows
        terms = Terms()
        margin = terms.mul(
            terms.constant(0.5), terms.mul(terms.local(sweeps.tolerance), terms.local(sweeps.scale))
        )
        function.compute(terms, [Store(self.open, terms.local(among)), Store(self.margin, margin)])
        if process.cut:
            terms = Terms()
            function.compute(
                terms,
                [
                    Store(rows.offset(self.proposal, phase, actor), process.exact(terms, phase, actor))
                    for phase in rows.absorbing
                    for actor in range(rows.actors)
                ],
            )
        # What a shift of all values does fades with the discount factor alone: it is taken out of the guess.
        going = RowWriter(function, rows, len(rows.going))
        going.over(self._guess)
        RowWriter(function, rows, len(process.carried)).discount(self.proposal)
        for number in range(len(self.groups)):
            function.call(f"search_{number}")
        function.assign(lambda terms: {found: terms.load(self.open)})

    def _guess(self, cell: Cell) -> dict[int, Term]:
        terms, rows = cell.terms, self.rows
        one = terms.constant(1.0)
        risen = terms.sub(cell.at(rows.values), terms.mul(cell.factor, cell.at(self.before)))
        return {self.proposal: terms.div(risen, terms.sub(one, cell.factor))}


class _Group:
    """Writes the search in one group of phases: `search_i()`."""

    def __init__(self, search: Search, group: tuple[int, ...], number: int) -> None:
        self.search, self.group = search, group
        self.process, self.rows = search.process, search.rows
        self.function_ = Function(f"search_{number}")
        self.deciders = search._deciders(group)
        everybody = range(self.rows.actors)
        self.watched = self.deciders or sorted(
            {actor for phase in group for actor in self.process.shared_play(phase).deciders}
        )
        self.others = [actor for actor in everybody if actor not in self.deciders]
        held = not self.deciders and bool(self.watched)
        self.most = MOST_HELD_STEPS if held else MOST_STEPS

    def function(self) -> Function:
        function, search = self.function_, self.search
        active, done, change, gone = (function.local() for _ in range(4))
        steps = function.local(I32)
        function.assign(lambda terms: {active: terms.load(search.open), done: terms.bits(0)})
        with function.loop():
            self._sweep()
            terms = Terms()
            rests = [self._rest(terms, k, i) for k in self.group for i in self.watched]
            lost = terms.sum([terms.sub(rest, rest) for rest in rests])
            function.compute(
                terms, [Assign(change, largest(terms, terms.constant(0.0), rests)), Assign(gone, lost)]
            )
            self._step(active)

            def judged(terms: Terms, active: int = active) -> dict[int, Term]:
                good = terms.op("eq", terms.local(gone), terms.constant(0.0))
                here = terms.op("and", terms.local(active), good)
                close = terms.op("and", here, terms.op("le", terms.local(change), terms.load(search.margin)))
                return {
                    done: terms.op("or", terms.local(done), close),
                    active: terms.op("andnot", here, close),
                }

            function.assign(judged)
            function.step(steps, 1)
            function.get(steps)
            function.whole(self.most)
            function.integer("less")
            function.any_of(active)
            function.integer("and")
        terms = Terms()
        function.compute(terms, [Store(search.open, terms.local(done))])
        return function

    def _sweep(self) -> None:
        """One sweep of the group with its slopes."""
        for phase in self.group:
            self.process.call(self.function_, phase, "slopes", self.search.slopes[phase])

    def _rest(self, terms: Terms, phase: int, actor: int) -> Term:
        """What the sweep changed."""
        rows = self.rows
        now = terms.load(rows.offset(self.search.proposal, phase, actor))
        return terms.sub(terms.load(rows.offset(rows.worth, phase, actor)), now)

    def _slope(self, terms: Terms, phase: int, entry: Entry) -> Term | None:
        place = self.process.shared_play(phase).slopes.get(entry)
        return None if place is None else terms.load(self.search.slopes[phase] + place)

    def _step(self, active: int) -> None:
        """A step towards the fixed point in the active lanes."""
        terms, rows = Terms(), self.rows
        found: dict[tuple[int, int], Term] = {}
        unknowns = [(k, i) for k in self.group for i in self.deciders]
        if unknowns:
            matrix: dict[tuple[int, int], Term] = {}
            for row, (k, i) in enumerate(unknowns):
                for column, (other, j) in enumerate(unknowns):
                    slope = self._slope(terms, k, (i, other, j))
                    self._enter(terms, matrix, row, column, slope, j)
            right = [self._rest(terms, k, i) for k, i in unknowns]
            found |= dict(zip(unknowns, solution(terms, matrix, right), strict=True))
        for i in self.others:
            matrix = {}
            for row, k in enumerate(self.group):
                for column, other in enumerate(self.group):
                    slope = self._slope(terms, k, (NOBODY, other, NOBODY))
                    self._enter(terms, matrix, row, column, slope, i)
            right = [self._rest(terms, k, i) for k in self.group]
            found |= dict(zip([(k, i) for k in self.group], solution(terms, matrix, right), strict=True))
        stores = []
        for (k, i), step in found.items():
            now = terms.load(rows.offset(self.search.proposal, k, i))
            new = terms.select(terms.local(active), terms.add(now, step), now)
            later = terms.mul(terms.load(rows.factors[i]), new)
            stores.append(Store(rows.offset(self.search.proposal, k, i), new))
            stores.append(Store(rows.offset(rows.discounted, k, i), later))
        self.function_.compute(terms, stores)

    def _enter(
        self,
        terms: Terms,
        matrix: dict[tuple[int, int], Term],
        row: int,
        column: int,
        slope: Term | None,
        actor: int,
    ) -> None:
        """An entry of the identity less the slopes after discounting."""
        one = terms.constant(1.0)
        if slope is not None:
            change = terms.mul(slope, terms.load(self.rows.factors[actor]))
            matrix[row, column] = terms.sub(one if row == column else terms.constant(0.0), change)
        elif row == column:
            matrix[row, column] = one


def solution(terms: Terms, matrix: dict[tuple[int, int], Term], right: list[Term]) -> list[Term]:
    """The solution of linear equations by elimination, where entries that are not there are 0.

    Nothing is exchanged for a larger pivot: an answer that is no good is noticed by whoever asked.
    """
    size, rows, found = len(right), dict(matrix), list(right)
    inverse: list[Term] = []
    for i in range(size):
        inverse.append(terms.div(terms.constant(1.0), rows[i, i]))
        for below in range(i + 1, size):
            entry = rows.pop((below, i), None)
            if entry is None:
                continue
            ratio = terms.mul(entry, inverse[i])
            for j in range(i + 1, size):
                if (i, j) in rows:
                    change = terms.mul(ratio, rows[i, j])
                    known = rows.get((below, j))
                    rows[below, j] = terms.op("neg", change) if known is None else terms.sub(known, change)
            found[below] = terms.sub(found[below], terms.mul(ratio, found[i]))
    for i in range(size - 1, -1, -1):
        for j in range(i + 1, size):
            if (i, j) in rows:
                found[i] = terms.sub(found[i], terms.mul(rows[i, j], found[j]))
        found[i] = terms.mul(found[i], inverse[i])
    return found

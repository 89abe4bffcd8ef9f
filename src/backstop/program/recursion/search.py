"""A fixed point of the plain sweep, found fast: Newton's method, group by group of phases.

Phases that lead to one another are searched together, and what they lead to before them. A sweep with its slopes gives
how the values of those who decide follow one another; one linear solution is a step. Actors who decide nothing in a
group change nothing in it: with the choices known their values are linear in one another (policy evaluation: Howard
1960; for games Filar and Vrieze 1997, section 4). A game with a group too large for that is not searched.

Whether the plain recursion really goes to the point found is for `shortcut` to see.
"""

from __future__ import annotations

from collections.abc import Sequence

from backstop.game.tree import Game
from backstop.program.code.encoding import I32, Assign, Function, Store
from backstop.program.code.equations import elimination, solution
from backstop.program.code.terms import Term, Terms
from backstop.program.recursion.play import NOBODY, Entry
from backstop.program.recursion.process import Process
from backstop.program.recursion.rows import Cell, RowWriter, largest
from backstop.program.recursion.sweeps import Sweeps

# Products of a linear solution, and entries of what it solves, beyond which it is not worth while.
MOST_PRODUCTS, MOST_ENTRIES = 6_000, 1_500
# Phases beyond which the code of all searches takes longer to compile than plain sweeps take to run.
MOST_PHASES = 500
MOST_STEPS = 10
# A step that leaves less than this share of what may be left needs no look at what it leaves.
SURELY = 0.1
# Steps for which a deviation may settle into the way it fades, and for which that is then watched.
SETTLING, TRIAL = 4, 12
# Over two sweeps the part of an error that has to do with choices must shrink by this share of what discounting does.
PACE = 0.3


class Search:
    """Writes the search; the point found goes into the table `proposal`.

    `kept`: the tables with the values from before the last sweep, the one before it and that before.
    """

    def __init__(self, process: Process, proposal: int, kept: tuple[int, int, int]) -> None:
        self.process, self.rows, self.proposal, self.kept = process, process.board.rows, proposal, kept
        memory = self.rows.memory
        self.open, self.margin, self.allowed, self.curvature = (memory.take(1) for _ in range(4))
        self.functions: list[Function] = []
        game = process.board.numbers.model.game
        few = len(self.rows.going) <= MOST_PHASES
        groups = game.groups() if few else []
        self.groups = [group for group in groups if set(group) <= set(self.rows.going)]
        self.possible = bool(self.groups) and all(self._is_small(game, group) for group in self.groups)
        for number, group in enumerate(self.groups) if self.possible else ():
            self.functions.append(_Group(self, group, number).function())

    def deciders(self, group: tuple[int, ...]) -> list[int]:
        """Who decides in a group what can change in the tail."""
        seats = self.process.plays.seat_of
        return sorted({actor for phase in group for actor in seats[phase].deciders})

    def _is_small(self, game: Game, group: tuple[int, ...]) -> bool:
        """Whether the linear solutions of a group are short."""
        row = {phase: i for i, phase in enumerate(group)}
        links = [(row[k], row[other]) for k in group for other in sorted(game.following(k)) if other in row]
        deciding = len(self.deciders(group))
        others = self.rows.actors - deciding
        if len(links) * max(deciding**2, others) > MOST_ENTRIES:
            return False
        each = range(deciding)
        entries = [(k * deciding + i, o * deciding + j) for k, o in links for i in each for j in each]
        products = elimination(len(group) * deciding, entries)[1]
        return products + others * elimination(len(group), links)[1] <= MOST_PRODUCTS

    def write(self, function: Function, among: int, found: int, sweeps: Sweeps) -> None:
        """Search in the lanes of the local `among`; those in which a point is found go into the local `found`."""
        process, rows = self.process, self.rows
        terms = Terms()
        margin = terms.mul(
            terms.constant(0.5), terms.mul(terms.local(sweeps.tolerance), terms.local(sweeps.scale))
        )
        highest = terms.local(sweeps.highest)
        function.compute(
            terms,
            [
                Store(self.open, terms.local(among)),
                Store(self.margin, margin),
                Store(self.allowed, pace(terms, highest)),
            ],
        )
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
        guess(RowWriter(function, self.rows, len(self.rows.going)), self.proposal, self.kept)
        RowWriter(function, rows, len(process.carried)).discount(self.proposal)
        for number in range(len(self.groups)):
            function.call(f"search_{number}")
        function.assign(lambda terms: {found: terms.load(self.open)})


def strategic(cell: Cell, now: int, before: int, earlier: int) -> Term:
    """The part of a sweep's change that has to do with choices: less the discount factor times the change before."""
    terms = cell.terms
    change = terms.sub(cell.at(now), cell.at(before))
    return terms.sub(change, terms.mul(cell.factor, terms.sub(cell.at(before), cell.at(earlier))))


def guess(going: RowWriter, proposal: int, kept: tuple[int, int, int]) -> None:
    """Where the sweeps seem to go in some rows, from the last four values, put into the table `proposal`.

    What a shift of all values does fades with the discount factor alone, and is taken out. What is left of a sweep
    shrinks by much the same share each time in the end: the rest of that series is added (Aitken 1926).
    """
    before, earlier, earliest = kept
    function, rows = going.function, going.rows
    product, square, share = (function.local() for _ in range(3))

    def last(cell: Cell) -> Term:
        return strategic(cell, rows.values, before, earlier)

    def former(cell: Cell) -> Term:
        return strategic(cell, before, earlier, earliest)

    function.assign(lambda terms: dict.fromkeys((product, square), terms.constant(0.0)))
    going.over(
        total={
            product: lambda cell: cell.terms.mul(last(cell), former(cell)),
            square: lambda cell: cell.terms.mul(former(cell), former(cell)),
        }
    )

    def series(terms: Terms) -> dict[int, Term]:
        ratio = terms.div(terms.local(product), terms.local(square))
        # In this order what is not a number, where nothing had to do with choices, is held as well.
        held = terms.op("pmin", terms.op("pmax", terms.constant(-0.9), ratio), terms.constant(0.9))
        return {share: terms.div(held, terms.sub(terms.constant(1.0), held))}

    function.assign(series)

    def guess(cell: Cell) -> dict[int, Term]:
        terms = cell.terms
        risen = terms.sub(cell.at(rows.values), terms.mul(cell.factor, cell.at(before)))
        risen = terms.add(risen, terms.mul(cell.local(share), last(cell)))
        return {proposal: terms.div(risen, terms.sub(terms.constant(1.0), cell.factor))}

    going.over(guess)


class _Group:
    """Writes the search in one group of phases: `search_i()`."""

    def __init__(self, search: Search, group: tuple[int, ...], number: int) -> None:
        self.search, self.group, self.number = search, group, number
        self.process, self.rows = search.process, search.rows
        self.function_ = Function(f"search_{number}")
        self.deciders = search.deciders(group)
        everybody = range(self.rows.actors)
        self.others = [actor for actor in everybody if actor not in self.deciders]
        followed = everybody if self.deciders else ()
        self.slopes = self.process.plays.slopes(f"slopes_of_{number}", group, followed)

    def function(self) -> Function:
        function, search = self.function_, self.search
        active, done, change, step, gone = (function.local() for _ in range(5))
        steps = function.local(I32)
        function.assign(
            lambda terms: {
                active: terms.load(search.open),
                done: terms.bits(0),
            }
        )

        def judged(terms: Terms) -> dict[int, Term]:
            good = terms.op("eq", terms.local(gone), terms.constant(0.0))
            here = terms.op("and", terms.local(active), good)
            now, margin = terms.local(change), terms.load(search.margin)
            # What a step leaves is its square times how much choices curve, which is some 1 / noise.
            length = terms.local(step)
            left = terms.mul(terms.mul(length, length), terms.load(search.curvature))
            surely = terms.op("le", left, terms.mul(terms.constant(SURELY), margin))
            close = terms.op("and", here, terms.op("or", surely, terms.op("le", now, margin)))
            return {
                done: terms.op("or", terms.local(done), close),
                active: terms.op("andnot", here, close),
            }

        with function.loop():
            function.call(f"slopes_of_{self.number}")
            terms = Terms()
            rests = [self._rest(terms, k, i) for k in self.group for i in self.deciders]
            lost = terms.sum([terms.sub(rest, rest) for rest in rests])
            function.compute(
                terms, [Assign(change, largest(terms, terms.constant(0.0), rests)), Assign(gone, lost)]
            )
            self._step(active, step, gone)
            function.assign(judged)
            function.step(steps, 1)
            function.get(steps)
            function.whole(MOST_STEPS)
            function.integer("less")
            function.any_of(active)
            function.integer("and")
        if self.deciders:
            self._try(done)
        terms = Terms()
        function.compute(terms, [Store(search.open, terms.local(done))])
        return function

    def _try(self, done: int) -> None:
        """Follow a deviation from the point found by the slopes there: the point stands only where it fades.

        What a shift of all values of an actor leaves shrinks slowly for a harmless reason, so what is watched is the
        deviation less the discount factor times the one before.
        """
        function = self.function_
        unknowns = [(k, i) for k in self.group for i in self.deciders]
        deviation = [function.local() for _ in unknowns]
        last, before, early = (function.local() for _ in range(3))
        # A direction in which nothing stands out: the logistic map x -> 1 - 2 x^2 wanders over all of [-1, 1].
        start = 0.5
        begun: dict[int, float] = {}
        for local in deviation:
            start = 1.0 - 1.99 * start * start
            begun[local] = start
        function.assign(lambda terms: {local: terms.constant(x) for local, x in begun.items()})

        def followed(terms: Terms) -> dict[int, Term]:
            later = {
                (k, i): terms.mul(terms.load(self.rows.factors[i]), terms.local(local))
                for (k, i), local in zip(unknowns, deviation, strict=True)
            }
            new = {
                (k, i): terms.sum(
                    [
                        terms.mul(slope, later[other, j])
                        for other, j in unknowns
                        if (slope := self._slope(terms, k, (i, other, j))) is not None
                    ]
                )
                for k, i in unknowns
            }
            strategic = [terms.sub(new[each], later[each]) for each in unknowns]
            found = {local: new[each] for each, local in zip(unknowns, deviation, strict=True)}
            part = largest(terms, terms.constant(0.0), strategic)
            return {**found, last: part, before: terms.local(last)}

        def of_two(terms: Terms) -> Term:
            return terms.op("pmax", terms.local(last), terms.local(before))

        with function.each(SETTLING, 1):
            function.assign_together(followed)
        function.assign(lambda terms: {early: of_two(terms)})
        with function.each(TRIAL, 1):
            function.assign_together(followed)

        def stands(terms: Terms) -> dict[int, Term]:
            most = terms.local(early)
            for _ in range(TRIAL // 2):
                most = terms.mul(most, terms.load(self.search.allowed))
            fades = terms.op("le", of_two(terms), terms.op("pmax", most, terms.constant(1e-13)))
            return {done: terms.op("and", terms.local(done), fades)}

        function.assign(stands)

    def _rest(self, terms: Terms, phase: int, actor: int) -> Term:
        """What the sweep changed."""
        rows = self.rows
        now = terms.load(rows.offset(self.search.proposal, phase, actor))
        return terms.sub(terms.load(rows.offset(rows.worth, phase, actor)), now)

    def _slope(self, terms: Terms, phase: int, entry: Entry) -> Term | None:
        place = self.slopes[phase].get(entry)
        return None if place is None else terms.load(place)

    def _step(self, active: int, length: int, gone: int) -> None:
        """A step towards the fixed point in the active lanes, its length, and whether it is none (in `gone`)."""
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
            right = []
            for row, k in enumerate(self.group):
                for column, other in enumerate(self.group):
                    slope = self._slope(terms, k, (NOBODY, other, NOBODY))
                    self._enter(terms, matrix, row, column, slope, i)
                # What the others' choices change follows from the steps of those who decide.
                rest = self._rest(terms, k, i)
                for other, j in unknowns:
                    slope = self._slope(terms, k, (i, other, j))
                    if slope is not None:
                        moved = terms.mul(terms.load(rows.factors[j]), found[other, j])
                        rest = terms.add(rest, terms.mul(slope, moved))
                right.append(rest)
            found |= dict(zip([(k, i) for k in self.group], solution(terms, matrix, right), strict=True))
        steps = list(found.values())
        lost = terms.sum([terms.local(gone), *(terms.sub(step, step) for step in steps)])
        statements: list[Store | Assign] = [
            Assign(length, largest(terms, terms.constant(0.0), steps)),
            Assign(gone, lost),
        ]
        for (k, i), step in found.items():
            now = terms.load(rows.offset(self.search.proposal, k, i))
            new = terms.select(terms.local(active), terms.add(now, step), now)
            later = terms.mul(terms.load(rows.factors[i]), new)
            statements.append(Store(rows.offset(self.search.proposal, k, i), new))
            statements.append(Store(rows.offset(rows.discounted, k, i), later))
        self.function_.compute(terms, statements)

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


def pace(terms: Terms, highest: Term) -> Term:
    """What the part of an error that has to do with choices may be multiplied by over two sweeps."""
    left = terms.sub(terms.constant(1.0), highest)
    allowed = terms.sub(terms.constant(1.0), terms.mul(terms.constant(PACE), left))
    return terms.mul(allowed, allowed)


def shrinks(terms: Terms, allowed: Term, parts: Sequence[int]) -> Term:
    """Where the last four parts, newest first, shrink. Replies often overshoot, so every other one is compared."""
    a, b, c, d = (terms.local(part) for part in parts)
    return terms.op("and", terms.op("le", a, terms.mul(allowed, c)), terms.op("le", b, terms.mul(allowed, d)))

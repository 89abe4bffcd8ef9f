"""Finding the beliefs that fit the choices in one play: from those before, or along the principal branch.

`settle_i(out, warm, own, block, ...)` goes through the beliefs of the grid. For each of them `settle_one_i` makes a few
steps of Newton's method from the beliefs kept at `warm`. Where these do not settle, or where nothing is to be presumed,
`follow_i` follows the branch that begins with all moves alike and leads to the game itself as steepness is turned up
(McKelvey and Palfrey 1998). Where `block` is not 0, what is chosen is then put down there. `compare_i(out, warm, own,
...)` notes the worlds in which the branch leads elsewhere than to the beliefs kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backstop.program.code.encoding import I32, Assign, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT, Memory
from backstop.program.learning.grid import fill
from backstop.program.learning.plays import Plays
from backstop.program.learning.seat import TARGETS, WARM, Seat, Worlds
from backstop.program.learning.turning import Turning
from backstop.program.recursion.rows import largest

# Steps of Newton's method from beliefs kept, and from a prediction on the branch.
MOST_STEPS, MOST_CORRECTIONS = 14, 8
# The first and the largest step on the branch, the least, and how far a prediction may be off.
FIRST, LARGEST, LEAST, NEAR = 0.125, 0.5, 1e-7, 0.1
MOST_TRIES = 4_000
# How often the branch is followed at most where it turns back, which takes hundreds of steps, in a world.
MOST_TURNS = 20
# How little beliefs may move in the last step where the branch is followed: at its end, and before.
THERE, ON_THE_WAY = 3e-7, 1e-5
# A step on the branch that tells its direction.
TELLING = 1e-3
# Beliefs that are closer than this are the same.
SAME = 1e-6


class Following:
    """Writes these functions for the seats of some plays."""

    def __init__(self, plays: Plays, worlds: Worlds, memory: Memory) -> None:
        self.plays, self.worlds, self.desk = plays, worlds, plays.desk
        self.grid = plays.board.grid
        most = max([len(seat.found) for seat in plays.seats], default=0)
        # Beliefs accepted on the way, those before them, those predicted, and those that were kept.
        self.reached, self.former, self.guessed, self.saved, self.behind = (
            memory.take(max(1, most)) for _ in range(5)
        )
        # Where a worth goes that nobody asks for.
        self.aside = memory.take(self.grid.columns) - self.grid.rows.worth
        self.turning = Turning(self.desk, worlds.lost, self.reached, self.behind, most, memory)

    def functions(self) -> list[Function]:
        """All of them."""
        made = []
        for number, seat in enumerate(self.plays.seats):
            if seat.found:
                made += [self.turning.function(number, seat), self._follow(number, seat)]
                made.append(self._compare(number, seat))
            made += [self._settle_one(number, seat), self._settle(number, seat)]
            if self.grid.hidden.learns:
                made.append(self._coarse(number, seat))
        return [*made, fill(self.grid)] if self.grid.hidden.learns else made

    def _put(self, function: Function, make: Callable[[Terms], Mapping[int, Term]]) -> None:
        """Put terms into places of memory."""
        terms = Terms()
        function.compute(terms, [Store(place, term) for place, term in make(terms).items()])

    def _each(self, function: Function, seat: Seat, put: Callable[[Terms, int], Mapping[int, Term]]) -> None:
        """Put numbers of every belief to be found into tables; the beliefs themselves are those of the table -1."""
        warm = 1 if function.name.startswith("compare") else WARM
        terms, stores = Terms(), list[Store]()
        for i in range(len(seat.found)):
            for table, term in put(terms, i).items():
                stores.append(Store(i * SLOT, term, warm) if table < 0 else Store(table + i * SLOT, term))
        function.compute(terms, stores)

    def _settle(self, number: int, seat: Seat) -> Function:
        """The beliefs of the grid one after the other."""
        count = len(seat.targets)
        function, grid = Function(f"settle_{number}", (I32,) * (4 + count)), self.grid
        row = function.local(I32)
        if seat.found:
            self._put(function, lambda terms: {self.desk.compared: terms.bits(0)})
        with function.each(grid.size, 1) as number_of:
            if grid.hidden.learns:
                function.splat(self.desk.belief, number_of, grid.size - 1)
            function.get(number_of)
            function.whole(grid.rows.size)
            function.integer("multiply")
            function.set(row)
            function.get(row)
            function.get(0)
            function.get(row)
            function.integer("add")
            function.get(1)
            function.get(2)
            for place in range(count):
                function.get(4 + place)
            function.get(3)
            function.call(f"settle_one_{number}")
            function.get(3)
            with function.when():
                function.step(3, self.plays.size_of(seat))
            if seat.found:
                self._put(function, lambda terms: {self.desk.compared: terms.bits(-1)})
                self._foresee(function, seat, number_of)
            function.step(1, self.plays.ways[number].size)
        return function

    def _foresee(self, function: Function, seat: Seat, number_of: int) -> None:
        """Begin at the next belief with what moves tell here and before; at the second with what they tell at the
        middle."""
        grid, worlds, desk = self.grid, self.worlds, self.desk
        size = self.plays.ways[self.plays.seats.index(seat)].size
        last = grid.size - 1
        middle = grid.coarse_step if 1 < grid.coarse_step < last else None
        if last < 3:
            return

        def even(terms: Terms, place: int, belief: Term) -> list[Term]:
            """What would be believed after each move from even odds."""
            found, one = list[Term](), terms.constant(1.0)
            for i in range(len(seat.found)):
                x = terms.load_at(1, place + i * SLOT)
                up = terms.mul(x, terms.sub(one, belief))
                total = terms.add(up, terms.mul(terms.sub(one, x), belief))
                known = terms.op("gt", total, terms.constant(0.0))
                found.append(terms.select(known, terms.div(up, total), terms.constant(0.5)))
            return found

        def foreseen(make: Callable[[Terms, Term], list[Term]], ahead: int) -> None:
            terms, stores = Terms(), list[Store]()
            zero, one, here = terms.constant(0.0), terms.constant(1.0), terms.load(desk.belief)
            next_ = terms.add(here, terms.constant(1.0 / last))
            for i, y in enumerate(make(terms, here)):
                held = terms.op("pmin", terms.op("pmax", zero, y), one)
                up = terms.mul(next_, held)
                total = terms.add(up, terms.mul(terms.sub(one, next_), terms.sub(one, held)))
                old = terms.load_at(1, ahead + i * SLOT)
                new = terms.select(terms.load(worlds.begin), terms.div(up, total), old)
                stores.append(Store(ahead + i * SLOT, new, 1))
            function.compute(terms, stores)

        def onwards(terms: Terms, here: Term) -> list[Term]:
            """In a straight line from the two beliefs before."""
            now = even(terms, size, here)
            then = even(terms, 0, terms.sub(here, terms.constant(1.0 / last)))
            return [terms.sub(terms.add(y, y), x) for x, y in zip(then, now, strict=True)]

        def after_first() -> None:
            function.get(number_of)
            function.whole(1)
            function.integer("greater")
            function.step(1, -size)
            function.choose(
                lambda: foreseen(onwards, 2 * size),
                lambda: foreseen(lambda terms, here: even(terms, size, here), 2 * size),
            )
            function.step(1, size)

        def at_first() -> None:
            if middle is not None:
                foreseen(lambda terms, _: even(terms, middle * size, terms.constant(middle / last)), size)

        function.any_in(worlds.begin)
        function.get(number_of)
        function.whole(last - 1)
        function.integer("less", "and")
        with function.when():
            function.get(number_of)
            function.choose(after_first, at_first)

    def _coarse(self, number: int, seat: Seat) -> Function:
        """`coarse_i`, called as `settle_i` is: a few beliefs of the grid, and straight lines between them."""
        count = len(seat.targets)
        function, grid = Function(f"coarse_{number}", (I32,) * (4 + count)), self.grid
        step = grid.coarse_step
        row, warm = function.local(I32), function.local(I32)
        with function.each((grid.size - 1) // step + 1, 1) as number_of:
            function.splat(self.desk.belief, number_of, (grid.size - 1) // step)
            for local, size in ((row, grid.rows.size), (warm, self.plays.ways[number].size)):
                function.get(number_of)
                function.whole(step * size)
                function.integer("multiply")
                function.set(local)
            function.get(row)
            for place, further in ((0, row), (1, warm)):
                function.get(place)
                function.get(further)
                function.integer("add")
            function.get(2)
            for place in range(count):
                function.get(4 + place)
            function.get(3)
            function.call(f"settle_one_{number}")
        function.get(0)
        function.call("fill")
        return function

    def _settle_one(self, number: int, seat: Seat) -> Function:
        """`settle_one_i(row, out, warm, own, ..., block)`: the belief at hand."""
        desk, worlds, block = self.desk, self.worlds, TARGETS + len(seat.targets)
        function = Function(f"settle_one_{number}", (I32,) * (block + 1))
        steps = function.local(I32)

        def arguments() -> None:
            for parameter in range(block):
                function.get(parameter)

        if seat.found:
            self._put(
                function,
                lambda terms: {
                    desk.open: terms.op("andnot", terms.load(worlds.among), terms.load(worlds.cold)),
                    worlds.todo: terms.op("and", terms.load(worlds.among), terms.load(worlds.cold)),
                },
            )
            function.any_in(desk.open)
            with function.when():
                function.whole(0)
                function.set(steps)
                with function.loop():
                    arguments()
                    function.call(f"guess_{number}")
                    self._close(function, lambda terms: terms.load(worlds.tolerance))
                    function.step(steps, 1)
                    function.get(steps)
                    function.whole(MOST_STEPS)
                    function.integer("less")
                    function.any_in(desk.open)
                    function.integer("and")
                self._put(
                    function,
                    lambda terms: {
                        worlds.todo: terms.op("or", terms.load(worlds.todo), terms.load(desk.open))
                    },
                )
            function.any_in(worlds.todo)
            with function.when():
                arguments()
                function.call(f"follow_{number}")
        function.get(block)
        with function.when():
            arguments()
            function.get(block)
            function.call(f"choose_{number}")
        return function

    def _close(self, function: Function, tolerance: Callable[[Terms], Term]) -> None:
        """Worlds in which the last step was small enough need no more."""
        desk = self.desk

        def left(terms: Terms) -> dict[int, Term]:
            small = terms.op("le", terms.load(desk.moved), tolerance(terms))
            return {desk.open: terms.op("andnot", terms.load(desk.open), small)}

        self._put(function, left)

    def _follow(self, number: int, seat: Seat) -> Function:
        """`follow_i(row, out, warm, own)`: the principal branch in the worlds `todo`."""
        function, desk, worlds = (
            Function(f"follow_{number}", (I32,) * (TARGETS + len(seat.targets))),
            self.desk,
            self.worlds,
        )
        turned, step, before, target, good, off = (function.local() for _ in range(6))
        steps, tries = function.local(I32), function.local(I32)

        def tolerance(terms: Terms) -> Term:
            there = terms.op("ge", terms.local(target), terms.constant(1.0))
            return terms.select(there, terms.constant(THERE), terms.constant(ON_THE_WAY))

        function.assign(
            lambda terms: {
                turned: terms.constant(0.0),
                step: terms.constant(FIRST),
                before: terms.constant(1.0),
            }
        )
        self._put(function, lambda terms: {self.turning.turning: terms.bits(0)})
        self._each(
            function,
            seat,
            lambda terms, i: {
                self.reached: terms.load(desk.belief),
                self.former: terms.load(desk.belief),
                self.behind: terms.load(desk.belief),
            },
        )
        with function.loop():
            function.assign(
                lambda terms: {
                    target: terms.op(
                        "pmin", terms.constant(1.0), terms.add(terms.local(turned), terms.local(step))
                    )
                }
            )

            def predicted(terms: Terms, i: int) -> dict[int, Term]:
                now, then = terms.load(self.reached + i * SLOT), terms.load(self.former + i * SLOT)
                share = terms.div(terms.sub(terms.local(target), terms.local(turned)), terms.local(before))
                new = terms.add(now, terms.mul(share, terms.sub(now, then)))
                held = terms.op("pmin", terms.op("pmax", terms.constant(0.0), new), terms.constant(1.0))
                old = terms.load_at(WARM, i * SLOT)
                return {self.guessed: held, -1: terms.select(terms.load(worlds.todo), held, old)}

            self._each(function, seat, predicted)
            self._put(
                function,
                lambda terms: {
                    desk.turned: terms.local(target),
                    desk.open: terms.load(worlds.todo),
                },
            )
            function.whole(0)
            function.set(steps)
            with function.loop():
                for parameter in range(TARGETS + len(seat.targets)):
                    function.get(parameter)
                function.call(f"guess_{number}")
                self._close(function, tolerance)
                function.step(steps, 1)
                function.get(steps)
                function.whole(MOST_CORRECTIONS)
                function.integer("less")
                function.any_in(desk.open)
                function.integer("and")
            terms = Terms()
            gaps = [
                terms.sub(terms.load_at(WARM, i * SLOT), terms.load(self.guessed + i * SLOT))
                for i in range(len(seat.found))
            ]
            farthest = largest(terms, terms.constant(0.0), gaps)
            function.compute(terms, [Assign(off, farthest)])

            def judged(terms: Terms) -> dict[int, Term]:
                todo = terms.load(worlds.todo)
                near = terms.op("le", terms.local(off), terms.constant(NEAR))
                # The first step begins where all moves are alike, and may lead far; it is made short before others.
                short = terms.op("le", terms.local(step), terms.constant(1.0 / 256.0))
                near = terms.op(
                    "or",
                    near,
                    terms.op("and", short, terms.op("eq", terms.local(turned), terms.constant(0.0))),
                )
                settled = terms.op("andnot", near, terms.load(desk.open))
                return {good: terms.op("and", todo, settled)}

            function.assign(judged)

            def kept(terms: Terms, i: int) -> dict[int, Term]:
                here, now = terms.local(good), terms.load_at(WARM, i * SLOT)
                accepted, then = terms.load(self.reached + i * SLOT), terms.load(self.former + i * SLOT)
                lost = terms.op("andnot", terms.load(worlds.todo), here)
                long = terms.op("and", here, terms.op("ge", terms.local(step), terms.constant(TELLING)))
                return {
                    self.behind: terms.select(long, accepted, terms.load(self.behind + i * SLOT)),
                    self.reached: terms.select(here, now, accepted),
                    self.former: terms.select(here, accepted, then),
                    -1: terms.select(lost, accepted, now),
                }

            self._each(function, seat, kept)

            def next_(terms: Terms) -> dict[int, Term]:
                here = terms.local(good)
                length = terms.sub(terms.local(target), terms.local(turned))
                longer = terms.op(
                    "pmin", terms.mul(terms.local(step), terms.constant(2.0)), terms.constant(LARGEST)
                )
                shorter = terms.mul(terms.local(step), terms.constant(0.25))
                return {
                    before: terms.select(here, length, terms.local(before)),
                    turned: terms.select(here, terms.local(target), terms.local(turned)),
                    step: terms.select(here, longer, shorter),
                }

            function.assign_together(next_)

            def left(terms: Terms) -> dict[int, Term]:
                todo = terms.load(worlds.todo)
                there = terms.op("ge", terms.local(turned), terms.constant(1.0))
                stuck = terms.op("lt", terms.local(step), terms.constant(LEAST))
                gone = terms.op("andnot", terms.op("and", todo, stuck), there)
                at = terms.load(self.turning.turned)
                return {
                    worlds.todo: terms.op("andnot", terms.op("andnot", todo, there), stuck),
                    self.turning.turning: terms.op("or", terms.load(self.turning.turning), gone),
                    self.turning.turned: terms.select(gone, terms.local(turned), at),
                }

            self._put(function, left)
            function.step(tries, 1)
            function.get(tries)
            function.whole(MOST_TRIES)
            function.integer("less")
            function.any_in(worlds.todo)
            function.integer("and")
        self._put(
            function,
            lambda terms: {
                worlds.lost: terms.op("or", terms.load(worlds.lost), terms.load(worlds.todo)),
                desk.turned: terms.constant(1.0),
            },
        )
        function.any_in(self.turning.turning)
        with function.when():

            def counted(terms: Terms) -> dict[int, Term]:
                here = terms.load(self.turning.turning)
                count = terms.add(terms.load(worlds.turns), terms.truth(here))
                over = terms.op("and", here, terms.op("gt", count, terms.constant(float(MOST_TURNS))))
                return {
                    worlds.turns: count,
                    worlds.astray: terms.op("or", terms.load(worlds.astray), over),
                    self.turning.turning: terms.op("andnot", here, over),
                }

            self._put(function, counted)
        function.any_in(self.turning.turning)
        with function.when():
            for parameter in range(TARGETS + len(seat.targets)):
                function.get(parameter)
            function.call(f"turn_{number}")
        return function

    def _compare(self, number: int, seat: Seat) -> Function:
        """Whether the branch leads to the beliefs that are kept, in the worlds in which choices jump; where it leads
        elsewhere, the beliefs there are kept from now on."""
        function, desk, worlds, grid = (
            Function(f"compare_{number}", (I32,) * (3 + len(seat.targets))),
            self.desk,
            self.worlds,
            self.grid,
        )
        row, apart_ = function.local(I32), function.local()

        def looked(terms: Terms) -> Term:
            return terms.op("and", terms.load(worlds.among), terms.load(desk.jumped))

        with function.each(grid.size, 1) as number_of:
            function.splat(desk.belief, number_of, grid.size - 1)
            function.get(number_of)
            function.whole(grid.rows.size)
            function.integer("multiply")
            function.set(row)
            self._each(function, seat, lambda terms, i: {self.saved: terms.load_at(1, i * SLOT)})
            self._put(function, lambda terms: {worlds.todo: looked(terms)})
            function.get(row)
            function.whole(self.aside)
            function.get(1)
            function.get(2)
            for place in range(len(seat.targets)):
                function.get(3 + place)
            function.call(f"follow_{number}")

            def elsewhere(terms: Terms) -> Term:
                gaps = [
                    terms.sub(terms.load_at(1, i * SLOT), terms.load(self.saved + i * SLOT))
                    for i in range(len(seat.found))
                ]
                apart = largest(terms, terms.constant(0.0), gaps)
                same = terms.op("le", apart, terms.constant(SAME))
                return terms.op("andnot", looked(terms), same)

            function.assign(lambda terms: {apart_: elsewhere(terms)})
            self._put(
                function,
                lambda terms: {worlds.differ: terms.op("or", terms.load(worlds.differ), terms.local(apart_))},
            )
            self._each(
                function,
                seat,
                lambda terms, i: {
                    -1: terms.select(
                        terms.local(apart_), terms.load_at(1, i * SLOT), terms.load(self.saved + i * SLOT)
                    )
                },
            )
            function.step(1, self.plays.ways[number].size)
        return function

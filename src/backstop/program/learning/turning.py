"""Following the principal branch where it turns back.

As steepness is turned up the branch may turn back for a while, most of all where the straight lines between beliefs
of the grid meet. There steepness is no measure of the way; one of the beliefs is. It goes on by small steps, and the
other beliefs and the steepness are found that fit it: a step of Newton's method with steepness as it is (`guess_i`) and
one a little further tell how beliefs follow steepness, and so how much of it keeps the leading belief where it should
be (Allgower and Georg 1990, chapter 5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backstop.program.code.encoding import I32, Assign, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT, Memory
from backstop.program.learning.plays import Desk
from backstop.program.learning.seat import TARGETS, WARM, Seat
from backstop.program.recursion.rows import largest

MOST_STEPS, MOST_CORRECTIONS, MOST_AT_END = 4_000, 12, 14
# The first and the largest step of what leads, and the least; how far a prediction may be off, of beliefs and of
# steepness; how little a last step may move them.
FIRST, LARGEST, LEAST, NEAR, NEAR_TURNED, THERE = 1e-5, 0.02, 1e-10, 0.02, 0.1, 1e-9
# How much further steepness is looked at, and how far it is changed at most at once.
FURTHER, MOST_TURNED = 1e-7, 0.2
AT_END = 3e-7
# Steepness leads where it moves several times as far as any belief.
STEEPNESS = 0.25


class Turning:
    """Writes `turn_i(row, out, warm, own, ...)` for seats, in the worlds `turning`: the branch on from beliefs in the
    table `reached`, come to from those in `behind`, and the steepness in `turned`. Worlds in which it leads nowhere go
    into `lost`.
    """

    def __init__(self, desk: Desk, lost: int, reached: int, behind: int, most: int, memory: Memory) -> None:
        self.desk, self.lost, self.reached, self.behind = desk, lost, reached, behind
        self.turning, self.turned, self.led = memory.take(1), memory.take(1), memory.take(1)
        self.point, self.pace, self.guessed, self.first, self.leads = (
            memory.take(max(1, most)) for _ in range(5)
        )

    def function(self, number: int, seat: Seat) -> Function:
        """The function of one seat."""
        return _Writer(self, number, seat).written()


class _Writer:
    def __init__(self, turning: Turning, number: int, seat: Seat) -> None:
        self.turning, self.number, self.desk = turning, number, turning.desk
        self.each = range(len(seat.found))
        self.parameters = TARGETS + len(seat.targets)
        self.function = Function(f"turn_{number}", (I32,) * self.parameters)
        take = self.function.local
        self.turned, self.before, self.pace, self.step = take(), take(), take(), take()
        self.aim, self.moved, self.good, self.ended = take(), take(), take(), take()
        self.count, self.tries = take(I32), take(I32)

    def _put(self, make: Callable[[Terms], Mapping[int, Term]]) -> None:
        terms = Terms()
        self.function.compute(terms, [Store(place, term) for place, term in make(terms).items()])

    def _beliefs(self, put: Callable[[Terms, int], Mapping[int, Term]]) -> None:
        """Put numbers of every belief into tables; the beliefs themselves are those of the table -1."""
        terms, fresh = Terms(), list[tuple[int, Store]]()
        for i in self.each:
            for table, term in put(terms, i).items():
                place = Store(i * SLOT, term, WARM) if table < 0 else Store(table + i * SLOT, term)
                fresh.append((self.function.local(), place))
        self.function.compute(terms, [Assign(local, store.term) for local, store in fresh])
        later = Terms()
        self.function.compute(
            later, [Store(store.offset, later.local(local), store.base) for local, store in fresh]
        )

    def _at(self, terms: Terms, table: int, i: int) -> Term:
        return terms.load_at(WARM, i * SLOT) if table < 0 else terms.load(table + i * SLOT)

    def _of_leader(self, terms: Terms, what: Callable[[int], Term]) -> Term:
        """What is said of each belief, of the one that leads."""
        found = terms.constant(0.0)
        for i in self.each:
            found = terms.select(terms.load(self.turning.leads + i * SLOT), what(i), found)
        return found

    def _guess(self) -> None:
        for parameter in range(self.parameters):
            self.function.get(parameter)
        self.function.call(f"guess_{self.number}")

    def _newton(self, most: int, tolerance: float) -> None:
        """Steps with steepness as it is, in the worlds that are open, until they are small."""
        function, desk = self.function, self.desk
        function.whole(0)
        function.set(self.count)
        with function.loop():
            self._guess()

            def left(terms: Terms) -> dict[int, Term]:
                small = terms.op("le", terms.load(desk.moved), terms.constant(tolerance))
                return {desk.open: terms.op("andnot", terms.load(desk.open), small)}

            self._put(left)
            function.step(self.count, 1)
            function.get(self.count)
            function.whole(most)
            function.integer("less")
            function.any_in(desk.open)
            function.integer("and")

    def _slopes(self) -> None:
        """`guessed`: what a step changes with steepness as it is; `first`: how beliefs follow steepness."""
        turning, desk = self.turning, self.desk
        self._beliefs(lambda terms, i: {turning.guessed: self._at(terms, -1, i)})
        self._put(
            lambda terms: {desk.turned: terms.local(self.turned), desk.open: terms.load(turning.turning)}
        )
        self._guess()
        # What is changed goes into `first` for now, and beliefs are put back.
        self._beliefs(
            lambda terms, i: {
                turning.first: terms.sub(self._at(terms, -1, i), self._at(terms, turning.guessed, i)),
                -1: self._at(terms, turning.guessed, i),
            }
        )
        self._put(lambda terms: {desk.turned: terms.add(terms.local(self.turned), terms.constant(FURTHER))})
        self._guess()

        def followed(terms: Terms, i: int) -> dict[int, Term]:
            change = self._at(terms, turning.first, i)
            more = terms.sub(self._at(terms, -1, i), self._at(terms, turning.guessed, i))
            slope = terms.div(terms.sub(more, change), terms.constant(FURTHER))
            return {turning.first: slope, turning.guessed: change, -1: self._at(terms, turning.guessed, i)}

        self._beliefs(followed)

    def _lead(self) -> None:
        """Whichever moves most leads from now on, and its steps are the measure: a belief, or steepness, which moves
        far where beliefs do next to nothing."""
        turning, scale = self.turning, self.function.local()

        def chosen(terms: Terms) -> dict[int, Term]:
            most = largest(terms, terms.constant(0.0), [self._at(terms, turning.pace, i) for i in self.each])
            way = terms.mul(terms.constant(STEEPNESS), terms.op("abs", terms.local(self.pace)))
            taken = terms.op("gt", way, most)
            found: dict[int, Term] = {turning.led: taken}
            for i in self.each:
                here = terms.op("eq", terms.op("abs", self._at(terms, turning.pace, i)), most)
                here = terms.op("andnot", here, taken)
                found[turning.leads + i * SLOT] = here
                taken = terms.op("or", taken, here)
            return found

        self._put(chosen)
        self.function.assign(
            lambda terms: {
                scale: terms.div(
                    terms.constant(1.0),
                    terms.op(
                        "abs",
                        terms.select(
                            terms.load(turning.led),
                            terms.local(self.pace),
                            self._of_leader(terms, lambda i: self._at(terms, turning.pace, i)),
                        ),
                    ),
                )
            }
        )
        self._beliefs(
            lambda terms, i: {turning.pace: terms.mul(self._at(terms, turning.pace, i), terms.local(scale))}
        )
        self.function.assign(lambda terms: {self.pace: terms.mul(terms.local(self.pace), terms.local(scale))})

    def written(self) -> Function:
        """The function, whole."""
        function, turning, desk = self.function, self.turning, self.desk
        function.assign(
            lambda terms: {
                self.turned: terms.load(turning.turned),
                self.step: terms.constant(FIRST),
                self.ended: terms.bits(0),
            }
        )
        self._beliefs(
            lambda terms, i: {
                -1: terms.select(
                    terms.load(turning.turning), self._at(terms, turning.reached, i), self._at(terms, -1, i)
                )
            }
        )
        # On in the direction in which the branch came.
        self._beliefs(
            lambda terms, i: {
                turning.pace: terms.sub(
                    self._at(terms, turning.reached, i), self._at(terms, turning.behind, i)
                ),
                turning.point: self._at(terms, turning.reached, i),
            }
        )
        function.assign(lambda terms: {self.pace: terms.constant(0.0), self.before: terms.local(self.turned)})
        self._lead()
        function.whole(0)
        function.set(self.tries)
        with function.loop():
            self._correct()
            self._judge()
            function.step(self.tries, 1)
            function.get(self.tries)
            function.whole(MOST_STEPS)
            function.integer("less")
            function.any_in(turning.turning)
            function.integer("and")
        self._put(
            lambda terms: {
                turning.turned: terms.constant(1.0),
                desk.turned: terms.constant(1.0),
                turning.lost: terms.op("or", terms.load(turning.lost), terms.load(turning.turning)),
            }
        )
        self._finish()
        return function

    def _correct(self) -> None:
        """A step of the leading belief, and what fits it."""
        function, turning = self.function, self.turning
        self._beliefs(
            lambda terms, i: {
                -1: terms.select(
                    terms.load(turning.turning),
                    self._held(
                        terms,
                        terms.add(
                            self._at(terms, turning.point, i),
                            terms.mul(terms.local(self.step), self._at(terms, turning.pace, i)),
                        ),
                    ),
                    self._at(terms, -1, i),
                )
            }
        )
        function.assign(
            lambda terms: {
                self.turned: terms.add(
                    terms.local(self.before), terms.mul(terms.local(self.step), terms.local(self.pace))
                ),
                self.aim: self._of_leader(terms, lambda i: self._at(terms, -1, i)),
                self.good: terms.bits(0),
            }
        )
        function.whole(0)
        function.set(self.count)
        with function.loop():
            self._slopes()

            def turned(terms: Terms) -> dict[int, Term]:
                missed = self._of_leader(
                    terms,
                    lambda i: terms.sub(
                        terms.sub(terms.local(self.aim), self._at(terms, -1, i)),
                        self._at(terms, turning.guessed, i),
                    ),
                )
                follows = self._of_leader(terms, lambda i: self._at(terms, turning.first, i))
                change = terms.div(missed, follows)
                change = terms.select(terms.load(turning.led), terms.constant(0.0), change)
                bound = terms.constant(MOST_TURNED)
                held = terms.op("pmin", terms.op("pmax", terms.op("neg", bound), change), bound)
                return {self.moved: held}

            function.assign(turned)
            self._beliefs(
                lambda terms, i: {
                    turning.guessed: terms.add(
                        self._at(terms, turning.guessed, i),
                        terms.mul(self._at(terms, turning.first, i), terms.local(self.moved)),
                    )
                }
            )
            self._beliefs(
                lambda terms, i: {
                    -1: terms.select(
                        terms.op("andnot", terms.load(turning.turning), terms.local(self.good)),
                        self._held(
                            terms,
                            terms.add(self._at(terms, -1, i), self._at(terms, turning.guessed, i)),
                        ),
                        self._at(terms, -1, i),
                    )
                }
            )

            def settled(terms: Terms) -> dict[int, Term]:
                changes = [self._at(terms, turning.guessed, i) for i in self.each]
                change = terms.local(self.moved)
                lost = terms.sum([terms.sub(x, x) for x in (*changes, change)])
                most = terms.add(largest(terms, terms.op("abs", change), changes), lost)
                small = terms.op("le", most, terms.constant(THERE))
                moving = terms.op("andnot", terms.load(turning.turning), terms.local(self.good))
                new = terms.add(terms.local(self.turned), change)
                return {
                    self.turned: terms.select(moving, new, terms.local(self.turned)),
                    self.good: terms.op("or", terms.local(self.good), terms.op("and", moving, small)),
                }

            function.assign_together(settled)
            function.step(self.count, 1)
            function.get(self.count)
            function.whole(MOST_CORRECTIONS)
            function.integer("less")
            left = function.local()
            function.assign(
                lambda terms: {left: terms.op("andnot", terms.load(turning.turning), terms.local(self.good))}
            )
            function.any_of(left)
            function.integer("and")

    def _held(self, terms: Terms, belief: Term) -> Term:
        return terms.op("pmin", terms.op("pmax", terms.constant(0.0), belief), terms.constant(1.0))

    def _judge(self) -> None:
        """Take the step where it fits what was predicted; else take a shorter one."""
        function, turning = self.function, self.turning

        def fits(terms: Terms) -> dict[int, Term]:
            gaps = []
            for i in self.each:
                way = terms.mul(terms.local(self.step), self._at(terms, turning.pace, i))
                gaps.append(
                    terms.sub(self._at(terms, -1, i), terms.add(self._at(terms, turning.point, i), way))
                )
            off = largest(terms, terms.constant(0.0), gaps)
            way = terms.mul(terms.local(self.step), terms.local(self.pace))
            apart = terms.sub(terms.local(self.turned), terms.add(terms.local(self.before), way))
            near = terms.op("le", off, terms.constant(NEAR))
            near = terms.op("and", near, terms.op("le", terms.op("abs", apart), terms.constant(NEAR_TURNED)))
            above = terms.op("gt", terms.local(self.turned), terms.constant(0.0))
            good = terms.op("and", terms.local(self.good), terms.op("and", near, above))
            return {self.good: terms.op("and", good, terms.load(turning.turning))}

        function.assign(fits)
        arrives = function.local()
        function.assign(
            lambda terms: {
                arrives: terms.op(
                    "and",
                    terms.local(self.good),
                    terms.op("ge", terms.local(self.turned), terms.constant(1.0)),
                )
            }
        )

        def between(terms: Terms, i: int) -> dict[int, Term]:
            """Where the end is passed, beliefs there in a straight line."""
            now, then = self._at(terms, -1, i), self._at(terms, turning.point, i)
            part = terms.div(
                terms.sub(terms.constant(1.0), terms.local(self.before)),
                terms.sub(terms.local(self.turned), terms.local(self.before)),
            )
            at_end = terms.add(then, terms.mul(part, terms.sub(now, then)))
            good, length = terms.local(self.good), terms.local(self.step)
            pace = terms.div(terms.sub(now, then), length)
            return {
                turning.point: terms.select(terms.local(arrives), at_end, terms.select(good, now, then)),
                turning.pace: terms.select(good, pace, self._at(terms, turning.pace, i)),
            }

        self._beliefs(between)

        def on(terms: Terms) -> dict[int, Term]:
            good, length = terms.local(self.good), terms.local(self.step)
            pace = terms.div(terms.sub(terms.local(self.turned), terms.local(self.before)), length)
            longer = terms.op("pmin", terms.mul(length, terms.constant(1.5)), terms.constant(LARGEST))
            return {
                self.pace: terms.select(good, pace, terms.local(self.pace)),
                self.before: terms.select(good, terms.local(self.turned), terms.local(self.before)),
                self.step: terms.select(good, longer, terms.mul(length, terms.constant(0.25))),
                self.ended: terms.op("or", terms.local(self.ended), terms.local(arrives)),
            }

        function.assign_together(on)
        self._lead()

        def left(terms: Terms) -> dict[int, Term]:
            turning_, stuck = (
                terms.load(turning.turning),
                terms.op("lt", terms.local(self.step), terms.constant(LEAST)),
            )
            open_ = terms.op("andnot", turning_, terms.local(self.ended))
            return {
                turning.lost: terms.op("or", terms.load(turning.lost), terms.op("and", open_, stuck)),
                turning.turning: terms.op("andnot", open_, stuck),
            }

        self._put(left)

    def _finish(self) -> None:
        """At the end of the way steepness is that of the game."""
        turning, desk = self.turning, self.desk
        self._beliefs(
            lambda terms, i: {
                -1: terms.select(
                    terms.local(self.ended), self._at(terms, turning.point, i), self._at(terms, -1, i)
                )
            }
        )
        self._put(lambda terms: {desk.open: terms.local(self.ended)})
        self._newton(MOST_AT_END, AT_END)

        def lost(terms: Terms) -> dict[int, Term]:
            gaps = [terms.sub(self._at(terms, -1, i), self._at(terms, turning.point, i)) for i in self.each]
            far = terms.op("gt", largest(terms, terms.constant(0.0), gaps), terms.constant(NEAR))
            astray = terms.op("and", terms.local(self.ended), far)
            gone = terms.op("or", terms.load(desk.open), astray)
            return {turning.lost: terms.op("or", terms.load(turning.lost), gone)}

        self._put(lost)

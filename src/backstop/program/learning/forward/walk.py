"""Figures of a game with a hidden type, computed forwards: each type's own chain over phases and beliefs.

Figures are the mixture of what they are for either type; a condition is mixed likewise, and a figure given it is their
ratio.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from backstop.program.code.encoding import I32, Assign, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.figures import LEAST_CONDITION, Reading, State
from backstop.program.layout import SLOT
from backstop.program.learning.forward.masses import BELIEF, Masses
from backstop.program.learning.seat import KINDS


class LearntWalk(Masses):
    """Writes the function of one chain."""

    def function(self) -> Function:
        """The function, whole."""
        function, first = self.function_, self._state(self.key.start)
        self._begun()
        self._put_down(begins=True)
        if first in self.states:
            self._depart()
        function.step(self.curve, SLOT)
        self._put_down()
        if self.figures.periods == 1:
            return function
        with self._each_period():
            self._advance()
            function.step(self.curve, SLOT)
            self._put_down()
        return function

    def _put_down(self, begins: bool = False) -> None:
        """Write the readings of the period in hand, or of period 0 as it begins."""
        self._add_totals(begins)
        function = self.function_
        terms = self.terms = Terms()
        stores = [
            Store(place, self._read(reading), self.curve) for reading, place in self.chain.readings.items()
        ]
        function.compute(terms, stores)

    def _add_totals(self, begins: bool) -> None:
        """Sums over the beliefs of the grid; as period 0 begins all is in one phase."""
        function, first = self.function_, self._state(self.key.start)
        for key, layer in self.layers.items():
            if begins and not self.grid.is_absorbing(layer.state.phase):
                terms = Terms()
                one, zero = terms.constant(1.0), terms.constant(0.0)
                here = layer.state == first and layer.reading is None
                put = [Assign(self.totals[key, kind], one if here else zero) for kind in KINDS]
                if self.believes and layer.reading is None:
                    share = terms.load(self.learnt.share_at)
                    put += [
                        Assign(self.beliefs[layer.state, kind], share if here else zero) for kind in KINDS
                    ]
                function.compute(terms, put)
                continue
            locals_ = [self.totals[key, kind] for kind in KINDS]
            if self.grid.is_absorbing(layer.state.phase):
                terms = Terms()
                function.compute(
                    terms,
                    [
                        Assign(local, terms.load_at(self.now, layer.at(kind)))
                        for kind, local in zip(KINDS, locals_, strict=True)
                    ],
                )
                continue
            sums = dict(zip(KINDS, locals_, strict=True))
            believed = {}
            if self.believes and layer.reading is None:
                believed = {kind: self.beliefs[layer.state, kind] for kind in KINDS}
            terms = Terms()
            zero = terms.constant(0.0)
            function.compute(terms, [Assign(local, zero) for local in (*sums.values(), *believed.values())])
            row = function.local(I32)
            function.get(self.now)
            function.set(row)
            function.get(self.come_to[layer.state])
            with function.when(), function.each(layer.rows, 1) as number_of:
                if believed:
                    self._believe(number_of)
                terms, added = Terms(), list[Store | Assign]()
                for kind in KINDS:
                    mass = terms.load_at(row, layer.at(kind))
                    added.append(Assign(sums[kind], terms.add(terms.local(sums[kind]), mass)))
                    if believed:
                        x = terms.mul(mass, terms.local(self.here))
                        added.append(Assign(believed[kind], terms.add(terms.local(believed[kind]), x)))
                function.compute(terms, added)
                function.step(row, SLOT)

    def _mixture(self, parts: Callable[[int], list[Term]], only: int | None) -> Term:
        """A figure mixed over the types, or that of one."""
        terms = self.terms
        if only is not None:
            return terms.sum(parts(only))
        first, second = (terms.sum(parts(kind)) for kind in KINDS)
        share = terms.load(self.learnt.share_at)
        less = terms.sub(terms.constant(1.0), share)
        return terms.add(terms.mul(less, first), terms.mul(share, second))

    def _read(self, reading: Reading) -> Term:
        terms, given, members, only = self.terms, self.key.given, reading.members, reading.type

        def total(wanted: Callable[[State], bool], of: Reading | None = None) -> Term:
            return self._mixture(
                lambda kind: [
                    terms.local(self.totals[(state, of), kind]) for state in self.states if wanted(state)
                ],
                only,
            )

        if (reading, 0) in self.type_sums:
            return self._mixture(lambda kind: [terms.local(self.type_sums[reading, kind])], only)

        def believed(wanted: Callable[[State], bool]) -> Term:
            def parts(kind: int) -> list[Term]:
                found = []
                for state in filter(wanted, self.states):
                    if (state, BELIEF) in self.layers:
                        found.append(terms.local(self.totals[(state, BELIEF), kind]))
                    else:
                        found.append(terms.local(self.beliefs[state, kind]))
                return found

            second = self._mixture(parts, only)
            return second if members == {1} else terms.sub(total(wanted), second)

        if given is None:
            if reading.kind == "belief":
                return believed(lambda state: True)
            if reading.kind == "avoid":
                return total(lambda state: state.phase not in members)
            return total(lambda state: state.phase in members)
        wanted = given.kind == "reach"
        condition = total(lambda state: state.met == wanted)
        if reading.kind in ("duration", "count"):
            value = total(lambda state: state.met == wanted, reading)
        elif reading.kind == "belief":
            value = believed(lambda state: state.met == wanted)
        elif reading.kind == "occupy":
            value = total(lambda state: state.met == wanted and state.phase in members)
        else:
            hit, by = reading.kind == "reach", reading.by
            value = total(lambda state: state.met == wanted and state.hit == hit and by in (None, state.by))
        likely = terms.op("ge", condition, terms.constant(LEAST_CONDITION))
        return terms.select(likely, terms.div(value, condition), terms.constant(math.nan))

"""Shares of the phases from the start, period by period, and what is summed up along them: outcomes and costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backstop.program.code.encoding import I32, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.figures import Chain, ChainKey, Figures, Walk
from backstop.program.layout import SLOT


@dataclass(frozen=True, slots=True)
class Sums:
    """What is summed up along the shares of the phases from the start, and where it goes.

    Rows of output: `shares` for every group of phases and period, `outcomes` for some outcomes together, `costs` by
    index. `switches`: the bytes that ask for shares, outcomes and costs. `spending[m, k]`: what a period in phase k
    costs by measure m, within a period `stride` long. `opening`: the byte that asks for a world laid open, and where
    its shares and beliefs go.
    """

    shares: int
    groups: Sequence[frozenset[int]]
    outcomes: Mapping[frozenset[int], int]
    costs: Mapping[int, int]
    row_bytes: int
    switches: tuple[int, int, int]
    spending: Mapping[tuple[int, int], int]
    stride: int
    opening: tuple[int, int, int] | None = None


def occupied(figures: Figures, start: int, sums: Sums) -> Function:
    """`occupied(pair)`: shares of the phases, outcomes and costs, as far as they are asked for."""
    return _Occupied(figures, start, sums).function()


class _Occupied(Walk):
    """Writes the shares of the phases and what is summed up along them."""

    def __init__(self, figures: Figures, start: int, sums: Sums) -> None:
        super().__init__(figures, Chain(ChainKey(start, frozenset(), None), 0))
        self.sums_, self.function_ = sums, Function("occupied", (I32,))
        function = self.function_
        self.record, self.row, self.paid = (function.local(I32) for _ in range(3))
        self.apart = None if sums.opening is None else function.local(I32)
        self.mass = {state: function.local() for state in self.states}
        self.here = {state.phase: local for state, local in self.mass.items()}
        self.counted = {outcome: function.local() for outcome in sums.outcomes}
        self.spent = {measure: function.local() for measure in sums.costs}

    def function(self) -> Function:
        figures, function, sums = self.figures, self.function_, self.sums_

        def begun(terms: Terms) -> dict[int, Term]:
            zero, one = terms.constant(0.0), terms.constant(1.0)
            locals_ = (*self.here.values(), *self.counted.values(), *self.spent.values())
            return {local: one if local == self.here[self.key.start] else zero for local in locals_}

        function.assign(begun)
        function.whole(figures.record.base)
        function.set(self.record)
        function.whole(0)
        function.set(self.paid)
        function.get(0)
        function.set(self.row)
        self._begin_apart()
        self._put_down()
        with function.each(figures.periods, 1):
            for switch, locals_, write in (
                (sums.switches[1], self.counted, self._count),
                (sums.switches[2], self.spent, self._spend),
            ):
                if locals_:
                    function.byte(switch)
                    with function.when():
                        function.assign(write)
            self._advance()
            function.step(self.record, figures.record.stride)
            function.step(self.paid, sums.stride)
            self._put_down()
        terms = Terms()
        totals = {sums.outcomes[o]: local for o, local in self.counted.items()}
        totals |= {sums.costs[m]: local for m, local in self.spent.items()}
        stores = [self._mixed(terms, place, terms.local(local), 0) for place, local in totals.items()]
        function.compute(terms, stores)
        return function

    def _mixed(self, terms: Terms, offset: int, value: Term, base: int) -> Store:
        """A sum put into its row of output, or added to what stands there of the other type."""
        mixture = self.figures.mixture
        if mixture is not None:
            value = mixture.added(terms, terms.load_at(base, offset), value)
        return Store(offset, value, base)

    def _put_down(self) -> None:
        function, sums = self.function_, self.sums_
        function.byte(sums.switches[0])
        with function.when():
            terms, stores = Terms(), list[Store]()
            for row, group in enumerate(sums.groups):
                inside = [terms.local(local) for phase, local in self.here.items() if phase in group]
                place = sums.shares + row * sums.row_bytes
                stores.append(self._mixed(terms, place, terms.sum(inside), self.row))
            function.compute(terms, stores)
        function.step(self.row, len(sums.groups) * sums.row_bytes)
        if sums.opening is not None and self.apart is not None:
            function.byte(sums.opening[0])
            with function.when():
                terms = Terms()
                every = range(len(self.figures.game.phases))
                stores = [
                    Store(phase * SLOT, terms.local(self.here[phase]), self.apart)
                    for phase in every
                    if phase in self.here
                ]
                function.compute(terms, stores)
                function.step(self.apart, len(every) * SLOT)

    def _begin_apart(self) -> None:
        """Where the shares of all phases of a world laid open go, with the type that is in hand."""
        sums, function, mixture = self.sums_, self.function_, self.figures.mixture
        if sums.opening is None or self.apart is None:
            return
        function.whole(sums.opening[1])
        function.set(self.apart)
        if mixture is not None:
            function.any_in(mixture.now[1])
            with function.when():
                function.step(self.apart, (self.figures.periods + 1) * len(self.figures.game.phases) * SLOT)

    def _count(self, terms: Terms) -> dict[int, Term]:
        """Expected numbers of outcomes."""
        self.terms, found = terms, {}
        for outcomes, local in self.counted.items():
            parts = [terms.local(local)]
            for phase, share in self.here.items():
                for outcome, place in self.figures.record.outcomes[phase].items():
                    if outcome in outcomes:
                        parts.append(terms.mul(terms.local(share), self._probability(place)))
            found[local] = terms.sum(parts)
        return found

    def _spend(self, terms: Terms) -> dict[int, Term]:
        """Expected costs: nothing is paid, and no cost in use, where nothing is spent there."""
        zero, found = terms.constant(0.0), {}
        for measure, local in self.spent.items():
            parts = [terms.local(local)]
            for phase, share in self.here.items():
                place = self.sums_.spending.get((measure, phase))
                if place is not None:
                    here = terms.local(share)
                    paid = terms.mul(here, terms.load_at(self.paid, place))
                    parts.append(terms.select(terms.op("eq", here, zero), zero, paid))
            found[local] = terms.sum(parts)
        return found

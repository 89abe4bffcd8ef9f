"""The chains that the metrics of a game with a hidden type need, and shares of its phases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from backstop.game.metric import Metric
from backstop.game.tree import Game
from backstop.program.code.encoding import I32, Assign, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.figures import Chain, ChainKey, Figures, Reading, State
from backstop.program.layout import SLOT, Memory
from backstop.program.learning.forward.masses import BELIEF, Ground, Layer
from backstop.program.learning.forward.walk import LearntWalk
from backstop.program.learning.record import ByType
from backstop.program.learning.seat import KINDS
from backstop.program.recursion.record import Record as PlainRecord
from backstop.program.shares import Sums

# In place of the record of a game without a hidden type, which is not asked.
NO_RECORD = PlainRecord(0, 0, (), (), (), ())


class LearntFigures(Figures):
    """The chains that some metrics need."""

    def __init__(
        self,
        game: Game,
        ground: Ground,
        periods: int,
        period_years: float,
        memory: Memory,
        opening: bool = False,
    ) -> None:
        """`opening`: shares tell what is believed on average in every phase."""
        super().__init__(game, NO_RECORD, periods, period_years, memory)
        self.ground, self.opening = ground, opening
        self.walks: dict[int, LearntWalk] = {}

    @property
    def slippers(self) -> list[int]:
        """Actors whose slips are kept."""
        return sorted({actor for kept in self.ground.record.kept.values() for _, actor in kept.slips})

    def key(self, metric: Metric) -> ChainKey:
        """The same for both types. What happens once for all need not be looked for: it is read off the chain that
        looks for nothing."""
        key = super().key(replace(metric, type=None))
        lasts = key.given is None and all(self.ground.grid.is_absorbing(phase) for phase in key.event)
        return replace(key, event=frozenset()) if lasts else key

    def reading(self, metric: Metric) -> Reading:
        """That of one type, where the metric asks for it."""
        return replace(super().reading(metric), type=metric.type)

    @property
    def has_slips(self) -> bool:
        """Whether slips are kept."""
        return self.ground.record.slips

    def lay_out(self) -> None:
        """Take the memory for masses, which chains use by turns."""
        self.walks = {chain.switch: LearntWalk(self, self.ground, chain) for chain in self.chains.values()}
        shares = LearntWalk(self, self.ground, self.sharing(self.game.start))
        self.ground.room = self.memory.take(2 * max(walk.used for walk in (shares, *self.walks.values())), 1)

    def sharing(self, start: int) -> Chain:
        """The chain behind shares of the phases."""
        chain = Chain(ChainKey(start, frozenset(), None), 0)
        if self.opening:
            chain.readings[Reading("belief", frozenset({1}))] = 0
        return chain

    def function(self, chain: Chain) -> Function:
        """`chain_i()`: the curves of all readings of a chain."""
        return self.walks[chain.switch].function()


class LearntShares(LearntWalk):
    """Writes `occupied(pair)`: shares of the phases, outcomes and costs; `spending` by type."""

    def __init__(
        self,
        figures: LearntFigures,
        start: int,
        sums: Sums,
        spending: tuple[Mapping[tuple[int, int], int], Mapping[tuple[int, int], int]],
    ) -> None:
        self.sums_, self.spending = sums, spending
        super().__init__(figures, figures.ground, figures.sharing(start))

    def _lay_out(self) -> None:
        function = self.function_ = Function("occupied", (I32,))
        self.record, self.curve = function.local(I32), function.local(I32)
        self.row, self.paid = function.local(I32), function.local(I32)
        self.apart = None if self.sums_.opening is None else function.local(I32)
        super()._lay_out()
        self.counted = {outcome: function.local() for outcome in self.sums_.outcomes}
        self.spent = {measure: function.local() for measure in self.sums_.costs}

    def function(self) -> Function:
        """The function, whole."""
        figures, function, sums = self.figures, self.function_, self.sums_
        self._begun()
        first = self._state(self.key.start)
        function.assign(
            lambda terms: dict.fromkeys((*self.counted.values(), *self.spent.values()), terms.constant(0.0))
        )
        function.get(0)
        function.set(self.row)
        if self.apart is not None:
            function.whole(0)
            function.set(self.apart)
        self._put_down(begins=True)
        self._pay()
        if first in self.states:
            self._depart()
        function.step(self.paid, sums.stride)
        self._put_down()
        if figures.periods > 1:
            with self._each_period():
                self._pay()
                self._advance()
                function.step(self.paid, sums.stride)
                self._put_down()
        terms = Terms()
        stores = [Store(sums.outcomes[o], terms.local(local), 0) for o, local in self.counted.items()]
        stores += [Store(sums.costs[m], terms.local(local), 0) for m, local in self.spent.items()]
        function.compute(terms, stores)
        return function

    def _pay(self) -> None:
        """What the period in hand costs."""
        if self.spent:
            self.function_.byte(self.sums_.switches[2])
            with self.function_.when():
                self.function_.assign(self._spend)

    def _put_down(self, begins: bool = False) -> None:
        self._add_totals(begins)
        function, sums = self.function_, self.sums_
        function.byte(sums.switches[0])
        with function.when():
            terms = self.terms = Terms()
            stores = []
            for row, group in enumerate(sums.groups):
                inside = [(state, None) for state in self.states if state.phase in group]

                def parts(kind: int, inside: list[tuple[State, Reading | None]] = inside) -> list[Term]:  # type: ignore[assignment]
                    return [terms.local(self.totals[key, kind]) for key in inside]

                share = self._mixture(parts, None)
                stores.append(Store(sums.shares + row * sums.row_bytes, share, self.row))
            function.compute(terms, stores)
        function.step(self.row, len(sums.groups) * sums.row_bytes)
        if sums.opening is not None and self.apart is not None:
            function.byte(sums.opening[0])
            with function.when():
                self._put_apart(self.apart, *sums.opening[1:])

    def _put_apart(self, apart: int, shares: int, beliefs: int) -> None:
        """Shares of all phases, and what is believed there on average: the share of the type where nobody gets."""
        function, phases = self.function_, len(self.figures.game.phases)
        terms = self.terms = Terms()
        prior, zero, stores = terms.load(self.learnt.share_at), terms.constant(0.0), list[Store]()
        inside = {state.phase: state for state in self.states}
        for phase in range(phases):
            share, belief = zero, prior
            if phase in inside:
                state = inside[phase]
                ends = (state, BELIEF) in self.layers
                sums = [self.totals[(state, BELIEF), k] if ends else self.beliefs[state, k] for k in KINDS]
                masses = [self.totals[(state, None), k] for k in KINDS]
                share, total = (self._mixture(partial(_one, terms, each), None) for each in (masses, sums))
                belief = terms.select(terms.op("gt", share, zero), terms.div(total, share), prior)
            stores.append(Store(shares + phase * SLOT, share, apart))
            stores.append(Store(beliefs + phase * SLOT, belief, apart))
        function.compute(terms, stores)
        function.step(apart, phases * SLOT)

    def _add_up(self, state: State, present: Mapping[tuple[Layer, int], int], block: int) -> None:
        """Expected numbers of outcomes."""
        function, sums = self.function_, self.sums_
        kept = self.learnt.record.kept[state.phase]
        function.byte(sums.switches[1])
        with function.when():
            terms = self.terms = Terms()
            statements = []
            for outcomes, local in self.counted.items():
                each = [places for (outcome, _), places in kept.outcomes.items() if outcome in outcomes]
                if not each:
                    continue

                def parts(kind: int, each: list[ByType] = each) -> list[Term]:
                    mass = terms.local(present[self.layers[state, None], kind])
                    return [terms.mul(mass, terms.load_at(block, places[kind])) for places in each]

                total = terms.add(terms.local(local), self._mixture(parts, None))
                statements.append(Assign(local, total))
            function.compute(terms, statements)

    def _spend(self, terms: Terms) -> dict[int, Term]:
        """Expected costs: nothing is paid, and no cost in use, where nothing is spent there."""
        zero, found = terms.constant(0.0), {}
        share = terms.load(self.learnt.share_at)
        shares = terms.sub(terms.constant(1.0), share), share
        for measure, local in self.spent.items():
            parts = [terms.local(local)]
            for state in self.states:
                for kind in KINDS:
                    place = self.spending[kind].get((measure, state.phase))
                    if place is not None:
                        here = terms.mul(shares[kind], terms.local(self.totals[(state, None), kind]))
                        paid = terms.mul(here, terms.load_at(self.paid, place))
                        parts.append(terms.select(terms.op("eq", here, zero), zero, paid))
            found[local] = terms.sum(parts)
        return found


def _one(terms: Terms, locals_: list[int], kind: int) -> list[Term]:
    """The one number of a type."""
    return [terms.local(locals_[kind])]

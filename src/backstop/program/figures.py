"""What is reported of a solved pair of worlds: shares of the phases, metrics, costs and outcomes, computed forwards.

Everything is exact, as a Markov chain over phases with the outcome probabilities of each period. A condition ("given
that a deal was signed") and the event itself are carried along as two flags, so that conditional figures are exact
too. Chains that start alike and look for the same event are computed once, and only where a switch asks for them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from backstop.game.metric import Condition, Metric
from backstop.game.tree import Game
from backstop.program.code.encoding import I32, Assign, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT, Memory
from backstop.program.recursion.plays import Record

# A condition less likely than this leaves a metric without a value in that world.
LEAST_CONDITION = 1e-9

CURVE_KINDS = ("avoid", "reach", "occupy")


@dataclass(frozen=True, slots=True)
class State:
    """A phase, whether the event has been seen, and whether the condition has."""

    phase: int
    hit: bool = False
    met: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A curve read off a chain: one number for every period 0 .. T."""

    kind: str
    members: frozenset[int]


@dataclass(frozen=True, slots=True)
class ChainKey:
    """What a chain follows: from which phase, with which event to look for and on which condition."""

    start: int
    event: frozenset[int]
    given: Condition | None


@dataclass(slots=True)
class Chain:
    """A chain, the readings taken off it, and where their curves are kept."""

    key: ChainKey
    switch: int
    readings: dict[Reading, int] = field(default_factory=dict)


class Figures:
    """The chains that some metrics need, and the functions that compute them."""

    def __init__(self, game: Game, record: Record, periods: int, period_years: float, memory: Memory) -> None:
        self.game, self.record, self.memory = game, record, memory
        self.periods, self.period_years = periods, period_years
        self.chains: dict[ChainKey, Chain] = {}

    def chain(self, metric: Metric) -> tuple[Chain, Reading]:
        """The chain and reading that a metric of any kind but `value` is taken from."""
        event = metric.members if metric.kind in ("avoid", "reach") else frozenset()
        key = ChainKey(metric.start, event, metric.given)
        chain = self.chains.setdefault(key, Chain(key, len(self.chains)))
        reading = Reading(metric.kind, metric.members)
        if reading not in chain.readings:
            chain.readings[reading] = self.memory.take(self.periods + 1)
        return chain, reading

    def function(self, chain: Chain) -> Function:
        """`chain_i()`: the curves of all readings of a chain."""
        return _Walk(self, chain).function()


class _Walk:
    """Writes the function of one chain: a loop over periods with the mass of every state in a local."""

    def __init__(self, figures: Figures, chain: Chain) -> None:
        self.figures, self.chain, self.key = figures, chain, chain.key
        self.terms = Terms()
        self.function_ = Function(f"chain_{chain.switch}")
        self.record, self.curve = self.function_.local(I32), self.function_.local(I32)
        # Without a condition what has been hit needs to be followed no further.
        self.ends_at_event = self.key.given is None and bool(self.key.event)
        given = self.key.given
        # Where the condition is to have avoided something, what has not avoided it is of no more interest.
        self.lost = given.phases if given is not None and given.kind == "avoid" else frozenset()
        self.states = self._states()
        self.mass = {state: self.function_.local() for state in self.states}
        self.sums = {
            reading: self.function_.local()
            for reading in chain.readings
            if given is None and reading.kind in ("reach", "duration", "count")
        }
        # Expected counts or years so far, on the event of being in a state, where there is a condition.
        self.gains = {
            (reading, state): self.function_.local()
            for reading in chain.readings
            if given is not None and reading.kind in ("duration", "count")
            for state in self.states
        }

    def _state(self, phase: int, hit: bool = False, met: bool = False) -> State:
        given = self.key.given
        return State(
            phase, hit or phase in self.key.event, met or (given is not None and phase in given.phases)
        )

    def _follows(self, state: State) -> bool:
        return not (state.phase in self.lost or (self.ends_at_event and state.hit))

    def _states(self) -> list[State]:
        first = self._state(self.key.start)
        found: dict[State, None] = {}
        waiting = [first] if self._follows(first) else []
        while waiting:
            state = waiting.pop()
            if state in found:
                continue
            found[state] = None
            waiting += [
                after
                for target in self.figures.record.moves[state.phase]
                if self._follows(after := self._state(target, state.hit, state.met))
            ]
        return sorted(found, key=lambda s: (s.phase, s.hit, s.met))

    def function(self) -> Function:
        figures, function = self.figures, self.function_
        terms, first = Terms(), self._state(self.key.start)
        zero, one = terms.constant(0.0), terms.constant(1.0)
        begun = [Assign(local, one if state == first else zero) for state, local in self.mass.items()]
        begun += [
            Assign(local, one if reading.kind == "reach" and first.hit else zero)
            for reading, local in self.sums.items()
        ]
        begun += [Assign(local, zero) for local in self.gains.values()]
        function.compute(terms, begun)
        self._put_down()
        function.whole(figures.record.base)
        function.set(self.record)
        with function.loop():
            self._advance()
            function.step(self.curve, SLOT)
            function.step(self.record, figures.record.stride)
            self._put_down()
            function.get(self.curve)
            function.whole(figures.periods * SLOT)
            function.integer("less")
        return function

    def _put_down(self) -> None:
        """Write the readings of the period in hand."""
        terms = self.terms = Terms()
        stores = [
            Store(place, self._read(reading), self.curve) for reading, place in self.chain.readings.items()
        ]
        self.function_.compute(terms, stores)

    def _total(self, wanted: Callable[[State], bool]) -> Term:
        return self.terms.sum([self.terms.local(m) for state, m in self.mass.items() if wanted(state)])

    def _read(self, reading: Reading) -> Term:
        terms, given, members = self.terms, self.key.given, reading.members
        if reading in self.sums:
            return terms.local(self.sums[reading])
        if given is None:
            if reading.kind == "avoid":
                return self._total(lambda state: True)
            return self._total(lambda state: state.phase in members)
        wanted = given.kind == "reach"
        condition = self._total(lambda state: state.met == wanted)
        if reading.kind in ("duration", "count"):
            value = terms.sum(
                [
                    terms.local(m)
                    for (r, state), m in self.gains.items()
                    if r == reading and state.met == wanted
                ]
            )
        elif reading.kind == "occupy":
            value = self._total(lambda state: state.met == wanted and state.phase in members)
        else:
            hit = reading.kind == "reach"
            value = self._total(lambda state: state.met == wanted and state.hit == hit)
        likely = terms.op("ge", condition, terms.constant(LEAST_CONDITION))
        return terms.select(likely, terms.div(value, condition), terms.constant(math.nan))

    def _advance(self) -> None:
        """All states one period on."""
        self.function_.assign_together(self._advanced)

    def _advanced(self, terms: Terms) -> dict[int, Term]:
        self.terms = terms
        arrived: dict[State, list[Term]] = {state: [] for state in self.states}
        gained: dict[tuple[Reading, State], list[Term]] = {key: [] for key in self.gains}
        sums = {reading: [terms.local(local)] for reading, local in self.sums.items()}
        for state in self.states:
            mass = terms.local(self.mass[state])
            for reading, parts in sums.items():
                if reading.kind == "duration" and state.phase in reading.members:
                    parts.append(terms.mul(mass, terms.constant(self.figures.period_years)))
                elif reading.kind == "count":
                    places = self.figures.record.outcomes[state.phase]
                    parts += [
                        terms.mul(mass, self._probability(places[o]))
                        for o in sorted(reading.members)
                        if o in places
                    ]
            if self.figures.game.plays[state.phase] is None:
                arrived[state].append(mass)
                self._carry_gains(state, state, None, gained)
            for target, place in self.figures.record.moves[state.phase].items():
                after = self._state(target, state.hit, state.met)
                moved = terms.mul(mass, self._probability(place))
                if after in arrived:
                    arrived[after].append(moved)
                    self._carry_gains(state, after, place, gained)
                elif self.ends_at_event and after.hit:
                    for reading, parts in sums.items():
                        if reading.kind == "reach":
                            parts.append(moved)
        return {
            **{self.mass[state]: terms.sum(parts) for state, parts in arrived.items()},
            **{self.sums[reading]: terms.sum(parts) for reading, parts in sums.items()},
            **{self.gains[key]: terms.sum(parts) for key, parts in gained.items()},
        }

    def _carry_gains(
        self,
        state: State,
        after: State,
        place: int | None,
        gained: dict[tuple[Reading, State], list[Term]],
    ) -> None:
        """What has been counted goes along with the mass, and what is counted now as well."""
        terms, mass = self.terms, self.terms.local(self.mass[state])
        for reading in {reading: None for reading, _ in self.gains}:
            gain = terms.local(self.gains[reading, state])
            if reading.kind == "duration" and state.phase in reading.members:
                gain = terms.add(gain, terms.mul(mass, terms.constant(self.figures.period_years)))
            if place is None:
                gained[reading, after].append(gain)
                continue
            gained[reading, after].append(terms.mul(gain, self._probability(place)))
            if reading.kind == "count":
                own, following = self.figures.record.outcomes[state.phase], self.figures.game.next_phase
                for outcome in sorted(reading.members):
                    if outcome in own and following[outcome] == after.phase:
                        counted = self._probability(own[outcome])
                        gained[reading, after].append(terms.mul(mass, counted))

    def _probability(self, place: int) -> Term:
        """A probability of the period in hand."""
        return self.terms.load_at(self.record, place)


@dataclass(frozen=True, slots=True)
class Sums:
    """What is summed up along the shares of the phases from the start, and where it goes.

    Rows of output: `shares` for every phase and period, `outcomes` and `costs` by index. `switches`: the bytes that ask
    for shares, outcomes and costs. `spending[m, k]`: what a period in phase k costs by measure m, within a period
    `stride` long.
    """

    shares: int
    outcomes: Mapping[int, int]
    costs: Mapping[int, int]
    row_bytes: int
    switches: tuple[int, int, int]
    spending: Mapping[tuple[int, int], int]
    stride: int


def occupied(figures: Figures, start: int, sums: Sums) -> Function:
    """`occupied(pair)`: shares of the phases, outcomes and costs, as far as they are asked for."""
    return _Occupied(figures, start, sums).function()


class _Occupied(_Walk):
    """Writes the shares of the phases and what is summed up along them."""

    def __init__(self, figures: Figures, start: int, sums: Sums) -> None:
        super().__init__(figures, Chain(ChainKey(start, frozenset(), None), 0))
        self.sums_, self.function_ = sums, Function("occupied", (I32,))
        function = self.function_
        self.record, self.row, self.paid = (function.local(I32) for _ in range(3))
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
        stores = [Store(sums.outcomes[o], terms.local(local), 0) for o, local in self.counted.items()]
        stores += [Store(sums.costs[m], terms.local(local), 0) for m, local in self.spent.items()]
        function.compute(terms, stores)
        return function

    def _put_down(self) -> None:
        function, sums, phases = self.function_, self.sums_, range(len(self.figures.game.phases))
        function.byte(sums.switches[0])
        with function.when():
            terms = Terms()
            zero = terms.constant(0.0)
            shares = [terms.local(self.here[k]) if k in self.here else zero for k in phases]
            function.compute(
                terms, [Store(sums.shares + k * sums.row_bytes, shares[k], self.row) for k in phases]
            )
        function.step(self.row, len(phases) * sums.row_bytes)

    def _count(self, terms: Terms) -> dict[int, Term]:
        """Expected numbers of outcomes."""
        self.terms, found = terms, {}
        for outcome, local in self.counted.items():
            parts = [terms.local(local)]
            for phase, share in self.here.items():
                place = self.figures.record.outcomes[phase].get(outcome)
                if place is not None:
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

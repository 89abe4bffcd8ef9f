"""What is reported of a solved pair of worlds: shares of the phases, metrics, costs and outcomes, computed forwards.

Everything is exact, as a Markov chain over phases with the outcome probabilities of each period. A condition ("given
that a deal was signed") and the event itself are carried along as two flags, so that conditional figures are exact
too. Chains that start alike and look for the same event are computed once, and only where a switch asks for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from backstop.game.metric import SLIP_KINDS, Condition, Metric
from backstop.game.tree import Game
from backstop.program.code.encoding import I32, Assign, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT, Memory
from backstop.program.mixture import Mixture, ratio
from backstop.program.recursion.play import NOBODY
from backstop.program.recursion.record import Record

# A condition less likely than this leaves a metric without a value in that world.
LEAST_CONDITION = 1e-9

CURVE_KINDS = ("avoid", "reach", "occupy", "belief")


@dataclass(frozen=True, slots=True)
class State:
    """A phase, whether the event has been seen, and whether the condition has.

    `by`: who slipped first in the play that brought the event about, where that is followed; NOBODY did.
    """

    phase: int
    hit: bool = False
    met: bool = False
    by: int = NOBODY


@dataclass(frozen=True, slots=True)
class Reading:
    """A curve read off a chain: one number for every period 0 .. T.

    `by`: only what a play brought about in which this actor slipped first; None: all. `within`: the phases in which
    outcomes are counted; None: all. `type`: given this type of the actor who has a hidden one; None: both mixed.
    """

    kind: str
    members: frozenset[int]
    by: int | None = None
    within: frozenset[int] | None = None
    type: int | None = None


@dataclass(frozen=True, slots=True)
class ChainKey:
    """What a chain follows: from which phase, with which event to look for, on which condition, and for which type."""

    start: int
    event: frozenset[int]
    given: Condition | None
    type: int | None = None


@dataclass(slots=True)
class Chain:
    """A chain, the readings taken off it, and where their curves are kept.

    `condition`: where the curve of how likely the condition is is kept, where it is kept apart.
    """

    key: ChainKey
    switch: int
    readings: dict[Reading, int] = field(default_factory=dict)
    condition: int | None = None

    @property
    def splits(self) -> bool:
        """Whether events are told apart by who slipped."""
        return any(reading.by is not None for reading in self.readings)


class Figures:
    """The chains that some metrics need, and the functions that compute them."""

    def __init__(
        self,
        game: Game,
        record: Record,
        periods: int,
        period_years: float,
        memory: Memory,
        mixture: Mixture | None = None,
    ) -> None:
        self.mixture = mixture
        self.game, self.record, self.memory = game, record, memory
        self.periods, self.period_years = periods, period_years
        self.chains: dict[ChainKey, Chain] = {}

    def chain(self, metric: Metric) -> tuple[Chain, Reading]:
        """The chain and reading that a metric of any kind but `value` is taken from."""
        key = self.key(metric)
        chain = self.chains.setdefault(key, Chain(key, len(self.chains)))
        if self.mixture is not None and metric.given is not None and chain.condition is None:
            chain.condition = self.memory.take(self.periods + 1)
        return chain, self._reading(chain, self.reading(metric))

    def key(self, metric: Metric) -> ChainKey:
        """What the chain of a metric follows."""
        event = metric.members if metric.kind in ("avoid", "reach") else frozenset()
        return ChainKey(metric.start, event, metric.given, metric.type)

    def reading(self, metric: Metric) -> Reading:
        """What is read off the chain for a metric."""
        return Reading(metric.kind, metric.members, None, metric.within)

    def slips(self, metric: Metric) -> dict[int, Reading]:
        """By actor: how far the event of a metric (of what it avoids, or counts) comes with a first slip by the actor.

        Nothing for metrics of other kinds, and where slips are not kept.
        """
        if metric.kind not in SLIP_KINDS or not self.has_slips:
            return {}
        kind = "count" if metric.kind == "count" else "reach"
        chain, found = self.chain(metric)
        actors = self.slippers
        return {actor: self._reading(chain, replace(found, kind=kind, by=actor)) for actor in actors}

    @property
    def has_slips(self) -> bool:
        """Whether slips are kept."""
        return bool(self.record.slips)

    @property
    def slippers(self) -> list[int]:
        """Actors whose slips are kept."""
        return sorted({actor for slips in self.record.slips for _, actor in slips})

    def _reading(self, chain: Chain, reading: Reading) -> Reading:
        if reading not in chain.readings:
            chain.readings[reading] = self.memory.take(self.periods + 1)
        return reading

    def lay_out(self) -> None:
        """Take the memory that chains need beside their curves, once all of them are known."""

    def function(self, chain: Chain) -> Function:
        """`chain_i()`: the curves of all readings of a chain."""
        return Walk(self, chain).function()


class Walk:
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

    def _state(self, phase: int, before: State | None = None, by: int = NOBODY) -> State:
        """The state that is come to; `by`: who slipped first in the play that led there."""
        given = self.key.given
        hit = before is not None and before.hit
        met = before is not None and before.met
        if hit and before is not None:
            by = before.by
        elif phase not in self.key.event:
            by = NOBODY
        hit = hit or phase in self.key.event
        return State(phase, hit, met or (given is not None and phase in given.phases), by)

    def _ways(self, state: State) -> list[tuple[State, int, Term]]:
        """What a state leads to: the next state, the phase's place among the moves, and the probability."""
        terms, record = self.terms, self.figures.record
        if self.figures.game.plays[state.phase] is None:
            return []
        found = []
        for target, place in record.moves[state.phase].items():
            whole = self._probability(place)
            new = target in self.key.event and not state.hit
            if new and self.chain.splits and not self.ends_at_event:
                parts = record.slip_moves[state.phase][target]
                slipped = {actor: self._probability(at) for actor, at in parts.items()}
                found += [(self._state(target, state, actor), target, p) for actor, p in slipped.items()]
                whole = terms.sub(whole, terms.sum(list(slipped.values())))
            found.append((self._state(target, state), target, whole))
        return found

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
            waiting += [after for after, _, _ in self._ways(state) if self._follows(after)]
        return sorted(found, key=lambda s: (s.phase, s.hit, s.met, s.by))

    def function(self) -> Function:
        """The function, whole."""
        figures, function = self.figures, self.function_
        terms, first = Terms(), self._state(self.key.start)
        zero, one = terms.constant(0.0), terms.constant(1.0)
        begun = [Assign(local, one if state == first else zero) for state, local in self.mass.items()]
        begun += [
            Assign(local, one if reading.kind == "reach" and first.hit and reading.by is None else zero)
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
        found = {place: self._read(reading) for reading, place in self.chain.readings.items()}
        mixture = self.figures.mixture
        if mixture is not None:
            if self.chain.condition is not None:
                found[self.chain.condition] = self._condition()
            for place, value in found.items():
                before = terms.load_at(self.curve, place)
                found[place] = mixture.added(terms, before, value, self.key.type)
        stores = [Store(place, value, self.curve) for place, value in found.items()]
        self.function_.compute(terms, stores)

    def _total(self, wanted: Callable[[State], bool]) -> Term:
        return self.terms.sum([self.terms.local(m) for state, m in self.mass.items() if wanted(state)])

    def _read(self, reading: Reading) -> Term:
        terms, given, members = self.terms, self.key.given, reading.members
        if reading in self.sums:
            return terms.local(self.sums[reading])
        if reading.kind == "belief":
            return self._believed(reading)
        if given is None:
            if reading.kind == "avoid":
                return self._total(lambda state: True)
            return self._total(lambda state: state.phase in members)
        wanted = given.kind == "reach"
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
            hit, by = reading.kind == "reach", reading.by
            value = self._total(
                lambda state: state.met == wanted and state.hit == hit and by in (None, state.by)
            )
        if self.chain.condition is not None:
            return value
        return ratio(terms, value, self._condition(), LEAST_CONDITION)

    def _condition(self) -> Term:
        """How likely the condition is."""
        given = self.key.given
        return self._total(lambda state: given is None or state.met == (given.kind == "reach"))

    def _believed(self, reading: Reading) -> Term:
        """Where everybody knows the type: whether the type in hand is the one asked for."""
        mixture, (type_,) = self.figures.mixture, reading.members
        assert mixture is not None
        return self.terms.mul(self._condition(), self.terms.load(mixture.now[type_]))

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
                    parts += [terms.mul(mass, p) for p, _ in self._counted(state.phase, reading)]
            if self.figures.game.plays[state.phase] is None:
                arrived[state].append(mass)
                self._carry_gains(state, state, None, None, gained)
            for after, target, probability in self._ways(state):
                if after in arrived:
                    arrived[after].append(terms.mul(mass, probability))
                    self._carry_gains(state, after, target, probability, gained)
                elif self.ends_at_event and after.hit:
                    for reading, parts in sums.items():
                        if reading.kind == "reach" and reading.by is None:
                            parts.append(terms.mul(mass, probability))
                        elif reading.kind == "reach":
                            at = self.figures.record.slip_moves[state.phase][target].get(reading.by or 0)
                            parts += [] if at is None else [terms.mul(mass, self._probability(at))]
        return {
            **{self.mass[state]: terms.sum(parts) for state, parts in arrived.items()},
            **{self.sums[reading]: terms.sum(parts) for reading, parts in sums.items()},
            **{self.gains[key]: terms.sum(parts) for key, parts in gained.items()},
        }

    def _counted(self, phase: int, reading: Reading) -> list[tuple[Term, int]]:
        """Probabilities of the outcomes that a reading counts in a phase, and the phases they lead to."""
        record, following = self.figures.record, self.figures.game.next_phase[phase]
        found: list[tuple[Term, int]] = []
        if reading.within is not None and phase not in reading.within:
            return found
        for outcome in sorted(reading.members):
            if reading.by is None:
                place = record.outcomes[phase].get(outcome)
            else:
                place = record.slips[phase].get((outcome, reading.by))
            if place is not None:
                found.append((self._probability(place), following[outcome]))
        return found

    def _carry_gains(
        self,
        state: State,
        after: State,
        target: int | None,
        probability: Term | None,
        gained: dict[tuple[Reading, State], list[Term]],
    ) -> None:
        """What has been counted goes along with the mass, and what is counted now as well."""
        terms, mass = self.terms, self.terms.local(self.mass[state])
        for reading in {reading: None for reading, _ in self.gains}:
            gain = terms.local(self.gains[reading, state])
            if reading.kind == "duration" and state.phase in reading.members:
                gain = terms.add(gain, terms.mul(mass, terms.constant(self.figures.period_years)))
            if probability is None:
                gained[reading, after].append(gain)
                continue
            gained[reading, after].append(terms.mul(gain, probability))
            if reading.kind == "count":
                counted = [p for p, following in self._counted(state.phase, reading) if following == target]
                gained[reading, after] += [terms.mul(mass, p) for p in counted]

    def _probability(self, place: int) -> Term:
        """A probability of the period in hand."""
        return self.terms.load_at(self.record, place)

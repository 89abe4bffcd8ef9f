"""The states of a scenario's process: its phases, each with what the facts are in it, as far as they can be reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from backstop.base.faults import InvalidInput, Place
from backstop.scenario.expression.expression import evaluate, parse
from backstop.scenario.format import scenario as form
from backstop.scenario.format.fields import Expr
from backstop.scenario.plays import Occurrence

MOST_STATES = 2_000
"""Most phases that a scenario may come to once they are told apart by facts."""

# Where there are more than that, they are counted on up to here, to say how many.
_MOST_COUNTED = 100_000


@dataclass(frozen=True, slots=True)
class State:
    """A phase (its index in the file) with the number that every fact is while it lasts."""

    phase: int
    facts: Mapping[str, float]


def states_of(
    scenario: form.Scenario,
    occurrences: Sequence[Occurrence],
    ending_in: Sequence[Iterable[int]],
    place: Place,
) -> tuple[tuple[State, ...], tuple[Mapping[int, int], ...]]:
    """All states in the order of the phases of the file, and for each of them which state follows an outcome in it.

    `occurrences[o]` are the outcomes of the game, and `ending_in[k]` those in which the play of phase k can end.
    Without facts every phase of the file is a state. With them the states are those that can be reached, whatever the
    probabilities, from the start or from a phase that a metric counts from, where the facts are as at the start.
    Raises InvalidInput, at `place`, where there are more than 2,000.
    """
    return _Search(scenario, occurrences, ending_in).found(place)


class _Search:
    """Finds states as a phase and the numbers of the facts, in their order in the file."""

    def __init__(
        self, scenario: form.Scenario, occurrences: Sequence[Occurrence], ending_in: Sequence[Iterable[int]]
    ) -> None:
        self.scenario, self.occurrences = scenario, occurrences
        self.ending_in = [tuple(dict.fromkeys(outcomes)) for outcomes in ending_in]
        self.phases = {name: index for index, name in enumerate(scenario.phases)}
        self.outcomes = tuple(scenario.outcomes.items())

    def found(self, place: Place) -> tuple[tuple[State, ...], tuple[Mapping[int, int], ...]]:
        scenario, facts = self.scenario, self.scenario.facts
        begun = tuple(fact.number_of(fact.start) or 0.0 for fact in facts.values())
        if facts:
            starts = [scenario.start, *(m.from_ for m in scenario.metrics.values() if m.from_ is not None)]
            waiting = [(self.phases[name], begun) for name in dict.fromkeys(starts)]
        else:
            waiting = [(phase, begun) for phase in range(len(self.phases))]
        reached = dict.fromkeys(waiting)
        while waiting:
            phase, numbers = waiting.pop()
            for outcome in self.ending_in[phase]:
                after = self._after(outcome, numbers)
                if after not in reached:
                    reached[after] = None
                    waiting.append(after)
            if len(reached) > _MOST_COUNTED:
                break
        if len(reached) > MOST_STATES and facts:
            many = f"more than {_MOST_COUNTED:,}" if len(reached) > _MOST_COUNTED else f"{len(reached):,}"
            raise InvalidInput(
                f"the facts tell {many} phases apart that can be reached, and {MOST_STATES:,} is the limit",
                place=place,
                hint="give facts fewer values, clocks a lower count, or leave a fact out",
            )
        order = {state: index for index, state in enumerate(sorted(reached))}
        states = [State(phase, MappingProxyType(dict(zip(facts, n, strict=True)))) for phase, n in order]
        following = [
            MappingProxyType({o: order[self._after(o, numbers)] for o in self.ending_in[phase]})
            for phase, numbers in order
        ]
        return tuple(states), tuple(following)

    def _after(self, index: int, numbers: tuple[float, ...]) -> tuple[int, tuple[float, ...]]:
        """What follows an outcome: the next phase, and the facts as the outcome leaves them."""
        occurrence = self.occurrences[index]
        name, outcome = self.outcomes[occurrence.outcome]
        after = []
        for number, (fact_name, fact) in zip(numbers, self.scenario.facts.items(), strict=True):
            written = outcome.sets.get(fact_name)
            if written is not None:
                if isinstance(written, str):
                    written = occurrence.offers.get(written, written)
                number = fact.number_of(written) or 0.0
            elif fact.counts is not None:
                number = 0.0 if name in (fact.resets or ()) else min(number + 1.0, float(fact.counts))
            after.append(number)
        return self.phases[outcome.next], tuple(after)


def state_name(scenario: form.Scenario, state: State) -> str:
    """What a state is called: its phase, and what the facts are in it: `peace[guarantee=full, age=3]`."""
    phase = tuple(scenario.phases)[state.phase]
    told = ", ".join(f"{n}={scenario.facts[n].label(number)}" for n, number in state.facts.items())
    return f"{phase}[{told}]" if told else phase


def where_true(states: Sequence[State], formula: Expr | None) -> frozenset[int]:
    """The states in which a formula over facts is true; all where there is none."""
    if formula is None:
        return frozenset(range(len(states)))
    expression = parse(formula)
    return frozenset(
        index for index, state in enumerate(states) if evaluate(expression, state.facts.__getitem__) != 0.0
    )

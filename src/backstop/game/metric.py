"""Exact metrics of a solved world: probabilities, expected counts and durations, also on a condition.

The process is followed forwards as a Markov chain over phases. Two flags are carried along: whether a phase of the
metric has been visited, and whether a phase of its condition has; so conditional figures are exact too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from backstop.game.process import Solution

Kind = Literal["avoid", "reach", "occupy", "count", "duration", "value"]

LEAST_CONDITION = 1e-9
"""A condition less likely than this leaves a metric without a value."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`reach`: one of `phases` has been visited by the same date; `avoid`: none has."""

    kind: Literal["reach", "avoid"]
    phases: frozenset[int]


@dataclass(frozen=True, slots=True)
class Metric:
    """What is measured from phase `start` at period 0 up to the beginning of period `until`.

    `members` are phases; the outcomes of `count`; the one actor of `value`, which has no date and no condition.
    """

    kind: Kind
    members: frozenset[int]
    start: int
    until: int
    given: Condition | None = None


def figure(solution: Solution, metric: Metric) -> float:
    """The metric; not a number where its condition has a probability under 1e-9."""
    if metric.kind == "value":
        (actor,) = metric.members
        return solution.value(metric.start, actor)
    return curve(solution, metric)[metric.until]


def curve(solution: Solution, metric: Metric) -> list[float]:
    """The metric as of each period 0 .. T, whatever its date; every kind but `value`."""
    forward = _Forward(solution, metric)
    found = [forward.figure()]
    for period in range(len(solution.periods)):
        forward.advance(period)
        found.append(forward.figure())
    return found


@dataclass(frozen=True, slots=True)
class _State:
    """A phase, with whether a phase of the metric and one of its condition have been visited so far."""

    phase: int
    visited: bool
    met: bool


@dataclass(slots=True)
class _Forward:
    """Probability by state, and the expected count or years so far on the event of being in that state."""

    solution: Solution
    metric: Metric
    mass: dict[_State, float] = field(init=False)
    gain: dict[_State, float] = field(init=False)

    def __post_init__(self) -> None:
        start = self._state(self.metric.start)
        self.mass, self.gain = {start: 1.0}, {start: 0.0}

    def _state(self, phase: int, before: _State | None = None) -> _State:
        given = self.metric.given
        visited = self.metric.kind in ("avoid", "reach") and phase in self.metric.members
        met = given is not None and phase in given.phases
        if before is not None:
            visited, met = visited or before.visited, met or before.met
        return _State(phase, visited, met)

    def advance(self, period: int) -> None:
        """Go through one period."""
        metric, world = self.metric, self.solution.world
        mass: dict[_State, float] = {}
        gain: dict[_State, float] = {}

        def arrive(state: _State, probability: float, gained: float) -> None:
            mass[state] = mass.get(state, 0.0) + probability
            gain[state] = gain.get(state, 0.0) + gained

        for state, here in self.mass.items():
            so_far = self.gain[state]
            if metric.kind == "duration" and state.phase in metric.members:
                so_far += here * world.period_years
            if world.game.plays[state.phase] is None:
                arrive(self._state(state.phase, state), here, so_far)
            for outcome, probability in self.solution.outcomes[period][state.phase].items():
                counted = here if metric.kind == "count" and outcome in metric.members else 0.0
                arrive(
                    self._state(world.game.next_phase[outcome], state),
                    here * probability,
                    (so_far + counted) * probability,
                )
        self.mass, self.gain = mass, gain

    def figure(self) -> float:
        """The metric as of now."""
        given = self.metric.given
        states = [state for state in self.mass if given is None or state.met == (given.kind == "reach")]
        total = sum(self._counted(state) for state in states)
        if given is None:
            return total
        condition = sum(self.mass[state] for state in states)
        return total / condition if condition >= LEAST_CONDITION else math.nan

    def _counted(self, state: _State) -> float:
        """What a state adds to the metric."""
        if self.metric.kind in ("count", "duration"):
            return self.gain[state]
        if self.metric.kind == "occupy":
            counts = state.phase in self.metric.members
        else:
            counts = state.visited == (self.metric.kind == "reach")
        return self.mass[state] if counts else 0.0

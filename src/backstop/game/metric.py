"""Exact metrics of a solved world: probabilities, expected counts and durations, also on a condition.

The process is followed forwards as a Markov chain over phases. Two flags are carried along: whether a phase of the
metric has been visited, and whether a phase of its condition has; so conditional figures are exact too.

The event of a metric (what `reach` looks for, `avoid` avoids and `count` counts) splits by who slipped first in the
play that brings it about: the parts of all actors and of nobody sum to its probability, or to its expected number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from backstop.game.process import Course, Solution
from backstop.game.slips import NOBODY, Records, slip_records

Kind = Literal["avoid", "reach", "occupy", "count", "duration", "value", "belief"]

SLIP_KINDS = ("avoid", "reach", "count")
"""Metrics that are about an event."""

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

    `members` are phases; the outcomes of `count`, which happen in phases `within` (None: all); the one actor of
    `value`, which has no date and no condition; the one type of `belief`. `type`: on condition that the actor with
    hidden types is of this one.
    """

    kind: Kind
    members: frozenset[int]
    start: int
    until: int
    given: Condition | None = None
    within: frozenset[int] | None = None
    type: int | None = None

    def counts(self, phase: int, outcome: int) -> bool:
        """Whether a metric that counts outcomes counts this one, where it ends the play of a phase."""
        return outcome in self.members and (self.within is None or phase in self.within)


def figure(solution: Solution, metric: Metric) -> float:
    """The metric; not a number where its condition has a probability under 1e-9."""
    if metric.kind == "value":
        (actor,) = metric.members
        return solution.value(metric.start, actor)
    return curve(solution, metric)[metric.until]


def by_first_slip(solution: Solution, metric: Metric, records: Records | None = None) -> dict[int, float]:
    """The event of a metric of the `SLIP_KINDS` by who slipped first in the play that brings it about.

    A probability for `reach` and `avoid` (of what is avoided: together 1 less the metric), an expected number for
    `count`, on the metric's condition where it has one. What NOBODY's slip began comes without any; what is so from
    the start, no play has brought about. `records`: of `slip_records`, where they are at hand.
    """
    records = slip_records(solution) if records is None else records
    actors = {actor for period in records for split in period for _, actor in split}
    found = {}
    for actor in sorted({NOBODY, *actors}):
        forward = _Forward(solution, metric, actor, records)
        for period in range(metric.until):
            forward.advance(period)
        found[actor] = forward.figure()
    return found


def curve(solution: Solution, metric: Metric) -> list[float]:
    """The metric as of each period 0 .. T, whatever its date; every kind but `value`."""
    return [
        event / condition if condition >= LEAST_CONDITION else math.nan
        for event, condition in parts(solution, metric)
    ]


def parts(course: Course, metric: Metric) -> list[tuple[float, float]]:
    """Of each period 0 .. T, the figure on the event of the metric's condition, and how likely the condition is."""
    forward = _Forward(course, metric)
    found = [(forward.event(), forward.condition())]
    for period in range(len(course.outcomes)):
        forward.advance(period)
        found.append((forward.event(), forward.condition()))
    return found


@dataclass(frozen=True, slots=True)
class _State:
    """A phase, with whether a phase of the metric and one of its condition have been visited so far.

    `followed`: whether the visit was brought about in a way that is followed.
    """

    phase: int
    visited: bool
    met: bool
    followed: bool


@dataclass(slots=True)
class _Forward:
    """Probability by state, and the expected count or years so far on the event of being in that state.

    `by`: only the event of the metric is followed, and only where this actor's slip was the first in the play that
    brings it about, by the `records`; None: the metric itself.
    """

    course: Course
    metric: Metric
    by: int | None = None
    records: Records = ()
    mass: dict[_State, float] = field(init=False)
    gain: dict[_State, float] = field(init=False)

    def __post_init__(self) -> None:
        start = self._state(self.metric.start, None, self.by in (None, NOBODY))
        self.mass, self.gain = {start: 1.0}, {start: 0.0}

    def _state(self, phase: int, before: _State | None, followed: bool) -> _State:
        """The state that is come to; `followed`: whether the play that leads there is."""
        given = self.metric.given
        visited = self.metric.kind in ("avoid", "reach") and phase in self.metric.members
        met = given is not None and phase in given.phases
        followed = visited and followed
        if before is not None:
            followed = before.followed if before.visited else followed
            visited, met = visited or before.visited, met or before.met
        return _State(phase, visited, met, followed)

    def _ways(self, period: int, phase: int) -> Iterator[tuple[int, float, bool]]:
        """Outcomes of the play of a phase with their probabilities, and whether a way to them is followed."""
        if self.by is None:
            for outcome, probability in self.course.outcomes[period][phase].items():
                yield outcome, probability, True
            return
        for (outcome, first), probability in self.records[period][phase].items():
            yield outcome, probability, first == self.by

    def advance(self, period: int) -> None:
        """Go through one period."""
        metric, course = self.metric, self.course
        mass: dict[_State, float] = {}
        gain: dict[_State, float] = {}

        def arrive(state: _State, probability: float, gained: float) -> None:
            mass[state] = mass.get(state, 0.0) + probability
            gain[state] = gain.get(state, 0.0) + gained

        for state, here in self.mass.items():
            so_far = self.gain[state]
            if metric.kind == "duration" and state.phase in metric.members:
                so_far += here * course.period_years
            if course.game.plays[state.phase] is None:
                arrive(self._state(state.phase, state, False), here, so_far)
            for outcome, probability, followed in self._ways(period, state.phase):
                is_counted = metric.kind == "count" and followed and metric.counts(state.phase, outcome)
                counted = here if is_counted else 0.0
                arrive(
                    self._state(course.game.next_phase[state.phase][outcome], state, followed),
                    here * probability,
                    (so_far + counted) * probability,
                )
        self.mass, self.gain = mass, gain

    def figure(self) -> float:
        """The figure as of now."""
        event, condition = self.event(), self.condition()
        return event / condition if condition >= LEAST_CONDITION else math.nan

    def _states(self) -> list[_State]:
        """The states in which the condition is met."""
        given = self.metric.given
        return [state for state in self.mass if given is None or state.met == (given.kind == "reach")]

    def event(self) -> float:
        """The figure as of now, on the event of its condition."""
        return sum(self._counted(state) for state in self._states())

    def condition(self) -> float:
        """How likely the condition is; 1 where there is none."""
        return 1.0 if self.metric.given is None else sum(self.mass[state] for state in self._states())

    def _counted(self, state: _State) -> float:
        """What a state adds to the figure."""
        if self.metric.kind in ("count", "duration"):
            return self.gain[state]
        if self.metric.kind == "belief":
            (type_,), second = self.metric.members, self.course.beliefs[state.phase]
            return self.mass[state] * (second if type_ == 1 else 1.0 - second)
        if self.by is not None:
            counts = state.visited and state.followed
        elif self.metric.kind == "occupy":
            counts = state.phase in self.metric.members
        else:
            counts = state.visited == (self.metric.kind == "reach")
        return self.mass[state] if counts else 0.0

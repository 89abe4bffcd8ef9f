"""Exact metrics of a solved process: probabilities, expected counts and durations, also on a condition.

Everything is computed forwards as a Markov chain over phases with the outcome probabilities of each period; there is
no simulation. A condition ("given that a deal was signed") and the event itself are carried along as two flags, so
that conditional figures are exact too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from backstop.game.process import Solution
from backstop.game.stage import Array

Kind = Literal["avoid", "reach", "occupy", "count", "duration"]

# A condition less likely than this leaves a metric without a value in that world.
LEAST_CONDITION = 1e-9

# What an absorbing phase does, with probability 1.
_CERTAIN = np.ones(1)


@dataclass(frozen=True, slots=True)
class Condition:
    """`reach`: one of `phases` has been visited by the same date; `avoid`: none has."""

    kind: Literal["reach", "avoid"]
    phases: frozenset[int]


@dataclass(frozen=True, slots=True)
class Measure:
    """What to compute from phase `start`: `members` are phases, or outcomes for `count`."""

    kind: Kind
    members: frozenset[int]
    start: int
    given: Condition | None = None


Transitions = tuple[tuple[tuple[int, int, Array], ...], ...]


def transitions(solution: Solution) -> Transitions:
    """By period: (from phase, to phase, probability of shape (B,)) for every move that can happen."""
    game = solution.game
    found = []
    for plays in solution.outcomes:
        moves: dict[tuple[int, int], Array] = {}
        for phase, outcomes in enumerate(plays):
            if game.plays[phase] is None:
                moves[phase, phase] = _CERTAIN
            for outcome, probability in outcomes.items():
                key = (phase, game.next_phase[outcome])
                known = moves.get(key)
                moves[key] = probability if known is None else known + probability
        found.append(tuple((source, target, p) for (source, target), p in moves.items()))
    return tuple(found)


class Record:
    """What a solved process does, with everything that several measures share computed once.

    `period_years` is the length of a period.
    """

    def __init__(self, solution: Solution, period_years: float) -> None:
        self.solution, self.period_years = solution, period_years
        self._transitions = transitions(solution)
        self._shares: dict[int, Array] = {}
        self._reachable: dict[int, list[frozenset[int]]] = {}
        self._visits: dict[tuple[int, frozenset[int]], tuple[Array, Array]] = {}
        self._room = np.empty(solution.worlds)

    def shares(self, start: int) -> Array:
        """Probability of being in each phase at periods 0 .. T from phase `start`, shape (T + 1, phases, B)."""
        if start not in self._shares:
            found = np.zeros(
                (self.solution.periods + 1, len(self.solution.game.phases), self.solution.worlds)
            )
            found[0, start] = 1.0
            for period, moves in enumerate(self._transitions):
                here, later = found[period], found[period + 1]
                reached = self._reached(start, period)
                for source, target, probability in moves:
                    if source not in reached:
                        continue
                    if probability is _CERTAIN:
                        later[target] += here[source]
                    else:
                        later[target] += np.multiply(here[source], probability, out=self._room)
            self._shares[start] = found
        return self._shares[start]

    def _reached(self, start: int, period: int) -> frozenset[int]:
        """Phases that can have been reached from `start` by `period`: the others have no mass to move."""
        sets = self._reachable.setdefault(start, [frozenset({start})])
        while len(sets) <= period:
            here = sets[-1]
            sets.append(
                here | {target for source, target, _ in self._transitions[len(sets) - 1] if source in here}
            )
        return sets[period]

    def expected_outcomes(self, start: int) -> Array:
        """Expected number of occurrences of every outcome over the horizon, shape (outcomes, B)."""
        occupied = self.shares(start)
        total = np.zeros((len(self.solution.game.outcomes), self.solution.worlds))
        for period, plays in enumerate(self.solution.outcomes):
            for phase in self._reached(start, period):
                for outcome, probability in plays[phase].items():
                    total[outcome] += np.multiply(occupied[period, phase], probability, out=self._room)
        return total

    def curve(self, measure: Measure) -> Array:
        """The metric as of each period 0 .. T, shape (T + 1, B); NaN where its condition has no probability."""
        if measure.given is not None:
            return _conditional(self.solution, self._transitions, measure, measure.given, self.period_years)
        if measure.kind in ("avoid", "reach"):
            avoided, reached = self._first_visits(measure.start, measure.members)
            return avoided if measure.kind == "avoid" else reached
        known, members = self.shares(measure.start), sorted(measure.members)
        if measure.kind == "occupy":
            return np.asarray(known[:, members].sum(axis=1))
        total = np.zeros((self.solution.periods + 1, self.solution.worlds))
        if measure.kind == "duration":
            np.cumsum(self.period_years * known[:-1][:, members].sum(axis=1), axis=0, out=total[1:])
            return total
        for period, plays in enumerate(self.solution.outcomes):
            total[period + 1] = total[period]
            for phase, outcomes in enumerate(plays):
                for outcome in measure.members & outcomes.keys():
                    total[period + 1] += known[period, phase] * outcomes[outcome]
        return total

    def _first_visits(self, start: int, members: frozenset[int]) -> tuple[Array, Array]:
        """Probability of never having been in the members, and of having been there, at periods 0 .. T."""
        if (start, members) in self._visits:
            return self._visits[start, members]
        shape = (len(self.solution.game.phases), self.solution.worlds)
        left, later = np.zeros(shape), np.zeros(shape)
        avoided = np.empty((self.solution.periods + 1, self.solution.worlds))
        reached = np.zeros_like(avoided)
        if start in members:
            reached[0] = 1.0
        else:
            left[start] = 1.0
        avoided[0] = left.sum(axis=0)
        for period, moves in enumerate(self._transitions):
            later[...] = 0.0
            arrived = reached[period + 1]
            arrived[...] = reached[period]
            for source, target, probability in moves:
                if source in members or source not in self._reached(start, period):
                    continue
                moved = np.multiply(left[source], probability, out=self._room)
                if target in members:
                    arrived += moved
                else:
                    later[target] += moved
            left, later = later, left
            avoided[period + 1] = left.sum(axis=0)
        self._visits[start, members] = avoided, reached
        return avoided, reached


@dataclass(slots=True)
class _Track:
    """Mass (and expected gain so far) by phase, for one combination of the two flags.

    `occupied`: the phases that can have mass at all.
    """

    mass: Array
    gain: Array
    occupied: set[int]


def _conditional(
    solution: Solution, moves: Transitions, measure: Measure, given: Condition, period_years: float
) -> Array:
    """A metric on a condition, with flags for the event and for the condition carried along."""
    game, shape = solution.game, (len(solution.game.phases), solution.worlds)
    event = measure.members if measure.kind in ("avoid", "reach") else frozenset()
    carries_gain = measure.kind in ("count", "duration")
    State = dict[tuple[bool, bool], _Track]

    # Where the condition is to have avoided something, what has not avoided it is of no more interest.
    lost = given.phases if given.kind == "avoid" else frozenset[int]()

    def flags(phase: int, hit: bool, met: bool) -> tuple[bool, bool]:
        return hit or phase in event, met or phase in given.phases

    def track(state: State, key: tuple[bool, bool]) -> _Track:
        if key not in state:
            room = np.zeros(shape)
            state[key] = _Track(room, np.zeros(shape) if carries_gain else room, set())
        return state[key]

    state: State = {}
    if measure.start not in lost:
        first = track(state, flags(measure.start, False, False))
        first.mass[measure.start] = 1.0
        first.occupied.add(measure.start)
    found = np.empty((solution.periods + 1, solution.worlds))
    found[0] = _ratio(state, measure, given)
    room = np.empty(solution.worlds)
    for period, plays in enumerate(solution.outcomes):
        later: State = {}
        for (hit, met), here in state.items():
            if measure.kind == "duration":
                for phase in measure.members & here.occupied:
                    here.gain[phase] += period_years * here.mass[phase]
            for source, target, probability in moves[period]:
                if source not in here.occupied or target in lost:
                    continue
                there = track(later, flags(target, hit, met))
                there.occupied.add(target)
                there.mass[target] += np.multiply(here.mass[source], probability, out=room)
                if carries_gain:
                    there.gain[target] += np.multiply(here.gain[source], probability, out=room)
            if measure.kind == "count":
                for phase in here.occupied:
                    for outcome in measure.members & plays[phase].keys():
                        target = game.next_phase[outcome]
                        if target not in lost:
                            there = track(later, flags(target, hit, met))
                            there.gain[target] += here.mass[phase] * plays[phase][outcome]
        state = later
        found[period + 1] = _ratio(state, measure, given)
    return found


def _ratio(state: Mapping[tuple[bool, bool], _Track], measure: Measure, given: Condition) -> Array:
    wanted = given.kind == "reach"
    condition: Array | float = 0.0
    value: Array | float = 0.0
    for (hit, met), track in state.items():
        if met != wanted:
            continue
        mass = track.mass.sum(axis=0)
        condition = condition + mass
        if measure.kind in ("count", "duration"):
            value = value + track.gain.sum(axis=0)
        elif measure.kind == "occupy":
            value = value + _rows(track.mass, measure.members)
        elif hit == (measure.kind == "reach"):
            value = value + mass
    likely = np.asarray(condition) >= LEAST_CONDITION
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(likely, np.asarray(value) / np.asarray(condition), np.nan)


def _rows(mass: Array, phases: Collection[int]) -> Array:
    return np.asarray(mass[sorted(phases)].sum(axis=0))

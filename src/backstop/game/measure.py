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
            found = np.empty(
                (self.solution.periods + 1, len(self.solution.game.phases), self.solution.worlds)
            )
            found[0] = 0.0
            found[0, start] = 1.0
            for period, moves in enumerate(self._transitions):
                here, later = found[period], found[period + 1]
                reached, begun = self._reached(start, period), set[int]()
                for source, target, probability in moves:
                    if source not in reached:
                        continue
                    if target not in begun:
                        np.multiply(here[source], probability, out=later[target])
                        begun.add(target)
                    elif probability is _CERTAIN:
                        later[target] += here[source]
                    else:
                        later[target] += np.multiply(here[source], probability, out=self._room)
                for phase in range(later.shape[0]):
                    if phase not in begun:
                        later[phase] = 0.0
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
        avoided = np.empty((self.solution.periods + 1, self.solution.worlds))
        reached = np.zeros_like(avoided)
        avoided[0], reached[0] = (0.0, 1.0) if start in members else (1.0, 0.0)
        left: Mass = {} if start in members else {start: _CERTAIN}
        for period, moves in enumerate(self._transitions):
            later: Mass = {}
            arrived = reached[period + 1]
            arrived[...] = reached[period]
            for source, target, probability in moves:
                if source not in left:
                    continue
                if target in members:
                    arrived += np.multiply(left[source], probability, out=self._room)
                else:
                    _move(left[source], probability, target, later, self._room)
            left = later
            _total(left.values(), avoided[period + 1])
        self._visits[start, members] = avoided, reached
        return avoided, reached


# Probability by phase, for the phases that have any: shape (B,), or (1,) where it is the same in every world.
Mass = dict[int, Array]


def _move(mass: Array, probability: Array, target: int, later: Mass, room: Array) -> None:
    """Add what moves on to `target`, in an array that nothing else uses."""
    if target not in later:
        later[target] = mass * probability
    elif later[target].size == room.size:
        later[target] += np.multiply(mass, probability, out=room)
    else:
        later[target] = later[target] + mass * probability


def _total(parts: Collection[Array], out: Array) -> None:
    out[...] = 0.0
    for part in parts:
        out += part


@dataclass(slots=True)
class _Track:
    """Mass (and expected gain so far) by phase, for one combination of the two flags."""

    mass: Mass
    gain: Mass


def _conditional(
    solution: Solution, moves: Transitions, measure: Measure, given: Condition, period_years: float
) -> Array:
    """A metric on a condition, with flags for the event and for the condition carried along."""
    game = solution.game
    event = measure.members if measure.kind in ("avoid", "reach") else frozenset()
    carries_gain = measure.kind in ("count", "duration")
    State = dict[tuple[bool, bool], _Track]

    # Where the condition is to have avoided something, what has not avoided it is of no more interest.
    lost = given.phases if given.kind == "avoid" else frozenset[int]()

    def flags(phase: int, hit: bool, met: bool) -> tuple[bool, bool]:
        return hit or phase in event, met or phase in given.phases

    state: State = {}
    if measure.start not in lost:
        state[flags(measure.start, False, False)] = _Track({measure.start: _CERTAIN}, {})
    found = np.empty((solution.periods + 1, solution.worlds))
    found[0] = _ratio(state, measure, given, solution.worlds)
    room = np.empty(solution.worlds)
    for period, plays in enumerate(solution.outcomes):
        later: State = {}
        for (hit, met), here in state.items():
            if measure.kind == "duration":
                for phase in measure.members & here.mass.keys():
                    gained = period_years * here.mass[phase]
                    here.gain[phase] = here.gain[phase] + gained if phase in here.gain else gained
            for source, target, probability in moves[period]:
                if source not in here.mass or target in lost:
                    continue
                there = later.setdefault(flags(target, hit, met), _Track({}, {}))
                _move(here.mass[source], probability, target, there.mass, room)
                if carries_gain and source in here.gain:
                    _move(here.gain[source], probability, target, there.gain, room)
            if measure.kind == "count":
                for phase in here.mass:
                    for outcome in measure.members & plays[phase].keys():
                        target = game.next_phase[outcome]
                        if target not in lost:
                            gain = later[flags(target, hit, met)].gain
                            _move(here.mass[phase], plays[phase][outcome], target, gain, room)
        state = later
        found[period + 1] = _ratio(state, measure, given, solution.worlds)
    return found


def _ratio(
    state: Mapping[tuple[bool, bool], _Track], measure: Measure, given: Condition, worlds: int
) -> Array:
    wanted = given.kind == "reach"
    condition, value, mass = np.zeros((3, worlds))
    for (hit, met), track in state.items():
        if met != wanted:
            continue
        _total(track.mass.values(), mass)
        condition += mass
        if measure.kind in ("count", "duration"):
            for gain in track.gain.values():
                value += gain
        elif measure.kind == "occupy":
            for phase in sorted(measure.members & track.mass.keys()):
                value += track.mass[phase]
        elif hit == (measure.kind == "reach"):
            value += mass
    likely = condition >= LEAST_CONDITION
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(likely, value / condition, np.nan)

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


def shares(solution: Solution, start: int) -> Array:
    """Probability of being in each phase at periods 0 .. T, shape (T + 1, phases, B)."""
    game = solution.game
    found = np.zeros((solution.periods + 1, len(game.phases), solution.worlds))
    found[0, start] = 1.0
    for period, plays in enumerate(solution.outcomes):
        here, later = found[period], found[period + 1]
        for phase, outcomes in enumerate(plays):
            if game.plays[phase] is None:
                later[phase] += here[phase]
            for outcome, probability in outcomes.items():
                later[game.next_phase[outcome]] += here[phase] * probability
    return found


def expected_outcomes(solution: Solution, occupied: Array) -> Array:
    """Expected number of occurrences of every outcome over the horizon, shape (outcomes, B); `occupied` as `shares`."""
    total = np.zeros((len(solution.game.outcomes), solution.worlds))
    for period, plays in enumerate(solution.outcomes):
        for phase, outcomes in enumerate(plays):
            for outcome, probability in outcomes.items():
                total[outcome] += occupied[period, phase] * probability
    return total


def curve(
    solution: Solution, measure: Measure, period_years: float, occupied: Mapping[int, Array] | None = None
) -> Array:
    """The metric as of each period 0 .. T, shape (T + 1, B); NaN where its condition has no probability.

    `occupied`: shares by start phase, where already computed.
    """
    if measure.given is None:
        known = None if occupied is None else occupied.get(measure.start)
        if measure.kind in ("avoid", "reach"):
            return _first_visits(solution, measure)
        if known is None:
            known = shares(solution, measure.start)
        members = sorted(measure.members)
        if measure.kind == "occupy":
            return np.asarray(known[:, members].sum(axis=1))
        if measure.kind == "duration":
            gained = period_years * known[:-1][:, members].sum(axis=1)
        else:
            gained = np.zeros((solution.periods, solution.worlds))
            for period, plays in enumerate(solution.outcomes):
                for phase, outcomes in enumerate(plays):
                    for outcome in measure.members & outcomes.keys():
                        gained[period] += known[period, phase] * outcomes[outcome]
        total = np.zeros((solution.periods + 1, solution.worlds))
        np.cumsum(gained, axis=0, out=total[1:])
        return total
    return _conditional(solution, measure, measure.given, period_years)


def _first_visits(solution: Solution, measure: Measure) -> Array:
    """Probability of never having been in the members (`avoid`), or of having been there (`reach`)."""
    game, members = solution.game, measure.members
    left = np.zeros((len(game.phases), solution.worlds))
    arrived = np.zeros(solution.worlds)
    if measure.start in members:
        arrived += 1.0
    else:
        left[measure.start] = 1.0
    avoided = np.empty((solution.periods + 1, solution.worlds))
    reached = np.empty_like(avoided)
    avoided[0], reached[0] = left.sum(axis=0), arrived
    for period, plays in enumerate(solution.outcomes):
        later = np.zeros_like(left)
        for phase, outcomes in enumerate(plays):
            if game.plays[phase] is None:
                later[phase] += left[phase]
            for outcome, probability in outcomes.items():
                target = game.next_phase[outcome]
                if target in members:
                    arrived += left[phase] * probability
                else:
                    later[target] += left[phase] * probability
        left = later
        avoided[period + 1], reached[period + 1] = left.sum(axis=0), arrived
    return avoided if measure.kind == "avoid" else reached


@dataclass(slots=True)
class _Track:
    """Mass (and expected gain so far) by phase, for one combination of the two flags."""

    mass: Array
    gain: Array


def _conditional(solution: Solution, measure: Measure, given: Condition, period_years: float) -> Array:
    game, n_phases, worlds = solution.game, len(solution.game.phases), solution.worlds
    event = measure.members if measure.kind in ("avoid", "reach") else frozenset()
    carries_gain = measure.kind in ("count", "duration")

    def flags(phase: int, hit: bool, met: bool) -> tuple[bool, bool]:
        return hit or phase in event, met or phase in given.phases

    def empty() -> dict[tuple[bool, bool], _Track]:
        return {}

    def track(state: dict[tuple[bool, bool], _Track], key: tuple[bool, bool]) -> _Track:
        if key not in state:
            room = np.zeros((n_phases, worlds))
            state[key] = _Track(room, np.zeros_like(room) if carries_gain else room)
        return state[key]

    state = empty()
    track(state, flags(measure.start, False, False)).mass[measure.start] = 1.0
    found = np.empty((solution.periods + 1, worlds))
    found[0] = _ratio(state, measure, given)
    for period, plays in enumerate(solution.outcomes):
        later = empty()
        for (hit, met), here in state.items():
            for phase, outcomes in enumerate(plays):
                mass = here.mass[phase]
                if not mass.any():
                    continue
                gain = here.gain[phase] if carries_gain else mass
                if measure.kind == "duration" and phase in measure.members:
                    gain = gain + period_years * mass
                if game.plays[phase] is None:
                    same = track(later, (hit, met))
                    same.mass[phase] += mass
                    if carries_gain:
                        same.gain[phase] += gain
                for outcome, probability in outcomes.items():
                    target = game.next_phase[outcome]
                    there = track(later, flags(target, hit, met))
                    there.mass[target] += mass * probability
                    if carries_gain:
                        there.gain[target] += gain * probability
                        if measure.kind == "count" and outcome in measure.members:
                            there.gain[target] += mass * probability
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

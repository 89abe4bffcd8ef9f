"""The process over time in one world: values backwards from the tail, shares of the phases forwards from a start."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from backstop.game.tail import settle
from backstop.game.tree import Game
from backstop.game.world import SolvedPeriod, World, one_period_back


class Course(Protocol):
    """What happens in a world from period to period, as far as it is followed forwards.

    `outcomes[t][k]`: probability of each outcome where phase k is played in period t. `beliefs[k]`: the probability
    that others give in phase k to an actor's being of its second type; empty where nobody has hidden types.
    """

    @property
    def game(self) -> Game:
        """The game whose phases and outcomes are counted."""

    @property
    def period_years(self) -> float:
        """Length of a period in years."""

    @property
    def outcomes(self) -> Sequence[Sequence[Mapping[int, float]]]:
        """Probability of each outcome by period and phase."""

    @property
    def beliefs(self) -> Sequence[float]:
        """By phase, or nothing."""


@dataclass(frozen=True, slots=True)
class Solution:
    """What a world does over periods t = 0 .. T-1.

    `periods[t]` has the values as period t begins and the plays solved in it. `outcomes[t][k]`: probability of each
    outcome where phase k is played in period t; empty where it is absorbing. `settled`: whether the tail has settled.
    """

    world: World
    periods: tuple[SolvedPeriod, ...]
    settled: bool
    outcomes: tuple[tuple[Mapping[int, float], ...], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found = tuple(
            tuple({} if play is None else play.outcomes() for play in period.plays) for period in self.periods
        )
        object.__setattr__(self, "outcomes", found)

    @property
    def game(self) -> Game:
        """The game of the world."""
        return self.world.game

    @property
    def period_years(self) -> float:
        """Length of a period in years."""
        return self.world.period_years

    @property
    def beliefs(self) -> Sequence[float]:
        """None: nobody's type is hidden."""
        return ()

    def value(self, phase: int, actor: int) -> float:
        """The value of an actor at t = 0 in a phase."""
        return self.periods[0].values[phase][actor]


def solve(world: World) -> Solution:
    """A world solved: the tail, then every period from the last to the first."""
    tail = settle(world)
    later, found = tail.values, list[SolvedPeriod]()
    for period in range(world.periods - 1, -1, -1):
        found.append(one_period_back(world, period, later))
        later = found[-1].values
    return Solution(world, tuple(reversed(found)), tail.settled)


def first_not_finite(solution: Solution) -> tuple[int, int, int] | None:
    """Period, phase and actor of a value that is not finite, None where all are.

    The recursion comes from the last period, and other phases lead to absorbing ones: there the trouble starts.
    """
    phases = sorted(
        range(len(solution.world.game.phases)), key=lambda k: solution.world.game.plays[k] is not None
    )
    for period in range(len(solution.periods) - 1, -1, -1):
        for phase in phases:
            for actor, value in enumerate(solution.periods[period].values[phase]):
                if not math.isfinite(value):
                    return period, phase, actor
    return None


def shares(solution: Course, start: int) -> list[list[float]]:
    """Probability of being in each phase at periods 0 .. T, from phase `start`."""
    game = solution.game
    found = [[1.0 if phase == start else 0.0 for phase in range(len(game.phases))]]
    for outcomes in solution.outcomes:
        later = [0.0] * len(game.phases)
        for phase, share in enumerate(found[-1]):
            if game.plays[phase] is None:
                later[phase] += share
            for outcome, probability in outcomes[phase].items():
                later[game.next_phase[phase][outcome]] += share * probability
        found.append(later)
    return found


def expected_outcomes(solution: Course, start: int) -> list[float]:
    """Expected number of occurrences of each outcome up to the horizon, from phase `start`."""
    total = [0.0] * len(solution.game.outcomes)
    for of_phase, outcomes in zip(shares(solution, start), solution.outcomes, strict=False):
        for share, probabilities in zip(of_phase, outcomes, strict=True):
            for outcome, probability in probabilities.items():
                total[outcome] += share * probability
    return total


def expected_cost(solution: Course, start: int, cost: Callable[[int, int], float]) -> float:
    """Sum over periods and phases of the phase's share, d and `cost(phase, period)`, which is per year.

    The cost is asked for only where the phase has a share.
    """
    d = solution.period_years
    occupied = shares(solution, start)[:-1]
    return sum(
        share * d * cost(phase, period)
        for period, of_phase in enumerate(occupied)
        for phase, share in enumerate(of_phase)
        if share > 0.0
    )

"""A world in which one actor is of one of two types, and what is measured in it: exact mixtures over the types.

The types are numbered 0 and 1; a belief is the probability that others give to the second. Whatever they know, the
world takes one course for each type, and a figure is the mixture of both by the shares of the types; a conditional one,
the mixture of the events over that of the conditions.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from backstop.game.metric import LEAST_CONDITION, Metric, parts
from backstop.game.process import Course, Solution, expected_outcomes, shares, solve
from backstop.game.tree import Game
from backstop.game.world import World

Beliefs = Literal["known", "fixed", "bayes"]

TYPES = (0, 1)


@dataclass(frozen=True, slots=True)
class TypedWorld:
    """A world by the type of one actor: its numbers with each type, and the shares of the types, which sum to 1.

    `grid`: on how many beliefs, both ends included, the value of the future is worked out where others learn.
    """

    worlds: tuple[World, World]
    shares: tuple[float, float]
    actor: int
    beliefs: Beliefs
    grid: int = 21

    @property
    def game(self) -> Game:
        """The game, which is the same for both types."""
        return self.worlds[0].game


@dataclass(frozen=True, slots=True)
class Known:
    """The course of a world whose type everybody knows: that of a plain world, with a belief of 0 or 1."""

    solution: Solution
    type: int

    @property
    def game(self) -> Game:
        """The game."""
        return self.solution.game

    @property
    def period_years(self) -> float:
        """Length of a period in years."""
        return self.solution.period_years

    @property
    def outcomes(self) -> Sequence[Sequence[Mapping[int, float]]]:
        """Probability of each outcome by period and phase."""
        return self.solution.outcomes

    @property
    def beliefs(self) -> Sequence[float]:
        """By phase: everybody is sure."""
        return (float(self.type),) * len(self.game.phases)


@dataclass(frozen=True, slots=True)
class TypedSolution(ABC):
    """A world with hidden types, solved: its course by type.

    `settled`: whether the tail has settled, and every choice that depends on what others conclude from it is found.
    """

    world: TypedWorld
    settled: bool

    @abstractmethod
    def course(self, type_: int) -> Course:
        """What happens with a type."""

    def lifted(self, metric: Metric) -> Metric:
        """A metric over the phases and outcomes of the game, over those of the courses."""
        return metric

    @abstractmethod
    def value(self, phase: int, actor: int, type_: int | None = None) -> float:
        """What the future is worth to an actor at t = 0 in a phase: of the actor with types, by type or on average;
        to others, who do not know the type unless all do, in their expectation."""

    @abstractmethod
    def shares(self, phase: int) -> list[list[float]]:
        """Probability of being in each phase of the game at periods 0 .. T, from `phase`."""

    @abstractmethod
    def expected_outcomes(self, phase: int) -> list[float]:
        """Expected number of occurrences of each outcome of the game up to the horizon, from `phase`."""

    def mixed(self, by_type: Sequence[float]) -> float:
        """The average of two figures by the shares of the types; that of a type without a share does not matter."""
        return sum(
            share * figure for share, figure in zip(self.world.shares, by_type, strict=True) if share != 0.0
        )

    def figure(self, metric: Metric) -> float:
        """The metric; not a number where its condition has a probability under 1e-9."""
        if metric.kind == "value":
            (actor,) = metric.members
            return self.value(metric.start, actor, metric.type)
        return self.curve(metric)[metric.until]

    def curve(self, metric: Metric) -> list[float]:
        """The metric as of each period 0 .. T, whatever its date; every kind but `value`."""
        lifted = self.lifted(metric)
        found = [parts(self.course(k), lifted) for k in TYPES]
        if metric.type is not None:
            mixed = found[metric.type]
        else:
            mixed = [
                (self.mixed([e for e, _ in each]), self.mixed([c for _, c in each]))
                for each in zip(*found, strict=True)
            ]
        return [e / c if c >= LEAST_CONDITION else math.nan for e, c in mixed]


@dataclass(frozen=True, slots=True)
class KnownSolution(TypedSolution):
    """A world whose type everybody knows: solved once for each type."""

    solutions: tuple[Solution, Solution]

    def course(self, type_: int) -> Course:
        """What happens with a type."""
        return Known(self.solutions[type_], type_)

    def value(self, phase: int, actor: int, type_: int | None = None) -> float:
        """What the future is worth to an actor: with a type, or on average."""
        by_type = [solution.value(phase, actor) for solution in self.solutions]
        return self.mixed(by_type) if type_ is None else by_type[type_]

    def shares(self, phase: int) -> list[list[float]]:
        """Probability of being in each phase at periods 0 .. T."""
        both = [shares(solution, phase) for solution in self.solutions]
        return [[self.mixed(each) for each in zip(*of, strict=True)] for of in zip(*both, strict=True)]

    def expected_outcomes(self, phase: int) -> list[float]:
        """Expected number of occurrences of each outcome."""
        both = [expected_outcomes(solution, phase) for solution in self.solutions]
        return [self.mixed(each) for each in zip(*both, strict=True)]


def solve_known(world: TypedWorld) -> KnownSolution:
    """A world whose type everybody knows, solved."""
    solutions = (solve(world.worlds[0]), solve(world.worlds[1]))
    return KnownSolution(world, solutions[0].settled and solutions[1].settled, solutions)

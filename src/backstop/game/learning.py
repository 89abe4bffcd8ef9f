"""The process over time where an actor's type is hidden: by phase and by what others believe.

Values are worked out on a grid of beliefs, from the tail back to the first period, and read off between its points in a
straight line. Forwards, what comes to lie between two points is split between them so that the mean belief stays; the
first period is solved at the share of the type itself. Where nobody learns the share is the only belief there is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from backstop.game.hidden import TYPES, TypedSolution, TypedWorld
from backstop.game.inference import Inference, Reached, endings
from backstop.game.metric import Condition, Metric
from backstop.game.process import Course, expected_outcomes, shares
from backstop.game.tail import MOST_SWEEPS, TOLERANCE
from backstop.game.tree import Game

Table = list[list[list[float]]]
"""Values by phase, belief and actor: of the actor with types those of the first, and those of the second at the end."""


@dataclass(frozen=True, slots=True)
class Followed:
    """The course of a world with one type: its phases are those of the game by belief."""

    game: Game
    period_years: float
    outcomes: Sequence[Sequence[Mapping[int, float]]]
    beliefs: Sequence[float]


@dataclass(frozen=True, slots=True)
class Learning(TypedSolution):
    """A world in which an actor's type is hidden, solved.

    `points`: the beliefs of the grid. `tables[t]`: values as period t begins, the last of them at the horizon;
    `first[k]`: those of phase k at period 0, at the share of the type. `unconverged`: choices whose fixed point was not
    found. State k * len(points) + g of a course is phase k at belief g; those after all of them are the phases of
    period 0, at the share.
    """

    points: tuple[float, ...]
    tables: tuple[Table, ...]
    first: list[list[float]]
    unconverged: int
    courses: tuple[Followed, Followed] = field(repr=False)

    def course(self, type_: int) -> Course:
        """What happens with a type."""
        return self.courses[type_]

    def _states(self, phases: frozenset[int]) -> frozenset[int]:
        size, count = len(self.points), len(self.world.game.phases)
        return frozenset(k * size + g for k in phases for g in range(size)) | {
            count * size + k for k in phases
        }

    def lifted(self, metric: Metric) -> Metric:
        """A metric over the phases and outcomes of the game, over those of the courses."""
        size, members = len(self.points), metric.members
        if metric.kind == "count":
            members = frozenset(o * size + g for o in members for g in range(size))
        elif metric.kind != "belief":
            members = self._states(members)
        given = metric.given
        return replace(
            metric,
            members=members,
            start=len(self.world.game.phases) * size + metric.start,
            given=None if given is None else Condition(given.kind, self._states(given.phases)),
            within=None if metric.within is None else self._states(metric.within),
        )

    def value(self, phase: int, actor: int, type_: int | None = None) -> float:
        """What the future is worth to an actor; to the one with types, with a type or on average."""
        values = self.first[phase]
        if actor != self.world.actor:
            return values[actor]
        by_type = [values[actor], values[-1]]
        return self.mixed(by_type) if type_ is None else by_type[type_]

    def by_state(self, phase: int) -> list[list[tuple[float, float]]]:
        """Probability of every state of the courses at periods 0 .. T with each type, from a phase of the game."""
        start = len(self.world.game.phases) * len(self.points) + phase
        both = [shares(self.courses[k], start) for k in TYPES]
        return [list(zip(*each, strict=True)) for each in zip(*both, strict=True)]

    def phase_of(self, state: int) -> int:
        """The phase of the game that a state of the courses is."""
        size, count = len(self.points), len(self.world.game.phases)
        return state // size if state < count * size else state - count * size

    def shares(self, phase: int) -> list[list[float]]:
        """Probability of being in each phase of the game at periods 0 .. T."""
        found = []
        for states in self.by_state(phase):
            here = [0.0] * len(self.world.game.phases)
            for state, both in enumerate(states):
                here[self.phase_of(state)] += self.mixed(both)
            found.append(here)
        return found

    def expected_outcomes(self, phase: int) -> list[float]:
        """Expected number of occurrences of each outcome."""
        size = len(self.points)
        start = len(self.world.game.phases) * size + phase
        found = [0.0] * len(self.world.game.outcomes)
        both = [expected_outcomes(self.courses[k], start) for k in TYPES]
        for index, each in enumerate(zip(*both, strict=True)):
            found[index // size] += self.mixed(each)
        return found

    def mean_belief(self, states: Sequence[tuple[float, float]], phase: int) -> float:
        """The mean belief in a phase; the share where it is not reached."""
        weights = {s: self.mixed(both) for s, both in enumerate(states) if self.phase_of(s) == phase}
        total = sum(weights.values())
        if total <= 0.0:
            return self.world.shares[1]
        return sum(self.courses[0].beliefs[state] * weight for state, weight in weights.items()) / total

    def solved_at(self, phase: int, period: int, belief: float) -> tuple[list[float], Reached | None]:
        """What a phase is worth in a period at any belief, and its play solved; None where it is absorbing."""
        return _Periods(self.world, self.points).solved_phase(phase, period, self.tables[period + 1], belief)


def solve_hidden(world: TypedWorld) -> Learning:
    """A world solved in which others learn (`bayes`), or know the shares of the types and never more (`fixed`)."""
    share = world.shares[1]
    points: tuple[float, ...] = (share,)
    if world.beliefs == "bayes":
        points = tuple(i / (world.grid - 1) for i in range(world.grid))
    solver = _Periods(world, points)
    table, settled = solver.tail()
    tables, plays = [table], list[list[list[Reached | None]]]()
    solver.unconverged = 0
    for period in range(world.worlds[0].periods - 1, -1, -1):
        table, played = solver.back(period, tables[-1])
        tables.append(table)
        plays.append(played)
    tables.reverse()
    plays.reverse()
    later = tables[1]
    begun = [solver.solved_phase(phase, 0, later, share) for phase in range(len(world.game.phases))]
    courses = (
        solver.course(0, plays, [play for _, play in begun]),
        solver.course(1, plays, [p for _, p in begun]),
    )
    return Learning(
        world,
        settled and solver.unconverged == 0,
        points,
        tuple(tables),
        [values for values, _ in begun],
        solver.unconverged,
        courses,
    )


class _Periods:
    """Goes back from period to period over phases and beliefs."""

    def __init__(self, world: TypedWorld, points: tuple[float, ...]) -> None:
        self.world, self.points, self.game = world, points, world.game
        self.actors, self.unconverged = len(world.game.actors), 0
        first, second = world.worlds
        # Of everybody, and of the second type at the end.
        self.factors = [*first.factors, second.factors[world.actor]]

    def weights(self, belief: float) -> list[tuple[int, float]]:
        """The points of the grid around a belief, and how much of it lies at each."""
        points = self.points
        if len(points) == 1:
            return [(0, 1.0)]
        exact = belief * (len(points) - 1)
        low = min(int(exact), len(points) - 2)
        up = exact - low
        return [(low, 1.0 - up), (low + 1, up)] if up > 0.0 else [(low, 1.0)]

    def read(self, table: Table, phase: int, belief: float) -> list[float]:
        """Values of a phase at a belief, in a straight line between the points of the grid."""
        parts = self.weights(belief)
        return [sum(w * table[phase][g][i] for g, w in parts) for i in range(self.actors + 1)]

    def flow(self, phase: int, period: int, belief: float) -> list[float]:
        """What a period in a phase pays."""
        d = self.world.worlds[0].period_years
        first, second = (world.phases[period][phase].flow for world in self.world.worlds)
        found = [d * ((1.0 - belief) * a + belief * b) for a, b in zip(first, second, strict=True)]
        found[self.world.actor] = d * first[self.world.actor]
        return [*found, d * second[self.world.actor]]

    def inference(self, phase: int, period: int, later: Table) -> Inference:
        """The solver of the play of a phase."""
        play, following = self.game.plays[phase], self.game.next_phase[phase]
        numbers = [world.phases[period][phase].play for world in self.world.worlds]
        assert play is not None and numbers[0] is not None and numbers[1] is not None

        def discounted(outcome: int, belief: float) -> list[float]:
            values = self.read(later, following[outcome], belief)
            return [factor * value for factor, value in zip(self.factors, values, strict=True)]

        return Inference(
            play,
            (numbers[0], numbers[1]),
            self.world.actor,
            self.world.beliefs == "bayes",
            self.world.worlds[0].information,
            discounted,
        )

    def solved_phase(
        self, phase: int, period: int, later: Table, belief: float
    ) -> tuple[list[float], Reached | None]:
        """What a phase is worth at a belief, and its play solved; None where it is absorbing."""
        played = None
        if self.game.plays[phase] is None:
            ahead = self.read(later, phase, belief)
            ahead = [factor * value for factor, value in zip(self.factors, ahead, strict=True)]
        else:
            inference = self.inference(phase, period, later)
            played = inference.solved(belief)
            self.unconverged += inference.unconverged
            ahead = played.values
        return [f + a for f, a in zip(self.flow(phase, period, belief), ahead, strict=True)], played

    def back(self, period: int, later: Table) -> tuple[Table, list[list[Reached | None]]]:
        """A period solved at every belief of the grid."""
        found = [
            [self.solved_phase(phase, period, later, belief) for belief in self.points]
            for phase in range(len(self.game.phases))
        ]
        return [[v for v, _ in row] for row in found], [[p for _, p in row] for row in found]

    def tail(self) -> tuple[Table, bool]:
        """Values at the horizon, as in `backstop.game.tail`, by phase and belief."""
        world = self.world.worlds[0]
        exact, last = world.tail_periods is None, world.periods - 1
        limit = MOST_SWEEPS if world.tail_periods is None else min(world.tail_periods, MOST_SWEEPS)
        for_ever = partial(self._for_ever, last)
        table = [
            [for_ever(phase, b) if exact and play is None else [0.0] * (self.actors + 1) for b in self.points]
            for phase, play in enumerate(self.game.plays)
        ]
        if limit == 0 or (exact and not self.game.live):
            return table, True
        margin = TOLERANCE * (1.0 - max(self.factors))
        for _ in range(limit):
            before = table
            swept, _ = self.back(last, before)
            table = [
                before[phase] if exact and play is None else swept[phase]
                for phase, play in enumerate(self.game.plays)
            ]
            every = [value for of_phase in table for values in of_phase for value in values]
            if not all(math.isfinite(value) for value in every):
                break
            changed = max(
                abs(a - b)
                for now, then in zip(table, before, strict=True)
                for x, y in zip(now, then, strict=True)
                for a, b in zip(x, y, strict=True)
            )
            if changed <= margin * max(1.0, max(map(abs, every))):
                return table, True
        return table, False

    def _for_ever(self, period: int, phase: int, belief: float) -> list[float]:
        flow = self.flow(phase, period, belief)
        return [
            f / (1.0 - factor) if factor < 1.0 else math.nan
            for f, factor in zip(flow, self.factors, strict=True)
        ]

    def course(
        self, type_: int, plays: Sequence[Sequence[Sequence[Reached | None]]], begun: Sequence[Reached | None]
    ) -> Followed:
        """What happens with a type."""
        game, size = self.game, len(self.points)
        phases = range(len(game.phases))
        going: list[dict[int, int]] = [
            {o * size + g: target * size + g for o, target in game.next_phase[k].items() for g in range(size)}
            for k in phases
        ]

        def ended(phase: int, root: Reached | None) -> dict[int, float]:
            play, found = game.plays[phase], dict[int, float]()
            if play is None or root is None:
                return found
            for outcome, belief, *both in endings(root, play):
                for g, weight in self.weights(belief):
                    key = outcome * size + g
                    found[key] = found.get(key, 0.0) + both[type_] * weight
            return found

        outcomes = []
        for period, of_period in enumerate(plays):
            every = [ended(k, of_period[k][g]) for k in phases for g in range(size)]
            outcomes.append([*every, *(ended(k, begun[k]) if period == 0 else {} for k in phases)])
        states = [(k, g) for k in phases for g in range(size)]
        lifted = Game(
            game.actors,
            tuple(f"{game.phases[k]} at {self.points[g]:.6g}" for k, g in states) + game.phases,
            tuple(game.plays[k] for k, _ in states) + game.plays,
            tuple(f"{outcome} at {point:.6g}" for outcome in game.outcomes for point in self.points),
            tuple(going[k] for k, _ in states) + tuple(going),
            len(states) + game.start,
        )
        beliefs = [self.points[g] for _, g in states] + [self.world.shares[1]] * len(game.phases)
        return Followed(lifted, self.world.worlds[0].period_years, outcomes, beliefs)

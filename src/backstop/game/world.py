"""One world of a game in numbers, by phase and period, and one step of its backward recursion.

`V_i(t, k) = d * flow_i(t, k) + value of the play's root`, where an ending is worth its lump sum plus the discounted
value of the next phase one period later; an absorbing phase is worth `d * flow_i(t, k)` and its own discounted value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backstop.game.choice import Information
from backstop.game.play import PlayNumbers, SolvedPlay, Values, solve_play
from backstop.game.tree import Game


@dataclass(frozen=True, slots=True)
class PhaseNumbers:
    """The numbers of a phase in one period: `flow` by actor, per year, and those of its play; None where absorbing."""

    flow: tuple[float, ...]
    play: PlayNumbers | None


@dataclass(frozen=True, slots=True)
class World:
    """The numbers of one world: `phases[t][k]` in period t = 0 .. T-1, `discounts` by actor, per year.

    `slip_margins` by actor, in its unit of payoff: what a move may fall short of the best one before it is a slip.
    `period_years` is the length d of a period. `tail_periods`: the most periods after the horizon; None until settled.
    """

    game: Game
    information: Information
    period_years: float
    discounts: tuple[float, ...]
    slip_margins: tuple[float, ...]
    phases: tuple[tuple[PhaseNumbers, ...], ...]
    tail_periods: int | None = None

    @property
    def periods(self) -> int:
        """T, the number of periods up to the horizon."""
        return len(self.phases)

    @property
    def factors(self) -> tuple[float, ...]:
        """Discount factor per period, by actor: `discount ** d`."""
        return tuple(discount**self.period_years for discount in self.discounts)


@dataclass(frozen=True, slots=True)
class SolvedPeriod:
    """`values[k][i]` of phase k to actor i as a period begins, and the solved play of every phase that has one."""

    values: tuple[Values, ...]
    plays: tuple[SolvedPlay | None, ...]


def one_period_back(world: World, period: int, later: Sequence[Values]) -> SolvedPeriod:
    """A period solved, where `later[k][i]` are the values one period later."""
    factors, d = world.factors, world.period_years
    discounted = [[f * value for f, value in zip(factors, values, strict=True)] for values in later]
    solved: list[Values] = []
    plays: list[SolvedPlay | None] = []
    for phase, (numbers, play) in enumerate(zip(world.phases[period], world.game.plays, strict=True)):
        if play is None or numbers.play is None:
            played, ahead = None, discounted[phase]
        else:
            following = world.game.next_phase[phase]
            played = solve_play(play, numbers.play, following, discounted, world.information)
            ahead = played.root
        plays.append(played)
        solved.append([d * flow + worth for flow, worth in zip(numbers.flow, ahead, strict=True)])
    return SolvedPeriod(tuple(solved), tuple(plays))

"""The process over time: values backwards from the tail, and what is chosen in every period.

`V_i(t, k) = d * flow_i(t, k) + value of the play's root`, where a leaf is worth its lump sum plus the discounted
value of the next phase one period later; an absorbing phase has its flow alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from backstop.game.stage import Array, Information, Mask, Stage, Sweep
from backstop.game.tail import settle
from backstop.game.tree import Game

# Asked once for each period: the numbers of that period for the plays of these phases. The same object for two periods
# means the same numbers.
Stages = Callable[[int, tuple[int, ...]], Stage]


@dataclass(frozen=True, slots=True)
class Solution:
    """What a block of worlds does over periods t = 0 .. T-1.

    `values`: at t = 0, shape (phases, actors, B). `outcomes[t][k]`: probability of each outcome that can be reached
    when phase k is played in period t, arrays of shape (B,); empty for absorbing phases. `settled`, shape (B,): where
    the tail has settled.
    """

    game: Game
    values: Array
    outcomes: tuple[tuple[Mapping[int, Array], ...], ...]
    settled: Mask

    @property
    def periods(self) -> int:
        """T, the number of periods up to the horizon."""
        return len(self.outcomes)

    @property
    def worlds(self) -> int:
        """B, the number of worlds in the block."""
        return int(self.values.shape[-1])


# Called with (period, sweep, values at that period) from the last period to the first.
Watch = Callable[[int, Sweep, Array], None]


def solve(
    game: Game,
    stages: Stages,
    periods: int,
    factor: Array,
    information: Information,
    worlds: int,
    tail_periods: int | None = None,
    accelerate: bool = True,
    watch: Watch | None = None,
) -> Solution:
    """Solve `periods` periods for `worlds` worlds.

    `factor`, shape (actors, 1 or B): discount factors per period, in [0, 1). `tail_periods`: see
    `backstop.game.tail.settle`. `watch` is shown every period as it is solved; what it is given is used again
    afterwards, so it must copy what it keeps.
    """
    # What nothing leads to can be played in period 0 alone. (Where the tail is cut off, which worlds have settled by
    # then may depend on every phase, so all are kept.)
    cut = tail_periods is None and watch is None
    later = without_entrances(game) if cut else game
    stage = stages(periods - 1, later.live)
    tail = settle(later, stage, factor, information, worlds, tail_periods, accelerate)
    values, spare = tail.values, np.empty_like(tail.values)
    discounted = np.empty_like(values)
    keep = watch is not None
    sweep = Sweep(later, stage, information, worlds, keep=keep)
    chosen: list[tuple[Mapping[int, Array], ...]] = []
    for period in range(periods - 1, -1, -1):
        if period == 0 and later is not game:
            stage, later = stages(period, game.live), game
            sweep = Sweep(game, stage, information, worlds)
        else:
            here = stages(period, later.live)
            if here is not stage:
                sweep.renew(here)
            stage = here
        np.multiply(factor, values, out=discounted)
        sweep.solve(discounted, spare)
        for phase, play in enumerate(later.plays):
            if play is None:
                np.add(stage.flows[phase], discounted[phase], out=spare[phase])
        values, spare = spare, values
        chosen.append(
            tuple(
                {} if play is None else sweep.outcome_probabilities(k) for k, play in enumerate(later.plays)
            )
        )
        if watch is not None:
            watch(period, sweep, values)
    return Solution(game, values, tuple(reversed(chosen)), tail.settled)


def without_entrances(game: Game) -> Game:
    """The game with nothing played in phases that no outcome leads to: all it needs after period 0."""
    return game.playing(frozenset[int]().union(*map(game.following, game.live)))

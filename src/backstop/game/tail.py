"""The tail: the recursion beyond the horizon, with every quantity frozen at the last period.

Plain sweeps define the answer. They are the limit of finite horizons and so pick one equilibrium.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from backstop.game.play import Values
from backstop.game.world import World, one_period_back

TOLERANCE = 1e-11
MOST_SWEEPS = 20_000


@dataclass(frozen=True, slots=True)
class Tail:
    """Values at the horizon by phase and actor, whether they have settled, and the number of sweeps."""

    values: tuple[Values, ...]
    settled: bool
    sweeps: int


def settle(world: World) -> Tail:
    """Values at the horizon: sweeps go on until none of them changes by much, or for `world.tail_periods`.

    Where the tail is not cut off, an absorbing phase starts at its exact value, `d * flow / (1 - discount^d)`, and
    keeps it. Where it is cut off, everything starts at 0. There are at most 20,000 sweeps.
    """
    exact = world.tail_periods is None
    limit = MOST_SWEEPS if world.tail_periods is None else min(world.tail_periods, MOST_SWEEPS)
    values = tuple(
        _for_ever(world, phase) if exact and play is None else [0.0] * len(world.game.actors)
        for phase, play in enumerate(world.game.plays)
    )
    if limit == 0 or (exact and not world.game.live):
        return Tail(values, True, 0)
    margin = TOLERANCE * (1.0 - max(world.factors))
    # Replies of several actors can go round in a circle. Once values repeat exactly, whole rounds are left out: one
    # earlier state is kept and renewed at sweeps 1, 2, 4, 8, ... (Brent 1980), so that a circle of any length is found.
    kept, kept_at, sweep = values, 0, 0
    while sweep < limit:
        before, swept = values, one_period_back(world, world.periods - 1, values).values
        values = tuple(
            before[phase] if exact and play is None else swept[phase]
            for phase, play in enumerate(world.game.plays)
        )
        sweep += 1
        largest = _largest(values)
        if not math.isfinite(largest):
            break
        if _largest_change(values, before) <= margin * max(1.0, largest):
            return Tail(values, True, sweep)
        if values == kept:
            sweep = limit - (limit - sweep) % (sweep - kept_at)
        elif sweep & (sweep - 1) == 0:
            kept, kept_at = values, sweep
    return Tail(values, False, limit)


def _for_ever(world: World, phase: int) -> Values:
    """What the flow of a phase is worth where it never ends; not a number where the factor is rounded to 1."""
    return [
        world.period_years * flow / (1.0 - factor) if factor < 1.0 else math.nan
        for flow, factor in zip(world.phases[-1][phase].flow, world.factors, strict=True)
    ]


def _largest(values: Sequence[Values]) -> float:
    """Largest absolute value; not a number where any of them is not."""
    size = [abs(value) for of_phase in values for value in of_phase]
    return math.nan if any(math.isnan(each) for each in size) else max(size)


def _largest_change(after: Sequence[Values], before: Sequence[Values]) -> float:
    return max(
        abs(new - old)
        for now, then in zip(after, before, strict=True)
        for new, old in zip(now, then, strict=True)
    )

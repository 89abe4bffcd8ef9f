"""The tail: the recursion beyond the horizon, with every quantity frozen, until each world's values settle.

The plain recursion defines the answer: it is the limit of finite horizons and so picks one equilibrium. It contracts
only as fast as the discount factor, hence a short cut, which must never change the answer.

1. *Propose.* `backstop.game.fixedpoint` looks for a fixed point of the plain sweep near the values reached so far.
2. *Try.* A few sweeps start beside the proposal, in a direction that holds some of everything: where replies run away
   from it, this shows. What is left of the way back, e, shrinks slowly for a harmless reason: a shift of all values
   of an actor changes no choice and fades with the discount factor alone. So the part that has to do with choices is
   watched, f(s) = e(s) - factor * e(s-1); where the recursion runs off, f grows long before e does.
3. *Confirm.* Plain sweeps go on from where they stood. The proposal counts for a world only once f is down to a small
   part of what it was at the first two sweeps and keeps shrinking at a geometric rate: then the recursion itself is
   seen to close in on it.
4. A world whose proposal fails stays in the plain recursion, and may be proposed for again later.

Replies of several actors can cycle, so that nothing settles; an exact repeat of earlier values is recognised, and the
remaining sweeps are then counted off instead of made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backstop.game.fixedpoint import fixed_point
from backstop.game.recursion import Recursion
from backstop.game.stage import Array, Information, Mask, Stage
from backstop.game.tree import Game

TOLERANCE = 1e-11
MOST_SWEEPS = 20_000

# Sweeps after which a fixed point is looked for.
_PROPOSE_AT = frozenset({3, 16, 48, 128, 400, 1_200, 4_000, 12_000})
# A proposal counts once the part of the error that has to do with choices is down to this share of what it was ...
_DOWN_TO = 0.05
# ... and over two sweeps still shrinks by this share of what discounting alone would do.
_PACE = 0.3
# A trial starts this far from the proposal, as a share of the error that has to do with choices, and makes some sweeps.
_PUSH = 0.3
_TRIAL = 4
# Below this share of worlds still at work the arrays are packed together, which costs a copy; few are left as they are.
_PACK, _FEW = 0.25, 100


@dataclass(frozen=True, slots=True)
class Tail:
    """Values at the horizon, shape (phases, actors, B), and in which worlds they have settled, shape (B,)."""

    values: Array
    settled: Mask


def settle(
    game: Game,
    stage: Stage,
    factor: Array,
    information: Information,
    worlds: int,
    tail_periods: int | None,
    accelerate: bool = True,
) -> Tail:
    """Values at the horizon.

    `factor`, shape (actors, 1 or B): discount factors per period. `tail_periods`: None runs until settled (at most
    20,000 sweeps) with absorbing phases at their exact value; 0 gives zero values; N starts from zero everywhere and
    makes at most N sweeps. `accelerate=False` makes plain sweeps only.
    """
    values = np.zeros((len(game.phases), len(game.actors), worlds))
    settled = np.zeros(worlds, dtype=np.bool_)
    if tail_periods == 0:
        return Tail(values, np.ones(worlds, dtype=np.bool_))
    rows = list(range(len(game.phases)))
    if tail_periods is None:
        rows = list(game.live)
        for phase, play in enumerate(game.plays):
            if play is None:
                values[phase] = stage.flows[phase] / (1.0 - factor)
    if not rows:
        return Tail(values, np.ones(worlds, dtype=np.bool_))
    run = _Run(game, rows, stage, factor, information, values)
    ended = values[rows]
    limit = MOST_SWEEPS if tail_periods is None else min(tail_periods, MOST_SWEEPS)
    while run.active.any():
        run.plain_sweep()
        done = run.changes_little() & run.active
        confirmed = run.confirmed(limit) & run.active & ~done
        settled[run.worlds[done | confirmed]] = True
        stay = run.active & ~(done | confirmed)
        out = stay & run.at_limit(limit)
        if confirmed.any():
            ended[..., run.worlds[confirmed]] = run.proposal[..., confirmed]
        if (done | out).any():
            ended[..., run.worlds[done | out]] = run.now[..., done | out]
        run.keep(stay & ~out)
        if (
            accelerate
            and game.live
            and run.sweeps in _PROPOSE_AT
            and limit > 2 * run.sweeps
            and run.active.any()
        ):
            run.propose()
    values[rows] = ended
    return Tail(values, settled)


class _Run:
    """The worlds still at work, and their plain recursion in the phases `rows`; the others hold their `values`."""

    def __init__(
        self,
        game: Game,
        rows: list[int],
        stage: Stage,
        factor: Array,
        information: Information,
        values: Array,
    ) -> None:
        self.game, self.rows, self.information = game, rows, information
        self.held = {k: value for k, value in enumerate(values) if k not in rows}
        self.sweeps = 0
        n = values.shape[-1]
        self.worlds: NDArray[np.intp] = np.arange(n)
        self.start = self.first = self.second = values[rows]
        self.now, self.before = self.start.copy(), np.empty_like(self.start)
        self.proposal, self.lasting = np.zeros_like(self.start), np.zeros_like(self.start)
        self.active = np.ones(n, dtype=np.bool_)
        self.proposed = np.zeros(n, dtype=np.bool_)
        self.distance = np.full(n, np.inf)
        # Largest part of the error that has to do with choices: at the first sweeps, and at the last few, newest first.
        self.strategic_at_start = np.full(n, np.inf)
        self.strategic: list[Array] = []
        self.checkpoint: Array | None = None
        self.checkpoint_sweep = 0
        self.stop_at = np.full(n, np.iinfo(np.int64).max, dtype=np.int64)
        # The largest value of any phase that is held, and at least 1.
        self.held_scale = np.ones(n)
        for value in self.held.values():
            self.held_scale = np.maximum(self.held_scale, np.abs(value).max(axis=0))
        self._prepare(stage, factor)

    def _prepare(self, stage: Stage, factor: Array) -> None:
        self.stage, self.factor = stage, factor
        n = self.worlds.size
        self.recursion = Recursion(self.game, self.rows, stage, factor, self.information, self.held, n)
        self.highest = np.broadcast_to(factor.max(axis=0), (n,))
        self.tolerance = TOLERANCE * (1.0 - self.highest)
        self.discounted = self.recursion.discounted

    def plain_sweep(self) -> None:
        self.before, self.now = self.now, self.before
        self.recursion.back(self.before, self.now)
        self.sweeps += 1
        if self.sweeps == 1:
            self.first = self.now.copy()
        elif self.sweeps == 2:
            self.second = self.now.copy()

    def changes_little(self) -> Mask:
        np.subtract(self.now, self.before, out=self.discounted)
        change = np.abs(self.discounted, out=self.discounted).max(axis=(0, 1))
        self.scale = self._scale(self.now)
        return np.asarray(change <= self.tolerance * self.scale)

    def confirmed(self, limit: int) -> Mask:
        """Worlds in which plain sweeps are seen to contract to the proposal, soon enough to settle in time."""
        if not self.proposed.any():
            return self.proposed
        before, self.distance = self.distance, self._distance(self.now)
        self.strategic = [self._strategic(self.now, self.before), *self.strategic[:3]]
        if len(self.strategic) < 4:
            return np.zeros_like(self.proposed)
        last = np.maximum(self.strategic[0], self.strategic[1])
        earlier = np.maximum(self.strategic[2], self.strategic[3])
        steady = self._shrinks(self.strategic) & (last <= _DOWN_TO * self.strategic_at_start)
        # The choices may be through altogether, and what is left of their part is rounding.
        through = last <= 1e-14 * self.scale
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            pace = np.fmax(self.distance / before, np.where(through, 0.0, np.sqrt(last / earlier)))
            # Another mode may yet turn out slower than what is seen now: at least the pace of discounting is
            # assumed, and twice the sweeps that this needs.
            slow = np.fmax(pace, self.highest)
            left = self.tolerance * self.scale / (self.distance * (1.0 - slow))
            still = np.where(left >= 1.0, 0.0, np.log(left) / np.log(slow))
            in_time = (slow < 1.0) & (self.sweeps + 2.0 * still + 20 < limit)
        return np.asarray(self.proposed & (steady | through) & in_time)

    def _scale(self, values: Array) -> Array:
        """The largest value of any phase, and at least 1."""
        largest = np.abs(values, out=self.discounted).max(axis=(0, 1))
        return np.asarray(np.maximum(self.held_scale, largest))

    def _distance(self, values: Array) -> Array:
        """Largest difference from the proposal."""
        room = np.subtract(values, self.proposal, out=self.discounted)
        return np.asarray(np.abs(room, out=room).max(axis=(0, 1)))

    def _strategic(self, after: Array, values: Array) -> Array:
        """Largest part of the error after a sweep that has to do with choices."""
        room = np.multiply(self.factor, values, out=self.discounted)
        np.subtract(after, room, out=room)
        room -= self.lasting
        return np.asarray(np.abs(room, out=room).max(axis=(0, 1)))

    def _shrinks(self, parts: list[Array]) -> Mask:
        """Where the last four parts, newest first, shrink. Replies often overshoot, so every other one is compared."""
        allowed = (1.0 - _PACE * (1.0 - self.highest)) ** 2
        return np.asarray((parts[0] <= allowed * parts[2]) & (parts[1] <= allowed * parts[3]))

    def at_limit(self, limit: int) -> Mask:
        """Worlds that are through all sweeps, made or (in an exact cycle) counted off."""
        if self.sweeps >= limit:
            return np.ones(self.worlds.size, dtype=np.bool_)
        if self.checkpoint is not None:
            repeat = (self.now == self.checkpoint).all(axis=(0, 1)) & (self.stop_at > limit)
            if repeat.any():
                period = self.sweeps - self.checkpoint_sweep
                self.stop_at[repeat] = self.sweeps + (limit - self.sweeps) % period
        if self.sweeps >= 32 and self.sweeps & (self.sweeps - 1) == 0:
            # Brent (1980): a checkpoint at every power of two finds a cycle of any length.
            self.checkpoint, self.checkpoint_sweep = self.now.copy(), self.sweeps
        return np.asarray(self.stop_at <= self.sweeps)

    def keep(self, mask: Mask) -> None:
        """Drop the other worlds; while most stay they are only marked, since packing costs a copy."""
        self.active = mask
        if mask.size <= _FEW or np.count_nonzero(mask) >= _PACK * mask.size:
            return
        index = np.flatnonzero(mask)
        self.worlds = self.worlds[index]
        self.now, self.before = self.now[..., index], np.empty((*self.now.shape[:2], index.size))
        self.proposal, self.lasting = self.proposal[..., index], self.lasting[..., index]
        self.start, self.first = self.start[..., index], self.first[..., index]
        self.second = self.second[..., index]
        self.active = self.active[index]
        self.proposed, self.stop_at = self.proposed[index], self.stop_at[index]
        self.held = {phase: value[..., index] for phase, value in self.held.items()}
        self.held_scale = self.held_scale[index]
        self.distance, self.strategic_at_start = self.distance[index], self.strategic_at_start[index]
        self.strategic = [part[index] for part in self.strategic]
        if self.checkpoint is not None:
            self.checkpoint = self.checkpoint[..., index]
        factor = self.factor if self.factor.shape[-1] == 1 else self.factor[..., index]
        if index.size:
            self._prepare(self.stage.take(index), factor)

    def propose(self) -> None:
        """Look for a fixed point in every world, and keep those that sweeps from beside them come back to."""
        guess = np.empty((len(self.game.phases), *self.now.shape[1:]))
        guess[self.rows] = self.now
        found, self.proposed = fixed_point(
            self.game, self.stage, self.factor, self.information, guess, self.tolerance
        )
        self.proposal = found[self.rows]
        # The part of (now - proposal) - factor * (before - proposal) that is the same after every sweep.
        self.lasting = (1.0 - self.factor) * self.proposal
        self.distance = self._distance(self.now)
        # The first sweep, from values of nothing, may be far off in what is over at once and says little.
        self.strategic_at_start = np.minimum(
            self._strategic(self.first, self.start), self._strategic(self.second, self.first)
        )
        self.strategic = []
        if self.proposed.any():
            self.proposed &= self._comes_back()

    def _comes_back(self) -> Mask:
        scale = self._scale(self.proposal)
        push = np.maximum(_PUSH * self._strategic(self.now, self.before), 1e-7 * scale)
        trial, after = self.proposal + _direction(self.game)[self.rows] * push, np.empty_like(self.now)
        parts: list[Array] = []
        for _ in range(_TRIAL):
            self.recursion.back(trial, after)
            parts.insert(0, self._strategic(after, trial))
            trial, after = after, trial
        return np.asarray(self._shrinks(parts) | (np.maximum(parts[0], parts[1]) <= 1e-13 * scale))


def _direction(game: Game) -> Array:
    """A direction in which nothing stands out: fixed numbers between -1 and 1 without a pattern."""
    place = np.arange(1, len(game.phases) * len(game.actors) + 1)
    return np.asarray(np.cos(place * place * 3.883222077450933).reshape(len(game.phases), -1, 1))

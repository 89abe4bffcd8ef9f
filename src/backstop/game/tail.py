"""The tail: the recursion beyond the horizon, with every quantity frozen, until each world's values settle.

The plain recursion defines the answer: it is the limit of finite horizons and so picks one equilibrium. It contracts
only as fast as the discount factor, hence the acceleration, in three steps.

1. *Propose.* Hold the choice probabilities fixed and solve the linear equations for the values they imply (policy
   evaluation: Howard 1960; for games Filar and Vrieze 1997, section 4), which removes the slow mode; extrapolate what
   is left by Anderson's method (1965, J. ACM 12) on the last two steps. The end point must be a fixed point of the
   plain sweep to the settling tolerance.
2. *Check.* Go on with plain sweeps from where they stood. The proposal counts for a world only once the plain values
   have come much closer to it than they started, and are still closing in at a geometric rate.
3. A world whose proposal is not confirmed simply stays in the plain recursion, and may be proposed for again later.

Replies of several actors can cycle, so that nothing settles; an exact repeat of earlier values is recognised, and the
remaining sweeps are then counted off instead of made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backstop.game.stage import Array, Information, Mask, Stage, Sweep
from backstop.game.tree import Game

TOLERANCE = 1e-11
MOST_SWEEPS = 20_000

# Sweeps after which a fixed point is looked for.
_PROPOSE_AT = frozenset({4, 16, 48, 128, 400, 1_200, 4_000, 12_000})
# A proposal counts once plain sweeps have covered this share of the way to it ...
_COVERED = 0.8
# ... and still shrink the distance at least this much of the way that discounting alone would.
_PACE = 0.3
_MOST_STEPS = 60
# Below this share of worlds still at work the arrays are packed together, which costs a copy.
_PACK = 0.75


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
    shape = (len(game.phases), len(game.actors), worlds)
    values = np.zeros(shape)
    settled = np.zeros(worlds, dtype=np.bool_)
    if tail_periods == 0:
        return Tail(values, np.ones(worlds, dtype=np.bool_))
    if tail_periods is None:
        for phase in _absorbing(game):
            values[phase] = stage.flows[phase] / (1.0 - factor)
    run = _Run(game, stage, factor, information, values)
    limit = MOST_SWEEPS if tail_periods is None else min(tail_periods, MOST_SWEEPS)
    while run.active.any():
        run.plain_sweep()
        done = run.changes_little() & run.active
        confirmed = run.confirmed(limit) & run.active & ~done
        settled[run.worlds[done | confirmed]] = True
        stay = run.active & ~(done | confirmed)
        out = stay & run.at_limit(limit)
        if confirmed.any():
            values[..., run.worlds[confirmed]] = run.proposal[..., confirmed]
        if (done | out).any():
            values[..., run.worlds[done | out]] = run.now[..., done | out]
        run.keep(stay & ~out)
        if accelerate and run.sweeps in _PROPOSE_AT and limit > 2 * run.sweeps and run.active.any():
            run.propose()
    return Tail(values, settled)


def _absorbing(game: Game) -> list[int]:
    return [k for k, play in enumerate(game.plays) if play is None]


class _Run:
    """The worlds still at work, and their plain recursion."""

    def __init__(
        self, game: Game, stage: Stage, factor: Array, information: Information, start: Array
    ) -> None:
        self.game, self.information = game, information
        self.absorbing = _absorbing(game)
        self.sweeps = 0
        self.worlds: NDArray[np.intp] = np.arange(start.shape[-1])
        self.now = start.copy()
        self.before = np.empty_like(start)
        self.proposal = np.zeros((start.shape[0], start.shape[1], 0))
        n = start.shape[-1]
        self.active = np.ones(n, dtype=np.bool_)
        self.proposed = np.zeros(n, dtype=np.bool_)
        self.distance = np.full(n, np.inf)
        self.distance_before = np.full(n, np.inf)
        self.distance_at_start = np.full(n, np.inf)
        self.checkpoint: Array | None = None
        self.checkpoint_sweep = 0
        self.stop_at = np.full(n, np.iinfo(np.int64).max, dtype=np.int64)
        self._prepare(stage, factor)
        self.proposal = np.zeros_like(start)
        self.start = start.copy()

    def _prepare(self, stage: Stage, factor: Array) -> None:
        self.stage, self.factor = stage, factor
        self.sweep = Sweep(self.game, stage, self.information, self.worlds.size)
        self.highest = np.broadcast_to(factor.max(axis=0), (self.worlds.size,))
        self.tolerance = TOLERANCE * (1.0 - self.highest)
        self.discounted = np.empty((len(self.game.phases), len(self.game.actors), self.worlds.size))

    def plain_sweep(self) -> None:
        self.before, self.now = self.now, self.before
        _sweep(self.sweep, self.stage, self.factor, self.absorbing, self.before, self.discounted, self.now)
        self.sweeps += 1

    def changes_little(self) -> Mask:
        np.subtract(self.now, self.before, out=self.discounted)
        change = np.abs(self.discounted, out=self.discounted).max(axis=(0, 1))
        scale = np.maximum(1.0, np.abs(self.now, out=self.discounted).max(axis=(0, 1)))
        self.scale = scale
        return np.asarray(change <= self.tolerance * scale)

    def confirmed(self, limit: int) -> Mask:
        """Worlds in which plain sweeps are seen to contract to the proposal, soon enough to settle in time."""
        if not self.proposed.any():
            return self.proposed
        np.subtract(self.now, self.proposal, out=self.discounted)
        self.distance_before = self.distance
        self.distance = np.abs(self.discounted, out=self.discounted).max(axis=(0, 1))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            pace = self.distance / self.distance_before
            close = self.distance <= (1.0 - _COVERED) * self.distance_at_start
            steady = pace <= 1.0 - _PACE * (1.0 - self.highest)
            left = self.tolerance * self.scale / (self.distance * np.maximum(1.0 - pace, 1e-300))
            still = np.log(np.minimum(left, 1.0)) / np.log(np.maximum(pace, 1e-300))
            in_time = self.sweeps + 1.1 * still + 10 < limit
        exact = self.distance == 0.0
        return np.asarray(self.proposed & close & (exact | (steady & in_time)))

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
        if np.count_nonzero(mask) >= _PACK * mask.size:
            return
        index = np.flatnonzero(mask)
        self.worlds = self.worlds[index]
        self.now, self.before = self.now[..., index], np.empty((*self.now.shape[:2], index.size))
        self.proposal, self.start = self.proposal[..., index], self.start[..., index]
        self.active = self.active[index]
        self.proposed, self.stop_at = self.proposed[index], self.stop_at[index]
        self.distance, self.distance_at_start = self.distance[index], self.distance_at_start[index]
        if self.checkpoint is not None:
            self.checkpoint = self.checkpoint[..., index]
        factor = self.factor if self.factor.shape[-1] == 1 else self.factor[..., index]
        if index.size:
            self._prepare(self.stage.take(index), factor)

    def propose(self) -> None:
        found, ok = fixed_point(
            self.game, self.stage, self.factor, self.information, self.now, self.tolerance
        )
        self.proposal, self.proposed = found, ok
        self.distance_at_start = np.abs(self.start - found).max(axis=(0, 1))
        self.distance = np.abs(self.now - found).max(axis=(0, 1))


def _sweep(
    sweep: Sweep,
    stage: Stage,
    factor: Array,
    absorbing: list[int],
    values: Array,
    discounted: Array,
    out: Array,
) -> None:
    """One period further back: `out` from `values`; `discounted` is room to work in."""
    np.multiply(factor, values, out=discounted)
    sweep.solve(discounted, out)
    for phase in absorbing:
        np.add(stage.flows[phase], discounted[phase], out=out[phase])


def fixed_point(
    game: Game, stage: Stage, factor: Array, information: Information, guess: Array, tolerance: Array
) -> tuple[Array, Mask]:
    """A fixed point of the plain sweep near `guess`, shape (phases, actors, B), and where one was found.

    Absorbing phases are put at their exact value. `tolerance`, shape (B,): a tenth of it, times max(1, largest
    value), is what a sweep may still change.
    """
    total = guess.shape[-1]
    live, absorbing = list(game.live), _absorbing(game)
    result, found = guess.copy(), np.zeros(total, dtype=np.bool_)
    worlds = np.arange(total)
    values = guess.copy()
    for phase in absorbing:
        values[phase] = stage.flows[phase] / (1.0 - factor)
    sweep = Sweep(game, stage, information, total)
    after, discounted = np.empty_like(values), np.empty_like(values)
    steps: list[tuple[Array, Array]] = []  # (change of the values, change of the step), newest first
    last: tuple[Array, Array] | None = None
    worst = np.full(total, np.inf)
    for _ in range(_MOST_STEPS):
        _sweep(sweep, stage, factor, absorbing, values, discounted, after)
        residual = after[live] - values[live]
        change = np.abs(residual).max(axis=(0, 1))
        scale = np.maximum(1.0, np.abs(after).max(axis=(0, 1)))
        done = change <= 0.1 * tolerance * scale
        hopeless = ~(change < 1e6 * np.maximum(worst, scale))  # grows without bound, or is not a number
        worst = np.minimum(worst, change)
        if done.any():
            result[..., worlds[done]] = after[..., done]
            found[worlds[done]] = True
        stay = ~(done | hopeless)
        if not stay.any():
            break
        if np.count_nonzero(stay) < _PACK * stay.size:
            index = np.flatnonzero(stay)
            worlds, values = worlds[index], values[..., index]
            stage, tolerance, worst = stage.take(index), tolerance[index], worst[index]
            factor = factor if factor.shape[-1] == 1 else factor[..., index]
            steps = [(a[..., index], b[..., index]) for a, b in steps]
            last = None if last is None else (last[0][..., index], last[1][..., index])
            sweep = Sweep(game, stage, information, index.size)
            after, discounted = np.empty_like(values), np.empty_like(values)
            # The probabilities are needed below, so this sweep is made once more for the worlds that stay.
            _sweep(sweep, stage, factor, absorbing, values, discounted, after)
            residual = after[live] - values[live]
        step = _evaluate_policy(game, sweep, live, factor, residual)
        position = values[live]
        if last is not None:
            steps = [(position - last[0], step - last[1]), *steps[:1]]
        last = (position, step)
        values[live] = position + _anderson(step, steps)
    return result, found


def _evaluate_policy(game: Game, sweep: Sweep, live: list[int], factor: Array, residual: Array) -> Array:
    """Solve (I - factor * P) x = residual for each actor and world; P moves between live phases as last chosen.

    Elimination without pivoting: the matrices are diagonally dominant M-matrices.
    """
    n = len(live)
    place = {phase: i for i, phase in enumerate(live)}
    rows: list[list[Array | None]] = []
    for i, phase in enumerate(live):
        row: list[Array | None] = [None] * n
        for outcome, probability in sweep.outcome_probabilities(phase).items():
            target = place.get(game.next_phase[outcome])
            if target is not None:
                known = row[target]
                row[target] = probability if known is None else known + probability
        for j, probability_to in enumerate(row):
            if probability_to is not None:
                row[j] = -factor * probability_to
        own = row[i]
        row[i] = np.ones_like(residual[i]) if own is None else own + 1.0
        rows.append(row)
    solution = residual.copy()
    for i in range(n):
        pivot = rows[i][i]
        assert pivot is not None
        for below in range(i + 1, n):
            entry = rows[below][i]
            if entry is None:
                continue
            ratio = entry / pivot
            for j in range(i + 1, n):
                upper = rows[i][j]
                if upper is not None:
                    lower = rows[below][j]
                    rows[below][j] = -ratio * upper if lower is None else lower - ratio * upper
            solution[below] -= ratio * solution[i]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            upper = rows[i][j]
            if upper is not None:
                solution[i] -= upper * solution[j]
        solution[i] /= rows[i][i]
    return solution


def _anderson(step: Array, steps: list[tuple[Array, Array]]) -> Array:
    """The step that least squares on the last one or two steps suggest, world by world."""
    if not steps:
        return step

    def dot(a: Array, b: Array) -> Array:
        return np.asarray(np.einsum("kab,kab->b", a, b))

    with np.errstate(divide="ignore", invalid="ignore"):
        (moved1, turned1), *older = steps
        a, r1 = dot(turned1, turned1), dot(step, turned1)
        first, second = r1 / a, None
        if older:
            turned2 = older[0][1]
            b, c, r2 = dot(turned1, turned2), dot(turned2, turned2), dot(step, turned2)
            determinant = a * c - b * b
            apart = determinant > 1e-8 * a * c
            first = np.where(apart, (r1 * c - r2 * b) / determinant, first)
            second = np.where(apart, (r2 * a - r1 * b) / determinant, 0.0)
        # Far extrapolation is where such methods leave the basin they are in.
        first = np.clip(np.nan_to_num(first), -4.0, 4.0)
        better = step - first * (moved1 + turned1)
        if second is not None:
            better -= np.clip(np.nan_to_num(second), -4.0, 4.0) * (older[0][0] + older[0][1])
    return np.asarray(better)

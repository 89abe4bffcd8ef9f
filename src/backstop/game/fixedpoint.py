"""A fixed point of the backward recursion, found fast: held policies, and extrapolation over the last steps.

Holding the choice probabilities fixed leaves linear equations for the values they imply (policy evaluation: Howard
1960; for games Filar and Vrieze 1997, section 4). Their solution removes the slow modes of discounting, and Anderson's
extrapolation (1965, J. ACM 12; Walker and Ni 2011, SIAM J. Numer. Anal. 49) deals with what the replies add. After a
few steps the choices hardly move, so the elimination is kept and only applied again.

Whether the plain recursion really goes to the point found is for `backstop.game.tail` to see.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backstop.game.recursion import Recursion
from backstop.game.stage import Array, Information, Mask, Stage, Sweep
from backstop.game.tree import Game

_MOST_STEPS = 40
# Steps at which the choices are read anew and the equations eliminated again.
_ELIMINATE_AT = frozenset({0, 1, 2, 10, 20, 35, 50})
_MEMORY = 2
# Below this share of worlds still at work the arrays are packed together, which costs a copy; few are left as they are.
_PACK, _FEW = 0.25, 100


def fixed_point(
    game: Game, stage: Stage, factor: Array, information: Information, guess: Array, tolerance: Array
) -> tuple[Array, Mask]:
    """A fixed point of the plain sweep near `guess`, shape (phases, actors, B), and where one was found.

    Absorbing phases are put at their exact value. `tolerance`, shape (B,): half of it, times max(1, largest
    value), is what a sweep may still change.

    Phases that lead to one another are searched together, and what they lead to before them: fewer values at a time
    need fewer steps, and what is known already is held.
    """
    values, found = guess.copy(), np.ones(guess.shape[-1], dtype=np.bool_)
    for phase, play in enumerate(game.plays):
        if play is None:
            values[phase] = stage.flows[phase] / (1.0 - factor)
    with np.errstate(over="ignore", invalid="ignore"):
        for group in game.groups():
            search = _Search(game, group, stage, factor, information, values, found, tolerance)
            for step in range(_MOST_STEPS):
                search.advance(step)
                if not search.worlds.size:
                    break
            found = search.found
            for row, phase in enumerate(group):
                values[phase] = search.result[row]
    return values, found


class _Search:
    """The worlds still searched for one group of phases, and what the extrapolation remembers of them."""

    def __init__(
        self,
        game: Game,
        group: tuple[int, ...],
        stage: Stage,
        factor: Array,
        information: Information,
        values: Array,
        among: Mask,
        tolerance: Array,
    ) -> None:
        total = values.shape[-1]
        self.game, self.group, self.information = game, group, information
        self.values = values[list(group)]
        ahead = frozenset[int]().union(*map(game.following, group)) - set(group)
        self.held = {phase: values[phase] for phase in sorted(ahead)}
        self.result, self.found = self.values.copy(), np.zeros(total, dtype=np.bool_)
        self.worlds: NDArray[np.intp] = np.arange(total)
        self.active = among.copy()
        self.stage, self.factor, self.tolerance = stage.playing(group), factor, tolerance
        self.worst = np.full(total, np.inf)
        self.scale = self.ahead = np.ones(total)
        for value in self.held.values():
            self.ahead = np.maximum(self.ahead, np.abs(value).max(axis=0))
        self.elimination: _Elimination | None = None
        self.memory = _Memory()
        self._prepare()

    def _prepare(self) -> None:
        self.recursion = Recursion(
            self.game, self.group, self.stage, self.factor, self.information, self.held, self.worlds.size
        )
        self.after = np.empty_like(self.values)

    def advance(self, step: int) -> None:
        """One sweep, and a step towards the fixed point where the sweep still changes something."""
        self.recursion.back(self.values, self.after)
        residual, room = self.after - self.values, self.recursion.discounted
        change = np.abs(residual, out=room).max(axis=(0, 1))
        if step in _ELIMINATE_AT:
            self.scale = np.maximum(self.ahead, np.abs(self.after, out=room).max(axis=(0, 1)))
        done = (change <= 0.5 * self.tolerance * self.scale) & self.active
        # What grows without bound, or is not a number, will not come back.
        hopeless = ~(change < 1e6 * np.maximum(self.worst, self.scale))
        self.worst = np.minimum(self.worst, change)
        if done.any():
            self.result[..., self.worlds[done]] = self.after[..., done]
            self.found[self.worlds[done]] = True
        self.active &= ~(done | hopeless)
        if step in _ELIMINATE_AT and self.active.any():
            self.elimination = _Elimination(self.recursion.sweep, self.group, self.factor)
        remaining = np.count_nonzero(self.active)
        if remaining < _PACK * self.active.size and (self.active.size > _FEW or not remaining):
            residual = self._pack(residual)
        if remaining:
            assert self.elimination is not None
            held = self.elimination.solve(residual)
            self.values += self.memory.extrapolate(self.values, held)

    def _pack(self, residual: Array) -> Array:
        index = np.flatnonzero(self.active)
        self.worlds, self.active = self.worlds[index], self.active[index]
        self.values = self.values[..., index]
        self.worst, self.tolerance = self.worst[index], self.tolerance[index]
        self.scale, self.ahead = self.scale[index], self.ahead[index]
        self.factor = self.factor if self.factor.shape[-1] == 1 else self.factor[..., index]
        self.held = {phase: value[..., index] for phase, value in self.held.items()}
        if self.elimination is not None:
            self.elimination.take(index)
        self.memory.take(index)
        if index.size:
            self.stage = self.stage.take(index)
            self._prepare()
        return np.asarray(residual[..., index])


class _Elimination:
    """(I - factor * P) x = r for every actor and world, factorised; P moves between live phases as last chosen.

    No pivoting is needed: the matrices are diagonally dominant M-matrices.
    """

    def __init__(self, sweep: Sweep, live: Sequence[int], factor: Array) -> None:
        n = self.size = len(live)
        place = {phase: i for i, phase in enumerate(live)}
        self.upper: dict[tuple[int, int], Array] = {}
        self.lower: dict[tuple[int, int], Array] = {}
        rows = self.upper
        for i, phase in enumerate(live):
            for target, probability in sweep.transitions(phase).items():
                if target in place:
                    rows[i, place[target]] = -factor * probability
            rows[i, i] = rows[i, i] + 1.0 if (i, i) in rows else np.ones((factor.shape[0], 1))
        for i in range(n):
            for below in range(i + 1, n):
                entry = rows.pop((below, i), None)
                if entry is None:
                    continue
                ratio = self.lower[below, i] = entry / rows[i, i]
                for j in range(i + 1, n):
                    if (i, j) in rows:
                        change = ratio * rows[i, j]
                        known = rows.get((below, j))
                        rows[below, j] = -change if known is None else known - change
        for i in range(n):
            rows[i, i] = 1.0 / rows[i, i]

    def solve(self, right: Array) -> Array:
        """The solution for right-hand sides of shape (live phases, actors, B)."""
        solution = right.copy()
        for (below, i), ratio in self.lower.items():
            solution[below] -= ratio * solution[i]
        for i in range(self.size - 1, -1, -1):
            for j in range(i + 1, self.size):
                upper = self.upper.get((i, j))
                if upper is not None:
                    solution[i] -= upper * solution[j]
            solution[i] *= self.upper[i, i]
        return solution

    def take(self, index: NDArray[np.intp]) -> None:
        """Keep some of the worlds."""
        for entries in (self.upper, self.lower):
            for key, array in entries.items():
                if array.shape[-1] > 1:
                    entries[key] = array[..., index]


class _Memory:
    """The last steps, newest first.

    `turned`: how the proposed step changed from one position to the next; `both`: that and the way between them.
    """

    def __init__(self) -> None:
        self.last: tuple[Array, Array] | None = None
        self.turned: list[Array] = []
        self.both: list[Array] = []
        self.products: dict[tuple[int, int], Array] = {}

    def take(self, index: NDArray[np.intp]) -> None:
        """Keep some of the worlds."""
        if self.last is not None:
            self.last = (self.last[0][..., index], self.last[1][..., index])
        self.turned = [a[..., index] for a in self.turned]
        self.both = [a[..., index] for a in self.both]
        self.products = {key: a[index] for key, a in self.products.items()}

    def extrapolate(self, position: Array, step: Array) -> Array:
        """The step that least squares on the last steps suggest, world by world."""
        if self.last is not None:
            moved, turned = self.last
            # The arrays of the last step serve no other purpose any more.
            np.subtract(step, turned, out=turned)
            np.subtract(position, moved, out=moved)
            moved += turned
            self.turned = [turned, *self.turned[: _MEMORY - 1]]
            self.both = [moved, *self.both[: _MEMORY - 1]]
            count = len(self.turned)
            # The products of older pairs only move one place back.
            older = {(i + 1, j + 1): a for (i, j), a in self.products.items() if j + 1 < count}
            self.products = older | {(0, j): _dot(turned, self.turned[j]) for j in range(count)}
        self.last = (position.copy(), step.copy())
        room = np.empty_like(step)
        for share, both in zip(self._shares(step), self.both, strict=True):
            step -= np.multiply(share, both, out=room)
        return step

    def _shares(self, step: Array) -> list[Array]:
        """Least-squares coefficients by Cholesky's method on the normal equations, in every world at once."""
        count = len(self.turned)
        right = [_dot(turned, step) for turned in self.turned]
        lower: dict[tuple[int, int], Array] = {}
        solved: list[Array] = []
        kept: list[Mask] = []
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            for j in range(count):
                own = self.products[j, j]
                pivot = own.copy()
                for k in range(j):
                    pivot -= lower[j, k] ** 2
                # A direction that the others already span is left out: its pivot is rounding.
                good = pivot > 1e-10 * own
                root = np.sqrt(np.where(good, pivot, 1.0))
                lower[j, j] = root
                for i in range(j + 1, count):
                    entry = self.products[j, i].copy()
                    for k in range(j):
                        entry -= lower[i, k] * lower[j, k]
                    lower[i, j] = np.where(good, entry / root, 0.0)
                value = right[j].copy()
                for k in range(j):
                    value -= lower[j, k] * solved[k]
                solved.append(np.where(good, value / root, 0.0))
                kept.append(good)
            shares: list[Array] = list(right)
            for j in range(count - 1, -1, -1):
                value = solved[j].copy()
                for i in range(j + 1, count):
                    value -= lower[i, j] * shares[i]
                shares[j] = np.where(kept[j], value / lower[j, j], 0.0)
        return shares


def _dot(a: Array, b: Array) -> Array:
    return np.asarray(np.einsum("kab,kab->b", a, b))

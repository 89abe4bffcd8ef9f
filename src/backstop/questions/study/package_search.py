"""The search for least packages: every combination of a few levels on shared worlds, lowered between those levels.

A package is tried on as many worlds as are affordable, drawn by weight, and on all of them where the answer is not
clear by more than three Monte Carlo errors. What seems least is solved first, as whatever promises more than a package
that reaches the target need not be. A cheaper package may promise more of one measure and less of the others than any
combination tried: the cheapest one is improved by such exchanges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import prod

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray, IntArray, Rows
from backstop.questions.event import Event
from backstop.questions.methods.packages import (
    EXACT,
    HALVINGS,
    drawn_by_weight,
    grid,
    lowered,
    minimal,
    promise_more,
    slack,
    steps_between,
)
from backstop.questions.study.solved_packages import SolvedPackages
from backstop.questions.weighted_worlds import WeightedWorlds
from backstop.scenario.model import Model
from backstop.worlds.query import Figures, Progress
from backstop.worlds.statistics import mean_and_error

AFFORDABLE = 300_000
"""Worlds times packages that are solved at first without being asked to."""
FEWEST = 128
"""Worlds on which each package is tried at least."""
_MORE = 4
_EXCHANGED_ON, _LOOKED_AT_ON, _LOOKED_AGAIN_ON = 1_024, 256, 2_048
_LOOKED_AT = 5
"""Exchanges of which the most promising one, by what is found on few worlds, is tried on more."""
_MOST_STEPS = 64
_SPARINGS = 8
"""Rounds in which levels that are not needed are looked for; each takes one off every package that has any."""
_ROUGHLY = 4

Ladders = Sequence[Sequence[float]]
"""The levels of each measure, ascending."""


class Draw:
    """Some of the worlds of a sample, drawn by weight: all of them with their weights where so many are asked for."""

    def __init__(self, found: WeightedWorlds, count: int) -> None:
        self.count = min(count, found.worlds)
        self.whole = count >= found.worlds
        self.rows, self.weights, self._all = np.arange(found.worlds), found.weight, found.weight
        if not self.whole:
            self.rows, self.weights = drawn_by_weight(found.weight, count)

    def slack(self, share: float) -> float:
        """How far a share on these worlds must be from `share` to be clearly on one side of it."""
        return EXACT if self.whole else slack(share, self._all, self.count)


@dataclass(frozen=True, slots=True, eq=False)
class PackageSearch:
    """Packages of `measures` on the worlds of a sample; what is not varied stays at its level in `start`."""

    found: WeightedWorlds
    target: Event
    share: float
    measures: tuple[str, ...]
    start: Mapping[str, float]
    solved: SolvedPackages = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found = self.found
        solved = SolvedPackages(found.inquiry, found.parameters, found.worlds, self.measures, self.start)
        object.__setattr__(self, "solved", solved)

    @property
    def priced(self) -> bool:
        """Whether any measure that is varied has a cost."""
        return any(self.found.model.measures[name].cost is not None for name in self.measures)

    def cost(self, package: FloatArray, expected: FloatArray) -> float:
        """The sum of expected costs; without any, what is promised of every measure as a share of its range."""
        if self.priced:
            return float(expected.sum())
        ranges = (self.found.model.scenario.measures[name].range for name in self.measures)
        pairs = zip(package.tolist(), ranges, strict=True)
        return float(sum(abs(v) / max(abs(low), abs(high)) for v, (low, high) in pairs if v))

    def solve(
        self,
        packages: FloatArray,
        rows: Sequence[Rows],
        metrics: Sequence[str] = (),
        progress: Progress | None = None,
    ) -> tuple[list[FloatArray], list[Figures]]:
        """Where each package meets the target in its worlds `rows` (1, 0, NaN), and its figures."""
        wanted = tuple(dict.fromkeys((*self.target.metrics, *metrics)))
        figures = self.solved.figures(packages, rows, wanted, progress)
        drawn = self.found.parameters
        used = {name: drawn[name] for name in self.target.expression.names if name in drawn}
        met = []
        for of, at in zip(figures, rows, strict=True):
            here = {name: v[at] if isinstance(v, np.ndarray) else v for name, v in used.items()}
            met.append(self.target.occurs(of.metrics, here, at.size))
        return met, figures

    def tried(
        self,
        packages: FloatArray,
        draw: Draw,
        metrics: Sequence[str] = (),
        progress: Progress | None = None,
    ) -> Tried:
        """Packages with their figures on some worlds."""
        count = len(packages)
        met, figures = self.solve(packages, [draw.rows] * count, metrics, progress)
        expected = np.array([of.costs @ draw.weights for of in figures])
        return Tried(
            np.array([float(draw.weights[m == 1.0].sum()) for m in met]),
            np.array([self.cost(package, each) for package, each in zip(packages, expected, strict=True)]),
            expected,
            {
                name: np.array([mean_and_error(of.metrics[name], draw.weights)[0] for of in figures], float)
                for name in metrics
            },
            [m == 1.0 for m in met],
            figures,
        )

    def least(self, candidates: FloatArray, shares: FloatArray, draw: Draw) -> Rows:
        """Rows of the minimal candidates that reach the share, from their `shares` on a draw, which are updated."""
        share = self.share
        worlds = np.full(len(candidates), draw.count)
        clear = np.full(len(candidates), draw.slack(share))
        left = np.flatnonzero(shares >= share - clear)
        reached: list[int] = []
        while left.size:
            promising = left[shares[left] >= share - EXACT]
            now = promising[minimal(candidates[promising])] if promising.size else left
            unsure = now[(np.abs(shares[now] - share) < clear[now]) & (worlds[now] < self.found.worlds)]
            for count, again in [(n, unsure[worlds[unsure] == n]) for n in np.unique(worlds[unsure])]:
                more = Draw(self.found, _MORE * int(count))
                shares[again] = self.tried(candidates[again], more).shares
                worlds[again], clear[again] = more.count, more.slack(share)
            if unsure.size:
                left = left[shares[left] >= share - clear[left]]
            elif promising.size:
                reached += now.tolist()
                left = np.setdiff1d(left, now)
                left = left[~promise_more(candidates[left], candidates[now])]
            else:
                break
        rows = np.array(reached, dtype=np.intp)
        return rows[minimal(candidates[rows])]

    def lowered(
        self,
        packages: FloatArray,
        ladders: Ladders,
        draw: Draw,
        last: BoolArray | None = None,
        halvings: int = HALVINGS,
    ) -> FloatArray:
        """Packages lowered on the worlds of a draw, the dearest measure first.

        `last`, (packages, measures): the measures that are lowered after all others.
        """

        def meets(some: FloatArray, rows: Sequence[Rows]) -> list[BoolArray]:
            met, _ = self.solve(some, [draw.rows[at] for at in rows])
            return [m == 1.0 for m in met]

        priced = [name for name, of in self.found.model.measures.items() if of.cost is not None]
        tried = self.tried(packages, draw)
        costs = np.zeros(packages.shape)
        for column, name in enumerate(self.measures):
            if name in priced:
                costs[:, column] = tried.expected[:, priced.index(name)]
        if last is not None:
            costs[last] = -1.0
        order = np.argsort(-costs, axis=1, kind="stable")
        return lowered(packages, ladders, order, self.share, draw.weights, tried.met, meets, halvings)

    def spared(self, packages: FloatArray, ladders: Ladders, draw: Draw) -> FloatArray:
        """Packages without levels that are not needed: each measure given up, or put on any lower place of its ladder.

        Lowering goes from place to place and stops at the first that misses the target; where measures work against
        each other a place further down, zero among them, may reach it again.
        """
        looks = [Draw(self.found, count) for count in (_LOOKED_AT_ON, _LOOKED_AGAIN_ON)]
        found = packages.copy()
        for _ in range(_SPARINGS):
            tries = [
                (row, column, level)
                for row, package in enumerate(found)
                for column, own in enumerate(package)
                for level in ladders[column]
                if own != 0.0 and level * own >= 0.0 and abs(level) < abs(own)
            ]
            if not tries:
                break
            lower = np.stack([_with(found[row], column, level) for row, column, level in tries])
            hopeful = np.arange(len(lower))
            for look in [*(each for each in looks if not each.whole), draw]:
                if hopeful.size:
                    least = self.share - look.slack(self.share)
                    hopeful = hopeful[self.tried(lower[hopeful], look).shares >= least]
            better: dict[int, int] = {}
            for at in hopeful.tolist():  # by row what takes most off a measure
                row = tries[at][0]
                if row not in better or _taken(found[row], tries[at]) > _taken(
                    found[row], tries[better[row]]
                ):
                    better[row] = at
            if not better:
                break
            rows = list(better)
            found[rows] = self.lowered(lower[list(better.values())], ladders, draw)
        return found

    def exchanged(self, package: FloatArray, ladders: Ladders) -> FloatArray:
        """A package on the ladders from which lowering gives a cheaper one: a measure or two up a step, others down.

        Steps are taken for as long as they make it cheaper by a hundredth or more, on a thousand worlds or so.
        """
        few, draw = Draw(self.found, _LOOKED_AT_ON), Draw(self.found, _EXCHANGED_ON)
        lower = self.lowered(package[None], ladders, draw, halvings=_ROUGHLY)
        cost = self.tried(lower, draw).costs[0]
        while True:
            above = np.array([_step(of, level, up=True) for of, level in zip(ladders, package, strict=True)])
            room = np.flatnonzero(above != package)
            raised = np.array([[c in pair for c in range(len(package))] for pair in _pairs(room)], bool)
            if not raised.size:
                return package
            if not few.whole:
                _, costs = self._exchanges(package, above, raised, ladders, few)
                raised = raised[np.argsort(costs, kind="stable")[: -(-len(raised) // _LOOKED_AT)]]
            lower, costs = self._exchanges(package, above, raised, ladders, draw)
            best = int(np.argmin(costs))
            if not costs[best] < cost - 0.01 * abs(cost):
                return package
            cost = costs[best]
            package = np.array([_step(of, v, up=False) for of, v in zip(ladders, lower[best], strict=True)])

    def _exchanges(
        self, package: FloatArray, above: FloatArray, raised: BoolArray, ladders: Ladders, draw: Draw
    ) -> tuple[FloatArray, FloatArray]:
        """A package with some measures `above` and all lowered, by row of `raised`, and the costs of those."""
        lower = self.lowered(np.where(raised, above, package), ladders, draw, raised, _ROUGHLY)
        tried = self.tried(lower, draw)
        return lower, np.where(tried.shares >= self.share - EXACT, tried.costs, np.inf)


def _with(package: FloatArray, column: int, level: float) -> FloatArray:
    """A package with one level replaced."""
    changed = package.copy()
    changed[column] = level
    return changed


def _taken(package: FloatArray, step: tuple[int, int, float]) -> float:
    """The share of a measure's level that a step down takes off."""
    _, column, level = step
    return float(1.0 - level / package[column])


def _pairs(columns: IntArray) -> list[tuple[int, ...]]:
    """Every column alone, and every two of them."""
    return [*combinations(columns.tolist(), 1), *combinations(columns.tolist(), 2)]


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """Figures of packages, (packages,): shares that meet the target, costs, and means of metrics.

    `expected`: the cost of every measure that has one, (packages, measures); `met`: the worlds that meet the target;
    `figures` by world.
    """

    shares: FloatArray
    costs: FloatArray
    expected: FloatArray
    means: Mapping[str, FloatArray]
    met: Sequence[BoolArray]
    figures: Sequence[Figures]


def _step(ladder: Sequence[float], level: float, up: bool) -> float:
    """The place on a ladder just above `level` on its side of zero; `level` itself may serve unless `up`."""
    side = [
        each
        for each in ladder
        if each * level >= 0.0 and (abs(each) > abs(level) or (not up and each == level))
    ]
    return min(side, key=lambda each: (abs(each), -each), default=level)


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Packages to try, (packages, measures), and the levels they are made of.

    `steps` into which every range is cut, and the `size` of the whole grid of those.
    """

    packages: FloatArray
    ladders: Ladders
    steps: int
    size: int


def candidates(model: Model, measures: Sequence[str], steps: int | None, worlds: int) -> Candidates:
    """Packages of even levels, with those that the study names where `steps` is None: as many as are affordable.

    Where the grid of `steps` is too large every second level is tried, or every third and so on; where even two levels
    of each measure are too many, the study's own arrangements, everything, nothing, and one measure at a time.
    """
    budget = AFFORDABLE // min(worlds, FEWEST)

    def even(cut: int) -> dict[str, tuple[float, ...]]:
        return {name: steps_between(*model.scenario.measures[name].range, cut) for name in measures}

    def size(levels: Mapping[str, Sequence[float]]) -> int:
        return prod(map(len, levels.values()))

    wanted, cut = even(steps or 1), steps or 1
    levels = wanted
    if steps is None:
        named = {name: {float(of[name]) for of in model.levels.values()} for name in measures}
        for more in range(1, _MOST_STEPS + 1):
            finer = {name: tuple(sorted({*of, *named[name]})) for name, of in even(more).items()}
            if size(finer) > budget:
                break
            levels = wanted = finer
            cut = more
    else:
        budget *= 4  # what is asked for may take longer
        thinned = ({n: _every(of, apart) for n, of in wanted.items()} for apart in range(1, steps + 1))
        levels = next((of for of in thinned if size(of) <= budget), even(1))
    ladders = list(levels.values())
    if size(levels) <= budget:
        return Candidates(grid(levels), ladders, cut, size(wanted))
    top = np.array([max(of, key=abs) for of in ladders])
    rows = [top, *np.diag(top), 0.0 * top]
    rows += [np.array([of[name] for name in measures]) for of in model.levels.values()]
    return Candidates(np.unique(np.stack(rows), axis=0), ladders, cut, size(wanted))


def _every(levels: Sequence[float], apart: int) -> tuple[float, ...]:
    """Every second level, or third and so on, with the ends and zero."""
    return tuple(sorted({*levels[::apart], levels[-1], *(level for level in levels if level == 0.0)}))

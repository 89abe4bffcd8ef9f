"""Packages of a study's measures that reach a target, all on the same worlds.

A grid of levels is tried as a whole where that is affordable, and searched where not. The least packages found are
then lowered between the levels of the grid, one measure after the other, as far as the target allows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.faults import InvalidInput, Refused
from backstop.base.words import did_you_mean
from backstop.questions.methods.evolution import searched
from backstop.questions.methods.packages import (
    Evaluated,
    Packages,
    enumerated,
    grid,
    minimal,
    no_package,
    steps_between,
)
from backstop.questions.study.condition import Condition, met
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.worlds.ensemble import Ensemble, Progress
from backstop.worlds.focus import figures
from backstop.worlds.statistics import (
    mean_and_error,
    means_and_errors,
    normalised_weights,
    note_on_few_worlds,
)
from backstop.worlds.workers import Workers

AFFORDABLE = 300_000
"""Worlds times packages that are solved without being asked to: half a minute or less on two processors."""
COST = "cost:"
_SIDE_BY_SIDE = 4_096
_FINER = 5
_REFINED = 12
_MOST_STEPS = 64


@dataclass(frozen=True, slots=True)
class Offer:
    """A package: levels of the measures, expected cost, share of worlds that meet the target, means of metrics.

    `costs` by measure; `error` that of the share.
    """

    measures: Mapping[str, float]
    cost: float
    share: float
    error: float | None
    metrics: Mapping[str, float]
    costs: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Bargain:
    """What can be offered: `minimal` packages, the cheapest first; the Pareto `front`; by measure alone the least level
    that reaches the target (None where none does).
    """

    minimal: tuple[Offer, ...]
    front: tuple[Offer, ...]
    alone: Mapping[str, float | None]
    tried: int
    exhaustive: bool
    steps: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Counter:
    """Evaluates packages on the worlds of an ensemble: what is not varied stays at its level in `base`.

    `payers`: controllers whose expected cost stands among the metrics as `cost:NAME`.
    """

    ensemble: Ensemble
    target: Condition
    measures: tuple[str, ...]
    base: Mapping[str, float]
    metrics: tuple[str, ...]
    weights: FloatArray | None
    payers: tuple[str, ...] = ()

    def solved(self, packages: FloatArray) -> tuple[FloatArray, Mapping[str, FloatArray], FloatArray]:
        """Where the target is met, (packages, worlds); metrics, the same; costs, (measures, packages, worlds).

        The packages are laid side by side: a few thousand worlds cost little more to solve than a few hundred.
        """
        count, worlds = len(packages), self.ensemble.worlds
        tiled = {
            name: np.tile(value, count) if isinstance(value, np.ndarray) else value
            for name, value in self.ensemble.parameters.items()
        }
        own = Ensemble.given(
            self.ensemble.model, tiled, count * worlds, Workers(1), self.ensemble.information
        )
        levels: dict[str, Value] = dict(self.base)
        for column, name in enumerate(self.measures):
            given = packages[:, column]
            levels[name] = float(given[0]) if (given == given[0]).all() else np.repeat(given, worlds)
        wanted = tuple(dict.fromkeys((*self.target.metrics, *self.metrics)))
        found = figures(own, levels, wanted, costs=True)
        reached = met(self.target, found.metrics, tiled, count * worlds) == 1.0
        return (
            reached.astype(np.float64).reshape(count, worlds),
            {name: values.reshape(count, worlds) for name, values in found.metrics.items()},
            found.costs.reshape(-1, count, worlds),
        )

    def evaluate(self, packages: FloatArray, progress: Progress | None = None) -> Evaluated:
        """Shares, costs and means of metrics of packages, shape (packages, measures); several at once."""
        weight = normalised_weights(self.weights, self.ensemble.worlds)
        share, cost = np.empty(len(packages)), np.empty(len(packages))
        means = {name: np.empty(len(packages)) for name in (*self.metrics, *map(cost_of, self.payers))}
        step = max(1, _SIDE_BY_SIDE // self.ensemble.worlds)
        starts = range(0, len(packages), step)

        def task(first: int) -> Evaluated:
            some = packages[first : first + step]
            reached, metrics, costs = self.solved(some)
            expected = costs @ weight
            return Evaluated(
                reached @ weight,
                expected.sum(axis=0)
                if self.priced
                else np.array([self.promised(package) for package in some]),
                {
                    name: np.array([mean for mean, _ in means_and_errors(metrics[name], self.weights)], float)
                    for name in self.metrics
                }
                | self._paid(expected),
            )

        done = 0

        def collect(first: int, found: Evaluated) -> None:
            nonlocal done
            here = slice(first, first + step)
            share[here], cost[here] = found.share, found.cost
            for name, room in means.items():
                room[here] = found.metrics[name]
            done += 1
            if progress is not None:
                progress(done, len(starts))

        self.ensemble.workers.spread(task, starts, collect, len(packages) * self.ensemble.worlds)
        return Evaluated(share, cost, means)

    def _paid(self, expected: FloatArray) -> dict[str, FloatArray]:
        """What each payer pays, shape (packages,), of the expected costs of the measures, (measures, packages)."""
        by = controllers(self.ensemble.model)
        return {
            cost_of(payer): expected[[row for row, name in enumerate(by) if name == payer]].sum(axis=0)
            for payer in self.payers
        }

    @property
    def priced(self) -> bool:
        """Whether any measure that is varied has a cost."""
        return any(self.ensemble.model.measures[name].cost is not None for name in self.measures)

    def promised(self, package: FloatArray) -> float:
        """In place of a cost: what is promised of every measure as a share of its range, added up."""
        ranges = [self.ensemble.model.scenario.measures[name].range for name in self.measures]
        return float(
            sum(
                abs(v) / max(abs(low), abs(high)) for v, (low, high) in zip(package, ranges, strict=True) if v
            )
        )

    def offer(self, package: FloatArray) -> Offer:
        """A package with all that is reported of it."""
        reached, metrics, costs = self.solved(package[None])
        share, error = mean_and_error(reached[0], self.weights)
        weight = normalised_weights(self.weights, self.ensemble.worlds)
        names = [n for n, m in self.ensemble.model.measures.items() if m.cost is not None]
        expected = costs @ weight
        by_measure = dict(zip(names, map(float, expected[:, 0]), strict=True))
        means = {name: mean_and_error(values[0], self.weights)[0] for name, values in metrics.items()}
        means |= {name: float(cost[0]) for name, cost in self._paid(expected).items()}
        return Offer(
            {name: float(v) for name, v in zip(self.measures, package, strict=True)},
            sum(by_measure.values()) if self.priced else self.promised(package),
            share or 0.0,
            error,
            {name: float("nan") if mean is None else mean for name, mean in means.items()},
            by_measure,
        )


def controllers(model: Model) -> tuple[str, ...]:
    """Who controls each measure that has a cost, several together joined by `+`."""
    return tuple(
        "+".join(model.scenario.measures[n].by) for n, m in model.measures.items() if m.cost is not None
    )


def cost_of(payer: str) -> str:
    """The name of a payer's expected cost among the metrics of packages."""
    return f"{COST}{payer}"


def chosen_measures(model: Model, names: Sequence[str]) -> tuple[str, ...]:
    """The measures whose levels are searched; by default all. Those with a range of one level cannot vary."""
    known = model.scenario.measures
    for name in names:
        if name not in known:
            raise InvalidInput(f"no measure is called {name}", hint=did_you_mean(name, known, "measure"))
    chosen = tuple(m for m in known if (not names or m in names) and known[m].range[0] < known[m].range[1])
    if not chosen:
        raise Refused(
            "no measure can be varied, so there is nothing to design", hint="give a measure a range"
        )
    return chosen


def affordable_steps(model: Model, measures: Sequence[str], worlds: int) -> int:
    """The most steps, up to 64, whose whole grid is affordable; at least one."""
    steps = 1
    while steps < _MOST_STEPS and _size(model, measures, steps + 1) * worlds <= AFFORDABLE:
        steps += 1
    return steps


def _size(model: Model, measures: Sequence[str], steps: int) -> int:
    return prod(len(steps_between(*model.scenario.measures[m].range, steps)) for m in measures)


def bargain(
    counter: Counter,
    share: float,
    steps: int | None,
    goals: Mapping[str, bool],
    seed: int,
    progress: Progress | None = None,
) -> Bargain:
    """The minimal packages that meet the target in at least `share` of worlds, and the front of cost and `goals`.

    `steps`: into how many each range is cut; None: as many as are affordable. `goals`: metrics to trade off against
    cost and share, each with whether more of it is better. Raises Refused where no package reaches the target, naming
    the nearest.
    """
    model, worlds = counter.ensemble.model, counter.ensemble.worlds
    normalised = normalised_weights(counter.weights, worlds)
    notes = [note] if (note := note_on_few_worlds(normalised)) else []
    cut = steps or affordable_steps(model, counter.measures, worlds)
    levels = {m: steps_between(*model.scenario.measures[m].range, cut) for m in counter.measures}
    size = prod(map(len, levels.values()))
    exhaustive = size * worlds <= 4 * AFFORDABLE
    if exhaustive:
        candidates = grid(levels)
        packages = enumerated(
            counter.measures,
            candidates,
            lambda some: counter.evaluate(some, progress),
            share,
            len(candidates),
        )
    else:
        evaluations = max(200, 2 * AFFORDABLE // worlds)
        packages = searched(
            levels, counter.evaluate, share, objectives=goals, evaluations=evaluations, seed=seed
        )
        notes.append(
            f"{len(packages.levels):,} of {size:,} packages were tried (an evolutionary search): there may be others"
        )
    if not packages.feasible.any():
        raise no_package(packages)
    rows = packages.minimal()
    least = [packages.levels[row] for row in rows]
    if len(least) <= _REFINED:
        least = _lowered(counter, least, levels, share)
    elif exhaustive:
        notes.append(f"{len(least)} minimal packages: their levels are those of the grid")
    cheapest = packages.levels[packages.cheapest()]
    offers = [counter.offer(package) for package in _distinct([*least, cheapest])]
    # The cheapest stands first even where a dearer world makes another package the one that promises least.
    offers.sort(key=lambda offer: (offer.cost, -offer.share))
    front = _front(packages, goals)
    return Bargain(
        tuple(offers),
        tuple(counter.offer(packages.levels[row]) for row in front),
        _alone(packages),
        len(packages.levels),
        exhaustive,
        cut,
        tuple(notes),
    )


def _distinct(packages: Sequence[FloatArray]) -> list[FloatArray]:
    """Packages without repeats, and without those that promise more than another of everything."""
    table = np.unique(np.stack(packages), axis=0)
    return list(table[minimal(table)])


def _lowered(
    counter: Counter, packages: Sequence[FloatArray], levels: Mapping[str, Sequence[float]], share: float
) -> list[FloatArray]:
    """Each package with every measure bisected down towards the next level of the grid, while the share is reached."""
    found = [np.array(package) for package in packages]
    for column, name in enumerate(counter.measures):
        ladder = np.asarray(levels[name])
        high = np.array([package[column] for package in found])
        low = np.array([_next_to_zero(ladder, value) for value in high])
        for _ in range(_FINER):
            middle = (low + high) / 2.0
            trials = np.array([_put(package, column, m) for package, m in zip(found, middle, strict=True)])
            reached = counter.evaluate(trials).share >= share - 1e-9
            high, low = np.where(reached, middle, high), np.where(reached, low, middle)
        found = [_put(package, column, value) for package, value in zip(found, high, strict=True)]
    return found


def _next_to_zero(ladder: FloatArray, value: float) -> float:
    """The neighbouring level of the grid on the way to zero; the level itself where it is zero."""
    if value == 0.0:
        return 0.0
    nearer = (
        ladder[(ladder < value) & (ladder >= 0.0)]
        if value > 0
        else ladder[(ladder > value) & (ladder <= 0.0)]
    )
    return value if not nearer.size else float(nearer.max() if value > 0 else nearer.min())


def _put(package: FloatArray, column: int, value: float) -> FloatArray:
    changed = package.copy()
    changed[column] = value
    return changed


def _front(packages: Packages, goals: Mapping[str, bool], most: int = 30) -> list[int]:
    """Rows on the Pareto front of cost, share and goals, the cheapest first; at most `most`, evenly spread."""
    from backstop.questions.methods.packages import pareto_front

    figures_ = packages.figures
    columns = [figures_.cost, -figures_.share]
    columns += [-figures_.metrics[m] if more else figures_.metrics[m] for m, more in goals.items()]
    table = np.asarray(np.round(np.column_stack(columns), 9), dtype=np.float64)
    usable = np.isfinite(table).all(axis=1)
    rows = np.flatnonzero(usable)[pareto_front(table[usable])]
    rows = rows[np.lexsort((rows, figures_.cost[rows]))]
    if len(rows) > most:
        rows = rows[np.unique(np.linspace(0, len(rows) - 1, most).round().astype(int))]
    return [int(row) for row in rows]


def _alone(packages: Packages) -> dict[str, float | None]:
    """By measure, the least level that reaches the target with all others that are varied at zero."""
    found: dict[str, float | None] = {}
    for column, name in enumerate(packages.measures):
        others = np.delete(packages.levels, column, axis=1)
        rows = np.flatnonzero(packages.feasible & (others == 0.0).all(axis=1))
        levels = packages.levels[rows, column]
        found[name] = float(levels[np.argmin(np.abs(levels))]) if rows.size else None
    return found

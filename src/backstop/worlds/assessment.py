"""A study solved over many worlds and summed up: weights from observations, and the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray, IntArray
from backstop.base.faults import InvalidInput
from backstop.base.words import did_you_mean
from backstop.game.choice import Information
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.worlds.draws import drawn
from backstop.worlds.query import Progress, Query, Solver, ask
from backstop.worlds.result import ArrangementResult, GridError, Result, compared, summed_curves, summed_up
from backstop.worlds.sample import curve_groups, solved_curves, solved_sample
from backstop.worlds.weighing import few_of, weighing

# Worlds solved once more on half the grid of beliefs; numbers of worlds without convergence that are named.
_HALVED, _NAMED = 1_008, 10
_PROBABILITIES = ("avoid", "reach", "occupy", "belief")
# Bytes of slips by world, over all arrangements, beyond which they are summed up and not kept.
_MOST_SLIPS = 512e6


def assess(
    model: Model,
    worlds: int = 10_000,
    seed: int = 1,
    arrangements: Sequence[str] | None = None,
    information: Information | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    out_of: int | None = None,
) -> Result:
    """Solve the arrangements of a model over `worlds` worlds and sum up.

    `arrangements` None: all of them; what is observed is solved in any case. `progress(done, total)` is called as
    blocks end. `out_of`: so many worlds are drawn and weighed, and `worlds` of them taken by their weights; where all
    have the same weight they are the first. Raises InvalidInput for unknown names and for faults found while solving;
    Refused past 2,000,000 worlds, and where what was observed leaves under ten effective worlds, or cannot be met.

    >>> import backstop
    >>> result = backstop.assess(backstop.load("examples/ladder"), worlds=100, arrangements=["automatic"])
    >>> round(result.arrangements["automatic"].metrics["war"].mean, 3)
    0.045
    """
    wanted = chosen_arrangements(model, arrangements)
    many = worlds if out_of is None else max(out_of, worlds)
    parameters = drawn(model, many, seed)
    solver = Solver(model, information or model.scenario.information, threads)
    groups = curve_groups(solver, worlds)
    at_once, later = (groups[0], []) if len(groups) == 1 else ([], groups)
    observed = len(observed_arrangements(model))
    steps = _Steps(progress, observed * many + len(wanted) * (1 + len(later)) * worlds)
    weighed = weighing(model, many, seed, threads, steps.step(observed * many))
    numbers = None
    if many > worlds:
        weighed, numbers = few_of(weighed, worlds, _standing(model, many, seed, threads))
        some = slice(worlds) if numbers is None else numbers
        parameters = {n: v[some] if isinstance(v, np.ndarray) else v for n, v in parameters.items()}
    weights = weighed.weights
    slips = sum(len(by) + 2 for by in solver.host.program.layout.slips.values())
    keep_slips = 8.0 * slips * worlds * len(wanted) <= _MOST_SLIPS
    unsettled: dict[str, BoolArray] = {}
    results: dict[str, ArrangementResult] = {}
    for name in wanted:
        levels = model.levels[name]
        sample = solved_sample(
            solver, parameters, worlds, levels, weights, at_once, steps.step(worlds), numbers
        )
        if not sample.settled.all():
            unsettled[name] = ~sample.settled
        curves = summed_curves(sample.curves, weights, threads)
        for group in later:
            found = solved_curves(solver, parameters, worlds, levels, group, steps.step(worlds))
            curves |= summed_curves(found, weights, threads)
        results[name] = summed_up(model, name, sample, curves, weights, threads, keep_slips)
    some_unsettled = np.logical_or.reduce([np.zeros(worlds, dtype=np.bool_), *unsettled.values()])
    grid = None
    if model.types is not None and model.types.beliefs == "bayes":
        grid = grid_error(model, parameters, worlds, results, weights, solver.information, threads)
    return Result(
        model=model,
        worlds=worlds,
        seed=seed,
        information=solver.information,
        arrangements=compared(results, weights, threads),
        weighed=weighed,
        unconverged_worlds=int(np.count_nonzero(some_unsettled)),
        parameters=parameters,
        grid=grid,
        unconverged=_numbered(some_unsettled, numbers),
        unconverged_by_arrangement={
            name: (int(np.count_nonzero(some)), _numbered(some, numbers)) for name, some in unsettled.items()
        },
        numbers=numbers,
        out_of=None if numbers is None else many,
    )


def _numbered(some: BoolArray, numbers: IntArray | None) -> tuple[int, ...]:
    """The numbers of the first of some worlds."""
    return tuple(map(int, (np.flatnonzero(some) if numbers is None else numbers[some])[:_NAMED]))


def _standing(model: Model, worlds: int, seed: int, threads: int | None) -> FloatArray:
    """How well worlds stand in the study as it is: its first chance, on average over arrangements, shape (worlds,).

    All alike, zero, where the study has no chance among its metrics.
    """
    model, total = model.as_it_stands, np.zeros(worlds)
    chances = [name for name, m in model.scenario.metrics.items() if m.kind in _PROBABILITIES]
    if not chances:
        return total
    parameters, queries = drawn(model, worlds, seed), [Query(of, chances[:1]) for of in model.levels.values()]
    for figures in ask(model, parameters, worlds, queries, model.scenario.information, threads):
        total += np.nan_to_num(figures.metrics[chances[0]])
    return total


def grid_error(
    model: Model,
    parameters: Mapping[str, Value],
    worlds: int,
    results: Mapping[str, ArrangementResult],
    weights: FloatArray | None,
    information: Information,
    threads: int | None,
) -> GridError:
    """How far metrics that are probabilities move on average when the grid of beliefs is halved.

    Worked out in the first 1,008 worlds, which are solved once more with half the grid.
    """
    assert model.types is not None
    size = model.types.grid
    half, count = (size + 1) // 2, min(worlds, _HALVED)
    coarse = replace(model, types=replace(model.types, grid=half))
    metrics = [name for name, m in model.scenario.metrics.items() if m.kind in _PROBABILITIES]
    some = {n: v[:count] if isinstance(v, np.ndarray) else v for n, v in parameters.items()}
    queries = [Query(model.levels[name], metrics) for name in results]
    found = ask(coarse, some, count, queries, information, threads)
    weight = None if weights is None else weights[:count]
    moved: dict[str, dict[str, float]] = {}
    for (name, result), figures in zip(results.items(), found, strict=True):
        moved[name] = {}
        for metric in metrics:
            change = figures.metrics[metric] - result.samples[metric][:count]
            known = np.isfinite(change)
            if known.any() and (weight is None or weight[known].sum() > 0.0):
                part = None if weight is None else weight[known]
                moved[name][metric] = abs(float(np.average(change[known], weights=part)))
    return GridError(size, half, count, moved)


class _Steps:
    """Progress of work done in steps, one after the other."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._before = progress, total, 0

    def step(self, size: int) -> Progress:
        """What the next step, which is of so much work, is to tell of its progress."""
        before = self._before
        self._before += size

        def told(done: int, of: int) -> None:
            if self._progress is not None:
                self._progress(before + done, self._total)

        return told


def observed_arrangements(model: Model) -> list[str]:
    """Arrangements that some observation is about, in the order of the observations."""
    return list(dict.fromkeys(o.arrangement for o in model.scenario.observations.values()))


def chosen_arrangements(model: Model, names: Sequence[str] | None) -> list[str]:
    """The arrangements asked for, in the order of the file; all of them where none is named."""
    known = list(model.levels)
    if not names:
        return known
    for name in names:
        if name not in known:
            raise InvalidInput(
                f"no arrangement is called {name}", hint=did_you_mean(name, known, "arrangement")
            )
    return [name for name in known if name in names]

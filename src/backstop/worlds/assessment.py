"""A study solved over many worlds and summed up: weights from observations, and the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.faults import InvalidInput
from backstop.base.words import did_you_mean
from backstop.game.choice import Information
from backstop.program.host import Solved
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.worlds.draws import drawn
from backstop.worlds.query import Progress, Solver
from backstop.worlds.result import (
    ArrangementResult,
    ObservationResult,
    Result,
    compared,
    summed_curves,
    summed_up,
)
from backstop.worlds.sample import Sample, Weigh, curve_groups, solved_curves, solved_samples
from backstop.worlds.statistics import effective_worlds, mean_and_error
from backstop.worlds.weights import log_weights_of, normalised

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
) -> Result:
    """Solve the arrangements of a model over `worlds` worlds and sum up.

    `arrangements` None: all of them; observed ones are solved in any case. `progress(done, total)` is called as blocks
    end. Raises InvalidInput for unknown names and for faults found while solving, Refused past 2,000,000 worlds.

    >>> import backstop
    >>> result = backstop.assess(backstop.load("examples/ladder"), worlds=100, arrangements=["automatic"])
    >>> round(result.arrangements["automatic"].metrics["war"].mean, 3)
    0.045
    """
    wanted = chosen_arrangements(model, arrangements)
    observed = observed_arrangements(model)
    others = [name for name in wanted if name not in observed]
    parameters = drawn(model, worlds, seed)
    work = _Work(
        Solver(model, information or model.scenario.information, threads), parameters, worlds, progress
    )
    work.plan(len(observed), len(others))
    weights: FloatArray | None = None
    reports: dict[str, ObservationResult] = {}
    results: dict[str, ArrangementResult] = {}
    if observed:
        samples, weights = work.weighed(observed)
        reports = _reports(model, samples, weights)
        results = {
            name: work.summed_up(name, samples.pop(name), weights) for name in observed if name in wanted
        }
    for name in others:
        results[name] = work.summed_up(name, work.sample(name, weights), weights)
    return Result(
        model=model,
        worlds=worlds,
        seed=seed,
        information=work.solver.information,
        arrangements=compared({name: results[name] for name in wanted}, weights, threads),
        observations=reports,
        weights=weights,
        effective_worlds=float(worlds) if weights is None else effective_worlds(weights),
        unconverged_worlds=int(np.count_nonzero(work.unsettled)),
        parameters=parameters,
    )


class _Work:
    """Arrangements solved and summed up one after the other, those observed together."""

    def __init__(
        self, solver: Solver, parameters: Mapping[str, Value], worlds: int, progress: Progress | None
    ) -> None:
        self.solver, self.model = solver, solver.model
        self.parameters, self.worlds = parameters, worlds
        self.unsettled = np.zeros(worlds, dtype=np.bool_)
        self._progress, self._done, self._total = progress, 0, 0
        self._curves: Sequence[str] = ()
        self._later: list[list[str]] = []
        self._keep_slips = True

    def plan(self, observed: int, others: int) -> None:
        """Say how many arrangements there will be."""
        groups = curve_groups(self.solver, self.worlds, max(1, observed))
        if len(groups) == 1:
            self._curves = groups[0]
        else:
            self._later = groups
        rows = sum(len(by) + 2 for by in self.solver.host.program.layout.slips.values())
        self._keep_slips = 8.0 * rows * self.worlds * (observed + others) <= _MOST_SLIPS
        self._total = (observed + others) * (1 + len(self._later)) * self.worlds

    def _tell(self, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress(self._done + done, self._total)
        if done == total:
            self._done += total

    def _samples(self, names: Sequence[str], weigh: Weigh) -> dict[str, Sample]:
        levels = {name: self.model.levels[name] for name in names}
        return solved_samples(
            self.solver, self.parameters, self.worlds, levels, weigh, self._curves, self._tell
        )

    def weighed(self, observed: Sequence[str]) -> tuple[dict[str, Sample], FloatArray]:
        """The arrangements that are observed, and the weights of the worlds that follow."""
        model, logs = self.model, np.empty(self.worlds)

        def weigh(first: int, solved: Mapping[str, Solved]) -> tuple[FloatArray, float]:
            here = logs[first : first + next(iter(solved.values())).settled.size]
            if any(each.flagged.any() for each in solved.values()):
                here[...] = 0.0  # refused once all blocks are solved
                return np.ones(here.size), 0.0
            seen = {
                name: solved[o.arrangement].metrics[o.metric]
                for name, o in model.scenario.observations.items()
            }
            here[...] = log_weights_of(model, seen, first)
            # Weights are kept in scale with one another within a block; the scale of all blocks comes at the end.
            unit = float(here.max())
            unit = unit if np.isfinite(unit) else 0.0
            return np.exp(here - unit), unit

        return self._samples(observed, weigh), normalised(model, logs)

    def sample(self, name: str, weights: FloatArray | None) -> Sample:
        """One arrangement where the weights are known."""

        def weigh(first: int, solved: Mapping[str, Solved]) -> tuple[FloatArray, float]:
            count = solved[name].settled.size
            return (np.ones(count) if weights is None else weights[first : first + count]), 0.0

        return self._samples([name], weigh)[name]

    def summed_up(self, name: str, sample: Sample, weights: FloatArray | None) -> ArrangementResult:
        """The figures of an arrangement, summed up over worlds."""
        self.unsettled |= ~sample.settled
        threads = self.solver.threads
        curves = summed_curves(sample.curves, weights, threads)
        for group in self._later:
            found = solved_curves(
                self.solver, self.parameters, self.worlds, self.model.levels[name], group, self._tell
            )
            curves |= summed_curves(found, weights, threads)
        return summed_up(self.model, name, sample, curves, weights, threads, self._keep_slips)


def _reports(
    model: Model, samples: Mapping[str, Sample], weights: FloatArray
) -> dict[str, ObservationResult]:
    """What the observations are about, before and after weighting."""
    found = {}
    for name, o in model.scenario.observations.items():
        values = samples[o.arrangement].metrics[o.metric]
        prior, weighted = (mean_and_error(values, each)[0] for each in (None, weights))
        found[name] = ObservationResult(o.metric, o.arrangement, prior, weighted, o.observed)
    return found


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

"""The result of an assessment: figures by arrangement with their errors, world by world where asked for."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from backstop.base.arrays import FloatArray, IntArray
from backstop.base.shown import Shown, Sketch
from backstop.base.words import counted
from backstop.game.choice import Information
from backstop.game.slips import name_of_slips
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.scenario.override_notes import override_notes
from backstop.worlds.comparison import difference
from backstop.worlds.sample import Curves, Sample
from backstop.worlds.slips import Slips, SlipSample, slip_sample, summed_slips
from backstop.worlds.statistics import (
    Summary,
    jackknife_errors,
    replication_mass,
    summaries,
)
from backstop.worlds.threads import in_threads
from backstop.worlds.weighing import ROUGH, ObservationResult, Weighing

if TYPE_CHECKING:
    import pandas
    import xarray

FORMAT = "backstop-result/1"
UNSTATED_UNIT = "unstated"

# Figures summed up in one go.
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Curve:
    """A metric as of every period 0 .. T, summed up over worlds; `se` is the error of the mean."""

    mean: tuple[float | None, ...]
    se: tuple[float | None, ...]
    q05: tuple[float | None, ...]
    q25: tuple[float | None, ...]
    q50: tuple[float | None, ...]
    q75: tuple[float | None, ...]
    q95: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class ArrangementResult:
    """What one arrangement gives. `samples` and `value_samples` hold metrics and actors' values by world.

    `slips`: for metrics of the kinds reach, avoid and count, how far their event comes with slips; `slip_samples` the
    same by world, empty where there are too many worlds to keep it. Both are empty for scenarios too large to tell.
    `phases[k]`: mean share at periods 0 .. T. `outcomes`: expected number over the horizon from the start phase.
    `split`, `split_errors`: shares of phases by value of a fact, under the names of `Model.splits`, and their errors.
    `phase_errors`, `outcome_errors`: their Monte Carlo errors (NaN where there is none).
    `controllers[c][unit]`: expected cost that falls to controller c, in each unit that occurs.
    """

    name: str
    metrics: Mapping[str, Summary]
    slips: Mapping[str, Slips]
    curves: Mapping[str, Curve]
    phases: Mapping[str, tuple[float, ...]]
    phase_errors: Mapping[str, tuple[float, ...]]
    outcomes: Mapping[str, float]
    outcome_errors: Mapping[str, float]
    values: Mapping[str, Summary]
    costs: Mapping[str, Summary]
    controllers: Mapping[str, Mapping[str, Summary]]
    samples: Mapping[str, FloatArray] = field(repr=False)
    value_samples: Mapping[str, FloatArray] = field(repr=False)
    cost_samples: Mapping[str, FloatArray] = field(repr=False)
    slip_samples: Mapping[str, SlipSample] = field(repr=False)
    differences: Mapping[str, Summary] = field(default_factory=dict)
    split: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    split_errors: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GridError:
    """How far means of metrics move when the grid of beliefs is halved, from `size` points to `half`.

    In the first `worlds` worlds; `moved` by arrangement and metric. What is left of the error is about a third of it.
    """

    size: int
    half: int
    worlds: int
    moved: Mapping[str, Mapping[str, float]]

    @property
    def largest(self) -> tuple[str, str, float]:
        """The arrangement and the metric that move most, and how far."""
        found = ((a, m, by) for a, of in self.moved.items() for m, by in of.items())
        return max(found, key=lambda each: each[2], default=("", "", 0.0))

    def as_dict(self) -> dict[str, Any]:
        """Its JSON."""
        return {
            "points": self.size,
            "halved_to": self.half,
            "worlds": self.worlds,
            "moved": {a: dict(of) for a, of in self.moved.items()},
        }


@dataclass(frozen=True, slots=True, repr=False)
class Result(Shown):
    """An assessment. `weighed`: how worlds were weighed; `parameters` holds every world's draws. `grid`: how much rests
    on the grid of beliefs, where others learn an actor's type; None where nobody learns. `unconverged`: the numbers of
    the first worlds that did not settle. `out_of`: how many worlds were drawn and weighed, where these are taken out of
    them by their weights, and `numbers` which of them they are. `beside`: what else its JSON holds, by key.

    >>> import backstop
    >>> result = backstop.assess(backstop.load("examples/ladder"), worlds=100, arrangements=["automatic", "attributed"])
    >>> result.first
    'automatic'
    >>> round(result.arrangements["attributed"].differences["war"].mean, 3)
    0.072
    >>> sorted(result.as_dict()["arrangements"]["attributed"])[:4]
    ['costs', 'costs_by_controller', 'curves', 'differences']
    """

    model: Model
    worlds: int
    seed: int
    information: Information
    arrangements: Mapping[str, ArrangementResult]
    weighed: Weighing = field(repr=False)
    unconverged_worlds: int
    parameters: Mapping[str, Value] = field(repr=False)
    grid: GridError | None = None
    unconverged: tuple[int, ...] = ()
    unconverged_by_arrangement: Mapping[str, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    numbers: IntArray | None = field(default=None, repr=False)
    out_of: int | None = None
    beside: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def drawn_words(self) -> str:
        """How many worlds there are, in words, and out of how many they were taken."""
        words = counted(self.worlds, "world")
        return words if self.out_of is None else f"{words} taken by their weights out of {self.out_of:,}"

    @property
    def weights(self) -> FloatArray | None:
        """Weights of the worlds, shape (worlds,); None where all count alike."""
        return self.weighed.weights

    @property
    def effective_worlds(self) -> float:
        """How many equally weighted worlds the worlds are worth."""
        return self.weighed.effective_worlds

    @property
    def observations(self) -> Mapping[str, ObservationResult]:
        """Observed metrics before and after weighting."""
        return self.weighed.observations

    @property
    def notes(self) -> tuple[str, ...]:
        """What to mind about the figures, a line each."""
        return (*override_notes(self.model), *self.weighed.notes)

    @property
    def rough(self) -> tuple[str, ...]:
        """The warning that is to stand beside every figure, where they rest on few effective worlds."""
        return tuple(note for note in self.weighed.notes if note.startswith(ROUGH))

    @property
    def first(self) -> str:
        """The arrangement that the others are compared with."""
        return next(iter(self.arrangements))

    def as_dict(self) -> dict[str, Any]:
        """The result as the one JSON object `backstop-result/1`."""
        scenario = self.model.scenario
        return {
            "format": FORMAT,
            "study": self.model.study,
            "title": scenario.title,
            "question": scenario.question,
            "digests": dict(self.model.digests),
            "versions": versions(),
            "seed": self.seed,
            "worlds": self.worlds,
            **({} if self.out_of is None else {"out_of": self.out_of}),
            "effective_worlds": self.effective_worlds,
            "information": self.information,
            **self.model.overrides.as_dict(),
            "slips_are": name_of_slips(self.information),
            "unconverged_worlds": self.unconverged_worlds,
            **({"first_unconverged": list(self.unconverged)} if self.unconverged else {}),
            **(
                {
                    "unconverged_by_arrangement": {
                        name: {"worlds": count, "first": list(first)}
                        for name, (count, first) in self.unconverged_by_arrangement.items()
                    }
                }
                if self.unconverged_by_arrangement
                else {}
            ),
            **({} if self.grid is None else {"belief_grid": self.grid.as_dict()}),
            "arrangements": {n: _arrangement_dict(a, self.model) for n, a in self.arrangements.items()},
            "observations": {name: o.as_dict() for name, o in self.observations.items()},
            "notes": list(self.notes),
            **self.beside,
        }

    def sketch(self) -> Sketch:
        """What a notebook shows of it."""
        from backstop.worlds.shown.sketch import sketch_of

        return sketch_of(self)

    def to_pandas(self, worlds: bool = False) -> pandas.DataFrame:
        """A row for each arrangement and metric; with `worlds` one for each arrangement and world.

        Needs the extra `notebook`.
        """
        from backstop.worlds.shown.labelled import summary_frame, world_frame

        return world_frame(self) if worlds else summary_frame(self.as_dict())

    def to_xarray(self) -> xarray.Dataset:
        """World by world as a labelled data set.

        Dimensions are world, arrangement, parameter, metric, event, actor and measure. An event is that of a metric of
        the same name; `incentive` and `slips` split it, and have no event where there are too many worlds to keep them.
        Needs the extra `notebook`.
        """
        from backstop.worlds.shown.labelled import data_set

        return data_set(self, versions())


def versions() -> dict[str, str]:
    """Versions of what the numbers depend on."""
    return {
        "backstop": version("backstop"),
        "numpy": version("numpy"),
        "scipy": version("scipy"),
        "python": platform.python_version(),
    }


def summed_up(
    model: Model,
    name: str,
    sample: Sample,
    curves: Mapping[str, Curve],
    weights: FloatArray | None,
    threads: int | None = None,
    keep_slips: bool = True,
) -> ArrangementResult:
    """An arrangement summed up over worlds; `curves` are those already summed up."""
    shared = _controller_costs(model, sample)
    slips = {metric: slip_sample(model, sample, metric) for metric in sample.slips}
    kinds: tuple[Mapping[Any, FloatArray], ...] = (
        *(sample.metrics, sample.values, sample.costs, shared),
        *(dict(enumerate((of.incentive, *of.by.values()))) for of in slips.values()),
    )
    rows = [values for of in kinds for values in of.values()]
    found = iter(_summaries(rows, weights, threads))
    metrics, values, costs, by_controller, *split = (dict(zip(of, found, strict=False)) for of in kinds)
    controllers: dict[str, dict[str, Summary]] = {}
    for (controller, unit), summary in by_controller.items():
        controllers.setdefault(controller, {})[unit] = summary
    mass = replication_mass(weights, sample.settled.size)
    phases, phases_se = _averages(mass, sample.phase_sums)
    outcomes, outcomes_se = _averages(mass, sample.outcome_sums)
    outcome_names, courses = model.outcomes, [tuple(map(float, phases[:, k])) for k in range(phases.shape[1])]
    first_split = len(model.phases)
    return ArrangementResult(
        name=name,
        metrics=metrics,
        slips={
            metric: summed_slips(slips[metric], list(parts.values()), weights)
            for metric, parts in zip(slips, split, strict=True)
        },
        curves={n: curves[n] for n in metrics if n in curves},
        phases=dict(zip(model.phases, courses, strict=False)),
        phase_errors={n: tuple(map(float, phases_se[:, k])) for k, n in enumerate(model.phases)},
        outcomes=dict(zip(outcome_names, map(float, outcomes), strict=True)),
        outcome_errors=dict(zip(outcome_names, map(float, outcomes_se), strict=True)),
        values=values,
        costs=costs,
        controllers=controllers,
        samples=sample.metrics,
        value_samples=sample.values,
        cost_samples=sample.costs,
        slip_samples=slips if keep_slips else {},
        split=dict(zip(model.splits, courses[first_split:], strict=True)),
        split_errors={
            n: tuple(map(float, phases_se[:, first_split + k])) for k, n in enumerate(model.splits)
        },
    )


def compared(
    arrangements: Mapping[str, ArrangementResult], weights: FloatArray | None, threads: int | None = None
) -> dict[str, ArrangementResult]:
    """The same with the paired difference of every arrangement from the first, on the same worlds."""
    (first, base), *others = arrangements.items()
    metrics = list(base.samples)

    def differences(of: ArrangementResult) -> dict[str, Summary]:
        rows = [difference(of.samples[metric], base.samples[metric]) for metric in metrics]
        return dict(zip(metrics, summaries(rows, weights), strict=True))

    found = in_threads(differences, [of for _, of in others], threads)
    return {first: base} | {
        name: replace(of, differences=each) for (name, of), each in zip(others, found, strict=True)
    }


def _summaries(rows: Sequence[FloatArray], weights: FloatArray | None, threads: int | None) -> list[Summary]:
    """Summaries of many figures, some at a time in each thread."""
    parts = [rows[at : at + _AT_ONCE] for at in range(0, len(rows), _AT_ONCE)]
    return [
        each for part in in_threads(lambda some: summaries(some, weights), parts, threads) for each in part
    ]


def _averages(mass: FloatArray, sums: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weighted means with errors: `sums` (16, ...) by replication, whose worlds weigh `mass` (16,), give (...)."""
    return sums.sum(axis=0) / mass.sum(), jackknife_errors(mass, sums)


def _controller_costs(model: Model, sample: Sample) -> dict[tuple[str, str], FloatArray]:
    """Cost by controller and unit; what several control together stands under their names joined by `+`."""
    found: dict[tuple[str, str], FloatArray] = {}
    for name, cost in sample.costs.items():
        measure = model.scenario.measures[name]
        key = ("+".join(measure.by), measure.total_unit or UNSTATED_UNIT)
        found[key] = found[key] + cost if key in found else cost
    return found


def summed_curves(curves: Curves, weights: FloatArray | None, threads: int | None = None) -> dict[str, Curve]:
    """Curves summed up over worlds; metrics that share an array share what it comes to."""
    arrays = {id(values): values for values in curves.values()}

    def task(values: NDArray[Any]) -> Curve:
        points = summaries([row.astype(np.float64) for row in values], weights, ends=False)
        return Curve(*(tuple(getattr(point, part) for point in points) for part in Curve.__slots__))

    summed = dict(zip(arrays, in_threads(task, list(arrays.values()), threads), strict=True))
    return {name: summed[id(values)] for name, values in curves.items()}


def _by_fact(a: ArrangementResult, model: Model) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Shares of the phases by fact, phase and value of the fact."""
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    for name, (fact, phase, value) in model.splits.items():
        found.setdefault(fact, {}).setdefault(phase, {})[value] = list(a.split[name])
    return found


def _arrangement_dict(a: ArrangementResult, model: Model) -> dict[str, Any]:
    return {
        "metrics": {
            n: {**s.as_dict(), **(a.slips[n].as_dict() if n in a.slips else {})} for n, s in a.metrics.items()
        },
        "differences": {n: s.as_dict() for n, s in a.differences.items()},
        "curves": {
            n: {"mean": list(c.mean), "q05": list(c.q05), "q50": list(c.q50), "q95": list(c.q95)}
            for n, c in a.curves.items()
        },
        "phases": {n: list(share) for n, share in a.phases.items()},
        **({"phases_by_fact": _by_fact(a, model)} if a.split else {}),
        "outcomes": dict(a.outcomes),
        "values": {n: s.as_dict() for n, s in a.values.items()},
        "costs": {n: s.as_dict() for n, s in a.costs.items()},
        "costs_by_controller": {
            controller: {unit: s.as_dict() for unit, s in units.items()}
            for controller, units in a.controllers.items()
        },
    }

"""The result of an assessment: figures by arrangement with their errors, world by world where asked for."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from backstop.game.stage import Information
from backstop.scenario.distribution.distribution import Distribution, distribution
from backstop.scenario.expression.expression import Value
from backstop.scenario.format import scenario as form
from backstop.scenario.model import Model
from backstop.worlds.evaluation import Evaluation, Layout
from backstop.worlds.statistics import (
    QUANTILES,
    Array,
    Summary,
    means_and_errors,
    quantiles,
    replication_mass,
    summarise,
)
from backstop.worlds.workers import Workers

if TYPE_CHECKING:
    import xarray

FORMAT = "backstop-result/1"
UNSTATED_UNIT = "unstated"


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

    `phases[k]`: mean share at periods 0 .. T. `outcomes`: expected number over the horizon from the start phase.
    `phase_errors`, `outcome_errors`: their Monte Carlo errors (NaN where there is none).
    `controllers[c][unit]`: expected cost that falls to controller c, in each unit that occurs.
    """

    name: str
    metrics: Mapping[str, Summary]
    curves: Mapping[str, Curve]
    phases: Mapping[str, tuple[float, ...]]
    phase_errors: Mapping[str, tuple[float, ...]]
    outcomes: Mapping[str, float]
    outcome_errors: Mapping[str, float]
    values: Mapping[str, Summary]
    costs: Mapping[str, Summary]
    controllers: Mapping[str, Mapping[str, Summary]]
    samples: Mapping[str, Array] = field(repr=False)
    value_samples: Mapping[str, Array] = field(repr=False)
    cost_samples: Mapping[str, Array] = field(repr=False)
    differences: Mapping[str, Summary] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ObservationResult:
    """An observed metric: its mean over worlds before (`prior`) and after weighting, and what was observed."""

    metric: str
    arrangement: str
    prior: float | None
    weighted: float | None
    observed: form.Spread

    @property
    def distribution(self) -> Distribution:
        """The likelihood over the metric."""
        return distribution(self.observed.kind, self.observed.arguments, self.observed.bounds)

    def as_dict(self) -> dict[str, Any]:
        """As it stands in the JSON of a result."""
        spread = self.distribution
        low, high = (float(q) for q in spread.quantile(np.array([0.05, 0.95])))
        return {
            "metric": self.metric,
            "arrangement": self.arrangement,
            "prior": self.prior,
            "weighted": self.weighted,
            "observed": float(spread.mean),
            "observed_q05": low,
            "observed_q95": high,
        }


@dataclass(frozen=True, slots=True)
class Result:
    """An assessment. `weights` is None where all worlds count alike; `parameters` holds every world's draws."""

    model: Model
    worlds: int
    seed: int
    information: Information
    arrangements: Mapping[str, ArrangementResult]
    observations: Mapping[str, ObservationResult]
    weights: Array | None
    effective_worlds: float
    unconverged_worlds: int
    parameters: Mapping[str, Value] = field(repr=False)

    @property
    def first(self) -> str:
        """The arrangement that the others are compared with."""
        return next(iter(self.arrangements))

    def compared(self, workers: Workers) -> Result:
        """The same result with the paired difference of every arrangement from the first, on the same worlds."""
        base = self.arrangements[self.first].samples
        jobs = [(a, m) for a in self.arrangements if a != self.first for m in base]
        found: dict[tuple[str, str], Summary] = {}

        def task(i: int) -> Summary:
            a, m = jobs[i]
            return summarise(self.arrangements[a].samples[m] - base[m], self.weights)

        def collect(i: int, difference: Summary) -> None:
            found[jobs[i]] = difference

        workers.spread(task, range(len(jobs)), collect, self.worlds)
        return replace(
            self,
            arrangements={
                name: replace(a, differences={m: found[name, m] for m in base if (name, m) in found})
                for name, a in self.arrangements.items()
            },
        )

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
            "effective_worlds": self.effective_worlds,
            "information": self.information,
            "unconverged_worlds": self.unconverged_worlds,
            "arrangements": {name: _arrangement_dict(a) for name, a in self.arrangements.items()},
            "observations": {name: o.as_dict() for name, o in self.observations.items()},
        }

    def to_xarray(self) -> xarray.Dataset:
        """World by world as a labelled data set: dimensions world, arrangement, parameter, metric, actor, measure.

        Needs the extra `xarray`.
        """
        try:
            import xarray
        except ImportError as error:
            from backstop.base.faults import InvalidInput

            raise InvalidInput(
                "labelled arrays need xarray", hint="pip install 'backstop[xarray]'"
            ) from error
        names = list(self.arrangements)
        scenario = self.model.scenario

        def stacked(samples: list[Mapping[str, Array]], rows: list[str]) -> Array:
            if not rows:
                return np.empty((len(samples), 0, self.worlds))
            return np.stack([np.stack([of[row] for row in rows]) for of in samples])

        every = list(self.arrangements.values())
        metrics, actors = list(scenario.metrics), list(scenario.actors)
        costs = list(every[0].cost_samples)
        weights = np.ones(self.worlds) if self.weights is None else self.weights
        parameters = np.empty((len(self.parameters), self.worlds))
        for row, value in enumerate(self.parameters.values()):
            parameters[row] = value
        return xarray.Dataset(
            {
                "parameters": (("parameter", "world"), parameters),
                "metrics": (("arrangement", "metric", "world"), stacked([a.samples for a in every], metrics)),
                "values": (
                    ("arrangement", "actor", "world"),
                    stacked([a.value_samples for a in every], actors),
                ),
                "costs": (
                    ("arrangement", "measure", "world"),
                    stacked([a.cost_samples for a in every], costs),
                ),
                "weight": (("world",), weights / weights.sum()),
            },
            coords={
                "world": np.arange(self.worlds),
                "arrangement": names,
                "parameter": list(self.parameters),
                "metric": metrics,
                "actor": actors,
                "measure": costs,
            },
            attrs={
                "title": scenario.title,
                "seed": self.seed,
                "information": self.information,
                **{f"sha256 {file}": digest for file, digest in self.model.digests.items()},
                **versions(),
            },
        )


def versions() -> dict[str, str]:
    """Versions of what the numbers depend on."""
    return {
        "backstop": version("backstop"),
        "numpy": version("numpy"),
        "scipy": version("scipy"),
        "python": platform.python_version(),
    }


@dataclass(slots=True)
class _Sums:
    """What is found of one arrangement, by kind and name of the figure, and by row of the curve."""

    shared: dict[tuple[str, str], Array]
    summaries: dict[tuple[str, str], Summary]
    curves: dict[int, Curve]


def summarise_arrangements(
    model: Model, figures: Layout, rooms: Mapping[str, Evaluation], weights: Array | None, workers: Workers
) -> dict[str, ArrangementResult]:
    """Sum arrangements up over worlds."""
    sums = {name: _Sums(_controller_costs(model, figures, of), {}, {}) for name, of in rooms.items()}
    jobs: list[tuple[str, str, str, Array | int]] = []
    for name, of in rooms.items():
        jobs += [(name, "metric", n, of.metrics[i]) for i, n in enumerate(figures.metrics)]
        jobs += [(name, "value", n, of.values[i]) for i, n in enumerate(figures.actors)]
        jobs += [(name, "cost", n, of.costs[i]) for i, n in enumerate(figures.costs)]
        jobs += [
            (name, "controller", f"{controller}\0{unit}", cost)
            for (controller, unit), cost in sums[name].shared.items()
        ]
        jobs += [(name, "curve", "", row) for row in dict.fromkeys(figures.curve_rows.values())]

    def task(i: int) -> Summary | Curve:
        name, _, _, values = jobs[i]
        if isinstance(values, int):
            return _curve(rooms[name].curves.row(values), weights)
        return summarise(values, weights)

    def collect(i: int, found: Summary | Curve) -> None:
        name, kind, key, row = jobs[i]
        if isinstance(found, Summary):
            sums[name].summaries[kind, key] = found
        elif isinstance(row, int):
            sums[name].curves[row] = found

    worlds = weights.size if weights is not None else max(of.settled.size for of in rooms.values())
    workers.spread(task, range(len(jobs)), collect, worlds)
    return {name: _arrangement(figures, name, of, weights, sums[name]) for name, of in rooms.items()}


def _arrangement(
    figures: Layout, name: str, of: Evaluation, weights: Array | None, sums: _Sums
) -> ArrangementResult:
    shared, summaries, curves = sums.shared, sums.summaries, sums.curves
    controllers: dict[str, dict[str, Summary]] = {}
    for controller, unit in shared:
        controllers.setdefault(controller, {})[unit] = summaries["controller", f"{controller}\0{unit}"]
    phases, phases_se, outcomes, outcomes_se = of.averages(replication_mass(weights, of.settled.size))
    return ArrangementResult(
        name=name,
        metrics={n: summaries["metric", n] for n in figures.metrics},
        curves={n: curves[row] for n, row in figures.curve_rows.items()},
        phases={n: tuple(map(float, phases[:, k])) for k, n in enumerate(figures.phases)},
        phase_errors={n: tuple(map(float, phases_se[:, k])) for k, n in enumerate(figures.phases)},
        outcomes={n: float(outcomes[o]) for o, n in enumerate(figures.outcomes)},
        outcome_errors={n: float(outcomes_se[o]) for o, n in enumerate(figures.outcomes)},
        values={n: summaries["value", n] for n in figures.actors},
        costs={n: summaries["cost", n] for n in figures.costs},
        controllers=controllers,
        samples=dict(zip(figures.metrics, of.metrics, strict=True)),
        value_samples=dict(zip(figures.actors, of.values, strict=True)),
        cost_samples=dict(zip(figures.costs, of.costs, strict=True)),
    )


def _controller_costs(model: Model, figures: Layout, of: Evaluation) -> dict[tuple[str, str], Array]:
    """Cost by controller and unit; what several control together stands under their names joined by `+`."""
    found: dict[tuple[str, str], Array] = {}
    for row, name in enumerate(figures.costs):
        measure = model.scenario.measures[name]
        key = ("+".join(measure.by), measure.cost_unit or UNSTATED_UNIT)
        found[key] = found[key] + of.costs[row] if key in found else of.costs[row]
    return found


def _curve(values: Array, weights: Array | None) -> Curve:
    means = means_and_errors(values, weights)
    q05, q25, q50, q75, q95 = zip(*(quantiles(row, weights, QUANTILES) for row in values), strict=True)
    return Curve(tuple(mean for mean, _ in means), tuple(se for _, se in means), q05, q25, q50, q75, q95)


def _arrangement_dict(a: ArrangementResult) -> dict[str, Any]:
    return {
        "metrics": {n: s.as_dict() for n, s in a.metrics.items()},
        "differences": {n: s.as_dict() for n, s in a.differences.items()},
        "curves": {
            n: {"mean": list(c.mean), "q05": list(c.q05), "q50": list(c.q50), "q95": list(c.q95)}
            for n, c in a.curves.items()
        },
        "phases": {n: list(share) for n, share in a.phases.items()},
        "outcomes": dict(a.outcomes),
        "values": {n: s.as_dict() for n, s in a.values.items()},
        "costs": {n: s.as_dict() for n, s in a.costs.items()},
        "costs_by_controller": {
            controller: {unit: s.as_dict() for unit, s in units.items()}
            for controller, units in a.controllers.items()
        },
    }

"""One arrangement solved in a block of worlds: its metrics, values, costs and shares, world by world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backstop.game.measure import Condition, Measure, curve, expected_outcomes, shares
from backstop.game.process import solve
from backstop.game.stage import Information
from backstop.scenario import format as form
from backstop.scenario.compiled import Model
from backstop.scenario.expression import Value
from backstop.scenario.valuation import Plan, Valuation

Array = NDArray[np.float64]
CURVE_KINDS = ("avoid", "reach", "occupy")


@dataclass(frozen=True, slots=True)
class Layout:
    """Which figures an evaluation gives, and in what order: the same for all arrangements and blocks of a model."""

    metrics: tuple[str, ...]
    curves: tuple[str, ...]
    actors: tuple[str, ...]
    outcomes: tuple[str, ...]
    phases: tuple[str, ...]
    costs: tuple[str, ...]
    periods: int


def layout(model: Model) -> Layout:
    """The figures of a model."""
    metrics = model.scenario.metrics
    return Layout(
        tuple(metrics),
        tuple(name for name, metric in metrics.items() if metric.kind in CURVE_KINDS),
        model.game.actors,
        model.game.outcomes,
        model.game.phases,
        tuple(name for name, measure in model.measures.items() if measure.cost is not None),
        model.periods,
    )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of one arrangement by world; the last axis is worlds.

    metrics (metrics, W), curves (curves, T + 1, W), values (actors, W), costs (costs, W), outcomes (outcomes, W),
    phases (T + 1, phases, W), settled (W,).
    """

    metrics: Array
    curves: Array
    values: Array
    costs: Array
    outcomes: Array
    phases: Array
    settled: NDArray[np.bool_]

    @staticmethod
    def room(of: Layout, worlds: int) -> Evaluation:
        """Empty arrays for `worlds` worlds."""
        return Evaluation(
            np.empty((len(of.metrics), worlds)),
            np.empty((len(of.curves), of.periods + 1, worlds)),
            np.empty((len(of.actors), worlds)),
            np.empty((len(of.costs), worlds)),
            np.empty((len(of.outcomes), worlds)),
            np.empty((of.periods + 1, len(of.phases), worlds)),
            np.empty(worlds, dtype=np.bool_),
        )


def measure_of(model: Model, metric: form.Metric) -> Measure:
    """The metric of the file as the game room's measure (all kinds but `value`)."""
    game = model.game
    names = getattr(metric, metric.kind)
    index = game.outcomes.index if metric.kind == "count" else game.phases.index
    start = game.start if metric.from_ is None else game.phases.index(metric.from_)
    given = None
    if metric.given is not None:
        reach = metric.given.reach is not None
        phases = metric.given.reach if reach else metric.given.avoid
        given = Condition("reach" if reach else "avoid", frozenset(map(game.phases.index, phases or ())))
    return Measure(metric.kind, frozenset(map(index, names)), start, given)  # type: ignore[arg-type]


def evaluate(
    plan: Plan,
    draws: Mapping[str, Value],
    first: int,
    count: int,
    information: Information,
    room: Evaluation,
    accelerate: bool = True,
) -> None:
    """Solve worlds `first` .. `first + count - 1` under the arrangement of `plan`; figures go into `room`."""
    model = plan.model
    valuation = Valuation(plan, draws, first, count)
    solution = solve(
        model.game,
        valuation.stage,
        model.periods,
        valuation.factor,
        information,
        count,
        model.scenario.horizon.tail_periods,
        accelerate,
    )
    here = slice(first, first + count)
    room.settled[here] = solution.settled
    room.values[:, here] = solution.values[model.game.start]
    occupied = {model.game.start: shares(solution, model.game.start)}
    main = occupied[model.game.start]
    room.phases[..., here] = main
    room.outcomes[:, here] = expected_outcomes(solution, main)
    curves = 0
    for row, metric in enumerate(model.scenario.metrics.values()):
        start = model.game.start if metric.from_ is None else model.game.phases.index(metric.from_)
        if metric.kind == "value":
            room.metrics[row, here] = solution.values[start, model.game.actors.index(metric.value or "")]
            continue
        if start not in occupied:
            occupied[start] = shares(solution, start)
        found = curve(solution, measure_of(model, metric), model.period_years, occupied)
        period = model.periods if metric.by_year is None else round(metric.by_year / model.period_years)
        room.metrics[row, here] = found[period]
        if metric.kind in CURVE_KINDS:
            room.curves[curves][:, here] = found
            curves += 1
    room.costs[:, here] = _expected_costs(valuation, main)


def _expected_costs(valuation: Valuation, occupied: Array) -> Array:
    """Sum over periods and phases of the phase's share, d, and the cost per year at the level in force."""
    model = valuation.model
    costs = [measure.cost for measure in model.measures.values() if measure.cost is not None]
    total = np.zeros((len(costs), valuation.count))
    if not costs:
        return total
    for period in range(model.periods):
        valuation.forget_other_periods(period)
        for phase in range(len(model.game.phases)):
            share = occupied[period, phase]
            if share.any():
                for row, cost in enumerate(costs):
                    total[row] += share * (valuation.use(cost, phase, period) * model.period_years)
    return total

"""One arrangement solved in a block of worlds: its metrics, values, costs and shares, world by world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backstop.game.measure import Condition, Measure, Record
from backstop.game.process import solve
from backstop.game.stage import Information
from backstop.scenario.expression.expression import Value
from backstop.scenario.format import scenario as form
from backstop.scenario.model import Model
from backstop.scenario.valuation import Plan, Valuation
from backstop.worlds.curves import CurveStore
from backstop.worlds.statistics import REPLICATIONS, jackknife_errors
from backstop.worlds.workers import shared_empty

Array = NDArray[np.float64]
CURVE_KINDS = ("avoid", "reach", "occupy")


@dataclass(frozen=True, slots=True)
class Layout:
    """Which figures an evaluation gives, and in what order: the same for all arrangements and blocks of a model.

    `curve_rows`: where the curve of a metric stands; metrics that differ only in their year share one.
    """

    metrics: tuple[str, ...]
    curve_rows: Mapping[str, int]
    actors: tuple[str, ...]
    outcomes: tuple[str, ...]
    phases: tuple[str, ...]
    costs: tuple[str, ...]
    periods: int


def layout(model: Model) -> Layout:
    """The figures of a model."""
    metrics = model.scenario.metrics
    rows: dict[Measure, int] = {}
    curve_rows = {
        name: rows.setdefault(measure_of(model, metric), len(rows))
        for name, metric in metrics.items()
        if metric.kind in CURVE_KINDS
    }
    return Layout(
        tuple(metrics),
        curve_rows,
        model.game.actors,
        model.game.outcomes,
        model.game.phases,
        tuple(name for name, measure in model.measures.items() if measure.cost is not None),
        model.periods,
    )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of one arrangement by world; the last axis is worlds.

    metrics (metrics, W), values (actors, W), costs (costs, W), settled (W,); curves by row, (T + 1, W) each.

    Shares of the phases, (T + 1, phases), and expected numbers of the outcomes, (outcomes,), are only ever averaged.
    They are summed up block by block in `sums`, by the first world of the block; `by_world` keeps them world by
    world as well, in `phases` and `outcomes`.
    """

    metrics: Array
    curves: CurveStore
    values: Array
    costs: Array
    settled: NDArray[np.bool_]
    phases: Array | None
    outcomes: Array | None
    sums: dict[int, tuple[Array, Array]]

    @staticmethod
    def room(of: Layout, worlds: int, by_world: bool = False, sharing: int = 1) -> Evaluation:
        """Room for `worlds` worlds; `by_world` keeps shares and outcomes world by world.

        `sharing`: how many evaluations are held at the same time.
        """
        return Evaluation(
            shared_empty((len(of.metrics), worlds)),
            CurveStore(len(set(of.curve_rows.values())), of.periods, worlds, sharing),
            shared_empty((len(of.actors), worlds)),
            shared_empty((len(of.costs), worlds)),
            shared_empty((worlds,), np.bool_),
            shared_empty((of.periods + 1, len(of.phases), worlds)) if by_world else None,
            shared_empty((len(of.outcomes), worlds)) if by_world else None,
            {},
        )

    def add(self, first: int, count: int, sums: tuple[Array, Array]) -> None:
        """Take in a block that has been evaluated: its shares and outcomes, summed up by replication."""
        self.sums[first] = sums
        self.curves.note(first, count)

    def averages(self, mass: Array) -> tuple[Array, Array, Array, Array]:
        """Weighted means of shares, (T + 1, phases), with errors, and of numbers of outcomes, with errors.

        `mass`, shape (16,): the sum of all weights by replication.
        """
        # Always in the same order, whichever block ended first.
        parts = [self.sums[first] for first in sorted(self.sums)]
        phases, outcomes = (np.sum([part[i] for part in parts], axis=0) for i in (0, 1))
        total = mass.sum()
        return (
            phases.sum(axis=0) / total,
            jackknife_errors(mass, phases),
            outcomes.sum(axis=0) / total,
            jackknife_errors(mass, outcomes),
        )


def block_sums(first: int, occupied: Array, expected: Array, weights: Array | None) -> tuple[Array, Array]:
    """Shares and outcomes of a block that starts with world `first`, summed up by replication with its weights."""
    each = np.ones(occupied.shape[-1]) if weights is None else weights
    return replication_sum(occupied, each, first), replication_sum(expected, each, first)


def replication_sum(values: Array, weights: Array, first: int) -> Array:
    """Weighted sum over the worlds of each replication: (..., worlds from `first` on) gives (16, ...).

    Not a matrix product: BLAS would start threads of its own within ours.
    """
    found = np.zeros((REPLICATIONS, *values.shape[:-1]))
    for replication in range(REPLICATIONS):
        mine = slice((replication - first) % REPLICATIONS, None, REPLICATIONS)
        found[replication] = np.einsum("...w,w->...", values[..., mine], weights[mine])
    return found


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
    figures: Layout,
    accelerate: bool = True,
) -> tuple[Array, Array]:
    """Solve worlds `first` .. `first + count - 1` under the arrangement of `plan`; figures go into `room`.

    Gives the shares of the phases, (T + 1, phases, count), and expected numbers of outcomes, (outcomes, count), of
    the block, for the caller to sum up (`block_sums`) and take in with `Evaluation.add`.
    """
    model = plan.model
    game = model.game
    valuation = Valuation(plan, draws, first, count)
    solution = solve(
        game,
        valuation.stage,
        model.periods,
        valuation.factor,
        information,
        count,
        model.scenario.horizon.tail_periods,
        accelerate,
    )
    record = Record(solution, model.period_years)
    here = slice(first, first + count)
    room.settled[here] = solution.settled
    room.values[:, here] = solution.values[game.start]
    occupied = record.shares(game.start)
    expected = record.expected_outcomes(game.start)
    if room.phases is not None and room.outcomes is not None:
        room.phases[..., here] = occupied
        room.outcomes[:, here] = expected
    curves: dict[int, Array] = {}
    for row, (name, metric) in enumerate(model.scenario.metrics.items()):
        if metric.kind == "value":
            start = game.start if metric.from_ is None else game.phases.index(metric.from_)
            room.metrics[row, here] = solution.values[start, game.actors.index(metric.value or "")]
            continue
        place = figures.curve_rows.get(name)
        found = curves.get(place) if place is not None else None
        if found is None:
            found = record.curve(measure_of(model, metric))
            if place is not None:
                curves[place] = found
        period = model.periods if metric.by_year is None else round(metric.by_year / model.period_years)
        room.metrics[row, here] = found[period]
    if curves:
        room.curves.put(first, [curves[place] for place in sorted(curves)])
    room.costs[:, here] = expected_costs(valuation, occupied)
    return occupied, expected


def expected_costs(valuation: Valuation, occupied: Array) -> Array:
    """Sum over periods and phases of the phase's share, d, and the cost per year at the level in force."""
    model = valuation.model
    costs = [measure.cost for measure in model.measures.values() if measure.cost is not None]
    total = np.zeros((len(costs), valuation.count))
    if not costs:
        return total
    timed = [valuation.plan.reach_of(cost).time for cost in costs]
    room = np.empty(valuation.count)
    for phase in range(len(model.game.phases)):
        shares = occupied[: model.periods, phase]
        periods = [period for period in range(model.periods) if shares[period].any()]
        if not periods:
            continue
        stay = shares[periods].sum(axis=0)
        for row, cost in enumerate(costs):
            if not timed[row]:
                _add(total[row], stay, valuation.use(cost, phase, periods[0]), model.period_years, room)
    for period in range(model.periods) if any(timed) else ():
        valuation.forget_other_periods(period)
        for phase in range(len(model.game.phases)):
            share = occupied[period, phase]
            if share.any():
                for row, cost in enumerate(costs):
                    if timed[row]:
                        _add(total[row], share, valuation.use(cost, phase, period), model.period_years, room)
    return total


def _add(total: Array, share: Array, cost: Value, years: float, room: Array) -> None:
    """Add the share times the cost of a period of `years`; nothing where nothing is paid."""
    if isinstance(cost, np.ndarray) or cost != 0.0:
        np.multiply(share, cost * years, out=room)
        total += room

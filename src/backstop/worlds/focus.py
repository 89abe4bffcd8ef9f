"""Only the metrics that are asked for, in only the worlds that are asked about.

A question over hundreds of levels needs a few metrics each time. What a metric can depend on is what can be reached
from the phase it starts in: every other play is left out, which changes no value of the phases that remain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from backstop.base.faults import InvalidInput
from backstop.game.measure import Record
from backstop.game.process import solve
from backstop.game.tree import Ending
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.scenario.valuation import Plan, Valuation
from backstop.worlds.ensemble import Ensemble
from backstop.worlds.evaluation import expected_costs, measure_of
from backstop.worlds.workers import shared_empty

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

Levels = Mapping[str, Value]
"""The promised level of every measure: a number, or one for every world that is asked about."""


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Metrics by name, each of shape (worlds,), and expected costs, shape (measures with a cost, worlds)."""

    metrics: Mapping[str, Array]
    costs: Array


def reachable(model: Model, starts: Iterable[int]) -> frozenset[int]:
    """Phases that can be reached from `starts`, whatever is chosen; the starts are among them."""
    game = model.game
    found, waiting = set(starts), list(starts)
    while waiting:
        play = game.plays[waiting.pop()]
        for node in play.nodes if play is not None else ():
            if isinstance(node, Ending) and game.next_phase[node.outcome] not in found:
                found.add(game.next_phase[node.outcome])
                waiting.append(game.next_phase[node.outcome])
    return frozenset(found)


def focused(model: Model, metrics: Sequence[str], costs: bool = False) -> Model:
    """The model with nothing played in phases that `metrics` cannot depend on (`costs`: nor the expected costs)."""
    game = model.game
    starts = {game.start} if costs else set()
    for name in metrics:
        start = model.scenario.metrics[name].from_
        starts.add(game.start if start is None else game.phases.index(start))
    kept = reachable(model, sorted(starts))
    return replace(
        model,
        game=replace(game, plays=tuple(p if k in kept else None for k, p in enumerate(game.plays))),
        payoffs=tuple(p if k in kept else {} for k, p in enumerate(model.payoffs)),
        nodes=tuple(n if k in kept else None for k, n in enumerate(model.nodes)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """`metrics` (and with `costs` the expected cost of every measure that has one) under the promised `levels`.

    `rows`: the worlds asked about, all by default; arrays in `levels` have one entry for each of them.
    """

    levels: Levels
    metrics: Sequence[str]
    costs: bool = False
    rows: Rows | None = None


def figures(
    ensemble: Ensemble,
    levels: Levels,
    metrics: Sequence[str],
    costs: bool = False,
    rows: Rows | None = None,
    tick: Callable[[], None] | None = None,
) -> Figures:
    """What one `Query` of these asks for. `tick` is called as each block ends.

    Raises InvalidInput for faults found while solving.
    """
    try:
        return figures_together(ensemble, [Query(levels, metrics, costs, rows)], tick)[0]
    except InvalidInput:
        if rows is not None and not any(isinstance(level, np.ndarray) for level in levels.values()):
            # The message names a world by its place among `rows`: say the same of all worlds, by their own numbers.
            figures(ensemble, levels, metrics, costs)
        raise


def figures_together(
    ensemble: Ensemble, queries: Sequence[Query], tick: Callable[[], None] | None = None
) -> list[Figures]:
    """What several queries ask for, shared out among the workers in one go."""
    asked = [_Asked(ensemble, query) for query in queries]
    jobs = [(each, first) for each in asked for first in range(0, each.worlds, ensemble.block)]

    def task(at: int) -> None:
        each, first = jobs[at]
        each.solve(first)

    def collect(at: int, nothing: None) -> None:
        if tick is not None:
            tick()

    ensemble.workers.spread(task, range(len(jobs)), collect, sum(each.worlds for each in asked))
    return [Figures(each.found, each.paid) for each in asked]


class _Asked:
    """A query with room for its answers."""

    def __init__(self, ensemble: Ensemble, query: Query) -> None:
        self.ensemble, self.query = ensemble, query
        self.model = focused(ensemble.model, query.metrics, query.costs)
        self.worlds = ensemble.worlds if query.rows is None else query.rows.size
        self.found = {name: shared_empty((self.worlds,)) for name in query.metrics}
        priced = [measure.cost for measure in self.model.measures.values() if measure.cost is not None]
        self.paid = shared_empty((len(priced) if query.costs else 0, self.worlds))

    def solve(self, first: int) -> None:
        """Find the answers of the block that begins with world `first` of those asked about."""
        model, ensemble, query = self.model, self.ensemble, self.query
        here = slice(first, min(first + ensemble.block, self.worlds))
        chosen = here if query.rows is None else query.rows[here]
        count = here.stop - first
        plan = Plan(model, {name: _part(level, here) for name, level in query.levels.items()})
        drawn = {name: _part(value, chosen) for name, value in ensemble.parameters.items()}
        valuation = Valuation(plan, drawn, first, count)
        solution = solve(
            model.game,
            valuation.stage,
            model.periods,
            valuation.factor,
            ensemble.information,
            count,
            model.scenario.horizon.tail_periods,
        )
        record = Record(solution, model.period_years)
        for name, room in self.found.items():
            metric = model.scenario.metrics[name]
            if metric.kind == "value":
                start = model.game.start if metric.from_ is None else model.game.phases.index(metric.from_)
                room[here] = solution.values[start, model.game.actors.index(metric.value or "")]
            else:
                period = (
                    model.periods if metric.by_year is None else round(metric.by_year / model.period_years)
                )
                room[here] = record.curve(measure_of(model, metric))[period]
        if query.costs:
            self.paid[:, here] = expected_costs(valuation, record.shares(model.game.start))


def _part(value: Value, chosen: slice | Rows) -> Value:
    return value[chosen] if isinstance(value, np.ndarray) else value

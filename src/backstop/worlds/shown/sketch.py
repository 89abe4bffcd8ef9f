"""What a notebook shows of an assessment: arrangements by the first metrics, then every metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstop.base.shown import Sketch
from backstop.base.table import Table
from backstop.base.words import with_error, with_range
from backstop.worlds.statistics import Summary

if TYPE_CHECKING:
    from backstop.worlds.result import Result

_FIRST = 4


def sketch_of(result: Result) -> Sketch:
    """Title, question and worlds; two tables of what each arrangement gives."""
    scenario = result.model.scenario
    worth = "" if result.weights is None else f", worth {result.effective_worlds:,.0f} after weighting"
    lines = [
        *([scenario.question] if scenario.question else []),
        f"{result.drawn_words}{worth}, seed {result.seed}, payoff shocks read as {result.information}",
        *([result.model.overrides.words] if result.model.overrides.words else []),
        *(f"note: {note}" for note in result.notes),
    ]
    return Sketch(scenario.title, tuple(lines), (_first(result), _every(result)))


def _first(result: Result) -> Table:
    scenario = result.model.scenario
    names = list(scenario.metrics)[:_FIRST]
    rows = tuple(
        (scenario.arrangements[name].labelled(name), *(_interval(of.metrics[metric]) for metric in names))
        for name, of in result.arrangements.items()
    )
    columns = ("", *(scenario.metrics[name].labelled(name) for name in names))
    return Table(
        "What each arrangement gives", columns, rows, "Mean over worlds (nine worlds of ten lie between)."
    )


def _every(result: Result) -> Table:
    scenario = result.model.scenario
    rows = tuple(
        (metric.titled(name), *(with_error(of.metrics[name]) for of in result.arrangements.values()))
        for name, metric in scenario.metrics.items()
    )
    columns = ("", *(scenario.arrangements[name].titled(name) for name in result.arrangements))
    return Table("All metrics", columns, rows, "Mean over worlds ± Monte Carlo error of the mean.")


def _interval(of: Summary) -> str:
    if of.mean is None or of.q05 is None or of.q95 is None:
        return "no value"
    return with_range(of)

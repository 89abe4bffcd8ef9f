"""The tables of an assessment as plain data, the same for terminal and page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from backstop.base.table import Table
from backstop.base.words import counted, listed, number, quoted, readable, supported, with_range
from backstop.game.metric import SLIP_KINDS
from backstop.report.tables.slips import has_events, slips_table
from backstop.scenario.format import scenario as form
from backstop.scenario.format.fields import from_good_to_bad
from backstop.worlds.hazard import Hazard, hazards
from backstop.worlds.result import UNSTATED_UNIT, ArrangementResult, Curve, GridError, Result
from backstop.worlds.statistics import Summary


def heading(result: Result) -> list[str]:
    """What was computed, in a few lines."""
    lines = [f"{result.drawn_words}, seed {result.seed}, payoff shocks read as {result.information}"]
    if result.model.overrides.words:
        lines.append(result.model.overrides.words)
    if result.weights is not None:
        lines.append(
            f"weighted by {counted(len(result.observations), 'observation')}: worth {result.effective_worlds:,.0f} "
            "equally weighted worlds"
        )
    if result.unconverged_worlds:
        lines.append(
            f"{counted(result.unconverged_worlds, 'world')} not settled under some arrangement ({unsettled(result)}): "
            "the values of the last sweep are kept"
        )
    if result.grid is not None:
        lines.append(grid_words(result.grid))
    if not any(a.slips for a in result.arrangements.values()) and any(
        metric.kind in SLIP_KINDS for metric in result.model.scenario.metrics.values()
    ):
        lines.append("how far events come with slips is not told: the scenario is too large for it")
    return [*lines, *without_effect(result)]


def unsettled(result: Result) -> str:
    """Why worlds do not settle, what helps, and which of them to look at."""
    why = "replies cycle, or the tail is cut off"
    types = result.model.types
    if types is not None and types.beliefs == "bayes":
        why = "replies cycle, the tail is cut off, or no choice fits what others learn from it"
    return f"{why}; more noise, or discounts further from 1, settle sooner{_which(result)}"


def _which(result: Result) -> str:
    """Which worlds do not settle, under how many arrangements, and how to look at one."""
    if not result.unconverged:
        return ""
    first = ", ".join(map(str, result.unconverged))
    rest = ", ..." if result.unconverged_worlds > len(result.unconverged) else ""
    numbers = "number" if result.unconverged_worlds == 1 else "numbers"
    by = sorted(result.unconverged_by_arrangement.items(), key=lambda each: -each[1][0])
    if not by:
        return f"; {numbers} {first}{rest}"
    name, (count, some) = by[0]
    of, arrangements = result.model.scenario.arrangements, result.unconverged_by_arrangement
    where = (
        f"all under {quoted(of[name].titled(name))}"
        if len(arrangements) == 1
        else f"at most {count:,} under one arrangement, {quoted(of[name].titled(name))}"
    )
    look = f"backstop explain --world {some[0]} --arrangement {name}"
    return f"; {numbers} {first}{rest} ({where}); look at one with {look}"


def grid_words(grid: GridError) -> str:
    """How much rests on the grid of beliefs, in a line."""
    arrangement, metric, moved = grid.largest
    return (
        f"{grid.size} beliefs: with {grid.half} no probability moves on average by more than {moved:.2g} "
        f"({metric} under {arrangement}, {counted(grid.worlds, 'world')})"
    )


_RANGE = (
    "Mean over worlds, and in brackets the range of nine worlds in ten (5 to 95 %), which says how much assumptions "
    "matter."
)


def without_effect(result: Result) -> Iterator[str]:
    """A sentence for each arrangement that gives the same as the first one in every world."""
    (first, base), *others = result.arrangements.items()
    arrangements, levels = result.model.scenario.arrangements, result.model.levels
    for name, a in others:
        pairs = [
            *((a.samples[m], base.samples[m]) for m in base.samples),
            *((a.value_samples[m], base.value_samples[m]) for m in base.value_samples),
        ]
        if all(np.array_equal(one, other, equal_nan=True) for one, other in pairs):
            changed = [m for m, level in levels[name].items() if level != levels[first][m]]
            titles = (quoted(result.model.scenario.measures[m].titled(m)) for m in changed)
            what = f": {listed(titles)} {'has' if len(changed) == 1 else 'have'} no effect" if changed else ""
            here, there = (quoted(arrangements[each].titled(each)) for each in (name, first))
            yield f"{here} gives the same as {there} in every world{what}"


def tables(result: Result, errors: bool = False) -> list[Table]:
    """All tables of an assessment, the most asked for first; with `errors` Monte Carlo errors beside means."""
    return [table for named in tables_by_name(result, errors).values() for table in named]


def tables_by_name(result: Result, errors: bool = False) -> dict[str, list[Table]]:
    """The tables of an assessment by the names that `--table` knows: those that there are, in their order."""
    found = {"metrics": [metrics_table(result, errors)]}
    if len(result.arrangements) > 1:
        found["differences"] = [differences_table(result, errors)]
    if has_events(result):
        found["slips"] = [slips_table(result)]
    if result.observations:
        found["observations"] = [observations_table(result)]
    found["outcomes"] = [outcomes_table(result)]
    found["values"] = [values_table(result, errors)]
    if any(a.costs for a in result.arrangements.values()):
        found["costs"] = [costs_table(result, errors)]
    found["years"] = [years_table(result, a) for a in result.arrangements.values()]
    if result.model.scenario.facts:
        facts = result.model.scenario.facts
        found["facts"] = [
            facts_table(result, a, fact) for a in result.arrangements.values() for fact in facts
        ]
    return {name: [table.noted(*result.rough) for table in tables] for name, tables in found.items()}


def _columns(result: Result) -> tuple[str, ...]:
    arrangements = result.model.scenario.arrangements
    return tuple(arrangements[name].labelled(name) for name in result.arrangements)


def metrics_table(result: Result, errors: bool = False) -> Table:
    """Metrics by arrangement: the mean and range over worlds."""
    every = list(result.arrangements.values())
    rows = (
        (metric.titled(name), *(with_range(a.metrics[name], errors) for a in every))
        for name, metric in result.model.scenario.metrics.items()
    )
    note = _noted(result, errors, (of for a in every for of in a.metrics.values()))
    missing = max((of.without_value for a in every for of in a.metrics.values()), default=0)
    if missing:
        note += (
            f" Conditional figures leave out worlds where the condition cannot happen (up to {missing:,})."
        )
    return Table("What each arrangement gives", ("", *_columns(result)), tuple(rows), note)


def _noted(result: Result, errors: bool, of: Iterable[Summary] = ()) -> str:
    """How the figures of a table are to be read; `of` are figures that may be alike in all worlds drawn."""
    if not result.model.uncertain:
        return "No assumption is uncertain: all worlds are one."
    text = "Means have no more digits than their Monte Carlo error supports."
    if errors:
        text = "± is the Monte Carlo error of the mean, which more worlds make smaller."
    if any(each.se == 0.0 and each.q05 == each.q95 for each in of):
        text += (
            " A figure without a range is the same in all worlds drawn; of worlds in which it may be another the share "
            f"is at most {3.0 / result.effective_worlds:.2g} (95 %)."
        )
    return f"{_RANGE} {text}"


def differences_table(result: Result, errors: bool = False) -> Table:
    """Paired differences from the first arrangement: their mean and range over worlds."""
    others = [a for name, a in result.arrangements.items() if name != result.first]
    rows = (
        (metric.titled(name), *(with_range(a.differences[name], errors, sign=True) for a in others))
        for name, metric in result.model.scenario.metrics.items()
    )
    return Table(
        f"Difference from: {result.model.scenario.arrangements[result.first].titled(result.first)}",
        ("", *_columns(result)[1:]),
        tuple(rows),
        f"World by world, the same worlds under both. {_noted(result, errors)}",
    )


def observations_table(result: Result) -> Table:
    """Observed metrics before and after weighting."""
    scenario = result.model.scenario
    rows = []
    for name, o in result.observations.items():
        figures = o.as_dict()
        rows.append(
            (
                readable(name),
                scenario.metrics[o.metric].titled(o.metric),
                scenario.arrangements[o.arrangement].titled(o.arrangement),
                number(o.prior, most=3),
                number(o.weighted, most=3),
                f"{number(figures['observed'], most=2)} "
                f"({number(figures['observed_q05'], most=2)} to {number(figures['observed_q95'], most=2)})",
            )
        )
    return Table(
        "Base rates the worlds must respect",
        ("", "metric", "arrangement", "before weighting", "after weighting", "observed (5 to 95 %)"),
        tuple(rows),
    )


def outcomes_table(result: Result) -> Table:
    """Expected number of occurrences over the horizon."""
    every, outcomes = result.arrangements.values(), result.model.scenario.outcomes
    rows = (
        (outcomes[name].titled(name), *(supported(a.outcomes[name], a.outcome_errors[name]) for a in every))
        for name in from_good_to_bad(outcomes)
    )
    return Table(f"Expected number of times within {_horizon(result)}", ("", *_columns(result)), tuple(rows))


def values_table(result: Result, errors: bool = False) -> Table:
    """What the future is worth to each actor at the start."""
    rows = (
        (actor.titled(name), *(with_range(a.values[name], errors) for a in result.arrangements.values()))
        for name, actor in result.model.scenario.actors.items()
    )
    return Table(
        "Value to each actor at the start",
        ("", *_columns(result)),
        tuple(rows),
        f"In the study's unit of payoff; actors' values cannot be compared with one another. {_noted(result, errors)}",
    )


def costs_table(result: Result, errors: bool = False) -> Table:
    """Expected costs over the horizon, by measure and by controller."""
    scenario, every = result.model.scenario, list(result.arrangements.values())
    rows = []
    for name in every[0].costs:
        label = (
            f"{scenario.measures[name].titled(name)} ({scenario.measures[name].total_unit or UNSTATED_UNIT})"
        )
        rows.append((label, *(with_range(a.costs[name], errors) for a in every)))
    for controller, units in every[0].controllers.items():
        names = " and ".join(scenario.actors[actor].titled(actor) for actor in controller.split("+"))
        for unit in units:
            costs = (with_range(a.controllers[controller][unit], errors) for a in every)
            rows.append((f"All that falls to {names} ({unit})", *costs))
    return Table(
        f"Expected cost within {_horizon(result)}",
        ("", *_columns(result)),
        tuple(rows),
        f"In all, not a year. {_noted(result, errors)}",
    )


def _horizon(result: Result) -> str:
    years = result.model.scenario.horizon.years
    return "1 year" if years == 1 else f"{years:g} years"


def years_table(result: Result, a: ArrangementResult) -> Table:
    """Shares of the phases at the end of each year, and hazards: the chance in a year, for those still exposed."""
    scenario = result.model.scenario
    steps = whole_years(result)
    ends = [step * result.model.period_years for step in steps]
    rows = [
        (
            scenario.phases[phase].titled(phase),
            *(supported(a.phases[phase][step], a.phase_errors[phase][step], most=2) for step in steps),
        )
        for phase in from_good_to_bad(scenario.phases)
    ]
    shown: list[Curve] = []
    for name, curve in a.curves.items():
        metric = scenario.metrics[name]
        # Metrics that differ only in their year have one curve between them.
        if metric.kind not in ("avoid", "reach") or metric.given is not None or curve in shown:
            continue
        shown.append(curve)
        yearly = hazards(curve.mean, curve.se, metric.kind, steps, result.model.period_years)
        said = _hazard_of(scenario, metric)
        if metric.where is not None:
            said = f"{said}, where {metric.where}"
        # Not having been there and having been there are two metrics with one hazard.
        if all(row[0] != said for row in rows):
            rows.append((said, *map(_percent, yearly)))
    title = scenario.arrangements[a.name].titled(a.name)
    return Table(
        f"Year by year: {title}",
        ("year", *(f"{end:.4g}" for end in ends)),
        tuple(rows),
        "Mean share of worlds in each phase; a hazard is the chance of the event per year up to then, among those it "
        "had not happened to.",
    )


def facts_table(result: Result, a: ArrangementResult, fact: str) -> Table:
    """Shares of the phases by the value of a fact, at the end of each year."""
    scenario = result.model.scenario
    steps = whole_years(result)
    splits = {name: at for name, at in result.model.splits.items() if at[0] == fact}
    rows = [
        (
            scenario.phases[phase].titled(phase),
            value,
            *(supported(a.split[name][step], a.split_errors[name][step], most=2) for step in steps),
        )
        for wanted in from_good_to_bad(scenario.phases)
        for name, (_, phase, value) in splits.items()
        if phase == wanted
    ]
    title = scenario.arrangements[a.name].titled(a.name)
    return Table(
        f"{scenario.facts[fact].titled(fact)}: {title}",
        ("year", fact, *(f"{step * result.model.period_years:.4g}" for step in steps)),
        tuple(rows),
        "Mean share of worlds in each phase by what the fact is in it; what cannot be reached is left out.",
    )


def _hazard_of(scenario: form.Scenario, metric: form.Metric) -> str:
    """A hazard, named after what may happen and not after the metric of its not happening."""
    phases = metric.avoid or metric.reach or ()
    event = listed([quoted(scenario.phases[phase].titled(phase)) for phase in phases], "or")
    start = (
        "" if metric.from_ is None else f", from {quoted(scenario.phases[metric.from_].titled(metric.from_))}"
    )
    return f"hazard of {event}{start}"


def whole_years(result: Result) -> list[int]:
    """Periods at which a year ends (every period where the horizon is under two years), at most about a dozen."""
    periods, length = result.model.periods, result.model.period_years
    years = periods * length
    stride = 1 if years < 2 else round(1 / length) * max(1, math.ceil(years / 12))
    steps = list(range(0, periods + 1, stride))
    return steps if steps[-1] == periods else [*steps, periods]


def _percent(of: Hazard) -> str:
    if of.mean is None:
        return "-"
    return f"{supported(100 * of.mean, None if of.se is None else 100 * of.se, most=1)} %"

"""The tables of an assessment as plain data, the same for terminal and page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from backstop.base.table import Table
from backstop.base.words import number, readable
from backstop.worlds.result import UNSTATED_UNIT, ArrangementResult, Curve, Result
from backstop.worlds.statistics import Summary

_LEAST_ERROR = 5e-5


def with_error(summary: Summary) -> str:
    """Mean and Monte Carlo error in no more digits than the error supports: `0.683 ±0.002`."""
    if summary.mean is None:
        return "no value"
    if summary.se is None:
        return number(summary.mean)
    if summary.se <= 1e-12 * max(1.0, abs(summary.mean)):
        return exact(summary.mean)
    if summary.se < _LEAST_ERROR:
        # An error beyond the last digit shown would only look like precision.
        return number(summary.mean)
    return f"{number(summary.mean, summary.se)} ±{_leading_digit(summary.se)}"


def exact(value: float) -> str:
    """A figure without Monte Carlo error, in at most four places and without zeros that say nothing."""
    text = f"{value:,.4f}" if abs(value) < 1000 else f"{value:,.1f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _leading_digit(error: float) -> str:
    places = -math.floor(math.log10(error))
    return f"{round(error, places):,.{max(0, places)}f}"


def heading(result: Result) -> tuple[str, ...]:
    """What was computed, in a few lines."""
    lines = [
        f"{result.worlds:,} worlds, seed {result.seed}, payoff shocks read as {result.information}",
    ]
    if result.weights is not None:
        lines.append(
            f"weighted by {len(result.observations)} "
            f"observation{'' if len(result.observations) == 1 else 's'}: worth "
            f"{result.effective_worlds:,.0f} equally weighted worlds"
        )
    if result.unconverged_worlds:
        lines.append(
            f"{result.unconverged_worlds:,} worlds do not settle under some arrangement (replies "
            "cycle, or the tail is cut off): they keep the values of the last sweep"
        )
    return tuple(lines)


def tables(result: Result) -> list[Table]:
    """All tables of an assessment, the most asked for first."""
    found = [metrics_table(result)]
    if len(result.arrangements) > 1:
        found.append(differences_table(result))
    if result.observations:
        found.append(observations_table(result))
    found += [outcomes_table(result), values_table(result)]
    if any(a.costs for a in result.arrangements.values()):
        found.append(costs_table(result))
    found += [years_table(result, a) for a in result.arrangements.values()]
    return found


def _columns(result: Result) -> tuple[str, ...]:
    arrangements = result.model.scenario.arrangements
    return tuple(arrangements[name].titled(name) for name in result.arrangements)


def metrics_table(result: Result) -> Table:
    """Metrics by arrangement."""
    rows = [
        (metric.titled(name), *(with_error(a.metrics[name]) for a in result.arrangements.values()))
        for name, metric in result.model.scenario.metrics.items()
    ]
    missing = max(
        (s.without_value for a in result.arrangements.values() for s in a.metrics.values()), default=0
    )
    note = "Mean over worlds ± Monte Carlo error of the mean."
    if missing:
        note += (
            f" Conditional figures leave out worlds where the condition cannot happen (up to {missing:,})."
        )
    return Table("What each arrangement gives", ("", *_columns(result)), tuple(rows), note)


def differences_table(result: Result) -> Table:
    """Paired differences from the first arrangement."""
    others = [a for name, a in result.arrangements.items() if name != result.first]
    first = result.model.scenario.arrangements[result.first].titled(result.first)
    rows = [
        (metric.titled(name), *(_signed(a.differences[name]) for a in others))
        for name, metric in result.model.scenario.metrics.items()
    ]
    return Table(
        f"Difference from: {first}",
        ("", *_columns(result)[1:]),
        tuple(rows),
        "The same worlds under both arrangements, so the error is that of the difference itself.",
    )


def _signed(summary: Summary) -> str:
    text = with_error(summary)
    shown = text.split(" ")[0]
    rounds_to_zero = not any(digit in shown for digit in "123456789")
    return text if summary.mean is None or summary.mean <= 0 or rounds_to_zero else f"+{text}"


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
    rows = [
        (
            outcome.titled(name),
            *(supported(a.outcomes[name], a.outcome_errors[name]) for a in result.arrangements.values()),
        )
        for name, outcome in result.model.scenario.outcomes.items()
    ]
    return Table(f"Expected number of times within {_horizon(result)}", ("", *_columns(result)), tuple(rows))


def values_table(result: Result) -> Table:
    """What the future is worth to each actor at the start."""
    rows = [
        (actor.titled(name), *(with_error(a.values[name]) for a in result.arrangements.values()))
        for name, actor in result.model.scenario.actors.items()
    ]
    return Table(
        "Value to each actor at the start",
        ("", *_columns(result)),
        tuple(rows),
        "In the study's unit of payoff; actors' values cannot be compared with one another.",
    )


def costs_table(result: Result) -> Table:
    """Expected costs over the horizon, by measure and by controller."""
    scenario = result.model.scenario
    every = list(result.arrangements.values())
    rows = []
    for name in every[0].costs:
        measure = scenario.measures[name]
        unit = measure.cost_unit or UNSTATED_UNIT
        rows.append((f"{measure.titled(name)} ({unit})", *(with_error(a.costs[name]) for a in every)))
    for controller, units in every[0].controllers.items():
        names = " and ".join(scenario.actors[actor].titled(actor) for actor in controller.split("+"))
        for unit in units:
            rows.append(
                (
                    f"All that falls to {names} ({unit})",
                    *(with_error(a.controllers[controller][unit]) for a in every),
                )
            )
    return Table(f"Expected cost within {_horizon(result)}", ("", *_columns(result)), tuple(rows))


def _horizon(result: Result) -> str:
    years = result.model.scenario.horizon.years
    return "1 year" if years == 1 else f"{years:g} years"


def years_table(result: Result, a: ArrangementResult) -> Table:
    """Shares of the phases at the end of each year, and hazards: the chance in a year, for those still exposed."""
    scenario = result.model.scenario
    steps = whole_years(result)
    ends = [step * result.model.period_years for step in steps]
    lengths = [1.0, *(b - a for a, b in pairwise(ends))]
    rows = [
        (
            scenario.phases[phase].titled(phase),
            *(supported(share[step], a.phase_errors[phase][step], most=2) for step in steps),
        )
        for phase, share in a.phases.items()
    ]
    shown: list[Curve] = []
    for name, curve in a.curves.items():
        metric = scenario.metrics[name]
        # Metrics that differ only in their year have one curve between them.
        if metric.kind == "occupy" or metric.given is not None or curve in shown:
            continue
        shown.append(curve)
        rows.append(
            (
                f"hazard: {metric.titled(name)}",
                *(
                    _percent(*per_year(hazard, error, years))
                    for hazard, error, years in zip(
                        hazards(curve.mean, metric.kind, steps),
                        hazard_errors(curve.mean, curve.se, metric.kind, steps),
                        lengths,
                        strict=True,
                    )
                ),
            )
        )
    title = scenario.arrangements[a.name].titled(a.name)
    return Table(
        f"Year by year: {title}",
        ("year", *(f"{end:.4g}" for end in ends)),
        tuple(rows),
        "Mean share of worlds in each phase; a hazard is the chance of the event per year up to then, among those it "
        "had not happened to.",
    )


def whole_years(result: Result) -> list[int]:
    """Periods at which a year ends (every period where the horizon is under two years), at most about a dozen."""
    periods, length = result.model.periods, result.model.period_years
    years = periods * length
    stride = 1 if years < 2 else round(1 / length) * max(1, math.ceil(years / 12))
    steps = list(range(0, periods + 1, stride))
    return steps if steps[-1] == periods else [*steps, periods]


def hazards(mean: Sequence[float | None], kind: str, steps: Sequence[int]) -> list[float | None]:
    """Chance of the event between one step and the next, given that it had not happened; None at the first."""
    free = [None if m is None else (m if kind == "avoid" else 1.0 - m) for m in mean]
    found: list[float | None] = [None]
    for before, after in pairwise(steps):
        a, b = free[before], free[after]
        found.append(None if a is None or b is None or a <= 1e-12 else max(0.0, 1.0 - b / a))
    return found


def hazard_errors(
    mean: Sequence[float | None], se: Sequence[float | None], kind: str, steps: Sequence[int]
) -> list[float | None]:
    """Monte Carlo errors of `hazards`, from the errors at both ends as if they had nothing in common: not too small."""
    free = [None if m is None else (m if kind == "avoid" else 1.0 - m) for m in mean]
    found: list[float | None] = [None]
    for before, after in pairwise(steps):
        a, b, error_a, error_b = free[before], free[after], se[before], se[after]
        if a is None or b is None or error_a is None or error_b is None or a <= 1e-12:
            found.append(None)
        else:
            found.append(math.hypot(error_b, b / a * error_a) / a)
    return found


def per_year(chance: float | None, error: float | None, years: float) -> tuple[float | None, float | None]:
    """A chance over some years, and its error, as the chance per year that comes to the same."""
    if chance is None or chance >= 1.0 or years == 1.0:
        return chance, error
    yearly = 1.0 - (1.0 - chance) ** (1.0 / years)
    slope = (1.0 - chance) ** (1.0 / years - 1.0) / years
    return yearly, None if error is None else slope * error


def supported(value: float, se: float, most: int = 3) -> str:
    """`value` with at most `most` decimals, and no more than its Monte Carlo error supports."""
    if not math.isfinite(se):
        return number(value, most=most)
    return number(value, max(se, 10.0**-most), most)


def _percent(share: float | None, se: float | None) -> str:
    if share is None:
        return "-"
    return f"{supported(100 * share, math.nan if se is None else 100 * se, most=1)} %"

"""The second solver: one world of one arrangement, in plain scalar Python, written from the definitions alone.

It shares nothing with the product: dictionaries, loops and the `math` module. It is slow and meant to be read. The
input is a scenario as the plain data a YAML reader gives and a number for every parameter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.reference.arithmetic import evaluate
from tests.reference.forward import metric_curve
from tests.reference.stage import (
    InvalidWorld,
    Path,
    Record,
    Scope,
    Stage,
    Values,
    collect,
    level_or_nan,
    phase_value,
    stage,
)

PERIODS_A_YEAR = {"month": 12, "quarter": 4, "half-year": 2, "year": 1}
SWEEP_LIMIT = 20_000


@dataclass(frozen=True)
class Solution:
    """Everything the definitions give for one world; lists run over periods, 0..T or 0..T-1 as said."""

    periods: int
    """T."""
    period_years: float
    """d."""
    values: list[Values]
    """[t][phase][actor], t = 0..T."""
    settled: bool
    """Whether the tail settled; with `tail_years: 0` there is no tail and nothing to settle: True."""
    sweeps: int
    """Sweeps of the tail that the definition makes (a repeated cycle is jumped over but counted)."""
    moves: list[dict[tuple[str, Path], dict[str, float]]]
    """[t][phase, path][move]: probability that the move is made at that decision node, bound or free."""
    choices: list[dict[tuple[str, Path], dict[str, float]]]
    """[t][phase, path][move]: the same where nothing is bound, the actor's own choice."""
    chances: list[dict[tuple[str, Path], dict[str, float]]]
    """[t][phase, path][branch] of chance nodes."""
    outcomes: list[dict[str, dict[str, float]]]
    """[t][phase][outcome]: probability of the outcome where the period begins in the phase; {} in absorbing phases."""
    levels: list[dict[str, dict[str, float]]]
    """[t][phase][measure]: level in force; not a number where it has none, which is a fault only where it is used."""
    shares: list[dict[str, float]]
    """[t][phase] from `start`, t = 0..T."""
    metrics: dict[str, float | None]
    """None where the condition has a probability under 1e-9."""
    curves: dict[str, list[float | None]]
    """[t], t = 0..T, of avoid, reach and occupy metrics, whatever their `by_year`."""
    expected_outcomes: dict[str, float]
    """Expected number of each outcome in periods 0..T-1 from `start`."""
    start_values: dict[str, float]
    """actor -> value at t = 0 in `start`."""
    costs: dict[str, float]
    """Expected undiscounted cost over the horizon of each measure that has one."""
    fragile: bool
    """Whether somewhere, at noise 0, the two best moves were within 1e-9 without being the same continuation: then
    rounding may decide, and another right solver may differ."""


def solve(
    scenario: Mapping[str, Any],
    parameters: Mapping[str, float],
    arrangement: str,
    information: str | None = None,
    sweep_limit: int = SWEEP_LIMIT,
) -> Solution:
    """Solves one world of one arrangement.

    `parameters` must name every parameter except those with a fixed `value`. `information` defaults to the scenario's
    own. `sweep_limit` replaces the 20,000 sweeps of the definition where `tail_years` is absent.
    """
    information = information or scenario.get("information", "agent_error")
    if information not in ("agent_error", "private_payoffs"):
        raise InvalidWorld(f"no such convention: {information}")
    private = information == "private_payoffs"
    periods_a_year = PERIODS_A_YEAR[scenario["horizon"].get("period", "year")]
    d = 1 / periods_a_year
    periods = whole_periods(scenario["horizon"]["years"], d)
    world = {
        name: float(parameters[name] if name in parameters else entry["value"])
        for name, entry in scenario.get("parameters", {}).items()
    }
    promised = {
        name: float(
            scenario["arrangements"][arrangement].get("measures", {}).get(name, entry.get("default", 0))
        )
        for name, entry in scenario.get("measures", {}).items()
    }
    actors = list(scenario["actors"])
    noise: dict[str, float] = {}
    discount: dict[str, float] = {}
    for actor, entry in scenario["actors"].items():
        noise[actor] = evaluate(entry["noise"], world.__getitem__)
        yearly = evaluate(entry["discount"], world.__getitem__)
        if not 0.0 <= yearly < 1.0:
            raise InvalidWorld(f"discount of {actor} is {yearly}")
        discount[actor] = yearly**d

    scopes = [
        {phase: Scope(scenario, world, promised, phase, t, periods_a_year) for phase in scenario["phases"]}
        for t in range(periods)
    ]
    stages = [{phase: stage(scenario, scope, noise) for phase, scope in row.items()} for row in scopes]

    seen = Record()
    last, settled, sweeps = tail(scenario, stages[-1], actors, discount, d, private, sweep_limit, seen)
    fragile = seen.fragile
    values = [last]
    moves: list[dict[tuple[str, Path], dict[str, float]]] = []
    choices: list[dict[tuple[str, Path], dict[str, float]]] = []
    chances: list[dict[tuple[str, Path], dict[str, float]]] = []
    outcomes: list[dict[str, dict[str, float]]] = []
    for t in reversed(range(periods)):
        made: dict[tuple[str, Path], dict[str, float]] = {}
        chosen: dict[tuple[str, Path], dict[str, float]] = {}
        drawn: dict[tuple[str, Path], dict[str, float]] = {}
        reached: dict[str, dict[str, float]] = {}
        row: Values = {}
        for phase, here in stages[t].items():
            record = Record()
            row[phase] = phase_value(phase, here, values[0], actors, discount, d, private, record)
            fragile = fragile or record.fragile
            made.update({(phase, path): p for path, p in record.moves.items()})
            chosen.update({(phase, path): p for path, p in record.choices.items()})
            drawn.update({(phase, path): p for path, p in record.chances.items()})
            reached[phase] = {}
            if here.play is not None:
                collect(here.play, 1.0, record, reached[phase])
        values.insert(0, row)
        moves.insert(0, made)
        choices.insert(0, chosen)
        chances.insert(0, drawn)
        outcomes.insert(0, reached)

    start = scenario["start"]
    shares = [{phase: 1.0 if phase == start else 0.0 for phase in scenario["phases"]}]
    expected = dict.fromkeys(scenario["outcomes"], 0.0)
    for t in range(periods):
        after = dict.fromkeys(scenario["phases"], 0.0)
        for phase, share in shares[t].items():
            if scenario["phases"][phase].get("absorbing", False):
                after[phase] += share
            for outcome, probability in outcomes[t][phase].items():
                after[scenario["outcomes"][outcome]["next"]] += share * probability
                expected[outcome] += share * probability
        shares.append(after)

    costs: dict[str, float] = {}
    for name, measure in scenario.get("measures", {}).items():
        if measure.get("cost") is not None:
            costs[name] = sum(
                shares[t][phase] * d * scope.number(measure["cost"])
                for t in range(periods)
                for phase, scope in scopes[t].items()
                if shares[t][phase] > 0.0
            )

    metrics: dict[str, float | None] = {}
    curves: dict[str, list[float | None]] = {}
    for name, metric in scenario["metrics"].items():
        if "value" in metric:
            metrics[name] = values[0][metric.get("from", start)][metric["value"]]
            continue
        curve = metric_curve(scenario, metric, outcomes, d)
        metrics[name] = curve[whole_periods(metric.get("by_year", scenario["horizon"]["years"]), d)]
        if any(kind in metric for kind in ("avoid", "reach", "occupy")):
            curves[name] = curve

    return Solution(
        periods=periods,
        period_years=d,
        values=values,
        settled=settled,
        sweeps=sweeps,
        moves=moves,
        choices=choices,
        chances=chances,
        outcomes=outcomes,
        levels=[
            {phase: {name: level_or_nan(scope, name) for name in promised} for phase, scope in row.items()}
            for row in scopes
        ],
        shares=shares,
        metrics=metrics,
        curves=curves,
        expected_outcomes=expected,
        start_values=dict(values[0][start]),
        costs=costs,
        fragile=fragile,
    )


def whole_periods(years: float, d: float) -> int:
    number = round(years / d)
    if abs(years / d - number) > 1e-9:
        raise InvalidWorld(f"{years} years are no whole number of periods")
    return number


def tail(
    scenario: Mapping[str, Any],
    frozen: Mapping[str, Stage],
    actors: list[str],
    discount: Mapping[str, float],
    d: float,
    private: bool,
    sweep_limit: int,
    record: Record,
) -> tuple[Values, bool, int]:
    """V(T, .), whether it settled, and the sweeps made; `record` notes a choice that hung on rounding."""
    years = scenario["horizon"].get("tail_years")
    values: Values = {phase: dict.fromkeys(actors, 0.0) for phase in frozen}
    if years is None:
        limit = sweep_limit
        for phase, here in frozen.items():
            if here.play is None:
                values[phase] = {i: d * here.flow[i] / (1.0 - discount[i]) for i in actors}
    else:
        limit = math.floor(years / d + 1e-9)
        if limit == 0:
            return values, True, 0

    margin = 1e-11 * (1.0 - max(discount.values()))
    # A bitwise repeat means that the sweeps go round for ever: whole rounds can be left out. Brent's method keeps one
    # earlier state and renews it at sweeps 1, 2, 4, 8, ...
    kept, kept_at = values, 0
    sweep = 0
    while sweep < limit:
        swept = {
            phase: phase_value(phase, here, values, actors, discount, d, private, record)
            for phase, here in frozen.items()
        }
        sweep += 1
        change = max(abs(swept[k][i] - values[k][i]) for k in frozen for i in actors)
        size = max(abs(swept[k][i]) for k in frozen for i in actors)
        values = swept
        if change <= margin * max(1.0, size):
            return values, True, sweep
        if values == kept:
            sweep = limit - (limit - sweep) % (sweep - kept_at)
        elif sweep & (sweep - 1) == 0:
            kept, kept_at = values, sweep
    return values, False, limit

"""The reference solver on random scenarios against the enumeration of every trail through the phases."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.reference.solver import solve
from tests.reference.stage import Scope
from tests.support.strategies import parameter_values, random_scenario

Scenario = dict[str, Any]


def random_worlds(first: int, number: int) -> Iterator[tuple[Scenario, dict[str, float], str]]:
    for seed in range(first, first + number):
        rng = random.Random(seed)
        scenario = random_scenario(rng)
        yield scenario, parameter_values(scenario, rng), rng.choice(list(scenario["arrangements"]))


Trail = tuple[float, list[str], list[str]]
"""Probability, the phases at 0..n, the outcomes of periods 0..n-1 ('' in an absorbing phase)."""


def trails(
    scenario: Scenario, outcomes: list[dict[str, dict[str, float]]], first: str, n: int
) -> list[Trail]:
    made: list[Trail] = [(1.0, [first], [])]
    for t in range(n):
        longer: list[Trail] = []
        for p, phases, reached in made:
            if scenario["phases"][phases[-1]].get("absorbing"):
                longer.append((p, [*phases, phases[-1]], [*reached, ""]))
                continue
            for outcome, q in outcomes[t][phases[-1]].items():
                longer.append((p * q, [*phases, scenario["outcomes"][outcome]["next"]], [*reached, outcome]))
        made = longer
    return made


def by_trails(scenario: Scenario, metric: dict[str, Any], found: Any) -> float | None:
    years = metric.get("by_year", scenario["horizon"]["years"])
    n = round(years / found.period_years)
    total = held = 0.0
    for p, phases, reached in trails(scenario, found.outcomes, metric.get("from", scenario["start"]), n):
        given = metric.get("given", {})
        if "reach" in given and not set(given["reach"]) & set(phases):
            continue
        if "avoid" in given and set(given["avoid"]) & set(phases):
            continue
        held += p
        if "avoid" in metric:
            total += p * (not set(metric["avoid"]) & set(phases))
        elif "reach" in metric:
            total += p * bool(set(metric["reach"]) & set(phases))
        elif "occupy" in metric:
            total += p * (phases[-1] in metric["occupy"])
        elif "count" in metric:
            total += p * sum(outcome in metric["count"] for outcome in reached)
        else:
            total += p * found.period_years * sum(phase in metric["duration"] for phase in phases[:n])
    if "given" in metric:
        return None if held < 1e-9 else total / held
    return total


def test_metrics_are_those_of_all_trails() -> None:
    compared = 0
    for scenario, world, arrangement in random_worlds(0, 150):
        found = solve(scenario, world, arrangement)
        if found.periods > 4 or len(scenario["outcomes"]) > 5:
            continue
        for name, metric in scenario["metrics"].items():
            if "value" not in metric:
                compared += 1
                expected = by_trails(scenario, metric, found)
                if expected is not None:
                    expected = pytest.approx(expected, rel=1e-9, abs=1e-12)
                assert found.metrics[name] == expected
    assert compared > 300


def test_values_are_discounted_payoffs_along_all_trails() -> None:
    compared = 0
    for scenario, world, arrangement in random_worlds(500, 150):
        scenario["horizon"]["tail_years"] = 0
        found = solve(scenario, world, arrangement, "agent_error")
        if found.periods > 4 or len(scenario["outcomes"]) > 5:
            continue
        compared += 1
        measures = scenario.get("measures", {})
        levels = scenario["arrangements"][arrangement].get("measures", {})
        promised = {name: levels.get(name, entry.get("default", 0)) for name, entry in measures.items()}
        for actor, entry in scenario["actors"].items():
            d = found.period_years
            scope = Scope(scenario, world, promised, scenario["start"], 0, round(1 / d))
            beta = scope.number(entry["discount"]) ** d
            total = 0.0
            for p, phases, reached in trails(scenario, found.outcomes, scenario["start"], found.periods):
                for t, outcome in enumerate(reached):
                    scope = Scope(scenario, world, promised, phases[t], t, round(1 / d))
                    paid = d * scope.number(scenario["phases"][phases[t]].get("payoffs", {}).get(actor, 0))
                    if outcome:
                        paid += scope.number(scenario["outcomes"][outcome].get("payoffs", {}).get(actor, 0))
                    total += p * beta**t * paid
            assert found.start_values[actor] == pytest.approx(total, rel=1e-10, abs=1e-10)
    assert compared > 40


def without(part: Any, name: str) -> Any:
    """The part of a scenario with the name replaced by 0 in every expression."""
    if isinstance(part, dict):
        return {key: without(entry, name) for key, entry in part.items()}
    if isinstance(part, list):
        return [without(entry, name) for entry in part]
    return re.sub(rf"\b{name}\b", "0", part) if isinstance(part, str) else part


def test_a_measure_at_zero_is_a_name_replaced_by_zero() -> None:
    compared = 0
    for scenario, world, arrangement in random_worlds(1000, 80):
        for name in scenario.get("measures", {}):
            compared += 1
            zeroed = copy.deepcopy(scenario)
            for package in zeroed["arrangements"].values():
                package.setdefault("measures", {})[name] = 0
            reduced = copy.deepcopy(scenario)
            del reduced["measures"][name]
            for package in reduced["arrangements"].values():
                package.get("measures", {}).pop(name, None)
            reduced = without(reduced, name)
            one = solve(zeroed, world, arrangement, sweep_limit=200)
            other = solve(reduced, world, arrangement, sweep_limit=200)
            assert one.values == other.values
            assert one.metrics == other.metrics
            assert one.moves == other.moves
    assert compared > 60

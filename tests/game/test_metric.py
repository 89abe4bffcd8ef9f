"""Metrics: identities that must hold, and enumeration of all courses of events."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from tests.support.models import model_of, one_world
from tests.support.strategies import parameter_values, random_scenario

from backstop.base.faults import InvalidInput
from backstop.game.metric import Condition, Kind, Metric, curve
from backstop.game.process import Solution, expected_cost, expected_outcomes, shares


def some_solutions(count: int) -> list[Solution]:
    found = []
    for seed in range(count):
        rng = random.Random(90_000 + seed)
        scenario = random_scenario(rng)
        model = model_of(scenario)
        try:
            found.append(one_world(model, next(iter(model.levels)), parameter_values(scenario, rng)))
        except InvalidInput:
            continue
    return found


SOLUTIONS = some_solutions(25)

Course = tuple[float, list[int], list[int]]


def courses(solution: Solution, start: int, periods: int) -> list[Course]:
    """Every course of events: its probability, the phases passed and the outcomes."""
    found: list[Course] = [(1.0, [start], [])]
    for plays in solution.outcomes[:periods]:
        later: list[Course] = []
        for probability, phases, outcomes in found:
            if not plays[phases[-1]]:
                later.append((probability, [*phases, phases[-1]], outcomes))
            for outcome, share in plays[phases[-1]].items():
                if share > 0:
                    target = solution.world.game.next_phase[phases[-1]][outcome]
                    later.append((probability * share, [*phases, target], [*outcomes, outcome]))
        found = later
    return found


def at_end(solution: Solution, kind: Kind, members: frozenset[int], given: Condition | None = None) -> float:
    """A metric up to period 4 or the horizon."""
    return curve(solution, Metric(kind, members, 0, 0, given))[: 4 + 1][-1]


@pytest.mark.parametrize("number", range(len(SOLUTIONS)))
def test_against_all_courses(number: int) -> None:
    solution = SOLUTIONS[number]
    if sum(len(p) for p in solution.outcomes[0]) ** min(len(solution.periods), 4) > 4_000:
        return
    rng = random.Random(number)
    game, d = solution.world.game, solution.world.period_years
    phases, outcomes = len(game.phases), len(game.outcomes)
    every = courses(solution, 0, 4)
    some = frozenset(rng.sample(range(phases), rng.randint(1, phases)))
    events = frozenset(rng.sample(range(outcomes), rng.randint(1, outcomes)))
    condition = frozenset(rng.sample(range(phases), rng.randint(1, phases)))
    worth = {
        "avoid": lambda p, o: float(not some & set(p)),
        "reach": lambda p, o: float(bool(some & set(p))),
        "occupy": lambda p, o: float(p[-1] in some),
        "count": lambda p, o: float(sum(x in events for x in o)),
        "duration": lambda p, o: d * sum(x in some for x in p[:-1]),
    }
    for kind, of in worth.items():
        members = events if kind == "count" else some
        plain = sum(p * of(path, happened) for p, path, happened in every)
        assert at_end(solution, kind, members) == pytest.approx(plain, abs=1e-12)  # type: ignore[arg-type]
        for wanted in ("reach", "avoid"):
            met = [each for each in every if bool(condition & set(each[1])) == (wanted == "reach")]
            total = sum(p for p, _, _ in met)
            found = at_end(solution, kind, members, Condition(wanted, condition))  # type: ignore[arg-type]
            if total < 1e-9:
                assert math.isnan(found)
            elif total > 1e-6:
                assert found == pytest.approx(sum(p * of(x, y) for p, x, y in met) / total, abs=1e-9)


@pytest.mark.parametrize("number", range(len(SOLUTIONS)))
def test_identities(number: int) -> None:
    solution = SOLUTIONS[number]
    world, periods = solution.world, len(solution.periods)
    phases = range(len(world.game.phases))
    years = world.period_years * periods
    assert all(sum(of_phase) == pytest.approx(1.0, abs=1e-12) for of_phase in shares(solution, 0))
    everywhere = curve(solution, Metric("duration", frozenset(phases), 0, periods))
    assert everywhere[-1] == pytest.approx(years, rel=1e-12)
    assert expected_cost(solution, 0, lambda phase, period: 3.0) == pytest.approx(3.0 * years, rel=1e-12)
    for outcome, number_of in enumerate(expected_outcomes(solution, 0)):
        counted = curve(solution, Metric("count", frozenset({outcome}), 0, periods))
        assert counted[-1] == pytest.approx(number_of, abs=1e-12)
    for phase in phases:
        one = frozenset({phase})
        avoid = curve(solution, Metric("avoid", one, 0, periods))
        reach = curve(solution, Metric("reach", one, 0, periods))
        assert [a + r for a, r in zip(avoid, reach, strict=True)] == pytest.approx([1.0] * (periods + 1))
        assert all(b - a >= -1e-15 for a, b in itertools.pairwise(reach)), "what is reached stays so"
        given = curve(solution, Metric("reach", one, 0, periods, Condition("reach", one)))
        assert all(math.isnan(each) or abs(each - 1.0) < 1e-12 for each in given)
    assert max(curve(solution, Metric("avoid", frozenset({0}), 0, periods))) == 0.0, "0 where `from` is one"


def test_enough_is_compared() -> None:
    assert len(SOLUTIONS) > 20

"""Metrics: identities that must hold, and enumeration of all courses of events."""

from __future__ import annotations

import random

import numpy as np
import pytest
from tests.support.models import model_of, solution_of, stacked
from tests.support.strategies import parameter_values, random_scenario

from backstop.base.faults import InvalidInput
from backstop.game.measure import Condition, Measure, Record
from backstop.game.process import Solution


def some_solutions(count: int) -> list[Solution]:
    found = []
    for seed in range(count):
        rng = random.Random(90_000 + seed)
        scenario = random_scenario(rng)
        model = model_of(scenario)
        drawn = stacked([parameter_values(scenario, rng) for _ in range(3)], model)
        try:
            found.append(solution_of(model, next(iter(model.levels)), drawn, 3))
        except InvalidInput:
            continue
    return found


SOLUTIONS = some_solutions(25)


def courses(solution: Solution, start: int, world: int) -> list[tuple[float, list[int], list[int]]]:
    """Every course of events: its probability, the phases passed and the outcomes."""
    found = [(1.0, [start], list[int]())]
    for plays in solution.outcomes:
        later = []
        for probability, phases, outcomes in found:
            if not plays[phases[-1]]:
                later.append((probability, [*phases, phases[-1]], outcomes))
            for outcome, share in plays[phases[-1]].items():
                if share[world] > 0:
                    later.append(
                        (
                            probability * float(share[world]),
                            [*phases, solution.game.next_phase[outcome]],
                            [*outcomes, outcome],
                        )
                    )
        found = later
    return found


@pytest.mark.parametrize("number", range(len(SOLUTIONS)))
def test_against_all_courses(number: int) -> None:
    solution = SOLUTIONS[number]
    if sum(len(p) for p in solution.outcomes[0]) ** min(solution.periods, 4) > 4_000:
        return
    cut = Solution(solution.game, solution.values, solution.outcomes[:4], solution.settled)
    rng = random.Random(number)
    phases, outcomes = len(cut.game.phases), len(cut.game.outcomes)
    record, d = Record(cut, 0.5), 0.5
    every = courses(cut, 0, 1)
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
        found = record.curve(Measure(kind, members, 0))[-1, 1]  # type: ignore[arg-type]
        assert found == pytest.approx(plain, abs=1e-12)
        for wanted in ("reach", "avoid"):
            met = [
                (p, path, happened)
                for p, path, happened in every
                if bool(condition & set(path)) == (wanted == "reach")
            ]
            total = sum(p for p, _, _ in met)
            found = record.curve(Measure(kind, members, 0, Condition(wanted, condition)))[-1, 1]  # type: ignore[arg-type]
            if total < 1e-9:
                assert np.isnan(found)
            elif total > 1e-6:
                assert found == pytest.approx(sum(p * of(x, y) for p, x, y in met) / total, abs=1e-9)


@pytest.mark.parametrize("number", range(len(SOLUTIONS)))
def test_identities(number: int) -> None:
    solution = SOLUTIONS[number]
    record, phases = Record(solution, 0.25), range(len(solution.game.phases))
    shares = record.shares(0)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, atol=1e-12)
    everywhere = record.curve(Measure("duration", frozenset(phases), 0))
    np.testing.assert_allclose(everywhere[-1], 0.25 * solution.periods, rtol=1e-12)
    for phase in phases:
        avoid = record.curve(Measure("avoid", frozenset({phase}), 0))
        reach = record.curve(Measure("reach", frozenset({phase}), 0))
        np.testing.assert_allclose(avoid + reach, 1.0, atol=1e-12)
        assert (np.diff(reach, axis=0) >= -1e-15).all(), "what has been reached stays reached"
        given = record.curve(Measure("reach", frozenset({phase}), 0, Condition("reach", frozenset({phase}))))
        assert np.all(np.isnan(given) | (np.abs(given - 1.0) < 1e-12))
    assert record.curve(Measure("avoid", frozenset({0}), 0)).max() == 0.0, "0 where `from` is one of them"

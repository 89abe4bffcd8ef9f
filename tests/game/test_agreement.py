"""The plain solver against the second solver of the tests, on generated scenarios."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from tests.reference.arithmetic import NotFinite
from tests.reference.solver import Solution, solve
from tests.reference.stage import InvalidWorld
from tests.support.models import model_of
from tests.support.strategies import parameter_values, random_scenario, scenarios_with_values

from backstop.base.faults import InvalidInput
from backstop.game import process as process
from backstop.game.choice import Information
from backstop.game.metric import curve, figure
from backstop.scenario.model import Model
from backstop.scenario.valuation import Valuation

TOLERANCE = 1e-9
CONVENTIONS: tuple[Information, ...] = ("agent_error", "private_payoffs")


def pairs(
    model: Model, valuation: Valuation, plain: process.Solution, other: Solution
) -> list[tuple[float, float | None]]:
    """Every figure of a world from both solvers."""
    game, start = model.game, model.game.start
    found: list[tuple[float, float | None]] = []
    for name, metric in model.scenario.metrics.items():
        found.append((figure(plain, model.metric(name)), other.metrics[name]))
        if metric.kind in ("avoid", "reach", "occupy"):
            found += zip(curve(plain, model.metric(name)), other.curves[name], strict=True)
    for actor, name in enumerate(game.actors):
        found.append((plain.value(start, actor), other.start_values[name]))
        for period, solved in enumerate(plain.periods):
            for phase, values in enumerate(solved.values):
                found.append((values[actor], other.values[period][game.phases[phase]][name]))
    for shares, expected in zip(process.shares(plain, start), other.shares, strict=True):
        found += zip(shares, expected.values(), strict=True)
    found += zip(process.expected_outcomes(plain, start), other.expected_outcomes.values(), strict=True)
    for name, measure in model.measures.items():
        cost = measure.cost
        if cost is not None:
            spent = process.expected_cost(plain, start, lambda k, t, use=cost: valuation.use(use, k, t))
            found.append((spent, other.costs[name]))
    return found


def compare(
    scenario: dict[str, Any], values: Mapping[str, float], arrangement: str, information: Information
) -> bool:
    """Solve both ways and compare; gives whether a settled world was compared."""
    model = model_of(scenario)
    parameters = {
        name: d if isinstance(d, float) else float(values[name]) for name, d in model.distributions.items()
    }
    try:
        other = solve(scenario, values, arrangement, information)
    except (InvalidWorld, NotFinite):
        with pytest.raises(InvalidInput):
            Valuation(model, model.levels[arrangement], parameters, 0).solved(information)
        return False
    valuation = Valuation(model, model.levels[arrangement], parameters, 0)
    plain = valuation.solved(information)
    if other.fragile:
        return False  # at noise 0 rounding decides between two moves that are worth the same
    assert plain.settled == other.settled, f"settled: {other.settled} after {other.sweeps} sweeps"
    if not other.settled:
        return False
    compared = pairs(model, valuation, plain, other)
    assert compared
    for ours, theirs in compared:
        if theirs is None or math.isnan(ours):
            assert theirs is None and math.isnan(ours), "one solver has a value where the other has none"
        else:
            assert abs(ours - theirs) <= TOLERANCE * max(1.0, abs(theirs))
    return True


@pytest.mark.parametrize("part", range(8))
def test_four_hundred_scenarios(part: int) -> None:
    compared = 0
    for seed in range(50 * part, 50 * (part + 1)):
        rng = random.Random(seed)
        scenario = random_scenario(rng)
        values = parameter_values(scenario, rng)
        arrangement = rng.choice(list(scenario["arrangements"]))
        try:
            compared += compare(scenario, values, arrangement, CONVENTIONS[seed % 2])
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, {arrangement}, {CONVENTIONS[seed % 2]}: {error}") from error
    assert compared > 25, "most scenarios must settle, or nothing is compared"


@settings(max_examples=20, deadline=None)
@given(scenarios_with_values())
def test_any_scenario(found: tuple[dict[str, Any], dict[str, float]]) -> None:
    scenario, values = found
    for arrangement in list(scenario["arrangements"])[:2]:
        for information in CONVENTIONS:
            compare(scenario, values, arrangement, information)

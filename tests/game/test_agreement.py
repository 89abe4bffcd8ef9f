"""The fast solver against the slow one, on generated scenarios."""

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
from tests.support.models import model_of, stacked
from tests.support.strategies import parameter_values, random_scenario, scenarios_with_values

from backstop.base.faults import InvalidInput
from backstop.game.stage import Information
from backstop.scenario.valuation import Plan
from backstop.worlds.evaluation import Evaluation, Layout, evaluate, layout

TOLERANCE = 1e-9
CONVENTIONS: tuple[Information, ...] = ("agent_error", "private_payoffs")


def largest_gap(figures: Layout, fast: Evaluation, world: int, slow: Solution) -> float:
    """The largest difference in any figure of a world, relative where figures are large."""
    pairs: list[tuple[float, float | None]] = [
        *((fast.metrics[i, world], slow.metrics[name]) for i, name in enumerate(figures.metrics)),
        *((fast.values[i, world], slow.start_values[name]) for i, name in enumerate(figures.actors)),
        *((fast.costs[i, world], slow.costs[name]) for i, name in enumerate(figures.costs)),
    ]
    assert fast.phases is not None and fast.outcomes is not None
    for i, name in enumerate(figures.outcomes):
        pairs.append((fast.outcomes[i, world], slow.expected_outcomes[name]))
    for t, shares in enumerate(slow.shares):
        pairs += [(fast.phases[t, k, world], shares[name]) for k, name in enumerate(figures.phases)]
    for name, row in figures.curve_rows.items():
        curve = fast.curves.row(row)[:, world]
        pairs += [(curve[t], value) for t, value in enumerate(slow.curves[name])]
    gap = 0.0
    for ours, theirs in pairs:
        if theirs is None or math.isnan(ours):
            assert theirs is None and math.isnan(ours), "one solver has a value where the other has none"
        else:
            gap = max(gap, abs(ours - theirs) / max(1.0, abs(theirs)))
    return gap


def compare(
    scenario: dict[str, Any], worlds: list[Mapping[str, float]], arrangement: str, information: Information
) -> int:
    """Solve both ways and compare; gives the number of settled worlds that were compared."""
    model = model_of(scenario)
    figures = layout(model)
    room = Evaluation.room(figures, len(worlds), True)
    plan = Plan(model, model.levels[arrangement])
    try:
        slow = [solve(scenario, world, arrangement, information) for world in worlds]
    except (InvalidWorld, NotFinite):
        with pytest.raises(InvalidInput):
            evaluate(plan, stacked(worlds, model), 0, len(worlds), information, room, figures)
        return 0
    evaluate(plan, stacked(worlds, model), 0, len(worlds), information, room, figures)
    compared = 0
    for world, found in enumerate(slow):
        if found.fragile:
            continue  # at noise 0 rounding decides between two moves that are worth the same
        assert bool(room.settled[world]) == found.settled, (
            f"settled: {found.settled} after {found.sweeps} sweeps"
        )
        if found.settled:
            assert largest_gap(figures, room, world, found) < TOLERANCE
            compared += 1
    return compared


def sweep(seeds: range, worlds: int) -> int:
    compared = 0
    for seed in seeds:
        rng = random.Random(seed)
        scenario = random_scenario(rng)
        drawn = [parameter_values(scenario, rng) for _ in range(worlds)]
        arrangement = rng.choice(list(scenario["arrangements"]))
        try:
            compared += compare(scenario, drawn, arrangement, CONVENTIONS[seed % 2])
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, {arrangement}, {CONVENTIONS[seed % 2]}: {error}") from error
    return compared


@pytest.mark.parametrize("part", range(8))
def test_two_thousand_scenarios(part: int) -> None:
    compared = sweep(range(250 * part, 250 * (part + 1)), 1)
    assert compared > 150, "most scenarios must settle, or nothing is compared"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(20))
def test_twenty_thousand_worlds(part: int) -> None:
    assert sweep(range(10_000 + 500 * part, 10_000 + 500 * (part + 1)), 2) > 600


@settings(max_examples=60, deadline=None)
@given(scenarios_with_values())
def test_any_scenario(found: tuple[dict[str, Any], dict[str, float]]) -> None:
    scenario, values = found
    for arrangement in list(scenario["arrangements"])[:2]:
        for information in CONVENTIONS:
            compare(scenario, [values], arrangement, information)

"""Slips: moves that their own mover ranks below another, and what comes of them."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
from tests.program.agreement import EVERYTHING, columns
from tests.program.slip_reference import slips
from tests.reference.solver import solve
from tests.support.models import model_of
from tests.support.strategies import parameter_values, random_scenario

from backstop.game.choice import Information
from backstop.program.host import Host, Solved, Wanted
from backstop.program.program import compile_program

WITH_SLIPS = Wanted(curves=True, costs=True, shares=True, outcomes=True, slips=True)


def compare(seed: int, information: Information) -> int:
    """How many figures of generated scenarios were compared."""
    rng = random.Random(seed)
    scenario = random_scenario(rng)
    worlds = [parameter_values(scenario, rng) for _ in range(2)]
    for actor in scenario["actors"].values():
        if rng.random() < 0.4:
            actor["slip_margin"] = rng.choice(
                [0.1, 0.5, *(f"0.3 * abs({name})" for name in scenario["parameters"])]
            )
    model = model_of(scenario)
    host = Host(compile_program(model, information, slips=True), 1)
    found = host.solve_all(len(worlds), columns(worlds), model.levels, WITH_SLIPS)
    compared = 0
    for arrangement, solved in found.items():
        for index, world in enumerate(worlds):
            other = solve(scenario, world, arrangement, information)
            if other.fragile or not other.settled:
                continue
            for name, by in slips(scenario, world, arrangement, information, other).items():
                for actor, expected in by.items():
                    mine = solved.slips[name].get(actor)
                    ours = 0.0 if mine is None else float(mine[index])
                    if expected is None:
                        assert mine is None or math.isnan(ours), (seed, name, actor)
                    else:
                        assert ours == pytest.approx(expected, abs=1e-9), (seed, arrangement, name, actor)
                    compared += 1
    return compared


@pytest.mark.parametrize("part", range(3))
def test_slips_of_generated_scenarios(part: int) -> None:
    compared = 0
    for seed in range(3_000 + 15 * part, 3_000 + 15 * (part + 1)):
        for information in ("agent_error", "private_payoffs"):
            compared += compare(seed, information)  # type: ignore[arg-type]
    assert compared > 400


def test_nothing_else_changes_where_slips_are_asked_for() -> None:
    rng = random.Random(7)
    scenario = random_scenario(rng)
    worlds = [parameter_values(scenario, rng) for _ in range(3)]
    model = model_of(scenario)
    plain = Host(compile_program(model), 1).solve_all(3, columns(worlds), model.levels, EVERYTHING)
    with_slips = Host(compile_program(model, slips=True), 1)
    split = with_slips.solve_all(3, columns(worlds), model.levels, WITH_SLIPS)
    for name in model.levels:
        for kind in ("values", "metrics", "costs", "outcomes", "curves"):
            ours, theirs = getattr(plain[name], kind), getattr(split[name], kind)
            assert list(ours) == list(theirs)
            for figure in ours:
                np.testing.assert_allclose(ours[figure], theirs[figure], rtol=0, atol=1e-12)


def two_moves(noise: str, years: int = 10, **node: Any) -> Solved:
    """The same choice over and over between what is worth 0 and what is worth 1; a slip ends it."""
    model = model_of(
        {
            "horizon": {"years": years},
            "actors": {"a": {"discount": 0, "noise": noise}, "b": {"discount": 0, "noise": 1}},
            "parameters": {"x": {"uniform": [0, 2]}},
            "arrangements": {"only": {}},
            "start": "on",
            "phases": {
                "on": {"play": {"actor": "a", "moves": {"bad": "bad", "good": "good"}, **node}},
                "off": {"absorbing": True},
            },
            "outcomes": {
                "bad": {"next": "off", "payoffs": {"a": 0}},
                "good": {"next": "on", "payoffs": {"a": 1}},
            },
            "metrics": {
                "ended": {"reach": ["off"]},
                "lasted": {"avoid": ["off"]},
                "bads": {"count": ["bad"]},
                "goods": {"count": ["good"]},
            },
        }
    )
    host = Host(compile_program(model, slips=True), 1)
    return host.solve(2, {"x": np.array([0.5, 0.0])}, model.levels["only"], WITH_SLIPS)


def test_a_choice_between_nothing_and_one() -> None:
    assert two_moves("x", 1).slips["ended"]["a"] == pytest.approx([0.1192029220, 0.0], abs=1e-10)
    found = two_moves("x")
    assert found.slips["ended"]["a"] == pytest.approx([0.7189661376, 0.0], abs=1e-10)
    assert found.slips["lasted"]["a"] == pytest.approx(1 - found.metrics["lasted"], abs=1e-15)
    assert found.slips["bads"]["a"] == pytest.approx(found.metrics["bads"], abs=1e-15)
    assert found.slips["goods"]["a"].tolist() == [0.0, 0.0]
    assert set(found.slips["ended"]) == {"a"}


def test_what_is_bound_is_no_slip() -> None:
    found = two_moves("x", 1, bound={"bad": 0.3})
    assert found.metrics["ended"] == pytest.approx([0.3 + 0.7 * 0.1192029220, 0.3], abs=1e-10)
    assert found.slips["ended"]["a"] == pytest.approx([0.7 * 0.1192029220, 0.0], abs=1e-10)


def test_a_world_with_a_margin_below_nothing_is_flagged() -> None:
    scenario = {
        "horizon": {"years": 1},
        "actors": {"a": {"discount": 0, "noise": 1, "slip_margin": "x"}},
        "parameters": {"x": {"uniform": [-1, 1]}},
        "arrangements": {"only": {}},
        "start": "on",
        "phases": {"on": {"play": {"actor": "a", "moves": {"bad": "bad", "good": "good"}}}},
        "outcomes": {"bad": {"next": "on"}, "good": {"next": "on", "payoffs": {"a": 0.5}}},
        "metrics": {"bads": {"count": ["bad"]}},
    }
    model = model_of(scenario)
    host = Host(compile_program(model, slips=True), 1)
    found = host.solve(3, {"x": np.array([-0.1, 0.1, 0.6])}, {}, WITH_SLIPS)
    assert found.flagged.tolist() == [True, False, False]
    chance = 1 / (1 + math.exp(0.5))
    assert found.slips["bads"]["a"][1:] == pytest.approx([chance, 0.0])


def test_slips_have_to_be_compiled() -> None:
    model = model_of(random_scenario(random.Random(1)))
    with pytest.raises(ValueError, match="without slips"):
        Host(compile_program(model), 1).solve(1, {}, {}, Wanted(slips=True))

"""Facts in the program: against phases copied by hand, against the plain solver, and the size of what is written."""

from __future__ import annotations

import random

import numpy as np
import pytest
from tests.program.agreement import columns, solved
from tests.reference.arithmetic import NotFinite
from tests.reference.solver import solve
from tests.reference.stage import InvalidWorld
from tests.support.facts import with_facts
from tests.support.hand_copied import hand_copied
from tests.support.hidden_types import with_hidden_type
from tests.support.models import model_of
from tests.support.strategies import parameter_values, random_scenario

from backstop.program.host import Host, Wanted
from backstop.program.program import compile_program
from backstop.scenario.typed_valuation import TypedValuation

# Smooth as the numbers are, the solver by hand and the program take different ways to them.
TOLERANCE = 1e-8


def compared(seed: int) -> int:
    """How many figures of a generated scenario were compared with those of phases copied by hand."""
    rng = random.Random(seed)
    scenario = with_facts(random_scenario(rng), rng)
    copied = hand_copied(scenario)
    worlds = [parameter_values(scenario, rng) for _ in range(2)]
    found, count = solved(model_of(scenario), worlds, "agent_error"), 0
    for arrangement, of in found.items():
        for index, world in enumerate(worlds):
            try:
                other = solve(copied, world, arrangement, "agent_error")
            except (InvalidWorld, NotFinite):
                continue
            if other.fragile or not other.settled or not of.settled[index] or of.flagged[index]:
                continue
            for metric, value in other.metrics.items():
                mine = of.metrics[metric][index]
                expected = np.nan if value is None else value
                assert mine == pytest.approx(expected, abs=TOLERANCE, rel=TOLERANCE, nan_ok=True), metric
                count += 1
    return count


@pytest.mark.parametrize("block", range(4))
def test_facts_are_phases_copied_by_hand(block: int) -> None:
    assert sum(compared(seed) for seed in range(10 * block, 10 * block + 10)) >= 60


@pytest.mark.slow
def test_facts_are_phases_copied_by_hand_in_500_scenarios() -> None:
    assert sum(compared(seed) for seed in range(1_000, 1_500)) >= 3_000


def compared_with_types(seed: int) -> int:
    """How many figures of a scenario with facts and types were compared with those of the plain solver."""
    rng = random.Random(seed)
    scenario = with_facts(
        with_hidden_type(random_scenario(rng, 2, 3), rng, rng.choice(["known", "fixed", "bayes"])), rng
    )
    model, worlds = model_of(scenario), [parameter_values(scenario, rng) for _ in range(2)]
    arrangement = next(iter(model.levels))
    found = Host(compile_program(model), 1).solve(2, columns(worlds), model.levels[arrangement], Wanted())
    count = 0
    for index, world in enumerate(worlds):
        if found.flagged[index] or not found.settled[index]:
            continue
        valuation = TypedValuation(model, model.levels[arrangement], world)
        solution = valuation.solved(model.scenario.information)
        if not solution.settled:
            continue
        for name, values in found.metrics.items():
            expected = solution.figure(model.metric(name))
            assert values[index] == pytest.approx(expected, abs=TOLERANCE, rel=TOLERANCE, nan_ok=True), name
            count += 1
    return count


@pytest.mark.parametrize("block", range(3))
def test_facts_and_types_together_are_those_of_the_plain_solver(block: int) -> None:
    assert sum(compared_with_types(seed) for seed in range(4 * block, 4 * block + 4)) >= 15


@pytest.mark.slow
def test_facts_and_types_together_are_those_of_the_plain_solver_in_500_scenarios() -> None:
    assert sum(compared_with_types(seed) for seed in range(1_000, 1_500)) >= 2_000


def test_many_phases_that_play_alike_are_written_once() -> None:
    def size(count: int) -> int:
        scenario = {
            "horizon": {"years": 4},
            "actors": {"a": {"discount": 0.7, "noise": 0.3}, "b": {"discount": 0.8, "noise": 0.2}},
            "arrangements": {"alone": {}},
            "facts": {"age": {"counts": count, "start": 0, "resets": ["again"]}},
            "start": "here",
            "phases": {"here": {"play": "year", "payoffs": {"a": "0.1 * age"}}, "over": {"absorbing": True}},
            "trees": {
                "year": {"actor": "a", "moves": {"hit": "reply", "wait": "waited", "talk": "again"}},
                "reply": {"actor": "b", "moves": {"back": "ended", "yield": "yielded"}},
            },
            "outcomes": {
                "ended": {"next": "over", "payoffs": {"a": "1 - age", "b": -1}},
                "yielded": {"next": "here", "payoffs": {"a": 0.5}},
                "waited": {"next": "here"},
                "again": {"next": "here", "payoffs": {"b": 0.1}},
            },
        }
        return len(compile_program(model_of(scenario)).wasm)

    small, large = size(300), size(900)
    # What stands once for every phase is where it leads: bytes, not trees.
    assert (large - small) / 600 < 1_000

"""The program gives what the reference solver gives, which was written apart from it."""

from __future__ import annotations

import random

import pytest
from tests.program.agreement import compare
from tests.support.strategies import parameter_values, random_scenario

from backstop.program.program import Information


def _compared(seed: int, worlds: int = 3) -> int:
    rng = random.Random(seed)
    scenario = random_scenario(rng)
    values = [parameter_values(scenario, rng) for _ in range(worlds)]
    conventions: tuple[Information, ...] = ("agent_error", "private_payoffs")
    try:
        return sum(compare(scenario, values, information) for information in conventions)
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {error}") from error


@pytest.mark.parametrize("part", range(4))
def test_a_hundred_generated_scenarios(part: int) -> None:
    assert sum(_compared(seed) for seed in range(25 * part, 25 * (part + 1))) > 150


@pytest.mark.slow
@pytest.mark.parametrize("part", range(30))
def test_three_thousand_generated_scenarios(part: int) -> None:
    assert sum(_compared(seed) for seed in range(100 * part + 1_000, 100 * (part + 1) + 1_000)) > 600

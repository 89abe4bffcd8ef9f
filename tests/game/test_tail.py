"""The tail: what settles, what does not, and that the short cut never changes the answer."""

from __future__ import annotations

import random

import numpy as np
import pytest
from tests.support.models import model_of, solution_of, stacked
from tests.support.strategies import parameter_values, random_scenario

from backstop.base.faults import InvalidInput
from backstop.game.process import Solution

# In `same` the runner may leave at a price, in `apart` the chaser may come: at low noise neither comes to rest.
PURSUIT = {
    "horizon": {"years": 1, "period": "half-year"},
    "actors": {"chaser": {"discount": 0.8, "noise": "noise"}, "runner": {"discount": 0.86, "noise": "noise"}},
    "parameters": {"noise": {"uniform": [0.05, 5.0]}},
    "arrangements": {"only": {}},
    "start": "same",
    "phases": {
        "same": {
            "play": {"actor": "runner", "moves": {"stay": "stay_together", "go": "leave"}},
            "payoffs": {"chaser": 0.84, "runner": -0.91},
        },
        "apart": {"play": {"actor": "chaser", "moves": {"stay": "stay_apart", "go": "come"}}},
    },
    "outcomes": {
        "stay_together": {"next": "same"},
        "stay_apart": {"next": "apart"},
        "come": {"next": "same", "payoffs": {"chaser": -0.51}},
        "leave": {"next": "apart", "payoffs": {"runner": -0.46}},
    },
}

QUIET = {
    "horizon": {"years": 3},
    "actors": {"a": {"discount": 0.9, "noise": 1.0}},
    "arrangements": {"only": {}},
    "start": "peace",
    "phases": {
        "peace": {
            "play": {
                "chance": {
                    "stay": {"probability": 0.75, "then": "stay"},
                    "go": {"probability": "otherwise", "then": "go"},
                }
            },
            "payoffs": {"a": 2},
        },
        "war": {"absorbing": True, "payoffs": {"a": -1}},
    },
    "outcomes": {"stay": {"next": "peace"}, "go": {"next": "war"}},
}


def closed_form(periods_after: float) -> float:
    """Value of QUIET's peace with so many periods to go: V = 2 + .9 (.75 V + .25 W)."""
    peace, war = 0.0, 0.0
    if periods_after == float("inf"):
        war = -1 / (1 - 0.9)
        return (2 + 0.9 * 0.25 * war) / (1 - 0.9 * 0.75)
    for _ in range(int(periods_after)):
        peace, war = 2 + 0.9 * (0.75 * peace + 0.25 * war), -1 + 0.9 * war
    return peace


@pytest.mark.parametrize(("tail_years", "periods"), [(None, float("inf")), (0, 3), (5, 8), (1, 4)])
def test_value_with_every_kind_of_tail(tail_years: float | None, periods: float) -> None:
    scenario = dict(
        QUIET, horizon={"years": 3} if tail_years is None else {"years": 3, "tail_years": tail_years}
    )
    found = solution_of(model_of(scenario), "only")
    assert float(found.values[0, 0, 0]) == pytest.approx(closed_form(periods), abs=1e-9)


def test_settled_says_whether_the_tail_came_to_rest() -> None:
    def settled(horizon: dict[str, float]) -> bool:
        return bool(solution_of(model_of(dict(QUIET, horizon=horizon)), "only").settled[0])

    assert settled({"years": 3})
    assert settled({"years": 3, "tail_years": 0}), "without a tail there is nothing to settle"
    assert not settled({"years": 3, "tail_years": 20})
    assert settled({"years": 3, "tail_years": 1000})


def test_cycles_are_told_from_rest() -> None:
    model = model_of(PURSUIT)
    noise = np.array([0.05, 0.1, 0.2, 1.0, 3.0, 5.0])
    fast = solution_of(model, "only", {"noise": noise}, noise.size)
    plain = solution_of(model, "only", {"noise": noise}, noise.size, accelerate=False)
    assert fast.settled.tolist() == plain.settled.tolist()
    assert 0 < np.count_nonzero(fast.settled) < noise.size, "the case must hold both kinds"
    assert np.array_equal(fast.values[..., ~fast.settled], plain.values[..., ~plain.settled])


def solved_both_ways(seed: int, worlds: int) -> tuple[Solution, Solution] | None:
    rng = random.Random(seed)
    scenario = random_scenario(rng)
    model = model_of(scenario)
    drawn = stacked([parameter_values(scenario, rng) for _ in range(worlds)], model)
    arrangement = next(iter(model.levels))
    try:
        fast = solution_of(model, arrangement, drawn, worlds)
    except InvalidInput:
        return None
    return fast, solution_of(model, arrangement, drawn, worlds, accelerate=False)


# In the first world of this one the recursion slows down close by a fixed point, passes it, and settles at another.
PASSES_BY = 300_876


@pytest.mark.parametrize("seed", [*range(50_000, 50_060), PASSES_BY])
def test_the_short_cut_changes_nothing(seed: int) -> None:
    found = solved_both_ways(seed, 40)
    if found is None:
        return
    fast, plain = found
    assert fast.settled.tolist() == plain.settled.tolist()
    scale = np.maximum(1.0, np.abs(plain.values).max(axis=(0, 1)))
    gap = np.abs(fast.values - plain.values).max(axis=(0, 1)) / scale
    assert gap[fast.settled].max(initial=0.0) < 1e-9
    assert np.array_equal(fast.values[..., ~fast.settled], plain.values[..., ~plain.settled])


def test_worlds_do_not_see_one_another() -> None:
    """A world's values are the same alone and among others, to rounding."""
    for seed in range(20):
        rng = random.Random(70_000 + seed)
        scenario = random_scenario(rng)
        model = model_of(scenario)
        drawn = [parameter_values(scenario, rng) for _ in range(9)]
        arrangement = next(iter(model.levels))
        try:
            together = solution_of(model, arrangement, stacked(drawn, model), 9)
        except InvalidInput:
            continue
        for world in (0, 4, 8):
            alone = solution_of(model, arrangement, stacked([drawn[world]], model), 1)
            assert alone.settled[0] == together.settled[world]
            if alone.settled[0]:
                np.testing.assert_allclose(
                    alone.values[..., 0], together.values[..., world], rtol=1e-12, atol=1e-12
                )

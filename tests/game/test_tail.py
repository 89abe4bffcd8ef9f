"""The tail: closed forms, what settles, what does not, and replies that go round in a circle."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from tests.support.models import model_of, one_world

from backstop.game import tail as tail
from backstop.game.world import one_period_back

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
    horizon = {"years": 3} if tail_years is None else {"years": 3, "tail_years": tail_years}
    found = one_world(model_of(dict(QUIET, horizon=horizon)), "only")
    assert found.value(0, 0) == pytest.approx(closed_form(periods), abs=1e-9)


def test_settled_says_whether_the_tail_came_to_rest() -> None:
    def settled(horizon: dict[str, float]) -> bool:
        return one_world(model_of(dict(QUIET, horizon=horizon)), "only").settled

    assert settled({"years": 3})
    assert settled({"years": 3, "tail_years": 0}), "without a tail there is nothing to settle"
    assert not settled({"years": 3, "tail_years": 20})
    assert settled({"years": 3, "tail_years": 1000})


def pursuit(noise: float) -> Any:
    return one_world(model_of(PURSUIT), "only", {"noise": noise}).world


@pytest.mark.parametrize("sweeps", [20_000, 2_497, 700])
def test_replies_that_cycle_keep_the_last_sweep(sweeps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "MOST_SWEEPS", sweeps)
    world = pursuit(0.05)
    found = tail.settle(world)
    assert (found.settled, found.sweeps) == (False, sweeps)
    values = tuple([0.0, 0.0] for _ in world.game.phases)
    for _ in range(sweeps):
        values = one_period_back(world, 0, values).values
    assert found.values == values, "rounds that were left out change nothing"


def test_noise_lets_the_pursuit_settle() -> None:
    found = tail.settle(pursuit(5.0))
    assert found.settled
    assert found.sweeps < 500


def test_absorbing_phases_keep_their_exact_value() -> None:
    world = one_world(model_of(QUIET), "only").world
    assert tail.settle(world).values[1] == [-1.0 / (1.0 - 0.9)]
    assert tail.settle(replace(world, tail_periods=2)).values[1] == [-1.0 - 0.9]


def test_a_factor_that_is_rounded_to_one_leaves_no_value() -> None:
    world = replace(one_world(model_of(QUIET), "only").world, discounts=(1.0 - 2**-53,), period_years=1 / 12)
    found = tail.settle(world)
    assert not found.settled
    assert math.isnan(found.values[1][0])

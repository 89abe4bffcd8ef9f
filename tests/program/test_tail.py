"""The short cut through the tail never changes the answer: beside plain sweeps, world by world."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.models import model_of

import backstop
from backstop.game.choice import Information
from backstop.program.host import Host, Number
from backstop.program.program import compile_program
from backstop.scenario.model import Model
from backstop.worlds.draws import Sampler

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
# As engine and plain solvers must agree: on settled worlds, relative to the value or to 1.
TOLERANCE = 1e-9


def other_equilibria(model: Model, worlds: int, information: Information, seed: int) -> int:
    """How many worlds of all arrangements differ from plain sweeps."""
    drawn = Sampler(model.distributions, model.correlations, seed).block(0, worlds)
    parameters: dict[str, Number] = {
        name: d if isinstance(d, float) else drawn[name] for name, d in model.distributions.items()
    }
    fast, plain = (
        Host(compile_program(model, information, accelerate=accelerate)).solve_all(
            worlds, parameters, model.levels
        )
        for accelerate in (True, False)
    )
    differ = 0
    for name in model.levels:
        np.testing.assert_array_equal(fast[name].settled, plain[name].settled)
        assert not fast[name].flagged.any()
        wrong = np.zeros(worlds, np.bool_)
        for kind in ("values", "metrics"):
            for figure, ours in getattr(fast[name], kind).items():
                theirs = getattr(plain[name], kind)[figure]
                wrong |= np.abs(ours - theirs) > TOLERANCE * np.maximum(1.0, np.abs(theirs))
        differ += int(wrong.sum())
    return differ


@pytest.mark.parametrize("study", ["ukraine-2025", "korea-1953"])
@pytest.mark.parametrize("information", ["agent_error", "private_payoffs"])
def test_no_world_has_another_equilibrium(study: str, information: Information) -> None:
    assert other_equilibria(backstop.load(EXAMPLES / study), 3_000, information, seed=1) == 0


@pytest.mark.slow
@pytest.mark.parametrize("study", ["ukraine-2025", "korea-1953"])
@pytest.mark.parametrize("information", ["agent_error", "private_payoffs"])
def test_no_world_of_a_hundred_thousand_has_another_equilibrium(study: str, information: Information) -> None:
    assert other_equilibria(backstop.load(EXAMPLES / study), 100_000, information, seed=2) == 0


def chase(cost: float = 0.3, discount: float = 0.9, **horizon: Any) -> Model:
    """A wants to be where B is not, B where A is: by turns each sets its own place."""
    actor = {"discount": discount, "noise": "noise"}
    return model_of(
        {
            "horizon": {"years": 2, **horizon},
            "actors": {"a": actor, "b": actor},
            "parameters": {"noise": {"uniform": [0, 1]}},
            "arrangements": {"only": {}},
            "start": "same",
            "phases": {
                "same": {
                    "payoffs": {"a": 1, "b": -1},
                    "play": {"actor": "b", "moves": {"stay": "keep_same", "go": "leave"}},
                },
                "apart": {"play": {"actor": "a", "moves": {"stay": "keep_apart", "go": "come"}}},
            },
            "outcomes": {
                "keep_same": {"next": "same"},
                "keep_apart": {"next": "apart"},
                "come": {"next": "same", "payoffs": {"a": -cost}},
                "leave": {"next": "apart", "payoffs": {"b": -cost}},
            },
            "metrics": {"there": {"occupy": ["same"]}},
        }
    )


def test_replies_that_chase_each_other_end_as_plain_sweeps_do() -> None:
    settled = set[bool]()
    noise = np.array([0.5, 0.1, 0.05, 0.03, 0.02, 0.01, 1e-3, 1e-5, 2e-6, 1e-7, 0.0])
    for cost in (0.3, 0.45, 0.6):
        model = chase(cost)
        fast, plain = (
            Host(compile_program(model, accelerate=accelerate), 1).solve(noise.size, {"noise": noise}, {})
            for accelerate in (True, False)
        )
        assert fast.settled.tolist() == plain.settled.tolist()
        for actor in "ab":
            np.testing.assert_allclose(fast.values[actor], plain.values[actor], rtol=0, atol=1e-9)
        settled.update(fast.settled.tolist())
    assert settled == {True, False}


def test_a_world_that_settles_too_late_is_not_settled() -> None:
    # (1 - discount) * 20,000 sweeps are too few for a change of 1e-11.
    model = chase(discount=0.9999)
    for accelerate in (True, False):
        host = Host(compile_program(model, accelerate=accelerate), 1)
        assert host.solve(1, {"noise": 1.0}, {}).settled.tolist() == [False]


@pytest.mark.parametrize("years", [0, 1, 5, 30, 300])
def test_a_tail_of_some_years_is_cut_off_there(years: int) -> None:
    model = chase(tail_years=years)
    fast, plain = (
        Host(compile_program(model, accelerate=accelerate), 1).solve(1, {"noise": 1.0}, {})
        for accelerate in (True, False)
    )
    assert fast.settled.tolist() == plain.settled.tolist() == [years in (0, 300)]
    for actor in "ab":
        np.testing.assert_allclose(fast.values[actor], plain.values[actor], rtol=0, atol=1e-9)


def test_a_settled_world_waits_unchanged_for_its_neighbour() -> None:
    model = chase()
    host = Host(compile_program(model), 1)
    alone = host.solve(1, {"noise": 0.8}, {})
    for other in (0.05, 0.0, 1e-8, 0.8):
        pair = host.solve(2, {"noise": np.array([0.8, other])}, {})
        for actor in "ab":
            assert pair.values[actor][0] == alone.values[actor][0]

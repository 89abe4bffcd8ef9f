import sys

import numpy as np
import pytest

from backstop.base.faults import Refused
from backstop.questions.methods.evolution import searched
from backstop.questions.methods.packages import Evaluated, enumerated, grid, pareto_front

LEVELS = {f"m{i}": np.linspace(0, 1, 6).tolist() for i in range(4)}
POWER = np.array([0.5, 0.4, 0.3, 0.1])
PRICE = np.array([3.0, 2.0, 2.0, 0.2])


def model(levels):
    share = np.clip(levels @ POWER + 0.4 * levels[:, 0] * levels[:, 1], 0, 1)
    return Evaluated(share, levels @ PRICE, {"signed": 1 - levels @ POWER / 2})


def test_finds_what_enumeration_finds():
    pytest.importorskip("pymoo")
    exact = enumerated(tuple(LEVELS), grid(LEVELS), model, 0.6)
    found = searched(LEVELS, model, 0.6, evaluations=1500, population=40, seed=3)
    assert found.figures.cost[found.cheapest()] == pytest.approx(exact.figures.cost[exact.cheapest()])
    assert len(found.levels) < len(exact.levels)
    true_set = {tuple(row) for row in exact.levels[exact.minimal()].round(9)}
    found_set = {tuple(row) for row in found.levels[found.minimal()].round(9)}
    assert len(found_set & true_set) / len(found_set) > 0.9


def test_packages_met_again_are_not_evaluated_again():
    pytest.importorskip("pymoo")
    seen = []

    def counted(levels):
        seen.extend(map(tuple, levels.round(9)))
        return model(levels)

    searched(LEVELS, counted, 0.6, evaluations=800, population=40)
    assert len(seen) == len(set(seen))


def test_same_seed_same_packages():
    pytest.importorskip("pymoo")
    one = searched(LEVELS, model, 0.6, evaluations=400, population=20, seed=5)
    other = searched(LEVELS, model, 0.6, evaluations=400, population=20, seed=5)
    assert np.array_equal(one.levels, other.levels)


def test_trade_offs_with_further_objectives():
    pytest.importorskip("pymoo")
    found = searched(LEVELS, model, 0.6, objectives={"signed": True}, evaluations=1500, population=40)
    goals = np.column_stack((found.figures.cost, -found.figures.metrics["signed"]))[found.feasible]
    exact = enumerated(tuple(LEVELS), grid(LEVELS), model, 0.6)
    true_goals = np.column_stack((exact.figures.cost, -exact.figures.metrics["signed"]))[exact.feasible]
    front = true_goals[pareto_front(true_goals)]
    near = [np.abs(goals - point).max(axis=1).min() for point in front]
    assert np.mean(near) < 0.1


def test_without_pymoo_the_message_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymoo.algorithms.moo.nsga2", None)
    with pytest.raises(Refused, match=r"backstop\[design\]"):
        searched(LEVELS, model, 0.6)


def test_a_target_out_of_reach_is_refused_by_the_answer():
    pytest.importorskip("pymoo")
    found = searched(
        LEVELS, lambda x: Evaluated(0 * x[:, 0], x[:, 0], {}), 0.6, evaluations=100, population=20
    )
    with pytest.raises(Refused, match="no package of"):
        found.cheapest()

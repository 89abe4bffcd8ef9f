import numpy as np
import pytest

from backstop.base.faults import Refused
from backstop.questions.methods.cart import tree


def test_a_known_rule_is_found():
    generator = np.random.default_rng(0)
    inputs = {name: generator.random(10_000) for name in "abcd"}
    cases = (inputs["a"] > 0.6) & (inputs["b"] < 0.5)
    found = tree(inputs, cases)
    best = found.leaves[0]
    assert set(best.limits) == {"a", "b"}
    assert best.limits["a"].low == pytest.approx(0.6, abs=0.01)
    assert best.limits["b"].high == pytest.approx(0.5, abs=0.01)
    assert best.density > 0.97 and best.coverage > 0.97
    assert found.explained > 0.93


def test_leaves_cover_every_world_once():
    generator = np.random.default_rng(1)
    inputs = {name: generator.random(5000) for name in "abc"}
    cases = generator.random(5000) < inputs["a"]
    weights = generator.random(5000)
    found = tree(inputs, cases, weights)
    assert len(found.leaves) >= 2
    assert sum(leaf.mass for leaf in found.leaves) == pytest.approx(1)
    assert sum(leaf.coverage for leaf in found.leaves) == pytest.approx(1)
    count = np.zeros(5000)
    for leaf in found.leaves:
        inside = np.ones(5000, dtype=bool)
        for name, limit in leaf.limits.items():
            inside &= limit.met(inputs[name])
        count += inside
        assert weights[inside].sum() / weights.sum() == pytest.approx(leaf.mass)
        assert weights[inside & cases].sum() / weights[inside].sum() == pytest.approx(leaf.density)
    assert (count == 1).all()


def test_the_first_split_has_the_least_gini_impurity():
    generator = np.random.default_rng(2)
    x = generator.random((400, 4))
    cases = generator.random(400) < np.where(x[:, 2] > 0.35, 0.8, 0.1)
    weights = generator.random(400)

    def impurity(side):
        weight, hits = weights[side].sum(), weights[side & cases].sum()
        return hits * (1 - hits / weight) if weight else 0.0

    splits = [(impurity(c <= v) + impurity(c > v), i) for i, c in enumerate(x.T) for v in np.sort(c)[20:-20]]
    least, at = min(splits)
    ours = tree({f"x{i}": x[:, i] for i in range(4)}, cases, weights).leaves[0].limits[f"x{at}"]
    assert at == 2
    assert impurity(x[:, 2] >= ours.low) + impurity(x[:, 2] < ours.low) == pytest.approx(least, rel=0.02)


def test_noise_is_cut_back_to_one_leaf():
    generator = np.random.default_rng(3)
    found = tree({"a": generator.random(5000)}, generator.random(5000) < 0.4)
    assert len(found.leaves) == 1
    assert found.leaves[0].density == pytest.approx(found.base_rate)


def test_an_interaction_survives_pruning_although_its_first_split_says_nothing():
    generator = np.random.default_rng(4)
    a, b = generator.random((2, 20_000))
    found = tree({"a": a, "b": b}, (a > 0.47) != (b > 0.5))
    assert found.explained > 0.8


def test_bad_requests():
    x = np.linspace(0, 1, 200)
    with pytest.raises(Refused, match="no world"):
        tree({"x": x}, x > 2)
    with pytest.raises(Refused, match="no input varies"):
        tree({"x": np.ones(200)}, x > 0.5)

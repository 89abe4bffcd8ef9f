import numpy as np
import pytest
from scipy.stats import ks_2samp

from backstop.base.faults import Refused
from backstop.questions.methods.regional import regional_sensitivity


def test_agrees_with_the_two_sample_test_of_scipy():
    generator = np.random.default_rng(0)
    x = generator.normal(size=600)
    holds = generator.random(600) < 1 / (1 + np.exp(-x))
    found = regional_sensitivity({"x": x}, holds).separations["x"]
    theirs = ks_2samp(x[holds], x[~holds], method="asymp")
    assert found.distance == pytest.approx(theirs.statistic, abs=1e-12)
    assert found.p == pytest.approx(theirs.pvalue, rel=0.3)
    assert found.higher
    assert found.at == pytest.approx(theirs.statistic_location)


def test_ties_are_one_step():
    x = np.repeat([0.0, 1.0], 50)
    holds = np.tile([True, False], 50)
    found = regional_sensitivity({"x": x}, holds).separations["x"]
    assert found.distance == pytest.approx(0.0, abs=1e-12)
    assert found.p == 1.0


def test_whole_weights_are_repeated_worlds():
    generator = np.random.default_rng(1)
    x, holds = generator.random(200), generator.random(200) < 0.4
    weights = generator.integers(1, 4, size=200)
    weighted = regional_sensitivity({"x": x}, holds, weights).separations["x"]
    repeated = regional_sensitivity({"x": np.repeat(x, weights)}, np.repeat(holds, weights)).separations["x"]
    assert weighted.distance == pytest.approx(repeated.distance, abs=1e-12)


def test_an_unused_input_is_seldom_beyond_the_critical_distance():
    beyond = 0
    for seed in range(200):
        generator = np.random.default_rng(seed)
        x, holds = generator.random(300), generator.random(300) < 0.3
        one = regional_sensitivity({"x": x}, holds, generator.random(300)).separations["x"]
        beyond += one.distance > one.critical
    assert 1 <= beyond <= 20


def test_sorted_by_distance():
    generator = np.random.default_rng(2)
    x, y = generator.random((2, 500))
    found = regional_sensitivity({"y": y, "x": x}, x > 0.7)
    assert list(found.separations) == ["x", "y"]
    assert found.share == pytest.approx((x > 0.7).mean())
    assert found.separations["x"].distance == 1.0


def test_nothing_to_tell_apart_is_refused():
    x = np.linspace(0, 1, 200)
    with pytest.raises(Refused, match="no world meets"):
        regional_sensitivity({"x": x}, x > 2)
    with pytest.raises(Refused, match="every world meets"):
        regional_sensitivity({"x": x}, x < 2)
    with pytest.raises(Refused, match="effective worlds"):
        regional_sensitivity({"x": x}, x < 0.5, np.where(np.arange(200) < 3, 1.0, 0.0))

import numpy as np
import pytest
from scipy.stats import norm, qmc

from backstop.base.faults import Refused
from backstop.questions.methods.given_data import (
    correlated_groups,
    first_order_from_worlds,
)


def worlds(width, log2size=13, seed=0):
    blocks = [qmc.Sobol(width, seed=seed + r).random(2 ** (log2size - 4)) for r in range(16)]
    return np.stack(blocks, axis=1).reshape(-1, width).T


def test_ishigami_first_order_from_given_worlds():
    u = worlds(3)
    x = (2 * u - 1) * np.pi
    y = np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])
    found = first_order_from_worlds({"x1": x[0], "x2": x[1], "x3": x[2]}, y)
    for name, share in {"x1": 0.3138952, "x2": 0.4424111, "x3": 0.0}.items():
        assert found.first[name].se < 0.02
        assert abs(found.first[name].mean - share) < 4 * found.first[name].se + 2e-3
    assert found.mean == pytest.approx(3.5, abs=0.02)


def test_weighted_worlds_have_the_shares_of_the_weighted_distribution():
    # Weighting a standard normal by exp(c x - c^2 / 2) moves its mean to c; the variance of x^2 is then 2 + 4 c^2.
    z = norm.ppf(worlds(2, 14))
    c = 0.8
    found = first_order_from_worlds({"a": z[0], "b": z[1]}, z[0] ** 2 + 3 * z[1], np.exp(c * z[0]))
    variance = 2 + 4 * c**2
    share = variance / (variance + 9)
    assert abs(found.first["a"].mean - share) < 4 * found.first["a"].se
    assert found.first["a"].se < 0.05
    assert found.mean == pytest.approx(1 + c**2, abs=0.1)


def test_correlated_inputs_share_what_each_tells():
    z = norm.ppf(worlds(2, 14))
    rho = 0.6
    other = rho * z[0] + np.sqrt(1 - rho**2) * z[1]
    found = first_order_from_worlds({"a": z[0], "b": other}, z[0] + other)
    share = (1 + rho) ** 2 / (2 + 2 * rho)
    for name in ("a", "b"):
        assert abs(found.first[name].mean - share) < 4 * found.first[name].se + 2e-3


def test_an_input_that_does_not_matter_is_near_zero_on_either_side():
    generator = np.random.default_rng(5)
    means = []
    for _ in range(60):
        x, y = generator.random(400), generator.normal(size=400)
        means.append(first_order_from_worlds({"x": x}, y).first["x"].mean)
    assert abs(np.mean(means)) < 0.01


def test_few_values_have_one_level_each():
    generator = np.random.default_rng(6)
    x = generator.integers(0, 3, size=4000).astype(float)
    y = np.where(x == 1, 5.0, 0.0) + generator.normal(size=4000)
    share = np.where(x == 1, 5.0, 0.0).var() / y.var()
    assert first_order_from_worlds({"x": x}, y).first["x"].mean == pytest.approx(share, abs=0.02)


def test_a_constant_input_has_no_share_and_a_constant_metric_is_refused():
    y = np.random.default_rng(0).random(200)
    assert first_order_from_worlds({"x": np.ones(200)}, y).first["x"].mean == 0.0
    with pytest.raises(Refused, match="same in all worlds"):
        first_order_from_worlds({"x": y}, np.ones(200))
    with pytest.raises(Refused, match="effective worlds"):
        first_order_from_worlds({"x": y[:1]}, y[:1])


def test_thin_weights_are_refused():
    x, y = np.random.default_rng(0).random((2, 400))
    weights = np.where(np.arange(400) < 50, 1.0, 0.0)
    assert first_order_from_worlds({"x": x}, y, weights).first["x"].se is not None
    with pytest.raises(Refused, match="effective worlds"):
        first_order_from_worlds({"x": x}, y, np.where(np.arange(400) < 5, 1.0, 0.0))


def test_correlated_groups_are_linked_through_others():
    names = ("a", "b", "c", "d", "e")
    pairs = [("a", "c", 0.3), ("c", "e", -0.2), ("b", "d", 0.0)]
    assert correlated_groups(names, pairs) == (("a", "c", "e"),)


@pytest.mark.parametrize("size", [20, 60])
def test_few_worlds_are_not_explained_by_an_input_that_does_not_matter(size):
    shares = []
    for seed in range(30):
        x, y = np.random.default_rng(seed).random((2, size))
        shares.append(first_order_from_worlds({"x": x}, y).first["x"].mean)
    assert abs(np.mean(shares)) < 0.1

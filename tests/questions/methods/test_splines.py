import numpy as np
import pytest

from backstop.questions.methods.splines import basis_of, conditional_expectation


def test_a_straight_line_is_fitted_exactly_with_heavy_smoothing():
    x = np.random.default_rng(0).lognormal(size=500)
    weights = np.full(500, 1 / 500)
    basis = basis_of([x])
    line = (2 * x - 1)[:, None]
    fit = conditional_expectation(basis, line, weights)
    assert np.abs(fit.expected - line).max() < 1e-5 * np.abs(line).max()
    slope_free = basis.penalty @ np.linalg.lstsq(basis.design.toarray(), line[:, 0], rcond=None)[0]
    assert np.abs(slope_free).max() < 1e-6 * np.abs(basis.penalty).max()


def test_noise_alone_is_smoothed_away():
    generator = np.random.default_rng(1)
    x, y = generator.random(2000), generator.normal(size=2000)
    fit = conditional_expectation(basis_of([x]), y[:, None], np.full(2000, 1 / 2000))
    assert fit.freedom[0] < 8
    assert fit.expected.std() < 0.15


def test_left_out_coefficients_are_those_of_a_fit_without_the_replication():
    generator = np.random.default_rng(2)
    x = generator.random(320)
    y = (np.sin(6 * x) + 0.1 * generator.normal(size=320) + 3)[:, None]
    weights = generator.random(320)
    weights /= weights.sum()
    basis = basis_of([x])
    fit = conditional_expectation(basis, y, weights)
    expected = basis.design @ fit.left_out[3]
    kept = np.arange(320) % 16 != 3
    moved = y.copy()
    moved[~kept] += 100.0  # what is left out cannot matter, but for the choice of smoothing
    other = basis.design @ conditional_expectation(basis, y + 0 * moved, weights).left_out[3]
    assert np.allclose(expected, other)
    # The prediction where worlds were left out is still close to the curve.
    assert np.abs(expected[~kept, 0] - (np.sin(6 * x[~kept]) + 3)).max() < 0.15


def test_two_inputs_have_their_product():
    generator = np.random.default_rng(3)
    a, b = generator.random((2, 4000))
    truth = (2 * a - 1) * (2 * b - 1)
    y = truth + 0.2 * generator.normal(size=4000)
    fit = conditional_expectation(basis_of([a, b]), y[:, None], np.full(4000, 1 / 4000))
    assert np.corrcoef(fit.expected[:, 0], truth)[0, 1] > 0.97


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_the_scale_of_an_input_does_not_matter(scale):
    generator = np.random.default_rng(4)
    x = generator.random(1000)
    y = np.cos(5 * x)[:, None]
    fit = conditional_expectation(basis_of([x * scale]), y, np.full(1000, 1e-3))
    assert np.abs(fit.expected - y).max() < 0.02

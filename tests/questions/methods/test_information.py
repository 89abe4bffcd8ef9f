import numpy as np
import pytest
from scipy.stats import norm, qmc

from backstop.base.faults import InvalidInput, Refused
from backstop.questions.methods.information import value_of_information


def normals(width, log2size=13, seed=0):
    blocks = [qmc.Sobol(width, seed=seed + r).random(2 ** (log2size - 4)) for r in range(16)]
    return norm.ppf(np.stack(blocks, axis=1).reshape(-1, width).T)


def gain_of_knowing(mean, sd):
    """E[max(0, X)] - max(0, mean) for a normal X."""
    return sd * norm.pdf(mean / sd) + mean * norm.cdf(mean / sd) - max(0.0, mean)


def test_gaussian_case_within_its_error():
    a, b, c = normals(3, 14)
    mean, weights = -0.4, np.array([1.0, 0.6, 0.0])
    gain = mean + weights[0] * a + weights[1] * b
    shared = 100 * c  # what all arrangements have in common cannot matter
    found = value_of_information(
        np.stack([shared, shared + gain]), {"a": a, "b": b, "c": c}, groups={"ab": ("a", "b")}
    )
    cases = {
        "a": gain_of_knowing(mean, 1.0),
        "b": gain_of_knowing(mean, 0.6),
        "ab": gain_of_knowing(mean, np.hypot(1, 0.6)),
    }
    for name, truth in cases.items():
        value = found.evppi[name]
        assert 0 < value.se < 0.02
        assert abs(value.mean - truth) < 3 * value.se + 1e-4, name
    assert abs(found.evpi.mean - gain_of_knowing(mean, np.hypot(1, 0.6))) < 3 * found.evpi.se + 1e-4
    assert found.evppi["c"].mean < 0.005
    assert found.best == 0


def test_errors_cover_the_truth_over_repeated_runs_of_independent_worlds():
    truth = gain_of_knowing(0.2, 0.7)
    inside, means = 0, []
    for seed in range(60):
        generator = np.random.default_rng(seed)
        a, noise = generator.normal(size=(2, 800))
        value = value_of_information(np.stack([np.zeros(800), 0.2 + 0.7 * a + 2 * noise]), {"a": a}).evppi[
            "a"
        ]
        inside += abs(value.mean - truth) < 2 * value.se
        means.append(value.mean)
    assert inside >= 50
    # The correction removes most of the upward bias that noise in the fit would leave.
    assert abs(np.mean(means) - truth) < 0.03


def test_three_arrangements_and_a_curved_net_benefit():
    x, y = normals(2, 14)
    benefits = np.stack([np.zeros_like(x), x**2 - 1, 0.8 * x + 0.3 * y])
    found = value_of_information(benefits, {"x": x, "y": y})
    z = norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    truth = np.maximum(np.maximum(0, z**2 - 1), 0.8 * z).mean()
    assert abs(found.evppi["x"].mean - truth) < 3 * found.evppi["x"].se + 2e-3
    assert found.evppi["y"].mean < found.evppi["x"].mean <= found.evpi.mean + 1e-12


def test_weighted_worlds_have_the_value_of_the_weighted_distribution():
    a, b = normals(2, 14)
    shift = 0.7  # weights exp(shift a) move the mean of a to `shift`
    found = value_of_information(np.stack([np.zeros_like(a), a + 0.5 * b - 0.5]), {"a": a}, np.exp(shift * a))
    assert abs(found.evppi["a"].mean - gain_of_knowing(shift - 0.5, 1.0)) < 3 * found.evppi["a"].se + 1e-3


def test_knowing_everything_is_the_mean_of_the_best():
    benefits = np.random.default_rng(0).normal(size=(4, 500))
    found = value_of_information(benefits, {"u": np.arange(500.0)})
    assert found.evpi.mean == pytest.approx(benefits.max(axis=0).mean() - benefits.mean(axis=1).max())


def test_a_choice_that_never_changes_has_no_value():
    x = np.random.default_rng(1).random(400)
    found = value_of_information(np.stack([x + 1, x]), {"x": x, "fixed": np.ones(400)})
    assert found.evpi.mean == 0.0
    assert found.evppi["x"].mean == pytest.approx(0.0, abs=1e-9)
    assert found.evppi["fixed"].mean == 0.0


def test_bad_requests():
    x = np.random.default_rng(2).random(400)
    with pytest.raises(Refused, match="one arrangement"):
        value_of_information(x[None], {"x": x})
    with pytest.raises(Refused, match="no value in 400"):
        value_of_information(np.stack([x, x * np.nan]), {"x": x})
    with pytest.raises(Refused, match="effective worlds"):
        value_of_information(np.stack([x, 1 - x]), {"x": x}, np.where(np.arange(400) < 3, 1.0, 0.0))
    with pytest.raises(InvalidInput, match="group g names z"):
        value_of_information(np.stack([x, 1 - x]), {"x": x}, groups={"g": ("x", "z")})

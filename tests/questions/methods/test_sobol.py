import numpy as np
import pytest
from scipy.stats import qmc

from backstop.base.faults import Refused
from backstop.questions.methods.sobol import (
    Evaluations,
    PairedSamples,
    mixed_together,
    sobol_indices,
)

NAMES3 = ("x1", "x2", "x3")


def ishigami(point):
    """Ishigami & Homma 1990 with a = 7, b = 0.1 on [-pi, pi]^3."""
    x1, x2, x3 = ((2 * point[n] - 1) * np.pi for n in NAMES3)
    return np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)


ISHIGAMI_FIRST = {"x1": 0.3138952, "x2": 0.4424111, "x3": 0.0}
ISHIGAMI_TOTAL = {"x1": 0.5575889, "x2": 0.4424111, "x3": 0.2436837}


def replicated(names, log2size, seed=0):
    """Uniforms by (name, stream): sixteen scrambles, row w belonging to scramble w mod 16."""
    width = 2 * len(names)
    blocks = [qmc.Sobol(width, seed=seed + r).random(2 ** (log2size - 4)) for r in range(16)]
    table = np.stack(blocks, axis=1).reshape(-1, width)
    return lambda name, stream: table[:, list(names).index(name) + stream * len(names)]


def paired_samples(uniforms, names, groups=None):
    a, b = ({name: uniforms(name, stream) for name in names} for stream in (0, 1))
    return PairedSamples(a, b, mixed_together(names, groups or {}))


def evaluate_design(samples, model, second_order=False):
    return samples.evaluations([model(point) for _, point in samples.mixtures(second_order)])


@pytest.fixture(scope="module")
def ishigami_indices():
    samples = paired_samples(replicated(NAMES3, 14), NAMES3)
    return sobol_indices(evaluate_design(samples, ishigami, second_order=True))


@pytest.mark.parametrize("name", NAMES3)
def test_ishigami_published_indices_within_their_errors(ishigami_indices, name):
    first, total = ishigami_indices.first[name], ishigami_indices.total[name]
    assert first.se < 0.01 and total.se < 0.01
    assert abs(first.mean - ISHIGAMI_FIRST[name]) < 4 * first.se + 1e-4
    assert abs(total.mean - ISHIGAMI_TOTAL[name]) < 4 * total.se + 1e-4


def test_ishigami_second_order(ishigami_indices):
    pair = ishigami_indices.second[("x1", "x3")]
    assert abs(pair.mean - 0.2436837) < 4 * pair.se + 1e-4
    for key in (("x1", "x2"), ("x2", "x3")):
        assert abs(ishigami_indices.second[key].mean) < 4 * ishigami_indices.second[key].se + 1e-4


def test_ishigami_mean_and_variance(ishigami_indices):
    assert ishigami_indices.mean == pytest.approx(3.5, abs=0.02)
    assert ishigami_indices.variance == pytest.approx(13.844587, rel=0.01)


def test_sobol_g_analytic_indices():
    # Saltelli & Sobol 1995: V_i = 1 / (3 (1 + a_i)^2), total variance prod(1 + V_i) - 1.
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
    names = tuple(f"x{i}" for i in range(8))

    def g(point):
        x = np.stack([point[n] for n in names])
        return np.prod((np.abs(4 * x - 2) + a[:, None]) / (1 + a[:, None]), axis=0)

    part = 1 / (3 * (1 + a) ** 2)
    whole = np.prod(1 + part) - 1
    found = sobol_indices(evaluate_design(paired_samples(replicated(names, 14), names), g))
    for i, name in enumerate(names):
        total = part[i] * np.prod(1 + np.delete(part, i)) / whole
        assert abs(found.first[name].mean - part[i] / whole) < 4 * found.first[name].se + 5e-4
        assert abs(found.total[name].mean - total) < 4 * found.total[name].se + 5e-4


def test_same_samples_give_the_estimates_of_salib():
    sobol = pytest.importorskip("SALib.analyze.sobol")
    size, width = 512, 4
    generator = np.random.default_rng(3)
    one, two = generator.random((2, size, width))
    names = tuple(f"x{i}" for i in range(width))

    def model(x):
        return 3.0 + x @ np.array([1.0, 2.0, 0.5, 0.0]) + 2 * x[:, 0] * x[:, 1] + np.sin(5 * x[:, 2])

    a, b = model(one), model(two)
    ab = np.stack([model(np.where(np.arange(width) == i, two, one)) for i in range(width)])
    ba = np.stack([model(np.where(np.arange(width) == i, one, two)) for i in range(width)])
    step = 2 * width + 2
    y = np.empty(size * step)
    y[0::step], y[step - 1 :: step] = a, b
    for i in range(width):
        y[1 + i :: step], y[1 + width + i :: step] = ab[i], ba[i]
    problem = {"num_vars": width, "names": list(names), "bounds": [[0, 1]] * width}
    theirs = sobol.analyze(problem, y, calc_second_order=True, num_resamples=10, seed=1)
    ours = sobol_indices(Evaluations(names, a, b, ab, ba))
    for i, name in enumerate(names):
        assert ours.first[name].mean == pytest.approx(theirs["S1"][i], abs=1e-10)
        assert ours.total[name].mean == pytest.approx(theirs["ST"][i], abs=1e-10)
    for (one_name, other), value in ours.second.items():
        j, k = names.index(one_name), names.index(other)
        assert value.mean == pytest.approx(theirs["S2"][j, k], abs=1e-10)


def test_errors_from_replications_match_the_spread_of_repeated_designs():
    runs = [
        sobol_indices(evaluate_design(paired_samples(replicated(NAMES3, 10, 100 * s), NAMES3), ishigami))
        for s in range(40)
    ]
    spread = np.std([run.first["x2"].mean for run in runs], ddof=1)
    assert np.sqrt(np.mean([run.first["x2"].se ** 2 for run in runs])) == pytest.approx(spread, rel=0.35)


def test_groups_are_mixed_together():
    samples = paired_samples(replicated(NAMES3, 12), NAMES3, {"wave": ("x1", "x3")})
    found = sobol_indices(evaluate_design(samples, ishigami, second_order=True))
    assert set(found.first) == {"wave", "x2"}
    # Together x1 and x3 have all of the variance that x2 does not have, and no interaction with it.
    assert found.first["wave"].mean == pytest.approx(0.5575889, abs=0.03)
    assert found.second[("wave", "x2")].mean == pytest.approx(0.0, abs=0.03)


def test_indices_do_not_depend_on_level_or_scale():
    samples = paired_samples(replicated(NAMES3, 10), NAMES3)
    plain = sobol_indices(evaluate_design(samples, ishigami))
    moved = sobol_indices(evaluate_design(samples, lambda p: 1e5 + 1e-3 * ishigami(p)))
    for name in NAMES3:
        assert moved.first[name].mean == pytest.approx(plain.first[name].mean, abs=1e-5)


def test_a_constant_metric_is_refused():
    samples = paired_samples(replicated(NAMES3, 8), NAMES3)
    with pytest.raises(Refused, match="same in all worlds"):
        sobol_indices(evaluate_design(samples, lambda p: 0.3 + 0 * p["x1"]))


def test_missing_values_are_refused_and_counted():
    samples = paired_samples(replicated(NAMES3, 8), NAMES3)
    with pytest.raises(Refused, match="no value in"):
        sobol_indices(evaluate_design(samples, lambda p: np.where(p["x1"] > 0.5, np.nan, p["x2"])))


def test_one_world_and_no_input_are_refused():
    one = np.array([0.1])
    with pytest.raises(Refused, match="one base world"):
        sobol_indices(Evaluations(("x",), one, one + 0.1, one[None]))
    with pytest.raises(Refused, match="no parameter is uncertain"):
        paired_samples(lambda n, k: one, ())


def test_the_sequences_of_worlds_give_honest_errors_under_another_seed():
    """Stream 1 takes the sequences of another seed: the errors must then be as large as the deviations are."""
    from backstop.worlds.sequence import sequence

    scores = []
    for seed in range(20):
        streams = {
            (name, stream): sequence(seed + 1_000_003 * stream, name).uniforms(0, 2048)
            for name in NAMES3
            for stream in (0, 1)
        }
        samples = paired_samples(lambda name, stream, kept=streams: kept[name, stream], NAMES3)
        found = sobol_indices(evaluate_design(samples, ishigami))
        scores += [(found.first[n].mean - ISHIGAMI_FIRST[n]) / found.first[n].se for n in NAMES3]
        scores += [(found.total[n].mean - ISHIGAMI_TOTAL[n]) / found.total[n].se for n in NAMES3]
    assert 0.7 < np.std(scores) < 1.5
    assert abs(np.mean(scores)) < 0.4


def test_few_rows_leave_the_replication_error_unknown():
    samples = paired_samples(replicated(NAMES3, 4), NAMES3)
    assert sobol_indices(evaluate_design(samples, ishigami)).first["x1"].se is None

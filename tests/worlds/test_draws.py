import hashlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from backstop.scenario.distribution.beta import Beta, Pert
from backstop.scenario.distribution.discrete import Discrete
from backstop.scenario.distribution.distribution import DistributionError
from backstop.scenario.distribution.logarithmic import LogNormal
from backstop.scenario.distribution.mixture import Mixture
from backstop.scenario.distribution.normal import Normal
from backstop.scenario.distribution.straight import Triangular, Uniform
from backstop.worlds.draws import Sampler
from backstop.worlds.sequence import NUMBERED_WORLDS

KINDS = {
    "resolve": Uniform(0.2, 0.9),
    "cost": Triangular(1, 2, 5),
    "attribution": Pert(0, 0.4, 1),
    "troops": Normal(20, 5, (0, 60)),
    "prize": LogNormal(0, 1),
    "holds": Beta(8, 12),
    "ceiling": Discrete([0, 10, 30], [1, 2, 1]),
    "pooled": Mixture((Uniform(0, 1), Pert(0.5, 1, 2), Discrete([0.3], [1])), (2, 1, 1)),
}


def same(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


def test_golden_draws():
    sampler = Sampler({"p_win": Uniform(0, 1), "prize": Uniform(0, 1)}, (), 20240229)
    drawn = sampler.uniforms(0, 1000)
    digest = hashlib.sha256(
        b"".join(drawn[name].astype("<f8").tobytes() for name in sorted(drawn))
    ).hexdigest()
    assert digest == "a344704203560b328acb9bcaac0cd3ab7bbc89ec7e8ecba97ca8a2d7209d1129"


@settings(max_examples=60, deadline=None)
@given(first=st.integers(0, 40_000), count=st.integers(0, 9000), cut=st.integers(0, 9000))
def test_blocks_do_not_depend_on_their_boundaries(first, count, cut):
    sampler = Sampler({**KINDS, "fixed": 3.0}, [("cost", "prize", 0.5), ("prize", "holds", -0.3)], 7)
    cut = min(cut, count)
    whole = sampler.block(first, count)
    head, tail = sampler.block(first, cut), sampler.block(first + cut, count - cut)
    assert whole["fixed"] == 3.0
    for name in KINDS:
        assert np.array_equal(whole[name], np.concatenate((head[name], tail[name]))), name


def test_a_run_is_a_prefix_of_a_longer_one():
    sampler = Sampler(KINDS, (), 1)
    short, long = sampler.block(0, 100), sampler.block(0, 20_000)
    assert all(np.array_equal(short[name], long[name][:100]) for name in KINDS)


def test_single_worlds_far_out():
    sampler = Sampler({"a": Uniform(0, 1)}, (), 1)
    last = NUMBERED_WORLDS - 1
    far = sampler.block(last - 9, 10)["a"]
    assert far[-1] == sampler.block(last, 1)["a"][0]
    assert np.unique(far).size == 10
    with pytest.raises(ValueError, match="numbered"):
        sampler.block(last, 2)
    with pytest.raises(ValueError, match="numbered"):
        sampler.block(-1, 2)


def test_other_parameters_do_not_move_draws():
    alone = Sampler({"cost": KINDS["cost"]}, (), 5).block(0, 500)["cost"]
    among = Sampler(KINDS, (), 5).block(0, 500)["cost"]
    turned = Sampler(dict(reversed(KINDS.items())), [("prize", "holds", 0.7)], 5).block(0, 500)["cost"]
    assert np.array_equal(alone, among)
    assert np.array_equal(alone, turned)


def test_seed_and_name_matter():
    base = Sampler({"a": Uniform(0, 1)}, (), 5).block(0, 500)["a"]
    assert not np.array_equal(base, Sampler({"a": Uniform(0, 1)}, (), 6).block(0, 500)["a"])
    assert not np.array_equal(base, Sampler({"b": Uniform(0, 1)}, (), 5).block(0, 500)["b"])
    Sampler({"a": Uniform(0, 1)}, (), 10**30).block(0, 5)


def test_replications_are_independent():
    # The shift makes any two points of different replications independent, so over seeds they do not correlate.
    first = np.array([Sampler({"a": Uniform(0, 1)}, (), seed).uniforms(0, 32)["a"] for seed in range(600)])
    between = np.corrcoef(first[:, :16].T) - np.eye(16)
    assert np.abs(between).max() < 0.2
    assert np.abs(first.mean(axis=0) - 0.5).max() < 0.05


def smooth(drawn):
    """A smooth function of 8 parameters with interactions; its mean is the product of the factors' means, 1."""
    product = 1.0
    for weight, u in zip((0.9, 0.7, 0.5, 0.4, 0.3, 0.2, 0.2, 0.1), drawn.values(), strict=True):
        product = product * (1 + weight * np.sin(math.pi * (u - 0.5)))
    return product


EIGHT = {f"parameter_{i}": Uniform(0, 1) for i in range(8)}


def test_interval_from_the_replications_covers_honestly():
    covered, squares = 0, []
    for seed in range(200):
        values = smooth(Sampler(EIGHT, (), seed).uniforms(0, 16 * 128))
        means = values.reshape(-1, 16).mean(axis=0)
        error = means.mean() - 1.0
        squares.append(error**2)
        covered += abs(error) <= stats.t.ppf(0.975, 15) * means.std(ddof=1) / 4
    assert 180 <= covered <= 198, covered
    independent = np.random.default_rng(1).random((200, 16 * 128, 8))
    plain = [smooth(dict(enumerate(each.T))).mean() - 1.0 for each in independent]
    # What the parameters do alone, two thirds of the variance, is hardly in error; what they do jointly is as if
    # drawn at random.
    assert np.mean(squares) < 0.6 * np.mean(np.square(plain))
    assert np.median(squares) < 0.6 * np.median(np.square(plain))


def test_error_of_effects_falls_faster_than_one_over_root_n():
    def typical(count, function):
        errors = []
        for seed in range(60):
            u = Sampler({"a": Uniform(0, 1), "b": Uniform(0, 1)}, (), seed).uniforms(0, count)
            errors.append(abs(np.mean(function(u["a"], u["b"])) - (math.e - 1) ** 2))
        return float(np.median(errors))

    def sum_(a, b):
        return np.exp(a) - (math.e - 1) + np.exp(b) - (math.e - 1) + (math.e - 1) ** 2

    def product(a, b):
        return np.exp(a + b)

    # Eight times the worlds: independent draws gain a factor of 2.8.
    assert typical(16 * 32, sum_) / typical(16 * 256, sum_) > 12
    assert typical(16 * 32, product) / typical(16 * 256, product) > 2


def test_spearman_correlations_are_reached():
    sampler = Sampler(KINDS, [("resolve", "cost", 0.6), ("cost", "prize", -0.4), ("holds", "troops", 0.9)], 3)
    drawn = sampler.block(0, 32_768)
    for a, b, wanted in (
        ("resolve", "cost", 0.6),
        ("cost", "prize", -0.4),
        ("holds", "troops", 0.9),
        ("resolve", "holds", 0.0),
        ("resolve", "prize", 0.0),
    ):
        assert stats.spearmanr(drawn[a], drawn[b])[0] == pytest.approx(wanted, abs=0.02), (a, b)
    for name in ("resolve", "cost", "prize", "holds"):
        assert stats.kstest(drawn[name], KINDS[name].cdf).statistic < 0.006, name


def test_correlating_moves_only_the_group():
    free, joined = Sampler(KINDS, (), 3), Sampler(KINDS, [("prize", "cost", 0.6)], 3)
    a, b = free.block(0, 400), joined.block(0, 400)
    assert [name for name in KINDS if not np.array_equal(a[name], b[name])] == ["prize"]


def test_order_of_correlations_and_pairs_does_not_matter():
    pairs = [("prize", "cost", 0.6), ("holds", "prize", 0.2)]
    swapped = [(b, a, rho) for a, b, rho in reversed(pairs)]
    assert same(Sampler(KINDS, pairs, 3).block(0, 400), Sampler(KINDS, swapped, 3).block(0, 400))


def test_normal_scores():
    sampler = Sampler({**KINDS, "fixed": 1.0}, [("cost", "prize", 0.8)], 3)
    scores, uniforms = sampler.normal_scores(100, 50), sampler.uniforms(100, 50)
    assert set(scores) == set(KINDS) == set(sampler.uncertain)
    for name in KINDS:
        assert scores[name] == pytest.approx(stats.norm.ppf(uniforms[name]), rel=1e-9, abs=1e-12)


def test_central_world_and_fixed_values():
    sampler = Sampler({**KINDS, "x": 2.5, "y": Discrete([4], [1]), "z": Discrete([7], [1])}, (), 0)
    centre, drawn = sampler.central(), sampler.block(0, 10)
    assert centre == {**{name: each.median for name, each in KINDS.items()}, "x": 2.5, "y": 4.0, "z": 7.0}
    assert all(isinstance(value, float) for value in centre.values())
    assert (drawn["x"], drawn["y"], drawn["z"]) == (2.5, 4.0, 7.0)
    assert list(drawn) == [*KINDS, "x", "y", "z"]


@pytest.mark.parametrize(
    ("correlations", "words"),
    [
        ([("cost", "prise", 0.1)], "prise is not a parameter; did you mean prize"),
        ([("cost", "fixed", 0.1)], "fixed is a fixed number"),
        ([("cost", "cost", 0.1)], "correlated with itself"),
        ([("cost", "prize", 1.0)], "between -1 and 1"),
        ([("cost", "prize", math.nan)], "between -1 and 1"),
        ([("cost", "prize", 0.1), ("prize", "cost", 0.2)], "given twice"),
        ([("cost", "prize", 0.9), ("prize", "holds", 0.9)], "cost, holds, prize contradict"),
        ([("cost", "prize", 0.9), ("prize", "holds", 0.9), ("cost", "holds", -0.9)], "not positive definite"),
    ],
)
def test_correlations_refused(correlations, words):
    with pytest.raises(DistributionError, match=words):
        Sampler({**KINDS, "fixed": 1.0}, correlations, 0)


@pytest.mark.parametrize("seed", [-1, 1.5, True, "1"])
def test_seeds_refused(seed):
    with pytest.raises(DistributionError, match="seed"):
        Sampler(KINDS, (), seed)


def test_a_sampler_travels():
    import pickle

    sampler = Sampler(KINDS, [("cost", "prize", 0.5)], 3)
    assert same(pickle.loads(pickle.dumps(sampler)).block(5, 100), sampler.block(5, 100))

"""The sequences of uniforms: stratified one by one, independent of each other, and better than plain random numbers."""

import hashlib
import math

import numpy as np
import pytest
from scipy import stats

from backstop.worlds.sequence import NUMBERED_WORLDS, sequence

NAMES = [f"p{i}" for i in range(150)]
PAIRS = np.triu_indices(len(NAMES), 1)
# Of plain random numbers, by their variance.
LINEAR, SQUARE = 1 / 12, 1 / 180


def drawn(seed, worlds, names=NAMES):
    return np.array([sequence(seed, name).uniforms(0, worlds) for name in names])


def correlations(uniforms):
    """Correlations of all pairs in units of the standard error of independent draws."""
    return np.corrcoef(uniforms)[PAIRS] * math.sqrt(uniforms.shape[1] - 1)


def test_golden_uniforms():
    digest = hashlib.sha256()
    for name in ("p_win", "prize"):
        for first in (0, 1 << 20, NUMBERED_WORLDS - 5000):
            digest.update(sequence(20240229, name).uniforms(first, 5000).astype("<f8").tobytes())
    assert digest.hexdigest() == "7f6226f999edaf35c0184d5a96fbe80608ad55370e6dab6059fc517a606bf4f2"


def test_every_block_of_32_points_or_more_is_stratified():
    checked = 0
    for name in NAMES[:6]:
        u = sequence(11, name).uniforms(0, 16 * 1024)
        assert ((u > 0) & (u < 1)).all()
        for replication in range(16):
            points = u[replication::16]
            for m in range(6, 11):
                for cells in np.floor(points * (1 << m)).astype(int).reshape(-1, 1 << m):
                    assert np.array_equal(np.sort(cells), np.arange(1 << m)), (name, replication, m)
                    checked += 1
            # Below 256 points a block of 32 is stratified too.
            for cells in np.floor(points[:256] * 32).astype(int).reshape(-1, 32):
                assert np.array_equal(np.sort(cells), np.arange(32))
    assert checked == 6 * 16 * (16 + 8 + 4 + 2 + 1)


@pytest.mark.parametrize(("worlds", "cells"), [(992, 2), (512, 32), (9984, 16), (19_968, 16)])
def test_rounds_end_where_numbers_of_worlds_often_do(worlds, cells):
    # 1,000, 10,000 and 20,000 worlds are at most two points a replication more than these.
    checked = 0
    for name in NAMES[:5]:
        u = sequence(3, name).uniforms(0, worlds)
        for replication in range(16):
            counts = np.bincount(np.floor(u[replication::16] * cells).astype(int), minlength=cells)
            assert (counts == worlds // 16 // cells).all()
            checked += 1
    assert checked == 80


def test_points_far_out_are_stratified():
    first = NUMBERED_WORLDS - 16 * 128
    points = sequence(1, "a").uniforms(first, 16 * 128).reshape(-1, 16)
    for replication in range(16):
        assert np.array_equal(np.sort(np.floor(points[:, replication] * 128)), np.arange(128))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("worlds", [1000, 10_000])
def test_pairs_of_names_correlate_as_independent_draws_do(seed, worlds):
    r = correlations(drawn(seed, worlds))
    assert np.sqrt(np.mean(r**2)) == pytest.approx(1, abs=0.04)
    assert stats.kstest(r, "norm").pvalue > 0.001
    assert stats.kstest(np.abs(r), "halfnorm").statistic < 0.025
    # Of 11,175 pairs of independent draws 0.7 are beyond 4; that is a correlation of 0.04 at 10,000 worlds.
    assert np.count_nonzero(np.abs(r) > 4) <= 6
    assert np.abs(r).max() < 5.2


def test_pairs_within_one_replication_and_in_later_worlds():
    u = np.array([sequence(5, name).uniforms(16 * 5000, 16 * 1000) for name in NAMES])
    for part in (u[:, 3::16], u[:, 12::16], u[:, -1000:]):
        r = correlations(part)
        assert np.sqrt(np.mean(r**2)) == pytest.approx(1, abs=0.04)
        assert stats.kstest(r, "norm").pvalue > 0.001
        assert np.abs(r).max() < 5.2


def test_ranks_tails_and_squares_are_independent_too():
    u = drawn(4, 4000)
    ranks = stats.rankdata(u, axis=1)
    for values in (ranks, (u - 0.5) ** 2, u > 0.9, np.floor(64 * u) % 2):
        r = correlations(values.astype(float))
        assert np.sqrt(np.mean(r**2)) == pytest.approx(1, abs=0.05)
        assert np.abs(r).max() < 5.5


@pytest.mark.parametrize(("across", "up"), [(1, 1), (1, 3), (2, 2), (3, 4)])
def test_pairs_fill_dyadic_boxes_as_independent_draws_do(across, up):
    worlds, names = 8192, NAMES[:40]
    u = drawn(6, worlds, names)
    wide, high = 1 << across, 1 << up
    freedom = (wide - 1) * (high - 1)
    chi = []
    for i in range(len(names)):
        for j in range(len(names)):
            if i != j:
                box = (np.floor(u[i] * wide) * high + np.floor(u[j] * high)).astype(int)
                counts = np.bincount(box, minlength=wide * high)
                expected = worlds / (wide * high)
                chi.append(float(((counts - expected) ** 2).sum() / expected))
    assert len(chi) == 40 * 39
    # The mean of 1,560 (of which the half are pairs turned round) has a standard error of sqrt(2 / (780 freedom)).
    assert np.mean(chi) / freedom == pytest.approx(1, abs=0.025 + 4 * math.sqrt(2 / (780 * freedom)))
    assert np.max(chi) < stats.chi2.isf(1e-7, freedom)


def effects(u):
    return {
        "linear": (u.mean(axis=-1) - 0.5) / math.sqrt(LINEAR),
        "square": (((u - 0.5) ** 2).mean(axis=-1) - 1 / 12) / math.sqrt(SQUARE),
        "step": ((u > 0.3).mean(axis=-1) - 0.7) / math.sqrt(0.21),
        "tail": ((u > 0.95).mean(axis=-1) - 0.05) / math.sqrt(0.0475),
    }


@pytest.mark.parametrize(
    ("worlds", "most"),
    [
        # What nested scrambling with every pair of points split between the halves reaches, in errors of random draws.
        (1000, {"linear": 0.112, "square": 0.165, "step": 0.174, "tail": 0.283}),
        (1024, {"linear": 0.0156, "square": 0.036, "step": 0.110, "tail": 0.232}),
        (10_000, {"linear": 0.041, "square": 0.046, "step": 0.0735, "tail": 0.135}),
        # Between ends of rounds.
        (2500, {"linear": 0.16, "square": 0.16, "step": 0.19, "tail": 0.28}),
    ],
)
def test_error_of_effects(worlds, most):
    found = effects(np.stack([sequence(seed, "effect").uniforms(0, worlds) for seed in range(500)]))
    assert set(found) == set(most)
    for name, errors in found.items():
        # The root mean square of 500 errors has a standard error of 3 %.
        assert math.sqrt(np.mean(errors**2) * worlds) < 1.1 * most[name], name


def test_errors_of_sums_of_many_effects_add_up_as_independent_ones():
    worlds, weights = 1000, np.linspace(0.2, 2, 40)
    sums = [weights @ drawn(seed, worlds, NAMES[:40]).mean(axis=1) - weights.sum() / 2 for seed in range(100)]
    alone = 0.112 * math.sqrt((weights**2).sum() / 12 / worlds)
    assert 0.75 * alone < np.std(sums) < 1.25 * alone


def test_the_first_point_is_uniform_and_any_two_are_independent_between_seeds():
    first = np.array([sequence(seed, "a").uniforms(0, 40) for seed in range(1500)])
    for world in (0, 5, 17, 39):
        assert stats.kstest(first[:, world], "uniform").pvalue > 1e-4
    assert np.abs(np.corrcoef(first[:, :16].T) - np.eye(16)).max() < 4.5 / math.sqrt(1500)

"""Rank correlations under the Gaussian copula, and what a study says of those that are not reached."""

import numpy as np
import pytest
from scipy import special, stats
from tests.support.models import model_of

from backstop.scenario.distribution.beta import Pert
from backstop.scenario.distribution.copula import rank_correlation, score_correlation
from backstop.scenario.distribution.discrete import Discrete
from backstop.scenario.distribution.logarithmic import LogNormal
from backstop.scenario.distribution.mixture import Mixture
from backstop.scenario.distribution.straight import Uniform
from backstop.worlds.draws import Sampler

COIN = Discrete([0, 1], [1, 1])
MOSTLY = Discrete([0, 1, 5], [8, 1, 1])
POOL = Mixture((Discrete([0.5], [1]), Uniform(0, 1)), (1, 1))
STUDY = """
format: backstop/1
title: Two parameters
horizon: {{years: 1}}
actors: {{a: {{discount: 0, noise: 1}}}}
arrangements: {{only: {{}}}}
parameters:
  y: {y}
  z: {z}
correlations:
  - [y, z, 0.6]
start: on
phases: {{on: {{absorbing: true, payoffs: {{a: y + z}}}}}}
outcomes: {{o: {{next: on}}}}
metrics: {{v: {{value: a}}}}
"""
UNIFORM = "{uniform: [0, 1], basis: judgement}"


@pytest.mark.parametrize("rank", [-0.9, -0.3, 0.0, 0.6, 0.95])
@pytest.mark.parametrize(
    ("one", "other"), [(COIN, COIN), (COIN, Uniform(0, 1)), (MOSTLY, LogNormal(0, 1)), (POOL, MOSTLY)]
)
def test_rank_correlation_is_that_of_draws(one, other, rank):
    z, w = np.random.default_rng(1).standard_normal((2, 200_000))
    r = score_correlation(rank)
    x = one.quantile(special.ndtr(z))
    y = other.quantile(special.ndtr(r * z + np.sqrt(1 - r * r) * w))
    assert rank_correlation(one, other, rank) == pytest.approx(stats.spearmanr(x, y)[0], abs=0.01)


def test_rank_correlation_of_coins():
    # P(both up) = 1/4 + asin(r) / (2 pi), so their correlation is 2 asin(r) / pi (Sheppard 1899).
    r = score_correlation(0.6)
    assert rank_correlation(COIN, COIN, 0.6) == pytest.approx(2 * np.arcsin(r) / np.pi, abs=0.002)


@pytest.mark.parametrize("rank", [-0.95, 0.2, 0.6, 0.9])
def test_rank_correlation_of_continuous_parameters_is_reached(rank):
    assert rank_correlation(Pert(0, 1, 3), LogNormal(0, 1), rank) == pytest.approx(rank, abs=0.001)


def test_a_study_notes_a_rank_correlation_that_is_not_reached():
    model = model_of(STUDY.format(y="{discrete: {0: 1, 1: 1}, basis: judgement}", z=UNIFORM))
    [note] = [note for note in model.notes if "rank correlation" in note.what]
    assert note.what == "the rank correlation of y and z comes to 0.50, not 0.6"
    assert note.place is not None and note.place.line == 11
    drawn = Sampler(model.distributions, model.correlations, 1).block(0, 40_000)
    assert stats.spearmanr(drawn["y"], drawn["z"])[0] == pytest.approx(0.50, abs=0.015)


def test_a_study_notes_nothing_where_the_correlation_is_reached():
    model = model_of(STUDY.format(y=UNIFORM, z="{pert: [0, 1, 3], basis: judgement}"))
    assert not [note for note in model.notes if "correlation" in note.what]
    assert model.correlations == (("y", "z", 0.6),)

"""Weights of worlds from what was seen of this very conflict."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from tests.support.small_studies import OBSERVED, PLEDGE, write

from backstop.base.faults import InvalidInput
from backstop.scenario.model import Model
from backstop.scenario.study import load
from backstop.worlds.weights import Array, log_weights_of, normalised


def model(folder: Path, observations: str) -> Model:
    return load(write(folder, f"{PLEDGE}observations:\n{observations}"))


def line(name: str, observed: str, metric: str = "early_war") -> str:
    return f"  {name}: {{metric: {metric}, arrangement: bare, level: case, observed: {{{observed}}}}}\n"


def weights_of(of: Model, seen: dict[str, Array]) -> Array:
    return normalised(of, log_weights_of(of, seen))


def test_a_weight_is_a_density(tmp_path: Path) -> None:
    at = np.array([0.1, 0.3, 0.9])
    weights = weights_of(model(tmp_path, line("cohort", "beta: [3, 7]")), {"cohort": at})
    density = stats.beta(3, 7).pdf(at)
    np.testing.assert_allclose(weights, density / density.max(), rtol=1e-12)


def test_observations_are_independent(tmp_path: Path) -> None:
    of = model(tmp_path, line("one", "beta: [3, 7]") + line("other", "normal: [0.8, 0.1]", "lasting"))
    early, lasting = np.array([0.1, 0.3, 0.5]), np.array([0.7, 0.9, 0.8])
    weights = weights_of(of, {"one": early, "other": lasting})
    density = stats.beta(3, 7).pdf(early) * stats.norm(0.8, 0.1).pdf(lasting)
    np.testing.assert_allclose(weights, density / density.max(), rtol=1e-12)


def test_many_observations_do_not_underflow(tmp_path: Path) -> None:
    """Thousands of cases give densities far below the smallest double; their ratio is what counts."""
    of = model(tmp_path, line("cohort", "beta: [3000, 7000]"))
    weights = weights_of(of, {"cohort": np.array([0.9, 0.901])})
    assert weights[0] == 1
    assert 0 < weights[1] < 1e-20


def test_a_world_outside_the_likelihood_has_no_weight(tmp_path: Path) -> None:
    weights = weights_of(model(tmp_path, line("c", "uniform: [0.2, 0.4]")), {"c": np.array([0.1, 0.3])})
    assert weights.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("observed", "at", "said"),
    [
        ("uniform: [0.2, 0.4]", [0.1, 0.5], "all weights are zero"),
        ("beta: [0.5, 3]", [0.2, 0.0], "infinite at 0, in world 1"),
        ("beta: [3, 3]", [0.2, float("nan")], "no value in world 1"),
    ],
)
def test_what_cannot_be_weighed(tmp_path: Path, observed: str, at: list[float], said: str) -> None:
    of = model(tmp_path, line("cohort", observed))
    with pytest.raises(InvalidInput, match=said) as error:
        weights_of(of, {"cohort": np.array(at)})
    (fault,) = error.value.faults
    assert fault.place.path.startswith("observations")
    assert fault.place.line is not None
    assert fault.hint


def test_the_study_of_these_tests_is_weighted(tmp_path: Path) -> None:
    assert list(load(write(tmp_path, OBSERVED)).scenario.observations) == ["cohort"]

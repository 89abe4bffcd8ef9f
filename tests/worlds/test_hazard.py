"""Hazards of curves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstop.worlds.hazard import hazards, log_hazards, per_year, rounding_of_log_hazards


def means(mean: list[float | None], kind: str, steps: list[int], years: float = 1.0) -> list[float | None]:
    return [of.mean for of in hazards(mean, [0.0] * len(mean), kind, steps, years)]


def test_hazards() -> None:
    assert means([1.0, 0.9, 0.9, 0.45], "avoid", [0, 1, 2, 3]) == pytest.approx([None, 0.1, 0.0, 0.5])
    assert means([0.0, 0.1, 0.1, 0.55], "reach", [0, 1, 2, 3]) == pytest.approx([None, 0.1, 0.0, 0.5])
    assert means([0.0, 0.0, 0.0], "avoid", [0, 1, 2]) == [None, None, None]
    assert means([1.0, None, 0.5], "avoid", [0, 1, 2]) == [None, None, None]


def test_a_hazard_is_per_year_however_long_the_step() -> None:
    curve = [0.9**year for year in range(9)]
    assert means(curve, "avoid", [0, 2, 8]) == pytest.approx([None, 0.1, 0.1])
    assert means(curve, "avoid", [0, 2, 8], years=0.5) == pytest.approx([None, 0.19, 0.19])


def test_the_error_comes_from_both_ends() -> None:
    found = hazards([0.8, 0.6], [0.03, 0.04], "avoid", [0, 1])[1]
    assert found.se == pytest.approx(math.hypot(0.04, 0.75 * 0.03) / 0.8)
    assert hazards([0.8, 0.6], [None, 0.04], "avoid", [0, 1])[1].se is None


@given(st.floats(0.001, 0.9), st.floats(0.1, 30))
def test_chances_per_year_add_up(chance: float, years: float) -> None:
    yearly, error = per_year(chance, 1e-6, years)
    assert yearly is not None
    assert error is not None
    assert 1 - (1 - yearly) ** years == pytest.approx(chance)
    near = per_year(chance + 1e-6, None, years).mean
    assert near is not None
    assert near - yearly == pytest.approx(error, rel=1e-3)


def test_logarithms_of_hazards() -> None:
    found = log_hazards(np.array([0.4, 0.2, 0.0, 1.0, np.nan, -0.1, 1e-12]))
    assert found[:2] == pytest.approx([math.log(0.5108256238), math.log(0.2231435513)])
    assert np.isnan(found[2:6]).all()
    assert found[6] == pytest.approx(math.log(1e-12))
    # What stays away is the rest.
    assert log_hazards(np.array([0.6, 0.8]), avoided=True) == pytest.approx(found[:2])
    assert log_hazards(np.array([0.5, 1 - 2.0**-40]), avoided=True) == pytest.approx(
        [math.log(math.log(2)), -40 * math.log(2)]
    )


def test_a_hazard_without_digits_is_none() -> None:
    last = np.array([1.0 - 2.0**-53, 1.0 - 2.0**-52, 1.0 - 2.0**-44])
    for avoided in (False, True):
        assert np.isnan(log_hazards(last, avoided)).all()
    # Near 0 nothing is lost: 1e-300 has all its digits.
    tiny = log_hazards(np.array([1e-300, 2e-300]))
    assert tiny[1] - tiny[0] == pytest.approx(math.log(2), rel=1e-9)
    assert np.isfinite(log_hazards(np.array([1e-300]), avoided=True)).all()


def test_rounding_of_logarithms_of_hazards_is_what_a_shaken_chance_moves() -> None:
    chances = np.array([1e-9, 0.1, 0.5, 0.9, 1.0 - 2.0**-20, 1.0 - 2.0**-38])
    for avoided in (False, True):
        shaken = log_hazards(chances * (1.0 - 2.0**-46), avoided) - log_hazards(chances, avoided)
        assert rounding_of_log_hazards(chances, avoided) == pytest.approx(np.abs(shaken), rel=0.02, abs=1e-15)
    assert np.isnan(rounding_of_log_hazards(np.array([0.0, 1.0]))).all()

"""What counts as higher, against its definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstop.worlds.comparison import above, difference, higher, lower, margin, spread

NUMBERS = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))


@given(NUMBERS, NUMBERS, st.floats(0, 1e9), st.integers(-12, 12))
def test_higher_by_its_definition_in_every_unit(one: float, other: float, widest: float, power: int) -> None:
    unit = 2.0 ** (power * 10)
    expected = one - other > 1e-9 * max(abs(one), abs(other), widest)
    assert higher(one * unit, other * unit, widest * unit) == float(expected)
    assert lower(other * unit, one * unit, widest * unit) == float(expected)
    assert not (higher(one, other, widest) and higher(other, one, widest))


def test_unknown_and_infinite_values() -> None:
    one, other = np.array([np.nan, 1.0, np.inf, np.inf, 1.0]), np.array([1.0, np.nan, 1.0, np.inf, np.inf])
    answer = higher(one, other)
    assert np.isnan(answer[:2]).all()
    # Nothing is more than a billionth of infinity above anything: infinite values are equal to all.
    assert answer[3] == 0.0
    assert math.isnan(float(above(np.nan, (1.0,))))


def test_the_spread_is_that_of_the_widest_row_by_weight() -> None:
    rows = [np.arange(100.0), np.arange(100.0) * 2.0, np.full(100, np.nan)]
    assert spread(rows) == 180.0
    heavy = np.where(np.arange(100) < 10, 1.0, 0.0)
    assert spread(rows, heavy) == 18.0
    assert spread([]) == 0.0


def test_the_margin_takes_the_largest_value() -> None:
    assert margin((np.array([1.0, -4.0]), np.array([2.0, 0.0])), 3.0) == pytest.approx([3e-9, 4e-9])


def test_a_difference_of_rounding_is_none() -> None:
    gdp = np.linspace(1, 2, 11)
    rounding = (gdp * (1 - 0.3) + gdp * 0.3) - gdp
    assert np.abs(rounding).max() > 0.0
    assert (difference(gdp + rounding, gdp) == 0.0).all()
    assert difference([1.3, np.nan], [1.0, 1.0])[0] == pytest.approx(0.3)

"""Least levels by world, to a thousandth of the range, with what breaks again marked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from backstop.base.arrays import BoolArray, FloatArray, Rows
from backstop.questions.claims.least_level import LEADING, LeastLevels, least_levels, scan_levels


def found(
    meets: Callable[[FloatArray, Rows], BoolArray], low: float, high: float, worlds: int
) -> LeastLevels:
    return least_levels(meets, low, high, worlds)


def test_least_levels_to_a_thousandth_of_the_range() -> None:
    truth = np.random.default_rng(0).random(500) * 40
    least = found(lambda level, rows: level >= truth[rows], 0.0, 40.0, 500)
    assert (least.levels >= truth).all()
    assert (least.levels - truth <= 40 * 1e-3).all()
    assert not least.broken.any()


def test_worlds_after_the_leading_ones_are_scanned_more_coarsely_and_found_as_well() -> None:
    worlds = 3 * LEADING
    truth = np.random.default_rng(1).random(worlds)
    asked = []

    def meets(level: FloatArray, rows: Rows) -> BoolArray:
        asked.append(rows.size)
        return level >= truth[rows]

    least = found(meets, 0.0, 1.0, worlds)
    assert (np.abs(least.levels - truth - 0.0005) <= 0.0006).all()
    scans = asked.count(worlds - LEADING)
    assert scans <= 5 + 8  # five levels, then halvings of a quarter of the range
    alone = found(lambda level, rows: level >= truth[rows], 0.0, 1.0, LEADING)
    np.testing.assert_array_equal(alone.levels, least.levels[:LEADING])


def test_ends_of_the_range_and_worlds_without_a_level() -> None:
    truth = np.array([-1.0, 0.0, 40.0, 41.0])
    least = found(lambda level, rows: level >= truth[rows], 0.0, 40.0, 4)
    assert least.levels[:3].tolist() == [0.0, 0.0, 40.0]
    assert np.isnan(least.levels[3])


def test_answers_that_break_again_are_marked() -> None:
    def band(level: FloatArray, rows: Rows) -> BoolArray:
        return np.asarray((level >= 0.3) & ((level <= 0.7) | (rows == 1)))

    least = found(band, 0.0, 1.0, 2)
    assert least.levels == pytest.approx([0.3, 0.3], abs=1e-3)
    assert least.broken.tolist() == [True, False]


def test_the_first_of_several_bands_is_the_answer() -> None:
    least = found(lambda x, rows: ((x > 0.2) & (x < 0.4)) | (x > 0.8), 0.0, 1.0, 1)
    assert least.levels[0] == pytest.approx(0.2, abs=1e-3)
    assert least.broken[0]


def test_calls_are_few() -> None:
    calls = []

    def count(level: FloatArray, rows: Rows) -> BoolArray:
        calls.append(rows.size)
        return level > 0.123

    found(count, 0.0, 1.0, 10)
    assert len(calls) <= 33 + 6


def test_zero_is_looked_at_where_it_lies_inside() -> None:
    assert 0.0 in scan_levels(-1.0, 1.7)
    least = found(lambda x, rows: x == 0.0, -1.0, 1.7, 1)
    assert least.levels[0] == 0.0
    assert least.broken[0]

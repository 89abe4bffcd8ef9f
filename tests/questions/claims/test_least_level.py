import numpy as np
import pytest

from backstop.base.faults import InvalidInput
from backstop.questions.claims.thresholds import thresholds


def test_least_levels_to_a_thousandth_of_the_range():
    truth = np.random.default_rng(0).random(500) * 40
    found = thresholds(lambda level: level >= truth, 0.0, 40.0, 500)
    assert (found.levels >= truth).all()
    assert (found.levels - truth <= 40 * 1e-3).all()
    assert not found.broken.any()


def test_ends_of_the_range_and_worlds_without_a_level():
    truth = np.array([-1.0, 0.0, 40.0, 41.0])
    found = thresholds(lambda level: level >= truth, 0.0, 40.0, 4)
    assert found.levels[0] == 0.0 and found.levels[1] == 0.0
    assert found.levels[2] == 40.0
    assert np.isnan(found.levels[3])


def test_answers_that_break_again_are_marked():
    def band(level):
        return np.stack([(level >= 0.3) & (level <= 0.7), level >= 0.3])[[0, 1], [0, 1]]

    found = thresholds(band, 0.0, 1.0, 2)
    assert found.levels == pytest.approx([0.3, 0.3], abs=1e-3)
    assert found.broken.tolist() == [True, False]


def test_the_first_of_several_bands_is_the_answer():
    found = thresholds(lambda x: ((x > 0.2) & (x < 0.4)) | (x > 0.8), 0.0, 1.0, 1)
    assert found.levels[0] == pytest.approx(0.2, abs=1e-3)
    assert found.broken[0]


def test_calls_are_few():
    calls = []

    def count(level):
        calls.append(level.copy())
        return level > 0.123

    thresholds(count, 0.0, 1.0, 10)
    assert len(calls) <= 33 + 6


def test_missing_values_do_not_meet():
    found = thresholds(lambda x: np.where(x < 0.5, np.nan, 1.0), 0.0, 1.0, 3)
    assert found.levels == pytest.approx([0.5] * 3, abs=1e-3)


def test_zero_is_looked_at_where_it_lies_inside():
    found = thresholds(lambda x: x == 0.0, -1.0, 1.7, 1)
    assert found.levels[0] == 0.0 and found.broken[0]


def test_no_range_is_invalid():
    with pytest.raises(InvalidInput):
        thresholds(lambda x: x > 0, 1.0, 1.0, 3)
    with pytest.raises(InvalidInput):
        thresholds(lambda x: x > 0, 0.0, 1.0, 0)

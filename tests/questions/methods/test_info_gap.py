import numpy as np
import pytest

from backstop.base.faults import InvalidInput, Refused
from backstop.questions.methods.info_gap import info_gap


def test_horizons_are_the_distance_of_the_nearest_failure():
    distance = np.array([3.0, 1.0, 2.0, 4.0])
    table = np.array([[0.2, 0.9, 0.6, 0.1], [0.9, 0.9, 0.9, 0.9], [0.9, 0.9, 0.9, 0.9]])
    found = info_gap(distance, table, [1.0, 0.8, 0.1], 0.5)
    assert found.horizon.tolist() == [3.0, np.inf, 0.0]
    assert found.first_failure == (0, -1, -1)


def test_curves_fall_from_the_central_value():
    distance = np.array([3.0, 1.0, 2.0, 4.0])
    table = np.array([[0.2, 0.9, 1.6, 0.1]])
    found = info_gap(distance, table, [1.0], 0.5, points=5)
    assert found.horizons.tolist() == [0, 1, 2, 3, 4]
    assert found.worst[0].tolist() == [1.0, 0.9, 0.9, 0.2, 0.1]
    assert found.best[0].tolist() == [1.0, 1.0, 1.6, 1.6, 1.6]


def test_where_less_is_better_the_worst_is_the_highest():
    distance = np.array([1.0, 2.0])
    found = info_gap(distance, np.array([[0.3, 0.7]]), [0.2], 0.5, more_is_better=False, points=3)
    assert found.horizon[0] == 2.0
    assert found.worst[0].tolist() == [0.2, 0.3, 0.7]


def test_bad_requests():
    with pytest.raises(Refused):
        info_gap([1.0], np.array([[np.nan]]), [0.0], 0.5)
    with pytest.raises(InvalidInput):
        info_gap([1.0, 2.0], np.array([[0.1]]), [0.0], 0.5)


def test_a_requirement_missed_by_rounding_is_met():
    table = np.full((1, 20), 0.3e-14) * (1 - 1e-12)
    found = info_gap(np.linspace(0, 3, 20), table, [table[0, 0]], 0.3e-14)
    assert np.isinf(found.horizon[0])
    assert info_gap(np.linspace(0, 3, 20), table, [table[0, 0]], 0.31e-14).horizon[0] == 0.0

import numpy as np
import pytest

from backstop.base.faults import Refused
from backstop.questions.methods.tornado import tornado

CENTRE = {"a": 1.0, "b": 2.0, "c": 3.0}


def test_swings_are_sorted_and_hold_the_rest_at_the_centre():
    seen = {}

    def model(point):
        seen.update(point)
        return point["a"] * 10 + point["b"] ** 2 + 0 * point["c"]

    swings = tornado(model, CENTRE, {"a": 0.0, "b": 1.0, "c": 0.0}, {"a": 2.0, "b": 3.0, "c": 9.0})
    assert [swing.name for swing in swings] == ["a", "b", "c"]
    assert (swings[0].at_low, swings[0].at_high, swings[0].at_centre) == (4.0, 24.0, 14.0)
    assert swings[0].size == 20.0
    assert swings[1].size == 8.0
    assert swings[2].size == 0.0
    assert seen["a"].shape == (7,)
    assert np.count_nonzero(seen["b"] != 2.0) == 2


def test_a_hump_counts_its_height():
    swings = tornado(lambda p: -((p["a"] - 1.0) ** 2), CENTRE, {"a": 0.0}, {"a": 2.0})
    assert swings[0].size == 1.0


def test_missing_values_are_refused_by_name():
    with pytest.raises(Refused, match="central world"):
        tornado(lambda p: np.full(3, np.nan), CENTRE, {"a": 0.0}, {"a": 2.0})
    with pytest.raises(Refused, match="where b is"):
        tornado(lambda p: np.where(p["b"] > 2, np.nan, 1.0), CENTRE, {"a": 0, "b": 1}, {"a": 2, "b": 3})
    with pytest.raises(Refused, match="no parameter is uncertain"):
        tornado(lambda p: np.zeros(1), CENTRE, {}, {})

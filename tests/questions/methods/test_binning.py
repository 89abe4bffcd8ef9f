import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstop.base.faults import InvalidInput, Refused
from backstop.questions.methods.binning import coded


@settings(max_examples=80, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=200), st.integers(2, 40))
def test_borders_tell_exactly_which_values_are_in_a_bin(values, bins):
    x = np.array(values)
    if np.ptp(x) == 0:
        with pytest.raises(Refused, match="no input varies"):
            coded({"x": x}, bins)
        return
    table = coded({"x": x}, bins)
    border, codes = table.borders[0], table.codes[:, 0]
    assert (np.diff(border) > 0).all()
    assert codes.max() <= table.whole[0, 1] == len(border)
    for k, edge in enumerate(border):
        assert ((codes > k) == (x >= edge)).all()


def test_bins_hold_about_equal_numbers():
    x = np.random.default_rng(0).lognormal(size=50_000)
    counts = np.bincount(coded({"x": x}, 100).codes[:, 0])
    assert counts.min() > 450 and counts.max() < 550


def test_few_values_have_one_bin_each():
    table = coded({"x": np.tile([1.0, 5.0, 2.0], 1000)})
    assert table.whole.tolist() == [[0, 2]]
    assert table.borders[0].tolist() == [1.5, 3.5]
    assert table.stepped == (True,)


def test_a_large_sample_still_finds_all_of_few_values():
    x = np.zeros(300_000)
    x[7] = 1.0
    table = coded({"x": x})
    assert table.names == ("x",)
    assert table.codes[:, 0].sum() == 1


def test_heavy_ties_do_not_break_the_borders():
    generator = np.random.default_rng(1)
    x = np.where(generator.random(20_000) < 0.7, 0.0, generator.random(20_000))
    table = coded({"x": x}, 64)
    for k, edge in enumerate(table.borders[0]):
        assert ((table.codes[:, 0] > k) == (x >= edge)).all()
    assert len(table.borders[0]) >= 10


def test_bad_inputs_are_named():
    with pytest.raises(InvalidInput, match="input y"):
        coded({"x": [1.0, 2.0], "y": [1.0]})
    with pytest.raises(InvalidInput, match="not finite in world 1"):
        coded({"x": [1.0, np.inf]})

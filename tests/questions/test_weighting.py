import numpy as np
import pytest

from backstop.base.faults import InvalidInput, Refused
from backstop.questions.methods.weighting import (
    effective_number,
    jackknife_se,
    normalised_weights,
    note_on_number,
    quantile,
    replication_sums,
    varying,
)


def test_weights_are_normalised_even_where_they_are_tiny():
    assert normalised_weights(None, 4).tolist() == [0.25] * 4
    assert normalised_weights([1e-300, 3e-300], 2).tolist() == [0.25, 0.75]


@pytest.mark.parametrize("bad", [[1.0], [1.0, -1.0], [1.0, np.nan], [0.0, 0.0]])
def test_bad_weights_are_named(bad):
    with pytest.raises(InvalidInput):
        normalised_weights(bad, 2)


def test_no_world_is_invalid():
    with pytest.raises(InvalidInput, match="no world"):
        normalised_weights(None, 0)


def test_effective_number():
    assert effective_number(np.full(50, 0.02)) == pytest.approx(50)
    assert effective_number(np.array([1.0, 0.0, 0.0])) == pytest.approx(1)
    assert effective_number(np.zeros(3)) == 0


def test_few_effective_worlds_warn_and_fewer_refuse():
    assert note_on_number(normalised_weights(None, 100)) is None
    assert "99 effective worlds" in (note_on_number(normalised_weights(None, 99)) or "")
    assert note_on_number(normalised_weights(None, 10)) is not None
    with pytest.raises(Refused, match=r"9\.0 effective worlds"):
        note_on_number(normalised_weights(None, 9))


def test_varying_ignores_worlds_without_weight():
    weights = np.array([0.5, 0.5, 0.0])
    assert varying([1.0, 2.0, np.nan], weights)[0] == 1.0
    with pytest.raises(Refused, match="same in all worlds"):
        varying([1.0, 1.0, 5.0], weights)
    with pytest.raises(Refused, match="no value in 1 of 2"):
        varying([1.0, np.nan, 5.0], weights)


def test_quantile_is_the_smallest_value_reached():
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([0.25, 0.5, 0.25])
    assert quantile(values, weights, 0.5) == 1.0
    assert quantile(values, weights, 0.51) == 2.0
    assert quantile(values, weights, 1.0) == 3.0


def test_jackknife_of_a_mean_is_its_textbook_error():
    x = np.random.default_rng(0).normal(size=16)
    left_out = (x.sum() - x) / 15
    assert jackknife_se(left_out) == pytest.approx(x.std(ddof=1) / 4)


def test_sums_by_replication_of_any_length():
    columns = np.arange(37.0)[:, None]
    sums = replication_sums(columns)
    assert sums[:, 0].tolist() == [float(np.arange(37)[np.arange(37) % 16 == r].sum()) for r in range(16)]

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstop.base.faults import Refused
from backstop.questions.claims import verdict
from backstop.questions.claims.verdict import FALSE, MOOT, TRUE

NAN = float("nan")


def on_floats(function):
    """The function on lists and truth values, given to it as floats."""
    return lambda *tables: function(*(np.asarray(table, dtype=float) for table in tables))


necessary, sufficient, raises, lowers, complements, threshold, holds, with_measures, without_measures = map(
    on_floats,
    (
        verdict.necessary,
        verdict.sufficient,
        verdict.raises,
        verdict.lowers,
        verdict.complements,
        verdict.threshold,
        verdict.holds,
        verdict.with_measures,
        verdict.without_measures,
    ),
)


def judge(codes, weights=None):
    return verdict.judge(np.asarray(codes, dtype=np.int8), weights)


def test_levels_with_and_without_measures():
    levels = [[0, 0], [1, 0], [0, 2], [1, 2], [-1, 2]]
    assert without_measures(levels).tolist() == [True, False, False, False, False]
    assert with_measures(levels).tolist() == [False, False, False, True, False]


def test_necessary_by_its_definition():
    levels = [[0.0], [1.0], [2.0]]
    meets = np.array([[0, 1, 0, 1], [0, 0, 1, 1], [0, 0, 0, 1]], dtype=bool)
    assert necessary(meets, levels).tolist() == [MOOT, FALSE, TRUE, FALSE]


def test_necessary_with_part_of_the_measures_is_not_without_them():
    meets = np.array([[False], [True]])
    assert necessary(meets, [[0, 0], [1, 0]]).tolist() == [TRUE]


def test_necessary_where_values_are_missing():
    levels = [[0.0], [1.0]]
    meets = np.array([[NAN, NAN, 0, 0], [1, 0, NAN, 1]])
    assert necessary(meets, levels).tolist() == [MOOT, MOOT, MOOT, TRUE]


def test_sufficient_by_its_definition():
    levels = [[0.0, 1], [1, 1], [2, 3]]
    meets = np.array([[0, 0, 0], [1, 1, 0], [1, 0, 0]], dtype=bool)
    assert sufficient(meets, levels).tolist() == [TRUE, FALSE, FALSE]
    assert sufficient(np.array([[1], [1], [NAN]]), levels).tolist() == [MOOT]
    assert sufficient(np.array([[1], [0], [NAN]]), levels).tolist() == [FALSE]


def test_claims_without_their_arrangements_are_refused():
    meets = np.ones((2, 3), dtype=bool)
    with pytest.raises(Refused, match="without the measures"):
        necessary(meets, [[1.0], [2.0]])
    with pytest.raises(Refused, match="any of the measures"):
        necessary(meets, [[0.0], [0.0]])
    with pytest.raises(Refused, match="all of the measures"):
        sufficient(meets, [[1.0, 0.0], [0.0, 2.0]])
    with pytest.raises(Refused, match="all of the measures"):
        raises(np.empty((0, 3)), np.empty((0, 3)))


def test_higher_means_by_more_than_a_billionth():
    zero = np.zeros((1, 4))
    codes = raises(np.array([[1e-9, 1.1e-9, 0.0, -1.0]]), zero)
    assert codes.tolist() == [FALSE, TRUE, FALSE, FALSE]
    assert lowers(np.array([[-1e-9, -1.1e-9, 0.0, 1.0]]), zero).tolist() == [FALSE, TRUE, FALSE, FALSE]


def test_raises_in_every_arrangement():
    higher = np.array([[1.0, 1.0, 1.0, NAN], [1.0, 0.0, NAN, -1.0]])
    assert raises(higher, np.zeros((2, 4))).tolist() == [TRUE, FALSE, MOOT, FALSE]


def test_complements_threshold_and_holds():
    assert complements([3.0, 2.0, NAN], [1, 1, 1], [1, 1, 1], [0, 0, 0]).tolist() == [TRUE, FALSE, MOOT]
    assert threshold([0.2, NAN]).tolist() == [TRUE, FALSE]
    assert holds([1.0, 0.0, NAN, -2.0]).tolist() == [TRUE, FALSE, MOOT, TRUE]
    assert holds(np.array([True, False])).tolist() == [TRUE, FALSE]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([-1, 0, 1]), min_size=10, max_size=300), st.integers(0, 1000))
def test_shares_add_up_to_one(codes, seed):
    weights = np.random.default_rng(seed).random(len(codes)) + 0.1
    try:
        found = judge(codes, weights)
    except Refused:
        return
    assert found.true.mean + found.false.mean + found.moot.mean == pytest.approx(1.0, abs=1e-12)
    assert found.true.mean == pytest.approx(weights[np.array(codes) == 1].sum() / weights.sum(), abs=1e-12)


@pytest.mark.parametrize(
    ("true", "false", "moot", "said"),
    [
        (90, 10, 0, "supported"),
        (89, 11, 0, "contested"),
        (10, 90, 0, "refuted"),
        (11, 89, 0, "contested"),
        (45, 5, 50, "supported"),
        (45, 4, 51, "moot"),
        (0, 0, 100, "moot"),
    ],
)
def test_verdicts_by_share_of_what_is_not_moot(true, false, moot, said):
    assert judge([1] * true + [0] * false + [-1] * moot).verdict == said


def test_what_was_never_seen_is_bounded_not_excluded():
    found = judge([1] * 300 + [-1] * 100)
    assert found.at_most == pytest.approx(3 / 300)
    assert found.effective_worlds == pytest.approx(300)
    assert judge([0] * 300).at_most == pytest.approx(0.01)
    assert judge([0] * 299 + [1]).at_most is None
    assert judge([-1] * 300).at_most is None
    assert judge([1, -1] + [-1] * 200).at_most == 1.0


def test_the_bound_uses_effective_worlds():
    weights = np.where(np.arange(400) < 200, 1.0, 0.5)
    found = judge([1] * 400, weights)
    assert found.at_most == pytest.approx(3 * (weights**2).sum() / weights.sum() ** 2)


def test_errors_leave_out_one_replication_at_a_time():
    codes = (np.random.default_rng(0).random(1600) < 0.3).astype(int)
    means = codes.reshape(100, 16).mean(axis=0)
    assert judge(codes).true.se == pytest.approx(means.std(ddof=1) / 4)
    assert judge([1] * 200).true.se == 0.0


def test_few_effective_worlds_are_refused():
    with pytest.raises(Refused, match="10 are needed"):
        judge([1] * 9)


def test_threshold_levels_are_summed_up_where_there_is_one():
    levels, none = verdict.threshold_levels(
        np.where(np.arange(200) % 4 == 0, NAN, 0.3), np.full(200, 1 / 200)
    )
    assert levels.mean == pytest.approx(0.3)
    assert none.mean == pytest.approx(0.25)

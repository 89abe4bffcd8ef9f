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


necessary, sufficient, raises, lowers, complements, threshold, every, with_measures, without_measures = map(
    on_floats,
    (
        verdict.necessary,
        verdict.sufficient,
        verdict.raises,
        verdict.lowers,
        verdict.complements,
        verdict.threshold,
        verdict.every,
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


def test_higher_means_by_more_than_a_billionth_of_the_values_or_of_the_spread():
    one = np.ones((1, 4))
    codes = raises(np.array([[1.0 + 0.9e-9, 1.0 + 1.1e-9, 1.0, 0.0]]), one)
    assert codes.tolist() == [FALSE, TRUE, FALSE, FALSE]
    assert lowers(one, np.array([[1.0 + 0.9e-9, 1.0 + 1.1e-9, 1.0, 0.0]])).tolist() == [
        FALSE,
        TRUE,
        FALSE,
        FALSE,
    ]
    # A wide spread over worlds asks for more; small values alone ask for less.
    assert raises(np.array([[1.5e-9, 1e-14]]), np.zeros((1, 2))).tolist() == [TRUE, TRUE]
    assert raises(np.array([[1.5e-9, 2.5e-9]]), np.zeros((1, 2)), 2.0).tolist() == [FALSE, TRUE]


def test_raises_in_every_arrangement():
    higher = np.array([[1.0, 1.0, 1.0, NAN], [1.0, 0.0, NAN, -1.0]])
    assert raises(higher, np.zeros((2, 4))).tolist() == [TRUE, FALSE, MOOT, FALSE]


def test_complements_threshold_and_every():
    assert complements([3.0, 2.0, NAN], [1, 1, 1], [1, 1, 1], [0, 0, 0]).tolist() == [TRUE, FALSE, MOOT]
    assert threshold([0.2, NAN]).tolist() == [TRUE, FALSE]
    assert every([[1.0, 0.0, NAN, -2.0]]).tolist() == [TRUE, FALSE, MOOT, TRUE]
    assert every([[1, 1, NAN], [1, 0, 0]]).tolist() == [TRUE, FALSE, FALSE]


def test_rounding_does_not_complement():
    # .9 - .8 - .7 + .6 is 1.1e-16 in floating point.
    assert complements([0.9], [0.8], [0.7], [0.6]).tolist() == [FALSE]
    # What rounding may explain does not count, whichever way it went.
    assert verdict.complements(
        *map(np.array, ([3.0, 3.0], [1.0, 1.0], [1.0, 1.0], [0.0, 0.0])), 0.0, np.array([0.5, 1.5])
    ).tolist() == [TRUE, FALSE]
    assert complements([0.9 + 2e-9], [0.8], [0.7], [0.6]).tolist() == [TRUE]
    assert complements([np.inf, -np.inf], [0, 0], [0, 0], [0, 0]).tolist() == [MOOT, MOOT]


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
        (900, 100, 0, "supported"),
        (899, 101, 0, "leans_true"),
        (667, 333, 0, "leans_true"),
        (666, 334, 0, "open"),
        (334, 666, 0, "open"),
        (333, 667, 0, "leans_false"),
        (101, 899, 0, "leans_false"),
        (100, 900, 0, "refuted"),
        (450, 50, 500, "supported"),
        (45, 55, 80, "open"),
        (450, 40, 510, "moot"),
        (0, 0, 100, "moot"),
    ],
)
def test_verdicts_by_share_of_what_is_not_moot(true, false, moot, said):
    assert judge([1] * true + [0] * false + [-1] * moot).verdict == said


def test_the_share_is_of_worlds_in_which_the_question_arises():
    found = judge([1] * 60 + [0] * 20 + [-1] * 20)
    assert found.share is not None
    assert found.share.mean == pytest.approx(0.75)
    assert (found.true.mean, found.moot.mean) == pytest.approx((0.6, 0.2))
    assert found.as_dict()["share"] == pytest.approx(0.75)
    assert judge([-1] * 20).share is None


def test_near_a_border_is_within_two_errors_of_it():
    def shares(false, of=1000):
        """Codes in which the first `false` of every sixteen replications are false: errors known."""
        rng = np.random.default_rng(false)
        return (rng.permutation(of) >= false).astype(np.int8)

    for false, near in (
        (100, True),
        (102, True),
        (200, False),
        (333, True),
        (500, False),
        (900, True),
        (990, False),
    ):
        found = judge(shares(false))
        assert found.share is not None and found.share.se is not None
        assert found.share.se == pytest.approx(
            np.sqrt(found.share.mean * (1 - found.share.mean) / 1000), rel=0.6
        )
        assert found.near_border is near, false
        assert found.as_dict()["near_border"] is near
    # Nearly half of it moot: more worlds may make it moot or not.
    half = np.where(np.random.default_rng(1).permutation(1000) < 500, -1, 1)
    assert judge(half).near_border
    # Never seen to fail in twenty worlds: it may still fail in 15 of 100.
    assert judge([1] * 20).near_border
    assert not judge([1] * 200).near_border


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

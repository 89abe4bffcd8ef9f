"""Levels, minimal packages and lowering, against their definitions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from backstop.base.arrays import BoolArray, FloatArray, IntArray, Rows
from backstop.base.faults import InvalidInput
from backstop.questions.methods.packages import (
    clearly_worse,
    drawn_by_weight,
    grid,
    lowered,
    minimal,
    nearly_minimal,
    pareto_front,
    promise_more,
    slack,
    steps_between,
)

SMALL = hnp.arrays(np.int64, st.tuples(st.integers(1, 25), st.integers(1, 3)), elements=st.integers(-2, 2))


def below(a: Sequence[int], b: Sequence[int]) -> bool:
    """Package a promises no more than b."""
    return all(min(0, y) <= x <= max(0, y) for x, y in zip(a, b, strict=True))


@settings(max_examples=150, deadline=None)
@given(SMALL)
def test_minimal_packages_by_definition(levels: IntArray) -> None:
    rows = levels.tolist()
    expected = [not any(below(other, own) and other != own for other in rows) for own in rows]
    assert minimal(levels).tolist() == expected


@settings(max_examples=80, deadline=None)
@given(SMALL)
def test_promising_more_by_definition(levels: IntArray) -> None:
    rows = levels.tolist()
    some = rows[: len(rows) // 2]
    expected = [any(below(other, own) and other != own for other in some) for own in rows]
    table = levels.astype(float)
    assert promise_more(table, table[: len(some)]).tolist() == expected


@settings(max_examples=150, deadline=None)
@given(SMALL)
def test_pareto_front_by_definition(objectives: IntArray) -> None:
    rows = objectives.tolist()
    expected = [
        not any(all(o <= s for o, s in zip(other, own, strict=True)) and other != own for other in rows)
        for own in rows
    ]
    assert pareto_front(objectives.astype(float)).tolist() == expected


@pytest.mark.parametrize("unit", [1e-15, 1.0, 1e15])
def test_the_front_is_the_same_in_every_unit(unit: float) -> None:
    rows = np.array([[1.0, 2.0], [1.0 + 1e-12, 2.0], [2.0, 1.0], [2.0, 1.0 + 1e-6], [3.0, 3.0]])
    assert pareto_front(rows * [unit, 1.0]).tolist() == [True, True, True, False, False]


def test_what_is_clearly_worse_is_so_by_five_errors_in_pairs() -> None:
    rng = np.random.default_rng(5)
    worlds = 400
    weights = np.full(worlds, 1 / worlds)
    base = rng.random(worlds)
    share = np.array([base < limit for limit in (0.5, 0.5, 0.4, 0.495, 0.5)], dtype=float)
    cost = -np.array([base + level for level in (1.0, 2.0, 2.0, 2.0, 0.5)])
    # Package 2 is worse than 0 by a tenth of the worlds; 1 and 3 cost more for what may be the same share.
    assert clearly_worse([share, cost], weights, 0.1).tolist() == [False, False, True, False, False]
    # In all worlds nothing is left to chance: 4 is cheaper than all and as good.
    assert clearly_worse([share, cost], weights, 1.0).tolist() == [True, True, True, True, False]
    unknown = cost.copy()
    unknown[0, 0] = np.nan
    assert not clearly_worse([share, unknown], weights, 1.0).any()


def test_a_trace_of_a_measure_does_not_make_a_package_of_its_own() -> None:
    packages = np.array([[0.00137, 0.8], [0.0, 0.8003], [0.4, 0.6], [0.4, 0.5], [0.41, 0.5]])
    # The first needs a trace of the one for next to nothing of the other; the third is above the fourth.
    assert nearly_minimal(packages, np.ones(2)).tolist() == [False, True, False, True, False]
    assert nearly_minimal(np.array([[-0.4, 0.6], [0.4, 0.6]]), np.ones(2)).tolist() == [True, True]


@settings(max_examples=100, deadline=None)
@given(SMALL)
def test_something_is_left_of_every_package(levels: IntArray) -> None:
    packages = np.unique(levels.astype(float), axis=0)
    packages = packages[minimal(packages)]
    # Whole levels differ by more than the tolerance: there is then nothing that is nearly superfluous.
    assert nearly_minimal(packages, np.ones(packages.shape[1])).all()


def test_grid_holds_every_combination_once() -> None:
    assert grid({"a": [0, 1, 1], "b": [5, 0]}).tolist() == [[0, 0], [0, 5], [1, 0], [1, 5]]
    with pytest.raises(InvalidInput, match="measure b"):
        grid({"a": [0], "b": []})
    with pytest.raises(InvalidInput):
        grid({})


def test_steps_contain_zero_once() -> None:
    assert steps_between(0, 1, 4) == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert steps_between(-1, 2, 2) == (-1.0, 0.0, 0.5, 2.0)
    assert steps_between(-0.3, 0.3, 6).count(0.0) == 1
    assert len(steps_between(-0.3, 0.3, 6)) == 7
    with pytest.raises(InvalidInput):
        steps_between(0, 1, 0)


@given(st.integers(1, 40), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_worlds_are_drawn_as_often_as_their_weight_says(count: int, seed: int) -> None:
    weights = np.random.default_rng(seed).random(60)
    rows, new = drawn_by_weight(weights / weights.sum(), count)
    assert new.sum() == pytest.approx(1.0)
    times = np.zeros(60)
    times[rows] = new * count
    # Each world as often as its share of the draws, up to one.
    assert (np.abs(times - count * weights / weights.sum()) < 1 + 1e-9).all()


def test_a_share_is_clear_by_three_errors_and_exact_where_all_worlds_must_agree() -> None:
    # A hundred of very many worlds, and ninety of a hundred: what is not drawn can hardly make a difference.
    assert slack(0.5, np.full(10**6, 1e-6), 100) == pytest.approx(3 * 0.05, rel=1e-3)
    assert slack(0.5, np.full(100, 0.01), 90) == pytest.approx(3 * 0.05 * 0.1**0.5 * (100 / 90) ** 0.5)
    assert slack(1.0, np.full(1000, 1e-3), 100) == pytest.approx(0.0, abs=1e-8)


def test_shares_on_drawn_worlds_err_as_little_as_the_slack_says() -> None:
    rng = np.random.default_rng(5)
    weights = rng.exponential(size=1000) ** 3
    weights /= weights.sum()
    errors = []
    for _ in range(400):
        met = rng.random(1000) < 0.8
        rows, new = drawn_by_weight(weights, 300)
        errors.append(new[met[rows]].sum() - weights[met].sum())
    bound = slack(0.8, weights, 300)
    assert bound < 0.75 * slack(0.8, np.full(10**6, 1e-6), 300)
    assert np.std(errors) == pytest.approx(bound / 3, rel=0.2)


# World w meets the target where 0.3 a + 0.5 b is at least its need.
NEED = np.linspace(0.0, 0.8, 400)


def meets(packages: FloatArray, rows: Sequence[Rows]) -> list[BoolArray]:
    return [0.3 * a + 0.5 * b >= NEED[at] - 1e-12 for (a, b), at in zip(packages.tolist(), rows, strict=True)]


def on_all(packages: FloatArray) -> list[BoolArray]:
    return meets(packages, [np.arange(400)] * len(packages))


def test_levels_are_lowered_as_far_as_the_share_allows() -> None:
    ladders, weights = [(0.0, 1.0), (0.0, 1.0)], np.full(400, 1 / 400)
    starts = np.array([[1.0, 1.0], [1.0, 1.0]])
    # Three worlds in four are met from 0.3 a + 0.5 b = 0.6 up.
    found = lowered(starts, ladders, np.array([[0, 1], [1, 0]]), 0.75, weights, on_all(starts), meets)
    assert found[0] == pytest.approx([1 / 3, 1.0], abs=0.01)
    assert found[1] == pytest.approx([1.0, 0.6], abs=0.01)
    for package in found:
        (met,) = meets(package[None], [np.arange(400)])
        assert weights[met].sum() >= 0.75 - 1e-9


def test_levels_go_down_their_ladders_and_no_lower() -> None:
    ladders, weights = [(0.0, 0.5, 1.0), (1.0, 2.0)], np.full(400, 1 / 400)
    start = np.array([[1.0, 2.0]])
    found = lowered(start, ladders, np.array([[0, 1]]), 0.1, weights, on_all(start), meets)
    assert found.tolist() == [[0.0, 1.0]]
    start = np.array([[0.0, 1.0]])
    nothing = lowered(start, ladders, np.array([[0, 1]]), 0.1, weights, on_all(start), meets)
    assert nothing.tolist() == [[0.0, 1.0]]

"""A choice among moves: logit, ties at noise 0, bound moves, and what the choice is worth."""

from __future__ import annotations

import itertools
import math

import pytest

from backstop.game.choice import expected_maximum, free_choice, with_bound


@pytest.mark.parametrize("noise", [0.05, 0.5, 3.0])
@pytest.mark.parametrize("own", [[1.0, 0.0], [0.3, -0.2, 0.9], [2.0, 2.0, 2.0, 1.0]])
def test_a_choice_is_logit(own: list[float], noise: float) -> None:
    odds = [math.exp(utility / noise) for utility in own]
    assert free_choice(own, noise) == pytest.approx([each / sum(odds) for each in odds], rel=1e-13)
    assert expected_maximum(own, noise) == pytest.approx(noise * math.log(sum(odds)), rel=1e-13)


def test_without_noise_the_best_move_is_made_and_ties_are_split() -> None:
    assert free_choice([1.0, 3.0, 2.0], 0.0) == [0, 1, 0]
    assert free_choice([3.0, 3.0, 2.0], 0.0) == [0.5, 0.5, 0]
    assert free_choice([-2.0, -2.0, -2.0], 0.0) == pytest.approx([1 / 3] * 3)
    assert expected_maximum([1.0, 3.0, 2.0], 0.0) == 3.0


def test_ties_hidden_by_rounding_are_ties() -> None:
    assert free_choice([0.1 + 0.2, 0.3], 0.0) == [0.5, 0.5]
    assert free_choice([1e6 * (0.1 + 0.2), 1e6 * 0.3, -5e6], 0.0) == [0.5, 0.5, 0]
    assert free_choice([1.0, 1.0 + 3e-12], 0.0) == [0, 1], "more than the margin apart"
    assert free_choice([1.0, 1.0 + 3e-12, -10.0], 0.0) == [0.5, 0.5, 0], (
        "the margin is a share of the largest"
    )


def test_payoffs_far_apart_do_not_overflow() -> None:
    assert free_choice([1e300, -1e300], 1e-3) == [1, 0]
    assert free_choice([0.0, 1.0], 1e-310) == [0, 1], "noise whose inverse is infinite"
    assert free_choice([800.0, 0.0], 1.0)[1] == pytest.approx(math.exp(-800.0))
    assert expected_maximum([1e300, -1e300], 1e-3) == 1e300


def test_a_move_that_is_very_bad_takes_nothing_from_the_others() -> None:
    own = [0.0, -0.7, -1e12]
    for order in itertools.permutations(range(3)):
        free = free_choice([own[i] for i in order], 0.5)
        value = sum(p * own[i] for p, i in zip(free, order, strict=True))
        assert value == pytest.approx(-0.7 / (1 + math.exp(1.4)), rel=1e-14)


def test_bound_moves_come_first() -> None:
    assert with_bound([0.2, 0.8], {}) == [0.2, 0.8]
    assert with_bound([0.2, 0.8], {1: 0.25}) == pytest.approx([0.15, 0.85])
    assert with_bound([0.2, 0.8], {0: 0.4, 1: 0.6}) == [0.4, 0.6]


def test_what_is_not_a_number_stays_so() -> None:
    for own in ([math.nan, 1.0], [1.0, math.nan], [math.inf, 1.0], [math.nan, math.nan]):
        for noise in (0.0, 1.0):
            free = free_choice(own, noise)
            assert not math.isfinite(sum(p * u for p, u in zip(free, own, strict=True)))

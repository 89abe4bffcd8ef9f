"""The principal branch: fixed points of two types' choices, found where there is one and where the curve turns back."""

from __future__ import annotations

import math
import random

import pytest

from backstop.game.branch import Situation, oriented, posterior, principal, solved


def logit(first: float, second: float, noise: float) -> float:
    return 1.0 / (1.0 + math.exp((second - first) / noise))


def test_a_posterior_is_bayes() -> None:
    assert posterior(0.3, 0.2, 0.8) == pytest.approx(0.3 * 0.8 / (0.3 * 0.8 + 0.7 * 0.2), abs=1e-15)
    assert posterior(0.0, 0.2, 0.8) == 0.0 and posterior(1.0, 0.2, 0.8) == 1.0
    # What neither type ever does teaches nothing.
    assert posterior(0.3, 0.0, 0.0) == 0.3


@pytest.mark.parametrize("seed", range(20))
def test_the_choices_are_fixed_points(seed: int) -> None:
    rng = random.Random(seed)
    moves = rng.choice([2, 2, 3, 4])
    bounds = [rng.choice([0.0, 0.0, 0.2 / moves]) for _ in range(moves)]
    situation = Situation(
        rng.uniform(0.05, 0.95), moves, (rng.uniform(0.2, 1), rng.uniform(0.2, 1)), (bounds, bounds), True
    )
    base = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(moves)]
    slope = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(moves)]

    def worth(move: int, belief: float) -> tuple[float, float]:
        first, second = (base[move][k] + slope[move][k] * belief**2 for k in (0, 1))
        return first, second

    choices, found = principal(situation, worth)
    assert found
    beliefs = situation.beliefs(situation.made(choices))
    for k in (0, 1):
        worths = [worth(m, beliefs[m])[k] for m in range(moves)]
        odds = [math.exp((w - max(worths)) / situation.noises[k]) for w in worths]
        assert choices[k] == pytest.approx([each / sum(odds) for each in odds], abs=1e-10)


def test_where_nobody_learns_each_type_answers_by_itself() -> None:
    situation = Situation(0.4, 2, (0.5, 0.25), ([0.0, 0.0], [0.0, 0.0]), False)

    def worth(move: int, belief: float) -> tuple[float, float]:
        assert belief == 0.4
        return (1.0, -1.0) if move == 0 else (0.2, 0.3)

    choices, found = principal(situation, worth)
    assert found
    assert choices[0][0] == pytest.approx(logit(1.0, 0.2, 0.5), abs=1e-12)
    assert choices[1][0] == pytest.approx(logit(-1.0, 0.3, 0.25), abs=1e-12)


def test_of_several_fixed_points_the_one_that_begins_where_all_moves_are_alike() -> None:
    # To be taken for the second type is worth so much that each type does what the other does: twice over there is a
    # fixed point in which both do so. From noise infinite on, the move that is better by itself gains first.
    def worth_with(bonus: float) -> tuple[tuple[list[float], list[float]], bool]:
        situation = Situation(0.5, 2, (0.1, 0.1), ([0.0, 0.0], [0.0, 0.0]), True)

        def worth(move: int, belief: float) -> tuple[float, float]:
            own = (0.0, bonus) if move == 0 else (bonus, 0.0)
            return own[0] + 0.3 * belief, own[1] + 0.3 * belief

        return principal(situation, worth)

    choices, found = worth_with(0.05)
    assert found
    assert choices[1][0] > choices[0][0]
    mirrored, found = worth_with(-0.05)
    assert found
    assert mirrored[1][0] == pytest.approx(1.0 - choices[1][0], abs=1e-9)


def test_a_kink_in_what_a_move_is_worth_is_passed() -> None:
    situation = Situation(0.5, 2, (0.02, 0.02), ([0.0, 0.0], [0.0, 0.0]), True)

    def worth(move: int, belief: float) -> tuple[float, float]:
        if move == 1:
            return 0.0, 0.2
        # Flat below a belief of .7, steep above it: the mixture of the first type settles near the kink.
        return 0.02 + 2.0 * max(belief - 0.7, 0.0) - 0.4 * belief, 0.6

    choices, found = principal(situation, worth)
    assert found
    made = situation.made(choices)
    beliefs = situation.beliefs(made)
    for k in (0, 1):
        worths = [worth(m, beliefs[m])[k] for m in (0, 1)]
        assert choices[k][0] == pytest.approx(logit(*worths, 0.02), abs=1e-9)


def test_linear_equations() -> None:
    assert solved([[0.0, 2.0], [1.0, 1.0]], [4.0, 5.0]) == pytest.approx([3.0, 2.0])
    assert solved([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0]) is None
    assert [oriented(m, [1.0, 1.0])[1] for m in ([[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]])] == [
        1.0,
        -1.0,
    ]
    assert oriented([[-1.0, 0.0], [0.0, 1.0]], [1.0, 1.0])[1] == -1.0

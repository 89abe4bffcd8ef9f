"""One play solved backwards and followed forwards: both conventions, bound moves, shared subtrees."""

from __future__ import annotations

import random

import pytest
from tests.support.extensive_form import random_play, random_weights

from backstop.game.choice import Information, expected_maximum, free_choice, with_bound
from backstop.game.play import PlayNumbers, SolvedPlay, solve_play
from backstop.game.tree import Chance, Decision, Ending, Play

CONVENTIONS: tuple[Information, ...] = ("agent_error", "private_payoffs")


def decide(
    own: list[float], noise: float, information: Information, bound: dict[int, float] | None = None
) -> SolvedPlay:
    """Actor 0 among endings worth `own`; actor 1 looks on and gets the number of the move."""
    bound, width = bound or {}, len(own)
    moves = tuple("abcde"[:width])
    endings = tuple(Ending(o) for o in range(width))
    play = Play((*endings, Decision("d", 0, moves, tuple(range(width)), tuple(bound))))
    numbers = PlayNumbers(
        (*((worth, float(move)) for move, worth in enumerate(own)), ()),
        (*(0.0 for _ in own), noise),
        (*(() for _ in own), tuple(bound.values())),
    )
    return solve_play(play, numbers, [0] * width, [[0.0, 0.0]], information)


def test_private_payoffs_are_worth_more_to_the_mover_alone() -> None:
    error, private = (decide([0.3, -0.4, 0.1], 0.5, each) for each in CONVENTIONS)
    assert private.root[0] > error.root[0] + 0.1
    assert private.root[1] == error.root[1]


@pytest.mark.parametrize("bound", [{}, {0: 0.3}, {1: 0.25, 0: 0.5}, {1: 1.0}, {0: 0.0}])
@pytest.mark.parametrize("own", [[0.2, 0.7], [0.2, 0.7, -0.1]])
@pytest.mark.parametrize("information", CONVENTIONS)
def test_bound_moves_come_first(own: list[float], bound: dict[int, float], information: Information) -> None:
    found = decide(own, 0.4, information, bound)
    expected = with_bound(free_choice(own, 0.4), bound)
    assert list(found.outcomes().values()) == pytest.approx(expected, abs=1e-15)
    mean = sum(p * x for p, x in zip(expected, own, strict=True))
    left = 1.0 - sum(bound.values())
    best = left * expected_maximum(own, 0.4) + sum(p * own[m] for m, p in bound.items())
    assert found.root[0] == pytest.approx(mean if information == "agent_error" else best, abs=1e-14)
    assert found.root[1] == pytest.approx(sum(m * p for m, p in enumerate(expected)), abs=1e-14)


def random_numbers(play: Play, rng: random.Random, actors: int) -> PlayNumbers:
    return PlayNumbers(
        tuple(
            tuple(rng.uniform(-1, 1) for _ in range(actors)) if isinstance(n, Ending) else ()
            for n in play.nodes
        ),
        tuple(rng.uniform(0.1, 1) if isinstance(n, Decision) else 0.0 for n in play.nodes),
        tuple(
            tuple(random_weights(rng, len(n.children))) if isinstance(n, Chance) else () for n in play.nodes
        ),
    )


@pytest.mark.parametrize("seed", range(25))
def test_values_are_expectations_and_probabilities_sum_to_one(seed: int) -> None:
    rng = random.Random(seed)
    play = random_play(rng, 3, decisions=rng.randint(1, 4), chance_nodes=rng.randint(0, 2))
    numbers = random_numbers(play, rng, 3)
    endings = dict(play.endings)
    next_phase = {outcome: rng.randrange(2) for outcome in endings.values()}
    later = [[rng.uniform(-2, 2) for _ in range(3)] for _ in range(2)]
    found = solve_play(play, numbers, next_phase, later, "agent_error")
    assert sum(found.outcomes().values()) == pytest.approx(1.0, abs=1e-13)
    for node, moves in zip(play.nodes, found.moves, strict=True):
        assert isinstance(node, Ending) == (not moves)
        assert not moves or sum(moves) == pytest.approx(1.0, abs=1e-13)
    reach = found.reach()
    for actor in range(3):
        expected = sum(
            reach[n] * (numbers.payoffs[n][actor] + later[next_phase[o]][actor]) for n, o in endings.items()
        )
        assert found.root[actor] == pytest.approx(expected, abs=1e-12)


def test_a_shared_subtree_is_the_subtree_written_twice() -> None:
    below = Decision("last", 1, ("a", "b"), (0, 1))
    top = Decision("first", 0, ("l", "r"), (2, 2))
    shared = Play((Ending(0), Ending(1), below, top))
    twice = Play((Ending(0), Ending(1), below, below, Decision("first", 0, ("l", "r"), (2, 3))))
    payoffs = ((0.4, -0.3), (-0.2, 0.5))
    found = [
        solve_play(
            play,
            PlayNumbers(payoffs + ((),) * inner, (0.3,) * (2 + inner), ((),) * (2 + inner)),
            [0, 0],
            [[0.0, 0.0]],
            "private_payoffs",
        )
        for play, inner in ((shared, 2), (twice, 3))
    ]
    assert found[0].root == pytest.approx(found[1].root, abs=1e-15)
    assert found[0].outcomes() == pytest.approx(found[1].outcomes(), abs=1e-15)


def test_a_node_that_nothing_leads_to_changes_nothing() -> None:
    decision = Decision("d", 0, ("a", "b"), (0, 1))
    payoffs = ((0.4,), (-0.2,), (5.0,))
    spare = Play((Ending(0), Ending(1), Ending(2), decision))
    one = solve_play(
        spare, PlayNumbers((*payoffs, ()), (0.4,) * 4, ((),) * 4), [0] * 3, [[0.0]], "agent_error"
    )
    plain = Play((Ending(0), Ending(1), decision))
    numbers = PlayNumbers((*payoffs[:2], ()), (0.4,) * 3, ((),) * 3)
    two = solve_play(plain, numbers, [0] * 3, [[0.0]], "agent_error")
    assert one.root == two.root
    assert one.outcomes()[2] == 0.0

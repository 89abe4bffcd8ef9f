"""Static trees against Gambit's agent logit response (Turocy 2005), which traces the logit branch to one lambda."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import pytest
from tests.support.extensive_form import efg_text, random_play, random_weights

from backstop.game.play import PlayNumbers, SolvedPlay, solve_play
from backstop.game.tree import Chance, Decision, Ending, Node, Play

gambit = pytest.importorskip("pygambit", reason="pygambit, of the test group, is not installed")

Tree = tuple[Play, int]


def endings(count: int) -> list[Node]:
    return [Ending(o) for o in range(count)]


def entry() -> Tree:
    """Two actors, two moves each: enter, and be fought or not."""
    return Play(
        (
            *endings(3),
            Decision("answer", 1, ("fight", "yield"), (0, 1)),
            Decision("enter", 0, ("in", "out"), (3, 2)),
        )
    ), 2


def guarantee() -> Tree:
    """Three actors, three moves, three moves, two moves."""
    return Play(
        (
            *endings(6),
            Decision("help", 2, ("help", "stay out"), (0, 1)),
            Decision("answer", 1, ("resist", "bargain", "yield"), (6, 2, 3)),
            Decision("first", 0, ("attack", "probe", "wait"), (7, 4, 5)),
        )
    ), 3


def provocation() -> Tree:
    """Four actors and nature, at the root and in the middle; the fourth actor never moves."""
    return Play(
        (
            *endings(7),
            Decision("reply", 1, ("hit back", "hold"), (0, 1)),
            Chance("blamed", ("attacker", "nobody", "victim"), (7, 2, 3)),
            Decision("sponsor", 2, ("press", "pay", "leave"), (4, 5, 6)),
            Decision("start", 0, ("provoke", "wait"), (8, 9)),
            Decision("other", 1, ("join", "watch"), (4, 2)),
            Chance("incident", ("one", "other"), (10, 11)),
        )
    ), 4


def repeated_mover() -> Tree:
    """The same actor three times in a row, and one ending that is reached in three ways."""
    return Play(
        (
            *endings(4),
            Decision("third", 0, ("a", "b", "c"), (0, 1, 2)),
            Decision("second", 0, ("a", "b"), (4, 2)),
            Decision("first", 0, ("a", "b", "c"), (5, 3, 2)),
        )
    ), 2


def some_payoffs(play: Play, actors: int, rng: random.Random, decimals: int = 3) -> list[tuple[float, ...]]:
    return [
        tuple(round(rng.uniform(-1.0, 1.0), decimals) for _ in range(actors)) if isinstance(n, Ending) else ()
        for n in play.nodes
    ]


def solved(
    play: Play, actors: int, payoffs: list[tuple[float, ...]], chances: list[list[float]], noise: float
) -> SolvedPlay:
    """The tree where nothing follows."""
    numbers = PlayNumbers(tuple(payoffs), (noise,) * len(play.nodes), tuple(map(tuple, chances)))
    outcomes = sum(isinstance(n, Ending) for n in play.nodes)
    return solve_play(play, numbers, [0] * outcomes, [[0.0] * actors], "agent_error")


def disagreement(play: Play, actors: int, rng: random.Random, lam: float) -> tuple[float, int]:
    """Largest difference of any move's probability and any actor's value, and how many numbers were compared."""
    payoffs = some_payoffs(play, actors, rng)
    chances = [random_weights(rng, len(n.children)) if isinstance(n, Chance) else [] for n in play.nodes]
    written = [list(p) or None for p in payoffs]
    game = gambit.read_efg(io.BytesIO(efg_text(play, written, chances, actors).encode()))
    (point,) = gambit.qre.logit_solve_lambda(game, lam)
    ours = solved(play, actors, payoffs, chances, 1.0 / lam)
    differences = [abs(ours.root[a] - float(point.profile.payoffs[f"actor {a}"])) for a in range(actors)]
    for actor in range(actors):
        for _, mixed in point.profile[f"actor {actor}"]:
            for label, probability in dict(mixed).items():
                node, move = map(int, label.split("."))
                differences.append(abs(ours.moves[node][move] - float(probability)))
    return max(differences), len(differences)


@pytest.mark.parametrize("lam", [0.5, 2.0, 10.0])
@pytest.mark.parametrize("tree", [entry, guarantee, provocation, repeated_mover])
def test_named_trees_agree_with_gambit(tree: Callable[[], Tree], lam: float) -> None:
    play, actors = tree()
    rng = random.Random(f"{tree.__name__} {lam}")
    decisions = [n for n in play.nodes if isinstance(n, Decision)]
    for _ in range(5):
        worst, compared = disagreement(play, actors, rng, lam)
        assert compared >= actors + sum(len(n.moves) for n in decisions)
        assert worst < 1e-8


@pytest.mark.parametrize("seed", range(40))
def test_random_trees_agree_with_gambit(seed: int) -> None:
    rng = random.Random(seed)
    actors = rng.choice((2, 3, 4))
    play = random_play(rng, actors, decisions=rng.randint(1, 5), chance_nodes=rng.randint(0, 2))
    worst, compared = disagreement(play, actors, rng, lam=rng.choice((0.3, 1.0, 3.0, 8.0)))
    assert compared > actors
    assert worst < 1e-8


def test_another_lambda_would_be_noticed() -> None:
    play, actors = guarantee()
    payoffs = some_payoffs(play, actors, random.Random(1))
    none: list[list[float]] = [[] for _ in play.nodes]
    one, other = (solved(play, actors, payoffs, none, noise).root for noise in (0.5, 0.5 * (1.0 + 1e-6)))
    assert max(abs(a - b) for a, b in zip(one, other, strict=True)) > 1e-8

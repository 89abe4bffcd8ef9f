"""One phase's play in one period: solved from the endings back to the root, and followed from the root forwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backstop.game.choice import Information, expected_maximum, free_choice, freedom, with_bound
from backstop.game.tree import Chance, Decision, Ending, Play

Values = list[float]
"""Values by actor."""


@dataclass(frozen=True, slots=True)
class PlayNumbers:
    """The numbers of a play in one period, by the position of the node.

    `payoffs`: lump sums by actor at an ending. `noise`: scale of the shocks at a decision. `chances`: probabilities of
    the branches of a chance node; at a decision, of its bound moves in the order of `Decision.bound`.
    """

    payoffs: tuple[tuple[float, ...], ...]
    noise: tuple[float, ...]
    chances: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class SolvedPlay:
    """A play with `values[n][i]` of node n to actor i, and `moves[n]`, probabilities of its moves or branches.

    `moves` has the bound part of a decision in it, and is empty at an ending.
    """

    play: Play
    values: tuple[Values, ...]
    moves: tuple[list[float], ...]

    @property
    def root(self) -> Values:
        """Values of the whole play."""
        return self.values[-1]

    def reach(self) -> list[float]:
        """Probability of coming to each node."""
        found = [0.0] * len(self.play.nodes)
        found[-1] = 1.0
        for position in range(len(found) - 1, -1, -1):
            node = self.play.nodes[position]
            if not isinstance(node, Ending):
                for child, probability in zip(node.children, self.moves[position], strict=True):
                    found[child] += found[position] * probability
        return found

    def outcomes(self) -> dict[int, float]:
        """Probability of each outcome that the play can end in."""
        found: dict[int, float] = {}
        reached = self.reach()
        for position, outcome in self.play.endings:
            found[outcome] = found.get(outcome, 0.0) + reached[position]
        return found


def solve_play(
    play: Play,
    numbers: PlayNumbers,
    next_phase: Mapping[int, int],
    discounted: Sequence[Values],
    information: Information,
) -> SolvedPlay:
    """The play solved backwards, where `discounted[k]` is what phase k is worth when it follows.

    `next_phase[o]` is the phase that outcome o leads to.
    """
    values: list[Values] = []
    moves: list[list[float]] = []
    for position, node in enumerate(play.nodes):
        if isinstance(node, Ending):
            later = discounted[next_phase[node.outcome]]
            lump = numbers.payoffs[position]
            values.append([paid + worth for paid, worth in zip(lump, later, strict=True)])
            moves.append([])
            continue
        below = [values[child] for child in node.children]
        if isinstance(node, Chance):
            probabilities = list(numbers.chances[position])
            values.append(mixture(probabilities, below))
        else:
            bound = dict(zip(node.bound, numbers.chances[position], strict=True))
            probabilities, value = _decided(node, numbers.noise[position], bound, below, information)
            values.append(value)
        moves.append(probabilities)
    return SolvedPlay(play, tuple(values), tuple(moves))


def mixture(probabilities: Sequence[float], values: Sequence[Values]) -> Values:
    """Expected values by actor: `sum_m p_m U_m`."""
    return [
        sum(p * worth for p, worth in zip(probabilities, of_actor, strict=True))
        for of_actor in zip(*values, strict=True)
    ]


def _decided(
    node: Decision, noise: float, bound: dict[int, float], below: list[Values], information: Information
) -> tuple[list[float], Values]:
    """Probabilities of the moves of a decision, bound part included, and its value to every actor."""
    own = [worth[node.actor] for worth in below]
    probabilities = with_bound(free_choice(own, noise), bound)
    value = mixture(probabilities, below)
    if information == "private_payoffs":
        value[node.actor] = sum(p * own[move] for move, p in bound.items()) + freedom(
            bound
        ) * expected_maximum(own, noise)
    return probabilities, value

"""One phase's play where an actor has two types and others see its moves: solved from the belief at its root.

A belief is the probability that others give to the second type. Within a play it is exact: what follows a move or a
branch of chance is solved at the belief that this leaves. Others' values are expectations under the belief, those of
the actor with types go by type. Where nobody learns (`learns` is false) the belief stays, and others take every move
of the actor for the average of what its types would do (Eyster and Rabin 2005, Econometrica 73, fully cursed).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from backstop.game.branch import Situation, Vector, posterior, principal
from backstop.game.choice import Information, expected_maximum, free_choice, freedom, with_bound
from backstop.game.play import PlayNumbers
from backstop.game.tree import Chance, Decision, Ending, Play

Later = Callable[[int, float], Vector]
"""Discounted values where an outcome has ended the play and left this belief."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A node at the belief with which it is reached.

    `values` by actor, of the actor with types those of the first type; those of the second stand at the end.
    `moves[k][m]`: probability of a move or branch with type k, bound part included; `below[m]`: what follows it.
    """

    position: int
    belief: float
    values: Vector
    moves: tuple[Vector, Vector] = ((), ())  # type: ignore[assignment]
    below: tuple[Reached, ...] = ()


@dataclass(slots=True)
class Inference:
    """The solver of a play by the numbers it has with each type.

    `actor` has the types. `unconverged` counts choices whose fixed point was not found to the end.
    """

    play: Play
    numbers: tuple[PlayNumbers, PlayNumbers]
    actor: int
    learns: bool
    information: Information
    later: Later
    unconverged: int = 0
    _known: dict[tuple[int, float], Reached] = field(default_factory=dict)

    def solved(self, belief: float) -> Reached:
        """The whole play from its root."""
        self._known.clear()
        return self._node(len(self.play.nodes) - 1, belief)

    def _node(self, position: int, belief: float) -> Reached:
        key = position, belief
        if key not in self._known:
            node = self.play.nodes[position]
            if isinstance(node, Ending):
                found = self._ended(position, node, belief)
            elif isinstance(node, Chance):
                found = self._chance(position, node, belief)
            elif node.actor == self.actor:
                found = self._typed(position, node, belief)
            else:
                found = self._other(position, node, belief)
            self._known[key] = found
        return self._known[key]

    def _ended(self, position: int, node: Ending, belief: float) -> Reached:
        first, second = (numbers.payoffs[position] for numbers in self.numbers)
        paid = [(1.0 - belief) * a + belief * b for a, b in zip(first, second, strict=True)]
        paid[self.actor] = first[self.actor]
        paid.append(second[self.actor])
        later = self.later(node.outcome, belief)
        return Reached(position, belief, [a + b for a, b in zip(paid, later, strict=True)])

    def _chance(self, position: int, node: Chance, belief: float) -> Reached:
        """A branch that is likelier with one type teaches as a move does."""
        moves = (list(self.numbers[0].chances[position]), list(self.numbers[1].chances[position]))
        below = self._below(node.children, belief, moves)
        return Reached(position, belief, self._mixed(belief, moves, below), moves, below)

    def _below(self, children: Sequence[int], belief: float, moves: Sequence[Vector]) -> tuple[Reached, ...]:
        return tuple(
            self._node(child, posterior(belief, first, second) if self.learns else belief)
            for child, first, second in zip(children, *moves, strict=True)
        )

    def _mixed(self, belief: float, moves: Sequence[Vector], below: Sequence[Reached]) -> Vector:
        """Expected values: of others under the belief, of the actor with types by type."""
        first, second = moves
        expected = [(1.0 - belief) * a + belief * b for a, b in zip(first, second, strict=True)]
        values = []
        for actor in range(len(below[0].values)):
            weights = expected
            if actor == self.actor:
                weights = first
            elif actor == len(below[0].values) - 1:
                weights = second
            values.append(sum(p * child.values[actor] for p, child in zip(weights, below, strict=True)))
        return values

    def _bound(self, position: int, node: Decision) -> tuple[Vector, Vector]:
        """By type and move: the probability that it is made without a decision."""
        first, second = (
            with_bound([0.0] * len(node.moves), dict(zip(node.bound, numbers.chances[position], strict=True)))
            for numbers in self.numbers
        )
        return first, second

    def _other(self, position: int, node: Decision, belief: float) -> Reached:
        """A decision of somebody who does not know the type: what is chosen freely is the same with both."""
        bound = self._bound(position, node)
        noise = (1.0 - belief) * self.numbers[0].noise[position] + belief * self.numbers[1].noise[position]
        if bound[0] == bound[1] or not self.learns:
            below = tuple(self._node(child, belief) for child in node.children)
            choice = free_choice([child.values[node.actor] for child in below], noise)
            moves = self._made(bound, (choice, choice))
        else:
            # What is bound by type tells of the type, and how much of it depends on what is chosen.
            situation = Situation(belief, len(node.moves), (noise, noise), bound, self.learns)

            def worth(move: int, after: float) -> tuple[float, float]:
                value = self._node(node.children[move], after).values[node.actor]
                return value, value

            choices, found = principal(situation, worth)
            self.unconverged += not found
            moves, choice = situation.made(choices), choices[0]
            below = self._below(node.children, belief, moves)
        values = self._mixed(belief, moves, below)
        if self.information == "private_payoffs":
            own = [child.values[node.actor] for child in below]
            by_type = [self._earned(own, noise, bound[k]) for k in (0, 1)]
            values[node.actor] = (1.0 - belief) * by_type[0] + belief * by_type[1]
        return Reached(position, belief, values, moves, below)

    def _typed(self, position: int, node: Decision, belief: float) -> Reached:
        """A decision of the actor with types: each type chooses by what others will conclude from its move."""
        bound = self._bound(position, node)
        noises = self.numbers[0].noise[position], self.numbers[1].noise[position]
        if self.learns and min(noises) > 0.0:
            situation = Situation(belief, len(node.moves), noises, bound, self.learns)

            def worth(move: int, after: float) -> tuple[float, float]:
                values = self._node(node.children[move], after).values
                return values[self.actor], values[-1]

            choices, found = principal(situation, worth)
            self.unconverged += not found
        else:
            same = [self._node(child, belief).values for child in node.children]
            choices = (
                free_choice([values[self.actor] for values in same], noises[0]),
                free_choice([values[-1] for values in same], noises[1]),
            )
        moves = self._made(bound, choices)
        below = self._below(node.children, belief, moves)
        values = self._mixed(belief, moves, below)
        if self.information == "private_payoffs":
            for k, slot in ((0, self.actor), (1, -1)):
                values[slot] = self._earned([child.values[slot] for child in below], noises[k], bound[k])
        return Reached(position, belief, values, moves, below)

    @staticmethod
    def _made(bound: Sequence[Vector], choices: Sequence[Vector]) -> tuple[Vector, Vector]:
        first, second = (with_bound(choices[k], dict(enumerate(bound[k]))) for k in (0, 1))
        return first, second

    @staticmethod
    def _earned(own: Sequence[float], noise: float, bound: Vector) -> float:
        """What a choice is worth to a mover who earns the shocks as well."""
        automatic = sum(p * u for p, u in zip(bound, own, strict=True))
        return automatic + freedom(dict(enumerate(bound))) * expected_maximum(own, noise)


def endings(root: Reached, play: Play) -> Iterator[tuple[int, float, float, float]]:
    """The outcomes that a play ends in, each with the belief it leaves and its probability with each type."""
    waiting = [(root, 1.0, 1.0)]
    while waiting:
        here, first, second = waiting.pop()
        node = play.nodes[here.position]
        if isinstance(node, Ending):
            yield node.outcome, here.belief, first, second
            continue
        for child, p, q in zip(here.below, *here.moves, strict=True):
            waiting.append((child, first * p, second * q))

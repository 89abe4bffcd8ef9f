"""The tree of a game as data: what happens in each phase, without any numbers.

A play is a directed acyclic graph of nodes, children before parents and the root last: an outcome or subtree that is
reached in several ways stands once. Numbers (payoffs, noise, probabilities) come separately, one set per period, in
`backstop.game.stage`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decision:
    """`actor` chooses among `moves`; `children[m]` is the node that move m leads to.

    `bound` lists the moves that are made without a decision with some probability (automatic commitments).
    """

    name: str
    actor: int
    moves: tuple[str, ...]
    children: tuple[int, ...]
    bound: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Chance:
    """Nature takes one of `branches`."""

    name: str
    branches: tuple[str, ...]
    children: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """A leaf: the outcome with this index in the game."""

    outcome: int


Node = Decision | Chance | Ending


@dataclass(frozen=True, slots=True)
class Play:
    """What is played in one phase: nodes in an order where children come first; the last node is the root."""

    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        if not self.nodes:
            raise ValueError("a play needs at least one node")
        for position, node in enumerate(self.nodes):
            if isinstance(node, Ending):
                continue
            if not node.children or any(not 0 <= child < position for child in node.children):
                raise ValueError(f"node {position} has a child that does not come before it")

    @property
    def endings(self) -> tuple[tuple[int, int], ...]:
        """(node, outcome) of every leaf."""
        return tuple((i, node.outcome) for i, node in enumerate(self.nodes) if isinstance(node, Ending))


@dataclass(frozen=True, slots=True)
class Game:
    """Actors, phases and outcomes by name; `plays[k]` is None where phase k is absorbing.

    `next_phase[o]` is the phase that outcome o leads to; `start` the phase of period 0.
    """

    actors: tuple[str, ...]
    phases: tuple[str, ...]
    plays: tuple[Play | None, ...]
    outcomes: tuple[str, ...]
    next_phase: tuple[int, ...]
    start: int

    @property
    def live(self) -> tuple[int, ...]:
        """Phases in which something is played."""
        return tuple(k for k, play in enumerate(self.plays) if play is not None)

"""The tree of a game as data: what happens in each phase, without any numbers.

A play is a directed acyclic graph of nodes, children before parents and the root last: an outcome or subtree that is
reached in several ways stands once. Numbers (payoffs, noise, probabilities) come separately, one set per period, in
`backstop.game.play` and `backstop.game.world`.
"""

from __future__ import annotations

from collections.abc import Mapping
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

    `next_phase[k][o]` is the phase that outcome o leads to where it ends the play of phase k; `start` the phase of
    period 0.
    """

    actors: tuple[str, ...]
    phases: tuple[str, ...]
    plays: tuple[Play | None, ...]
    outcomes: tuple[str, ...]
    next_phase: tuple[Mapping[int, int], ...]
    start: int

    @property
    def live(self) -> tuple[int, ...]:
        """Phases in which something is played."""
        return tuple(k for k, play in enumerate(self.plays) if play is not None)

    def following(self, phase: int) -> frozenset[int]:
        """Phases that an outcome of the play of `phase` leads to; none where it is absorbing."""
        play = self.plays[phase]
        return frozenset() if play is None else frozenset(self.next_phase[phase][o] for _, o in play.endings)

    def groups(self) -> list[tuple[int, ...]]:
        """The live phases in groups that lead back to one another; a group comes after all those it leads to."""
        ahead: dict[int, frozenset[int]] = {}
        following = {phase: self.following(phase) for phase in range(len(self.phases))}
        for phase in self.live:
            found, news = frozenset[int](), frozenset({phase})
            while news:
                news = frozenset[int]().union(*(following[k] for k in news)) - found
                found |= news
            ahead[phase] = found
        groups = {
            (phase, *(k for k in self.live if k != phase and k in ahead[phase] and phase in ahead[k]))
            for phase in self.live
        }
        # Where one group leads to another but not back, more lies ahead of it.
        return sorted(
            {tuple(sorted(group)) for group in groups},
            key=lambda group: (len(ahead[group[0]].union(group)), group),
        )

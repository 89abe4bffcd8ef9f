"""A play unfolded by what is believed: a node stands once for every belief with which it can be reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backstop.game.tree import Ending, Play


@dataclass(frozen=True, slots=True)
class Copy:
    """A node of the play (its position) with one belief; `children` are copies, which come before it."""

    position: int
    belief: int
    children: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Learnt:
    """A belief that a move of a node leaves, where `before` was believed as the node was reached."""

    before: int
    position: int
    move: int


@dataclass(frozen=True, slots=True)
class Unfolded:
    """`copies`, children first and the root last. `beliefs[c]` says where belief c comes from; None: it is there as the
    play begins."""

    copies: tuple[Copy, ...]
    beliefs: tuple[Learnt | None, ...]


def unfolded(play: Play, tells: Sequence[bool]) -> Unfolded:
    """`tells[n]`: what comes of node n says something about the type."""
    beliefs: list[Learnt | None] = [None]
    reached: list[dict[int, None]] = [{} for _ in play.nodes]
    reached[-1][0] = None
    below: dict[tuple[int, int], tuple[int, ...]] = {}
    for position in range(len(play.nodes) - 1, -1, -1):
        node = play.nodes[position]
        if isinstance(node, Ending):
            continue
        for belief in reached[position]:
            after = []
            for move, child in enumerate(node.children):
                here = belief
                if tells[position]:
                    here = len(beliefs)
                    beliefs.append(Learnt(belief, position, move))
                after.append(here)
                reached[child][here] = None
            below[position, belief] = tuple(after)
    copies, places = list[Copy](), dict[tuple[int, int], int]()
    for position, node in enumerate(play.nodes):
        for belief in reached[position]:
            children: tuple[int, ...] = ()
            if not isinstance(node, Ending):
                after_moves = below[position, belief]
                children = tuple(places[c, b] for c, b in zip(node.children, after_moves, strict=True))
            places[position, belief] = len(copies)
            copies.append(Copy(position, belief, children))
    return Unfolded(tuple(copies), tuple(beliefs))

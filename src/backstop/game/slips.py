"""Slips: moves made freely that are worth less to their own mover than another, and the first of them on a way.

Where shocks are private payoffs the same moves are no slips but what the mover wanted at that moment: shocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from backstop.game.choice import TIE, Information, free_choice, freedom
from backstop.game.play import PlayNumbers, SolvedPlay
from backstop.game.process import Solution
from backstop.game.tree import Decision, Ending

NOBODY = -1
"""In place of an actor: nobody has slipped."""

Split = Mapping[tuple[int, int], float]
"""Probability by outcome and by the actor whose slip was the first on the way to it."""

Records = Sequence[Sequence[Split]]
"""By period and phase; nothing where the phase is absorbing."""


def name_of_slips(information: Information) -> Literal["slip", "shock"]:
    """What a move that its own mover ranks below another is called under a reading of payoff shocks."""
    return "slip" if information == "agent_error" else "shock"


def ranked_below(solved: SolvedPlay, margins: Sequence[float]) -> list[list[bool]]:
    """By node and move: whether the move is a slip, where it is made freely.

    A slip falls short of the best move at its node, in the payoff of whoever moves, by more than that actor's margin;
    ties are none.
    Empty at chance nodes and endings.
    """
    found: list[list[bool]] = []
    for node in solved.play.nodes:
        own: list[float] = []
        if isinstance(node, Decision):
            own = [solved.values[child][node.actor] for child in node.children]
            least = margins[node.actor] + TIE * max(1.0, *map(abs, own))
        found.append([max(own) - worth > least for worth in own])
    return found


def slip_chances(solved: SolvedPlay, numbers: PlayNumbers, margins: Sequence[float]) -> list[list[float]]:
    """By node and move: the probability, once the node is reached, that the move is made as a slip.

    `margins` by actor. The bound part of a decision is no slip. Empty at chance nodes and endings.
    """
    found: list[list[float]] = []
    for position, slips in enumerate(ranked_below(solved, margins)):
        node = solved.play.nodes[position]
        if not isinstance(node, Decision):
            found.append([])
            continue
        own = [solved.values[child][node.actor] for child in node.children]
        left = freedom(dict(zip(node.bound, numbers.chances[position], strict=True)))
        chosen = free_choice(own, numbers.noise[position])
        found.append([left * p if slip else 0.0 for p, slip in zip(chosen, slips, strict=True)])
    return found


def first_slips(solved: SolvedPlay, numbers: PlayNumbers, margins: Sequence[float]) -> Split:
    """The outcomes of a play by the actor whose slip was the first on the way from the root; NOBODY's: no slip."""
    nodes, chances = solved.play.nodes, slip_chances(solved, numbers, margins)
    reached: list[dict[int, float]] = [{} for _ in nodes]
    reached[-1][NOBODY] = 1.0
    found: dict[tuple[int, int], float] = {}
    for position in range(len(nodes) - 1, -1, -1):
        node = nodes[position]
        for first, share in reached[position].items():
            if isinstance(node, Ending):
                key = node.outcome, first
                found[key] = found.get(key, 0.0) + share
                continue
            slips = chances[position] if isinstance(node, Decision) else [0.0] * len(node.children)
            for child, chance, slip in zip(node.children, solved.moves[position], slips, strict=True):
                below = reached[child]
                if isinstance(node, Decision) and first == NOBODY and slip > 0.0:
                    below[node.actor] = below.get(node.actor, 0.0) + share * slip
                    chance = max(chance - slip, 0.0)
                below[first] = below.get(first, 0.0) + share * chance
    return found


def slip_records(solution: Solution) -> Records:
    """`first_slips` of every play of a solved world."""
    world = solution.world
    return [
        [
            {}
            if play is None or numbers.play is None
            else first_slips(play, numbers.play, world.slip_margins)
            for play, numbers in zip(solved.plays, of_period, strict=True)
        ]
        for solved, of_period in zip(solution.periods, world.phases, strict=True)
    ]

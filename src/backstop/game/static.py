"""A tree played once, with nothing before and nothing after: what a leaf is worth is what its outcome pays.

The same machinery as one phase of the process (`backstop.game.stage`), without phases, flows or discounting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backstop.game.stage import Array, Information, PlayNumbers, PlaySweep, Pool
from backstop.game.tree import Play


@dataclass(frozen=True, slots=True)
class PlaySolution:
    """`outcomes[o]`: probability of outcome o, shape (B,), of those that can be reached; `values`: (actors, B).

    `moves[n]`: probabilities of the moves at node n (bound part included) or of nature's branches, each of shape (1 or
    B,); None at an ending.
    """

    outcomes: Mapping[int, Array]
    values: Array
    moves: tuple[tuple[Array, ...] | None, ...]


def solve_play(
    play: Play, numbers: PlayNumbers, information: Information, actors: int, worlds: int
) -> PlaySolution:
    """Solve a tree once in B = `worlds` worlds for so many `actors`.

    A function of its arguments alone: blocks may be solved in any order and on any number of threads.
    """
    sweep = PlaySweep(play, (), information, Pool((actors, worlds)))
    sweep.renew(numbers, {})
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        values = sweep.solve(None)
    moves = sweep.move_probabilities()
    return PlaySolution(
        sweep.reach(),
        np.broadcast_to(values, (actors, worlds)),
        tuple(None if each is None else tuple(each) for each in moves),
    )

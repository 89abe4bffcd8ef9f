"""The backward recursion with every quantity frozen: some phases go further back, the others hold their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from backstop.game.stage import Array, Information, Stage, Sweep
from backstop.game.tree import Game


class Recursion:
    """One period further back at a time, in the phases `rows`; it carries their values alone, (rows, actors, B).

    `held[k]`, shape (actors, 1 or B): the value, always the same, of every other phase that an outcome leads to.
    `factor`, shape (actors, 1 or B): discount factors per period.
    """

    def __init__(
        self,
        game: Game,
        rows: Sequence[int],
        stage: Stage,
        factor: Array,
        information: Information,
        held: Mapping[int, Array],
        worlds: int,
    ) -> None:
        self.stage, self.factor = stage.playing(rows), factor
        self.sweep = Sweep(game.playing(rows), self.stage, information, worlds, tuple(held))
        self._absorbing = [(row, phase) for row, phase in enumerate(rows) if game.plays[phase] is None]
        self._place = {phase: row for row, phase in enumerate(rows)}
        self.discounted = np.empty((len(rows), len(game.actors), worlds))
        nothing = np.empty(0)
        self._later: list[Array] = [nothing] * len(game.phases)
        self._out: list[Array] = [nothing] * len(game.phases)
        for phase, value in held.items():
            self._later[phase] = factor * value
        for phase, row in self._place.items():
            self._later[phase] = self.discounted[row]

    def back(self, values: Array, out: Array) -> None:
        """`out` from `values`, both of shape (rows, actors, B); `discounted` is used as room to work in."""
        np.multiply(self.factor, values, out=self.discounted)
        for phase, row in self._place.items():
            self._out[phase] = out[row]
        self.sweep.solve(self._later, self._out)
        for row, phase in self._absorbing:
            np.add(self.stage.flows[phase], self.discounted[row], out=out[row])

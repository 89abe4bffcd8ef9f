"""Worlds by their parameters, as questions name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backstop.base.arrays import FloatArray
from backstop.game.choice import Information
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.worlds.draws import drawn
from backstop.worlds.query import Figures, Levels, Progress, Query, ask
from backstop.worlds.workers import Workers

__all__ = ["Ensemble", "Progress"]


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Worlds by their parameters: floats where certain, arrays of `worlds` values where not."""

    model: Model
    worlds: int
    parameters: Mapping[str, Value]
    information: Information
    workers: Workers

    @staticmethod
    def drawn(
        model: Model,
        worlds: int,
        seed: int,
        workers: Workers,
        information: Information | None = None,
        block: int | None = None,
    ) -> Ensemble:
        """Worlds 0 .. worlds - 1 of a seed."""
        return Ensemble.given(model, drawn(model, worlds, seed), worlds, workers, information)

    @staticmethod
    def given(
        model: Model,
        parameters: Mapping[str, Value],
        worlds: int,
        workers: Workers,
        information: Information | None = None,
        block: int | None = None,
    ) -> Ensemble:
        """Worlds with the parameters that are given: every parameter of the model must be there."""
        return Ensemble(model, worlds, parameters, information or model.scenario.information, workers)

    @property
    def blocks(self) -> int:
        """How many blocks a solution takes."""
        return 1

    def solve(self, levels: Levels) -> Figures:
        """All metrics, and what the future is worth to every actor, under the promised `levels`."""
        metrics = tuple(self.model.scenario.metrics)
        return ask(
            self.model,
            self.parameters,
            self.worlds,
            [Query(levels, metrics)],
            self.information,
            self.workers.threads,
        )[0]

    def metrics(self, levels: Levels) -> Mapping[str, FloatArray]:
        """Every metric world by world, shape (worlds,), under the promised `levels`."""
        return self.solve(levels).metrics

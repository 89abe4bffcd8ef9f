"""Metrics of promised levels on the worlds of one ensemble, each promise solved once however many questions ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.questions.claims.requirements import Promise
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.worlds.ensemble import Ensemble
from backstop.worlds.focus import Query, figures_together
from backstop.worlds.result import Result
from backstop.worlds.weights import weights_of


def promise_of(model: Model, arrangement: str) -> Promise:
    """The levels that an arrangement promises, in the order of the study's measures."""
    return tuple(float(model.levels[arrangement][m]) for m in model.scenario.measures)


def levels_of(model: Model, promise: Iterable[Value]) -> dict[str, Value]:
    """A promise by the names of the measures."""
    return dict(zip(model.scenario.measures, promise, strict=True))


class Answers:
    """What is known of an ensemble: metrics by promise. `want` says what will be asked, `solve` solves it at once."""

    def __init__(self, ensemble: Ensemble, solved: Result | None = None) -> None:
        """`solved`: an assessment of the same worlds, whose arrangements need not be solved again."""
        self.ensemble, self.model = ensemble, ensemble.model
        self._known: dict[Promise, dict[str, FloatArray]] = {}
        for name, of in solved.arrangements.items() if solved is not None else ():
            self._known[promise_of(self.model, name)] = dict(of.samples)
        self._wanted: dict[Promise, dict[str, None]] = {}

    def want(self, promise: Promise, metrics: Iterable[str]) -> None:
        """Ask for metrics under a promise."""
        known = self._known.get(promise, {})
        missing = [name for name in metrics if name not in known]
        if missing:
            self._wanted.setdefault(promise, {}).update(dict.fromkeys(missing))

    @property
    def blocks(self) -> int:
        """Blocks of worlds that `solve` has to solve."""
        return len(self._wanted) * self.ensemble.blocks

    def solve(self, tick: Callable[[], None] | None = None) -> None:
        """Solve all that is asked for; `tick` is called as each block ends."""
        queries = [Query(levels_of(self.model, promise), tuple(m)) for promise, m in self._wanted.items()]
        found = figures_together(self.ensemble, queries, tick) if queries else []
        for promise, figures in zip(self._wanted, found, strict=True):
            self._known.setdefault(promise, {}).update(figures.metrics)
        self._wanted.clear()

    def of(self, promise: Promise) -> Mapping[str, FloatArray]:
        """The metrics of a promise that were asked for."""
        return self._known.get(promise, {})

    def of_arrangement(self, arrangement: str) -> Mapping[str, FloatArray]:
        """The metrics of an arrangement's promise."""
        return self.of(promise_of(self.model, arrangement))

    def want_observed(self) -> None:
        """Ask for what the observations are about."""
        for observation in self.model.scenario.observations.values():
            self.want(promise_of(self.model, observation.arrangement), [observation.metric])

    def weights(self) -> FloatArray | None:
        """Weights of the worlds from the observations, None where nothing is observed."""
        observations = self.model.scenario.observations
        if not observations:
            return None
        seen = {name: self.of_arrangement(o.arrangement)[o.metric] for name, o in observations.items()}
        return weights_of(self.model, seen)


def varying_parameters(ensemble: Ensemble) -> dict[str, FloatArray]:
    """The parameters that differ between worlds, each of shape (worlds,), in the order of the file."""
    return {name: value for name, value in ensemble.parameters.items() if isinstance(value, np.ndarray)}

"""Metrics of several arrangements on the same weighted worlds: what most questions start from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.faults import InvalidInput, Refused
from backstop.base.words import did_you_mean
from backstop.game.stage import Information
from backstop.questions.claims.promises import Answers, promise_of, varying_parameters
from backstop.questions.study.condition import Condition, met
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.worlds.assessment import MOST_WORLDS
from backstop.worlds.ensemble import Ensemble, Progress
from backstop.worlds.statistics import effective_worlds, normalised_weights, note_on_few_worlds
from backstop.worlds.workers import Workers


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """`metrics[arrangement][metric]`, each of shape (worlds,), with `weights` (None: all worlds alike).

    `weight` is the same, summing to 1; `note` warns where few effective worlds carry it.
    """

    ensemble: Ensemble
    metrics: Mapping[str, Mapping[str, FloatArray]]
    weights: FloatArray | None
    weight: FloatArray
    note: str | None

    @property
    def effective_worlds(self) -> float:
        """How many equally weighted worlds these are worth."""
        return effective_worlds(self.weight)

    @property
    def parameters(self) -> Mapping[str, Value]:
        """Every parameter, an array of shape (worlds,) where it varies."""
        return self.ensemble.parameters

    @property
    def inputs(self) -> dict[str, FloatArray]:
        """The parameters that vary, each of shape (worlds,)."""
        return varying_parameters(self.ensemble)

    def rows(self, metric: str) -> FloatArray:
        """One metric of every arrangement, shape (arrangements, worlds)."""
        return np.stack([of[metric] for of in self.metrics.values()])

    def met(self, asked: Condition, arrangement: str) -> FloatArray:
        """Where a condition is met under an arrangement: 1, 0, or not-a-number where unknown."""
        return met(asked, self.metrics[arrangement], self.parameters, self.ensemble.worlds)


def drawn(
    model: Model,
    worlds: int,
    seed: int,
    workers: Workers,
    information: Information | None = None,
    block: int | None = None,
) -> Ensemble:
    """Worlds 0 .. worlds - 1 of a seed. Raises Refused past the 2,000,000 worlds that an assessment may have."""
    if not 1 <= worlds <= MOST_WORLDS:
        raise Refused(f"{worlds:,} worlds were asked for", hint=f"ask for 1 to {MOST_WORLDS:,}")
    return Ensemble.drawn(model, worlds, seed, workers, information, block)


def table(
    ensemble: Ensemble,
    arrangements: Sequence[str],
    metrics: Iterable[str],
    progress: Progress | None = None,
) -> Table:
    """Solve the `metrics` of `arrangements`, and weigh the worlds by what is observed.

    Raises Refused under ten effective worlds, InvalidInput for faults found while solving.
    """
    asked = tuple(metrics)
    answers = Answers(ensemble)
    model = ensemble.model
    for name in arrangements:
        answers.want(promise_of(model, name), asked)
    answers.want_observed()
    done, total = 0, max(1, answers.blocks)

    def tick() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(min(done, total), total)

    answers.solve(tick)
    weights = answers.weights()
    weight = normalised_weights(weights, ensemble.worlds)
    note = note_on_few_worlds(weight)
    found = {
        name: {metric: answers.of_arrangement(name)[metric] for metric in asked} for name in arrangements
    }
    return Table(ensemble, found, weights, weight, note)


def known_metric(model: Model, name: str) -> str:
    """`name`, where the study has such a metric; InvalidInput with the nearest one where not."""
    if name not in model.scenario.metrics:
        raise InvalidInput(
            f"no metric is called {name}", hint=did_you_mean(name, model.scenario.metrics, "metric")
        )
    return name


def known_arrangement(model: Model, name: str | None) -> str:
    """`name`, where the study has such an arrangement; its first one where `name` is None."""
    if name is None:
        return next(iter(model.levels))
    if name not in model.levels:
        raise InvalidInput(
            f"no arrangement is called {name}", hint=did_you_mean(name, model.levels, "arrangement")
        )
    return name

"""Evidence-weighted sensitivity: which assumption moves the answer most and rests on the least?

How much an assumption moves the answer is the share of a metric's variance that knowing it would remove, averaged over
the arrangements; how little it rests on is a weakness from 0 (proved) to 1 (judgement). Their product ranks where more
reading pays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backstop.base.faults import Refused
from backstop.questions.methods.given_data import first_order_from_worlds
from backstop.questions.study.drivers import used_parameters
from backstop.questions.study.table import drawn, known_metric, table
from backstop.questions.study.value import default_metric, worth_of_knowing
from backstop.scenario.model import Model
from backstop.worlds.ensemble import Progress
from backstop.worlds.statistics import Estimate
from backstop.worlds.workers import Workers, usable_threads

WEAKNESS: Mapping[str, float] = {
    "stated": 0.25,
    "implied": 0.5,
    "derived": 0.75,
    "judgement": 1.0,
    "unknown": 1.0,
}
"""By the grade of the grounds; what is not confirmed counts as judgement."""


@dataclass(frozen=True, slots=True)
class Reliance:
    """What hangs on one parameter: its mean share of variance, what knowing it is worth, weakness times share."""

    share: float
    evppi: Estimate | None
    weakness: float

    @property
    def score(self) -> float:
        """What the ranking goes by."""
        return max(0.0, self.share) * self.weakness


def reliance(
    model: Model,
    weakness: Mapping[str, float],
    metric: str | None = None,
    worlds: int = 4000,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[str, dict[str, Reliance]]:
    """The metric asked about, and by parameter what hangs on it, the highest score first.

    `weakness` by parameter, from 0 to 1. Parameters that are certain, or that nothing uses, move nothing. Raises
    Refused where the metric varies under no arrangement, or under ten effective worlds.
    """
    name = known_metric(model, metric) if metric else default_metric(model)
    with Workers(threads or usable_threads()) as workers:
        ensemble = drawn(model, worlds, seed, workers)
        found = table(ensemble, list(model.levels), [name], progress)
    used = used_parameters(model.scenario)
    inputs = {p: values for p, values in found.inputs.items() if p in used}
    shares: list[dict[str, float]] = []
    refusal: Refused | None = None
    for arrangement in found.metrics:
        try:
            given = first_order_from_worlds(
                inputs, found.metrics[arrangement][name], found.weights, what=f"{name} under {arrangement}"
            )
        except Refused as reason:  # it does not vary there, or has no value
            refusal = reason
            continue
        shares.append({p: value.mean for p, value in given.first.items()})
    if not shares and refusal is not None:
        raise refusal
    worth: Mapping[str, Estimate] = {}
    if len(found.metrics) > 1 and np.isfinite(found.rows(name)).all():
        worth = worth_of_knowing(found, found.rows(name), {}).information.evppi
    every = {
        p: Reliance(
            float(np.mean([of.get(p, 0.0) for of in shares])) if shares else 0.0,
            worth.get(p),
            weakness.get(p, 1.0),
        )
        for p in model.scenario.parameters
    }
    return name, dict(sorted(every.items(), key=lambda item: -item[1].score))

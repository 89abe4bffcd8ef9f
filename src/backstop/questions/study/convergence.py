"""How many worlds a study takes: assess more and more until the error of a metric is small enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backstop.questions.methods.convergence import Decision, Look, decide
from backstop.questions.weighted_worlds import used_parameters
from backstop.scenario.format.scenario import Scenario
from backstop.worlds.result import Result

# Of a kind of world that was not among n, the share is at most 3/n (95 %).
_UNSEEN = 3.0
_ALIKE = 1e-12
MOST_UNTIL = 1_000_000
"""Worlds at which a growing run gives up, unless it is told how many there may be."""


@dataclass(frozen=True, slots=True)
class Convergence:
    """The last assessment of a growing run, what each look saw, and why it stopped."""

    metric: str
    target: float
    result: Result
    looks: tuple[Look, ...]
    decision: Decision

    def as_dict(self) -> dict[str, object]:
        """The looks as they stand in the JSON of a result."""
        return {
            "metric": self.metric,
            "target": self.target,
            "reached": self.decision.reached,
            "reason": self.decision.reason,
            "looks": [{"worlds": look.worlds, "mean": look.mean, "se": look.se} for look in self.looks],
        }


def assessed_until(run: Callable[[int], Result], metric: str, target: float, most: int) -> Convergence:
    """An assessment by `run`, from a number of worlds to a result, with an error of `metric` of at most `target`.

    The error that counts is the largest of all arrangements. Worlds that are all alike have no error to see: there it
    is 3/n of the size of the metric, the rule of three (Hanley and Lippman-Hand 1983), unless nothing is uncertain. At
    most `most` worlds are drawn; worlds of a smaller run are the first ones of a larger run.
    Raises InvalidInput for a target that is not positive.
    """
    looks: list[Look] = []
    result: Result | None = None
    while True:
        decision = decide(looks, target, most)
        if decision.stop or decision.worlds is None:
            assert result is not None
            return Convergence(metric, target, result, tuple(looks), decision)
        result = run(decision.worlds)
        mean, se = _worst(result, metric)
        looks.append(Look(decision.worlds, mean, se))


def _worst(result: Result, metric: str) -> tuple[float, float | None]:
    """Mean and error of the metric in the arrangement where the error is largest; None where it is not known."""
    scenario, model = result.model.scenario, result.model
    varies = not used_parameters(scenario).isdisjoint(model.uncertain)
    every = []
    for a in result.arrangements.values():
        summary, values = a.metrics[metric], a.samples[metric]
        known = values[np.isfinite(values)]
        error = summary.se
        if (
            varies
            and error is not None
            and known.size
            and np.ptp(known) <= _ALIKE * np.abs(known).max(initial=1.0)
        ):
            error = max(error, _UNSEEN / result.effective_worlds * _size(scenario, metric, float(known[0])))
        every.append((float("nan") if summary.mean is None else summary.mean, error))
    unknown = next((each for each in every if each[1] is None), None)
    return unknown or max(every, key=lambda each: each[1] or 0.0)


def _size(scenario: Scenario, metric: str, value: float) -> float:
    """How far a world that was not seen may lie away: the range of a probability or of time, else the value's own."""
    of = scenario.metrics[metric]
    if of.kind in ("avoid", "reach", "occupy"):
        return 1.0
    return float(of.by_year or scenario.horizon.years) if of.kind == "duration" else max(1.0, abs(value))

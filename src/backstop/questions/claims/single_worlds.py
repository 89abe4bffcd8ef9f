"""Single worlds under single promises, all solved at once: one array of worlds whose levels differ as well.

A few hundred worlds cost little more than one, so what is asked about many claims and promises is laid side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray
from backstop.game.stage import Information
from backstop.questions.claims.least_level import scan_levels
from backstop.questions.claims.promises import levels_of
from backstop.questions.claims.requirements import Promise, Trial, false_in
from backstop.questions.study.condition import met
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.worlds.ensemble import Ensemble
from backstop.worlds.focus import figures
from backstop.worlds.workers import Workers

Point = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Probe:
    """A model whose parameters are given: `fixed` are those that never vary, every point has the others."""

    model: Model
    fixed: Mapping[str, float]
    information: Information
    workers: Workers

    def parameters(self, points: Sequence[Point]) -> dict[str, Value]:
        """All parameters at `points`, arrays of shape (points,) where they may differ."""
        varied = {name: np.array([point[name] for point in points]) for name in (points[0] if points else ())}
        return {**self.fixed, **varied}

    def metrics(
        self, asked: Sequence[tuple[Promise, Sequence[Point]]], metrics: Sequence[str]
    ) -> list[dict[str, FloatArray]]:
        """`metrics` of every promise at its points, each of shape (points,)."""
        points = [point for _, some in asked for point in some]
        repeats = [len(some) for _, some in asked]
        table = np.repeat(np.array([promise for promise, _ in asked]), repeats, axis=0)
        levels: dict[str, Value] = {
            name: float(column[0]) if (column == column[0]).all() else np.ascontiguousarray(column)
            for name, column in levels_of(self.model, table.T).items()
            if isinstance(column, np.ndarray)
        }
        ensemble = Ensemble.given(
            self.model, self.parameters(points), len(points), self.workers, self.information
        )
        found = figures(ensemble, levels, metrics).metrics
        ends = np.cumsum(repeats)
        return [
            {name: values[end - count : end] for name, values in found.items()}
            for end, count in zip(ends, repeats, strict=True)
        ]

    def false_at(self, asked: Mapping[str, tuple[Trial, Sequence[Point]]]) -> dict[str, BoolArray]:
        """Where claims (or their refuting parts) are false among their points."""
        jobs: list[tuple[Promise, Sequence[Point]]] = []
        spans: dict[str, range] = {}
        metrics: dict[str, None] = {}
        for name, (trial, points) in asked.items():
            promises = varied_promises(trial) if trial.kind == "threshold" else trial.promises
            spans[name] = range(len(jobs), len(jobs) + len(promises))
            jobs += [(promise, points) for promise in promises]
            metrics.update(dict.fromkeys(trial.metrics))
        solved = self.metrics(jobs, tuple(metrics)) if metrics else [{} for _ in jobs]
        answer: dict[str, BoolArray] = {}
        for name, (trial, points) in asked.items():
            here, own = self.parameters(points), [solved[at] for at in spans[name]]
            if trial.kind == "threshold":
                table = [met(trial.condition_of, found, here, len(points)) == 1.0 for found in own]
                answer[name] = ~np.any(table, axis=0)
            else:
                known = dict(zip(trial.promises, own, strict=True))
                answer[name] = false_in(trial, known.__getitem__, here, len(points))
        return answer


def varied_promises(trial: Trial) -> list[Promise]:
    """The promises of a threshold claim at the levels of a fine scan."""
    (promise,), (at,) = trial.promises, trial.measures
    return [(*promise[:at], level, *promise[at + 1 :]) for level in scan_levels(*trial.range)]

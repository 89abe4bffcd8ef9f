"""How many worlds a study takes: assess more and more until the error of a metric is small enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backstop.questions.methods.convergence import Decision, Look, decide
from backstop.worlds.result import Result


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

    The error that counts is the largest of all arrangements. At most `most` worlds are drawn; worlds of a smaller run
    are the first ones of a larger run. Raises InvalidInput for a target that is not positive.
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
    every = [a.metrics[metric] for a in result.arrangements.values()]
    unknown = next((s for s in every if s.se is None), None)
    summary = unknown or max(every, key=lambda s: s.se or 0.0)
    return (float("nan") if summary.mean is None else summary.mean), summary.se

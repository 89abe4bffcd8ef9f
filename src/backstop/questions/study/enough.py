"""How many worlds are enough for a study: assess more and more until the error of a metric is small enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backstop.questions.methods.convergence import Decision, Look, decide
from backstop.worlds.result import Result


@dataclass(frozen=True, slots=True)
class Enough:
    """The last assessment of a growing run, what each look saw, and why it stopped."""

    result: Result
    looks: tuple[Look, ...]
    decision: Decision


def assessed_until(run: Callable[[int], Result], metric: str, target: float, most: int) -> Enough:
    """Assess with `run` (from a number of worlds to a result) until the error of `metric` is at most `target`.

    The error that counts is the largest of all arrangements. At most `most` worlds are drawn; worlds of a smaller run
    are the first ones of a larger run. Raises InvalidInput for a target that is not positive.
    """
    looks: list[Look] = []
    result: Result | None = None
    while True:
        decision = decide(looks, target, most)
        if decision.stop or decision.worlds is None:
            assert result is not None
            return Enough(result, tuple(looks), decision)
        result = run(decision.worlds)
        mean, se = _worst(result, metric)
        looks.append(Look(decision.worlds, mean, se))


def _worst(result: Result, metric: str) -> tuple[float, float | None]:
    """Mean and error of the metric in the arrangement where the error is largest; None where it is not known."""
    every = [a.metrics[metric] for a in result.arrangements.values()]
    unknown = next((s for s in every if s.se is None), None)
    summary = unknown or max(every, key=lambda s: s.se or 0.0)
    return (float("nan") if summary.mean is None else summary.mean), summary.se


def looks_dict(found: Enough, metric: str, target: float) -> Mapping[str, object]:
    """The looks as they stand in JSON."""
    return {
        "metric": metric,
        "target": target,
        "reached": found.decision.reached,
        "reason": found.decision.reason,
        "looks": [{"worlds": look.worlds, "mean": look.mean, "se": look.se} for look in found.looks],
    }

"""Metrics: forward from period 0, the condition carried along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CONDITION_FLOOR = 1e-9


def metric_curve(
    scenario: Mapping[str, Any],
    metric: Mapping[str, Any],
    outcomes: list[dict[str, dict[str, float]]],
    d: float,
) -> list[float | None]:
    """The metric as if `by_year` were the end of period n - 1, for n = 0..T.

    A state is (phase, whether a phase of the metric has been seen, whether a phase of the condition has been seen).
    `mass` is its probability, `moment` the expected count (or years) so far on the event of being in it.
    """
    (kind,) = (kind for kind in ("avoid", "reach", "occupy", "count", "duration") if kind in metric)
    wanted = set(metric[kind])
    given = metric.get("given") or {}
    condition = set(given.get("reach", given.get("avoid", ())))
    first = metric.get("from", scenario["start"])
    mass = {(first, first in wanted, first in condition): 1.0}
    moment = dict.fromkeys(mass, 0.0)

    def now() -> float | None:
        held = 0.0
        total = 0.0
        for state, p in mass.items():
            phase, seen, conditioned = state
            if ("reach" in given and not conditioned) or ("avoid" in given and conditioned):
                continue
            held += p
            if kind == "avoid":
                total += 0.0 if seen else p
            elif kind == "reach":
                total += p if seen else 0.0
            elif kind == "occupy":
                total += p if phase in wanted else 0.0
            else:
                total += moment[state]
        if not given:
            return total
        return None if held < CONDITION_FLOOR else total / held

    curve = [now()]
    for row in outcomes:
        new_mass: dict[tuple[str, bool, bool], float] = {}
        new_moment: dict[tuple[str, bool, bool], float] = {}
        for state, p in mass.items():
            phase, seen, conditioned = state
            so_far = moment[state]
            if kind == "duration" and phase in wanted:
                so_far += p * d
            steps: list[tuple[str | None, str, float]] = [
                (outcome, scenario["outcomes"][outcome]["next"], q) for outcome, q in row[phase].items()
            ]
            if scenario["phases"][phase].get("absorbing", False):
                steps = [(None, phase, 1.0)]
            for outcome, following, q in steps:
                if q == 0.0:
                    continue
                after = (following, seen or following in wanted, conditioned or following in condition)
                counted = p if kind == "count" and outcome in wanted else 0.0
                new_mass[after] = new_mass.get(after, 0.0) + p * q
                new_moment[after] = new_moment.get(after, 0.0) + (so_far + counted) * q
        mass, moment = new_mass, new_moment
        curve.append(now())
    return curve

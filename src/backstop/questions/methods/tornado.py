"""One-at-a-time swings: the metric with one input low or high and all others at their central value (Howard 1988).

A tornado says what moves the answer around the central world and nothing about interactions or correlated inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import FloatArray
from backstop.base.faults import Refused


@dataclass(frozen=True, slots=True)
class Swing:
    """The metric at the low and the high value of one input; `size` is the widest distance of low, high and centre."""

    name: str
    low: float
    high: float
    at_low: float
    at_high: float
    at_centre: float

    @property
    def size(self) -> float:
        """The width of the bar."""
        values = (self.at_low, self.at_high, self.at_centre)
        return max(values) - min(values)


def tornado(
    evaluate: Callable[[Mapping[str, FloatArray]], ArrayLike],
    central: Mapping[str, float],
    low: Mapping[str, float],
    high: Mapping[str, float],
    what: str = "the metric",
) -> tuple[Swing, ...]:
    """Swings of all inputs in `low` and `high`, widest first, ties by name.

    `evaluate` takes arrays of shape (2 d + 1,) by input name and returns the metric on them; the central point is the
    first. An input may be on a unit or a natural scale, as `evaluate` understands it. A swing of 0 is an answer, not a
    fault. Raises Refused where the metric has no value at one of the points.
    """
    names = tuple(low)
    if not names:
        raise Refused(
            "no parameter is uncertain, so there is nothing to be sensitive to", hint="give one a range"
        )
    rows = 2 * len(names) + 1
    point = {name: np.full(rows, value, dtype=np.float64) for name, value in central.items()}
    for at, name in enumerate(names):
        point[name][1 + 2 * at] = low[name]
        point[name][2 + 2 * at] = high[name]
    metric = np.broadcast_to(np.asarray(evaluate(point), dtype=np.float64), (rows,))
    if not np.isfinite(metric[0]):
        raise Refused(f"{what} has no value in the central world, so swings around it are not defined")
    missing = np.flatnonzero(~np.isfinite(metric))
    if missing.size:
        name = names[(int(missing[0]) - 1) // 2]
        raise Refused(f"{what} has no value where {name} is at an end of its range and all else central")
    swings = (
        Swing(
            name,
            low[name],
            high[name],
            float(metric[1 + 2 * at]),
            float(metric[2 + 2 * at]),
            float(metric[0]),
        )
        for at, name in enumerate(names)
    )
    return tuple(sorted(swings, key=lambda swing: (-swing.size, swing.name)))

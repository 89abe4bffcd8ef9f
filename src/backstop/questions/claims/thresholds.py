"""The least level of a measure that meets a condition, world by world: a scan, then bisection.

A scan over even levels finds, for every world at once, the first level that meets the condition; bisection
between it and the level before narrows it to a thousandth of the range. The scan also shows where the
answer is not monotone: a higher level that no longer meets the condition. Dips narrower than a step of the
scan are not seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import BoolArray, FloatArray
from backstop.base.faults import InvalidInput

SCAN = 33
TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Thresholds:
    """`levels` (worlds,): the least level found, not-a-number where none meets the condition; `broken`
    (worlds,): where a higher level stops meeting it again.
    """

    levels: FloatArray
    broken: BoolArray


def thresholds(
    meets: Callable[[FloatArray], ArrayLike],
    low: float,
    high: float,
    worlds: int,
    scan: int = SCAN,
    tolerance: float = TOLERANCE,
) -> Thresholds:
    """The least levels in [low, high], to `tolerance` of the range; the level returned meets the condition
    itself.

    `meets` takes one level for every world, shape (worlds,), and returns truth values of that shape
    (not-a-number counts as not met). It is called `scan` times for the scan, which includes both ends and 0
    where that lies between, and about log2(1 / (tolerance * scan)) times for the bisection.
    """
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise InvalidInput(f"the measure has no range to search: from {low} to {high}")
    if scan < 2 or worlds < 1:
        raise InvalidInput("a threshold needs at least two levels and one world")
    levels = np.unique(np.concatenate((np.linspace(low, high, scan), [0.0] if low < 0.0 < high else [])))
    above = np.full(worlds, np.nan)
    below = np.full(worlds, np.nan)
    broken = np.zeros(worlds, dtype=np.bool_)
    for at, level in enumerate(levels):
        met = _truth(meets(np.full(worlds, level)), worlds)
        first = met & np.isnan(above)
        above[first] = level
        below[first] = levels[at - 1] if at else level
        broken |= ~met & (above < level)
    while True:
        wide = above - below > tolerance * (high - low)
        if not wide.any():
            return Thresholds(above, broken)
        middle = below + (above - below) / 2.0
        met = _truth(meets(np.where(np.isnan(middle), high, middle)), worlds)
        above = np.where(wide & met, middle, above)
        below = np.where(wide & ~met, middle, below)


def _truth(values: ArrayLike, worlds: int) -> BoolArray:
    array = np.asarray(values)
    met = array if array.dtype == np.bool_ else np.nan_to_num(array.astype(np.float64)) != 0
    return np.asarray(np.broadcast_to(met, (worlds,)), dtype=np.bool_)

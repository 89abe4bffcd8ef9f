"""The least level of a measure that meets a condition in a model, world by world.

All levels lie on one grid of 1,024 steps over the range, so the answer is exact to a thousandth of it. A first look at
the leading worlds tries 33 levels: where the answer is monotone there, the other worlds are scanned at five levels and
narrowed down by bisection, each step only in worlds that are still undecided; where it is not, all worlds are scanned
at 33 levels. Worlds keep their answer when more are added.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from backstop.questions.thresholds import Thresholds
from backstop.questions.weighting import BoolArray, FloatArray

STEPS = 1024
_FINE, _COARSE = 32, 4
_LEADING = 1024

Rows = NDArray[np.intp]
Meets = Callable[[FloatArray, Rows], BoolArray]
"""From one level for each of some worlds, and those worlds, to whether the condition is met there."""


def least_levels(meets: Meets, low: float, high: float, worlds: int) -> Thresholds:
    """The least level in [low, high] that meets the condition, not-a-number where none of those tried does.

    A level at which the condition is met only between two levels that were tried, and at neither of them, is not
    found. `broken` marks worlds where a higher level was seen not to meet it again.
    """
    leading = np.arange(min(worlds, _LEADING))
    first = _scanned(meets, low, high, leading, _FINE)
    if leading.size == worlds:
        return first
    rest = np.arange(leading.size, worlds)
    others = _scanned(meets, low, high, rest, _FINE if first.broken.any() else _COARSE)
    again = np.flatnonzero(others.broken)
    if again.size and not first.broken.any():
        finer = _scanned(meets, low, high, rest[again], _FINE)
        others.levels[again] = finer.levels
    return Thresholds(
        np.concatenate((first.levels, others.levels)), np.concatenate((first.broken, others.broken))
    )


def _scanned(meets: Meets, low: float, high: float, rows: Rows, steps: int) -> Thresholds:
    """Positions on the grid: the first met of `steps` + 1 even levels (and zero), then bisection below it."""
    places = {round(k * STEPS / steps) for k in range(steps + 1)}
    if low < 0.0 < high:
        places.add(min(STEPS, max(0, round(-low / (high - low) * STEPS))))
    above = np.full(rows.size, -1)
    below = np.full(rows.size, -1)
    broken = np.zeros(rows.size, dtype=np.bool_)
    order = sorted(places)
    for at, place in enumerate(order):
        met = meets(np.full(rows.size, _level(place, low, high)), rows)
        fresh = met & (above < 0)
        above[fresh] = place
        below[fresh] = order[at - 1] if at else place
        broken |= ~met & (above >= 0)
    while True:
        open_ = np.flatnonzero(above - below > 1)
        if not open_.size:
            break
        middle = (above[open_] + below[open_]) // 2
        met = meets(_level(middle, low, high), rows[open_])
        above[open_[met]] = middle[met]
        below[open_[~met]] = middle[~met]
    levels = np.where(above >= 0, _level(above, low, high), np.nan)
    return Thresholds(np.asarray(levels, dtype=np.float64), broken)


def _level(place: NDArray[np.int64] | int, low: float, high: float) -> FloatArray:
    """The level at a place on the grid; both ends, and a zero that is nearest to a place, exactly."""
    found = np.asarray(low + (high - low) * (np.asarray(place) / STEPS), dtype=np.float64)
    found = np.where(np.asarray(place) == STEPS, high, found)
    return np.where(np.abs(found) < 0.5 * (high - low) / STEPS, 0.0, found) if low <= 0.0 <= high else found

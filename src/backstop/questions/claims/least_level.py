"""The least level of a measure that meets a condition in a model, world by world.

All levels lie on one grid of 1,024 steps over the range, so the answer is exact to a thousandth of it. The leading
worlds are scanned at 33 levels. The coarsest scan that finds the same in all but one in five hundred of them serves
the other worlds; bisection narrows the answer down, each step only in worlds that are still undecided. Worlds keep
their answer when more are added.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray, IntArray, Rows

STEPS = 1024
FINE = 32
LEADING = 2048
MISSED = 0.002

Meets = Callable[[FloatArray, Rows], BoolArray]
"""From one level for each of some worlds, and those worlds, to whether the condition is met there."""


@dataclass(frozen=True, slots=True, eq=False)
class LeastLevels:
    """By world, the least level that meets the condition (`levels`), not-a-number where none of those tried does.

    `broken` marks worlds where a higher level was seen not to meet it again; both have shape (worlds,).
    """

    levels: FloatArray
    broken: BoolArray


def least_levels(meets: Meets, low: float, high: float, worlds: int) -> LeastLevels:
    """The least level in [low, high] that meets the condition, world by world.

    A level that meets it only between two levels that were tried, and at neither of them, is not found.
    """
    leading = np.arange(min(worlds, LEADING))
    places = _places(low, high, FINE)
    table = _scan(meets, low, high, leading, places)
    first = _narrowed(meets, low, high, leading, places, table)
    if leading.size == worlds:
        return first
    scans = (_places(low, high, steps) for steps in (4, 8, 16))
    chosen = next((scan for scan in scans if _missed(table, places, scan) <= MISSED), places)
    rest = np.arange(leading.size, worlds)
    others = _narrowed(meets, low, high, rest, chosen, _scan(meets, low, high, rest, chosen))
    return LeastLevels(
        np.concatenate((first.levels, others.levels)), np.concatenate((first.broken, others.broken))
    )


def scan_levels(low: float, high: float) -> tuple[float, ...]:
    """The levels of the fine scan, ascending; zero is among them where the range holds it."""
    return tuple(float(_level(place, low, high)) for place in _places(low, high, FINE))


def _places(low: float, high: float, steps: int) -> list[int]:
    """Places on the grid of `steps` + 1 even levels, and of the one nearest to zero."""
    places = {round(k * STEPS / steps) for k in range(steps + 1)}
    if low < 0.0 < high:
        places.add(min(STEPS, max(0, round(-low / (high - low) * STEPS))))
    return sorted(places)


def _scan(meets: Meets, low: float, high: float, rows: Rows, places: Sequence[int]) -> BoolArray:
    """Whether each place meets the condition, shape (places, rows)."""
    return np.stack([meets(np.full(rows.size, _level(place, low, high)), rows) for place in places])


def _missed(table: BoolArray, places: Sequence[int], scan: Sequence[int]) -> float:
    """The share of worlds in which `scan`, some of `places`, would find another least level than all of them."""
    at = np.array([places.index(place) for place in scan])
    seen = table[at]
    found, first = seen.any(axis=0), at[np.argmax(seen, axis=0)]
    before = np.where(np.argmax(seen, axis=0) > 0, at[np.maximum(np.argmax(seen, axis=0) - 1, 0)], -1)
    row = np.arange(len(places))[:, None]
    early = (table & (row <= before)).any(axis=0)
    # Between the two levels of the scan the answer must turn once, or bisection may stop at another turn.
    inside = (row > before) & (row <= first)
    turned = np.maximum.accumulate(table & inside, axis=0) & ~table & inside
    wrong = np.where(found, early | turned.any(axis=0), table.any(axis=0))
    return float(wrong.mean())


def _narrowed(
    meets: Meets, low: float, high: float, rows: Rows, places: Sequence[int], table: BoolArray
) -> LeastLevels:
    """The least place met, by bisection between the first place of a scan that is met and the one before."""
    order = np.asarray(places)
    found, first = table.any(axis=0), np.argmax(table, axis=0)
    above = np.where(found, order[first], -1)
    below = np.where(found & (first > 0), order[np.maximum(first - 1, 0)], above)
    broken = (np.maximum.accumulate(table, axis=0) & ~table).any(axis=0)
    while True:
        undecided = np.flatnonzero(above - below > 1)
        if not undecided.size:
            break
        middle = (above[undecided] + below[undecided]) // 2
        met = meets(_level(middle, low, high), rows[undecided])
        above[undecided[met]] = middle[met]
        below[undecided[~met]] = middle[~met]
    return LeastLevels(np.where(found, _level(above, low, high), np.nan), np.asarray(broken, dtype=np.bool_))


def _level(place: IntArray | int, low: float, high: float) -> FloatArray:
    """The level at a place on the grid; both ends, and a zero that is nearest to a place, exactly."""
    found = np.asarray(low + (high - low) * (np.asarray(place) / STEPS), dtype=np.float64)
    found = np.where(np.asarray(place) == STEPS, high, found)
    return np.where(np.abs(found) < 0.5 * (high - low) / STEPS, 0.0, found) if low <= 0.0 <= high else found

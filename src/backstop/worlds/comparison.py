"""Higher and lower: when one value of a metric counts as above another, whatever the unit.

Solved values carry rounding, so a difference counts only where it is more than a billionth of the largest of the
values compared and of the metric's spread over worlds. The margin is relative: the same study in other units gives
the same answers. Equal is neither higher nor lower; a value that is not a number makes the answer unknown.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import FloatArray
from backstop.worlds.statistics import quantiles

MARGIN = 1e-9
LOW, HIGH = 0.05, 0.95


def spread(rows: Iterable[FloatArray], weights: FloatArray | None = None) -> float:
    """The largest spread, 95 % less 5 % quantile over worlds, of `rows` of shape (worlds,); 0 where there is none.

    >>> import numpy as np
    >>> spread([np.arange(100.0)])
    90.0
    """
    widest = 0.0
    for row in rows:
        low, high = quantiles(row, weights, (LOW, HIGH))
        if low is not None and high is not None and np.isfinite(high - low):
            widest = max(widest, high - low)
    return widest


def margin(values: Iterable[ArrayLike], spread: float = 0.0) -> FloatArray:
    """How far apart `values` of one metric, each of one shape, must be to differ, under its `spread` over worlds."""
    largest = np.asarray(spread, dtype=np.float64)
    for value in values:
        largest = np.maximum(largest, np.abs(np.asarray(value, dtype=np.float64)))
    return np.asarray(MARGIN * largest)


def above(
    gain: ArrayLike, values: Iterable[ArrayLike], spread: float = 0.0, rounding: ArrayLike = 0.0
) -> FloatArray:
    """1 where `gain`, a difference of `values`, is more than their margin, 0 where not, not-a-number if unknown.

    `rounding`: how far the gain may be off by rounding where that is more than the margin allows for.
    """
    difference = np.asarray(gain, dtype=np.float64)
    least = np.maximum(margin(values, spread), np.asarray(rounding, dtype=np.float64))
    return np.where(np.isnan(difference), np.nan, difference > least)


def higher(one: ArrayLike, other: ArrayLike, spread: float = 0.0) -> FloatArray:
    """1 where a value of a metric is higher than another, 0 where it is not, not-a-number where either is unknown.

    `spread`: that of the metric over worlds (`spread`), 0 where it plays no part.

    >>> higher([1.3e-14, 1.0, 1.0 + 1e-12], [1e-14, 1.0, 1.0]).tolist()
    [1.0, 0.0, 0.0]
    """
    first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        gain = first - second
    return above(np.where(first == second, 0.0, gain), (first, second), spread)


def difference(one: ArrayLike, other: ArrayLike, spread: float = 0.0) -> FloatArray:
    """One value of a metric less another; exactly 0 where neither is higher, for what is left then is rounding.

    >>> difference([1.0 + 1e-12, 2.0], [1.0, 1.0]).tolist()
    [0.0, 1.0]
    """
    first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    gain = first - second
    return np.where(np.abs(gain) <= margin((first, second), spread), 0.0, gain)


def lower(one: ArrayLike, other: ArrayLike, spread: float = 0.0) -> FloatArray:
    """1 where a value of a metric is lower than another; as `higher`."""
    return higher(other, one, spread)

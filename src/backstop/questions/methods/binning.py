"""Inputs coded into bins once, so that peels and splits are read from histograms.

Bin borders lie between neighbouring values of the data: whether a world is in a bin range is then exactly
whether its value lies within the borders, and every share computed from codes is exact for the limits that
are reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backstop.base.faults import InvalidInput
from backstop.questions.methods.weighting import FloatArray

BINS = 1024


@dataclass(frozen=True, slots=True, eq=False)
class CodedInputs:
    """Inputs of shape (worlds,) as bin codes.

    `codes` (worlds, inputs); `bins[j]` the number of bins of input j; `borders[j]` the bins - 1 borders
    between them, in ascending order, or None where the input is a set of categories; `categories[j]` the
    labels of those, else None. `ranges[j]` the lowest and highest value, `steps[j]` all values of an input
    with few of them. Constants are left out and listed.
    """

    names: tuple[str, ...]
    codes: NDArray[np.uint16]
    bins: tuple[int, ...]
    borders: tuple[FloatArray | None, ...]
    categories: tuple[tuple[str, ...] | None, ...]
    ranges: tuple[tuple[float, float], ...]
    steps: tuple[FloatArray | None, ...]
    constants: tuple[str, ...]

    @property
    def worlds(self) -> int:
        """The number of worlds."""
        return len(self.codes)


def coded(inputs: Mapping[str, ArrayLike], bins: int = BINS) -> CodedInputs:
    """Numeric inputs in at most `bins` bins of about equal numbers of worlds; text and truth values as
    categories.

    Raises InvalidInput where lengths differ or a number is not finite.
    """
    if not 2 <= bins <= 4096:
        raise InvalidInput(f"the number of bins must be from 2 to 4096, not {bins}")
    names: list[str] = []
    codes: list[NDArray[np.uint16]] = []
    sizes: list[int] = []
    borders: list[FloatArray | None] = []
    categories: list[tuple[str, ...] | None] = []
    ranges: list[tuple[float, float]] = []
    steps: list[FloatArray | None] = []
    constants: list[str] = []
    worlds: int | None = None
    for name, values in inputs.items():
        raw = np.asarray(values)
        if raw.ndim != 1 or (worlds is not None and len(raw) != worlds):
            raise InvalidInput(
                f"input {name} has shape {raw.shape}; every input needs one value for every world"
            )
        worlds = len(raw)
        if worlds == 0:
            raise InvalidInput("there is no world to look at")
        if raw.dtype.kind not in "iuf":
            labels, code = np.unique(raw.astype(str), return_inverse=True)
            if len(labels) > 4096:
                raise InvalidInput(f"input {name} has {len(labels)} categories, more than can be told apart")
            if len(labels) == 1:
                constants.append(name)
                continue
            border, label, low, high, step = None, tuple(map(str, labels)), 0.0, float(len(labels) - 1), None
            column, size = code.astype(np.uint16), len(labels)
        else:
            x = raw.astype(np.float64)
            if not np.isfinite(x).all():
                raise InvalidInput(f"input {name} is not finite in world {int(np.argmin(np.isfinite(x)))}")
            low, high = float(x.min()), float(x.max())
            if low == high:
                constants.append(name)
                continue
            border, step = _borders(x, bins)
            label, size = None, len(border) + 1
            column = np.searchsorted(border, x, side="right").astype(np.uint16)
        names.append(name)
        codes.append(column)
        sizes.append(size)
        borders.append(border)
        categories.append(label)
        ranges.append((low, high))
        steps.append(step)
    table = np.empty((worlds or 0, len(names)), dtype=np.uint16)
    for at, column in enumerate(codes):
        table[:, at] = column
    return CodedInputs(
        tuple(names),
        table,
        tuple(sizes),
        tuple(borders),
        tuple(categories),
        tuple(ranges),
        tuple(steps),
        tuple(constants),
    )


def _borders(x: FloatArray, bins: int) -> tuple[FloatArray, FloatArray | None]:
    """Borders between neighbouring values of `x`, near its quantiles, and all its values where they are
    few.
    """
    # A sample places the borders well enough: shares are counted exactly whatever the borders are.
    sample = x if len(x) <= 1 << 17 else x[:: len(x) // (1 << 16)]
    ordered = np.sort(sample)
    fresh = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    if np.count_nonzero(fresh) <= bins // 4:
        values = np.unique(x)
        if len(values) <= bins:
            # Few worlds have few values of any input: only repeated values are steps.
            return between(values[:-1], values[1:]), values if 4 * len(values) <= len(x) else None
    at = np.unique((np.arange(1, bins) * len(ordered)) // bins)
    left, right = ordered[at - 1], ordered[at]
    apart = left < right
    if not apart.all():
        # Within a run of equal values the border moves to the end of the run.
        ends = np.searchsorted(ordered, left[~apart], side="right")
        ends = ends[ends < len(ordered)]
        left = np.concatenate((left[apart], ordered[ends - 1]))
        right = np.concatenate((right[apart], ordered[ends]))
    return np.unique(between(left, right)), None


def between(left: FloatArray, right: FloatArray) -> FloatArray:
    """Midpoints of neighbouring values, never equal to the left one, so that `x >= border` tells them
    apart.
    """
    middle = left + (right - left) / 2.0
    return np.where(middle > left, middle, right)

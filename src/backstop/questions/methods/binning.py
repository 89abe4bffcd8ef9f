"""Inputs coded into bins once, so that peels and splits are read from histograms.

Bin borders lie between neighbouring values of the data: whether a world is in a range of bins is then exactly whether
its value lies within the borders, and every share computed from codes is exact for the limits that are reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backstop.base.arrays import BoolArray, FloatArray, IntArray
from backstop.base.faults import InvalidInput, Refused
from backstop.questions.methods.box import Limit

BINS = 1024

Region = IntArray
"""A box by bins: the first and the last bin of every input, shape (inputs, 2)."""


@dataclass(frozen=True, slots=True, eq=False)
class CodedInputs:
    """Inputs of shape (worlds,) as bin codes; constants are left out and listed.

    `codes` (worlds, inputs); `borders[j]` those between the bins of input j, ascending; `ranges[j]` its lowest and
    highest value; `stepped[j]` whether it takes few separate values.
    """

    names: tuple[str, ...]
    codes: NDArray[np.uint16]
    borders: tuple[FloatArray, ...]
    ranges: tuple[tuple[float, float], ...]
    stepped: tuple[bool, ...]
    constants: tuple[str, ...]

    @property
    def whole(self) -> Region:
        """The region of all bins."""
        return np.array([(0, len(border)) for border in self.borders], dtype=np.int64)

    def restricted(self, region: Region) -> list[int]:
        """The inputs that a region restricts."""
        return [int(j) for j in np.flatnonzero((region != self.whole).any(axis=1))]

    def inside(self, region: Region, leave_out: int | None = None) -> BoolArray:
        """Which worlds are in a region (input `leave_out` aside), shape (worlds,)."""
        inside = np.ones(len(self.codes), dtype=np.bool_)
        for j in self.restricted(region):
            if j != leave_out:
                inside &= (self.codes[:, j] >= region[j, 0]) & (self.codes[:, j] <= region[j, 1])
        return inside

    def limits(self, region: Region) -> dict[str, Limit]:
        """The restrictions of a region in the units of the inputs."""
        found: dict[str, Limit] = {}
        for j in self.restricted(region):
            (first, last), border = region[j], self.borders[j]
            low = None if first == 0 else float(border[first - 1])
            # A border belongs to the bin above it.
            high = None if last == len(border) else float(np.nextafter(border[last], -np.inf))
            found[self.names[j]] = Limit(low, high, *self.ranges[j], self.stepped[j])
        return found


def coded(inputs: Mapping[str, ArrayLike], bins: int = BINS) -> CodedInputs:
    """Inputs in at most `bins` bins of about equal numbers of worlds.

    Raises InvalidInput where lengths differ or a number is not finite, Refused where no input varies.
    """
    columns = {name: np.asarray(values, dtype=np.float64) for name, values in inputs.items()}
    worlds = len(next(iter(columns.values()), ()))
    codes: dict[str, NDArray[np.uint16]] = {}
    borders: list[FloatArray] = []
    stepped: list[bool] = []
    for name, x in columns.items():
        if x.shape != (worlds,) or not worlds:
            raise InvalidInput(
                f"input {name} has shape {x.shape}; every input needs one value for every world"
            )
        if not np.isfinite(x).all():
            raise InvalidInput(f"input {name} is not finite in world {int(np.argmin(np.isfinite(x)))}")
        if x.min() == x.max():
            continue
        border, few = _borders(x, bins)
        codes[name] = np.searchsorted(border, x, side="right").astype(np.uint16)
        borders.append(border)
        stepped.append(few)
    if not codes:
        raise Refused("no input varies over the worlds, so no condition on inputs can be found")
    return CodedInputs(
        tuple(codes),
        np.stack(list(codes.values()), axis=1),
        tuple(borders),
        tuple((float(columns[name].min()), float(columns[name].max())) for name in codes),
        tuple(stepped),
        tuple(name for name in columns if name not in codes),
    )


def _borders(x: FloatArray, bins: int) -> tuple[FloatArray, bool]:
    """Borders between neighbouring values of `x`, near its quantiles, and whether it takes few separate values."""
    # A sample places the borders well enough: shares are counted exactly whatever the borders are.
    sample = x if len(x) <= 1 << 17 else x[:: len(x) // (1 << 16)]
    ordered = np.sort(sample)
    fresh = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    if np.count_nonzero(fresh) <= bins // 4:
        values = np.unique(x)
        if len(values) <= bins:
            # Few worlds have few values of any input: only repeated values are steps.
            return between(values[:-1], values[1:]), 4 * len(values) <= len(x)
    at = np.unique((np.arange(1, bins) * len(ordered)) // bins)
    left, right = ordered[at - 1], ordered[at]
    apart = left < right
    if not apart.all():
        # Within a run of equal values the border moves to the end of the run.
        ends = np.searchsorted(ordered, left[~apart], side="right")
        ends = ends[ends < len(ordered)]
        left = np.concatenate((left[apart], ordered[ends - 1]))
        right = np.concatenate((right[apart], ordered[ends]))
    return np.unique(between(left, right)), False


def between(left: FloatArray, right: FloatArray) -> FloatArray:
    """Midpoints of neighbouring values, never equal to the left one, so that `x >= border` tells them apart."""
    middle = left + (right - left) / 2.0
    return np.where(middle > left, middle, right)
